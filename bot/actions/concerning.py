"""Whom a call or an event concerns: the conditions of an audience, asked of people instead of the database."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.audiences import ABROAD, TOPIC, Audience
from storage.calls import Dislike
from storage.members import Member, Subscription


class Interest(NamedTuple):
    """What decides whether something concerns a member; `disliked` as in `Dislike.what`."""

    topics: frozenset[str]
    region: str
    country: str
    ecosoc: str
    disliked: frozenset[str]


def interests_of(session: Session, members: Collection[Member]) -> dict[int, Interest]:
    """By member id."""
    topics: dict[int, set[str]] = {member.id: set() for member in members}
    disliked: dict[int, set[str]] = {member.id: set() for member in members}
    for member_id, topic in session.execute(
        select(Subscription.member_id, Subscription.topic).where(Subscription.member_id.in_(topics))
    ):
        topics[member_id].add(topic)
    for member_id, what in session.execute(
        select(Dislike.member_id, Dislike.what).where(Dislike.member_id.in_(disliked))
    ):
        disliked[member_id].add(what)
    return {
        member.id: Interest(frozenset(topics[member.id]), member.region, member.country, member.ecosoc,
                            frozenset(disliked[member.id]))
        for member in members
    }  # fmt: skip


def concerns(audience: Audience, interest: Interest) -> bool:
    """Whether a member like this would be in the audience, as `storage.audiences.matching` has it.

    Only topics, regions, consultative status and dislikes are looked at: that is all a call or an event asks for.
    """
    unwanted = interest.disliked.intersection(audience.disliked)
    followed = {topic for topic in interest.topics if TOPIC + topic not in unwanted}
    return (
        (not audience.topics or not followed.isdisjoint(audience.topics))
        and (not audience.regions or _home(interest) in audience.regions)
        and (not audience.ecosoc or interest.ecosoc in audience.ecosoc)
        and all(what.startswith(TOPIC) for what in unwanted)
    )


def _home(interest: Interest) -> str:
    return interest.region or (ABROAD if interest.country else "")
