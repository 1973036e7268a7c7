"""Answers to an event, and the seats that go with them: two people never take the last one.

Whatever gives or frees a seat first locks the event's row, so answers to one event come one after the other, however
many people give them at once and in however many processes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions.hours import morning
from bot.actions.localized import read
from bot.actions.messages import reached_at, tell
from bot.actions.standing import answers, fewer
from bot.actions.telling import publications
from bot.core.i18n import _, ngettext, speaking
from bot.core.locale import number, zoned_words
from bot.core.messages import Option, Outbound
from bot.network import Network
from storage.events import Event, EventState, Reply, Rsvp
from storage.members import Member
from storage.outbox import find_by_key
from storage.rsvps import HOLDING, answered_by, expired_offers, is_ahead, locked, rsvp_of, seats_taken, waiting_list

PARTY: Final = 10
"""Most seats for one member, their own among them."""

OFFER: Final = timedelta(hours=12)
"""How long a freed seat is kept for whom it is offered to; near the start, half of the time that is left."""


OFFERS: Final = "seat"
"""Begins the keys of the messages that offer a seat, before the event's number."""


class Became(StrEnum):
    """What came of an answer.

    waiting: all seats are taken, and they stand in the list. kept: there is no room for so many more, so what they had
    stays. never: it has not so many seats in all. over: nobody can answer it any more.
    """

    COMING = "coming"
    NOT_COMING = "not coming"
    PERHAPS = "perhaps"
    WAITING = "waiting"
    KEPT = "kept"
    NEVER = "never"
    OVER = "over"


class Answer(NamedTuple):
    """What came of an answer.

    Attributes:
        rsvp: as it stands now; None where there is none.
        room: seats they could have now, with those they have; None for any number.
        before: how many wait in front of them.
    """

    became: Became
    rsvp: Rsvp | None = None
    room: int | None = None
    before: int = 0


_SAID: Final = {Reply.NO: Became.NOT_COMING, Reply.MAYBE: Became.PERHAPS}


def answer(session: Session, event_id: int, member: Member, reply: Reply, network: Network, now: datetime,
           seats: int | None = None) -> Answer:  # fmt: skip
    """Note what the member says: yes, no or maybe. A seat that becomes free by it is offered to who waits for one.

    Args:
        seats: for how many, 1 to `PARTY`; None for as many as they have, wait for or are offered.
    """
    event = locked(session, event_id)
    if event is None or not answerable(session, event, now):
        return Answer(Became.OVER)
    look_after(session, event, network, now)
    rsvp = rsvp_of(session, event_id, member.id)
    known = rsvp.seats if rsvp is not None and rsvp.reply not in {Reply.NO, Reply.MAYBE} else 1
    held = _held(rsvp)
    said = _answer(session, event, member, rsvp, reply, known if seats is None else seats, now)
    look_after(session, event, network, now, freed=_held(said.rsvp) < held)
    return said


def answerable(session: Session, event: Event, now: datetime) -> bool:
    """Whether one can say that one comes. What is published says so a moment before the event itself does."""
    is_open = event.state == EventState.OPEN
    if not is_open and event.state in {EventState.DRAFT, EventState.CHOOSING}:
        is_open = bool(publications(session, "event", event.id))
    return is_open and is_ahead(event, now)


