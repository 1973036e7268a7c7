"""Colleagues, or staff, answer whether somebody who joined their organisation works there."""

from __future__ import annotations

from bot.actions.memberships import Decided, decide, only_waiting
from bot.actions.menu import in_every_language
from bot.core.i18n import N_, _
from bot.core.router import Router
from bot.turn import Turn

router = Router()


def _names_somebody(_turn: Turn, rest: str) -> bool:
    return len(rest.split()) == 2 and all(part.isdecimal() for part in rest.split())  # noqa: PLR2004 - member, organisation


@router.words(*in_every_language(N_("CONFIRM")), rest=_names_somebody)
def confirm_by_word(turn: Turn) -> None:
    confirm(turn, *turn.payload.split())


@router.words(*in_every_language(N_("DECLINE")), rest=_names_somebody)
def decline_by_word(turn: Turn) -> None:
    decline(turn, *turn.payload.split())


@router.button("confirm")
def confirm(turn: Turn, member: str = "", organisation: str = "") -> None:
    _decide(turn, member, organisation, yes=True)


@router.button("decline")
def decline(turn: Turn, member: str = "", organisation: str = "") -> None:
    _decide(turn, member, organisation, yes=False)


def _decide(turn: Turn, member: str, organisation: str, *, yes: bool) -> None:
    if not (member.isdecimal() and organisation.isdecimal()):
        _decide_alone(turn, yes=yes)
        return
    decision = decide(turn.session, turn.member, int(member), int(organisation), turn.now, yes=yes)
    match decision.state:
        case Decided.CONFIRMED:
            said = _("Thank you. {name} is confirmed as a member of {organisation}.")
        case Decided.DECLINED:
            said = _("Thank you. {name} is not listed as a member of {organisation}.")
        case Decided.EARLIER:
            said = _("Thank you, {by} has answered this already.")
            if decision.own:
                said = _("Thank you, you have answered this already.")
        case Decided.GONE:
            said = _("Thank you. This person does not wait for an answer any more.")
        case Decided.FORBIDDEN:
            said = _("Only members of that organisation and the coordinators can answer this.")
    by = decision.by or _("somebody else").unescape()
    turn.say(said.format(name=decision.name, organisation=decision.organisation, by=by))


def _decide_alone(turn: Turn, *, yes: bool) -> None:
    """The word without numbers means the one person who waits."""
    try:
        waiting = only_waiting(turn.session, turn.member)
    except LookupError:
        turn.say(_("Please write it together with the numbers that stand in the message."))
        return
    if waiting is None:
        turn.say(_("Nobody is waiting for your answer at the moment."))
    else:
        member, organisation = waiting
        _decide(turn, str(member), str(organisation), yes=yes)
