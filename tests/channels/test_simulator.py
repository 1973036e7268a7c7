"""The browser phones as a channel: nothing said is lost, nothing shown is lost, and only this machine may enter."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError
from aiohttp.test_utils import TestClient, TestServer
from markupsafe import Markup, escape

from bot.channels.simulator import Phones, Simulator, silent, simulators
from bot.channels.simulator.crowd import Crowd
from bot.channels.simulator.requests import parsed
from bot.channels.simulator.shapes import TELEGRAM, WHATSAPP
from bot.core.channel import Closed, Refused, Retry, Sent
from bot.core.clock import Clock
from bot.core.messages import Address, Attachment, Inbound, Kind, Option, Outbound
from bot.web import application
from tests.browser.responder import COMMANDS, Kept, Responder

NOON = datetime(2027, 3, 15, 12, tzinfo=UTC)
MEMBER = Address("demo-telegram", "1002")
READER = Address("demo-whatsapp", "+99450000003")


@pytest.fixture
def phones(tmp_path: Path) -> Phones:
    return Phones(tmp_path, lambda: NOON)


@dataclass
class App:
    """Accepts what comes in; while `failing`, it cannot."""

    heard: list[Inbound] = field(default_factory=list)
    failing: bool = False

    async def accept(self, inbounds: Sequence[Inbound]) -> None:
        if self.failing:
            self.failing = False
            raise OSError("the disk is full")
        self.heard += inbounds


def simulator(phones: Phones) -> Simulator:
    return Simulator(TELEGRAM, phones, Crowd(), rate=1000)


async def eventually(phones: Phones) -> None:
    """Until all that was said is taken."""
    async with asyncio.timeout(5):
        while any(phone.pending for phone in phones):
            await asyncio.sleep(0.01)


def shown(phones: Phones, user: str) -> list[tuple[bool, str]]:
    return [(message.mine, message.text) for message in phones[user].screen]


def test_three_phones_to_begin_with(phones: Phones) -> None:
    assert [(phone.address, phone.name, phone.language, phone.suggestion) for phone in phones] == [
        (("demo-telegram", "1001"), "Aysel, coordinator", "en", ""),
        (("demo-telegram", "1002"), "Rəşad", "az", ""),
        (("demo-whatsapp", "+99450000003"), "Наргиз", "ru", "СТАРТ"),
    ]


async def test_a_message_is_shown_and_another_edited(phones: Phones) -> None:
    channel = simulator(phones)
    options = (Option("yes", "Yes"), Option("site", "Site", url="https://example.org"))
    first = await channel.send("1002", Outbound(Markup("<b>Ready?</b>"), options, menu="m1"))
    second = await channel.send("1002", Outbound(Markup("More")))
    assert (first, second) == (Sent("1"), Sent("2"))
    assert await channel.send("1002", Outbound(Markup("Thanks"), edit="1")) == Sent("1")
    assert [(message.id, message.text, message.edited) for message in phones["1002"].screen] == [
        ("1", "Thanks", True),
        ("2", "More", False),
    ]
    assert phones["1002"].screen[0].rows == []


async def test_buttons_carry_what_a_tap_brings_back(phones: Phones) -> None:
    options = (Option("yes", "Yes"), Option("site", "Site", url="https://example.org"))
    await simulator(phones).send("1002", Outbound(Markup("Ready?"), options, menu="m1"))
    assert phones["1002"].screen[0].rows == [
        [
            {"label": "Yes", "payload": "m1:yes", "url": "", "description": ""},
            {"label": "Site", "payload": "", "url": "https://example.org", "description": ""},
        ]
    ]


async def test_an_edit_of_what_is_gone_is_a_new_message(phones: Phones) -> None:
    assert await simulator(phones).send("1002", Outbound(Markup("Here"), edit="77")) == Sent("1")
    assert shown(phones, "1002") == [(False, "Here")]


@pytest.mark.parametrize(
    ("user", "text", "outcome"),
    [
        ("1009", "Hi", Refused("not_found", unreachable=True)),
        ("+99450000003", "Hi", Refused("not_found", unreachable=True)),
        ("1001", "Hi", Retry(timedelta(seconds=5))),
        ("1002", "Hi", Refused("blocked", unreachable=True)),
        ("1004", "x" * 4097, Refused("content", systemic=True, detail="Bad Request: message is too long")),
        ("1004", "x" * 4096, Sent("1")),
    ],
)
async def test_what_a_platform_would_answer(phones: Phones, user: str, text: str, outcome: object) -> None:
    phones.add("Leyla", TELEGRAM, "az")
    phones.switch_off("1001", off=True)
    phones.block("1002", blocked=True)
    assert await simulator(phones).send(user, Outbound(escape(text))) == outcome


@pytest.fixture
def clocked(tmp_path: Path) -> tuple[Phones, Clock]:
    """Phones whose clock can be moved."""
    clock = Clock()
    return Phones(tmp_path, clock.now), clock


async def test_a_window_closes_a_day_after_the_last_word_and_takes_nothing_but_a_bell(
    clocked: tuple[Phones, Clock],
) -> None:
    phones, clock = clocked
    channel = Simulator(WHATSAPP, phones, Crowd(), rate=1000)
    news, bell = Outbound(Markup("News")), Outbound(Markup("Read it?"), (Option("read", "Read"),), bell=("UN", "News"))
    assert isinstance(await channel.send(READER.user, news), Closed)
    phones.say(READER.user, Inbound(READER, "said-0001", text=Markup("salam")))
    clock.advance(timedelta(hours=23, minutes=59))
    assert await channel.send(READER.user, news) == Sent("1")
    clock.advance(timedelta(minutes=1))
    assert isinstance(await channel.send(READER.user, news), Closed)
    assert await channel.send(READER.user, bell) == Sent("2")
    assert [(message.text, message.bell) for message in phones[READER.user].screen if not message.mine] == [
        ("News", False),
        ("Read it?", True),
    ]
    phones.say(READER.user, Inbound(READER, "said-0002", Kind.TAP, tap="read", message="2"))
    assert await channel.send(READER.user, news) == Sent("3")


async def test_to_block_the_bot_and_let_it_in_again_opens_no_window(clocked: tuple[Phones, Clock]) -> None:
    phones, _ = clocked
    phones.block(READER.user, blocked=True)
    phones.block(READER.user, blocked=False)
    assert phones[READER.user].is_open(NOON) is False
    assert phones[MEMBER.user].is_open(NOON) is True  # there is none on Telegram


async def test_the_crowd_can_always_be_written_to(phones: Phones) -> None:
    assert await Simulator(WHATSAPP, phones, Crowd(), rate=1000).send(silent(1), Outbound(Markup("News"))) == Sent(
        "silent"
    )


async def test_choices_are_kept_as_they_are_shown_and_said_when_they_are_picked(phones: Phones) -> None:
    channel = Simulator(WHATSAPP, phones, Crowd(), rate=1000)
    phones.say(READER.user, Inbound(READER, "said-0001", text=Markup("salam")))
    long = Option("union", "Union of Resource Centres for Women")
    await channel.send(READER.user, Outbound(Markup("Sure?"), (Option("yes", "Yes & no"),), menu="m1"))
    await channel.send(READER.user, Outbound(Markup("Which?"), (long,), menu="m2"))
    quick, listed = (message for message in phones[READER.user].screen if not message.mine)
    assert (quick.form, quick.opens, quick.rows) == (
        "quick",
        "",
        [[{"label": "Yes & no", "payload": "m1:yes", "url": "", "description": ""}]],
    )
    assert (listed.form, listed.opens, listed.rows) == (
        "list",
        "Choose",
        [
            [
                {
                    "label": "Union of Resource Centr…",
                    "payload": "m2:union",
                    "url": "",
                    "description": "Union of Resource Centres for Women",
                }
            ]
        ],
    )
    phones.say(READER.user, Inbound(READER, "said-0002", Kind.TAP, tap="m1:yes", message="1"))
    phones.say(READER.user, Inbound(READER, "said-0003", Kind.TAP, tap="m9:gone", message="9"))
    assert [text for mine, text in shown(phones, READER.user) if mine] == ["salam", "Yes &amp; no"]
    assert [inbound.tap for inbound in phones[READER.user].pending] == ["", "m1:yes", "m9:gone"]


async def test_on_the_whatsapp_shape_a_document_goes_ahead_and_nothing_is_edited(phones: Phones) -> None:
    channel = Simulator(WHATSAPP, phones, Crowd(), rate=1000)
    phones.say(READER.user, Inbound(READER, "said-0001", text=Markup("salam")))
    file = Attachment("document", "sha256:" + "0" * 64, "list.csv")
    assert await channel.send(READER.user, Outbound(Markup("The list"), attachment=file)) == Sent("2")
    assert await channel.send(READER.user, Outbound(Markup("More"), edit="2")) == Sent("3")
    assert [(message.text, message.attachment is not None) for message in phones[READER.user].screen] == [
        ("salam", False),
        ("", True),
        ("The list", False),
        ("More", False),
    ]


async def test_one_silent_member_in_97_has_blocked_the_bot_and_always_the_same(phones: Phones) -> None:
    channel = simulator(phones)
    outcomes = [await channel.send(silent(number), Outbound(Markup("News"))) for number in range(970)]
    assert Counter(type(outcome) for outcome in outcomes) == {Sent: 960, Refused: 10}
    again = [await channel.send(silent(number), Outbound(Markup("News"))) for number in range(970)]
    assert again == outcomes


async def test_what_could_not_be_accepted_is_offered_again(phones: Phones, caplog: pytest.LogCaptureFixture) -> None:
    app = App(failing=True)
    channel = simulator(phones)
    await channel.start(app.accept)
    said = Inbound(MEMBER, "said-0001", text=Markup("salam"))
    phones.say("1002", said)
    phones.say("1002", said)
    await eventually(phones)
    await channel.stop()
    assert app.heard == [said]
    assert [message.taken for message in phones["1002"].screen] == [True]
    assert len(caplog.records) == 1


async def test_a_killed_app_finds_everything_again(phones: Phones, tmp_path: Path) -> None:
    file = Attachment("document", "sha256:" + "0" * 64, "list.csv", "text/csv", 12)
    said = [
        Inbound(MEMBER, "said-0001", text=Markup("<b>salam</b>"), language="az", name="Rəşad"),
        Inbound(MEMBER, "said-0002", Kind.TAP, tap="m1:yes", message="1"),
        Inbound(MEMBER, "said-0003", Kind.FILE, attachment=file),
    ]
    await simulator(phones).send("1002", Outbound(Markup("Ready?"), (Option("yes", "Yes"),), menu="m1"))
    for inbound in said:
        phones.say("1002", inbound)
    phones.suggest("1002", "/start token")

    again = Phones(tmp_path, lambda: NOON)
    assert again["1002"] == phones["1002"]
    app = App()
    channel = simulator(again)
    await channel.start(app.accept)
    await eventually(again)
    await channel.stop()
    assert app.heard == said
    assert not any(phone.pending for phone in Phones(tmp_path, lambda: NOON))


async def test_a_person_who_blocks_the_bot_is_news(phones: Phones) -> None:
    phones.block("1002", blocked=True)
    phones.block("1002", blocked=True)
    phones.block("1002", blocked=False)
    assert [inbound.kind for inbound in phones["1002"].pending] == [Kind.BLOCKED, Kind.UNBLOCKED]


async def test_a_screen_remembers_its_last_200_messages(phones: Phones) -> None:
    channel = simulator(phones)
    for number in range(203):
        await channel.send("1002", Outbound(escape(number)))
    assert [text for _, text in shown(phones, "1002")] == [str(number) for number in range(3, 203)]


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        '{"do": "shout", "id": "12345678"}',
        '{"do": "say", "id": "12345678", "user": "1"}',
        '{"do": "say", "id": "1", "user": "1", "text": "x"}',
        '{"do": "advance", "id": "12345678", "seconds": true}',
        '{"do": "say", "id": "12345678", "user": "1", "text": "x", "more": 1}',
        json.dumps({"do": "say", "id": "12345678", "user": "1", "text": "x" * 10_001}),
    ],
)
def test_an_odd_request_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(raw)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[TestClient[Any, Any]]:
    responder = Responder(tmp_path)
    async with TestClient(TestServer(application(responder.channels, _fine, _counts, Kept(tmp_path)))) as client:
        yield client


async def _fine() -> dict[str, Any]:
    return {"ok": False, "why": "no database"}


async def _counts() -> str:
    return "korpu_sent 3\n"


def origin(client: TestClient[Any, Any]) -> dict[str, str]:
    return {"Origin": f"http://127.0.0.1:{client.port}"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
        {"Host": "127.0.0.1.evil.example", "Origin": "http://127.0.0.1.evil.example"},
    ],
)
async def test_only_our_own_page_may_connect(client: TestClient[Any, Any], headers: dict[str, str]) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await client.ws_connect("/live", headers=headers)
    assert refused.value.status == 403
    upload = await client.post("/phones/1002/files?id=12345678&name=a.txt", data=b"x", headers=headers)
    assert upload.status == 403


async def test_a_name_that_only_points_here_sees_no_page(client: TestClient[Any, Any]) -> None:
    assert (await client.get("/")).status == 200
    assert (await client.get("/", headers={"Host": "evil.example"})).status == 403


async def test_everything_once_then_every_event(client: TestClient[Any, Any]) -> None:
    async with client.ws_connect("/live", headers=origin(client)) as live:
        everything = await live.receive_json()
        assert [phone["name"] for phone in everything["phones"]] == ["Aysel, coordinator", "Rəşad", "Наргиз"]
        assert everything["zone"] == "Asia/Baku"
        assert everything["commands"] == {key: [list(pair) for pair in pairs] for key, pairs in COMMANDS.items()}
        await live.send_json({"do": "say", "id": "said-0001", "user": "1002", "text": "**salam**"})
        event = await live.receive_json()
        assert (event["event"], event["user"], event["message"]["text"]) == ("message", "1002", "<b>salam</b>")
        await live.send_json({"do": "say", "id": "said-0002", "user": "nobody", "text": "x"})
        assert await live.receive_json() == {"event": "failed", "id": "said-0002", "why": "nobody has this phone"}


async def test_files_are_handed_out_without_acting_as_a_page(client: TestClient[Any, Any], tmp_path: Path) -> None:
    for name, mime, disposition in (
        ("report.csv", "text/csv; charset=utf-8", "attachment"),
        ("şəkil.png", "image/png", "inline"),
        ("page.html", "text/html; charset=utf-8", "attachment"),
        ("data", "application/octet-stream", "attachment"),
    ):
        file = Kept(tmp_path).store(b"bytes")
        answer = await client.get(f"/files/{file.removeprefix('sha256:')}/{name}")
        assert (answer.status, await answer.read()) == (200, b"bytes")
        assert answer.headers["Content-Type"] == mime
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].partition(";")[0] == disposition
    for missing in ("0" * 64, "..%2F..%2Fetc", "0" * 63):
        assert (await client.get(f"/files/{missing}/passwd")).status == 404


async def test_health_and_counts(client: TestClient[Any, Any]) -> None:
    health = await client.get("/health")
    assert (health.status, await health.json()) == (503, {"ok": False, "why": "no database"})
    assert await (await client.get("/metrics")).text() == "korpu_sent 3\n"


async def test_every_answer_says_what_a_page_of_ours_may_load(client: TestClient[Any, Any]) -> None:
    policy = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    for path in ("/", "/page/phones.js", "/health", "/nothing"):
        assert (await client.get(path)).headers["Content-Security-Policy"] == policy


async def test_both_shapes_share_the_page(phones: Phones, tmp_path: Path) -> None:
    responder = Responder(tmp_path / "app")
    buttons, numbers = simulators(phones, responder, responder.files, COMMANDS)
    assert (buttons.name, buttons.label, len(buttons.routes())) == ("demo-telegram", "Telegram (demo)", 4)
    assert (numbers.name, numbers.label, len(numbers.routes())) == ("demo-whatsapp", "WhatsApp (demo)", 0)
    assert numbers.capabilities == WHATSAPP.capabilities
