"""The card of a broadcast: the one message that shows its author where it stands, and what can be done with it now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from markupsafe import Markup
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.actions import authors, broadcasts
from bot.actions.fates import pause_words
from bot.actions.kinds import words_of
from bot.actions.menu import typed
from bot.actions.newsletters import title
from bot.actions.reception import reception_words
from bot.actions.staff import person_words
from bot.actions.waiting import asleep, waiting_words
from bot.core.channel import Capabilities, Channel
from bot.core.i18n import N_, _, speaking
from bot.core.locale import countdown_words, duration_words, number, percent, zoned_words
from bot.core.messages import Option, Outbound
from storage.broadcasts import UNFIRED, Broadcast, BroadcastKind, BroadcastState
from storage.delivery import Tally, external_id_of, rows_in
from storage.members import MemberAddress
from storage.newsletters import Newsletter
from storage.outbox import ARRIVED, UNFINISHED, OutboxRow, OutboxState, find_by_key

_BAR: Final = 10

_STEP: Final = timedelta(seconds=5)
"""A countdown is told in steps, for the message that tells it takes a moment as well."""


def progress_text(
    session: Session, broadcast: Broadcast, tallies: Iterable[Tally], now: datetime, zone: tzinfo
) -> Markup:
    """Where the broadcast stands, in the language being spoken."""
    lines = [authors.heading(session, broadcast)]
    if broadcast.state in UNFIRED:
        return Markup("\n").join([*lines, *_before(session, broadcast, now, zone)])
    if broadcast.fired_at is None:
        return Markup("\n").join([*lines, useless_words(broadcast, zone)])
    if broadcast.state == BroadcastState.PAUSED and broadcast.pause_reason:
        lines.append(pause_words(broadcast.pause_reason))
    counted = list(tallies)
    total = sum(each.rows for each in counted)
    finished = total - rows_in(counted, *UNFINISHED)
    running = broadcast.state in {BroadcastState.SENDING, BroadcastState.PAUSED}
    if running and broadcast.fanned_at is None:
        lines.append(_("I am writing the list of members."))
    elif total:
        share = finished / total
        full = int(share * _BAR)
        lines.append(Markup("{} {}").format("▰" * full + "▱" * (_BAR - full), percent(int(share * 100) / 100)))
        lines += [totals(broadcast, counted), *reception_words(counted), *waiting_words(counted)]
    moving = rows_in(counted, OutboxState.QUEUED, OutboxState.SENDING) - asleep(counted)
    if broadcast.state == BroadcastState.SENDING and broadcast.fanned_at and moving:
        since, before = broadcasts.pace_since(session, broadcast)
        if since and finished > before:
            left = (now - since) / (finished - before) * moving
            left = max(left, timedelta(seconds=moving / broadcast.rate)) if broadcast.rate else left
            lines.append(_("About {time} left.").format(time=duration_words(max(left, timedelta(seconds=1)))))
    return Markup("\n").join(lines)


def _before(session: Session, broadcast: Broadcast, now: datetime, zone: tzinfo) -> list[Markup]:
    """What is still to come before it leaves."""
    lines: list[Markup] = []
    if broadcast.approver_id:
        lines.append(_("{name} agreed to it.").format(name=person_words(session, broadcast.approver_id)))
    leaves_at = broadcast.leaves_at
    moment = zoned_words(leaves_at, zone) if leaves_at else ""
    match broadcast.state:
        case BroadcastState.WAITING:
            lines.append(_("A second person must agree before it leaves."))
            if moment:
                lines.append(_("After that it leaves on {moment}.").format(moment=moment))
        case BroadcastState.HELD if leaves_at and leaves_at > now:
            left = -((now - leaves_at) // _STEP) * _STEP
            lines.append(_("It leaves in {time}.").format(time=countdown_words(left)))
        case BroadcastState.HELD:
            lines.append(_("It leaves now."))
        case BroadcastState.LATE:
            lines.append(_("It should have left on {moment}.").format(moment=moment))
        case _:
            lines.append(_("It leaves on {moment}.").format(moment=moment))
    if broadcast.expires_at:
        lines.append(_("Nobody gets it after {moment}.").format(moment=zoned_words(broadcast.expires_at, zone)))
    return lines


def useless_words(broadcast: Broadcast, zone: tzinfo) -> Markup:
    """Why it never left."""
    over = _("It was of use until {moment}. It was not sent to anybody.")
    return over.format(moment=zoned_words(broadcast.expires_at, zone) if broadcast.expires_at else "")


def put_card(session: Session, broadcast: Broadcast, capabilities: Capabilities, now: datetime, zone: tzinfo) -> None:
    """Queue a card that will follow the broadcast, in the transaction that changes it."""
    address = authors.address_of(session, broadcast)
    if address is None:
        return
    key = f"card:{broadcast.id}:{now.timestamp():.3f}"
    authors.write(session, address, [_card(session, broadcast, [], address, capabilities, now, zone)], key, now)
    row = find_by_key(session, key)
    broadcast.card = None if row is None else row.id
    broadcast.carded_at = now


def show_progress(session: Session, broadcast: Broadcast, tallies: Iterable[Tally], channels: Mapping[str, Channel],
                  now: datetime, zone: tzinfo) -> None:  # fmt: skip
    """Bring the card up to date, where the author's channel can change a message that was sent."""
    broadcast.carded_at = now
    address = authors.address_of(session, broadcast)
    if address is None or address.channel not in channels:
        return
    capabilities = channels[address.channel].capabilities
    _change(session, broadcast, address, capabilities,
            _card(session, broadcast, tallies, address, capabilities, now, zone), now)  # fmt: skip


