"""Every kind of question in every language of the network, on every phone: asked, understood and shown in it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from bot.core.i18n import _, ngettext, speaking
from bot.core.locale import date_words, number
from bot.core.messages import Kind
from bot.core.richtext import plain
from storage.surveys import Survey, questions_of
from tests.chat import HERE
from tests.handlers.admin.office import Office, forges
from tests.handlers.answering.respondents import Kept, opened, sheets
from tests.storage.asking import EVERY_KIND

WRITTEN = {"az": "1 sentyabr 2015", "ru": "1 сентября 2015", "en": "1 September 2015"}
PUPILS = {"az": "1.250,5", "ru": "1 250,5", "en": "1,250.5"}
MORE = {"az": "Çoxlu gənc", "ru": "Ёлка и щётка", "en": "More chairs"}


def translated(office: Office, language: str) -> int:
    """The survey of every kind, written in this language too."""
    key = opened(office, *EVERY_KIND)

    def translate(session: Session) -> None:
        survey = session.get_one(Survey, key)
        survey.titles, survey.texts = {**survey.titles, language: "Ə Щ"}, {**survey.texts, language: "Ğ Ы"}
        for question in questions_of(session, key):
            question.texts = {**question.texts, language: f"{language} {question.position}?"}
            question.options = [
                {**option, "labels": {**option["labels"], language: f"{language} {option['code']}"}}
                for option in question.options
            ]

    office.database.transact(translate)
    return key


@pytest.mark.parametrize("language", ["az", "ru", "en"])
async def test_every_kind_in_every_language(office: Office, shape: str, language: str) -> None:
    key = translated(office, language)
    member = office.member(shape, "1", name="Leyla", language=language)

    def asks(place: int) -> str:
        with speaking(language):
            return f"{plain(_('{n} of {all}').format(n=place, all=8))}\n{language} {place}?"

    with speaking(language):
        done, yes = (_(word).unescape() for word in ("Done", "Yes"))
        noted = plain(_("{day}, noted.").format(day=date_words(date(2015, 9, 1))))
        least_and_most = {"least": number(1), "most": number(5000)}
        bounds = plain(_("A number from {least} to {most}").format(**least_and_most))
        many = f"\n{plain(_('Choose as many as you like.'))}" if member.capabilities.buttons else ""
        here = plain(_("Write the place, or send your location."))
        wrong = plain(_("Please write a number from {least} to {most}.").format(**least_and_most))
        summary, thanks = plain(_("Is everything right?")), _("Thank you. Your answers to “{title}” are in.")
        length = ngettext("{n} question", "{n} questions", 8).format(n=8)
    assert await forges(member, f"survey:{key}") == asks(1)
    assert await member.picks(f"{language} c") == f"{asks(2)}{many}"
    await member.picks(f"{language} a", f"{language} c")
    assert await member.picks(done) == asks(3)
    assert await member.picks(yes) == asks(4)
    assert await member.picks("5") == f"{asks(5)}\n{bounds}"
    assert await member.says("0") == f"{wrong}\n\n{asks(5)}\n{bounds}"
    assert await member.says(PUPILS[language]) == asks(6)
    assert await member.says(WRITTEN[language]) == f"{noted}\n\n{asks(7)}"
    assert await member.says(MORE[language]) == f"{asks(8)}\n{here}"
    assert (await member.sends(Kind.LOCATION)).splitlines()[:3] == [
        summary, f"{language} 1? {language} c", f"{language} 2? {language} a, {language} c",
    ]  # fmt: skip
    assert (await member.picks(done)).startswith(plain(thanks.format(title="Ə Щ")))
    place = {"words": "", "latitude": HERE.latitude, "longitude": HERE.longitude}
    assert sheets(office, key) == [
        Kept({1: "c", 2: ["a", "c"], 3: True, 4: 5, 5: 1250.5, 6: "2015-09-01", 7: MORE[language], 8: place},
             complete=True),
    ]  # fmt: skip
    assert plain(length) in await forges(member, f"survey_card:{key}")
