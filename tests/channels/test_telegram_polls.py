"""Polls of Telegram's own: put so that votes are told and can be changed, closed, and read as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from markupsafe import Markup

from bot.channels.telegram import TelegramChannel
from bot.core.channel import Refused, Sent
from bot.core.messages import Inbound, Kind, Option, Outbound
from tests.channels.telegram_answers import Folder, running
from tests.emulators.telegram import BotApi

LABELS = {"a": "Yazı & plan", "b": "Pul", "c": "Heç biri"}
CHOICES = tuple(Option(f"vote:7:{code}", label) for code, label in LABELS.items())
LONG = Option("vote:7:a", "y" * 101)
STOP = Option("stop", "Stop all messages")


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


class Taken:
    """What came in."""

    def __init__(self) -> None:
        self.inbounds: list[Inbound] = []
        self.news = asyncio.Event()

    async def accept(self, inbounds: Sequence[Inbound]) -> None:
        self.inbounds += inbounds
        self.news.set()

    async def next(self) -> Inbound:
        async with asyncio.timeout(5):
            while not self.inbounds:
                self.news.clear()
                await self.news.wait()
        return self.inbounds.pop(0)


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
async def telegram(api: BotApi, tmp_path: Path, taken: Taken) -> AsyncIterator[TelegramChannel]:
    telegram = TelegramChannel(api.token, api_url=api.url, files=Folder(tmp_path))
    async with running(telegram, taken.accept):
        yield telegram


def ballot(kind: str = "one", edit: str = "") -> Outbound:
    return Outbound(Markup("Nəyi öyrədək? <b>&lt;3</b>"), (*CHOICES, STOP), poll=kind, edit=edit, in_place=bool(edit))


async def put(telegram: TelegramChannel, kind: str = "one") -> Sent:
    answer = await telegram.send("42", ballot(kind))
    assert isinstance(answer, Sent)
    return answer


@pytest.mark.parametrize("kind", ["one", "several"])
async def test_it_is_put_with_its_choices_and_the_way_out_below(
    api: BotApi, telegram: TelegramChannel, kind: str
) -> None:
    aygun = api.person(42, started=True)
    sent = await put(telegram, kind)
    [seen] = aygun.screen
    assert seen.poll is not None
    assert (seen.poll.question, seen.poll.options) == ("Nəyi öyrədək? <3", ["Yazı & plan", "Pul", "Heç biri"])
    assert (seen.poll.anonymous, seen.poll.several) == (False, kind == "several")
    assert (seen.labels, str(seen.id), seen.poll.id) == (["Stop all messages"], sent.external_id, sent.poll)


async def test_votes_come_with_the_places_that_were_picked_also_when_taken_back(
    api: BotApi, telegram: TelegramChannel, taken: Taken
) -> None:
    aygun = api.person(42, started=True)
    sent = await put(telegram, "several")
    await aygun.votes("Heç biri", "Pul")
    vote = await taken.next()
    assert (vote.kind, vote.address, vote.poll, set(vote.picked)) == (Kind.VOTE, ("telegram", "42"), sent.poll, {1, 2})
    await aygun.votes()
    back = await taken.next()
    assert (back.kind, back.poll, back.picked) == (Kind.VOTE, sent.poll, ())
    assert back.external_id != vote.external_id


async def test_it_is_closed_where_it_stands_and_closing_it_again_is_as_good(
    api: BotApi, telegram: TelegramChannel
) -> None:
    aygun = api.person(42, started=True)
    sent = await put(telegram)
    for _ in range(2):
        assert await telegram.send("42", ballot("closed", sent.external_id)) == Sent(sent.external_id)
    [seen] = aygun.screen
    assert seen.poll is not None
    assert seen.poll.closed


async def test_its_words_cannot_be_changed_and_nothing_is_sent_instead(api: BotApi, telegram: TelegramChannel) -> None:
    api.person(42, started=True)
    sent = await put(telegram)
    assert await telegram.send("42", ballot("one", sent.external_id)) == Sent(sent.external_id)
    assert len(api.delivered(42)) == 1


async def test_one_that_is_gone_cannot_be_closed(api: BotApi, telegram: TelegramChannel) -> None:
    aygun = api.person(42, started=True)
    sent = await put(telegram)
    aygun.screen[0].deleted = True
    assert await telegram.send("42", ballot("closed", sent.external_id)) == Refused(
        "uneditable", detail="Bad Request: message with poll to stop not found"
    )


@pytest.mark.parametrize(
    ("outbound", "detail"),
    [
        (Outbound(Markup("x" * 301), CHOICES, poll="one"), "poll question length must not exceed 300"),
        (
            Outbound(Markup("x"), (LONG,), poll="one"),
            "poll options length must not exceed 100",
        ),
        (Outbound(Markup("x"), CHOICES * 5, poll="one"), "poll can't have more than 12 options"),
    ],
)
async def test_what_is_too_long_for_a_poll_is_our_fault_and_said_so(
    api: BotApi, telegram: TelegramChannel, outbound: Outbound, detail: str
) -> None:
    api.person(42, started=True)
    assert await telegram.send("42", outbound) == Refused("content", systemic=True, detail=f"Bad Request: {detail}")
