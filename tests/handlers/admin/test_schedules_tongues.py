"""Newsletters on a schedule and the weekly digest, in Azerbaijani and Russian; see tests/handlers/told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.handlers.admin.office import Office
from tests.handlers.calls import add_call, ends
from tests.handlers.told import Told, coordinator_and_member, in_both_tongues, passes
from tests.storage.occasions import add_event

pytestmark = in_both_tongues


@pytest.fixture
def told(office: Office, shape: str, language: str) -> Told:
    return Told("schedules", language, shape, office, coordinator_and_member(office, shape, language))


async def test_one_that_comes_every_week(told: Told, office: Office) -> None:
    await told.goes("every week", "its text is asked for")
    await passes(office, datetime(2027, 3, 2, 10, 1, tzinfo=office.network.zone))
    told.staff.news.clear()  # how sending goes is told elsewhere
    await told.goes("it has left", "no text comes", "left out, paused and ended")


async def test_one_that_comes_every_month(told: Told) -> None:
    await told.goes("every month")


async def test_the_weekly_digest(told: Told, office: Office) -> None:
    starts_at = datetime(2027, 3, 12, 15, tzinfo=office.network.zone)
    add_call(office, titles={"az": "Yaşıl məktəblər", "ru": "Зелёные школы"}, texts={}, source="az",
             topics=["education"], amount_to=20000, currency="AZN", deadline=ends(office.network, 3, 20))  # fmt: skip
    add_call(office, "Clean rivers", topics=["education"])
    add_call(office, "Not hers", topics=["health"])

    def write(session: Session) -> None:
        titles = {"az": "Büdcə təlimi", "ru": "Тренинг по бюджету"}
        add_event(session, office.clock.now(), titles=titles, texts={}, source="az", place="Nizami 5, Bakı",
                  starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))  # fmt: skip

    office.database.transact(write)
    await told.goes("the weekly digest", "without the digest")
