"""Seeing a newsletter before anybody else does: as every language and channel will show it, and as a test copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup

from bot.actions import rights
from bot.actions.newsletters import Plan
from bot.actions.wording import Wording
from bot.core.channel import Capabilities, Channel
from bot.core.i18n import _
from bot.core.locale import language_name, listing
from bot.core.messages import Outbound
from bot.core.rendering import Bubble, render
from bot.core.router import Router
from bot.handlers.admin import drafts, reach
from bot.turn import Turn

router = Router()


@dataclass
class View:
    """What a group of members sees: readers of one language, on channels that show it alike."""

    outbound: Outbound
    capabilities: Capabilities
    bubble: Bubble
    channels: list[str] = field(default_factory=list)
    members: int = 0


@router.button("preview", allowed=rights.writes)
def preview(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = _written(turn, draft)
    if plan is None:
        return
    for view in _views(turn, plan):
        heading = Markup("<b>{}</b>").format(
            _("{channels}, {language}: {members}").format(
                channels=listing(view.channels),
                language=language_name(view.outbound.language),
                members=reach.members(view.members),
            )
        )
        if view.capabilities == turn.capabilities:
            turn.say(heading)
            turn.said.append(view.outbound.having(alone=True))
        else:
            shown = Markup("\n\n").join([heading, _verbatim(view)])
            turn.say(shown, attachment=view.outbound.attachment, alone=True)
    if len(plan.audience.topics) > 1:
        turn.preface(_("Under the text, each member sees only those of the topics they follow."))
    if len(plan.audience.regions) > 1:
        turn.preface(_("Of the regions under the text, each member sees only their own."))
    drafts.show(turn, plan)


@router.button("try_out", allowed=rights.writes)
def try_out(turn: Turn, draft: str = "", *_rest: str) -> None:
    """Send each language's message to this person alone, just as it would be delivered here."""
    plan = _written(turn, draft)
    if plan is None:
        return
    wording = Wording(turn.network)
    for language in turn.network.languages:
        if language in plan.written:
            outbound = wording.word(
                plan.content, language, plan.audience.topics, homes=plan.audience.regions, terms=turn.capabilities
            )
            turn.said.append(outbound.having(alone=True))
    turn.preface(_("This is how members will see it. It came only to you."))
    drafts.show(turn, plan)


def _written(turn: Turn, draft: str) -> Plan | None:
    """The draft, if there is anything to look at yet."""
    plan = drafts.find(turn, draft)
    if plan is None or plan.newsletter.texts:
        return plan
    turn.preface(_("There is no text yet. Please add it first."))
    drafts.show(turn, plan)
    return None


def _views(turn: Turn, plan: Plan) -> Iterator[View]:
    """One view for each language, and for each way its channels show it; this person's own way first."""
    wording = Wording(turn.network)
    for language in turn.network.languages:
        views: list[View] = []
        for channel, members in _channels(turn, plan, language):
            terms = channel.capabilities
            outbound = wording.word(
                plan.content, language, plan.audience.topics, homes=plan.audience.regions, terms=terms
            )
            bubble = render(outbound, channel.capabilities)
            markup = channel.capabilities.markup
            view = next((one for one in views if (one.bubble, one.capabilities.markup) == (bubble, markup)), None)
            if view is None:
                view = View(outbound, channel.capabilities, bubble)
                views.append(view)
            view.channels.append(channel.label)
            view.members += members
        yield from sorted(views, key=lambda view: view.capabilities != turn.capabilities)


def _channels(turn: Turn, plan: Plan, language: str) -> Iterator[tuple[Channel, int]]:
    """Where readers of this language are; while nobody is in the audience, where this person is."""
    for part in plan.parts:
        if part.language == language and part.channel in turn.channels:
            yield turn.channels[part.channel], part.members
    if not plan.parts and language in plan.written:
        yield turn.channels[turn.address.channel], 0


def _verbatim(view: View) -> Markup:
    """What the other channel shows, letter by letter; where its formatting is ours too, as it looks there."""
    text = view.outbound.text if view.capabilities.markup == "html" else Markup("{}").format(view.bubble.text)
    buttons = Markup("\n").join(f"[{button.label}]" for row in view.bubble.rows for button in row)
    return Markup("\n\n").join(part for part in (text, buttons) if part)
