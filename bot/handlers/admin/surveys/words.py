"""The words of a survey that is being written."""

from __future__ import annotations

from typing import Final

from bot.core.i18n import N_
from bot.handlers.admin.surveys.pages import PAGES
from bot.handlers.admin.wordings import Wordings
from storage.surveys import Survey

LONGEST_TEXT: Final = 600
"""With all that stands below it, what a message above buttons holds on every channel."""

WORDS: Final = Wordings(
    Survey,
    PAGES,
    title=N_("What is the survey called in {language}?"),
    text=N_("What is it for, and what becomes of the answers? Write it in {language}."),
    longest=LONGEST_TEXT,
    kept=N_("Kept as a draft. Now add its questions; you can go on at any time."),
)
