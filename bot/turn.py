"""What a handler holds while one inbound is handled: who it is, what they sent, and the means to answer.

Nothing here writes: what was said and where the conversation stands now are stored by the worker, in the transaction of
the turn.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from bot.core.channel import Capabilities, Channel
from bot.core.conversation import Conversation, Menu
from bot.core.form import Form
from bot.core.i18n import speaking
from bot.core.messages import Attachment, Inbound, Kind, Option, Outbound
from bot.core.progress import Progress
from bot.network import Network
from storage.files import Files
from storage.members import Member, MemberAddress


@dataclass(eq=False, kw_only=True)
class Turn:
    """One inbound being handled.

    Attributes:
        session: the turn's transaction; never committed by a handler.
        now: the moment it is handled, aware, in UTC.
        address: where it came from and where the answers go.
        token: what makes this turn's menus different from any other's, such as the inbox id.
        channels: every channel of the network, by name.
        link: what to give someone so that they begin here with a payload, see `Channel.link`.
        payload: what followed the command or the words that brought the turn here: "/start abc" has "abc".
        released: how many messages were held until this person wrote, and go out now; they are an answer too.
        said: what will be sent, in order.
        private: neither what was sent nor what is said is kept for longer than it takes to deliver it.
    """

    session: Session
    network: Network
    now: datetime
    member: Member
    address: MemberAddress
    inbound: Inbound
    capabilities: Capabilities
    files: Files
    token: str
    channels: Mapping[str, Channel]
    link: Callable[[str], str]
    conversation: Conversation = field(default_factory=Conversation)
    payload: str = ""
    released: int = 0
    said: list[Outbound] = field(default_factory=list)
    language: str = ""
    private: bool = False
    _preface: list[Markup] = field(default_factory=list, init=False)
    _voice: ExitStack = field(default_factory=ExitStack, init=False)

    def __post_init__(self) -> None:
        self.language = self.language or self.member.language

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Everything inside is said in the member's language, also after it changes."""
        with self._voice:
            self.speak(self.language)
            yield

    def speak(self, language: str) -> None:
        """From here on, in this language. Storing it as the member's is an action's business."""
        self.language = language
        self._voice.enter_context(speaking(language))

    def say(
        self,
        text: str,
        options: Sequence[Option] = (),
        *,
        attachment: Attachment | None = None,
        edit: bool = False,
        standing: bool = False,
        several: bool = False,
        alone: bool = False,
    ) -> None:
        """Answer with one message.

        Args:
            text: Markup from `_()`, or a plain str, which is taken literally.
            options: make it the menu: from now on taps and numbers mean these. Each id is that of a `router.button`.
                While a form is open, its question comes next, and they stand by themselves; without buttons they
                are the menu also then, and the question waits.
            edit: change the message that was tapped, where the channel can; else it is a new one.
            standing: the options work for ever, whatever is shown after them, and do not become the menu.
            several: one reply may name several of the options; their handlers are called one after the other.
            alone: see `Outbound.alone`.
        """
        self._say(text, options, attachment=attachment, edit=edit, standing=standing, several=several)
        if alone:
            self.said[-1] = self.said[-1].having(alone=True)

    def preface(self, sentence: str) -> None:
        """Begin the next message with this sentence."""
        self._preface.append(escape(sentence))

    def ask(self, form: Form, /, **answers: Any) -> None:  # noqa: ANN401 - typed answers
        """Ask this form, at the end of the turn; forms that are open wait until it is completed or cancelled.

        One that is open already, begun with the same answers, goes on where it was; begun with others, it starts anew.

        Args:
            answers: what is known already and not asked, see `Form.begin`. With every question answered, the summary
                is shown, with *change* for each.
        """
        begun, opened = form.begin(**answers), self.progress_in(form.name)
        self.resume(opened if opened and opened.given == begun.given else begun)

    def progress_in(self, form: str) -> Progress | None:
        """Where the person stands in the form of this name, open or set aside."""
        known = (*self.conversation.stack, *self.conversation.aside)
        return next((progress for progress in known if progress.form == form), None)

    def resume(self, progress: Progress) -> None:
        """Ask a form from there, at the end of the turn, as `ask` does."""
        stack, aside = self._without(progress.form)
        self.conversation = replace(self.conversation, stack=(*stack, progress), aside=aside)

    def set_aside(self, progress: Progress) -> None:
        """Close this form; it goes on from there when it is asked again."""
        stack, aside = self._without(progress.form)
        self.conversation = replace(self.conversation, stack=stack, aside=(*aside, progress))

    def drop(self, form: str) -> None:
        """Close the form of this name, and remember nothing of it."""
        stack, aside = self._without(form)
        self.conversation = replace(self.conversation, stack=stack, aside=aside)

    def _without(self, form: str) -> tuple[tuple[Progress, ...], tuple[Progress, ...]]:
        stack, aside = self.conversation.stack, self.conversation.aside
        return tuple(each for each in stack if each.form != form), tuple(each for each in aside if each.form != form)

    def end(self) -> None:
        """Close every open form. Each goes on where it was when it is asked again."""
        aside = {progress.form: progress for progress in (*self.conversation.aside, *self.conversation.stack)}
        self.conversation = replace(self.conversation, stack=(), aside=tuple(aside.values()))

    @property
    def editing(self) -> bool:
        """Whether `edit=True` changes a message in place."""
        return self.inbound.kind is Kind.TAP and bool(self.inbound.message) and self.capabilities.edits

    def put(self, text: str, options: Sequence[Option], *, edit: bool = False, several: bool = False) -> None:
        """Say the open form's question. The engine's own: handlers `ask`."""
        self._say(text, options, edit=edit, several=several, question=True)

    def repeat(self, menu: Menu) -> None:
        """Show the menu once more; its buttons work there and here. The engine's own."""
        self.conversation = replace(self.conversation, menu=replace(menu, shown=int(self.now.timestamp())))
        self._send(menu.text, menu.options, menu.token)

    def _say(
        self,
        text: str,
        options: Sequence[Option],
        *,
        attachment: Attachment | None = None,
        edit: bool = False,
        standing: bool = False,
        several: bool = False,
        question: bool = False,
    ) -> None:
        menu = self.conversation.menu
        token = ""
        standing = standing or (bool(self.conversation.stack) and not question and self.capabilities.buttons)
        if options and not standing:
            token = menu.token if edit and menu and menu.token == self._tapped() else self._fresh()
            menu = Menu(token, tuple(options), question, several, int(self.now.timestamp()), escape(text))
            self.conversation = replace(self.conversation, menu=menu)
        self._send(text, options, token, attachment, self.inbound.message if edit and self.editing else "")

    def _send(
        self, text: str, options: Sequence[Option], menu: str, attachment: Attachment | None = None, edit: str = ""
    ) -> None:
        self.said.append(
            Outbound(
                Markup("\n\n").join(part for part in (*self._preface, escape(text)) if part),
                tuple(options),
                menu=menu,
                language=self.language,
                attachment=attachment,
                edit=edit,
            )
        )
        self._preface.clear()

    def _tapped(self) -> str:
        """The token of the menu that was tapped."""
        return self.inbound.tap.partition(":")[0]

    def _fresh(self) -> str:
        """A token for a new menu: a digit, which of this turn's menus it is, and four letters that tell turns apart."""
        letters = b32encode(hashlib.sha256(self.token.encode()).digest())[:4].decode().lower()
        return f"{sum(1 for outbound in self.said if outbound.menu)}{letters}"
