"""What goes wrong on demand: slow, broken, missing and refusing answers, before or after a request was carried out."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from tests.emulators.telegram.refused import Refused, flood

Predicate = Callable[[str, int | None], bool]
"""Whether a rule applies: the method's name as documented and the chat, None where there is none."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail.

    Attributes:
        processed: the request is carried out first: the message is delivered, only the answer is spoilt.
        answer: what is said instead of the truth; None says nothing.
        body: what is said with 200 instead of Telegram's JSON.
        hang: keep the connection open without a word until the client gives up; otherwise close it.
        delay: seconds after which the truth is told after all.
    """

    processed: bool = False
    answer: Refused | None = None
    body: bytes = b""
    hang: bool = False
    delay: float | None = None

    @classmethod
    def refusal(cls, code: int, description: str, **parameters: int) -> Self:
        """Any refusal, in Telegram's own words: `Fault.refusal(403, "Forbidden: user is deactivated")`."""
        return cls(answer=Refused(code, description, parameters))

    @classmethod
    def flood(cls, retry_after: int) -> Self:
        return cls(answer=flood(retry_after))

    @classmethod
    def server_error(cls, code: int = 502, *, processed: bool = False) -> Self:
        """A 5xx; whether the message was delivered is for the test to say, the client cannot know."""
        sentences = {
            500: "Internal Server Error",
            502: "Bad Gateway",
            503: "Service Unavailable",
            504: "Gateway Timeout",
        }
        return cls(answer=Refused(code, sentences.get(code, "Internal Server Error")), processed=processed)

    @classmethod
    def garbled(cls) -> Self:
        """A proxy's page with a status of 200; nothing was delivered."""
        return cls(body=b"<html><title>Welcome</title>")

    @classmethod
    def hang_before(cls) -> Self:
        return cls(hang=True)

    @classmethod
    def hang_after(cls) -> Self:
        return cls(hang=True, processed=True)

    @classmethod
    def drop_before(cls) -> Self:
        return cls()

    @classmethod
    def drop_after(cls) -> Self:
        return cls(processed=True)

    @classmethod
    def slow(cls, seconds: float) -> Self:
        """Carried out at once, truly answered after `seconds`."""
        return cls(processed=True, delay=seconds)


@dataclass(slots=True)
class _Rule:
    method: str
    fault: Fault
    chat: int | None = None
    when: Predicate | None = None
    saying: str = ""
    times: int | None = None
    every: int = 1
    probability: float = 1.0
    chance: random.Random = field(default_factory=random.Random)
    matched: int = 0

    def applies(self, method: str, chat: int | None, text: str) -> bool:
        if self.times == 0 or self.method not in ("", method.lower()) or self.chat not in (None, chat):
            return False
        if self.saying not in text:
            return False
        if self.when is not None and not self.when(method, chat):
            return False
        self.matched += 1
        if self.matched % self.every or self.chance.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    """Rules in the order they were made; the first that applies to a request is used. "" stands for every method."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []

    def next(
        self, method: str, fault: Fault, *, times: int = 1, chat: int | None = None, when: Predicate | None = None
    ) -> None:
        """The next `times` matching requests fail."""
        self._rules.append(_Rule(method.lower(), fault, chat, when, times=times))

    def always(
        self, method: str, fault: Fault, *, chat: int | None = None, when: Predicate | None = None, saying: str = ""
    ) -> None:
        """Every matching request, with `saying` in its text, fails until `clear`."""
        self._rules.append(_Rule(method.lower(), fault, chat, when, saying))

    def every(self, method: str, nth: int, fault: Fault, *, chat: int | None = None) -> None:
        """Each nth matching request fails: the nth, the 2 nth, ..."""
        self._rules.append(_Rule(method.lower(), fault, chat, every=nth))

    def randomly(self, method: str, probability: float, fault: Fault, *, seed: int, chat: int | None = None) -> None:
        """A matching request fails with `probability` (0 to 1), the same way for the same seed."""
        chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._rules.append(_Rule(method.lower(), fault, chat, probability=probability, chance=chance))

    def clear(self) -> None:
        self._rules.clear()

    def of(self, method: str, chat: int | None, text: str = "") -> Fault | None:
        """What happens to this request; counts it."""
        return next((rule.fault for rule in self._rules if rule.applies(method, chat, text)), None)
