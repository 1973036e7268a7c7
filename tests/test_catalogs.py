"""Every sentence of the code, in every language it is said in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Final

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from bot.core.i18n import LANGUAGES, LOCALES, SOURCE, _, ngettext, speaking

ROOT: Final = LOCALES.parent.parent
KEYWORDS: Final = {"_": None, "N_": None, "ngettext": (1, 2)}
TAG: Final = re.compile(r"</?(?:b|i|u|s|code|a)(?: [^<>]*)?>")
PLACEHOLDER_OR_TAG: Final = re.compile(rf"{{.*?}}|{TAG.pattern}")
WORD: Final = re.compile(r"[A-Za-z]{2,}")

Sentence = str | tuple[str, ...]


@cache
def said_in_the_code() -> dict[Sentence, str]:
    """Each sentence and the first place that says it."""
    said: dict[Sentence, str] = {}
    for package in ("bot", "scheduler"):
        for file, line, sentence, _comments, _context in extract_from_dir(
            str(ROOT / package), [("**.py", "python")], keywords=KEYWORDS
        ):
            said.setdefault(sentence, f"{package}/{file}:{line}")
    return said


@cache
def catalog(language: str) -> Catalog:
    with Path(LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language: str) -> list[Message]:
    return [message for message in catalog(language) if message.id]


def forms(sentence: str | Sequence[str] | None) -> tuple[str, ...]:
    """The one text of a sentence, or one for each number it tells apart."""
    return (sentence,) if isinstance(sentence, str) else tuple(sentence or ())


def is_whole(message: Message) -> bool:
    return all(forms(message.string)) and forms(message.string) != ()


def names(text: str) -> set[str]:
    """The placeholders of a text, which all have names."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def tags(text: str) -> Counter[str]:
    return Counter(TAG.findall(text))


translated = pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE])


def test_placeholders_have_names() -> None:
    assert {
        place: text
        for sentence, place in said_in_the_code().items()
        for text in forms(sentence)
        for name in names(text)
        if not name.isidentifier()
    } == {}


def test_sentences_are_marked_up_in_the_neutral_subset_alone() -> None:
    """A bare < or & would be read as markup; nobody wants blanks at either end or two exclamation marks in a row."""
    assert {
        place: text
        for sentence, place in said_in_the_code().items()
        for text in forms(sentence)
        if not text or text != text.strip() or "!!" in text or is_odd_markup(text)
    } == {}


def is_odd_markup(text: str) -> bool:
    bare = TAG.sub("", text)
    return "<" in bare or ">" in bare or bare.count("&") != len(re.findall(r"&(?:amp|lt|gt|quot|#\d+);", bare))


@translated
def test_every_sentence_is_translated(language: str) -> None:
    known = {message.id for message in messages(language) if is_whole(message)}
    assert {sentence: place for sentence, place in said_in_the_code().items() if sentence not in known} == {}


@translated
def test_nothing_is_translated_that_is_no_longer_said(language: str) -> None:
    assert [message.id for message in messages(language) if message.id not in said_in_the_code()] == []
    assert dict(catalog(language).obsolete) == {}


@translated
def test_no_translation_is_in_doubt(language: str) -> None:
    assert [message.id for message in messages(language) if message.fuzzy] == []


@translated
def test_the_number_decides_the_noun_as_the_language_has_it(language: str) -> None:
    expected = get_plural(language)
    assert catalog(language).num_plurals == expected.num_plurals
    assert catalog(language).plural_expr == expected.plural_expr
    assert {
        message.id: message.string
        for message in messages(language)
        if message.pluralizable and len(forms(message.string)) != expected.num_plurals
    } == {}


@translated
def test_placeholders_are_the_same(language: str) -> None:
    """Only a form that stands for the number one alone may leave it out, where English does."""
    odd = {}
    for message in messages(language):
        source, translation = forms(message.id), forms(message.string)
        for index, text in enumerate(translation):
            allowed = [names(source[-1])]
            if index == 0 and len(translation) == len(source):
                allowed.append(names(source[0]))
            if text and names(text) not in allowed:
                odd[text] = source
    assert odd == {}


@translated
def test_markup_is_the_same(language: str) -> None:
    assert {
        text: forms(message.id)
        for message in messages(language)
        for text in forms(message.string)
        if text and (tags(text) != tags(forms(message.id)[-1]) or is_odd_markup(text) or text != text.strip())
    } == {}


@translated
def test_nothing_is_left_in_english(language: str) -> None:
    """A sentence of two words or more was hardly meant to stay as it is."""
    assert [
        message.id
        for message in messages(language)
        if message.id == message.string and len(WORD.findall(PLACEHOLDER_OR_TAG.sub("", forms(message.id)[0]))) > 1
    ] == []


def spoken(message: Message) -> set[str]:
    """All that the bot says for it, whatever the number."""
    one, *many = forms(message.id)
    return {str(ngettext(one, many[0], n)) for n in range(102)} if many else {str(_(one))}


@translated
def test_the_bot_says_what_the_catalog_says(language: str) -> None:
    whole = [message for message in messages(language) if is_whole(message)]
    with speaking(language):
        assert [spoken(message) for message in whole] == [set(forms(message.string)) for message in whole]
