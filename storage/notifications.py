"""What processes on one PostgreSQL call to each other: something was queued, look now. A lost call costs half a second.

A call is made after the commit that it tells of, not in it: PostgreSQL commits transactions that notify one after the
other. Those that come up while one is on its way go out as one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from psycopg import AsyncConnection, Error
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from storage.database import CONNECTING, LEAVING, Database

log = logging.getLogger(__name__)

_NAME: Final = "korpu"
"""The notifications' name in PostgreSQL, where each database has its own."""

_AGAIN: Final = 2
"""Seconds between attempts while the database is away."""


class Notifications:
    """This process among those on one PostgreSQL.

    Args:
        heard: called, in the event loop, when another process called, or may have while we could not hear.
    """

    def __init__(self, database: Database, heard: Callable[[], None]) -> None:
        self._database = database
        self._heard = heard
        self._waiting = asyncio.Event()

    def call(self) -> None:
        """Tell every process, after this returns."""
        self._waiting.set()

    async def run(self) -> None:
        """Listen and call until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen_forever())
            group.create_task(self._call_forever())

    async def _listen_forever(self) -> None:
        while True:
            try:
                await self._listen()
            except (Error, OSError) as error:
                log.warning("other processes cannot be heard (%s); trying again", type(error).__name__)
                await asyncio.sleep(_AGAIN)

    async def _listen(self) -> None:
        """On a connection of its own."""
        engine = self._database.engine
        where = {**engine.dialect.create_connect_args(engine.url)[1], **CONNECTING}
        async with await AsyncConnection.connect(autocommit=True, **where) as connection:
            await connection.execute(LEAVING)
            await connection.execute(f"LISTEN {_NAME}")
            self._heard()
            async for _ in connection.notifies():
                self._heard()

    async def _call_forever(self) -> None:
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            try:
                await self._database.run(_notify)
            except (SQLAlchemyError, OSError):
                await asyncio.sleep(_AGAIN)  # whoever was called looks by itself


def _notify(session: Session) -> None:
    session.execute(select(func.pg_notify(_NAME, "")))
