"""What a coordinator should know of manners before sending: who gets it only in the morning, and who in a digest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from markupsafe import Markup

from bot.actions.hours import Hours
from bot.actions.newsletters import Plan
from bot.core.i18n import _, ngettext
from bot.core.locale import number, zoned_words
from bot.network import Network
from bot.turn import Turn
from storage.manners import count_full, count_quiet


def manner_words(turn: Turn, plan: Plan, leaves_at: datetime | None = None) -> list[Markup]:
    """One sentence for each that applies; `leaves_at` when it is to leave later."""
    hours = Hours(turn.network)
    at = leaves_at or turn.now
    if plan.newsletter.urgent:
        held = hours.a_day or turn.network.manners.quiet_from != turn.network.manners.quiet_until
        urgent = _("It is urgent, so it waits for nobody's morning, and for no holiday or digest.")
        return [urgent] if held else []
    lines = list(_quiet_words(turn, plan, hours, at))
    if not lines and hours.day(at) == hours.day(turn.now):
        lines += _full_words(turn, plan, hours)
    return lines


def held_on_holidays(turn: Turn, plan: Plan) -> bool:
    """Whether a holiday holds it back, so that nobody need think twice."""
    manners = turn.network.manners
    return not plan.newsletter.urgent and manners.quiet_from != manners.quiet_until


class _UntilUseless(Hours):
    """Quiet only for those to whom it lasts until a newsletter is of no use any more."""

    def __init__(self, network: Network, useful_until: datetime) -> None:
        super().__init__(network)
        self._useful_until = useful_until

    def quiet_until(self, now: datetime, home: str) -> datetime | None:
        until = super().quiet_until(now, home)
        return until if until is not None and until >= self._useful_until else None


def _quiet_words(turn: Turn, plan: Plan, hours: Hours, at: datetime) -> Iterator[Markup]:
    useful_until = plan.newsletter.useful_until
    useless = _UntilUseless(turn.network, useful_until) if useful_until else None
    lost = count_quiet(turn.session, plan.audience, useless, at) if useless else 0
    if lost:
        words = ngettext(
            "⚠ {n} member would not get it: it is quiet there until morning, and then it is of no use any more. If it "
            "cannot wait, call it urgent.",
            "⚠ {n} members would not get it: it is quiet there until morning, and then it is of no use any more. If it "
            "cannot wait, call it urgent.",
            lost,
        )
        yield words.format(n=number(lost))
    quiet = count_quiet(turn.session, plan.audience, hours, at) - lost
    if not quiet:
        return
    here = None if useless and useless.quiet_until(at, "") else hours.quiet_until(at, "")
    holiday = turn.network.holiday(at.astimezone(turn.network.zone).date())
    if here is None:
        words = ngettext(
            "It is quiet where {n} member lives: they get it in their morning.",
            "It is quiet where {n} members live: they get it in their morning.",
            quiet,
        )
    elif holiday is not None:
        words = ngettext(
            "It is a holiday or day of mourning ({holiday}): {n} member gets it on {moment}.",
            "It is a holiday or day of mourning ({holiday}): {n} members get it on {moment}.",
            quiet,
        )
    else:
        words = ngettext(
            "Quiet hours last until morning: {n} member gets it on {moment}.",
            "Quiet hours last until morning: {n} members get it on {moment}.",
            quiet,
        )
    moment = zoned_words(here, turn.network.zone) if here else ""
    yield words.format(n=number(quiet), moment=moment, holiday=holiday.labels[turn.language] if holiday else "")


def _full_words(turn: Turn, plan: Plan, hours: Hours) -> Iterator[Markup]:
    full = count_full(turn.session, plan.audience, hours, turn.now)
    useful_until = plan.newsletter.useful_until
    if full and useful_until and useful_until <= hours.digest_at(turn.now, ""):
        words = ngettext(
            "⚠ {n} member has had enough newsletters for today ({limit}) and would not get it: tomorrow it is of no "
            "use any more. If it cannot wait, call it urgent.",
            "⚠ {n} members have had enough newsletters for today ({limit}) and would not get it: tomorrow it is of no "
            "use any more. If it cannot wait, call it urgent.",
            full,
        )
        yield words.format(n=number(full), limit=number(hours.a_day))
    elif full:
        words = ngettext(
            "{n} member has had enough newsletters for today ({limit}) and gets it in tomorrow's digest.",
            "{n} members have had enough newsletters for today ({limit}) and get it in tomorrow's digest.",
            full,
        )
        yield words.format(n=number(full), limit=number(hours.a_day))
