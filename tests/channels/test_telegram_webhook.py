"""Telegram calls; 200 means stored, and nobody else gets in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.channels.telegram import TelegramChannel
from tests.channels.telegram_answers import (
    Answers,
    Inbox,
    channel,
    error,
    result,
    running,
    said,
    serving,
    until,
)


@pytest.fixture
async def api() -> AsyncIterator[Answers]:
    async with serving() as answers:
        yield answers


def offsets(api: Answers) -> list[int]:
    return [call.get("offset", 0) for call in api.called("getUpdates")]


@asynccontextmanager
async def called(telegram: TelegramChannel) -> AsyncIterator[Callable[[object, str], Awaitable[int]]]:
    app = web.Application()
    app.router.add_routes(telegram.routes())
    async with TestServer(app) as server, ClientSession() as session:

        async def call(update: object, secret: str) -> int:
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
            async with session.post(server.make_url("/telegram"), json=update, headers=headers) as response:
                return response.status

        yield call


async def test_a_webhook_is_registered_with_its_secret(api: Answers) -> None:
    async with running(channel(api.url, public_url="https://korpu.az/", webhook_secret="s3cret"), Inbox()):
        await until(lambda: api.called("setWebhook"))
    assert api.called("setWebhook") == [
        {
            "url": "https://korpu.az/telegram",
            "secret_token": "s3cret",
            "allowed_updates": ["message", "callback_query", "my_chat_member", "poll_answer"],
        }
    ]
    assert offsets(api) == []


async def test_a_secret_made_by_ourselves_is_the_same_at_every_start(api: Answers) -> None:
    for telegram in (channel(api.url, public_url="https://korpu.az") for _ in range(2)):
        api.scripted["setWebhook"].append(result(True))
        async with running(telegram, Inbox()):
            await until(lambda: not api.scripted["setWebhook"])
    first, second = [call["secret_token"] for call in api.called("setWebhook")]
    assert first == second
    assert re.fullmatch("[0-9a-f]{64}", first)


async def test_a_call_is_answered_after_what_it_brought_is_stored(api: Answers) -> None:
    inbox = Inbox(failures=1)
    telegram = channel(api.url, public_url="https://korpu.az", webhook_secret="s3cret")
    async with running(telegram, inbox), called(telegram) as call:
        statuses = [await call(said(10), "s3cret"), await call(said(10), "s3cret")]
    assert (statuses, inbox.stored) == ([500, 200], ["10"])


async def test_nothing_is_stored_without_the_secret(api: Answers) -> None:
    inbox = Inbox()
    telegram = channel(api.url, public_url="https://korpu.az", webhook_secret="s3cret")
    async with running(telegram, inbox), called(telegram) as call:
        statuses = [await call(said(10), secret) for secret in ("", "guess", "s3cret ünvan")]
    assert (statuses, inbox.stored) == ([403, 403, 403], [])


async def test_what_nobody_understands_is_taken_off_telegrams_hands(api: Answers) -> None:
    telegram = channel(api.url, public_url="https://korpu.az", webhook_secret="s3cret")
    async with running(telegram, Inbox()), called(telegram) as call:
        assert await call({"update_id": 1, "telepathy": {}}, "s3cret") == 200


async def test_a_channel_that_has_stopped_stores_nothing(api: Answers) -> None:
    telegram = channel(api.url, public_url="https://korpu.az", webhook_secret="s3cret")
    async with called(telegram) as call:
        async with running(telegram, Inbox()):
            pass
        assert await call(said(10), "s3cret") == 500


async def test_a_public_url_telegram_cannot_call_is_said(api: Answers) -> None:
    api.scripted["setWebhook"].append(error(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"))
    told: list[str] = []
    async with running(channel(api.url, public_url="http://korpu.az", on_stopped=told.append), Inbox()):
        await until(lambda: told)
    assert told == [
        (
            "Telegram cannot call PUBLIC_URL (Bad Request: bad webhook: An HTTPS URL must be provided for webhook)."
            " Give an https:// address that can be reached from outside, or leave PUBLIC_URL empty, and the bot will"
            " ask for messages itself."
        )
    ]
