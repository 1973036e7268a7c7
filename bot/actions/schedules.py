"""Newsletters on a schedule: what their authors can do with them."""

from __future__ import annotations

from datetime import datetime, tzinfo

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import newsletters
from bot.actions.recurring import go_on, run_of
from bot.actions.rights import RUNNING, may_write, role_of
from bot.core.messages import Attachment
from storage.audiences import Audience
from storage.members import Member, MemberAddress
from storage.newsletters import Newsletter
from storage.schedules import Run, RunState, Schedule, ScheduleKind, ScheduleState
from storage.staff import AuditEntry, record


def may_edit(session: Session, member: Member, schedule: Schedule) -> bool:
    """Whether this person may see and change this schedule, and write for it."""
    mine = schedule.author_id == member.id and may_write(session, member)
    return mine or role_of(session, member) in RUNNING


def begin(session: Session, author: MemberAddress, title: str, every: str, day: int, hour: str, audience: Audience,
          zone: tzinfo, now: datetime) -> Schedule:  # fmt: skip
    """A new one, whose author is asked at that address."""
    schedule = Schedule(
        author_id=author.member_id,
        author_address_id=author.id,
        kind=ScheduleKind.TEXT,
        title=title,
        every=every,
        day=day,
        hour=hour,
        audience=audience.to_json(),
        state=ScheduleState.ACTIVE,
        created_at=now,
    )
    session.add(schedule)
    session.flush()
    go_on(session, schedule, zone, now)
    _note(session, schedule, author.member_id, "schedule.begin", now)
    return schedule


def skip(session: Session, schedule: Schedule, at: datetime, actor: Member, zone: tzinfo, now: datetime) -> None:
    """Leave this time out; what was written for it stays a draft."""
    run_of(session, schedule, at, RunState.SKIPPED).state = RunState.SKIPPED
    session.flush()
    go_on(session, schedule, zone, now)
    _note(session, schedule, actor.id, "schedule.skip", now, moment=at.isoformat())


def unskip(session: Session, schedule: Schedule, at: datetime, actor: Member, zone: tzinfo, now: datetime) -> None:
    """Do not leave this time out after all."""
    run = session.get(Run, (schedule.id, at))
    if run is not None and run.state == RunState.SKIPPED:
        if run.newsletter_id:
            run.state = RunState.WRITTEN
        else:
            session.delete(run)
        session.flush()
        go_on(session, schedule, zone, now)
        _note(session, schedule, actor.id, "schedule.unskip", now, moment=at.isoformat())


def pause(session: Session, schedule: Schedule, actor: Member, now: datetime) -> None:
    schedule.state, schedule.next_at = ScheduleState.PAUSED, None
    _note(session, schedule, actor.id, "schedule.pause", now)


def resume(session: Session, schedule: Schedule, actor: Member, zone: tzinfo, now: datetime) -> None:
    """From now on; what it missed meanwhile is not made up for."""
    schedule.state = ScheduleState.ACTIVE
    go_on(session, schedule, zone, now)
    _note(session, schedule, actor.id, "schedule.resume", now)


def end(session: Session, schedule: Schedule, actor: Member, now: datetime) -> None:
    schedule.state, schedule.next_at = ScheduleState.ENDED, None
    _note(session, schedule, actor.id, "schedule.end", now)


def write(session: Session, schedule: Schedule, at: datetime, author: Member, language: str, text: Markup,
          attachment: Attachment | None, zone: tzinfo, now: datetime) -> Newsletter:  # fmt: skip
    """Keep the text of the issue of that moment: a draft, which leaves by itself when the moment comes.

    That moment is left out no more, if it was.
    """
    newsletter = newsletters.begin(session, author, language, text, attachment, now)
    newsletter.audience = schedule.audience
    run = run_of(session, schedule, at, RunState.WRITTEN)
    run.newsletter_id = newsletter.id
    if at > now:
        run.state = RunState.WRITTEN
    session.flush()
    go_on(session, schedule, zone, now)
    return newsletter


def is_leaving(session: Session, schedule: Schedule, at: datetime) -> bool:
    """Whether what was written for that moment is planned already, or left."""
    written = issue(session, schedule, at)
    return written is not None and newsletters.broadcast_of(session, written.id) is not None


def issue(session: Session, schedule: Schedule, at: datetime) -> Newsletter | None:
    """What was written for that moment, if that is still there."""
    run = session.get(Run, (schedule.id, at))
    return session.get(Newsletter, run.newsletter_id) if run and run.newsletter_id else None


def leaves_at(session: Session, newsletter: Newsletter, now: datetime) -> datetime | None:
    """When a draft leaves by itself; None where it does not."""
    issues = select(Run.at).join(Schedule, Schedule.id == Run.schedule_id).where(Run.newsletter_id == newsletter.id)
    ahead = issues.where(Run.state == RunState.WRITTEN, Run.at > now, Schedule.state == ScheduleState.ACTIVE)
    return None if taken_back(session, newsletter) else session.scalar(ahead)


def taken_back(session: Session, newsletter: Newsletter) -> bool:
    """Whether somebody took it back once it was to leave: then it leaves when they say so, and not by itself."""
    undone = AuditEntry.action.in_(["broadcast.undo", "broadcast.decline"])
    of_it = AuditEntry.detail["newsletter"].as_integer() == newsletter.id
    return session.scalar(select(AuditEntry.id).where(undone, of_it).limit(1)) is not None


def _note(session: Session, schedule: Schedule, actor_id: int, action: str, now: datetime, **detail: str) -> None:
    record(session, now, actor_id, action, schedule=schedule.id, title=schedule.title, **detail)
