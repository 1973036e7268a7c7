"""/mydata hands out everything kept about a person; /forget erases it."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup, escape

from bot.actions import addresses, mydata, retention
from bot.actions.menu import typed, word_of
from bot.actions.rights import is_owner
from bot.core.conversation import Conversation
from bot.core.fields import Confirm
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import short_date
from bot.core.messages import Attachment
from bot.core.router import Router
from bot.handlers.membership.profile import UNKNOWN, known_of
from bot.turn import Turn
from storage.staff import Role, staff_of

router = Router()

TOLD: Final = ("name", "organisation", "place", "topics")
"""What stands in the message itself; the file has everything."""


def what_is_lost(turn: Turn, _answers: Any) -> Markup:  # noqa: ANN401 - the form's
    sure = _("Shall we erase everything we keep about you: answers, topics, messages? It cannot be undone.")
    sure = Markup(" ").join([sure, *_everywhere(turn)])
    if not (is_owner(turn) and len(staff_of(turn.session, Role.OWNER)) == 1):
        return sure
    warning = _(
        "You are the only owner of this network. Without an owner nobody can give or take back roles: please make "
        "somebody else an owner first, with {staff}."
    ).format(staff=typed("staff", turn.capabilities))
    return warning + "\n\n" + sure


forgetting: Final = Form(
    "forgetting",
    Confirm(
        "sure",
        what_is_lost,
        yes=N_("Yes, erase everything"),
        no=N_("No, keep it"),
    ),
    review=False,
)


@router.command("mydata", words=(word_of("mydata"),))
@router.button("mydata")
def hand_out(turn: Turn) -> None:
    data = mydata.export(turn.session, turn.member, turn.now)
    file = Attachment("document", turn.files.store(data), retention.MY_DATA, "application/json", len(data))
    said = _("This file holds everything we keep about you. In short:")
    turn.say(Markup("\n\n").join([said, _in_short(turn), *_everywhere(turn)]), attachment=file)


def _everywhere(turn: Turn) -> list[Markup]:
    """Says that it goes for the other messenger too, where there is one."""
    others = addresses.others(turn.session, turn.address)
    part = _("What was said on {channels} is part of it.")
    return [part.format(channels=addresses.labels(turn.channels, others))] if others else []


def _in_short(turn: Turn) -> Markup:
    member = turn.member
    dates = {
        _("First message"): member.created_at,
        _("Agreed"): member.consented_at,
        _("Registered"): member.registered_at,
        _("Stopped"): member.stopped_at,
    }
    known = known_of(turn)
    lines = [known[name] for name in TOLD if known[name][1] != UNKNOWN]
    for called, when in dates.items():
        if when is not None:
            lines.append((called, escape(short_date(when.astimezone(turn.network.zone).date()))))
    return Markup("\n").join(Markup("<b>{}</b>: {}").format(*line) for line in lines)


@router.command("forget", words=(word_of("forget"),))
@router.button("forget")
def ask(turn: Turn) -> None:
    turn.ask(forgetting)


@router.completed(forgetting)
def erase(turn: Turn, answers: dict[str, Any]) -> None:
    if not answers["sure"]:
        turn.say(_("Good, everything stays as it is."))
        return
    for file in retention.forget(turn.session, turn.address, turn.inbound.external_id, turn.now):
        turn.files.remove(file)
    turn.conversation = Conversation()
    turn.say(
        _(
            "Everything about you is erased, and your contact goes too as soon as this message is delivered. "
            "If you ever want to come back, write {start}. All the best to you."
        ).format(start=typed("start", turn.capabilities))
    )
