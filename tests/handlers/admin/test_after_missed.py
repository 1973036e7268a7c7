"""Who did not receive it, and another try for those whom it can help: never a second copy for those who got it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import update

from storage.broadcasts import Broadcast
from storage.delivery import tally
from storage.members import Member, MemberAddress
from storage.outbox import ARRIVED, OutboxRow
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.admin.test_sending import sends
from tests.handlers.people import both_shapes, sqlite_alone


async def over(office: Office, ticks: int = 2) -> None:
    """Everything is delivered, and told of."""
    for _ in range(ticks):
        await office.tick()
        office.clock.advance(timedelta(seconds=5))


def states(office: Office, broadcast_id: int = 1) -> dict[tuple[str, str], int]:
    """How many rows share a fate; what messengers tell later is no other."""
    found: Counter[tuple[str, str]] = Counter()
    for each in office.database.transact(lambda session: tally(session, broadcast_id)):
        found["sent" if each.state in ARRIVED else each.state, each.reason] += each.rows
    return dict(found)


def come_back(office: Office) -> None:
    """Nobody blocks the bot any more."""
    office.database.transact(lambda session: session.execute(update(MemberAddress).values(unreachable="")))


def listed(owner: Person, *reasons: str) -> str:
    """Who did not receive it, where the numbered lines do not say so themselves."""
    lines = ["", *reasons] if owner.capabilities.buttons else []
    return "\n".join(["Who did not receive it", "“Good news”", *lines])


async def test_the_reasons_the_names_and_another_try(office: Office, owner: Person) -> None:
    boris = office.member("buttons", "2", name="Boris")
    leyla = office.member("numbers", "3", name="Leyla")
    boris.blocking = True
    await sends(owner, "Good news", 3)
    await over(office)
    await owner.says("/broadcasts")
    await owner.picks("broadcast:1", "Who did not receive it")
    assert owner.sees == listed(owner, "blocked the bot: 1")
    assert owner.options == ["blocked the bot: 1", "Back to the newsletter"]
    await forges(owner, "retry:1:all:1")
    assert owner.sees.split("\n")[0] == "The number has changed meanwhile."
    boris.blocking = False
    await boris.says("/help")
    await forges(owner, "missed:1")
    assert owner.options == ["blocked the bot: 1", "Try 1 member again", "Back to the newsletter"]
    await owner.picks("blocked the bot: 1")
    assert owner.sees == "blocked the bot: 1\nBoris"
    assert owner.options == ["Try 1 member again", "All reasons"]
    await owner.picks("Try 1 member again")
    assert owner.sees == "1 member gets another try.\nThe report comes again when it is over."
    before = len(owner.screen), len(leyla.screen)
    await over(office)
    assert boris.sees.split("\n")[0] == "Good news"
    told = {"whatsapp": "\nAs far as the messengers tell: delivered to 1, read by 1."}.get(owner.channel, "")
    assert owner.sees == (
        f"Finished: “Good news”\nSent: 3 of 3. Left out: 0. Refused: 0. In doubt: 0.{told}\nEverybody received it."
    )
    assert len(leyla.screen) == before[1]
    assert "".join(seen.text for seen in owner.screen).count("Good news\n\nYou receive this") == 1
    assert office.queued() == 3


@sqlite_alone
async def test_whoever_left_stays_left(office: Office, owner: Person) -> None:
    office.member("buttons", "2", name="Boris")
    await sends(owner, "Good news", 2)
    await office.broadcasts.tick()
    await forges(owner, "broadcast:1:cancel_now")
    await over(office)
    assert states(office) == {("skipped", "cancelled"): 2}
    stopped = update(Member).where(Member.name == "Boris").values(stopped_at=office.clock.now())
    office.database.transact(lambda session: session.execute(stopped))
    await forges(owner, "retry:1:all:2")
    await over(office)
    assert states(office) == {("sent", ""): 1, ("skipped", "left"): 1}
    await forges(owner, "missed:1")
    assert owner.options == ["said stop, or left, before it was sent: 1", "Back to the newsletter"]
    assert owner.sees == listed(owner, "said stop, or left, before it was sent: 1")


@sqlite_alone
@both_shapes  # WhatsApp tells afterwards that it did
async def test_what_may_have_arrived_is_shown_and_never_tried_again(office: Office, owner: Person) -> None:
    office.member("numbers", "2", name="Leyla")
    await sends(owner, "Good news", 2)
    await over(office)

    of = update(OutboxRow).where(OutboxRow.broadcast_id == 1)
    doubted = of.where(OutboxRow.member_id == 1).values(state="doubt")
    lost = of.where(OutboxRow.member_id == 2).values(state="refused", reason="tries")
    office.database.transact(lambda session: [session.execute(one) for one in (doubted, lost)])
    await forges(owner, "missed:1")
    doubt = "the messenger did not answer, so it may or may not have arrived"
    reasons = [f"{doubt}: 1", "could not be delivered after several tries: 1"]
    assert owner.sees == "\n\n".join([listed(owner, *reasons), f"These are not tried again: {doubt}."])
    assert "Try 1 member again" in owner.options
    assert (await forges(owner, "missed:1:doubt")).split("\n")[1] == "Aysel"
    assert owner.options == ["All reasons"]
    await forges(owner, "retry:1:doubt:1")
    assert owner.sees.split("\n")[0] == "The number has changed meanwhile."


@sqlite_alone
async def test_names_come_ten_at_a_time(office: Office, owner: Person) -> None:
    for number in range(10, 33):
        office.member("buttons", str(number), name=f"Member {number}").blocking = True
    await sends(owner, "Good news", 24)
    await over(office)
    gone = update(OutboxRow).where(OutboxRow.broadcast_id == 1, OutboxRow.member_id == 24).values(member_id=None)
    office.database.transact(lambda session: session.execute(gone))
    await forges(owner, "missed:1:blocked")
    assert owner.sees.split("\n") == ["blocked the bot: 23", *(f"Member {number}" for number in range(10, 20))]
    await owner.picks("More names")
    await owner.picks("More names")
    assert owner.sees.split("\n") == ["blocked the bot: 23", "Member 30", "Member 31", "1 more has left since."]
    assert owner.options == ["All reasons"]
    come_back(office)
    await forges(owner, "missed:1:blocked")
    assert owner.options == ["More names", "Try 23 members again", "All reasons"]


@sqlite_alone
async def test_one_that_is_paused_stays_so(office: Office, owner: Person) -> None:
    office.member("buttons", "2").blocking = True
    for number in range(3):
        office.member("numbers", f"4{number}")
    await sends(owner, "Good news", 5)
    await office.broadcasts.tick()
    await office._deliver_lane("demo-telegram", 1)
    await forges(owner, "broadcast:1:pause")
    come_back(office)
    await forges(owner, "retry:1:all:1")
    assert owner.sees == "1 member gets another try.\nIt is paused: they get it once you let it go on."
    await office.tick()
    assert ("queued", "") in states(office)
    assert office.database.transact(lambda session: session.get_one(Broadcast, 1).state) == "paused"


@sqlite_alone
async def test_nobody_is_tried_again_when_it_is_too_late_or_somebody_else_s(
    office: Office, owner: Person, shape: str
) -> None:
    office.member("buttons", "2").blocking = True
    await sends(owner, "Good news", 2)
    await over(office)
    focal = office.staff(shape, "5", Role.FOCAL_POINT, topics=["education"])
    for option in ("missed:1", "retry:1:all:1", "table:1", "correct:1", "recall:1", "recall_now:1"):
        assert (await forges(focal, option)).split(".")[0] == "I do not find this newsletter among yours"
    come_back(office)
    useless = update(Broadcast).values(expires_at=office.clock.now())
    office.database.transact(lambda session: session.execute(useless))
    await forges(owner, "retry:1:all:1")
    assert owner.sees.split("\n")[0] == "It is too late for that."
    assert owner.options == ["blocked the bot: 1", "Back to the newsletter"]


@sqlite_alone
async def test_everybody_received_it(office: Office, owner: Person) -> None:
    await sends(owner, "Good news", 1)
    assert await forges(owner, "missed:1") == "Nobody so far."
    await over(office)
    assert await forges(owner, "missed:1") == "Everybody received it."
