"""One process at a time, where there can be no second one; the kernel lets go when it ends, in whatever way."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Occupied(OSError):  # noqa: N818 - it is a state, told to the operator, not a bug
    """Another process is there. The message says where, and what to do."""


@contextmanager
def sole(path: Path, instead: str) -> Iterator[None]:
    """Be the only one at this path, by a lock on a file beside it.

    Args:
        instead: a sentence about what to do when another process is there.

    Raises:
        Occupied: it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{path}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied(f"Another process runs on {path}. {instead}") from None
        yield
