"""The foreman's hand on the outbox: claim rows, deciding once more who gets them, and give back what did not leave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, case, or_, select, update
from sqlalchemy.orm import Session

from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.candidates import Candidates, Rows
from storage.fallback import redirect
from storage.manners import home_of, postpone, put_off, restraint
from storage.members import MemberAddress
from storage.outbox import DIGEST, IS_MOVING, QUIET, STALE, OutboxRow, OutboxState, carrier_in_doubt
from storage.terms import PLAIN, Terms, uninterested
from storage.terms import skipped as skipped_for
from storage.windows import (
    Window,
    bells_left,
    hold,
    next_bell_at,
    rang_last,
    ringing,
    unring,
    wait_for_a_bell,
    waited_for_them,
)


class Claimed(NamedTuple):
    """A row in the hands of this foreman.

    Attributes:
        doubts: how often it was sent without an answer before; then `tried_at` is when.
        carrier: the row whose message said it too, when it was sent before.
        closes_at: when the reader's window closes; None where the channel has none, or when it has closed.
        bell: only a bell may go, and the message waits until it is heard.
        kept: it goes with what else was kept for this person, as one message.
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
    kept: bool = False


class Claim(NamedTuple):
    """What a claim brought: rows to send, the highest id it looked at, and how many rows it looked at.

    Attributes:
        woke: whether some of them had waited for a moment that has come.
    """

    rows: list[Claimed]
    last: int
    looked_at: int
    woke: bool = False


def claim(session: Session, channel: str, broadcast_id: int | None, after: int, limit: int, token: str, now: datetime,
          terms: Terms = PLAIN, *, waited: bool = True) -> Claim:  # fmt: skip
    """Take the next rows of the interactive lane (`broadcast_id` None) or of one broadcast that is sending.

    Whoever said stop, was erased or cannot be reached since the row was written is skipped in the same transaction, and
    so is everybody once the broadcast is of no use. Where manners ask for it, a row is put off. For whom only a bell
    may ring the row comes as one, and further rows wait behind it. What is in doubt comes as what was tried last, bell
    or text, until that is known, and with all that its message carried, from whichever lane.

    Args:
        after: look behind this id only; finished rows before it need not be passed over again.
        limit: most rows to take.
        waited: of a broadcast, look also for what waited for a moment that has come.
    """
    if broadcast_id is None:
        look = Candidates(session, channel, terms._replace(manners=None), now)  # an answer is awaited
        return _Claiming(look, None, token).take(look.replies(after, limit), after)
    look = Candidates(session, channel, terms, now)
    broadcast = session.get(Broadcast, broadcast_id)
    if broadcast is None or broadcast.state != BroadcastState.SENDING:
        return Claim([], after, 0)
    return _Claiming(look, broadcast, token).take(look.of_broadcast(broadcast_id, after, limit, waited=waited), after)


def claim_digests(session: Session, channel: str, limit: int, token: str, now: datetime,
                  terms: Terms = PLAIN) -> Claim:  # fmt: skip
    """Take what is due to so many people as one message each, with all rows of each."""
    look = Candidates(session, channel, terms, now)
    return _Claiming(look, None, token).take(look.digests(limit), 0)


def last_of(session: Session, channel: str, broadcast_id: int | None) -> int:
    """The newest row of a lane: a look from the beginning that found no more need not pass over the others again.

    To be asked before that look. Whatever is committed later with a lower id is for the next one.
    """
    newest = select(OutboxRow.id).where(OutboxRow.channel == channel).limit(1)
    if broadcast_id is None:
        newest = newest.where(OutboxRow.broadcast_id.is_(None)).order_by(OutboxRow.id.desc())
    else:
        newest = newest.where(OutboxRow.broadcast_id == broadcast_id, OutboxRow.not_before.is_(None))
        newest = newest.order_by(OutboxRow.not_before.desc(), OutboxRow.id.desc())
    return session.scalar(newest) or 0


class Judged(NamedTuple):
    """A row with when its reader's window closes, whether it has, and why it does not go; "" when it does."""

    row: Any
    closes_at: datetime | None
    shut: bool
    reason: str


