"""What twelve kills do to eighty people who are registering: a bot on aiogram, with both ways of polling, and Körpü.

Each runs as a process of its own against the emulated Bot API, is killed (SIGKILL) at random moments and started again.
`python -m bench.decisions.kills [rounds] [kills]`; with no kills nothing may be stuck, lost or said twice.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from statistics import median
from typing import Final, NamedTuple

from bench.decisions.aiogram_bot import LABELS
from bench.decisions.registrant import REGISTRATION, Registrant
from bench.figures import machine
from tests.crash.process import KilledProcess
from tests.emulators.telegram import BotApi

PEOPLE: Final = 80
KILLS: Final = 12
ROUNDS: Final = 5
STARTS_WITHIN: Final = 20.0
THINKS: Final = (0.5, 3.0)
LONGEST_LIFE: Final = 3.0
"""Seconds to a process's death, from its first getUpdates or, every other time, from its first message."""
LATENCY: Final = 0.02
"""Seconds Telegram takes to answer."""
QUIET: Final = 12
"""Seconds without any message to anybody, while the bot runs, after which whoever is not done is stuck."""
STARTING: Final = 60.0
SPEAKING: Final = 10.0
"""Seconds that a process which polls is given to say something; there may be nobody left to talk to."""


class Toll(NamedTuple):
    """What went wrong.

    Attributes:
        stuck: people who never got to the end.
        lost: answers that were given and are neither in the person's summary nor, of whoever is stuck, in the database.
        twice: messages that came again.
    """

    stuck: int
    lost: int
    twice: int


class Contender(NamedTuple):
    """How to start it, and what its database knows of a person: answers by the summary's label."""

    command: Callable[[str, Path], list[str]]
    environment: Callable[[BotApi, Path], dict[str, str]]
    kept: Callable[[Path, int], dict[str, str]]


def _aiogram(polling: str) -> Contender:
    def command(url: str, folder: Path) -> list[str]:
        return [sys.executable, "-m", "bench.decisions.aiogram_bot", url, str(folder / "states.db"), polling]

    return Contender(command, lambda _api, _folder: {}, _kept_by_aiogram)


def _kept_by_aiogram(folder: Path, user: int) -> dict[str, str]:
    with closing(sqlite3.connect(folder / "states.db")) as database:
        [data] = database.execute("SELECT data FROM answers WHERE user = ?", [user]).fetchone() or ["{}"]
    return {
        LABELS[name]: value[0] if name == "topics" else value
        for name, value in json.loads(data).items()
        if name in LABELS and value
    }


def _korpu_environment(api: BotApi, folder: Path) -> dict[str, str]:
    return {
        "TELEGRAM_TOKEN": api.token,
        "TELEGRAM_API_URL": api.url,
        "TELEGRAM_RATE": "1000",  # nobody else is slowed down either
        "DATA": str(folder),
        "DATABASE_URL": "",
        "PUBLIC_URL": "",
        "DEMO": "no",
        "PORT": "0",
    }


CONTENDERS: Final = {
    "aiogram, as it polls by default": _aiogram("tasks"),
    "aiogram, one update after another": _aiogram("serial"),
    "Körpü": Contender(
        lambda _url, _folder: [sys.executable, "-m", "bot", "run"],
        _korpu_environment,
        lambda _folder, _user: {},  # assumes the worst of whoever is stuck
    ),
}


async def suffer(contender: Contender, folder: Path, kills: int, random: Random) -> Toll:
    async with BotApi(latency=LATENCY) as api:

        async def at_work() -> None:
            await api.until(lambda request: request.method == "getUpdates", within=STARTING)
            if random.random() < 0.5:
                with suppress(TimeoutError):
                    await api.until(lambda request: request.method == "sendMessage", within=SPEAKING)

        program = KilledProcess(
            contender.command(api.url, folder),
            log=folder / "log",
            environment=contender.environment(api, folder),
            ready=at_work,
        )
        people = [Registrant(api, number, REGISTRATION, random) for number in range(1001, 1001 + PEOPLE)]
        async with program, asyncio.TaskGroup() as group:
            tasks = [group.create_task(one.register(starts_within=STARTS_WITHIN, thinks=THINKS)) for one in people]
            await program.die(kills, random, LONGEST_LIFE)
            await _settled(api, people)
            for task in tasks:
                task.cancel()
        assert api.refusals == []
    return Toll(
        stuck=sum(not one.done for one in people),
        lost=sum(_lost(one, contender.kept(folder, one.number)) for one in people),
        twice=sum(one.twice for one in people),
    )


async def _settled(api: BotApi, people: list[Registrant]) -> None:
    """Return when everybody is done, or nobody has been written to for a while."""
    said, quiet = 0, 0
    while quiet < QUIET and not all(one.done for one in people):
        await asyncio.sleep(1)
        quiet = quiet + 1 if said == len(api.world.sent) else 0
        said = len(api.world.sent)


def _lost(person: Registrant, kept: dict[str, str]) -> int:
    if person.done:
        return len(person.wrong)
    return sum(kept.get(label) != value for label, value in person.given.items())


def main(rounds: int = ROUNDS, kills: int = KILLS) -> None:
    print(machine())
    print(f"{PEOPLE} people, {kills} kills: people stuck, answers lost, messages twice")
    tolls: dict[str, list[Toll]] = {name: [] for name in CONTENDERS}
    for number in range(rounds):
        for name, contender in CONTENDERS.items():
            with tempfile.TemporaryDirectory() as folder:
                tolls[name].append(asyncio.run(suffer(contender, Path(folder), kills, Random(number))))  # noqa: S311 - no secret
            print(f"  round {number + 1}, {name}: {tolls[name][-1]}", flush=True)
    for name, measured in tolls.items():
        told = [
            f"{what} {median(values):.0f} ({min(values)} to {max(values)})"
            for what, values in zip(Toll._fields, zip(*measured, strict=True), strict=True)
        ]
        print(f"{name:34} {', '.join(told)}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
