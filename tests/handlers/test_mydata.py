"""Everything kept about somebody is theirs to read, and to have erased."""

from __future__ import annotations

import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions import calls, retention
from bot.core.locale import short_date
from storage.calls import Call, CallMark, CallState, Dislike
from storage.events import Event, EventState, ProposedTime, Reply, Rsvp, TimeMark
from storage.inbox import InboxRow
from storage.members import Member
from storage.outbox import OutboxRow
from storage.staff import Role
from tests.chat import Chat
from tests.handlers.people import WHICH_LANGUAGE, enrol, every_shape, everybody, look, member_of, sqlite_alone

SURE = "Shall we erase everything we keep about you: answers, topics, messages? It cannot be undone."


@every_shape
async def test_my_data_is_a_file(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel, staff=Role.OBSERVER)
    await aysel.says("hello")
    today = short_date(chat.clock.now().astimezone(chat.network.zone).date(), "en")
    assert await aysel.says("/mydata") == (
        "This file holds everything we keep about you. In short:\n\nName: Aysel Məmmədova\nOrganisation: Initiative\n"
        f"Region: Sabirabad (Mil-Mughan)\nTopics: Education, Health\nFirst message: {today}\nAgreed: {today}\n"
        f"Registered: {today}"
    )
    file = aysel.file
    assert file is not None
    assert (file.kind, file.name, file.mime) == ("document", "my-data.json", "application/json")
    written = chat.files.path(file.file).read_bytes()
    assert len(written) == file.size
    data = json.loads(written)
    assert list(data) == [
        "member", "organisation", "topics", "addresses", "calls", "calls_you_hear_less_of", "calls_by_you", "events",
        "times_that_suit_you", "calendar_files_of_events", "surveys", "surveys_by_you", "declarations",
        "declarations_by_you", "staff", "invitations", "messages_received_from_you", "messages_sent_to_you",
        "newsletters_sent_to_you", "staff_actions_by_or_about_you", "technical",
    ]  # fmt: skip
    assert (data["member"]["name"], data["organisation"]["name"]) == ("Aysel Məmmədova", "Initiative")
    assert (data["topics"], data["staff"]["role"]) == (["education", "health"], "observer")
    assert [each["user"] for each in data["addresses"]] == [aysel.user]
    assert [row["message"]["text"] for row in data["messages_received_from_you"]] == ["hello", "/mydata"]
    assert len(data["messages_sent_to_you"]) == 1
    technical = ["exported_at", "addresses", "polls", "wrong_codes", "conversations", "inbox", "outbox"]
    assert list(data["technical"]) == technical
    assert [len(data["technical"][kept]) for kept in ("addresses", "inbox", "outbox")] == [1, 2, 1]
    assert "Məmmədova" in written.decode()


@every_shape
async def test_forget_erases_at_once_and_the_address_after_the_farewell(chat: Chat, shape: str) -> None:
    aysel, bystander = chat.person(shape), chat.person(shape, "2")
    await enrol(aysel, staff=Role.OBSERVER)
    kept = await enrol(bystander)
    await aysel.says("/mydata")
    file = aysel.file
    assert file is not None
    assert await aysel.says("/forget") == SURE
    start = "/start" if shape == "buttons" else "Start"
    assert await aysel.picks("Yes, erase everything") == (
        "Everything about you is erased, and your contact goes too as soon as this message is delivered. If you ever "
        f"want to come back, write {start}. All the best to you."
    )
    assert not chat.files.path(file.file).exists()
    blank = await member_of(aysel)
    assert (blank.name, blank.consented_at, blank.organisation_id) == ("", None, None)
    assert await look(chat, lambda session: session.scalar(select(func.count()).select_from(OutboxRow))) == 1

    await chat.database.run(retention.erase_forgotten)
    assert await everybody(chat) == [(bystander.channel, bystander.user)]
    assert await look(chat, lambda session: session.scalars(select(Member.id)).all()) == [kept]
    rows = await look(chat, lambda session: session.scalars(select(InboxRow)).all())
    assert {(row.user, str(row.payload)) for row in rows} == {("", "{}")}
    assert await look(chat, lambda session: session.scalar(select(func.count()).select_from(OutboxRow))) == 0