def look_after(session: Session, event: Event, network: Network, now: datetime, *, freed: bool = False) -> bool:
    """Take back offers whose time is over, and offer what is free to those who wait; whether anybody was told.

    In the order in which they asked, to everybody whose seats fit. Whoever cannot be reached keeps their place, and the
    seat goes on to the next; where too few are left for those who wait for more, they hear of it. Whoever still waits
    when it begins hears that it was in vain. The event is locked.

    Args:
        freed: a seat has just become free, beside those of expired offers.
    """
    told = False
    if event.state == EventState.OPEN and not is_ahead(event, now):
        for rsvp in waiting_list(session, event.id):
            told = _tell_in_vain(session, event, rsvp, now) or told
    for rsvp in expired_offers(session, event.id, now):
        rsvp.reply, rsvp.offered_until, rsvp.waits_since = Reply.MAYBE, None, None
        told, freed = _tell_expired(session, event, rsvp, network, now) or told, True
    waiting = waiting_list(session, event.id) if event.state == EventState.OPEN and is_ahead(event, now) else []
    free = _room(session, event) if waiting else 0
    for rsvp in waiting:
        if (free is None or rsvp.seats <= free) and reached_at(session, rsvp.member_id) is not None:
            _offer(session, event, rsvp, network, now)
            free = None if free is None else free - rsvp.seats
            told = True
    for rsvp in waiting_list(session, event.id) if freed and free else []:
        told = _tell_fewer(session, event, rsvp, free or 0, network, now) or told
    return told


def give_up(session: Session, member: Member, network: Network, now: datetime) -> list[Event]:
    """The member wants to hear no more: their seats at what is ahead are free, and their places in lists too."""
    wanted = answered_by(session, member.id, Reply.YES, Reply.OFFERED, Reply.WAITING)
    given: list[Event] = []
    for event_id in sorted(wanted):
        event = locked(session, event_id)
        if event is not None and event.state == EventState.OPEN and is_ahead(event, now):
            rsvp = rsvp_of(session, event_id, member.id) or wanted[event_id]
            held = _held(rsvp)
            _write(rsvp, Reply.NO, 1, now)
            look_after(session, event, network, now, freed=bool(held))
            given.append(event)
    return given


def _answer(session: Session, event: Event, member: Member, rsvp: Rsvp | None, reply: Reply, seats: int,
            now: datetime) -> Answer:  # fmt: skip
    room, held = _room(session, event, but=member.id), _held(rsvp)
    if reply != Reply.YES:
        return Answer(_SAID[reply], _kept(session, event, member, rsvp, reply, 1, now), room)
    if room is None or seats <= max(room, held):
        return Answer(Became.COMING, _kept(session, event, member, rsvp, Reply.YES, seats, now), room)
    if event.capacity is not None and seats > event.capacity:
        return Answer(Became.NEVER, rsvp, event.capacity)
    if held:
        return Answer(Became.KEPT, rsvp, room)
    waits = _kept(session, event, member, rsvp, Reply.WAITING, seats, now)
    ahead = [each.member_id for each in waiting_list(session, event.id)]
    return Answer(Became.WAITING, waits, room, ahead.index(member.id))


def _room(session: Session, event: Event, but: int = 0) -> int | None:
    """Seats that nobody has but this member; None for any number. There may be fewer of them now than were given."""
    return None if event.capacity is None else max(0, event.capacity - seats_taken(session, event.id, but=but))


def _held(rsvp: Rsvp | None) -> int:
    """Seats they have or are offered, which nothing takes away but their own word, or time."""
    return rsvp.seats if rsvp is not None and rsvp.reply in HOLDING else 0


def _kept(session: Session, event: Event, member: Member, rsvp: Rsvp | None, reply: Reply, seats: int,
          now: datetime) -> Rsvp:  # fmt: skip
    if rsvp is None:
        rsvp = Rsvp(event_id=event.id, member_id=member.id)
        session.add(rsvp)
    _write(rsvp, reply, seats, now)
    session.flush()
    return rsvp


def _write(rsvp: Rsvp, reply: Reply, seats: int, now: datetime) -> None:
    """Whoever waits already keeps their place, for however many seats."""
    rsvp.waits_since = (rsvp.waits_since or now) if reply == Reply.WAITING else None
    rsvp.offered_until = None
    rsvp.reply, rsvp.seats, rsvp.replied_at = reply, seats, now


