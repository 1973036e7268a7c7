"""How many turns a second: ours through accept and converse, beside an aiogram bot on the same tables."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench.conversation import STEPS
from bench.figures import Figure
from bench.people import filled
from bench.processes import measured
from bench.rivals import OURS, Race

PEOPLE = 100


def run(*, quick: bool = False) -> list[Figure]:
    """Five rounds of each, in turn (quick: two short ones)."""
    conversations, rounds = (1, 2) if quick else (5, 5)
    with tempfile.TemporaryDirectory() as folder:
        template = filled(Path(folder) / "template.db", 1_000, sending=False)
        contenders = {
            OURS: lambda: _talking("korpu", template, conversations),
            "keeping": lambda: _talking("aiogram", template, conversations, "keeping"),
            "forgetting": lambda: _talking("aiogram", template, conversations, "forgetting"),
        }
        race = Race(contenders, PEOPLE * conversations * len(STEPS), rounds)
    return [
        Figure("Turns, accept and converse", race.rate(OURS), "turns/s", 400),
        Figure(f"… to an aiogram bot that does the same ({race.told('keeping')})", race.ratio("keeping"), "", 2.5),
        Figure(f"… to one that keeps no updates and answers ({race.told('forgetting')})", race.ratio("forgetting")),
    ]


def _talking(bot: str, template: Path, conversations: int, *how: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        return measured(f"turn_{bot}", shutil.copy(template, Path(folder) / "korpu.db"), PEOPLE, conversations, *how)
