"""Native polls: which poll of a platform asked whom what, written with the outcome of its send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ForeignKey, Row, String, case, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, insert_for
from storage.broadcasts import Broadcast, BroadcastKind
from storage.newsletters import Newsletter
from storage.outbox import ARRIVED, OutboxRow, OutboxState
from storage.surveys import Question, Survey


class Poll(Base):
    """A poll that a platform took.

    Attributes:
        poll_id: the platform's.
        outbox_id: the row it was sent as: its payload, or its broadcast, says what was asked, and its options' order.
        survey_id, question_id: what a vote answers.
        message: the platform's id of the message it stands in, so that it can be closed.
    """

    __tablename__ = "polls"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    poll_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    outbox_id: Mapped[int] = mapped_column(index=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id", ondelete="CASCADE"), index=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    message: Mapped[str] = mapped_column(String(128), default="")


def note_polls(session: Session, polls: Mapping[int, tuple[str, str]]) -> None:
    """Note which polls these rows were sent as: by row id, the platform's ids of the poll and of its message.

    Whoever holds the row now: the poll is out. One that asks nothing a survey does, such as a test copy, is not noted.
    """
    for outbox_id, (poll_id, message) in polls.items():
        _note(session, outbox_id, poll_id, message)


def poll_of(session: Session, channel: str, poll_id: str) -> Poll | None:
    return session.get(Poll, (channel, poll_id))


def unknown_sends(session: Session, address_id: int) -> Sequence[Row[int, Survey]]:
    """Rows with the survey each asks, newest first, that went to this address oftener than we know polls of.

    A vote may come before the outcome of its poll's send is stored, or after that was lost.
    """
    out = case((OutboxRow.state.in_((OutboxState.SENDING, *ARRIVED)), 1), else_=0)
    known = select(func.count()).where(Poll.outbox_id == OutboxRow.id).scalar_subquery()
    lost = or_(OutboxRow.state == OutboxState.SENDING, OutboxRow.doubts > 0)
    sent = (
        select(OutboxRow.id, Survey)
        .join(Broadcast, Broadcast.id == OutboxRow.broadcast_id)
        .join(Newsletter, Newsletter.id == Broadcast.newsletter_id)
        .join(Survey, Survey.id == Newsletter.about_id)
        .where(OutboxRow.address_id == address_id, lost, OutboxRow.doubts + out > known)
        .where(Newsletter.about == "survey", Broadcast.kind == BroadcastKind.NEWSLETTER)
        .order_by(OutboxRow.id.desc())
    )
    return session.execute(sent).all()


def _note(session: Session, outbox_id: int, poll_id: str, message: str) -> None:
    asked = (
        select(OutboxRow.channel, OutboxRow.address_id, Newsletter.about_id, Question.id)
        .join(Broadcast, Broadcast.id == OutboxRow.broadcast_id)
        .join(Newsletter, Newsletter.id == Broadcast.newsletter_id)
        .join(Question, Question.survey_id == Newsletter.about_id)
        .where(OutboxRow.id == outbox_id, Newsletter.about == "survey")
    )
    found = session.execute(asked.limit(1)).one_or_none()
    if found is None:
        return
    channel, address_id, survey_id, question_id = found
    values = {"outbox_id": outbox_id, "address_id": address_id, "survey_id": survey_id, "question_id": question_id}
    row = insert_for(session)(Poll).values(channel=channel, poll_id=poll_id, message=message, **values)
    if message:
        told = row.on_conflict_do_update(index_elements=["channel", "poll_id"], set_={"message": message})
    else:
        told = row.on_conflict_do_nothing()
    session.execute(told)
