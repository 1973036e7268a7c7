"""Every table, so that whoever needs the whole schema (migrations, tests) imports one module."""

from storage.base import Base
from storage.broadcasts import Broadcast
from storage.calls import Call, CallMark, Dislike
from storage.carried import CarriedFile
from storage.conversations import ConversationState
from storage.declarations import Declaration, Signature
from storage.events import Event, ProposedTime, Rsvp, TimeMark
from storage.facts import Fact
from storage.inbox import InboxRow
from storage.lanes import Lane
from storage.links import LinkCode, LinkTry
from storage.members import Member, MemberAddress, Subscription
from storage.newsletters import Newsletter
from storage.organisations import Organisation
from storage.outbox import OutboxRow
from storage.polls import Poll
from storage.reminders import Reminder
from storage.responses import Answer, Response, Sheet
from storage.schedules import Run, Schedule
from storage.staff import AuditEntry, Invitation, Staff
from storage.surveys import Question, Survey

metadata = Base.metadata

__all__ = [
    "Answer",
    "AuditEntry",
    "Broadcast",
    "Call",
    "CallMark",
    "CarriedFile",
    "ConversationState",
    "Declaration",
    "Dislike",
    "Event",
    "Fact",
    "InboxRow",
    "Invitation",
    "Lane",
    "LinkCode",
    "LinkTry",
    "Member",
    "MemberAddress",
    "Newsletter",
    "Organisation",
    "OutboxRow",
    "Poll",
    "ProposedTime",
    "Question",
    "Reminder",
    "Response",
    "Rsvp",
    "Run",
    "Schedule",
    "Sheet",
    "Signature",
    "Staff",
    "Subscription",
    "Survey",
    "TimeMark",
    "metadata",
]
