"""Writing a funding call, and what is sent of it: a newsletter about it, with its card for a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from bot.actions import newsletters, telling
from bot.actions.callcards import card
from bot.actions.disliking import values_of
from bot.actions.eligibility import statuses_for
from bot.actions.following import stands
from bot.actions.localized import read
from bot.actions.newsletters import Overlong, Plan
from bot.actions.rights import RUNNING, may_send, may_write, role_of, topics_for
from bot.core.channel import Channel
from bot.core.messages import Attachment
from bot.network import Network
from storage.audiences import Audience, count
from storage.calls import Call, CallState
from storage.members import Member
from storage.newsletters import Newsletter
from storage.staff import record

ABOUT: Final = "call"
"""What `Newsletter.about` says of it."""

PUBLISHED: Final = (CallState.OPEN, CallState.CLOSED)

MOST_DOCUMENTS: Final = 5


def blank(source: str, now: datetime) -> Call:
    """A call that says nothing yet, and is in no table."""
    return Call(state=CallState.DRAFT, source=source, titles={}, texts={}, donor="", currency="", whole_day=True,
                eligible=[], topics=[], regions=[], link="", documents=[], registration="", note={},
                created_at=now)  # fmt: skip


def begin(session: Session, author: Member, language: str, title: str, text: Markup, now: datetime) -> Call:
    """A new draft."""
    call = blank(language, now)
    call.author_id = author.id
    call.titles, call.texts = {language: title}, {language: str(text)}
    session.add(call)
    session.flush()
    record(session, now, author.id, "call.begin", call=call.id)
    return call


def write(session: Session, call: Call, actor: Member, network: Network, now: datetime, **values: Any) -> None:  # noqa: ANN401 - columns
    """Change these columns, and what says them."""
    for name, value in values.items():
        setattr(call, name, value)
    record(session, now, actor.id, "call.write", call=call.id, changed=sorted(values))
    show_anew(session, call, network, now)


def add_document(session: Session, call: Call, document: Attachment, actor: Member, network: Network,
                 now: datetime) -> None:  # fmt: skip
    newsletters.want(session, document, now)
    write(session, call, actor, network, now, documents=[*call.documents, asdict(document)])


def discard(session: Session, call: Call, actor: Member, now: datetime) -> None:
    """Drop a draft, and what was to be sent of it."""
    record(session, now, actor.id, "call.delete", call=call.id)
    for newsletter in newsletters.unsent(session, ABOUT, call.id):
        session.delete(newsletter)
    session.delete(call)
    session.flush()


def title(call: Call, language: str) -> str:
    return read(call, language).title


def cards(call: Call, network: Network) -> dict[str, Markup]:
    """What is sent of it, for the readers of each language of the network."""
    return {language: card(call, language, network) for language in network.languages}


def audience_of(call: Call) -> Audience:
    """Whom it concerns: nobody hears of it who does not want to hear of such calls."""
    return Audience(
        topics=tuple(call.topics),
        regions=tuple(call.regions),
        ecosoc=statuses_for(call.eligible),
        disliked=values_of(call),
    )


def publication(session: Session, call: Call, actor: Member, network: Network, now: datetime) -> Newsletter:
    """What would be sent of it, as it is now: the one that was not sent yet, or a new one."""
    author_id = actor.id if call.author_id is None else call.author_id
    newsletter = newsletters.to_publish(session, ABOUT, call.id, author_id, now)
    _compose(newsletter, call, network, _sent(session, call))
    session.add(newsletter)
    session.flush()
    return newsletter


def show_anew(session: Session, call: Call, network: Network, now: datetime) -> None:
    """Let what is to be sent of it, and every copy that was, say what is right now."""
    for newsletter in newsletters.unsent(session, ABOUT, call.id):
        _compose(newsletter, call, network, _sent(session, call))
    telling.show_anew(session, ABOUT, call.id, cards(call, network), now)


def is_taken_back(session: Session, call: Call) -> bool:
    """Whether every copy that went out was recalled: then it can be sent once more."""
    return not any(stands(each) for each in telling.publications(session, ABOUT, call.id))


def unheard(session: Session, call: Call) -> int:
    """How many of those it concerns did not get it: its topics were changed, or they came later."""
    sent = [each for each in telling.publications(session, ABOUT, call.id) if stands(each)]
    if call.state != CallState.OPEN or not all(each.fanned_at for each in sent):
        return 0
    audience = replace(audience_of(call), missed=tuple(each.id for each in sent))
    return sum(part.members for part in count(session, audience))


def overlong(call: Call, network: Network, channels: Iterable[Channel], **values: Any) -> list[Overlong]:  # noqa: ANN401 - columns
    """Which messages would not fit their channel, if these columns were changed; wherever its readers are."""
    columns = {name: getattr(call, name) for name in inspect(Call).columns.keys()}  # noqa: SIM118 - they are no mapping
    changed = Call(**(columns | values))
    changed.state, changed.closed_at = CallState.CLOSED, changed.created_at  # there must be room to say that it is over
    newsletter = Newsletter(about=ABOUT, about_id=call.id)
    _compose(newsletter, changed, network)
    return newsletters.overlong(Plan(newsletter, audience_of(changed), [], changed.titles), network, channels)


def may_edit(session: Session, member: Member, call: Call, network: Network) -> bool:
    """Whether this person may read and change this call.

    Those who run the network may, and its author while they may write to those it concerns; a proposal is for
    everybody who may write to one of its topics.
    """
    if role_of(session, member) in RUNNING:
        return True
    if call.state == CallState.PROPOSED:
        return any(topic.key in call.topics for topic in topics_for(session, member, network))
    mine = call.author_id == member.id and may_write(session, member)
    return mine and (call.state not in PUBLISHED or may_send(session, member, audience_of(call)))


def _sent(session: Session, call: Call) -> tuple[int, ...]:
    """The broadcasts whose readers have it: nobody gets it from two of them."""
    return tuple(each.id for each in telling.publications(session, ABOUT, call.id) if stands(each))


def _compose(newsletter: Newsletter, call: Call, network: Network, sent: tuple[int, ...] = ()) -> None:
    newsletter.texts = {language: str(text) for language, text in cards(call, network).items()}
    newsletter.source = call.source
    newsletter.audience = replace(audience_of(call), missed=sent).to_json()
    newsletter.useful_until = call.deadline
