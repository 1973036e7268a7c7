"""Nobody is left without an answer, and everybody can ask what there is to do."""

from __future__ import annotations

import pytest

from bot.core.messages import Attachment, Kind
from bot.handlers import commands, descriptions, router, short_descriptions
from bot.network import Network
from storage.staff import Role
from tests.chat import Chat
from tests.handlers.people import WHICH_LANGUAGE, enrol, every_shape, in_english, sqlite_alone

MENU = "What would you like to do?"

HELP = """\
/start – join, or hear from us again
/topics – choose what we write to you about
/calls – funding calls that are open for you
/events – see what is ahead, and say whether you come
/surveys – say what you think, and see what you said
/declarations – read and sign declarations
/profile – see and change your details
/language – change the language
/link – be one person on two messengers
/stop – no more messages
/mydata – get everything we keep about you
/forget – erase everything we keep about you
/help – what you can do here"""

WORDS = {"/start": "Start", "/topics": "Topics", "/calls": "Calls",
         "/events": "Events", "/surveys": "Surveys", "/declarations": "Declarations",
         "/profile": "Profile", "/language": "Language", "/link": "Link",
         "/stop": "Stop", "/mydata": "My data", "/forget": "Forget me", "/help": "Help"}  # fmt: skip


@every_shape
@sqlite_alone
async def test_help_lists_what_to_write(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await in_english(aysel)
    listed = HELP
    if shape != "buttons":
        for command, word in WORDS.items():
            listed = listed.replace(f"{command} –", f"{word} –")
    assert await aysel.says("help") == "This is what you can do here:\n" + listed


@pytest.mark.parametrize(
    ("role", "more"),
    [
        (Role.OBSERVER, ["staff"]),
        (Role.FOCAL_POINT, ["newsletter", "schedules", "broadcasts", "staff"]),
        (Role.COORDINATOR, ["newsletter", "schedules", "broadcasts", "unreachable", "staff", "audit"]),
        (Role.OWNER, ["newsletter", "schedules", "broadcasts", "unreachable", "staff", "audit"]),
    ],
)
@sqlite_alone
async def test_help_goes_by_role(chat: Chat, role: Role, more: list[str]) -> None:
    leyla = chat.person("buttons")
    await enrol(leyla, staff=role)
    said = (await leyla.says("/help")).splitlines()
    assert said[0] == f"Your role here: {role.value.replace('_', ' ')}. This is what you can do:"
    assert [line.partition(" ")[0] for line in said[1:]] == [
        *(f"/{name}" for name in more), *WORDS
    ]  # fmt: skip


@every_shape
async def test_whatever_is_not_understood_gets_a_sentence_and_the_menu(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    assert await aysel.says("what is the weather") == "I did not understand that.\n\n" + MENU
    assert aysel.options == ["Funding calls", "Events", "Surveys", "Topics", "My profile", "Help"]
    assert await aysel.says("x" * 5000) == "I did not understand that.\n\n" + MENU
    if shape != "whatsapp":  # where nobody can
        assert await aysel.says("") == "I did not understand that.\n\n" + MENU
    assert await aysel.says("/weather") == "There is no command /weather.\n\n" + MENU
    assert await aysel.sends(Kind.STICKER) == "I cannot read stickers.\n\n" + MENU
    assert await aysel.sends(Kind.VOICE) == "I cannot listen to voice messages.\n\n" + MENU
    assert await aysel.sends(Kind.LOCATION) == "I cannot read a location from the map.\n\n" + MENU
    photo = Attachment("photo", "demo:1")
    assert await aysel.sends(Kind.FILE, attachment=photo) == "I cannot do anything with a file here.\n\n" + MENU
    assert await aysel.sends(Kind.OTHER) == "I cannot read this kind of message.\n\n" + MENU
    stale = "That button is from earlier. Here is where we are now."
    for made_up in ("0abcd:topic:peace", "nothing", "topic:weather:9", ":", "change"):
        said = await aysel.sends(Kind.TAP, tap=made_up, message="1")
        assert said
        if made_up in {"0abcd:topic:peace", "nothing", ":"}:
            assert said.partition("\n\n")[0] == stale


@every_shape
@sqlite_alone
async def test_a_stranger_is_told_what_this_is(chat: Chat, shape: str) -> None:
    stranger = chat.person(shape)
    await in_english(stranger)
    name = "UN-NGO Informal Regional Network in Azerbaijan (UN-NGO-IRENE/Azerbaijan)"
    told = f"I did not understand that.\n\nThis is the bot of {name}. Would you like to join?"
    assert await stranger.says("what is this") == told
    assert await stranger.says("Hello") == WHICH_LANGUAGE


@pytest.mark.parametrize("text", ["Hi", "salam!", "Привет", "Здравствуйте", "hello"])
@sqlite_alone
async def test_a_greeting_is_answered(chat: Chat, text: str) -> None:
    aysel = chat.person("numbers")
    await enrol(aysel)
    assert await aysel.says(text) == "Hello, Aysel Məmmədova. What would you like to do?"


@pytest.mark.parametrize(
    "text",
    [
        "thanks",
        "Thank you!",
        "ok",
        "OK.",
        "👍",
        "👍🏽",
        "🙏🙏",
        "təşəkkür",
        "Sağ olun",
        "sagol",
        "спасибо",
        "Спасибо большое",
    ],
)
@sqlite_alone
async def test_thanks_are_answered_kindly(chat: Chat, text: str) -> None:
    aysel = chat.person("numbers")
    await enrol(aysel)
    assert await aysel.says(text) == "Thank you for writing. I am a bot and always glad to help.\n\n" + MENU
    assert aysel.options == ["Funding calls", "Events", "Surveys", "Topics", "My profile", "Help"]


@sqlite_alone
async def test_thanks_leave_an_open_question_open(chat: Chat) -> None:
    aysel = chat.person("numbers")
    await enrol(aysel)
    await aysel.says("profile")
    await aysel.picks("change:ecosoc")
    question = aysel.sees
    assert await aysel.says("thanks") == "Let us go on:\n\n" + question


def test_what_telegram_is_told(network: Network) -> None:
    handled = {name for what, name in router().routes if what == "command"}
    for language, listed in commands().items():
        assert [name for name, _about in listed] == [command.removeprefix("/") for command in WORDS]
        assert {name for name, _about in listed} <= handled, language
        assert all(0 < len(about) <= 256 for _name, about in listed)
    assert set(descriptions(network)) == set(short_descriptions(network)) == {"", "az", "ru", "en"}
    assert all(0 < len(text) <= 512 for text in descriptions(network).values())
    assert all(0 < len(text) <= 120 for text in short_descriptions(network).values())
