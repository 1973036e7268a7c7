"""How people and senders are named: a phone number or a business-scoped user id, behind `whatsapp:`."""

from __future__ import annotations

import re
from uuid import uuid4

_PHONE = re.compile(r"whatsapp:\+[1-9]\d{6,14}")
_USER = re.compile(r"whatsapp:[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


def valid(address: str) -> bool:
    """A recipient's form: E.164, or a two-letter country, a dot and up to 128 letters and digits."""
    return bool(_PHONE.fullmatch(address) or _USER.fullmatch(address))


def address(name: str) -> str:
    """With the channel's prefix, once: "+99450..." and "AZ.123..." alike; nothing stays nothing."""
    return f"whatsapp:{name.removeprefix('whatsapp:')}" if name else ""


def new_sid(prefix: str) -> str:
    """34 characters: two letters say what it is."""
    return prefix + uuid4().hex


def units(text: str) -> int:
    """Length in UTF-16 units: the strictest reading of Twilio's "characters", of which an emoji may be several."""
    return len(text.encode("utf-16-le")) // 2
