"""A bubble as Twilio's Messages resource: text, a file by its address, a menu or a bell as Content."""

from __future__ import annotations

import json
from collections.abc import Callable
from logging import getLogger
from typing import Any, Final
from urllib.parse import quote

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from bot.channels.whatsapp.account import PREFIX, Account
from bot.channels.whatsapp.capabilities import MIMES, capabilities
from bot.channels.whatsapp.contents import Contents
from bot.channels.whatsapp.outcomes import VARIABLES, Outcomes, code_of, words_of
from bot.channels.whatsapp.webhook import OVERRIDES
from bot.core.channel import Outcome, Refused, Sent, Unknown
from bot.core.messages import Attachment, Outbound
from bot.core.mimes import file_name, mime_of
from bot.core.rendering import Bubble, render

MediaUrl = Callable[[Attachment], str]
"""Where Twilio can fetch a file of ours; raises ValueError for one that is not in the file store."""

_NO_BELL: Final = Refused("no_bell", systemic=True, detail="its template is missing or not approved: whatsapp status")

_NUMBERS_FROM_NOW_ON: Final = "Twilio takes no menus as Content (%s %s): they are numbered text until the next start"
_logger = getLogger(__name__)


class Sender:
    """`callback` is where statuses are told, without our reference."""

    def __init__(
        self,
        account: Account,
        client: Client,
        contents: Contents,
        outcomes: Outcomes,
        media_url: MediaUrl,
        callback: str,
    ) -> None:
        self._origin = account.origin
        self._client = client
        self._contents = contents
        self._outcomes = outcomes
        self._media_url = media_url
        self._callback = callback

    async def send(self, user: str, outbound: Outbound, bubble: Bubble, reference: str) -> Outcome:
        """One request; a second one, as plain numbers, only for a menu that Twilio would not have as Content."""
        if outbound.bell:
            said = self._bell(outbound)
            return await self._try(user, said, reference) if said else _NO_BELL
        if bubble.form:
            return await self._choices(user, outbound, bubble, reference)
        try:
            said = self._plain(bubble)
        except ValueError as error:
            return Refused("content", systemic=True, detail=str(error))
        return await self._try(user, said, reference)

    async def _choices(self, user: str, outbound: Outbound, bubble: Bubble, reference: str) -> Outcome:
        try:
            return await self._create(user, self._content(bubble), reference)
        except TwilioException as error:
            if code_of(error) not in VARIABLES:
                return self._outcomes.of(error, PREFIX + user)
            _logger.warning(_NUMBERS_FROM_NOW_ON, code_of(error), words_of(error))
        self._contents.give_up()
        return await self._try(user, {"body": render(outbound, capabilities()).text}, reference)

    async def _try(self, user: str, said: dict[str, Any], reference: str) -> Outcome:
        try:
            return await self._create(user, said, reference)
        except TwilioException as error:
            return self._outcomes.of(error, PREFIX + user)

    async def _create(self, user: str, said: dict[str, Any], reference: str) -> Outcome:
        told = {"status_callback": f"{self._callback}?ref={quote(reference, safe='')}{OVERRIDES}"} if reference else {}
        message = await self._client.messages.create_async(to=PREFIX + user, **self._origin, **told, **said)
        return Sent(message.sid) if message.sid else Unknown("the answer held no message")

    def _plain(self, bubble: Bubble) -> dict[str, Any]:
        """A file of a kind that WhatsApp does not carry, such as an export of ours, goes as where it can be fetched."""
        lines, file, media = [bubble.text], bubble.attachment, {}
        if file is not None and mime_of(file) in MIMES:
            media = {"media_url": [self._media_url(file)]}
        elif file is not None:
            lines += [file_name(file), self._media_url(file)]
        body = "\n".join(line for line in lines if line)
        return ({"body": body} if body else {}) | media

    def _content(self, bubble: Bubble) -> dict[str, Any]:
        buttons = [button for row in bubble.rows for button in row]
        if bubble.form == "quick":
            replies = [value for button in buttons for value in (button.label, button.payload)]
            return self._filled(f"korpu_qr{len(buttons)}", dict(enumerate([bubble.text, *replies], 1)))
        described = any(button.description for button in buttons)
        values = {1: bubble.text, 2: bubble.opens}
        for number, button in enumerate(buttons, 1):
            values |= {3 * number: button.label, 3 * number + 1: button.payload}
            if described:  # an empty one is refused
                values[3 * number + 2] = button.description or button.label
        return self._filled(f"korpu_{'described' if described else 'list'}{len(buttons)}", values)

    def _bell(self, outbound: Outbound) -> dict[str, Any]:
        """Nothing when there is no approved template. What fills one may hold no line breaks or runs of spaces."""
        name = f"korpu_bell_{outbound.language}"
        values = {number: " ".join(value.split()) for number, value in enumerate(outbound.bell, 1)}
        return self._filled(name, values) if self._contents.sid(name) else {}

    def _filled(self, name: str, values: dict[int, str]) -> dict[str, Any]:
        variables = json.dumps({str(number): value for number, value in values.items()}, ensure_ascii=False)
        return {"content_sid": self._contents.sid(name), "content_variables": variables}
