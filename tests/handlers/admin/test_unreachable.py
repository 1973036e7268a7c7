"""/unreachable: whom no message reaches, why, and how else they may be; whoever writes again is off the list."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has none
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.channels.telegram.inbound import inbound
from bot.core.messages import Kind
from storage.members import Member, MemberAddress
from storage.staff import AuditEntry, Role
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.admin.test_after_missed import over, states
from tests.handlers.admin.test_sending import sends
from tests.handlers.people import sqlite_alone


def marks(office: Office, reason: str, *people: Person) -> None:
    users = [person.user for person in people]
    lost = update(MemberAddress).where(MemberAddress.user.in_(users)).values(unreachable=reason)
    office.database.transact(lambda session: session.execute(lost))


async def test_by_reason_by_name_and_as_a_file(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2", name="Boris", phone="+994501112233", email="boris@example.org")
    leyla = office.member("buttons", "3", name="=Leyla")
    marks(office, "blocked", boris, leyla)
    marks(office, "not_found", office.member("numbers", "4"))
    await owner.says("/unreachable")
    assert owner.sees == (
        "3 members cannot be reached.\nblocked the bot: 2\ncannot be found on this messenger any more: 1\n"
        "As soon as one of them writes to us, they get messages again."
    )
    await owner.picks("blocked the bot: 2")
    lines = [line.partition(", last heard")[0] for line in owner.sees.split("\n")]
    assert lines == [
        "blocked the bot: 2",
        "Boris · Telegram (demo), +994501112233, boris@example.org",
        "=Leyla · Telegram (demo)",
    ]
    assert owner.options == ["All reasons"]
    await owner.picks("All reasons", "All of them for Excel")
    assert owner.file is not None
    sheet = load_workbook(BytesIO(office.files.path(owner.file.file).read_bytes())).active
    assert sheet is not None
    names = [[cell.value for cell in row][1:7] for row in sheet.iter_rows(min_row=2)]
    assert names == [
        ["Boris", None, "+994501112233", "boris@example.org", "Telegram (demo)", "blocked the bot"],
        ["=Leyla", None, None, None, "Telegram (demo)", "blocked the bot"],
        [None, None, None, None, "WhatsApp (demo)", "cannot be found on this messenger any more"],
    ]
    await forges(owner, "unreachable_file:csv")
    table = office.files.path(owner.file.file).read_bytes().decode("utf-8-sig")
    assert [row[1] for row in csv.reader(StringIO(table))] == ["Name", "Boris", "'=Leyla", ""]
    entries = select(AuditEntry.action).where(AuditEntry.action == "unreachable.file")
    assert len(office.database.transact(lambda session: session.scalars(entries).all())) == 2


@sqlite_alone
async def test_only_for_those_who_run_the_network(office: Office, owner: Person, shape: str) -> None:
    focal = office.staff(shape, "5", Role.FOCAL_POINT, topics=["education"])
    member = office.member(shape, "6")
    for person in (focal, member):
        for option in ("unreachable", "unreachable_file:csv"):
            assert (await forges(person, option)).split(".")[0] == "This is not open to you"
    assert await owner.says("/unreachable") == "Every member can be reached."
    coordinator = office.staff(shape, "7", Role.COORDINATOR)
    assert await coordinator.says("unreachable") == "Every member can be reached."


@sqlite_alone
async def test_names_come_ten_at_a_time(office: Office, owner: Person) -> None:
    people = [office.member("buttons", str(number), name=f"Member {number}") for number in range(10, 22)]
    marks(office, "deactivated", *people)
    await forges(owner, "unreachable:deactivated")
    assert [line.partition(" ·")[0] for line in owner.sees.split("\n")][1:] == [
        f"Member {number}" for number in range(10, 20)
    ]
    await owner.picks("More names")
    assert [line.partition(" ·")[0] for line in owner.sees.split("\n")][1:] == ["Member 20", "Member 21"]


@sqlite_alone
async def test_whoever_is_reached_some_other_way_is_not_on_it(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2", name="Boris")

    def second(session: Session) -> None:
        session.add(
            MemberAddress(channel="demo-whatsapp", user="22", member_id=office._find(session, boris).id,
                          preferred=False, created_at=office.clock.now())
        )  # fmt: skip

    office.database.transact(second)
    marks(office, "blocked", boris)
    assert (await forges(owner, "unreachable")).split("\n")[0] == "1 member cannot be reached."
    allows = update(Member).where(Member.name == "Boris").values(fallback=True)
    office.database.transact(lambda session: session.execute(allows))
    assert await forges(owner, "unreachable") == "Every member can be reached."


@sqlite_alone
async def test_whoever_blocks_us_is_skipped_and_is_back_when_they_unblock(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2", name="Boris")
    private = {"id": 2, "type": "private"}

    def changed(status: str) -> Kind:
        member = {"user": {"id": 1, "is_bot": True}, "status": status}
        change = {"chat": private, "from": {"id": 2}, "date": 0, "new_chat_member": member, "old_chat_member": member}
        read = inbound({"update_id": 1, "my_chat_member": change})
        assert read is not None
        return read.kind

    await boris.sends(changed("kicked"))
    assert (await owner.says("/unreachable")).split("\n")[:2] == ["1 member cannot be reached.", "blocked the bot: 1"]
    await sends(owner, "Good news", 2)
    await over(office)
    assert states(office, 1) == {("sent", ""): 1, ("skipped", "blocked"): 1}
    await boris.sends(changed("member"))
    assert await owner.says("/unreachable") == "Every member can be reached."
    await sends(owner, "Better news", 2)
    await over(office)
    assert states(office, 2) == {("sent", ""): 2}
