"""WhatsApp in the conversation driver: the real channel, and behind HTTP an emulated Twilio with people's phones."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer
from markupsafe import Markup

from bot.channels.whatsapp import Setup, WhatsAppChannel
from bot.channels.whatsapp.capabilities import capabilities
from bot.channels.whatsapp.contents import LISTED, QUICK
from bot.core.channel import Accept, Outcome, Sent
from bot.core.clock import Clock
from bot.core.messages import Attachment, Kind, Outbound
from bot.core.mimes import mime_of
from bot.core.rendering import render
from bot.core.richtext import plain, to_whatsapp
from bot.media import Media
from bot.workers.receipts import Receipts
from storage.database import Database
from storage.files import Files
from tests.channels.whatsapp_line import LANGUAGES, OURS, PUBLIC, Kept
from tests.emulators.twilio import PIXEL, SENDER, Message, Twilio
from tests.emulators.twilio import Person as Phone
from tests.emulators.twilio.content import Content
from tests.emulators.twilio.inbound import tap
from tests.emulators.twilio.message import Choice

ALL: Final = capabilities(QUICK, LISTED)
USER: Final = "AZ."
"""Begins everybody's user id."""

_contents: dict[str, Content] = {}
"""What `korpu whatsapp setup` makes, made once."""

_FILES: Final = {"photo": ("image/png", PIXEL), "document": ("application/pdf", b"%PDF-1.7")}


