"""Surveys, for those who write them: new ones, drafts, those that are open and those that are closed."""

from __future__ import annotations

from typing import Final

from bot.actions import surveys
from bot.core.i18n import N_
from bot.handlers.admin.shelves import Shelf, Shelves
from bot.handlers.admin.surveys import pages
from storage.surveys import Survey, SurveyState, newest_surveys

OFFICE: Final = Shelves[Survey](
    "survey",
    {
        "drafts": Shelf(N_("Drafts"), [SurveyState.DRAFT], N_("There is no draft of a survey.")),
        "open": Shelf(N_("Open surveys"), [SurveyState.OPEN], N_("No survey is open at the moment.")),
        "closed": Shelf(N_("Closed surveys"), [SurveyState.CLOSED], N_("No survey is closed yet.")),
    },
    page="survey_page",
    new=N_("New survey"),
    manage=N_("Manage the survey"),
    find=pages.find,
    show=pages.show,
    newest=lambda turn, states, before: newest_surveys(turn.session, *states, before=before),
    may_edit=lambda turn, survey: surveys.may_edit(turn.session, turn.member, survey),
    title=lambda turn, survey: surveys.title(survey, turn.language),
)
