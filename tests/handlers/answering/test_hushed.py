"""Of an anonymous survey nothing is kept that tells who answered what, however the answering ends."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions.hushing import AFTER, LOOKED_AT
from scheduler.housekeeping import Housekeeping
from storage.conversations import ConversationState
from storage.inbox import InboxRow
from storage.surveys import QuestionKind, Survey, SurveyState
from tests.chat import Person
from tests.handlers.admin.office import Office, forges
from tests.handlers.answering.respondents import Kept, closes, opened, second_phone, sheets, speak_for
from tests.handlers.people import sqlite_alone
from tests.storage.asking import Asked

WHO = Asked(QuestionKind.SEVERAL, "Who comes?", ("Girls", "Boys", "Parents"))
SECRET = Asked(QuestionKind.TEXT, "What was wrong?")


def heard(office: Office) -> str:
    """All that is kept of what came in."""
    return json.dumps(office.database.transact(lambda session: session.scalars(select(InboxRow.payload)).all()))


def remembered(office: Office) -> str:
    """All that the conversations hold."""
    states = select(ConversationState.state)
    return json.dumps(office.database.transact(lambda session: session.scalars(states).all()))


async def later(office: Office, after: timedelta = AFTER) -> None:
    office.clock.advance(after + timedelta(seconds=1))
    housekeeping = Housekeeping(office.database, office.clock, office.files)
    await housekeeping.hush()
    await housekeeping.forget_halves()


async def test_what_is_typed_once_it_has_closed_is_not_kept(office: Office, leyla: Person) -> None:
    key = opened(office, SECRET, anonymous=True)
    await forges(leyla, f"answer_survey:{key}")
    closes(office, key)
    await leyla.says("The secret")
    assert leyla.sees == "The survey “Training” is closed and takes no more answers. Thank you for your time."
    assert heard(office).count("secret") == 0


@pytest.mark.parametrize("after", [AFTER, LOOKED_AT - timedelta(days=1)])
async def test_what_is_ticked_when_it_closes_is_forgotten(office: Office, leyla: Person, after: timedelta) -> None:
    key = opened(office, WHO, SECRET, anonymous=True)
    await forges(leyla, f"answer_survey:{key}")
    await leyla.picks("Girls", "Parents")
    closes(office, key)
    await later(office, after)
    assert [word for word in ("Parents", "chosen", "ticks", f"survey:{key}") if word in remembered(office)] == []


@sqlite_alone
async def test_what_stands_on_the_phone_of_who_was_taken_over_is_forgotten_too(office: Office, leyla: Person) -> None:
    rauf = office.member("buttons", "50", name="Rauf")
    speak_for(office, "Initiative", leyla, rauf)
    key = opened(office, SECRET, WHO, anonymous=True, per="organisation")
    await forges(leyla, f"answer_survey:{key}")
    await leyla.says("The secret")
    await forges(rauf, f"take_survey:{key}")
    await rauf.says("Nothing")
    await rauf.picks("Boys", "Done")
    assert sheets(office, key) == [Kept({1: "Nothing", 2: ["b"]}, complete=True)]

    def withdraw(session: Session) -> None:
        survey = session.get_one(Survey, key)
        survey.state, survey.closed_at = SurveyState.WITHDRAWN, office.clock.now()

    office.database.transact(withdraw)
    await later(office)
    assert remembered(office).count("The secret") == 0


@sqlite_alone
async def test_what_stands_on_the_other_phone_is_forgotten_with_the_last_answer(office: Office, leyla: Person) -> None:
    other = second_phone(office, leyla, "numbers", "2")
    key = opened(office, WHO, SECRET, anonymous=True)
    await forges(other, f"answer_survey:{key}")
    await other.picks("Girls", "Parents")
    await forges(leyla, f"answer_survey:{key}")
    await leyla.picks("Done")
    await leyla.says("Nothing")
    assert sheets(office, key) == [Kept({1: ["a", "c"], 2: "Nothing"}, complete=True)]
    assert [word for word in ("Parents", "chosen", "ticks") if word in remembered(office)] == []
