"""What the staff did, the newest first, in plain words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from bot.actions import rights
from bot.actions.localized import read
from bot.actions.newsletters import title
from bot.actions.staff import person_words
from bot.core.i18n import N_, _
from bot.core.locale import language_name, listing, moment_words, short_date
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.broadcasts import Broadcast
from storage.calls import Call
from storage.declarations import Declaration
from storage.events import Event
from storage.newsletters import Newsletter
from storage.staff import AuditEntry, Role, recent_entries
from storage.surveys import Survey

router = Router()

LISTED: Final = 15

_ACTIONS: Final = {
    "newsletter.begin": N_("began {newsletter} in {language}"),
    "newsletter.text": N_("wrote the text of {newsletter} in {language}"),
    "newsletter.file": N_("changed the file of {newsletter}"),
    "newsletter.audience": N_("chose who gets {newsletter}"),
    "newsletter.limit": N_("said that {newsletter} is of use until {moment}"),
    "newsletter.no_limit": N_("took the time limit of {newsletter} away"),
    "newsletter.urgent": N_("called {newsletter} urgent: {reason}"),
    "newsletter.not_urgent": N_("said that {newsletter} is not urgent after all"),
    "newsletter.delete": N_("deleted a newsletter that was not sent"),
    "broadcast.fire": N_("sent {broadcast}"),
    "broadcast.hold": N_("sent {newsletter}, with time to take it back"),
    "broadcast.plan": N_("planned {newsletter} for {moment}"),
    "broadcast.ask": N_("asked for approval of {newsletter}"),
    "broadcast.approve": N_("agreed to {newsletter}"),
    "broadcast.decline": N_("did not agree to {newsletter}"),
    "broadcast.withdraw": N_("withdrew the correction of {newsletter}"),
    "broadcast.undo": N_("took {newsletter} back before it was sent"),
    "broadcast.late": N_("did not send {newsletter}, because its hour had passed, and asked what to do"),
    "broadcast.stale": N_("cancelled {broadcast}, which was of no use any more"),
    "broadcast.paused": N_("paused {broadcast}"),
    "broadcast.sending": N_("let {broadcast} go on"),
    "broadcast.rate": N_("changed how fast {broadcast} is sent"),
    "broadcast.cancel": N_("cancelled {broadcast}"),
    "broadcast.file": N_("took the report of {broadcast} as a file"),
    "broadcast.retry": N_("let {rows} who did not receive {broadcast} have another try"),
    "broadcast.correct": N_("corrected {broadcast}"),
    "broadcast.recall": N_("took {broadcast} back"),
    "unreachable.file": N_("took the list of those who cannot be reached as a file"),
    "staff.invite": N_("made a link for a new {role}"),
    "staff.join": N_("became {role} through a link"),
    "staff.link": N_("joined two messengers, as {role}"),
    "staff.dismiss": N_("took the role of {role} back from {member}"),
    "membership.confirmed": N_("confirmed that {member} belongs to the organisation"),
    "membership.declined": N_("did not confirm that {member} belongs to the organisation"),
    "schedule.begin": N_("put “{title}” on a schedule"),
    "schedule.skip": N_("left out “{title}” of {moment}"),
    "schedule.unskip": N_("did not leave out “{title}” of {moment} after all"),
    "schedule.pause": N_("paused the schedule of “{title}”"),
    "schedule.resume": N_("let the schedule of “{title}” go on"),
    "schedule.end": N_("ended the schedule of “{title}”"),
    "call.begin": N_("began a call: {call}"),
    "call.write": N_("changed a call: {call}"),
    "call.deadline": N_("moved the deadline of {call} to {moment}"),
    "call.no_deadline": N_("took the deadline of {call} away"),
    "call.close": N_("closed {call} early"),
    "call.withdraw": N_("withdrew {call}"),
    "call.delete": N_("deleted a call that was not published"),
    "call.accept": N_("accepted a proposed call: {call}"),
    "call.decline": N_("declined a proposed call: {call}"),
    "call.answer": N_("answered a question of {member} about {call}"),
    "survey.begin": N_("began a survey: {survey}"),
    "survey.write": N_("changed a survey: {survey}"),
    "survey.questions": N_("changed the questions of a survey: {survey}"),
    "survey.delete": N_("deleted a survey that was not published"),
    "survey.until": N_("moved the end of the survey {survey}"),
    "survey.close": N_("closed the survey {survey}"),
    "survey.withdraw": N_("withdrew the survey {survey}"),
    "survey.nudge": N_("reminded those who had not answered the survey {survey}"),
    "survey.file": N_("took the answers to the survey {survey} as a file"),
    "survey.share": N_("sent the results of the survey {survey} to those who answered"),
    "declaration.begin": N_("began a declaration: {declaration}"),
    "declaration.write": N_("changed a declaration: {declaration}"),
    "declaration.delete": N_("deleted a declaration that was not sent"),
    "declaration.until": N_("moved the end of the declaration {declaration}"),
    "declaration.close": N_("closed the declaration {declaration}"),
    "declaration.file": N_("took the signers of the declaration {declaration} as a file"),
    "event.begin": N_("began an event: {event}"),
    "event.text": N_("wrote the text of {event} in {language}"),
    "event.change": N_("changed {event}"),
    "event.move": N_("changed when or where {event} is, and told those who answered"),
    "event.call_off": N_("called {event} off"),
    "event.delete": N_("deleted an event that was not published"),
    "event.offer": N_("offered {moment} for {event}"),
    "event.withdraw": N_("offered {moment} for {event} no longer"),
    "event.pick": N_("picked {moment} for {event}"),
    "event.tick": N_("noted who was at {event}"),
    "event.file": N_("took the list of {event} as a file"),
}


@router.command("audit", words=[N_("Audit log")], allowed=rights.runs)
def latest(turn: Turn) -> None:
    _show(turn, None)


@router.button("audit", allowed=rights.runs)
def page(turn: Turn, before: str = "", *_rest: str) -> None:
    """The newest entries, or those older than one."""
    _show(turn, number_of(before) or None)


def _show(turn: Turn, before: int | None) -> None:
    entries = recent_entries(turn.session, LISTED + 1, before)
    shown = entries[:LISTED]
    heading = _("What the staff did, the newest first") if shown else _("Nobody of the staff did anything yet.")
    if before is not None:
        heading = _("What the staff did before that")
    older = [Option(f"audit:{shown[-1].id}", _("Older").unescape())] if len(entries) > LISTED else []
    turn.say(Markup("\n").join([Markup("<b>{}</b>").format(heading), *(_line(turn, entry) for entry in shown)]), older)


def _line(turn: Turn, entry: AuditEntry) -> Markup:
    local = entry.at.astimezone(turn.network.zone)
    moment = f"{short_date(local.date())}, {local:%H:%M}"
    done = _(_ACTIONS.get(entry.action, entry.action)).format_map(_values(turn, entry.detail))
    return Markup("{}: {} {}").format(moment, person_words(turn.session, entry.actor_id, turn.member), done)


_TITLED: Final[dict[str, type[Any]]] = {
    "call": Call,
    "event": Event,
    "survey": Survey,
    "declaration": Declaration,
}


def _values(turn: Turn, detail: dict[str, Any]) -> Mapping[str, Any]:
    """What an entry noted, as a reader calls it."""
    values = defaultdict(lambda: "…", detail)
    if "language" in values:
        values["language"] = language_name(values["language"])
    if values.get("moment"):
        values["moment"] = moment_words(datetime.fromisoformat(values["moment"]), turn.network.zone)
    if "newsletter" in values:
        values["newsletter"] = _called(turn, values["newsletter"])
    if "broadcast" in values:
        broadcast = turn.session.get(Broadcast, values["broadcast"])
        values["broadcast"] = _called(turn, broadcast.newsletter_id if broadcast else 0)
    for name, table in _TITLED.items():
        if name in values:
            titled = turn.session.get(table, values[name])
            values[name] = _("“{title}”").format(title=read(titled, turn.language).title) if titled else "…"
    if "member" in values:
        values["member"] = person_words(turn.session, values["member"], turn.member)
    if "role" in values:
        labels = [topic.labels[turn.language] for topic in turn.network.topics if topic.key in detail.get("topics", ())]
        role = rights.role_name(Role(values["role"]))
        values["role"] = Markup("{} ({})").format(role, listing(labels)) if labels else role
    return values


def _called(turn: Turn, key: int) -> Markup:
    newsletter = turn.session.get(Newsletter, key)
    return _("a newsletter") if newsletter is None else _("“{title}”").format(title=title(newsletter))