def take_off(session: Session, broadcast: Broadcast, channels: Mapping[str, Channel], now: datetime,
             said: str = N_("“{title}” was not sent. It is a draft again.")) -> None:  # fmt: skip
    """The broadcast is a draft again, or gone: let its card say so, with nothing to press.

    Args:
        said: the msgid of what it says.
    """
    address = authors.address_of(session, broadcast)
    if address is None or address.channel not in channels:
        return
    language = authors.language_of(session, address)
    with speaking(language):
        called = title(session.get_one(Newsletter, broadcast.newsletter_id))
        text = _(said).format(title=called)
    _change(session, broadcast, address, channels[address.channel].capabilities, Outbound(text, language=language), now)


def steering(broadcast: Broadcast) -> list[Option]:
    """What can be done with it now."""
    name = "planned" if broadcast.fired_at is None else "broadcast"
    match broadcast.state:
        case BroadcastState.WAITING:
            steps = {"undo": _("Withdraw it")}
        case BroadcastState.HELD:
            steps = {"undo": _("Undo sending"), "now": _("Send now")}
        case BroadcastState.SCHEDULED | BroadcastState.LATE:
            steps = {"now": _("Send now"), "later": _("Another time"), "undo": _("Back to a draft")}
        case BroadcastState.SENDING:
            steps = {"pause": _("Pause"), "cancel": _(words_of(broadcast.kind).cancel)}
        case BroadcastState.PAUSED:
            steps = {"resume": _("Go on"), "cancel": _(words_of(broadcast.kind).cancel)}
        case BroadcastState.CANCELLED if broadcast.fired_at is None and broadcast.kind == BroadcastKind.NEWSLETTER:
            steps = {"undo": _("Back to a draft")}
        case _:
            steps = {}
    return [Option(f"{name}:{broadcast.id}:{step}", label.unescape()) for step, label in steps.items()]


def tell(session: Session, broadcast: Broadcast, channels: Mapping[str, Channel],
         say: Callable[[], Sequence[Markup]], now: datetime) -> None:  # fmt: skip
    """Tell whoever is to be asked about it, with what can be done with it now."""
    told = authors.responsible(session, broadcast, channels)
    authors.tell(session, broadcast, told, channels, say, lambda: steering(broadcast), now)


def totals(broadcast: Broadcast, tallies: list[Tally]) -> Markup:
    return _(words_of(broadcast.kind).totals).format(
        sent=number(rows_in(tallies, *ARRIVED)),
        total=number(sum(each.rows for each in tallies)),
        skipped=number(rows_in(tallies, OutboxState.SKIPPED)),
        refused=number(rows_in(tallies, OutboxState.REFUSED)),
        doubt=number(rows_in(tallies, OutboxState.DOUBT)),
    )


def _change(session: Session, broadcast: Broadcast, address: MemberAddress, capabilities: Capabilities,
            outbound: Outbound, now: datetime) -> None:  # fmt: skip
    """Let the card say this; one that has not left yet is changed before it does."""
    if broadcast.card is None or not capabilities.edits:
        return  # an edit would arrive as a new message
    payload = outbound.to_json()
    arrived = bool(external_id_of(session, broadcast.card))
    edits = select(OutboxRow).where(OutboxRow.address_id == address.id, OutboxRow.edits == broadcast.card)
    latest = session.scalar(edits.order_by(OutboxRow.id.desc()).limit(1)) if arrived else None
    latest = latest or session.get_one(OutboxRow, broadcast.card)
    if latest.payload == payload:
        return
    waiting = update(OutboxRow).where(OutboxRow.id == latest.id, OutboxRow.state == OutboxState.QUEUED)
    changed = session.execute(waiting.values(payload=payload)).rowcount  # type: ignore[attr-defined]  # an UPDATE's CursorResult
    if arrived and not changed:
        authors.write(session, address, [outbound], f"card:{broadcast.id}:{now.timestamp():.6f}", now, broadcast.card)


def _card(session: Session, broadcast: Broadcast, tallies: Iterable[Tally], address: MemberAddress,
          capabilities: Capabilities, now: datetime, zone: tzinfo) -> Outbound:  # fmt: skip
    language = authors.language_of(session, address)
    with speaking(language):
        text = progress_text(session, broadcast, tallies, now, zone)
        options = steering(broadcast)
        if options and not capabilities.buttons:
            if broadcast.state in UNFIRED:
                more = _("Write {command} to see it again or to take it back.")
            else:
                more = _("Write {command} to see how it goes, to pause or to cancel it.")
            text += "\n" + more.format(command=typed("broadcasts", capabilities))
        hurry = broadcast.state == BroadcastState.HELD and capabilities.quick
        return Outbound(text, tuple(options) if capabilities.buttons or hurry else (), language=language)
