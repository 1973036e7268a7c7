"""The page of a survey that was published: how many answered, where, and what can be done about it."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import appeals, ballots, nudging, rights, surveymoves, surveys
from bot.actions.localized import title
from bot.core.i18n import N_, _
from bot.core.locale import listing, zoned_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import sent
from bot.handlers.admin.closing import until_words
from bot.handlers.admin.surveys import pages, rates, sheet
from bot.handlers.sheets import Sheet
from bot.turn import Turn
from storage.surveys import Survey, SurveyState

router = Router()


def _move(turn: Turn, survey: Survey, _field: str, value: Any) -> None:  # noqa: ANN401 - an Until, or None
    until, was_closed = value.moment if value else None, survey.state == SurveyState.CLOSED
    surveymoves.move_closing(turn.session, survey, until, turn.member, turn.network, turn.now)
    turn.preface(_("Done. Its copies say so where they can be changed."))
    if was_closed:
        _tell_of_polls(turn, survey)


def _find(turn: Turn, key: object, *states: SurveyState) -> Survey | None:
    """The survey, if it may be open from now on; else says why not."""
    survey = pages.find(turn, key, *states)
    if survey is None or surveymoves.may_open(turn.session, survey):
        return survey
    turn.preface(_("It is anonymous, and its results can be seen. Open again, it would tell who answers next."))
    show(turn, survey)
    return None


UNTIL: Final = Sheet(
    "survey_end",
    sheet.CLOSES_AT,
    find=lambda turn, key: _find(turn, key, *surveys.PUBLISHED),
    keep=_move,
    show=pages.show,
    allowed=rights.writes,
)
router.include(UNTIL.router)


def show(turn: Turn, survey: Survey, *, edit: bool = False) -> None:
    """Show the page, with the response rate as it is at this moment."""
    paragraphs = [
        Markup("<b>{}</b>\n{}").format(_heading(turn, survey), title(survey, turn.language)),
        rates.rate_words(turn, survey),
        Markup("\n").join(_terms(turn, survey)),
    ]
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, survey), edit=edit)


@pages.PAGES.asks_first(
    router,
    "survey_close",
    N_("Close “{title}” now? Nobody can answer it from then on. You can open it again, unless it is anonymous."),
    N_("Yes, close it"),
    SurveyState.OPEN,
)
def close(turn: Turn, survey: Survey) -> None:
    surveymoves.close(turn.session, survey, turn.member, turn.network, turn.now)
    turn.preface(_("Done. Its copies say so where they can be changed."))
    show(turn, survey, edit=True)


@router.button("survey_reopen", allowed=rights.writes)
def reopen(turn: Turn, key: str = "", *_rest: str) -> None:
    """Until it is closed by hand; a day can be said afterwards."""
    survey = _find(turn, key, SurveyState.CLOSED)
    if survey is not None:
        surveymoves.move_closing(turn.session, survey, None, turn.member, turn.network, turn.now)
        turn.preface(_("It is open again, until you close it."))
        _tell_of_polls(turn, survey)
        show(turn, survey, edit=True)


def _tell_of_polls(turn: Turn, survey: Survey) -> None:
    """That those which were closed do not open again."""
    polling = [channel.label for channel in turn.channels.values() if channel.capabilities.polls]
    if polling and ballots.question_of(turn.session, survey) is not None:
        stay = _("Polls that were closed in {channels} stay closed: members answer under Surveys, or under a reminder.")
        turn.preface(stay.format(channels=listing(polling)))


@pages.PAGES.asks_first(
    router,
    "survey_withdraw",
    N_("Withdraw “{title}”? Every copy says so from then on, and it cannot be undone."),
    N_("Yes, withdraw it"),
    *surveys.PUBLISHED,
)
def withdraw(turn: Turn, survey: Survey) -> None:
    surveymoves.withdraw(turn.session, survey, turn.member, turn.network, turn.now)
    turn.say(_("Done. Its copies say so where they can be changed."), [_to_list()], edit=True)


def show_withdrawn(turn: Turn, survey: Survey, *, edit: bool = False) -> None:
    """Nothing can be done with it any more."""
    gone = _("“{title}” was withdrawn.").format(title=title(survey, turn.language))
    turn.say(gone, [Option("survey_new", _("New survey").unescape()), _to_list()], edit=edit)


def _heading(turn: Turn, survey: Survey) -> Markup:
    if survey.state == SurveyState.CLOSED and survey.closed_at is not None:
        return _("A survey, closed on {moment}").format(moment=zoned_words(survey.closed_at, turn.network.zone))
    published = zoned_words(survey.published_at or survey.created_at, turn.network.zone)
    return _("A survey, open since {moment}").format(moment=published)


def _terms(turn: Turn, survey: Survey) -> list[Markup]:
    open_now = survey.state == SurveyState.OPEN
    lines = [until_words(turn, survey)] if open_now else []
    due_at = nudging.due_at(survey, turn.network) if open_now else None
    if due_at is not None and due_at > turn.now:
        soon = _("Those who have not answered are reminded on {moment}.")
        lines.append(soon.format(moment=zoned_words(due_at, turn.network.zone)))
    if survey.anonymous:
        lines.append(_("It is anonymous."))
    return lines


def _options(turn: Turn, survey: Survey) -> list[Option]:
    key, open_now = survey.id, survey.state == SurveyState.OPEN
    may_open = surveymoves.may_open(turn.session, survey)
    steps = {"results": _("Results")}
    if open_now:
        again = {"publish": _("Publish again")} if appeals.is_taken_back(turn.session, survey) else {}
        steps |= {"nudge": _("Remind who has not"), "close": _("Close it now"), **again}
    elif may_open:
        steps |= {"reopen": _("Open it again")}
    steps["withdraw"] = _("Withdraw the survey")
    return [
        *rates.options(survey),
        *(Option(f"survey_{step}:{key}", label.unescape()) for step, label in steps.items()),
        *(UNTIL.options(survey) if may_open else ()),
        *sent.newest(turn, surveys.ABOUT, survey.id),
        _to_list(),
    ]


def _to_list() -> Option:
    return Option("surveys", _("All surveys").unescape())
