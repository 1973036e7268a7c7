"""A sheet: something with many fields, such as a draft of a call, whose page leads to one question at a time.

What is answered stands in its row at once, so a draft survives for as long as it takes, and nothing is lost on bad
input: the question comes again, and the sheet behind it is as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from bot.core.fields.field import Answers, Field
from bot.core.form import Form
from bot.core.i18n import _
from bot.core.messages import Option
from bot.core.router import Allowed, Router
from bot.turn import Turn


class Kept(Protocol):
    """A row with an id."""

    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=Kept)


class Sheet(Generic[T]):
    """Questions that change one thing each.

    Args:
        name: what its buttons and stored questions are called by: "call" gives "call_field:12:title".
        find: what a button's id means, if this person may change it now; else says so, and returns None.
        keep: writes one typed answer, None where it was skipped.
        show: its page. Called with (turn, it).
    """

    def __init__(self, name: str, *fields: Field, find: Callable[[Turn, object], T | None],
                 keep: Callable[[Turn, T, str, Any], None], show: Callable[[Turn, T], None],
                 allowed: Allowed | None = None) -> None:  # fmt: skip
        self._name = name
        self._find = find
        self._keep = keep
        self._show = show
        self._forms = {field.name: Form(f"{name}_{field.name}", field, review=False) for field in fields}
        self._labels = {field.name: field.label or field.name for field in fields}
        self.router = Router()
        self.router.button(f"{name}_field", allowed=allowed)(self._ask)
        for field, form in self._forms.items():
            self.router.completed(form, allowed=allowed)(self._answered(field))
            self.router.cancelled(form)(self._left)

    def options(self, it: T, fields: Sequence[str] = ()) -> list[Option]:
        """A button for each field, or for these."""
        return [
            Option(f"{self._name}_field:{it.id}:{field}", _(self._labels[field]).unescape())
            for field in fields or self._forms
        ]

    def _ask(self, turn: Turn, key: str = "", field: str = "", *_rest: str) -> None:
        it = self._find(turn, key)
        if it is not None and field in self._forms:
            turn.ask(self._forms[field], it=it.id)
        elif it is not None:
            self._show(turn, it)

    def _answered(self, field: str) -> Callable[[Turn, Answers], None]:
        def keep(turn: Turn, answers: Answers) -> None:
            it = self._find(turn, answers["it"])
            if it is not None:
                self._keep(turn, it, field, answers[field])
                self._show(turn, it)

        return keep

    def _left(self, turn: Turn, answers: Answers) -> None:
        it = self._find(turn, answers["it"])
        if it is not None:
            turn.preface(_("All right, nothing was changed."))
            self._show(turn, it)
