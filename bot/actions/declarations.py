"""Declarations as their authors make them: the words, who can sign, until when; and what is sent of it.

What is signed never changes: when it is first sent, a hash over its words is stored, and each signature carries it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import newsletters, telling
from bot.actions.declarationcards import card
from bot.actions.following import stands
from bot.actions.localized import read
from bot.actions.newsletters import Overlong, Plan
from bot.actions.rights import RUNNING, may_send, may_write, role_of, topics_for
from bot.core.channel import Channel
from bot.network import Network
from storage.audiences import Audience
from storage.declarations import Declaration, DeclarationState
from storage.members import Member
from storage.newsletters import Newsletter
from storage.staff import record

ABOUT: Final = "sign"
"""What `Newsletter.about` says of its publication."""

PUBLISHED: Final = (DeclarationState.OPEN, DeclarationState.CLOSED)

DIGITS: Final = 12
"""Of the code in its link: only digits, so that it is typed on any phone, and more than any id has."""


def begin(session: Session, author: Member, language: str, title: str, text: Markup, network: Network,
          now: datetime) -> Declaration:  # fmt: skip
    """A new draft; a focal point's asks those who follow its topics."""
    own = () if role_of(session, author) in RUNNING else topics_for(session, author, network)
    declaration = Declaration(
        author_id=author.id,
        state=DeclarationState.DRAFT,
        source=language,
        titles={language: title},
        texts={language: str(text)},
        audience=Audience(topics=tuple(topic.key for topic in own)).to_json(),
        created_at=now,
    )
    session.add(declaration)
    session.flush()
    record(session, now, author.id, "declaration.begin", declaration=declaration.id, language=language)
    return declaration


def write(session: Session, declaration: Declaration, actor: Member, now: datetime, **columns: Any) -> None:  # noqa: ANN401 - columns
    """Change these columns of a draft."""
    for column, value in columns.items():
        setattr(declaration, column, value)
    record(session, now, actor.id, "declaration.write", declaration=declaration.id, fields=sorted(columns))
    session.flush()


def new_code() -> str:
    """What its link is told apart by: nobody guesses it."""
    return str(10 ** (DIGITS - 1) + secrets.randbelow(9 * 10 ** (DIGITS - 1)))


def discard(session: Session, declaration: Declaration, actor: Member, now: datetime) -> None:
    """Delete a draft that was never sent, and what was prepared of it."""
    record(session, now, actor.id, "declaration.delete", declaration=declaration.id)
    for newsletter in newsletters.unsent(session, ABOUT, declaration.id):
        session.delete(newsletter)
    session.delete(declaration)
    session.flush()


def may_edit(session: Session, member: Member, declaration: Declaration) -> bool:
    """Those who run the network may, and its author while they may write to those it asks."""
    mine = declaration.author_id == member.id and may_write(session, member)
    draft = declaration.state == DeclarationState.DRAFT
    allowed = mine and (draft or may_send(session, member, audience_of(declaration)))
    return allowed or role_of(session, member) in RUNNING


def audience_of(declaration: Declaration) -> Audience:
    """Whom it asks to sign."""
    return Audience.from_json(declaration.audience)


def title(declaration: Declaration, language: str) -> str:
    """Plain, in this language or else the one it was first written in."""
    return read(declaration, language).title


def fingerprint(declaration: Declaration) -> str:
    """SHA-256 over all its words as they are stored now, hexadecimal."""
    words = {"texts": declaration.texts, "titles": declaration.titles}
    canonical = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def cards(declaration: Declaration, network: Network) -> dict[str, Markup]:
    """Its card, for the readers of each language of the network."""
    return {each: card(declaration, each, network) for each in network.languages}


def publication(session: Session, declaration: Declaration, actor: Member, network: Network,
                now: datetime) -> Newsletter:  # fmt: skip
    """What would be sent of it, as it is now. The audience is chosen for it, and is the declaration's."""
    author_id = actor.id if declaration.author_id is None else declaration.author_id
    newsletter = newsletters.to_publish(session, ABOUT, declaration.id, author_id, now)
    if newsletter.audience is None:
        newsletter.audience = declaration.audience
    declaration.audience = newsletter.audience
    newsletter.texts = {language: str(text) for language, text in cards(declaration, network).items()}
    newsletter.source = declaration.source
    newsletter.useful_until = declaration.closes_at
    session.add(newsletter)
    session.flush()
    return newsletter


def note(session: Session, declaration: Declaration, fired_at: datetime | None, network: Network,
         now: datetime) -> None:  # fmt: skip
    """It was sent: its words are frozen, and it can be signed. Its time is over: it is closed."""
    if declaration.state == DeclarationState.DRAFT and fired_at is not None:
        declaration.state, declaration.opened_at = DeclarationState.OPEN, fired_at
        declaration.frozen = fingerprint(declaration)
    closes_at = declaration.closes_at
    if declaration.state == DeclarationState.OPEN and closes_at is not None and closes_at <= now:
        end(session, declaration, network, closes_at)
    session.flush()


def show_anew(session: Session, declaration: Declaration, network: Network, now: datetime) -> None:
    """Let every copy that was sent say what is right now."""
    telling.show_anew(session, ABOUT, declaration.id, cards(declaration, network), now)


def end(session: Session, declaration: Declaration, network: Network, at: datetime) -> None:
    """Let its copies say that it is closed since then."""
    declaration.state, declaration.closed_at = DeclarationState.CLOSED, at
    show_anew(session, declaration, network, at)


def is_taken_back(session: Session, declaration: Declaration) -> bool:
    """Whether every copy that went out was recalled: then it can be sent once more."""
    return not any(stands(each) for each in telling.publications(session, ABOUT, declaration.id))


def overlong(declaration: Declaration, network: Network, channels: Iterable[Channel]) -> list[Overlong]:
    """The cards that do not fit a channel."""
    texts = {language: str(text) for language, text in cards(declaration, network).items()}
    like = Newsletter(source=declaration.source, texts=texts, audience=declaration.audience, about=ABOUT,
                      about_id=declaration.id)  # fmt: skip
    return newsletters.overlong(Plan(like, audience_of(declaration), [], declaration.titles), network, channels)
