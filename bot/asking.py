"""Leading a person through the open form: what they give is an answer to it, and may complete or cancel it."""

from __future__ import annotations

from dataclasses import replace

from bot.core.form import Cancelled, Completed, Form, Progress, Stayed, Step
from bot.core.i18n import _
from bot.core.router import Router
from bot.turn import Turn


def take(turn: Turn, router: Router, form: Form, step: Step) -> None:
    """Go where an answer has led."""
    match step:
        case Progress():
            move(turn, step)
        case Stayed(progress, notice):
            move(turn, progress)
            if notice:
                turn.preface(notice)
            question(turn, form, progress, edit=True)
        case Completed(answers):
            _pop(turn)
            if route := router.find("completed", form.name):
                route(turn, answers)
        case Cancelled():
            answers = form.answers(turn.conversation.stack[-1])
            _pop(turn)
            if route := router.find("cancelled", form.name):
                route(turn, answers)
            else:
                turn.say(_("All right, we leave it there. Nothing was changed."))


def opened(turn: Turn, router: Router) -> tuple[Form, Progress] | None:
    """The form being asked, with a step it has. One that no longer exists, after a deploy, is closed."""
    while turn.conversation.stack:
        progress = turn.conversation.stack[-1]
        if form := router.forms.get(progress.form):
            return form, form.settled(progress)
        _pop(turn)
    return None


def move(turn: Turn, progress: Progress) -> None:
    turn.conversation = replace(turn.conversation, stack=(*turn.conversation.stack[:-1], progress))


def _pop(turn: Turn) -> None:
    turn.conversation = replace(turn.conversation, stack=turn.conversation.stack[:-1])


def question(turn: Turn, form: Form, progress: Progress, *, edit: bool = False) -> None:
    prompt = form.ask(turn, progress)
    turn.put(prompt.text, prompt.options, edit=edit, several=prompt.several)
