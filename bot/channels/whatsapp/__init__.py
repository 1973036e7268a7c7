"""WhatsApp through Twilio: its SDK's asynchronous client, signed webhooks, Content resources for menus and bells."""

from __future__ import annotations

from bot.channels.whatsapp.account import Account
from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.channels.whatsapp.memory import Memory
from bot.channels.whatsapp.setup import Setup

__all__ = ["Account", "Memory", "Setup", "WhatsAppChannel"]
