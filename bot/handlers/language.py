"""/language; also /az, /ru, /en, or the name of the language alone."""

from __future__ import annotations

from functools import partial

from bot.actions import members
from bot.actions.menu import word_of
from bot.core.i18n import LANGUAGES, _
from bot.core.locale import own_name
from bot.core.messages import Option
from bot.core.router import Router
from bot.turn import Turn

router = Router()


@router.command("language", words=(word_of("language"),))
@router.button("language")
def choose(turn: Turn, language: str = "") -> None:
    if language in turn.network.languages:
        members.set_language(turn.member, language)
        turn.speak(language)
        # Translators: name your own language here.
        turn.say(_("We speak English now."))
        return
    options = [
        Option(f"language:{each}", own_name(each), chosen=True if each == turn.language else None, word=f"/{each}")
        for each in turn.network.languages
    ]
    turn.say(_("Which language do you prefer?"), options)


for each_language in LANGUAGES:
    router.command(each_language, words=(own_name(each_language),))(partial(choose, language=each_language))
