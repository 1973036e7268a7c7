"""Not for us: why a call does not suit a member, and which calls they hear less of because of that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from markupsafe import Markup
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.actions.eligibility import ELIGIBLE, eligible_words
from bot.actions.saving import mark_of
from bot.core.amounts import Money
from bot.core.i18n import N_, _
from bot.network import Network
from storage.audiences import TOPIC
from storage.base import insert_for
from storage.calls import Call, CallMark, Dislike
from storage.members import Member, topics_of

REASONS: Final = {
    "topic": N_("Not our topic"),
    "large": N_("Too large for us"),
    "small": N_("Too small for us"),
    "who": N_("We may not apply"),
    "other": N_("Another reason"),
}
"""By key, which never changes."""

DIGITS: Final = 13
"""Of the largest amount there can be."""


def values_of(call: Call) -> tuple[str, ...]:
    """What `Audience.disliked` is for this call: whoever dislikes one of these does not hear of it."""
    digits = _digits(call)
    large = [f"large:{call.currency}:{fewest}" for fewest in range(1, digits + 1)]
    small = [f"small:{call.currency}:{most}" for most in range(digits, DIGITS + 1)] if digits else []
    return (*(TOPIC + topic for topic in call.topics), *large, *small, *_who(call))


def reasons_for(call: Call) -> list[str]:
    """Those that can be given for it: what it does not say cannot be wrong with it."""
    possible = {"topic": bool(call.topics), "large": _digits(call) > 1, "small": bool(_digits(call))}
    return [reason for reason in REASONS if possible.get(reason, True)]


def unwanted(session: Session, call: Call, member: Member, reason: str) -> list[str]:
    """What a member who gives this reason does not want to hear of; of a call's topics, those they follow."""
    match reason:
        case "topic":
            followed = topics_of(session, member.id).intersection(call.topics)
            return [TOPIC + topic for topic in call.topics if topic in followed or not followed]
        case "large" | "small" if _digits(call):
            return [f"{reason}:{call.currency}:{_digits(call)}"]
        case "who":
            return _who(call)
        case _:
            return []


def decline(session: Session, call: Call, member: Member, reason: str, now: datetime) -> list[str]:
    """It is not for them: they are not reminded of it, and hear less of what is like it. Returns what that is."""
    mark = mark_of(session, call.id, member.id)
    mark.saved_at = mark.remind_at = None
    mark.declined_at, mark.reason = now, reason
    those = unwanted(session, call, member, reason)
    for what in those:
        row = insert_for(session)(Dislike).values(member_id=member.id, what=what)
        session.execute(row.on_conflict_do_nothing())
    return those


def take_back(session: Session, call: Call, member: Member) -> None:
    """It is for them after all, and so is what is like it."""
    mark = session.get(CallMark, (call.id, member.id))
    if mark is not None and mark.declined_at is not None:
        for what in unwanted(session, call, member, mark.reason):
            like_again(session, member.id, what)
        mark.declined_at, mark.reason = None, ""


def like_again(session: Session, member_id: int, what: str) -> None:
    session.execute(delete(Dislike).where(Dislike.member_id == member_id, Dislike.what == what))


def dislikes_of(session: Session, member_id: int) -> Sequence[str]:
    return session.scalars(select(Dislike.what).where(Dislike.member_id == member_id).order_by(Dislike.what)).all()


def disliked_words(what: str, network: Network, language: str) -> Markup:
    """In the language being spoken, as it stands in a list: "calls on Health", "calls of 100,000 EUR and more"."""
    kind, _colon, rest = what.partition(":")
    if kind == "topic":
        topic = network.topic(rest)
        return _("calls on {topic}").format(topic=topic.labels[language] if topic else rest)
    if kind == "who":
        return _("calls for {who}").format(who=eligible_words(rest.split(",")))
    currency, _colon, digits = rest.partition(":")
    if kind == "large":
        return _("calls of {amount} and more").format(amount=_sum(int(digits) - 1, currency))
    return _("calls of less than {amount}").format(amount=_sum(int(digits), currency))


def _who(call: Call) -> list[str]:
    return ["who:" + ",".join(key for key in ELIGIBLE if key in call.eligible)] if call.eligible else []


def _sum(zeros: int, currency: str) -> Markup:
    amount = 10**zeros
    return Money(amount, amount, currency).words()


def _digits(call: Call) -> int:
    """Of the most it gives; 0 where it does not say."""
    most = call.amount_to or call.amount_from
    return min(len(str(most)), DIGITS) if most and call.currency else 0
