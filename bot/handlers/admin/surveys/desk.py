"""The page of a survey that was published: how many answered, where, and what can be done about it."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import nudging, response_rate, rights, surveymoves, surveys, telling
from bot.actions.response_rate import Rate
from bot.core.fields import Deadline
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import number, percent, zoned_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.surveys import pages
from bot.handlers.sheets import Sheet
from bot.turn import Turn
from storage.surveys import Survey, SurveyState

router = Router()

LISTED: Final = 20
"""Parts shown at once, those with the most asked."""

BY: Final = {"topics": N_("By topic"), "region": N_("By region")}


def _move(turn: Turn, survey: Survey, _field: str, value: Any) -> None:  # noqa: ANN401 - an Until, or None
    until = value.moment if value else None
    surveymoves.move_closing(turn.session, survey, until, turn.member, turn.network, turn.now)
    turn.preface(_("Done. Its copies say so where they can be changed."))


UNTIL: Final = Sheet(
    "survey_end",
    Deadline(
        "closes_at",
        N_("Until when can it be answered?"),
        label=N_("Open until"),
        hint=N_("Write a day, such as 30.11.2026, or a day and an hour. Skip it to close it by hand."),
        clock=lambda turn: (turn.now, turn.network.zone),
        optional=True,
    ),
    find=lambda turn, key: pages.find(turn, key, *surveys.PUBLISHED),
    keep=_move,
    show=pages.show,
    allowed=rights.writes,
)
router.include(UNTIL.router)


def show(turn: Turn, survey: Survey, *, edit: bool = False) -> None:
    """Show the page, with the response rate as it is at this moment."""
    paragraphs = [
        Markup("<b>{}</b>\n{}").format(_heading(turn, survey), surveys.title(survey, turn.language)),
        _rate_words(response_rate.rate(turn.session, survey)),
        Markup("\n").join(_terms(turn, survey)),
    ]
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, survey), edit=edit)


@router.button("survey_rates", allowed=rights.writes)
def show_rates(turn: Turn, key: str = "", by: str = "", *_rest: str) -> None:
    """The response rate of each topic, or region."""
    survey = pages.find(turn, key, *surveys.PUBLISHED)
    if survey is None or by not in BY:
        return
    known = {each.key: each.labels for each in (turn.network.topics if by == "topics" else turn.network.regions)}
    lines = [Markup("<b>{}</b>").format(_(BY[by]))]
    for part, rate in list(response_rate.rates(turn.session, survey, by).items())[:LISTED]:
        label = known[part][turn.language] if part in known else _("not known")
        lines.append(Markup("{}: {}").format(label, _share_words(rate)))
    if len(lines) == 1:
        lines.append(_("Nobody was reached yet."))
    turn.say(Markup("\n").join(lines), [pages.back(survey)], edit=True)


@router.button("survey_nudge", allowed=rights.writes)
def ask_nudge(turn: Turn, key: str = "", *_rest: str) -> None:
    """Whom it would remind, before it does."""
    survey = pages.find(turn, key, SurveyState.OPEN)
    if survey is None or _nudged_lately(turn, survey):
        return
    waiting = nudging.waiting(turn.session, survey)
    silent = ngettext("{n} member has not begun.", "{n} members have not begun.", waiting.silent)
    halfway = ngettext("{n} member stopped half way.", "{n} members stopped half way.", waiting.halfway)
    said = Markup("\n").join(
        [
            silent.format(n=number(waiting.silent)),
            halfway.format(n=number(waiting.halfway)),
            _("Shall I remind them? Nobody who answered hears of it."),
        ]
    )
    yes = Option(f"survey_nudge_now:{survey.id}", _("Yes, remind them").unescape())
    turn.say(said, [yes, pages.back(survey)] if sum(waiting) else [pages.back(survey)], edit=True)


@router.button("survey_nudge_now", allowed=rights.writes)
def nudge(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key, SurveyState.OPEN)
    if survey is not None and not _nudged_lately(turn, survey):
        nudging.nudge(turn.session, survey, turn.member, turn.network, turn.now)
        turn.preface(_("They are being reminded."))
        show(turn, survey, edit=True)


@router.button("survey_close", allowed=rights.writes)
def ask_close(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key, SurveyState.OPEN)
    if survey is not None:
        sure = _("Close “{title}” now? Nobody can answer it from then on. You can open it again.")
        _sure(turn, survey, sure, Option(f"survey_close_now:{survey.id}", _("Yes, close it").unescape()))


@router.button("survey_close_now", allowed=rights.writes)
def close(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key, SurveyState.OPEN)
    if survey is not None:
        surveymoves.close(turn.session, survey, turn.member, turn.network, turn.now)
        turn.preface(_("Done. Its copies say so where they can be changed."))
        show(turn, survey, edit=True)


@router.button("survey_reopen", allowed=rights.writes)
def reopen(turn: Turn, key: str = "", *_rest: str) -> None:
    """Until it is closed by hand; a day can be said afterwards."""
    survey = pages.find(turn, key, SurveyState.CLOSED)
    if survey is not None:
        surveymoves.move_closing(turn.session, survey, None, turn.member, turn.network, turn.now)
        turn.preface(_("It is open again, until you close it."))
        show(turn, survey, edit=True)


@router.button("survey_withdraw", allowed=rights.writes)
def ask_withdraw(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key, *surveys.PUBLISHED)
    if survey is not None:
        sure = _("Withdraw “{title}”? Every copy says so from then on, and it cannot be undone.")
        _sure(turn, survey, sure, Option(f"survey_withdraw_now:{survey.id}", _("Yes, withdraw it").unescape()))


@router.button("survey_withdraw_now", allowed=rights.writes)
def withdraw(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = pages.find(turn, key, *surveys.PUBLISHED)
    if survey is not None:
        surveymoves.withdraw(turn.session, survey, turn.member, turn.network, turn.now)
        turn.say(_("Done. Its copies say so where they can be changed."), edit=True)


def show_withdrawn(turn: Turn, survey: Survey, *, edit: bool = False) -> None:
    """Nothing can be done with it any more."""
    gone = _("“{title}” was withdrawn.").format(title=surveys.title(survey, turn.language))
    turn.say(gone, [Option("survey_new", _("New survey").unescape())], edit=edit)


def _nudged_lately(turn: Turn, survey: Survey) -> bool:
    """Whether they were reminded a moment ago; says so."""
    allowed_at = nudging.allowed_at(survey)
    if allowed_at is None or allowed_at <= turn.now:
        return False
    again = _("They were reminded within the last day. From {moment} you can remind them again.")
    turn.preface(again.format(moment=zoned_words(allowed_at, turn.network.zone)))
    show(turn, survey, edit=True)
    return True


def _heading(turn: Turn, survey: Survey) -> Markup:
    if survey.state == SurveyState.CLOSED and survey.closed_at is not None:
        return _("A survey, closed on {moment}").format(moment=zoned_words(survey.closed_at, turn.network.zone))
    published = zoned_words(survey.published_at or survey.created_at, turn.network.zone)
    return _("A survey, open since {moment}").format(moment=published)


def _rate_words(rate: Rate) -> Markup:
    asked = ngettext("Asked: {n}", "Asked: {n}", rate.asked).format(n=number(rate.asked))
    halfway = _("Stopped half way: {n}").format(n=number(max(0, rate.begun - rate.completed)))
    return Markup("\n").join([asked, _("Answered: {share}").format(share=_share_words(rate)), halfway])


def _share_words(rate: Rate) -> Markup:
    return Markup("{} / {} ({})").format(number(rate.completed), number(rate.asked), percent(rate.share))


def _terms(turn: Turn, survey: Survey) -> list[Markup]:
    lines = []
    if survey.state == SurveyState.OPEN and survey.closes_at is None:
        lines.append(_("It stays open until you close it."))
    elif survey.state == SurveyState.OPEN and survey.closes_at is not None:
        lines.append(_("Open until {moment}").format(moment=zoned_words(survey.closes_at, turn.network.zone)))
    due_at = nudging.due_at(survey, turn.network) if survey.state == SurveyState.OPEN else None
    if due_at is not None and due_at > turn.now:
        soon = _("Those who have not answered are reminded on {moment}.")
        lines.append(soon.format(moment=zoned_words(due_at, turn.network.zone)))
    if survey.anonymous:
        lines.append(_("It is anonymous."))
    return lines


def _options(turn: Turn, survey: Survey) -> list[Option]:
    key, open_now = survey.id, survey.state == SurveyState.OPEN
    steps = {"results": _("Results")}
    options = [Option(f"survey_rates:{key}:{by}", _(label).unescape()) for by, label in BY.items()]
    if open_now:
        again = {"publish": _("Publish again")} if surveys.is_taken_back(turn.session, survey) else {}
        steps |= {"nudge": _("Remind who has not"), "close": _("Close it now"), **again}
    else:
        steps |= {"reopen": _("Open it again")}
    steps["withdraw"] = _("Withdraw the survey")
    sent = telling.publications(turn.session, surveys.ABOUT, survey.id)
    went = [Option(f"broadcast:{sent[-1].id}", _("See how it went").unescape())] if sent else []
    return [
        *options,
        *(Option(f"survey_{step}:{key}", label.unescape()) for step, label in steps.items()),
        *UNTIL.options(survey),
        *went,
    ]


def _sure(turn: Turn, survey: Survey, question: Markup, yes: Option) -> None:
    no = Option(f"survey_page:{survey.id}", _("No, leave it").unescape())
    turn.say(question.format(title=surveys.title(survey, turn.language)), [yes, no], edit=True)
