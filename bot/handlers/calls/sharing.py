"""Share: a message to forward, with links that open the call here; nothing in it tells who passed it on."""

from __future__ import annotations

from markupsafe import Markup

from bot.actions.callcards import card
from bot.actions.menu import in_every_language
from bot.actions.standing import SHARE
from bot.core.i18n import _
from bot.core.router import Router
from bot.handlers.calls.finding import find, names_number
from bot.turn import Turn

router = Router()


@router.words(*in_every_language(SHARE), rest=names_number)
def share_by_word(turn: Turn) -> None:
    share(turn, turn.payload)


@router.button("share")
def share(turn: Turn, key: str = "") -> None:
    call = find(turn, key)
    if call is None:
        return
    turn.say(_("Here is a message to forward. Nothing in it tells that it came from you."))
    more = _("More such calls, from {network}:").format(network=turn.network.name[turn.language])
    links = [
        Markup("{}: {}").format(channel.label, channel.link(f"call_{call.id}")) for channel in turn.channels.values()
    ]
    lines = Markup("\n").join([more, *links])
    turn.say(Markup("\n\n").join([card(call, turn.language, turn.network), lines]), alone=True)
