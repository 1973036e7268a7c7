"""What is erased, what stays so that totals still add up, and what is not kept for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import broadcasts, members, retention
from storage.audiences import Audience
from storage.broadcasts import Broadcast
from storage.claims import claim
from storage.database import Database
from storage.delivery import tally
from storage.inbox import InboxRow, next_inbound, receive
from storage.members import Member, MemberAddress, addresses_of, first_contact
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow, OutboxState, enqueue
from storage.outcomes import Outcome, settle
from storage.staff import Role, Staff
from tests.workers.platform import Platform

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def joined(session: Session, user: str) -> MemberAddress:
    address = first_contact(session, "telegram", user, "en", NOW)
    member = session.get_one(Member, address.member_id)
    members.consent(member, NOW)
    member.registered_at = NOW
    return address


def sending(session: Session, author: MemberAddress) -> Broadcast:
    newsletter = Newsletter(
        author_id=author.member_id, source="en", texts={"en": "Hello"}, audience=Audience().to_json(), created_at=NOW
    )
    session.add(newsletter)
    session.flush()
    broadcast = broadcasts.fire(session, newsletter, author, NOW)
    while broadcasts.advance(session, broadcast.id, {"telegram": Platform()}, NOW):
        pass
    return broadcast


def said(session: Session, address: MemberAddress, key: str, payload: dict[str, object]) -> None:
    row = {"key": key, "channel": "telegram", "address_id": address.id, "member_id": address.member_id,
           "language": "en", "payload": payload, "created_at": NOW}  # fmt: skip
    enqueue(session, [row])


def heard(session: Session, user: str, external_id: str) -> None:
    receive(session, [{"channel": "telegram", "external_id": external_id, "user": user, "payload": {"text": "secret"},
                       "received_at": NOW}])  # fmt: skip


def test_broadcasts_keep_their_rows_without_the_person(database: Database) -> None:
    def story(session: Session) -> None:
        author, sent, queued = (joined(session, user) for user in ("1", "2", "3"))
        broadcast = sending(session, author)
        claimed = claim(session, "telegram", broadcast.id, 0, 2, "foreman", NOW)
        assert [row.user for row in claimed.rows] == ["1", "2"]
        settle(session, [Outcome(claimed.rows[1].id, OutboxState.SENT, external_id="message 7")], "foreman", NOW)

        for address in (author, sent, queued):
            retention.forget(session, address, "none", NOW)
        session.expire_all()
        rows = session.scalars(select(OutboxRow).where(OutboxRow.broadcast_id == broadcast.id).order_by(OutboxRow.id))
        assert [(row.member_id, row.address_id, row.external_id, row.state, row.reason) for row in rows] == [
            (None, None, "", "sending", ""), (None, None, "", "sent", ""), (None, None, "", "skipped", "left"),
        ]  # fmt: skip
        settle(session, [Outcome(claimed.rows[0].id, OutboxState.SENT)], "foreman", NOW)
        assert sorted((each.state, each.rows) for each in tally(session, broadcast.id)) == [("sent", 2), ("skipped", 1)]
        assert broadcasts.finish(session, broadcast.id, NOW)
        assert (broadcast.author_id, broadcast.author_address_id) == (None, None)

    database.transact(story)


def test_nothing_of_the_person_is_left_but_the_address_until_the_farewell_is_out(database: Database) -> None:
    def story(session: Session) -> None:
        mine, other = joined(session, "1"), joined(session, "2")
        second = MemberAddress(
            channel="whatsapp", user="+994", member_id=mine.member_id, preferred=False, created_at=NOW
        )
        session.add_all([second, Staff(member_id=mine.member_id, role=Role.OWNER, topics=[], granted_at=NOW)])
        session.flush()
        member_id = mine.member_id
        attachment = {"kind": "document", "file": "sha256:" + "0" * 64, "name": retention.MY_DATA}
        said(session, mine, "turn:1:0", {"text": "Your data", "attachment": attachment})
        said(session, other, f"join:{member_id}:1:0:{other.member_id}", {"text": "Aysel says"})
        said(session, other, "turn:2:0", {"text": "Hello"})
        heard(session, "1", "asks")
        heard(session, "1", "later")
        heard(session, "2", "bystander")

        assert retention.forget(session, mine, "asks", NOW) == ["sha256:" + "0" * 64]
        said(session, mine, "turn:3:0", {"text": "Farewell"})
        session.expire_all()
        assert session.get(Member, member_id) is None
        assert session.get(Staff, member_id) is None
        assert [one.user for one in addresses_of(session, mine.member_id)] == ["1"]
        assert session.scalars(select(OutboxRow.key).order_by(OutboxRow.key)).all() == ["turn:2:0", "turn:3:0"]
        words = session.execute(
            select(InboxRow.external_id, InboxRow.user, InboxRow.payload).order_by(InboxRow.id)
        ).all()
        assert [tuple(row) for row in words] == [
            ("asks", "", {}), ("later", "1", {"text": "secret"}), ("bystander", "2", {"text": "secret"})
        ]  # fmt: skip

        retention.erase_forgotten(session)
        assert session.get(MemberAddress, mine.id) is not None
        row = claim(session, "telegram", None, 0, 9, "foreman", NOW).rows[-1]
        settle(session, [Outcome(row.id, OutboxState.SENT)], "foreman", NOW)
        retention.erase_forgotten(session)
        session.expire_all()
        assert session.scalars(select(MemberAddress.user)).all() == ["2"]
        assert session.scalars(select(OutboxRow.key)).all() == ["turn:2:0"]
        assert [row.external_id for row in next_inbound(session, 9)] == ["asks", "later", "bystander"]

    database.transact(story)


def test_an_erased_id_is_never_given_again(database: Database) -> None:
    """The audit log names people by their ids."""

    def story(session: Session) -> None:
        address = joined(session, "1")
        erased = {address.member_id}
        retention.forget(session, address, "none", NOW)
        erased.add(address.member_id)
        retention.erase_forgotten(session)
        assert joined(session, "1").member_id not in erased

    database.transact(story)


def test_a_forgotten_person_who_is_back_is_not_erased(database: Database) -> None:
    def story(session: Session) -> None:
        address = joined(session, "1")
        retention.forget(session, address, "none", NOW)
        retention.return_as_new(session.get_one(Member, address.member_id), NOW)
        retention.erase_forgotten(session)
        assert session.scalars(select(MemberAddress.user)).all() == ["1"]

    database.transact(story)


def test_old_words_go_and_rows_that_still_count_stay(database: Database) -> None:
    later = NOW + timedelta(days=31)

    def story(session: Session) -> None:
        author = joined(session, "1")
        broadcast = sending(session, author)
        said(session, author, "old", {"text": "Hello"})
        for lane in (None, broadcast.id):
            rows = claim(session, "telegram", lane, 0, 9, "foreman", NOW).rows
            settle(session, [Outcome(row.id, OutboxState.SENT) for row in rows], "foreman", NOW)
        said(session, author, "waiting", {"text": "Hello"})
        heard(session, "1", "handled")
        heard(session, "1", "new")
        for row in next_inbound(session, 1):
            row.state, row.handled_at = "handled", NOW
        session.flush()

        assert retention.old_words(session, NOW) == ([], [])
        assert len(session.scalars(select(OutboxRow)).all()) == 3
        assert retention.drop(session, retention.old_words(session, later)) == []
        session.expire_all()
        left = session.execute(select(OutboxRow.key, OutboxRow.broadcast_id).order_by(OutboxRow.id)).all()
        assert [tuple(row) for row in left] == [(None, broadcast.id), ("waiting", None)]
        assert session.scalars(select(InboxRow.external_id)).all() == ["new"]

    database.transact(story)


def test_a_file_that_only_has_a_name_like_ours_stays(database: Database) -> None:
    def story(session: Session) -> None:
        address = joined(session, "1")
        theirs = {"kind": "document", "file": "telegram:AgAD", "name": "report-2026.pdf"}
        said(session, address, "turn:1:0", {"text": "Preview", "attachment": theirs})
        used = {"kind": "document", "file": "sha256:" + "1" * 64, "name": retention.MY_DATA}
        said(session, address, "turn:2:0", {"text": "Preview", "attachment": used})
        session.add(Newsletter(source="en", texts={"en": "Hello"}, attachment=used, audience={}, created_at=NOW))
        session.flush()
        assert retention.forget(session, address, "none", NOW) == []

    database.transact(story)
