"""Saying whether one comes to an event, with how many colleagues, and changing that at any time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from markupsafe import Markup

from bot.actions import rsvps
from bot.actions.localized import read
from bot.actions.menu import in_every_language, main_menu
from bot.actions.rsvps import PARTY, Answer, Became
from bot.actions.standing import COMING, NOT_COMING, PERHAPS, answers, more
from bot.core.fields import Count
from bot.core.form import Form
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import number, zoned_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.events.finding import back, find, names_event, offer
from bot.handlers.leaving import remind
from bot.turn import Turn
from storage.events import Event, EventState, Reply, Rsvp
from storage.rsvps import rsvp_of, waiting_list

router = Router()

REPLIES: Final = {"yes": Reply.YES, "no": Reply.NO, "maybe": Reply.MAYBE}

WORDS: Final = {COMING: Reply.YES, NOT_COMING: Reply.NO, PERHAPS: Reply.MAYBE}


@router.button("rsvp")
def reply(turn: Turn, key: str, said: str, seats: str = "") -> None:
    event = find(turn, key)
    if event is not None and said in REPLIES and may_answer(turn):
        many = int(seats) if names_event(turn, seats) else 0
        answer(turn, event, REPLIES[said], many if 1 <= many <= PARTY else None)


def _names_seats(turn: Turn, rest: str) -> bool:
    """Whether this can be the number of an event, maybe with that of seats behind it."""
    parts = rest.split()
    return 1 <= len(parts) <= 2 and all(names_event(turn, part) for part in parts)  # noqa: PLR2004 - the event, the seats


def _by_word(said: Reply) -> Callable[[Turn], None]:
    """With the event's number behind the word, and that of seats; without, the events come first."""

    def by_word(turn: Turn) -> None:
        if turn.payload:
            event, *seats = turn.payload.split()
            reply(turn, event, said, *seats)
        else:
            offer(turn)

    return by_word


for each_word, each_reply in WORDS.items():
    router.words(*in_every_language(each_word), rest=_names_seats)(_by_word(each_reply))


def _how_many(turn: Turn, answers: Any) -> Markup:  # noqa: ANN401 - the form's
    event = turn.session.get_one(Event, answers["event"])
    asked = _("How many of you will come to “{title}”, you among them? Please write a number up to {most}.")
    return asked.format(title=read(event, turn.language).title, most=PARTY)


seating: Final = Form("seating", Count("seats", _how_many, most=PARTY), review=False)


@router.button("seats")
def ask_seats(turn: Turn, key: str) -> None:
    event = find(turn, key)
    if event is None or not may_answer(turn):
        return
    if rsvps.answerable(turn.session, event, turn.now):
        turn.ask(seating, event=event.id)
    else:
        turn.say(_over(event), [back()])


@router.completed(seating)
def keep_seats(turn: Turn, answers: dict[str, Any]) -> None:
    event = find(turn, answers["event"])
    if event is not None:
        answer(turn, event, Reply.YES, answers["seats"])


def may_answer(turn: Turn) -> bool:
    """Whether we know who they are; else asks them to register."""
    if not turn.member.registered:
        turn.say(_("Please register first: it takes two minutes. Then we know who comes."),
                 main_menu(turn.session, turn.member))  # fmt: skip
    return turn.member.registered


def answer(turn: Turn, event: Event, said: Reply, seats: int | None = None) -> None:
    """Note it, and say what came of it."""
    found = rsvps.answer(turn.session, event.id, turn.member, said, turn.network, turn.now, seats)
    if found.became == Became.OVER:
        turn.say(_over(event), [back()])
        return
    remind(turn)
    turn.say(_words(turn, event, found), _steps(event, found))


