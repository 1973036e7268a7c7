"""Surveys, for those who answer them."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.surveys import answering, lists, reading, results, taking_over

router = Router()
router.include(answering.router, lists.router, reading.router, results.router, taking_over.router)
