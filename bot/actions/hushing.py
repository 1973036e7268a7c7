"""What stands half answered of an anonymous survey that is over is forgotten: it will never be counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.questionnaires import SURVEY
from bot.core.conversation import Conversation
from bot.core.form import Progress
from storage.conversations import ConversationState, load_conversation, save_conversation
from storage.members import MemberAddress
from storage.responses import Response
from storage.surveys import Survey, SurveyState

AFTER: Final = timedelta(hours=1)
"""So long after it was closed: it may have been closed by mistake."""

LOOKED_AT: Final = timedelta(days=2)
"""How long after it was closed one looks for such answers."""


def halves(session: Session, now: datetime) -> list[tuple[int, str]]:
    """Where there are any: the address, and the name of the form."""
    over = (Survey.anonymous, Survey.state.in_((SurveyState.CLOSED, SurveyState.WITHDRAWN)),
            Survey.closed_at.between(now - LOOKED_AT, now - AFTER))  # fmt: skip
    found = select(ConversationState.address_id, ConversationState.state, Survey.id)
    found = found.join(MemberAddress, MemberAddress.id == ConversationState.address_id)
    found = found.join(Response, Response.member_id == MemberAddress.member_id)
    found = found.join(Survey, Survey.id == Response.survey_id).where(Response.completed_at.is_(None), *over)
    rows = [(address_id, state, f"{SURVEY}:{survey_id}") for address_id, state, survey_id in session.execute(found)]
    return [(address_id, form) for address_id, state, form in rows if _stands(Conversation.from_json(state), form)]


def forget(session: Session, address_id: int, form: str) -> None:
    """Take this form out of the conversation."""
    there = Conversation.from_json(load_conversation(session, address_id))
    stack, aside = ([each for each in kept if each.form != form] for kept in (there.stack, there.aside))
    save_conversation(session, address_id, replace(there, stack=tuple(stack), aside=tuple(aside)).to_json())


def standing(session: Session, address_id: int, form: str) -> Progress | None:
    """Where somebody stands in this form there."""
    there = Conversation.from_json(load_conversation(session, address_id))
    return next((progress for progress in (*there.stack, *there.aside) if progress.form == form), None)


def _stands(there: Conversation, form: str) -> bool:
    return any(progress.form == form for progress in (*there.stack, *there.aside))
