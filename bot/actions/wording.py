"""What a broadcast says to one member: its text in their language, why it came, and how to stop that.

Preview, test copy and delivery all come through here, so what the coordinator saw is what people get.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.bells import bell
from bot.core.channel import Channel, Refused, Retry
from bot.core.i18n import _, speaking
from bot.core.locale import capitals, listing
from bot.core.messages import Attachment, Option, Outbound
from bot.network import Network, Topic
from storage import carried
from storage.broadcasts import Broadcast
from storage.claims import Claimed
from storage.files import PREFIX
from storage.members import Subscription
from storage.newsletters import Newsletter

log = logging.getLogger(__name__)

FEW = 2
"""With more topics than this, one button opens the list of topics instead of a button each."""

LATEST: Final = timedelta(minutes=5)
"""Longest that a message waits between two looks for its file."""

PATIENT: Final = 3
"""How often a file is tried before a reply goes without it: about half a minute."""


class Content(NamedTuple):
    """What a broadcast carries: hashable, so that wording it for many members alike is done once."""

    texts: tuple[tuple[str, str], ...]
    source: str
    attachment: Attachment | None
    topics: tuple[str, ...]

    def text(self, language: str) -> tuple[Markup, str]:
        """The text for a reader of this language, and the language it really is in."""
        texts = dict(self.texts)
        used = language if language in texts else self.source
        return Markup(texts[used]), used  # noqa: S704 - stored as markup by the Message field


def content_of(newsletter: Newsletter, audience: Mapping[str, Any]) -> Content:
    attachment = None if newsletter.attachment is None else Attachment(**newsletter.attachment)
    topics = tuple(audience.get("topics", ()))
    return Content(tuple(newsletter.texts.items()), newsletter.source, attachment, topics)


class Wording:
    """Words broadcasts for the people they go to."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._contents: dict[int, Content] = {}
        self.word = lru_cache(maxsize=4096)(self._word)

    def of(self, session: Session, rows: Sequence[Claimed], channel: Channel) -> dict[int, Outbound | Refused | Retry]:
        """What each row claimed for this channel says, by row id.

        A refusal for one that cannot be said, which stops no other; a retry for one whose file is on its way here.
        """
        bulk = [row for row in rows if row.payload is None and row.broadcast_id is not None]
        followed = self._followed(session, bulk)
        worded: dict[int, Outbound | Refused | Retry] = {}
        for row in rows:
            try:
                worded[row.id] = self._one(session, row, followed.get(row.member_id, set()))
            except (KeyError, TypeError, ValueError) as error:
                log.exception("row %s cannot be put into words", row.id)
                worded[row.id] = Refused("content", systemic=True, detail=type(error).__name__)
        files = {id_: file for id_, said in worded.items() if (file := _foreign(said, channel))}
        known = carried.resolve(session, set(files.values()))
        replies = {row.id for row in rows if row.broadcast_id is None}
        for id_, file in files.items():
            worded[id_] = _carrying(worded[id_], known.get(file), reply=id_ in replies)
        return worded | {row.id: self._ringing(worded[row.id]) for row in rows if row.bell}

    def _ringing(self, said: Outbound | Refused | Retry) -> Outbound | Refused | Retry:
        return bell(self._network, said) if isinstance(said, Outbound) else said

    def _one(self, session: Session, row: Claimed, followed: set[str]) -> Outbound:
        if row.payload is not None:
            return Outbound.from_json(row.payload)
        content = self._content(session, row.broadcast_id)
        return self.word(content, row.language, tuple(topic for topic in content.topics if topic in followed))

    def forget(self, broadcast_id: int) -> None:
        """Read the broadcast's content again at the next message: it was corrected."""
        self._contents.pop(broadcast_id, None)

    def _content(self, session: Session, broadcast_id: int | None) -> Content:
        if broadcast_id is None:
            raise ValueError("only a broadcast's rows have no text of their own")
        if broadcast_id not in self._contents:
            broadcast = session.get_one(Broadcast, broadcast_id)
            newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
            self._contents[broadcast_id] = content_of(newsletter, broadcast.audience)
        return self._contents[broadcast_id]

    def _followed(self, session: Session, rows: Sequence[Claimed]) -> dict[int, set[str]]:
        """Which of the broadcasts' topics each member follows; nothing to ask when none is by topic."""
        topics = {topic for row in rows for topic in self._content(session, row.broadcast_id).topics}
        if not topics:
            return {}
        followed: dict[int, set[str]] = {}
        query = select(Subscription.member_id, Subscription.topic).where(
            Subscription.member_id.in_([row.member_id for row in rows]), Subscription.topic.in_(topics)
        )
        for member_id, topic in session.execute(query):
            followed.setdefault(member_id, set()).add(topic)
        return followed

    def _word(self, content: Content, language: str, reasons: tuple[str, ...]) -> Outbound:
        """The message for a reader of `language` who is in the audience because of these topics."""
        text, _used = content.text(language)
        with speaking(language):
            topics = [topic for topic in map(self._network.topic, reasons) if topic is not None]
            if topics:
                followed = listing([topic.labels[language] for topic in topics], language)
                why = _("You receive this because you follow: {topics}.").format(topics=followed)
            else:
                why = _("You receive this as a member of {network}.").format(network=self._network.name[language])
            return Outbound(
                text=Markup("{}\n\n<i>{}</i>").format(text, why),
                options=_ways_out(language, topics),
                language=language,
                attachment=content.attachment,
                preview=True,
            )


def _ways_out(language: str, topics: Sequence[Topic]) -> tuple[Option, ...]:
    """How to stop what this message is one of; works under any message, however old."""
    stop = str(_("STOP"))
    if not topics:
        return (Option("stop", str(_("Stop all messages")), word=stop),)
    if len(topics) > FEW:
        return (Option("topics", str(_("Choose topics")), word=str(_("TOPICS"))),)
    return tuple(
        Option(
            f"leave:{topic.key}",
            str(_("Stop: {topic}").format(topic=topic.labels[language])),
            word=f"{stop} {capitals(topic.words[language], language)}",
        )
        for topic in topics
    )


def _foreign(said: Outbound | Refused | Retry, channel: Channel) -> str:
    """The file that is neither in the store nor to be had by its id where it is to go; "" when there is none."""
    file = said.attachment.file if isinstance(said, Outbound) and said.attachment else ""
    own = channel.capabilities.resends and carried.home(file) == channel.name
    return "" if own or file.startswith(PREFIX) else file


def _carrying(
    said: Outbound | Refused | Retry, file: carried.CarriedFile | None, *, reply: bool
) -> Outbound | Refused | Retry:
    """The same message with the file from the store. No conversation stands still for one: a reply goes without it."""
    if not isinstance(said, Outbound) or said.attachment is None:
        return said
    if file is not None and file.stored:
        return said.having(attachment=replace(said.attachment, file=file.stored))
    if file is not None and not file.failure and not (reply and file.tries > PATIENT):
        return Retry(min(LATEST, carried.delay(file.tries - 1)), attempted=False)
    return said.having(attachment=None) if reply and said.text else Refused("file")
