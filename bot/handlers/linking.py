"""/link shows a code; entered on the person's other messenger, it makes one member of both.

Whoever holds the other phone can read and change everything afterwards, so both phones hear of it.
"""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup, escape

from bot.actions import addresses, linking, members
from bot.actions.addresses import label, labels
from bot.actions.linking import Fault, Pair
from bot.actions.menu import in_every_language, word_of
from bot.actions.messages import tell_at
from bot.core import codes
from bot.core.fields import Confirm
from bot.core.form import Form
from bot.core.i18n import N_, _, current
from bot.core.messages import Outbound
from bot.core.router import Router
from bot.handlers.leaving import remind
from bot.handlers.reaching import ask_where, show
from bot.turn import Turn
from storage.members import MemberAddress, addresses_of, topics_of

router = Router()

LINK: Final = N_("LINK")


def _one_person(turn: Turn, answers: Any) -> Markup:  # noqa: ANN401 - the form's
    """What they are going to be, what is lost by it, and who will read it."""
    found = linking.find_pair(turn.session, turn.address, answers["code"], turn.now)
    if isinstance(found, Fault):
        return _fault_words(turn, found)
    there = labels(turn.channels, found.shown)
    both = _("This joins {here} with {there}. Afterwards both are one person to us:")
    says = [
        both.format(here=_here(turn), there=there),
        Markup("\n").join(_facts(turn, found)),
    ]
    if lost := _lost(turn, found):
        says.append(_("What we know here instead is not kept: {facts}.").format(facts=", ".join(lost)))
    says.append(
        _("Whoever holds {there} can then read and change all this. Is it yours, and shall we join them?").format(
            there=there
        )
    )
    return Markup("\n\n").join(says)


joining: Final = Form(
    "joining",
    Confirm("join", _one_person, yes=N_("Yes, join them"), no=N_("No, leave it")),
    Confirm(
        "write",
        N_("On one of the two you had stopped our messages. May we write to you again?"),
        when=lambda answers: bool(answers.get("join") and answers["stopped"]),
    ),
    review=False,
)


@router.command("link", words=(word_of("link"),))
@router.words(*in_every_language(LINK), "LINK", rest=lambda _turn, rest: codes.resembles(rest))
def link(turn: Turn) -> None:
    if turn.payload:
        enter(turn, turn.payload)
    else:
        offer(turn)


