"""What people sent on Telegram, as bytes: from an emulated Bot API, and from one that answers what is scripted."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.telegram import TelegramChannel
from bot.core.channel import Fetching
from bot.core.messages import Inbound
from tests.channels.telegram_answers import (
    TOKEN,
    Answer,
    Answers,
    Inbox,
    channel,
    drop,
    error,
    result,
    running,
    serving,
    until,
)
from tests.emulators.telegram import BotApi
from tests.emulators.telegram.files import DOWNLOAD_LIMIT, PIXEL

MOST = 50_000_000


class Kept:
    """Keeps everything that came."""

    def __init__(self) -> None:
        self.inbounds: list[Inbound] = []

    async def __call__(self, inbounds: Any) -> None:
        self.inbounds += inbounds

    @property
    def file(self) -> str:
        attachment = self.inbounds[-1].attachment
        assert attachment is not None
        return attachment.file


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def scripted() -> AsyncIterator[Answers]:
    async with serving() as answers:
        yield answers


def _channel(api: BotApi) -> TelegramChannel:
    return TelegramChannel(api.token, api_url=api.url, files=None)  # type: ignore[arg-type]  # nothing is sent


async def test_a_photo_and_a_document_are_fetched_whole(api: BotApi) -> None:
    aygun, kept = api.person(42, started=True), Kept()
    async with running(telegram := _channel(api), kept):
        assert isinstance(telegram, Fetching)
        await aygun.sends_photo()
        await until(lambda: len(kept.inbounds) == 1)
        assert await telegram.fetch(kept.file, MOST) == PIXEL
        letter = b"%PDF" + bytes(range(256)) * 2_000
        await aygun.sends_document("nizamnamə.pdf", letter)
        await until(lambda: len(kept.inbounds) == 2)
        assert await telegram.fetch(kept.file, MOST) == letter
        assert await telegram.fetch(kept.file, len(letter)) == letter
        assert await telegram.fetch(kept.file, len(letter) - 1) is None
    assert api.refusals == []


async def test_what_is_too_large_for_a_bot_or_unknown_is_never_to_be_had(api: BotApi) -> None:
    aygun, kept = api.person(42, started=True), Kept()
    async with running(telegram := _channel(api), kept):
        await aygun.sends_document("film.mp4", bytes(DOWNLOAD_LIMIT + 1))
        await until(lambda: bool(kept.inbounds))
        assert await telegram.fetch(kept.file, MOST) is None
        assert await telegram.fetch("telegram:nothing", MOST) is None


@pytest.mark.parametrize(
    "answer",
    [
        error(400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
        error(401, "Unauthorized"),
        error(429, "Too Many Requests: retry after 3", retry_after=3),
        (502, "Bad Gateway"),
        (200, "not JSON"),
        result({"file_id": "AgAC"}),
        result({"file_id": "AgAC", "file_path": "photos/gone.jpg"}),
        drop,
    ],
)
async def test_what_cannot_be_had_now_is_an_error_without_the_token(
    scripted: Answers, caplog: pytest.LogCaptureFixture, answer: Answer
) -> None:
    caplog.set_level(logging.DEBUG)
    scripted.scripted["getFile"].append(answer)
    async with running(telegram := channel(scripted.url), Inbox()):
        with pytest.raises(OSError, match=r".") as raised:
            await telegram.fetch("telegram:AgAC", MOST)
    assert TOKEN not in repr(raised.value)
    assert TOKEN not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))


async def test_after_the_channel_has_stopped_there_is_nothing_to_be_had(scripted: Answers) -> None:
    async with running(telegram := channel(scripted.url), Inbox()):
        pass
    with pytest.raises(OSError, match="Unsent"):
        await telegram.fetch("telegram:AgAC", MOST)
