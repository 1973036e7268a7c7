"""Reminding those who have not answered a survey, by hand."""

from __future__ import annotations

from markupsafe import Markup

from bot.actions import nudging, rights
from bot.core.i18n import _, ngettext
from bot.core.locale import number, zoned_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.surveys import pages
from bot.turn import Turn
from storage.surveys import Survey, SurveyState

router = Router()


@router.button("survey_nudge", allowed=rights.writes)
def ask_nudge(turn: Turn, key: str = "", *_rest: str) -> None:
    """Whom it would remind, before it does."""
    survey = pages.find(turn, key, SurveyState.OPEN)
    if survey is None or _nudged_lately(turn, survey):
        return
    waiting = nudging.waiting(turn.session, survey)
    if not sum(waiting):
        turn.say(_("There is nobody to remind: everybody has answered."), [pages.back(survey)], edit=True)
        return
    silent = ngettext("{n} member has not begun.", "{n} members have not begun.", waiting.silent)
    halfway = ngettext("{n} member stopped half way.", "{n} members stopped half way.", waiting.halfway)
    lines = [said.format(n=number(n)) for said, n in zip((silent, halfway), waiting, strict=True) if n]
    lines.append(_("Shall I remind them? Nobody who answered hears of it."))
    yes = Option(f"survey_nudge_now:{survey.id}", _("Yes, remind them").unescape())
    turn.say(Markup("\n").join(lines), [yes, pages.back(survey)], edit=True)


@router.button("survey_nudge_now", allowed=rights.writes)
def nudge(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key, SurveyState.OPEN)
    if survey is not None and not _nudged_lately(turn, survey):
        nudging.nudge(turn.session, survey, turn.member, turn.network, turn.now)
        turn.preface(_("They are being reminded."))
        pages.show(turn, survey, edit=True)


def _nudged_lately(turn: Turn, survey: Survey) -> bool:
    """Whether they were reminded a moment ago; says so."""
    allowed_at = nudging.allowed_at(survey)
    if allowed_at is None or allowed_at <= turn.now:
        return False
    again = _("They were reminded within the last day. From {moment} you can remind them again.")
    turn.preface(again.format(moment=zoned_words(allowed_at, turn.network.zone)))
    pages.show(turn, survey, edit=True)
    return True
