"""Surveys, for those who write them and read what came back."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.admin.surveys import results

router = Router()
router.include(results.router)
