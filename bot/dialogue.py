"""The order in which an inbound is understood, from words that always work down to "I did not understand".

Every way of understanding says whether it did; the first that did ends the search. Then the turn is closed: the open
question is asked (again), and nobody is left without an answer.

Whatever was shown last is what is spoken to: an open question, or a menu. Without buttons a menu that was asked for
while a form is open stands in front of its question, which takes no answer until it is asked again: after something was
picked from the menu, or with "Continue".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Final

from markupsafe import Markup

from bot import asking
from bot.core.conversation import Menu
from bot.core.fields.field import UNREADABLE, Given, Invalid
from bot.core.folding import fold
from bot.core.form import CANCEL, WORDS, Progress
from bot.core.i18n import LANGUAGES, N_, _, speaking
from bot.core.messages import Kind
from bot.core.numbered import missing, pick
from bot.core.router import Router, help_word
from bot.turn import Turn

NEWS: Final = (Kind.BLOCKED, Kind.UNBLOCKED)

MEANT: Final = timedelta(hours=6)
"""How long a typed number means the menu shown last; a later "2" may mean anything. An open question waits for ever."""

_COMMAND: Final = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_END_OF_SENTENCE: Final = " .!…"

_CONTINUE: Final = "continue"
_WORDS: Final = {**WORDS, _CONTINUE: N_("Continue")}


def respond(turn: Turn, router: Router) -> None:
    """Handle the inbound: afterwards `turn.said` holds the answers and `turn.conversation` where it stands now."""
    with turn.speaking():
        if turn.inbound.kind in NEWS:
            if route := router.find("kind", turn.inbound.kind):
                route(turn)
            return
        before = turn.conversation.stack
        if not any(understood(turn, router) for understood in _WAYS) and not turn.released:
            turn.preface(_misunderstood(turn))
            _repeat(turn)
        _close(turn, router, before)


def _always(turn: Turn, router: Router) -> bool:
    """STOP and the like, whatever else is going on; but of a menu that calls an option just so, that is picked."""
    if turn.inbound.kind is not Kind.TEXT or _called_so(turn):
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
    if name in _WORDS and asking.opened(turn, router):
        return _navigate(turn, router, name)
    if route := router.find("command", name):
        turn.payload = (found[2] or "").strip()
        route(turn)
    elif name == CANCEL:
        turn.preface(_("There is nothing to cancel."))
    else:
        turn.preface(_("There is no command /{name}.").format(name=name))
        _repeat(turn)
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
        _repeat(turn)
    return True


def _picked(turn: Turn, router: Router) -> bool:
    """A number or a label, typed, of the menu shown last."""
    menu = turn.conversation.menu
    if menu is None or turn.inbound.kind is not Kind.TEXT or not (menu.question or _live(turn)):
        return False
    typed = turn.inbound.plain
    meant = fold(typed) in _words() or router.find_exact_word(typed) is not None  # "Back" is no part of "Take it back"
    picked = pick(typed, menu.options, several=menu.several, partly=not meant)
    if not picked:
        return False
    options = tuple(option.id for option in picked)
    if menu.question:
        return _answer(turn, router, Given(text=turn.inbound.text, options=options))
    pressed = [_press(turn, router, option) for option in options]
    return any(pressed)


def _navigation(turn: Turn, router: Router) -> bool:
    """Back, skip, cancel, continue, typed while a form is open, shown or not."""
    name = _words().get(fold(turn.inbound.plain), "") if turn.inbound.kind is Kind.TEXT else ""
    if not name or asking.opened(turn, router) is None or (name == _CONTINUE and turn.capabilities.buttons):
        return False
    return _navigate(turn, router, name)


def _exact_word(turn: Turn, router: Router) -> bool:
    """The word of a command, where nothing else can be typed for it; elsewhere it may be an answer."""
    if turn.capabilities.commands or turn.inbound.kind is not Kind.TEXT:
        return False
    route = router.find_exact_word(turn.inbound.plain)
    if route:
        route(turn)
    return route is not None


def _reply(turn: Turn, router: Router) -> bool:
    """Whatever else is sent answers the open question, unless a menu stands in front of it."""
    menu = turn.conversation.menu
    if menu is not None and not menu.question:
        return False
    said = turn.inbound
    return _answer(turn, router, Given(said.kind, said.text, attachment=said.attachment, point=said.point))


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
    _navigation,
    _exact_word,
    _reply,
    _command_word,
    _other_kind,
)


def _press(turn: Turn, router: Router, option: str) -> bool:
    name, *arguments = option.split(":")
    route = router.find("button", name)
    if route is None or not route.takes(*arguments):
        return False
    route(turn, *arguments)
    return True


def _navigate(turn: Turn, router: Router, name: str) -> bool:
    """Lead through the open form; to continue is just to be asked again."""
    return name == _CONTINUE or _answer(turn, router, Given(options=(name,)))


@cache
def _words() -> dict[str, str]:
    """Navigation by its word in every language."""
    words: dict[str, str] = {}
    for language in LANGUAGES:
        with speaking(language):
            words |= {fold(_(word).unescape()): name for name, word in _WORDS.items()}
    return words


def _live(turn: Turn) -> Menu | None:
    """The menu that is in front of the person: shown last, not an open question's, and not too long ago."""
    menu = turn.conversation.menu
    if menu is None or menu.question or turn.now.timestamp() - menu.shown > MEANT.total_seconds():
        return None
    return menu


