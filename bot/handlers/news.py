"""News about a person that the platform brings, and the button under a bell: what they ask for is on its way."""

from __future__ import annotations

from bot.actions import members
from bot.actions.bells import READ
from bot.core.i18n import _
from bot.core.messages import Kind
from bot.core.router import Router
from bot.turn import Turn

router = Router()


@router.kind(Kind.BLOCKED)
def note_blocked(turn: Turn) -> None:
    members.blocked(turn.session, turn.address.id)


@router.button(READ)
def read(turn: Turn) -> None:
    """What was held goes out because they wrote, whatever they wrote."""
    if not turn.released:
        turn.say(_("There is nothing new for you at the moment."))
