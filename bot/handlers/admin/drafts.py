"""The card of a draft: what is written, who gets it, what is still missing, and what can be done next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from markupsafe import Markup

from bot.actions import attachments, newsletters, rights, schedules, terms
from bot.actions.menu import typed
from bot.actions.newsletters import Plan
from bot.core.fields import Answers
from bot.core.i18n import _
from bot.core.locale import zoned_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import reach, tongues
from bot.turn import Turn
from storage.newsletters import Newsletter

router = Router()

Page = Callable[[Turn, Plan, bool], None]
"""Called with (turn, plan, edit)."""

PAGES: Final[dict[str, Page]] = {}
"""By `Newsletter.about`: the page of a call or an event, which stands here in place of the card of its publication."""


def find(turn: Turn, draft: object) -> Plan | None:
    """The draft as it would be sent now; when it is not this person's to change any more, says so and returns None.

    The row stays locked until the end of the turn, so that two people cannot send one draft.
    """
    found = turn.session.get(Newsletter, number_of(draft), with_for_update=True, populate_existing=True)
    if found is None:
        turn.say(
            _("This draft is not there any more. Write {command} to begin another.").format(
                command=typed("newsletter", turn.capabilities)
            )
        )
    elif not rights.may_edit(turn.session, turn.member, found):
        turn.say(
            _("This newsletter is somebody else’s. Write {command} to write one of your own.").format(
                command=typed("newsletter", turn.capabilities)
            )
        )
    elif sent := newsletters.broadcast_of(turn.session, found.id):
        follow = Option(f"broadcast:{sent.id}", _("See how it went").unescape())
        said = _("This newsletter was sent already. It does not go out a second time.")
        if sent.fired_at is None:
            follow = Option(f"broadcast:{sent.id}", _("See where it stands").unescape())
            said = _("This newsletter is on its way out and cannot be changed. Take it back first.")
        turn.say(said, [follow])
    else:
        return newsletters.plan(turn.session, found, turn.member, turn.network)
    return None


def number_of(argument: object) -> int:
    """The id in a button, or 0 for what can be none: buttons come from outside."""
    text = str(argument)
    return int(text) if text.isdecimal() and len(text) < 16 else 0  # noqa: PLR2004 - far below 64 bits


@router.button("draft", allowed=rights.writes)
def open_draft(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = find(turn, draft)
    if plan is not None:
        show(turn, plan, edit=True)


def go_back(turn: Turn, answers: Answers) -> None:
    """Show the draft that a cancelled question was about."""
    plan = find(turn, answers["draft"])
    if plan is not None:
        turn.preface(_("All right, nothing was changed."))
        show(turn, plan)


def show(turn: Turn, plan: Plan, *, edit: bool = False) -> None:
    """Show the card, with what must be known before it is sent."""
    newsletter = plan.newsletter
    if newsletter.about in PAGES:
        PAGES[newsletter.about](turn, plan, edit)
        return
    overlong = newsletters.overlong(plan, turn.network, turn.channels.values())
    unfit = attachments.unfit(turn.session, plan, turn.channels, turn.files, turn.now)
    apart = attachments.apart(plan, turn.channels.values())
    paragraphs = [
        Markup("<b>{}</b>\n{}").format(_("Your newsletter, not sent yet"), _beginning(newsletter)),
        _languages(turn, newsletter),
        Markup("<b>{}</b>\n{}").format(_("It goes to"), reach.audience_words(turn, plan.audience)),
        reach.count_words(turn, plan),
        Markup("\n").join([*terms.words(newsletter, turn.network.zone), *_leaving(turn, newsletter)]),
        Markup("\n").join(
            [
                *reach.substitute_words(plan),
                *reach.overlong_words(overlong),
                *reach.apart_words(apart),
                *reach.unfit_words(turn, plan, unfit),
            ]
        ),
    ]
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, newsletter), edit=edit)


def _leaving(turn: Turn, newsletter: Newsletter) -> list[Markup]:
    """That it is the next issue of one that comes by itself, if it is."""
    leaves_at = schedules.leaves_at(turn.session, newsletter, turn.now)
    if leaves_at is None:
        return []
    return [_("It leaves by itself on {moment}.").format(moment=zoned_words(leaves_at, turn.network.zone))]


def _beginning(newsletter: Newsletter) -> Markup:
    text = tongues.beginning(newsletter)
    lines = [text] if text else []
    if newsletter.attachment:
        name = newsletter.attachment.get("name") or _kind(newsletter.attachment["kind"])
        lines.append(f"📎 {name}")
    return Markup("\n").join(lines)


def _kind(kind: str) -> Markup:
    return _("photo") if kind == "photo" else _("document")


def _languages(turn: Turn, newsletter: Newsletter) -> Markup:
    if not newsletter.texts:
        return _("The text is missing. Please add it.")
    return Markup("\n").join(tongues.language_lines(turn, newsletter.texts))


def _options(turn: Turn, newsletter: Newsletter) -> list[Option]:
    key = newsletter.id
    file = (
        [Option(f"draft_unfile:{key}", _("Remove the file").unescape())]
        if newsletter.attachment
        else [Option(f"draft_file:{key}", _("Add a photo or document").unescape())]
    )
    return [
        *tongues.word_options(turn, f"draft_text:{key}", newsletter.texts),
        *file,
        Option(f"audience:{key}", _("Who gets it").unescape()),
        Option(f"preview:{key}", _("Preview").unescape()),
        Option(f"try_out:{key}", _("Send a test to me").unescape()),
        Option(f"terms:{key}", _("Time limit and urgency").unescape()),
        Option(f"send:{key}", _("Send").unescape()),
        Option(f"draft_delete:{key}", _("Delete the draft").unescape()),
    ]
