"""The people: they write, tap, pick, send things, block, open the chat, and read what is on their screen."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from tests.emulators.twilio import inbound
from tests.emulators.twilio.addresses import new_sid
from tests.emulators.twilio.delivery import Delivery
from tests.emulators.twilio.device import DAY, Device
from tests.emulators.twilio.inbound import Form
from tests.emulators.twilio.media import PIXEL, Media
from tests.emulators.twilio.message import Message
from tests.emulators.twilio.world import World

What = str | Callable[[Message], object] | None
VCARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Aysel\r\nTEL:+994501234567\r\nEND:VCARD\r\n"


class Person:
    """One WhatsApp user. What a person does returns at once; the webhook hears of it later.

    Whoever does something has read everything before it, which read receipts tell.
    """

    def __init__(self, world: World, delivery: Delivery, device: Device) -> None:
        self.device = device
        self._world = world
        self._delivery = delivery
        self._read = 0

    @property
    def address(self) -> str:
        """What Twilio says as From, and what answers go to."""
        return self.device.address

    @property
    def screen(self) -> list[Message]:
        """Everything of ours that reached the phone, oldest first."""
        return list(self.device.shown)

    @property
    def copies(self) -> Counter[str]:
        """How often each text is on the screen."""
        return Counter(message.text for message in self.device.shown)

    @property
    def window(self) -> float:
        """Seconds the window stays open, 0 when it is closed."""
        return max(0.0, self.device.heard + DAY - self._world.now())

    async def says(self, text: str, *, reply_to: Message | None = None) -> Message:
        return self._does(text, "text", inbound.reply(reply_to) if reply_to else {})

    async def taps(self, title: str, message: Message | str | None = None) -> Message:
        """Tap the button, or pick the item, with this title or with this in its title.

        Args:
            message: the one it is on, or its sid; otherwise the newest that has it.

        Raises:
            AssertionError: there is none.
        """
        places = [place for place in reversed(self.screen) if message in (None, place, place.sid)]
        for place in places:
            choice = place.choice(title)
            if choice is not None and place.items:
                fields = self._world.rules.list_fields
                return self._does(choice.title, "interactive", inbound.pick(choice, place, fields=fields))
            if choice is not None:
                kind = "button" if place.approved else "interactive"
                return self._does(choice.title, kind, inbound.tap(choice, place))
        raise AssertionError(f"no choice {title!r} on {self.screen[-5:]}")

    async def picks_from_list(self, item: str, message: Message | str | None = None) -> Message:
        """The same, for lists only."""
        place = next(place for place in reversed(self.screen) if place.items and message in (None, place, place.sid))
        return await self.taps(item, place)

    async def sends_media(self, content: bytes = PIXEL, mime: str = "image/png", caption: str = "") -> Message:
        return self._does(caption, _kind(mime), {}, (content, mime))

    async def sends_voice(self) -> Message:
        return await self.sends_media(b"OggS", "audio/ogg")

    async def sends_sticker(self) -> Message:
        return self._does("", "sticker", {}, (b"RIFF0000WEBP", "image/webp"))

    async def sends_contact(self, vcard: bytes = VCARD) -> Message:
        return self._does("", "contacts", {}, (vcard, "text/vcard"))

    async def sends_location(
        self, latitude: float = 40.4093, longitude: float = 49.8671, *, address: str = "", label: str = ""
    ) -> Message:
        return self._does("", "location", inbound.location(latitude, longitude, address, label))

    async def hides_number(self) -> None:
        """Adopt a username: from now on Twilio says only the user id."""
        assert self.device.user, f"{self} has no user id"
        self.device.address, self.device.phone = self.device.user, ""

    async def opens(self) -> None:
        """Read what has been delivered."""
        self._looks()

    async def goes_offline(self) -> None:
        self.device.online = False

    async def comes_online(self) -> None:
        """What waited is delivered."""
        self.device.online = True
        await self._delivery.arrive(self.device)

    async def blocks(self, *, failure: int = 0) -> None:
        """Messages are sent and never delivered, of which nobody is told; or fail with this code by callback."""
        self.device.blocked, self.device.failure = True, failure

    async def unblocks(self) -> None:
        self.device.blocked, self.device.failure = False, 0

    async def sees(self, what: What = None, *, within: float = 5.0) -> Message:
        """Wait for a message that came since this person last acted or saw something.

        Args:
            what: a part of its text, or a question to it; None takes the next one.
            within: seconds.

        Raises:
            AssertionError: nothing of the kind came in time.
        """
        try:
            async with asyncio.timeout(within):
                while True:
                    while self._read < len(self.device.shown):
                        message = self.device.shown[self._read]
                        self._read += 1
                        if _fits(message, what):
                            return message
                    await self.device.news.wait()
        except TimeoutError:
            raise AssertionError(f"{self} never saw {what!r}, only {self.screen[-5:]}") from None

    def _does(self, body: str, kind: str, extra: Form, file: tuple[bytes, str] | None = None) -> Message:
        self._looks()
        world, now = self._world, self._world.now()
        self.device.heard = now
        message = Message(
            sid=new_sid("MM" if file else "SM"),
            sender=self.address,
            to=world.sender,
            created=now,
            body=body,
            outbound=False,
            status="received",
            text=body,
        )
        if file:
            media = Media(new_sid("ME"), message.sid, file[1], file[0], now)
            world.media[media.sid] = media
            message.media.append(media)
        world.messages[message.sid] = message
        world.webhooks.push(inbound.form(world, self.device, message, kind, extra))
        return message

    def _looks(self) -> None:
        """Whoever acts has read everything before."""
        self._read = len(self.device.shown)
        if self.device.receipts:
            self._delivery.read(self.device)

    def __repr__(self) -> str:
        return f"<{self.device.name} {self.address}>"


def _fits(message: Message, what: What) -> bool:
    if what is None:
        return True
    return what in message.text if isinstance(what, str) else bool(what(message))


def _kind(mime: str) -> str:
    kind = mime.partition("/")[0]
    return kind if kind in ("image", "audio", "video") else "document"
