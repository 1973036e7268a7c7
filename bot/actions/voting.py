"""A vote on the one question of a survey: it counts once, can be changed until the survey closes, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bot.actions import answering
from bot.actions.question_words import choices
from storage.members import Member
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
    before = response_of(session, survey.id, answering.holder_of(survey, member), lock=True)
    counted = answering.answers_of(session, before) if before is not None and before.completed_at else {}
    response = answering.begin(session, survey, member, now)
    answers = {question.id: _value(question, codes)}
    answering.complete(session, survey, response, member, answers, now)
    return Vote(not counted, bool(counted) and counted != answers)


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
