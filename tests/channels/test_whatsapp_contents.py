"""The Content resources: made once, approved by WhatsApp, and used only while they are there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp.test_utils import unused_port
from markupsafe import Markup

from bot.channels.whatsapp import Account, Setup, WhatsAppChannel
from bot.channels.whatsapp.client import Transport, twilio
from bot.channels.whatsapp.contents import RESOURCES
from bot.core import i18n
from bot.core.channel import ChannelStopped, Refused, Retry, Sent
from bot.core.messages import Outbound
from tests.channels.whatsapp_line import AYGUN, LANGUAGES, OURS, Line, serving, until
from tests.emulators.twilio import Fault

NAMES = [
    *(f"korpu_qr{count}" for count in range(1, 4)),
    *(f"korpu_list{count}" for count in range(1, 11)),
    *(f"korpu_described{count}" for count in range(1, 11)),
    *(f"korpu_bell_{language}" for language in LANGUAGES),
]


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with serving() as line:
        yield line


def setup(line: Line, said: list[str]) -> Setup:
    return Setup(OURS, line.twilio.url, said.append)


def able(whatsapp: WhatsAppChannel) -> tuple[int, int]:
    return whatsapp.capabilities.quick, whatsapp.capabilities.listed


async def test_setup_creates_what_is_missing_and_submits_the_bells(line: Line) -> None:
    said: list[str] = []
    assert await setup(line, said).run() is False
    assert sorted(content.friendly_name for content in line.twilio.world.contents.values()) == sorted(NAMES)
    submitted = [request.parameters for request in line.twilio.called("contents.submit")]
    assert submitted == [{"name": f"korpu_bell_{language}", "category": "UTILITY"} for language in LANGUAGES]
    assert line.twilio.refusals == []
    table = [row.split("  ") for row in said]
    assert [row[0].strip() for row in table[:-1]] == ["Name", *NAMES]
    assert said[1] == "korpu_qr1          menus of 1 as buttons  ready     nothing"
    assert said[24] == (
        "korpu_bell_az      the bell, language az  received  wait: WhatsApp reviews it, mostly within a day"
    )


async def test_setup_may_be_repeated(line: Line) -> None:
    await line.set_up()
    made, said = len(line.twilio.world.contents), list[str]()
    assert await setup(line, said).run() is True
    assert len(line.twilio.world.contents) == made
    assert len(line.twilio.called("contents.submit")) == len(LANGUAGES)
    assert said[-1] == "\nAll is in place."


async def test_setup_goes_on_where_it_was_interrupted(line: Line) -> None:
    line.twilio.faults.next("contents.create", Fault.refusal(400, 20001))
    said: list[str] = []
    assert await setup(line, said).run() is False
    assert said[0] == "korpu_qr1: Twilio refuses it (Refused with 20001)"
    assert said[2] == "korpu_qr1          menus of 1 as buttons  missing   run: korpu whatsapp setup"
    await setup(line, said).run()
    assert sorted(content.friendly_name for content in line.twilio.world.contents.values()) == sorted(NAMES)


async def test_whatsapp_has_nothing_against_the_bells(line: Line) -> None:
    await setup(line, []).run()
    line.twilio.world.review = "approved"
    transport = Transport(1)
    client = twilio(OURS, transport, line.twilio.url)
    for language in LANGUAGES:
        sid = line.twilio.world.content(f"korpu_bell_{language}").sid
        asked = await client.content.v1.contents(sid).approval_fetch().fetch_async()
        assert asked.whatsapp["status"] == "approved"
    await transport.close()


def test_a_bell_rings_in_every_language_the_bot_speaks() -> None:
    assert {one.name for one in RESOURCES if one.bell} == {f"korpu_bell_{language}" for language in i18n.LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bell_neither_begins_nor_ends_with_a_variable(language: str) -> None:
    types = next(one.types for one in RESOURCES if one.name == f"korpu_bell_{language}")
    around = re.split(r"\{\{[12]\}\}", types["twilio/quick-reply"]["body"])
    assert [bool(re.search(r"\w", words)) for words in around] == [True, True, True]


async def test_status_says_what_to_do(line: Line) -> None:
    await line.set_up()
    said: list[str] = []
    assert await setup(line, said).status() is True
    line.twilio.world.reject("korpu_bell_ru", "TAG_CONTENT_MISMATCH")
    del line.twilio.world.contents[line.twilio.world.content("korpu_list4").sid]
    said.clear()
    assert await setup(line, said).status() is False
    todo = [row for row in said[1:-1] if not row.endswith("nothing")]
    assert [row.split("  ")[0] for row in todo] == ["korpu_list4", "korpu_bell_ru"]
    assert todo[1].endswith(
        "rejected (TAG_CONTENT_MISMATCH)  delete it in the Twilio Console (Messaging, Content Template Builder),"
        " then run: korpu whatsapp setup"
    )


@pytest.mark.parametrize(
    ("account", "sentence"),
    [
        (Account(OURS.sid, "wrong"), "Twilio does not accept the account."),
        (None, "Twilio cannot be asked now: ClientConnectorError"),
    ],
)
async def test_setup_says_why_it_cannot(line: Line, account: Account | None, sentence: str) -> None:
    url = line.twilio.url if account else f"http://127.0.0.1:{unused_port()}"
    for step in (Setup(account or OURS, url).run, Setup(account or OURS, url).status):
        with pytest.raises(ChannelStopped) as raised:
            await step()
        assert str(raised.value).startswith(sentence)


async def test_menus_are_tapped_only_while_every_resource_is_there(line: Line) -> None:
    await line.set_up()
    async with line.running() as whatsapp:
        assert able(whatsapp) == (3, 10)
    del line.twilio.world.contents[line.twilio.world.content("korpu_qr2").sid]
    async with line.running() as whatsapp:
        assert able(whatsapp) == (0, 10)
    del line.twilio.world.contents[line.twilio.world.content("korpu_described7").sid]
    async with line.running() as whatsapp:
        assert able(whatsapp) == (0, 0)


async def test_what_is_there_is_remembered_for_when_twilio_is_away(line: Line) -> None:
    await line.set_up()
    async with line.running():
        pass
    async with line.running(api_url=f"http://127.0.0.1:{unused_port()}") as whatsapp:
        assert able(whatsapp) == (3, 10)


async def test_until_somebody_has_looked_nothing_is_sent_and_nothing_refused(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.whatsapp.channel._SHORTEST_PAUSE", 0.05)
    await line.set_up()
    line.twilio.person(AYGUN)
    line.twilio.faults.next("contents.approvals", Fault.server_error())
    bell = Outbound(Markup("Salam"), language="az", bell=("Körpü", "Qrantlar"))
    async with line.running() as whatsapp:
        assert await whatsapp.send(AYGUN, bell) == Retry(timedelta(seconds=5), everyone=True, attempted=False)
        await until(lambda: able(whatsapp) == (3, 10))
        assert isinstance(await whatsapp.send(AYGUN, bell), Sent)


async def test_an_approved_bell_rings_without_a_restart(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.whatsapp.channel._LOOKS_AT_CONTENTS", 0.05)
    line.twilio.person(AYGUN)
    bell = Outbound(Markup("Salam"), language="az", bell=("Körpü", "Qrantlar"))
    async with line.running() as whatsapp:
        assert isinstance(await whatsapp.send(AYGUN, bell), Refused)
        await line.set_up()
        async with asyncio.timeout(10):
            while not isinstance(await whatsapp.send(AYGUN, bell), Sent):
                await asyncio.sleep(0.05)


async def test_other_peoples_resources_are_left_alone(line: Line) -> None:
    await line.set_up()
    for content in line.twilio.world.contents.values():
        content.friendly_name = content.friendly_name.replace("korpu_", "other_")
    async with line.running() as whatsapp:
        assert able(whatsapp) == (0, 0)
    assert line.memory.facts["whatsapp.contents"] == {"sids": {}}
