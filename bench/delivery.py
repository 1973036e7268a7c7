"""How fast a broadcast is delivered, beside bare loops of aiogram and aiohttp in turn, and the memory it takes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from statistics import median

from bench.figures import Figure
from bench.people import filled
from bench.processes import measured, stub
from bench.rivals import OURS, Race


def run(*, quick: bool = False) -> list[Figure]:
    """Five rounds, and one large broadcast (quick: two of fewer members)."""
    members, many, rounds = (2_000, 20_000, 2) if quick else (10_000, 100_000, 5)
    with tempfile.TemporaryDirectory() as folder:
        template = filled(Path(folder) / "template.db", members)
        contenders = {
            OURS: lambda: ours(template, members),
            "aiogram": lambda: theirs("aiogram", members),
            "aiohttp": lambda: theirs("aiohttp", members),
        }
        race = Race(contenders, members, rounds)
        large = ours(filled(Path(folder) / "many.db", many), many)
    small = median(race.peaks)
    return [
        Figure(f"Delivery to {members:,}, end to end", race.rate(OURS), "messages/s", 1_500),
        Figure(f"… to an aiogram loop ({race.told('aiogram')})", race.ratio("aiogram"), "", 1.3),
        Figure(f"… to a bare aiohttp loop ({race.told('aiohttp')})", race.ratio("aiohttp"), "", 0.35),
        Figure(f"Delivery to {many:,}, end to end", many / large["seconds"], "messages/s"),
        Figure(f"Memory at {many:,} beyond {small:.0f} MB at {members:,}", large["peak"] - small, "MB", 20, most=True),
    ]


def ours(database: Path, members: int) -> dict[str, float]:
    """The foreman delivers what is queued in a copy of this file."""
    with tempfile.TemporaryDirectory() as folder, stub() as url:
        told = measured("send_korpu", url, shutil.copy(database, Path(folder) / "korpu.db"))
    assert told["sent"] == members
    return told


def theirs(rival: str, members: int, seconds: float = 600, *how: str) -> dict[str, float]:
    """A rival's loop over as many; one that is slow stops after so many seconds."""
    with stub() as url:
        told = measured(f"send_{rival}", url, members, seconds, *how)
    assert told["sent"] == members or told["seconds"] >= seconds
    return told
