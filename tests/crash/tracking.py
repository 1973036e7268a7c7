"""What Twilio was given and what reached people's phones, compared with what the outbox says of each message.

Twilio can be asked what it was given, so there is nothing to excuse here: each message that it took is the one its
outbox row names (`external_id`, or `bell_id` of the bell before it), and each row names a message of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.channels.whatsapp.account import CHANNEL
from storage.inbox import InboxRow
from storage.members import MemberAddress
from storage.outbox import UNFINISHED, OutboxRow
from tests.crash.whatsapp import WhatsAppDrill
from tests.emulators.twilio import Message

ARRIVED: Final = ("sent", "delivered", "read")
"""In the order in which a message passes them."""


@dataclass
class Tracking:
    """What was found.

    Attributes:
        outbox, inbox: rows by state.
        unheard: sids of what people sent that no inbox row holds.
        copies: messages that no row names.
        strangers: rows that name what is nobody's, another person's, or another row's too.
        ahead: rows that say more than Twilio ever told, or less than what we answered with 200.
        untold: rows whose phone shows more than they say, as the callback found nobody.
        missed: messages of people that no webhook brought; `doubted`: rows that say "possibly twice".
    """

    kills: int
    outbox: dict[str, int]
    inbox: dict[str, int]
    unheard: set[str]
    copies: list[Message]
    strangers: list[_Row]
    ahead: list[_Row]
    untold: int
    missed: int
    doubted: int

    def holds(self, *besides: str) -> None:
        """The invariants of every drill.

        Args:
            besides: how else messages may have ended than sent, in this drill: "skipped".

        Raises:
            AssertionError: one does not hold.
        """
        assert (self.unheard, set(self.inbox)) == (set(), {"handled"}), "an answer was lost"
        assert set(self.outbox) <= {*ARRIVED, *besides}, "a message was lost or is stuck"
        assert self.strangers == [], f"taken for another message: {self.strangers}"
        assert self.copies == [], f"second copies, though Twilio could tell: {self.copies}"
        assert self.ahead == [], f"not what Twilio told: {self.ahead}"
        assert self.doubted == 0, "in doubt, though Twilio could tell"

    def line(self) -> str:
        """Counts, for people."""
        stuck = sum(number for state, number in self.outbox.items() if state in UNFINISHED)
        kills = f"{self.kills} kills, " if self.kills else ""
        return (
            f"{kills}{len(self.unheard)} of {sum(self.inbox.values())} answers lost ({self.missed} caught "
            f"up with), {stuck} of {sum(self.outbox.values())} messages stuck, {len(self.copies)} second copies, "
            f"{self.doubted} possibly twice, {len(self.strangers)} mistaken, {self.untold} states untold"
        )


class _Row(NamedTuple):
    id: int
    user: str
    phone: str
    state: str
    external_id: str
    bell_id: str
    carrier: int | None
    doubts: int

    def is_at(self, to: str) -> bool:
        return to.removeprefix("whatsapp:") in (self.user, self.phone)


async def track(drill: WhatsAppDrill) -> Tracking:
    """Look at everything. The bot has stopped, and Twilio has no callbacks to make."""
    rows, outbox, inbox, heard = await drill.database.read(_read)
    messages = drill.twilio.world.messages
    ours = [message for message in messages.values() if message.outbound]
    named = Counter(row.external_id for row in rows if row.carrier is None) + Counter(row.bell_id for row in rows)
    return Tracking(
        kills=drill.kills,
        outbox=outbox,
        inbox=inbox,
        unheard={message.sid for message in messages.values() if not message.outbound} - heard,
        copies=[message for message in ours if message.sid not in named],
        strangers=[
            row
            for row in rows
            for sid in (row.external_id, row.bell_id)
            if sid and not (sid in messages and row.is_at(messages[sid].to) and named[sid] == 1)
        ],
        ahead=[row for row in rows if not _as_told(drill, row)],
        untold=sum(1 for row in rows if row.external_id in messages and messages[row.external_id].status != row.state),
        missed=len(drill.twilio.webhooks.missed),
        doubted=sum(1 for row in rows if row.doubts),
    )


def _as_told(drill: WhatsAppDrill, row: _Row) -> bool:
    """What we acknowledged is stored; what was stored in the moment of a kill may not have been acknowledged."""
    if row.state not in ARRIVED or row.external_id not in drill.twilio.world.messages:
        return True  # told of elsewhere
    postings = [one for one in drill.twilio.callbacks.postings if one.parameters["MessageSid"] == row.external_id]
    told = {one.parameters["MessageStatus"] for one in postings}
    heard = {one.parameters["MessageStatus"] for one in postings if one.accepted}
    furthest = [max((ARRIVED.index(one) for one in which if one in ARRIVED), default=0) for which in (heard, told)]
    return furthest[0] <= ARRIVED.index(row.state) <= furthest[1]


def _read(session: Session) -> tuple[list[_Row], dict[str, int], dict[str, int], set[str]]:
    columns = (OutboxRow.id, MemberAddress.user, MemberAddress.phone, OutboxRow.state, OutboxRow.external_id)
    rows = select(*columns, OutboxRow.bell_id, OutboxRow.carrier, OutboxRow.doubts)
    rows = rows.join(MemberAddress, MemberAddress.id == OutboxRow.address_id)
    rows = rows.where(OutboxRow.channel == CHANNEL)
    outbox, inbox = (
        session.execute(select(table.state, func.count()).where(table.channel == CHANNEL).group_by(table.state))
        for table in (OutboxRow, InboxRow)
    )
    heard = set(session.scalars(select(InboxRow.external_id)))
    return [_Row(*row) for row in session.execute(rows)], dict(outbox.all()), dict(inbox.all()), heard
