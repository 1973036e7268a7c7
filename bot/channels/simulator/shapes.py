"""The two kinds of browser phone: one presses buttons as on Telegram, one answers with numbers as on WhatsApp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.core.channel import Capabilities


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of phone, which is a channel of its own.

    Attributes:
        key: "telegram" or "whatsapp": what the page calls it.
        channel: the channel's name in tables.
        label: what people call the channel.
        numbers: how the user ids of its phones begin; three digits follow.
    """

    key: str
    channel: str
    label: str
    numbers: str
    capabilities: Capabilities


TELEGRAM: Final = Shape(
    "telegram",
    "demo-telegram",
    "Telegram (demo)",
    "1",
    Capabilities(buttons=True, edits=True, markup="html", units="utf16"),
)
WHATSAPP: Final = Shape(
    "whatsapp",
    "demo-whatsapp",
    "WhatsApp (demo)",
    "+99450000",
    Capabilities(buttons=False, edits=False, markup="whatsapp", text=1600, commands=False),
)
SHAPES: Final = {shape.key: shape for shape in (TELEGRAM, WHATSAPP)}
