"""Forms that are made when they are asked, by a small bot whose polls are rows that change while it asks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.core.family import Family
from bot.core.fields import Choice, Text
from bot.core.form import Form
from bot.core.i18n import LANGUAGES, _, speaking
from bot.core.messages import Option
from bot.core.progress import Progress
from bot.core.router import Router
from bot.network import Network
from bot.turn import Turn
from storage.files import Files
from tests.test_dialogue import Phone

SIDES = (Option("yes", "Yes"), Option("no", "No"))
NAME = Form("name", Text("name", "What are you called?"), review=False)


@dataclass
class Polls:
    """What is asked now, and what was answered: by the key of the poll."""

    asked: dict[str, Form] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    steps: list[tuple[dict[str, Any], bool]] = field(default_factory=list)
    private: list[bool] = field(default_factory=list)

    def open(self, key: str, *, review: bool = False, private: bool = False) -> None:
        fields = (Choice("side", "Is it so?", SIDES), Text("why", "Why?"))
        self.asked[key] = Form(f"poll:{key}", *fields, review=review, private=private, pauses=True)

    def router(self) -> Router:
        router = Router()
        family = Family("poll", lambda _turn, key: self.asked.get(key), self._stored)

        @router.command("poll")
        def ask(turn: Turn) -> None:
            turn.ask(self.asked[turn.payload], key=turn.payload)

        @router.command("name")
        def ask_name(turn: Turn) -> None:
            turn.ask(NAME)

        @router.command("news")
        def news(turn: Turn) -> None:
            self.private.append(turn.private)
            turn.say("News.")

        @router.completed(NAME)
        def named(turn: Turn, answers: Mapping[str, Any]) -> None:
            turn.say("Hello, {name}.".format(**answers))

        @router.answered(family)
        def note(turn: Turn, answers: Mapping[str, Any], done: bool) -> None:
            self.private.append(turn.private)
            self.steps.append((dict(answers), done))

        @router.completed(family)
        def complete(turn: Turn, answers: Mapping[str, Any]) -> None:
            turn.say("{key}: {side}, {why}".format(**answers))

        @router.cancelled(family)
        def pause(turn: Turn) -> None:
            turn.say("A pause.")

        @router.ended(family)
        def end(turn: Turn, key: str) -> None:
            self.private.append(turn.private)
            turn.say(f"{key} is over.")

        return router

    def _stored(self, _turn: Turn, _form: Form, progress: Progress) -> Progress:
        return replace(progress, answers={**progress.answers, **self.kept})


@pytest.fixture
def polls() -> Polls:
    return Polls()


@pytest.fixture(params=[True, False])
def phone(network: Network, files: Files, polls: Polls, request: pytest.FixtureRequest) -> Phone:
    polls.open("12")
    polls.open("13")
    return Phone(network, files, buttons=bool(request.param), handlers=polls.router())


def test_one_of_a_family_is_asked_as_it_is_now(phone: Phone, polls: Polls) -> None:
    assert phone.says("/poll 12") == ["Is it so?"]
    assert phone.taps("yes") == ["Why?"]
    assert polls.steps == [({"key": "12", "side": "yes"}, False)]
    assert phone.says("Because") == ["12: yes, Because"]
    assert len(polls.steps) == 1


def test_with_a_summary_the_last_answer_is_told_before_it(phone: Phone, polls: Polls) -> None:
    polls.open("14", review=True)
    phone.says("/poll 14")
    phone.taps("no")
    phone.says("So")
    assert [done for _answers, done in polls.steps] == [False, True]


def test_what_was_answered_elsewhere_meanwhile_is_not_asked_again(phone: Phone, polls: Polls) -> None:
    phone.says("/poll 12")
    polls.kept["why"] = "Elsewhere"
    assert phone.taps("yes") == ["12: yes, Elsewhere"]


def test_what_is_paused_goes_on_where_it_was(phone: Phone) -> None:
    phone.says("/poll 12")
    phone.taps("no")
    assert phone.says("Cancel") == ["A pause."]
    assert phone.stack == []
    phone.says("/poll 13")
    assert phone.says("/poll 12") == ["Why?"]
    assert phone.stack == ["poll:13", "poll:12"]
    assert phone.says("Because") == ["12: no, Because", "Let us go on:\n\nIs it so?"]


@pytest.mark.parametrize("word", ["Pause", "pause.", "/pause", "Cancel", "/cancel"])
def test_it_is_paused_by_any_word_for_it(phone: Phone, word: str) -> None:
    phone.says("/poll 12")
    phone.taps("no")
    assert phone.says(word) == ["A pause."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_paused_in_every_language(phone: Phone, language: str) -> None:
    phone.says("/poll 12")
    with speaking(language):
        word = _("Pause").unescape()
    assert phone.says(word.upper()) == ["A pause."]


def test_what_does_not_pause_takes_the_word_for_an_answer(phone: Phone) -> None:
    phone.says("/name")
    assert phone.says("/pause") == ["There is no command /pause.\n\nWhat are you called?"]
    assert phone.says("Pause") == ["Hello, Pause."]


def test_an_answer_to_what_is_not_asked_any_more_answers_nothing_else(phone: Phone, polls: Polls) -> None:
    changed = "Something has changed since I asked you that. Here is where we are now.\n\n"
    polls.open("14", review=True)
    phone.says("/poll 14")
    phone.taps("no")
    polls.asked["14"] = Form("poll:14", Text("who", "Who?"), Text("why", "Why?", when=lambda _answers: False))
    assert phone.says("Because") == [f"{changed}Who?"]
    assert phone.says("Leyla") == ["Is everything right?\n<b>Who?</b> Leyla"]


def test_what_was_meant_for_one_that_is_over_answers_nothing_else(phone: Phone, polls: Polls) -> None:
    phone.says("/name")
    phone.says("/poll 12")
    del polls.asked["12"]
    assert phone.taps("yes") == ["12 is over.", "Let us go on:\n\nWhat are you called?"]
    assert phone.says("Leyla") == ["Hello, Leyla."]


def test_one_that_is_over_ends_also_when_something_else_is_said(phone: Phone, polls: Polls) -> None:
    phone.says("/poll 12")
    phone.taps("yes")
    del polls.asked["12"]
    assert phone.says("/news") == ["News.", "12 is over."]
    assert phone.stack == []


def test_one_that_is_over_is_said_to_be_so_to_whoever_writes_the_answer(phone: Phone, polls: Polls) -> None:
    phone.says("/poll 12")
    phone.taps("yes")
    del polls.asked["12"]
    assert phone.says("Because") == ["12 is over."]


def test_a_turn_in_which_a_private_form_is_open_is_private(phone: Phone, polls: Polls) -> None:
    polls.open("15", private=True)
    phone.says("/poll 12")
    phone.taps("yes")
    phone.says("/poll 15")
    phone.taps("yes")
    assert polls.private == [False, True]


def test_what_is_meant_for_a_private_form_that_is_over_is_private_too(phone: Phone, polls: Polls) -> None:
    polls.open("15", private=True)
    phone.says("/poll 15")
    phone.taps("yes")
    del polls.asked["15"]
    phone.says("The secret")
    assert polls.private == [True, True]
