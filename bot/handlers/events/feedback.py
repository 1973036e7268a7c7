"""After an event: how useful it was, in one tap, and what should be better, in one line."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import feedback
from bot.actions.localized import read
from bot.actions.menu import in_every_language
from bot.actions.standing import RATE, RATINGS
from bot.core.fields import Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.router import Router
from bot.handlers.events.finding import find, names_event, offer
from bot.turn import Turn
from storage.events import Event

router = Router()


def _what_better(turn: Turn, answers: Any) -> Markup:  # noqa: ANN401 - the form's
    event = turn.session.get_one(Event, answers["event"])
    asked = _("What should be better next time? A line is enough.")
    return Markup("{} {}").format(_("Noted for “{title}”, thank you.").format(title=_title(turn, event)), asked)


improving: Final = Form(
    "improving",
    Text("better", _what_better, longest=feedback.LONGEST, optional=True, label=N_("What should be better")),
    review=False,
)


def _names_both(turn: Turn, rest: str) -> bool:
    parts = rest.split()
    return len(parts) == 2 and all(names_event(turn, part) for part in parts)  # noqa: PLR2004 - the event, the rating


@router.words(*in_every_language(RATE), rest=_names_both)
def rate_by_word(turn: Turn) -> None:
    if turn.payload:
        rate(turn, *turn.payload.split())
    else:
        offer(turn)


@router.button("rate")
def rate(turn: Turn, key: str, rating: str) -> None:
    event = find(turn, key)
    if event is None:
        return
    known = rating in {str(each) for each in range(1, len(RATINGS) + 1)}
    rsvp = feedback.rate(turn.session, event.id, turn.member, int(rating)) if known else None
    if rsvp is None:
        turn.say(_("Only those who were at “{title}” can say how it was.").format(title=_title(turn, event)))
    else:
        turn.ask(improving, event=event.id)


@router.completed(improving)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    if not answers["better"]:
        leave_off(turn)
        return
    feedback.improve(turn.session, answers["event"], turn.member, answers["better"])
    turn.say(_("Thank you. Those who prepare the next event will read it."))


@router.cancelled(improving)
def leave_off(turn: Turn) -> None:
    turn.say(_("All right. Your rating is noted, thank you."))


def _title(turn: Turn, event: Event) -> str:
    return read(event, turn.language).title
