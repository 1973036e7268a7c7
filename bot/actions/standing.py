"""What can be done with a call, an event, a survey… right under any message that speaks of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from bot.actions.ballots import Ballot, ballot_of, standing_choices
from bot.core.i18n import N_, _, current, ngettext
from bot.core.locale import number
from bot.core.messages import Option
from storage.broadcasts import BroadcastKind
from storage.calls import Call, CallState
from storage.declarations import Declaration, DeclarationState
from storage.events import Event, EventState
from storage.newsletters import Newsletter
from storage.surveys import Survey, SurveyState


class About(NamedTuple):
    """What a message speaks of, as `Newsletter.about`: "" for news.

    Attributes:
        open: something can still be done with it.
        ballot: what is voted on right there.
    """

    what: str = ""
    id: int = 0
    open: bool = False
    ballot: Ballot | None = None


NEWS = About()

_OPEN: Final[Mapping[str, Collection[str]]] = {
    "call": {CallState.OPEN},
    "event": {EventState.OPEN},
    "time": {EventState.CHOOSING},
    "feedback": {EventState.OPEN, EventState.OVER},
    "survey": {SurveyState.OPEN},
    "results": {SurveyState.CLOSED},
    "sign": {DeclarationState.OPEN},
}

_ROWS: Final = {
    "call": Call,
    "survey": Survey,
    "results": Survey,
    "sign": Declaration,
}
"""Everything else speaks of an event."""

COMING: Final = N_("COMING")
NOT_COMING: Final = N_("NOT COMING")
PERHAPS: Final = N_("MAYBE COMING")
EVENT: Final = N_("EVENT")
HERE: Final = N_("HERE")
TIMES: Final = N_("TIMES")
RATE: Final = N_("RATE")
SAVE: Final = N_("SAVE")
LET_GO: Final = N_("LET GO")
REMIND: Final = N_("REMIND")
NOT_FOR_US: Final = N_("NOT FOR US")
SHARE: Final = N_("SHARE")
ASK: Final = N_("ASK")
SURVEY: Final = N_("SURVEY")
RESULTS: Final = N_("RESULTS")
SIGN: Final = N_("SIGN")
"""What is typed, with the number of the event, the call or whatever it is behind it, where there are no buttons."""

RATINGS: Final = (
    N_("1: not useful"),
    N_("2: of little use"),
    N_("3: fair"),
    N_("4: useful"),
    N_("5: very useful"),
)

DOOR: Final = timedelta(hours=3)
"""So long before an event one can say that one is there: a reminder then offers it."""


def drafted(newsletter: Newsletter) -> About:
    """What it will speak of once it is sent."""
    return About(newsletter.about, newsletter.about_id or 0, open=True) if newsletter.about else NEWS


def written_in(session: Session, newsletter: Newsletter) -> Collection[str]:
    """The languages it was written in: of a call, an event… its `texts` are cards for readers of every language."""
    if newsletter.about not in _OPEN:
        return newsletter.texts
    found = session.get(_ROWS.get(newsletter.about, Event), newsletter.about_id)
    return found.titles if isinstance(found, Call | Event | Survey | Declaration) else newsletter.texts


def about_of(session: Session, newsletter: Newsletter, kind: str = BroadcastKind.NEWSLETTER) -> About:
    """What the newsletter speaks of, as it is at this moment."""
    open_states = dict(_OPEN)
    if kind in (BroadcastKind.NEWSLETTER, BroadcastKind.CORRECTION):  # it is published by this, or is a moment later
        open_states = {what: {"draft", *states} for what, states in open_states.items()}
    if newsletter.about not in open_states:
        return NEWS
    found = session.get(_ROWS.get(newsletter.about, Event), newsletter.about_id)
    state = found.state if isinstance(found, Call | Event | Survey | Declaration) else ""
    about = drafted(newsletter)._replace(open=state in open_states[newsletter.about])
    if about.what == "survey" and kind != BroadcastKind.REMINDER:
        return about._replace(ballot=ballot_of(session, newsletter))
    starts_at = found.starts_at if isinstance(found, Event) else None
    if kind == BroadcastKind.REMINDER and starts_at and starts_at - newsletter.created_at < DOOR:
        return about._replace(what="door")
    saved = about.what == "call" and kind in (BroadcastKind.REMINDER, BroadcastKind.NOTICE)
    return about._replace(what="saved") if saved else about


def standing(about: About) -> tuple[Option, ...]:
    """In the language being spoken; nothing once it is over."""
    if about.what == "survey" and about.open:
        choices = standing_choices(about.ballot, current()) if about.ballot else ()
        return choices or (answer(about.id),)
    offered = _OFFERED.get(about.what) if about.open else None
    return () if offered is None else offered(about.id)


def _of_call(call_id: int) -> tuple[Option, ...]:
    return (
        save(call_id),
        remind(call_id),
        _option(f"not_for_us:{call_id}", N_("Not for us"), NOT_FOR_US, call_id),
        *_share_and_ask(call_id),
    )


def _of_saved(call_id: int) -> tuple[Option, ...]:
    return (let_go(call_id), remind(call_id), *_share_and_ask(call_id))


def _share_and_ask(call_id: int) -> tuple[Option, ...]:
    return (
        _option(f"share:{call_id}", N_("Share"), SHARE, call_id),
        _option(f"ask:{call_id}", N_("Ask"), ASK, call_id),
    )


def _of_event(event_id: int) -> tuple[Option, ...]:
    return (*answers(event_id), more(event_id))


def _at_door(event_id: int) -> tuple[Option, ...]:
    return (here(event_id), answers(event_id)[1], more(event_id))


def _of_times(event_id: int) -> tuple[Option, ...]:
    return (_option(f"times:{event_id}", N_("Choose times"), TIMES, event_id),)


def _of_feedback(event_id: int) -> tuple[Option, ...]:
    return tuple(
        _option(f"rate:{event_id}:{rating}", label, RATE, event_id, rating) for rating, label in enumerate(RATINGS, 1)
    )


_OFFERED: Final[Mapping[str, Callable[[int], tuple[Option, ...]]]] = {
    "call": _of_call,
    "saved": _of_saved,
    "event": _of_event,
    "door": _at_door,
    "time": _of_times,
    "feedback": _of_feedback,
    "results": lambda survey_id: (_option(f"results:{survey_id}", N_("Pictures"), RESULTS, survey_id),),
    "sign": lambda declaration_id: (sign(declaration_id),),
}


def save(call_id: int) -> Option:
    return _option(f"save:{call_id}", N_("Save"), SAVE, call_id)


def let_go(call_id: int) -> Option:
    """It is not saved any more."""
    return _option(f"let_go:{call_id}", N_("Remove from saved"), LET_GO, call_id)


def remind(call_id: int) -> Option:
    """At a moment of one's own."""
    return _option(f"remind:{call_id}", N_("Remind me"), REMIND, call_id)


