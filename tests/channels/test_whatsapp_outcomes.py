"""Every code of Twilio's that we know of, and what it means for the message: answered at once, or told later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp.test_utils import unused_port
from markupsafe import Markup

from bot.channels.whatsapp.outcomes import Outcomes
from bot.core.channel import ChannelStopped, Closed, Outcome, Refused, Retry, Sent, Unknown
from bot.core.messages import Outbound
from tests.channels.whatsapp_line import AYGUN, Line, serving, until
from tests.emulators.twilio import Fault

SALAM = Outbound(Markup("Salam"))
WAIT = Retry(timedelta(seconds=5), everyone=True, attempted=False)
TOMORROW = Retry(timedelta(days=1), attempted=False)
CREDENTIALS = (
    "Twilio does not accept the account. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in .env: the first page of the"
    " Twilio Console shows both under Account Info."
)
SENDER = (
    "Twilio knows no such WhatsApp sender. Check WHATSAPP_FROM in .env: the Twilio Console lists yours under Messaging,"
    " Senders, WhatsApp senders."
)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with serving() as line:
        line.twilio.person(AYGUN, wrote=True)
        yield line


def _said(code: int) -> str:
    return f"{code} Refused with {code}"


def _unreachable(code: int, reason: str) -> tuple[int, Outcome]:
    return code, Refused(reason, unreachable=True, detail=_said(code))


def _content(code: int) -> tuple[int, Outcome]:
    return code, Refused("content", systemic=True, detail=_said(code))


def _account(code: int) -> tuple[int, Outcome]:
    return code, Refused("account", systemic=True, detail=_said(code))


CODES: list[tuple[int, Outcome]] = [
    _unreachable(21211, "not_found"),
    _unreachable(21614, "not_found"),
    _unreachable(63003, "not_found"),
    _unreachable(63024, "not_found"),
    _unreachable(63014, "blocked"),
    _unreachable(63032, "forbidden"),
    _unreachable(63033, "forbidden"),
    _unreachable(21610, "opted_out"),
    (63016, Closed(_said(63016))),
    *map(_content, (21602, 21617, 21650, 21654, 21655, 21656, 21658)),
    *map(_content, (63005, 63013, 63021, 63027, 63028, 63030, 63040, 63042)),
    _content(99999),
    (20429, WAIT),
    (63017, WAIT),
    (21611, Retry(timedelta(minutes=1), everyone=True, attempted=False)),
    (30001, Retry(timedelta(minutes=1), everyone=True, attempted=False)),
    (63018, TOMORROW),
    (63038, TOMORROW),
    (63041, Retry(timedelta(hours=3))),
    (63049, Retry(timedelta(hours=6))),
    *((code, Unknown(_said(code))) for code in (63009, 63010, 63012, 30008)),
    *map(_account, (20003, 20005, 21212, 21603, 21606, 21659, 21701, 21703, 30002)),
    *map(_account, (63001, 63007, 63020, 63051, 63112)),
]


@pytest.mark.parametrize(("code", "outcome"), CODES)
async def test_each_code_means_the_same_at_once_and_later(line: Line, code: int, outcome: Outcome) -> None:
    line.twilio.faults.next("messages.create", Fault.refusal(400, code))
    async with line.running() as whatsapp:
        assert await whatsapp.send(AYGUN, SALAM) == outcome
    assert len(line.twilio.called("messages.create")) == 1
    assert Outcomes(lambda _: None).failed(code, f"Refused with {code}") == outcome


FAULTS: list[tuple[Fault, Outcome]] = [
    (Fault.refusal(400, 63016, problem=True), Closed(_said(63016))),
    (Fault.refusal(400, 21610, problem=True), Refused("opted_out", unreachable=True, detail=_said(21610))),
    (Fault.refusal(429, 20429), WAIT),
    (Fault.refusal(429, 21999), WAIT),
    (Fault.refusal(429, 63038), TOMORROW),
    (Fault.server_error(500), Unknown("HTTP 500: Internal Server Error")),
    (Fault.server_error(503, processed=True), Unknown("HTTP 503: Internal Server Error")),
    (Fault.drop_before(), Unknown("ServerDisconnectedError")),
    (Fault.drop_after(), Unknown("ServerDisconnectedError")),
]


@pytest.mark.parametrize(("fault", "outcome"), FAULTS)
async def test_no_answer_is_heard_twice_and_nothing_is_posted_again(line: Line, fault: Fault, outcome: Outcome) -> None:
    line.twilio.faults.next("messages.create", fault)
    async with line.running() as whatsapp:
        assert await whatsapp.send(AYGUN, SALAM) == outcome
    assert len(line.twilio.called("messages.create")) == 1


async def test_what_twilio_took_is_sent(line: Line) -> None:
    async with line.running() as whatsapp:
        outcome = await whatsapp.send(AYGUN, SALAM)
    assert outcome == Sent(next(iter(line.twilio.world.messages)))


async def test_no_connection_is_certainly_no_delivery(line: Line) -> None:
    async with line.running():
        pass
    async with line.running(api_url=f"http://127.0.0.1:{unused_port()}") as whatsapp:
        assert await whatsapp.send(AYGUN, SALAM) == WAIT


async def test_a_channel_that_is_not_running_has_sent_nothing(line: Line) -> None:
    whatsapp = line.channel()
    assert await whatsapp.send(AYGUN, SALAM) == WAIT
    await whatsapp.start(line.accept)
    await whatsapp.stop()
    assert await whatsapp.send(AYGUN, SALAM) == WAIT
    assert line.twilio.called("messages.create") == []


def test_under_the_marketing_cap_the_delays_grow_until_the_person_is_reached() -> None:
    outcomes = Outcomes(lambda _: None)
    delays = [outcomes.failed(63049, "", "whatsapp:+99450") for _ in range(5)]
    assert delays == [Retry(timedelta(hours=hours)) for hours in (6, 12, 24, 48, 48)]
    assert outcomes.failed(63049, "", "whatsapp:+99451") == Retry(timedelta(hours=6))
    outcomes.arrived("whatsapp:+99450")
    assert outcomes.failed(63049, "", "whatsapp:+99450") == Retry(timedelta(hours=6))


def test_a_failure_nobody_explains_is_tried_again() -> None:
    assert Outcomes(lambda _: None).failed(0, "") == Retry(timedelta(minutes=5))


@pytest.mark.parametrize(("code", "sentence"), [(20003, CREDENTIALS), (63007, SENDER)])
async def test_the_owner_is_told_once_which_setting_no_longer_works(line: Line, code: int, sentence: str) -> None:
    line.twilio.faults.always("messages.create", Fault.refusal(400, code))
    async with line.running() as whatsapp:
        await whatsapp.send(AYGUN, SALAM)
        await whatsapp.send(AYGUN, SALAM)
    assert line.stopped == [sentence]


async def test_the_owner_is_told_by_a_callback_too(line: Line) -> None:
    line.twilio.faults.next("messages.create", Fault.by_callback(63007, "failed"))
    async with line.running() as whatsapp:
        await whatsapp.send(AYGUN, SALAM, "1")
        await until(lambda: line.stopped)
    assert line.stopped == [SENDER]


async def test_a_wrong_token_is_told_at_the_start(line: Line) -> None:
    line.twilio.token = "another"
    whatsapp = line.channel()
    with pytest.raises(ChannelStopped) as raised:
        await whatsapp.start(line.accept)
    await whatsapp.stop()
    assert str(raised.value) == CREDENTIALS
