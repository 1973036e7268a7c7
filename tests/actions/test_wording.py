"""Whose file goes out how: by the id it has at its own messenger, and from the store everywhere else."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import pytest
from markupsafe import Markup
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.actions.wording import LATEST, Wording
from bot.core.channel import Capabilities, Refused, Retry
from bot.core.clock import Clock
from bot.core.locale import short_date
from bot.core.messages import Attachment, Outbound
from bot.network import Network
from storage import carried
from storage.broadcasts import Broadcast, BroadcastKind
from storage.claimed import Claimed
from storage.claims import claim
from storage.corrections import write_correction
from storage.database import Database
from storage.newsletters import Newsletter
from storage.outbox import OutboxRow, enqueue
from storage.recalls import write_recall
from tests.storage.people import add_broadcast, add_member

POSTER = Attachment("photo", "telegram:AgAC", mime="image/jpeg", size=1_000)
STORED = "sha256:" + "0" * 64


@dataclass
class Phone:
    """What wording asks of a channel."""

    name: str
    capabilities: Capabilities


TELEGRAM = Phone("telegram", Capabilities(buttons=True, edits=True, markup="html", resends=True))
WHATSAPP = Phone("whatsapp", Capabilities(buttons=False, edits=False, markup="whatsapp"))


def said(
    database: Database, clock: Clock, network: Network, phone: Phone, attachment: Attachment, *, preview: bool
) -> Any:
    """The file of a newsletter, or of a preview, as it goes to somebody on this phone; or why not."""

    def look(session: Session) -> Outbound | Refused | Retry:
        member = add_member(session, clock, "1", channel=phone.name)
        lane = add_broadcast(session, clock)
        session.execute(update(Newsletter).values(attachment=asdict(attachment)))
        if preview:
            payload = Outbound(Markup("Look"), attachment=attachment).to_json()
            row = {"key": "turn:1:0", "channel": phone.name, "address_id": 1, "member_id": member.id, "language": "en",
                   "payload": payload, "created_at": clock.now()}  # fmt: skip
            enqueue(session, [row])
        rows: list[Claimed] = claim(session, phone.name, None if preview else lane, 0, 9, "foreman", clock.now()).rows
        return Wording(network).of(session, rows, phone)[rows[0].id]  # type: ignore[arg-type]  # reads these two only

    outbound = database.transact(look)
    return outbound.attachment if isinstance(outbound, Outbound) else outbound


@pytest.fixture(params=[False, True], ids=["broadcast", "preview"])
def preview(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_the_messenger_that_brought_it_gets_its_own_id(
    database: Database, clock: Clock, network: Network, preview: bool
) -> None:
    assert said(database, clock, network, TELEGRAM, POSTER, preview=preview) == POSTER


def test_any_other_gets_the_stored_file(database: Database, clock: Clock, network: Network, preview: bool) -> None:
    database.transact(lambda session: carried.want(session, POSTER.file, clock.now()))
    database.transact(lambda session: carried.keep(session, POSTER.file, STORED))
    there = Attachment("photo", STORED, mime="image/jpeg", size=1_000)
    assert said(database, clock, network, WHATSAPP, POSTER, preview=preview) == there


def test_so_does_one_that_cannot_send_by_id(database: Database, clock: Clock, network: Network, preview: bool) -> None:
    letter = Attachment("document", "whatsapp:MM1/ME1", "letter.pdf")
    database.transact(lambda session: carried.want(session, letter.file, clock.now()))
    database.transact(lambda session: carried.keep(session, letter.file, STORED))
    there = Attachment("document", STORED, "letter.pdf")
    assert said(database, clock, network, WHATSAPP, letter, preview=preview) == there


def test_a_file_of_ours_goes_as_it_is(database: Database, clock: Clock, network: Network, preview: bool) -> None:
    report = Attachment("document", STORED, "report.csv")
    assert said(database, clock, network, WHATSAPP, report, preview=preview) == report


@pytest.mark.parametrize(("tries", "wait"), [(0, timedelta(seconds=5)), (3, timedelta(seconds=20)), (20, LATEST)])
def test_one_that_is_on_its_way_is_waited_for(
    database: Database, clock: Clock, network: Network, tries: int, wait: timedelta
) -> None:
    on_its_way(database, clock, tries)
    assert said(database, clock, network, WHATSAPP, POSTER, preview=False) == Retry(wait, attempted=False)


@pytest.mark.parametrize(("tries", "seen"), [(3, Retry(timedelta(seconds=20), attempted=False)), (4, None)])
def test_a_conversation_does_not_stand_still_for_it(
    database: Database, clock: Clock, network: Network, tries: int, seen: Retry | None
) -> None:
    on_its_way(database, clock, tries)
    assert said(database, clock, network, WHATSAPP, POSTER, preview=True) == seen


@pytest.mark.parametrize("wanted", [True, False])
def test_one_that_can_never_be_had_is_refused_and_a_reply_goes_without(
    database: Database, clock: Clock, network: Network, preview: bool, wanted: bool
) -> None:
    if wanted:
        on_its_way(database, clock, 1)
        database.transact(lambda session: carried.give_up(session, POSTER.file, "gone"))
    seen = said(database, clock, network, WHATSAPP, POSTER, preview=preview)
    assert seen == (None if preview else Refused("file"))


def on_its_way(database: Database, clock: Clock, tries: int) -> None:
    database.transact(lambda session: carried.want(session, POSTER.file, clock.now()))
    database.transact(lambda session: session.execute(update(carried.CarriedFile).values(tries=tries)))


def follow_up(
    database: Database, clock: Clock, network: Network, kind: BroadcastKind, channel: str = "telegram"
) -> Any:
    """What a row of a correction or a recall says to the one member who has the original, attachment and all."""

    def look(session: Session) -> Outbound | Refused | Retry:
        add_member(session, clock, "1", "education", channel=channel)
        lane = add_broadcast(session, clock, "Tuesday", topics=["education"])
        kept = asdict(Attachment("document", STORED, "plan.pdf"))
        session.execute(update(Newsletter).values(attachment=kept))
        session.execute(update(OutboxRow).values(state="sent", external_id="m1", settled_at=clock.now()))
        follower = Broadcast(newsletter_id=1, kind=kind, original_id=lane, state="sending", audience={},
                             created_at=clock.now(), fired_at=clock.now())  # fmt: skip
        session.add(follower)
        session.flush()
        follower.audience = {"topics": ["education"]}
        if kind is BroadcastKind.CORRECTION:
            write_correction(session, follower, {"telegram"}, clock.now())
        else:
            write_recall(session, follower, {"telegram": timedelta(hours=48)}, clock.now())
        phone = TELEGRAM if channel == "telegram" else WHATSAPP
        wording = Wording(network)
        rows = claim(session, channel, follower.id, 0, 9, "foreman", clock.now()).rows
        wording.of(session, rows, phone)  # type: ignore[arg-type]  # reads these two only
        session.execute(update(Newsletter).values(texts={"en": "Wednesday"}))  # by another process
        session.expire_all()
        return wording.of(session, rows, phone)[rows[0].id]  # type: ignore[arg-type]  # as above

    return database.transact(look)


def test_a_correction_in_place_is_the_whole_message_as_it_should_be(
    database: Database, clock: Clock, network: Network
) -> None:
    said = follow_up(database, clock, network, BroadcastKind.CORRECTION)
    assert (said.edit, said.in_place, said.delete) == ("m1", True, ())
    assert said.attachment == Attachment("document", STORED, "plan.pdf")
    assert said.text == "Wednesday\n\n<i>You receive this because you follow: Education.</i>"
    assert [option.id for option in said.options] == ["leave:education"]


def test_a_correction_as_a_message_of_its_own_says_of_which_day(
    database: Database, clock: Clock, network: Network
) -> None:
    said = follow_up(database, clock, network, BroadcastKind.CORRECTION, "whatsapp")
    day = short_date(clock.now().astimezone(network.zone).date(), "en")
    assert (said.edit, said.in_place, said.attachment) == ("", False, None)
    assert said.text == (
        f"<b>Correction to our message of {day}:</b>\n\nWednesday\n\n"
        "<i>You receive this because you follow: Education.</i>"
    )


def test_a_recall_says_nothing_and_names_what_goes(database: Database, clock: Clock, network: Network) -> None:
    said = follow_up(database, clock, network, BroadcastKind.RECALL)
    assert said == Outbound(Markup(), language="en", delete=("m1",))
