"""Which of the times that were offered suit a member."""

from __future__ import annotations

from sqlalchemy.orm import Session

from storage.events import ProposedTime, TimeMark
from storage.members import Member


def toggle(session: Session, time: ProposedTime, member: Member) -> None:
    """It suits them, if it did not; and the other way round."""
    mark = session.get(TimeMark, (time.id, member.id))
    if mark is None:
        session.add(TimeMark(time_id=time.id, member_id=member.id))
    else:
        session.delete(mark)
    session.flush()
