"""The seven focal points: who leads each, and which ones somebody follows."""

from __future__ import annotations

from storage.members import topics_of
from tests.chat import Chat, Person
from tests.handlers.people import enrol, every_shape, in_english, look, member_of, sqlite_alone

LEADS = [
    "Poverty reduction – Community Development Center; Azerbaijan Democratic Students and Youth Organization",
    'Education – "Initiative" Charity Public Union',
    "Gender equality and women's empowerment – New Life Humanitarian and Social Support Union",
    'Health – "NUR" Public Union of Children and Youth; "Buta" Children Humanitarian Foundation',
    "Environment – ECORES",
    "Peace and conflict prevention – Baku Youth Club; Azerbaijan War Veterans Union",
    'Human rights – Azerbaijan Young Lawyers Union; Society for "International Cooperation of Disabled people"',
]
NAMES = [line.split(" – ")[0] for line in LEADS]
WEEKLY = "✓ Weekly digest: calls and events"
CHOOSE = "Choose what we write to you about. You receive what has a tick."


async def followed(person: Person) -> set[str]:
    member = await member_of(person)
    return await look(person.chat, lambda session: topics_of(session, member.id))


def ticked(labels: list[str], *ticks: int) -> list[str]:
    return [f"✓ {label}" if place in ticks else label for place, label in enumerate(labels)]


async def test_on_a_phone_with_buttons_a_tap_toggles_in_place(chat: Chat) -> None:
    aysel = chat.person("buttons")
    await enrol(aysel)
    await aysel.says("/topics")
    assert aysel.sees == CHOOSE + "\n\n" + "\n".join(LEADS)
    assert aysel.options == [*ticked(NAMES, 1, 3), WEEKLY]
    shown = len(aysel.screen)
    await aysel.picks("Peace and conflict prevention", "Health")
    assert aysel.options == [*ticked(NAMES, 1, 5), WEEKLY]
    assert len(aysel.screen) == shown
    assert await followed(aysel) == {"education", "peace"}


async def test_on_a_phone_without_buttons_numbers_toggle(chat: Chat) -> None:
    aysel = chat.person("numbers")
    await enrol(aysel)
    assert await aysel.says("topics") == CHOOSE
    assert aysel.options == [*ticked(LEADS, 1, 3), WEEKLY]
    await aysel.says("4 and 6")
    assert aysel.heard == [CHOOSE]
    assert aysel.options == [*ticked(LEADS, 1, 5), WEEKLY]
    assert await followed(aysel) == {"education", "peace"}


@every_shape
@sqlite_alone
async def test_anybody_may_read_them(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await in_english(aysel)
    assert await aysel.says("/topics") == (
        "Our topics, and who leads them:\n\n" + "\n".join(LEADS) + "\n\nTo choose yours, register first."
    )
    assert aysel.options == ["Register", "Funding calls", "Events", "Surveys", "Topics", "Help"]


@every_shape
@sqlite_alone
async def test_in_the_middle_of_a_question_it_comes_again_below_the_list(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    await aysel.says("/profile")
    await aysel.picks("change:email")
    await aysel.says("TOPICS")
    listed = CHOOSE + "\n\n" + "\n".join(LEADS)
    if shape == "buttons":
        assert aysel.heard == [listed, "Let us go on:\n\nWhat is your e-mail address?"]
    else:
        assert aysel.heard == [CHOOSE, "Your questions wait: write Continue to go on."]
    await aysel.picks("topic:environment")
    assert await followed(aysel) == {"education", "health", "environment"}
    if shape != "buttons":
        assert await aysel.says("Continue") == "What is your e-mail address?"
    await aysel.says("aysel@example.org")
    assert (await member_of(aysel)).email == "aysel@example.org"
