"""How an event was, from those who were there: a rating, and what should be better, in their words."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from bot.actions.standing import RATINGS
from storage.events import Rsvp
from storage.members import Member
from storage.rsvps import rsvp_of

LONGEST: Final = 1_000
"""Of what should be better, in characters."""


def rate(session: Session, event_id: int, member: Member, rating: int) -> Rsvp | None:
    """Note how useful it was, from 1 to 5; the last word counts. None for whoever was not there, or another number."""
    rsvp = rsvp_of(session, event_id, member.id)
    if rsvp is None or rsvp.attended_at is None or not 1 <= rating <= len(RATINGS):
        return None
    rsvp.rating = rating
    return rsvp


def improve(session: Session, event_id: int, member: Member, better: str) -> None:
    """Note what should be better."""
    rsvp = rsvp_of(session, event_id, member.id)
    if rsvp is not None and rsvp.attended_at is not None:
        rsvp.better = better
