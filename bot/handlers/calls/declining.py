"""Not for us: why, in one tap, and what a member hears less of because of that; all of it can be taken back."""

from __future__ import annotations

from zlib import crc32

from markupsafe import Markup

from bot.actions import disliking
from bot.actions.disliking import REASONS, disliked_words
from bot.actions.localized import read
from bot.actions.menu import in_every_language
from bot.actions.standing import NOT_FOR_US
from bot.core.i18n import _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.calls.finding import find, names_number, published, to_list
from bot.turn import Turn

router = Router()


@router.words(*in_every_language(NOT_FOR_US), rest=names_number)
def ask_by_word(turn: Turn) -> None:
    ask(turn, turn.payload)


@router.button("not_for_us")
def ask(turn: Turn, key: str = "") -> None:
    call = find(turn, key)
    if call is not None:
        asked = _("Why is “{title}” not for you? I will announce fewer calls like it.")
        lines = [asked.format(title=read(call, turn.language).title)]
        if topics := disliking.unwanted(turn.session, call, turn.member, "topic"):
            label = REASONS["topic"]
            means = _("“{reason}” means that I announce no more of these to you: {what}.")
            what = Markup(", ").join(disliked_words(topic, turn.network, turn.language) for topic in topics)
            lines.append(means.format(reason=_(label), what=what))
        reasons = [
            Option(f"because:{call.id}:{reason}", _(REASONS[reason]).unescape())
            for reason in disliking.reasons_for(call)
        ]
        turn.say(Markup("\n").join(lines), reasons)


@router.button("because")
def decline(turn: Turn, key: str = "", reason: str = "") -> None:
    call = find(turn, key)
    if call is None:
        return
    if reason not in disliking.reasons_for(call):
        ask(turn, key)
        return
    unwanted = disliking.decline(turn.session, call, turn.member, reason, turn.now)
    lines = [_("Thank you. This call is off your list and does not remind you.")]
    if unwanted:
        words = [disliked_words(what, turn.network, turn.language) for what in unwanted]
        lines += [_("From now on you do not hear of:"), *(Markup("• {}").format(each) for each in words)]
        lines.append(_("They are still among all open calls."))
    undo = Option(f"for_us:{call.id}", _("Undo").unescape())
    turn.say(Markup("\n").join(lines), [undo, *less_of_option(turn), to_list()])


@router.button("for_us")
def take_back(turn: Turn, key: str = "") -> None:
    call = published(turn, key)
    if call is not None:
        disliking.take_back(turn.session, call, turn.member)
        turn.say(_("Good, this call is on your list again, and so is what is like it."), [to_list()])


@router.button("less_of")
def show(turn: Turn, *, edit: bool = False) -> None:
    unwanted = disliking.dislikes_of(turn.session, turn.member.id)
    if not unwanted:
        turn.say(_("You hear of every call that concerns your topics and your region."), [to_list()], edit=edit)
        return
    again = [Option(f"hear_again:{_number(what)}", _label(turn, what)) for what in unwanted]
    turn.say(_("You do not hear of these. Choose what you want to hear of again."), [*again, to_list()], edit=edit)


@router.button("hear_again")
def hear_again(turn: Turn, number: str = "") -> None:
    for what in disliking.dislikes_of(turn.session, turn.member.id):
        if _number(what) == number:
            disliking.like_again(turn.session, turn.member.id, what)
            turn.preface(_("You hear again of {what}.").format(what=disliked_words(what, turn.network, turn.language)))
    show(turn, edit=True)


def less_of_option(turn: Turn) -> list[Option]:
    """Leads to what they hear less of, where there is such a thing."""
    unwanted = disliking.dislikes_of(turn.session, turn.member.id)
    return [Option("less_of", _("What you hear less of").unescape())] if unwanted else []


def _label(turn: Turn, what: str) -> str:
    return disliked_words(what, turn.network, turn.language).unescape()


def _number(what: str) -> str:
    """Short enough for a button."""
    return f"{crc32(what.encode()):08x}"
