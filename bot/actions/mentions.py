"""Which files anything still speaks of: newsletters and calls, messages in and out, and open conversations."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import String, cast, select, union_all
from sqlalchemy.orm import Session

from storage.calls import Call
from storage.conversations import ConversationState
from storage.inbox import InboxRow
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow

_COLUMNS: Final = (Newsletter.attachment, Call.documents, InboxRow.payload, OutboxRow.payload, ConversationState.state)
_BEGINS: Final = '"file": "'
_FILE: Final = re.compile(_BEGINS + r'([^"\\]+)"')
"""As both databases write JSON out. What a person typed cannot look like it: in there a quotation mark is escaped."""


def mentioned(session: Session) -> set[str]:
    """Every `Attachment.file` in the tables. One statement, so that a file on its way from one to another is seen."""
    texts = [cast(column, String) for column in _COLUMNS]
    look = union_all(*(select(text.label("text")).where(text.contains(_BEGINS)) for text in texts))
    return {file for text in session.scalars(look).yield_per(1_000) for file in _FILE.findall(text)}
