"""What staff make, such as calls or surveys, in lists by how far it is; and the ways to its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from markupsafe import Markup

from bot.actions import rights
from bot.core.i18n import _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn

LISTED: Final = 8
"""Shown at once."""


class Made(Protocol):
    """A row with an id."""

    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=Made)


class Shelf(NamedTuple):
    """One list: msgids of its button, and of what is said where nothing is in it."""

    label: str
    states: Sequence[str]
    empty: str


class Shelves(Generic[T]):
    """The lists of one kind of thing, for those who may change it.

    Args:
        name: what its buttons are called by: "call" gives "call_list:drafts", "call_new" and "call_sheet:12".
        shelves: by name, the first for a name that is none.
        new, manage: msgids of the buttons that begin one, and that lead to the page of one.
        find: what a button's id means, if this person may change it now; else says so, and returns None.
        show: its page.
        newest: those in some states, the newest first, from `before` on; called with (turn, states, before).
        may_edit: called with (turn, it); title: likewise.
    """

    def __init__(
        self,
        name: str,
        shelves: Mapping[str, Shelf],
        *,
        page: str,
        new: str,
        manage: str,
        find: Callable[[Turn, object], T | None],
        show: Callable[..., None],
        newest: Callable[[Turn, Sequence[str], int | None], Iterator[T]],
        may_edit: Callable[[Turn, T], bool],
        title: Callable[[Turn, T], str],
    ) -> None:
        self._name = name
        self._shelves = shelves
        self._page = page
        self._new = new
        self._manage = manage
        self._find = find
        self._show = show
        self._newest = newest
        self._may_edit = may_edit
        self._title = title
        self.router = Router()
        self.router.button(page, allowed=rights.writes)(self._open)
        self.router.button(f"{name}_list", allowed=rights.writes)(self._list)

    def options(self, turn: Turn) -> list[Option]:
        """What staff can do beside what everybody can; nothing for others."""
        if not rights.writes(turn):
            return []
        lists = [
            Option(f"{self._name}_list:{name}", _(shelf.label).unescape()) for name, shelf in self._shelves.items()
        ]
        return [self._begin(), *lists]

    def changing(self, turn: Turn, it: T) -> list[Option]:
        """Leads to its page, for whoever may change it."""
        if not self._may_edit(turn, it):
            return []
        return [Option(f"{self._page}:{it.id}", _(self._manage).unescape())]

    def _open(self, turn: Turn, key: str = "", *_rest: str) -> None:
        it = self._find(turn, key)
        if it is not None:
            self._show(turn, it, edit=True)

    def _list(self, turn: Turn, name: str = "", before: str = "", *_rest: str) -> None:
        """The newest of a list that this person may change, or those older than one."""
        shelf = self._shelves.get(name) or next(iter(self._shelves.values()))
        found = self._newest(turn, shelf.states, number_of(before) or None)
        shown = list(islice((each for each in found if self._may_edit(turn, each)), LISTED + 1))
        entries = [Option(f"{self._page}:{each.id}", self._title(turn, each)) for each in shown[:LISTED]]
        if len(shown) > LISTED:
            older = Option(f"{self._name}_list:{name}:{shown[LISTED - 1].id}", _("Older").unescape())
            entries.append(older)
        said = Markup("<b>{}</b>").format(_(shelf.label)) if shown else _(shelf.empty)
        turn.say(said, [*entries, self._begin()], edit=True)

    def _begin(self) -> Option:
        return Option(f"{self._name}_new", _(self._new).unescape())