class WhatsApp:
    """One of the network's channels, started with the first thing that happens on it.

    Attributes:
        twilio: the other end.
    """

    name = WhatsAppChannel.name
    label = WhatsAppChannel.label
    capabilities = ALL
    rate = 80.0

    def __init__(self, database: Database, clock: Clock, files: Files) -> None:
        self.twilio = Twilio(record=False)
        self._clock = clock
        self._files = files
        self._note = Receipts(self.name, database, clock, lambda: None, _nothing_pauses)
        self._media = Media(PUBLIC, "secret", files, clock.now)
        self._channel: WhatsAppChannel | None = None
        self._server: TestServer | None = None

    def phone(self, user: str, name: str = "") -> Phone:
        """The phone of the person with this user id; those whose id is a number have a phone number too."""
        self._keep_time()
        bare = user.removeprefix(USER)
        number = f"+99450{int(bare):07}" if bare.isdecimal() else ""
        return self.twilio.person(number, external_user_id=user, name=name, wrote=True)

    async def start(self, accept: Accept) -> None:
        """Come up, unless it is up."""
        if self._channel is not None:
            return
        twilio = self.twilio
        await twilio.start()
        if not _contents:
            await Setup(OURS, twilio.url, lambda _line: None).run()
            for language in LANGUAGES:
                twilio.world.approve(f"korpu_bell_{language}")
            _contents.update(twilio.world.contents)
        twilio.world.contents |= _contents
        self._channel = WhatsAppChannel(
            OURS, public_url=PUBLIC, note=self._note, media_url=self._media.url, memory=Kept(), api_url=twilio.url,
            daily_limit=0,
        )  # fmt: skip
        app = web.Application()
        app.router.add_routes([*self._channel.routes(), *self._media.routes()])
        self._server = TestServer(app)
        await self._server.start_server()
        twilio.reach[PUBLIC] = str(self._server.make_url("")).rstrip("/")
        twilio.webhooks.url = f"{PUBLIC}/whatsapp#rc=5&rp=all"
        await self._channel.start(accept)
        assert self._channel.capabilities == ALL

    async def stop(self) -> None:
        """Go down; nothing was wrong with what was said to Twilio, nor with what was answered to it."""
        if self._channel is None or self._server is None:
            return
        await self._channel.stop()
        await self._server.close()
        await self.twilio.stop()
        self._channel = None
        assert (self.twilio.refusals, self.twilio.webhooks.warnings, self.twilio.webhooks.missed) == ([], [], [])

    def link(self, payload: str) -> str:
        """The real one's: it opens WhatsApp with the words written."""
        assert self._channel is not None
        return self._channel.link(payload)

    async def send(self, user: str, outbound: Outbound, reference: str = "") -> Outcome:
        """Send, and look at the phone: it shows what rendering promised."""
        assert self._channel is not None
        self._keep_time()
        answer = await self._channel.send(user, outbound, reference)
        if isinstance(answer, Sent):
            message = self.twilio.world.messages[answer.external_id]
            async with asyncio.timeout(5):
                while not message.shown:
                    assert not message.error_code, f"{message.error_code}: {outbound}"
                    await asyncio.sleep(0)
            assert self._shown(message) == self._promised(outbound)
        return answer

    async def quiet(self) -> None:
        """Twilio has told all that it knows of what was sent."""
        await self.twilio.callbacks.settled()

    async def does(self, user: str, kind: Kind, text: Markup, attachment: Attachment | None, tapped: str,
                   message: str, times: int) -> None:  # fmt: skip
        """Somebody does something; returns once it is stored, however often Twilio brings it."""
        phone = self.phone(user)
        done = await self._act(phone, kind, text, attachment, tapped, message)
        for _ in range(times - 1):
            self.twilio.webhooks.again(done.sid)
        await self.twilio.webhooks.settled()

    async def _act(self, phone: Phone, kind: Kind, text: Markup, attachment: Attachment | None, tapped: str,
                   message: str) -> Message:  # fmt: skip
        if kind is Kind.TAP:
            return await self._tap(phone, tapped, message)
        if kind is Kind.FILE:
            mime, content = _FILES[attachment.kind if attachment else "document"]
            return await phone.sends_media(content, mime, _typed(text))
        if kind is Kind.TEXT:
            return await phone.says(_typed(text))
        others = {
            Kind.STICKER: phone.sends_sticker,
            Kind.VOICE: phone.sends_voice,
            Kind.LOCATION: phone.sends_location,
            Kind.OTHER: phone.sends_contact,
        }
        return await others[kind]()

    async def _tap(self, phone: Phone, tapped: str, sid: str) -> Message:
        """What is there is tapped; what never was, is forged."""
        place = self.twilio.world.messages.get(sid)
        found = [] if place is None else [choice for choice in place.buttons or place.items if choice.id == tapped]
        if found:
            return await phone.taps(found[0].title, place)
        somewhere = Message("SM0", SENDER, phone.address, 0, "", outbound=True, status="read")
        forged = Choice(tapped, tapped)
        return phone._does(forged.title, "interactive", tap(forged, somewhere))

    def _shown(self, message: Message) -> dict[str, Any]:
        """What is on the phone."""
        media = [(media.type, media.content) for media in message.media]
        said = {"text": message.text, "media": media}
        if message.approved:
            return said | {"bell": self.twilio.world.contents[message.content].friendly_name}
        form = "quick" if message.buttons else "list" if message.items else ""
        choices = [(choice.id, choice.title) for choice in message.buttons or message.items]
        return said | {"form": form, "opens": message.list_button, "choices": choices}

    def _promised(self, outbound: Outbound) -> dict[str, Any]:
        """What should be there."""
        if outbound.bell:
            name = f"korpu_bell_{outbound.language}"
            content = self.twilio.world.content(name)
            text = content.body
            for number, value in enumerate(outbound.bell, 1):
                text = text.replace(f"{{{{{number}}}}}", value)
            return {"text": text, "media": [], "bell": name}
        bubble = render(outbound, ALL)
        text, file, media = bubble.text, bubble.attachment, []
        if file and mime_of(file) in ALL.mimes:
            media = [(mime_of(file), self._files.path(file.file).read_bytes())]
        elif file:
            text = f"{file.name}\n{self._media.url(file)}"
        choices = [(button.payload, button.label) for row in bubble.rows for button in row]
        return {"text": text, "media": media, "form": bubble.form, "opens": bubble.opens, "choices": choices}

    def _keep_time(self) -> None:
        """Twilio's clock is the network's."""
        self.twilio.world.ahead = self._clock.offset.total_seconds()


def _typed(text: Markup) -> str:
    """What a person types for it: nobody hides a star of their own from WhatsApp."""
    return to_whatsapp(text) if "<" in text else plain(text)


async def _nothing_pauses(broadcast_id: int, reason: str) -> None:
    raise AssertionError(f"broadcast {broadcast_id} was refused again and again: {reason}")
