"""Declarations, for those who write them and count who signed."""

from __future__ import annotations

from bot.core.router import Router

router = Router()
