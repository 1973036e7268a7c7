"""The newsletter every contender sends: ours words and renders it itself, the others are given the result."""

from __future__ import annotations

from typing import Any, Final

TOKEN: Final = "4242424242:AAEmulatedTokenOfNobodyAtAll0123456"  # noqa: S105 - made up
IN_FLIGHT: Final = 100
"""Requests under way at once, for every contender."""

TEXT: Final = (
    "<b>Call for small grants: education in the regions</b>\n\nDear colleagues, the focal point for education invites"
    " member organisations outside Baku to propose small projects for the next school year. Teachers, parents and"
    " young people should have a say in them. Proposals of up to two pages are welcome until 15 December."
    ' <a href="https://example.org/grants">Read the whole call</a>'
)

_REASON: Final = "\n\n<i>You receive this because you follow: Education.</i>"
_STOP: Final = {"text": "Stop: Education", "callback_data": "leave:education"}


def request(chat: int) -> dict[str, Any]:
    """What is posted to `sendMessage` for this member, exactly as our channel does."""
    return {
        "chat_id": chat,
        "text": TEXT + _REASON,
        "parse_mode": "HTML",
        "reply_markup": {"inline_keyboard": [[_STOP]]},
        "link_preview_options": {"is_disabled": False},
    }
