"""What a newsletter goes through between "Send" and its first message: approval, its hour, and time to think again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import authors, broadcasts, cards
from bot.actions.rights import may_send
from bot.core.channel import Channel
from bot.core.i18n import _
from bot.core.locale import zoned_words
from bot.network import Network
from storage.audiences import Audience
from storage.broadcasts import UNFIRED, Broadcast, BroadcastState
from storage.members import Member, MemberAddress
from storage.newsletters import Newsletter
from storage.staff import record

_DEPARTING = (BroadcastState.HELD, BroadcastState.SCHEDULED)
_WAITING_TO_LEAVE = (*_DEPARTING, BroadcastState.LATE)


def prepare(session: Session, newsletter: Newsletter, author: MemberAddress, network: Network, now: datetime,
            leaves_at: datetime | None = None, *, approval: bool = False) -> Broadcast:  # fmt: skip
    """Send the newsletter: at that moment, or when its undo window is over; with approval, after somebody agreed."""
    broadcast = broadcasts.begin(session, newsletter, author, BroadcastState.WAITING, now)
    broadcast.leaves_at = leaves_at
    if approval:
        broadcast.asked_at = now
        record(session, now, author.member_id, "broadcast.ask", newsletter=newsletter.id)
    else:
        release(session, broadcast, author.member_id, network, now)
    return broadcast


def release(session: Session, broadcast: Broadcast, actor_id: int, network: Network, now: datetime) -> None:
    """Nobody needs to be asked any more."""
    broadcast.asked_at = None
    if broadcast.leaves_at is not None:
        broadcast.state = BroadcastState.SCHEDULED
        _record_plan(session, broadcast, actor_id, now)
    elif network.manners.undo:
        broadcast.state = BroadcastState.HELD
        broadcast.leaves_at = now + network.manners.undo
        record(session, now, actor_id, "broadcast.hold", newsletter=broadcast.newsletter_id)
    else:
        broadcasts.launch(session, broadcast, actor_id, now)


def take_back(session: Session, broadcast_id: int, actor_id: int, channels: Mapping[str, Channel], now: datetime,
              action: str = "broadcast.undo") -> Newsletter | None:  # fmt: skip
    """Make it a draft again, noted as this; None when it has left, or was taken back already."""
    broadcast = _locked(session, broadcast_id, *UNFIRED, BroadcastState.CANCELLED)
    if broadcast is None or broadcast.fired_at is not None:
        return None
    cards.take_off(session, broadcast, channels, now)
    newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
    record(session, now, actor_id, action, newsletter=newsletter.id)
    session.delete(broadcast)
    session.flush()
    return newsletter


def leave_now(session: Session, broadcast_id: int, actor: MemberAddress, now: datetime) -> Broadcast | None:
    """Send what waits for its hour, or for the end of its undo window; None when it does not wait for that."""
    broadcast = _locked(session, broadcast_id, *_WAITING_TO_LEAVE)
    if broadcast is not None:
        _adopt(session, broadcast, actor)
        broadcasts.launch(session, broadcast, actor.member_id, now)
    return broadcast


def postpone(session: Session, broadcast_id: int, leaves_at: datetime, actor: MemberAddress, now: datetime,
             ) -> Broadcast | None:  # fmt: skip
    """Let it leave at another moment; None when it does not wait for one."""
    broadcast = _locked(session, broadcast_id, *_WAITING_TO_LEAVE)
    if broadcast is not None:
        _adopt(session, broadcast, actor)
        broadcast.state, broadcast.leaves_at, broadcast.asked_at = BroadcastState.SCHEDULED, leaves_at, None
        _record_plan(session, broadcast, actor.member_id, now)
    return broadcast


def depart(session: Session, broadcast_id: int, network: Network, channels: Mapping[str, Channel],
           now: datetime) -> None:  # fmt: skip
    """Its time has come: send it, or ask about it where that would be too late, or nobody vouches for it."""
    broadcast = _locked(session, broadcast_id, *UNFIRED)
    if broadcast is None:
        return
    if broadcast.expires_at is not None and broadcast.expires_at <= now:
        _give_up(session, broadcast, network, channels, now)
    elif broadcast.leaves_at is None or broadcast.leaves_at > now:
        return
    elif broadcast.state == BroadcastState.WAITING:
        _go_on_waiting(session, broadcast, network, channels, now)
    elif broadcast.state in _DEPARTING:
        vouched = _vouched(session, broadcast)
        if vouched and now <= broadcast.leaves_at + network.manners.grace:
            planned = broadcast.state == BroadcastState.SCHEDULED
            broadcasts.launch(session, broadcast, broadcast.author_id, now)
            if planned:  # maybe days ago: a card that is seen
                put_card(session, broadcast, network, channels, now)
            else:
                show_leaving(session, broadcast, network, channels, now)
        else:
            _ask(session, broadcast, network, channels, now, vouched=vouched)


def show_leaving(session: Session, broadcast: Broadcast, network: Network, channels: Mapping[str, Channel],
                 now: datetime) -> None:  # fmt: skip
    """Its card becomes the one that follows the sending; without any it gets one."""
    if broadcast.card is None:
        put_card(session, broadcast, network, channels, now)
    else:
        cards.show_progress(session, broadcast, [], channels, now, network.zone)


def put_card(session: Session, broadcast: Broadcast, network: Network, channels: Mapping[str, Channel],
             now: datetime) -> None:  # fmt: skip
    """Send its author a new card."""
    address = authors.address_of(session, broadcast)
    if address is not None and address.channel in channels:
        cards.put_card(session, broadcast, channels[address.channel].capabilities, now, network.zone)


def _go_on_waiting(session: Session, broadcast: Broadcast, network: Network, channels: Mapping[str, Channel],
                   now: datetime) -> None:  # fmt: skip
    """Nobody agreed to it by its hour: it has none any more, and its author may withdraw it."""
    due, broadcast.leaves_at = broadcast.leaves_at or now, None

    def say() -> list[Markup]:
        missed = _("It should have left on {moment}.").format(moment=zoned_words(due, network.zone))
        waits = _("Nobody has agreed to it yet. It leaves as soon as somebody does.")
        return [authors.heading(session, broadcast), missed, waits]

    cards.show_progress(session, broadcast, [], channels, now, network.zone)
    cards.tell(session, broadcast, channels, say, now)


def _ask(session: Session, broadcast: Broadcast, network: Network, channels: Mapping[str, Channel], now: datetime,
         *, vouched: bool) -> None:  # fmt: skip
    """Once; the answer may take as long as it takes."""
    broadcast.state, broadcast.asked_at = BroadcastState.LATE, now
    record(session, now, None, "broadcast.late", newsletter=broadcast.newsletter_id)

    def say() -> list[Markup]:
        due = _("It should have left on {moment}.").format(moment=zoned_words(broadcast.leaves_at or now, network.zone))
        if not vouched:
            why = _("Whoever planned it may not send it any more.")
        else:
            why = _("I was not running then, and now it may be too late.")
        return [authors.heading(session, broadcast), due, why, _("What would you like to do?")]

    cards.show_progress(session, broadcast, [], channels, now, network.zone)
    cards.tell(session, broadcast, channels, say, now)


def _give_up(session: Session, broadcast: Broadcast, network: Network, channels: Mapping[str, Channel],
             now: datetime) -> None:  # fmt: skip
    """What it tells of is over: nobody gets it."""
    broadcast.state, broadcast.pause_reason = BroadcastState.CANCELLED, "stale"
    broadcast.finished_at = now
    record(session, now, None, "broadcast.stale", broadcast=broadcast.id)

    def say() -> list[Markup]:
        return [authors.heading(session, broadcast), cards.useless_words(broadcast, network.zone)]

    cards.show_progress(session, broadcast, [], channels, now, network.zone)
    cards.tell(session, broadcast, channels, say, now)


def _vouched(session: Session, broadcast: Broadcast) -> bool:
    """Whether its author is still somebody who may send it."""
    author = session.get(Member, broadcast.author_id) if broadcast.author_id else None
    return author is not None and may_send(session, author, Audience.from_json(broadcast.audience))


def _adopt(session: Session, broadcast: Broadcast, actor: MemberAddress) -> None:
    """Where its author is gone, it is now theirs who decided: somebody must hear how it went."""
    if not _vouched(session, broadcast):
        broadcast.author_id, broadcast.author_address_id, broadcast.card = actor.member_id, actor.id, None


def _record_plan(session: Session, broadcast: Broadcast, actor_id: int, now: datetime) -> None:
    leaves_at = broadcast.leaves_at.isoformat() if broadcast.leaves_at else ""
    record(session, now, actor_id, "broadcast.plan", newsletter=broadcast.newsletter_id, moment=leaves_at)


def _locked(session: Session, broadcast_id: int, *states: BroadcastState) -> Broadcast | None:
    found = session.get(Broadcast, broadcast_id, with_for_update=True, populate_existing=True)
    return found if found is not None and found.state in states else None
