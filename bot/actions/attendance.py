"""Who comes to an event and who was there: by name, and as a table to take away."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from bot.actions.spreadsheets import CSV, XLSX, Cell, as_csv, as_xlsx
from bot.core.i18n import N_, _
from bot.core.locale import language_name
from bot.network import Network
from storage.events import Answer, Event, Reply, Rsvp, answers_to
from storage.files import Files
from storage.members import Member
from storage.staff import record

REPLIES: Final = {
    Reply.YES: N_("Coming"),
    Reply.OFFERED: N_("Offered a seat"),
    Reply.WAITING: N_("Waiting for a seat"),
    Reply.MAYBE: N_("Maybe"),
    Reply.NO: N_("Not coming"),
}
"""In the order of a list."""

HEADER: Final = (
    N_("Organisation"),
    N_("Name"),
    N_("Role"),
    N_("Phone"),
    N_("E-mail"),
    N_("Language"),
    N_("Answer"),
    N_("Seats"),
    N_("Answered"),
    N_("Was there"),
)

EXTENSIONS: Final = {CSV: "csv", XLSX: "xlsx"}

FIRST: Final = timedelta(hours=6)
"""So long before the start somebody can be ticked."""


class Group(NamedTuple):
    """Those who gave one answer, and the seats they have or want together."""

    reply: Reply
    answers: list[Answer]
    seats: int


def groups(session: Session, event: Event) -> list[Group]:
    """The answers, those who come first; an answer that nobody gave is left out."""
    found = answers_to(session, event.id)
    grouped = [(reply, [answer for answer in found if answer.rsvp.reply == reply]) for reply in REPLIES]
    return [Group(reply, each, sum(answer.rsvp.seats for answer in each)) for reply, each in grouped if each]


def expected(session: Session, event: Event) -> list[Answer]:
    """Who may stand at the door: all who did not say no, and who was there all the same; who comes first."""
    found = answers_to(session, event.id)
    order = list(REPLIES)
    there = [answer for answer in found if answer.rsvp.reply != Reply.NO or answer.rsvp.attended_at is not None]
    return sorted(there, key=lambda answer: order.index(Reply(answer.rsvp.reply)))


def present(answers: Collection[Answer]) -> list[Answer]:
    """Those of them who were there."""
    return [answer for answer in answers if answer.rsvp.attended_at is not None]


def tick(session: Session, event: Event, there: Collection[int], not_there: Collection[int], actor: Member,
         now: datetime) -> None:  # fmt: skip
    """Note who of the members who answered was there, and who was not after all; of others nothing changes."""
    for member_id in {*there, *not_there}:
        rsvp = session.get(Rsvp, (event.id, member_id))
        if rsvp is not None:
            rsvp.attended_at = (rsvp.attended_at or now) if member_id in there else None
    record(session, now, actor.id, "event.tick", event=event.id)


def export(session: Session, event: Event, network: Network, files: Files, actor: Member, kind: str,
           now: datetime) -> str:  # fmt: skip
    """Store everybody who answered, with how to reach them, in the language being spoken; returns the file's name.

    What they thought of it is not in it: that was asked of them without their names.

    Args:
        kind: CSV or XLSX.
    """
    record(session, now, actor.id, "event.file", event=event.id)
    header = [_(title).unescape() for title in HEADER]
    rows = _rows(session, event, network)
    if kind == XLSX:
        return files.write(as_xlsx(header, rows, _("Answers").unescape()))
    return files.write(as_csv(header, rows, actor.language))


def _rows(session: Session, event: Event, network: Network) -> Iterator[tuple[Cell, ...]]:
    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(network.zone).replace(tzinfo=None) if moment else None

    for reply, answers, _seats in groups(session, event):
        for rsvp, member, organisation in answers:
            yield (
                organisation,
                member.name,
                member.role,
                member.phone,
                member.email,
                language_name(member.language),
                _(REPLIES[reply]).unescape(),
                str(rsvp.seats) if reply != Reply.NO else "",
                local(rsvp.replied_at),
                local(rsvp.attended_at),
            )
