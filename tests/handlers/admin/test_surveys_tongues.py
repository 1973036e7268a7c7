"""Surveys, as those who make them talk of them in Azerbaijani and Russian; see tests/handlers/told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.core.clock import Clock
from bot.network import Network
from storage.database import Database
from storage.files import Files
from storage.staff import Role
from tests.handlers.admin.office import Office
from tests.handlers.calls import noon
from tests.handlers.people import sqlite_alone
from tests.handlers.told import Told, publishes

pytestmark = [
    sqlite_alone,
    pytest.mark.parametrize("shape", ["buttons", "numbers"]),
    pytest.mark.parametrize("language", ["az", "ru"]),
]

NAMES = {"az": ("Orxan", "Leyla"), "ru": ("Орхан", "Лейла")}


@pytest.fixture
async def office(database: Database, network: Network, files: Files, clock: Clock) -> AsyncIterator[Office]:
    noon(clock, network)
    office = Office(database, network, files, clock)
    yield office
    await office.whatsapp.stop()


@pytest.fixture
def told(office: Office, shape: str, language: str) -> Told:
    staff, member = NAMES[language]
    people = {
        staff: office.staff(shape, "1", Role.COORDINATOR, language=language, name=staff),
        member: office.member(shape, "2", "education", language=language, name=member),
    }
    return Told("surveys_office", language, shape, office, people)


async def test_a_survey_is_written_tried_and_published_and_its_results_go_back(told: Told) -> None:
    await told.goes("written", "asked", "terms", "in the other language", "tried")
    await publishes(told, "survey_publish:1")
    await told.goes("announced", "page", "closed", "results", "sent back")


async def test_one_question_is_voted_on_where_it_is_read(told: Told) -> None:
    await told.goes("written", "one question")
    await publishes(told, "survey_publish:1")
    await told.goes("voted")


async def test_bad_input_gets_a_sentence_and_the_question_again(told: Told) -> None:
    await told.goes("written", "too few choices", "bounds")


async def test_a_draft_is_deleted(told: Told) -> None:
    await told.goes("written", "deleted")


async def test_a_survey_is_withdrawn(told: Told) -> None:
    await told.goes("written", "one question")
    await publishes(told, "survey_publish:1")
    await told.goes("withdrawn")
