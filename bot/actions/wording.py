"""What a broadcast says to one member: its text in their language, why it came, and how to stop that.

Preview, test copy and delivery all come through here, so what the coordinator saw is what people get.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.ballots import as_poll, is_native
from bot.actions.bells import bell
from bot.actions.homes import Homes, home_words, homes_of
from bot.actions.standing import NEWS, About, about_of, standing
from bot.core.channel import Capabilities, Channel, Refused, Retry
from bot.core.i18n import N_, _, speaking
from bot.core.locale import capitals, listing, short_date
from bot.core.messages import Attachment, Option, Outbound
from bot.network import Network, Topic
from storage import carried
from storage.broadcasts import Broadcast, BroadcastKind
from storage.claimed import Claimed
from storage.copies import copies_of
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


ASKED: Final = {
    "saved": N_("You receive this because you saved the call."),
    "noted": N_("You receive this because you saved the call, or wanted to be reminded of it."),
    "coming": N_("You receive this because you said that you come."),
    "answered": N_("You receive this because you answered the invitation."),
    "attended": N_("You receive this because you were there."),
    "marked": N_("You receive this because you said which times suit you."),
    "halfway": N_("You receive this because you began to answer."),
    "responded": N_("You receive this because you answered the survey."),
}
"""Why a message came to those who asked for it themselves, by what chose them in the `Audience`."""


class Content(NamedTuple):
    """What a broadcast carries: hashable, so that wording it for many members alike is done once.

    Attributes:
        asked: by what its readers asked for it themselves, a key of `ASKED`; "" where they follow its topics.
    """

    texts: tuple[tuple[str, str], ...]
    source: str
    attachment: Attachment | None
    topics: tuple[str, ...]
    regions: tuple[str, ...] = ()
    about: About = NEWS
    asked: str = ""

    def text(self, language: str) -> tuple[Markup, str]:
        """The text for a reader of this language, and the language it really is in."""
        texts = dict(self.texts)
        used = language if language in texts else self.source
        return Markup(texts[used]), used  # noqa: S704 - stored as markup by the Message field


def content_of(newsletter: Newsletter, audience: Mapping[str, Any], about: About = NEWS) -> Content:
    attachment = None if newsletter.attachment is None else Attachment(**newsletter.attachment)
    topics = tuple(audience.get("topics", ()))
    regions = tuple(audience.get("regions", ()))
    asked = next((by for by in ASKED if audience.get(by)), "")
    return Content(tuple(newsletter.texts.items()), newsletter.source, attachment, topics, regions, about, asked)


class Why(NamedTuple):
    """What puts a member into an audience: the topics they follow, and where they work."""

    follows: set[str]
    homes: Homes


class Said(NamedTuple):
    """What a broadcast says at this moment, or does.

    Attributes:
        corrects: with a correction, the day of the message that it corrects.
    """

    content: Content
    kind: str
    corrects: date | None


class Wording:
    """Words broadcasts for the people they go to."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.word = lru_cache(maxsize=4096)(self._word)

    def of(self, session: Session, rows: Sequence[Claimed], channel: Channel) -> dict[int, Outbound | Refused | Retry]:
        """What each row claimed for this channel says, by row id.

        A refusal for one that cannot be said, which stops no other; a retry for one whose file is on its way here.
        """
        bulk = [row for row in rows if row.payload is None and row.broadcast_id is not None]
        said = {key: self._said(session, key) for key in {row.broadcast_id for row in bulk} if key is not None}
        following = followed(session, bulk, {topic for each in said.values() for topic in each.content.topics})
        regions = {region for each in said.values() for region in each.content.regions}
        homes = homes_of(session, [row.member_id for row in bulk], regions)
        copies = copies_of(session, {row.edits: row.address_id for row in bulk if row.edits is not None})
        worded: dict[int, Outbound | Refused | Retry] = {}
        for row in rows:
            try:
                why = Why(following.get(row.member_id, set()), homes.get(row.member_id, ()))
                saying, sent = said.get(row.broadcast_id or 0), copies.get(row.edits or 0, ())
                worded[row.id] = self._one(row, saying, why, sent, channel.capabilities)
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
        return bell(self.network, said) if isinstance(said, Outbound) else said

    def _one(self, row: Claimed, said: Said | None, why: Why, copies: tuple[str, ...],
             terms: Capabilities) -> Outbound | Refused:  # fmt: skip
        if row.payload is not None:
            return Outbound.from_json(row.payload)
        if said is None:
            raise ValueError("only a broadcast's rows have no text of their own")
        if said.kind == BroadcastKind.RECALL:
            nothing = Outbound(Markup(), language=row.language, delete=copies)
            return nothing if copies else Refused("undeletable")
        topics = tuple(topic for topic in said.content.topics if topic in why.follows)
        homes = why.homes if said.content.regions else ()
        if row.edits is None:
            return self.word(said.content, row.language, topics, said.corrects, homes, terms)
        changed = self.word(said.content, row.language, topics, homes=homes, terms=terms)
        return changed.having(edit=copies[0], in_place=True) if copies else Refused("uneditable")

    def _said(self, session: Session, broadcast_id: int) -> Said:
        """Read anew for each claim: a text may have been corrected a moment ago, by another process too."""
        broadcast = session.get_one(Broadcast, broadcast_id)
        newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
        corrects = None
        if broadcast.kind == BroadcastKind.CORRECTION and broadcast.original_id is not None:
            original = session.get_one(Broadcast, broadcast.original_id)
            corrects = (original.fired_at or original.created_at).astimezone(self.network.zone).date()
        about = about_of(session, newsletter, broadcast.kind)
        return Said(content_of(newsletter, broadcast.audience, about), broadcast.kind, corrects)

    def _word(
        self,
        content: Content,
        language: str,
        reasons: tuple[str, ...],
        corrects: date | None = None,
        homes: Homes = (),
        terms: Capabilities | None = None,
    ) -> Outbound:
        """The message for a reader of `language` who is in the audience because of these topics.

        Args:
            corrects: the day of a message that cannot be changed, which this one corrects; its file stays there.
            homes: where they work, if that is a reason as well.
            terms: what their channel can do, where that changes what is said.
        """
        text, _used = content.text(language)
        with speaking(language):
            topics = [topic for topic in map(self.network.topic, reasons) if topic is not None]
            why = _(ASKED[content.asked]) if content.asked else reason(self.network, language, topics, homes)
            ballot, ways = content.about.ballot, ways_out(language, topics)
            if ballot is not None and terms is not None and terms.polls and is_native(ballot, terms):
                return as_poll(ballot, language, why, ways, terms, open_now=content.about.open)
            if ballot is not None and content.about.open and not ballot.several:
                text = Markup("{}\n\n<b>{}</b>").format(text, ballot.paper(language).question)
            if corrects is not None:
                heading = _("Correction to our message of {day}:").format(day=short_date(corrects, language))
                text = Markup("<b>{}</b>\n\n{}").format(heading, text)
            return Outbound(
                text=Markup("{}\n\n<i>{}</i>").format(text, why),
                options=(*standing(content.about), *ways),
                language=language,
                attachment=None if corrects else content.attachment,
                preview=True,
            )


def followed(session: Session, rows: Sequence[Claimed], topics: set[str]) -> dict[int, set[str]]:
    """Which of these topics each member follows; nothing to ask when there are none."""
    if not topics:
        return {}
    followed: dict[int, set[str]] = {}
    query = select(Subscription.member_id, Subscription.topic).where(
        Subscription.member_id.in_([row.member_id for row in rows]), Subscription.topic.in_(topics)
    )
    for member_id, topic in session.execute(query):
        followed.setdefault(member_id, set()).add(topic)
    return followed


def reason(network: Network, language: str, topics: Sequence[Topic], homes: Homes = ()) -> Markup:
    """Why a message came, in the language being spoken: because of these topics, or for no topic's sake.

    Where only some regions were meant, the reader's stands behind: "Education · Gəncə-Daşkəsən".
    """
    named = listing([topic.labels[language] for topic in topics], language) or escape(network.name[language])
    if homes:
        named = Markup(" · ").join([named, home_words(network, homes, language)])
    if not topics:
        return _("You receive this as a member of {network}.").format(network=named)
    return _("You receive this because you follow: {topics}.").format(topics=named)


def ways_out(language: str, topics: Sequence[Topic]) -> tuple[Option, ...]:
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
