"""Newsletters that come every week or month."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.admin.schedules import issue, lists, new, page

router = Router()
router.include(*(room.router for room in (page, new, issue, lists)))
