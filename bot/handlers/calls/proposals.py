"""A member proposes a funding call they have heard of; staff look at it before anybody else hears of it."""

from __future__ import annotations

from typing import Any, Final

from bot.actions import callproposals
from bot.core.fields import MultiChoice
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.tongues import TONGUE
from bot.handlers.calls.fields import AMOUNT, DEADLINE, DONOR, LINK, TEXT, TITLE, amount_columns
from bot.turn import Turn

router = Router()

PROPOSAL: Final = Form(
    "proposal",
    TONGUE,
    TITLE,
    TEXT,
    DONOR,
    AMOUNT,
    DEADLINE,
    LINK,
    MultiChoice(
        "topics",
        N_("Which topics does it belong to?"),
        lambda turn, _answers: [Option(topic.key, topic.labels[turn.language]) for topic in turn.network.topics],
        label=N_("Topics"),
        at_least=1,
    ),
    done=N_("Send it"),
)


def _may(turn: Turn) -> bool:
    return turn.member.registered


def options(turn: Turn) -> list[Option]:
    """What leads here, for those who may."""
    return [Option("propose", _("Propose a call").unescape())] if _may(turn) else []


@router.command("propose", words=[N_("Propose a call")], allowed=_may)
def begin(turn: Turn) -> None:
    if _has_room(turn):
        turn.ask(PROPOSAL)


@router.button("propose", allowed=_may)
def begin_from_menu(turn: Turn, *_rest: str) -> None:
    begin(turn)


@router.completed(PROPOSAL, allowed=_may)
def propose(turn: Turn, answers: dict[str, Any]) -> None:
    if not _has_room(turn):
        return
    tongue, until = answers["tongue"], answers["deadline"]
    call = callproposals.propose(
        turn.session,
        turn.member,
        tongue,
        turn.now,
        titles={tongue: answers["title"]},
        texts={tongue: str(answers["text"])},
        donor=answers["donor"] or "",
        deadline=until and until.moment,
        whole_day=until is None or until.whole_day,
        link=answers["link"] or "",
        topics=answers["topics"],
        **amount_columns(answers["amount"]),
    )
    callproposals.tell_staff(turn.session, call, turn.network, turn.channels, turn.now)
    turn.say(_("Thank you. Somebody who looks after these topics will read it, and I will tell you what they say."))


def _has_room(turn: Turn) -> bool:
    room = callproposals.may_propose(turn.session, turn.member)
    if not room:
        turn.say(_("Thank you, several of your proposals wait for an answer already. Please wait for that first."))
    return room
