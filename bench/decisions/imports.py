"""What it costs to import a Telegram library: CPU seconds and memory, each in a fresh interpreter, median of five.

Once as every start after the first finds it (compiled), once as the first start in a new container does (not compiled).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from statistics import median

from bench.figures import machine

ROUNDS = 5

CONTENDERS = {
    "nothing": "",
    "aiohttp": "import aiohttp",
    "python-telegram-bot": "from telegram import Bot",
    "bot.channels.telegram": "import bot.channels.telegram",
    "aiogram": "from aiogram import Bot, Dispatcher",
}

_MEASURED = """
import time
{}
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.process_time(), int(peak.split()[1]) / 1024)
"""
"""Linux only: `getrusage` would count the memory of the process that started this one too."""


def cost(statement: str, *, compiled: bool) -> tuple[float, float]:
    """CPU seconds and peak memory in MB of an interpreter that does nothing but this."""
    with tempfile.TemporaryDirectory() as empty:
        cold = {} if compiled else {"PYTHONPYCACHEPREFIX": empty, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", _MEASURED.format(statement)]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ | cold)  # noqa: S603 - our own
    cpu, memory = map(float, told.stdout.split())
    return cpu, memory


def main() -> None:
    print(machine())
    for compiled in (True, False):
        costs: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTENDERS}
        for statement in CONTENDERS.values():
            cost(statement, compiled=compiled)  # the disk's cache is warm for everybody
        for _ in range(ROUNDS):
            for name, statement in CONTENDERS.items():
                costs[name].append(cost(statement, compiled=compiled))
        cpu = {name: median(one for one, _ in measured) for name, measured in costs.items()}
        memory = {name: median(one for _, one in measured) for name, measured in costs.items()}
        how = "compiled" if compiled else "not compiled"
        print(f"\n{how}, above the bare interpreter ({cpu['nothing']:.2f} s, {memory['nothing']:.0f} MB):")
        for name in list(CONTENDERS)[1:]:
            print(f"  {name:24} {cpu[name] - cpu['nothing']:5.2f} s  {memory[name] - memory['nothing']:5.0f} MB")


if __name__ == "__main__":
    main()
