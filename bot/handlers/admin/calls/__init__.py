"""Funding calls, for those who write and publish them."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.admin.calls import files, lists, proposals, publishing, sheet, words

router = Router()
router.include(sheet.DETAILS.router, sheet.UNTIL.router)
router.include(*(room.router for room in (words, files, publishing, proposals)))
router.include(lists.OFFICE.router)
