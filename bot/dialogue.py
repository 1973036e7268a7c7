"""The order in which an inbound is understood, from words that always work down to "I did not understand".

Every way of understanding says whether it did; the first that did ends the search. Then the turn is closed: the open
question is asked (again), and nobody is left without an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.core.fields.field import UNREADABLE, Given, Invalid
from bot.core.folding import fold
from bot.core.form import CANCEL, WORDS, Cancelled, Completed, Form, Progress, Stayed, Step
from bot.core.i18n import _
from bot.core.messages import Kind
from bot.core.numbered import pick
from bot.core.router import Router
from bot.turn import Turn

NEWS: Final = (Kind.BLOCKED, Kind.UNBLOCKED)

MEANT: Final = timedelta(hours=6)
"""How long a typed number means the menu shown last; a later "2" may mean anything. An open question waits for ever."""

_COMMAND: Final = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_END_OF_SENTENCE: Final = " .!…"


def respond(turn: Turn, router: Router) -> None:
    """Handle the inbound: afterwards `turn.said` holds the answers and `turn.conversation` where it stands now."""
    with turn.speaking():
        if turn.inbound.kind in NEWS:
            if route := router.find("kind", turn.inbound.kind):
                route(turn)
            return
        before = turn.conversation.stack
        if not any(understood(turn, router) for understood in _WAYS):
            turn.preface(_misunderstood(turn))
        _close(turn, router, before)


def _always(turn: Turn, router: Router) -> bool:
    """STOP and the like, whatever else is going on."""
    if turn.inbound.kind is not Kind.TEXT:
        return False
    found = router.find_words(turn, turn.inbound.plain.strip(_END_OF_SENTENCE))
    if found is None:
        return False
    route, turn.payload = found
    route(turn)
    return True


def _command(turn: Turn, router: Router) -> bool:
    """A command: "/topics", "/start payload", "/topics@name_of_the_bot"."""
    found = _COMMAND.fullmatch(turn.inbound.plain.strip()) if turn.inbound.kind is Kind.TEXT else None
    if found is None:
        return False
    name = found[1].lower()
    if name in WORDS and _open(turn, router):
        return _answer(turn, router, Given(options=(name,)))
    if route := router.find("command", name):
        turn.payload = (found[2] or "").strip()
        route(turn)
    elif name == CANCEL:
        turn.preface(_("There is nothing to cancel."))
    else:
        turn.preface(_("There is no command /{name}.").format(name=name))
    return True


def _tap(turn: Turn, router: Router) -> bool:
    """A button: of the menu shown last, or a standing one. Any other is from earlier, or made up."""
    if turn.inbound.kind is not Kind.TAP:
        return False
    token, _colon, option = turn.inbound.tap.partition(":")
    menu = turn.conversation.menu
    if not token[:1].isdecimal():
        understood = _press(turn, router, turn.inbound.tap)
    elif menu is None or menu.token != token:
        understood = False
    elif menu.question:
        understood = _answer(turn, router, Given(Kind.TAP, options=(option,)))
    else:
        understood = menu.option(option) is not None and _press(turn, router, option)
    if not understood:
        turn.preface(_("That button is from earlier. Here is where we are now."))
    return True


def _picked(turn: Turn, router: Router) -> bool:
    """A number or a label, typed, of the menu shown last."""
    menu = turn.conversation.menu
    if menu is None or turn.inbound.kind is not Kind.TEXT:
        return False
    if not menu.question and turn.now.timestamp() - menu.shown > MEANT.total_seconds():
        return False
    picked = pick(turn.inbound.plain, menu.options, several=menu.several)
    if not picked:
        return False
    options = tuple(option.id for option in picked)
    if menu.question:
        return _answer(turn, router, Given(text=turn.inbound.text, options=options))
    pressed = [_press(turn, router, option) for option in options]
    return any(pressed)


def _reply(turn: Turn, router: Router) -> bool:
    """Whatever else is sent while a form is open answers its question."""
    given = Given(turn.inbound.kind, turn.inbound.text, attachment=turn.inbound.attachment)
    if given.kind is Kind.TEXT:
        typed = fold(given.plain)
        meant = tuple(name for name, word in WORDS.items() if typed in (fold(name), fold(_(word).unescape())))
        given = replace(given, options=meant)
    return _answer(turn, router, given)


def _command_word(turn: Turn, router: Router) -> bool:
    """The plain word of a command, for phones without slash commands."""
    route = router.find_command_word(turn.inbound.plain) if turn.inbound.kind is Kind.TEXT else None
    if route:
        route(turn)
    return route is not None


def _other_kind(turn: Turn, router: Router) -> bool:
    """A file, a location... nobody asked for."""
    route = router.find("kind", turn.inbound.kind)
    if route:
        route(turn)
    return route is not None


_WAYS: Final[tuple[Callable[[Turn, Router], bool], ...]] = (
    _always,
    _command,
    _tap,
    _picked,
    _reply,
    _command_word,
    _other_kind,
)


def _press(turn: Turn, router: Router, option: str) -> bool:
    name, *arguments = option.split(":")
    route = router.find("button", name)
    if route:
        route(turn, *arguments)
    return route is not None


def _answer(turn: Turn, router: Router, given: Given) -> bool:
    """Give this to the open form; False when none is open."""
    opened = _open(turn, router)
    if opened is None:
        return False
    form, progress = opened
    try:
        result = form.answer(turn, progress, given)
    except Invalid as invalid:
        if given.options or not _command_word(turn, router):
            turn.preface(invalid.sentence)
        return True
    _step(turn, router, form, result)
    return True


def _step(turn: Turn, router: Router, form: Form, step: Step) -> None:
    match step:
        case Progress():
            _move(turn, step)
        case Stayed(progress, notice):
            _move(turn, progress)
            if notice:
                turn.preface(notice)
            _question(turn, form, progress, edit=True)
        case Completed(answers):
            _pop(turn)
            if route := router.find("completed", form.name):
                route(turn, answers)
        case Cancelled():
            _pop(turn)
            if route := router.find("cancelled", form.name):
                route(turn)
            else:
                turn.say(_("All right, we leave it there. Nothing was changed."))


def _open(turn: Turn, router: Router) -> tuple[Form, Progress] | None:
    """The form being asked, with a step it has. One that no longer exists, after a deploy, is closed."""
    while turn.conversation.stack:
        progress = turn.conversation.stack[-1]
        if form := router.forms.get(progress.form):
            return form, form.settled(progress)
        _pop(turn)
    return None


def _move(turn: Turn, progress: Progress) -> None:
    turn.conversation = replace(turn.conversation, stack=(*turn.conversation.stack[:-1], progress))


def _pop(turn: Turn) -> None:
    turn.conversation = replace(turn.conversation, stack=turn.conversation.stack[:-1])


def _question(turn: Turn, form: Form, progress: Progress, *, edit: bool = False) -> None:
    prompt = form.ask(turn, progress)
    turn.put(prompt.text, prompt.options, edit=edit, several=prompt.several)


def _close(turn: Turn, router: Router, before: tuple[Progress, ...]) -> None:
    """Leave the person with the open question, or at least with an answer."""
    opened = _open(turn, router)
    menu = turn.conversation.menu
    if opened is None:
        if menu is not None and menu.question:
            turn.conversation = replace(turn.conversation, menu=None)
        if not turn.said:
            _fall_back(turn, router)
        return
    form, progress = opened
    if menu is not None and menu.question and turn.said and turn.said[-1].menu == menu.token:
        return  # it was asked already, in place of the one that was tapped
    if turn.said and progress in before:
        turn.preface(_("Let us go on:"))
    _move(turn, progress)
    _question(turn, form, progress)


def _fall_back(turn: Turn, router: Router) -> None:
    if route := router.find("fallback"):
        route(turn)
    if not turn.said:
        turn.say(_("Write /help to see what you can do here."))


def _misunderstood(turn: Turn) -> str:
    if turn.inbound.kind in UNREADABLE:
        return _(UNREADABLE[turn.inbound.kind])
    return _("I did not understand that.")
