"""On a phone with quick replies and lists: what is tapped is understood, and so is what is typed instead."""

from __future__ import annotations

from bot.core.messages import Kind
from bot.core.rendering import render
from storage.staff import Role
from tests.chat import Chat, Person
from tests.handlers.people import enrol, member_of, sqlite_alone


def form(person: Person) -> str:
    return render(person.last.outbound, person.capabilities).form


@sqlite_alone
async def test_a_newcomer_taps_a_reply_and_types_a_number(chat: Chat) -> None:
    aysel = chat.person("replies")
    await aysel.says("START")
    assert (form(aysel), aysel.options) == ("quick", ["Azərbaycanca", "Русский", "✓ English", "Cancel"])
    assert aysel.last.screen == f"{aysel.sees}\n\nYou can also write: *Cancel*"
    await aysel.picks("English")
    assert aysel.options == ["Yes, I agree", "No", "Back", "Cancel"]
    asked = await aysel.says("1")
    assert asked.partition("\n\n")[2] == "Which organisation are you from? Please write its name, or a part of it."
    assert (form(aysel), aysel.options) == ("quick", ["Cancel"])
    assert await aysel.picks("Cancel") == "All right, we leave it there. To register another time, write Start."


@sqlite_alone
async def test_topics_that_are_ticked_are_numbers(chat: Chat) -> None:
    aysel = chat.person("replies")
    await enrol(aysel)
    await aysel.says("Topics")
    assert form(aysel) == ""
    ticked = [option[0] == "✓" for option in aysel.options]
    await aysel.says("2")
    assert [option[0] == "✓" for option in aysel.options] == [ticked[0], not ticked[1], *ticked[2:]]


@sqlite_alone
async def test_a_reply_from_an_earlier_message_is_understood_as_that(chat: Chat) -> None:
    aysel = chat.person("replies")
    await aysel.says("START")
    first = aysel.last
    await aysel.picks("English")
    said = await aysel.sends(Kind.TAP, tap=f"{first.outbound.menu}:az", message=first.id)
    assert said.partition("\n\n")[0] == "That button is from earlier. Here is where we are now."


@sqlite_alone
async def test_a_pick_that_comes_as_its_label_alone_is_understood(chat: Chat) -> None:
    """Twilio does not promise to tell more. "Topics" is the word of a command, too, and long labels are cut short."""
    chat.whatsapp.twilio.rules.list_fields = False
    aysel = chat.person("whatsapp")
    await enrol(aysel, staff=Role.COORDINATOR)
    await aysel.says("Newsletter")
    await aysel.says("Good news")
    await aysel.picks("English", "Who gets it", "Topics")
    assert aysel.options[:2] == ["Poverty reduction", "Education"]
    await aysel.says("Cancel")
    await aysel.says("Profile")
    assert form(aysel) == "list"
    await aysel.picks("Region: Sabirabad (Mil-Mughan)")
    assert aysel.sees.splitlines()[-1] == "Now: Sabirabad (Mil-Mughan)"
    await aysel.picks("Cancel", "Phone: +994 50 123 45 67", "Skip")
    assert (await member_of(aysel)).phone == ""