def _offer(session: Session, event: Event, rsvp: Rsvp, network: Network, now: datetime) -> None:
    """Keep the seats for them for a while, which begins in the morning where it is night; never beyond the start."""
    member = session.get_one(Member, rsvp.member_id)
    begins = _awake(event, member, network, now)
    assert event.starts_at is not None  # noqa: S101 - it is ahead
    rsvp.reply, rsvp.offered_until = Reply.OFFERED, begins + min(OFFER, (event.starts_at - begins) / 2)
    with speaking(member.language):
        free = ngettext("A seat is free for you at “{title}”, {moment}.",
                        "{n} seats are free for you at “{title}”, {moment}.", rsvp.seats)  # fmt: skip
        until = _("We keep it for you until {until}. Do you take it?")
        text = Markup("\n").join(
            [
                free.format(n=number(rsvp.seats), **_what_and_when(event, member, network)),
                until.format(until=zoned_words(rsvp.offered_until, network.zone)),
            ]
        )
        taken, left, _perhaps = answers(event.id)
        options = (_called(taken, _("Yes, I take it")), _called(left, _("No, I cannot come")))
        outbound = Outbound(text, options, language=member.language)
    key = f"{OFFERS}:{event.id}:{member.id}:{rsvp.offered_until.timestamp():.0f}"
    tell(session, member.id, outbound, key, now, not_before=begins if begins > now else None)
    session.flush()


def _tell_fewer(session: Session, event: Event, rsvp: Rsvp, free: int, network: Network, now: datetime) -> bool:
    """They may take what there is, as anybody may, or go on waiting for all that they want."""
    member = session.get_one(Member, rsvp.member_id)
    with speaking(member.language):
        there = ngettext("{n} seat is free at “{title}”, {moment}.", "{n} seats are free at “{title}”, {moment}.", free)
        text = Markup("\n").join(
            [
                there.format(n=number(free), **_what_and_when(event, member, network)),
                _("You wait for more. You can take what there is, or keep your place in the list."),
            ]
        )
        outbound = Outbound(text, (fewer(event.id, free),), language=member.language)
    begins = _awake(event, member, network, now)
    key = f"{OFFERS}:{event.id}:{member.id}:{free}:{now.timestamp():.0f}"
    return tell(session, member.id, outbound, key, now, not_before=begins if begins > now else None)


def _tell_in_vain(session: Session, event: Event, rsvp: Rsvp, now: datetime) -> bool:
    """Once; whether it was now."""
    key = f"in_vain:{event.id}:{rsvp.member_id}"
    if find_by_key(session, key) is not None:
        return False
    member = session.get_one(Member, rsvp.member_id)
    with speaking(member.language):
        text = _("“{title}” has begun, and no seat became free for you. I am sorry, and hope to see you another time.")
        outbound = Outbound(text.format(title=read(event, member.language).title), language=member.language)
    return tell(session, member.id, outbound, key, now)


def _tell_expired(session: Session, event: Event, rsvp: Rsvp, network: Network, now: datetime) -> bool:
    if not is_ahead(event, now) or event.state != EventState.OPEN:
        return False
    member = session.get_one(Member, rsvp.member_id)
    with speaking(member.language):
        text = _("We could not keep the seat at “{title}”, {moment}, any longer: it goes to the next who waits. If you "
                 "still want to come, answer once more.")  # fmt: skip
        text = text.format(**_what_and_when(event, member, network))
        outbound = Outbound(text, answers(event.id), language=member.language)
    begins = _awake(event, member, network, now)
    key = f"unseat:{event.id}:{member.id}:{now.timestamp():.0f}"
    return tell(session, member.id, outbound, key, now, not_before=begins if begins > now else None)


def _awake(event: Event, member: Member, network: Network, now: datetime) -> datetime:
    """From when on they may be written to, where that is before the start; now where it is not."""
    wakes = morning(network, member, now)
    return wakes if wakes is not None and event.starts_at and wakes < event.starts_at else now


def _what_and_when(event: Event, member: Member, network: Network) -> dict[str, str]:
    moment = zoned_words(event.starts_at, network.zone) if event.starts_at else ""
    return {"title": read(event, member.language).title, "moment": moment}


def _called(option: Option, label: Markup) -> Option:
    return Option(option.id, label.unescape(), word=option.word)
