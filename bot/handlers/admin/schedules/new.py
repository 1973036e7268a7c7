"""Putting a newsletter on a schedule: how it is called, when it comes, whom it goes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bot.actions import rights, schedules
from bot.core.fields import Answered, Answers, Choice, Count, Given, Invalid, MultiChoice, Text
from bot.core.fields.field import Asking, readable
from bot.core.fields.writing import Typed
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import weekday_name
from bot.core.messages import Option
from bot.core.moments import hour_of
from bot.core.router import Router
from bot.handlers.admin import reach
from bot.handlers.admin.schedules import page
from bot.turn import Turn
from storage.audiences import Audience

router = Router()


@dataclass(frozen=True)
class Hour(Typed):
    """An hour of the day, such as "10", "saat 10-da" or "9 вечера". The answer is "10:00"."""

    def take(self, asking: Asking, given: Given) -> Answered:  # noqa: ARG002 - the protocol's
        hour = hour_of(readable(given))
        if hour is None:
            raise Invalid(_("I do not understand this hour. Please write it like 9:00 or 14:30."))
        return Answered(f"{hour:%H:%M}")


def _weekdays(turn: Turn, answers: Answers) -> list[Option]:  # noqa: ARG001 - as forms call it
    return [Option(str(day), weekday_name(day)) for day in range(7)]


def _topics(turn: Turn, answers: Answers) -> list[Option]:  # noqa: ARG001 - as forms call it
    own = {topic.key for topic in rights.topics_for(turn.session, turn.member, turn.network)}
    return [option for option in reach.choices(turn, "topics") if option.id in own]


def _whose_topics(turn: Turn, answers: Answers) -> str:  # noqa: ARG001 - as forms call it
    if rights.runs(turn):
        return _("To members who follow which topics? Tick none for everybody.")
    return _("To members who follow which of your topics? Tick none for all of them.")


NEW: Final = Form(
    "schedule",
    Text("title", N_("How shall we call it? Only you and your colleagues see this name."), longest=60,
         label=N_("Title")),
    Choice("every", N_("How often does it come?"),
           (Option("week", N_("Every week")), Option("month", N_("Every month"))), label=N_("How often")),
    Choice("weekday", N_("On which day?"), _weekdays, label=N_("Day"),
           when=lambda answers: answers.get("every") == "week"),
    Count("day", N_("On which day of the month?"), least=1, most=31, label=N_("Day of the month"),
          hint=N_("A month that is shorter has it on its last day: write 31 for the last day of every month."),
          when=lambda answers: answers.get("every") == "month"),
    Hour("hour", N_("At what hour? Please write it like 9:00 or 14:30."), label=N_("Hour")),
    MultiChoice("topics", _whose_topics, _topics, label=N_("Topics")),
    unsaid=N_("everybody"),
)  # fmt: skip


@router.button("schedule_new", allowed=rights.writes)
def begin(turn: Turn, *_rest: str) -> None:
    turn.ask(NEW)


@router.completed(NEW, allowed=rights.writes)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    day = int(answers["weekday"]) if answers["every"] == "week" else answers["day"]
    schedule = schedules.begin(
        turn.session,
        turn.address,
        answers["title"],
        answers["every"],
        day,
        answers["hour"],
        Audience(topics=tuple(answers["topics"])),
        turn.network.zone,
        turn.now,
    )
    turn.preface(_("It is on the schedule. A day ahead I will ask you for each issue’s text."))
    page.show(turn, schedule)
