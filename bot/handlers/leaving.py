"""/stop ends all writing at once; STOP EDUCATION, or the button under a message, ends one topic."""

from __future__ import annotations

from bot.actions import members
from bot.actions.menu import in_every_language, typed, word_of
from bot.core.i18n import N_, _, current
from bot.core.messages import Option
from bot.core.router import Router
from bot.turn import Turn

router = Router()


def _names_topic(turn: Turn, rest: str) -> bool:
    return turn.network.find_topic(rest) is not None


@router.words(*in_every_language(N_("STOP"), "STOP", "DAYAN", "СТОП"), rest=_names_topic)
def stop_by_word(turn: Turn) -> None:
    topic = turn.network.find_topic(turn.payload) if turn.payload else None
    if topic is None:
        stop(turn)
    else:
        leave(turn, topic.key)


@router.command("stop", words=(word_of("stop"),))
@router.button("stop")
def stop(turn: Turn) -> None:
    members.stop(turn.member, turn.now)
    turn.end()
    turn.say(
        _("Done. We will not write to you any more. To hear from us again, write {start} whenever you like.").format(
            start=_("START")
        ),
        [Option("start", _("Start again").unescape())],
    )


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
        turn.say(_("You receive messages about “{topic}” again.").format(topic=topic.labels[current()]))
