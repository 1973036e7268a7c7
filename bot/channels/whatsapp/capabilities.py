"""What WhatsApp can do through Twilio, as data."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Final

from bot.core.channel import Capabilities

WINDOW: Final = timedelta(hours=23, minutes=55)
"""WhatsApp's 24 hours, less what our clock, Twilio's queue and a person's phone may be apart."""

MIMES: Final = frozenset(
    {
        "image/jpeg",
        "image/png",
        "video/mp4",
        "audio/ogg",
        "audio/amr",
        "audio/3gpp",
        "audio/aac",
        "audio/mpeg",
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "text/vcard",
    }
)
"""https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages"""


@lru_cache(maxsize=8)
def capabilities(quick: int = 0, listed: int = 0, bells: int = 0) -> Capabilities:
    """Lengths are counted in UTF-16 units, the strictest reading of Twilio's "characters".

    Args:
        quick: most quick replies that Content resources are there for; `listed` likewise.
        bells: most people a bell may ring for within 24 hours; 0 for any number.
    """
    return Capabilities(
        buttons=False,
        edits=False,
        markup="whatsapp",
        units="utf16",
        text=1600,
        caption=1024,
        commands=False,
        file=16_000_000,
        photo=5_000_000,
        mimes=MIMES,
        captions=frozenset({"photo"}),
        quick=quick,
        listed=listed,
        window=WINDOW,
        bells=bells,
        merges=True,
    )
