"""Declarations, for those who write them and count who signed."""

from __future__ import annotations

from bot.actions import declarations
from bot.core.router import Router
from bot.handlers.admin import drafts
from bot.handlers.admin.declarations import desk, files, lists, pages, publishing, sheet, words
from storage.declarations import DeclarationState

router = Router()
router.include(*(room.router for room in (sheet, publishing, desk, files)))
router.include(words.WORDS.router, lists.OFFICE.router)
drafts.PAGES[declarations.ABOUT] = pages.PAGES.of_publication
pages.PAGES.by_state.update(
    {
        DeclarationState.DRAFT: sheet.show,
        DeclarationState.OPEN: desk.show,
        DeclarationState.CLOSED: desk.show,
    }
)
