"""Telegram: python-telegram-bot's Bot on an aiohttp transport of our own, polling or webhook."""

from __future__ import annotations

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.profile import Profile
from bot.channels.telegram.sending import Files

__all__ = ["Files", "Profile", "TelegramChannel"]
