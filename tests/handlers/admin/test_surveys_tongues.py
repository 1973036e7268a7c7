"""Surveys, as those who make them talk of them in Azerbaijani and Russian; see tests/handlers/told."""

from __future__ import annotations

import pytest

from tests.handlers.admin.office import Office
from tests.handlers.told import Told, coordinator_and_member, in_both_tongues, publishes

pytestmark = in_both_tongues


@pytest.fixture
def told(office: Office, shape: str, language: str) -> Told:
    return Told("surveys_office", language, shape, office, coordinator_and_member(office, shape, language))


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
