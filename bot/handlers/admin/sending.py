"""Sending a newsletter: what stands in the way, the exact number once more, and then it goes, once."""

from __future__ import annotations

from markupsafe import Markup

from bot.actions import attachments, broadcasts, newsletters, reports, rights
from bot.actions.newsletters import Plan
from bot.core.i18n import _, ngettext
from bot.core.locale import number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import drafts, reach
from bot.handlers.admin.bells import bell_words
from bot.turn import Turn

router = Router()


@router.button("send", allowed=rights.writes)
def ask(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None and _ready(turn, plan):
        _confirm(turn, plan)


@router.button("send_now", allowed=rights.writes)
def send(turn: Turn, draft: str = "", expected: str = "", *_rest: str) -> None:
    """Send it, if it goes to as many as this person was told."""
    plan = drafts.find(turn, draft)
    if plan is None or not _ready(turn, plan):
        return
    if plan.members != drafts.number_of(expected):
        turn.preface(_("The number has changed meanwhile."))
        _confirm(turn, plan)
        return
    plan.newsletter.audience = plan.audience.to_json()
    broadcast = broadcasts.fire(turn.session, plan.newsletter, turn.address, turn.now)
    reports.put_card(turn.session, broadcast, turn.capabilities, turn.now)
    sending = ngettext("It is on its way to {n} member.", "It is on its way to {n} members.", plan.members)
    turn.say(sending.format(n=number(plan.members)), edit=True)


def _ready(turn: Turn, plan: Plan) -> bool:
    """Whether nothing stands in the way; if something does, say what and show the draft."""
    sentences: list[Markup] = []
    if not plan.newsletter.texts:
        sentences.append(_("There is no text yet. Please add it first."))
    if not plan.members:
        sentences.append(_("Nobody would get it: no member matches. Please change who gets it."))
    if newsletters.overlong(plan, turn.network, turn.channels.values()):
        sentences.append(_("It does not fit everywhere. Please shorten it, or change who gets it."))
    unfit = attachments.unfit(turn.session, plan, turn.channels, turn.files, turn.now)
    if any(each.reached for each in unfit):
        sentences.append(_("The file cannot go to everybody as it is. The lines with ⚠ say what to do."))
    if sentences:
        turn.preface(Markup("\n").join(sentences))
        drafts.show(turn, plan, edit=True)
    return not sentences


def _confirm(turn: Turn, plan: Plan) -> None:
    key = plan.newsletter.id
    holiday = turn.network.holiday(turn.now.astimezone(turn.network.zone).date())
    named = _("Today is a public holiday or day of mourning: {name}.")
    day = named.format(name=holiday.labels[turn.language]) if holiday else Markup()
    sure = ngettext("Send to {n} member now?", "Send to {n} members now?", plan.members)
    paragraphs = [
        Markup("<b>{}</b>").format(sure.format(n=number(plan.members))),
        Markup("\n").join(
            [
                *reach.parts_words(turn, plan),
                *bell_words(turn, plan),
                *reach.substitute_words(plan),
                *reach.apart_words(attachments.apart(plan, turn.channels.values())),
            ]
        ),
        day,
        _("Each gets one message. What has left cannot be taken back; what has not can be paused or cancelled."),
    ]
    label = ngettext("Send to {n} member", "Send to {n} members", plan.members)
    turn.say(
        Markup("\n\n").join(part for part in paragraphs if part),
        [
            Option(f"send_now:{key}:{plan.members}", label.format(n=number(plan.members)).unescape()),
            Option(f"draft:{key}", _("Back to the draft").unescape()),
        ],
        edit=True,
    )
