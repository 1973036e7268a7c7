"""Declarations, for those who sign them."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.declarations import lists, reading, signing, withdrawing

router = Router()
router.include(lists.router, reading.router, signing.router, withdrawing.router)
