"""What can be done once messages have arrived: see who missed it, try those again, correct it, take it back."""

from __future__ import annotations

from bot.actions import report_file, rights
from bot.actions.following import stands
from bot.core.i18n import _
from bot.core.messages import Attachment, Option
from bot.core.router import Router
from bot.handlers.admin import correcting as corrections
from bot.handlers.admin import missed, sent
from bot.handlers.admin import recalling as recalls
from bot.turn import Turn
from storage.broadcasts import Broadcast
from storage.delivery import tally
from storage.staff import record

router = Router()
router.include(missed.router, corrections.router, recalls.router)


def options(turn: Turn, broadcast: Broadcast) -> list[Option]:
    """What may be done with this broadcast now, beside steering it."""
    if broadcast.fired_at is None:
        return []
    missing = Option(f"missed:{broadcast.id}", _("Who did not receive it").unescape())
    recall = Option(f"recall:{broadcast.id}", _("Take it back").unescape())
    report = Option(f"table:{broadcast.id}", _("Report for Excel").unescape())
    return [missing, *([corrections.way(turn, broadcast), recall] if stands(broadcast) else []), report]


@router.button("table", allowed=rights.writes)
def table(turn: Turn, key: str = "", *_rest: str) -> None:
    """Everybody it went to, as a workbook."""
    broadcast = sent.find(turn, key)
    if broadcast is None:
        return
    if sum(each.rows for each in tally(turn.session, broadcast.id)) > report_file.MOST:
        back = sent.back(broadcast, _("Back to the newsletter"))
        turn.say(_("These are too many lines for Excel. Please take the report as CSV."), [back], edit=True)
        return
    file = report_file.write(turn.session, broadcast, turn.network, turn.channels, turn.files, report_file.XLSX)
    record(turn.session, turn.now, turn.member.id, "broadcast.file", broadcast=broadcast.id)
    turn.say(
        _("Every member it went to, and what became of it. Please keep the names to yourself."),
        attachment=Attachment("document", file, f"report-{broadcast.id}.xlsx", report_file.MIMES[report_file.XLSX]),
    )
