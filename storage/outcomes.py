"""What became of each message, written down under the token that holds its row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from storage.fallback import redirect
from storage.members import MemberAddress, mark_unreachable
from storage.outbox import OutboxRow, OutboxState, carrier_in_doubt
from storage.polls import note_polls
from storage.windows import answered, give_up_held, shut, unring

IN_ORDER = timedelta(minutes=1)
"""A message that must wait longer is overtaken: nobody goes unanswered today for a newsletter put off to tomorrow."""

TRIES = 5
"""A row that could not be handed over this often is refused; a 429 does not count."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: its new state and why.

    Attributes:
        state: SENT, HELD (a bell went), REFUSED, QUEUED (it did not leave), or DOUBT (it may have).
        hold: with QUEUED and DOUBT: not before this moment, nor anything else to this address.
        attempted: with QUEUED: whether it counts as a try.
        shut: with QUEUED: the reader's window had closed.
        again: with DOUBT: how often it is sent once more before it is left in doubt.
        certain: the platform was asked: whatever doubt there was is gone.
        unreachable: nothing can be sent to the address until the person comes back.
        bell: it was a bell.
        poll: the platform's id of the poll that it is.
    """

    id: int
    state: OutboxState
    reason: str = ""
    detail: str = ""
    external_id: str = ""
    hold: datetime | None = None
    attempted: bool = True
    shut: bool = False
    again: int = 1
    certain: bool = False
    unreachable: bool = False
    bell: bool = False
    poll: str = ""


def settle(session: Session, outcomes: Sequence[Outcome], token: str, now: datetime,
           elsewhere: Collection[str] = ()) -> None:  # fmt: skip
    """Write outcomes, each only if this token still holds its row.

    Args:
        elsewhere: channels on which members who allow it are reached when this one cannot any more.
    """
    final = [one for one in outcomes if one.state not in {OutboxState.QUEUED, OutboxState.DOUBT, OutboxState.HELD}]
    if final:
        session.execute(_SETTLE, [_settled(one, token, now) for one in final])
    note_polls(session, {one.id: (one.poll, one.external_id) for one in outcomes if one.poll})
    for one in outcomes:
        if one.state is OutboxState.QUEUED:
            _postpone(session, one, token, now)
        elif one.state is OutboxState.DOUBT:
            _doubt(session, one, token, now)
        elif one.state is OutboxState.HELD:
            _hold(session, one, token)
        if one.unreachable:
            mark_unreachable(session, _address_of(session, one.id), one.reason)
    unreachable = [one.id for one in outcomes if one.unreachable]
    if unreachable:
        redirect(session, [*unreachable, *give_up_held(session, unreachable, now)], elsewhere)
    if silent := [one.id for one in outcomes if one.bell and one.state not in _MAY_HAVE_RUNG]:
        unring(session, silent)
    if held := [one.id for one in outcomes if one.state is OutboxState.HELD]:
        answered(session, held)


def is_open(session: Session, row_id: int) -> bool:
    """Whether nothing has been written yet of what became of this row, which was claimed."""
    return session.scalar(select(OutboxRow.state).where(OutboxRow.id == row_id)) == OutboxState.SENDING


_MAY_HAVE_RUNG = (OutboxState.HELD, OutboxState.DOUBT)
_outbox = OutboxRow.__table__
_SETTLE = (
    update(OutboxRow.__table__)  # type: ignore[arg-type]  # the table, for a plain executemany
    .where(
        _outbox.c.id == bindparam("row"),
        _outbox.c.token == bindparam("holder"),
        _outbox.c.state == OutboxState.SENDING,
    )
    .values(
        state=bindparam("new_state"),
        reason=bindparam("new_reason"),
        detail=bindparam("new_detail"),
        external_id=bindparam("new_external_id"),
        doubts=_outbox.c.doubts * bindparam("doubted"),
        settled_at=bindparam("now"),
    )
)


def _settled(one: Outcome, token: str, now: datetime) -> dict[str, Any]:
    return {
        "row": one.id,
        "holder": token,
        "new_state": one.state,
        "new_reason": one.reason,
        "new_detail": one.detail,
        "new_external_id": one.external_id,
        "doubted": 0 if one.certain else 1,
        "now": now,
    }


def _in_hand(one: Outcome, token: str) -> tuple[ColumnElement[bool], ...]:
    return OutboxRow.id == one.id, OutboxRow.token == token, OutboxRow.state == OutboxState.SENDING


def _hold(session: Session, one: Outcome, token: str) -> None:
    """The bell went; the message waits until it is heard."""
    mine = _in_hand(one, token)
    rung = {"state": OutboxState.HELD, "token": "", "bell_id": one.external_id, "doubts": 0}
    session.execute(update(OutboxRow).where(*mine).values(**rung))


def _postpone(session: Session, one: Outcome, token: str, now: datetime) -> None:
    """Back into the queue, and for a short wait everything behind it; refused once it was tried too often."""
    mine = _in_hand(one, token)
    if one.attempted:
        spent = update(OutboxRow).where(*mine, OutboxRow.attempts >= TRIES)
        session.execute(spent.values(state=OutboxState.REFUSED, reason="tries", detail=one.detail, settled_at=now))
    given_back = 0 if one.attempted else 1
    queued: dict[str, Any] = {"state": OutboxState.QUEUED}
    queued |= {} if one.hold is None else {"not_before": one.hold}
    queued["attempts"] = OutboxRow.attempts - given_back
    queued |= {"token": "", "detail": one.detail, "external_id": one.external_id, "carrier": carrier_in_doubt}
    queued |= {"doubts": 0} if one.shut else {}  # the platform answered: nothing arrived
    again = update(OutboxRow).where(*mine).values(**queued)
    moved = session.execute(again).rowcount  # type: ignore[attr-defined]  # an UPDATE's CursorResult
    if moved and one.hold is not None and one.hold <= now + IN_ORDER:
        _hold_address(session, one.id, one.hold)
    if moved and one.shut:
        shut(session, one.id)


def _doubt(session: Session, one: Outcome, token: str, now: datetime) -> None:
    """It left and no answer came: send it once more, and after that leave it in doubt."""
    mine = _in_hand(one, token)
    last = update(OutboxRow).where(*mine, OutboxRow.doubts >= one.again)
    again = update(OutboxRow).where(*mine, OutboxRow.doubts < one.again)
    unsettled = {"detail": one.detail, "doubts": OutboxRow.doubts + 1}
    session.execute(last.values(state=OutboxState.DOUBT, settled_at=now, **unsettled))
    hold = {} if one.hold is None else {"not_before": one.hold}
    queued = again.values(state=OutboxState.QUEUED, token="", **hold, **unsettled)
    if session.execute(queued).rowcount and one.hold is not None:  # type: ignore[attr-defined]  # as above
        _hold_address(session, one.id, one.hold)


def _hold_address(session: Session, row_id: int, until: datetime) -> None:
    """Let nothing behind this row overtake it."""
    address = update(MemberAddress).where(MemberAddress.id == _address_of(session, row_id))
    session.execute(address.values(held_until=until))


def _address_of(session: Session, row_id: int) -> int | None:
    return session.scalar(select(OutboxRow.address_id).where(OutboxRow.id == row_id))
