"""Finds what people wrote while nobody answered Twilio's webhook: its message list has everything."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from bot.channels.whatsapp.account import PREFIX, Account
from bot.channels.whatsapp.inbound import inbound
from bot.channels.whatsapp.memory import Memory
from bot.channels.whatsapp.outcomes import code_of
from bot.core.messages import Inbound

KEY: Final = "whatsapp.caught_up"
MARGIN: Final = timedelta(minutes=15)
"""A message may be listed late, and clocks differ: so much is looked at twice. The inbox knows each by its id."""

FRESH: Final = timedelta(seconds=5)
"""A message so new is left to the webhook, which tells more of it: what a tap means, and who the person is."""

_REMEMBERED: Final = 10_000
_PAGE: Final = 1_000


class CatchingUp:
    """Reads the list from 15 minutes before the last look on.

    Args:
        take: stores what was missed.
    """

    def __init__(
        self, account: Account, client: Client, memory: Memory, take: Callable[[list[Inbound]], Awaitable[None]]
    ) -> None:
        self._account = account
        self._client = client
        self._memory = memory
        self._take = take
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)

    def seen(self, sid: str) -> None:
        """This one came by the webhook and is stored."""
        self._seen.append(sid)

    async def step(self) -> bool:
        """Look once; whether there was something too new. The first look of all goes back 15 minutes.

        Raises whatever goes wrong; the next look then begins where this one did.
        """
        now = datetime.now(UTC)  # Twilio's time is everybody's: a demo's clock has no say here
        known = await self._memory.recall(KEY)
        since = (datetime.fromtimestamp(known["at"], UTC) if known else now) - MARGIN
        whom = {"to": PREFIX + self._account.sender} if self._account.sender else {}
        listed = await self._client.messages.list_async(**whom, date_sent_after=since, page_size=_PAGE)
        seen = set(self._seen)
        ours = [one for one in reversed(listed) if one.direction == "inbound" and self._is_ours(one)]
        unseen = [one for one in ours if one.sid not in seen and _said_at(one) >= since]
        missed = [one for one in unseen if _said_at(one) <= now - FRESH]
        found = [
            replace(read, later=tuple(each.sid for each in ours if _is_behind(each, one)))
            for one in missed
            if (read := inbound(await self._form(one), _said_at(one).timestamp()))
        ]
        if found:
            await self._take(found)
        await self._memory.remember(KEY, {"at": now.timestamp()})
        return len(missed) < len(unseen)

    def _is_ours(self, message: Any) -> bool:  # noqa: ANN401 - the SDK has no types
        """The account may have other Messaging Services."""
        return bool(self._account.sender) or message.messaging_service_sid in (None, self._account.service)

    async def _form(self, message: Any) -> dict[str, str]:  # noqa: ANN401 - as above
        """What the webhook would have said, as far as the list tells it: a tap comes as its label."""
        form = {
            "MessageSid": message.sid,
            "From": message.from_ or "",
            "Body": message.body or "",
            "NumMedia": message.num_media or "0",
        }
        if form["NumMedia"] != "0" and form["From"].startswith(PREFIX):
            for number, media in enumerate(await self._media(message.sid)):
                place = f"/Messages/{message.sid}/Media/{media.sid}"
                form |= {f"MediaUrl{number}": place, f"MediaContentType{number}": media.content_type or ""}
        return form

    async def _media(self, sid: str) -> list[Any]:
        """Nothing when it was deleted meanwhile."""
        try:
            return list(await self._client.messages(sid).media.list_async())
        except TwilioException as error:
            if code_of(error) == HTTPStatus.NOT_FOUND:
                return []
            raise


def _is_behind(one: Any, other: Any) -> bool:  # noqa: ANN401 - as above
    """Whether the same person said it later, by Twilio's whole seconds."""
    return bool(one.from_ == other.from_ and _said_at(one) > _said_at(other))


def _said_at(message: Any) -> datetime:  # noqa: ANN401 - as above
    said: datetime = message.date_sent or message.date_created
    return said
