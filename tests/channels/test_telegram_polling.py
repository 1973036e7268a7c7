"""Nothing is confirmed to Telegram before it is stored; what fails is asked for again; what is over is said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

from bot.channels.telegram import Profile
from bot.core.channel import ChannelStopped
from bot.core.messages import Inbound
from tests.channels.telegram_answers import (
    TOKEN,
    Answer,
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

WRONG_TOKEN = (
    "Telegram does not accept the bot's token. Check TELEGRAM_TOKEN in .env: BotFather on Telegram shows it under"
    " /mybots, your bot, API Token."
)


@pytest.fixture
async def api() -> AsyncIterator[Answers]:
    async with serving() as answers:
        yield answers


def offsets(api: Answers) -> list[int]:
    return [call.get("offset", 0) for call in api.called("getUpdates")]


async def test_polling_asks_for_what_it_understands(api: Answers) -> None:
    async with running(channel(api.url), Inbox()):
        await until(lambda: offsets(api))
    assert [name for name, _ in api.calls][:3] == ["getMe", "deleteWebhook", "getUpdates"]
    assert api.called("getUpdates")[0] == {
        "timeout": 25,
        "limit": 100,
        "allowed_updates": ["message", "callback_query", "my_chat_member", "poll_answer"],
    }


async def test_the_offset_rises_only_once_what_came_is_stored(api: Answers) -> None:
    api.scripted["getUpdates"].extend([result([said(10), said(11)])] * 2)
    inbox = Inbox(failures=1)
    async with running(channel(api.url), inbox):
        await until(lambda: 12 in offsets(api))
    assert inbox.stored == ["10", "11"]
    assert offsets(api)[:3] == [0, 0, 12]


async def test_what_is_being_stored_is_finished_before_the_channel_stops(api: Answers) -> None:
    api.scripted["getUpdates"].append(result([said(10)]))
    began, inbox = asyncio.Event(), Inbox()

    async def slowly(inbounds: Sequence[Inbound]) -> None:
        began.set()
        await asyncio.sleep(0.1)
        await inbox(inbounds)

    async with running(channel(api.url), slowly):
        await began.wait()
    assert inbox.stored == ["10"]


async def test_stopping_does_not_wait_for_the_long_poll(api: Answers) -> None:
    async def hold(_: web.Request) -> web.Response:
        await asyncio.sleep(1)
        return web.Response()

    api.scripted["getUpdates"].append(hold)
    async with asyncio.timeout(0.5), running(channel(api.url), Inbox()):
        await until(lambda: offsets(api))


async def test_an_update_nobody_can_read_does_not_hold_up_the_others(api: Answers) -> None:
    odd = {"update_id": 9, "message": {"chat": {"id": 42, "type": "private"}, "photo": [{}]}}
    api.scripted["getUpdates"].append(result([odd, said(10)]))
    inbox = Inbox()
    async with running(channel(api.url), inbox):
        await until(lambda: 11 in offsets(api))
    assert inbox.stored == ["10"]


async def test_polling_survives_whatever_telegram_answers(api: Answers, caplog: pytest.LogCaptureFixture) -> None:
    conflict = error(409, "Conflict: terminated by other getUpdates request")
    api.scripted["getUpdates"].extend([conflict, conflict, result([said(10)])])
    inbox = Inbox()
    with caplog.at_level(logging.WARNING):
        async with running(channel(api.url), inbox):
            await until(lambda: inbox.stored)
    assert [record.message for record in caplog.records if record.name == "bot.channels.telegram.channel"] == [
        (
            "Another program is reading this bot's messages, so some of them do not arrive here. Stop the other one;"
            " this one keeps trying."
        )
    ]


async def test_a_token_that_is_revoked_stops_the_channel_and_is_said(api: Answers) -> None:
    api.scripted["getUpdates"].append(error(401, "Unauthorized"))
    told: list[str] = []
    async with running(channel(api.url, on_stopped=told.append), Inbox()):
        await until(lambda: told)
    assert told == [WRONG_TOKEN]
    assert len(offsets(api)) == 1


@pytest.mark.parametrize("answer", [error(401, "Unauthorized"), error(404, "Not Found")])
async def test_a_wrong_token_is_said_at_start(api: Answers, answer: Answer) -> None:
    api.scripted["getMe"].append(answer)
    with pytest.raises(ChannelStopped) as stopped:
        await channel(api.url).start(Inbox())
    assert str(stopped.value) == WRONG_TOKEN


async def test_the_channel_starts_without_a_network_and_never_shows_the_token(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with running(channel(f"http://127.0.0.1:{unused_port()}"), Inbox()):
            await until(lambda: len(caplog.records) > 1)
    assert TOKEN not in caplog.text


async def test_receiving_begins_when_telegram_comes_back(api: Answers) -> None:
    api.scripted["getMe"].extend([error(502, "Bad Gateway")] * 2)
    api.scripted["getUpdates"].append(result([said(10)]))
    inbox, telegram = Inbox(), channel(api.url)
    async with running(telegram, inbox):
        assert telegram.link("owner_1") == "/start owner_1"
        await until(lambda: inbox.stored)
    assert telegram.link("owner_1") == "https://t.me/korpu_bot?start=owner_1"


class Following:
    """A process that does not lead, until it is told to."""

    def __init__(self) -> None:
        self.leads = asyncio.Event()

    @property
    def holds(self) -> bool:
        return self.leads.is_set()

    async def held(self) -> None:
        await self.leads.wait()


async def test_of_several_processes_the_one_that_leads_asks_and_publishes_the_profile(
    api: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    lead, profile = Following(), Profile({"": [("help", "What I can do")]})

    async def taken_over(_: web.Request) -> web.Response:
        lead.leads.clear()
        conflict = "Conflict: terminated by other getUpdates request"
        return web.json_response({"ok": False, "error_code": 409, "description": conflict}, status=409)

    async with running(channel(api.url, lead=lead, profile=profile), Inbox()):
        await asyncio.sleep(0.3)
        assert [name for name, _ in api.calls] == ["getMe"]
        lead.leads.set()
        await until(lambda: api.called("setMyCommands") and len(offsets(api)) > 2)
        api.scripted["getUpdates"].append(taken_over)
        await until(lambda: not lead.holds)
        asked = len(offsets(api))
        await asyncio.sleep(0.7)
        assert len(offsets(api)) == asked
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
