"""The owner, with a phone of any shape."""

from __future__ import annotations

import pytest

from storage.staff import Role
from tests.chat import Person
from tests.handlers.admin.office import Office


@pytest.fixture(params=["buttons", "numbers", "whatsapp"])
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def owner(office: Office, shape: str) -> Person:
    return office.staff(shape, "1", Role.OWNER, name="Aysel")
