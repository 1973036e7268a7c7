"""What was sent is changed or taken back on the browser phones, as on what they stand for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from bot.channels.simulator import Phones, Simulator, silent
from bot.channels.simulator.crowd import Crowd
from bot.channels.simulator.shapes import TELEGRAM, WHATSAPP
from bot.core.channel import Refused, Sent
from bot.core.clock import Clock
from bot.core.messages import Outbound

UNEDITABLE = Refused("uneditable", detail="Bad Request: message to edit not found")
UNDELETABLE = Refused("undeletable", detail="Bad Request: message can't be deleted for everyone")


@pytest.fixture
def phones(tmp_path: Path, clock: Clock) -> Phones:
    return Phones(tmp_path, clock.now)


@pytest.fixture
def telegram(phones: Phones) -> Simulator:
    return Simulator(TELEGRAM, phones, Crowd(), rate=1000)


async def test_a_bubble_disappears_from_the_screen_and_from_every_page(
    phones: Phones, telegram: Simulator, tmp_path: Path, clock: Clock
) -> None:
    events: list[dict[str, Any]] = []
    phones.watch(events.append)
    for text in ("One", "Two"):
        await telegram.send("1002", Outbound(Markup(text)))
    assert await telegram.send("1002", Outbound(Markup(), delete=("1",))) == Sent("1")
    assert [message.text for message in phones["1002"].screen] == ["Two"]
    assert events[-1] == {"event": "removed", "user": "1002", "message": "1"}
    assert [message.text for message in Phones(tmp_path, clock.now)["1002"].screen] == ["Two"]
    assert await telegram.send("1002", Outbound(Markup(), delete=("1",))) == Sent("1")  # gone is gone
    assert await telegram.send("1002", Outbound(Markup("Three"))) == Sent("3")


async def test_after_48_hours_it_stays(phones: Phones, telegram: Simulator, clock: Clock) -> None:
    await telegram.send("1002", Outbound(Markup("One")))
    clock.advance(timedelta(hours=48, seconds=1))
    assert await telegram.send("1002", Outbound(Markup(), delete=("1",))) == UNDELETABLE
    assert len(phones["1002"].screen) == 1


async def test_a_correction_changes_a_bubble_or_nothing(phones: Phones, telegram: Simulator) -> None:
    await telegram.send("1002", Outbound(Markup("Tuesday")))
    assert await telegram.send("1002", Outbound(Markup("Wednesday"), edit="1", in_place=True)) == Sent("1")
    assert await telegram.send("1002", Outbound(Markup("Wednesday"), edit="9", in_place=True)) == UNEDITABLE
    assert [message.text for message in phones["1002"].screen] == ["Wednesday"]


async def test_no_message_on_a_whatsapp_phone_is_ever_taken_back(phones: Phones) -> None:
    whatsapp = Simulator(WHATSAPP, phones, Crowd(), rate=1000)
    phones["+99450000003"].spoke = phones._now().isoformat()
    await whatsapp.send("+99450000003", Outbound(Markup("One")))
    assert await whatsapp.send("+99450000003", Outbound(Markup(), delete=("1",))) == UNDELETABLE


async def test_what_a_silent_member_has_is_taken_back(telegram: Simulator) -> None:
    assert await telegram.send(silent(1), Outbound(Markup(), delete=("silent",))) == Sent("silent")
