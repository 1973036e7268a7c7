"""Surveys, for those who write them: new ones, drafts, those that are open and those that are closed."""

from __future__ import annotations

from typing import Final

from bot.actions import appeals
from bot.actions.localized import title
from bot.core.i18n import N_
from bot.handlers.admin.shelves import Shelf, Shelves
from bot.handlers.admin.surveys import pages
from storage.appeals import newest_appeals
from storage.surveys import Survey, SurveyState

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
    newest=lambda turn, states, before: newest_appeals(turn.session, Survey, *states, before=before),
    may_edit=lambda turn, survey: appeals.may_edit(turn.session, turn.member, survey),
    title=lambda turn, survey: title(survey, turn.language),
)
