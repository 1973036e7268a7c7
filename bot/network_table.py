"""One table of a network file: takes out what is asked for, and says in one sentence what to mend and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from bot.network import Labels

T = TypeVar("T")

_KEY: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")

_KINDS: Final[dict[type, str]] = {
    str: "a text in quotes",
    list: "a list",
    dict: "a table",
    int: "a whole number",
    bool: "true or false",
}


class NetworkError(ValueError):
    """The sentence names the file, the field and what it should be."""


@dataclass
class Table:
    """A table of the file. Fields are taken out one by one, so that `done` can name what nobody asked for.

    Everything that takes one out raises a NetworkError where it is missing or wrong.

    Attributes:
        place: where in the file it stands, such as "topics 3"; "" for the file itself.
        languages: those in which there must be labels.
    """

    values: dict[str, Any]
    path: Path
    place: str = ""
    languages: tuple[str, ...] = ()

    def take(self, name: str, kind: type[T], default: T | None = None) -> T:
        """A value of just this kind; without a default it must be there."""
        value = self.values.pop(name, default)
        if value is None:
            raise self.error(name, "is missing")
        if type(value) is not kind:
            raise self.error(name, f"must be {_KINDS[kind]}")
        return value

    def text(self, name: str) -> str:
        """What is not blank, without the blanks around it."""
        text = self.take(name, str).strip()
        if not text:
            raise self.error(name, "is empty")
        return text

    def number(self, name: str, default: int, most: int) -> int:
        """From 0 to `most`."""
        number = self.take(name, int, default)
        if not 0 <= number <= most:
            raise self.error(name, f"must be from 0 to {most}")
        return number

    def amount(self, name: str) -> float:
        """Money: a number from 0 on, whole or not."""
        amount = self.values.pop(name, None)
        if type(amount) not in {int, float} or amount < 0:
            raise self.error(name, "must be a number that is not below 0")
        return float(amount)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, which may be left out."""
        texts = self.take(name, list, [])
        if not all(type(text) is str and text.strip() for text in texts):
            raise self.error(name, "must be a list of texts in quotes")
        return tuple(texts)

    def key(self) -> str:
        """What the database knows it by."""
        key = self.text("key")
        if not _KEY.fullmatch(key):
            raise self.error("key", f"is {key!r}: use small Latin letters, digits and hyphens, 32 at most")
        return key

    def labels(self, name: str) -> Labels:
        """A text in each language."""
        table = Table(self.take(name, dict), self.path, self._at(name))
        labels = Labels((language, table.text(language)) for language in self.languages)
        table.done()
        return labels

    def tables(self, name: str, make: Callable[[Table], T]) -> tuple[T, ...]:
        """What is made of each table of a list, which may be left out."""
        made = []
        for number, values in enumerate(self.take(name, list, []), 1):
            place = f"{self._at(name)} {number}"
            if not isinstance(values, dict):
                raise NetworkError(f"{self.path}: {place} must be a table.")
            table = Table(values, self.path, place, self.languages)
            made.append(make(table))
            table.done()
        return tuple(made)

    def done(self) -> None:
        """Nothing is left that nobody asked for."""
        for name in self.values:
            raise self.error(name, "is not a field known here")

    def error(self, name: str, sentence: str) -> NetworkError:
        """What is wrong with a field: the sentence goes on behind its name, without a full stop."""
        return NetworkError(f"{self.path}: {self._at(name)} {sentence}.")

    def _at(self, name: str) -> str:
        return f"{self.place}: {name}" if self.place else name


def unique(table: Table, name: str, values: Iterable[str], same: Callable[[str], str] = str) -> None:
    """No two of these are the same.

    Args:
        same: brings those that are taken for the same to one form.

    Raises:
        NetworkError: two are.
    """
    seen = set()
    for value in values:
        if same(value) in seen:
            raise table.error(name, f"has {value!r} twice")
        seen.add(same(value))
