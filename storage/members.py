"""Members, the addresses where they can be reached, and the topics they follow."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, delete, false, select, text, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, insert_for

_WRITABLE = "consented_at IS NOT NULL AND registered_at IS NOT NULL AND stopped_at IS NULL"


class Member(Base):
    """A person who speaks for an organisation.

    Attributes:
        language: "az", "ru", "en"; until one is chosen, what the platform hinted.
        membership: "confirmed", "pending" (the organisation has members and none of them, nor staff, has said yes), or
            "" without an organisation.
        region: key of the network's region, "" when abroad or unknown; district likewise.
        country: ISO code, "" when unknown.
        ecosoc: consultative status: "general", "special", "roster", "none", or "" when not said.
        consented_at: when they agreed to be written to; None: never, and nothing but replies goes out.
        stopped_at: when they said stop; None while they may be written to.
        digest: the weekly digest is wanted.
        fallback: when one of their addresses fails for good, broadcasts may go to another.
        forgotten_at: they asked to be erased, and were: the row only holds the address until the farewell is delivered.
    """

    __tablename__ = "members"
    __table_args__ = (
        # PostgreSQL counts an audience along this and `ix_addresses_member_id`, and reads neither table. SQLite, which
        # has no columns that an index only includes, has nothing in it.
        Index("ix_members_writable", "id", sqlite_where=text("0"), postgresql_where=text(_WRITABLE),
              postgresql_include=["language", "region", "country", "ecosoc", "digest"]),
        {"sqlite_autoincrement": True},  # an erased member's id is never given again
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(8), default="en")
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    membership: Mapped[str] = mapped_column(String(16), default="")
    region: Mapped[str] = mapped_column(String(40), default="")
    district: Mapped[str] = mapped_column(String(40), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    ecosoc: Mapped[str] = mapped_column(String(16), default="")
    created_at: Mapped[datetime]
    registered_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    fallback: Mapped[bool] = mapped_column(default=False, server_default=false())
    digest: Mapped[bool] = mapped_column(default=True, server_default=true())
    forgotten_at: Mapped[datetime | None] = mapped_column(index=True)

    @property
    def registered(self) -> bool:
        return self.registered_at is not None


class MemberAddress(Base):
    """One way to reach a member.

    Attributes:
        preferred: broadcasts go here; exactly one of a member's addresses has it.
        unreachable: why the platform refuses this address ("blocked", "deactivated", "not_found"); "" while it can be
            written to. Any message from the person clears it.
        phone: their number, where the platform tells it beside the id it knows them by.
        rung_at: when a bell last left for them; while it is later than `last_inbound_at`, it rings unheard.
        shut_at: the platform said then that their window had closed, whatever we thought.
        held_until: nothing is sent here before this moment, so that messages stay in order behind one that must wait.
    """

    __tablename__ = "addresses"
    __table_args__ = (
        UniqueConstraint("channel", "user"),
        Index("ix_addresses_member_id", "member_id", postgresql_include=["channel", "unreachable", "preferred"]),
        Index("ix_addresses_phone", "channel", "phone", sqlite_where=text("phone != ''"),
              postgresql_where=text("phone != ''")),
        Index("ix_addresses_rung", "channel", "rung_at", sqlite_where=text("rung_at IS NOT NULL"),
              postgresql_where=text("rung_at IS NOT NULL")),
        Index("ix_addresses_preferred", "channel", "unreachable", "member_id", sqlite_where=text("preferred = 1"),
              postgresql_where=text("preferred")),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))
    user: Mapped[str] = mapped_column(String(128))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    preferred: Mapped[bool] = mapped_column(default=True)
    unreachable: Mapped[str] = mapped_column(String(32), default="")
    held_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_inbound_at: Mapped[datetime | None]
    phone: Mapped[str] = mapped_column(String(32), default="", server_default="")
    rung_at: Mapped[datetime | None]
    shut_at: Mapped[datetime | None]


class Subscription(Base):
    """A member follows a topic."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_topic_member_id", "topic", "member_id"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(40), primary_key=True)


def find_address(session: Session, channel: str, user: str) -> MemberAddress | None:
    return session.scalar(select(MemberAddress).where(MemberAddress.channel == channel, MemberAddress.user == user))


def addresses_of(session: Session, member_id: int) -> list[MemberAddress]:
    """A member's addresses, the preferred one first."""
    order = (MemberAddress.preferred.desc(), MemberAddress.id)
    return list(session.scalars(select(MemberAddress).where(MemberAddress.member_id == member_id).order_by(*order)))


def first_contact(session: Session, channel: str, user: str, language: str, now: datetime, *, phone: str = "",
                  wrote_at: datetime | None = None) -> MemberAddress:  # fmt: skip
    """A new member with one address, known by nothing but where they wrote from (and when, if that was long ago)."""
    member = Member(language=language, created_at=now)
    session.add(member)
    session.flush()
    address = MemberAddress(
        channel=channel, user=user, phone=phone, member_id=member.id, created_at=now, last_inbound_at=wrote_at or now
    )
    session.add(address)
    session.flush()
    return address


def topics_of(session: Session, member_id: int) -> set[str]:
    return set(session.scalars(select(Subscription.topic).where(Subscription.member_id == member_id)))


def add_topic(session: Session, member_id: int, topic: str) -> None:
    """Follow the topic; nothing changes if they do."""
    row = insert_for(session)(Subscription).values(member_id=member_id, topic=topic)
    session.execute(row.on_conflict_do_nothing())


def drop_topic(session: Session, member_id: int, topic: str) -> None:
    session.execute(delete(Subscription).where(Subscription.member_id == member_id, Subscription.topic == topic))


def set_topics(session: Session, member_id: int, topics: set[str]) -> None:
    """Make the member's topics exactly these."""
    known = topics_of(session, member_id)
    gone = known - topics
    if gone:
        session.execute(delete(Subscription).where(Subscription.member_id == member_id, Subscription.topic.in_(gone)))
    session.add_all(Subscription(member_id=member_id, topic=topic) for topic in sorted(topics - known))
    session.flush()


def mark_unreachable(session: Session, address_id: int | None, reason: str) -> None:
    session.execute(update(MemberAddress).where(MemberAddress.id == address_id).values(unreachable=reason))


def members_of(session: Session, organisation_id: int) -> list[Member]:
    """Everyone who is confirmed as speaking for the organisation."""
    confirmed = select(Member).where(Member.organisation_id == organisation_id, Member.membership == "confirmed")
    return list(session.scalars(confirmed.order_by(Member.id)))
