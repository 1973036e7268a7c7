"""One person with two messengers: a code from one, entered on the other, and where we write from then on."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions import retention
from bot.core.fields import Found
from bot.core.messages import Kind
from storage.links import LinkCode, LinkTry
from storage.members import Member, addresses_of, topics_of
from storage.outbox import OutboxRow
from storage.staff import AuditEntry, Role, Staff
from tests.chat import SHAPES, Chat, Person
from tests.handlers.people import enrol, every_shape, everybody, in_english, look, member_of, sqlite_alone
from tests.storage.people import add_broadcast

OTHER = {"buttons": "numbers", "numbers": "buttons", "whatsapp": "buttons"}

LEYLA: Final[dict[str, Any]] = {"name": "Leyla", "organisation": Found("Hope"), "topics": ["peace", "health"]}
WRONG = (
    "I do not know this code. Please look at it once more. It works once; for a new one, write LINK on your other "
    "messenger."
)
UNCHANGED = "All right, we leave it there. Nothing was changed."


@pytest.fixture(params=["buttons", "numbers", "whatsapp"])
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def first(chat: Chat, shape: str) -> Person:
    return chat.person(shape)


@pytest.fixture
def second(chat: Chat, shape: str) -> Person:
    return chat.person(OTHER[shape], "2")


def label(person: Person) -> str:
    return person.chat.channels[person.channel].label


async def asks_code(person: Person) -> str:
    """The words to write on the other messenger."""
    said = await person.says("/link" if person.capabilities.commands else "Link")
    words = re.search(r"LINK \w{4}-\w{4}", said)
    assert words is not None
    return words[0]


async def reached(person: Person) -> list[tuple[str, bool]]:
    """The channels of whoever has this phone, and which is preferred."""
    member = await member_of(person)
    found = await look(person.chat, lambda session: addresses_of(session, member.id))
    return sorted((address.channel, address.preferred) for address in found)


async def joined(chat: Chat, shape: str) -> tuple[Person, Person]:
    """A member with two phones, the first one preferred."""
    first, second = chat.person(shape), chat.person(OTHER[shape], "2")
    await enrol(first)
    await second.says(await asks_code(first))
    await second.picks(label(first), "No")
    return first, second


def done(here: Person, there: Person) -> str:
    return f"Done: you are one person to us on {label(here)} and {label(there)}."


def careful(here: Person, there: Person) -> str:
    return f"{done(here, there)} If that was not you, write LINK and separate them again."


async def test_a_member_adds_a_second_messenger(first: Person, second: Person) -> None:
    aysel = await enrol(first)
    said = await first.says("/link")
    words = said.split("\n\n")[1]
    assert re.fullmatch(r"LINK [2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", words)
    assert said.split("\n\n") == [
        f"Do you use {label(second)}, too? Write this to us there, and you are one person to us on both:",
        words,
        "It works once, within 10 minutes. Show it to nobody: whoever writes it is you to us.",
    ]

    first.news.clear()
    assert await second.says(words) == f"{done(second, first)}\n\nWhere should we write to you?"
    assert first.heard == [careful(first, second)]
    assert await second.picks(label(second)) == (
        f"If you cannot be reached on {label(second)}, may we write to you on {label(first)}?"
    )
    assert await second.picks("Yes") == (
        f"Done, thank you.\nWhere we write to you: {label(second)}, and if that fails, {label(first)}"
    )
    assert (await member_of(second)).id == (await member_of(first)).id == aysel
    assert (await member_of(second)).fallback
    assert await reached(first) == sorted([(first.channel, False), (second.channel, True)])
    assert await second.says("hello") == "Hello, Aysel Məmmədova. What would you like to do?"


async def test_whoever_does_not_choose_is_written_to_where_they_were(first: Person, second: Person) -> None:
    await enrol(first)
    await second.says(await asks_code(first))
    assert await second.picks("Cancel") == f"{UNCHANGED}\nWhere we write to you: {label(first)}"
    assert await reached(second) == sorted([(first.channel, True), (second.channel, False)])
    assert not (await member_of(first)).fallback


@sqlite_alone
async def test_a_member_asks_for_the_code_on_the_new_messenger(first: Person, second: Person) -> None:
    """The code then comes from somebody unknown: what is known of the member stays, on both."""
    aysel = await enrol(first)
    words = await asks_code(second)
    assert await first.says(words) == (
        f"This joins {label(first)} with {label(second)}. Afterwards both are one person to us:\n\n"
        "Name: Aysel Məmmədova\nOrganisation: Initiative\nTopics: Education, Health\n\n"
        f"Whoever holds {label(second)} can then read and change all this. Is it yours, and shall we join them?"
    )
    assert await first.picks("Yes, join them") == f"{done(first, second)}\n\nWhere should we write to you?"
    assert (await member_of(second)).id == aysel
    assert await second.says("hello") == "Hello, Aysel Məmmədova. What would you like to do?"


async def test_two_members_are_told_what_remains_and_asked_first(first: Person, second: Person) -> None:
    aysel = await enrol(first)
    leyla = await enrol(second, **LEYLA)
    words = await asks_code(first)
    assert await second.says(words.lower().replace("-", " ")) == (
        f"This joins {label(second)} with {label(first)}. Afterwards both are one person to us:\n\n"
        "Name: Aysel Məmmədova\nOrganisation: Initiative\nTopics: Education, Health, Peace and conflict prevention\n\n"
        "What we know here instead is not kept: Leyla, Hope.\n\n"
        f"Whoever holds {label(first)} can then read and change all this. Is it yours, and shall we join them?"
    )
    assert second.options == ["Yes, join them", "No, leave it", "Cancel"]
    assert await second.picks("No, leave it") == UNCHANGED
    assert (await member_of(second)).id == leyla

    await second.says(words)
    assert await second.picks("Yes, join them") == f"{done(second, first)}\n\nWhere should we write to you?"
    one = await member_of(second)
    assert (one.id, one.name) == (aysel, "Aysel Məmmədova")
    chat = second.chat
    assert await look(chat, lambda session: topics_of(session, aysel)) == {"education", "health", "peace"}
    assert await look(chat, lambda session: session.get(Member, leyla)) is None


@sqlite_alone
async def test_whose_code_was_used_meanwhile_joins_nothing(first: Person, second: Person) -> None:
    await enrol(first)
    await enrol(second, **LEYLA)
    await second.says(await asks_code(first))
    await asks_code(first)  # which takes the old one back
    assert await second.picks("Yes, join them") == WRONG


@pytest.mark.parametrize(
    ("here", "there", "kept", "topics"),
    [
        (Role.OBSERVER, Role.COORDINATOR, Role.COORDINATOR, []),
        (Role.OWNER, Role.FOCAL_POINT, Role.OWNER, []),
        (None, Role.OBSERVER, Role.OBSERVER, []),
        (Role.FOCAL_POINT, None, Role.FOCAL_POINT, ["health"]),
        (Role.FOCAL_POINT, Role.FOCAL_POINT, Role.FOCAL_POINT, ["health", "peace"]),
    ],
)
@sqlite_alone
async def test_of_two_roles_the_wider_one_that_was_there_remains(
    chat: Chat, here: Role | None, there: Role | None, kept: Role, topics: list[str]
) -> None:
    first, second = chat.person("buttons"), chat.person("numbers", "2")
    ids = [await enrol(first, staff=here), await enrol(second, staff=there)]

    def lead(session: Session) -> None:
        for member_id, topic in zip(ids, ("health", "peace"), strict=True):
            staff = session.get(Staff, member_id)
            if staff is not None and staff.role == Role.FOCAL_POINT:
                staff.topics = [topic]

    await chat.database.run(lead)
    await second.says(await asks_code(first))
    await second.picks("Yes, join them")
    staff = await look(chat, lambda session: session.scalars(select(Staff)).one())
    assert (staff.member_id, staff.role, staff.topics) == (ids[0], kept, topics)
    actions = await look(chat, lambda session: session.scalars(select(AuditEntry.action)).all())
    assert actions == (["staff.link"] if there else [])


@sqlite_alone
async def test_who_said_stop_on_one_is_asked(first: Person, second: Person) -> None:
    await enrol(first)
    await enrol(second, **LEYLA)
    await second.says("STOP")
    words = await asks_code(first)
    await second.says(words)
    question = "On one of the two you had stopped our messages. May we write to you again?"
    assert await second.picks("Yes, join them") == question
    assert await second.picks("No") == (
        f"You stopped our messages. To receive them again, write START.\n\n{done(second, first)}"
    )
    assert (await member_of(first)).stopped_at is not None


@sqlite_alone
async def test_who_said_stop_on_one_and_wants_to_hear_again(first: Person, second: Person) -> None:
    await enrol(first)
    await first.says("STOP")
    await second.says(await asks_code(first))
    assert second.sees == "On one of the two you had stopped our messages. May we write to you again?"
    assert await second.picks("Yes") == f"{done(second, first)}\n\nWhere should we write to you?"
    assert (await member_of(first)).stopped_at is None


@sqlite_alone
async def test_what_was_asked_of_a_newcomer_is_over(first: Person, second: Person) -> None:
    await enrol(first)
    await second.says("/start")
    await second.picks("English", "Yes, I agree")
    assert second.sees.startswith("Thank you. A few short questions now")
    await second.says(await asks_code(first))
    await second.picks(label(first), "No")
    assert await second.says("hello") == "Hello, Aysel Məmmədova. What would you like to do?"


@sqlite_alone
async def test_two_who_have_not_registered_are_one_newcomer(first: Person, second: Person) -> None:
    await in_english(first)
    await second.says(await asks_code(first))
    assert second.sees == f"{done(second, first)}\n\nWhere should we write to you?"
    await second.picks(label(second), "No")
    assert (await member_of(first)).consented_at is None
    assert (await member_of(first)).id == (await member_of(second)).id


@pytest.mark.parametrize(
    "write",
    ["link {}", "/link {}", "LİNK {}", "ЛИНК {}", "Link: {}", "*LINK {}*", "{}", "link {}."],
)
@sqlite_alone
async def test_the_word_is_understood_however_it_is_written(chat: Chat, write: str) -> None:
    for shape, other in OTHER.items():
        first, second = chat.person(shape, f"{shape}1"), chat.person(other, f"{shape}2")
        await enrol(first)
        words = await asks_code(first)
        assert (await second.says(write.format(words.removeprefix("LINK ")))).startswith(done(second, first))


@every_shape
@sqlite_alone
async def test_an_answer_that_begins_like_the_word_is_an_answer(chat: Chat, shape: str) -> None:
    person = chat.person(shape)
    await person.says("/start")
    await person.picks("English", "Yes, I agree")
    assert await person.says("Link Partners") == (
        "I do not know “Link Partners” yet. If it is written correctly, add it; if not, write it again."
    )


@sqlite_alone
async def test_in_the_middle_of_a_question_it_joins_all_the_same(first: Person, second: Person) -> None:
    await enrol(first)
    await second.says("/start")
    assert (await second.says(await asks_code(first))).startswith(done(second, first))


@sqlite_alone
async def test_a_slip_is_named_and_does_not_count(first: Person, second: Person) -> None:
    await enrol(first)
    odd = "That does not look like a code. A code has eight letters and digits, such as KM4P-7RTX."
    for slip in ("/link KM4P", "link KM4P-7RT", "link KM4P-7RT0", "/link whatever"):
        assert await second.says(slip) == odd
    assert await look(first.chat, lambda session: session.scalar(select(func.count(LinkTry.id)))) == 0


async def test_after_five_wrong_codes_not_even_the_right_one_is_looked_at(first: Person, second: Person) -> None:
    chat = first.chat
    await enrol(first)
    for _each in range(5):
        assert await second.says("LINK KM4P-7RTX") == WRONG
    words = await asks_code(first)
    wait = (
        "Too many codes were wrong. To be safe, please wait an hour, then write LINK on your other messenger for a "
        "new one."
    )
    assert await second.says(words) == wait
    chat.clock.advance(timedelta(minutes=61))
    assert (await second.says(await asks_code(first))).startswith(done(second, first))


async def test_a_code_is_good_for_ten_minutes_and_once(chat: Chat, first: Person, second: Person) -> None:
    await enrol(first)
    old = await asks_code(first)
    new = await asks_code(first)
    assert await second.says(old) == WRONG
    chat.clock.advance(timedelta(minutes=10))
    late = "This code is too old. For a new one, write LINK on your other messenger."
    assert await second.says(new) == late
    words = await asks_code(first)
    assert (await second.says(words)).startswith(done(second, first))
    third = chat.person("numbers" if second.channel == SHAPES["numbers"].channel else "buttons", "3")
    assert await third.says(words) == WRONG


@sqlite_alone
async def test_ones_own_code_belongs_on_the_other_messenger(first: Person) -> None:
    await enrol(first)
    words = await asks_code(first)
    own = "This is your own code. Please write it to us on your other messenger, not here."
    assert await first.says(words) == own
    assert await look(first.chat, lambda session: session.scalar(select(func.count(LinkCode.member_id)))) == 1


@every_shape
@sqlite_alone
async def test_two_phones_of_the_same_messenger_stay_two(chat: Chat, shape: str) -> None:
    first, second = chat.person(shape), chat.person(shape, "2")
    await enrol(first)
    await in_english(second)
    same = f"{label(first)} is on both sides already, and each messenger can be joined once only."
    assert await second.says(await asks_code(first)) == same


@every_shape
async def test_who_has_joined_all_sees_where_we_write(chat: Chat, shape: str) -> None:
    first, second = await joined(chat, shape)
    assert await second.says("/link") == (
        f"You are one person to us on {label(first)} and {label(second)}.\nWhere we write to you: {label(first)}"
    )
    assert second.options == ["Where we write to you", f"Separate {label(first)}"]
    await second.picks("Where we write to you")
    assert second.sees == "Where should we write to you?"
    assert second.options == [f"✓ {label(first)}", label(second), "Cancel"]


@every_shape
async def test_the_language_is_that_of_the_member_who_remains(chat: Chat, shape: str) -> None:
    first, second = chat.person(shape, language="ru"), chat.person(OTHER[shape], "2", language="az")
    await enrol(first)
    member = await member_of(first)
    code = re.search(r"\w{4}-\w{4}", await first.says("/link"))
    assert code is not None
    await second.says(f"LINK {code[0]}")
    assert (member.language, (await member_of(second)).language) == ("ru", "ru")
    assert second.last.outbound.language == "ru"


@every_shape
async def test_stop_on_one_is_stop_on_both(chat: Chat, shape: str) -> None:
    first, second = await joined(chat, shape)
    assert await second.says("STOP") == (
        f"Done. We will not write to you any more, neither here nor on {label(first)}. To hear from us again, write "
        "START whenever you like."
    )
    assert (await first.says("/topics")).startswith("You stopped our messages.")


@every_shape
async def test_a_newsletter_goes_to_the_preferred_one_alone(chat: Chat, shape: str) -> None:
    first, second = await joined(chat, shape)
    for person in (first, second):
        person.news.clear()
    await chat.database.run(lambda session: add_broadcast(session, chat.clock, "News"))
    await chat.tick()
    assert [len(person.news) for person in (first, second)] == [1, 0]
    await second.says("/link")
    await second.picks("Where we write to you", label(second), "No")
    for person in (first, second):
        person.news.clear()
    await chat.database.run(lambda session: add_broadcast(session, chat.clock, "More news"))
    await chat.tick()
    assert [len(person.news) for person in (first, second)] == [0, 1]


@every_shape
async def test_a_newsletter_counts_one_person_once(chat: Chat, shape: str) -> None:
    """Both received it when they were two; each of the two copies still counts, and one has no name any more."""
    first, second = chat.person(shape), chat.person(OTHER[shape], "2")
    aysel = await enrol(first)
    await enrol(second, **LEYLA)
    broadcast = await chat.database.run(lambda session: add_broadcast(session, chat.clock, "News"))
    await chat.tick()
    await second.says(await asks_code(first))
    await second.picks("Yes, join them", label(second), "No")

    def rows(session: Session) -> list[tuple[int | None, str]]:
        found = select(OutboxRow.member_id, OutboxRow.state).where(OutboxRow.broadcast_id == broadcast)
        return [(member_id, state) for member_id, state in session.execute(found.order_by(OutboxRow.id))]

    came = "read" if shape == "whatsapp" else "sent"
    assert await look(chat, rows) == [(aysel, came), (None, "sent")]


@every_shape
async def test_one_messenger_is_separated_and_knows_nothing_any_more(chat: Chat, shape: str) -> None:
    first, second = await joined(chat, shape)
    member = await member_of(first)
    await first.says("/profile")
    await first.picks(f"separate:{second.channel}")
    assert first.sees == (
        f"Shall we separate {label(second)}? We then know nobody there, and what we know about you stays here alone."
    )
    assert await first.picks("Yes, separate it") == (
        f"Done: {label(second)} is separate, and we know nobody there any more.\nWhere we write to you: {label(first)}"
    )
    stranger = await member_of(second)
    assert (stranger.id != member.id, stranger.name, stranger.consented_at) == (True, "", None)
    assert await reached(first) == [(first.channel, True)]
    assert await reached(second) == [(second.channel, True)]
    assert (await second.says("/profile")).startswith("You have not registered yet.")
    assert await first.says("hello") == "Hello, Aysel Məmmədova. What would you like to do?"


@every_shape
@sqlite_alone
async def test_who_thinks_again_separates_nothing(chat: Chat, shape: str) -> None:
    first, second = await joined(chat, shape)
    await first.says("/link")
    assert await first.picks(f"Separate {label(second)}", "No, leave it") == UNCHANGED
    assert await reached(first) == sorted([(first.channel, True), (second.channel, False)])


@every_shape
@sqlite_alone
async def test_my_data_and_forget_go_for_both(chat: Chat, shape: str) -> None:
    first, second = await joined(chat, shape)
    part = f"What was said on {label(first)} is part of it."
    assert (await second.says("/mydata")).endswith(f"\n\n{part}")
    file = second.last.outbound.attachment
    assert file is not None
    data = json.loads(chat.files.path(file.file).read_bytes())
    assert [address["user"] for address in data["addresses"]] == [first.user, second.user]
    heard = [row["message"].get("text", "") for row in data["messages_received_from_you"]]
    assert [heard[0].strip("/").lower(), heard[1][:5], heard[-1]] == ["link", "LINK ", "/mydata"]

    assert (await second.says("/forget")).endswith(f"It cannot be undone. {part}")
    first.news.clear()
    await second.picks("Yes, erase everything")
    assert first.heard == []
    await chat.database.run(retention.erase_forgotten)
    assert await everybody(chat) == []
    assert await look(chat, lambda session: session.scalar(select(func.count(OutboxRow.id)))) == 0


@every_shape
@sqlite_alone
async def test_what_is_not_there_is_not_offered(chat: Chat, shape: str) -> None:
    person = chat.person(shape)
    await enrol(person)
    for made_up in ("reaching", "separate:nowhere"):
        assert await person.sends(Kind.TAP, tap=made_up) == "What would you like to do?"
    other = chat.channels.pop(SHAPES[OTHER[shape]].channel)
    assert await person.says("/link") == (f"You can only write to us on {label(person)}, so there is nothing to join.")
    assert "Join another messenger" not in (await person.says("/profile") and person.options)
    chat.channels[other.name] = other
