"""A second person's approval: asking for it, with all that they need to decide, and hearing the answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from markupsafe import Markup

from bot.actions import approving, authors, correcting, newsletters, proposing, rights, terms
from bot.actions.menu import in_every_language
from bot.actions.newsletters import Plan
from bot.actions.staff import person_words
from bot.actions.wording import Content, Wording
from bot.core.channel import Capabilities
from bot.core.fields import Answers, Text
from bot.core.form import Form
from bot.core.i18n import N_, _, speaking
from bot.core.locale import zoned_words
from bot.core.messages import Option, Outbound
from bot.core.rendering import parts
from bot.core.router import Router
from bot.handlers.admin import drafts, reach
from bot.turn import Turn
from storage.audiences import Audience
from storage.broadcasts import Broadcast, BroadcastKind, BroadcastState
from storage.members import Member, MemberAddress
from storage.newsletters import Newsletter

router = Router()

DECLINE = Form(
    "decline_newsletter",
    Text("reason", N_("What should be changed? The author gets your words."), longest=500),
    review=False,
)


class Matter(NamedTuple):
    """What is to be decided.

    Attributes:
        texts: the languages whose text is to be read.
        question: the msgid of what is asked.
    """

    content: Content
    texts: Collection[str]
    audience: Audience
    members: int
    question: str


def of_newsletter(plan: Plan) -> Matter:
    question = N_("{name} asks you to agree to this newsletter.")
    return Matter(plan.content, plan.written, plan.audience, plan.members, question)


def of_correction(turn: Turn, proposal: Broadcast) -> Matter:
    original, texts = proposing.original_of(turn.session, proposal), proposing.texts_of(turn.session, proposal)
    content = correcting.corrected(turn.session, original, texts)
    members = sum(correcting.effect(turn.session, original, texts, turn.network, turn.channels))
    question = N_("{name} asks you to agree to this correction.")
    return Matter(content, texts, Audience.from_json(original.audience), members, question)


def ask(turn: Turn, broadcast: Broadcast, matter: Matter) -> list[MemberAddress]:
    """Send everyone who may approve it the texts and the question; returns where."""
    authors_ids = approving.authors_of(turn.session, broadcast)
    asked = approving.approvers(turn.session, matter.audience, authors_ids, turn.channels)
    for address in asked:
        capabilities = turn.channels[address.channel].capabilities
        language = turn.session.get_one(Member, address.member_id).language
        with speaking(language):
            question = Outbound(_question(turn, broadcast, matter), _answers(broadcast), language=language)
        outbounds = [*_texts(turn, matter, capabilities), question]
        authors.write(turn.session, address, outbounds, f"approval:{broadcast.id}:{address.id}", turn.now)
    return asked


def waiting(turn: Turn) -> list[Option]:
    """What waits for this person's word, as options."""
    label = _("Please decide: {title}")
    return [
        Option(f"approval:{each.id}", label.format(title=_title(turn, each)).unescape())
        for each in approving.waiting_for(turn.session, turn.member)
    ]


@router.button("approval", allowed=rights.writes)
def show(turn: Turn, key: str = "", *_rest: str) -> None:
    """Everything needed to decide, once more."""
    broadcast = _find(turn, key)
    if broadcast is not None:
        matter = _matter(turn, broadcast)
        turn.said.extend(_texts(turn, matter, turn.capabilities))
        turn.say(_question(turn, broadcast, matter), _answers(broadcast))


@router.button("approve", allowed=rights.writes)
def approve(turn: Turn, key: str = "", *_rest: str) -> None:
    broadcast = _find(turn, key)
    if broadcast is None:
        return
    leaving = approving.approve(turn.session, broadcast, turn.address, turn.network, turn.channels, turn.now)
    if leaving is None:
        turn.say(_("This newsletter was taken back, so there is nothing to correct."), edit=True)
    elif leaving.state == BroadcastState.SCHEDULED and leaving.leaves_at and leaving.leaves_at > turn.now:
        said = _("Thank you. It leaves on {moment}.")
        turn.say(said.format(moment=zoned_words(leaving.leaves_at, turn.network.zone)), edit=True)
    else:
        turn.say(_("Thank you. It leaves in a moment."), edit=True)


@router.button("reject", allowed=rights.writes)
def ask_reason(turn: Turn, key: str = "", *_rest: str) -> None:
    broadcast = _find(turn, key)
    if broadcast is not None:
        turn.ask(DECLINE, broadcast=broadcast.id)


