"""The rows of a weekly digest: to each member one message with what concerns them, and none where nothing does.

What is said of each call and event is put into words once, when the digest leaves; which of it concerns whom, slice by
slice, as the rows are written. So a kill in between changes nothing, and everybody hears how it was at one moment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from markupsafe import Markup
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from bot.actions.concerning import Interest, concerns, interests_of
from bot.actions.menu import typed, word_of
from bot.core.channel import Capabilities, Channel
from bot.core.i18n import N_, _, ngettext, speaking
from bot.core.locale import number
from bot.core.messages import Option, Outbound
from bot.core.rendering import excess
from storage.audiences import Audience, matching, reached_through
from storage.base import insert_for
from storage.broadcasts import Broadcast
from storage.calls import CallMark
from storage.events import Reply, Rsvp
from storage.facts import forget, recall, remember
from storage.members import Member, MemberAddress
from storage.outbox import OutboxRow, OutboxState

SLICE: Final = 200
"""Members whose digests are written in one transaction: no reply waits longer than that."""

MOST: Final = 20
"""Calls and events in one digest: nobody reads more."""

TITLE: Final = N_("This week: calls and events for you")

STOP: Final = N_("STOP DIGEST")
"""What is typed for the button under a digest."""

STOP_OPTION: Final = "digest_off"

_LINE: Final = Markup("•")
"""Stands for a line that is measured by itself."""

_SECTIONS: Final = {"call": (N_("Open funding calls"), "calls"), "event": (N_("Coming events"), "events")}
"""Heading, and the command that shows them all."""


class Item(NamedTuple):
    """A call or an event, as a digest tells of it.

    Attributes:
        about, id: "call" or "event", and which.
        audience: whom it concerns.
        lines: by language; who reads none of them gets that of the network's first.
    """

    about: str
    id: int
    audience: Audience
    lines: Mapping[str, str]


def freeze(session: Session, broadcast: Broadcast, items: Sequence[Item], source: str) -> None:
    """Let the digest tell of these, the soonest first.

    Args:
        source: the language for those whose own has no words.
    """
    remember(session, _key(broadcast), {"items": [_stored(item) for item in items], "source": source})


def write_next(session: Session, broadcast: Broadcast, channels: Mapping[str, Channel], now: datetime) -> None:
    """Write the rows of the next slice of members: each with a text of its own, or none."""
    ahead = select(Member.id).where(Member.id > broadcast.fanned_to).order_by(Member.id).limit(SLICE)
    ids = session.scalars(ahead).all()
    if not ids:
        broadcast.fanned_at = now
        forget(session, _key(broadcast))
        return
    stored = recall(session, _key(broadcast))
    wording = _Wording([_restored(item) for item in stored["items"]], stored["source"])
    readers = reached_through(select(Member, MemberAddress)).where(
        Member.id > broadcast.fanned_to, Member.id <= ids[-1]
    )
    found = session.execute(readers.where(matching(Audience.from_json(broadcast.audience))).order_by(Member.id)).all()
    interests = interests_of(session, [member for member, _address in found])
    unwanted = _unwanted(session, list(interests))
    rows = []
    for member, address in found:
        concern = wording.wanted(wording.concern(interests[member.id]), unwanted.get(member.id, ()))
        if concern and address.channel in channels:
            rows.append(
                {
                    "broadcast_id": broadcast.id,
                    "channel": address.channel,
                    "address_id": address.id,
                    "member_id": member.id,
                    "language": member.language,
                    "payload": wording.payload(concern, member.language, channels[address.channel]),
                    "state": OutboxState.QUEUED,
                    "created_at": now,
                    "expires_at": broadcast.expires_at,
                }
            )
    if rows:
        session.execute(insert_for(session)(OutboxRow.__table__).on_conflict_do_nothing(), rows)
    broadcast.fanned_to = ids[-1]


def _unwanted(session: Session, members: Collection[int]) -> dict[int, set[tuple[str, int]]]:
    """The calls that are not for them, and the events they do not come to, by member."""
    calls = select(CallMark.member_id, literal("call"), CallMark.call_id)
    events = select(Rsvp.member_id, literal("event"), Rsvp.event_id)
    found: dict[int, set[tuple[str, int]]] = {}
    for query in (
        calls.where(CallMark.member_id.in_(members), CallMark.declined_at.is_not(None)),
        events.where(Rsvp.member_id.in_(members), Rsvp.reply == Reply.NO),
    ):
        for member_id, about, key in session.execute(query):
            found.setdefault(member_id, set()).add((about, key))
    return found


def _key(broadcast: Broadcast) -> str:
    return f"weekly:{broadcast.id}"


def _stored(item: Item) -> dict[str, Any]:
    return {**item._asdict(), "audience": item.audience.to_json()}


def _restored(values: Mapping[str, Any]) -> Item:
    return Item(values["about"], values["id"], Audience.from_json(values["audience"]), values["lines"])


class _Wording:
    """Words the digests of one slice; people alike get theirs from the first of them."""

    def __init__(self, items: Sequence[Item], source: str) -> None:
        self._items = items
        self._source = source
        self.concern = cache(self._concern)
        self._payloads: dict[tuple[tuple[int, ...], str, str], dict[str, Any]] = {}

    def _concern(self, interest: Interest) -> tuple[int, ...]:
        """Which of the items concern somebody like this."""
        return tuple(place for place, item in enumerate(self._items) if concerns(item.audience, interest))

    def wanted(self, concern: tuple[int, ...], unwanted: Collection[tuple[str, int]]) -> tuple[int, ...]:
        """Those of them that they did not decline."""
        return tuple(place for place in concern if (self._items[place].about, self._items[place].id) not in unwanted)

    def payload(self, concern: tuple[int, ...], language: str, channel: Channel) -> dict[str, Any]:
        key = (concern, language, channel.name)
        if key not in self._payloads:
            with speaking(language):
                self._payloads[key] = self._fitting(concern, language, channel.capabilities).to_json()
        return self._payloads[key]

    def _fitting(self, concern: tuple[int, ...], language: str, capabilities: Capabilities) -> Outbound:
        """As many of them as one message holds, the soonest first, and one at the least."""
        items = [self._items[place] for place in concern]
        abouts = tuple(item.about for item in items)
        lines = [Markup(item.lines.get(language) or item.lines[self._source]) for item in items[:MOST]]  # noqa: S704 - stored as markup
        lengths = [_length(line, language, capabilities) for line in lines]
        shown = len(lines)
        while shown > 1 and sum(lengths[:shown]) + _around(abouts, shown, language, capabilities) > capabilities.text:
            shown -= 1
        return _message(lines[:shown], abouts, language, capabilities)


def _message(lines: Sequence[Markup], abouts: Sequence[str], language: str, capabilities: Capabilities) -> Outbound:
    """With these lines; of what has none it says how many there are.

    Args:
        abouts: `Item.about` of each that concerns the reader.
    """
    paragraphs = [Markup("<b>{}</b>").format(_(TITLE))]
    options = []
    for section, (heading, command) in _SECTIONS.items():
        shown = [line for line, about in zip(lines, abouts, strict=False) if about == section]
        hidden = sum(about == section for about in abouts[len(lines) :])
        if shown:
            paragraphs.append(Markup("\n").join([Markup("<b>{}</b>").format(_(heading)), *shown]))
        if hidden:
            paragraphs.append(_hidden(section, hidden, typed(command, capabilities)))
        if shown or hidden:
            word = _(word_of(command)).unescape()
            options.append(Option(command, word, word=word))
    paragraphs.append(Markup("<i>{}</i>").format(_("This digest comes once a week.")))
    options.append(Option(STOP_OPTION, _("Stop the digest").unescape(), word=_(STOP).unescape()))
    return Outbound(Markup("\n\n").join(paragraphs), tuple(options), language=language)


def _around(abouts: tuple[str, ...], shown: int, language: str, capabilities: Capabilities) -> int:
    """How long a message is around its first lines: as long whatever their order."""
    return _frame(tuple(sorted(abouts[:shown]) + sorted(abouts[shown:])), shown, language, capabilities)


@lru_cache(maxsize=4096)
def _frame(abouts: tuple[str, ...], shown: int, language: str, capabilities: Capabilities) -> int:
    return _measured(_message([_LINE] * shown, abouts, language, capabilities), capabilities) - shown * len(_LINE)


@lru_cache(maxsize=4096)
def _length(line: Markup, language: str, capabilities: Capabilities) -> int:
    return _measured(Outbound(line, language=language), capabilities)


def _measured(said: Outbound, capabilities: Capabilities) -> int:
    """With its options as numbered lines, where they can be: that is what it is once it is long."""
    return excess(said, replace(capabilities, text=0, quick=0, listed=0))


def _hidden(about: str, count: int, command: Markup) -> Markup:
    """Those that have no room, and where they stand."""
    if about == "call":
        more = ngettext("{n} more call: write {command}", "{n} more calls: write {command}", count)
    else:
        more = ngettext("{n} more event: write {command}", "{n} more events: write {command}", count)
    return more.format(n=number(count), command=command)
