"""What is due at a tick, done one by one: each in a transaction of its own, so that one that fails stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy.orm import Session

from storage.database import Database

log = logging.getLogger(__name__)

T = TypeVar("T")


async def do_each(database: Database, due: Iterable[T], act: Callable[[Session, T], bool | None],
                  deliver: Callable[[], None], failed: str) -> None:  # fmt: skip
    """Do it with each. What fails is logged, and still due at the next tick.

    Args:
        act: False when it queued nothing.
        deliver: called when something was, or may have been.
        failed: what the log says of one that failed, such as "event {} could not be noted".
    """
    for what in due:
        try:
            queued = await database.run(lambda session, what=what: act(session, what))  # type: ignore[misc]  # mypy does not see its type in a default
        except Exception:
            log.exception("%s; the next tick tries again", failed.format(what))
        else:
            if queued is not False:
                deliver()
