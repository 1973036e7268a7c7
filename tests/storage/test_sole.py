"""Where there can be one process only, a second one is turned away, and nothing is left of one that was killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from storage.sole import Occupied, sole

HOLDS = """
import sys, time
from pathlib import Path
from storage.sole import sole
with sole(Path(sys.argv[1]), ""):
    print("here", flush=True)
    time.sleep(60)
"""


def test_a_second_one_is_turned_away_in_words_until_the_first_has_gone(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "korpu.db"
    with sole(path, "Stop it."), pytest.raises(Occupied) as refused, sole(path, "Stop it."):
        pass
    assert str(refused.value) == f"Another process runs on {path}. Stop it."
    with sole(path, "Stop it."):
        pass


def test_a_process_that_is_killed_leaves_its_place(tmp_path: Path) -> None:
    path = tmp_path / "korpu.db"
    with subprocess.Popen([sys.executable, "-c", HOLDS, path], stdout=subprocess.PIPE, text=True) as other:  # noqa: S603 - ourselves
        assert other.stdout is not None
        assert other.stdout.readline() == "here\n"
        with pytest.raises(Occupied), sole(path, ""):
            pass
        other.kill()
        other.wait()
    with sole(path, ""):
        pass
