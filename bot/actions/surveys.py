"""Surveys as their authors make them."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from bot.actions.localized import read
from bot.actions.rights import RUNNING, may_send, may_write, role_of
from storage.audiences import Audience
from storage.members import Member
from storage.surveys import Survey, SurveyState

ABOUT: Final = "survey"
"""What `Newsletter.about` says of its publication."""

RESULTS: Final = "results"
"""And of its results, sent back to those who answered."""


def may_edit(session: Session, member: Member, survey: Survey) -> bool:
    """Those who run the network may, and its author while they may write to those it asks."""
    mine = survey.author_id == member.id and may_write(session, member)
    allowed = mine and (survey.state == SurveyState.DRAFT or may_send(session, member, audience_of(survey)))
    return allowed or role_of(session, member) in RUNNING


def audience_of(survey: Survey) -> Audience:
    """Whom it asks."""
    return Audience.from_json(survey.audience)


def title(survey: Survey, language: str) -> str:
    """Plain, in this language or else the one it was first written in."""
    return read(survey, language).title
