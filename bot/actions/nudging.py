"""Reminds those who have not answered a survey, and those who stopped half way; never anybody who answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import appeals, surveys
from bot.actions.localized import read
from bot.actions.reminding import CIVIL_HOUR
from bot.actions.surveycards import length_words
from bot.actions.telling import tell
from bot.core.i18n import _, speaking
from bot.core.locale import zoned_words
from bot.core.moments import on
from bot.network import Network
from storage.audiences import Audience, count
from storage.broadcasts import Broadcast, BroadcastKind
from storage.members import Member
from storage.newsletters import Newsletter
from storage.staff import record
from storage.surveys import Survey, SurveyState, questions_of

BEFORE: Final = timedelta(days=2)
"""So long before its end those who have not answered are reminded, at a civil hour."""

SHORT: Final = timedelta(days=4)
"""A survey that is open for less reminds half way."""

AGAIN: Final = timedelta(days=1)
"""By hand not sooner than that after the last time."""


class Waiting(NamedTuple):
    """How many have not begun, and how many stopped half way."""

    silent: int
    halfway: int


def due_at(survey: Survey, network: Network) -> datetime | None:
    """When it reminds by itself; None for never, or not any more."""
    if not survey.nudge or survey.nudged_at or survey.published_at is None or survey.closes_at is None:
        return None
    if survey.closes_at - survey.published_at < SHORT:
        return survey.published_at + (survey.closes_at - survey.published_at) / 2
    return on((survey.closes_at - BEFORE).astimezone(network.zone).date(), CIVIL_HOUR, network.zone)


def due(session: Session, network: Network, now: datetime) -> list[int]:
    """Ids of the surveys that remind now."""
    found = session.scalars(select(Survey).where(Survey.state == SurveyState.OPEN, Survey.nudged_at.is_(None)))
    return [survey.id for survey in found if _is_due(survey, network, now)]


def nudge_due(session: Session, survey_id: int, network: Network, now: datetime) -> bool:
    """Remind, if that is still due; whether anybody is told."""
    survey = session.get(Survey, survey_id, with_for_update=True, populate_existing=True)
    if survey is None or survey.state != SurveyState.OPEN or not _is_due(survey, network, now):
        return False
    _nudge(session, survey, network, now)
    return True


def nudge(session: Session, survey: Survey, actor: Member, network: Network, now: datetime) -> None:
    """By hand. Ask `allowed_at` first."""
    record(session, now, actor.id, "survey.nudge", survey=survey.id)
    _nudge(session, survey, network, now)


def reword(session: Session, reminder: Broadcast, survey: Survey, network: Network) -> None:
    """Let what reminds of it, and waits yet, say how it stands now."""
    words = _stopped if Audience.from_json(reminder.audience).halfway else _not_begun
    texts = _texts(session, survey, network, words)
    session.get_one(Newsletter, reminder.newsletter_id).texts = {each: str(text) for each, text in texts.items()}


def allowed_at(survey: Survey) -> datetime | None:
    """From when on it may remind by hand; None for at once."""
    return survey.nudged_at + AGAIN if survey.nudged_at else None


def waiting(session: Session, survey: Survey) -> Waiting:
    """Whom it would remind."""
    silent, halfway = (
        sum(part.members for part in count(session, each)) for each in (_silent(survey), _halfway(survey))
    )
    return Waiting(silent, halfway)


def _is_due(survey: Survey, network: Network, now: datetime) -> bool:
    moment = due_at(survey, network)
    return moment is not None and moment <= now and (survey.closes_at is None or now < survey.closes_at)


def _nudge(session: Session, survey: Survey, network: Network, now: datetime) -> None:
    survey.nudged_at = now
    for audience, words in ((_silent(survey), _not_begun), (_halfway(survey), _stopped)):
        texts = _texts(session, survey, network, words)
        until = survey.closes_at
        tell(session, BroadcastKind.REMINDER, surveys.ABOUT, survey.id, texts, survey.source, audience, now,
             expires_at=until)  # fmt: skip


def _silent(survey: Survey) -> Audience:
    return replace(appeals.audience_of(survey), silent=(survey.id,))


def _halfway(survey: Survey) -> Audience:
    return Audience(halfway=(survey.id,))


def _texts(session: Session, survey: Survey, network: Network, words: Callable[[str, Markup], Markup],
           ) -> dict[str, Markup]:  # fmt: skip
    questions = questions_of(session, survey.id)
    texts = {}
    for language in network.languages:
        with speaking(language):
            lines = [words(read(survey, language).title, length_words(questions))]
            if survey.closes_at is not None:
                lines.append(_("It is open until {moment}.").format(moment=zoned_words(survey.closes_at, network.zone)))
            texts[language] = Markup("\n").join(lines)
    return texts


def _not_begun(title: str, length: Markup) -> Markup:
    return _("We would like to hear from you too: “{title}” ({length}).").format(title=title, length=length)


def _stopped(title: str, _length: Markup) -> Markup:
    return _("You began to answer “{title}”. Your answers are kept; it goes on where you stopped.").format(title=title)
