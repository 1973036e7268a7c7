"""/unreachable: members whom no message reaches, by reason, by name, and as a file."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from bot.actions import rights, unreachable
from bot.actions.addresses import label
from bot.actions.menu import word_of
from bot.actions.spreadsheets import CSV, MIMES, XLSX
from bot.actions.staff import named
from bot.core.i18n import _
from bot.core.locale import number, short_date
from bot.core.messages import Attachment, Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.staff import record
from storage.unreachable import Unreachable, unreachable_people
from storage.unreachable import unreachable as count

router = Router()

PAGE: Final = 10
"""Names in one message."""


@router.command("unreachable", words=[word_of("unreachable")], allowed=rights.runs)
def show(turn: Turn) -> None:
    _reasons(turn, edit=False)


@router.button("unreachable", allowed=rights.runs)
def look(turn: Turn, reason: str = "", after: str = "", *_rest: str) -> None:
    """The reasons, or the names behind one of them."""
    reasons = count(turn.session)
    if reason in reasons:
        _names(turn, reason, reasons[reason], number_of(after))
    else:
        _reasons(turn, edit=turn.inbound.tap[:1].isdecimal())


@router.button("unreachable_file", allowed=rights.runs)
def file(turn: Turn, kind: str = CSV, *_rest: str) -> None:
    kind = XLSX if kind == XLSX else CSV
    stored = unreachable.write(turn.session, turn.network, turn.channels, turn.files, kind)
    record(turn.session, turn.now, turn.member.id, "unreachable.file")
    turn.say(
        _("Everybody who cannot be reached, and how else they may be. Please keep the names to yourself."),
        attachment=Attachment("document", stored, f"unreachable.{kind}", MIMES[kind]),
    )


def _reasons(turn: Turn, *, edit: bool) -> None:
    reasons = count(turn.session)
    if not reasons:
        turn.say(_("Every member can be reached."), edit=edit)
        return
    lines = [
        *unreachable.count_words(reasons),
        _("As soon as one of them writes to us, they get messages again."),
    ]
    options = [
        Option(f"unreachable:{reason}", f"{unreachable.why(reason).unescape()}: {number(rows)}")
        for reason, rows in reasons.items()
    ]
    files = [
        Option(f"unreachable_file:{CSV}", _("All of them as CSV").unescape()),
        Option(f"unreachable_file:{XLSX}", _("All of them for Excel").unescape()),
    ]
    turn.say(Markup("\n").join(lines), [*options, *files], edit=edit)


def _names(turn: Turn, reason: str, rows: int, after: int) -> None:
    found = unreachable_people(turn.session, reason, after, PAGE + 1)
    shown, more = found[:PAGE], found[PAGE:]
    lines = [Markup("<b>{}: {}</b>").format(unreachable.why(reason), number(rows))]
    lines += [_line(turn, each) for each in shown]
    options: list[Option] = []
    if more:
        options.append(Option(f"unreachable:{reason}:{shown[-1].member_id}", _("More names").unescape()))
    options.append(Option("unreachable", _("All reasons").unescape()))
    turn.say(Markup("\n").join(lines), options, edit=True)


def _line(turn: Turn, each: Unreachable) -> Markup:
    """Who it is and how else they may be reached."""
    name = named(each.name, each.organisation) or _("member {number}").format(number=each.member_id)
    last = each.last_inbound_at
    about = [label(turn.channels, each.channel), each.phone, each.email]
    if last is not None:
        about.append(_("last heard of on {day}").format(day=short_date(last.astimezone(turn.network.zone).date())))
    return Markup("{} · {}").format(name, Markup(", ").join(part for part in about if part))