def _called_so(turn: Turn) -> bool:
    """Whether what was typed is the whole label of an option in front of the person."""
    menu = _live(turn)
    return menu is not None and fold(turn.inbound.plain) in {fold(option.label) for option in menu.options}


def _repeat(turn: Turn) -> None:
    """Show the menu again to somebody who was not understood: they stay where they are."""
    if menu := _live(turn):
        turn.repeat(menu)


def _answer(turn: Turn, router: Router, given: Given) -> bool:
    """Give this to the open form; False when none is open."""
    asked = asking.opened(turn, router)
    if asked is None:
        return False
    form, progress = asked
    try:
        step = form.answer(turn, progress, given)
    except Invalid as invalid:
        if given.options or not _command_word(turn, router):
            turn.preface(invalid.sentence)
        return True
    asking.take(turn, router, form, step)
    return True


def _close(turn: Turn, router: Router, before: tuple[Progress, ...]) -> None:
    """Leave the person with the open question, or at least with an answer."""
    opened = asking.opened(turn, router)
    menu = turn.conversation.menu
    if opened is None:
        if menu is not None and menu.question:
            turn.conversation = replace(turn.conversation, menu=None)
        if not (turn.said or turn.released):
            _fall_back(turn, router)
        return
    form, progress = opened
    if menu is not None and menu.question and turn.said and turn.said[-1].menu == menu.token:
        return  # it was asked already, in place of the one that was tapped
    if progress in before and (shown := _live(turn)) and any(outbound.menu == shown.token for outbound in turn.said):
        turn.say(
            _("Your questions wait: write {word} to go on.").format(
                word=Markup("<b>{}</b>").format(_(_WORDS[_CONTINUE]))
            )
        )
        return
    if turn.said and progress in before:
        turn.preface(_("Let us go on:"))
    asking.move(turn, progress)
    asking.question(turn, form, progress)


def _fall_back(turn: Turn, router: Router) -> None:
    if route := router.find("fallback"):
        route(turn)
    if not turn.said:
        turn.say(_("Write {help} to see what you can do here.").format(help=help_word(turn)))


def _misunderstood(turn: Turn) -> str:
    if turn.inbound.kind in UNREADABLE:
        return _(UNREADABLE[turn.inbound.kind])
    if (menu := _live(turn)) and (number := missing(turn.inbound.plain, menu.options)) is not None:
        return _("There is no number {n} here.").format(n=number)
    return _("I did not understand that.")
