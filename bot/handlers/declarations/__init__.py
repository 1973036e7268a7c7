"""Declarations, for those who sign them."""

from __future__ import annotations

from bot.core.router import Router

router = Router()
