"""A member's question about a call goes to whoever answers for it, and the answer comes back to the member's chat.

A question is the inbound that asked it: so it is erased with whoever asked, and still theirs when two members turn out
to be one. That it was asked of staff is told by the messages that brought it to them.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions.localized import read
from bot.actions.messages import colleagues, reached_at, tell_at
from bot.actions.rights import RUNNING, may_write, role_of
from bot.core.i18n import _, speaking
from bot.core.messages import Address, Inbound, Option, Outbound
from storage.calls import Call
from storage.inbox import InboxRow
from storage.members import Member, MemberAddress, find_address
from storage.organisations import Organisation
from storage.outbox import newest_by_key
from storage.staff import record

LONGEST_QUESTION = 500
LONGEST_ANSWER = 700
"""In characters, so that with what stands around them they are one message on every channel."""


class Question(NamedTuple):
    """What somebody asked.

    Attributes:
        id: of the inbound that asked it.
        address: where they asked.
    """

    id: int
    call: Call
    asker: Member
    address: MemberAddress
    text: str


def ask(session: Session, call: Call, asker: Member, question: str, inbox_id: int, now: datetime) -> bool:
    """Bring the question to whoever answers for the call; False where nobody can be reached."""
    answering = _answering(session, call)
    for address in answering:
        language = session.get_one(Member, address.member_id).language
        with speaking(language):
            asks = _("{name} asks about the call “{title}”:").format(
                name=asker_words(session, asker), title=read(call, language).title
            )
            answer = Option(f"answer:{inbox_id}", str(_("Answer")), word=f"{_('ANSWER')} {inbox_id}")
            outbound = Outbound(Markup("{}\n\n{}").format(asks, question), (answer,), language=language)
        tell_at(session, address, outbound, f"{_key(asker, inbox_id)}:{call.id}:{address.id}", now)
    return bool(answering)


def find(session: Session, inbox_id: int) -> Question | None:
    """None where it was never asked, is older than what is kept, or whoever asked it is erased."""
    row = session.get(InboxRow, inbox_id)
    address = find_address(session, row.channel, row.user) if row is not None and row.payload else None
    if row is None or address is None:
        return None
    asker = session.get_one(Member, address.member_id)
    brought = newest_by_key(session, _key(asker, inbox_id))
    call = session.get(Call, int((brought.key or "").split(":")[3])) if brought is not None else None
    said = Inbound.from_json(Address(row.channel, row.user), row.external_id, row.payload)
    return None if call is None else Question(inbox_id, call, asker, address, said.plain)


def may_answer(session: Session, member: Member, call: Call) -> bool:
    """The author of the call, and those who run the network."""
    mine = call.author_id == member.id and may_write(session, member)
    return mine or role_of(session, member) in RUNNING


def answered(session: Session, question: Question) -> bool:
    return newest_by_key(session, _answer_key(question)) is not None


def answer(session: Session, question: Question, actor: Member, text: str, now: datetime) -> bool:
    """Send the answer to where the question came from, or wherever else they are reached; False where nowhere."""
    reached = reached_at(session, question.asker.id)
    if reached is None:
        return False
    address = reached if question.address.unreachable else question.address
    language = question.asker.language
    with speaking(language):
        answers = _("{name} answers your question about the call “{title}”:").format(
            name=actor.name or _("The network"), title=read(question.call, language).title
        )
        quoted = Markup("<i>{}</i>").format(question.text)
        again = Option(f"ask:{question.call.id}", str(_("Ask again")), word=f"{_('ASK')} {question.call.id}")
        outbound = Outbound(Markup("\n\n").join([answers, quoted, Markup("{}").format(text)]), (again,),
                            language=language)  # fmt: skip
    key = _answer_key(question)
    once_more = f":{now.timestamp():.3f}" if answered(session, question) else ""
    tell_at(session, address, outbound, key + once_more, now)
    record(session, now, actor.id, "call.answer", call=question.call.id, member=question.asker.id)
    return True


def asker_words(session: Session, asker: Member) -> Markup:
    """Who asks, and from which organisation."""
    organisation = session.get(Organisation, asker.organisation_id) if asker.organisation_id else None
    if organisation is None:
        return Markup("{}").format(asker.name)
    return Markup("{} ({})").format(asker.name, organisation.name)


def _answering(session: Session, call: Call) -> list[MemberAddress]:
    """Whoever wrote the call; those who run the network where they are gone, or cannot be reached."""
    author = session.get(Member, call.author_id) if call.author_id else None
    reached = reached_at(session, author.id) if author is not None and may_write(session, author) else None
    if reached is not None:
        return [reached]
    return colleagues(session, *RUNNING)


def _key(asker: Member, inbox_id: int) -> str:
    """Begins the key of the messages that bring the question; see `storage.merging` and `bot.actions.retention`."""
    return f"ask:{asker.id}:{inbox_id}"


def _answer_key(question: Question) -> str:
    return f"answer:{question.asker.id}:{question.id}"
