"""At the door: the code that is said there notes that one has come."""

from __future__ import annotations

from typing import Any, Final

from bot.actions import checkin
from bot.actions.localized import read
from bot.actions.menu import in_every_language
from bot.actions.standing import HERE
from bot.core import codes
from bot.core.fields import Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.router import Router
from bot.handlers.events.finding import back, find, names_event, offer
from bot.handlers.events.rsvp import may_answer
from bot.turn import Turn
from storage.events import Event
from storage.rsvps import rsvp_of

router = Router()

entering: Final = Form(
    "entering",
    Text("code", N_("What is the code that is said at the door?"), longest=40),
    review=False,
)


def _may_be_code(text: str) -> bool:
    """Four signs, letters and digits, and nothing else."""
    typed = codes.signs(text)
    return len(text) <= 2 * codes.HALF and len(typed) == codes.HALF and not (typed.isdigit() or typed.isalpha())


@router.phrase(_may_be_code)
def enter_code(turn: Turn) -> None:
    event = checkin.at_door(turn.session, turn.inbound.plain, turn.now, turn.network.zone)
    if event is None:
        turn.preface(_("I know no event of today with this code."))
    elif may_answer(turn):
        _let_in(turn, event)


@router.words(*in_every_language(HERE), rest=names_event)
def come_by_word(turn: Turn) -> None:
    if turn.payload:
        come(turn, turn.payload)
    else:
        offer(turn)


@router.button("here")
def come(turn: Turn, key: str) -> None:
    event = find(turn, key)
    if event is None or not may_answer(turn):
        return
    if not checkin.is_on(event, turn.now, turn.network.zone):
        turn.say(_("This works on the day of the event."), [back()])
    elif _is_in(turn, event):
        _welcome(turn, event)
    else:
        turn.ask(entering, event=event.id)


@router.completed(entering)
def check_code(turn: Turn, answers: dict[str, Any]) -> None:
    event = find(turn, answers["event"])
    if event is None:
        return
    if checkin.is_on(event, turn.now, turn.network.zone) and checkin.opens(event, answers["code"]):
        _let_in(turn, event)
    else:
        turn.preface(_("That is not the code of this event. Please ask at the door once more."))
        turn.ask(entering, event=event.id)


def _let_in(turn: Turn, event: Event) -> None:
    checkin.arrive(turn.session, event.id, turn.member, turn.now)
    _welcome(turn, event)


def _is_in(turn: Turn, event: Event) -> bool:
    rsvp = rsvp_of(turn.session, event.id, turn.member.id)
    return rsvp is not None and rsvp.attended_at is not None


def _welcome(turn: Turn, event: Event) -> None:
    said = _("✓ Noted: you are at “{title}”. Good that you have come.")
    turn.say(said.format(title=read(event, turn.language).title))
