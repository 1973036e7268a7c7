"""Surveys, for those who write them and read what came back."""

from __future__ import annotations

from bot.core.router import Router

router = Router()
