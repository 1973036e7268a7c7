"""Writing a newsletter and deciding who gets it, up to the moment it is fired."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.ballots import Ballot, ballot_of
from bot.actions.homes import longest_home
from bot.actions.rights import RUNNING, role_of, topics_for
from bot.actions.standing import drafted, written_in
from bot.actions.wording import Content, Wording, content_of
from bot.core.channel import Channel
from bot.core.messages import Attachment
from bot.core.rendering import excess
from bot.core.richtext import plain
from bot.network import Network
from storage import carried
from storage.audiences import Audience, Part, count
from storage.broadcasts import Broadcast
from storage.files import PREFIX
from storage.members import Member
from storage.newsletters import Newsletter
from storage.staff import record

TITLE: Final = 60
"""Of a text, what stands for it in a list, in characters."""

_LINK: Final = re.compile(r"[a-z][a-z0-9+.-]*://|www\.|[\w-]+(?:\.[\w-]+)+/", re.IGNORECASE)
"""How a word begins that messengers make a link of."""


_UNSENT: Final = ~select(Broadcast.id).where(Broadcast.newsletter_id == Newsletter.id).exists()


@dataclass(frozen=True)
class Plan:
    """A newsletter as it would be sent now.

    Attributes:
        audience: the one chosen, within what the person who asks may write to.
        parts: how many that are, by channel and language.
        written: the languages it was written in.
        ballot: what its readers vote on.
    """

    newsletter: Newsletter
    audience: Audience
    parts: list[Part]
    written: Collection[str]
    ballot: Ballot | None = None

    @property
    def content(self) -> Content:
        about = drafted(self.newsletter)._replace(ballot=self.ballot)
        return content_of(self.newsletter, self.audience.to_json(), about)

    @property
    def members(self) -> int:
        return sum(part.members for part in self.parts)

    @property
    def unreachable(self) -> int:
        return sum(part.unreachable for part in self.parts)

    @property
    def without_text(self) -> dict[str, int]:
        """How many read a language there is no text in."""
        readers: dict[str, int] = {}
        for part in self.parts:
            if part.language not in self.written:
                readers[part.language] = readers.get(part.language, 0) + part.members
        return readers


class Overlong(NamedTuple):
    """A reader's message that one channel cannot send: `text` is the language it is written in."""

    channel: Channel
    reader: str
    text: str
    excess: int


def begin(session: Session, author: Member, language: str, text: Markup, attachment: Attachment | None,
          now: datetime) -> Newsletter:  # fmt: skip
    """A new draft. Without a text, for a photo came alone, the draft waits for one."""
    newsletter = Newsletter(
        author_id=author.id,
        source=language,
        texts={language: str(text)} if text else {},
        attachment=None if attachment is None else asdict(attachment),
        audience={},
        created_at=now,
    )
    session.add(newsletter)
    session.flush()
    want(session, attachment, now)
    record(session, now, author.id, "newsletter.begin", newsletter=newsletter.id, language=language)
    return newsletter


def write_text(
    session: Session, newsletter: Newsletter, language: str, text: Markup, actor: Member, now: datetime
) -> None:
    """Add the text in this language, or put it in place of the one there is."""
    if not newsletter.texts:
        newsletter.source = language
    newsletter.texts = {**newsletter.texts, language: str(text)}
    record(session, now, actor.id, "newsletter.text", newsletter=newsletter.id, language=language)


def attach(
    session: Session, newsletter: Newsletter, attachment: Attachment | None, actor: Member, now: datetime
) -> None:
    """Let this file travel with it, or none."""
    newsletter.attachment = None if attachment is None else asdict(attachment)
    want(session, attachment, now)
    record(session, now, actor.id, "newsletter.file", newsletter=newsletter.id, removed=attachment is None)


def address_to(session: Session, newsletter: Newsletter, audience: Audience, actor: Member, now: datetime) -> None:
    newsletter.audience = audience.to_json()
    record(session, now, actor.id, "newsletter.audience", newsletter=newsletter.id, audience=newsletter.audience)


def discard(session: Session, newsletter: Newsletter, actor: Member, now: datetime) -> None:
    record(session, now, actor.id, "newsletter.delete", newsletter=newsletter.id)
    session.delete(newsletter)


def drafts_of(session: Session, member_id: int, limit: int) -> list[Newsletter]:
    """What this person wrote and has not sent, newest first; of a call or an event there is a page of its own."""
    mine = select(Newsletter).where(Newsletter.author_id == member_id, Newsletter.about == "", _UNSENT)
    return list(session.scalars(mine.order_by(Newsletter.id.desc()).limit(limit)))


