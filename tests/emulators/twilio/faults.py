"""What goes wrong on demand: slow, broken, missing and refusing answers, and failures that only a callback tells."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from tests.emulators.twilio.addresses import address
from tests.emulators.twilio.refused import Refused, flood

Predicate = Callable[[str, str], bool]
"""Whether a rule applies: the operation ("messages.create") and the recipient's address, "" where there is none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a message that was accepted.

    Attributes:
        code: error code of the failure; 0 lets the emulator's own rules decide.
        status: "undelivered" or "failed".
        shown: the person got it all the same.
        later: statuses told after the failure, which they override: ("delivered",).
    """

    code: int = 0
    status: str = ""
    shown: bool = False
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail.

    Attributes:
        processed: the request is carried out first: the message exists, only the answer is spoilt.
        answer: what is said instead of the truth; None says nothing.
        hang: keep the connection open without a word until the client gives up; otherwise close it.
        delay: seconds after which the truth is told after all.
        outcome: the request is answered truly, and the message fails afterwards.
    """

    processed: bool = False
    answer: Refused | None = None
    hang: bool = False
    delay: float | None = None
    outcome: Outcome | None = None

    @classmethod
    def refusal(cls, status: int, code: int, description: str = "", *, problem: bool = False) -> Self:
        """Any refusal: `Fault.refusal(400, 21610)`; in the RFC 9457 shape with problem=True."""
        return cls(answer=Refused(status, code, description or f"Refused with {code}", problem=problem))

    @classmethod
    def flood(cls) -> Self:
        """429, 20429: never processed."""
        return cls(answer=flood())

    @classmethod
    def server_error(cls, status: int = 503, *, processed: bool = False) -> Self:
        """A 5xx; whether the message exists is for the test to say, the client cannot know."""
        return cls(answer=Refused(status, 20000 + status, "Internal Server Error"), processed=processed)

    @classmethod
    def by_callback(
        cls, code: int, status: str = "undelivered", *, shown: bool = False, later: tuple[str, ...] = ()
    ) -> Self:
        """201, then a callback with this ErrorCode: `Fault.by_callback(63024)`."""
        return cls(outcome=Outcome(code, status, shown, later))

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
    operation: str
    fault: Fault
    to: str = ""
    when: Predicate | None = None
    times: int | None = None
    every: int = 1
    probability: float = 1.0
    chance: random.Random = field(default_factory=random.Random)
    matched: int = 0

    def applies(self, operation: str, to: str) -> bool:
        if self.times == 0 or self.operation not in ("", operation) or self.to not in ("", to):
            return False
        if self.when is not None and not self.when(operation, to):
            return False
        self.matched += 1
        if self.matched % self.every or self.chance.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    """Rules in the order they were made; the first that applies to a request is used. "" stands for every operation.

    `to` is the recipient a rule is for, with or without `whatsapp:`.
    """

    def __init__(self) -> None:
        self._rules: list[_Rule] = []

    def next(
        self, operation: str, fault: Fault, *, times: int = 1, to: str = "", when: Predicate | None = None
    ) -> None:
        """The next `times` matching requests fail."""
        self._rules.append(_Rule(operation, fault, address(to), when, times=times))

    def always(self, operation: str, fault: Fault, *, to: str = "", when: Predicate | None = None) -> None:
        """Every matching request fails until `clear`."""
        self._rules.append(_Rule(operation, fault, address(to), when))

    def every(self, operation: str, nth: int, fault: Fault, *, to: str = "") -> None:
        """Each nth matching request fails: the nth, the 2 nth, ..."""
        self._rules.append(_Rule(operation, fault, address(to), every=nth))

    def randomly(self, operation: str, probability: float, fault: Fault, *, seed: int, to: str = "") -> None:
        """A matching request fails with `probability` (0 to 1), the same way for the same seed."""
        chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._rules.append(_Rule(operation, fault, address(to), probability=probability, chance=chance))

    def clear(self) -> None:
        self._rules.clear()

    def of(self, operation: str, to: str) -> Fault | None:
        """What happens to this request; counts it."""
        return next((rule.fault for rule in self._rules if rule.applies(operation, to)), None)
