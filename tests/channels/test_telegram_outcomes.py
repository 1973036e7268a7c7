"""Every answer of Telegram that we know of, and what it means for the message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp.test_utils import unused_port
from markupsafe import Markup

from bot.core.channel import Outcome, Refused, Retry, Sent, Unknown
from bot.core.messages import Outbound
from tests.channels.telegram_answers import MESSAGE, Answer, Answers, channel, drop, error, result, serving

WRONG_TOKEN = (
    "Telegram does not accept the bot's token. Check TELEGRAM_TOKEN in .env: BotFather on Telegram shows it under"
    " /mybots, your bot, API Token."
)
SALAM = Outbound(Markup("Salam"))


@pytest.fixture
async def api() -> AsyncIterator[Answers]:
    async with serving() as answers:
        yield answers


async def _sent(api: Answers, outbound: Outbound = SALAM) -> Outcome:
    telegram = channel(api.url)
    await telegram.start(_nobody)
    try:
        return await telegram.send("1", outbound)
    finally:
        await telegram.stop()


async def _nobody(inbounds: object) -> None:
    raise AssertionError(inbounds)


def _unreachable(reason: str, detail: str) -> Refused:
    return Refused(reason, unreachable=True, detail=detail)


def _content(detail: str) -> Refused:
    return Refused("content", systemic=True, detail=detail)


OUTCOMES: list[tuple[Answer, Outcome]] = [
    (MESSAGE, Sent("7")),
    (
        error(403, "Forbidden: bot was blocked by the user"),
        _unreachable("blocked", "Forbidden: bot was blocked by the user"),
    ),
    (
        error(403, "Forbidden: bot was kicked from the group chat"),
        _unreachable("blocked", "Forbidden: bot was kicked from the group chat"),
    ),
    (
        error(403, "Forbidden: bot is not a member of the channel chat"),
        _unreachable("blocked", "Forbidden: bot is not a member of the channel chat"),
    ),
    (
        error(403, "Forbidden: user is deactivated"),
        _unreachable("deactivated", "Forbidden: user is deactivated"),
    ),
    (
        error(403, "Forbidden: bot can't initiate conversation with a user"),
        _unreachable("not_started", "Forbidden: bot can't initiate conversation with a user"),
    ),
    (
        error(403, "Forbidden: something new"),
        Refused("forbidden", systemic=True, detail="Forbidden: something new"),
    ),
    (error(400, "Bad Request: chat not found"), _unreachable("not_found", "Bad Request: chat not found")),
    (error(400, "Bad Request: USER_IS_BLOCKED"), _unreachable("blocked", "Bad Request: USER_IS_BLOCKED")),
    (error(400, "Bad Request: PEER_ID_INVALID"), _unreachable("not_found", "Bad Request: PEER_ID_INVALID")),
    (
        error(400, "Bad Request: can't parse entities: unclosed tag at byte offset 9"),
        _content("Bad Request: can't parse entities: unclosed tag at byte offset 9"),
    ),
    (error(400, "Bad Request: message is too long"), _content("Bad Request: message is too long")),
    (error(400, "Bad Request: BUTTON_DATA_INVALID"), _content("Bad Request: BUTTON_DATA_INVALID")),
    (
        error(400, "Bad Request: wrong file identifier/HTTP URL specified"),
        _content("Bad Request: wrong file identifier/HTTP URL specified"),
    ),
    (error(413, "Request Entity Too Large"), _content("Request Entity Too Large")),
    (error(401, "Unauthorized"), Refused("account", systemic=True, detail="Unauthorized")),
    (error(404, "Not Found"), Refused("account", systemic=True, detail="Not Found")),
    (
        error(429, "Too Many Requests: retry after 10072", retry_after=10_072),
        Retry(timedelta(seconds=10_072), everyone=True, attempted=False),
    ),
    (error(429, "Too Many Requests"), Retry(timedelta(seconds=5), everyone=True, attempted=False)),
    (error(500, "Internal Server Error"), Unknown("Internal Server Error")),
    ((502, "<html>Bad Gateway</html>"), Unknown("HTTP 502")),
    (error(504, "Gateway Timeout"), Unknown("Gateway Timeout")),
    ((200, "<html>Sign in to the hotel's Wi-Fi</html>"), Unknown("the answer was not Telegram's")),
    ((200, ["no", "object"]), Unknown("the answer was not Telegram's")),
    (result(True), Unknown("the answer held no message")),
    (drop, Unknown("ServerDisconnectedError")),
]


@pytest.mark.parametrize(("answer", "outcome"), OUTCOMES)
async def test_each_answer_is_an_outcome(api: Answers, answer: Answer, outcome: Outcome) -> None:
    api.scripted["sendMessage"].append(answer)
    assert await _sent(api) == outcome
    assert len(api.called("sendMessage")) == 1


async def test_no_connection_is_certainly_no_delivery() -> None:
    telegram = channel(f"http://127.0.0.1:{unused_port()}")
    await telegram.start(_nobody)
    assert await telegram.send("1", SALAM) == Retry(timedelta(seconds=5), everyone=True, attempted=False)
    await telegram.stop()


async def test_a_channel_that_was_not_started_has_sent_nothing(api: Answers) -> None:
    assert await channel(api.url).send("1", SALAM) == Retry(timedelta(seconds=5), everyone=True, attempted=False)


async def test_a_chat_that_moved_is_written_to_once_at_its_new_place(api: Answers) -> None:
    moved = error(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009)
    api.scripted["sendMessage"].append(moved)
    assert await _sent(api) == Sent("7")
    assert [call["chat_id"] for call in api.called("sendMessage")] == [1, -1009]


async def test_a_chat_that_keeps_moving_is_given_up(api: Answers) -> None:
    moved = error(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009)
    api.scripted["sendMessage"].extend([moved, moved])
    assert await _sent(api) == _content("Bad Request: group chat was upgraded to a supergroup chat")
    assert len(api.called("sendMessage")) == 2


@pytest.mark.parametrize(
    ("description", "sent_as"),
    [
        ("message is not modified: specified new message content and reply markup are exactly the same", "5"),
        ("message to edit not found", "7"),
        ("message can't be edited", "7"),
        ("MESSAGE_ID_INVALID", "7"),
        ("there is no text in the message to edit", "7"),
    ],
)
async def test_an_edit_stands_or_is_sent_anew(api: Answers, description: str, sent_as: str) -> None:
    api.scripted["editMessageText"].append(error(400, f"Bad Request: {description}"))
    assert await _sent(api, SALAM.having(edit="5")) == Sent(sent_as)
    assert len(api.called("sendMessage")) == (sent_as == "7")


async def test_an_edit_that_is_refused_is_refused(api: Answers) -> None:
    api.scripted["editMessageText"].append(error(400, "Bad Request: message is too long"))
    assert await _sent(api, SALAM.having(edit="5")) == _content("Bad Request: message is too long")
    assert api.called("sendMessage") == []


async def test_the_owner_is_told_once_that_the_token_no_longer_works(api: Answers) -> None:
    told: list[str] = []
    telegram = channel(api.url, on_stopped=told.append)
    await telegram.start(_nobody)
    api.scripted["sendMessage"].extend([error(401, "Unauthorized")] * 2)
    await telegram.send("1", SALAM)
    await telegram.send("2", SALAM)
    await telegram.stop()
    assert told == [WRONG_TOKEN]
