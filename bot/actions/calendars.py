"""An event as a calendar file: on request, and once more for whoever took it when the event moves or is cancelled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.hours import morning
from bot.actions.localized import read
from bot.actions.messages import tell
from bot.core.codes import hashed
from bot.core.i18n import _, speaking
from bot.core.messages import Attachment, Outbound
from bot.core.richtext import plain
from bot.network import Network
from storage.calendars import Taken, all_taken, drop, note
from storage.events import Event, EventState
from storage.files import Files
from storage.members import Member

MIME: Final = "text/calendar"

_NOBODY: Final = "invalid:nomail"
"""Who organises must stand in what is published (RFC 5546, 3.2.1), as an address; a network has none that answers."""


def has_one(event: Event) -> bool:
    """Whether a calendar can hold it: its time is known, and it takes place."""
    return event.starts_at is not None and event.state in {EventState.DRAFT, EventState.OPEN}


def hand_out(session: Session, event: Event, member: Member, network: Network, files: Files,
             now: datetime) -> Attachment:  # fmt: skip
    """The file in the member's language; from now on they get a new one when the event changes."""
    note(session, Taken(event.id, member.id, version(event)))
    return _file(event, member.language, network, files, now)


def version(event: Event) -> str:
    """What tells a file that sends people to the wrong place, or at the wrong time, from one that does not."""
    whereabouts = (event.starts_at, event.ends_at, event.place, event.latitude, event.longitude, event.link)
    return hashed(repr((event.state == EventState.CANCELLED, *whereabouts)))[:16]


def outdated(session: Session) -> list[Taken]:
    """Files that do not say any more what is, and those of members and events that are gone."""
    taken = [*all_taken(session)]
    events = session.scalars(select(Event).where(Event.id.in_({each.event_id for each in taken})))
    current = {event.id: version(event) for event in events if event.state != EventState.OVER}
    members = set(session.scalars(select(Member.id).where(Member.id.in_({each.member_id for each in taken}))))
    return [each for each in taken if current.get(each.event_id) != each.version or each.member_id not in members]


def renew(session: Session, taken: Taken, network: Network, files: Files, now: datetime) -> bool:
    """Send the new file to whoever has this one, when they may be written to; whether it was sent."""
    event, member = session.get(Event, taken.event_id), session.get(Member, taken.member_id)
    if event is None or member is None or event.state == EventState.OVER or event.starts_at is None:
        drop(session, taken)
        return False
    if event.state == EventState.CANCELLED:
        drop(session, taken)
    else:
        note(session, taken._replace(version=version(event)))
    with speaking(member.language):
        said = _("“{title}” has changed. Open this file, and your calendar has the new time and place.")
        if event.state == EventState.CANCELLED:
            said = _("“{title}” was cancelled. Open this file, and it is taken from your calendar.")
        text = said.format(title=read(event, member.language).title)
    file = _file(event, member.language, network, files, now)
    outbound = Outbound(text, language=member.language, attachment=file)
    return tell(session, member.id, outbound, f"calendar:{event.id}:{member.id}:{version(event)}", now,
                not_before=morning(network, member, now))  # fmt: skip


def written(event: Event, language: str, network: Network, now: datetime) -> bytes:
    """The file's content (RFC 5545): moments in UTC, so that every calendar shows them in its owner's zone."""
    from icalendar import Calendar, vCalAddress, vText  # noqa: PLC0415 - 10 MB, for those alone who want a file
    from icalendar import Event as Entry  # noqa: PLC0415 - as above

    title, text, _used = read(event, language)
    organiser = vCalAddress(_NOBODY)
    organiser.params["CN"] = vText(network.name[language])
    cancelled = event.state == EventState.CANCELLED
    entry = Entry()
    entry.add("uid", f"event-{event.id}@{network.key}.korpu")
    entry.add("sequence", event.sequence + cancelled)
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("organizer", organiser)
    entry.add("summary", title)
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if event.starts_at is not None:
        entry.add("dtstart", event.starts_at.astimezone(UTC))
    if event.ends_at is not None:
        entry.add("dtend", event.ends_at.astimezone(UTC))
    if words := plain(text):
        entry.add("description", words)
    if where := event.place or event.link:
        entry.add("location", where)
    if event.latitude is not None and event.longitude is not None:
        entry.add("geo", (event.latitude, event.longitude))
    if event.link:
        entry.add("url", event.link)
    calendar = Calendar()
    calendar.add("prodid", f"-//Körpü//{network.key}//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _file(event: Event, language: str, network: Network, files: Files, now: datetime) -> Attachment:
    data = written(event, language, network, now)
    return Attachment("document", files.store(data), f"{network.key}-{event.id}.ics", MIME, len(data))
