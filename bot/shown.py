"""What is in front of the person: the menu shown last, as long as it is spoken to."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.core.conversation import Menu
from bot.core.folding import fold
from bot.turn import Turn

MEANT: Final = timedelta(hours=6)
"""How long a typed number means the menu shown last; a later "2" may mean anything. An open question waits for ever."""


def live(turn: Turn) -> Menu | None:
    """The menu that is in front of the person: shown last, not an open question's, and not too long ago."""
    menu = turn.conversation.menu
    if menu is None or menu.question or turn.now.timestamp() - menu.shown > MEANT.total_seconds():
        return None
    return menu


def called_so(turn: Turn) -> bool:
    """Whether what was typed is the whole label of an option in front of the person."""
    menu = live(turn)
    return menu is not None and fold(turn.inbound.plain) in {fold(option.label) for option in menu.options}


def repeat(turn: Turn) -> None:
    """Show the menu again to somebody who was not understood: they stay where they are."""
    if menu := live(turn):
        turn.repeat(menu)
