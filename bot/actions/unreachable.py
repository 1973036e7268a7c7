"""Members whom no message reaches, for those who run the network: counted, as a file, and once a month unasked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import addresses
from bot.actions.fates import reason_words
from bot.actions.messages import tell
from bot.actions.rights import RUNNING
from bot.actions.spreadsheets import CSV, XLSX, Cell, as_csv, as_xlsx
from bot.core.channel import Channel
from bot.core.i18n import N_, _, current, ngettext, speaking
from bot.core.locale import number
from bot.core.messages import Option, Outbound
from bot.network import Network
from storage.facts import recall, remember
from storage.files import Files
from storage.members import Member
from storage.outbox import OutboxState
from storage.staff import staff_of
from storage.unreachable import everybody_unreachable, unreachable

HEADER: Final = (
    N_("Organisation"),
    N_("Name"),
    N_("Job"),
    N_("Phone"),
    N_("E-mail"),
    N_("Channel"),
    N_("Why"),
    N_("Last heard of"),
)

HOUR: Final = 10
"""Of the first day of a month, in the network's zone: when its list is due."""

LATEST: Final = 7
"""The last day of the month on which it is still sent, by a program that was away on the first."""

_TOLD: Final = "unreachable.month"


def why(reason: str) -> Markup:
    return reason_words(OutboxState.REFUSED, reason)


def count_words(reasons: Mapping[str, int]) -> list[Markup]:
    """How many there are, then how many for each reason."""
    total = sum(reasons.values())
    all_ = ngettext("{n} member cannot be reached.", "{n} members cannot be reached.", total).format(n=number(total))
    return [Markup("<b>{}</b>").format(all_)] + [
        Markup("{}: {}").format(why(reason), number(rows)) for reason, rows in reasons.items()
    ]


def write(session: Session, network: Network, channels: Mapping[str, Channel], files: Files, kind: str = CSV) -> str:
    """Store the list in the language being spoken; returns the name of the file.

    Args:
        kind: CSV or XLSX.
    """
    header = [_(title).unescape() for title in HEADER]
    rows = _rows(session, network, channels)
    if kind == XLSX:
        return files.write(as_xlsx(header, rows, _("Unreachable").unescape()))
    return files.write(as_csv(header, rows, current()))


def due(session: Session, network: Network, now: datetime) -> str:
    """The month whose list is due, "2026-11"; "" when none is."""
    local = now.astimezone(network.zone)
    first = local.replace(day=1, hour=HOUR, minute=0, second=0, microsecond=0)
    month = f"{local:%Y-%m}"
    in_time = first <= local < first.replace(hour=0) + timedelta(days=LATEST)
    return month if in_time and recall(session, _TOLD).get("month") != month else ""


def tell_monthly(session: Session, network: Network, now: datetime) -> bool:
    """Tell those who run the network who cannot be reached, if anybody; once a month. Whether anybody was told."""
    month = due(session, network, now)
    if not month:
        return False
    remember(session, _TOLD, {"month": month})
    reasons = unreachable(session)
    if not reasons:
        return False
    told = [
        tell(
            session,
            each.member_id,
            _monthly(session, each.member_id, reasons),
            f"{_TOLD}:{month}:{each.member_id}",
            now,
        )
        for each in staff_of(session, *RUNNING)
    ]
    return any(told)


def _monthly(session: Session, member_id: int, reasons: Mapping[str, int]) -> Outbound:
    language = session.get_one(Member, member_id).language
    with speaking(language):
        lines = [
            *count_words(reasons),
            _("They get no messages until they write to us again. Maybe you can reach them some other way."),
        ]
        options = (Option("unreachable", _("Who they are").unescape(), word=_("Unreachable").unescape()),)
        return Outbound(Markup("\n").join(lines), options, language=language)


def _rows(session: Session, network: Network, channels: Mapping[str, Channel]) -> Iterator[tuple[Cell, ...]]:
    for each in everybody_unreachable(session):
        last = each.last_inbound_at
        yield (
            each.organisation,
            each.name,
            each.role,
            each.phone,
            each.email,
            addresses.label(channels, each.channel),
            why(each.reason).unescape(),
            last.astimezone(network.zone).replace(tzinfo=None) if last else None,
        )
