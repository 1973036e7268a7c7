"""What the network knows about a member, and how each of it changes."""

from __future__ import annotations

from sqlalchemy.orm import Session

from storage.members import MemberAddress
from tests.chat import SHAPES, Chat
from tests.handlers.people import WHICH_LANGUAGE, enrol, every_shape, in_english, member_of, sqlite_alone

ASKED = "This is what we know about you. What would you like to change?"
KNOWN = [
    "Organisation: Initiative",
    "Region: Sabirabad (Mil-Mughan)",
    "ECOSOC status: No",
    "Topics: Education, Health",
    "Name: Aysel Məmmədova",
    "Your job: director",
    "Phone: +994 50 123 45 67",
    "E-mail: –",
]
JOIN = "Join another messenger"


async def test_on_a_phone_with_buttons(chat: Chat) -> None:
    aysel = chat.person("buttons")
    await enrol(aysel)
    assert await aysel.says("/profile") == "\n".join([ASKED, *KNOWN])
    assert aysel.options == [*(line.partition(":")[0] for line in KNOWN), JOIN]
    assert await aysel.picks("Region") == (
        "Where do you work? Choose a region, or write the name of your city or district.\n"
        "If it is in another country, write which one.\nNow: Sabirabad (Mil-Mughan)"
    )
    await aysel.says("Xankendi")
    assert await aysel.picks("Khankendi (Karabakh)") == "\n".join(
        ["Done, thank you.\n", ASKED, KNOWN[0], "Region: Khankendi (Karabakh)", *KNOWN[2:]]
    )


async def test_on_a_phone_without_buttons(chat: Chat) -> None:
    aysel = chat.person("numbers")
    await enrol(aysel)
    assert await aysel.says("profile") == ASKED
    assert aysel.options == [*KNOWN, JOIN]
    assert await aysel.says("8") == "What is your e-mail address?"
    assert await aysel.says("aysel@example.org") == "Done, thank you.\n\n" + ASKED
    assert aysel.options == [*KNOWN[:-1], "E-mail: aysel@example.org", JOIN]


@every_shape
@sqlite_alone
async def test_an_answer_can_be_left_or_taken_back(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    await aysel.says("/profile")
    assert await aysel.picks("change:phone") == (
        "On which phone number can the coordinators call you?\nNow: +994 50 123 45 67"
    )
    assert aysel.options == ["Leave as it is", "Skip", "Cancel"]
    await aysel.picks("Leave as it is")
    assert (await member_of(aysel)).phone == "+994501234567"
    await aysel.picks("change:phone", "Cancel")
    shown = "\n".join([ASKED, *KNOWN]) if shape == "buttons" else ASKED
    assert aysel.sees == f"All right, we leave it there. Nothing was changed.\n\n{shown}"
    await aysel.picks("change:phone", "Skip")
    assert (await member_of(aysel)).phone == ""


@every_shape
@sqlite_alone
async def test_who_is_not_registered_can_begin(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await in_english(aysel)
    assert await aysel.says("/profile") == "You have not registered yet. It takes about two minutes."
    assert await aysel.picks("Register") == WHICH_LANGUAGE
    assert await aysel.says("/profile") == f"Let us go on:\n\n{WHICH_LANGUAGE}"


@every_shape
async def test_who_has_two_messengers_sees_where_we_write(chat: Chat, shape: str) -> None:
    here, there = SHAPES[shape], SHAPES["numbers" if shape == "buttons" else "buttons"]
    aysel = chat.person(shape)
    now = chat.clock.now()

    def add_other(session: Session, member_id: int) -> None:
        session.add(
            MemberAddress(channel=there.channel, user="2", member_id=member_id, preferred=False, created_at=now)
        )

    member_id = await enrol(aysel)
    await chat.database.run(lambda session: add_other(session, member_id))
    line = f"Where we write to you: {here.label}"
    if shape == "buttons":
        assert await aysel.says("/profile") == "\n".join([ASKED, *KNOWN, line])
    else:
        assert await aysel.says("Profile") == ASKED
        assert aysel.options == [*KNOWN, line, f"Separate {there.label}"]
    await aysel.picks("reaching", there.label)
    assert aysel.sees == f"If you cannot be reached on {there.label}, may we write to you on {here.label}?"
    assert await aysel.picks("Yes") == (
        f"Done, thank you.\nWhere we write to you: {there.label}, and if that fails, {here.label}"
    )
