"""Whose messages these are at Twilio, and what to tell the owner when Twilio or WhatsApp will not have them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self

from bot.core.i18n import N_
from bot.settings import Settings

CHANNEL: Final = "whatsapp"
PREFIX: Final = f"{CHANNEL}:"
"""What stands before every number and user id at Twilio."""

_CREDENTIALS: Final = N_(
    "Twilio does not accept the account. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in .env: the first page of the"
    " Twilio Console shows both under Account Info."
)
_SENDER: Final = N_(
    "Twilio knows no such WhatsApp sender. Check WHATSAPP_FROM in .env: the Twilio Console lists yours under Messaging,"
    " Senders, WhatsApp senders."
)
_SERVICE: Final = N_(
    "Twilio cannot send through the Messaging Service. Check TWILIO_MESSAGING_SERVICE_SID in .env: the Twilio Console"
    " lists yours under Messaging, Services, and the service needs your WhatsApp sender in its sender pool."
)
_BUSINESS: Final = N_(
    "WhatsApp has restricted the business account behind WHATSAPP_FROM. See what it asks for in Meta's Business"
    " Manager, and in the Twilio Console under Messaging, Senders, WhatsApp senders."
)

SENTENCES: Final = {
    20003: _CREDENTIALS,
    20005: _CREDENTIALS,
    30002: _CREDENTIALS,
    401: _CREDENTIALS,
    21212: _SENDER,
    21603: _SENDER,
    21606: _SENDER,
    21659: _SENDER,
    21660: _SENDER,
    63001: _SENDER,
    63007: _SENDER,
    21701: _SERVICE,
    21703: _SERVICE,
    63020: _BUSINESS,
    63051: _BUSINESS,
    63112: _BUSINESS,
}
"""What each code that refuses the whole account says to its owner. https://www.twilio.com/docs/api/errors"""


@dataclass(frozen=True, slots=True)
class Account:
    """An account at Twilio, and which of its senders is ours.

    Attributes:
        sid: "AC...".
        token: signs webhooks and opens the API.
        sender: our number, "+994501234567"; "" where only the Messaging Service knows it.
        service: "MG...", or "".
    """

    sid: str
    token: str = field(repr=False)
    sender: str = ""
    service: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The account that the operator has set."""
        return cls(
            settings.twilio_account_sid,
            settings.twilio_auth_token.reveal(),
            sender=settings.whatsapp_from,
            service=settings.twilio_messaging_service_sid,
        )

    @property
    def origin(self) -> dict[str, str]:
        """Who sends, as the SDK's arguments."""
        origin = {"from_": PREFIX + self.sender} if self.sender else {}
        return origin | ({"messaging_service_sid": self.service} if self.service else {})
