"""Surveys that were published: what their messages are about, and how they end."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from bot.actions import appeals, telling
from bot.network import Network
from storage.shuffling import shuffle
from storage.surveys import Survey, SurveyState

ABOUT: Final = Survey.about

RESULTS: Final = "results"
"""What `Newsletter.about` says of results that are sent back to those who answered."""

PUBLISHED: Final = (SurveyState.OPEN, SurveyState.CLOSED)


def end(session: Session, survey: Survey, state: SurveyState, network: Network, at: datetime) -> None:
    """Let its copies say that it is over since then, and send no more of what reminds of it."""
    survey.state, survey.closed_at = state, at
    if survey.anonymous:
        shuffle(session, survey.id)
    telling.overtake(session, ABOUT, survey.id, at)
    appeals.show_anew(session, survey, network, at)
