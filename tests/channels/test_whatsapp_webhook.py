"""Twilio calls; 200 means stored, and nobody without its signature gets in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from markupsafe import Markup
from twilio.request_validator import RequestValidator

from bot.channels.whatsapp import webhook
from bot.core.channel import Closed, Receipt, Retry, Sent, Unknown
from bot.core.messages import Address, Inbound, Kind, Outbound, Point
from tests.channels.whatsapp_line import AYGUN, PUBLIC, Line, serving, until
from tests.emulators.twilio import TOKEN, Fault

SALAM = Outbound(Markup("Salam"))
FORM = {"MessageSid": "SM1", "From": f"whatsapp:{AYGUN}", "Body": "Salam", "NumMedia": "0", "MediaUrl0": "", "Odd": " "}


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with serving() as line:
        yield line


async def called(
    line: Line, form: Mapping[str, str], path: str = "/whatsapp", signed: str = PUBLIC, token: str = TOKEN
) -> tuple[int, str]:
    """Post a form at the bot's own address, signed for `signed` followed by the path."""
    signature = RequestValidator(token).compute_signature(signed + path, dict(form))
    return await posted(line, urlencode(form), path, {"X-Twilio-Signature": signature})


async def posted(line: Line, body: str, path: str, headers: Mapping[str, str]) -> tuple[int, str]:
    usual = {"Content-Type": "application/x-www-form-urlencoded", "Host": "10.0.0.7:8080"}
    async with (
        ClientSession() as session,
        session.post(line.twilio.reach[PUBLIC] + path, data=body, headers=usual | dict(headers)) as response,
    ):
        return response.status, await response.text()


async def test_what_twilio_signs_is_stored_and_answered_with_nothing(line: Line) -> None:
    async with line.running():
        answer = await called(line, FORM)
    assert answer == (200, '<?xml version="1.0" encoding="UTF-8"?><Response/>')
    assert line.inbox == [Inbound(Address("whatsapp", AYGUN), "SM1", text=Markup("Salam"), phone=AYGUN)]


@pytest.mark.parametrize("signed", ["http://10.0.0.7:8080", "http://korpu.example", "https://korpu.example/other"])
async def test_only_the_public_address_counts_whatever_the_proxy_makes_of_it(line: Line, signed: str) -> None:
    async with line.running():
        assert await called(line, FORM, signed=signed) == (403, "")
    assert line.inbox == []


async def test_a_proxy_may_serve_it_under_a_path_and_a_port(line: Line) -> None:
    public = "https://korpu.example:8443/bot"
    async with line.running(public_url=public + "/"):
        assert (await called(line, FORM, signed=public))[0] == 200


async def test_a_query_is_part_of_what_is_signed(line: Line) -> None:
    async with line.running():
        assert (await called(line, FORM, "/whatsapp?a=1&b="))[0] == 200
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/whatsapp?a=1", FORM)
        assert (await posted(line, urlencode(FORM), "/whatsapp?a=2", {"X-Twilio-Signature": signature}))[0] == 403


async def test_another_token_is_turned_away(line: Line) -> None:
    async with line.running():
        assert (await called(line, FORM, token="another"))[0] == 403
        assert (await called(line, FORM, "/whatsapp/status?ref=1", token="another"))[0] == 403
    assert (line.inbox, line.told) == ([], [])


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "Ə"}])
async def test_without_a_signature_nobody_gets_in(line: Line, headers: dict[str, str]) -> None:
    async with line.running():
        assert (await posted(line, urlencode(FORM), "/whatsapp", headers))[0] == 403
    assert line.inbox == []


@pytest.mark.parametrize("change", [{"Body": "Sağ ol"}, {"MediaUrl0": "x"}, {"Extra": ""}])
async def test_a_changed_form_is_turned_away(line: Line, change: dict[str, str]) -> None:
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/whatsapp", FORM)
    async with line.running():
        answer = await posted(line, urlencode(FORM | change), "/whatsapp", {"X-Twilio-Signature": signature})
    assert answer[0] == 403


@pytest.mark.parametrize("body", ["Body=" + "x" * 70_000, "&".join(f"a{n}=" for n in range(300))])
async def test_what_cannot_be_twilios_is_turned_away_before_it_costs_anything(line: Line, body: str) -> None:
    async with line.running():
        assert await posted(line, body, "/whatsapp", {"X-Twilio-Signature": "AAAA"}) == (403, "")


async def test_what_could_not_be_stored_comes_again(line: Line) -> None:
    line.failures = 2
    async with line.running():
        said = await line.twilio.person(AYGUN).says("Salam")
        await line.twilio.webhooks.settled()
    assert [posting.attempts for posting in line.twilio.webhooks.postings] == [[503, 503, 200]]
    assert [inbound.external_id for inbound in line.inbox] == [said.sid]
    assert line.twilio.webhooks.warnings == []


