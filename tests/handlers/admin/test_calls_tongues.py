"""Funding calls, as those who publish them talk of them in Azerbaijani and Russian; see tests/handlers/told."""

from __future__ import annotations

import pytest

from tests.handlers.admin.office import Office
from tests.handlers.told import Told, coordinator_and_member, in_both_tongues, publishes

pytestmark = in_both_tongues


@pytest.fixture
def told(office: Office, shape: str, language: str) -> Told:
    return Told("calls_office", language, shape, office, coordinator_and_member(office, shape, language))


async def test_a_call_is_written_published_moved_and_closed(told: Told) -> None:
    await told.goes("written", "details", "in the other language")
    await publishes(told, "call_publish:1")
    await told.goes("published", "moved", "closed")


async def test_bad_input_gets_a_sentence_and_the_field_again(told: Told) -> None:
    await told.goes(
        "written", "a deadline that cannot be", "an amount that cannot be", "a link that is none", "too long"
    )


async def test_a_draft_is_deleted(told: Told) -> None:
    await told.goes("written", "deleted")


async def test_a_call_is_withdrawn(told: Told) -> None:
    await told.goes("written")
    await publishes(told, "call_publish:1")
    await told.goes("published to everybody", "withdrawn")
