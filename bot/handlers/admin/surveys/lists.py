"""Surveys, for those who write them: new ones, drafts, those that are open and those that are closed."""

from __future__ import annotations

from itertools import islice
from typing import Final, NamedTuple

from markupsafe import Markup

from bot.actions import rights, surveys
from bot.core.i18n import N_, _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.admin.surveys import pages
from bot.turn import Turn
from storage.surveys import Survey, SurveyState, newest_surveys

router = Router()

LISTED: Final = 8
"""Surveys shown at once."""


class _List(NamedTuple):
    """Msgids of its button, and of what is said where nothing is in it."""

    label: str
    states: tuple[SurveyState, ...]
    empty: str


LISTS: Final = {
    "drafts": _List(N_("Drafts"), (SurveyState.DRAFT,), N_("There is no draft of a survey.")),
    "open": _List(N_("Open surveys"), (SurveyState.OPEN,), N_("No survey is open at the moment.")),
    "closed": _List(N_("Closed surveys"), (SurveyState.CLOSED,), N_("No survey is closed yet.")),
}


def options(turn: Turn) -> list[Option]:
    """What staff can do beside answering surveys; nothing for others."""
    if not rights.writes(turn):
        return []
    lists = [Option(f"survey_list:{name}", _(each.label).unescape()) for name, each in LISTS.items()]
    return [Option("survey_new", _("New survey").unescape()), *lists]


def changing(turn: Turn, survey: Survey) -> list[Option]:
    """Leads to the page of a survey, for whoever made it."""
    if not surveys.may_edit(turn.session, turn.member, survey):
        return []
    return [Option(f"survey_page:{survey.id}", _("Manage the survey").unescape())]


@router.button("survey_page", allowed=rights.writes)
def open_page(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key)
    if survey is not None:
        pages.show(turn, survey, edit=True)


@router.button("survey_list", allowed=rights.writes)
def show_list(turn: Turn, name: str = "", before: str = "", *_rest: str) -> None:
    """The newest of a list that this person may change, or those older than one."""
    listed = LISTS.get(name, LISTS["drafts"])
    found = newest_surveys(turn.session, *listed.states, before=number_of(before) or None)
    mine = (survey for survey in found if surveys.may_edit(turn.session, turn.member, survey))
    shown = list(islice(mine, LISTED + 1))
    entries = [Option(f"survey_page:{each.id}", surveys.title(each, turn.language)) for each in shown[:LISTED]]
    if len(shown) > LISTED:
        entries.append(Option(f"survey_list:{name}:{shown[LISTED - 1].id}", _("Older").unescape()))
    said = Markup("<b>{}</b>").format(_(listed.label)) if shown else _(listed.empty)
    turn.say(said, [*entries, Option("survey_new", _("New survey").unescape())], edit=True)
