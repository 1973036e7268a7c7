"""Leading a person through the open form: what they give is an answer to it, and may complete or cancel it."""

from __future__ import annotations

from dataclasses import replace

from bot.core.form import Form
from bot.core.i18n import _, speaking
from bot.core.progress import REVIEW, Cancelled, Completed, Noted, Progress, Stayed, Step
from bot.core.router import Route, Router
from bot.turn import Turn


def take(turn: Turn, router: Router, form: Form, step: Step) -> None:
    """Go where an answer has led."""
    match step:
        case Progress():
            move(turn, step)
            if route := _route(router, "answered", form.name):
                route(turn, form.answers(step), step.step == REVIEW)
        case Noted(onward, notice):
            turn.preface(notice)
            take(turn, router, form, onward)
        case Stayed(progress, notice):
            move(turn, progress)
            if notice:
                turn.preface(notice)
            question(turn, form, progress, edit=True)
        case Completed(answers):
            _pop(turn)
            if route := _route(router, "completed", form.name):
                route(turn, answers)
        case Cancelled():
            _cancel(turn, router, form)


def _cancel(turn: Turn, router: Router, form: Form) -> None:
    progress = turn.conversation.stack[-1]
    _pop(turn)
    if form.pauses:
        turn.set_aside(progress)
    if route := _route(router, "cancelled", form.name):
        route(turn, form.answers(progress))
    else:
        turn.say(_("All right, we leave it there. Nothing was changed."))


def opened(turn: Turn, router: Router) -> tuple[Form, Progress] | None:
    """The form being asked, with a step it has. One that is no more is closed; a family says why."""
    while turn.conversation.stack:
        progress = turn.conversation.stack[-1]
        turn.private = turn.private or progress.private
        family = router.family(progress.form)
        if form := router.form(turn, progress.form):
            if family and family.stored:
                progress = family.stored(turn, form, progress)
            return form, form.settled(progress)
        _pop(turn)
        if route := _route(router, "ended", progress.form):
            route(turn, progress.form.partition(":")[2])
    return None


def _route(router: Router, what: str, form: str) -> Route | None:
    """What is done about a form, or about every form of its family."""
    return router.find(what, form.partition(":")[0])


def move(turn: Turn, progress: Progress) -> None:
    turn.conversation = replace(turn.conversation, stack=(*turn.conversation.stack[:-1], progress))


def _pop(turn: Turn) -> None:
    turn.conversation = replace(turn.conversation, stack=turn.conversation.stack[:-1])


def question(turn: Turn, form: Form, progress: Progress, *, edit: bool = False) -> None:
    with speaking(form.language or turn.language):
        prompt = form.ask(turn, progress)
    turn.put(prompt.text, prompt.options, edit=edit, several=prompt.several)
    turn.said[-1] = turn.said[-1].having(language=form.language or turn.language)
