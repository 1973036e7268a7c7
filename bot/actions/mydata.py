"""Everything kept about one person, as a file they can read: first what is theirs, last what only machines need."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, inspect, or_, select, tuple_
from sqlalchemy.orm import Session

from bot.actions.disliking import dislikes_of
from storage.base import Base
from storage.broadcasts import Broadcast
from storage.calendars import all_taken
from storage.calls import Call, CallMark
from storage.conversations import load_conversation
from storage.declarations import Declaration, Signature
from storage.events import Event, ProposedTime, Rsvp, TimeMark
from storage.inbox import InboxRow
from storage.links import LinkTry
from storage.members import Member, addresses_of, topics_of
from storage.organisations import Organisation
from storage.outbox import OutboxRow
from storage.polls import Poll
from storage.responses import Answer, Response, Sheet, responses_of
from storage.staff import AuditEntry, Invitation, Staff
from storage.surveys import Question, Survey


def export(session: Session, member: Member, now: datetime) -> bytes:
    """JSON in UTF-8, indented. What the platforms keep about the same person is theirs to hand out."""
    addresses = addresses_of(session, member.id)
    places = [(address.channel, address.user) for address in addresses]
    address_ids = [address.id for address in addresses]
    received = select(InboxRow).where(tuple_(InboxRow.channel, InboxRow.user).in_(places)).order_by(InboxRow.id)
    told = session.scalars(_sent_to(OutboxRow.broadcast_id.is_(None), OutboxRow.address_id.in_(address_ids))).all()
    here = session.scalars(_sent_to(OutboxRow.broadcast_id.is_not(None), OutboxRow.address_id.in_(address_ids)))
    # By member too: also what went to an address that was theirs once. Broadcast first, as the index has it.
    ever = session.scalars(_sent_to(OutboxRow.broadcast_id.in_(select(Broadcast.id)), OutboxRow.member_id == member.id))
    broadcast = sorted({row.id: row for row in (*here, *ever)}.values(), key=attrgetter("id"))
    heard = session.scalars(received).all()
    tries = select(LinkTry).where(LinkTry.address_id.in_(address_ids)).order_by(LinkTry.id)
    about = or_(AuditEntry.actor_id == member.id, AuditEntry.detail["member"].as_integer() == member.id)
    audit = select(AuditEntry).where(about).order_by(AuditEntry.id)
    invited = or_(Invitation.used_by == member.id, Invitation.invited_by == member.id)
    marks = select(CallMark, Call.titles).join(Call, Call.id == CallMark.call_id)
    marks = marks.where(CallMark.member_id == member.id).order_by(Call.id)
    written = select(Call).where(or_(Call.author_id == member.id, Call.proposer_id == member.id)).order_by(Call.id)
    answers = select(Rsvp, Event.titles).join(Event, Event.id == Rsvp.event_id)
    answers = answers.where(Rsvp.member_id == member.id).order_by(Event.id)
    times = select(ProposedTime).join(TimeMark, TimeMark.time_id == ProposedTime.id)
    times = times.where(TimeMark.member_id == member.id).order_by(ProposedTime.id)
    asked = select(Survey).where(Survey.author_id == member.id).order_by(Survey.id)
    signatures = select(Signature, Declaration.titles).join(Declaration, Declaration.id == Signature.declaration_id)
    signatures = signatures.where(Signature.member_id == member.id).order_by(Signature.id)
    opened = select(Declaration).where(Declaration.author_id == member.id).order_by(Declaration.id)
    polls = select(Poll).where(Poll.address_id.in_(address_ids)).order_by(Poll.outbox_id)
    whole = {
        "member": _columns(member),
        "organisation": _found(session, Organisation, member.organisation_id),
        "topics": sorted(topics_of(session, member.id)),
        "addresses": [
            {"channel": address.channel, "user": address.user, "since": address.created_at} for address in addresses
        ],
        "calls": [_columns(mark) | {"titles": titles} for mark, titles in session.execute(marks)],
        "calls_you_hear_less_of": dislikes_of(session, member.id),
        "calls_by_you": [_columns(call) for call in session.scalars(written)],
        "events": [_columns(rsvp) | {"titles": titles} for rsvp, titles in session.execute(answers)],
        "times_that_suit_you": [
            {"event": time.event_id, "starts_at": time.starts_at} for time in session.scalars(times)
        ],
        "calendar_files_of_events": [each.event_id for each in all_taken(session) if each.member_id == member.id],
        "surveys": [_answered(session, response) for response in responses_of(session, member.id)],
        "surveys_by_you": [_columns(survey) for survey in session.scalars(asked)],
        "declarations": [_columns(signed) | {"titles": titles} for signed, titles in session.execute(signatures)],
        "declarations_by_you": [_columns(declaration) for declaration in session.scalars(opened)],
        "staff": _found(session, Staff, member.id),
        "invitations": [_columns(each, "hashed") for each in session.scalars(select(Invitation).where(invited))],
        "messages_received_from_you": [{"at": row.received_at, "message": row.payload} for row in heard],
        "messages_sent_to_you": [{"at": row.created_at, "message": row.payload} for row in told],
        "newsletters_sent_to_you": [
            {"broadcast": row.broadcast_id, "language": row.language, "state": row.state, "reason": row.reason,
             "queued_at": row.created_at, "settled_at": row.settled_at}
            for row in broadcast
        ],
        "staff_actions_by_or_about_you": [_columns(entry) for entry in session.scalars(audit)],
        "technical": {
            "exported_at": now,
            "addresses": [_columns(address) for address in addresses],
            "polls": [_columns(each) for each in session.scalars(polls)],
            "wrong_codes": [_columns(each) for each in session.scalars(tries)],
            "conversations": [load_conversation(session, address_id) for address_id in address_ids],
            "inbox": [_columns(row, "payload") for row in heard],
            "outbox": [_columns(row, "payload", "token") for row in told],
        },
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=2, default=_written).encode()


def _sent_to(*which: ColumnElement[bool]) -> Select[OutboxRow]:
    return select(OutboxRow).where(*which).order_by(OutboxRow.id)


def _answered(session: Session, response: Response) -> dict[str, Any]:
    """That they take part in a survey, with what they answered where that is known to be theirs."""
    survey, sheet = session.get_one(Survey, response.survey_id), response.sheet_key
    answers = select(Question.texts, Answer.value).join(Question, Question.id == Answer.question_id)
    answers = answers.where(Answer.sheet_key == sheet).order_by(Question.position)
    given = [{"question": texts, "answer": value} for texts, value in session.execute(answers)]
    found = _columns(session.get_one(Sheet, sheet), "survey_id") if sheet else {}
    kept = {"anonymous": survey.anonymous, "sheet": found, "answers": given}
    return _columns(response, "sheet_key") | {"titles": survey.titles} | kept


def _columns(row: Base, *hidden: str) -> dict[str, Any]:
    """What the table holds, under the names of its columns."""
    names: Sequence[str] = inspect(type(row)).columns.keys()
    return {name: getattr(row, name) for name in names if name not in hidden}


def _found(session: Session, table: type[Base], key: int | None) -> dict[str, Any] | None:
    row = session.get(table, key) if key is not None else None
    return _columns(row) if row is not None else None


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    raise TypeError(f"a {type(value).__name__} has no place in JSON")
