"""Asks Twilio's message list what became of a message whose answer was never heard."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from bot.channels.whatsapp.account import PREFIX, Account
from bot.channels.whatsapp.outcomes import Outcomes
from bot.core.channel import Outcome, Refused, Retry, Sent

_MARGIN: Final = timedelta(minutes=1)
"""Our clock and Twilio's may differ."""

_MOST: Final = 200
"""Messages looked at, the newest first; a person is not sent as many within minutes."""

_LATER: Final = Retry(timedelta(seconds=5), attempted=False)
_FAILED: Final = frozenset({"failed", "undelivered"})
_NEVER_SENT: Final = "canceled"


class Tracing:
    def __init__(self, account: Account, client: Client, outcomes: Outcomes) -> None:
        self._account = account
        self._client = client
        self._outcomes = outcomes

    async def trace(self, user: str, since: datetime, known: Collection[str]) -> Outcome | None:
        """As `bot.core.channel.Tracing.trace`. Of several that nobody knows, the oldest is the one in doubt.

        One that failed for now has certainly not arrived, and may be sent again like one that was never there.
        Asked for by recipient alone: what is still in Twilio's queue has no date it was sent on.
        """
        to = PREFIX + user
        try:
            listed = await self._client.messages.list_async(to=to, limit=_MOST, **self._sender)
        except TwilioException:
            return _LATER
        begin = since - _MARGIN
        ours = (one for one in reversed(listed) if self._is_ours(one) and one.sid not in known)
        fates = (self._fate(one, to) for one in ours if one.date_created >= begin)
        return next((fate for fate in fates if isinstance(fate, Sent | Refused)), None)

    @property
    def _sender(self) -> dict[str, str]:
        return {"from_": PREFIX + self._account.sender} if self._account.sender else {}

    def _is_ours(self, message: Any) -> bool:  # noqa: ANN401 - the SDK has no types
        """The account may have other senders and services, and this person may know them as well."""
        service = message.messaging_service_sid
        return message.direction != "inbound" and (
            bool(self._account.sender) or service in (None, self._account.service)
        )

    def _fate(self, message: Any, to: str) -> Outcome:  # noqa: ANN401 - the SDK has no types
        if message.status in _FAILED:
            return self._outcomes.failed(message.error_code or 0, message.error_message or "", to)
        if message.status == _NEVER_SENT:
            return Retry(timedelta())
        return Sent(message.sid)
