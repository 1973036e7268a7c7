"""Taking a newsletter back: what can be deleted and what cannot, said before it is done."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from bot.actions import cards, recalling, rights
from bot.actions.addresses import label
from bot.actions.following import stands
from bot.actions.recalling import Effect
from bot.core.i18n import _, ngettext
from bot.core.locale import number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import correcting, sent
from bot.turn import Turn
from storage.broadcasts import Broadcast

router = Router()


@router.button("recall", allowed=rights.writes)
def ask(turn: Turn, key: str = "", *_rest: str) -> None:
    broadcast = sent.find(turn, key)
    if broadcast is None or _is_over(turn, broadcast):
        return
    effect = recalling.effect(turn.session, broadcast, turn.channels, turn.now)
    heading = _("Take “{title}” back?").format(title=sent.title_of(turn, broadcast))
    lines = [Markup("<b>{}</b>").format(heading), *_effect_words(turn, effect)]
    if not (effect.deleted or effect.waiting):
        lines.append(_("So there is nothing that could be taken back."))
        turn.say(
            Markup("\n").join(lines),
            [correcting.way(turn, broadcast), sent.back(broadcast, _("Back to the newsletter"))],
            edit=True,
        )
        return
    options = [
        Option(f"recall_now:{broadcast.id}", _("Yes, take it back").unescape()),
        sent.back(broadcast, _("No, let it be")),
    ]
    lines.append(_("Nobody is told about it. This cannot be undone."))
    turn.say(Markup("\n").join(lines), options, edit=True)


@router.button("recall_now", allowed=rights.writes)
def take_back(turn: Turn, key: str = "", *_rest: str) -> None:
    broadcast = sent.find(turn, key)
    if broadcast is None or _is_over(turn, broadcast):
        return
    effect = recalling.effect(turn.session, broadcast, turn.channels, turn.now)
    recall = recalling.take_back(turn.session, broadcast, turn.address, turn.now)
    if recall is None:
        _is_over(turn, broadcast)
        return
    cards.put_card(turn.session, recall, turn.capabilities, turn.now, turn.network.zone)
    lines = [_("It is being taken back."), *_effect_words(turn, effect)]
    turn.say(Markup("\n").join(lines), [sent.back(recall, _("See how it goes"))], edit=True)


def _is_over(turn: Turn, broadcast: Broadcast) -> bool:
    """Whether there is nothing to take back any more; says so."""
    if stands(broadcast):
        return False
    turn.say(_("This newsletter was taken back already."), [sent.back(broadcast, _("Back to the newsletter"))])
    return True


def _effect_words(turn: Turn, effect: Effect) -> Iterator[Markup]:
    if effect.deleted:
        deleted = ngettext("{n} copy is deleted.", "{n} copies are deleted.", effect.deleted)
        yield deleted.format(n=number(effect.deleted))
    if effect.waiting:
        spared = ngettext(
            "{n} member has not got it yet, and will not.", "{n} members have not got it yet, and will not.",
            effect.waiting,
        )  # fmt: skip
        yield spared.format(n=number(effect.waiting))
    for channel, rows in effect.kept.items():
        connected = turn.channels.get(channel)
        if connected is not None and connected.capabilities.deletes is not None:
            hours = int(connected.capabilities.deletes.total_seconds() // 3600)
            kept = ngettext(
                "{channel}: {n} copy stays, because it is older than {hours} hours or cannot be told from other "
                "messages.",
                "{channel}: {n} copies stay, because they are older than {hours} hours or cannot be told from other "
                "messages.",
                rows,
            ).format(channel=label(turn.channels, channel), n=number(rows), hours=hours)
        else:
            kept = ngettext(
                "{channel}: {n} copy stays, because messages cannot be deleted there.",
                "{channel}: {n} copies stay, because messages cannot be deleted there.",
                rows,
            ).format(channel=label(turn.channels, channel), n=number(rows))
        yield kept
