"""What the author of a broadcast sees: one card while it runs, and the report when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from markupsafe import Markup
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions import broadcasts
from bot.actions.fates import ARRIVED, reason_words
from bot.actions.menu import typed
from bot.actions.messages import row_for
from bot.actions.newsletters import title
from bot.actions.reception import reception_words
from bot.actions.staff import named
from bot.core.channel import Capabilities, Channel
from bot.core.i18n import N_, _, ngettext, speaking
from bot.core.locale import duration_words, number, percent
from bot.core.messages import Attachment, Option, Outbound
from bot.core.rendering import parts
from storage.broadcasts import Broadcast, BroadcastState
from storage.delivery import Tally, external_id_of, tally
from storage.members import Member, MemberAddress
from storage.newsletters import Newsletter
from storage.organisations import Organisation
from storage.outbox import UNFINISHED, OutboxRow, OutboxState, enqueue, find_by_key, newest_by_key

NAMED: Final = 10
"""Up to so many people who did not receive it are named in the message; more are counted, and named in the file."""

_BAR: Final = 10
_MISSED: Final = (OutboxState.REFUSED, OutboxState.SKIPPED, OutboxState.DOUBT)

_HEADINGS: Final = {
    BroadcastState.SENDING: N_("On its way: “{title}”"),
    BroadcastState.PAUSED: N_("Paused: “{title}”"),
    BroadcastState.DONE: N_("Finished: “{title}”"),
    BroadcastState.CANCELLED: N_("Cancelled: “{title}”"),
}

_PAUSES: Final = {
    "content": N_("The messenger refuses the text or the file, and would refuse it for everybody."),
    "account": N_("The messenger does not accept our account. Whoever maintains this bot should check its settings."),
    "no_bell": N_("The messenger has not approved the bell yet. Whoever maintains this bot can see its state."),
    "file": N_("The file could not be fetched from the messenger it was sent on."),
    "forbidden": N_("The messenger does not allow us to write to these people, and we do not know why."),
}


def progress_text(session: Session, broadcast: Broadcast, tallies: Iterable[Tally], now: datetime) -> Markup:
    """Where the broadcast stands, in the language being spoken."""
    counted = list(tallies)
    lines = [Markup("<b>{}</b>").format(_heading(session, broadcast))]
    total = sum(each.rows for each in counted)
    finished = total - _rows(counted, *UNFINISHED)
    running = broadcast.state in {BroadcastState.SENDING, BroadcastState.PAUSED}
    if running and broadcast.fanned_at is None:
        lines.append(_("I am writing the list of those who get it."))
    elif total:
        share = finished / total
        full = int(share * _BAR)
        lines.append(Markup("{} {}").format("▰" * full + "▱" * (_BAR - full), percent(int(share * 100) / 100)))
        lines += [_totals(counted), *reception_words(counted)]
    moving = _rows(counted, OutboxState.QUEUED, OutboxState.SENDING)
    if broadcast.state == BroadcastState.SENDING and broadcast.fanned_at and moving:
        since, before = broadcasts.pace_since(session, broadcast)
        if since and finished > before:
            left = (now - since) / (finished - before) * moving
            lines.append(_("About {time} left.").format(time=duration_words(max(left, timedelta(seconds=1)))))
    return Markup("\n").join(lines)


def put_card(session: Session, broadcast: Broadcast, capabilities: Capabilities, now: datetime) -> None:
    """Queue the card that will follow the broadcast, in the transaction that fires it."""
    address = _author(session, broadcast)
    if address is None:
        return
    key = f"card:{broadcast.id}"
    _queue(session, address, [_card(session, broadcast, [], address, capabilities, now)], key, now)
    row = find_by_key(session, key)
    broadcast.card = None if row is None else row.id
    broadcast.carded_at = now


def show_progress(session: Session, broadcast: Broadcast, tallies: Iterable[Tally], channels: Mapping[str, Channel],
                  now: datetime) -> None:  # fmt: skip
    """Bring the card up to date, where the author's channel can change a message that was sent."""
    broadcast.carded_at = now
    address = _author(session, broadcast)
    if address is None or broadcast.card is None or address.channel not in channels:
        return
    capabilities = channels[address.channel].capabilities
    if not capabilities.edits or not external_id_of(session, broadcast.card):
        return  # an edit would arrive as a new message
    payload = _card(session, broadcast, tallies, address, capabilities, now).to_json()
    edits = select(OutboxRow).where(OutboxRow.address_id == address.id, OutboxRow.edits == broadcast.card)
    latest = session.scalar(edits.order_by(OutboxRow.id.desc()).limit(1)) or session.get_one(OutboxRow, broadcast.card)
    if latest.payload == payload:
        return
    waiting = update(OutboxRow).where(
        OutboxRow.id == latest.id, OutboxRow.edits.is_not(None), OutboxRow.state == OutboxState.QUEUED
    )
    if session.execute(waiting.values(payload=payload)).rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE's CursorResult
        key = f"card:{broadcast.id}:{now.timestamp():.3f}"
        _queue(session, address, [Outbound.from_json(payload)], key, now, edits=broadcast.card)


