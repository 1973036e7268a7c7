"""What Telegram is asked for when something is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from markupsafe import Markup
from telegram.error import NetworkError

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.outcomes import outcome
from bot.channels.telegram.transport import AiohttpRequest, LeanBot
from bot.core.channel import Outcome, Refused, Retry, Sent, Unknown
from bot.core.messages import Attachment, Option, Outbound
from tests.channels.telegram_answers import TOKEN, Answer, Answers, Folder, channel, error, result, serving

LETTER = Attachment("document", "sha256:abc", "Məktub.pdf", "application/pdf", 6)
PICTURE = Attachment("photo", "sha256:abc", "foto.jpg", "image/jpeg", 6)
KEPT_LETTER = result({"message_id": 7, "document": {"file_id": "kept"}})
KEPT_PICTURE = result({"message_id": 7, "photo": [{"file_id": "small"}, {"file_id": "kept"}]})


@pytest.fixture
async def api() -> AsyncIterator[Answers]:
    async with serving() as answers:
        yield answers


@pytest.fixture
async def telegram(api: Answers, tmp_path: Path) -> AsyncIterator[TelegramChannel]:
    (tmp_path / "abc").write_bytes(b"Salam!")
    telegram = channel(api.url, files=Folder(tmp_path))
    await telegram.start(_nobody)
    yield telegram
    await telegram.stop()


async def _nobody(inbounds: object) -> None:
    raise AssertionError(inbounds)


async def test_a_message_with_buttons(api: Answers, telegram: TelegramChannel) -> None:
    options = (Option("topics", "Mövzular"), Option("site", "Sayt", url="https://un.org"))
    said = Outbound(Markup("<b>Salam</b> &amp; xoş gəldiniz"), options, menu="k3", preview=True)
    assert await telegram.send("42", said) == Sent("7")
    assert api.called("sendMessage") == [
        {
            "chat_id": 42,
            "text": "<b>Salam</b> &amp; xoş gəldiniz",
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": False},
            "reply_markup": {
                "inline_keyboard": [
                    [
                        {"text": "Mövzular", "callback_data": "k3:topics"},
                        {"text": "Sayt", "url": "https://un.org"},
                    ]
                ]
            },
        }
    ]


async def test_an_edit_changes_the_message_and_its_buttons(api: Answers, telegram: TelegramChannel) -> None:
    assert await telegram.send("42", Outbound(Markup("50 %"), edit="7")) == Sent("7")
    assert [call for call in api.calls if call[0].startswith(("send", "edit"))] == [
        (
            "editMessageText",
            {
                "chat_id": 42,
                "message_id": 7,
                "text": "50 %",
                "parse_mode": "HTML",
                "link_preview_options": {"is_disabled": True},
            },
        )
    ]


@pytest.mark.parametrize(
    ("attachment", "method", "kept", "extra"),
    [
        (LETTER, "sendDocument", KEPT_LETTER, {"disable_content_type_detection": "true"}),
        (PICTURE, "sendPhoto", KEPT_PICTURE, {}),
    ],
)
async def test_a_file_goes_up_once_for_everybody(
    api: Answers, telegram: TelegramChannel, attachment: Attachment, method: str, kept: Answer, extra: dict[str, str]
) -> None:
    api.scripted[method].append(kept)
    said = Outbound(Markup("Salam"), attachment=attachment)
    outcomes = await asyncio.gather(*(telegram.send(str(user), said) for user in range(1, 21)))
    assert outcomes == [Sent("7")] * 20
    first, *others = api.called(method)
    words = {"caption": "Salam", "parse_mode": "HTML"}
    assert first == {"chat_id": "1", **words, **extra, attachment.kind: (attachment.name, b"Salam!")}
    assert sorted(others, key=lambda call: call["chat_id"]) == [
        {"chat_id": user, **words, attachment.kind: "kept"} for user in range(2, 21)
    ]


async def test_the_next_one_uploads_when_the_first_could_not(api: Answers, telegram: TelegramChannel) -> None:
    blocked = error(403, "Forbidden: bot was blocked by the user")
    api.scripted["sendDocument"].extend([blocked, KEPT_LETTER])
    said = Outbound(Markup(), attachment=LETTER)
    assert [await telegram.send(user, said) for user in ("1", "2")] == [
        Refused("blocked", unreachable=True, detail="Forbidden: bot was blocked by the user"),
        Sent("7"),
    ]
    assert [call["document"] for call in api.called("sendDocument")] == [("Məktub.pdf", b"Salam!")] * 2


async def test_a_file_that_came_from_telegram_goes_back_by_its_id(api: Answers, telegram: TelegramChannel) -> None:
    await telegram.send("42", Outbound(Markup("Salam"), attachment=Attachment("photo", "telegram:AgAC")))
    assert api.called("sendPhoto") == [{"chat_id": 42, "caption": "Salam", "parse_mode": "HTML", "photo": "AgAC"}]


async def test_a_file_that_is_gone_is_refused(telegram: TelegramChannel) -> None:
    gone = Attachment("document", "sha256:def", "Məktub.pdf")
    assert await telegram.send("42", Outbound(Markup("Salam"), attachment=gone)) == Refused(
        "content", systemic=True, detail="Məktub.pdf: the file is not there (sha256:def)"
    )


async def test_two_hundred_at_once(api: Answers, telegram: TelegramChannel) -> None:
    outcomes = await asyncio.gather(*(telegram.send(str(user), Outbound(Markup("Salam"))) for user in range(200)))
    assert outcomes == [Sent("7")] * 200
    assert sorted(call["chat_id"] for call in api.called("sendMessage")) == list(range(200))


async def test_two_hundred_at_once_into_a_flood_limit(api: Answers, telegram: TelegramChannel) -> None:
    api.scripted["sendMessage"].extend([error(429, "Too Many Requests: retry after 3", retry_after=3)] * 170)
    outcomes: list[Outcome] = await asyncio.gather(
        *(telegram.send(str(user), Outbound(Markup("Salam"))) for user in range(200))
    )
    wait = Retry(timedelta(seconds=3), everyone=True, attempted=False)
    assert (outcomes.count(Sent("7")), outcomes.count(wait)) == (30, 170)


async def test_no_answer_in_time_is_unknown(api: Answers) -> None:
    async def forget(_: web.Request) -> web.Response:
        await asyncio.sleep(0.3)
        return web.Response()

    api.scripted["sendMessage"].append(forget)
    async with LeanBot(
        TOKEN, f"{api.url}/bot", request=AiohttpRequest(1), get_updates_request=AiohttpRequest(1)
    ) as bot:
        with pytest.raises(NetworkError) as raised:
            await bot.do_api_request("sendMessage", {"chat_id": 1, "text": "Salam"}, read_timeout=0.05)
    assert outcome(raised.value) == Unknown("SocketTimeoutError")


async def test_stopping_hears_the_answers_to_what_was_sent(api: Answers) -> None:
    arrived = asyncio.Event()

    async def think(_: web.Request) -> web.Response:
        arrived.set()
        await asyncio.sleep(0.2)
        return web.json_response({"ok": True, "result": {"message_id": 8}})

    api.scripted["sendMessage"].append(think)
    telegram = channel(api.url)
    await telegram.start(_nobody)
    sending = asyncio.create_task(telegram.send("42", Outbound(Markup("Salam"))))
    await arrived.wait()
    await telegram.stop()
    assert await sending == Sent("8")
    later = await telegram.send("42", Outbound(Markup("Salam")))
    assert later == Retry(timedelta(seconds=5), everyone=True, attempted=False)
