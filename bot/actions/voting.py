"""A vote on the one question of a survey: it counts once, can be changed until the survey closes, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bot.actions import answering
from bot.actions.ballots import question_of
from bot.actions.question_words import choices
from bot.actions.question_words import codes as codes_of
from storage import polls
from storage.members import Member
from storage.polls import Poll
from storage.responses import response_of
from storage.surveys import Question, QuestionKind, Survey


class Vote(NamedTuple):
    """What became of a vote.

    Attributes:
        first: nothing of theirs was counted before.
        changed: something else was.
    """

    first: bool
    changed: bool


def poll_of(session: Session, channel: str, poll_id: str, address_id: int, now: datetime) -> Poll | None:
    """The poll of this id; one nobody knows is taken for the newest to this address whose id we never heard.

    Of those, one that is open yet goes before one that is closed.
    """
    known = polls.poll_of(session, channel, poll_id)
    if known is None:
        sent = polls.unknown_sends(session, address_id)
        asking = [(row_id, survey) for row_id, survey in sent if question_of(session, survey) is not None]
        asking.sort(key=lambda one: not answering.is_open(one[1], now))
        polls.note_polls(session, {row_id: (poll_id, "") for row_id, _survey in asking[:1]})
        known = polls.poll_of(session, channel, poll_id)  # or its outcome was stored meanwhile
    return known


def codes_at(question: Question, places: Sequence[int]) -> list[str] | None:
    """The choices at these places of a poll, from 0; None where there is none at one of them."""
    known = list(choices(question, "", ""))
    return [known[place] for place in places] if all(0 <= place < len(known) for place in places) else None


def vote(session: Session, survey: Survey, question: Question, member: Member, codes: Sequence[str],
         now: datetime) -> Vote:  # fmt: skip
    """Count this vote, and no other of theirs. Ask `answering.is_open` first.

    Raises:
        answering.Taken: somebody else answers for their organisation.
    """
    before = counted(session, survey, question, member)
    response = answering.begin(session, survey, member, now)
    value = _value(question, codes)
    answering.complete(session, survey, response, member, {question.id: value}, now)
    return Vote(not before, bool(before) and before != codes_of(question, value))


def counted(session: Session, survey: Survey, question: Question, member: Member) -> list[str]:
    """The choices that count as theirs now, locked; none where they have not answered."""
    response = response_of(session, survey.id, answering.holder_of(survey, member), lock=True)
    answers = answering.answers_of(session, response) if response is not None and response.completed_at else {}
    return codes_of(question, answers[question.id]) if question.id in answers else []


def _value(question: Question, codes: Sequence[str]) -> Any:  # noqa: ANN401 - as `QuestionKind` says
    match question.kind:
        case QuestionKind.SEVERAL:
            return [code for code in choices(question, "", "") if code in codes]
        case QuestionKind.YES_NO:
            return codes[0] == "yes"
        case QuestionKind.SCALE:
            return int(codes[0])
        case _:
            return codes[0]
