"""Surveys, for those who answer them."""

from __future__ import annotations

from bot.core.router import Router

router = Router()
