"""Remind me: of a call, once, on a day of the member's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup

from bot.actions import saving
from bot.actions.callcards import until_words
from bot.actions.localized import read
from bot.actions.menu import in_every_language
from bot.actions.reminding import civil_moment
from bot.actions.standing import REMIND
from bot.core.fields import Answered, Answers, Given, Invalid, Moment, Prompt
from bot.core.fields.deadline import no_day, with_year
from bot.core.fields.field import Asking, readable
from bot.core.form import Form
from bot.core.i18n import N_, _, current
from bot.core.locale import zoned_words
from bot.core.messages import Option
from bot.core.moments import some_day, understand
from bot.core.router import Router
from bot.handlers.calls.finding import find, names_number, to_list
from bot.turn import Turn
from storage.calls import Call, CallMark
from storage.manners import home_of

router = Router()

_AHEAD = {"tomorrow": (1, N_("Tomorrow")), "days": (3, N_("In 3 days")), "week": (7, N_("In a week"))}
"""Days from today, and what that is called."""


@dataclass(frozen=True)
class Reminding(Moment):
    """A moment before the deadline of the call that the form was begun with; a day alone is its civil hour."""

    def ask(self, asking: Asking) -> Prompt:
        offered = _offered(asking.turn, _call(asking.turn, asking.answers))
        return Prompt(self.put(asking), tuple(Option(key, label.unescape()) for key, (label, _at) in offered.items()))

    def take(self, asking: Asking, given: Given) -> Answered:
        call = _call(asking.turn, asking.answers)
        offered = _offered(asking.turn, call)
        if given.option in offered:
            return Answered(self.dump(offered[given.option][1]))
        now, zone = self.clock(asking.turn)
        when = understand(readable(given), now, zone, current())
        if when is None and no_day(readable(given)):
            raise Invalid(_("There is no such day in the calendar. Please check the date."))
        if when is None:
            unclear = _("I do not understand when that is. Please write it like {day}, or tomorrow 9:00.")
            raise Invalid(unclear.format(day=_day(asking.turn)))
        with_year(readable(given), when, now, zone)
        moment = when.moment or _civil(asking.turn, when.day)
        if call is not None and call.deadline is not None and moment >= call.deadline:
            late = _("That is after the deadline: {moment}. Please choose an earlier day.")
            raise Invalid(late.format(moment=until_words(call, zone)))
        return self._fitting(moment, now, zone)


def _question(turn: Turn, answers: Answers) -> Markup:
    call = _call(turn, answers)
    title = read(call, turn.language).title if call is not None else ""
    asked = _("When shall I remind you of “{title}”? You can also write a day, such as {day}.")
    return asked.format(title=title, day=_day(turn))


def _day(turn: Turn) -> str:
    return f"{some_day(turn.now, turn.network.zone):%d.%m}"


when_to_remind = Form(
    "remind_of_call",
    Reminding("at", _question, label=N_("When"), clock=lambda turn: (turn.now, turn.network.zone)),
    review=False,
)


@router.words(*in_every_language(REMIND), rest=names_number)
def ask_by_word(turn: Turn) -> None:
    ask(turn, turn.payload)


@router.button("remind")
def ask(turn: Turn, key: str = "") -> None:
    call = find(turn, key)
    if call is None:
        return
    mark = turn.session.get(CallMark, (call.id, turn.member.id))
    if mark is not None and mark.remind_at is not None:
        set_already = _("I remind you on {moment}. If you choose another day, that one counts.")
        turn.preface(set_already.format(moment=zoned_words(mark.remind_at, turn.network.zone)))
    turn.ask(when_to_remind, call=call.id)


@router.completed(when_to_remind)
def remind(turn: Turn, answers: dict[str, Any]) -> None:
    call = find(turn, answers["call"])
    if call is None:
        return
    saving.remind_at(turn.session, call, turn.member, answers["at"])
    said = _("Good, I will remind you on {moment}.").format(moment=zoned_words(answers["at"], turn.network.zone))
    turn.say(said, [Option(f"do_not_remind:{call.id}", _("Do not remind me").unescape()), to_list()])


@router.button("do_not_remind")
def do_not_remind(turn: Turn, key: str = "") -> None:
    call = find(turn, key)
    if call is not None:
        saving.remind_at(turn.session, call, turn.member, None)
        turn.say(_("Good, I do not remind you of it on a day of your own."), [to_list()])


def _call(turn: Turn, answers: Answers) -> Call | None:
    return turn.session.get(Call, answers["call"])


def _offered(turn: Turn, call: Call | None) -> dict[str, tuple[Markup, datetime]]:
    """What can be picked: the label and the moment, none of them twice, past or after the deadline."""
    today = turn.now.astimezone(turn.network.zone).date()
    moments = {key: (_(label), _civil(turn, today + timedelta(days=days))) for key, (days, label) in _AHEAD.items()}
    if call is not None and call.deadline is not None:
        last = call.deadline.astimezone(turn.network.zone).date() - timedelta(days=1)
        moments["before"] = (_("Day before the deadline"), _civil(turn, last))
        moments = {key: each for key, each in moments.items() if turn.now < each[1] < call.deadline}
    once = {moment: key for key, (_label, moment) in reversed(moments.items())}
    return {key: each for key, each in moments.items() if once[each[1]] == key}


def _civil(turn: Turn, day: date) -> datetime:
    return civil_moment(day, turn.network, home_of(turn.member.region, turn.member.country))
