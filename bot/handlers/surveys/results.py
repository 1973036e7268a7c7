"""Results that were sent back: all of them, as pictures."""

from __future__ import annotations

from bot.actions import results
from bot.actions.menu import in_every_language
from bot.actions.standing import RESULTS
from bot.core.i18n import _
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.calls.finding import names_number
from bot.handlers.surveys import pictures
from bot.turn import Turn
from storage.surveys import Survey

router = Router()


@router.words(*in_every_language(RESULTS), rest=names_number)
def show_typed(turn: Turn) -> None:
    show(turn, turn.payload)


@router.button("results")
def show(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = turn.session.get(Survey, number_of(key))
    if survey is None or survey.shared_at is None or not results.is_shown(survey):
        turn.say(_("There are no results to see here."))
    else:
        pictures.send(turn, survey)
