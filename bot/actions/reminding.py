"""When those who saved a call, or come to an event, are reminded, and what they are told then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import callcards, eventcards, messages, telling
from bot.actions.hours import Hours
from bot.actions.standing import About, standing
from bot.core.i18n import N_, _, speaking
from bot.core.messages import Outbound
from bot.core.moments import on
from bot.network import Network
from storage.audiences import Audience, count
from storage.broadcasts import BroadcastKind
from storage.calls import Call, CallMark, CallState
from storage.events import Event, EventState
from storage.manners import home_of
from storage.members import Member
from storage.reminders import Reminder, due_reminders

CIVIL_HOUR: Final = time(10)
"""When one is reminded on a day, in the network's zone; who sleeps then is told in their morning."""

LATE: Final = timedelta(hours=12)
"""So late, since nothing ran when it was due, a reminder is left to the next one, if that is no farther ahead."""

MISSED: Final = timedelta(hours=1)
"""So late, a moment that a member named was missed, and what comes then does not wake them."""

_BEFORE_DEADLINE: Final = {"14d": 14, "3d": 3, "1d": 1}
_BEFORE_EVENT: Final = {"7d": 7, "1d": 1}
_LAST: Final = timedelta(hours=2)


def call_reminders(deadline: datetime | None, zone: tzinfo) -> dict[str, datetime]:
    """When those who saved a call are reminded of its deadline, by the reminder's name; none where it stays open."""
    return {} if deadline is None else _days_before(deadline, zone, _BEFORE_DEADLINE)


def event_reminders(starts_at: datetime, zone: tzinfo) -> dict[str, datetime]:
    """When those who come to an event are reminded of it, by the reminder's name."""
    return {**_days_before(starts_at, zone, _BEFORE_EVENT), "2h": starts_at - _LAST}


class Key(NamedTuple):
    """Which reminder; see `storage.reminders.Reminder`."""

    about: str
    about_id: int
    name: str


class MarkKey(NamedTuple):
    """Whose reminder of a day of their own, of which call."""

    call_id: int
    member_id: int


class _Said(NamedTuple):
    """What a reminder says to whom, and until when it is of use."""

    texts: dict[str, Markup]
    source: str
    audience: Audience
    until: datetime | None


def due(session: Session, now: datetime) -> list[Key]:
    """The keys of those whose moment has come, the earliest first."""
    return [Key(each.about, each.about_id, each.name) for each in due_reminders(session, now)]


def remind(session: Session, key: Key, network: Network, now: datetime) -> bool:
    """Settle this reminder, if it is due; whether anybody is told."""
    reminder = session.get(Reminder, key, with_for_update=True, populate_existing=True)
    if reminder is None or reminder.settled_at is not None or reminder.due_at > now:
        return False
    reminder.settled_at = now
    said = _said(session, key, network)
    if said is None or (said.until is not None and said.until <= now) or not count(session, said.audience):
        return False
    urgent = _urgent(said.until, network, now)
    if not urgent and _next_comes_first(session, reminder, network, now):
        return False
    broadcast = telling.tell(session, BroadcastKind.REMINDER, key.about, key.about_id, said.texts, said.source,
                             said.audience, now, expires_at=said.until,
                             urgent=urgent)  # fmt: skip
    reminder.broadcast_id = broadcast.id
    return True


def due_marks(session: Session, now: datetime) -> list[MarkKey]:
    """Where a member asked to be reminded at a moment that has come; the earliest first."""
    marks = select(CallMark.call_id, CallMark.member_id).where(CallMark.remind_at <= now)
    return [MarkKey(*mark) for mark in session.execute(marks.order_by(CallMark.remind_at))]


def remind_one(session: Session, key: MarkKey, network: Network, now: datetime) -> bool:
    """Remind this member of the call at the moment they asked for; whether they are told."""
    mark = session.get(CallMark, key, with_for_update=True, populate_existing=True)
    if mark is None or mark.remind_at is None or mark.remind_at > now:
        return False
    unique = f"remind:{key.call_id}:{key.member_id}:{mark.remind_at:%Y%m%d%H%M}"
    missed = mark.remind_at + MISSED <= now
    mark.remind_at = None
    call = session.get_one(Call, key.call_id)
    if call.state != CallState.OPEN or (call.deadline is not None and call.deadline <= now):
        return False
    member = session.get_one(Member, key.member_id)
    language = member.language
    card = callcards.card(call, language, network)
    text = _headed(N_("You asked to be reminded of this call."), {language: card})[language]
    with speaking(language):
        outbound = Outbound(text, standing(About("call", call.id, open=True)), language=language)
    night = Hours(network).night_until(now, home_of(member.region, member.country)) if missed else None
    return messages.tell(session, key.member_id, outbound, unique, now, not_before=night)


def civil_moment(day: date, network: Network, home: str) -> datetime:
    """The civil hour of a day that a member named, or the end of the night where they live, if that is later."""
    moment = on(day, CIVIL_HOUR, network.zone)
    return Hours(network).night_until(moment, home) or moment


def _urgent(until: datetime | None, network: Network, now: datetime) -> str:
    """Why it does not wait: what is over before the holidays are would be reminded of too late. A night it waits."""
    hours = Hours(network)
    waits_until = hours.quiet_until(now, "")
    in_vain = waits_until is not None and until is not None and until <= waits_until
    return "holiday" if in_vain and hours.night_until(now, "") is None else ""


def _next_comes_first(session: Session, reminder: Reminder, network: Network, now: datetime) -> bool:
    """Whether it would wait until the next one is due as well, or is late and that one near: then that one says it."""
    waits_until = Hours(network).quiet_until(now, "") or now
    if reminder.due_at + LATE <= now:
        waits_until = max(waits_until, now + LATE)
    same = (Reminder.about == reminder.about, Reminder.about_id == reminder.about_id, Reminder.settled_at.is_(None))
    later = select(Reminder.name).where(*same, Reminder.due_at > reminder.due_at, Reminder.due_at <= waits_until)
    return session.scalars(later).first() is not None


def _said(session: Session, key: Key, network: Network) -> _Said | None:
    """None where there is nothing to be reminded of any more."""
    found = session.get(Call if key.about == "call" else Event, key.about_id)
    if isinstance(found, Call) and found.state == CallState.OPEN:
        cards = {language: callcards.card(found, language, network) for language in network.languages}
        texts = _headed(N_("A reminder of the call you saved."), cards)
        return _Said(texts, found.source, Audience(saved=(found.id,)), found.deadline)
    if isinstance(found, Event) and found.state == EventState.OPEN:
        cards = {language: eventcards.card(found, language, network) for language in network.languages}
        texts = _headed(N_("See you soon: you said that you come."), cards)
        return _Said(texts, found.source, Audience(coming=(found.id,)), found.starts_at)
    return None


def _headed(heading: str, cards: Mapping[str, Markup]) -> dict[str, Markup]:
    """Cards by language, each under the heading."""
    texts = {}
    for language, card in cards.items():
        with speaking(language):
            texts[language] = Markup("<i>{}</i>\n\n{}").format(_(heading), card)
    return texts


def _days_before(moment: datetime, zone: tzinfo, days: dict[str, int]) -> dict[str, datetime]:
    day = moment.astimezone(zone).date()
    return {name: on(day - timedelta(days=before), CIVIL_HOUR, zone) for name, before in days.items()}
