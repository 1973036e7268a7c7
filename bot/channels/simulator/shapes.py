"""The two kinds of browser phone: one with buttons as on Telegram, one with few choices and a window as on WhatsApp."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
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
    Capabilities(buttons=True, edits=True, markup="html", units="utf16", deletes=timedelta(hours=48), polls=12),
)
NUMBERS: Final = Capabilities(buttons=False, edits=False, markup="whatsapp", text=1600, commands=False)
"""A phone on which options are always numbers in the text, as on WhatsApp before choices are set up there."""

WHATSAPP: Final = Shape(
    "whatsapp",
    "demo-whatsapp",
    "WhatsApp (demo)",
    "+99450000",
    # https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages
    replace(
        NUMBERS,
        file=16_000_000,
        photo=5_000_000,
        captions=frozenset({"photo"}),
        quick=3,
        listed=10,
        window=timedelta(hours=24),
        merges=True,
    ),
)
SHAPES: Final = {shape.key: shape for shape in (TELEGRAM, WHATSAPP)}
