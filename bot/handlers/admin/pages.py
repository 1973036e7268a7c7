"""The call, event, survey or declaration that a button of the staff speaks of, and the page it has at the moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from markupsafe import Markup

from bot.actions import publishing, rights
from bot.actions.localized import title
from bot.actions.menu import typed
from bot.actions.newsletters import Plan
from bot.core.fields import Answers
from bot.core.i18n import _
from bot.core.locale import zoned_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import drafts
from bot.turn import Turn
from storage.appeals import Appeal
from storage.broadcasts import BroadcastState
from storage.calls import Call
from storage.events import Event

T = TypeVar("T", bound=Appeal | Call | Event)

Page = Callable[..., None]
"""Called with (turn, it), and `edit` by name."""


class Pages(Generic[T]):
    """The pages of one kind of thing.

    Args:
        page: the button that leads to its page, such as "survey_page".
        abouts: what `Newsletter.about` says of what is sent of it; unpublished: its states before that was sent.
        command: lists those there are.
        lost, leaving, back: msgids: it is not this person's, it is about to be sent, and the button to its page.
        may_edit: called with (turn, it).

    Attributes:
        by_state: filled in by the room of each page.
    """

    def __init__(self, table: type[T], page: str, *, abouts: Sequence[str], unpublished: Sequence[str], command: str,
                 lost: str, leaving: str, back: str, may_edit: Callable[[Turn, T], bool]) -> None:  # fmt: skip
        self._table = table
        self._page = page
        self._abouts = abouts
        self._unpublished = unpublished
        self._command = command
        self._lost = lost
        self._leaving = leaving
        self._back = back
        self._may_edit = may_edit
        self.by_state: dict[str, Page] = {}

    def find(self, turn: Turn, key: object, *states: str) -> T | None:
        """It, if this person may change it now and it is in one of these states, or in any; else says why not.

        Its row stays locked until the end of the turn.
        """
        number = drafts.number_of(key)
        whats = [publishing.Due(about, number) for about in self._abouts]
        it = turn.session.get(self._table, number, with_for_update=True, populate_existing=True)
        if it is not None and it.state in self._unpublished:
            for what in whats:
                publishing.note(turn.session, what, turn.network, turn.now)
        if it is None or not self._may_edit(turn, it):
            turn.say(_(self._lost).format(command=typed(self._command, turn.capabilities)))
        elif leaving := publishing.leaving(turn.session, *whats):
            follow = Option(f"broadcast:{leaving.id}", _("See where it stands").unescape())
            said = [_(self._leaving)]
            if leaving.state in (BroadcastState.WAITING, BroadcastState.SCHEDULED) and leaving.leaves_at:
                moment = zoned_words(leaving.leaves_at, turn.network.zone)
                said.append(_("It is to leave on {moment}.").format(moment=moment))
            turn.say(Markup("\n\n").join(said), [follow])
        elif states and it.state not in states:
            self.show(turn, it)
        else:
            return it
        return None

    def show(self, turn: Turn, it: T, *, edit: bool = False) -> None:
        """Show the page that it has in its state."""
        self.by_state[it.state](turn, it, edit=edit)

    def back(self, it: T) -> Option:
        """Leads to its page."""
        return Option(f"{self._page}:{it.id}", _(self._back).unescape())

    def go_back(self, turn: Turn, answers: Answers) -> None:
        """Show what a cancelled question was about."""
        it = self.find(turn, answers["it"])
        if it is not None:
            turn.preface(_("All right, nothing was changed."))
            self.show(turn, it)

    def of_publication(self, turn: Turn, plan: Plan, edit: bool) -> None:
        """Where its publication leads back to."""
        it = self.find(turn, plan.newsletter.about_id)
        if it is not None:
            self.show(turn, it, edit=edit)

    def asks_first(self, router: Router, button: str, question: str, yes: str,
                   *states: str) -> Callable[[Callable[[Turn, T], None]], Callable[[Turn, T], None]]:  # fmt: skip
        """Decorates a step that is taken once it was asked about.

        Args:
            button: "survey_close" asks, and "survey_close_now" does it.
            question, yes: msgids; the question may name the {title}.
            states: those in which it can be taken.
        """

        def asked(act: Callable[[Turn, T], None]) -> Callable[[Turn, T], None]:
            @router.button(button, allowed=rights.writes)
            def ask(turn: Turn, key: str = "", *_rest: str) -> None:
                it = self.find(turn, key, *states)
                if it is not None:
                    sure = Option(f"{button}_now:{it.id}", _(yes).unescape())
                    no = Option(f"{self._page}:{it.id}", _("No, leave it").unescape())
                    turn.say(_(question).format(title=title(it, turn.language)), [sure, no], edit=True)

            @router.button(f"{button}_now", allowed=rights.writes)
            def do(turn: Turn, key: str = "", *_rest: str) -> None:
                it = self.find(turn, key, *states)
                if it is not None:
                    act(turn, it)

            return act

        return asked