def standing_words(turn: Turn, event: Event) -> list[Markup]:
    """What this person answered so far, as a line of the event's card; nothing where they did not."""
    rsvp = rsvp_of(turn.session, event.id, turn.member.id)
    if rsvp is None:
        return []
    match rsvp.reply:
        case Reply.YES:
            lines = [_("You come."), _seats_words(rsvp)] if rsvp.seats > 1 else [_("You come.")]
        case Reply.NO:
            lines = [_("You said that you cannot come.")]
        case Reply.MAYBE:
            lines = [_("You said that you may come.")]
        case Reply.OFFERED:
            until = zoned_words(rsvp.offered_until, turn.network.zone) if rsvp.offered_until else ""
            lines = [_("A seat is kept for you until {until}.").format(until=until)]
        case _:
            place = [each.member_id for each in waiting_list(turn.session, event.id)].index(turn.member.id) + 1
            lines = [_("You are number {place} in the waiting list.").format(place=number(place))]
    return [Markup("<i>{}</i>").format(Markup(" ").join(lines))]


def _words(turn: Turn, event: Event, found: Answer) -> Markup:
    title = read(event, turn.language).title
    moment = zoned_words(event.starts_at, turn.network.zone) if event.starts_at else ""
    lines = [_(_SAID[found.became]).format(title=title, moment=moment)]
    rsvp = found.rsvp
    if found.became == Became.COMING and rsvp is not None and rsvp.seats > 1:
        lines.append(_seats_words(rsvp))
    if found.became == Became.WAITING:
        place = _("You are number {place} in the waiting list. We write to you as soon as a seat is free.")
        lines.append(place.format(place=number(found.before + 1)))
    if found.became in {Became.WAITING, Became.KEPT} and found.room and rsvp is not None and found.room < PARTY:
        room = ngettext("{n} seat is there for you.", "{n} seats are there for you.", found.room)
        lines.append(room.format(n=number(found.room)))
    if found.became == Became.NEVER and found.room is not None:
        seats = ngettext("It has {n} seat in all.", "It has {n} seats in all.", found.room)
        lines.append(seats.format(n=number(found.room)))
    return Markup("\n").join(lines)


_SAID: Final = {
    Became.COMING: N_("Good, you come to “{title}”, {moment}."),
    Became.NOT_COMING: N_("Noted: you do not come to “{title}”. If that changes, just answer again."),
    Became.PERHAPS: N_("Noted: you may come to “{title}”, {moment}. Please tell us once you know."),
    Became.WAITING: N_("All seats at “{title}” are taken, or not enough are left for all of you."),
    Became.KEPT: N_("There is no room for so many at “{title}”, so nothing was changed."),
    Became.NEVER: N_("So many do not fit into “{title}”."),
}


def _seats_words(rsvp: Rsvp) -> Markup:
    return ngettext("{n} seat is yours.", "{n} seats are yours.", rsvp.seats).format(n=number(rsvp.seats))


def _steps(event: Event, found: Answer) -> list[Option]:
    """What one may want next; three, so that they can be tapped on any phone."""
    yes, no, _perhaps = answers(event.id)
    match found.became:
        case Became.COMING:
            return [seats(event), calendar(event), no]
        case Became.WAITING:
            return [seats(event), _leaving_list(no)]
        case Became.KEPT | Became.NEVER:
            return [seats(event), more(event.id)]
        case Became.PERHAPS:
            return [yes, no, more(event.id)]
        case _:
            return [yes, more(event.id)]


def seats(event: Event) -> Option:
    return Option(f"seats:{event.id}", _("Number of seats").unescape())


def calendar(event: Event) -> Option:
    return Option(f"calendar:{event.id}", _("For my calendar").unescape())


def _leaving_list(no: Option) -> Option:
    return Option(no.id, _("Leave the list").unescape(), word=no.word)


def _over(event: Event) -> Markup:
    """Why nobody can answer any more."""
    if event.state == EventState.CANCELLED:
        return _("This event was cancelled.")
    if event.state == EventState.CHOOSING:
        return _("Its time is not decided yet. We write to you when it is.")
    return _("This event has begun already, so the list is closed.")
