"""/help: what can be done here, by role; and the menu for whatever was not understood."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup

from bot.actions.menu import commands_for, main_menu, typed, word_of
from bot.actions.rights import role_name, role_of
from bot.core.folding import fold
from bot.core.i18n import _, current
from bot.core.router import Router
from bot.turn import Turn

router = Router()

THANKS: Final = frozenset(
    fold(words)
    for words in (
        "Thanks", "Thank you", "Thank you very much", "Many thanks", "OK", "Okay",
        "Təşəkkür", "Təşəkkürlər", "Təşəkkür edirəm", "Sağ ol", "Sağol", "Sağ olun", "Sağolun", "Çox sağ ol",
        "Çox sağ olun", "Yaxşı", "Oldu",
        "Спасибо", "Спасибо большое", "Большое спасибо", "Благодарю", "Окей", "Хорошо",
    )
)  # fmt: skip
"""Understood from everybody, whichever language they chose."""

_SIGNS: Final = re.compile(
    "[\N{THUMBS UP SIGN}\N{OK HAND SIGN}\N{PERSON WITH FOLDED HANDS}\N{CLAPPING HANDS SIGN}\N{HANDSHAKE}"
    "\N{HEAVY BLACK HEART}\N{SMILING FACE WITH SMILING EYES}\N{BOUQUET}\N{ROSE}"
    "\N{EMOJI MODIFIER FITZPATRICK TYPE-1-2}-\N{EMOJI MODIFIER FITZPATRICK TYPE-6}\N{VARIATION SELECTOR-16}\\s]+"
)


@router.command("help", words=(word_of("help"),))
@router.button("help")
def show(turn: Turn) -> None:
    lines = [_("This is what you can do here:")]
    if role := role_of(turn.session, turn.member):
        lines = [_("Your role here: {role}. This is what you can do:").format(role=role_name(role))]
    for command in commands_for(turn.session, turn.member):
        lines.append(Markup("{} – {}").format(typed(command.name, turn.capabilities), _(command.about)))
    turn.say(Markup("\n").join(lines))


def _thanks(text: str) -> bool:
    return fold(text) in THANKS or (bool(text.strip()) and _SIGNS.fullmatch(text) is not None)


@router.phrase(_thanks)
def thank(turn: Turn) -> None:
    if turn.conversation.stack:
        turn.preface(_("Let us go on:"))
        return
    turn.preface(_("Thank you for writing. I am a bot and always glad to help."))
    offer(turn)


@router.fallback
def offer(turn: Turn) -> None:
    asked = _("What would you like to do?")
    if not turn.member.registered:
        network = turn.network.name[current()]
        asked = _("This is the bot of {network}. Would you like to join?").format(network=network)
    turn.say(asked, main_menu(turn.session, turn.member))
