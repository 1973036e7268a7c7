"""The digest: what was too much for one day, said as one message the next morning."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions.bells import READ
from bot.actions.homes import Homes, homes_of
from bot.actions.newsletters import title
from bot.actions.retrying import RECALLED
from bot.actions.standing import about_of
from bot.actions.wording import Content, Wording, content_of, followed, reason, ways_out
from bot.core.channel import Capabilities, Refused, Retry
from bot.core.i18n import N_, _, ngettext, speaking
from bot.core.joining import Part, digest
from bot.core.locale import number
from bot.core.messages import Option, Outbound
from bot.network import Network
from storage.broadcasts import Broadcast, BroadcastKind
from storage.claimed import Claimed
from storage.members import Member, topics_of
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow

WORD: Final = N_("READ")
"""What is typed for the button under a bell; with a row's id, for that message of a digest."""

Said = Outbound | Refused | Retry


class _Kept(NamedTuple):
    """A message of a digest, the topics it came for, and where its reader works, if it came for that."""

    row: Claimed
    title: str
    content: Content
    topics: frozenset[str]
    homes: Homes


class Digests:
    """Words the digests of the people they go to."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def of(self, session: Session, rows: Sequence[Claimed], said: Mapping[int, Said], capabilities: Capabilities,
           apart: Collection[int] = ()) -> dict[int, Outbound]:  # fmt: skip
        """What those rows say that go with others, by row id: the same for all rows of one digest.

        What was one digest and is in doubt is the same one again.

        Args:
            said: what each row would say by itself; one that says nothing now joins no digest.
            apart: rows that go by themselves, since together they were refused.
        """
        groups: dict[tuple[int, int], list[Claimed]] = {}
        for row in rows:
            if row.kept and not row.bell and row.id not in apart and isinstance(said[row.id], Outbound):
                groups.setdefault((row.address_id, (row.carrier or row.id) if row.doubts else 0), []).append(row)
        several = [group for group in groups.values() if len(group) > 1]
        kept = {each.row.id: each for each in _kept(session, [row for group in several for row in group])}
        found: dict[int, Outbound] = {}
        for group in several:
            found |= self._divided([kept[row.id] for row in group], capabilities)
        return found

    def _divided(self, kept: Sequence[_Kept], capabilities: Capabilities) -> dict[int, Outbound]:
        """One digest, or two where one could not even name them all."""
        if len(kept) == 1:
            return {}
        if (whole := self._worded(kept, capabilities)) is not None:
            return {each.row.id: whole for each in kept}
        half = len(kept) // 2
        return self._divided(kept[:half], capabilities) | self._divided(kept[half:], capabilities)

    def _worded(self, kept: Sequence[_Kept], capabilities: Capabilities) -> Outbound | None:
        language = kept[-1].row.language
        followed_topics = frozenset().union(*(each.topics for each in kept))
        topics = [topic for topic in self._network.topics if topic.key in followed_topics]
        with speaking(language):
            homes = tuple(dict.fromkeys(home for each in kept for home in each.homes))
            reasons = [reason(self._network, language, topics, homes)]
            options = [*ways_out(language, topics)]
            if topics and not all(each.topics for each in kept):
                reasons.append(reason(self._network, language, ()))
                options += ways_out(language, ())
            kept_for_you = ngettext("{n} message we kept for you", "{n} messages we kept for you", len(kept))
            parts = [
                Part(
                    _text(each, language),
                    _reading(each),
                    whole=each.content.attachment is None and each.row.payload is None and not each.content.about.open,
                )
                for each in kept
            ]
            heading = kept_for_you.format(n=number(len(kept)))
        return digest(heading, parts, Markup(" ").join(reasons), options, language, capabilities)


def _kept(session: Session, rows: Sequence[Claimed]) -> list[_Kept]:
    if not rows:
        return []
    found: dict[int | None, tuple[Newsletter, Content]] = {}
    for broadcast_id in {row.broadcast_id for row in rows}:
        broadcast = session.get_one(Broadcast, broadcast_id)
        newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
        about = about_of(session, newsletter, broadcast.kind)
        found[broadcast_id] = newsletter, content_of(newsletter, broadcast.audience, about)
    topics = followed(session, rows, {topic for _newsletter, content in found.values() for topic in content.topics})
    regions = {region for _newsletter, content in found.values() for region in content.regions}
    homes = homes_of(session, [row.member_id for row in rows], regions)
    kept: list[_Kept] = []
    for row in rows:
        newsletter, content = found[row.broadcast_id]
        came_for = topics.get(row.member_id, set()).intersection(content.topics)
        at_home = homes.get(row.member_id, ()) if content.regions else ()
        kept.append(_Kept(row, title(newsletter, row.language), content, frozenset(came_for), at_home))
    return kept


def _text(kept: _Kept, language: str) -> Markup:
    """The broadcast's, or one that was written for its reader alone."""
    own = kept.row.payload
    return kept.content.text(language)[0] if own is None else Outbound.from_json(own).text


def _reading(kept: _Kept) -> Option:
    label = _("Read: {title}").format(title=kept.title).unescape()
    return Option(f"{READ}:{kept.row.id}", label, word=f"{_(WORD)} {kept.row.id}")


def kept_message(session: Session, network: Network, row_id: int, member: Member, language: str) -> Outbound | None:
    """One message of a digest as it would have come by itself; None if it is not this member's, or was taken back."""
    row = session.get(OutboxRow, row_id)
    if row is None or row.member_id != member.id or row.broadcast_id is None:
        return None
    broadcast = session.get_one(Broadcast, row.broadcast_id)
    if broadcast.pause_reason == RECALLED or broadcast.kind == BroadcastKind.RECALL:
        return None
    if row.payload is not None:
        return Outbound.from_json(row.payload)
    newsletter = session.get_one(Newsletter, broadcast.newsletter_id)
    content = content_of(newsletter, broadcast.audience, about_of(session, newsletter, broadcast.kind))
    following = topics_of(session, member.id)
    topics = tuple(key for key in content.topics if key in following)
    homes = homes_of(session, [member.id], content.regions).get(member.id, ())
    return Wording(network).word(content, language, topics, homes=homes)
