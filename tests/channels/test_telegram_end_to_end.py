"""The channel against an emulated Telegram that judges every request, keeps offsets, and calls webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from markupsafe import Markup

from bot.channels.telegram import Profile, TelegramChannel
from bot.core.channel import Refused, Sent
from bot.core.messages import Attachment, Inbound, Kind, Option, Outbound, Point
from tests.channels.telegram_answers import Folder, running, until
from tests.emulators.telegram import BotApi, Fault

SALAM = Outbound(Markup("Salam"))


class Inbox:
    """Keeps what came, in order, each event once; fails first if told so."""

    def __init__(self, failures: int = 0) -> None:
        self.kept: dict[str, Inbound] = {}
        self.failures = failures

    async def __call__(self, inbounds: Sequence[Inbound]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        self.kept |= {inbound.external_id: inbound for inbound in inbounds}

    @property
    def said(self) -> list[str]:
        return [inbound.plain or inbound.tap or inbound.kind.value for inbound in self.kept.values()]


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api
        assert api.refusals == []


def _channel(api: BotApi, **settings: Any) -> TelegramChannel:
    return TelegramChannel(api.token, api_url=api.url, **({"files": Folder()} | settings))


async def test_what_people_do_arrives_in_order(api: BotApi) -> None:
    aygun, inbox = api.person(42, first_name="Aygün", language_code="az"), Inbox()
    async with running(telegram := _channel(api), inbox):
        await aygun.says_html("/start <b>link_1</b>")
        await until(lambda: inbox.kept)
        await telegram.send("42", Outbound(Markup("Seçin"), (Option("az", "Azərbaycanca"),), menu="m1"))
        await aygun.sees("Seçin")
        await aygun.taps("Azərbaycanca")
        await aygun.sends_photo(caption="Sabirabad")
        await aygun.sends_document("nizamnamə.pdf", b"%PDF")
        await aygun.sends_voice()
        await aygun.sends_sticker()
        await aygun.sends_location()
        await aygun.blocks()
        await aygun.unblocks()
        await until(lambda: len(inbox.kept) == 9 and not aygun.waiting)
    kinds = [(inbound.kind, inbound.language, inbound.name) for inbound in inbox.kept.values()]
    assert kinds == [
        (kind, "az", "Aygün")
        for kind in (
            Kind.TEXT,
            Kind.TAP,
            Kind.FILE,
            Kind.FILE,
            Kind.VOICE,
            Kind.STICKER,
            Kind.LOCATION,
            Kind.BLOCKED,
            Kind.UNBLOCKED,
        )
    ]
    assert [inbound.point for inbound in inbox.kept.values() if inbound.point] == [Point(40.4093, 49.8671)]
    assert inbox.said == ["/start link_1", "m1:az", "Sabirabad", "file", *(kind.value for kind, *_ in kinds[4:])]


async def test_what_could_not_be_stored_comes_again(api: BotApi) -> None:
    aygun, inbox = api.person(42), Inbox(failures=1)
    async with running(_channel(api), inbox):
        await aygun.says("one")
        await aygun.says("two")
        await until(lambda: not api.feed.pending)
    assert inbox.said == ["one", "two"]


async def test_what_was_said_while_the_bot_was_down_is_heard(api: BotApi) -> None:
    aygun, inbox = api.person(42), Inbox()
    for words in ("one", "two"):
        async with running(_channel(api), inbox):
            await until(lambda: not api.feed.pending)
        await aygun.says(words)
    async with running(_channel(api), inbox):
        await until(lambda: not api.feed.pending)
    assert inbox.said == ["one", "two"]


async def test_a_webhook_is_called_until_it_is_stored_and_polling_takes_over_from_it(api: BotApi) -> None:
    aygun, inbox = api.person(42), Inbox(failures=1)
    port = unused_port()
    telegram = _channel(api, public_url=f"http://127.0.0.1:{port}")
    app = web.Application()
    app.router.add_routes(telegram.routes())
    async with TestServer(app, port=port), running(telegram, inbox):
        await until(lambda: api.feed.webhook)
        await aygun.says("one")
        await until(lambda: inbox.kept)
    assert inbox.said == ["one"]
    async with running(_channel(api), inbox):
        await aygun.says("two")
        await until(lambda: len(inbox.kept) == 2)
    assert (inbox.said, api.feed.webhook) == (["one", "two"], {})


async def test_a_card_is_edited_in_place_and_sent_anew_when_it_is_gone(api: BotApi) -> None:
    aygun = api.person(42, started=True)
    async with running(telegram := _channel(api), Inbox()):
        first = await telegram.send("42", Outbound(Markup("<b>10 %</b>"), (Option("pause", "Pause"),)))
        assert isinstance(first, Sent)
        card = Outbound(Markup("<b>20 %</b>"), edit=first.external_id)
        assert [await telegram.send("42", card) for _ in range(2)] == [first, first]
        assert [(message.html, message.keyboard) for message in aygun.screen] == [("<b>20 %</b>", [])]
        api.faults.next("editMessageText", Fault.refusal(400, "Bad Request: message to edit not found"))
        again = await telegram.send("42", card)
        assert again == Sent(str(aygun.screen[-1].id))
        assert len(aygun.screen) == 2


@pytest.mark.parametrize("kind", ["photo", "document"])
async def test_a_broadcast_uploads_its_file_once(api: BotApi, tmp_path: Path, kind: str) -> None:
    (tmp_path / "abc").write_bytes(b"\x89PNG\r\n\x1a\nSalam")
    people = [api.person(number, started=True) for number in range(1, 31)]
    said = Outbound(Markup("<i>Salam</i>"), attachment=Attachment(kind, "sha256:abc", "Təqvim.png", "image/png"))
    async with running(telegram := _channel(api, files=Folder(tmp_path)), Inbox()):
        outcomes = await asyncio.gather(*(telegram.send(str(person.id), said) for person in people))
    assert [type(outcome) for outcome in outcomes] == [Sent] * 30
    uploads = [call for call in api.called(f"send{kind.title()}") if not isinstance(call.parameters[kind], str)]
    assert len(uploads) == 1
    assert {(person.screen[0].html, person.screen[0].file) for person in people} == {
        ("<i>Salam</i>", people[0].screen[0].file)
    }


async def test_a_file_somebody_sent_goes_on_to_others(api: BotApi) -> None:
    aygun, rashad, inbox = api.person(42), api.person(43, started=True), Inbox()
    async with running(telegram := _channel(api), inbox):
        await aygun.sends_document("nizamnamə.pdf", b"%PDF")
        await until(lambda: inbox.kept)
        [inbound] = inbox.kept.values()
        await telegram.send("43", Outbound(Markup(), attachment=inbound.attachment))
    [received] = rashad.screen
    assert received.file
    assert (received.file.name, received.file.content) == ("nizamnamə.pdf", b"%PDF")


async def test_who_blocked_the_bot_is_not_reached_and_two_hundred_others_are(api: BotApi) -> None:
    people = [api.person(number, started=True) for number in range(200)]
    await people[7].blocks()
    async with running(telegram := _channel(api), Inbox()):
        outcomes = await asyncio.gather(*(telegram.send(str(person.id), SALAM) for person in people))
    blocked = Refused("blocked", unreachable=True, detail="Forbidden: bot was blocked by the user")
    assert outcomes.pop(7) == blocked
    assert [type(outcome) for outcome in outcomes] == [Sent] * 199
    assert [len(person.screen) for person in people] == [int(person.id != 7) for person in people]


async def test_commands_and_descriptions_in_each_language(api: BotApi) -> None:
    profile = Profile(
        commands={"": [("start", "Begin")], "az": [("start", "Başla"), ("movzular", "Mövzular")]},
        descriptions={"": "A bridge between NGOs", "az": "QHT-lər arasında körpü"},
        short_descriptions={"": "Bridge"},
    )
    for _ in range(2):
        async with running(_channel(api, profile=profile), Inbox()):
            await until(lambda: api.called("getUpdates") and api.called("getMyShortDescription"))
            await asyncio.sleep(0.05)
    assert [api.person(1, language_code=code).commands for code in ("az",)] == [["start", "movzular"]]
    assert api.person(2, language_code="de").commands == ["start"]
    told = [request.method for request in api.requests if request.method.startswith("setMy")]
    assert told == [*["setMyCommands"] * 2, *["setMyDescription"] * 2, "setMyShortDescription"]
