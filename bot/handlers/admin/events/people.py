"""Who comes to an event, by name; the same to take away; and what they thought of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from markupsafe import Markup

from bot.actions import attendance, rights, verdicts
from bot.actions.attendance import Group
from bot.actions.spreadsheets import CSV, MIMES, XLSX
from bot.actions.staff import named
from bot.core.i18n import _, ngettext
from bot.core.locale import number
from bot.core.messages import Attachment, Option
from bot.core.router import Router
from bot.handlers.admin.events import pages
from bot.turn import Turn
from storage.events import Answer, EventState

router = Router()

NAMED: Final = 40
"""Names shown of one answer; the whole list is in the file."""

PUBLISHED: Final = (EventState.OPEN, EventState.OVER, EventState.CANCELLED)


@router.button("event_people", allowed=rights.writes)
def people(turn: Turn, key: str = "", *_rest: str) -> None:
    """The list as it is at this moment."""
    event = pages.find(turn, key, *PUBLISHED)
    if event is None:
        return
    groups = attendance.groups(turn.session, event)
    parts = [_group(group) for group in groups] or [_("Nobody has answered yet.")]
    title = Markup("<b>{}</b>").format(pages.title(turn, event))
    again = Option(f"event_people:{event.id}", _("Look again").unescape())
    turn.say(Markup("\n\n").join([title, *parts]), [again, pages.back(event)], edit=True)


@router.button("event_excel", allowed=rights.writes)
def workbook(turn: Turn, key: str = "", *_rest: str) -> None:
    _export(turn, key, XLSX)


@router.button("event_csv", allowed=rights.writes)
def table(turn: Turn, key: str = "", *_rest: str) -> None:
    _export(turn, key, CSV)


@router.button("event_verdict", allowed=rights.writes)
def verdict(turn: Turn, key: str = "", *_rest: str) -> None:
    """What those who were there thought of it, without their names."""
    event = pages.find(turn, key, *PUBLISHED)
    if event is None:
        return
    found = verdicts.verdict(turn.session, event)
    answered = sum(found.ratings.values())
    lines = [Markup("<b>{}</b>").format(pages.title(turn, event))]
    if found.average is None:
        lines.append(_("Nobody has said yet what they thought of it."))
    else:
        heard = ngettext(
            "{answered} of {n} who was there answered.", "{answered} of {n} who were there answered.", found.asked
        )
        lines.append(heard.format(answered=number(answered), n=number(found.asked)))
        lines.append(_("On average: {average} of 5").format(average=number(round(found.average, 1))))
        lines += [
            Markup("{}: {}").format(rating, number(times))
            for rating, times in sorted(found.ratings.items(), reverse=True)
        ]
    if found.better:
        lines.append(_("What should be better:"))
        lines += [Markup("• {}").format(better) for better in found.better[-NAMED:]]
    turn.say(Markup("\n").join(lines), [pages.back(event)], edit=True)


def _export(turn: Turn, key: str, kind: str) -> None:
    event = pages.find(turn, key, *PUBLISHED)
    if event is None:
        return
    file = attendance.export(turn.session, event, turn.network, turn.files, turn.member, kind, turn.now)
    said = _("Everybody who answered, with how to reach them, and who was there. Please keep it to yourself.")
    name = f"event-{event.id}.{attendance.EXTENSIONS[kind]}"
    turn.say(said, attachment=Attachment("document", file, name, MIMES[kind]))


def _group(group: Group) -> Markup:
    heading = Markup("<b>{} ({})</b>").format(_(attendance.REPLIES[group.reply]), number(len(group.answers)))
    lines = chain([heading], _names(group.answers[:NAMED]))
    if len(group.answers) <= NAMED:
        return Markup("\n").join(lines)
    more = ngettext(
        "and {n} more; all are in the list for Excel",
        "and {n} more; all are in the list for Excel",
        len(group.answers) - NAMED,
    )
    return Markup("\n").join([*lines, more.format(n=number(len(group.answers) - NAMED))])


def _names(answers: list[Answer]) -> Iterator[Markup]:
    for answer in answers:
        called = called_of(answer)
        seats = f" ({number(answer.rsvp.seats)})" if answer.rsvp.seats > 1 else ""
        yield Markup("{} {}{}").format("✓" if answer.rsvp.attended_at else "•", called, seats)


def called_of(answer: Answer) -> str:
    """How the list calls them: "Leyla (Initiative)"."""
    known = named(answer.member.name, answer.organisation)
    return known or _("member {number}").format(number=answer.member.id).unescape()
