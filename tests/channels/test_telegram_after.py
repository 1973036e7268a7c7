"""What was sent is changed or taken back on Telegram, in place or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from markupsafe import Markup

from bot.channels.telegram import TelegramChannel
from bot.core.channel import Refused, Sent
from bot.core.messages import Attachment, Option, Outbound
from tests.channels.telegram_answers import Folder, running
from tests.emulators.telegram import BotApi, Fault

STOP = (Option("stop", "Stop all messages"),)
HOURS = 3600


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api
        assert api.refusals == []


@pytest.fixture
async def telegram(api: BotApi, tmp_path: Path) -> AsyncIterator[TelegramChannel]:
    (tmp_path / "abc").write_bytes(b"\x89PNG\r\n\x1a\nSalam")
    telegram = TelegramChannel(api.token, api_url=api.url, files=Folder(tmp_path))
    async with running(telegram, _nobody):
        yield telegram


async def _nobody(inbounds: object) -> None:
    raise AssertionError(inbounds)


def said(text: str, *, edit: str = "", file: str = "") -> Outbound:
    attachment = Attachment(file, "sha256:abc", "plan.pdf", "application/pdf") if file else None
    return Outbound(Markup(text), STOP, attachment=attachment, edit=edit, in_place=bool(edit), preview=True)


async def send(telegram: TelegramChannel, outbound: Outbound) -> str:
    answer = await telegram.send("42", outbound)
    assert isinstance(answer, Sent)
    return answer.external_id


@pytest.mark.parametrize("file", ["", "document", "photo"])
async def test_a_correction_changes_the_text_or_the_caption_and_keeps_the_buttons(
    api: BotApi, telegram: TelegramChannel, file: str
) -> None:
    aygun = api.person(42, started=True)
    message = await send(telegram, said("Tuesday", file=file))
    for _ in range(2):  # the second time nothing is different, which is as good
        assert await telegram.send("42", said("<b>Wednesday</b>", edit=message, file=file)) == Sent(message)
    [seen] = aygun.screen
    assert (seen.html, seen.labels, seen.edits) == ("<b>Wednesday</b>", ["Stop all messages"], 1)
    assert bool(seen.file) == bool(file)


@pytest.mark.parametrize("file", ["", "document"])
async def test_a_copy_that_is_gone_is_refused_and_nothing_new_is_sent(
    api: BotApi, telegram: TelegramChannel, file: str
) -> None:
    aygun = api.person(42, started=True)
    message = await send(telegram, said("Tuesday", file=file))
    aygun.screen[0].deleted = True
    assert await telegram.send("42", said("Wednesday", edit=message, file=file)) == Refused(
        "uneditable", detail="Bad Request: message to edit not found"
    )
    assert len(api.delivered(42)) == 1


async def test_whoever_blocked_us_is_told_of_as_such(api: BotApi, telegram: TelegramChannel) -> None:
    message = await send(telegram, said("Tuesday")) if api.person(42, started=True) else ""
    api.faults.next("editMessageText", Fault.refusal(403, "Forbidden: bot was blocked by the user"))
    answer = await telegram.send("42", said("Wednesday", edit=message))
    assert answer == Refused("blocked", unreachable=True, detail="Forbidden: bot was blocked by the user")


async def test_a_recall_deletes_each_message(api: BotApi, telegram: TelegramChannel) -> None:
    aygun = api.person(42, started=True)
    messages = tuple([await send(telegram, said(text)) for text in ("One", "Two", "Three")])
    assert await telegram.send("42", Outbound(Markup(), delete=messages[:2])) == Sent(messages[0])
    assert [message.text for message in aygun.screen if not message.deleted] == ["Three"]
    assert await telegram.send("42", Outbound(Markup(), delete=messages)) == Sent(messages[0])  # gone is gone
    assert [message for message in aygun.screen if not message.deleted] == []


async def test_after_48_hours_it_stays(api: BotApi, telegram: TelegramChannel) -> None:
    aygun = api.person(42, started=True)
    message = await send(telegram, said("One"))
    api.advance(48 * HOURS + 1)
    assert await telegram.send("42", Outbound(Markup(), delete=(message,))) == Refused(
        "undeletable", detail="Bad Request: message can't be deleted for everyone"
    )
    assert [seen.deleted for seen in aygun.screen] == [False]


async def test_a_flood_holds_a_recall_too(api: BotApi, telegram: TelegramChannel) -> None:
    api.person(42, started=True)
    message = await send(telegram, said("One"))
    api.faults.next("deleteMessage", Fault.flood(3))
    answer = await telegram.send("42", Outbound(Markup(), delete=(message,)))
    assert type(answer).__name__ == "Retry"
