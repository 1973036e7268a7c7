"""The weekly digest: when it comes, and what there is to tell; `bot.actions.weekly_rows` says who gets what of it."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import agenda, calls, events
from bot.actions.localized import marked, read
from bot.actions.recurring import go_on
from bot.actions.telling import tell
from bot.actions.weekly_rows import TITLE, Item, freeze
from bot.core.amounts import Money
from bot.core.i18n import _, speaking
from bot.core.locale import short_date, zoned_words
from bot.network import Network
from storage.audiences import Audience
from storage.broadcasts import BroadcastKind
from storage.calls import Call, CallState, calls_in
from storage.events import Event
from storage.facts import settle_on
from storage.schedules import Run, RunState, Schedule, ScheduleKind, ScheduleState, digest_schedule

ABOUT: Final = "digest"
"""The `Newsletter.about` of a digest; its `about_id` is the schedule's."""

EVERYBODY: Final = Audience(wants=("digest",))


def keep_in_step(session: Session, network: Network, now: datetime) -> None:
    """Let the network's own schedule say what its file says; whether it is paused is for those who run it."""
    schedule, weekly = digest_schedule(session), network.digest
    if weekly is None:
        if schedule is not None:
            schedule.state, schedule.next_at = ScheduleState.ENDED, None
        return
    rule = (weekly.day, f"{weekly.hour:%H:%M}")
    if schedule is None:
        settle_on(session, "weekly", {})  # of several processes one begins it; the others wait here until it has
        schedule = digest_schedule(session)
    if schedule is None:
        schedule = Schedule(kind=ScheduleKind.DIGEST, title="", every="week", audience=EVERYBODY.to_json(),
                            state=ScheduleState.ENDED, created_at=now)  # fmt: skip
        session.add(schedule)
    if (schedule.day, schedule.hour) != rule or schedule.state == ScheduleState.ENDED:
        schedule.day, schedule.hour = rule
        if schedule.state == ScheduleState.ENDED:
            schedule.state = ScheduleState.ACTIVE
        session.flush()
        go_on(session, schedule, network.zone, now)


def run(session: Session, schedule: Schedule, issue: Run, network: Network, now: datetime) -> None:
    """Its moment has come: send it, unless that was too long ago, or there is nothing to tell of. Once."""
    if issue.broadcast_id is not None:
        return
    items = _items(session, network, now) if now <= issue.at + network.manners.grace else []
    if not items:
        issue.state = RunState.MISSED
        return
    titles, source = _titles(network), network.languages[0]
    readers, until = Audience.from_json(schedule.audience), schedule.next_at
    broadcast = tell(session, BroadcastKind.DIGEST, ABOUT, schedule.id, titles, source, readers, now, expires_at=until)
    freeze(session, broadcast, items, source)
    issue.state, issue.broadcast_id = RunState.SENT, broadcast.id


def _items(session: Session, network: Network, now: datetime) -> list[Item]:
    """All that is open or ahead, soonest first."""
    open_calls = [call for call in calls_in(session, CallState.OPEN) if call.deadline is None or call.deadline > now]
    found = [
        *((call.deadline, _item("call", calls.audience_of(call), call, network)) for call in open_calls),
        *((event.starts_at, _item("event", events.audience_of(event), event, network))
          for event in agenda.ahead(session, now)),
    ]  # fmt: skip
    return [item for _moment, item in sorted(found, key=lambda each: (each[0] is None, each[0] or now))]


def _item(about: str, audience: Audience, it: Call | Event, network: Network) -> Item:
    lines = {}
    for language in network.languages:
        with speaking(language):
            title, _text, used = read(it, language)
            heading = Markup("• <b>{}</b>").format(marked(title, used, language))
            facts = _call_facts(it, network.zone) if isinstance(it, Call) else _event_facts(it, network.zone)
            lines[language] = str(Markup("\n").join(part for part in (heading, facts) if part))
    return Item(about, it.id, audience, lines)


def _call_facts(call: Call, zone: tzinfo) -> Markup:
    parts = []
    if call.amount_from is not None or call.amount_to is not None:
        parts.append(Money(call.amount_from, call.amount_to, call.currency).words())
    if call.deadline is not None:
        day = short_date(call.deadline.astimezone(zone).date())
        until = _("until {moment}")
        parts.append(until.format(moment=day if call.whole_day else zoned_words(call.deadline, zone)))
    return Markup(" · ").join(parts)


def _event_facts(event: Event, zone: tzinfo) -> Markup:
    starts_at = zoned_words(event.starts_at, zone) if event.starts_at else ""
    return Markup(" · ").join(part for part in (starts_at, event.place) if part)


def _titles(network: Network) -> dict[str, Markup]:
    titles = {}
    for language in network.languages:
        with speaking(language):
            titles[language] = _(TITLE)
    return titles
