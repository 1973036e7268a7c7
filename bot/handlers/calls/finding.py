"""The call that a button or a typed word means, or a sentence about why there is none."""

from __future__ import annotations

from bot.actions.localized import read
from bot.actions.menu import main_menu, typed
from bot.actions.telling import publications
from bot.core.i18n import _
from bot.core.messages import Option
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.calls import Call, CallState

_UNSEEN = (CallState.PROPOSED, CallState.DECLINED)


def names_number(_turn: Turn, rest: str) -> bool:
    """What may follow the word that does something with a call: "SAVE 12"."""
    return number_of(rest) > 0


def published(turn: Turn, key: object) -> Call | None:
    """The call, open or not any more; when there is none that was ever published, says so and returns None."""
    call = turn.session.get(Call, number_of(key))
    # for a moment after it leaves it is a draft yet, see `bot.actions.standing.about_of`
    out = call is not None and (call.state != CallState.DRAFT or publications(turn.session, "call", call.id))
    if call is None or not out or call.state in _UNSEEN:
        turn.say(_("I do not find this call any more."), [to_list()])
        return None
    return call


def find(turn: Turn, key: object) -> Call | None:
    """The call, if this person can do something with it; else says why not, and returns None."""
    call = published(turn, key)
    if call is None:
        return None
    if not is_open(turn, call):
        over = _("The call “{title}” is not open any more.")
        turn.say(over.format(title=read(call, turn.language).title), [to_list()])
    elif not turn.member.registered:
        first = _("For this we need to know who you are. Register first, it takes two minutes: {start}")
        menu = main_menu(turn.session, turn.member)
        turn.say(first.format(start=typed("start", turn.capabilities)), menu)
    else:
        return call
    return None


def is_open(turn: Turn, call: Call) -> bool:
    """Whether one can still apply."""
    in_time = call.deadline is None or turn.now < call.deadline
    return in_time and call.state in (CallState.OPEN, CallState.DRAFT)


def to_list() -> Option:
    return Option("calls", _("Funding calls").unescape())
