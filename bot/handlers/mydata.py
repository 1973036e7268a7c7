"""/mydata hands out everything kept about a person; /forget erases it."""

from __future__ import annotations

from typing import Any, Final

from bot.actions import mydata, retention
from bot.actions.menu import typed, word_of
from bot.core.conversation import Conversation
from bot.core.fields import Confirm
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.messages import Attachment
from bot.core.router import Router
from bot.turn import Turn

router = Router()

forgetting: Final = Form(
    "forgetting",
    Confirm(
        "sure",
        N_("Shall we erase everything we keep about you: answers, topics, messages? It cannot be undone."),
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
    turn.say(_("This file holds everything we keep about you."), attachment=file)


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
            "Everything about you is erased, and your address goes too as soon as this message is delivered. "
            "If you ever want to come back, write {start}. All the best to you."
        ).format(start=typed("start", turn.capabilities))
    )
