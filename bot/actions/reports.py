"""What the author of a broadcast is told: why it paused by itself, and the report when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import authors, cards
from bot.actions.fates import pause_words, reason_words
from bot.actions.kinds import unfinished_words, words_of
from bot.actions.reception import reception_words
from bot.actions.staff import named
from bot.core.channel import Channel
from bot.core.i18n import _, ngettext, speaking
from bot.core.locale import number
from bot.core.messages import Attachment, Outbound
from bot.core.rendering import parts
from storage.broadcasts import OWN, Broadcast, BroadcastKind, BroadcastState
from storage.delivery import Tally, rows_in, tally
from storage.members import Member
from storage.organisations import Organisation
from storage.outbox import ARRIVED, LOST, UNFINISHED, OutboxRow, OutboxState, find_by_key, newest_by_key

NAMED: Final = 10
"""Up to so many people who did not receive it are named in the message; more are counted, and named in the file."""


def wanted(broadcast: Broadcast) -> bool:
    """Whether somebody hears how it went: whoever sent it, but for reminders and the like, which nobody sends."""
    return broadcast.kind in OWN and (broadcast.kind != BroadcastKind.DIGEST or broadcast.author_id is not None)


def announce(session: Session, broadcast: Broadcast, channels: Mapping[str, Channel], file: str, now: datetime,
             zone: tzinfo) -> None:  # fmt: skip
    """It is over: the card's last state, then the report with its file (see `bot.actions.report_file`).

    It names members: to its author only while they have a role, else to those who run the network.
    """
    counted = tally(session, broadcast.id)
    cards.show_progress(session, broadcast, counted, channels, now, zone)
    for address in authors.responsible(session, broadcast, channels):
        language = authors.language_of(session, address)
        with speaking(language):
            report = Outbound(
                _report(session, broadcast, counted),
                language=language,
                attachment=Attachment("document", file, f"report-{broadcast.id}.csv", "text/csv"),
            )
        key = report_key(broadcast)
        if find_by_key(session, key) is not None:  # it was done before, and a late failure took it up again
            key = f"{key}:{address.id}:{now.timestamp():.3f}"
        authors.write(session, address, parts(report, channels[address.channel].capabilities), key, now)


def file_of(session: Session, broadcast: Broadcast) -> str:
    """The file that went out with the report; "" while it is not over, or once old messages were dropped."""
    row = None if broadcast.state == BroadcastState.SENDING else newest_by_key(session, report_key(broadcast))
    attachment = row and row.payload and row.payload.get("attachment")
    return attachment["file"] if attachment else ""


def tell_paused(session: Session, broadcast: Broadcast, channels: Mapping[str, Channel], now: datetime) -> None:
    """It paused by itself: tell the author why, and what can be done."""
    waiting = rows_in(tally(session, broadcast.id), *UNFINISHED)

    def say() -> list[Markup]:
        left = unfinished_words(broadcast.kind, waiting)
        return [authors.heading(session, broadcast), pause_words(broadcast.pause_reason), left]

    cards.tell(session, broadcast, channels, say, now)


def report_key(broadcast: Broadcast) -> str:
    """The outbox key of the report, or what all its parts begin with."""
    return f"report:{broadcast.id}"


def _report(session: Session, broadcast: Broadcast, tallies: list[Tally]) -> Markup:
    called = words_of(broadcast.kind)
    twice = sum(each.rows for each in tallies if each.twice and each.state in {*ARRIVED, OutboxState.DOUBT})
    lines = [authors.heading(session, broadcast), cards.totals(broadcast, tallies), *reception_words(tallies)]
    if twice and broadcast.kind != BroadcastKind.RECALL:  # to be taken back twice is to be taken back
        possibly = ngettext("{n} member may have got it twice.", "{n} members may have got it twice.", twice)
        lines.append(possibly.format(n=number(twice)))
    missed = rows_in(tallies, *LOST)
    if not missed:
        return Markup("\n").join([*lines, _(called.complete)] if tallies else lines)
    lines.append(Markup("\n<b>{}</b>").format(_(called.missed)))
    if missed <= NAMED:
        lines += _named(session, broadcast)
    else:
        reasons: dict[Markup, int] = {}
        for each in tallies:
            if each.state in LOST:
                why = reason_words(each.state, each.reason)
                reasons[why] = reasons.get(why, 0) + each.rows
        most = sorted(reasons.items(), key=lambda reason: -reason[1])
        lines += [Markup("{}: {}").format(why, number(rows)) for why, rows in most]
        lines.append(_("Their names are in the file."))
    return Markup("\n").join(lines)


def _named(session: Session, broadcast: Broadcast) -> list[Markup]:
    rows = (
        select(Organisation.name, Member.name, OutboxRow.state, OutboxRow.reason)
        .select_from(OutboxRow)
        .outerjoin(Member, Member.id == OutboxRow.member_id)
        .outerjoin(Organisation, Organisation.id == Member.organisation_id)
        .where(OutboxRow.broadcast_id == broadcast.id, OutboxRow.state.in_(LOST))
        .order_by(OutboxRow.id)
    )
    return [
        Markup("{}: {}").format(
            named(person or "", organisation or "") or _("Someone who has left"),
            reason_words(state, reason),
        )
        for organisation, person, state, reason in session.execute(rows)
    ]
