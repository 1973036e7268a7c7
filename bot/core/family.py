"""Forms that only rows know, such as a survey's: made when they are asked, one for each thing they ask about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.fields.field import Turn
from bot.core.form import Form
from bot.core.progress import Progress


@dataclass(frozen=True)
class Family:
    """Forms that are made when they are asked, one for each thing they ask about: "survey:12" is one of "survey".

    Attributes:
        name: what stands before the colon in the name of each.
        make: the form of (turn, what stands behind the colon), called anew for every message; None where there is
            nothing to ask this person any more.
        stored: where somebody stands, with what was answered elsewhere since; given (turn, form, progress).
    """

    name: str
    make: Callable[[Turn, str], Form | None]
    stored: Callable[[Turn, Form, Progress], Progress] | None = None

    def named(self, key: object) -> str:
        """The name of its form about this."""
        return f"{self.name}:{key}"
