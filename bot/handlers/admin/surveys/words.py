"""The words of a survey that is being written: its title and text in each language."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import rights, surveys
from bot.core.fields import Answers, Choice, Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import language_name, own_name
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.surveys import pages
from bot.turn import Turn
from storage.surveys import Survey, SurveyState

router = Router()

LONGEST_TITLE: Final = 100
LONGEST_TEXT: Final = 600
"""With all that stands below it, what a message above buttons holds on every channel."""


def _language(answers: Answers) -> str:
    return language_name(str(answers.get("tongue") or answers["language"]))


def _title_wanted(turn: Turn, answers: Answers) -> Markup:
    asked = _("What is the survey called in {language}?").format(language=_language(answers))
    return _with_now(turn, answers, "titles", asked)


def _text_wanted(turn: Turn, answers: Answers) -> Markup:
    asked = _("What is it for, and what becomes of the answers? Write it in {language}.")
    return _with_now(turn, answers, "texts", asked.format(language=_language(answers)))


def _with_now(turn: Turn, answers: Answers, column: str, asked: Markup) -> Markup:
    """The question, and what there is already."""
    survey = turn.session.get(Survey, answers["it"]) if "it" in answers else None
    now = getattr(survey, column).get(answers["language"]) if survey else None
    if not now:
        return asked
    words = Markup(now) if column == "texts" else Markup("{}").format(now)  # noqa: S704 - stored as markup
    return Markup("\n\n").join([asked, _("This is what it says now. Skip it to leave it so."), words])


TONGUE: Final = Choice(
    "tongue",
    N_("Which language is it in?"),
    lambda turn, _answers: [Option(language, own_name(language)) for language in turn.network.languages],
    label=N_("Language"),
    suggested=lambda turn, _answers: str(turn.member.language),
)
TITLE: Final = Text("title", _title_wanted, label=N_("Title"), longest=LONGEST_TITLE)
TEXT: Final = Text("text", _text_wanted, label=N_("Text"), longest=LONGEST_TEXT, formatted=True)

NEW: Final = Form("new_survey", TONGUE, TITLE, TEXT, review=False)
ADD: Final = Form("survey_words", TITLE, TEXT, review=False)
CHANGE: Final = Form(
    "survey_other_words",
    Text("title", _title_wanted, label=N_("Title"), longest=LONGEST_TITLE, optional=True),
    Text("text", _text_wanted, label=N_("Text"), longest=LONGEST_TEXT, formatted=True, optional=True),
    review=False,
)


@router.button("survey_new", allowed=rights.writes)
def begin(turn: Turn, *_rest: str) -> None:
    turn.ask(NEW)


@router.completed(NEW, allowed=rights.writes)
def keep_new(turn: Turn, answers: dict[str, Any]) -> None:
    title = " ".join(answers["title"].split())
    survey = surveys.begin(turn.session, turn.member, answers["tongue"], title, answers["text"], turn.network, turn.now)
    turn.preface(_("Kept as a draft. Now add its questions; you can go on at any time."))
    pages.show(turn, survey)


@router.button("survey_words", allowed=rights.writes)
def ask(turn: Turn, key: str = "", language: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key, SurveyState.DRAFT)
    if survey is not None and language in turn.network.languages:
        turn.ask(CHANGE if language in survey.titles else ADD, it=survey.id, language=language)
    elif survey is not None:
        pages.show(turn, survey)


@router.completed(ADD, allowed=rights.writes)
@router.completed(CHANGE, allowed=rights.writes)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    survey = pages.find(turn, answers["it"], SurveyState.DRAFT)
    if survey is None:
        return
    language, changes = answers["language"], {}
    if answers.get("title"):
        changes["titles"] = {**survey.titles, language: " ".join(answers["title"].split())}
    if answers.get("text"):
        changes["texts"] = {**survey.texts, language: str(answers["text"])}
    if changes:
        surveys.write(turn.session, survey, turn.member, turn.now, **changes)
    else:
        turn.preface(_("All right, nothing was changed."))
    pages.show(turn, survey)


for _form in (ADD, CHANGE):
    router.cancelled(_form)(pages.go_back)
