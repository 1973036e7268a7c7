"""The foreman's hand on the outbox: claim rows, deciding once more who gets them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from storage.bells import ring
from storage.broadcasts import Broadcast, BroadcastState
from storage.candidates import Candidates, Rows
from storage.claimed import Claim, Claimed
from storage.fallback import redirect
from storage.judgement import Judged, judge
from storage.manners import home_of, postpone, put_off, restraint
from storage.outbox import DIGEST, QUIET, STALE, OutboxRow, OutboxState
from storage.terms import PLAIN, Terms
from storage.windows import rang_last, ringing, waited_for_them


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


def carry(session: Session, carriers: Mapping[int, int]) -> None:
    """Note which row's message also says what these say: carried row -> carrier."""
    if carriers:
        session.execute(update(OutboxRow), [{"id": row_id, "carrier": lead} for row_id, lead in carriers.items()])


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
        judged = judge(session, [*_together(found, carried)], self._broadcast, window, now)
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
            rows += ring(session, self._look.channel, closed, rung, window, now)
        _take(session, rows, self._token, now)
        fresh = [row.id for row in found if row.not_before is None]
        return Claim(rows, max(fresh, default=after), len(found), woke=len(fresh) < len(found))

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


def _together(found: Sequence[Any], carried: Sequence[Any]) -> Iterator[Any]:
    """Each row with what its message carried right behind it."""
    for row in found:
        yield row
        yield from (one for one in carried if one.carrier == row.id)


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
