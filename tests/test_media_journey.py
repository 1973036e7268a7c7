"""What a coordinator attaches on Telegram reaches a phone on another channel: the whole app, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import unused_port
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import App
from bot.channels.simulator.shapes import WHATSAPP
from bot.core.messages import Attachment
from bot.settings import Secret, Settings
from storage.members import MemberAddress
from storage.staff import Role, Staff
from tests.emulators.telegram import BotApi
from tests.emulators.telegram.files import PIXEL
from tests.plain_network import plain_network
from tests.storage.people import add_member

NARGIZ = f"{WHATSAPP.numbers}003"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@asynccontextmanager
async def running(app: App) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(app.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


def _people(app: App, coordinator: int) -> Callable[[Session], None]:
    def write(session: Session) -> None:
        author = add_member(session, app.clock, str(coordinator))
        session.add(Staff(member_id=author.id, role=Role.COORDINATOR, topics=[], granted_at=app.clock.now()))
        add_member(session, app.clock, NARGIZ, channel=WHATSAPP.channel)
        for address in session.scalars(select(MemberAddress)):
            address.last_inbound_at = app.clock.now()

    return write


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_photo_from_telegram_is_seen_on_the_other_channel(
    api: BotApi, database_url: str, tmp_path: Path
) -> None:
    aysel, port = api.person(42, started=True), unused_port()
    settings = Settings(
        data=tmp_path,
        database_url=database_url,
        port=port,
        telegram_token=Secret(api.token),
        telegram_api_url=api.url,
        demo=True,
        network=plain_network(tmp_path),
    )
    app = App(settings)
    app.database.transact(_people(app, aysel.id))
    assert app.phones is not None
    app.phones[NARGIZ].spoke = app.clock.now().isoformat()
    async with running(app):
        await aysel.says("/newsletter")
        await aysel.sees("Send me the text of the newsletter")
        await aysel.sends_photo(caption="Look")
        for sees, taps in (
            ("Which language", "English"),
            ("Your newsletter", "Send"),
            ("Send to 2 members now?", "Send to 2 members"),
        ):
            await aysel.taps(taps, await aysel.sees(sees))
        photo = await _received(app)
        async with ClientSession(f"http://127.0.0.1:{port}") as session, session.get(app.media.url(photo)) as answer:
            assert (answer.status, answer.content_type, await answer.read()) == (200, "image/jpeg", PIXEL)
    assert photo == Attachment("photo", photo.file, mime="image/jpeg", size=len(PIXEL))
    assert len(api.called("getFile")) == 1
    files = [message.file.content for message in aysel.screen if message.file]
    assert files[:1] == [PIXEL]  # the report may follow


async def _received(app: App) -> Attachment:
    """What the other phone shows, as soon as it does."""
    assert app.phones is not None
    async with asyncio.timeout(30):
        while True:
            for message in app.phones[NARGIZ].screen:
                if message.attachment is not None:
                    return Attachment(**message.attachment)
            await asyncio.sleep(0.05)
