"""The last look before a newsletter is sent: how many get it, when, and what else one should know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from markupsafe import Markup

from bot.actions import approving, attachments, estimates, newsletters, sameness, terms
from bot.actions.newsletters import Plan
from bot.actions.sameness import Same
from bot.actions.staff import person_words
from bot.core.i18n import _, ngettext
from bot.core.locale import countdown_words, duration_words, listing, money, number, zoned_words
from bot.core.messages import Option
from bot.handlers.admin import drafts, reach
from bot.handlers.admin.bells import bell_words
from bot.handlers.admin.manners import held_on_holidays, manner_words
from bot.turn import Turn
from storage.broadcasts import BroadcastState


def ready(turn: Turn, plan: Plan, leaves_at: datetime | None = None) -> bool:
    """Whether nothing stands in the way; if something does, say what and show the draft."""
    sentences = list(_hindrances(turn, plan, leaves_at))
    if sentences:
        turn.preface(Markup("\n").join(sentences))
        drafts.show(turn, plan, edit=True)
    return not sentences


def _hindrances(turn: Turn, plan: Plan, leaves_at: datetime | None) -> Iterator[Markup]:
    if not plan.newsletter.texts:
        yield _("There is no text yet. Please add it first.")
    if not plan.members:
        yield _("Nobody would get it: no member matches. Please change who gets it.")
    if newsletters.overlong(plan, turn.network, turn.channels.values()):
        yield _("It does not fit everywhere. Please shorten it, or change who gets it.")
    unfit = attachments.unfit(turn.session, plan, turn.channels, turn.files, turn.now)
    if any(each.reached for each in unfit):
        yield _("The file cannot go to everybody as it is. The lines with ⚠ say what to do.")
    until = plan.newsletter.useful_until
    if until is not None and until <= (leaves_at or turn.now):
        over = _("It is of use until {moment} only, so it would leave too late. Please change that, or its hour.")
        yield over.format(moment=zoned_words(until, turn.network.zone))
    if approving.needed(turn.network, plan.audience) and not asked(turn, plan):
        yield nobody_else()


def nobody_else() -> Markup:
    return _("A second person must agree to it, and at the moment I can reach nobody else who may. Please ask an owner "
             "or a coordinator to write to me once, or to give somebody a role.")  # fmt: skip


def asked(turn: Turn, plan: Plan) -> list[int]:
    """The members who would be asked to approve it."""
    authors = {plan.newsletter.author_id, turn.member.id}
    found = approving.approvers(turn.session, plan.audience, authors, turn.channels)
    return [address.member_id for address in found]


def twins(turn: Turn, plan: Plan, leaves_at: datetime | None) -> list[Same]:
    return sameness.same(turn.session, plan.newsletter, plan.audience, leaves_at or turn.now)


def show(turn: Turn, plan: Plan, leaves_at: datetime | None = None) -> None:
    """Say what would happen, and ask once more."""
    holiday = turn.network.holiday((leaves_at or turn.now).astimezone(turn.network.zone).date())
    same = twins(turn, plan, leaves_at)
    named = _("Today is a public holiday or day of mourning: {name}.")
    if leaves_at:
        named = _("That day is a public holiday or day of mourning: {name}.")
    paragraphs = [
        Markup("<b>{}</b>").format(_question(plan, leaves_at, turn)),
        Markup("\n").join(same_words(turn, same)),
        Markup("\n").join(
            [
                *reach.parts_words(turn, plan),
                *bell_words(turn, plan, leaves_at),
                *manner_words(turn, plan, leaves_at),
                *reach.substitute_words(plan),
                *reach.apart_words(attachments.apart(plan, turn.channels.values())),
                *terms.words(plan.newsletter, turn.network.zone),
            ]
        ),
        named.format(name=holiday.labels[turn.language]) if holiday and not held_on_holidays(turn, plan) else Markup(),
        Markup("\n").join(_estimate_words(turn, plan, leaves_at)),
        Markup(" ").join(_what_follows(turn, plan, leaves_at)),
    ]
    turn.say(
        Markup("\n\n").join(part for part in paragraphs if part),
        _options(turn, plan, leaves_at, warned=bool(same)),
        edit=True,
    )


def _question(plan: Plan, leaves_at: datetime | None, turn: Turn) -> Markup:
    if leaves_at is None:
        sure = ngettext("Send to {n} member now?", "Send to {n} members now?", plan.members)
        return sure.format(n=number(plan.members))
    sure = ngettext("Send to {n} member on {moment}?", "Send to {n} members on {moment}?", plan.members)
    return sure.format(n=number(plan.members), moment=zoned_words(leaves_at, turn.network.zone))


def same_words(turn: Turn, same: Sequence[Same]) -> Iterator[Markup]:
    """What was said already, when, and to how many of those who would hear it again."""
    for broadcast, members in same:
        at = broadcast.fired_at or broadcast.leaves_at
        count = reach.members(members)
        moment = zoned_words(at, turn.network.zone) if at else ""
        if broadcast.fired_at:
            yield _("⚠ The same text was sent on {moment}. Of these members it went to: {members}.").format(
                moment=moment, members=count
            )
        elif broadcast.state == BroadcastState.WAITING or not moment:
            yield _("⚠ The same text waits for approval. Of these members it would go to: {members}.").format(
                members=count
            )
        else:
            yield _("⚠ The same text is to leave on {moment}. Of these members it would go to: {members}.").format(
                moment=moment, members=count
            )


def _estimate_words(turn: Turn, plan: Plan, leaves_at: datetime | None) -> Iterator[Markup]:
    takes = estimates.duration(plan, turn.channels)
    yield _("Sending takes about {time}.").format(time=duration_words(max(takes, timedelta(seconds=1))))
    costs = estimates.costs(turn.session, plan, turn.network, turn.channels, leaves_at or turn.now)
    if costs:
        amounts = listing(money(amount, currency) for currency, amount in costs.items())
        yield _("The messages cost about {amounts}.").format(amounts=amounts)


def _what_follows(turn: Turn, plan: Plan, leaves_at: datetime | None) -> Iterator[Markup]:
    yield _("Each gets one message.")
    if approving.needed(turn.network, plan.audience):
        names = listing([person_words(turn.session, member) for member in asked(turn, plan)])
        yield _("A second person must agree before it leaves. I will ask: {names}.").format(names=names)
    elif leaves_at is None and turn.network.manners.undo:
        undo = countdown_words(turn.network.manners.undo)
        yield _("It leaves after {time}; until then you can take it back.").format(time=undo)
    elif leaves_at is not None:
        yield _("Until then you can take it back.")
    yield _("What has not left yet can be paused or cancelled.")


def _options(turn: Turn, plan: Plan, leaves_at: datetime | None, *, warned: bool) -> list[Option]:
    key = plan.newsletter.id
    if warned:
        label = _("Send it all the same")
    elif approving.needed(turn.network, plan.audience):
        label = _("Ask for approval")
    elif leaves_at:
        label = _("Plan it")
    else:
        label = ngettext("Send to {n} member", "Send to {n} members", plan.members).format(n=number(plan.members))
    moment = int(leaves_at.timestamp()) if leaves_at else 0
    later = _("Another time") if leaves_at else _("Send at another time")
    return [
        Option(f"send_now:{key}:{plan.members}:{moment}:{int(warned)}", label.unescape()),
        Option(f"later:{key}", later.unescape()),
        Option(f"draft:{key}", _("Back to the draft").unescape()),
    ]
