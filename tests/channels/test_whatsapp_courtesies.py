"""Typing shows when an answer takes long, once a message, and nothing hangs on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from markupsafe import Markup

from bot.core.messages import Outbound
from tests.channels.whatsapp_line import AYGUN, Line, serving, until
from tests.emulators.twilio import Fault

SALAM = Outbound(Markup("Salam"))


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr("bot.channels.attention._SLOW", 0.1)
    async with serving() as line:
        yield line


async def test_typing_shows_while_a_slow_answer_is_awaited(line: Line) -> None:
    async with line.running():
        said = await line.twilio.person(AYGUN).says("Salam")
        await until(lambda: line.twilio.world.typing)
        await asyncio.sleep(0.2)
    assert line.twilio.world.typing == [said.sid]


async def test_a_quick_answer_needs_none(line: Line) -> None:
    async with line.running() as whatsapp:
        await line.twilio.person(AYGUN).says("Salam")
        await until(lambda: line.inbox)
        await whatsapp.send(AYGUN, SALAM)
        await asyncio.sleep(0.2)
    assert line.twilio.called("typing") == []


async def test_nothing_is_heard_of_its_failure(line: Line) -> None:
    line.twilio.faults.always("typing", Fault.server_error())
    async with line.running() as whatsapp:
        await line.twilio.person(AYGUN).says("Salam")
        await line.twilio.asked("typing")
        await whatsapp.send(AYGUN, SALAM)
    assert len(line.twilio.called("typing")) == 1
    assert line.stopped == []
