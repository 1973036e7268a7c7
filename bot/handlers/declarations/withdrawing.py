"""Taking a signature back; it can be given again while the declaration is open."""

from __future__ import annotations

from bot.actions import signing
from bot.actions.localized import read
from bot.core.i18n import _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.declarations import reading
from bot.handlers.declarations.finding import published
from bot.turn import Turn

router = Router()


@router.button("unsign")
def ask(turn: Turn, key: str = "") -> None:
    declaration = published(turn, key)
    if declaration is None:
        return
    if not signing.stands(signing.signature_of(turn.session, declaration.id, turn.member.id)):
        reading.show(turn, key)
        return
    sure = _("Take your signature under “{title}” back?").format(title=read(declaration, turn.language).title)
    yes = Option(f"unsign_now:{declaration.id}", _("Yes, take it back").unescape())
    no = Option(f"sign:{declaration.id}", _("No, leave it").unescape())
    turn.say(sure, [yes, no], edit=True)


@router.button("unsign_now")
def take_back(turn: Turn, key: str = "") -> None:
    declaration = published(turn, key)
    if declaration is not None:
        if signing.withdraw(turn.session, declaration, turn.member, turn.now):
            turn.preface(_("Your signature does not count any more."))
        reading.show(turn, str(declaration.id))
