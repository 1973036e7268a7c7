"""The example of 1,023 signers from 137 countries as a document: laid out by a process of its own, and read back."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import example_declaration, signature_pages
from bot.core.clock import Clock
from bot.core.locale import country_name
from bot.network import Network
from bot.workers.making import papers
from storage.database import Database
from storage.declarations import Declaration, Signature

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LIMIT = 10_000_000
NOON = datetime(2026, 11, 25, 8, tzinfo=UTC)


def name(database: Database, language: str) -> str:
    def load(session: Session) -> str:
        example_declaration.load(session, NOON)
        return signature_pages.name(session, session.get_one(Declaration, 1), language)

    return database.transact(load)


@pytest.mark.parametrize("language", ["az", "ru"])
async def test_the_text_is_on_top_and_then_everybody_under_their_country(
    database: Database, network: Network, language: str
) -> None:
    data = await papers(database, Clock(), network).fetch(name(database, language), LIMIT)
    assert data is not None
    pages = PdfReader(BytesIO(data)).pages
    lines = [line for page in pages for line in (page.extract_text() or "").split("\n")]
    assert lines[0] == example_declaration.TITLES[language]
    first = " ".join(lines[1:12])
    for line in example_declaration.TEXTS[language].split("\n"):
        assert line in first
    headings = {line.rpartition(" (")[0] for line in lines if re.fullmatch(r".+ \(\d+\)", line)}
    assert headings == {country_name(code, language) for code in example_declaration.COUNTRIES}
    signers = database.transact(lambda session: session.scalars(select(Signature)).all())
    printed = " ".join(lines)
    assert [each.name for each in signers if each.name not in printed] == []
    assert len({each.name for each in signers}) == example_declaration.SIGNERS


async def test_what_is_gone_is_not_printed(database: Database, network: Network) -> None:
    printer = papers(database, Clock(), network)
    assert await printer.fetch("printed:7:en:00000000", LIMIT) is None
    assert await printer.fetch(name(database, "en"), 100) is None
