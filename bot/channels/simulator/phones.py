"""All the browser phones: whatever happens on one is kept in its file first, then told to every open page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from markupsafe import escape

from bot.channels.simulator.phone import Message, Phone
from bot.channels.simulator.shapes import SHAPES, TELEGRAM, WHATSAPP, Shape
from bot.core.messages import Inbound, Kind
from bot.core.rendering import Bubble

Event = dict[str, Any]
Listener = Callable[[Event], None]

COORDINATOR: Final = "1001"
"""The user id of the phone the demo hands to the coordinator."""

FIRST: Final = (("Aysel, coordinator", TELEGRAM, "en"), ("Rəşad", TELEGRAM, "az"), ("Наргиз", WHATSAPP, "ru"))

BEGIN: Final = {"en": "START", "az": "BAŞLA", "ru": "СТАРТ"}
"""What to write first where no button begins the chat."""

MOST: Final = 24
"""Phones on one page."""


class Phones:
    """The phones of the demo, kept as one file each in a directory.

    Args:
        directory: where the files are; made if it is not there. When it holds none, the first three phones are made.
        now: the app's clock.
    """

    def __init__(self, directory: Path, now: Callable[[], datetime]) -> None:
        self._directory = directory
        self._now = now
        self._listeners: list[Listener] = []
        self._said = {shape.channel: asyncio.Event() for shape in SHAPES.values()}
        directory.mkdir(parents=True, exist_ok=True)
        loaded = sorted(map(Phone.load, directory.glob("*.json")), key=lambda phone: phone.user[-3:])
        self._phones = {phone.user: phone for phone in loaded}
        if not loaded:
            for name, shape, language in FIRST:
                self.add(name, shape, language)

    def __iter__(self) -> Iterator[Phone]:
        return iter(self._phones.values())

    def __getitem__(self, user: str) -> Phone:
        """The phone of this user.

        Raises:
            KeyError: nobody has it.
        """
        return self._phones[user]

    def find(self, channel: str, user: str) -> Phone | None:
        phone = self._phones.get(user)
        return phone if phone is not None and phone.shape.channel == channel else None

    def is_open(self, phone: Phone) -> bool:
        """Whether its window is open now."""
        return phone.is_open(self._now())

    def watch(self, listener: Listener) -> Callable[[], None]:
        """Call with every event from now on, until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def add(self, name: str, shape: Shape, language: str) -> Phone:
        """Make one more phone.

        Raises:
            ValueError: there are `MOST` already.
        """
        if len(self._phones) >= MOST:
            raise ValueError(f"{MOST} phones are as many as fit")
        suggestion = "" if shape.capabilities.commands else BEGIN.get(language, BEGIN["en"])
        user = f"{shape.numbers}{len(self._phones) + 1:03}"
        phone = Phone(user, name, shape, language, suggestion=suggestion)
        self._phones[phone.user] = phone
        self._changed(phone)
        return phone

    def suggest(self, user: str, text: str) -> None:
        """Offer a text above the input of a phone, to be sent with one tap; "" takes the offer back.

        Raises:
            KeyError: nobody has this phone.
        """
        phone = self._phones[user]
        phone.suggestion = text
        self._changed(phone)

    def switch_off(self, user: str, off: bool) -> None:
        phone = self._phones[user]
        phone.switched_off = off
        self._changed(phone)

    def block(self, user: str, blocked: bool) -> None:
        """Let a person block the bot or let it in again, which the platform tells the bot."""
        phone = self._phones[user]
        if phone.blocked == blocked:
            return
        phone.blocked = blocked
        kind = Kind.BLOCKED if blocked else Kind.UNBLOCKED
        self._pend(phone, Inbound(phone.address, uuid4().hex, kind))
        self._changed(phone)

    def say(self, user: str, inbound: Inbound) -> None:
        """Keep what a person did until the app has taken it; the same external id again is the same thing."""
        phone = self._phones[user]
        if any(said.external_id == inbound.external_id for said in phone.pending):
            return
        if phone.message(inbound.external_id) is not None:
            self.tell({"event": "taken", "id": inbound.external_id})  # the page did not hear it the first time
            return
        message = self._own(phone, inbound)
        if message is not None:
            phone.put(message)
        before = phone.settings()
        if phone.suggestion and inbound.plain == phone.suggestion:
            phone.suggestion = ""
        if phone.shape.capabilities.window is not None:
            phone.spoke = self._now().isoformat()
        self._pend(phone, inbound)
        if message is not None:
            self._tell_message(phone, message)
        if phone.settings() != before:
            self._tell_settings(phone)

    def show(self, user: str, bubble: Bubble, edit: str = "", *, bell: bool = False) -> str:
        """Put a message of ours on a screen; returns its id.

        `edit` is the id of the message to change in place; one that is no longer there becomes a new message.
        """
        phone = self._phones[user]
        rows = [[asdict(button) for button in row] for row in bubble.rows]
        attachment = asdict(bubble.attachment) if bubble.attachment else None
        old = phone.message(edit) if edit else None
        if old is not None and not old.mine:
            message = replace(old, text=bubble.text, rows=rows, attachment=attachment or old.attachment, edited=True)
        else:
            phone.shown += 1
            message = Message(
                str(phone.shown),
                mine=False,
                at=self._now().isoformat(),
                text=bubble.text,
                markup=phone.shape.capabilities.markup,
                rows=rows,
                form=bubble.form,
                opens=bubble.opens,
                bell=bell,
                attachment=attachment,
                poll=_poll(bubble),
            )
        phone.put(message)
        phone.save(self._directory)
        self._tell_message(phone, message)
        return message.id

    def close_poll(self, phone: Phone, identity: str) -> bool:
        """Let a poll take no more votes; False when it is not there."""
        message = phone.message(identity)
        if message is None or message.poll is None:
            return False
        self._change(phone, replace(message, poll=message.poll | {"closed": True}))
        return True

    def vote(self, user: str, inbound: Inbound) -> None:
        """Keep a vote until the app has taken it; the platform shows it at once.

        Raises:
            ValueError: there is no such poll, or it takes no votes.
        """
        phone = self._phones[user]
        message = phone.message(inbound.message)
        poll = message.poll if message else None
        if message is None or poll is None or poll["closed"]:
            raise ValueError("This poll is closed")
        if len(inbound.picked) > (len(poll["choices"]) if poll["several"] else 1):
            raise ValueError("Too many choices")
        if any(not 0 <= place < len(poll["choices"]) for place in inbound.picked):
            raise ValueError("There is no such choice")
        self._change(phone, replace(message, poll=poll | {"picked": list(inbound.picked)}))
        self._pend(phone, inbound)

    def _change(self, phone: Phone, message: Message) -> None:
        phone.put(message)
        phone.save(self._directory)
        self._tell_message(phone, message)

    def remove(self, user: str, message: str) -> None:
        """Take a message of ours from a screen, if it is still there."""
        phone = self._phones[user]
        if phone.remove(message):
            phone.save(self._directory)
            self.tell({"event": "removed", "user": user, "message": message})

    def is_older(self, phone: Phone, message: str, age: timedelta) -> bool:
        """Whether the message is on the screen for longer than that."""
        shown = phone.message(message)
        return shown is not None and self._now() - datetime.fromisoformat(shown.at) > age

    async def said(self, channel: str) -> list[Inbound]:
        """Wait until the people of a channel have said something, or `wake`; everything not yet taken, in order."""
        await self._said[channel].wait()
        pending = [inbound for phone in self if phone.shape.channel == channel for inbound in phone.pending]
        if not pending:
            self._said[channel].clear()
        return pending

    def taken(self, inbounds: Sequence[Inbound]) -> None:
        """The app has stored these: forget them, and tell the pages."""
        for phone in {inbound.address.user: self._phones[inbound.address.user] for inbound in inbounds}.values():
            accepted = [inbound.external_id for inbound in inbounds if inbound.address == phone.address]
            messages = [phone.take(external_id) for external_id in accepted]
            phone.save(self._directory)
            for external_id, message in zip(accepted, messages, strict=True):
                if message is not None:
                    self._tell_message(phone, message)
                self.tell({"event": "taken", "id": external_id})

    def wake(self, channel: str) -> None:
        """Let whoever waits in `said` look again: something may be left from before, or it is time to stop."""
        self._said[channel].set()

    def _own(self, phone: Phone, inbound: Inbound) -> Message | None:
        """The owner's own bubble. A tap leaves none on Telegram, and on WhatsApp what was picked, as if it was said."""
        text, kind = str(inbound.text), inbound.kind
        if kind is Kind.TAP:
            text, kind = str(escape(phone.picked(inbound.message, inbound.tap))), Kind.TEXT
            if phone.shape.capabilities.buttons or not text:
                return None
        return Message(
            inbound.external_id,
            mine=True,
            at=self._now().isoformat(),
            text=text,
            kind=kind.value,
            attachment=asdict(inbound.attachment) if inbound.attachment else None,
        )

    def _pend(self, phone: Phone, inbound: Inbound) -> None:
        phone.pending.append(inbound)
        phone.save(self._directory)
        self._said[phone.shape.channel].set()

    def _changed(self, phone: Phone) -> None:
        phone.save(self._directory)
        self._tell_settings(phone)

    def _tell_settings(self, phone: Phone) -> None:
        self.tell({"event": "phone", "phone": phone.settings()})

    def _tell_message(self, phone: Phone, message: Message) -> None:
        self.tell({"event": "message", "user": phone.user, "message": asdict(message)})


def _poll(bubble: Bubble) -> dict[str, Any] | None:
    if not bubble.poll:
        return None
    return {"choices": list(bubble.poll), "several": bubble.several, "picked": [], "closed": False}
