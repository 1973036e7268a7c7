"""The foreman's hand on the outbox: claim rows, deciding once more who gets them, and give back what did not leave."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, case, or_, select, update
from sqlalchemy.orm import Session

from storage.broadcasts import Broadcast, BroadcastState
from storage.fallback import redirect
from storage.members import Member, MemberAddress
from storage.outbox import IS_MOVING, OutboxRow, OutboxState, carrier_in_doubt
from storage.terms import PLAIN, Terms, due, followed
from storage.terms import skipped as skipped_for
from storage.windows import NO_BELL_TODAY, Window, bells_left, hold, next_bell_at, rang_last, ringing, unring


class Claimed(NamedTuple):
    """A row in the hands of this foreman.

    Attributes:
        doubts: how often it was sent without an answer before; then `tried_at` is when.
        carrier: the row whose message said it too, when it was sent before.
        closes_at: when the reader's window closes; None where the channel has none, or when it has closed.
        bell: only a bell may go, and the message waits until it is heard.
    """

    id: int
    address_id: int
    user: str
    member_id: int
    broadcast_id: int | None
    language: str
    payload: dict[str, Any] | None
    edits: int | None
    doubts: int = 0
    tried_at: datetime | None = None
    carrier: int | None = None
    closes_at: datetime | None = None
    bell: bool = False


class Claim(NamedTuple):
    """What a claim brought: rows to send, the highest id it looked at, and how many rows it looked at."""

    rows: list[Claimed]
    last: int
    looked_at: int


def claim(session: Session, channel: str, broadcast_id: int | None, after: int, limit: int, token: str, now: datetime,
          terms: Terms = PLAIN) -> Claim:  # fmt: skip
    """Take the next rows of the interactive lane (`broadcast_id` None) or of one broadcast that is sending.

    Whoever said stop, was erased or cannot be reached since the row was written is skipped in the same transaction.
    For whom only a bell may ring the row comes as one, and further rows wait behind it. What is in doubt comes as what
    was tried last, bell or text, until that is known, and with all that its message carried, from whichever lane.

    Args:
        after: look behind this id only; finished rows before it need not be passed over again.
        limit: most rows to take.
    """
    window = terms.window
    query = (
        select(
            OutboxRow.id,
            OutboxRow.address_id,
            MemberAddress.user,
            OutboxRow.member_id,
            OutboxRow.broadcast_id,
            OutboxRow.language,
            OutboxRow.payload,
            OutboxRow.edits,
            OutboxRow.doubts,
            OutboxRow.tried_at,
            OutboxRow.carrier,
            MemberAddress.unreachable,
            or_(Member.stopped_at.is_not(None), Member.consented_at.is_(None)).label("left"),
            MemberAddress.last_inbound_at,
            MemberAddress.shut_at,
            MemberAddress.rung_at,
            OutboxRow.rung_at.label("held_at"),
            followed.state.label("followed"),
        )
        .outerjoin(MemberAddress, MemberAddress.id == OutboxRow.address_id)
        .outerjoin(Member, Member.id == MemberAddress.member_id)
        .outerjoin(followed, followed.id == OutboxRow.follows)
        .where(OutboxRow.channel == channel, IS_MOVING, OutboxRow.state == OutboxState.QUEUED)
        .order_by(OutboxRow.id)
        .with_for_update(of=OutboxRow, skip_locked=True)
    )
    due_now = due(after, terms, now)
    if broadcast_id is None:
        lane = query.where(*due_now, OutboxRow.broadcast_id.is_(None))
    else:
        sending = select(Broadcast.id).where(Broadcast.id == broadcast_id, Broadcast.state == BroadcastState.SENDING)
        lane = query.where(*due_now, OutboxRow.broadcast_id == broadcast_id, sending.exists())
    found = session.execute(lane.limit(limit)).all()
    carried = _carried(session, query, [row for row in found if row.doubts])
    rows: list[Claimed] = []
    closed: list[Claimed] = []
    rung: set[int] = set()
    skipped: list[tuple[int, str]] = []
    for row in _together(found, carried):
        bulk = row.broadcast_id is not None
        closes_at = window.ends(row.last_inbound_at, row.shut_at) if window else None
        shut = window is not None and (closes_at is None or closes_at <= now)
        rings = shut and ringing(row.rung_at, row.last_inbound_at, now)
        claimed = Claimed(*row[:11])._replace(closes_at=None if shut else closes_at)
        if reason := skipped_for(row, bulk=bulk, shut=shut):
            skipped.append((row.id, reason))
        elif _comes_as_tried(row, shut=shut, rings=rings):
            rows.append(claimed._replace(bell=rang_last(row.tried_at, row.held_at)))
        elif shut:
            closed.append(claimed._replace(bell=True))
            if rings:
                rung.add(row.address_id)
        else:
            rows.append(claimed)
    _skip(session, skipped, now)
    if lost := [row_id for row_id, reason in skipped if reason not in {"left", "followed"}]:
        redirect(session, lost, terms.elsewhere)
    if closed and window:
        rows += _ring(session, channel, closed, rung, window, now)
    _take(session, rows, token, now)
    return Claim(rows, found[-1].id if found else after, len(found))


def _silent(session: Session, address_ids: set[int], window: Window, now: datetime) -> set[int]:
    """Of these people, whoever is not writing at this moment: what is held after they wrote would wait for ever."""
    known = select(MemberAddress.id, MemberAddress.last_inbound_at, MemberAddress.shut_at)
    known = known.where(MemberAddress.id.in_(address_ids)).with_for_update(skip_locked=True, key_share=True)
    ends = {row.id: window.ends(row.last_inbound_at, row.shut_at) for row in session.execute(known)}
    return {address_id for address_id, end in ends.items() if end is None or end <= now}


def _carried(session: Session, query: Select[*tuple[Any, ...]], in_doubt: Sequence[Any]) -> Sequence[Any]:
    """What the messages in doubt also said: to the same addresses, which have an index."""
    if not in_doubt:
        return ()
    same = OutboxRow.address_id.in_({row.address_id for row in in_doubt})
    return session.execute(query.where(same, OutboxRow.carrier.in_([row.id for row in in_doubt]))).all()


def _together(found: Sequence[Any], carried: Sequence[Any]) -> Iterator[Any]:
    """Each row with what its message carried right behind it."""
    for row in found:
        yield row
        yield from (one for one in carried if one.carrier == row.id)


def recover(session: Session, channel: str, token: str, hold: datetime | None = None) -> int:
    """Rows that a foreman who is gone left in `sending`: all are sent again, however often that happened before.

    Most of them had not left. To give one up after its second death would lose it when neither time it had.

    Args:
        hold: not before this moment, where the platform can be asked by then what it was given.
    """
    sending = OutboxRow.state == OutboxState.SENDING
    abandoned = (IS_MOVING, OutboxRow.channel == channel, sending, OutboxRow.token != token)
    bells = session.scalars(select(OutboxRow.id).where(*abandoned, OutboxRow.rung_at.is_not(None))).all()
    found = {"detail": "found sending at start", "doubts": OutboxRow.doubts + 1, "token": "", "not_before": hold}
    if hold is None:
        unring(session, bells)
    else:
        _hold_back(session, select(OutboxRow.address_id).where(*abandoned), hold)
    taken = session.execute(
        update(OutboxRow).where(*abandoned).values(state=OutboxState.QUEUED, **found),
        execution_options={"synchronize_session": False},
    )
    return taken.rowcount  # type: ignore[attr-defined,no-any-return]  # a CursorResult, for an UPDATE


def _hold_back(session: Session, address_ids: Select[int | None], until: datetime) -> None:
    """Nothing may overtake what was in flight to these people."""
    sooner = or_(MemberAddress.held_until.is_(None), MemberAddress.held_until < until)
    held = update(MemberAddress).where(MemberAddress.id.in_(address_ids), sooner)
    session.execute(held.values(held_until=until), execution_options={"synchronize_session": False})


def give_back(session: Session, channel: str, token: str, held: Collection[int]) -> None:
    """Rows under our token that we do not hold, claimed in a transaction that seemed to fail: they did not leave."""
    lost = (
        IS_MOVING,
        OutboxRow.channel == channel,
        OutboxRow.state == OutboxState.SENDING,
        OutboxRow.token == token,
        OutboxRow.id.not_in(held),
    )
    bells = session.scalars(select(OutboxRow.id).where(*lost, OutboxRow.rung_at.is_not(None))).all()
    values = {"state": OutboxState.QUEUED, "token": "", "attempts": OutboxRow.attempts - 1, "carrier": carrier_in_doubt}
    session.execute(update(OutboxRow).where(*lost).values(**values), execution_options={"synchronize_session": False})
    unring(session, bells)


def carry(session: Session, carriers: Mapping[int, int]) -> None:
    """Note which row's message also says what these say: carried row -> carrier."""
    if carriers:
        session.execute(update(OutboxRow), [{"id": row_id, "carrier": lead} for row_id, lead in carriers.items()])


