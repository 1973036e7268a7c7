"""A Telegram Bot API on loopback, so that tests meet something that refuses, delays and forgets as Telegram does."""

from __future__ import annotations

from tests.emulators.telegram.faults import Fault
from tests.emulators.telegram.files import PIXEL, File
from tests.emulators.telegram.limits import Limits
from tests.emulators.telegram.message import Message
from tests.emulators.telegram.person import Person
from tests.emulators.telegram.server import TOKEN, BotApi, Refusal, Request

__all__ = ["PIXEL", "TOKEN", "BotApi", "Fault", "File", "Limits", "Message", "Person", "Refusal", "Request"]
