"""The pages of a survey, for those who write and run it."""

from __future__ import annotations

from typing import Final

from bot.actions import appeals, surveys
from bot.core.i18n import N_
from bot.handlers.admin.pages import Pages
from storage.surveys import Survey, SurveyState

PAGES: Final = Pages(
    Survey,
    "survey_page",
    abouts=[surveys.ABOUT],
    unpublished=[SurveyState.DRAFT],
    command="surveys",
    lost=N_("I do not find this survey among yours. Write {command} to see them."),
    leaving=N_("This survey is on its way out and cannot be changed. Take it back first."),
    back=N_("Back to the survey"),
    may_edit=lambda turn, survey: appeals.may_edit(turn.session, turn.member, survey),
)
find, show, back, go_back = PAGES.find, PAGES.show, PAGES.back, PAGES.go_back