def _comes_as_tried(row: Any, *, shut: bool, rings: bool) -> bool:  # noqa: ANN401 - a row of `claim`
    """Whether it is in doubt and not what would go now: a bell that rings or was answered, a text now too late.

    What became of that comes first: the platform is asked, and may not take the one for the other.
    """
    return row.doubts > 0 and ((rings or not shut) if rang_last(row.tried_at, row.held_at) else shut)


def _skip(session: Session, skipped: Sequence[tuple[int, str]], now: datetime) -> None:
    if skipped:
        session.execute(
            update(OutboxRow),
            [
                {"id": row_id, "state": OutboxState.SKIPPED, "reason": reason, "settled_at": now}
                for row_id, reason in skipped
            ],
        )


def _ring(session: Session, channel: str, closed: Sequence[Claimed], rung: set[int], window: Window,
          now: datetime) -> list[Claimed]:  # fmt: skip
    """Of rows whose reader's window has closed, those for which a bell rings now; the others are held or put off."""
    silent = _silent(session, {row.address_id for row in closed}, window, now)
    closed = [row for row in closed if row.address_id in silent]
    if not closed:
        return []
    left = bells_left(session, channel, window, now, len(closed))
    bells: list[Claimed] = []
    behind: list[int] = []
    late: list[int] = []
    for row in closed:
        if row.address_id in rung:
            behind.append(row.id)
        elif len(bells) < left:
            bells.append(row)
            rung.add(row.address_id)
        else:
            late.append(row.id)
    hold(session, behind, now, bulk=closed[0].broadcast_id is not None)
    if late:
        postponed = update(OutboxRow).where(OutboxRow.id.in_(late))
        session.execute(postponed.values(not_before=next_bell_at(session, channel, now), reason=NO_BELL_TODAY))
    if bells:
        ids = [row.id for row in bells]
        addresses = [row.address_id for row in bells]
        session.execute(update(MemberAddress).where(MemberAddress.id.in_(addresses)).values(rung_at=now))
        hold(session, ids, now, bulk=bells[0].broadcast_id is not None)
    return bells


def _take(session: Session, rows: Sequence[Claimed], token: str, now: datetime) -> None:
    if rows:
        taken = update(OutboxRow).where(OutboxRow.id.in_([row.id for row in rows]))
        tried_at = case((OutboxRow.doubts > 0, OutboxRow.tried_at), else_=now)
        session.execute(
            taken.values(
                state=OutboxState.SENDING, token=token, attempts=OutboxRow.attempts + 1, tried_at=tried_at, carrier=None
            )
        )
