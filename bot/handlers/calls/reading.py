"""One call: its card with its documents, and what can be done with it; also for whoever was sent a link to it."""

from __future__ import annotations

from bot.actions import saving
from bot.actions.callcards import card
from bot.actions.standing import About, standing
from bot.core.messages import Attachment
from bot.core.router import Router
from bot.handlers.admin.calls.lists import OFFICE
from bot.handlers.calls.finding import is_open, published, to_list
from bot.handlers.membership import start
from bot.turn import Turn

router = Router()


@router.button("call")
def show(turn: Turn, key: str = "") -> None:
    """The documents go ahead, so that what can be picked stands below everything."""
    call = published(turn, key)
    if call is None:
        return
    for document in call.documents:
        turn.say("", attachment=Attachment(**document))
    kept = "saved" if saving.is_saved(turn.session, call, turn.member) else "call"
    options = standing(About(kept, call.id, open=is_open(turn, call)))
    turn.say(card(call, turn.language, turn.network), [*options, *OFFICE.changing(turn, call), to_list()])


@start.opening("call")
def show_shared(turn: Turn, key: str) -> None:
    """Somebody passed it on: who is new here reads it before anything is asked, and can do something with it later."""
    if turn.member.registered:
        show(turn, key)
    elif call := published(turn, key):
        turn.say(card(call, turn.language, turn.network))
