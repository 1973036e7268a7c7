"""What one process is among several: alone where there can be no second, one folder with the others, leading or not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.orm import Session

from bot.settings import SettingError, Settings
from bot.workers.deliver import Foreman
from storage import lanes
from storage.facts import recall, remember
from storage.files import Files
from storage.sole import sole

_SQLITE_ALONE: Final = (
    "SQLite takes one process: stop the other one, or set DATABASE_URL to a PostgreSQL database and run as many as you"
    " like."
)
_DEMO_ALONE: Final = "The demo's phones are in one process: stop the other one."
_TWO_FOLDERS: Final = (
    "DATA is another folder here than for the process that runs already, so one would not find the files of the other."
    " Let it be the same folder for all of them, shared over the network if they are on several machines."
)

_FOLDER: Final = "files.folder"
"""The fact by which processes find out whether they have one file store."""


def alone(settings: Settings) -> AbstractContextManager[None]:
    """Where there can be no second process, be the only one: before anything is touched.

    Raises:
        Occupied: another process runs.
    """
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        return sole(Path(url.database), _SQLITE_ALONE)
    return sole(settings.data / "demo", _DEMO_ALONE) if settings.demo else nullcontext()


def share(session: Session, files: Files) -> None:
    """Be one of several processes: see that the others have the same files.

    Raises:
        SettingError: one that runs has others.
    """
    folder = {"name": files.name()}
    if lanes.led(session) and recall(session, _FOLDER) not in ({}, folder):
        raise SettingError(_TWO_FOLDERS)
    remember(session, _FOLDER, folder)


class Led:
    """A channel's `Lead`; the channel is there before its foreman."""

    def __init__(self, foremen: Mapping[str, Foreman], channel: str) -> None:
        self._foremen = foremen
        self._channel = channel

    @property
    def holds(self) -> bool:
        return self._foremen[self._channel].leadership.holds

    async def held(self) -> None:
        await self._foremen[self._channel].leadership.held()
