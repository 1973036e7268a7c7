"""The language changes at any time, by the list, by a command, or by its own name."""

from __future__ import annotations

from bot.core.i18n import _, speaking
from tests.chat import Chat
from tests.handlers.people import enrol, every_shape, member_of, sqlite_alone


@every_shape
@sqlite_alone
async def test_chosen_from_the_list(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    assert await aysel.says("/language") == "Which language do you prefer?"
    assert aysel.options == ["Azərbaycanca", "Русский", "✓ English"]
    with speaking("ru"):
        expected = _("We speak English now.")
    assert await aysel.picks("Русский") == expected
    assert (await member_of(aysel)).language == "ru"


@every_shape
@sqlite_alone
async def test_by_its_name_or_a_command(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    await aysel.says("azərbaycanca")
    assert (await member_of(aysel)).language == "az"
    assert await aysel.says("/en") == "We speak English now."


@every_shape
@sqlite_alone
async def test_in_the_middle_of_a_form_it_goes_on_in_the_new_language(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await aysel.says("/start")
    await aysel.picks("English", "Yes, I agree")
    question = aysel.sees.rpartition("\n\n")[2]
    await aysel.says("/language")
    then = "Let us go on:" if shape == "buttons" else "Your questions wait: write Continue to go on."
    assert [text.splitlines()[0] for text in aysel.heard] == ["Which language do you prefer?", then]
    await aysel.picks("language:ru")
    with speaking("ru"):
        said = [_("We speak English now."), _("Let us go on:") + "\n\n" + _(question)]
    # Each message in the window is paid for: WhatsApp brings the two as one.
    assert aysel.heard == (["\n\n".join(said)] if shape == "whatsapp" else said)
