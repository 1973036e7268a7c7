"""Surveys, for those who answer them."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.surveys import results

router = Router()
router.include(results.router)
