"""The office on a Monday at noon, with a member's phone of any shape."""

from __future__ import annotations

import pytest

from tests.chat import Person
from tests.handlers.admin.office import Office


@pytest.fixture(params=["buttons", "numbers", "whatsapp"])
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def office(office: Office, monday_noon: None) -> Office:  # noqa: ARG001 - the clock says so
    return office


@pytest.fixture
def leyla(office: Office, shape: str) -> Person:
    return office.member(shape, "1", name="Leyla")
