"""Finding a time together: the times are offered, members say which suit them, and one is picked."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import choosing, events, newsletters, rights
from bot.actions.choosing import Suits
from bot.actions.newsletters import Plan
from bot.actions.staff import person_words
from bot.core.fields import Answers, Moment
from bot.core.form import Form
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import listing, moment_words, number, short_date, zoned_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import confirming, preview
from bot.handlers.admin.drafts import number_of
from bot.handlers.admin.events import fields, pages, sheet
from bot.turn import Turn
from storage.events import Event, EventState, ProposedTime
from storage.rsvps import times_of

router = Router()

NAMED: Final = 10
"""Names shown after a time."""

TIME: Final = Form(
    "event_time",
    Moment("starts_at", N_("When could it begin?"), clock=fields.clock,
           hint=N_("Write a day and an hour, such as {day} 15:00, tomorrow 9:00, or Friday 14:30.")),
    review=False,
)  # fmt: skip


@router.button("event_times", allowed=rights.writes)
def offered(turn: Turn, key: str = "", *_rest: str) -> None:
    """The times there are to choose from, before anybody is asked."""
    event = pages.find(turn, key, EventState.DRAFT)
    if event is not None:
        _show_offered(turn, event, edit=True)


@router.button("event_time_add", allowed=rights.writes)
def ask_time(turn: Turn, key: str = "", *_rest: str) -> None:
    event = pages.find(turn, key, EventState.DRAFT)
    if event is not None:
        turn.ask(TIME, it=event.id)


@router.completed(TIME, allowed=rights.writes)
def keep_time(turn: Turn, answers: dict[str, Any]) -> None:
    event = pages.find(turn, answers["it"], EventState.DRAFT)
    if event is None:
        return
    if not choosing.offer(turn.session, event, answers["starts_at"], turn.member, turn.now):
        turn.preface(_("This time is among them already, or there are enough to choose from."))
    _show_offered(turn, event)


@router.cancelled(TIME)
def leave(turn: Turn, answers: Answers) -> None:
    event = pages.find(turn, answers["it"], EventState.DRAFT)
    if event is not None:
        _show_offered(turn, event)


@router.button("event_time_drop", allowed=rights.writes)
def drop(turn: Turn, key: str = "", time: str = "", *_rest: str) -> None:
    event = pages.find(turn, key, EventState.DRAFT)
    if event is not None:
        choosing.withdraw(turn.session, event, number_of(time), turn.member, turn.now)
        _show_offered(turn, event, edit=True)


@router.button("event_time_look", allowed=rights.writes)
def look(turn: Turn, key: str = "", *_rest: str) -> None:
    """The question as every language and channel will show it."""
    event = pages.find(turn, key, EventState.DRAFT)
    if event is not None:
        newsletter = events.publication(turn.session, event, events.TIME, turn.member, turn.network, turn.now)
        preview.preview(turn, str(newsletter.id))


def of_question(turn: Turn, plan: Plan, edit: bool) -> None:
    """Where the question, not sent yet, leads back to."""
    event = pages.find(turn, plan.newsletter.about_id)
    if event is not None and event.state == EventState.DRAFT and event.starts_at is None:
        _show_offered(turn, event, edit=edit)
    elif event is not None:
        pages.show(turn, event, edit=edit)


@router.button("event_time_ask", allowed=rights.writes)
def publish(turn: Turn, key: str = "", *_rest: str) -> None:
    """Hand the question over to the road every newsletter takes."""
    event = pages.find(turn, key, EventState.DRAFT)
    if event is None:
        return
    found = times_of(turn.session, event.id)
    if len(found) < choosing.FEWEST or found[0].starts_at <= turn.now:
        few = _("Please offer at least two times, all of them to come.")
        turn.preface(few)
        _show_offered(turn, event)
        return
    newsletter = events.publication(turn.session, event, events.TIME, turn.member, turn.network, turn.now)
    plan = newsletters.plan(turn.session, newsletter, turn.member, turn.network)
    if confirming.ready(turn, plan):
        confirming.show(turn, plan)


def show_result(turn: Turn, event: Event, *, edit: bool = False) -> None:
    """What suits how many, and whom."""
    found = choosing.result(turn.session, event.id)
    answered = len({member for each in found for member in each.members})
    said = ngettext("{n} member has said what suits them.", "{n} members have said what suits them.", answered)
    paragraphs = [
        Markup("<b>{}</b>\n{}").format(_("A time is being found"), pages.title(turn, event)),
        said.format(n=number(answered)),
        *(_suits(turn, each) for each in found),
        _("Pick one, and everybody who answered is told. After that you publish the event itself."),
    ]
    picks = [
        Option(f"event_time_pick:{event.id}:{each.time.id}", _label(turn, each.time))
        for each in sorted(found, key=lambda each: -len(each.members))
        if each.time.starts_at > turn.now
    ]
    again = Option(f"event_page:{event.id}", _("Look again").unescape())
    off = Option(f"event_off:{event.id}", _("Call it off").unescape())
    turn.say(Markup("\n\n").join(paragraphs), [*picks, again, *sheet.word_options(turn, event), off], edit=edit)


@router.button("event_time_pick", allowed=rights.writes)
def pick(turn: Turn, key: str = "", time: str = "", sure: str = "", *_rest: str) -> None:
    event = pages.find(turn, key, EventState.CHOOSING)
    if event is None:
        return
    chosen = next((each for each in times_of(turn.session, event.id) if each.id == number_of(time)), None)
    if chosen is None or chosen.starts_at <= turn.now:
        turn.preface(_("That moment is over already."))
        show_result(turn, event)
    elif sure:
        choosing.pick(turn.session, event, chosen, turn.member, turn.network, turn.now)
        turn.preface(_("Whoever marked a time is told. Complete the event, and publish it."))
        pages.show(turn, event)
    else:
        question = _("Shall it be on {moment}?").format(moment=zoned_words(chosen.starts_at, turn.network.zone))
        yes = Option(f"event_time_pick:{event.id}:{chosen.id}:1", _("Yes, take this time").unescape())
        turn.say(question, [yes, pages.back(event)], edit=True)


def _show_offered(turn: Turn, event: Event, *, edit: bool = False) -> None:
    found = times_of(turn.session, event.id)
    paragraphs = [
        Markup("<b>{}</b>").format(pages.title(turn, event)),
        _("Offer two times or more. Members mark what suits them, and you pick one."),
        Markup("\n").join(Markup("• {}").format(zoned_words(time.starts_at, turn.network.zone)) for time in found),
    ]
    drops = [Option(f"event_time_drop:{event.id}:{time.id}", _dropping(turn, time)) for time in found]
    steps = {"event_time_add": _("Add a time")} if len(found) < choosing.MOST else {}
    if len(found) >= choosing.FEWEST:
        steps |= {"event_time_look": _("Preview"), "event_time_ask": _("Ask the members")}
    options = [Option(f"{step}:{event.id}", label.unescape()) for step, label in steps.items()]
    text = Markup("\n\n").join(part for part in paragraphs if part)
    turn.say(text, [*options, *drops, pages.back(event)], edit=edit)


def _suits(turn: Turn, each: Suits) -> Markup:
    count = ngettext("{n} member", "{n} members", len(each.members)).format(n=number(len(each.members)))
    names = [person_words(turn.session, member) for member in each.members[:NAMED]]
    if len(each.members) > NAMED:
        names.append(_("{n} more").format(n=number(len(each.members) - NAMED)))
    line = Markup("<b>{}</b>: {}").format(moment_words(each.time.starts_at, turn.network.zone), count)
    return Markup("\n").join([line, listing(names)]) if names else line


def _label(turn: Turn, time: ProposedTime) -> str:
    """Short enough for a button: "25 Nov 2026, 14:00"."""
    local = time.starts_at.astimezone(turn.network.zone)
    return f"{short_date(local.date())}, {local:%H:%M}"


def _dropping(turn: Turn, time: ProposedTime) -> str:
    return _("Not: {time}").format(time=_label(turn, time)).unescape()
