"""The first network for tests whose broadcasts leave at once, at any hour and in any number."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Final

from bot.network import Manners

NETWORK: Final = Path(__file__).parents[1] / "networks" / "azerbaijan.toml"

PLAIN: Final = Manners(quiet_from=time(), quiet_until=time(), a_day=0, undo=timedelta())


def plain_network(folder: Path, **manners: int | str) -> Path:
    """Write its file there, with these manners and otherwise none; returns the path."""
    chosen = {"quiet_from": "00:00", "quiet_until": "00:00", "a_day": 0, "undo_seconds": 0} | manners
    lines = [f"{name} = {value!r}" for name, value in chosen.items()]
    before, _heading, rest = NETWORK.read_text(encoding="utf-8").partition("[manners]\n")
    _own, blank, after = rest.partition("\n\n")
    path = folder / NETWORK.name
    path.write_text("\n".join([before + "[manners]", *lines]) + blank + after, encoding="utf-8")
    return path
