"""Who did not receive a broadcast: by reason, then by name; and another try for those whom it can help."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from bot.actions import retrying, rights
from bot.actions.fates import reason_words
from bot.actions.kinds import words_of
from bot.actions.retrying import DOUBT
from bot.actions.staff import named
from bot.core.i18n import _, ngettext
from bot.core.locale import listing, number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import sent
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.broadcasts import Broadcast, BroadcastState
from storage.missed import missed_by, nameless
from storage.outbox import OutboxState

router = Router()

PAGE: Final = 10
"""Names in one message."""

ALL: Final = "all"


@router.button("missed", allowed=rights.writes)
def show(turn: Turn, key: str = "", reason: str = "", after: str = "", *_rest: str) -> None:
    """The reasons, or the names behind one of them."""
    broadcast = sent.find(turn, key)
    if broadcast is None:
        return
    reasons = retrying.missed(turn.session, broadcast.id)
    if reason in reasons:
        _names(turn, broadcast, reason, reasons[reason], number_of(after))
    else:
        _reasons(turn, broadcast, reasons)


@router.button("retry", allowed=rights.writes)
def retry(turn: Turn, key: str = "", reason: str = "", expected: str = "", *_rest: str) -> None:
    """Try them again, if they are as many as this person was told."""
    broadcast = sent.find(turn, key)
    if broadcast is None:
        return
    reasons = retrying.missed(turn.session, broadcast.id)
    worth = retrying.worth(turn.session, broadcast.id)
    chosen = {each: rows for each, rows in worth.items() if reason in (ALL, each)}
    if sum(chosen.values()) != number_of(expected):
        turn.preface(_("The number has changed meanwhile."))
        _reasons(turn, broadcast, reasons)
        return
    tried = retrying.retry(turn.session, broadcast, chosen, turn.member.id, turn.now)
    if not tried:
        turn.preface(_("It is too late for that."))
        _reasons(turn, broadcast, reasons)
        return
    said = [ngettext("{n} member gets another try.", "{n} members get another try.", tried).format(n=number(tried))]
    if broadcast.state == BroadcastState.PAUSED:
        said.append(_("It is paused: they get it once you let it go on."))
    else:
        said.append(_("The report comes again when it is over."))
    turn.say(Markup("\n").join(said), [sent.back(broadcast, _("See how it goes"))], edit=True)


def _reasons(turn: Turn, broadcast: Broadcast, reasons: dict[str, int]) -> None:
    called = words_of(broadcast.kind)
    back = sent.back(broadcast, _("Back to the newsletter"))
    if not reasons:
        turn.say(_(called.complete) if broadcast.fanned_at else _("Nobody so far."), [back], edit=True)
        return
    title = _("“{title}”").format(title=sent.title_of(turn, broadcast))
    paragraphs = [Markup("<b>{}</b>\n{}").format(_(called.missed), title)]
    if turn.capabilities.buttons:  # elsewhere the numbered lines say it, so that nothing stands twice
        counted = (Markup("{}: {}").format(_why(reason), number(rows)) for reason, rows in reasons.items())
        paragraphs.append(Markup("\n").join(counted))
    options = [
        Option(f"missed:{broadcast.id}:{reason}", f"{_why(reason).unescape()}: {number(rows)}")
        for reason, rows in reasons.items()
    ]
    worth = retrying.worth(turn.session, broadcast.id)
    if worth and retrying.allowed(turn.session, broadcast, turn.now):
        if pointless := [_why(reason) for reason in reasons if reason not in worth]:
            paragraphs.append(_("These are not tried again: {reasons}.").format(reasons=listing(pointless)))
        options.append(_again(broadcast, ALL, sum(worth.values())))
    turn.say(Markup("\n\n").join(paragraphs), [*options, back], edit=True)


def _names(turn: Turn, broadcast: Broadcast, reason: str, rows: int, after: int) -> None:
    wanted = None if reason == DOUBT else reason
    found = missed_by(turn.session, broadcast.id, wanted, after, PAGE + 1)
    shown, more = found[:PAGE], found[PAGE:]
    lines = [Markup("<b>{}: {}</b>").format(_why(reason), number(rows))]
    lines += [
        Markup("{}").format(named(each.name, each.organisation) or _("member {number}").format(number=each.member_id))
        for each in shown
    ]
    if not more and (gone := nameless(turn.session, broadcast.id, wanted)):
        left = ngettext("{n} more has left since.", "{n} more have left since.", gone)
        lines.append(left.format(n=number(gone)))
    options: list[Option] = []
    if more:
        options.append(Option(f"missed:{broadcast.id}:{reason}:{shown[-1].member_id}", _("More names").unescape()))
    worth = retrying.worth(turn.session, broadcast.id).get(reason)
    if worth and retrying.allowed(turn.session, broadcast, turn.now):
        options.append(_again(broadcast, reason, worth))
    options.append(Option(f"missed:{broadcast.id}", _("All reasons").unescape()))
    turn.say(Markup("\n").join(lines), options, edit=True)


def _again(broadcast: Broadcast, reason: str, rows: int) -> Option:
    label = ngettext("Try {n} member again", "Try {n} members again", rows).format(n=number(rows))
    return Option(f"retry:{broadcast.id}:{reason}:{rows}", label.unescape())


def _why(reason: str) -> Markup:
    return reason_words(OutboxState.DOUBT if reason == DOUBT else OutboxState.REFUSED, reason)
