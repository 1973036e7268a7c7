"""A funding call that a member proposes: staff are told, and the member hears what they decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import authors, calls
from bot.actions.menu import typed
from bot.actions.messages import colleagues, tell
from bot.actions.staff import person_words
from bot.core.channel import Channel
from bot.core.i18n import N_, _, speaking
from bot.core.messages import Option, Outbound
from bot.network import Network
from storage.calls import Call, CallState, proposed_by
from storage.members import Member, MemberAddress
from storage.staff import Role, record

MOST: Final = 5
"""Of one member, proposals that wait at the same time."""


def may_propose(session: Session, member: Member) -> bool:
    """Whether this member is known, and staff are not waiting to answer many of theirs already."""
    return member.registered and proposed_by(session, member.id) < MOST


def propose(session: Session, member: Member, source: str, now: datetime, **values: Any) -> Call:  # noqa: ANN401 - columns
    """Let this call wait for somebody of the staff."""
    call = calls.blank(source, now)
    call.state, call.proposer_id = CallState.PROPOSED, member.id
    for name, value in values.items():
        setattr(call, name, value)
    session.add(call)
    session.flush()
    return call


def tell_staff(session: Session, call: Call, network: Network, channels: Mapping[str, Channel], now: datetime) -> int:
    """Tell everyone who may write to one of its topics, with what can be done; returns how many."""
    found = _deciding(session, call, network, channels)
    for address in found:
        capabilities = channels[address.channel].capabilities
        language = authors.language_of(session, address)
        with speaking(language):
            lines = [
                _("{name} proposes a funding call:").format(name=person_words(session, call.proposer_id)),
                Markup("<b>{}</b>").format(calls.title(call, language)),
            ]
            if not capabilities.buttons:
                lines.append(_("Write {command} to decide about it.").format(command=typed("calls", capabilities)))
            options = answers(call) if capabilities.buttons else []
            outbound = Outbound(Markup("\n").join(lines), tuple(options), language=language)
        authors.write(session, address, [outbound], f"proposed:{call.id}:{address.id}", now)
    return len(found)


def answers(call: Call) -> Sequence[Option]:
    """What can be done with a proposal."""
    return [
        Option(f"call_accept:{call.id}", _("Accept").unescape()),
        Option(f"call_sheet:{call.id}", _("Read and edit").unescape()),
        Option(f"call_decline:{call.id}", _("Decline the proposal").unescape()),
    ]


def accept(session: Session, call: Call, actor: Member, now: datetime) -> None:
    """Make it a draft of whoever accepts it."""
    call.state, call.author_id = CallState.DRAFT, actor.id
    record(session, now, actor.id, "call.accept", call=call.id)
    _tell_proposer(session, call, N_("Thank you: “{title}” was accepted, and will be sent to the members."), "", now)


def decline(session: Session, call: Call, actor: Member, reason: str, now: datetime) -> None:
    """Leave it; the proposer hears why."""
    call.state = CallState.DECLINED
    record(session, now, actor.id, "call.decline", call=call.id)
    _tell_proposer(session, call, N_("“{title}”, which you proposed, will not be sent to the members:"), reason, now)


def _tell_proposer(session: Session, call: Call, sentence: str, reason: str, now: datetime) -> None:
    """In their language, if they are still there."""
    proposer = session.get(Member, call.proposer_id) if call.proposer_id else None
    if proposer is None:
        return
    with speaking(proposer.language):
        said = _(sentence).format(title=calls.title(call, proposer.language))
    lines = [said, Markup("<i>{}</i>").format(reason)] if reason else [said]
    outbound = Outbound(Markup("\n").join(lines), language=proposer.language)
    tell(session, proposer.id, outbound, f"proposal:{call.id}:{call.state}", now)


def _deciding(session: Session, call: Call, network: Network, channels: Mapping[str, Channel]) -> list[MemberAddress]:
    """Where to reach those who may decide about it, other than who proposed it."""
    return [
        address
        for address in colleagues(session, Role.OWNER, Role.COORDINATOR, Role.FOCAL_POINT)
        if address.channel in channels
        and address.member_id != call.proposer_id
        and calls.may_edit(session, session.get_one(Member, address.member_id), call, network)
    ]
