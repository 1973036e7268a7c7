"""A program that is killed without warning and started again, as a power cut or an impatient host would do it."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
_LINES = 20
"""Lines of the log that are told when the program ended by itself."""


class KilledProcess:
    """`async with KilledProcess([sys.executable, "-m", "bot", "run"], log=tmp_path / "log") as bot:`.

    Args:
        command: the program and its arguments; it runs in the repository's root, in a process group of its own.
        log: what it prints, over all its lives.
        environment: added to this process's own.
        ready: waits until the program does its work. It is called just before each start, so it may note what there
            was before, and what it returns is awaited after the start.

    Attributes:
        lives: how often it was started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.lives = 0
        self._command = command
        self._log = log
        self._environment = {**os.environ, **(environment or {})}
        self._ready = ready
        self._process: Process | None = None

    @property
    def log(self) -> str:
        """Everything it printed so far."""
        return self._log.read_text(errors="replace")

    @property
    def pid(self) -> int:
        """0 while it does not run."""
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        """Start it, and return when it is ready; if it never is, it is killed.

        Raises:
            AssertionError: it ended by itself before it was ready.
        """
        assert self._process is None, "it runs already"
        ready = asyncio.ensure_future(self._ready()) if self._ready else None
        await asyncio.sleep(0)  # `ready` notes how things stand
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        self.lives += 1
        if ready is None:
            return
        ended = asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait([ready, ended], return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                self._mourn()
            await ready
        except BaseException:
            ready.cancel()
            await self.__aexit__()
            raise
        finally:
            ended.cancel()

    async def kill(self) -> None:
        """SIGKILL: it gets no chance to do anything.

        Raises:
            AssertionError: it had ended by itself.
        """
        await self._end(signal.SIGKILL)

    async def stop(self, within: float = 15.0) -> int:
        """SIGTERM, as a service manager stops it. Its exit status.

        Raises:
            AssertionError: it had ended by itself.
            TimeoutError: it goes on `within` seconds later; then it is killed.
        """
        try:
            async with asyncio.timeout(within):
                return await self._end(signal.SIGTERM)
        except TimeoutError:
            await self.kill()
            raise

    async def die(self, times: int, random: Random, longest: float) -> None:
        """Again and again: let it work for up to `longest` seconds from when it is ready, kill it, start it anew."""
        for _ in range(times):
            await asyncio.sleep(random.uniform(0, longest))
            await self.kill()
            await self.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            await self.kill()

    async def _end(self, number: signal.Signals) -> int:
        assert self._process is not None, "it does not run"
        if self._process.returncode is not None:
            self._mourn()
        os.killpg(self._process.pid, number)
        status = await self._process.wait()
        self._process = None
        return status

    def _mourn(self) -> None:
        assert self._process is not None
        status, self._process = self._process.returncode, None
        last = "\n".join(self.log.splitlines()[-_LINES:])
        raise AssertionError(f"{' '.join(self._command)} ended by itself with {status}:\n{last}")
