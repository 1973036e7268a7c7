"""What Twilio's webhook brings, in our words.

https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from markupsafe import Markup, escape

from bot.channels.whatsapp.account import CHANNEL, PREFIX
from bot.core.messages import Address, Attachment, Inbound, Kind, Point
from bot.core.mimes import mime_of
from bot.core.typed import formatted

Form = Mapping[str, str]

_MEDIA: Final = re.compile(r"/Messages/(\w+)/Media/(\w+)/?(?:\?.*)?$", re.ASCII)
_STICKER: Final = "image/webp"
_CONTACT: Final = re.compile(r"text/(?:x-)?(?:vcard|directory)")
_CARRIED: Final = re.compile(r"image/|application/|text/")
_FILE_NAME: Final = re.compile(r"[^\n/\\]{1,120}\.\w{1,5}")


def inbound(form: Form, at: float = 0) -> Inbound | None:
    """What a person did, or None for what is not WhatsApp's, such as an SMS to the same Messaging Service.

    Args:
        at: when they did it, in seconds since 1970, when that may be long ago.
    """
    origin, sid = form.get("From", ""), form.get("MessageSid", "")
    if not sid or not origin.startswith(PREFIX):
        return None
    number = origin.removeprefix(PREFIX)
    user = form.get("ExternalUserId", "").removeprefix(PREFIX) or number
    kind, text, attachment = _said(form)
    tap = form.get("ButtonPayload") or form.get("ListId") or ""
    return Inbound(
        Address(CHANNEL, user),
        sid,
        Kind.TAP if tap else kind,
        text=Markup() if tap else text,
        tap=tap,
        message=form.get("OriginalRepliedMessageSid", "") if tap else "",
        attachment=attachment,
        name=form.get("ProfileName", ""),
        phone=number if number.startswith("+") else "",
        at=at,
        point=_point(form) if kind is Kind.LOCATION and not tap else None,
    )


def _said(form: Form) -> tuple[Kind, Markup, Attachment | None]:
    """A pick from a list that comes without its id is its label, as if typed."""
    body = form.get("Body", "")
    if form.get("NumMedia", "0") not in ("", "0"):
        return _brought(form, body)
    if form.get("Latitude"):
        place = ", ".join(part for name in ("Label", "Address") if (part := form.get(name)))
        return Kind.LOCATION, escape(place), None
    if body:
        return Kind.TEXT, formatted(body, CHANNEL), None
    return Kind.OTHER, Markup(), None


def _point(form: Form) -> Point | None:
    try:
        point = Point(float(form["Latitude"]), float(form["Longitude"]))
    except (KeyError, ValueError):
        return None
    return point if abs(point.latitude) <= 90 and abs(point.longitude) <= 180 else None  # noqa: PLR2004 - of the globe


def _brought(form: Form, body: str) -> tuple[Kind, Markup, Attachment | None]:
    """WhatsApp carries one file a message; beside a document the body is its name."""
    mime = form.get("MediaContentType0", "").partition(";")[0].strip().lower()
    place = _MEDIA.search(form.get("MediaUrl0", ""))
    if mime == _STICKER:
        return Kind.STICKER, Markup(), None
    if mime.startswith("audio/"):
        return Kind.VOICE, Markup(), None
    if place is None or _CONTACT.match(mime) or not _CARRIED.match(mime):
        return Kind.OTHER, Markup(), None
    kind = "photo" if mime.startswith("image/") else "document"
    name = body if kind == "document" and _is_name(body, mime) else ""
    attachment = Attachment(kind, f"{PREFIX}{place[1]}/{place[2]}", name=name, mime=mime)
    return Kind.FILE, Markup() if name else formatted(body, CHANNEL), attachment


def _is_name(body: str, mime: str) -> bool:
    return bool(_FILE_NAME.fullmatch(body)) and mime_of(Attachment("document", "", name=body)) == mime
