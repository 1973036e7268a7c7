"""What an operator does once for WhatsApp: `korpu whatsapp setup`, and `korpu whatsapp status` to see how it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from twilio.base.exceptions import TwilioException

from bot.channels.whatsapp.account import SENTENCES, Account
from bot.channels.whatsapp.client import Transport, twilio
from bot.channels.whatsapp.contents import APPROVED, RESOURCES, UNSUBMITTED, Contents, Found, Resource
from bot.channels.whatsapp.outcomes import code_of, words_of
from bot.core.channel import ChannelStopped

_ADVICE: Final = {
    "received": "wait: WhatsApp reviews it, mostly within a day",
    "pending": "wait: WhatsApp reviews it, mostly within a day",
    UNSUBMITTED: "run: korpu whatsapp setup",
    "rejected": "delete it in the Twilio Console (Messaging, Content Template Builder), then run: korpu whatsapp setup",
    "paused": "wait: WhatsApp paused it because people marked it as unwanted; ring less often",
    "disabled": "delete it in the Twilio Console (Messaging, Content Template Builder), then run: korpu whatsapp setup",
}


class Setup:
    """Each line goes to `write`."""

    def __init__(self, account: Account, api_url: str = "", write: Callable[[str], None] = print) -> None:
        self._transport = Transport(1)
        self._contents = Contents(twilio(account, self._transport, api_url), _Nothing())
        self._write = write

    async def run(self) -> bool:
        """Create what is missing and have the bells approved; may be run again and again. False when not all is there.

        Raises:
            ChannelStopped: Twilio refuses the account.
        """
        try:
            found = await self._contents.found()
            for resource in RESOURCES:
                found |= await self._settle(resource, found.get(resource.name))
            return self._report(found)
        except TwilioException as error:
            raise _stopped(error) from None
        finally:
            await self._transport.close()

    async def status(self) -> bool:
        """Say what is there and what is to be done. False when something is. Raises as `run`."""
        try:
            return self._report(await self._contents.found())
        except TwilioException as error:
            raise _stopped(error) from None
        finally:
            await self._transport.close()

    async def _settle(self, resource: Resource, known: Found | None) -> dict[str, Found]:
        try:
            there = known or await self._contents.create(resource)
            if resource.bell and there.state == UNSUBMITTED:
                there = Found(there.sid, await self._contents.submit(resource, there.sid))
        except TwilioException as error:
            if code_of(error) in SENTENCES:
                raise
            self._write(f"{resource.name}: Twilio refuses it ({words_of(error)})")
            return {}
        return {resource.name: there}

    def _report(self, found: dict[str, Found]) -> bool:
        lines = [_line(resource, found.get(resource.name)) for resource in RESOURCES]
        for row in _aligned([("Name", "What for", "State", "What to do"), *lines]):
            self._write(row)
        done = all(what == "nothing" for *_, what in lines)
        self._write(
            "\nAll is in place."
            if done
            else "\nUntil then menus are numbered text, and whoever has not written for 24 hours is not written to in a"
            " language whose bell is not approved."
        )
        return done


class _Nothing:
    """A command that looks by itself has nothing to remember."""

    async def recall(self, key: str) -> dict[str, Any]:  # noqa: ARG002 - a protocol's
        return {}

    async def remember(self, key: str, value: dict[str, Any]) -> None: ...


def _line(resource: Resource, there: Found | None) -> tuple[str, str, str, str]:
    if there is None:
        return resource.name, resource.use, "missing", _ADVICE[UNSUBMITTED]
    if not resource.bell:
        return resource.name, resource.use, "ready", "nothing"
    state = f"{there.state} ({there.reason})" if there.reason else there.state
    advice = "nothing" if there.state == APPROVED else _ADVICE.get(there.state, "see the Twilio Console")
    return resource.name, resource.use, state, advice


def _aligned(rows: list[tuple[str, str, str, str]]) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _stopped(error: TwilioException) -> ChannelStopped:
    return ChannelStopped(SENTENCES.get(code_of(error)) or f"Twilio cannot be asked now: {words_of(error)}")
