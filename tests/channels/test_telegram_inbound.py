"""What Telegram brings, built with aiogram's types, and what it is to us."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from aiogram import types
from aiogram.enums import ChatMemberStatus
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.channels.telegram.inbound import formatted, inbound
from bot.core.messages import Address, Attachment, Inbound, Kind, Point

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHAT = types.Chat(id=42, type="private", first_name="Aygün")
GROUP = types.Chat(id=-42, type="supergroup", title="Caspian NGOs")
AYGUN = types.User(id=42, is_bot=False, first_name="Aygün", last_name="Məmmədova", language_code="az")
BOT = types.User(id=1, is_bot=True, first_name="Körpü")
SIZES = [
    types.PhotoSize(file_id=f"photo{side}", file_unique_id=f"u{side}", width=side, height=side, file_size=side * 10)
    for side in (90, 1280, 320)
]


def _update(**event: Any) -> dict[str, Any]:
    return types.Update(update_id=1000, **event).model_dump(mode="json", exclude_none=True, by_alias=True)


def _message(chat: types.Chat = CHAT, **said: Any) -> dict[str, Any]:
    return _update(message=types.Message(message_id=5, date=NOW, chat=chat, from_user=AYGUN, **said))


def _from_aygun(kind: Kind, **what: Any) -> Inbound:
    return Inbound(Address("telegram", "42"), "1000", kind, language="az", name="Aygün Məmmədova", **what)


DOCUMENT = types.Document(
    file_id="doc1", file_unique_id="u", file_name="nizamnamə.pdf", mime_type="application/pdf", file_size=1234
)
MESSAGES: list[tuple[str, dict[str, Any], Inbound]] = [
    ("text", {"text": "2 < 3 & so"}, _from_aygun(Kind.TEXT, text=Markup("2 &lt; 3 &amp; so"))),
    (
        "a deep link, whole",
        {"text": "/start owner_1", "entities": [types.MessageEntity(type="bot_command", offset=0, length=6)]},
        _from_aygun(Kind.TEXT, text=Markup("/start owner_1")),
    ),
    (
        "photo, the largest",
        {
            "photo": SIZES,
            "caption": "Sabirabad",
            "caption_entities": [types.MessageEntity(type="bold", offset=0, length=9)],
        },
        _from_aygun(
            Kind.FILE,
            text=Markup("<b>Sabirabad</b>"),
            attachment=Attachment("photo", "telegram:photo1280", mime="image/jpeg", size=12800),
        ),
    ),
    (
        "document",
        {"document": DOCUMENT},
        _from_aygun(
            Kind.FILE,
            attachment=Attachment("document", "telegram:doc1", "nizamnamə.pdf", "application/pdf", 1234),
        ),
    ),
    (
        "sticker",
        {
            "sticker": types.Sticker(
                file_id="s",
                file_unique_id="u",
                type="regular",
                width=1,
                height=1,
                is_animated=False,
                is_video=False,
            )
        },
        _from_aygun(Kind.STICKER),
    ),
    ("voice", {"voice": types.Voice(file_id="v", file_unique_id="u", duration=3)}, _from_aygun(Kind.VOICE)),
    (
        "round video",
        {"video_note": types.VideoNote(file_id="v", file_unique_id="u", length=240, duration=3)},
        _from_aygun(Kind.VOICE),
    ),
    (
        "location",
        {"location": types.Location(latitude=40.4, longitude=49.8)},
        _from_aygun(Kind.LOCATION, point=Point(40.4, 49.8)),
    ),
    (
        "venue",
        {
            "location": types.Location(latitude=40.4, longitude=49.8),
            "venue": types.Venue(
                location=types.Location(latitude=40.4, longitude=49.8), title="Ofis", address="Nizami 5"
            ),
        },
        _from_aygun(Kind.LOCATION, text=Markup("Ofis, Nizami 5"), point=Point(40.4, 49.8)),
    ),
    ("contact", {"contact": types.Contact(phone_number="+994501234567", first_name="A")}, _from_aygun(Kind.OTHER)),
    ("dice", {"dice": types.Dice(emoji="🎲", value=6)}, _from_aygun(Kind.OTHER)),
]


@pytest.mark.parametrize(("said", "expected"), [row[1:] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_each_message_has_its_kind(said: dict[str, Any], expected: Inbound) -> None:
    assert inbound(_message(**said)) == expected


def test_a_tap_brings_its_payload_and_its_message() -> None:
    menu = types.Message(message_id=77, date=NOW, chat=CHAT, from_user=BOT, text="Menu")
    tap = types.CallbackQuery(id="q", from_user=AYGUN, chat_instance="c", message=menu, data="k3:topics")
    assert inbound(_update(callback_query=tap)) == _from_aygun(Kind.TAP, tap="k3:topics", message="77")


def test_a_tap_under_a_message_too_old_to_read_is_a_tap_all_the_same() -> None:
    old = types.InaccessibleMessage(chat=CHAT, message_id=77, date=0)
    tap = types.CallbackQuery(id="q", from_user=AYGUN, chat_instance="c", message=old, data="k3:topics")
    assert inbound(_update(callback_query=tap)) == _from_aygun(Kind.TAP, tap="k3:topics", message="77")


@pytest.mark.parametrize(
    ("status", "kind"), [(ChatMemberStatus.KICKED, Kind.BLOCKED), (ChatMemberStatus.MEMBER, Kind.UNBLOCKED)]
)
@pytest.mark.parametrize("chat", [CHAT, GROUP])
def test_blocking_and_coming_back_are_news_about_the_person(
    status: ChatMemberStatus, kind: Kind, chat: types.Chat
) -> None:
    member = types.ChatMemberMember(user=BOT)
    banned = types.ChatMemberBanned(user=BOT, until_date=NOW)
    old, new = (member, banned) if status == ChatMemberStatus.KICKED else (banned, member)
    change = types.ChatMemberUpdated(chat=chat, from_user=AYGUN, date=NOW, old_chat_member=old, new_chat_member=new)
    assert inbound(_update(my_chat_member=change)) == (_from_aygun(kind) if chat is CHAT else None)


def test_groups_are_not_served() -> None:
    menu = types.Message(message_id=77, date=NOW, chat=GROUP, from_user=BOT, text="Menu")
    tap = types.CallbackQuery(id="q", from_user=AYGUN, chat_instance="c", message=menu, data="k3:topics")
    assert [inbound(_message(GROUP, text="/start")), inbound(_update(callback_query=tap))] == [None, None]


def test_notes_of_telegram_itself_are_not_answered() -> None:
    pinned = types.Message(message_id=4, date=NOW, chat=CHAT, from_user=BOT, text="Menu")
    timer = types.MessageAutoDeleteTimerChanged(message_auto_delete_time=86400)
    notes = [_message(pinned_message=pinned), _message(message_auto_delete_timer_changed=timer)]
    assert [inbound(note) for note in notes] == [None, None]


def test_kinds_of_updates_that_do_not_exist_yet_are_left() -> None:
    assert inbound({"update_id": 1, "telepathy": {"from": {"id": 42}}}) is None


def _entity(kind: str, offset: int, length: int, **more: str) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("text", "entities", "markup"),
    [
        ("salam", [], "salam"),
        ("salam", [_entity("bold", 0, 5)], "<b>salam</b>"),
        ("salam", [_entity("italic", 1, 3)], "s<i>ala</i>m"),
        ("👋🏽 salam", [_entity("underline", 5, 5)], "👋🏽 <u>salam</u>"),
        ("a\nb", [_entity("strikethrough", 2, 1)], "a\n<s>b</s>"),
        ("x<y", [_entity("code", 0, 3)], "<code>x&lt;y</code>"),
        ("x<y", [_entity("pre", 0, 3, language="python")], "<code>x&lt;y</code>"),
        (
            "here",
            [_entity("text_link", 0, 4, url='https://e.az/?a=1&b="2"')],
            '<a href="https://e.az/?a=1&amp;b=&#34;2&#34;">here</a>',
        ),
        ("@aygun e.az", [_entity("mention", 0, 6), _entity("url", 7, 4)], "@aygun e.az"),
        ("bold both", [_entity("bold", 0, 9), _entity("italic", 5, 4)], "<b>bold <i>both</i></b>"),
        ("both", [_entity("bold", 0, 4), _entity("italic", 0, 4)], "<b><i>both</i></b>"),
        ("abc", [_entity("bold", 0, 2), _entity("italic", 1, 2)], "<b>a<i>b</i></b><i>c</i>"),
        ("short", [_entity("bold", 2, 99)], "sh<b>ort</b>"),
    ],
)
def test_entities_become_neutral_markup(text: str, entities: list[dict[str, Any]], markup: str) -> None:
    assert str(formatted(text, entities)) == markup


entities = st.lists(
    st.builds(
        _entity,
        st.sampled_from(["bold", "italic", "underline", "strikethrough", "code", "spoiler", "url"]),
        st.integers(0, 20),
        st.integers(0, 20),
    ),
    max_size=6,
)


@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=20), entities)
def test_no_text_is_lost_and_every_tag_is_closed(text: str, entities: list[dict[str, Any]]) -> None:
    standing: list[str] = []
    seen = ""
    for piece in re.split("(<.*?>)", str(formatted(text, entities))):
        if piece.startswith("</"):
            assert standing.pop() == piece[2:-1]
        elif piece.startswith("<"):
            standing.append(piece[1:-1])
        else:
            seen += unescape(piece)
    assert (seen, standing) == (text, [])


def test_half_a_character_is_no_exception() -> None:
    assert str(formatted("\ud83d", [])) == "�"
    assert str(formatted("👋", [_entity("bold", 0, 1)])) == "<b>�</b>�"
