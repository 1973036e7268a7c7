"""How many of those who were asked have answered: of all of them, by topic and by region."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from bot.actions import response_rate, rights, surveys
from bot.actions.response_rate import Rate
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import number, percent
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.surveys import pages
from bot.turn import Turn
from storage.surveys import Survey

router = Router()

LISTED: Final = 20
"""Parts shown at once, those with the most asked."""

BY: Final = {"topics": N_("By topic"), "region": N_("By region")}


def options(survey: Survey) -> list[Option]:
    """To see it in parts."""
    return [Option(f"survey_rates:{survey.id}:{by}", _(label).unescape()) for by, label in BY.items()]


def rate_words(turn: Turn, survey: Survey) -> Markup:
    """As it is at this moment."""
    rate = response_rate.rate(turn.session, survey)
    asked = ngettext("Asked: {n}", "Asked: {n}", rate.asked).format(n=number(rate.asked))
    halfway = _("Stopped half way: {n}").format(n=number(max(0, rate.begun - rate.completed)))
    return Markup("\n").join([asked, _("Answered: {share}").format(share=_share_words(rate)), halfway])


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


def _share_words(rate: Rate) -> Markup:
    return Markup("{} / {} ({})").format(number(rate.completed), number(rate.asked), percent(rate.share))
