"""Following what was sent: the list, each one's numbers, pausing and cancelling it, and its report as a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import broadcasts, cards, report_file, reports, rights
from bot.actions.kinds import cancel_words, words_of
from bot.actions.menu import typed
from bot.actions.newsletters import title
from bot.actions.retrying import RECALLED
from bot.core.i18n import N_, _
from bot.core.locale import moment_words, near_date
from bot.core.messages import Attachment, Option
from bot.core.router import Router
from bot.handlers.admin import after, approval, pace
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState, recent_broadcasts
from storage.delivery import tally
from storage.followups import is_awaited
from storage.newsletters import Newsletter
from storage.staff import record

router = Router()

LISTED: Final = 8
_LOOKED_AT: Final = 200
"""Of the newest broadcasts, how many are looked through for a focal point's own."""

_STATES: Final = {
    BroadcastState.WAITING: N_("waiting for approval"),
    BroadcastState.HELD: N_("about to leave"),
    BroadcastState.SCHEDULED: N_("planned"),
    BroadcastState.LATE: N_("not sent at its hour"),
    BroadcastState.SENDING: N_("on its way"),
    BroadcastState.PAUSED: N_("paused"),
    BroadcastState.DONE: N_("sent"),
    BroadcastState.CANCELLED: N_("cancelled"),
}

Step = Callable[[Session, int, int | None, datetime], bool]

_STEPS: Final[dict[str, Step]] = {
    "pause": lambda session, broadcast, actor, now: broadcasts.pause(session, broadcast, actor, "", now),
    "resume": broadcasts.resume,
    "cancel_now": broadcasts.cancel,
}


@router.command("broadcasts", words=[N_("Broadcasts")], allowed=rights.writes)
def recent(turn: Turn) -> None:
    _list(turn, None)


@router.button("broadcasts", allowed=rights.writes)
def recent_again(turn: Turn, before: str = "", *_rest: str) -> None:
    """The newest, or those older than one."""
    _list(turn, number_of(before) or None)


def _list(turn: Turn, before: int | None) -> None:
    known = recent_broadcasts(turn.session, _LOOKED_AT, before)
    mine = [broadcast for broadcast in known if rights.may_follow(turn.session, turn.member, broadcast)]
    found = mine[:LISTED]
    waiting = approval.waiting(turn) if before is None else []
    if not found and not waiting:
        turn.say(
            _("Nothing was sent yet. Write {command} to begin.").format(command=typed("newsletter", turn.capabilities))
        )
        return
    older = [Option(f"broadcasts:{found[-1].id}", _("Older").unescape())] if len(mine) > LISTED else []
    turn.say(
        _("What was sent or will be, the newest first:"),
        [*waiting, *(_listed(turn, broadcast) for broadcast in found), *older],
    )


@router.button("broadcast", allowed=rights.writes)
def follow(turn: Turn, key: str = "", step: str = "", *_rest: str) -> None:
    """Show one, or do something with it first."""
    broadcast = find(turn, key)
    if broadcast is None:
        return
    if step == "cancel" and broadcast.fired_at:
        _ask_cancel(turn, broadcast)
        return
    if step == "file" and broadcast.fired_at:
        _send_file(turn, broadcast)
        return
    if step in _STEPS and broadcast.fired_at and not _STEPS[step](turn.session, broadcast.id, turn.member.id, turn.now):
        waits = step == "resume" and is_awaited(turn.session, broadcast.id)
        goes_on = _("It goes on by itself, as soon as its correction is on its way.")
        turn.preface(goes_on if waits else _("It is too late for that."))
    show(turn, broadcast)


def find(turn: Turn, key: object, *, planned: bool = False) -> Broadcast | None:
    """The broadcast, if this person may follow it; else says so.

    Args:
        planned: it was there before it left, and may have been taken back. Its row stays locked until the end of the
            turn, so that it does not leave meanwhile.
    """
    broadcast = turn.session.get(Broadcast, number_of(key), with_for_update=planned, populate_existing=True)
    if broadcast is None and planned:
        turn.say(
            _("This is not there any more: it was taken back, and is a draft again. Write {command} to go on.").format(
                command=typed("newsletter", turn.capabilities)
            )
        )
        return None
    if broadcast is not None and rights.may_follow(turn.session, turn.member, broadcast):
        return broadcast
    turn.say(
        _("I do not find this newsletter among yours. Write {command} to see them.").format(
            command=typed("broadcasts", turn.capabilities)
        )
    )
    return None


def _listed(turn: Turn, broadcast: Broadcast) -> Option:
    zone, moment = turn.network.zone, broadcast.fired_at or broadcast.leaves_at or broadcast.created_at
    day = near_date(moment.astimezone(zone).date(), turn.now.astimezone(zone).date())
    recalled = broadcast.pause_reason == RECALLED
    state = _("taken back") if recalled else _(_STATES[BroadcastState(broadcast.state)])
    called = title(turn.session.get_one(Newsletter, broadcast.newsletter_id))
    called = _(words_of(broadcast.kind).listed).format(title=called).unescape()
    return Option(f"broadcast:{broadcast.id}", f"{day}, {state.unescape()}: {called}")


def show(turn: Turn, broadcast: Broadcast) -> None:
    counted = tally(turn.session, broadcast.id)
    lines = [cards.progress_text(turn.session, broadcast, counted, turn.now, turn.network.zone)]
    if broadcast.fired_at:
        begun = moment_words(broadcast.fired_at, turn.network.zone)
        lines.append(_("It began on {moment}.").format(moment=begun))
    if broadcast.pause_reason == RECALLED:
        lines.append(_("This newsletter was taken back already."))
    file = [Option(f"broadcast:{broadcast.id}:file", _("Report as CSV").unescape())] if broadcast.fired_at else []
    original = _("Back to the newsletter").unescape()
    origin = [Option(f"broadcast:{broadcast.original_id}", original)] if broadcast.original_id else []
    turn.say(
        Markup("\n").join(lines),
        [
            *cards.steering(broadcast),
            *pace.options(turn, broadcast),
            *after.options(turn, broadcast),
            *file,
            *origin,
            Option("broadcasts", _("All newsletters").unescape()),
        ],
        edit=_from_menu(turn),
    )


def _ask_cancel(turn: Turn, broadcast: Broadcast) -> None:
    waiting = broadcasts.waiting(turn.session, broadcast)
    if not waiting:
        turn.preface(_("It is too late for that."))
        show(turn, broadcast)
        return
    sure = _("Yes, stop") if broadcast.kind == BroadcastKind.RECALL else _("Yes, cancel it")
    turn.say(
        cancel_words(broadcast.kind, waiting),
        [
            Option(f"broadcast:{broadcast.id}:cancel_now", sure.unescape()),
            Option(f"broadcast:{broadcast.id}", _("No, let it be").unescape()),
        ],
        edit=_from_menu(turn),
    )


def _from_menu(turn: Turn) -> bool:
    """Whether a menu was tapped, and not the progress card, which must stay what it is."""
    return turn.inbound.tap[:1].isdecimal()


def _send_file(turn: Turn, broadcast: Broadcast) -> None:
    file = reports.file_of(turn.session, broadcast) or report_file.write(
        turn.session, broadcast, turn.network, turn.channels, turn.files
    )
    record(turn.session, turn.now, turn.member.id, "broadcast.file", broadcast=broadcast.id)
    turn.say(
        _("Every member it went to, and what became of it. Please keep the names to yourself."),
        attachment=Attachment("document", file, f"report-{broadcast.id}.csv", "text/csv"),
    )
