"""The composition root: from settings to a running bot, and gracefully back down."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.actions import charts, invitations, signature_pages
from bot.actions.wording import Wording
from bot.channels.simulator import COORDINATOR, Phones
from bot.core.channel import Channel, Fetching
from bot.core.clock import Clock
from bot.crew import Crew, cancel
from bot.demo import remembered_offset
from bot.handlers import router
from bot.media import Media
from bot.messengers import Messengers
from bot.monitoring import Monitoring
from bot.network_file import load
from bot.processes import share
from bot.settings import Settings
from bot.timetable import timetable
from bot.web import application, serve
from bot.workers.accept import Accept
from bot.workers.carrying import Carrying
from bot.workers.converse import Converse
from bot.workers.making import papers, pictures
from storage import lanes
from storage.database import Database
from storage.facts import secret
from storage.files import Files
from storage.migrating import migrate
from storage.staff import Role

TURNS_AT_ONCE = 3
"""Converse workers on PostgreSQL; SQLite has one writer, and one worker groups its turns best."""


class App:
    """One network's bot in one process."""

    def __init__(self, settings: Settings) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.network = load(settings.network)
        self.database = Database(settings.database)
        migrate(self.database)
        self.clock = Clock(self.database.transact(remembered_offset) if settings.demo else timedelta())
        self.files = Files(settings.data / "files")
        signs = self.database.transact(lambda session: secret(session, "media"))
        self.media = Media(settings.public_url, signs, self.files, self.clock.now)
        self.phones = Phones(settings.data / "demo", self.clock.now) if settings.demo else None
        self.channels: dict[str, Channel] = {}
        self.crew = Crew(self.database, self.clock, self.channels)
        messengers = Messengers(settings, self.network, self.database, self.clock, self.files, self.media, self.crew)
        self.channels.update((channel.name, channel) for channel in messengers.channels(self.phones))
        nudge = self.crew.nudge
        self.converse = Converse(self.database, self.clock, self.network, router(), self.channels, self.files, nudge)
        made = (self.database, self.clock, self.network)
        homes: dict[str, Fetching] = {charts.HOME: pictures(*made), signature_pages.HOME: papers(*made)}
        self.carrying = Carrying(self.channels, self.database, self.clock, self.files, homes)
        self.accept = Accept(self.database, self.clock, self.converse.wake)
        self.crew.hire(Wording(self.network))
        self.ticks = timetable(
            self.database, self.clock, self.network, self.channels, self.files, nudge, lambda: self.crew.leads
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set; then finish what is in flight, write its outcomes, and let go.

        Raises:
            ChannelStopped: a platform refuses our account.
            OSError: the port is taken.
        """
        async with AsyncExitStack() as stack:
            stack.callback(self.database.close)
            monitoring = Monitoring(self.database, lambda: self.crew.led)
            web = application(
                list(self.channels.values()),
                monitoring.health,
                monitoring.metrics,
                self.files if self.settings.demo else None,
                self.media.routes(),
            )
            runner = await serve(web, self.settings.host, self.settings.port, shared=not self.database.is_sqlite)
            stack.push_async_callback(runner.cleanup)
            await self.database.run(self._start_lanes)
            for channel in self.channels.values():
                stack.push_async_callback(channel.stop)
            foremen = [asyncio.create_task(foreman.run()) for foreman in self.crew.foremen.values()]
            stack.push_async_callback(self.crew.finish, foremen)
            turns = 1 if self.database.is_sqlite else TURNS_AT_ONCE
            conversing = [asyncio.create_task(self.converse.run()) for _ in range(turns)]
            beside = [asyncio.create_task(self.carrying.run())]
            if self.crew.calls is not None:
                beside.append(asyncio.create_task(self.crew.calls.run()))
            stack.push_async_callback(cancel, [*conversing, *beside])
            self.ticks.start()
            stack.callback(self.ticks.stop)
            for channel in self.channels.values():
                await channel.start(self.accept)
            if self.settings.demo:
                host, port = runner.addresses[0][:2]
                print(f"The demo runs at http://{host}:{port} (stop it with Ctrl+C)", flush=True)  # noqa: T201 - for whoever started it
            welcoming = asyncio.create_task(self._welcome_owner())
            stack.push_async_callback(cancel, [welcoming])
            waiting = asyncio.create_task(stop.wait())
            done, _running = await asyncio.wait(
                [waiting, *foremen, *conversing, *beside], return_when=asyncio.FIRST_COMPLETED
            )
            await cancel([waiting])
            for worker in done - {waiting}:
                worker.result()  # a worker never ends by itself: what ended it is raised, and the exit status tells

    def invite_owner(self) -> str:
        """A one-time link that makes whoever opens it an owner."""
        lasts = timedelta(hours=self.settings.owner_link_hours)
        return self.database.transact(
            lambda session: invitations.invite(session, Role.OWNER, (), None, self.clock.now(), lasts)
        )

    def _start_lanes(self, session: Session) -> None:
        """SQLite takes one process, so a lease that is still running is a dead one's."""
        if not self.database.is_sqlite:
            share(session, self.files)
        lanes.start_anew(session, list(self.channels), self.clock.now(), alone=self.database.is_sqlite)

    async def _welcome_owner(self) -> None:
        """As long as nobody owns the network, offer the one-time link: in the terminal, and on the first demo phone.

        Of several processes one does.
        """
        await self.crew.lead()
        if not await self.database.read(invitations.needs_owner):
            return
        token = await asyncio.to_thread(self.invite_owner)
        if self.phones is not None:
            self.phones.suggest(COORDINATOR, f"/start {token}")
        for channel in self.channels.values():
            print(f"Become the owner ({channel.label}): {channel.link(token)}")  # noqa: T201 - never into a log
