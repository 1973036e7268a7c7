"""The report of a broadcast as a table to open in Excel: every member it went to, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import addresses
from bot.actions.fates import reason_words
from bot.actions.kinds import fate_words
from bot.actions.spreadsheets import CSV, MIMES, XLSX, Cell, as_csv, as_xlsx
from bot.core.channel import Channel
from bot.core.i18n import N_, _, speaking
from bot.core.locale import language_name
from bot.network import Network
from storage.broadcasts import Broadcast
from storage.files import Files
from storage.members import Member
from storage.organisations import Organisation
from storage.outbox import OutboxRow

__all__ = ["CSV", "MIMES", "MOST", "XLSX", "write"]

HEADER: Final = (
    N_("Organisation"),
    N_("Name"),
    N_("Language"),
    N_("Channel"),
    N_("What became of it"),
    N_("Why"),
    N_("When"),
)

MOST: Final = 20_000
"""Rows of a workbook that is written while somebody waits for it: a second's work."""

_ROWS: Final = 1000
"""Rows read at a time."""


def write(
    session: Session,
    broadcast: Broadcast,
    network: Network,
    channels: Mapping[str, Channel],
    files: Files,
    kind: str = CSV,
) -> str:
    """Store the table in the author's language; returns the name of the file. Only reads from the database.

    Args:
        kind: CSV or XLSX.
    """
    author = session.get(Member, broadcast.author_id) if broadcast.author_id else None
    language = network.languages[0] if author is None else author.language
    with speaking(language):
        header = [_(title).unescape() for title in HEADER]
        rows = _rows(session, broadcast, network, channels)
        if kind == XLSX:
            return files.write(as_xlsx(header, rows, _("Report").unescape()))
        return files.write(as_csv(header, rows, language))


def _rows(
    session: Session, broadcast: Broadcast, network: Network, channels: Mapping[str, Channel]
) -> Iterator[tuple[Cell, ...]]:
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
        .order_by(OutboxRow.member_id, OutboxRow.id)  # as an index has them: a million are not sorted
    )
    language_words = cache(language_name)
    state = cache(lambda fate: fate_words(broadcast.kind, fate).unescape())
    reason = cache(lambda fate, why: reason_words(fate, why).unescape())
    for organisation, name, language, channel, fate, why, settled_at in session.execute(
        rows.execution_options(yield_per=_ROWS)
    ):
        yield (
            organisation,
            name,
            language_words(language),
            addresses.label(channels, channel),
            state(fate),
            reason(fate, why),
            settled_at.astimezone(network.zone).replace(tzinfo=None) if settled_at else None,
        )
