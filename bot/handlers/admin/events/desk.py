"""The page of an event that was published: how many come, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from markupsafe import Markup

from bot.actions import attendance, events, telling
from bot.actions.eventcards import fact_lines
from bot.core.i18n import _, ngettext
from bot.core.locale import number
from bot.core.messages import Option
from bot.handlers.admin.events import pages, sheet
from bot.turn import Turn
from storage.events import Event, EventState, Reply
from storage.rsvps import seats_taken

_HEADINGS: Final = {
    EventState.OPEN: lambda: _("Your event, published"),
    EventState.OVER: lambda: _("Your event, which is over"),
    EventState.CANCELLED: lambda: _("Your event, which was called off"),
}


def show(turn: Turn, event: Event, *, edit: bool = False) -> None:
    paragraphs = [
        Markup("<b>{}</b>\n{}").format(_HEADINGS[EventState(event.state)](), pages.title(turn, event)),
        Markup("\n").join(fact_lines(event, turn.language, turn.network)),
        Markup("\n").join(count_lines(turn, event)),
        _door(event),
    ]
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, event), edit=edit)


def count_lines(turn: Turn, event: Event) -> Iterator[Markup]:
    """How many answered what, and how many were there."""
    groups = attendance.groups(turn.session, event)
    if not groups:
        yield _("Nobody has answered yet.")
    for reply, answers, seats in groups:
        said = Markup("{}: {}").format(_(attendance.REPLIES[reply]), number(len(answers)))
        if reply not in {Reply.NO, Reply.MAYBE} and seats != len(answers):
            wanted = ngettext("{n} seat", "{n} seats", seats).format(n=number(seats))
            said = Markup("{} ({})").format(said, wanted)
        yield said
    if event.capacity is not None and event.state == EventState.OPEN:
        free = max(0, event.capacity - seats_taken(turn.session, event.id))
        yield _("Free seats: {free} of {capacity}").format(free=number(free), capacity=number(event.capacity))
    there = attendance.present(list(chain.from_iterable(group.answers for group in groups)))
    if there:
        yield _("Were there: {n}").format(n=number(len(there)))


def _door(event: Event) -> Markup:
    if event.state != EventState.OPEN:
        return Markup()
    said = _("Door code: {code}. Say it at the door on the day: whoever writes it to me is noted as present.")
    return said.format(code=Markup("<b>{}</b>").format(event.code))


def _options(turn: Turn, event: Event) -> list[Option]:
    steps = {"event_people": _("Who comes"), "event_excel": _("List for Excel"), "event_csv": _("List as CSV")}
    if event.starts_at is not None and event.starts_at - attendance.FIRST <= turn.now:
        steps = {"event_tick": _("Tick who is there"), **steps}
    if event.state == EventState.OVER:
        steps["event_verdict"] = _("What they thought of it")
    if event.state == EventState.OPEN:
        steps |= {"event_move": _("Change when or where"), "event_off": _("Call it off")}
    fields: list[Option] = []
    if event.state == EventState.OPEN:
        fields += sheet.SHEET.options(event, ["capacity"])
        fields += [] if pages.agreed(turn, event) else sheet.word_options(turn, event)
    published = telling.publications(turn.session, events.EVENT, event.id)
    return [
        *(Option(f"{step}:{event.id}", label.unescape()) for step, label in steps.items()),
        *fields,
        *(Option(f"broadcast:{each.id}", _("How it was sent").unescape()) for each in published[:1]),
    ]
