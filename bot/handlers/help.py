"""/help: what can be done here, by role; and the menu for whatever was not understood."""

from __future__ import annotations

from markupsafe import Markup

from bot.actions.menu import commands_for, main_menu, typed, word_of
from bot.actions.rights import role_name, role_of
from bot.core.i18n import _, current
from bot.core.router import Router
from bot.turn import Turn

router = Router()


@router.command("help", words=(word_of("help"),))
@router.button("help")
def show(turn: Turn) -> None:
    lines = [_("This is what you can do here:")]
    if role := role_of(turn.session, turn.member):
        lines = [_("Your role here: {role}. This is what you can do:").format(role=role_name(role))]
    for command in commands_for(turn.session, turn.member):
        lines.append(Markup("{} – {}").format(typed(command.name, turn.capabilities), _(command.about)))
    turn.say(Markup("\n").join(lines))


@router.fallback
def offer(turn: Turn) -> None:
    asked = _("What would you like to do?")
    if not turn.member.registered:
        network = turn.network.name[current()]
        asked = _("This is the bot of {network}. Would you like to join?").format(network=network)
    turn.say(asked, main_menu(turn.session, turn.member))
