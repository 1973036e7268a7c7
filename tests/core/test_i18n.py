from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from markupsafe import Markup

from bot.core import i18n
from bot.core.i18n import LANGUAGES, N_, _, current, ngettext, speaking

UKRAINIAN = """
msgid ""
msgstr ""
"Language: uk\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; "
"plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "Good day, <b>{name}</b>."
msgstr "Добрий день, <b>{name}</b>."

msgid "{n} member"
msgid_plural "{n} members"
msgstr[0] "{n} учасник"
msgstr[1] "{n} учасники"
msgstr[2] "{n} учасників"

msgid "See you"
msgstr ""

#, fuzzy
msgid "Later"
msgstr "Потім?"
"""


@pytest.fixture(autouse=True)
def fourth_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A network that speaks a fourth language: its catalog is all it takes."""
    catalog = tmp_path / "messages.po"
    catalog.write_text(UKRAINIAN, encoding="utf-8")
    monkeypatch.setitem(i18n._CATALOGS, "uk", catalog)
    yield
    i18n._catalog.cache_clear()


def test_english_is_first_and_every_catalog_is_a_language() -> None:
    assert LANGUAGES == ("en", "az", "ru")


def test_the_code_itself_is_english() -> None:
    assert current() == "en"
    assert _("Good day, <b>{name}</b>.") == Markup("Good day, <b>{name}</b>.")


def test_a_sentence_is_said_in_the_language_being_spoken() -> None:
    with speaking("uk"):
        assert current() == "uk"
        assert _("Good day, <b>{name}</b>.") == Markup("Добрий день, <b>{name}</b>.")
        with speaking("en"):
            assert _("Good day, <b>{name}</b>.") == Markup("Good day, <b>{name}</b>.")
        assert current() == "uk"
    assert current() == "en"


def test_an_error_ends_the_block_too() -> None:
    with pytest.raises(LookupError), speaking("uk"):
        raise LookupError
    assert current() == "en"


def test_what_a_person_typed_is_never_read_as_markup() -> None:
    with speaking("uk"):
        said = _("Good day, <b>{name}</b>.").format(name="<i>Əli & Co</i>")
    assert said == Markup("Добрий день, <b>&lt;i&gt;Əli &amp; Co&lt;/i&gt;</b>.")


def test_markup_stays_markup_inside_a_sentence() -> None:
    assert _("Good day, <b>{name}</b>.").format(name=Markup("<i>Əli</i>")) == Markup("Good day, <b><i>Əli</i></b>.")


def test_a_label_is_plain_again() -> None:
    assert _("Leave {topic}").format(topic="Peace & rights").unescape() == "Leave Peace & rights"


@pytest.mark.parametrize("sentence", ["See you", "Later", "Nobody translated this"])
def test_what_is_untranslated_or_doubtful_is_said_in_english(sentence: str) -> None:
    with speaking("uk"):
        assert str(_(sentence)) == sentence


def test_a_language_nobody_speaks_reads_english() -> None:
    with speaking("xx"):
        assert _("See you") == Markup("See you")
        assert ngettext("{n} member", "{n} members", 1).format(n=1) == Markup("1 member")


def test_nothing_is_nothing_and_not_the_head_of_the_catalog() -> None:
    with speaking("uk"):
        assert _("") == Markup()


def test_marking_changes_nothing() -> None:
    with speaking("uk"):
        assert N_("{n} member") == "{n} member"


@pytest.mark.parametrize(
    ("n", "english", "ukrainian"),
    [
        (0, "0 members", "0 учасників"),
        (1, "1 member", "1 учасник"),
        (2, "2 members", "2 учасники"),
        (5, "5 members", "5 учасників"),
        (11, "11 members", "11 учасників"),
        (21, "21 members", "21 учасник"),
    ],
)
def test_nouns_agree_with_their_number(n: int, english: str, ukrainian: str) -> None:
    assert ngettext("{n} member", "{n} members", n).format(n=n).unescape() == english
    with speaking("uk"):
        assert ngettext("{n} member", "{n} members", n).format(n=n).unescape() == ukrainian


def test_two_threads_speak_two_languages_at_once() -> None:
    both_are_speaking = Barrier(2, timeout=10)

    def say(language: str) -> str:
        with speaking(language):
            both_are_speaking.wait()
            return _("Good day, <b>{name}</b>.").format(name="Əli")

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(say, ["en", "uk"])) == [
            "Good day, <b>Əli</b>.",
            "Добрий день, <b>Əli</b>.",
        ]


async def test_two_tasks_speak_two_languages_at_once() -> None:
    async def say(language: str) -> str:
        with speaking(language):
            await asyncio.sleep(0)
            return current()

    assert list(await asyncio.gather(say("en"), say("uk"))) == ["en", "uk"]
