"""What is not a message: taps answered, "typing" while it takes long, commands and descriptions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from markupsafe import Markup

from bot.channels.telegram import Profile
from bot.core.messages import Outbound
from tests.channels.telegram_answers import (
    Answers,
    Inbox,
    channel,
    error,
    result,
    running,
    said,
    serving,
    tapped,
    until,
)


@pytest.fixture
async def api() -> AsyncIterator[Answers]:
    async with serving() as answers:
        yield answers


def offsets(api: Answers) -> list[int]:
    return [call.get("offset", 0) for call in api.called("getUpdates")]


async def test_a_tap_is_answered_after_it_is_stored_and_failing_at_it_is_no_matter(api: Answers) -> None:
    api.scripted["answerCallbackQuery"].append(error(400, "Bad Request: query is too old"))
    api.scripted["getUpdates"].append(result([tapped(10), tapped(11)]))
    inbox = Inbox()
    async with running(channel(api.url), inbox):
        await until(lambda: len(api.called("answerCallbackQuery")) > 1)
    assert api.called("answerCallbackQuery") == [{"callback_query_id": "q10"}, {"callback_query_id": "q11"}]
    assert inbox.stored == ["10", "11"]


async def test_a_tap_that_is_not_stored_is_not_answered(api: Answers) -> None:
    api.scripted["getUpdates"].append(result([tapped(10)]))
    inbox = Inbox(failures=1)
    async with running(channel(api.url), inbox):
        await until(lambda: len(offsets(api)) > 1)
    assert api.called("answerCallbackQuery") == []


@pytest.mark.parametrize("answered", [True, False])
async def test_typing_shows_only_while_an_answer_takes_long(api: Answers, answered: bool) -> None:
    api.scripted["getUpdates"].append(result([said(10), said(11)]))
    inbox, telegram = Inbox(), channel(api.url)
    async with running(telegram, inbox):
        await until(lambda: inbox.stored)
        if answered:
            await telegram.send("42", Outbound(Markup("Salam")))
        await asyncio.sleep(1.2)
    assert api.called("sendChatAction") == ([] if answered else [{"chat_id": 42, "action": "typing"}])


async def test_where_answers_leave_from_another_process_no_typing_shows_and_taps_are_answered(api: Answers) -> None:
    """It would show after the answer, and stay for seconds."""

    class Elsewhere:
        holds = False

        async def held(self) -> None:
            return

    api.scripted["getUpdates"].append(result([said(10), tapped(11)]))
    async with running(channel(api.url, lead=Elsewhere()), Inbox()):
        await until(lambda: api.called("answerCallbackQuery"))
        await asyncio.sleep(1.2)
    assert api.called("sendChatAction") == []


async def test_only_what_is_new_in_the_profile_is_told(api: Answers) -> None:
    shown = [{"command": "start", "description": "Başla"}]
    api.scripted["getMyCommands"].extend([result([]), result(shown)])
    api.scripted["getMyDescription"].append(result({"description": "Old"}))
    profile = Profile(
        commands={"": [("start", "Begin")], "az": [("start", "Başla")]},
        descriptions={"": "A bridge between NGOs"},
        short_descriptions={"ru": "Мост"},
    )
    async with running(channel(api.url, profile=profile), Inbox()):
        await until(lambda: api.called("setMyShortDescription"))
    assert [call for call in api.calls if call[0].startswith("setMy")] == [
        ("setMyCommands", {"commands": [{"command": "start", "description": "Begin"}]}),
        ("setMyDescription", {"description": "A bridge between NGOs"}),
        ("setMyShortDescription", {"short_description": "Мост", "language_code": "ru"}),
    ]
