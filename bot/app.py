"""The composition root: from settings to a running bot, and gracefully back down."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from bot.actions import broadcasts, invitations, owners, reports
from bot.actions.wording import Wording
from bot.channels.simulator import COORDINATOR, Phones, simulators
from bot.channels.telegram import Profile, TelegramChannel
from bot.core.channel import Channel
from bot.core.clock import Clock
from bot.demo import Demo, remembered_offset
from bot.handlers import commands, descriptions, router, short_descriptions
from bot.media import Media
from bot.monitoring import Monitoring
from bot.network_file import load
from bot.processes import Led, share
from bot.settings import Settings
from bot.web import application, serve
from bot.workers.accept import Accept
from bot.workers.carrying import Carrying
from bot.workers.converse import Converse
from bot.workers.deliver import Foreman
from bot.workers.receipts import Receipts
from scheduler.broadcasts import Broadcasts
from scheduler.clock import Ticks
from scheduler.housekeeping import Housekeeping
from scheduler.publishing import Publications
from scheduler.reminders import Reminders
from scheduler.schedules import Schedules
from scheduler.seats import Seats
from scheduler.unreachable import MonthlyList
from scheduler.verdicts import Verdicts
from storage import lanes
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.facts import recall, remember, settle_on
from storage.files import Files
from storage.migrating import migrate
from storage.staff import Role

if TYPE_CHECKING:
    from storage.notifications import Notifications

log = logging.getLogger(__name__)

SENDERS = 64
"""Sends in flight on one channel, at least: enough for 30 a second at two seconds' latency."""

LATENCY = 0.2
"""Seconds that a send may take without holding up a higher rate."""

