"""When WhatsApp lets a business write: the window of 24 hours, the daily tier, the cap on marketing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tests.emulators.twilio.device import DAY, MARKETING, Device
from tests.emulators.twilio.message import Message

OUTSIDE_WINDOW, OVER_TIER, MARKETING_CAP = 63016, 63018, 63049


@dataclass(slots=True)
class Rules:
    """What differs between accounts, or is not known for certain.

    Attributes:
        outside: what becomes of free text outside the window: refused at once, or this status by callback.
        tier: unique people a moving 24 hours who may get templates outside their windows; None is unlimited.
        marketing_cap: marketing templates one person gets in a moving 24 hours; None is unlimited.
        list_fields: a pick from a list carries ListId and ListTitle.
        strict_variables: line breaks in variables are refused in the window and without approval too.
    """

    outside: Literal["undelivered", "failed", "refused"] = "undelivered"
    tier: int | None = None
    marketing_cap: int | None = None
    list_fields: bool = True
    strict_variables: bool = False


def obstacle(rules: Rules, device: Device, people: Iterable[Device], message: Message, now: float) -> int:
    """Twilio's code for why this message may not reach this person now, or 0, in which case it counts as sent."""
    is_open = device.window_open(now)
    if not (is_open or message.approved):
        return OUTSIDE_WINDOW
    if message.category == MARKETING:
        device.advertised = [moment for moment in device.advertised if now - moment < DAY]
        too_many = rules.marketing_cap is not None and len(device.advertised) >= rules.marketing_cap
        if too_many or device.phone.startswith("+1"):
            return MARKETING_CAP
    if not is_open:
        begun = [other for other in people if now - other.begun < DAY]
        if rules.tier is not None and device not in begun and len(begun) >= rules.tier:
            return OVER_TIER
        device.begun = now
    if message.category == MARKETING:
        device.advertised.append(now)
    return 0
