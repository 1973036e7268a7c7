"""Reading what waits: the button under a bell, and those under a digest, which bring one of its messages as it was."""

from __future__ import annotations

from typing import Final

from bot.actions.bells import READ
from bot.actions.digests import WORD, kept_message
from bot.actions.menu import in_every_language
from bot.core.i18n import _
from bot.core.router import Router
from bot.turn import Turn

router = Router()

LONGEST: Final = 18
"""Digits of a message's number at the most."""


def _names_message(_turn: Turn, rest: str) -> bool:
    return rest.isascii() and rest.isdecimal() and len(rest) <= LONGEST


@router.words(*in_every_language(WORD), rest=_names_message)
def read_by_word(turn: Turn) -> None:
    read(turn, turn.payload)


@router.button(READ)
def read(turn: Turn, key: str = "") -> None:
    """Without a key, what was held goes out because they wrote, whatever they wrote."""
    if not key:
        if not turn.released:
            turn.say(_("There is nothing new for you at the moment."))
        return
    number = int(key) if _names_message(turn, key) else 0
    message = kept_message(turn.session, turn.network, number, turn.member, turn.language)
    if message is None:
        turn.say(_("I do not find this message any more. It may have been taken back."))
    else:
        turn.said.append(message.having(alone=True))