GRACE = 10
"""Seconds that sends in flight get to finish on a stop."""

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
        secret = self.database.transact(lambda session: _secret(session, "media"))
        self.media = Media(settings.public_url, secret, self.files, self.clock.now)
        self._tasks: set[asyncio.Future[None]] = set()
        self.phones: Phones | None = None
        self.channels: dict[str, Channel] = {}
        self.foremen: dict[str, Foreman] = {}
        self.channels.update((channel.name, channel) for channel in self._channels())
        wording = Wording(self.network)
        self.converse = Converse(
            self.database, self.clock, self.network, router(), self.channels, self.files, self._nudge
        )
        self.carrying = Carrying(self.channels, self.database, self.clock, self.files)
        self.accept = Accept(self.database, self.clock, self.converse.wake)
        self.foremen.update(
            (name, Foreman(channel, self.database, self.clock, wording, _senders(channel), self._pause, self.channels))
            for name, channel in self.channels.items()
        )
        self._calls = self._calling()
        moving = Broadcasts(self.database, self.clock, self.network, self.channels, self.files, self._nudge)
        self.ticks = Ticks(lambda: self._leads)
        self.ticks.every(1, moving.tick)
        self.ticks.every(1, Publications(self.database, self.clock, self.network, self._nudge).tick)
        self.ticks.every(10, Reminders(self.database, self.clock, self.network, self._nudge).tick)
        issuing = Schedules(self.database, self.clock, self.network, self.channels, self.files, self._nudge)
        self.ticks.every(10, issuing.tick)
        keeping = Housekeeping(self.database, self.clock, self.files)
        self.ticks.every(30, keeping.erase)
        self.ticks.every(30, keeping.expire)
        self.ticks.every(3600, keeping.clean)
        self.ticks.every(5, Seats(self.database, self.clock, self.network, self.files, self._nudge).tick)
        self.ticks.every(10, Verdicts(self.database, self.clock, self.network, self._nudge).tick)
        self.ticks.every(60, MonthlyList(self.database, self.clock, self.network, self._nudge).tell)

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set; then finish what is in flight, write its outcomes, and let go.

        Raises:
            ChannelStopped: a platform refuses our account.
            OSError: the port is taken.
        """
        async with AsyncExitStack() as stack:
            stack.callback(self.database.close)
            monitoring = Monitoring(
                self.database, lambda: {name: foreman.leadership.holds for name, foreman in self.foremen.items()}
            )
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
            foremen = [asyncio.create_task(foreman.run()) for foreman in self.foremen.values()]
            stack.push_async_callback(self._finish, foremen)
            turns = 1 if self.database.is_sqlite else TURNS_AT_ONCE
            conversing = [asyncio.create_task(self.converse.run()) for _ in range(turns)]
            beside = [asyncio.create_task(self.carrying.run())]
            if self._calls is not None:
                beside.append(asyncio.create_task(self._calls.run()))
            stack.push_async_callback(_cancel, [*conversing, *beside])
            self.ticks.start()
            stack.callback(self.ticks.stop)
            for channel in self.channels.values():
                await channel.start(self.accept)
            if self.settings.demo:
                host, port = runner.addresses[0][:2]
                print(f"The demo runs at http://{host}:{port} (stop it with Ctrl+C)", flush=True)  # noqa: T201 - for whoever started it
            welcoming = asyncio.create_task(self._welcome_owner())
            stack.push_async_callback(_cancel, [welcoming])
            waiting = asyncio.create_task(stop.wait())
            done, _running = await asyncio.wait(
                [waiting, *foremen, *conversing, *beside], return_when=asyncio.FIRST_COMPLETED
            )
            await _cancel([waiting])
            for worker in done - {waiting}:
                worker.result()  # a worker never ends by itself: what ended it is raised, and the exit status tells

    def invite_owner(self) -> str:
        """A one-time link that makes whoever opens it an owner."""
        lasts = timedelta(hours=self.settings.owner_link_hours)
        return self.database.transact(
            lambda session: invitations.invite(session, Role.OWNER, (), None, self.clock.now(), lasts)
        )

    def _channels(self) -> list[Channel]:
        channels: list[Channel] = []
        settings = self.settings
        if settings.telegram_token:
            channels.append(
                TelegramChannel(
                    settings.telegram_token.reveal(),
                    files=self.files,
                    api_url=settings.telegram_api_url,
                    public_url=settings.public_url,
                    webhook_secret=self.database.transact(lambda session: _secret(session, "telegram.webhook")),
                    rate=settings.telegram_rate,
                    profile=Profile(commands(), descriptions(self.network), short_descriptions(self.network)),
                    lead=Led(self.foremen, "telegram"),
                    on_stopped=self._stopped("telegram"),
                )
            )
        if settings.whatsapp:
            # Twilio's SDK takes 0.1 s and 7 MB, for those alone who use it.
            from bot.channels.whatsapp import Account, WhatsAppChannel  # noqa: PLC0415

            channels.append(
                WhatsAppChannel(
                    Account.of(settings),
                    public_url=settings.public_url,
                    note=Receipts("whatsapp", self.database, self.clock, self._nudge, self._pause, self.channels),
                    media_url=self.media.url,
                    memory=Memory(self.database),
                    api_url=settings.twilio_api_url,
                    rate=settings.whatsapp_rate,
                    daily_limit=settings.whatsapp_daily_limit,
                    lead=Led(self.foremen, "whatsapp"),
                    on_stopped=self._stopped("whatsapp"),
                )
            )
        if settings.demo:
            demo = Demo(self.database, self.clock, self.network, self._nudge)
            self.phones = Phones(settings.data / "demo", self.clock.now)
            channels += simulators(self.phones, demo, self.files, commands(), settings.demo_rate)
        return channels

    def _start_lanes(self, session: Session) -> None:
        """SQLite takes one process, so a lease that is still running is a dead one's."""
        if not self.database.is_sqlite:
            share(session, self.files)
        lanes.start_anew(session, list(self.channels), self.clock.now(), alone=self.database.is_sqlite)

    @property
    def _leads(self) -> bool:
        """Whether this process does what one is enough for: it is the one that leads the first channel."""
        return all(foreman.leadership.holds for foreman in [*self.foremen.values()][:1])

    def _calling(self) -> Notifications | None:
        """Where there can be other processes, what reaches them."""
        if self.database.is_sqlite:
            return None
        from storage.notifications import Notifications  # noqa: PLC0415 - psycopg takes 10 MB, for those alone who use it

        return Notifications(self.database, self._wake_foremen)

    def _nudge(self) -> None:
        """Something was queued."""
        self._wake_foremen()
        if self._calls is not None and not all(foreman.leadership.holds for foreman in self.foremen.values()):
            self._calls.call()

    def _wake_foremen(self) -> None:
        for foreman in self.foremen.values():
            foreman.wake.nudge()

    async def _welcome_owner(self) -> None:
        """As long as nobody owns the network, offer the one-time link: in the terminal, and on the first demo phone.

        Of several processes one does.
        """
        for foreman in [*self.foremen.values()][:1]:
            await foreman.leadership.held()
        if not await self.database.read(invitations.needs_owner):
            return
        token = await asyncio.to_thread(self.invite_owner)
        if self.phones is not None:
            self.phones.suggest(COORDINATOR, f"/start {token}")
        for channel in self.channels.values():
            print(f"Become the owner ({channel.label}): {channel.link(token)}")  # noqa: T201 - never into a log

    async def _pause(self, broadcast_id: int, reason: str) -> None:
        """The circuit breaker: the platform refuses what is sent, not whom it is sent to."""

        def pause(session: Session) -> None:
            now = self.clock.now()
            if broadcasts.pause(session, broadcast_id, None, reason, now):
                reports.tell_paused(session, session.get_one(Broadcast, broadcast_id), self.channels, now)

        await self.database.run(pause)
        self._nudge()

    def _stopped(self, channel: str) -> Callable[[str], None]:
        """What to do when a platform refuses our account later on: send nothing more there, and tell the owners."""

        def stop(sentence: str) -> None:
            log.error("%s is stopped: %s", channel, sentence)

            def write(session: Session) -> None:
                lanes.stop(session, channel, sentence)
                owners.tell_stopped(session, channel, sentence, self.clock.now())

            self._tasks.add(task := asyncio.ensure_future(self.database.run(write)))
            task.add_done_callback(self._tasks.discard)

        return stop

    async def _finish(self, foremen: Sequence[asyncio.Task[None]]) -> None:
        for foreman in self.foremen.values():
            foreman.stop()
        _done, late = await asyncio.wait(foremen, timeout=GRACE)
        await _cancel(late)


class Memory:
    """What a channel remembers, among the facts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recall(self, key: str) -> dict[str, Any]:
        return await self._database.read(lambda session: recall(session, key))

    async def remember(self, key: str, value: dict[str, Any]) -> None:
        await self._database.run(lambda session: remember(session, key, value))


def _senders(channel: Channel) -> int:
    return max(SENDERS, math.ceil(channel.rate * LATENCY))


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _secret(session: Session, key: str) -> str:
    """A random secret, the same for every process and start: Telegram's proof that it is Telegram, for one."""
    return str(settle_on(session, key, {"secret": secrets.token_urlsafe(32)})["secret"])
