"""Finding a time together: several are offered, and everybody marks those that suit them."""

from __future__ import annotations

from markupsafe import Markup

from bot.actions import times
from bot.actions.eventcards import card
from bot.actions.menu import in_every_language
from bot.actions.standing import TIMES
from bot.core.i18n import _
from bot.core.locale import moment_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.events.finding import find, names_event, offer, titled
from bot.handlers.events.rsvp import may_answer
from bot.turn import Turn
from storage.events import Event, EventState, ProposedTime
from storage.rsvps import marked_by, times_of

router = Router()


@router.words(*in_every_language(TIMES), rest=names_event)
def show_by_word(turn: Turn) -> None:
    if turn.payload:
        show(turn, turn.payload)
    else:
        offer(turn)


@router.button("times")
def show(turn: Turn, key: str) -> None:
    """The times as toggles."""
    event = find(turn, key)
    if event is None or not may_answer(turn):
        return
    if event.state != EventState.CHOOSING:
        found = [] if event.state == EventState.CANCELLED else [_("The time is found. This is what it has become:")]
        text = Markup("\n\n").join([*found, card(event, turn.language, turn.network)])
        turn.say(text, [Option(f"event:{event.id}", _("More about it").unescape())])
        return
    _offer(turn, event)


@router.button("time")
def toggle(turn: Turn, key: str) -> None:
    time = turn.session.get(ProposedTime, int(key)) if names_event(turn, key) else None
    event = None if time is None else turn.session.get_one(Event, time.event_id)
    if time is None or event is None or event.state != EventState.CHOOSING:
        turn.say(_("The times were changed, or one was picked already."))
    elif may_answer(turn):
        times.toggle(turn.session, time, turn.member)
        turn.said.clear()  # "1 3" toggles twice, and the last screen shows both
        _offer(turn, event, edit=True)


def _offer(turn: Turn, event: Event, *, edit: bool = False) -> None:
    proposed = times_of(turn.session, event.id)
    mine = marked_by(turn.session, turn.member.id, [time.id for time in proposed])
    options = [
        Option(f"time:{time.id}", moment_words(time.starts_at, turn.network.zone), chosen=time.id in mine)
        for time in proposed
    ]
    asked = _("Which of these suit you? Those with a tick do, and you can change it until one is picked.")
    heading = Markup("<b>{}</b>").format(titled(turn, event))
    turn.say(Markup("\n").join([heading, asked]), options, edit=edit, several=True)
