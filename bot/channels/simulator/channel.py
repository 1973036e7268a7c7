"""A channel whose platform is the demo page: the same contract as Telegram and WhatsApp, with nobody outside to ask."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from bot.channels.simulator.crowd import SILENT, Crowd
from bot.channels.simulator.phone import Phone, poll_id
from bot.channels.simulator.phones import Phones
from bot.channels.simulator.shapes import Shape
from bot.channels.simulator.site import Site
from bot.core.channel import Accept, Capabilities, Closed, Outcome, Refused, Retry, Sent
from bot.core.messages import Outbound
from bot.core.rendering import excess, is_poll, parts, render

_AGAIN: Final = 1.0
"""Seconds before what could not be accepted is offered again."""

_NOBODY: Final = Refused("not_found", unreachable=True)
_UNPLUGGED: Final = Retry(timedelta(seconds=5))
_CLOSED: Final = Closed("Failed to send freeform message because you are outside the allowed window.")
_UNEDITABLE: Final = Refused("uneditable", detail="Bad Request: message to edit not found")
_UNDELETABLE: Final = Refused("undeletable", detail="Bad Request: message can't be deleted for everyone")
_TOO_LONG: Final = Refused("content", systemic=True, detail="Bad Request: message is too long")

_log = logging.getLogger(__name__)


class Simulator:
    """The phones of one shape.

    Args:
        shape: which.
        phones: the hub that both shapes share.
        crowd: the silent members, and the counts.
        rate: messages a second.
        site: given to one of the channels, which then mounts and ends it.
    """

    def __init__(self, shape: Shape, phones: Phones, crowd: Crowd, rate: float, site: Site | None = None) -> None:
        self._shape = shape
        self._phones = phones
        self._crowd = crowd
        self._rate = rate
        self._site = site
        self._receiving: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def name(self) -> str:
        return self._shape.channel

    @property
    def label(self) -> str:
        return self._shape.label

    @property
    def capabilities(self) -> Capabilities:
        return self._shape.capabilities

    @property
    def rate(self) -> float:
        return self._rate

    async def start(self, accept: Accept) -> None:
        self._stopping = False
        self._phones.wake(self.name)
        self._receiving = asyncio.create_task(self._receive(accept))
        if self._site is not None:
            self._site.start()

    async def stop(self) -> None:
        self._stopping = True
        self._phones.wake(self.name)
        if self._site is not None:
            await self._site.stop()
        if self._receiving is not None:
            await self._receiving

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:  # noqa: ARG002 - nothing is told later here
        if user.startswith(SILENT):
            return self._crowd.receive(user)
        phone = self._phones.find(self.name, user)
        if phone is None:
            return _NOBODY
        declined = self._declined(phone, outbound)
        if declined is not None:
            return declined
        if outbound.delete:
            return self._delete(phone, outbound.delete)
        if outbound.poll == "closed" or is_poll(outbound, self.capabilities):
            return self._poll(phone, outbound)
        return self._say(phone, outbound)

    def link(self, payload: str) -> str:
        return f"/start {payload}"

    def routes(self) -> Sequence[Any]:
        return () if self._site is None else self._site.routes()

    def _declined(self, phone: Phone, outbound: Outbound) -> Outcome | None:
        if phone.blocked:
            return Refused("blocked", unreachable=True)
        if phone.switched_off:
            return _UNPLUGGED
        if excess(outbound, self.capabilities):
            return _TOO_LONG
        if outbound.in_place and phone.message(outbound.edit) is None:
            return _UNEDITABLE
        return None if outbound.bell or self._phones.is_open(phone) else _CLOSED

    def _say(self, phone: Phone, outbound: Outbound) -> Sent:
        self._crowd.phones += 1
        shown = [self._show(phone, part) for part in parts(outbound, self.capabilities)]
        return Sent(shown[-1])

    def _poll(self, phone: Phone, outbound: Outbound) -> Outcome:
        """Put one, or close it; its words and choices stay as they are."""
        if outbound.poll == "closed":
            return Sent(outbound.edit) if self._phones.close_poll(phone, outbound.edit) else _UNEDITABLE
        if outbound.edit:
            return Sent(outbound.edit)
        self._crowd.phones += 1
        message = self._show(phone, outbound)
        return Sent(message, poll=poll_id(phone.user, message))

    def _show(self, phone: Phone, outbound: Outbound) -> str:
        edit = outbound.edit if self.capabilities.edits else ""
        return self._phones.show(phone.user, render(outbound, self.capabilities), edit, bell=bool(outbound.bell))

    def _delete(self, phone: Phone, messages: Sequence[str]) -> Outcome:
        """A bubble that is gone already is deleted too."""
        lasts = self.capabilities.deletes
        if lasts is None or any(self._phones.is_older(phone, message, lasts) for message in messages):
            return _UNDELETABLE
        for message in messages:
            self._phones.remove(phone.user, message)
        return Sent(messages[0])

    async def _receive(self, accept: Accept) -> None:
        while not self._stopping:
            inbounds = await self._phones.said(self.name)
            if not inbounds:
                continue
            try:
                await accept(inbounds)
            except Exception:  # noqa: BLE001 - whatever it was, a platform would bring it again
                _log.exception("What was said on %s could not be stored; it will be offered again", self.name)
                await asyncio.sleep(_AGAIN)
            else:
                self._phones.taken(inbounds)
