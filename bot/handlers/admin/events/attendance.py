"""Ticking names at the door, a page after the other."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import attendance, rights
from bot.core.fields import Answers, MultiChoice
from bot.core.form import Form
from bot.core.i18n import _, ngettext
from bot.core.locale import number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.admin.events import pages
from bot.handlers.admin.events.people import called_of
from bot.turn import Turn
from storage.events import Answer, Event, EventState

router = Router()

PAGE: Final = 20
"""Names at once."""


def _page(turn: Turn, answers: Answers) -> list[Answer]:
    """Those whose names stand on the page: whoever answers meanwhile moves nobody to another one."""
    event = turn.session.get_one(Event, answers["it"])
    listed = {answer.member.id: answer for answer in attendance.expected(turn.session, event)}
    return [listed[member_id] for member_id in answers["members"] if member_id in listed]


def _question(turn: Turn, answers: Answers) -> Markup:
    event = turn.session.get_one(Event, answers["it"])
    asked = _("Who is there? Tick the names, then choose “Done”.")
    return Markup("<b>{}</b>\n{}").format(pages.title(turn, event), asked)


THERE: Final = Form(
    "event_there",
    MultiChoice(
        "there",
        _question,
        lambda turn, answers: [Option(str(each.member.id), called_of(each)) for each in _page(turn, answers)],
        suggested=lambda _turn, answers: [str(member_id) for member_id in answers["were"]],
    ),
    review=False,
)


@router.button("event_tick", allowed=rights.writes)
def ask(turn: Turn, key: str = "", start: str = "", *_rest: str) -> None:
    """Ask for one page of names; those who are noted already are ticked."""
    event = pages.find(turn, key, EventState.OPEN, EventState.OVER)
    if event is None:
        return
    expected = attendance.expected(turn.session, event)
    page = expected[number_of(start) :][:PAGE]
    if page:
        members = [answer.member.id for answer in page]
        were = [answer.member.id for answer in attendance.present(page)]
        turn.ask(THERE, it=event.id, members=members, were=were, start=number_of(start))
    else:
        turn.preface(_("Nobody has answered yet, so there is no name to tick."))
        pages.show(turn, event)


@router.completed(THERE, allowed=rights.writes)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    """Only what this person ticked changes: somebody may have come in with the code meanwhile."""
    event = pages.find(turn, answers["it"], EventState.OPEN, EventState.OVER)
    if event is None:
        return
    there, were = set(map(int, answers["there"])), set(answers["were"])
    attendance.tick(turn.session, event, there - were, were - there, turn.member, turn.now)
    expected = attendance.expected(turn.session, event)
    present = len(attendance.present(expected))
    said = ngettext("{n} is there of {all} on the list.", "{n} are there of {all} on the list.", present)
    turn.preface(said.format(n=number(present), all=number(len(expected))))
    following = answers["start"] + PAGE
    if following < len(expected):
        more = Option(f"event_tick:{event.id}:{following}", _("More names").unescape())
        turn.say(_("There are more names."), [more, pages.back(event)])
    else:
        pages.show(turn, event)


router.cancelled(THERE)(pages.go_back)
