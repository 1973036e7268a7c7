"""The bell: what rings where only an approved template may go, and says that something waits to be read."""

from __future__ import annotations

from typing import Final

from bot.core.i18n import _, speaking
from bot.core.messages import Option, Outbound
from bot.core.richtext import plain
from bot.core.splitting import shorten
from bot.network import Network

READ: Final = "read"
"""The button under a bell; whatever else the person sends opens what waits as well."""

SUBJECT: Final = 60
"""Longest subject, in characters."""


def bell(network: Network, said: Outbound) -> Outbound:
    """Rings for this message, in its language."""
    first = next((line for line in plain(said.text).splitlines() if line.strip()), "")
    subject = shorten(" ".join(first.split()).rstrip("."), SUBJECT, "characters")  # the sentence around it has its own
    name = network.name[said.language]
    with speaking(said.language):
        text = _("Hello. {network} has something new for you: {subject}. Tap Read to see it, or write to us.")
        subject = subject or _("a file").unescape()
        read = Option(READ, _("Read").unescape(), word=_("READ").unescape())
    return Outbound(text.format(network=name, subject=subject), (read,), language=said.language, bell=(name, subject))
