"""/events: what is ahead, and each event in full, with what one can do about it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from bot.actions import agenda, calendars, checkin, rsvps
from bot.actions.eventcards import card
from bot.actions.menu import in_every_language, word_of
from bot.actions.standing import EVENT, answers, here
from bot.core.i18n import _, ngettext
from bot.core.locale import number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.events.lists import OFFICE
from bot.handlers.events import times
from bot.handlers.events.finding import PAGE, back, find, finding, label, names_event, offer
from bot.handlers.events.rsvp import calendar, seats, standing_words
from bot.turn import Turn
from storage.events import Event, EventState, Reply
from storage.rsvps import rsvp_of, seats_taken, waiting_list

router = Router()


@router.command("events", words=(word_of("events"),))
def show(turn: Turn) -> None:
    """The list; with words behind the command, what they may mean."""
    if turn.payload:
        search(turn, turn.payload)
    else:
        offer(turn)


@router.button("events")
def turn_page(turn: Turn, which: str = "", start: str = "0") -> None:
    offer(turn, which, start)


def search(turn: Turn, typed: str) -> None:
    found = agenda.found(turn.session, typed, turn.now)
    if not found:
        turn.preface(_("I found nothing for “{typed}”.").format(typed=typed))
        offer(turn)
    elif len(found) == 1:
        show_card(turn, found[0])
    else:
        options = [Option(f"event:{event.id}", label(turn, event)) for event in found[:PAGE]]
        turn.say(_("Is it one of these?"), [*options, back()])


@router.completed(finding)
def show_found(turn: Turn, answers: dict[str, Any]) -> None:
    show_one(turn, answers["event"].id.partition(":")[2])


@router.words(*in_every_language(EVENT), rest=names_event)
def show_by_word(turn: Turn) -> None:
    if turn.payload:
        show_one(turn, turn.payload)
    else:
        offer(turn)


@router.button("event")
def show_one(turn: Turn, key: str) -> None:
    event = find(turn, key)
    if event is not None:
        show_card(turn, event)


def show_card(turn: Turn, event: Event) -> None:
    """In full, with how this person stands to it."""
    if event.state == EventState.CHOOSING:
        times.show(turn, str(event.id))
        return
    text = card(event, turn.language, turn.network)
    if rsvps.answerable(turn.session, event, turn.now):
        text = Markup("\n\n").join([text, Markup("\n").join([*_room_words(turn, event), *standing_words(turn, event)])])
    turn.say(text.rstrip(), [*_steps(turn, event), *OFFICE.changing(turn, event), back()])


def _room_words(turn: Turn, event: Event) -> list[Markup]:
    """How many seats are left, where they are counted."""
    if event.capacity is None:
        return []
    left = max(0, event.capacity - seats_taken(turn.session, event.id))
    waiting = len(waiting_list(turn.session, event.id))
    lines = [ngettext("{n} seat is left.", "{n} seats are left.", left).format(n=number(left))]
    if not left:
        lines = [_("All seats are taken. Whoever answers now joins the waiting list.")]
    if waiting:
        lines.append(ngettext("{n} member waits.", "{n} members wait.", waiting).format(n=number(waiting)))
    return [Markup(" ").join(lines)]


def _steps(turn: Turn, event: Event) -> list[Option]:
    options: list[Option] = []
    if checkin.is_on(event, turn.now, turn.network.zone):
        options.append(here(event.id))
    rsvp = rsvp_of(turn.session, event.id, turn.member.id)
    if rsvps.answerable(turn.session, event, turn.now):
        options += answers(event.id)
        if rsvp is not None and rsvp.reply in {Reply.YES, Reply.WAITING, Reply.OFFERED}:
            options.append(seats(event))
        if calendars.has_one(event):
            options.append(calendar(event))
    return options
