"""Who handles what: a feature declares its commands, buttons, words and forms on a Router, and the app takes it in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from inspect import signature
from typing import Any, Final, TypeVar

from markupsafe import Markup

from bot.core.family import Family
from bot.core.folding import fold
from bot.core.form import Form
from bot.core.i18n import LANGUAGES, _, speaking
from bot.core.messages import Kind

Turn = Any
"""The `bot.turn.Turn` being handled, which the core only hands on."""

Handler = Callable[..., None]
Allowed = Callable[[Turn], bool]
H = TypeVar("H", bound=Handler)

_RESERVED: Final = frozenset({"back", "skip", "cancel", "pause", "continue"})
"""Commands of the engine itself."""


@dataclass(frozen=True, slots=True)
class Route:
    """A handler and who may reach it.

    Attributes:
        allowed: asked each time, so a right that was taken away is gone at once.
        rest: for words, whether these may follow: (turn, rest) -> bool.
        fewest: arguments the handler needs beside the turn.
        most: arguments it takes; None for any number.
    """

    handler: Handler
    allowed: Allowed | None = None
    rest: Callable[[Turn, str], bool] | None = None
    fewest: int = field(init=False)
    most: int | None = field(init=False)

    def __post_init__(self) -> None:
        parameters = signature(self.handler).parameters.values()
        places = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
        needed = [each for each in places if each.default is each.empty]
        several = any(each.kind is each.VAR_POSITIONAL for each in parameters)
        object.__setattr__(self, "fewest", max(0, len(needed) - 1))
        object.__setattr__(self, "most", None if several else len(places) - 1)

    def takes(self, *arguments: Any) -> bool:  # noqa: ANN401 - the handler's own
        """Whether these are enough; a made-up button has any number of them."""
        return len(arguments) >= self.fewest

    def __call__(self, turn: Turn, *arguments: Any) -> None:  # noqa: ANN401 - the handler's own
        """Handle it, or say that this person may not; arguments the handler does not take are dropped."""
        if self.allowed is not None and not self.allowed(turn):
            sentence = _("This is not open to you. Write {help} to see what you can do here.")
            turn.say(sentence.format(help=help_word(turn)))
        else:
            self.handler(turn, *arguments[: self.most])


class Router:
    """Every decorator returns the handler unchanged, and raises ValueError when its place is taken."""

    def __init__(self) -> None:
        self.forms: dict[str, Form | Family] = {}
        self.routes: dict[tuple[str, Hashable], Route] = {}
        self.always: dict[str, Route] = {}
        self.plain_words: list[tuple[str, Route]] = []
        self.phrases: list[tuple[Callable[[str], bool], Route]] = []

    def command(self, *names: str, words: Sequence[str] = (), allowed: Allowed | None = None) -> Callable[[H], H]:
        """Answer "/name"; what follows it is `turn.payload`. Called with (turn).

        Args:
            names: without the slash; also understood as a plain word: on a channel without commands at any time, else
                when no open question wants it.
            words: more such words, marked with `N_`: understood in every language the bot speaks.
        """

        def register(handler: H) -> H:
            route = Route(handler, allowed)
            for name in names:
                if name in _RESERVED:
                    raise ValueError(f"/{name} belongs to the engine")
                self._add(("command", name), route)
            self.plain_words += [(word, route) for word in (*names, *words)]
            return handler

        return register

    def button(self, name: str, *, allowed: Allowed | None = None) -> Callable[[H], H]:
        """Answer options whose id is "name" or "name:a:b". Called with (turn, "a", "b").

        What was forged or changed since may bring another number of them: those too many are dropped, and with those
        the handler needs missing, it is a button from earlier.
        """
        if not name.isidentifier():
            raise ValueError(f"an option's id begins with a name, which {name!r} is not")
        return self._registering(("button", name), allowed)

    def words(
        self, *words: str, rest: Callable[[Turn, str], bool] | None = None, allowed: Allowed | None = None
    ) -> Callable[[H], H]:
        """Answer a message that is one of these words, however written, at any time, also in the middle of a form.

        Args:
            rest: says whether what follows the word ("STOP education") belongs to it; then it is `turn.payload`.
                Without it, only the word alone counts: an organisation may well be called "Stop Violence".
        """

        def register(handler: H) -> H:
            for word in {fold(word) for word in words}:  # STOP and СТОП are one
                self._add_word(word, Route(handler, allowed, rest))
            return handler

        return register

    def phrase(self, means: Callable[[str], bool]) -> Callable[[H], H]:
        """Answer a text that no open question wants and that means this ("please stop"). Called with (turn).

        Args:
            means: asked about the text as it was typed; the first to say so has it.
        """

        def register(handler: H) -> H:
            self.phrases.append((means, Route(handler)))
            return handler

        return register

    def completed(self, form: Form | Family, *, allowed: Allowed | None = None) -> Callable[[H], H]:
        """Use the answers of this form, or of any of the family; it is closed already. Called with (turn, answers)."""
        self._add_form(form)
        return self._registering(("completed", form.name), allowed)

    def cancelled(self, form: Form | Family) -> Callable[[H], H]:
        """Say something about the cancelling of this form, which is closed already.

        Called with (turn), or (turn, answers) where the handler takes two: the facts it was begun with, and the typed
        answers so far.
        """
        return self._registering(("cancelled", form.name), None)

    def answered(self, family: Family) -> Callable[[H], H]:
        """Use the answers so far, after each step of one of the family. Called with (turn, answers, done).

        `done` says whether nothing is open any more: the summary is shown. Without one, `completed` comes instead.
        """
        return self._registering(("answered", family.name), None)

    def ended(self, family: Family) -> Callable[[H], H]:
        """Say why one of the family that was open is asked no more. Called with (turn, what stands behind the colon).

        What was sent was meant for it, and answers nothing else.
        """
        return self._registering(("ended", family.name), None)

    def kind(self, *kinds: Kind) -> Callable[[H], H]:
        """Answer news about the person (BLOCKED, UNBLOCKED), or a file, a location... sent with no form open."""

        def register(handler: H) -> H:
            for kind in kinds:
                self._add(("kind", kind), Route(handler))
            return handler

        return register

    def fallback(self, handler: H) -> H:
        """Show the main menu. The engine has said why, if something was not understood. Called with (turn)."""
        self._add(("fallback", ""), Route(handler))
        return handler

    def include(self, *routers: Router) -> None:
        """Take over all their routes."""
        for other in routers:
            for form in other.forms.values():
                self._add_form(form)
            for key, route in other.routes.items():
                self._add(key, route)
            for word, route in other.always.items():
                self._add_word(word, route)
            self.plain_words += other.plain_words
            self.phrases += other.phrases

    def form(self, turn: Turn, name: str) -> Form | None:
        """The form of this name, made for this turn where it is one of a family."""
        family, _colon, key = name.partition(":")
        known = self.forms.get(family)
        if isinstance(known, Family):
            return known.make(turn, key)
        return None if key else known

    def family(self, name: str) -> Family | None:
        """The family of the form of this name."""
        known = self.forms.get(name.partition(":")[0])
        return known if isinstance(known, Family) else None

    def find(self, what: str, name: Hashable = "") -> Route | None:
        """The route of a "command", "button", "completed", "cancelled", "answered", "ended", "kind" or "fallback"."""
        return self.routes.get((what, name))

    def find_words(self, turn: Turn, text: str) -> tuple[Route, str] | None:
        """The route of words that always work, and what follows them."""
        for word, rest in _beginnings(text):
            route = self.always.get(fold(word))
            if route is not None and (not rest or (route.rest is not None and route.rest(turn, rest))):
                return route, rest
        return None

    def find_command_word(self, text: str) -> Route | None:
        """The route of a command by its plain word, in any language; or else of a phrase."""
        return self.find_exact_word(text) or next((route for means, route in self.phrases if means(text)), None)

    def find_exact_word(self, text: str) -> Route | None:
        """The route of a command by its plain word alone, in any language."""
        return self._vocabulary.get(fold(text))

    @cached_property
    def _vocabulary(self) -> dict[str, Route]:
        vocabulary: dict[str, Route] = {}
        for language in LANGUAGES:
            with speaking(language):
                for word, route in self.plain_words:
                    vocabulary.setdefault(fold(_(word).unescape()), route)
        return vocabulary

    def _registering(self, key: tuple[str, Hashable], allowed: Allowed | None) -> Callable[[H], H]:
        def register(handler: H) -> H:
            self._add(key, Route(handler, allowed))
            return handler

        return register

    def _add(self, key: tuple[str, Hashable], route: Route) -> None:
        if key in self.routes:
            raise ValueError(f"two handlers for {key[0]} {key[1]}")
        self.routes[key] = route

    def _add_word(self, word: str, route: Route) -> None:
        if word in self.always:
            raise ValueError(f"two handlers for the word {word}")
        self.always[word] = route

    def _add_form(self, form: Form | Family) -> None:
        if self.forms.setdefault(form.name, form) is not form:
            raise ValueError(f"two forms called {form.name}")


def help_word(turn: Turn) -> Markup:
    """What to write for help on this channel."""
    return Markup("/help") if turn.capabilities.commands else Markup("<b>{}</b>").format(_("Help"))


def _beginnings(text: str) -> Iterator[tuple[str, str]]:
    """The text cut after all its words, all but the last, ... the first: ("stop", "education")."""
    words = text.split(maxsplit=4)
    for count in range(len(words), 0, -1):
        yield " ".join(words[:count]), " ".join(words[count:])