def answers(event_id: int) -> tuple[Option, Option, Option]:
    """Whether one comes."""
    return (
        _option(f"rsvp:{event_id}:yes", N_("I will come"), COMING, event_id),
        _option(f"rsvp:{event_id}:no", N_("I cannot come"), NOT_COMING, event_id),
        _option(f"rsvp:{event_id}:maybe", N_("Maybe"), PERHAPS, event_id),
    )


def fewer(event_id: int, seats: int) -> Option:
    """One comes with fewer than one wanted to, for there are no more."""
    label = ngettext("Take {n} seat", "Take {n} seats", seats).format(n=number(seats)).unescape()
    typed = " ".join([_(COMING).unescape(), str(event_id), str(seats)])
    return Option(f"rsvp:{event_id}:yes:{seats}", label, word=typed)


def here(event_id: int) -> Option:
    """One is there."""
    return _option(f"here:{event_id}", N_("I am here"), HERE, event_id)


def more(event_id: int) -> Option:
    """Leads to the card."""
    return _option(f"event:{event_id}", N_("More about it"), EVENT, event_id)


def answer(survey_id: int) -> Option:
    """Begins a survey, or goes on with it."""
    return _option(f"survey:{survey_id}", N_("Answer"), SURVEY, survey_id)


def sign(declaration_id: int) -> Option:
    """Leads to a declaration's text, and to signing it."""
    return _option(f"sign:{declaration_id}", N_("Read and sign"), SIGN, declaration_id)


def _option(key: str, label: str, word: str, *numbers: int) -> Option:
    typed = " ".join([_(word).unescape(), *map(str, numbers)])
    return Option(key, _(label).unescape(), word=typed)
