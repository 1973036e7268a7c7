"""Sending a survey out: from here on it goes the way of every newsletter."""

from __future__ import annotations

from bot.actions import appeals, rights
from bot.actions.newsletters import Plan
from bot.core.i18n import N_, _
from bot.core.locale import language_name, listing
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import confirming, preview
from bot.handlers.admin.surveys import pages, sheet
from bot.turn import Turn
from storage.surveys import Survey, SurveyState, questions_of

router = Router()


@router.button("survey_preview", allowed=rights.writes)
def show_preview(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key, SurveyState.DRAFT)
    if survey is not None and _is_asking(turn, survey):
        preview.preview(turn, str(_plan(turn, survey).newsletter.id))


@router.button("survey_publish", allowed=rights.writes)
def publish(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key, SurveyState.DRAFT, SurveyState.OPEN)
    if survey is None or not (_is_asking(turn, survey) and _ready(turn, survey)):
        return
    plan = _plan(turn, survey)
    if confirming.ready(turn, plan):
        if partly := sheet.unwritten(turn, survey, questions_of(turn.session, survey.id)):
            missing = _("Some questions are not written in: {languages}. They are asked in {language} there.")
            names = listing([language_name(each) for each in partly])
            turn.preface(missing.format(languages=names, language=language_name(survey.source)))
        confirming.show(turn, plan)


@pages.PAGES.asks_first(
    router,
    "survey_delete",
    N_("Delete the survey “{title}”? It was not sent to anybody."),
    N_("Yes, delete it"),
    SurveyState.DRAFT,
)
def delete(turn: Turn, survey: Survey) -> None:
    appeals.discard(turn.session, survey, turn.member, turn.now)
    turn.say(_("The draft is deleted."), [Option("survey_new", _("New survey").unescape())], edit=True)


def _is_asking(turn: Turn, survey: Survey) -> bool:
    """Whether it has questions; else says so, before the page."""
    if questions_of(turn.session, survey.id):
        return True
    turn.preface(_("It has no questions yet. Please add one first."))
    pages.show(turn, survey, edit=True)
    return False


def _ready(turn: Turn, survey: Survey) -> bool:
    """Whether it can be sent; else says what is in the way, before the page."""
    if survey.state == SurveyState.OPEN and not appeals.is_taken_back(turn.session, survey):
        turn.preface(_("This survey was published already."))
    elif survey.closes_at is not None and survey.closes_at <= turn.now:
        turn.preface(_("It would be closed already. Please say until when it is open."))
    else:
        return True
    pages.show(turn, survey, edit=True)
    return False


def _plan(turn: Turn, survey: Survey) -> Plan:
    return appeals.plan(turn.session, survey, turn.member, turn.network, turn.now)
