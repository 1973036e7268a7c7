"""Funding calls, for those who write and publish them."""

from __future__ import annotations

from bot.actions import calls
from bot.core.router import Router
from bot.handlers.admin import drafts
from bot.handlers.admin.calls import files, lists, pages, proposals, publishing, sheet, words
from storage.calls import CallState

router = Router()
router.include(sheet.DETAILS.router, sheet.UNTIL.router)
router.include(*(room.router for room in (words, files, publishing, proposals)))
router.include(lists.OFFICE.router)
drafts.PAGES[calls.ABOUT] = pages.PAGES.of_publication
pages.PAGES.by_state.update(
    {
        **dict.fromkeys(pages.LIVING, sheet.show),
        CallState.WITHDRAWN: pages.show_withdrawn,
        CallState.DECLINED: pages.show_declined,
    }
)
