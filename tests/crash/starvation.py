"""How long a program was ready to run and was not let, because others had the processors.

A rule in milliseconds is about a program that runs. On a machine with more to do than it can, a tenth of a second is
over before the program has had a few milliseconds of it; so a drill does not count the time that was taken from it.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Final

from tests.crash.process import KilledProcess

STEP: Final = 0.01
"""Seconds between two looks."""


class Starvation:
    """Watches one life of a process. Linux tells; elsewhere nothing seems ever to be taken.

    Source: https://docs.kernel.org/scheduler/sched-stats.html, /proc/<pid>/schedstat: the second number.
    """

    def __init__(self, process: KilledProcess) -> None:
        self._process = process
        self._waited: dict[str, int] = {}
        self._looks: list[tuple[float, float]] = []
        self._watching = asyncio.create_task(self._watch())

    def end(self) -> None:
        """The process is about to end."""
        self._look()
        self._watching.cancel()

    def since(self, seconds: float) -> float:
        """The moment (of the monotonic clock) from which on, until its end, the process had `seconds` to run."""
        had = 0.0
        for (begun, _taken), (ended, taken) in reversed(list(pairwise(self._looks))):
            had += max(0.0, ended - begun - taken)
            if had >= seconds:
                return begun + had - seconds
        return self._looks[0][0]

    async def _watch(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(STEP)

    def _look(self) -> None:
        """Note what was taken, since the look before, from the two threads that waited longest.

        An outcome goes from the loop's thread to the database's, and waits for both.
        """
        taken = []
        with suppress(OSError):  # it ended, or this is not Linux
            for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
                waited = int((thread / "schedstat").read_text().split()[1])
                taken.append(waited - self._waited.get(thread.name, waited))
                self._waited[thread.name] = waited
        self._looks.append((time.monotonic(), sum(sorted(taken)[-2:]) / 1e9))
