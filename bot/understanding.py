"""The ways in which an inbound is understood, from words that always work down to whatever nobody asked for.

Every one says whether it did; the first that did ends the search.

Whatever was shown last is what is spoken to: an open question, or a menu. Without buttons a menu that was asked for
while a form is open stands in front of its question, which takes no answer until it is asked again: after something was
picked from the menu, or with "Continue".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from bot import asking
from bot.core.fields.field import Given, Invalid
from bot.core.folding import fold
from bot.core.form import CANCEL, PAUSE, WORDS
from bot.core.i18n import LANGUAGES, N_, _, speaking
from bot.core.messages import Kind
from bot.core.numbered import nearly, pick
from bot.core.router import Router
from bot.shown import called_so, live, repeat
from bot.turn import Turn

_COMMAND: Final = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_END_OF_SENTENCE: Final = " .!…"

CONTINUE: Final = N_("Continue")
_CONTINUE: Final = "continue"
_WORDS: Final = {**WORDS, _CONTINUE: CONTINUE}


def _always(turn: Turn, router: Router) -> bool:
    """STOP and the like, whatever else is going on; but of a menu that calls an option just so, that is picked."""
    if turn.inbound.kind is not Kind.TEXT or called_so(turn):
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
    if name in _WORDS and _leads(turn, router, name):
        return _navigate(turn, router, name)
    if route := router.find("command", name):
        turn.payload = (found[2] or "").strip()
        route(turn)
    elif name == CANCEL:
        turn.preface(_("There is nothing to cancel."))
    else:
        turn.preface(_("There is no command /{name}.").format(name=name))
        repeat(turn)
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
        repeat(turn)
    return True


def _picked(turn: Turn, router: Router) -> bool:
    """A number or a label, typed, of the menu shown last."""
    menu = turn.conversation.menu
    if menu is None or turn.inbound.kind is not Kind.TEXT or not (menu.question or live(turn)):
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
    if not name or not _leads(turn, router, name) or (name == _CONTINUE and turn.capabilities.buttons):
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


WAYS: Final[tuple[Callable[[Turn, Router], bool], ...]] = (
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


def _leads(turn: Turn, router: Router, name: str) -> bool:
    """Whether a form is open that this leads through: not every one can be paused."""
    opened = asking.opened(turn, router)
    return opened is not None and (name != PAUSE or opened[0].pauses)


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


def _answer(turn: Turn, router: Router, given: Given) -> bool:
    """Give this to the open form; False when none is open."""
    said, stack = len(turn.said), turn.conversation.stack
    asked = asking.opened(turn, router)
    if len(turn.said) > said:
        return True  # what it was meant for is over, and that was said
    if asked is None:
        return False
    form, progress = asked
    asked_last = stack[-1]
    if (progress.form, progress.step) != (asked_last.form, asked_last.step) and given.option not in (CANCEL, PAUSE):
        turn.preface(_("Something has changed since I asked you that. Here is where we are now."))
        return True
    try:
        with speaking(form.language or turn.language):
            step = form.answer(turn, progress, given)
    except Invalid as invalid:
        if given.options or not (_command_word(turn, router) or _nearly(turn, router)):
            turn.preface(invalid.sentence)
        return True
    asking.take(turn, router, form, step)
    return True


def _nearly(turn: Turn, router: Router) -> bool:
    """What leads on, back or out, written nearly so, where it is no answer."""
    menu = turn.conversation.menu
    option = nearly(turn.inbound.plain, menu.options) if menu and turn.inbound.kind is Kind.TEXT else None
    return option is not None and _answer(turn, router, Given(options=(option.id,)))
