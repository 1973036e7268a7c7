"""News about a person that the platform brings."""

from __future__ import annotations

from bot.actions import members
from bot.core.messages import Kind
from bot.core.router import Router
from bot.turn import Turn

router = Router()


@router.kind(Kind.BLOCKED)
def note_blocked(turn: Turn) -> None:
    members.blocked(turn.session, turn.address.id)
