"""/topics: the thematic focal points, who leads each, and which ones a member follows."""

from __future__ import annotations

from markupsafe import Markup

from bot.actions import members
from bot.actions.menu import in_every_language, main_menu, word_of
from bot.core.i18n import N_, _, current
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.leaving import remind
from bot.network import Topic
from bot.turn import Turn
from storage.members import topics_of

router = Router()


@router.command("topics", words=(word_of("topics"),))
@router.words(*in_every_language(N_("TOPICS")))
@router.button("topics")
def show(turn: Turn) -> None:
    if turn.member.registered:
        _offer(turn, topics_of(turn.session, turn.member.id))
        return
    told = [_("Our topics, and who leads them:"), _listed(turn), _("To choose yours, register first.")]
    turn.say(Markup("\n\n").join(told), main_menu(turn.session, turn.member))


@router.button("topic")
def toggle(turn: Turn, key: str = "") -> None:
    if turn.network.topic(key) is None or not turn.member.registered:
        show(turn)
        return
    following = topics_of(turn.session, turn.member.id)
    change = members.leave if key in following else members.follow
    change(turn.session, turn.member, key)
    turn.said.clear()  # "1 3" toggles twice, and the last screen shows both
    _offer(turn, following ^ {key}, edit=True)


@router.button("weekly")
def toggle_weekly(turn: Turn) -> None:
    """The weekly digest, which stands behind the topics."""
    if not turn.member.registered:
        show(turn)
        return
    turn.member.digest = not turn.member.digest
    turn.said.clear()  # as above
    _offer(turn, topics_of(turn.session, turn.member.id), edit=True)


def _offer(turn: Turn, following: set[str], *, edit: bool = False) -> None:
    """The topics as toggles; without buttons their numbered lines name who leads, so that nothing stands twice."""
    remind(turn)
    asked = _("Choose what we write to you about. You receive what has a tick.")
    in_lines = not turn.capabilities.buttons
    options = [
        Option(
            f"topic:{topic.key}",
            f"{topic.labels[current()]} – {_leads(topic)}" if in_lines else topic.labels[current()],
            chosen=topic.key in following,
        )
        for topic in turn.network.topics
    ]
    if turn.network.digest is not None:
        label = _("Weekly digest: calls and events").unescape()
        options.append(Option("weekly", label, chosen=turn.member.digest))
    turn.say(asked if in_lines else asked + "\n\n" + _listed(turn), options, edit=edit, several=True)


def _listed(turn: Turn) -> Markup:
    line = Markup("<b>{}</b> – {}")
    return Markup("\n").join(line.format(topic.labels[current()], _leads(topic)) for topic in turn.network.topics)


def _leads(topic: Topic) -> str:
    return "; ".join(lead for lead in (topic.lead, topic.with_) if lead) or "?"
