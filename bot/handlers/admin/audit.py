"""What the staff did, the newest first, in plain words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from bot.actions import rights
from bot.actions.newsletters import title
from bot.actions.staff import person_words
from bot.core.i18n import N_, _
from bot.core.locale import language_name, listing, short_date
from bot.core.router import Router
from bot.turn import Turn
from storage.broadcasts import Broadcast
from storage.newsletters import Newsletter
from storage.staff import AuditEntry, Role, recent_entries

router = Router()

LISTED: Final = 15

_ACTIONS: Final = {
    "newsletter.begin": N_("began {newsletter} in {language}"),
    "newsletter.text": N_("wrote the text of {newsletter} in {language}"),
    "newsletter.file": N_("changed the file of {newsletter}"),
    "newsletter.audience": N_("chose who gets {newsletter}"),
    "newsletter.delete": N_("deleted a newsletter that was not sent"),
    "broadcast.fire": N_("sent {broadcast}"),
    "broadcast.paused": N_("paused {broadcast}"),
    "broadcast.sending": N_("let {broadcast} go on"),
    "broadcast.cancel": N_("cancelled {broadcast}"),
    "broadcast.file": N_("took the report of {broadcast} as a file"),
    "staff.invite": N_("made a link for a new {role}"),
    "staff.join": N_("became {role} through a link"),
    "staff.link": N_("joined two messengers, as {role}"),
    "staff.dismiss": N_("took the role of {role} back from {member}"),
    "membership.confirmed": N_("confirmed that {member} belongs to the organisation"),
    "membership.declined": N_("did not confirm that {member} belongs to the organisation"),
}


@router.command("audit", words=[N_("Audit log")], allowed=rights.runs)
def latest(turn: Turn) -> None:
    entries = recent_entries(turn.session, LISTED)
    heading = _("What the staff did, the newest first") if entries else _("Nobody of the staff did anything yet.")
    turn.say(Markup("\n").join([Markup("<b>{}</b>").format(heading), *(_line(turn, entry) for entry in entries)]))


@router.button("audit", allowed=rights.runs)
def latest_from_menu(turn: Turn, *_rest: str) -> None:
    latest(turn)


def _line(turn: Turn, entry: AuditEntry) -> Markup:
    local = entry.at.astimezone(turn.network.zone)
    moment = f"{short_date(local.date())}, {local:%H:%M}"
    done = _(_ACTIONS.get(entry.action, entry.action)).format_map(_values(turn, entry.detail))
    return Markup("{}: {} {}").format(moment, person_words(turn.session, entry.actor_id, turn.member), done)


def _values(turn: Turn, detail: dict[str, Any]) -> Mapping[str, Any]:
    """What an entry noted, as a reader calls it."""
    values = defaultdict(lambda: "…", detail)
    if "language" in values:
        values["language"] = language_name(values["language"])
    if "newsletter" in values:
        values["newsletter"] = _called(turn, values["newsletter"])
    if "broadcast" in values:
        broadcast = turn.session.get(Broadcast, values["broadcast"])
        values["broadcast"] = _called(turn, broadcast.newsletter_id if broadcast else 0)
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