@router.button("link")
def offer(turn: Turn) -> None:
    """Show a code, while there is a messenger that it can be entered on."""
    mine = {address.channel for address in addresses_of(turn.session, turn.member.id)}
    free = [channel.label for name, channel in turn.channels.items() if name not in mine]
    if not free and len(mine) > 1:
        show(turn)
        return
    if not free:
        turn.say(_("You can only write to us on {channel}, so there is nothing to join.").format(channel=_here(turn)))
        return
    code = linking.new_code(turn.session, turn.member, turn.now)
    asked = _("Do you use {channels}, too? Write this to us there, and you are one person to us on both:")
    careful = _("It works once, within {minutes} minutes. Show it to nobody: whoever writes it is you to us.")
    words = Markup("<code>{} {}</code>").format(_(LINK), codes.shown(code))
    said = [
        asked.format(channels=", ".join(free)),
        words,
        careful.format(minutes=int(linking.LASTS.total_seconds() // 60)),
    ]
    turn.say(Markup("\n\n").join(said))


@router.phrase(lambda text: codes.read(text) is not None)
def enter_alone(turn: Turn) -> None:
    """The code without the word."""
    enter(turn, turn.inbound.plain)


def enter(turn: Turn, code: str) -> None:
    found = linking.enter(turn.session, turn.address, code, turn.now)
    if isinstance(found, Fault):
        turn.say(_fault_words(turn, found))
    elif found.known:
        turn.ask(joining, code=found.code_hash, stopped=found.stopped)
    elif found.stopped:
        turn.ask(joining, code=found.code_hash, stopped=True, join=True)
    else:
        _join(turn, found)


@router.completed(joining)
def decide(turn: Turn, answers: dict[str, Any]) -> None:
    if not answers["join"]:
        turn.say(_("All right, we leave it there. Nothing was changed."))
        return
    found = linking.find_pair(turn.session, turn.address, answers["code"], turn.now)
    if isinstance(found, Fault):
        turn.say(_fault_words(turn, found))
    else:
        _join(turn, found, write=bool(answers.get("write")))


def _join(turn: Turn, found: Pair, *, write: bool = False) -> None:
    there = labels(turn.channels, found.shown)
    if not linking.join(turn.session, found, turn.now, write=write):
        turn.say(_fault_words(turn, Fault.WRONG))
        return
    if turn.member is found.gone:
        turn.member = found.kept
        turn.conversation = linking.begun_anew(turn.conversation)
    turn.speak(found.kept.language)
    for address in addresses.others(turn.session, turn.address):
        _tell(turn, address)
    done = _done(_here(turn), there)
    if turn.member.stopped_at is None:
        turn.preface(done)
        ask_where(turn)
    else:
        remind(turn)
        turn.say(done)


def _tell(turn: Turn, address: MemberAddress) -> None:
    """Let the other phone know, so that nobody is joined with a stranger unawares."""
    done = _done(label(turn.channels, address.channel), _here(turn))
    careful = _("If that was not you, write {link} and separate them again.").format(link=_link_word())
    outbound = Outbound(Markup(" ").join([done, careful]), language=turn.language)
    tell_at(turn.session, address, outbound, f"linked:{address.id}:{turn.now.timestamp():.3f}", turn.now)


def _done(here: str, there: str) -> Markup:
    return _("Done: you are one person to us on {here} and {there}.").format(here=here, there=there)


def _facts(turn: Turn, found: Pair) -> list[Markup]:
    """Who they will be."""
    known = members.answers_of(turn.session, turn.network, found.kept)
    following = topics_of(turn.session, found.kept.id) | topics_of(turn.session, found.gone.id)
    facts = {
        _("Name"): found.kept.name or found.gone.name,
        _("Organisation"): known["organisation"].label if known["organisation"] else "",
        _("Topics"): ", ".join(topic.labels[current()] for topic in turn.network.topics if topic.key in following),
    }
    return [Markup("<b>{}</b>: {}").format(called, fact or "–") for called, fact in facts.items()]


def _lost(turn: Turn, found: Pair) -> list[str]:
    """The other one's name and organisation, where they differ."""
    kept, gone = (members.answers_of(turn.session, turn.network, one) for one in (found.kept, found.gone))
    names = [found.gone.name] if found.gone.name not in {"", found.kept.name or found.gone.name} else []
    organisation = gone["organisation"]
    if organisation and kept["organisation"] and organisation != kept["organisation"]:
        names.append(organisation.label)
    return names


def _fault_words(turn: Turn, fault: Fault) -> Markup:
    match fault:
        case Fault.ODD:
            said = _("That does not look like a code. A code has eight letters and digits, such as {example}.")
        case Fault.WRONG:
            said = _("I do not know this code. Please look at it once more. It works once; for a new one, write {link} "
                     "on your other messenger.")  # fmt: skip
        case Fault.EXPIRED:
            said = _("This code is too old. For a new one, write {link} on your other messenger.")
        case Fault.TRIED:
            said = _("Too many codes were wrong. To be safe, please wait an hour, then write {link} on your other "
                     "messenger for a new one.")  # fmt: skip
        case Fault.OWN:
            said = _("This is your own code. Please write it to us on your other messenger, not here.")
        case Fault.SAME_CHANNEL:
            said = _("{here} is on both sides already, and each messenger can be joined once only.")
    return said.format(example=codes.EXAMPLE, link=_link_word(), here=_here(turn))


def _here(turn: Turn) -> Markup:
    return escape(label(turn.channels, turn.address.channel))


def _link_word() -> Markup:
    """What to write for a code on a messenger that is not the one being spoken on."""
    return Markup("<b>{}</b>").format(_(LINK))