def _a_number(_turn: Turn, rest: str) -> bool:
    return rest.isdecimal()


@router.words(*in_every_language(N_("APPROVE")), rest=_a_number, allowed=rights.writes)
def approve_by_word(turn: Turn) -> None:
    if key := _meant(turn):
        approve(turn, key)


@router.words(*in_every_language(N_("REJECT")), rest=_a_number, allowed=rights.writes)
def reject_by_word(turn: Turn) -> None:
    if key := _meant(turn):
        ask_reason(turn, key)


def _meant(turn: Turn) -> str:
    """The number that stands behind the word; without one, the only newsletter that waits for this person."""
    waits = [str(each.id) for each in approving.waiting_for(turn.session, turn.member)]
    key = turn.payload or (waits[0] if len(waits) == 1 else "")
    if not key and waits:
        turn.say(_("Please write it together with the numbers that stand in the message."))
    elif not key:
        turn.say(_("Nobody is waiting for your answer at the moment."))
    return key


@router.completed(DECLINE, allowed=rights.writes)
def decline(turn: Turn, answers: dict[str, Any]) -> None:
    broadcast = _find(turn, answers["broadcast"])
    if broadcast is not None:
        correction = broadcast.kind == BroadcastKind.CORRECTION
        approving.decline(turn.session, broadcast, turn.member, answers["reason"], turn.channels, turn.now)
        thanks = _("Thank you. The author gets your words, and it is a draft again.")
        if correction:
            thanks = _("Thank you. The author gets your words, and nothing is changed.")
        turn.say(thanks)


@router.cancelled(DECLINE)
def undecided(turn: Turn, answers: Answers) -> None:
    turn.preface(_("All right, nothing was decided."))
    show(turn, str(answers["broadcast"]))


def _find(turn: Turn, key: object) -> Broadcast | None:
    """The broadcast, if it waits for this person's word; else says why not."""
    broadcast = turn.session.get(Broadcast, drafts.number_of(key), with_for_update=True, populate_existing=True)
    if broadcast is not None and approving.may_approve(turn.session, turn.member, broadcast):
        return broadcast
    if broadcast is None:
        turn.say(_("The author has taken it back, or somebody has decided already."))
    elif broadcast.state != BroadcastState.WAITING:
        turn.say(_("Thank you, somebody has agreed to it already."))
    else:
        turn.say(_("Somebody else must decide this: nobody approves their own, and each only what they may send."))
    return None


def _matter(turn: Turn, broadcast: Broadcast) -> Matter:
    if broadcast.kind == BroadcastKind.CORRECTION:
        return of_correction(turn, broadcast)
    newsletter = turn.session.get_one(Newsletter, broadcast.newsletter_id)
    return of_newsletter(newsletters.plan(turn.session, newsletter, turn.member, turn.network))


def _texts(turn: Turn, matter: Matter, capabilities: Capabilities) -> list[Outbound]:
    """The texts as members get them, in every language there is one; their buttons would not be meant here."""
    wording = Wording(turn.network)
    outbounds: list[Outbound] = []
    for language in turn.network.languages:
        if language in matter.texts:
            said = wording.word(matter.content, language, matter.audience.topics, homes=matter.audience.regions)
            outbounds += parts(said.having(options=(), alone=True), capabilities)
    return outbounds


def _question(turn: Turn, broadcast: Broadcast, matter: Matter) -> Markup:
    who = person_words(turn.session, broadcast.author_id)
    lines = [
        Markup("<b>{}</b>").format(_(matter.question).format(name=who)),
        Markup("{}: {}").format(_("It goes to"), reach.members(matter.members)),
        reach.audience_words(turn, matter.audience),
        *terms.words(turn.session.get_one(Newsletter, broadcast.newsletter_id), turn.network.zone),
    ]
    if broadcast.leaves_at:
        leaves_at = zoned_words(broadcast.leaves_at, turn.network.zone)
        lines.append(_("It is to leave on {moment}.").format(moment=leaves_at))
    return Markup("\n").join(lines)


def _answers(broadcast: Broadcast) -> tuple[Option, ...]:
    return (
        Option(f"approve:{broadcast.id}", _("Approve").unescape(), word=f"{_('APPROVE').unescape()} {broadcast.id}"),
        Option(f"reject:{broadcast.id}", _("Reject").unescape(), word=f"{_('REJECT').unescape()} {broadcast.id}"),
    )


def _title(turn: Turn, broadcast: Broadcast) -> str:
    return newsletters.title(turn.session.get_one(Newsletter, broadcast.newsletter_id))