async def test_storing_that_takes_too_long_is_not_waited_for(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(webhook, "PATIENCE", 0.05)
    monkeypatch.setattr(line, "accept", never)
    async with line.running():
        assert (await called(line, FORM))[0] == 503


async def test_an_sms_to_the_same_service_is_left_alone(line: Line) -> None:
    async with line.running():
        assert (await called(line, FORM | {"From": AYGUN}))[0] == 200
    assert line.inbox == []


async def test_it_says_which_address_to_register(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "bot.channels.whatsapp"):
        async with line.running():
            pass
    address = "https://korpu.example/whatsapp#rc=5&rp=all"
    sentence = f"WhatsApp listens. The sender's webhook in the Twilio Console must be {address}"
    assert [record.getMessage() for record in caplog.records] == [sentence]


async def test_how_far_a_message_has_come_is_told_under_our_reference(line: Line) -> None:
    person = line.twilio.person(AYGUN, wrote=True)
    line.twilio.callbacks.told = ("queued", "sending", "sent", "delivered", "read")
    async with line.running() as whatsapp:
        sent = await whatsapp.send(AYGUN, SALAM, "b17")
        assert isinstance(sent, Sent)
        await person.sees("Salam")
        await person.opens()
        await until(lambda: len(line.told) == 3)
    assert line.told == [Receipt("b17", sent.external_id, state) for state in ("sent", "delivered", "read")]


async def test_without_a_reference_nothing_is_told(line: Line) -> None:
    line.twilio.person(AYGUN, wrote=True)
    async with line.running() as whatsapp:
        await whatsapp.send(AYGUN, SALAM)
        assert "StatusCallback" not in line.twilio.called("messages.create")[0].parameters
        assert (await called(line, {"MessageSid": "SM1", "MessageStatus": "sent"}, "/whatsapp/status"))[0] == 200
    assert line.told == []


@pytest.mark.parametrize(
    ("code", "failure"),
    [(63016, Closed("63016 Emulated failure 63016")), (30008, Unknown("30008 Emulated failure 30008"))],
)
async def test_a_failure_told_later_means_what_it_would_have_at_once(
    line: Line, code: int, failure: Closed | Unknown
) -> None:
    line.twilio.person(AYGUN, wrote=True)
    line.twilio.faults.next("messages.create", Fault.by_callback(code))
    async with line.running() as whatsapp:
        sent = await whatsapp.send(AYGUN, SALAM, "17")
        assert isinstance(sent, Sent)
        await until(lambda: line.told)
    assert line.told == [Receipt("17", sent.external_id, failure=failure)]


STATUSES: list[tuple[dict[str, str], list[Receipt]]] = [
    ({"MessageStatus": "queued"}, []),
    ({"MessageStatus": "sending"}, []),
    ({"MessageStatus": "accepted"}, []),
    ({"MessageStatus": "something new"}, []),
    ({}, []),
    ({"MessageStatus": "read"}, [Receipt("17", "SM1", "read")]),
    ({"MessageStatus": "failed"}, [Receipt("17", "SM1", failure=Retry(timedelta(minutes=5)))]),
    ({"MessageStatus": "failed", "ErrorCode": ""}, [Receipt("17", "SM1", failure=Retry(timedelta(minutes=5)))]),
    ({"MessageStatus": "undelivered", "ErrorCode": "63016"}, [Receipt("17", "SM1", failure=Closed("63016"))]),
]


@pytest.mark.parametrize(("form", "receipts"), STATUSES)
async def test_each_status(line: Line, form: dict[str, str], receipts: list[Receipt]) -> None:
    async with line.running():
        assert (await called(line, {"MessageSid": "SM1", **form}, "/whatsapp/status?ref=17"))[0] == 200
    assert line.told == receipts


async def test_a_receipt_that_could_not_be_stored_comes_again(line: Line) -> None:
    line.failures = 1
    async with line.running():
        form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
        assert (await called(line, form, "/whatsapp/status?ref=17"))[0] == 503
        assert (await called(line, form, "/whatsapp/status?ref=17"))[0] == 200
    assert line.told == [Receipt("17", "SM1", "delivered")]


async def test_everything_a_person_can_do_arrives(line: Line) -> None:
    person = line.twilio.person(AYGUN, external_user_id="AZ.1349", name="Aygün")
    async with line.running():
        said = [
            await person.says("Salam"),
            await person.sends_media(),
            await person.sends_voice(),
            await person.sends_sticker(),
            await person.sends_contact(),
            await person.sends_location(),
        ]
        await line.twilio.webhooks.settled()
    kinds = [Kind.TEXT, Kind.FILE, Kind.VOICE, Kind.STICKER, Kind.OTHER, Kind.LOCATION]
    assert [(one.external_id, one.kind) for one in line.inbox] == [
        (one.sid, kind) for one, kind in zip(said, kinds, strict=True)
    ]
    assert [one.point for one in line.inbox if one.point] == [Point(40.4093, 49.8671)]
    assert {(one.address, one.phone, one.name) for one in line.inbox} == {
        (Address("whatsapp", "AZ.1349"), AYGUN, "Aygün")
    }
