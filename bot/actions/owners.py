"""What the owners must hear, wherever they can still be reached."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.messages import row_for
from bot.core.i18n import _, speaking
from bot.core.messages import Outbound
from storage.members import Member, MemberAddress
from storage.outbox import enqueue
from storage.staff import Role, Staff


def tell_stopped(session: Session, channel: str, sentence: str, now: datetime) -> None:
    """A channel stopped: tell each owner elsewhere, in their language; the log and /health tell the operator."""
    addresses = (
        select(MemberAddress, Member.language)
        .join(Member, Member.id == MemberAddress.member_id)
        .join(Staff, Staff.member_id == Member.id)
        .where(Staff.role == Role.OWNER, MemberAddress.channel != channel, MemberAddress.unreachable == "")
    )
    rows = []
    for address, language in session.execute(addresses):
        with speaking(language):
            text = _("{channel} is stopped: {sentence}").format(channel=channel, sentence=_(sentence))
        key = f"stopped:{channel}:{address.id}:{now:%Y%m%d%H}"
        rows.append(row_for(address, Outbound(text, language=language), key, now))
    enqueue(session, rows)
