"""What Twilio's message list tells: what we missed, what became of a message in doubt, and where files are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.test_utils import unused_port
from markupsafe import Markup

from bot.channels.whatsapp import Account
from bot.core.channel import Refused, Retry, Sent
from bot.core.messages import Address, Attachment, Inbound, Kind, Outbound
from tests.channels.whatsapp_line import AYGUN, OURS, Line, serving, until
from tests.emulators.twilio import PIXEL, SERVICE, Fault, Message, Person

SALAM = Outbound(Markup("Salam"))
LATER = Retry(timedelta(seconds=5), attempted=False)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with serving() as line:
        line.twilio.person(AYGUN, wrote=True)
        yield line


def missed(message: Message, seconds: float = 60) -> float:
    """It was said so long ago; when, in whole seconds since 1970."""
    message.created -= seconds
    return float(int(message.created))


def asked(line: Line) -> int:
    return len(line.twilio.called("messages.list"))


async def caught_up(line: Line) -> None:
    """Run long enough to have looked once."""
    async with line.running():
        await until(lambda: "whatsapp.caught_up" in line.memory.facts)


async def test_what_was_said_while_we_were_away_is_accepted_oldest_first(line: Line) -> None:
    person = line.twilio.person(AYGUN)
    first, photo = await person.says("Salam"), await person.sends_media(caption="Gəncə")
    times = [missed(first, 120), missed(photo)]
    await caught_up(line)
    file = Attachment("photo", f"whatsapp:{photo.sid}/{photo.media[0].sid}", mime="image/png")
    who = Address("whatsapp", AYGUN)
    assert line.inbox == [
        Inbound(who, first.sid, text=Markup("Salam"), phone=AYGUN, at=times[0], later=(photo.sid,)),
        Inbound(who, photo.sid, Kind.FILE, text=Markup("Gəncə"), attachment=file, phone=AYGUN, at=times[1]),
    ]


async def test_what_lies_before_the_first_look_is_history(line: Line) -> None:
    missed(await line.twilio.person(AYGUN).says("Salam"), 20 * 60)
    await caught_up(line)
    assert line.inbox == []


async def test_it_goes_on_15_minutes_before_the_last_look(line: Line) -> None:
    said = [await line.twilio.person(AYGUN).says(text) for text in ("old", "missed")]
    missed(said[0], 76 * 60)
    missed(said[1], 74 * 60)
    line.memory.facts["whatsapp.caught_up"] = {"at": (datetime.now(UTC) - timedelta(hours=1)).timestamp()}
    async with line.running():
        await until(lambda: line.inbox)
    assert [inbound.plain for inbound in line.inbox] == ["missed"]


async def test_what_the_webhook_brought_is_not_asked_for_again(line: Line) -> None:
    async with line.running() as whatsapp:
        photo = await line.twilio.person(AYGUN).sends_media()
        await line.twilio.webhooks.settled()
        missed(photo)
        await whatsapp._catching_up.step()
    assert len(line.inbox) == 1
    assert line.twilio.called("media.list") == []


async def test_what_is_too_new_is_left_to_the_webhook(line: Line) -> None:
    await line.twilio.person(AYGUN).says("Salam")
    await caught_up(line)
    assert line.inbox == []


async def test_what_could_not_be_stored_is_listed_again(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.whatsapp.channel._SHORTEST_PAUSE", 0.01)
    missed(await line.twilio.person(AYGUN).says("Salam"))
    line.failures = 2
    async with line.running():
        await until(lambda: line.inbox)
    assert len(line.inbox) == 1


async def test_twilio_being_away_is_waited_out(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.whatsapp.channel._SHORTEST_PAUSE", 0.01)
    missed(await line.twilio.person(AYGUN).says("Salam"))
    line.twilio.faults.next("messages.list", Fault.server_error(), times=3)
    async with line.running():
        await until(lambda: line.inbox)
    assert asked(line) == 4


async def test_a_token_that_no_longer_works_is_told(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.whatsapp.channel._LOOKS", 0.01)
    async with line.running():
        await until(lambda: asked(line) > 1)
        line.twilio.token = "another"
        await until(lambda: line.stopped)
    assert [sentence.partition(".")[0] for sentence in line.stopped] == ["Twilio does not accept the account"]


async def test_with_a_messaging_service_alone_only_whatsapp_is_read(line: Line) -> None:
    said = [await line.twilio.person(AYGUN).says(text) for text in ("Salam", "an SMS", "to another service")]
    for message in said:
        missed(message)
    said[1].sender = AYGUN
    said[2].service = "MG" + "0" * 32
    async with line.running(account=Account(OURS.sid, OURS.token, service=SERVICE)):
        await until(lambda: line.inbox)
    assert [inbound.plain for inbound in line.inbox] == ["Salam"]


async def test_more_than_a_page_is_read_whole(line: Line) -> None:
    said = [await line.twilio.person(AYGUN).says(str(number)) for number in range(1_005)]
    for message in said:
        missed(message)
    await caught_up(line)
    assert [inbound.plain for inbound in line.inbox] == [str(number) for number in range(1_005)]


async def trace(line: Line, *known: str, since: float = 0) -> object:
    async with line.running() as whatsapp:
        return await whatsapp.trace(AYGUN, datetime.now(UTC) - timedelta(seconds=since), known)


async def doubtful(line: Line, fault: Fault) -> None:
    line.twilio.faults.next("messages.create", fault)
    async with line.running() as whatsapp:
        await whatsapp.send(AYGUN, SALAM)


def latest(line: Line) -> str:
    return list(line.twilio.world.messages)[-1]


async def test_a_message_that_arrived_is_found(line: Line) -> None:
    await doubtful(line, Fault.drop_after())
    assert await trace(line) == Sent(latest(line))


async def test_a_message_that_never_arrived_may_be_sent_again(line: Line) -> None:
    await line.twilio.person(AYGUN).says("Salam")
    await doubtful(line, Fault.drop_before())
    assert await trace(line) is None


async def test_those_we_know_are_not_the_one_in_doubt(line: Line) -> None:
    async with line.running() as whatsapp:
        known = await whatsapp.send(AYGUN, SALAM)
    assert isinstance(known, Sent)
    assert await trace(line, known.external_id) is None


async def test_of_several_the_oldest_is_meant(line: Line) -> None:
    for _ in range(2):
        await doubtful(line, Fault.drop_after())
    assert await trace(line) == Sent(next(iter(line.twilio.world.messages)))


async def test_nothing_older_than_the_doubt_is_looked_at(line: Line) -> None:
    await doubtful(line, Fault.drop_after())
    missed(line.twilio.world.messages[latest(line)], 120)
    assert await trace(line) is None
    assert await trace(line, since=90) == Sent(latest(line))


async def failed_there(line: Line, code: int) -> None:
    """A message is in doubt, and the list says that it failed."""
    await doubtful(line, Fault.by_callback(code))
    await until(lambda: line.twilio.world.messages[latest(line)].error_code)
    line.twilio.world.messages[latest(line)].created -= 1


async def test_a_message_that_failed_there_for_good_tells_why(line: Line) -> None:
    await failed_there(line, 63024)
    found = await trace(line)
    assert isinstance(found, Refused)
    assert (found.reason, found.unreachable, found.detail.split()[0]) == ("not_found", True, "63024")


@pytest.mark.parametrize("code", [63016, 63049, 63010])
async def test_a_message_that_failed_there_for_now_may_be_sent_again(line: Line, code: int) -> None:
    await failed_there(line, code)
    assert await trace(line) is None


async def test_a_message_of_another_sender_of_the_account_is_not_ours(line: Line) -> None:
    await doubtful(line, Fault.drop_after())
    line.twilio.world.messages[latest(line)].sender = "whatsapp:+15550009999"
    assert await trace(line) is None


@pytest.mark.parametrize("fault", [Fault.server_error(), Fault.flood(), Fault.drop_before()])
async def test_while_twilio_cannot_be_asked_it_is_asked_later(line: Line, fault: Fault) -> None:
    line.twilio.faults.always("messages.list", fault)
    assert await trace(line) == LATER


async def fetched(line: Line, person: Person, most: int = 1_000, gone: bool = False) -> bytes | None:
    async with line.running() as whatsapp:
        await person.sends_media()
        await line.twilio.webhooks.settled()
        file = line.inbox[0].attachment
        assert file is not None
        if gone:
            line.twilio.world.media.clear()
        return await whatsapp.fetch(file.file, most)


async def test_a_file_is_fetched_and_the_password_is_not_passed_on(line: Line) -> None:
    assert await fetched(line, line.twilio.person(AYGUN)) == PIXEL
    assert [download.authorised for download in line.twilio.world.downloads] == [False]


async def test_a_file_that_is_too_large_or_gone_is_none(line: Line) -> None:
    assert await fetched(line, line.twilio.person(AYGUN), most=len(PIXEL) - 1) is None
    assert await fetched(line, line.twilio.person(AYGUN), gone=True) is None


async def test_a_file_that_cannot_be_had_now_is_asked_for_later(line: Line) -> None:
    line.twilio.faults.next("media.download", Fault.server_error())
    with pytest.raises(OSError, match="HTTP 503"):
        await fetched(line, line.twilio.person(AYGUN))
    async with line.running(api_url=f"http://127.0.0.1:{unused_port()}") as whatsapp:
        with pytest.raises(OSError, match="ClientConnectorError"):
            await whatsapp.fetch("whatsapp:MM1/ME1", 1_000)
