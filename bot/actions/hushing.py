"""What stands half answered of an anonymous survey that is over is forgotten: it will never be counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session

from bot.actions.questionnaires import SURVEY
from bot.core.conversation import Conversation
from bot.core.progress import Progress
from storage.conversations import ConversationState, load_conversation, save_conversation
from storage.surveys import Survey, SurveyState

AFTER: Final = timedelta(hours=1)
"""So long after it was closed: it may have been closed by mistake."""

LOOKED_AT: Final = timedelta(days=30)
"""How long after it was closed one looks for such answers: the bot may not have run for a while."""


def halves(session: Session, now: datetime) -> list[tuple[int, str]]:
    """Where there are any: the address, and the name of the form. Reads every conversation: not to be asked often."""
    over = (Survey.anonymous, Survey.state.in_((SurveyState.CLOSED, SurveyState.WITHDRAWN)),
            Survey.closed_at.between(now - LOOKED_AT, now - AFTER))  # fmt: skip
    forms = [f"{SURVEY}:{survey_id}" for survey_id in session.scalars(select(Survey.id).where(*over))]
    if not forms:
        return []
    written = cast(ConversationState.state, String)
    named = or_(*(written.contains(f'"{form}"') for form in forms))
    rows = session.execute(select(ConversationState.address_id, ConversationState.state).where(named))
    return [(address_id, form) for address_id, state in rows for form in forms
            if _progress(Conversation.from_json(state), form)]  # fmt: skip


def forget(session: Session, address_id: int, form: str) -> None:
    """Take this form out of the conversation, and what is ticked under its question."""
    there = Conversation.from_json(load_conversation(session, address_id, lock=True))
    asked = bool(there.stack) and there.stack[-1].form == form and there.menu is not None and there.menu.question
    stack, aside = (tuple(each for each in kept if each.form != form) for kept in (there.stack, there.aside))
    left = replace(there, stack=stack, aside=aside, menu=None if asked else there.menu)
    save_conversation(session, address_id, left.to_json())


def standing(session: Session, address_id: int, form: str) -> Progress | None:
    """Where somebody stands in this form there."""
    return _progress(Conversation.from_json(load_conversation(session, address_id)), form)


def _progress(there: Conversation, form: str) -> Progress | None:
    return next((progress for progress in (*there.stack, *there.aside) if progress.form == form), None)
