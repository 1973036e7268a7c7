"""The broadcast that a button speaks of, for whoever may follow it at the moment of the tap."""

from __future__ import annotations

from markupsafe import Markup

from bot.actions import rights, telling
from bot.actions.menu import typed
from bot.actions.newsletters import title
from bot.core.i18n import _
from bot.core.messages import Option
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.broadcasts import Broadcast
from storage.newsletters import Newsletter


def find(turn: Turn, key: object) -> Broadcast | None:
    """The broadcast, once it has fired; says so when it is not this person's."""
    broadcast = turn.session.get(Broadcast, number_of(key))
    followed = broadcast is not None and rights.may_follow(turn.session, turn.member, broadcast)
    if broadcast is not None and followed and broadcast.fired_at is not None:
        return broadcast
    turn.say(
        _("I do not find this newsletter among yours. Write {command} to see them.").format(
            command=typed("broadcasts", turn.capabilities)
        )
    )
    return None


def newest(turn: Turn, about: str, about_id: int) -> list[Option]:
    """Leads to what was sent last of a call, a survey…, if anything was."""
    sent = telling.publications(turn.session, about, about_id)
    return [back(sent[-1], _("See how it went"))] if sent else []


def title_of(turn: Turn, broadcast: Broadcast) -> str:
    return title(turn.session.get_one(Newsletter, broadcast.newsletter_id))


def back(broadcast: Broadcast, label: Markup) -> Option:
    """Leads to the broadcast itself."""
    return Option(f"broadcast:{broadcast.id}", label.unescape())
