"""The words of a declaration that is being written."""

from __future__ import annotations

from typing import Final

from bot.core.i18n import N_
from bot.handlers.admin.declarations.pages import PAGES
from bot.handlers.admin.wordings import Wordings
from storage.declarations import Declaration

LONGEST_TEXT: Final = 6000
"""Two printed pages; what is too long for one message is read in several."""

WORDS: Final = Wordings(
    Declaration,
    PAGES,
    title=N_("What is the declaration called in {language}?"),
    text=N_("Write what people will sign, in {language}. Once it is sent, no word of it can change."),
    longest=LONGEST_TEXT,
    kept=N_("Kept as a draft. You can go on at any time."),
)
