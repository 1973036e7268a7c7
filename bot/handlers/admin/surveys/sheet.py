"""The page of a survey that is being written: its words, its questions, whom it asks and until when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from markupsafe import Markup

from bot.actions import newsletters, nudging, rights, surveys
from bot.actions.newsletters import Plan
from bot.actions.question_words import asked
from bot.actions.survey_files import KINDS
from bot.core.fields import Choice, Confirm, Deadline
from bot.core.fields.deadline import Until
from bot.core.i18n import N_, _
from bot.core.locale import language_name, number, own_name, zoned_words
from bot.core.messages import Option
from bot.core.richtext import plain
from bot.core.router import Router
from bot.handlers.admin import drafts, reach
from bot.handlers.admin.surveys import pages
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
    surveys.write(turn.session, survey, turn.member, turn.now, **{field: value})


SHEET: Final = Sheet(
    "survey",
    Deadline(
        "closes_at",
        N_("Until when can it be answered?"),
        label=N_("Open until"),
        hint=N_("Write a day, such as 30.11.2026, or a day and an hour. Skip it to close it by hand."),
        clock=lambda turn: (turn.now, turn.network.zone),
        optional=True,
    ),
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
    plan = plan_of(turn, survey)
    questions = questions_of(turn.session, survey.id)
    paragraphs = [
        Markup("<b>{}</b>").format(_("A survey, not published yet")),
        Markup("<b>{}</b>\n{}").format(surveys.title(survey, survey.source), _beginning(survey)),
        Markup("\n").join(_languages(turn, survey, questions)),
        Markup("\n").join(question_line(question, survey) for question in questions) or _("It has no questions yet."),
        Markup("<b>{}</b>\n{}").format(_("It goes to"), reach.audience_words(turn, plan.audience)),
        reach.count_words(turn, plan),
        Markup("\n").join(_terms(turn, survey)),
        Markup("\n").join(reach.overlong_words(
            surveys.overlong(turn.session, survey, turn.network, turn.channels.values()))),
    ]  # fmt: skip
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, survey, plan), edit=edit)


def plan_of(turn: Turn, survey: Survey) -> Plan:
    """What would be sent of it now."""
    newsletter = surveys.publication(turn.session, survey, turn.member, turn.network, turn.now)
    return newsletters.plan(turn.session, newsletter, turn.member, turn.network)


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
        if language in survey.titles and not all(_is_written(question, language) for question in questions)
    ]


def _is_written(question: Question, language: str) -> bool:
    return bool(question.texts.get(language)) and all(each["labels"].get(language) for each in question.options)


def _beginning(survey: Survey) -> str:
    text = plain(survey.texts.get(survey.source, ""))
    return text if len(text) <= drafts.BEGINNING else text[: drafts.BEGINNING].rstrip() + "…"


def _languages(turn: Turn, survey: Survey, questions: list[Question]) -> Iterator[Markup]:
    here = [language_name(language) for language in turn.network.languages if language in survey.titles]
    missing = [language_name(language) for language in turn.network.languages if language not in survey.titles]
    yield _("Written in: {languages}").format(languages=", ".join(here))
    if missing:
        yield _("Not written in: {languages}").format(languages=", ".join(missing))
    if partly := [language_name(language) for language in unwritten(turn, survey, questions)]:
        yield _("Some questions are not written in: {languages}").format(languages=", ".join(partly))


def _terms(turn: Turn, survey: Survey) -> Iterator[Markup]:
    if survey.closes_at is None:
        yield _("It stays open until you close it.")
    else:
        yield _("Open until {moment}").format(moment=zoned_words(survey.closes_at, turn.network.zone))
    yield _("One answer from each organisation.") if survey.per == "organisation" else _("Each member answers.")
    yield _("It is anonymous.") if survey.anonymous else _("You will see who answered what.")
    if survey.nudge and survey.closes_at is not None:
        until = survey.closes_at - nudging.BEFORE
        if until > turn.now:
            yield _("Those who have not answered are reminded once, before it closes.")


def _options(turn: Turn, survey: Survey, plan: Plan) -> list[Option]:
    key = survey.id
    words = [Option(f"survey_words:{key}:{each}", _words_label(survey, each)) for each in turn.network.languages]
    steps = {"preview": _("Preview"), "trial": _("Try it"), "publish": _("Publish"), "delete": _("Delete the draft")}
    return [
        *words,
        Option(f"survey_questions:{key}", _("Questions").unescape()),
        Option(f"audience:{plan.newsletter.id}", _("Who gets it").unescape()),
        *SHEET.options(survey),
        *(Option(f"survey_{step}:{key}", label.unescape()) for step, label in steps.items()),
    ]


def _words_label(survey: Survey, language: str) -> str:
    label = _("Change: {language}") if language in survey.titles else _("Add: {language}")
    return label.format(language=own_name(language)).unescape()
