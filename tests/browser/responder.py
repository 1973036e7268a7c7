"""A small app for the page to talk to: it answers every phone at once, so that the page can be tested by itself."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from markupsafe import Markup

from bot.channels.simulator import Phones, Simulator, silent, simulators
from bot.core.clock import Clock
from bot.core.messages import Inbound, Kind, Option, Outbound
from bot.web import application, serve

COMMANDS = {
    "en": [
        ("start", "Begin, or begin again"),
        ("topics", "What we write to you about"),
        ("help", "What can be done here"),
    ],
    "az": [("start", "Başlamaq"), ("topics", "Nə barədə yazaq"), ("help", "Burada nə etmək olar")],
}
QUESTION = Markup("<b>What should we write to you about?</b>\nChoose as many as you like.")
TOPICS_MENU = "m1"
TOPICS = ("Education", "Health", "Environment", "Human rights", "Peace and conflict prevention")


class Kept:
    """Files on disk, by their hash."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def store(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        (self._directory / digest).write_bytes(data)
        return f"sha256:{digest}"

    def path(self, file: str) -> Path:
        return self._directory / file.removeprefix("sha256:")


class Responder:
    """The app's side of the page, in one process with the test."""

    zone = ZoneInfo("Asia/Baku")

    def __init__(self, directory: Path) -> None:
        # A fixed moment to begin with, so that the screenshots do not change by themselves.
        self._clock = Clock(max(datetime(2027, 3, 15, 5, 12, tzinfo=UTC) - datetime.now(UTC), timedelta()))
        self._silent = 0
        self._ticked: dict[str, set[str]] = {}
        self.heard: list[Inbound] = []
        self.files = Kept(directory)
        self.phones = Phones(directory / "phones", self.now)
        self.channels: tuple[Simulator, Simulator] = simulators(self.phones, self, self.files, COMMANDS)
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self) -> None:
        for channel in self.channels:
            await channel.start(self._accept)
        app = application(self.channels, self._health, self._metrics, self.files)
        self._runner = await serve(app, "127.0.0.1", self.port)
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        for channel in self.channels:
            await channel.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def now(self) -> datetime:
        return self._clock.now()

    def network_name(self, language: str) -> str:
        names = {"az": "QHT-lərin regional şəbəkəsi", "ru": "Региональная сеть НПО"}
        return names.get(language, "UN-NGO Informal Regional Network in Azerbaijan")

    async def advance(self, seconds: int) -> None:
        self._clock.advance(timedelta(seconds=seconds))

    async def silent_members(self) -> int:
        return self._silent

    async def add_silent(self, count: int, on_progress: Callable[[int], None]) -> None:
        self._silent += count
        on_progress(count)

    async def broadcast(self) -> None:
        """Write to every silent member."""
        for number in range(self._silent):
            await self.channels[0].send(silent(number), Outbound(Markup("News")))

    async def say(self, user: str, outbound: Outbound) -> None:
        channel = next(channel for channel in self.channels if channel.name == self.phones[user].address.channel)
        await channel.send(user, outbound)

    async def hears(self, kind: Kind) -> Inbound:
        """The next of this kind that comes, within five seconds."""
        async with asyncio.timeout(5):
            while not (found := [heard for heard in self.heard if heard.kind is kind]):
                await asyncio.sleep(0.02)
        self.heard.remove(found[0])
        return found[0]

    async def _accept(self, inbounds: Sequence[Inbound]) -> None:
        self.heard += inbounds
        for inbound in inbounds:
            outbound = self._tapped(inbound) or self._answer(inbound)
            if outbound is not None:
                await self.say(inbound.address.user, outbound)

    def _tapped(self, inbound: Inbound) -> Outbound | None:
        """To a tap under anything but the topics, just what was tapped."""
        elsewhere = inbound.tap and not inbound.tap.startswith(f"{TOPICS_MENU}:")
        return Outbound(Markup("You tapped: {}").format(inbound.tap)) if elsewhere else None

    def _answer(self, inbound: Inbound) -> Outbound | None:
        ticked = self._ticked.setdefault(inbound.address.user, set())
        match inbound.kind:
            case Kind.BLOCKED | Kind.UNBLOCKED | Kind.VOTE:
                return None
            case Kind.TAP:
                topic = inbound.tap.partition(":")[2]
                if topic == "done":
                    return Outbound(Markup("Noted: {}.").format(", ".join(sorted(ticked))), edit=inbound.message)
                ticked.symmetric_difference_update({topic})
                return self._menu(ticked, edit=inbound.message)
            case Kind.TEXT if inbound.plain.split()[0] in ("/start", "СТАРТ", "Start"):
                return self._menu(ticked)
            case Kind.TEXT:
                return Outbound(Markup("You said: {}").format(inbound.text))
        return Outbound(Markup("That was a <i>{}</i>.").format(inbound.kind.value), attachment=inbound.attachment)

    def _menu(self, ticked: set[str], edit: str = "") -> Outbound:
        topics = [Option(topic, topic, chosen=topic in ticked) for topic in TOPICS]
        done = Option("done", "Done", navigation=True)
        return Outbound(QUESTION, (*topics, done), menu=TOPICS_MENU, edit=edit)

    async def _health(self) -> dict[str, bool]:
        return {"ok": True}

    async def _metrics(self) -> str:
        return ""
