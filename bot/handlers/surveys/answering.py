"""Answering a survey: one question at a time, on any messenger, today or days later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from markupsafe import Markup

from bot.actions import answering, hushing
from bot.actions.answering import Taken, is_open
from bot.actions.menu import typed
from bot.actions.questionnaires import SURVEY, form_of, progress_of, values_of
from bot.core.family import Family
from bot.core.fields import Answers
from bot.core.form import Form
from bot.core.i18n import _
from bot.core.locale import zoned_words
from bot.core.messages import Option
from bot.core.progress import Progress
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.surveys.finding import published, say_taken, title, to_list
from bot.turn import Turn
from storage.members import addresses_of
from storage.responses import Response
from storage.surveys import Survey, questions_of

router = Router()


def _make(turn: Turn, key: str) -> Form | None:
    """The form, while this person may answer."""
    survey = turn.session.get(Survey, number_of(key))
    if survey is None or not is_open(survey, turn.now):
        return None
    response = _response(turn, survey)
    taken = response is not None and response.member_id != turn.member.id
    given = survey.anonymous and response is not None and response.completed_at is not None
    return None if taken or given else form_of(survey, questions_of(turn.session, survey.id), turn.language)


def _stored(turn: Turn, form: Form, progress: Progress) -> Progress:
    """What was answered on another messenger counts here too; nobody changes it before this turn ends."""
    survey = turn.session.get_one(Survey, progress.answers["survey"])
    response = None if survey.anonymous else _response(turn, survey, lock=True)
    questions = questions_of(turn.session, survey.id)
    if response is not None:
        return progress_of(survey, questions, form, answering.answers_of(turn.session, response), progress)
    given = not survey.anonymous and values_of(questions, form.answers(progress))
    return progress_of(survey, questions, form, {}) if given else progress  # it was given for their organisation


FAMILY: Final = Family(SURVEY, _make, _stored)


def ask(turn: Turn, survey: Survey) -> None:
    """Ask the questions that are open; of somebody who answered them all, show what they said, to be changed."""
    form = _make(turn, str(survey.id))
    if form is None:
        end(turn, str(survey.id))
        return
    response, questions = _response(turn, survey), questions_of(turn.session, survey.id)
    stored = {} if response is None else answering.answers_of(turn.session, response)
    standing = turn.progress_in(form.name) or (_elsewhere(turn, form.name) if survey.anonymous else None)
    progress = progress_of(survey, questions, form, stored, standing)
    onward = form.settled(replace(progress, step="", state={}, changing=False))
    turn.resume(progress if progress.step == onward.step else onward)


@router.button("answer_survey")
def answer(turn: Turn, key: str = "") -> None:
    survey = published(turn, key)
    if survey is not None:
        ask(turn, survey)


@router.answered(FAMILY)
def keep(turn: Turn, answers: Answers, done: bool) -> None:
    """An answer is stored as soon as it is given; anonymous ones wait for the last."""
    survey = turn.session.get_one(Survey, answers["survey"])
    values = values_of(questions_of(turn.session, survey.id), answers)
    if not values and _response(turn, survey) is None:
        return
    try:
        response = answering.begin(turn.session, survey, turn.member, turn.now)
    except Taken:
        return  # a colleague was faster; the question is not asked again, which says why
    if not survey.anonymous:
        store = answering.complete if done else answering.keep
        store(turn.session, survey, response, turn.member, values, turn.now)


@router.completed(FAMILY)
def complete(turn: Turn, answers: dict[str, Any]) -> None:
    survey = turn.session.get_one(Survey, answers["survey"])
    values = values_of(questions_of(turn.session, survey.id), answers)
    try:
        response = answering.begin(turn.session, survey, turn.member, turn.now)
    except Taken:
        end(turn, str(survey.id))
        return
    answering.complete(turn.session, survey, response, turn.member, values, turn.now)
    if survey.anonymous:
        for address_id in _others(turn):
            hushing.forget(turn.session, address_id, FAMILY.named(survey.id))
        thanks = _("Thank you. Your answers to “{title}” are in, and nothing tells that they are yours.")
        turn.say(thanks.format(title=title(turn, survey)), [to_list()])
        return
    thanks = _("Thank you. Your answers to “{title}” are in.").format(title=title(turn, survey))
    turn.say(Markup(" ").join([thanks, changing_words(turn, survey)]), [changing(survey), to_list()])


@router.cancelled(FAMILY)
def pause(turn: Turn, answers: Answers) -> None:
    survey = turn.session.get_one(Survey, answers["survey"])
    response = _response(turn, survey)
    if response is not None and response.completed_at is not None:
        stand = _("All right. Your answers to “{title}” stand as they are.")
        turn.say(stand.format(title=title(turn, survey)), [changing(survey), to_list()])
        return
    come_back = _(
        "All right, a pause. What you answered of “{title}” is kept. Whenever you like to go on, write {surveys}."
    )
    if not values_of(questions_of(turn.session, survey.id), answers):
        come_back = _("All right, another time. “{title}” waits for you: write {surveys}.")
    said = come_back.format(title=title(turn, survey), surveys=typed("surveys", turn.capabilities))
    turn.say(said, [Option(f"answer_survey:{survey.id}", _("Go on").unescape()), to_list()])


@router.ended(FAMILY)
def end(turn: Turn, key: str) -> None:
    """Say why it is not asked any more."""
    survey = turn.session.get(Survey, number_of(key))
    if survey is None or not is_open(survey, turn.now):
        over = _("The survey “{title}” is closed and takes no more answers. Thank you for your time.")
        turn.say(over.format(title=title(turn, survey)) if survey else _("This survey is not there any more."))
    elif taken := answering.is_taken(turn.session, survey, turn.member):
        say_taken(turn, survey, taken)
    else:
        turn.say(_("You have answered “{title}” already. Thank you.").format(title=title(turn, survey)))


def changing(survey: Survey) -> Option:
    return Option(f"answer_survey:{survey.id}", _("Change my answers").unescape())


def changing_words(turn: Turn, survey: Survey) -> Markup:
    """How long answers can be changed."""
    if survey.closes_at is None:
        return _("You can change them until the survey closes.")
    return _("You can change them until {moment}.").format(moment=zoned_words(survey.closes_at, turn.network.zone))


def _response(turn: Turn, survey: Survey, *, lock: bool = False) -> Response | None:
    return answering.response_for(turn.session, survey, turn.member, lock=lock)


def _others(turn: Turn) -> list[int]:
    """Their other addresses."""
    return [each.id for each in addresses_of(turn.session, turn.member.id) if each.id != turn.address.id]


def _elsewhere(turn: Turn, form: str) -> Progress | None:
    """Where they stand on another messenger: of an anonymous survey nothing else knows."""
    found = (hushing.standing(turn.session, address_id, form) for address_id in _others(turn))
    return next((progress for progress in found if progress), None)
