"""What is typed where there are no buttons: each word means one thing, in whichever language and spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from bot.actions import ballots, standing
from bot.core.folding import fold
from bot.core.form import WORDS as NAVIGATION
from bot.core.i18n import LANGUAGES, _, speaking
from bot.handlers import router
from bot.understanding import CONTINUE
from tests.test_catalogs import messages

CAPITALS = re.compile(r"[A-Z]+( [A-Z]+)*")
SURVEYED = (standing.SURVEY, standing.RESULTS, standing.SIGN, ballots.VOTE)


def capitals() -> Iterator[str]:
    """What is typed with a number behind it, or at any time, in the words of the code."""
    return (str(each.id) for each in messages("az") if CAPITALS.fullmatch(str(each.id)))


def typed() -> Iterator[str]:
    """Those, the words of commands, and those of a form."""
    yield from capitals()
    yield from (word for word, _route in router().plain_words)
    yield from (*NAVIGATION.values(), CONTINUE)


@cache
def meanings() -> dict[str, set[str]]:
    """What each spelling means, as the code says it."""
    found: dict[str, set[str]] = {}
    for word in typed():
        for language in LANGUAGES:
            with speaking(language):
                found.setdefault(fold(_(word)), set()).add(word.upper())
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", SURVEYED)
def test_the_words_of_surveys_and_declarations_mean_nothing_else(word: str, language: str) -> None:
    with speaking(language):
        assert meanings()[fold(_(word))] == {word}


def test_no_word_in_capitals_means_two_things() -> None:
    twice = [words for words in meanings().values() if len(words) > 1]
    assert [words for words in twice if words & {*capitals()}] == []
