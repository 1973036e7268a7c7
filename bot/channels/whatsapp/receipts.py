"""What Twilio tells about a message afterwards.

https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
"""

from __future__ import annotations

from typing import Final

from bot.channels.whatsapp.inbound import Form
from bot.channels.whatsapp.outcomes import Outcomes
from bot.core.channel import Receipt

_ARRIVED: Final = frozenset({"delivered", "read"})
_STATES: Final = _ARRIVED | {"sent"}
_FAILED: Final = frozenset({"failed", "undelivered"})


def receipt(form: Form, reference: str, outcomes: Outcomes) -> Receipt | None:
    """None for what says nothing new ("queued", "sending"), and for messages that are not ours."""
    sid, status, to = form.get("MessageSid", ""), form.get("MessageStatus", ""), form.get("To", "")
    if not (reference and sid):
        return None
    if status in _STATES:
        if status in _ARRIVED:
            outcomes.arrived(to)
        return Receipt(reference, sid, status)
    if status not in _FAILED:
        return None
    code = form.get("ErrorCode", "")
    words = form.get("ErrorMessage") or form.get("ChannelStatusMessage") or ""
    return Receipt(reference, sid, failure=outcomes.failed(int(code) if code.isdecimal() else 0, words, to))
