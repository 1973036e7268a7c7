"""A WhatsApp channel with Twilio at the other end, its webhook mounted behind a public address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.whatsapp import Account, Setup, WhatsAppChannel
from bot.core.channel import Receipt
from bot.core.messages import Attachment, Inbound
from tests.emulators.twilio import ACCOUNT, SENDER, TOKEN, Twilio

PUBLIC = "https://korpu.example"
OURS = Account(ACCOUNT, TOKEN, sender=SENDER.removeprefix("whatsapp:"))
AYGUN = "+994501234567"
LANGUAGES = ("az", "ru", "en")


class Kept:
    """Remembers, as the application's table does."""

    def __init__(self) -> None:
        self.facts: dict[str, dict[str, Any]] = {}

    async def recall(self, key: str) -> dict[str, Any]:
        return self.facts.get(key, {})

    async def remember(self, key: str, value: dict[str, Any]) -> None:
        self.facts[key] = value


@dataclass
class Line:
    """Both ends, and what the channel told us.

    Attributes:
        inbox: what was accepted.
        told: receipts.
        stopped: sentences for the owner.
        failures: how many of the next attempts to store something fail.
    """

    twilio: Twilio
    memory: Kept = field(default_factory=Kept)
    inbox: list[Inbound] = field(default_factory=list)
    told: list[Receipt] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    failures: int = 0

    def channel(self, **settings: Any) -> WhatsAppChannel:
        usual: dict[str, Any] = {
            "account": OURS,
            "public_url": PUBLIC,
            "note": self.note,
            "media_url": media_url,
            "memory": self.memory,
            "api_url": self.twilio.url,
            "on_stopped": self.stopped.append,
        }
        chosen = usual | settings
        return WhatsAppChannel(chosen.pop("account"), **chosen)

    async def accept(self, inbounds: Sequence[Inbound]) -> None:
        await self._fail()
        self.inbox += inbounds

    async def note(self, receipts: Sequence[Receipt]) -> None:
        await self._fail()
        self.told += receipts

    @asynccontextmanager
    async def running(self, **settings: Any) -> AsyncIterator[WhatsAppChannel]:
        """A started channel, reached under the public address."""
        channel = self.channel(**settings)
        app = web.Application()
        app.router.add_routes(channel.routes())
        app.router.add_get("/files/{name}", _file)
        async with TestServer(app) as server:
            self.twilio.reach[PUBLIC] = str(server.make_url("")).rstrip("/")
            self.twilio.webhooks.url = f"{PUBLIC}/whatsapp#rc=5&rp=all"
            await channel.start(self.accept)
            try:
                yield channel
            finally:
                await channel.stop()

    async def set_up(self) -> None:
        """All Content resources are there, and the bells approved."""
        await Setup(OURS, self.twilio.url, _unsaid).run()
        for language in LANGUAGES:
            self.twilio.world.approve(f"korpu_bell_{language}")

    async def _fail(self) -> None:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")


@asynccontextmanager
async def serving() -> AsyncIterator[Line]:
    async with Twilio() as twilio:
        yield Line(twilio)


def media_url(attachment: Attachment) -> str:
    if not attachment.file.startswith("sha256:"):
        raise ValueError(f"not stored: {attachment.file}")
    return f"{PUBLIC}/files/{attachment.file.removeprefix('sha256:')}"


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def _file(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    kinds = {"pdf": ("application/pdf", b"%PDF-1.7"), "png": ("image/png", b"\x89PNG...")}
    mime, content = kinds[name.rpartition(".")[2]]
    return web.Response(body=content, content_type=mime)


def _unsaid(line: str) -> None:
    assert line
