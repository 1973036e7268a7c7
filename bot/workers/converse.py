"""One turn, one transaction: what a person said changes data, moves the conversation on and queues the answer.

A kill at any moment leaves all of it or nothing. Up to 32 turns share a commit; when one fails, all are undone and the
others handled again without it, so it takes nobody with it.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.actions.messages import row_for
from bot.actions.retention import return_as_new
from bot.core.channel import Channel
from bot.core.clock import Clock
from bot.core.conversation import Conversation, is_private
from bot.core.i18n import _, speaking
from bot.core.messages import Address, Inbound, Kind, Outbound
from bot.core.rendering import parts
from bot.core.router import Router
from bot.dialogue import respond
from bot.network import Network
from bot.turn import Turn
from bot.workers.wake import Wake
from storage.conversations import load_conversation, save_conversation
from storage.database import Database
from storage.files import Files
from storage.inbox import InboxRow, InboxState, Writer, heard, next_inbound, writers, wrote_at
from storage.members import Member, MemberAddress, find_address, first_contact
from storage.outbox import enqueue
from storage.private import PRIVATE

log = logging.getLogger(__name__)

TURNS = 32
"""Turns in one commit."""

LONGEST = 0.02
"""Seconds after which no further turn is begun in it: outcomes of sends wait for the writer too, and a kill meanwhile
means second copies of what they tell. A process that has just started handles its first turns ten times slower."""

ATTEMPTS = 3
"""A turn that failed this often is buried: the person hears one apology, staff can see it, the next one is handled."""


class Converse:
    """Handles inbox rows until cancelled.

    Args:
        nudge: called when answers were queued.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        network: Network,
        router: Router,
        channels: Mapping[str, Channel],
        files: Files,
        nudge: Callable[[], None],
    ) -> None:
        self.wake = Wake()
        self._database = database
        self._clock = clock
        self._network = network
        self._router = router
        self._channels = channels
        self._files = files
        self._nudge = nudge
        self._turns = TURNS
        """How many to look at: no more than could be handled in time when there was last too little of it."""

    async def run(self) -> None:
        """Go on for ever; when the database is away, nothing is lost and it tries again."""
        while True:
            try:
                handled = await self._database.run(self.handle_next)
            except Exception:
                log.exception("the inbox could not be handled; trying again")
                await asyncio.sleep(1)
                continue
            if handled:
                self._nudge()
            else:
                await self.wake.wait(0.5)

    def handle_next(self, session: Session) -> int:
        """Handle the next message of up to 32 people; returns how many rows were looked at."""
        rows = next_inbound(session, self._turns)
        known = writers(session, rows, self._clock.now())
        waiting, ends = list(rows), time.monotonic() + LONGEST
        while waiting and (failed := self._handle(session, waiting, known, ends)):
            waiting.remove(failed)
        handled = sum(row.state == InboxState.HANDLED for row in rows)
        self._turns = min(TURNS, 2 * self._turns) if handled == len(rows) else max(1, handled)
        return len(rows)

    def _handle(
        self, session: Session, rows: Sequence[InboxRow], known: Mapping[int, Writer], ends: float
    ) -> InboxRow | None:
        """Handle those that can be begun in time, or none and return the one that failed.

        A savepoint each would be half the work.
        """
        row = rows[0]
        try:
            with session.begin_nested():
                for row in rows:
                    self._turn(session, row, known.get(row.id))
                    row.state = InboxState.HANDLED
                    row.handled_at = self._clock.now()
                    session.flush()
                    if time.monotonic() > ends:
                        break
        except OperationalError:
            raise  # the database is away, or undid the transaction: nobody's message is to blame
        except Exception as error:  # noqa: BLE001 - whatever our bug is, the next message is handled
            kind, places = type(error).__name__, _places(error)
            log.error("inbox row %s failed with %s at\n%s", row.id, kind, places)  # noqa: TRY400 - see _places
            session.refresh(row)
            row.attempts += 1
            hidden = self._is_private(session, row)
            row.error = kind if hidden else f"{kind}: {error}"[:2000]
            if row.attempts >= ATTEMPTS:
                self._bury(session, row)
                row.payload = {} if hidden else row.payload
            session.flush()
            return row
        return None

    def _turn(self, session: Session, row: InboxRow, known: Writer | None) -> None:
        now = self._clock.now()
        inbound = Inbound.from_json(Address(row.channel, row.user), row.external_id, row.payload)
        if known is None and inbound.kind is Kind.VOTE:
            row.payload = {}  # of a stranger whom somebody forwarded the poll to: nothing is kept, and nothing answered
            return
        channel = self._channels[row.channel]
        address = known.address if known else self._first_contact(session, row)
        member = session.get_one(Member, address.member_id)
        if member.forgotten_at and inbound.kind not in (Kind.BLOCKED, Kind.UNBLOCKED, Kind.VOTE):
            return_as_new(member, now)
        turn = Turn(
            session=session,
            network=self._network,
            now=now,
            member=member,
            address=address,
            inbound=inbound,
            capabilities=channel.capabilities,
            files=self._files,
            conversation=Conversation.from_json(load_conversation(session, address.id)),
            token=f"{row.id:x}",
            channels=self._channels,
            link=channel.link,
            released=heard(session, address, row.payload, now) if known and known.silent else 0,
        )
        respond(turn, self._router)
        said = [part for outbound in turn.said for part in parts(outbound, channel.capabilities)]
        self._queue(session, row, address, said, private=turn.private)
        if turn.private:
            row.payload = {}
        save_conversation(session, address.id, turn.conversation.to_json())

    def _bury(self, session: Session, row: InboxRow) -> None:
        row.state = InboxState.BURIED
        row.handled_at = self._clock.now()
        address = find_address(session, row.channel, row.user)
        if address is None:
            address = self._first_contact(session, row)
        else:
            heard(session, address, row.payload, self._clock.now())
        language = session.get_one(Member, address.member_id).language
        with speaking(language):
            sorry = _("I am sorry, something went wrong on our side with that. It has been noted. Please try again.")
        self._queue(session, row, address, [Outbound(sorry, language=language)])

    def _is_private(self, session: Session, row: InboxRow) -> bool:
        """Whether it may be, or its error may tell, what somebody answers whom nobody shall know."""
        address = find_address(session, row.channel, row.user)
        return address is not None and is_private(load_conversation(session, address.id))

    def _first_contact(self, session: Session, row: InboxRow) -> MemberAddress:
        now, payload = self._clock.now(), row.payload
        language = self._network.understands(payload.get("language", ""))
        said_at, phone = wrote_at(payload, now), payload.get("phone", "")
        return first_contact(session, row.channel, row.user, language, now, phone=phone, wrote_at=said_at)

    def _queue(
        self, session: Session, row: InboxRow, address: MemberAddress, said: list[Outbound], *, private: bool = False
    ) -> None:
        now = self._clock.now()
        begins = [PRIVATE if private and each.attachment is None else "turn" for each in said]
        keys = [f"{begin}:{row.id}:{number}" for number, begin in enumerate(begins)]
        enqueue(session, [row_for(address, each, key, now) for each, key in zip(said, keys, strict=True)])


def _places(error: Exception) -> str:
    """Where it went wrong, without the error's own words: they may hold what somebody wrote, and belong in no log."""
    return "".join(traceback.format_tb(error.__traceback__))
