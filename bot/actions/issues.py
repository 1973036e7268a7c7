"""The issues of a newsletter on a schedule: its author is asked for each a day ahead, and each leaves at its moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import approving, attachments, authors, newsletters, planning, weekly
from bot.actions.recurring import go_on, kept, run_of
from bot.actions.schedules import taken_back
from bot.core.channel import Channel
from bot.core.i18n import _
from bot.core.locale import zoned_words
from bot.core.messages import Option
from bot.network import Network
from storage.files import Files
from storage.members import Member, MemberAddress, addresses_of
from storage.newsletters import Newsletter
from storage.schedules import Run, RunState, Schedule, ScheduleKind, ScheduleState

AHEAD: Final = timedelta(days=1)
"""How long before its moment the author is asked for an issue's text."""


def move_on(session: Session, schedule_id: int, network: Network, channels: Mapping[str, Channel], files: Files,
            now: datetime) -> None:  # fmt: skip
    """Do what is due: ask for a text, send it, or tell that none came. Of several missed times the last counts."""
    schedule = session.get(Schedule, schedule_id, with_for_update=True, populate_existing=True)
    if schedule is None or schedule.state != ScheduleState.ACTIVE or schedule.next_at is None:
        return
    at = schedule.next_at
    if at > now:
        if schedule.kind == ScheduleKind.TEXT and at <= now + AHEAD:
            _ask(session, schedule, at, network, channels, now)
        return
    since = takewhile(lambda moment: moment <= now, kept(session, schedule, network.zone, at))
    last = max(since, default=at)
    go_on(session, schedule, network.zone, now)
    if schedule.kind == ScheduleKind.DIGEST:
        weekly.run(session, schedule, run_of(session, schedule, last, RunState.MISSED), network, now)
        return
    known = [at] if session.get(Run, (schedule.id, at)) is not None else []
    for moment in dict.fromkeys([*known, last]):
        _finish(session, schedule, run_of(session, schedule, moment, RunState.MISSED), network, channels, files, now)


def _ask(session: Session, schedule: Schedule, at: datetime, network: Network, channels: Mapping[str, Channel],
         now: datetime) -> None:  # fmt: skip
    """Once."""
    if session.get(Run, (schedule.id, at)) is not None:
        return
    run_of(session, schedule, at, RunState.ASKED)

    def say() -> list[Markup]:
        asked = _("The next issue is to leave on {moment}. Please send me its text before that.")
        return [asked.format(moment=zoned_words(at, network.zone))]

    def options() -> list[Option]:
        seconds = int(at.timestamp())
        return [
            Option(f"issue:{schedule.id}:{seconds}", _("Write it").unescape()),
            Option(f"schedule:{schedule.id}:skip:{seconds}", _("Leave it out this time").unescape()),
        ]

    _tell(session, schedule, at, channels, say, options, now)


def _finish(session: Session, schedule: Schedule, run: Run, network: Network, channels: Mapping[str, Channel],
            files: Files, now: datetime) -> None:  # fmt: skip
    """The moment has come: let what was written leave, or tell why nothing does."""
    newsletter = session.get(Newsletter, run.newsletter_id) if run.newsletter_id else None
    if newsletter is None:
        _tell_missed(session, schedule, run, _was_away if run.state == RunState.MISSED else _no_text, network, channels,
                     now)  # fmt: skip
    elif sent := newsletters.broadcast_of(session, newsletter.id):
        run.state, run.broadcast_id = RunState.SENT, sent.id
    elif not taken_back(session, newsletter):
        author = session.get(Member, newsletter.author_id) if newsletter.author_id else None
        address = None if author is None else _address_of(session, schedule, author)
        plan = None if author is None else newsletters.plan(session, newsletter, author, network)
        if address is None or plan is None or not _fit(session, plan, network, channels, files, now):
            _tell_missed(session, schedule, run, _unfit, network, channels, now)
            return
        newsletter.audience = plan.audience.to_json()
        planned = planning.prepare(session, newsletter, address, network, now, run.at)
        run.state, run.broadcast_id = RunState.SENT, planned.id
    else:
        run.state = RunState.MISSED


def _fit(session: Session, plan: newsletters.Plan, network: Network, channels: Mapping[str, Channel], files: Files,
         now: datetime) -> bool:  # fmt: skip
    """Whether it can leave without anybody looking at it once more."""
    return bool(
        plan.newsletter.texts
        and plan.members
        and not approving.needed(network, plan.audience)
        and not newsletters.overlong(plan, network, channels.values())
        and not any(each.reached for each in attachments.unfit(session, plan, channels, files, now))
    )


def _address_of(session: Session, schedule: Schedule, author: Member) -> MemberAddress | None:
    """Where its writer follows it: where they are asked, or else where they are reached."""
    known = addresses_of(session, author.id)
    return next((each for each in known if each.id == schedule.author_address_id), next(iter(known), None))


def _no_text() -> Markup:
    return _("No text came for the issue of {moment}, so nothing was sent.")


def _was_away() -> Markup:
    return _("I was not running when the issue of {moment} was due, so nothing was sent.")


def _unfit() -> Markup:
    return _("The issue of {moment} could not leave by itself: please open it and send it. It is a draft.")


def _tell_missed(session: Session, schedule: Schedule, run: Run, why: Callable[[], Markup], network: Network,
                 channels: Mapping[str, Channel], now: datetime) -> None:  # fmt: skip
    run.state = RunState.MISSED

    def say() -> list[Markup]:
        lines = [why().format(moment=zoned_words(run.at, network.zone))]
        if schedule.next_at is not None:
            lines.append(
                _("The next one is due on {moment}.").format(moment=zoned_words(schedule.next_at, network.zone))
            )
        return lines

    def options() -> list[Option]:
        draft = [Option(f"draft:{run.newsletter_id}", _("Open the draft").unescape())] if run.newsletter_id else []
        return [*draft, Option(f"schedule:{schedule.id}", _("See the schedule").unescape())]

    _tell(session, schedule, run.at, channels, say, options, now)


def _tell(
    session: Session,
    schedule: Schedule,
    at: datetime,
    channels: Mapping[str, Channel],
    say: Callable[[], Sequence[Markup]],
    options: Callable[[], Sequence[Option]],
    now: datetime,
) -> None:
    address = session.get(MemberAddress, schedule.author_address_id) if schedule.author_address_id else None
    told = authors.in_charge(session, address, channels)
    heading = Markup("<b>{}</b>").format(schedule.title)
    key = f"schedule:{schedule.id}:{int(at.timestamp())}"
    authors.inform(session, told, channels, lambda: [heading, *say()], options, key, now, "schedules")
