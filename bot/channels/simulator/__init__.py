"""Browser phones: two channels, one by each shape, and the page on which they stand side by side."""

from __future__ import annotations

from bot.channels.simulator.channel import Simulator
from bot.channels.simulator.control import Control, Files
from bot.channels.simulator.crowd import SILENT, Crowd, silent
from bot.channels.simulator.live import Commands, Live
from bot.channels.simulator.phones import COORDINATOR, Phones
from bot.channels.simulator.shapes import TELEGRAM, WHATSAPP
from bot.channels.simulator.site import Site

__all__ = ["COORDINATOR", "SILENT", "Control", "Files", "Phones", "Simulator", "silent", "simulators"]

RATE = 1000.0
"""Messages a second on each: Telegram's limit with paid broadcasts, so that a big one takes minutes, not an hour."""


def simulators(
    phones: Phones, control: Control, files: Files, commands: Commands, rate: float = RATE
) -> tuple[Simulator, Simulator]:
    """Both channels, the Telegram-shaped one first; it mounts the page that they share."""
    crowd = Crowd()
    site = Site(Live(phones, crowd, control, commands), phones, files)
    return (
        Simulator(TELEGRAM, phones, crowd, rate, site),
        Simulator(WHATSAPP, phones, crowd, rate),
    )