def unsent(session: Session, about: str, about_id: int) -> list[Newsletter]:
    """What was prepared of a call or an event, and has not been sent."""
    of_it = select(Newsletter).where(Newsletter.about == about, Newsletter.about_id == about_id, _UNSENT)
    return list(session.scalars(of_it))


def to_publish(session: Session, about: str, about_id: int, author_id: int, now: datetime) -> Newsletter:
    """The first of those, or else a new one, which is in no table yet."""
    prepared = unsent(session, about, about_id)
    return prepared[0] if prepared else Newsletter(author_id=author_id, about=about, about_id=about_id, created_at=now)


def broadcast_of(session: Session, newsletter_id: int) -> Broadcast | None:
    """The broadcast it was sent as."""
    first = select(Broadcast).where(Broadcast.newsletter_id == newsletter_id).order_by(Broadcast.id).limit(1)
    return session.scalar(first)


def plan(
    session: Session, newsletter: Newsletter, actor: Member, network: Network, audience: Audience | None = None
) -> Plan:
    """What would be sent now, if this person sent it, to another audience if one is given.

    A focal point's audience always names topics, and none but its own, whatever the draft says.
    """
    audience = Audience.from_json(newsletter.audience) if audience is None else audience
    if role_of(session, actor) not in RUNNING:
        own = tuple(topic.key for topic in topics_for(session, actor, network))
        chosen = tuple(topic for topic in audience.topics if topic in own)
        audience = replace(audience, topics=chosen or own)
        if not own:
            return Plan(newsletter, audience, [], newsletter.texts)
    written = written_in(session, newsletter)
    return Plan(newsletter, audience, count(session, audience), written, ballot_of(session, newsletter))


def overlong(planned: Plan, network: Network, channels: Iterable[Channel]) -> list[Overlong]:
    """Which messages do not fit their channel, worded as long as they can become. One a channel and text, the worst."""
    if not planned.newsletter.texts:
        return []
    wording = Wording(network)
    worst: dict[tuple[str, str], Overlong] = {}
    reached = {(part.channel, part.language) for part in planned.parts}
    for channel in channels:
        for reader in network.languages:
            if reached and (channel.name, reader) not in reached:
                continue
            used = reader if reader in planned.written else planned.newsletter.source
            homes = longest_home(network, planned.audience.regions, reader)
            for reasons in longest_reasons(planned.audience.topics, network, reader):
                terms = channel.capabilities
                over = excess(wording.word(planned.content, reader, reasons, homes=homes, terms=terms), terms)
                if over > (worst[channel.name, used].excess if (channel.name, used) in worst else 0):
                    worst[channel.name, used] = Overlong(channel, reader, used, over)
    return list(worst.values())


def title(newsletter: Newsletter, language: str = "") -> str:
    """Its first words, in this language if there is a text in it, or the name of its file; of a card its heading.

    It never ends in a link, which would take in the quotation mark that follows.
    """
    text = plain(newsletter.texts.get(language) or newsletter.texts.get(newsletter.source, ""))
    words = (text.partition("\n")[0] if newsletter.about else text).split()
    text = _before_links(words)
    if len(text) > TITLE:
        begun = text[:TITLE]
        text = _before_links(begun.split(" ")[:-1]) if " " in begun else begun[:-1]
        text = text and text + "…"
    host = words[0].partition("://")[2].partition("/")[0][:TITLE] if words else ""
    return text or host or (newsletter.attachment or {}).get("name", "") or "…"


def want(session: Session, attachment: Attachment | None, now: datetime) -> None:
    """Have the file brought here, so that every channel can send it."""
    if attachment is not None and not attachment.file.startswith(PREFIX):
        carried.want(session, attachment.file, now)


def _before_links(words: Sequence[str]) -> str:
    """The words without the links they end in."""
    kept = len(words)
    while kept and _LINK.match(words[kept - 1]):
        kept -= 1
    return " ".join(words[:kept])


def longest_reasons(topics: Collection[str], network: Network, language: str) -> list[tuple[str, ...]]:
    """The longest a message can become: one or two topics have a way out each, more have one together."""

    def length(key: str) -> int:
        topic = network.topic(key)
        return 0 if topic is None else 2 * len(topic.labels[language]) + len(topic.words[language])

    return [tuple(topics), tuple(sorted(topics, key=length)[-2:])]
