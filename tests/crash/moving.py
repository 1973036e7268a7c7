"""The clock of a drill's bot, which its demo can move: forward while it runs, either way while it does not.

The machine's own clock is nobody's to move, and a machine that was off for five hours is, to a bot that was stopped,
a clock that is five hours ahead. Telegram's clock goes along.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp
from sqlalchemy.orm import Session

from bot.demo import remembered_offset
from storage.facts import remember
from tests.crash.drill import Drill
from tests.crash.lives import free_port


class MovingClock:
    """Of a drill that has not been started yet."""

    def __init__(self, drill: Drill) -> None:
        self._drill = drill
        self._port: Final = free_port()
        drill.more |= {"DEMO": "yes", "PORT": str(self._port)}

    async def moves(self, by: timedelta) -> None:
        """By so much, while the bot does not run."""

        def move(session: Session) -> timedelta:
            ahead = remembered_offset(session) + by
            remember(session, "demo.clock", {"offset": ahead.total_seconds()})
            return ahead

        ahead = await self._drill.database.run(move)
        self._drill.api.world.ahead = ahead.total_seconds()

    async def moves_to(self, moment: datetime) -> None:
        """So that it is this moment there, while the bot does not run."""
        ahead = await self._drill.database.read(remembered_offset)
        await self.moves(moment - datetime.now(UTC) - ahead)

    async def advances(self, by: timedelta) -> None:
        """By so much, while it runs, as somebody at the demo's page does it."""
        asked = {"do": "advance", "id": "of-the-drill", "seconds": int(by.total_seconds())}
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"ws://127.0.0.1:{self._port}/live", origin=f"http://127.0.0.1:{self._port}") as page,
        ):
            await page.send_json(asked)
            before = await self._drill.database.read(remembered_offset)
            while await self._drill.database.read(remembered_offset) == before:
                await page.receive(timeout=10)
        self._drill.api.advance(by.total_seconds())
