"""Every word that works at any time, typed without what belongs behind it, is answered with a sentence."""

from __future__ import annotations

import pytest

from bot.handlers import router
from storage.staff import Role
from tests.handlers.admin.office import Office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("role", [None, Role.OWNER])
async def test_a_word_alone_is_answered(office: Office, role: Role | None) -> None:
    person = office.staff("numbers", "1", role) if role else office.member("numbers", "1")
    for word in router().always:
        before = person.received
        await person.says(word)
        assert (word, person.received > before) == (word, True)