def announce(session: Session, broadcast: Broadcast, channels: Mapping[str, Channel], file: str, now: datetime) -> None:
    """It is over: the card's last state, then the report with its file (see `bot.actions.report_file`)."""
    counted = tally(session, broadcast.id)
    show_progress(session, broadcast, counted, channels, now)
    address = _author(session, broadcast)
    if address is None or address.channel not in channels:
        return
    with speaking(_language(session, address)):
        report = Outbound(
            _report(session, broadcast, counted),
            language=_language(session, address),
            attachment=Attachment("document", file, f"report-{broadcast.id}.csv", "text/csv"),
        )
    key = report_key(broadcast)
    if find_by_key(session, key) is not None:  # it was done before, and a late failure took it up again
        key = f"{key}:{now.timestamp():.3f}"
    _queue(session, address, parts(report, channels[address.channel].capabilities), key, now)


def file_of(session: Session, broadcast: Broadcast) -> str:
    """The file that went out with the report; "" while it is not over, or once old messages were dropped."""
    row = None if broadcast.state == BroadcastState.SENDING else newest_by_key(session, report_key(broadcast))
    attachment = row and row.payload and row.payload.get("attachment")
    return attachment["file"] if attachment else ""


def tell_paused(session: Session, broadcast: Broadcast, channels: Mapping[str, Channel], now: datetime) -> None:
    """It paused by itself: tell the author why, and what can be done."""
    address = _author(session, broadcast)
    if address is None or address.channel not in channels:
        return
    capabilities = channels[address.channel].capabilities
    language = _language(session, address)
    with speaking(language):
        waiting = _rows(tally(session, broadcast.id), *UNFINISHED)
        paragraphs = [
            Markup("<b>{}</b>").format(_heading(session, broadcast)),
            _(_PAUSES.get(broadcast.pause_reason, broadcast.pause_reason)),
            ngettext("{n} member waits for it.", "{n} members wait for it.", waiting).format(n=number(waiting)),
            _("Write {command} to go on with it or to cancel it.").format(command=typed("broadcasts", capabilities)),
        ]
        options = tuple(steering(broadcast)) if capabilities.buttons else ()
        outbound = Outbound(Markup("\n").join(paragraphs), options, language=language)
    _queue(session, address, [outbound], f"paused:{broadcast.id}:{now.timestamp():.3f}", now)


def steering(broadcast: Broadcast) -> list[Option]:
    """What can be done with it now."""
    match broadcast.state:
        case BroadcastState.SENDING:
            steps = {"pause": _("Pause"), "cancel": _("Cancel the newsletter")}
        case BroadcastState.PAUSED:
            steps = {"resume": _("Go on sending"), "cancel": _("Cancel the newsletter")}
        case _:
            steps = {}
    return [Option(f"broadcast:{broadcast.id}:{step}", label.unescape()) for step, label in steps.items()]


