"""What becomes of a funding call that was published: its deadline moves, it closes early, or it holds no more.

Its copies change in place, and those who saved it are told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from bot.actions import calls, publishing, telling
from bot.actions.callcards import until_words
from bot.actions.localized import read
from bot.core.fields.deadline import Until
from bot.core.i18n import N_, _, speaking
from bot.network import Network
from storage.audiences import Audience, count
from storage.broadcasts import BroadcastKind
from storage.calls import Call, CallState
from storage.members import Member
from storage.staff import record

_MOVED: Final = N_("The deadline of “{title}” has moved. You can apply until {moment}.")
_NO_DEADLINE: Final = N_("“{title}” has no deadline any more: it stays open.")


def move_deadline(session: Session, call: Call, until: Until | None, actor: Member, network: Network,
                  now: datetime) -> bool:  # fmt: skip
    """Let it end then; None to let it stay open. One that has closed is open again. Whether that changes anything.

    Once it is published its reminders move as well.
    """
    before = (call.deadline, call.state)
    call.deadline, call.whole_day = (until.moment, until.whole_day) if until else (None, True)
    published = call.state in calls.PUBLISHED
    if published:
        call.state, call.closed_at = CallState.OPEN, None
    if (call.deadline, call.state) == before:
        return False
    if call.deadline is None:
        record(session, now, actor.id, "call.no_deadline", call=call.id)
    else:
        record(session, now, actor.id, "call.deadline", call=call.id, moment=call.deadline.isoformat())
    calls.show_anew(session, call, network, now)
    if published:
        publishing.keep_until(session, calls.ABOUT, call.id, call.deadline)
        publishing.remind_until(session, call, network, now)
        moved = _MOVED if call.deadline else _NO_DEADLINE
        _tell_savers(session, call, moved, network, now)
    return True


def close(session: Session, call: Call, actor: Member, network: Network, now: datetime) -> None:
    """It takes no more applications, though its deadline has not come."""
    record(session, now, actor.id, "call.close", call=call.id)
    call.closed_at = now
    _end(session, call, CallState.CLOSED, network, now)
    _tell_savers(session, call, N_("“{title}” is closed and takes no more applications."), network, now)


def withdraw(session: Session, call: Call, actor: Member, network: Network, now: datetime) -> None:
    """It holds no more. Messages that have not left are not sent."""
    record(session, now, actor.id, "call.withdraw", call=call.id)
    _end(session, call, CallState.WITHDRAWN, network, now)
    _tell_savers(session, call, N_("“{title}” was withdrawn. Please do not apply to it any more."), network, now)


def savers(session: Session, call: Call) -> int:
    """How many would be told."""
    return sum(part.members for part in count(session, _savers(call)))


def _end(session: Session, call: Call, state: CallState, network: Network, now: datetime) -> None:
    call.state = state
    publishing.keep_until(session, calls.ABOUT, call.id, now)
    publishing.remind_until(session, call, network, now)
    calls.show_anew(session, call, network, now)


def _tell_savers(session: Session, call: Call, sentence: str, network: Network, now: datetime) -> None:
    telling.overtake(session, calls.ABOUT, call.id, now)
    texts = {}
    for language in network.languages:
        with speaking(language):
            moment = until_words(call, network.zone)
            texts[language] = _(sentence).format(title=read(call, language).title, moment=moment)
    telling.tell(session, BroadcastKind.NOTICE, calls.ABOUT, call.id, texts, call.source, _savers(call), now,
                 expires_at=call.deadline if call.state == CallState.OPEN else None)  # fmt: skip


def _savers(call: Call) -> Audience:
    """Also those who count on being reminded of it, on a day that may be too late now."""
    return Audience(noted=(call.id,))
