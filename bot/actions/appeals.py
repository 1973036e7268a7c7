"""Surveys and declarations as their authors write them, and what is sent of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import declarationcards, newsletters, surveycards, telling
from bot.actions.following import stands
from bot.actions.newsletters import Plan
from bot.actions.rights import RUNNING, may_send, may_write, role_of, topics_for
from bot.network import Network
from storage.appeals import DRAFT
from storage.audiences import Audience
from storage.declarations import Declaration
from storage.members import Member
from storage.newsletters import Newsletter
from storage.staff import record
from storage.surveys import Survey, questions_of

Appeal = Survey | Declaration

A = TypeVar("A", Survey, Declaration)


def begin(session: Session, table: type[A], author: Member, language: str, title: str, text: Markup, network: Network,
          now: datetime) -> A:  # fmt: skip
    """A new draft; a focal point's asks those who follow its topics."""
    own = () if role_of(session, author) in RUNNING else topics_for(session, author, network)
    appeal = table(
        author_id=author.id,
        state=DRAFT,
        source=language,
        titles={language: title},
        texts={language: str(text)},
        audience=Audience(topics=tuple(topic.key for topic in own)).to_json(),
        created_at=now,
    )
    session.add(appeal)
    session.flush()
    _record(session, appeal, "begin", author, now, language=language)
    return appeal


def write(session: Session, appeal: Appeal, actor: Member, now: datetime, **columns: Any) -> None:  # noqa: ANN401 - columns
    """Change these columns of a draft."""
    for column, value in columns.items():
        setattr(appeal, column, value)
    _record(session, appeal, "write", actor, now, fields=sorted(columns))
    session.flush()


def discard(session: Session, appeal: Appeal, actor: Member, now: datetime) -> None:
    """Delete a draft that was never sent, and what was prepared of it."""
    _record(session, appeal, "delete", actor, now)
    for newsletter in newsletters.unsent(session, appeal.about, appeal.id):
        session.delete(newsletter)
    session.delete(appeal)
    session.flush()


def may_edit(session: Session, member: Member, appeal: Appeal) -> bool:
    """Those who run the network may, and its author while they may write to those it asks."""
    mine = appeal.author_id == member.id and may_write(session, member)
    allowed = mine and (appeal.state == DRAFT or may_send(session, member, audience_of(appeal)))
    return allowed or role_of(session, member) in RUNNING


def audience_of(appeal: Appeal) -> Audience:
    """Whom it asks."""
    return Audience.from_json(appeal.audience)


def cards(session: Session, appeal: Appeal, network: Network) -> dict[str, Markup]:
    """Its card, for the readers of each language of the network."""
    if isinstance(appeal, Declaration):
        return {each: declarationcards.card(appeal, each, network) for each in network.languages}
    questions = questions_of(session, appeal.id)
    return {each: surveycards.card(appeal, questions, each, network) for each in network.languages}


def publication(session: Session, appeal: Appeal, actor: Member, network: Network, now: datetime) -> Newsletter:
    """What would be sent of it, as it is now. It is what the audience is chosen for, and the appeal asks the same."""
    author_id = actor.id if appeal.author_id is None else appeal.author_id
    newsletter = newsletters.to_publish(session, appeal.about, appeal.id, author_id, now)
    if newsletter.audience is None:
        newsletter.audience = appeal.audience
    appeal.audience = newsletter.audience
    newsletter.texts = {language: str(text) for language, text in cards(session, appeal, network).items()}
    newsletter.source = appeal.source
    newsletter.useful_until = appeal.closes_at
    session.add(newsletter)
    session.flush()
    return newsletter


def plan(session: Session, appeal: Appeal, actor: Member, network: Network, now: datetime) -> Plan:
    """Its publication, as it would be sent now, if this person sent it."""
    return newsletters.plan(session, publication(session, appeal, actor, network, now), actor, network)


def show_anew(session: Session, appeal: Appeal, network: Network, now: datetime) -> None:
    """Let every copy that was sent say what is right now."""
    telling.show_anew(session, appeal.about, appeal.id, cards(session, appeal, network), now)


def is_taken_back(session: Session, appeal: Appeal) -> bool:
    """Whether every copy that went out was recalled: then it can be sent once more."""
    return not any(stands(each) for each in telling.publications(session, appeal.about, appeal.id))


def _record(session: Session, appeal: Appeal, verb: str, actor: Member, now: datetime, **details: Any) -> None:  # noqa: ANN401 - JSON
    record(session, now, actor.id, f"{appeal.noun}.{verb}", **{appeal.noun: appeal.id}, **details)
