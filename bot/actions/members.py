"""What a member decides about themselves: language, consent, their details, topics, and whether we may write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from bot.actions import memberships, organisations, places
from bot.core.fields import Found
from bot.network import Network
from storage.members import Member, add_topic, drop_topic, mark_unreachable, set_topics, topics_of
from storage.organisations import Organisation

TEXTS: Final = ("name", "role", "phone", "email", "ecosoc")


def set_language(member: Member, language: str) -> None:
    member.language = language


def consent(member: Member, now: datetime) -> None:
    """They agree that we keep what they tell us and write to them."""
    member.consented_at = member.consented_at or now
    member.stopped_at = None


def register(session: Session, network: Network, member: Member, answers: Mapping[str, Any], now: datetime) -> None:
    """Keep everything they told; from now on they are a member."""
    member.registered_at = now
    keep(session, network, member, answers, now)


def keep(session: Session, network: Network, member: Member, answers: Mapping[str, Any], now: datetime) -> None:
    """Write down those of a member's answers that are there, by name; None is nothing."""
    for name in TEXTS:
        if name in answers:
            setattr(member, name, answers[name] or "")
    if "place" in answers:
        member.region, member.district, member.country = places.parse(network, answers["place"].id)
    if "topics" in answers:
        set_topics(session, member.id, set(answers["topics"] or ()))
    if answers.get("organisation"):
        _join(session, member, answers["organisation"], now)
    session.flush()


def answers_of(session: Session, network: Network, member: Member) -> dict[str, Any]:
    """What `keep` wrote down, as the answers of a form; None for what is not known."""
    organisation = session.get(Organisation, member.organisation_id) if member.organisation_id else None
    place = places.option_of(network, places.Where(member.region, member.district, member.country))
    following = topics_of(session, member.id)
    return {name: getattr(member, name) or None for name in TEXTS} | {
        "organisation": Found(organisation.name, f"organisation:{organisation.id}") if organisation else None,
        "place": Found(place.label, place.id) if place else None,
        "topics": [topic.key for topic in network.topics if topic.key in following],
    }


def follow(session: Session, member: Member, topic: str) -> None:
    add_topic(session, member.id, topic)


def leave(session: Session, member: Member, topic: str) -> None:
    drop_topic(session, member.id, topic)


def stop(member: Member, now: datetime) -> None:
    """Nothing but replies from now on; what is queued already is skipped when its turn comes."""
    member.stopped_at = member.stopped_at or now


def come_back(member: Member) -> bool:
    """We may write again; whether they had said stop."""
    stopped = member.stopped_at is not None
    member.stopped_at = None
    return stopped


def blocked(session: Session, address_id: int) -> None:
    """They blocked us on the platform; their next message undoes it."""
    mark_unreachable(session, address_id, "blocked")


def _join(session: Session, member: Member, found: Found, now: datetime) -> None:
    known = None if found.new else session.get(Organisation, int(found.id.partition(":")[2]))
    memberships.join(session, member, known or organisations.find_or_add(session, found.label, now), now)
