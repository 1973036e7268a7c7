"""Every measured program runs alone in a process of its own, and tells what it measured as one line of JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def stub() -> Iterator[str]:
    """The stub server in its process; its address."""
    with subprocess.Popen([sys.executable, "-m", "bench.stub"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def measured(contender: str, *arguments: object) -> dict[str, float]:
    """Run `bench.contenders.<contender>`.

    Raises:
        subprocess.CalledProcessError: it failed; its words are on stderr.
    """
    command = [sys.executable, "-m", f"bench.contenders.{contender}", *map(str, arguments)]
    told: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)  # noqa: S603 - our own
    return told


class Stopwatch:
    """Runs from its making until it is read."""

    def __init__(self) -> None:
        self._began, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        """Seconds by the clock, and of CPU in all threads, which say more on a machine that does other work too."""
        return {"seconds": time.perf_counter() - self._began, "cpu": time.process_time() - self._cpu}


def tell(**figures: float) -> None:
    """The contender's own side: its figures, and its largest resident memory in MB, unless it tells an earlier one."""
    print(json.dumps({"peak": peak()} | figures))


def peak() -> float:
    """Linux's own account of it, in MB; `ru_maxrss` begins, in a child, with what its parent had."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