@every_shape
@sqlite_alone
async def test_the_only_owner_is_warned(chat: Chat, shape: str) -> None:
    leyla, orxan = chat.person(shape), chat.person(shape, "2")
    await enrol(leyla, staff=Role.OWNER)
    staff = "/staff" if shape == "buttons" else "Staff"
    assert await leyla.says("/forget") == (
        "You are the only owner of this network. Without an owner nobody can give or take back roles: please make "
        f"somebody else an owner first, with {staff}.\n\n{SURE}"
    )
    await enrol(orxan, staff=Role.OWNER)
    assert await orxan.says("/forget") == SURE


@sqlite_alone
async def test_who_wrote_nothing_of_themselves_reads_no_empty_lines(chat: Chat) -> None:
    stranger = chat.person("buttons")
    today = short_date(chat.clock.now().astimezone(chat.network.zone).date(), "en")
    kept = "This file holds everything we keep about you. In short:"
    await stranger.says("/en")
    assert await stranger.says("/mydata") == f"{kept}\n\nFirst message: {today}"


@every_shape
@sqlite_alone
async def test_who_writes_again_at_once_begins_as_somebody_new(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    await aysel.says("/forget")
    await aysel.picks("Yes, erase everything")
    assert await aysel.says("/start") == WHICH_LANGUAGE
    await chat.database.run(retention.erase_forgotten)
    assert await everybody(chat) == [(aysel.channel, aysel.user)]
    assert await aysel.picks("English") != ""


@every_shape
@sqlite_alone
async def test_a_second_thought_keeps_everything(chat: Chat, shape: str) -> None:
    aysel = chat.person(shape)
    await enrol(aysel)
    await aysel.says("/forget")
    assert await aysel.picks("No, keep it") == "Good, everything stays as it is."
    assert (await member_of(aysel)).name == "Aysel Məmmədova"


def take_part(session: Session, chat: Chat, member_id: int) -> None:
    """They saved a call, proposed another, come to an event, and marked a time."""
    now = chat.clock.now()
    call, proposal = calls.blank("en", now), calls.blank("en", now)
    call.titles, proposal.titles = {"en": "Green schools"}, {"en": "Mine"}
    call.state, proposal.state, proposal.proposer_id = CallState.OPEN, CallState.PROPOSED, member_id
    event = Event(state=EventState.OPEN, source="en", titles={"en": "Workshop"}, texts={}, created_at=now)
    session.add_all([call, proposal, event])
    session.flush()
    time = ProposedTime(event_id=event.id, starts_at=now)
    session.add(time)
    session.flush()
    session.add_all(
        [
            CallMark(call_id=call.id, member_id=member_id, saved_at=now),
            Dislike(member_id=member_id, what="topic:peace"),
            Rsvp(event_id=event.id, member_id=member_id, reply=Reply.YES, seats=2, replied_at=now),
            TimeMark(time_id=time.id, member_id=member_id),
        ]
    )


async def test_calls_and_events_are_part_of_it_and_go_with_it(chat: Chat) -> None:
    aysel = chat.person("buttons")
    member_id = await enrol(aysel)
    await chat.database.run(lambda session: take_part(session, chat, member_id))
    await aysel.says("/mydata")
    assert aysel.file is not None
    data = json.loads(chat.files.path(aysel.file.file).read_bytes())
    now = chat.clock.now().year
    assert [(each["titles"], each["saved_at"][:4]) for each in data["calls"]] == [({"en": "Green schools"}, str(now))]
    assert data["calls_you_hear_less_of"] == ["topic:peace"]
    assert [each["titles"] for each in data["calls_by_you"]] == [{"en": "Mine"}]
    assert [(each["titles"], each["reply"], each["seats"]) for each in data["events"]] == [
        ({"en": "Workshop"}, "yes", 2)
    ]
    assert [each["event"] for each in data["times_that_suit_you"]] == [1]

    await aysel.says("/forget")
    await aysel.picks("Yes, erase everything")
    for table in (CallMark, Dislike, Rsvp, TimeMark):
        assert await look(chat, lambda session, table=table: session.scalars(select(table)).all()) == []  # type: ignore[misc]
    assert await look(chat, lambda session: session.scalars(select(Call.titles)).all()) == [{"en": "Green schools"}]
