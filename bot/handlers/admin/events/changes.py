"""Changing an event that was published: another time or place, or calling it off. Whoever answered is told."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import eventmoves, events, rights
from bot.actions.whereabouts import Whereabouts, fits, is_so
from bot.core.fields import Answers, Choice, Text
from bot.core.form import Form
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.events import fields, pages
from bot.turn import Turn
from storage.audiences import count
from storage.events import Event, EventState

router = Router()


def _sure(turn: Turn, answers: Answers) -> Markup:
    event = turn.session.get_one(Event, answers["it"])
    title = pages.title(turn, event)
    return Markup("\n").join([_("Call “{title}” off?").format(title=title), _told_words(turn, event, will_be=True)])


MOVE: Final = Form("event_move", *fields.where_and_when(), done=N_("Change it and tell them"), unsaid=N_("as it is"))
OFF: Final = Form(
    "event_off",
    Text("reason", N_("Why is it called off? Everybody who answered will read what you write."), optional=True,
         longest=500, hint=N_("“Cancel” leaves the event as it is.")),
    Choice("sure", _sure, (Option("yes", N_("Yes, call it off")), Option("no", N_("No, it takes place")))),
    review=False,
)  # fmt: skip


@router.button("event_move", allowed=rights.writes)
def ask_move(turn: Turn, key: str = "", *_rest: str) -> None:
    event = pages.find(turn, key, EventState.OPEN)
    if event is not None:
        turn.ask(MOVE, it=event.id)


@router.completed(MOVE, allowed=rights.writes)
def move(turn: Turn, answers: dict[str, Any]) -> None:
    event = pages.find(turn, answers["it"], EventState.OPEN)
    if event is None:
        return
    to = Whereabouts(**{name: answers[name] for name in Whereabouts._fields})
    if is_so(event, to):
        turn.preface(_("All right, nothing was changed."))
    elif not fits(event, to):
        turn.preface(_("It would end before it begins. Please tell me both once more."))
    else:
        eventmoves.move(turn.session, event, to, turn.member, turn.network, turn.now)
        turn.preface(
            Markup(" ").join([_("Done. Its copies say so where they can be changed."), _told_words(turn, event)])
        )
    pages.show(turn, event)


@router.button("event_off", allowed=rights.writes)
def ask_off(turn: Turn, key: str = "", *_rest: str) -> None:
    event = _find_known(turn, key)
    if event is not None:
        turn.ask(OFF, it=event.id)


@router.completed(OFF, allowed=rights.writes)
def call_off(turn: Turn, answers: dict[str, Any]) -> None:
    if answers["sure"] == "no":
        pages.go_back(turn, answers)
    elif (event := _find_known(turn, answers["it"])) is not None:
        turn.preface(Markup(" ").join([_("It is called off."), _told_words(turn, event)]))
        eventmoves.call_off(turn.session, event, answers["reason"] or "", turn.member, turn.network, turn.now)
        pages.show(turn, event)


for _form in (MOVE, OFF):
    router.cancelled(_form)(pages.go_back)


def _find_known(turn: Turn, key: object) -> Event | None:
    """The event, if members have heard of it and it is still to come; else shows its page."""
    event = pages.find(turn, key, EventState.OPEN, *events.UNPUBLISHED)
    if event is None or eventmoves.is_known(turn.session, event):
        return event
    pages.show(turn, event)
    return None


def _told_words(turn: Turn, event: Event, *, will_be: bool = False) -> Markup:
    """How many hear of it."""
    members = sum(part.members for part in count(turn.session, eventmoves.involved(event)))
    if not members:
        return _("Nobody has answered yet, so nobody is told.")
    said = ngettext("{n} member who answered is told.", "{n} members who answered are told.", members)
    if will_be:
        said = ngettext("{n} member who answered will be told.", "{n} members who answered will be told.", members)
    return said.format(n=number(members))
