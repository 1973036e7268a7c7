"""What becomes of an accepted message: it reaches a screen step by step, or fails and only a callback tells."""

from __future__ import annotations

import asyncio

from tests.emulators.twilio.addresses import new_sid
from tests.emulators.twilio.device import Device
from tests.emulators.twilio.faults import Outcome
from tests.emulators.twilio.media import Media, fetch
from tests.emulators.twilio.message import Message
from tests.emulators.twilio.window import OUTSIDE_WINDOW, obstacle
from tests.emulators.twilio.world import World

UNKNOWN_RECIPIENT, INVALID_CONTENT = 63024, 63021


class Delivery:
    """Every message's way, each in its own task."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, message: Message, outcome: Outcome, fault: str) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliver(message, outcome, fault))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, message: Message, outcome: Outcome, fault: str) -> None:
        device = self._world.at(message.to)
        code = outcome.code or (INVALID_CONTENT if fault else await self._fetch(message))
        code = code or self._obstacle(device, message)
        if code:
            await self._fail(device, message, code, outcome)
            return
        assert device is not None
        await self._step(message, "queued", "sending", "sent")
        if device.blocked:
            return
        if not device.online:
            device.waiting.append(message)
            return
        device.show(message)
        await self._step(message, "delivered")

    async def arrive(self, device: Device) -> None:
        """The phone is online again: what waited reaches it, oldest first."""
        waiting, device.waiting = device.waiting, []
        for message in waiting:
            device.show(message)
            await self._step(message, "delivered")

    def read(self, device: Device) -> None:
        """The person has opened the chat."""
        for message in device.shown:
            if message.status == "delivered":
                message.moves_to("read", 0, self._world.now())
                self._world.callbacks.tell(message, "read")

    async def _fail(self, device: Device | None, message: Message, code: int, outcome: Outcome) -> None:
        outside = self._world.rules.outside
        status = outcome.status or (outside if code == OUTSIDE_WINDOW and outside != "refused" else "undelivered")
        await self._step(message, status, code=code)
        if outcome.shown and device is not None:
            device.show(message)
        for later in outcome.later:
            await self._step(message, later)

    async def _step(self, message: Message, *statuses: str, code: int = 0) -> None:
        for status in statuses:
            if status == message.status:
                continue
            if self._world.pace:
                await asyncio.sleep(self._world.pace)
            message.moves_to(status, code, self._world.now())
            self._world.callbacks.tell(message, status, code)

    def _obstacle(self, device: Device | None, message: Message) -> int:
        world = self._world
        if device is None:
            return UNKNOWN_RECIPIENT
        if device.blocked and device.failure:
            return device.failure
        people = {id(one): one for one in world.devices.values()}.values()
        return obstacle(world.rules, device, people, message, world.now())

    async def _fetch(self, message: Message) -> int:
        """Get the media; under anything but an image no caption is seen."""
        if not message.media_url:
            return 0
        code, type_, content = await fetch(self._world.courier, message.media_url)
        if code:
            return code
        media = Media(new_sid("ME"), message.sid, type_, content, self._world.now())
        self._world.media[media.sid] = media
        message.media.append(media)
        if not media.is_image:
            message.text = ""
        return 0
