"""The limit of paid broadcasts, 1,000 a second, held for a minute. https://core.telegram.org/bots/faq#broadcasting-to-users."""

from __future__ import annotations

import asyncio
import gc
from typing import Final

from bench.figures import Figure
from bench.rate import held

RATE: Final = 1_000

_SETTLING: Final = 2.0
"""Seconds in which the program starts to send while it still starts itself."""


def run(*, quick: bool = False) -> list[Figure]:
    """One minute (quick: ten seconds)."""
    seconds = 10 if quick else 60
    gc.disable()  # the emulator keeps what it was asked, and a look at all of that would stop it for a second
    kept = asyncio.run(held(RATE, seconds, _SETTLING))
    gc.enable()
    return [
        Figure(f"Messages a second at a limit of {RATE:,}, for {seconds} s", kept.rate, "messages/s", 0.98 * RATE),
        Figure("… refused with 429", kept.refused, "", 0, most=True),
        Figure("… a person who writes meanwhile is answered after (p99)", kept.slowest, "s", 1, most=True),
        Figure("… and in the middle (median)", kept.middle, "s"),
    ]
