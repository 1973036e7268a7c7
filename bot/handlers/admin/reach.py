"""Whom a newsletter reaches, in words and in numbers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from math import ceil
from operator import attrgetter
from typing import Final

from markupsafe import Markup

from bot.actions import addresses
from bot.actions.attachments import Unfit
from bot.actions.newsletters import Overlong, Plan
from bot.core.channel import Channel
from bot.core.i18n import N_, _, current, ngettext
from bot.core.locale import capitals, language_name, listing, number
from bot.core.messages import Option
from bot.turn import Turn
from storage.audiences import ABROAD, Audience
from storage.carried import home

STATUSES: Final = {
    "general": N_("General"),
    "special": N_("Special"),
    "roster": N_("Roster"),
    "none": N_("No consultative status"),
}
"""Consultative status with ECOSOC."""

NOWHERE: Final = N_("outside the country")

LINES: Final = {
    "topics": N_("Topics"),
    "regions": N_("Regions"),
    "languages": N_("Languages"),
    "ecosoc": N_("Consultative status"),
    "channels": N_("Channels"),
}
"""What can be asked of a member, and what it is called."""


def choices(turn: Turn, line: str) -> list[Option]:
    """All that can stand in this line, in the language being spoken."""
    network = turn.network
    match line:
        case "topics":
            return [Option(topic.key, topic.labels[current()]) for topic in network.topics]
        case "regions":
            regions = [Option(region.key, region.labels[current()]) for region in network.regions]
            return [*regions, Option(ABROAD, _capital(_(NOWHERE).unescape()))]
        case "languages":
            return [Option(language, _capital(language_name(language))) for language in network.languages]
        case "ecosoc":
            return [Option(status, _(label).unescape()) for status, label in STATUSES.items()]
        case _:
            return [Option(channel.name, channel.label) for channel in turn.channels.values()]


def audience_words(turn: Turn, audience: Audience) -> Markup:
    """One line for each thing that is asked of a member."""
    written: list[Markup] = []
    for line, called in LINES.items():
        if wanted := getattr(audience, line):
            labels = {option.id: option.label for option in choices(turn, line)}
            labels |= {ABROAD: _(NOWHERE)} if line == "regions" else {}
            chosen = listing([labels.get(key, key) for key in wanted])
            written.append(Markup("{}: {}").format(_(called), chosen))
    return Markup("\n").join(written) or _("everybody who agreed to receive messages")


def count_words(turn: Turn, plan: Plan) -> Markup:
    """How many, then how many on each channel, in each language."""
    return Markup("\n").join([Markup("<b>{}</b>").format(members(plan.members)), *parts_words(turn, plan)])


def parts_words(turn: Turn, plan: Plan) -> list[Markup]:
    """How many on each channel, in each language, and how many of all cannot be reached."""
    lines: list[Markup] = []
    parts = sorted(plan.parts, key=attrgetter("channel"))
    for channel, grouped in groupby(parts, key=attrgetter("channel")):
        found = list(grouped)
        languages = listing(f"{language_name(part.language)} {number(part.members)}" for part in found)
        total = number(sum(part.members for part in found))
        lines.append(Markup("{}: {} ({})").format(channel_label(turn, channel), total, languages))
    if plan.unreachable:
        away = ngettext(
            "{n} of them cannot be reached at the moment and will be named in the report.",
            "{n} of them cannot be reached at the moment and will be named in the report.",
            plan.unreachable,
        )
        lines.append(away.format(n=number(plan.unreachable)))
    return lines


def substitute_words(plan: Plan) -> list[Markup]:
    """What those get whose language has no text."""
    if not plan.newsletter.texts:
        return []
    source = language_name(plan.newsletter.source)
    return [
        ngettext(
            "{n} member who reads {language} will get the text in {source}.",
            "{n} members who read {language} will get the text in {source}.",
            readers,
        ).format(n=number(readers), language=language_name(language), source=source)
        for language, readers in plan.without_text.items()
    ]


def overlong_words(overlong: Iterable[Overlong]) -> list[Markup]:
    return [
        ngettext(
            "⚠ The text in {language} is {n} character too long for {channel}.",
            "⚠ The text in {language} is {n} characters too long for {channel}.",
            each.excess,
        ).format(n=number(each.excess), language=language_name(each.text), channel=each.channel.label)
        for each in overlong
    ]


def unfit_words(turn: Turn, plan: Plan, unfit: Iterable[Unfit]) -> list[Markup]:
    """Why its file cannot go out on a channel, and what to do."""
    words = {
        "large": _(
            "⚠ A file for {channel} may have up to {limit}, and this one has {size}. Please send a smaller one, or"
            " change who gets it."
        ),
        "kind": _(
            "⚠ {channel} does not carry files of this kind. Please send a PDF or a photo instead, or change who gets"
            " it."
        ),
        "lost": _(
            "⚠ The file could not be fetched from {origin}, so it cannot go out on {channel}. Please remove it and add"
            " it again."
        ),
    }
    attachment = plan.content.attachment
    if attachment is None:
        return []
    origin = channel_label(turn, home(attachment.file))
    return [
        words[each.reason].format(
            channel=each.channel.label,
            origin=origin,
            limit=_megabytes(each.limit / 1e6),
            size=_megabytes(ceil(each.size / 1e5) / 10),
        )
        for each in unfit
    ]


def apart_words(apart: Iterable[Channel]) -> list[Markup]:
    return [
        _("On {channel} the file comes in a message of its own.").format(channel=channel.label) for channel in apart
    ]


def members(n: int) -> Markup:
    return ngettext("{n} member", "{n} members", n).format(n=number(n))


def channel_label(turn: Turn, name: str) -> str:
    """What people call the channel; one that is no longer connected keeps its name."""
    return addresses.label(turn.channels, name)


def _megabytes(n: float) -> Markup:
    return _("{n} MB").format(n=number(round(n, 1)))


def _capital(word: str) -> str:
    return capitals(word[:1]) + word[1:]
