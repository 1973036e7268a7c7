"""Results that were sent back: all of them, as pictures."""

from __future__ import annotations

from bot.actions import sharing_results
from bot.actions.menu import in_every_language
from bot.actions.results import is_shown
from bot.actions.standing import RESULTS
from bot.core.i18n import _
from bot.core.router import Router
from bot.handlers.calls.finding import names_number
from bot.handlers.surveys import pictures
from bot.handlers.surveys.finding import published
from bot.turn import Turn

router = Router()


@router.words(*in_every_language(RESULTS), rest=names_number)
def show_typed(turn: Turn) -> None:
    show(turn, turn.payload)


@router.button("results")
def show(turn: Turn, key: str = "", first: str = "", *_rest: str) -> None:
    """For those whom the survey asks."""
    survey = published(turn, key)
    if survey is None:
        return
    if survey.shared_at is None or not is_shown(survey):
        turn.say(_("There are no results to see here."))
    else:
        pictures.send(turn, survey, sharing_results.shared(turn.session, survey), "results", first)
