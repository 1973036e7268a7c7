"""/stop ends all writing at once; STOP EDUCATION, or the button under a message, ends one topic.

Words around STOP that name no topic ("please stop") are asked about, and stop nothing by themselves.
"""

from __future__ import annotations

from typing import Final

from bot.actions import addresses, members, rsvps
from bot.actions.localized import read
from bot.actions.menu import in_every_language, typed, word_of
from bot.core.folding import fold
from bot.core.i18n import N_, _, current
from bot.core.locale import capitals, listing
from bot.core.messages import Option
from bot.core.router import Router
from bot.turn import Turn
from storage.members import topics_of

router = Router()

STOP: Final = in_every_language(N_("STOP"), "STOP", "DAYAN", "СТОП")


def _names_topic(turn: Turn, rest: str) -> bool:
    return turn.network.find_topic(rest) is not None


@router.words(*STOP, rest=_names_topic)
def stop_by_word(turn: Turn) -> None:
    topic = turn.network.find_topic(turn.payload) if turn.payload else None
    if topic is None:
        stop(turn)
    else:
        leave(turn, topic.key)


def _speaks_of_stopping(text: str) -> bool:
    words = fold(text).split()
    return bool(words) and not {words[0], words[-1]}.isdisjoint(fold(word) for word in STOP)


@router.phrase(_speaks_of_stopping)
def ask_what(turn: Turn) -> None:
    if turn.member.stopped_at is not None:
        stop(turn)
        return
    stopping, language = _("STOP").unescape(), current()
    following = topics_of(turn.session, turn.member.id)
    options = [Option("stop", _("Stop all messages").unescape(), word=stopping)] + [
        Option(
            f"leave:{topic.key}",
            _("Stop: {topic}").format(topic=topic.labels[language]).unescape(),
            word=f"{stopping} {capitals(topic.words[language], language)}",
        )
        for topic in turn.network.topics
        if topic.key in following
    ]
    turn.say(_("Shall we stop everything? Until you choose, nothing changes."), options)


@router.command("stop", words=(word_of("stop"),))
@router.button("stop")
def stop(turn: Turn) -> None:
    members.stop(turn.member, turn.now)
    given = rsvps.give_up(turn.session, turn.member, turn.network, turn.now)
    turn.end()
    said = _("Done. We will not write to you any more. To hear from us again, write {start} whenever you like.")
    if others := addresses.others(turn.session, turn.address):
        said = _("Done. We will not write to you any more, neither here nor on {channels}. To hear from us again, "
                 "write {start} whenever you like.")  # fmt: skip
    also = addresses.labels(turn.channels, others)
    said = said.format(start=_("START"), channels=also)
    if given:
        titles = listing(read(event, turn.language).title for event in given)
        said += " " + _("Your seats are free for others now: {titles}.").format(titles=titles)
    turn.say(said, [Option("start", _("Start again").unescape())])


@router.button("leave")
def leave(turn: Turn, key: str = "") -> None:
    topic = turn.network.topic(key)
    if topic is None:
        turn.say(_("There is no such topic any more. Write {topics} to see those there are.").format(
            topics=typed("topics", turn.capabilities)))  # fmt: skip
        return
    members.leave(turn.session, turn.member, key)
    turn.say(
        _("Done. You will receive nothing more about “{topic}”.").format(topic=topic.labels[current()]),
        [Option(f"follow:{key}", _("Undo").unescape()), Option("topics", _("Topics").unescape())],
    )


@router.button("follow")
def follow(turn: Turn, key: str = "") -> None:
    topic = turn.network.topic(key)
    if topic is not None and turn.member.registered:
        members.follow(turn.session, turn.member, key)
        followed = _("You receive messages about “{topic}” again.")
        if turn.member.stopped_at is not None:
            followed = _("“{topic}” is one of your topics again.")
        remind(turn)
        turn.say(followed.format(topic=topic.labels[current()]))


def remind(turn: Turn) -> None:
    """Begin the next message with the fact that nothing is received, where that is so."""
    if turn.member.stopped_at is not None:
        turn.preface(_("You stopped our messages. To receive them again, write {start}.").format(start=_("START")))
