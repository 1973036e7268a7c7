"""The emulator is believed because two client libraries understand it and because it refuses what Telegram refuses."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import telegram
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramMigrateToChat, TelegramRetryAfter
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
)
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from tests.emulators.telegram import PIXEL, BotApi, Fault, Limits, Refusal
from tests.emulators.telegram.entities import parse
from tests.emulators.telegram.files import Upload
from tests.emulators.telegram.refused import Refused

Answer = tuple[int, dict[str, Any]]
AYSEL = 11
MENU = {"inline_keyboard": [[{"text": "Təhsil", "callback_data": "m1:education"}]]}


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def aiogram_bot(api: BotApi) -> AsyncIterator[Bot]:
    async with AiohttpSession(api=TelegramAPIServer.from_base(api.url)) as session:
        yield Bot(api.token, session=session)


@pytest.fixture
async def ptb_bot(api: BotApi) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(api.token, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot") as bot:
        yield bot


class Caller:
    """Posts JSON as our own channel does."""

    def __init__(self, api: BotApi, session: aiohttp.ClientSession) -> None:
        self.api = api
        self.session = session

    async def __call__(self, method: str, **parameters: object) -> Answer:
        async with self.session.post(f"{self.api.url}/bot{self.api.token}/{method}", json=parameters) as response:
            answer = await response.json()
            assert response.status == answer.get("error_code", 200)
            return response.status, answer

    async def result(self, method: str, **parameters: object) -> Any:
        status, answer = await self(method, **parameters)
        assert status == 200, answer
        return answer["result"]

    async def refusal(self, method: str, **parameters: object) -> str:
        status, answer = await self(method, **parameters)
        assert status != 200
        return str(answer["description"])


@pytest.fixture
def call(api: BotApi, session: aiohttp.ClientSession) -> Caller:
    return Caller(api, session)


async def test_aiogram_holds_a_whole_conversation(api: BotApi, aiogram_bot: Bot) -> None:
    person = api.person(AYSEL, first_name="Aysel", language_code="az")
    await person.says("/start token")
    [update] = await aiogram_bot.get_updates(timeout=1)
    assert update.message is not None
    assert update.message.from_user is not None
    assert (update.message.text, update.message.from_user.language_code) == ("/start token", "az")
    assert [entity.type for entity in update.message.entities or ()] == ["bot_command"]

    sent = await aiogram_bot.send_message(
        AYSEL,
        "<b>Salam</b>, Aysel &amp; Co",
        parse_mode="HTML",
        reply_markup=InlineKeyboardMarkup(
            inline_keyboard=[[InlineKeyboardButton(text="Bəli", callback_data="m1:yes")]]
        ),
    )
    seen = await person.sees("Salam")
    assert (seen.text, seen.html, seen.buttons) == ("Salam, Aysel & Co", "<b>Salam</b>, Aysel &amp; Co", [["Bəli"]])

    await person.taps("Bəli")
    assert person.waiting == 1
    [update] = await aiogram_bot.get_updates(offset=update.update_id + 1, timeout=1)
    assert update.callback_query is not None
    assert update.callback_query.data == "m1:yes"
    assert update.callback_query.message is not None
    assert update.callback_query.message.message_id == sent.message_id
    assert await aiogram_bot.answer_callback_query(update.callback_query.id, "Oldu")
    assert (person.waiting, person.notices) == (0, ["Oldu"])

    await aiogram_bot.edit_message_text("Sağ ol", chat_id=AYSEL, message_id=sent.message_id)
    edited = await person.sees("Sağ ol")
    assert (edited.id, edited.edits, edited.buttons, edited.original) == (sent.message_id, 1, [], "Salam, Aysel & Co")
    assert await aiogram_bot.delete_message(AYSEL, sent.message_id)
    assert person.screen == []
    assert [message.id for message in api.delivered(AYSEL)] == [sent.message_id]
    assert api.refusals == []


async def test_aiogram_uploads_sends_again_and_downloads(api: BotApi, aiogram_bot: Bot) -> None:
    person = api.person(AYSEL, started=True)
    sent = await aiogram_bot.send_document(AYSEL, BufferedInputFile(b"report", "hesabat.pdf"), caption="Hesabat")
    assert sent.document is not None
    again = await aiogram_bot.send_document(AYSEL, sent.document.file_id)
    assert again.document == sent.document
    photo = await aiogram_bot.send_photo(AYSEL, BufferedInputFile(PIXEL, "a.png"))
    assert photo.photo is not None
    assert [file.content for message in person.screen if (file := message.file)] == [b"report", b"report", PIXEL]
    assert [message.document.name for message in person.screen if message.document] == ["hesabat.pdf"] * 2
    await aiogram_bot.edit_message_caption(chat_id=AYSEL, message_id=sent.message_id, caption="Yeni")
    assert person.screen[0].text == "Yeni"

    upload = await person.sends_document("plan.txt", b"our plan", mime="text/plain", caption="Plan")
    [update] = await aiogram_bot.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    assert (update.message.caption, update.message.message_id) == ("Plan", upload.id)
    content = await aiogram_bot.download(update.message.document)
    assert content is not None
    assert content.read() == b"our plan"
    assert api.refusals == []


async def test_python_telegram_bot_understands_every_answer_and_update(api: BotApi, ptb_bot: telegram.Bot) -> None:
    person = api.person(AYSEL, first_name="Aysel")
    sent = await person.says("Salam")
    await person.says_html("<b>Elan</b> <a href='https://example.org'>burada</a>", forwarded_from="Rəşad")
    await person.edits(sent, "Salam, Körpü")
    await person.sends_sticker()
    await person.sends_voice()
    await person.sends_location()
    await person.sends_photo(caption="Şəkil")
    await person.blocks()
    await person.unblocks()
    updates = await ptb_bot.get_updates()
    assert [update.edited_message.text for update in updates if update.edited_message] == ["Salam, Körpü"]
    messages = [update.message for update in updates if update.message]
    assert [telegram.helpers.effective_message_type(message) for message in messages] == [
        "text",
        "text",
        "sticker",
        "voice",
        "location",
        "photo",
    ]
    assert messages[1].text_html == '<b>Elan</b> <a href="https://example.org">burada</a>'
    assert isinstance(messages[1].forward_origin, telegram.MessageOriginHiddenUser)
    moves = [update.my_chat_member.difference()["status"] for update in updates if update.my_chat_member]
    assert moves == [("member", "kicked"), ("kicked", "member")]

    markup = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Ətraflı", url="https://example.org")]])
    answer = await ptb_bot.send_photo(AYSEL, PIXEL, "<i>Şəkil</i>", parse_mode="HTML", reply_markup=markup)
    assert (answer.caption, answer.reply_markup) == ("Şəkil", markup)
    file = await ptb_bot.get_file(answer.photo[0])
    assert bytes(await file.download_as_bytearray()) == PIXEL
    with pytest.raises(AssertionError, match="does not answer"):
        await person.taps("Ətraflı")
    assert api.refusals == []


@pytest.mark.parametrize("anonymous", [False, True])
async def test_polls_are_voted_in_and_stopped(api: BotApi, aiogram_bot: Bot, *, anonymous: bool) -> None:
    person = api.person(AYSEL, started=True)
    sent = await aiogram_bot.send_poll(AYSEL, "Nə vaxt?", ["Səhər", "Axşam"], is_anonymous=anonymous)
    assert sent.poll is not None
    await person.votes("Axşam")
    updates = await aiogram_bot.get_updates()
    answers = [update.poll_answer for update in updates if update.poll_answer]
    assert [(answer.poll_id, answer.option_ids) for answer in answers] == ([] if anonymous else [(sent.poll.id, [1])])
    poll = await aiogram_bot.stop_poll(AYSEL, sent.message_id)
    assert ([option.voter_count for option in poll.options], poll.is_closed) == ([0, 1], True)
    with pytest.raises(AssertionError, match="is closed"):
        await person.votes("Səhər")


async def test_the_profile_is_kept_per_language_and_scope(api: BotApi, aiogram_bot: Bot) -> None:
    person = api.person(AYSEL, language_code="az-AZ")
    english, own = BotCommand(command="help", description="Help"), BotCommand(command="yardim", description="Kömək")
    await aiogram_bot.set_my_commands([english])
    await aiogram_bot.set_my_commands([own], language_code="az")
    assert [command.command for command in await aiogram_bot.get_my_commands(language_code="az")] == ["yardim"]
    assert await aiogram_bot.get_my_commands(language_code="ru") == []
    assert person.commands == ["yardim"]
    await aiogram_bot.set_my_commands([english], scope=BotCommandScopeChat(chat_id=AYSEL))
    assert person.commands == ["help"]
    await aiogram_bot.delete_my_commands(scope=BotCommandScopeChat(chat_id=AYSEL))
    assert person.commands == ["yardim"]
    await aiogram_bot.set_my_description("Körpü şəbəkəsi", language_code="az")
    assert (await aiogram_bot.get_my_description(language_code="az")).description == "Körpü şəbəkəsi"
    assert (await aiogram_bot.get_my_description()).description == ""


def _keyboard(**button: object) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "A", **button}]]}


@pytest.mark.parametrize(
    ("method", "parameters", "description"),
    [
        ("sendMessage", {"text": "a"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": AYSEL}, "message text is empty"),
        ("sendMessage", {"chat_id": AYSEL, "text": ""}, "message text is empty"),
        ("sendMessage", {"chat_id": AYSEL, "text": " \n "}, "text must be non-empty"),
        ("sendMessage", {"chat_id": AYSEL, "text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ("sendMessage", {"chat_id": AYSEL, "text": 5}, "text: Input should be a valid string"),
        ("sendMessage", {"chat_id": AYSEL, "text": "a" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": AYSEL, "text": "😀" * 2049}, "message is too long"),
        ("sendMessage", {"chat_id": AYSEL, "text": "ə" * 16385}, "text is too long"),
        ("sendMessage", {"chat_id": AYSEL, "text": "a", "parse_mode": "Fancy"}, "unsupported parse_mode"),
        ("sendMessage", {"chat_id": AYSEL, "text": "a", "txet": "b"}, "unknown parameter txet"),
        (
            "sendMessage",
            {"chat_id": AYSEL, "text": "a", "link_preview_options": {"disabled": True}},
            "unknown parameter link_preview_options.disabled",
        ),
        (
            "sendMessage",
            {"chat_id": AYSEL, "text": "a", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
            "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 2",
        ),
        ("sendMessage", {"chat_id": AYSEL, "text": "a", "reply_markup": "{"}, "can't parse reply markup JSON object"),
        (
            "sendMessage",
            {"chat_id": AYSEL, "text": "a", "reply_markup": _keyboard(callback_data="ə" * 33)},
            "BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"chat_id": AYSEL, "text": "a", "reply_markup": _keyboard(callback_data="")},
            "BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"chat_id": AYSEL, "text": "a", "reply_markup": _keyboard()},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            "sendMessage",
            {"chat_id": AYSEL, "text": "a", "reply_markup": _keyboard(url="nowhere")},
            "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL",
        ),
        (
            "sendMessage",
            {"chat_id": AYSEL, "text": "a", "reply_markup": _keyboard(callback_data="a", colour="red")},
            "unknown parameter reply_markup.inline_keyboard.0.0.colour",
        ),
        (
            "sendMessage",
            {
                "chat_id": AYSEL,
                "text": "a",
                "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]] * 101},
            },
            "reply markup is too long",
        ),
        ("sendDocument", {"chat_id": AYSEL}, "document is missing"),
        ("sendDocument", {"chat_id": AYSEL, "document": "nothing"}, "wrong file identifier/HTTP URL specified"),
        ("sendDocument", {"chat_id": AYSEL, "document": "x", "caption": "ə" * 1025}, "message caption is too long"),
        ("sendChatAction", {"chat_id": AYSEL, "action": "dancing"}, "wrong parameter action in request"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "a" * 201}, "MESSAGE_TOO_LONG"),
        ("setMyCommands", {"commands": [{"command": "Help", "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": "a"}] * 101},
            "BOT_COMMANDS_TOO_MUCH",
        ),
        ("setMyCommands", {"commands": [], "language_code": "azj"}, "invalid language code specified"),
        ("setMyDescription", {"description": "a" * 513}, "BOT_DESCRIPTION_TOO_LONG"),
        ("setMyShortDescription", {"short_description": "a" * 121}, "BOT_SHORT_DESCRIPTION_TOO_LONG"),
        (
            "sendPoll",
            {"chat_id": AYSEL, "question": "a" * 301, "options": ["a"]},
            "poll question length must not exceed 300",
        ),
        (
            "sendPoll",
            {"chat_id": AYSEL, "question": "a", "options": ["a"] * 13},
            "poll can't have more than 12 options",
        ),
        ("setWebhook", {"url": "http://example.org/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            "setWebhook",
            {"url": "https://example.org/", "secret_token": "a b"},
            "secret token contains unallowed characters",
        ),
        ("getFile", {"file_id": "nothing"}, "invalid file_id"),
    ],
)
async def test_a_request_that_is_wrong_is_refused_and_remembered(
    api: BotApi, call: Caller, method: str, parameters: dict[str, Any], description: str
) -> None:
    person = api.person(AYSEL, started=True)
    assert await call.refusal(method, **parameters) == f"Bad Request: {description}"
    assert [refusal.description for refusal in api.refusals] == [f"Bad Request: {description}"]
    assert person.screen == []


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        ("<b>a", "Can't find end tag corresponding to start tag b"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("ə<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("<a href='x>y</a>", 'Unclosed start tag "a" at byte offset 0'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
async def test_html_that_telegram_cannot_read_is_refused_in_its_words(
    api: BotApi, call: Caller, html: str, sentence: str
) -> None:
    api.person(AYSEL, started=True)
    refusal = await call.refusal("sendMessage", chat_id=AYSEL, text=html, parse_mode="HTML")
    assert refusal == f"Bad Request: can't parse entities: {sentence}"
    assert api.refusals == [
        Refusal("sendMessage", {"chat_id": AYSEL, "text": html, "parse_mode": "HTML"}, refusal),
    ]


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("a &lt; b &amp;&#601;&#x259; &copy;", "a < b &əə &copy;", []),
        ("😀<b>ə<i>b</i></b>", "😀əb", [("bold", 2, 2), ("italic", 3, 1)]),
        ("<a href='https://example.org/?a=1&amp;b=2'>x</a>", "x", [("text_link", 0, 1)]),
        ("<a href='nowhere'>x</a>", "x", []),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ('<pre><code class="language-python">a</code></pre>', "a", [("pre", 0, 1)]),
        ('<tg-time unix="1764000000" format="wDT">soon</tg-time>', "soon", [("date_time", 0, 4)]),
        ("<STRONG>a</STRONG><u></u>", "a", [("bold", 0, 1)]),
        ("  <b> a</b> \n", "a", [("bold", 0, 1)]),
    ],
)
def test_html_becomes_text_and_entities(html: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    formatted = parse(html).trimmed()
    assert formatted.text == text
    assert [(mark["type"], mark["offset"], mark["length"]) for mark in formatted.entities] == entities


@given(st.text(alphabet="ab<>/&;\"'= ə😀", max_size=30))
def test_any_html_is_read_or_refused(html: str) -> None:
    try:
        formatted = parse(html)
    except Refused as refused:
        assert refused.description.startswith("Bad Request: can't parse entities: ")  # noqa: PT017 - one of two outcomes
    else:
        assert len(formatted.text) <= len(html)


async def test_people_who_cannot_be_written_to(api: BotApi, call: Caller) -> None:
    stranger, gone = api.person(21), api.person(23, started=True)
    blocker = api.person(22, started=True)
    await blocker.blocks()
    await gone.deletes_account()

    async def send(chat: int) -> str:
        return await call.refusal("sendMessage", chat_id=chat, text="a")

    assert await send(20) == "Bad Request: chat not found"
    assert await send(stranger.id) == "Forbidden: bot can't initiate conversation with a user"
    assert await send(blocker.id) == "Forbidden: bot was blocked by the user"
    assert await send(gone.id) == "Forbidden: user is deactivated"
    await blocker.unblocks()
    await call.result("sendMessage", chat_id=blocker.id, text="a")
    assert api.refusals == []


async def test_a_group_that_moved_says_where_to(api: BotApi, aiogram_bot: Bot) -> None:
    api.group(-5)
    api.upgrade(-5, -1005)
    with pytest.raises(TelegramMigrateToChat) as moved:
        await aiogram_bot.send_message(-5, "a")
    assert moved.value.migrate_to_chat_id == -1005
    assert (await aiogram_bot.send_message(-1005, "a")).chat.type == "supergroup"


async def test_edits_deletions_and_taps_that_come_too_late(api: BotApi, call: Caller) -> None:
    person = api.person(AYSEL, started=True)
    sent = await call.result("sendMessage", chat_id=AYSEL, text="a", reply_markup=MENU)
    edit = {"chat_id": AYSEL, "message_id": sent["message_id"]}
    await person.taps("Təhsil")
    query = api.feed.history[-1]["callback_query"]["id"]

    assert (await call.refusal("editMessageText", **edit, text="a", reply_markup=MENU)).startswith(
        "Bad Request: message is not modified: "
    )
    missing = await call.refusal("editMessageText", chat_id=AYSEL, message_id=99, text="b")
    assert missing == "Bad Request: message to edit not found"
    captionless = await call.refusal("editMessageCaption", **edit, caption="b")
    assert captionless == "Bad Request: there is no caption in the message to edit"
    await call.result("editMessageReplyMarkup", **edit)
    assert person.screen[0].buttons == []

    api.advance(151)
    late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await call.refusal("answerCallbackQuery", callback_query_id=query) == late
    api.advance(48 * 3600)
    assert await call.refusal("deleteMessage", **edit) == "Bad Request: message can't be deleted for everyone"
    assert api.refusals == []


async def test_a_stale_button_can_still_be_tapped(api: BotApi, call: Caller) -> None:
    person = api.person(AYSEL, started=True)
    await call.result("sendMessage", chat_id=AYSEL, text="a", reply_markup=MENU)
    await person.taps_data("m0:gone", person.screen[0])
    [update] = await call.result("getUpdates")
    assert update["callback_query"]["data"] == "m0:gone"
    with pytest.raises(AssertionError, match="no button 'Nothing'"):
        await person.taps("Nothing")


async def test_the_address_decides_before_the_request_is_read(
    api: BotApi, call: Caller, session: aiohttp.ClientSession
) -> None:
    async def get(path: str) -> Answer:
        async with session.get(f"{api.url}{path}") as response:
            return response.status, await response.json()

    unauthorized = {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert await get("/bot1:no/getMe") == (401, unauthorized)
    assert await call.refusal("sendMassage") == "Not Found: method not found"
    assert await call.refusal("banChatMember") == "Not Found: method not emulated"
    assert (await get(f"/bot{api.token}/GETME"))[1]["result"]["username"] == "emulated_bot"
    assert [refusal.method for refusal in api.refusals] == ["sendMassage", "banChatMember"]


async def test_forms_carry_nested_values_as_json(api: BotApi, session: aiohttp.ClientSession) -> None:
    person = api.person(AYSEL, started=True)
    form = {"chat_id": str(AYSEL), "text": "a", "reply_markup": json.dumps(MENU), "disable_notification": "true"}
    async with session.post(f"{api.url}/bot{api.token}/sendmessage", data=form) as response:
        assert response.status == 200
    assert person.screen[0].buttons == [["Təhsil"]]


async def test_uploads_over_the_limit_and_of_the_wrong_kind_are_refused(api: BotApi, aiogram_bot: Bot) -> None:
    api.person(AYSEL, started=True)
    for content, sentence in (
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (PIXEL + bytes(10_000_000), "too big for a photo"),
    ):
        with pytest.raises(Exception, match=sentence):
            await aiogram_bot.send_photo(AYSEL, BufferedInputFile(content, "a.png"))
    document = await aiogram_bot.send_document(AYSEL, BufferedInputFile(b"a", "a.pdf"))
    assert document.document is not None
    with pytest.raises(Exception, match="can't use file of type Document as Photo"):
        await aiogram_bot.send_photo(AYSEL, document.document.file_id)
    assert [type(request.parameters["photo"]) for request in api.called("sendPhoto")] == [Upload, Upload, str]


async def test_updates_stay_until_their_offset_is_confirmed(api: BotApi, call: Caller) -> None:
    person = api.person(AYSEL)
    for text in "abc":
        await person.says(text)

    async def texts(**parameters: object) -> list[tuple[int, str]]:
        updates = await call.result("getUpdates", **parameters)
        return [(update["update_id"], update["message"]["text"]) for update in updates]

    first = await texts(limit=2)
    assert [text for _, text in first] == ["a", "b"]
    assert await texts(limit=2) == first
    [(last, text)] = await texts(offset=first[-1][0] + 1)
    assert text == "c"
    assert await texts(offset=-1) == [(last, "c")]
    assert await texts(offset=last + 1) == []
    await person.says("d")
    api.advance(86_401)
    assert await texts() == []


async def test_a_long_poll_returns_when_something_happens(api: BotApi, call: Caller) -> None:
    poll = asyncio.create_task(call.result("getUpdates", timeout=30))
    await api.asked("getUpdates")
    await api.person(AYSEL).says("a")
    [update] = await poll
    assert update["message"]["text"] == "a"


async def test_a_second_poller_ends_the_first(api: BotApi, call: Caller) -> None:
    first = asyncio.create_task(call.refusal("getUpdates", timeout=30))
    await api.asked("getUpdates")
    assert await call.result("getUpdates", timeout=0) == []
    assert await first == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )


async def test_a_poller_that_died_takes_nothing_with_it() -> None:
    async with BotApi() as api:
        async with aiohttp.ClientSession() as session:
            dying = asyncio.create_task(Caller(api, session)("getUpdates", timeout=30))
            await api.asked("getUpdates")
            dying.cancel()
        await api.person(AYSEL).says("a")
        async with aiohttp.ClientSession() as session:
            [update] = await Caller(api, session).result("getUpdates", timeout=1)
            assert update["message"]["text"] == "a"
            dying = asyncio.create_task(Caller(api, session)("getUpdates", offset=update["update_id"] + 1, timeout=30))
            await api.feed.drained()
            dying.cancel()
    assert asyncio.all_tasks() - {asyncio.current_task()} <= {dying}


async def test_updates_not_asked_for_do_not_come(api: BotApi, call: Caller) -> None:
    person = api.person(AYSEL)
    await call.result("getUpdates", allowed_updates=["my_chat_member"])
    await person.says("a")
    await person.blocks()
    assert [set(update) for update in await call.result("getUpdates")] == [{"update_id", "my_chat_member"}]


async def test_the_webhook_gets_each_chat_in_order_until_it_accepts(api: BotApi, call: Caller) -> None:
    received: list[tuple[int, str, str]] = []
    statuses = iter([500, 429, 200, 200, 200])

    async def hook(request: web.Request) -> web.Response:
        message = (await request.json())["message"]
        secret = request.headers["X-Telegram-Bot-Api-Secret-Token"]
        received.append((message["from"]["id"], message["text"], secret))
        return web.Response(status=next(statuses) if message["from"]["id"] == AYSEL else 200)

    application = web.Application()
    application.router.add_post("/hook", hook)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        person, other = api.person(AYSEL), api.person(12)
        await person.says("a")  # waited for the webhook
        await call.result("setWebhook", url=url, secret_token="s3cret")
        await person.says("b")
        await other.says("c")
        assert await call.refusal("getUpdates") == (
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
        await api.feed.drained()
        assert [text for user, text, _ in received if user == AYSEL] == ["a", "a", "a", "b"]
        assert [text for user, text, _ in received if user == other.id] == ["c"]
        assert {secret for _, _, secret in received} == {"s3cret"}
        api.feed.repeats, api.feed.scatter = 2, 0.05
        await other.says("e")
        await api.feed.drained()
        assert [text for user, text, _ in received if user == other.id] == ["c", "e", "e", "e"]
        assert api.feed.posts == len(received) == 8
        api.feed.repeats = 0
        info = await call.result("getWebhookInfo")
        assert (info["url"], info["last_error_message"]) == (
            url,
            "Wrong response from the webhook: 429 Too Many Requests",
        )
        await call.result("deleteWebhook")
        await person.says("d")
        assert [update["message"]["text"] for update in await call.result("getUpdates")] == ["d"]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("fault", "delivered", "outcome"),
    [
        (Fault.server_error(502), 0, 502),
        (Fault.server_error(500, processed=True), 1, 500),
        (Fault.flood(7), 0, 429),
        (Fault.refusal(403, "Forbidden: user is deactivated"), 0, 403),
        (Fault.garbled(), 0, 200),
        (Fault.drop_before(), 0, "ServerDisconnectedError"),
        (Fault.drop_after(), 1, "ServerDisconnectedError"),
        (Fault.hang_before(), 0, "TimeoutError"),
        (Fault.hang_after(), 1, "TimeoutError"),
        (Fault.slow(0.05), 1, 200),
    ],
)
async def test_faults_happen_once_before_or_after_the_delivery(
    api: BotApi, fault: Fault, delivered: int, outcome: int | str
) -> None:
    api.person(AYSEL, started=True)
    api.faults.next("sendMessage", fault)

    async def send(session: aiohttp.ClientSession) -> int | str:
        url = f"{api.url}/bot{api.token}/sendMessage"
        try:
            # A retried request would hide what happened: aiohttp repeats only idempotent methods, and this is a POST.
            async with session.post(url, json={"chat_id": AYSEL, "text": "a"}) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__.replace("ServerTimeoutError", "TimeoutError")

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.3)) as session:
        assert await send(session) == outcome
        assert len(api.delivered(AYSEL)) == delivered
        assert await send(session) == 200
        assert len(api.delivered(AYSEL)) == delivered + 1


async def test_faults_choose_their_requests(api: BotApi, call: Caller) -> None:
    api.person(AYSEL, started=True)
    api.person(12, started=True)

    async def statuses(count: int, chat: int = AYSEL) -> list[int]:
        return [(await call("sendMessage", chat_id=chat, text="a"))[0] for _ in range(count)]

    api.faults.every("sendMessage", 3, Fault.server_error(503), chat=AYSEL)
    assert await statuses(6) == [200, 200, 503, 200, 200, 503]
    assert await statuses(3, chat=12) == [200, 200, 200]
    api.faults.clear()
    api.faults.always("", Fault.server_error(), when=lambda method, chat: method == "sendMessage" and chat == AYSEL)
    assert await statuses(2) == [502, 502]
    await call.result("getMe")
    api.faults.clear()
    api.faults.always("sendMessage", Fault.server_error(), saying="poison")
    assert await statuses(1) == [200]
    assert await call.refusal("sendMessage", chat_id=AYSEL, text="some poison") == "Bad Gateway"
    assert [request.message for request in api.requests[-2:]] == [api.delivered(AYSEL)[-1], None]
    assert api.sent_to(AYSEL)[-1] is api.requests[-2]
    api.faults.clear()
    api.faults.randomly("sendMessage", 0.5, Fault.server_error(), seed=1)
    once = await statuses(20)
    api.faults.clear()
    api.faults.randomly("sendMessage", 0.5, Fault.server_error(), seed=1)
    assert await statuses(20) == once
    assert 3 < once.count(502) < 17


async def test_over_the_limits_it_says_how_long_to_wait(api: BotApi, aiogram_bot: Bot) -> None:
    for number in range(40):
        api.person(100 + number, started=True)
    api.limits = Limits(total_per_second=30)
    outcomes = await asyncio.gather(
        *(aiogram_bot.send_message(100 + number, "a") for number in range(40)), return_exceptions=True
    )
    floods = [outcome for outcome in outcomes if isinstance(outcome, TelegramRetryAfter)]
    assert len(floods) == api.limits.over_limit
    assert len(api.delivered()) == 40 - len(floods)
    assert {flood.retry_after for flood in floods} == {1}
    assert (api.limits.arrived, api.limits.max_in_any_second) == (40, 40)


def test_one_chat_takes_a_short_burst_and_then_one_a_second() -> None:
    limits = Limits(per_chat_per_second=1, chat_burst=3)
    assert [limits.take(AYSEL, 100.0) for _ in range(4)] == [0, 0, 0, 1]
    assert limits.take(12, 100.0) == 0
    assert [limits.take(AYSEL, 101.5), limits.take(AYSEL, 101.6)] == [0, 1]
    assert (limits.over_limit, limits.max_in_any_second) == (2, 5)


async def test_an_outage_keeps_the_address_and_everything_said(api: BotApi, call: Caller) -> None:
    person = api.person(AYSEL)
    await person.says("a")
    address = api.url
    await api.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await call("getMe")
    await api.start()
    assert api.url == address
    assert [update["message"]["text"] for update in await call.result("getUpdates")] == ["a"]


async def test_a_person_waits_for_what_is_new(api: BotApi, call: Caller) -> None:
    person = api.person(AYSEL, first_name="Aysel", started=True)
    waiting = asyncio.create_task(person.sees(lambda message: message.buttons == [["Təhsil"]]))
    await call.result("sendMessage", chat_id=AYSEL, text="a")
    await call.result("sendMessage", chat_id=AYSEL, text="b", reply_markup=MENU)
    assert (await waiting).text == "b"
    with pytest.raises(AssertionError, match="Aysel never saw 'a'"):
        await person.sees("a", within=0.05)
    await person.says("Salam 😀 aləm", entities=[MessageEntity(type="bold", offset=6, length=2)])
    assert api.world.chats[AYSEL].messages[3].html == "Salam <b>😀</b> aləm"


async def test_it_serves_a_thousand_requests_in_a_second_of_processor_time(session: aiohttp.ClientSession) -> None:
    async with BotApi(judge=False, record=False) as api:
        for number in range(300):
            api.person(number, started=True)
        url = f"{api.url}/bot{api.token}/sendMessage"

        async def send(number: int) -> None:
            async with session.post(
                url, json={"chat_id": number, "text": "<b>a</b>", "parse_mode": "HTML"}
            ) as response:
                assert response.status == 200

        async def spent() -> float:
            started = time.process_time()
            await asyncio.gather(*(send(number) for number in range(300)))
            return time.process_time() - started

        assert min([await spent() for _ in range(3)]) < 0.3  # the client's part included
        assert (len(api.delivered()), api.requests) == (900, [])
