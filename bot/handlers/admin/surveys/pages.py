"""The survey that a button of the staff's speaks of, and which page it has at the moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.actions import publishing, surveys
from bot.actions.menu import typed
from bot.actions.newsletters import Plan
from bot.core.fields import Answers
from bot.core.i18n import _
from bot.core.messages import Option
from bot.handlers.admin import drafts
from bot.turn import Turn
from storage.surveys import Survey, SurveyState

Page = Callable[..., None]
"""Called with (turn, survey), and `edit` by name."""

PAGES: Final[dict[str, Page]] = {}
"""By state; the room of each fills it in."""


def find(turn: Turn, key: object, *states: SurveyState) -> Survey | None:
    """The survey, if this person may change it now and it is in one of these states, or in any; else says why not.

    Its row stays locked until the end of the turn.
    """
    number = drafts.number_of(key)
    survey = turn.session.get(Survey, number, with_for_update=True, populate_existing=True)
    if survey is not None and survey.state == SurveyState.DRAFT:
        publishing.note(turn.session, publishing.Due(surveys.ABOUT, number), turn.network, turn.now)
    if survey is None or not surveys.may_edit(turn.session, turn.member, survey):
        turn.say(_("I do not find this survey among yours. Write {command} to see them.").format(
            command=typed("surveys", turn.capabilities)))  # fmt: skip
    elif leaving := publishing.leaving(turn.session, (surveys.ABOUT, number)):
        follow = Option(f"broadcast:{leaving.id}", _("See where it stands").unescape())
        turn.say(_("This survey is on its way out and cannot be changed. Take it back first."), [follow])
    elif states and survey.state not in states:
        show(turn, survey)
    else:
        return survey
    return None


def show(turn: Turn, survey: Survey, *, edit: bool = False) -> None:
    """Show the page that it has in its state."""
    PAGES[survey.state](turn, survey, edit=edit)


def back(survey: Survey) -> Option:
    """Leads to the page of the survey."""
    return Option(f"survey_page:{survey.id}", _("Back to the survey").unescape())


def go_back(turn: Turn, answers: Answers) -> None:
    """Show the survey that a cancelled question was about."""
    survey = find(turn, answers["it"])
    if survey is not None:
        turn.preface(_("All right, nothing was changed."))
        show(turn, survey)


def of_publication(turn: Turn, plan: Plan, edit: bool) -> None:
    """Where its publication leads back to."""
    survey = find(turn, plan.newsletter.about_id)
    if survey is not None:
        show(turn, survey, edit=edit)
