from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from bot.core.channel import Capabilities
from bot.core.family import Family
from bot.core.fields import Text
from bot.core.form import Form
from bot.core.i18n import N_
from bot.core.messages import Kind
from bot.core.router import Route, Router

JOIN = Form("join", Text("name", "?"))


def handler(*_arguments: object) -> None:
    """Stand where a handler stands."""


def other(*_arguments: object) -> None:
    """Stand where another one stands."""


REGISTERING: list[Callable[[Router], object]] = [
    lambda router: router.command("start")(handler),
    lambda router: router.button("leave")(handler),
    lambda router: router.words("STOP")(handler),
    lambda router: router.completed(JOIN)(handler),
    lambda router: router.cancelled(JOIN)(handler),
    lambda router: router.kind(Kind.BLOCKED)(handler),
    lambda router: router.fallback(handler),
]


@pytest.mark.parametrize("register", REGISTERING)
def test_one_thing_has_one_handler_also_across_features(register: Callable[[Router], object]) -> None:
    app, feature = Router(), Router()
    register(app)
    register(feature)
    with pytest.raises(ValueError, match=r"^two handlers for "):
        register(app)
    with pytest.raises(ValueError, match=r"^two handlers for "):
        app.include(feature)


def test_two_forms_cannot_share_a_name() -> None:
    app, feature = Router(), Router()
    app.completed(JOIN)(handler)
    feature.completed(Form("join", Text("other", "?")))(handler)
    with pytest.raises(ValueError, match=r"^two forms called join$"):
        app.include(feature)


@pytest.mark.parametrize("name", ["back", "skip", "cancel", "continue"])
def test_the_words_of_forms_are_no_commands(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^/{name} belongs to the engine$"):
        Router().command(name)(handler)


@pytest.mark.parametrize("name", ["", "7", "2abc", "leave:education"])
def test_a_button_whose_id_could_be_taken_for_a_menu_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^an option's id begins with a name, which "):
        Router().button(name)


def test_what_features_declare_is_found_in_the_app() -> None:
    feature, app = Router(), Router()
    feature.command("topics", "subjects", words=(N_("Topics"),))(handler)
    feature.button("leave")(other)
    feature.completed(JOIN)(other)
    app.include(feature)
    found = [app.find("command", "topics"), app.find("command", "subjects"), app.find("button", "leave")]
    assert [route and route.handler for route in found] == [handler, handler, other]
    assert app.forms == {"join": JOIN}
    assert app.find("command", "leave") is None


@pytest.mark.parametrize("text", ["STOP", "stop", " Stop ", "СТОП", "стоп", "Dayan", "DAYAN"])
def test_words_are_understood_however_they_are_written(text: str) -> None:
    router = Router()
    router.words("STOP", "DAYAN", "СТОП")(handler)
    found = router.find_words(None, text)
    assert (found and (found[0].handler, found[1])) == (handler, "")


@pytest.mark.parametrize("text", ["", "stop violence", "please stop", "stopp"])
def test_words_within_a_sentence_are_not_meant(text: str) -> None:
    router = Router()
    router.words("STOP")(handler)
    assert router.find_words(None, text) is None


def test_what_follows_a_word_is_judged_by_its_handler() -> None:
    router = Router()
    router.words("STOP", rest=lambda _turn, rest: rest.casefold() in {"education", "human rights and peace"})(handler)
    rests = [
        found and found[1]
        for text in ("stop", "stop Education", "STOP human rights and peace", "stop violence")
        for found in [router.find_words(None, text)]
    ]
    assert rests == ["", "Education", "human rights and peace", None]


@pytest.mark.parametrize(("text", "known"), [("topics", True), ("TOPICS", True), ("subjects", True), ("topic", False)])
def test_commands_have_plain_words(text: str, known: bool) -> None:
    router = Router()
    router.command("topics", words=(N_("Subjects"),))(handler)
    route = router.find_command_word(text)
    assert (route is not None and route.handler is handler) is known


class Sentences(list[str]):
    """Stand where a turn stands."""

    capabilities = Capabilities(buttons=True, edits=True, markup="plain")

    def say(self, sentence: str) -> None:
        self.append(str(sentence))


def follow(turn: Sentences, topic: str, step: str = "1") -> None:
    turn.say(f"{topic} {step}")


def greet(turn: Sentences) -> None:
    turn.say("Hello")


@pytest.mark.parametrize(
    ("handler", "arguments", "said"),
    [
        (greet, ("abc", "d"), "Hello"),
        (follow, ("health",), "health 1"),
        (follow, ("health", "2", "3"), "health 2"),
        (partial(follow, topic="peace"), ("forged",), "peace 1"),
        (lambda turn, *rest: turn.say(" ".join(rest)), ("a", "b", "c"), "a b c"),
    ],
)
def test_a_handler_gets_no_more_than_it_takes(
    handler: Callable[..., None], arguments: tuple[str, ...], said: str
) -> None:
    turn = Sentences()
    route = Route(handler)
    assert route.takes(*arguments)
    route(turn, *arguments)
    assert turn == [said]


def test_a_handler_that_needs_more_is_not_called() -> None:
    assert not Route(follow).takes()


@pytest.mark.parametrize(("commands", "help_"), [(True, "/help"), (False, "<b>Help</b>")])
def test_what_is_not_open_says_where_to_look(commands: bool, help_: str) -> None:
    turn = Sentences()
    turn.capabilities = Capabilities(buttons=True, edits=True, markup="plain", commands=commands)
    Route(greet, allowed=lambda _turn: False)(turn)
    assert turn == [f"This is not open to you. Write {help_} to see what you can do here."]


def test_a_form_of_a_family_is_made_by_it_for_this_turn() -> None:
    made: list[tuple[object, str]] = []

    def make(turn: object, key: str) -> Form | None:
        made.append((turn, key))
        return JOIN if key == "12" else None

    router = Router()
    router.completed(Family("poll", make))(handler)
    router.completed(JOIN)(other)
    assert (router.form("turn", "poll:12"), router.form("turn", "poll:13")) == (JOIN, None)
    assert made == [("turn", "12"), ("turn", "13")]
    assert [router.form("turn", name) for name in ("join", "join:12", "gone", "gone:1")] == [JOIN, None, None, None]
    assert [router.family(name) is not None for name in ("poll:12", "join", "gone")] == [True, False, False]