class _Claiming:
    """One claim: what becomes of each row that was looked at. Of a broadcast, or of replies or digests (None)."""

    def __init__(self, look: Candidates, broadcast: Broadcast | None, token: str) -> None:
        self._look = look
        self._broadcast = broadcast
        self._token = token
        self._session, self._now, self._terms = look.session, look.now, look.terms

    def take(self, found: Rows, after: int) -> Claim:
        """Take those that go."""
        session, now, window = self._session, self._now, self._terms.window
        carried = self._look.carried_by([row for row in found if row.doubts])
        judged = self._judge([*_together(found, carried)])
        waiting = self._put_off(judged, found)
        rows: list[Claimed] = []
        closed: list[Claimed] = []
        rung: set[int] = set()
        skipped: list[tuple[int, str]] = []
        for row, closes_at, shut, reason in judged:
            if row.id in waiting:
                continue
            rings = shut and ringing(row.rung_at, row.last_inbound_at, now)
            claimed = Claimed(*row[:11])._replace(closes_at=None if shut else closes_at, kept=row.reason == DIGEST)
            if reason:
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
        if lost := [row_id for row_id, reason in skipped if reason not in {"left", "followed", STALE}]:
            redirect(session, lost, self._terms.elsewhere)
        if closed and window:
            rows += _ring(session, self._look.channel, closed, rung, window, now)
        _take(session, rows, self._token, now)
        fresh = [row.id for row in found if row.not_before is None]
        return Claim(rows, max(fresh, default=after), len(found), woke=len(fresh) < len(found))

    def _judge(self, rows: Sequence[Any]) -> list[Judged]:
        """What is taken back is taken back from everybody."""
        window, now = self._terms.window, self._now
        judged: list[Judged] = []
        stopped = self._uninterested(rows)
        for row in rows:
            closes_at = window.ends(row.last_inbound_at, row.shut_at) if window else None
            shut = window is not None and (closes_at is None or closes_at <= now)
            broadcast = self._broadcast_of(row)
            bulk = broadcast is not None and broadcast.kind != BroadcastKind.RECALL
            over = broadcast is not None and broadcast.expires_at is not None and broadcast.expires_at <= now
            unasked = bulk or row.reason == QUIET  # without a broadcast: it was to be told in the morning
            reason = skipped_for(row, bulk=unasked, shut=shut) or (STALE if over else "")
            reason = reason or ("left" if row.id in stopped else "")
            judged.append(Judged(row, closes_at, shut, reason))
        return judged

    def _uninterested(self, rows: Iterable[Any]) -> set[int]:
        fresh: dict[int, list[Any]] = {}
        for row in rows:
            if row.broadcast_id is not None and row.edits is None and not row.doubts:
                fresh.setdefault(row.broadcast_id, []).append(row)
        found = (uninterested(self._session, self._broadcast_of(theirs[0]), theirs) for theirs in fresh.values())
        return set().union(*found)

    def _broadcast_of(self, row: Any) -> Broadcast | None:  # noqa: ANN401 - a row of `storage.candidates`
        """A digest is of several, and so is what one message carried."""
        if self._broadcast is not None and row.broadcast_id == self._broadcast.id:
            return self._broadcast
        return None if row.broadcast_id is None else self._session.get_one(Broadcast, row.broadcast_id)

    def _put_off(self, judged: Sequence[Judged], found: Rows) -> Collection[int]:
        """Which of a broadcast's must wait, but for those that waited for their reader to write: they have written.

        With them what is ahead is put off: in an evening that may be a million.
        """
        manners, broadcast, session, now = self._terms.manners, self._broadcast, self._session, self._now
        if manners is None:
            return ()
        homes = {home_of(row.region, row.country) for row in found}
        held = restraint(session, homes, broadcast, self._terms, now)
        if held is None:
            return ()
        unasked = [
            row
            for row, _closes_at, shut, reason in judged
            if row.broadcast_id is not None
            and not reason
            and (shut or not waited_for_them(row.reason, row.held_at, row.last_inbound_at))
        ]
        waiting = put_off(session, unasked, held, manners, now)
        if waiting:
            waited = any(row.not_before is not None for row in found if row.id in waiting)
            postpone(session, waiting, self._look.ahead(broadcast.id if broadcast else None, waited=waited), held)
        return waiting


def _silent(session: Session, address_ids: set[int], window: Window, now: datetime) -> set[int]:
    """Of these people, whoever is not writing at this moment: what is held after they wrote would wait for ever."""
    known = select(MemberAddress.id, MemberAddress.last_inbound_at, MemberAddress.shut_at)
    known = known.where(MemberAddress.id.in_(address_ids)).with_for_update(skip_locked=True, key_share=True)
    ends = {row.id: window.ends(row.last_inbound_at, row.shut_at) for row in session.execute(known)}
    return {address_id for address_id, end in ends.items() if end is None or end <= now}


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
    found: dict[str, Any] = {"detail": "found sending at start", "doubts": OutboxRow.doubts + 1, "token": ""}
    found |= {} if hold is None else {"not_before": hold}
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
        wait_for_a_bell(session, late, next_bell_at(session, channel, now), now)
    if bells:
        ids = [row.id for row in bells]
        addresses = [row.address_id for row in bells]
        session.execute(update(MemberAddress).where(MemberAddress.id.in_(addresses)).values(rung_at=now))
        hold(session, ids, now, bulk=bells[0].broadcast_id is not None)
    return bells


_awake = case((OutboxRow.reason == QUIET, ""), else_=OutboxRow.reason)


def _take(session: Session, rows: Sequence[Claimed], token: str, now: datetime) -> None:
    if rows:
        taken = update(OutboxRow).where(OutboxRow.id.in_([row.id for row in rows]))
        tried_at = case((OutboxRow.doubts > 0, OutboxRow.tried_at), else_=now)
        session.execute(
            taken.values(
                state=OutboxState.SENDING,
                token=token,
                attempts=OutboxRow.attempts + 1,
                tried_at=tried_at,
                carrier=None,
                reason=_awake,
            )
        )
