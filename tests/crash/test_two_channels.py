"""Who follows three topics and has two messengers gets one copy; who hides their number is a member like any other."""

from __future__ import annotations

import asyncio
import re
from typing import Final

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from storage.members import MemberAddress
from tests.crash.audit import audit
from tests.crash.both import BothDrill, Friendly
from tests.crash.coordinator import Coordinator, sums
from tests.crash.lives import PATIENCE
from tests.crash.tracking import track
from tests.storage.people import add_member

pytestmark = [pytest.mark.drill, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

TEXT: Final = "The forum begins on Friday at ten."
TOPICS: Final = {"education": "Education", "health": "Health", "environment": "Environment"}

TWICE: Final = range(1001, 1025)
"""Members on Telegram who come to WhatsApp as well; every third of them wants to be written to there, and of the
others every fourth closes their account on Telegram, and had allowed the other way."""

HIDDEN: Final = range(2001, 2031)
"""Members on WhatsApp of whom only the platform's id is known."""

_CODE: Final = re.compile(r"LINK ([\w-]+)")


async def test_everybody_gets_one_copy_where_they_want_it(both: BothDrill) -> None:
    drill = both
    await drill.database.run(_recruit)
    owner = Coordinator(Friendly(drill))
    await drill.start()
    await owner.joins()
    for number in HIDDEN:
        await drill.twilio.person(external_user_id=f"AZ.{number}", wrote=True).opens()
    async with asyncio.TaskGroup() as group:
        for number in TWICE:
            group.create_task(_joins(drill, number))
    for number in TWICE:
        if _moved(number):
            await drill.friend(number).deletes_account()
    await owner.writes(TEXT)
    await owner.addresses_to("Topics", *TOPICS.values())
    await owner.sends(await owner.readies(len(TWICE) + len(HIDDEN)))
    await owner.reads_report()
    await drill.twilio.callbacks.settled(within=PATIENCE)
    assert await drill.stop() == 0

    got = {number: (_on_telegram(drill, number), _on_whatsapp(drill, f"+99455{number:07d}")) for number in TWICE}
    hidden = [_on_whatsapp(drill, f"AZ.{number}") for number in HIDDEN]
    found = await drill.database.read(sums)
    drill.told.append(
        f"{len(TWICE)} on both, {sum(map(sum, got.values()))} copies; {sum(hidden)} of {len(HIDDEN)} hidden"
    )
    assert got == {number: (0, 1) if _on_the_other(number) or _moved(number) else (1, 0) for number in TWICE}
    assert hidden == [1] * len(HIDDEN)
    assert (found.state, found.rows, found.sent) == ("done", len(got) + len(hidden), len(got) + len(hidden))
    (await audit(drill)).holds()
    (await track(drill)).holds()
    assert (drill.api.refusals, drill.twilio.refusals, drill.twilio.webhooks.warnings) == ([], [], [])


def _recruit(session: Session) -> None:
    clock = Clock()
    for number in TWICE:
        add_member(session, clock, str(number), *TOPICS)
    for number in HIDDEN:
        add_member(session, clock, f"AZ.{number}", "health", channel="whatsapp")
    session.execute(update(MemberAddress).values(last_inbound_at=clock.now()))


async def _joins(drill: BothDrill, number: int) -> None:
    """Come to WhatsApp with a code from Telegram, and say where to be written to."""
    friend = drill.friend(number)
    await friend.says("/link")
    shown = await friend.sees("Write this to us there", within=PATIENCE)
    code = _CODE.search(shown.text)
    assert code is not None, shown
    phone = drill.at(number)
    await phone.says(code[0])
    where = await phone.sees("Where should we write to you?", within=PATIENCE)
    await phone.taps("WhatsApp" if _on_the_other(number) else "Telegram", where)
    await phone.taps("Yes", await phone.sees("If you cannot be reached on", within=PATIENCE))
    await phone.sees("Telegram", within=PATIENCE)


def _on_the_other(number: int) -> bool:
    return number % 3 == 0


def _moved(number: int) -> bool:
    return not _on_the_other(number) and number % 4 == 0


def _on_telegram(drill: BothDrill, number: int) -> int:
    return sum(message.original.startswith(TEXT) for message in drill.api.delivered(number))


def _on_whatsapp(drill: BothDrill, user: str) -> int:
    return sum(message.text.startswith(TEXT) for message in drill.twilio.world.devices[f"whatsapp:{user}"].shown)
