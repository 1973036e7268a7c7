"""Surveys, for those who answer them."""

from __future__ import annotations

from bot.core.router import Router
from bot.handlers.surveys import answering, lists, reading, results, taking_over, voting

router = Router()
router.include(*(room.router for room in (answering, lists, reading, results, taking_over, voting)))
