"""The page of a survey that is being written: its words, its questions, whom it asks and until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from markupsafe import Markup

from bot.actions import appeals, newsletters, nudging, rights
from bot.actions.concealing import FEWEST
from bot.actions.localized import title
from bot.actions.newsletters import Plan
from bot.actions.question_words import asked
from bot.actions.survey_files import KINDS
from bot.core.fields import Choice, Confirm
from bot.core.fields.deadline import Until
from bot.core.i18n import N_, _
from bot.core.locale import language_name, number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import reach
from bot.handlers.admin.closing import closes_at, until_words
from bot.handlers.admin.surveys import pages
from bot.handlers.admin.tongues import beginning, language_lines, word_options
from bot.handlers.sheets import Sheet
from bot.turn import Turn
from storage.surveys import Question, QuestionKind, Survey, SurveyState, questions_of

router = Router()

_PER: Final = (
    Option("member", N_("Each member answers")),
    Option("organisation", N_("One answer from each organisation")),
)


def _keep(turn: Turn, survey: Survey, field: str, value: Any) -> None:  # noqa: ANN401 - each field its own type
    match value:
        case Until():
            value = value.moment
        case None if field == "nudge":
            value = False
    appeals.write(turn.session, survey, turn.member, turn.now, **{field: value})


CLOSES_AT: Final = closes_at(N_("Until when can it be answered?"))

SHEET: Final = Sheet(
    "survey",
    CLOSES_AT,
    Choice("per", N_("Who gives an answer?"), _PER, label=N_("Who answers")),
    Confirm(
        "anonymous",
        N_(
            "Shall it be anonymous? Then nobody can see who answered what, and results are shown once it is closed "
            "and five have answered."
        ),
        label=N_("Anonymous"),
    ),
    Confirm(
        "nudge",
        N_("Shall those who have not answered be reminded once, before it closes?"),
        label=N_("Reminder"),
    ),
    find=lambda turn, key: pages.find(turn, key, SurveyState.DRAFT),
    keep=_keep,
    show=pages.show,
    allowed=rights.writes,
)
router.include(SHEET.router)


def show(turn: Turn, survey: Survey, *, edit: bool = False) -> None:
    """Show the page, with what should be known before it is sent."""
    plan = appeals.plan(turn.session, survey, turn.member, turn.network, turn.now)
    anywhere = newsletters.overlong(replace(plan, parts=[]), turn.network, turn.channels.values())
    questions = questions_of(turn.session, survey.id)
    paragraphs = [
        Markup("<b>{}</b>").format(_("A survey, not published yet")),
        Markup("<b>{}</b>\n{}").format(title(survey, survey.source), beginning(survey)),
        Markup("\n").join(_languages(turn, survey, questions)),
        Markup("\n").join(question_line(question, survey) for question in questions) or _("It has no questions yet."),
        Markup("<b>{}</b>\n{}").format(_("It goes to"), reach.audience_words(turn, plan.audience)),
        reach.count_words(turn, plan),
        Markup("\n").join(_terms(turn, survey, plan)),
        Markup("\n").join(reach.overlong_words(anywhere)),
    ]
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, survey, plan), edit=edit)


def question_line(question: Question, survey: Survey) -> Markup:
    """Its place, what it asks and how it is answered."""
    kind = _(KINDS[QuestionKind(question.kind)])
    line = Markup("{}. {} · <i>{}</i>").format(
        number(question.position), asked(question, survey.source, survey.source), kind
    )
    return Markup("{} · <i>{}</i>").format(line, _("only some")) if question.only_if else line


def unwritten(turn: Turn, survey: Survey, questions: list[Question]) -> list[str]:
    """Languages in which the survey has a title, and some question or choice has no words."""
    return [
        language
        for language in turn.network.languages
        if language in survey.titles and not all(is_written(question, language) for question in questions)
    ]


def is_written(question: Question, language: str) -> bool:
    """Whether it and each of its choices have words in this language."""
    return bool(question.texts.get(language)) and all(each["labels"].get(language) for each in question.options)


def _languages(turn: Turn, survey: Survey, questions: list[Question]) -> Iterator[Markup]:
    yield from language_lines(turn, survey.titles)
    if partly := [language_name(language) for language in unwritten(turn, survey, questions)]:
        yield _("Some questions are not written in: {languages}").format(languages=", ".join(partly))


def _terms(turn: Turn, survey: Survey, plan: Plan) -> Iterator[Markup]:
    yield until_words(turn, survey)
    yield _("One answer from each organisation.") if survey.per == "organisation" else _("Each member answers.")
    if not survey.anonymous:
        yield _("You will see who answered what.")
    elif plan.members < FEWEST:
        yield _("It is anonymous. Fewer than {n} are asked, so nothing can ever be shown of it.").format(
            n=number(FEWEST)
        )
    else:
        yield _("It is anonymous.")
    if survey.nudge and survey.closes_at is not None:
        until = survey.closes_at - nudging.BEFORE
        if until > turn.now:
            yield _("Those who have not answered are reminded once, before it closes.")


def _options(turn: Turn, survey: Survey, plan: Plan) -> list[Option]:
    key = survey.id
    steps = {"preview": _("Preview"), "trial": _("Try it"), "publish": _("Publish"), "delete": _("Delete the draft")}
    return [
        *word_options(turn, f"survey_words:{key}", survey.titles),
        Option(f"survey_questions:{key}", _("Questions").unescape()),
        Option(f"audience:{plan.newsletter.id}", _("Who gets it").unescape()),
        *SHEET.options(survey),
        *(Option(f"survey_{step}:{key}", label.unescape()) for step, label in steps.items()),
    ]
