"""What becomes of a survey that was published: its end moves, it closes, opens again, or is withdrawn.

Its copies change in place, where the messenger can; nobody gets a message for it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.actions import appeals, nudging, publishing, surveys, telling
from bot.actions.results import results
from bot.network import Network
from storage.members import Member
from storage.staff import record
from storage.surveys import Survey, SurveyState, questions_of


def may_open(session: Session, survey: Survey) -> bool:
    """Not once the results of an anonymous one can be seen: who answers next would be told by what changes."""
    over = survey.anonymous and survey.state == SurveyState.CLOSED
    return not (over and results(session, survey, questions_of(session, survey.id)))


def move_closing(session: Session, survey: Survey, until: datetime | None, actor: Member, network: Network,
                 now: datetime) -> None:  # fmt: skip
    """Let it end then; None for by hand. One that is closed is open again."""
    survey.closes_at = until
    if survey.state in surveys.PUBLISHED:
        survey.state, survey.closed_at = SurveyState.OPEN, None
        publishing.keep_until(session, surveys.ABOUT, survey.id, until)
        for reminder in telling.told(session, surveys.ABOUT, survey.id):
            publishing.expire(session, reminder, until)
            nudging.reword(session, reminder, survey, network)
        appeals.show_anew(session, survey, network, now)
    record(session, now, actor.id, "survey.until", survey=survey.id, moment=until.isoformat() if until else "")
    session.flush()


def close(session: Session, survey: Survey, actor: Member, network: Network, now: datetime) -> None:
    """It takes no more answers, from now on."""
    record(session, now, actor.id, "survey.close", survey=survey.id)
    _end(session, survey, SurveyState.CLOSED, network, now)


def withdraw(session: Session, survey: Survey, actor: Member, network: Network, now: datetime) -> None:
    """It holds no more. Messages that have not left are not sent; what was answered is kept."""
    record(session, now, actor.id, "survey.withdraw", survey=survey.id)
    _end(session, survey, SurveyState.WITHDRAWN, network, now)


def _end(session: Session, survey: Survey, state: SurveyState, network: Network, now: datetime) -> None:
    publishing.keep_until(session, surveys.ABOUT, survey.id, now)
    surveys.end(session, survey, state, network, now)
