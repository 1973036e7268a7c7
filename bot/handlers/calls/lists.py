"""/calls: the funding calls that are open for a member, and those they saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from markupsafe import Markup

from bot.actions import saving
from bot.actions.localized import marked, read
from bot.actions.menu import word_of
from bot.actions.openings import calls_for, open_calls
from bot.core.amounts import Money
from bot.core.i18n import N_, _
from bot.core.locale import short_date, span_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.calls.lists import OFFICE
from bot.handlers.admin.drafts import number_of
from bot.handlers.calls import proposals, reading, searching
from bot.handlers.calls.declining import less_of_option
from bot.handlers.calls.finding import is_open, to_list
from bot.turn import Turn
from storage.calls import Call

router = Router()

PAGE: Final = 5


class Listing(NamedTuple):
    """Calls to look through, under a heading; `empty` is said when there are none."""

    calls: Callable[[Turn], list[Call]]
    heading: str
    empty: str


MINE: Final = "mine"
ALL: Final = "all"
SAVED: Final = "saved"

_LISTINGS: Final = {
    MINE: Listing(
        lambda turn: calls_for(turn.session, turn.member, turn.now),
        N_("Open for you, soonest deadline first"),
        N_("Nothing is open for you at the moment. As soon as a call concerns your topics, I write to you."),
    ),
    ALL: Listing(
        lambda turn: open_calls(turn.session, turn.now),
        N_("All open calls, soonest deadline first"),
        N_("No call is open at the moment. As soon as there is one, it stands here."),
    ),
    SAVED: Listing(
        lambda turn: saving.saved_by(turn.session, turn.member),
        N_("The calls you saved"),
        N_("You have no saved calls. Choose “Save” under a call: then I remind you before its deadline."),
    ),
}


@router.command("calls", words=(word_of("calls"), N_("Funding calls")))
def show(turn: Turn) -> None:
    """The list; with words behind the command, what they may mean."""
    if not turn.payload:
        _show(turn, MINE, 0)
        return
    found = searching.find(turn, turn.payload)
    if not found:
        turn.preface(_("I found nothing for “{typed}”.").format(typed=turn.payload))
        _show(turn, MINE, 0)
    elif len(found) == 1:
        reading.show(turn, found[0].id.partition(":")[2])
    else:
        turn.say(_("Is it one of these?"), [*found[:PAGE], to_list()])


@router.button("calls")
def page(turn: Turn, which: str = MINE, begin: str = "") -> None:
    _show(turn, which if which in _LISTINGS else MINE, number_of(begin), edit=bool(begin))


def _show(turn: Turn, which: str, begin: int, *, edit: bool = False) -> None:
    listing = _LISTINGS[which]
    calls = listing.calls(turn)
    begin = begin if begin < len(calls) else 0
    shown = calls[begin : begin + PAGE]
    lines = [Markup("<b>{}</b>").format(_(listing.heading)) if shown else _(listing.empty)]
    between = Markup("\n")
    if len(calls) > PAGE:
        lines.append(span_words(begin + 1, begin + len(shown), len(calls)))
    if turn.capabilities.buttons:  # elsewhere the numbered lines say it, so that nothing stands twice
        lines = [between.join(lines), *(Markup("<b>{}</b>\n{}").format(*_words(turn, call)) for call in shown)]
        between = Markup("\n\n")
    options = [Option(f"call:{call.id}", _label(turn, call)) for call in shown]
    others = [*proposals.options(turn), *OFFICE.options(turn)]
    turn.say(between.join(lines), [*options, *_ways_on(turn, which, calls, begin), *others], edit=edit)


def _ways_on(turn: Turn, which: str, calls: list[Call], begin: int) -> list[Option]:
    """The next page, the other lists, and what else can be done with calls."""
    everything = open_calls(turn.session, turn.now)
    ways = {
        f"calls:{which}:{begin + PAGE}": (_("More"), begin + PAGE < len(calls)),
        f"calls:{which}:0": (_("From the beginning"), begin > 0 and begin + PAGE >= len(calls)),
        "find_call": (_("Search"), len(everything) > PAGE),
        f"calls:{MINE}": (_("Open for me"), which != MINE),
        f"calls:{SAVED}": (_("Saved"), which != SAVED and bool(saving.saved_by(turn.session, turn.member))),
        f"calls:{ALL}": (_("All open calls"), which == MINE and len(everything) > len(calls)),
    }
    found = [Option(key, label.unescape()) for key, (label, offered) in ways.items() if offered]
    return [*found, *less_of_option(turn)]


def _words(turn: Turn, call: Call) -> tuple[Markup, Markup]:
    """Its title, and what decides whether one reads on."""
    title, _text, used = read(call, turn.language)
    facts = [_time(turn, call)]
    if call.currency:
        facts.append(Money(call.amount_from, call.amount_to, call.currency).words())
    return marked(title, used, turn.language), Markup(" · ").join(facts)


def _time(turn: Turn, call: Call) -> Markup:
    if not is_open(turn, call):
        return _("closed")
    if call.deadline is None:
        return _("no deadline")
    return _("until {day}").format(day=short_date(call.deadline.astimezone(turn.network.zone).date()))


def _label(turn: Turn, call: Call) -> str:
    if turn.capabilities.buttons:
        return read(call, turn.language).title
    return Markup("{} ({})").format(*_words(turn, call)).unescape()
