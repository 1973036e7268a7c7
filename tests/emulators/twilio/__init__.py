"""Twilio's WhatsApp on loopback, so that tests meet something that refuses, delays and forgets as Twilio does."""

from __future__ import annotations

from tests.emulators.twilio.faults import Fault
from tests.emulators.twilio.limits import Limits
from tests.emulators.twilio.media import PIXEL
from tests.emulators.twilio.message import Message
from tests.emulators.twilio.person import Person
from tests.emulators.twilio.record import Request
from tests.emulators.twilio.server import Twilio
from tests.emulators.twilio.world import ACCOUNT, SENDER, SERVICE, TOKEN, Refusal

__all__ = [
    "ACCOUNT",
    "PIXEL",
    "SENDER",
    "SERVICE",
    "TOKEN",
    "Fault",
    "Limits",
    "Message",
    "Person",
    "Refusal",
    "Request",
    "Twilio",
]
