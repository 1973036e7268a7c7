"""/surveys: those that wait for a member's answers, first what they stopped in the middle of; and those they gave."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import answering, participation
from bot.actions.answering import is_open
from bot.actions.localized import marked, read
from bot.actions.menu import in_every_language, word_of
from bot.actions.questionnaires import reached
from bot.actions.standing import SURVEY
from bot.core.fields import Found
from bot.core.i18n import N_, _
from bot.core.locale import number, short_date, span_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.admin.surveys.lists import OFFICE
from bot.handlers.surveys import reading
from bot.handlers.surveys.finding import finding, names_survey
from bot.turn import Turn
from storage.surveys import Survey, questions_of

router = Router()

PAGE: Final = 5
OPEN: Final = "open"
DONE: Final = "done"


@router.command("surveys", words=(word_of("surveys"),))
def show(turn: Turn) -> None:
    _show(turn, OPEN, 0)


@router.words(*in_every_language(SURVEY), rest=names_survey)
def begin_by_word(turn: Turn) -> None:
    """With its number that survey, or else all there are."""
    if turn.payload:
        reading.begin(turn, turn.payload)
    else:
        show(turn)


@router.button("surveys")
def page(turn: Turn, which: str = OPEN, begin: str = "") -> None:
    _show(turn, DONE if which == DONE else OPEN, number_of(begin), edit=bool(begin))


def _show(turn: Turn, which: str, begin: int, *, edit: bool = False) -> None:
    halfway, done = participation.halfway(turn.session, turn.member, turn.now), _answered(turn)
    waiting = [*halfway, *participation.to_answer(turn.session, turn.member, turn.now)]
    surveys = done if which == DONE else waiting
    begin = begin if begin < len(surveys) else 0
    shown = surveys[begin : begin + PAGE]
    lines = [_heading(which, bool(surveys))]
    if len(surveys) > PAGE:
        lines.append(span_words(begin + 1, begin + len(shown), len(surveys)))
    options = [Option(f"{_leads(which, survey, halfway)}:{survey.id}", _label(turn, survey)) for survey in shown]
    ways = {
        f"surveys:{which}:{begin + PAGE}": (N_("More"), begin + PAGE < len(surveys)),
        f"surveys:{which}:0": (N_("From the beginning"), begin > 0 and begin + PAGE >= len(surveys)),
        f"surveys:{DONE}": (N_("Answered"), which != DONE and bool(done)),
        f"surveys:{OPEN}": (N_("Not answered yet"), which == DONE),
        "find_survey": (N_("Search"), len(waiting) + len(done) > PAGE),
    }
    on = [Option(key, _(label).unescape()) for key, (label, offered) in ways.items() if offered]
    turn.say(Markup("\n").join(lines), [*options, *on, *OFFICE.options(turn)], edit=edit)


def _answered(turn: Turn) -> list[Survey]:
    return participation.answered(turn.session, turn.member)


def _heading(which: str, some: bool) -> Markup:
    if which == DONE:
        heading = _("Surveys you answered. While one is open you can change your answers.")
        return heading if some else _("You have not answered a survey yet.")
    if some:
        return _("Surveys that wait for your answers, the one that closes next first")
    return _("No survey waits for you at the moment. As soon as one asks you, I write to you.")


def _leads(which: str, survey: Survey, halfway: list[Survey]) -> str:
    """Where they stopped, they go on at once; all else is read first."""
    return "answer_survey" if which == OPEN and survey in halfway else "survey_card"


def _label(turn: Turn, survey: Survey) -> str:
    title, _text, used = read(survey, turn.language)
    return Markup("{} ({})").format(marked(title, used, turn.language), _fact(turn, survey)).unescape()


def _fact(turn: Turn, survey: Survey) -> Markup:
    """What decides what one does with it."""
    response = answering.response_for(turn.session, survey, turn.member)
    if not is_open(survey, turn.now):
        return _("closed")
    if response is not None and response.completed_at is None:
        if survey.anonymous:
            return _("begun, go on")
        stored = answering.answers_of(turn.session, response)
        n, of_all = reached(questions_of(turn.session, survey.id), stored)
        return _("{n} of {all}, go on").format(n=number(n), all=number(of_all))
    if survey.closes_at is None:
        return _("open")
    return _("until {day}").format(day=short_date(survey.closes_at.astimezone(turn.network.zone).date()))


@router.button("find_survey")
def ask(turn: Turn) -> None:
    turn.ask(finding)


@router.completed(finding)
def show_found(turn: Turn, answers: dict[str, Any]) -> None:
    found: Found = answers["survey"]
    reading.show(turn, found.id.partition(":")[2])
