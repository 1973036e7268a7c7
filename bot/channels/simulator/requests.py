"""What a page may ask over the live connection, checked before anything believes it."""

from __future__ import annotations

import json
import re
from typing import Any, Final

Request = dict[str, Any]

LONGEST: Final = 10_000
"""Characters in one typed text: more than any messenger sends, so that "too long" can be tried."""

_IDENTITY: Final = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)

_FIELDS: Final[dict[str, dict[str, type]]] = {
    "say": {"user": str, "text": str},
    "tap": {"user": str, "payload": str, "message": str},
    "vote": {"user": str, "message": str, "picked": list},
    "sticker": {"user": str},
    "voice": {"user": str},
    "location": {"user": str},
    "switch_off": {"user": str, "off": bool},
    "block": {"user": str, "blocked": bool},
    "add_phone": {"name": str, "shape": str, "language": str},
    "advance": {"seconds": int},
    "add_silent": {"count": int},
}


def parsed(raw: str) -> Request:
    """One request: `do` says what, `id` is the page's own and comes back as the external id or with a failure.

    Raises:
        ValueError: it is not such a request; the message says why.
    """
    request = json.loads(raw)
    if not isinstance(request, dict) or request.get("do") not in _FIELDS:
        raise ValueError("unknown request")
    fields = _FIELDS[request["do"]]
    if request.keys() != {"do", "id", *fields} or any(type(request[key]) is not kind for key, kind in fields.items()):
        raise ValueError("wrong fields")
    if not is_identity(request["id"]):
        raise ValueError("wrong id")
    if any(len(value) > LONGEST for value in request.values() if isinstance(value, str)):
        raise ValueError("too long")
    return request


def is_identity(value: object) -> bool:
    """Whether a page may call something by this: 8 to 64 letters, digits and hyphens."""
    return isinstance(value, str) and _IDENTITY.fullmatch(value) is not None
