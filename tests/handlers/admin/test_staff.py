"""Roles: given through links that work once and for a while, taken back, and written down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.actions import invitations, staff
from bot.core.conversation import Conversation, Menu
from bot.core.progress import Progress
from bot.handlers import admin
from storage.members import Member
from storage.organisations import Organisation
from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.people import sqlite_alone


def link_to(office: Office, role: Role, *topics: str, inviter: int | None = None) -> str:
    now = office.clock.now()
    return office.database.transact(lambda session: invitations.invite(session, role, topics, inviter, now))


def redeems(office: Office, person: Person, token: str, name: str = "") -> bool:
    def redeem(session: Session) -> bool:
        member = session.get_one(Member, office._find(session, person).id)
        return invitations.redeem(session, token, member, office.clock.now(), name) is not None

    return office.database.transact(redeem)


@sqlite_alone
async def test_the_first_owner_comes_through_a_link(office: Office, shape: str) -> None:
    assert office.database.transact(invitations.needs_owner)
    person = office.member(shape, "1")
    await person.says(f"/start {link_to(office, Role.OWNER)}")
    assert office.role_of(person) == (Role.OWNER, [])
    assert not office.database.transact(invitations.needs_owner)


@sqlite_alone
async def test_a_link_works_once_and_for_a_while(office: Office, shape: str) -> None:
    first, second = office.member(shape, "1"), office.member(shape, "2")
    token = link_to(office, Role.COORDINATOR)
    assert token.isalnum()  # a messenger may take any other sign for formatting
    assert not redeems(office, second, token + "x")
    assert redeems(office, first, token)
    assert not redeems(office, second, token)
    assert redeems(office, first, token)
    late = link_to(office, Role.COORDINATOR)
    office.clock.advance(timedelta(days=7))
    assert not redeems(office, second, late)
    assert office.role_of(second) is None


async def test_two_people_at_once_cannot_share_a_link(office: Office) -> None:
    people = [office.member("buttons", str(number)) for number in range(4)]
    token = link_to(office, Role.COORDINATOR)
    with ThreadPoolExecutor(4) as threads:
        won = list(threads.map(lambda person: redeems(office, person, token), people))
    assert sorted(won) == [False, False, False, True]


@sqlite_alone
async def test_a_link_never_lowers_a_role(office: Office, owner: Person, shape: str) -> None:
    assert redeems(office, owner, link_to(office, Role.FOCAL_POINT, "health"))
    assert office.role_of(owner) == (Role.OWNER, [])
    focal = office.member(shape, "2")
    assert redeems(office, focal, link_to(office, Role.FOCAL_POINT, "health"))
    assert redeems(office, focal, link_to(office, Role.FOCAL_POINT, "peace"))
    assert office.role_of(focal) == (Role.FOCAL_POINT, ["health", "peace"])
    assert redeems(office, focal, link_to(office, Role.COORDINATOR))
    assert office.role_of(focal) == (Role.COORDINATOR, [])


@sqlite_alone
async def test_an_owner_invites_a_focal_point(office: Office, owner: Person, shape: str) -> None:
    guest = office.member(shape, "2", name="Leyla")
    await owner.says("/staff")
    assert await owner.picks("Invite somebody") == "What role will this person have?"
    await owner.picks("Focal point: writes to chosen topics")
    assert (await owner.picks("Done")).split("\n")[0] == "Please choose at least one."
    await owner.picks("Health", "Done")
    forward, once, expires = owner.heard[0].split(". ")
    assert (forward, once) == ("Forward the next message to the person you invite", "The link works once")
    assert expires.startswith("It expires on ")
    assert owner.heard[1].split("\n")[0] == (
        f"You are invited to help run {office.network.name['en']}. Your role: focal point. "
        "Open this link, or send it to the bot:"
    )
    await guest.opens(owner.heard[1].split("\n")[1])
    assert office.role_of(guest) == (Role.FOCAL_POINT, ["health"])
    assert await owner.says("/staff") == "Who runs the network\nAysel (you): owner\nLeyla: focal point (Health)"


async def test_a_role_is_taken_back_with_the_links_it_gave_out(office: Office, owner: Person, shape: str) -> None:
    second = office.staff(shape, "2", Role.OWNER, name="Leyla")
    token = link_to(office, Role.COORDINATOR, inviter=office.id_of(second))
    await owner.says("/staff")
    assert await owner.picks("Take the role back: Leyla") == "Take the role of owner back from Leyla?"
    assert (await owner.picks("Yes, take it back")).split("\n\n") == [
        "Leyla has no role any more.",
        "Who runs the network\nAysel (you): owner",
    ]
    assert second.sees == "Your role as owner has ended. What you follow and receive stays as it is."
    assert second.heard == [second.sees]
    assert not redeems(office, second, token)


@sqlite_alone
async def test_the_last_owner_stays(office: Office, owner: Person) -> None:
    await owner.says("/staff")
    await owner.picks("Take the role back: Aysel (you)")
    assert (await owner.picks("Yes, take it back")).split("\n")[0] == (
        "That cannot be done: somebody has to own the network. Invite another owner first."
    )
    assert office.role_of(owner) == (Role.OWNER, [])


@sqlite_alone
async def test_others_see_less_and_cannot_forge_more(office: Office, owner: Person, shape: str) -> None:
    coordinator = office.staff(shape, "2", Role.COORDINATOR, name="Leyla")
    focal = office.staff(shape, "3", Role.FOCAL_POINT, topics=["health"], name="Boris")
    await coordinator.says("/staff")
    assert coordinator.options == ["What the staff did"]
    await focal.says("/staff")
    assert focal.options == []
    for person in (coordinator, focal):
        for option in ("staff_invite", f"staff_dismiss_now:{office.id_of(owner)}", "staff_dismiss:1"):
            assert (await forges(person, option)).split(".")[0] == "This is not open to you"
    assert (await focal.says("/audit")).split(".")[0] == "This is not open to you"
    assert office.role_of(owner) == (Role.OWNER, [])


@sqlite_alone
async def test_a_role_taken_back_while_inviting_gives_no_link(office: Office, owner: Person, shape: str) -> None:
    second = office.staff(shape, "2", Role.OWNER)
    await second.says("/staff")
    await second.picks("Invite somebody")
    await forges(owner, f"staff_dismiss_now:{office.id_of(second)}")
    assert second.sees == "Your role as owner has ended. What you follow and receive stays as it is."
    assert (await second.says("1")).split("\n")[0] == "I did not understand that."
    assert office.links() == 0


@sqlite_alone
async def test_who_gives_up_the_own_role_is_asked_nothing_more(office: Office, owner: Person, shape: str) -> None:
    office.staff(shape, "2", Role.OWNER)
    await owner.says("/staff")
    await owner.picks("Invite somebody")
    said = await forges(owner, f"staff_dismiss_now:{office.id_of(owner)}")
    assert said.split("\n\n")[0] == "Aysel has no role any more."
    assert owner.heard == [said]


def test_only_forms_of_the_staff_are_closed_with_the_role() -> None:
    profile, newsletter = Progress("registration", "name"), Progress("newsletter", "written")
    trial = Progress("try_survey:1:en", "q1")
    question, menu = Menu("1abcd", (), question=True), Menu("1abcd", ())
    assert staff.without_forms(Conversation((profile, newsletter, trial), question)) == Conversation((profile,))
    assert staff.without_forms(Conversation((newsletter,), menu)) == Conversation((), menu)
    assert staff.without_forms(Conversation((profile,), question)) == Conversation((profile,), question)


def test_the_forms_of_the_staff_are_all_known() -> None:
    assert set(admin.router().forms) == staff.FORMS


@sqlite_alone
async def test_who_is_not_registered_goes_by_the_name_of_the_platform(
    office: Office, owner: Person, shape: str
) -> None:
    guest = office.member(shape, "2", registered_at=None)
    assert redeems(office, guest, link_to(office, Role.COORDINATOR), name="Leyla")
    assert await owner.says("/staff") == "Who runs the network\nAysel (you): owner\nLeyla: coordinator"
    assert redeems(office, owner, link_to(office, Role.COORDINATOR), name="Somebody")
    assert (await owner.says("/staff")).split("\n")[1] == "Aysel (you): owner"


@sqlite_alone
async def test_the_organisation_stands_after_the_name(office: Office, owner: Person, shape: str) -> None:
    second = office.staff(shape, "2", Role.COORDINATOR, name="Leyla")

    def join(session: Session) -> None:
        organisation = Organisation(name="Initiative", folded="initiative", created_at=office.clock.now())
        session.add(organisation)
        session.flush()
        for person in (owner, second):
            office._find(session, person).organisation_id = organisation.id

    office.database.transact(join)
    assert (await owner.says("/staff")).split("\n")[1:] == [
        "Aysel (Initiative) (you): owner",
        "Leyla (Initiative): coordinator",
    ]


@sqlite_alone
async def test_a_used_link_of_ones_own_is_good_only_while_the_role_is_there(office: Office, owner: Person) -> None:
    guest = office.member("numbers", "2")
    token = link_to(office, Role.COORDINATOR)
    assert redeems(office, guest, token)
    assert redeems(office, guest, token)
    await forges(owner, f"staff_dismiss_now:{office.id_of(guest)}")
    assert not redeems(office, guest, token)
    assert office.role_of(guest) is None


async def test_everything_is_in_the_audit_log(office: Office, owner: Person, shape: str) -> None:
    focal = office.member(shape, "2", name="Leyla")
    await focal.says(f"/start {link_to(office, Role.FOCAL_POINT, 'health', inviter=office.id_of(owner))}")
    await focal.says("/newsletter")
    await focal.says("Good news")
    await focal.picks("English")
    await forges(owner, f"staff_dismiss_now:{office.id_of(focal)}")
    told = [line.partition(": ")[2] for line in (await owner.says("/audit")).split("\n")[1:]]
    assert told == [
        "Aysel (you) took the role of focal point back from Leyla",
        "Leyla began “Good news” in English",
        "Leyla became focal point (Health) through a link",
        "Aysel (you) made a link for a new focal point (Health)",
    ]
