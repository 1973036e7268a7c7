"""One survey: its card, how this person stands to it, and what leads on; or at once to where they stopped."""

from __future__ import annotations

from markupsafe import Markup

from bot.actions import answering, ballots
from bot.actions.answering import is_open
from bot.actions.standing import About, standing
from bot.actions.surveycards import card
from bot.core.i18n import _
from bot.core.locale import short_date
from bot.core.messages import Kind, Option
from bot.core.router import Router
from bot.handlers.admin.surveys.lists import OFFICE
from bot.handlers.surveys.answering import ask, changing, changing_words
from bot.handlers.surveys.finding import published, taken_words, taking_over, to_list
from bot.turn import Turn
from storage.responses import Response
from storage.surveys import Survey, SurveyState, questions_of

router = Router()


@router.button("survey")
def begin(turn: Turn, key: str = "") -> None:
    """What stands under its message: to answer it, or to go on; under a poll, which shows only a question, to read."""
    survey = published(turn, key)
    if survey is None:
        return
    response = answering.response_for(turn.session, survey, turn.member)
    mine = response is None or response.member_id == turn.member.id
    if not is_open(survey, turn.now) or not mine or (response is not None and response.completed_at is not None):
        _show(turn, survey, response)
    elif response is not None:
        turn.preface(_("You were in the middle of it. Let us go on."))
        ask(turn, survey)
    elif _above(turn, survey):
        ask(turn, survey)
    else:
        _show(turn, survey, response)


@router.button("survey_card")
def show(turn: Turn, key: str = "") -> None:
    survey = published(turn, key)
    if survey is not None:
        _show(turn, survey, answering.response_for(turn.session, survey, turn.member))


def _above(turn: Turn, survey: Survey) -> bool:
    """Whether its card is what was answered: the buttons and words under messages stand for themselves."""
    stands = turn.inbound.kind is Kind.TEXT or not turn.inbound.tap[:1].isdecimal()
    return stands and not (turn.capabilities.polls and ballots.question_of(turn.session, survey))


def _show(turn: Turn, survey: Survey, response: Response | None) -> None:
    questions = questions_of(turn.session, survey.id)
    text = card(survey, questions, turn.language, turn.network)
    said, options = _standing(turn, survey, response)
    turn.say(
        Markup("\n\n").join(part for part in (text, said) if part),
        [*options, *OFFICE.changing(turn, survey), to_list()],
    )


def _standing(turn: Turn, survey: Survey, response: Response | None) -> tuple[Markup, list[Option]]:
    """How this person stands to it, and what they can do."""
    takes = is_open(survey, turn.now)
    said, options = Markup(), []
    if response is not None and response.member_id != turn.member.id:
        said, options = taken_words(turn, survey, response), taking_over(survey, response)
    elif response is not None and response.completed_at is not None:
        said, options = _answered(turn, survey, response), [] if survey.anonymous else [changing(survey)]
    else:
        begun = _("Answer") if response is None else _("Go on")
        options = [Option(f"answer_survey:{survey.id}", begun.unescape())]
    if takes:
        return said, options
    shared = survey.state == SurveyState.CLOSED and survey.shared_at is not None
    return said, list(standing(About("results", survey.id, open=True))) if shared else []


def _answered(turn: Turn, survey: Survey, response: Response) -> Markup:
    assert response.completed_at is not None  # noqa: S101 - asked before
    day = short_date(response.completed_at.astimezone(turn.network.zone).date())
    said = _("You answered on {day}. Thank you.").format(day=day)
    if survey.anonymous or not is_open(survey, turn.now):
        return said
    return Markup(" ").join([said, changing_words(turn, survey)])
