"""The office on a Monday at noon, with a person's phone of any shape."""

from __future__ import annotations

import pytest

from tests.handlers.admin.office import Office


@pytest.fixture(params=["buttons", "numbers", "whatsapp"])
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def office(office: Office, monday_noon: None) -> Office:  # noqa: ARG001 - the clock says so
    return office
