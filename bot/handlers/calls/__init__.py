"""Funding calls, for members: what is open, saved, asked about, passed on, not wanted, proposed."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.calls import asking, declining, lists, proposals, reading, reminding, saving, searching, sharing

router = Router()
router.include(*(room.router for room in (reading, saving, reminding, declining, sharing, asking, searching)))
router.include(lists.router, proposals.router)
