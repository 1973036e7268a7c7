"""Stopping the weekly digest right under it, and having it again; among the topics it has a line of its own."""

from __future__ import annotations

from bot.actions.menu import in_every_language
from bot.actions.weekly_rows import STOP, STOP_OPTION
from bot.core.i18n import _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.leaving import remind
from bot.turn import Turn

router = Router()


@router.words(*in_every_language(STOP))
@router.button(STOP_OPTION)
def stop(turn: Turn, *_rest: str) -> None:
    turn.member.digest = False
    said = _("Done. The weekly digest does not come any more; everything else does.")
    turn.say(said, [Option("digest_on", _("Undo").unescape()), Option("topics", _("Topics").unescape())])


@router.button("digest_on")
def go_on(turn: Turn, *_rest: str) -> None:
    turn.member.digest = True
    remind(turn)
    turn.say(_("The weekly digest comes again, once a week."))
