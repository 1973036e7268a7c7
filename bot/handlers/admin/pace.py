"""Sending slower or faster while it runs."""

from __future__ import annotations

from typing import Final

from bot.actions import rights
from bot.actions.broadcasts import set_rate
from bot.core.i18n import _, ngettext
from bot.core.locale import number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import sent
from bot.turn import Turn
from storage.broadcasts import Broadcast, BroadcastState

router = Router()

RATES: Final = (500, 200, 100, 30, 10, 5, 1)
"""Messages a second to choose from, as far as they are below what the channels send."""

CHOICES: Final = 4

_RUNNING: Final = {BroadcastState.SENDING, BroadcastState.PAUSED}


def options(turn: Turn, broadcast: Broadcast) -> list[Option]:  # noqa: ARG001 - as its sisters are called
    """Offered while the broadcast runs, also while it is paused."""
    if broadcast.state not in _RUNNING:
        return []
    return [Option(f"pace:{broadcast.id}", _("Slower or faster").unescape())]


@router.button("pace", allowed=rights.writes)
def choose(turn: Turn, key: str = "", rate: str = "", *_rest: str) -> None:
    """Show the rates there are, or take one; "0" is all that the channels send."""
    broadcast = sent.find(turn, key)
    if broadcast is None:
        return
    back = sent.back(broadcast, _("Back to the newsletter"))
    if broadcast.state not in _RUNNING:
        turn.say(_("It is too late for that."), [back], edit=True)
    elif rate in {str(each) for each in (0, *_rates(turn))}:
        set_rate(turn.session, broadcast, int(rate) or None, turn.member.id, turn.now)
        turn.say(_("All right: {pace}.").format(pace=_pace(broadcast.rate)), [back], edit=True)
    else:
        offered = [Option(f"pace:{broadcast.id}:{each}", _pace(each)) for each in (0, *_rates(turn))]
        now = _("How fast should it go? At the moment: {pace}. Replies and other newsletters never wait for it.")
        turn.say(now.format(pace=_pace(broadcast.rate)), [*offered, back], edit=True)


def _rates(turn: Turn) -> tuple[int, ...]:
    fastest = max((channel.rate for channel in turn.channels.values()), default=0)
    return tuple(rate for rate in RATES if rate < fastest)[-CHOICES:]


def _pace(rate: float | None) -> str:
    """As a button or in a sentence."""
    if not rate:
        return _("as fast as it can").unescape()
    words = ngettext("{n} message a second", "{n} messages a second", int(rate))
    return words.format(n=number(rate)).unescape()
