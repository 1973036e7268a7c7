"""The report of a broadcast as a table to open in Excel: every member it went to, and what became of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from io import StringIO
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import addresses
from bot.actions.fates import reason_words, state_words
from bot.core.channel import Channel
from bot.core.i18n import N_, _, speaking
from bot.core.locale import language_name
from bot.network import Network
from storage.broadcasts import Broadcast
from storage.files import Files
from storage.members import Member
from storage.organisations import Organisation
from storage.outbox import OutboxRow

HEADER: Final = (
    N_("Organisation"),
    N_("Name"),
    N_("Language"),
    N_("Channel"),
    N_("What became of it"),
    N_("Why"),
    N_("When"),
)

_ROWS: Final = 1000
"""Rows read and written at a time."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula. https://owasp.org/www-community/attacks/CSV_Injection"""

_COMMAS: Final = {"en": ","}
"""Where numbers have a decimal comma, Excel expects semicolons between the cells."""


def write(
    session: Session, broadcast: Broadcast, network: Network, channels: Mapping[str, Channel], files: Files
) -> str:
    """Store the table in the author's language; returns the name of the file. Only reads from the database."""
    author = session.get(Member, broadcast.author_id) if broadcast.author_id else None
    language = network.languages[0] if author is None else author.language
    with speaking(language):
        return files.write(_chunks(session, broadcast, network, channels, _COMMAS.get(language, ";")))


def safe(cell: str) -> str:
    """The cell as text, also where a spreadsheet would run it as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _chunks(
    session: Session, broadcast: Broadcast, network: Network, channels: Mapping[str, Channel], between: str
) -> Iterator[bytes]:
    rows = (
        select(
            Organisation.name,
            Member.name,
            OutboxRow.language,
            OutboxRow.channel,
            OutboxRow.state,
            OutboxRow.reason,
            OutboxRow.settled_at,
        )
        .select_from(OutboxRow)
        .outerjoin(Member, Member.id == OutboxRow.member_id)
        .outerjoin(Organisation, Organisation.id == Member.organisation_id)
        .where(OutboxRow.broadcast_id == broadcast.id)
        .order_by(OutboxRow.id)
    )
    language_words, state, reason = cache(language_name), cache(state_words), cache(reason_words)
    written = StringIO()
    table = csv.writer(written, delimiter=between)
    written.write("\N{BYTE ORDER MARK}")
    table.writerow([_(title).unescape() for title in HEADER])
    for page in session.execute(rows.execution_options(yield_per=_ROWS)).partitions():
        for organisation, name, language, channel, fate, why, settled_at in page:
            cells = (
                organisation or "",
                name or "",
                language_words(language),
                addresses.label(channels, channel),
                state(fate).unescape(),
                reason(fate, why).unescape(),
                f"{settled_at.astimezone(network.zone):%Y-%m-%d %H:%M}" if settled_at else "",
            )
            table.writerow(map(safe, cells))
        yield written.getvalue().encode()
        written.seek(0)
        written.truncate()
    yield written.getvalue().encode()
