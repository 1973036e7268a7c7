"""The author of a broadcast: where they follow it, in which language, and how they are written to about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions.kinds import words_of
from bot.actions.menu import typed
from bot.actions.messages import colleagues, row_for
from bot.actions.newsletters import title
from bot.actions.rights import RUNNING, may_write
from bot.core.channel import Channel
from bot.core.i18n import N_, _, speaking
from bot.core.messages import Option, Outbound
from storage.broadcasts import Broadcast, BroadcastState
from storage.members import Member, MemberAddress
from storage.newsletters import Newsletter
from storage.outbox import enqueue

_HEADINGS: Final = {
    BroadcastState.WAITING: N_("Waiting for approval: “{title}”"),
    BroadcastState.HELD: N_("About to leave: “{title}”"),
    BroadcastState.SCHEDULED: N_("Planned: “{title}”"),
    BroadcastState.LATE: N_("Not sent at its hour: “{title}”"),
}
"""Before it is on its way; from then on see `bot.actions.kinds`."""


def heading(session: Session, broadcast: Broadcast) -> Markup:
    newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
    headings = {**_HEADINGS, **words_of(broadcast.kind).headings}
    return Markup("<b>{}</b>").format(_(headings[BroadcastState(broadcast.state)]).format(title=title(newsletter)))


def address_of(session: Session, broadcast: Broadcast) -> MemberAddress | None:
    """Where the author follows it; None once they have left."""
    return session.get(MemberAddress, broadcast.author_address_id) if broadcast.author_address_id else None


def language_of(session: Session, address: MemberAddress) -> str:
    return session.get_one(Member, address.member_id).language


def write(session: Session, address: MemberAddress, outbounds: Sequence[Outbound], key: str, now: datetime,
          edits: int | None = None) -> None:  # fmt: skip
    """Queue these messages in order; the same key twice is one message."""
    keys = [f"{key}:{place}" if place else key for place in range(len(outbounds))]
    rows = [row_for(address, outbound, each, now, edits=edits) for each, outbound in zip(keys, outbounds, strict=True)]
    enqueue(session, rows)


def responsible(session: Session, broadcast: Broadcast, channels: Mapping[str, Channel]) -> list[MemberAddress]:
    """Whom to ask about it: the author; those who run the network where they are gone or cannot be reached."""
    return in_charge(session, address_of(session, broadcast), channels)


def in_charge(session: Session, address: MemberAddress | None, channels: Mapping[str, Channel]) -> list[MemberAddress]:
    """This address, while whoever is there may write newsletters and can be reached; else those who run the network."""
    if address is not None and not address.unreachable and address.channel in channels:
        author = session.get_one(Member, address.member_id)
        if may_write(session, author):
            return [address]
    return [each for each in colleagues(session, *RUNNING) if each.channel in channels]


def tell(session: Session, broadcast: Broadcast, addresses: Sequence[MemberAddress], channels: Mapping[str, Channel],
         say: Callable[[], Sequence[Markup]], options: Callable[[], Sequence[Option]], now: datetime,
         command: str = "broadcasts") -> None:  # fmt: skip
    """Tell each of them in their language, with what can be done; without buttons, also the word to write for it."""
    inform(session, addresses, channels, say, options, f"told:{broadcast.id}", now, command)


def inform(session: Session, addresses: Sequence[MemberAddress], channels: Mapping[str, Channel],
           say: Callable[[], Sequence[Markup]], options: Callable[[], Sequence[Option]], key: str, now: datetime,
           command: str) -> None:  # fmt: skip
    """As `tell`, of something else than a broadcast; the same key at the same moment is one message."""
    for address in addresses:
        capabilities = channels[address.channel].capabilities
        language = language_of(session, address)
        with speaking(language):
            lines, offered = [*say()], tuple(options())
            if offered and not capabilities.buttons:
                lines.append(_("Write {command} to go on from here.").format(command=typed(command, capabilities)))
                offered = offered if capabilities.quick else ()
            outbound = Outbound(Markup("\n").join(lines), offered, language=language)
        write(session, address, [outbound], f"{key}:{address.id}:{now.timestamp():.3f}", now)