def report_key(broadcast: Broadcast) -> str:
    """The outbox key of the report, or what all its parts begin with."""
    return f"report:{broadcast.id}"


def _card(session: Session, broadcast: Broadcast, tallies: Iterable[Tally], address: MemberAddress,
          capabilities: Capabilities, now: datetime) -> Outbound:  # fmt: skip
    language = _language(session, address)
    with speaking(language):
        text = progress_text(session, broadcast, tallies, now)
        options = steering(broadcast)
        if options and not capabilities.buttons:
            text += "\n" + _("Write {command} to see how it goes, to pause or to cancel it.").format(
                command=typed("broadcasts", capabilities)
            )
        return Outbound(text, tuple(options) if capabilities.buttons else (), language=language)


def _report(session: Session, broadcast: Broadcast, tallies: list[Tally]) -> Markup:
    twice = sum(each.rows for each in tallies if each.twice and each.state in {*ARRIVED, OutboxState.DOUBT})
    lines = [Markup("<b>{}</b>").format(_heading(session, broadcast)), _totals(tallies), *reception_words(tallies)]
    if twice:
        possibly = ngettext("{n} member may have got it twice.", "{n} members may have got it twice.", twice)
        lines.append(possibly.format(n=number(twice)))
    missed = _rows(tallies, *_MISSED)
    if not missed:
        return Markup("\n").join([*lines, _("Everybody received it.")] if tallies else lines)
    lines.append(Markup("\n<b>{}</b>").format(_("Who did not receive it")))
    if missed <= NAMED:
        lines += _named(session, broadcast)
    else:
        reasons: dict[Markup, int] = {}
        for each in tallies:
            if each.state in _MISSED:
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
        .where(OutboxRow.broadcast_id == broadcast.id, OutboxRow.state.in_(_MISSED))
        .order_by(OutboxRow.id)
    )
    return [
        Markup("{}: {}").format(
            named(person or "", organisation or "") or _("Someone who has left"),
            reason_words(state, reason),
        )
        for organisation, person, state, reason in session.execute(rows)
    ]


def _totals(tallies: list[Tally]) -> Markup:
    return _("Sent: {sent} of {total}. Left out: {skipped}. Refused: {refused}. In doubt: {doubt}.").format(
        sent=number(_rows(tallies, *ARRIVED)),
        total=number(sum(each.rows for each in tallies)),
        skipped=number(_rows(tallies, OutboxState.SKIPPED)),
        refused=number(_rows(tallies, OutboxState.REFUSED)),
        doubt=number(_rows(tallies, OutboxState.DOUBT)),
    )


def _rows(tallies: Iterable[Tally], *states: OutboxState) -> int:
    return sum(each.rows for each in tallies if each.state in states)


def _heading(session: Session, broadcast: Broadcast) -> Markup:
    newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
    return _(_HEADINGS[BroadcastState(broadcast.state)]).format(title=title(newsletter))


def _author(session: Session, broadcast: Broadcast) -> MemberAddress | None:
    """Where the author follows it; None once they have left."""
    return session.get(MemberAddress, broadcast.author_address_id) if broadcast.author_address_id else None


def _language(session: Session, address: MemberAddress) -> str:
    return session.get_one(Member, address.member_id).language


def _queue(session: Session, address: MemberAddress, outbounds: list[Outbound], key: str, now: datetime,
           edits: int | None = None) -> None:  # fmt: skip
    keys = [f"{key}:{place}" if place else key for place in range(len(outbounds))]
    rows = [row_for(address, outbound, each, now, edits=edits) for each, outbound in zip(keys, outbounds, strict=True)]
    enqueue(session, rows)
