"""What people sent, as bytes: Twilio keeps it, asks for the account's password, and redirects to where it really is."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin

from twilio.rest import Client

from bot.channels.whatsapp.account import PREFIX, Account
from bot.channels.whatsapp.client import Transport, Unanswered, Unsent

_HOPS: Final = 4
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_ELSEWHERE: Final = frozenset({301, 302, 303, 307, 308})


class Media:
    def __init__(self, account: Account, client: Client, transport: Transport) -> None:
        self._account = account
        self._client = client
        self._transport = transport

    async def fetch(self, file: str, most: int) -> bytes | None:
        """The bytes of "whatsapp:<message sid>/<media sid>"; None when they are gone or more than `most`.

        Raises:
            OSError: not to be had now.
        """
        message, _, media = file.removeprefix(PREFIX).partition("/")
        place = f"2010-04-01/Accounts/{self._account.sid}/Messages/{message}/Media/{media}"
        url, auth = self._client.api.absolute_url(place), (self._account.sid, self._account.token)
        return await self._follow(url, most, auth)

    async def _follow(self, url: str, most: int, auth: tuple[str, str] | None) -> bytes | None:
        for _ in range(_HOPS):
            try:
                found = await self._transport.download(url, most, auth)
            except (Unsent, Unanswered) as error:
                raise OSError(str(error)) from None
            if found.status == HTTPStatus.OK:
                return found.content
            if found.status in _GONE:
                return None
            if found.status not in _ELSEWHERE or not found.location:
                raise OSError(f"HTTP {found.status}")
            url, auth = urljoin(url, found.location), None  # the store it leads to has its own key in the address
        raise OSError("redirected too often")
