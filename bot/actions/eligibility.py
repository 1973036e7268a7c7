"""Who may apply to a call, or come to an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from bot.core.i18n import N_, _
from bot.core.locale import listing

ELIGIBLE: Final = {
    "ngo": N_("registered NGOs"),
    "informal": N_("groups that are not registered"),
    "ecosoc": N_("NGOs in consultative status with ECOSOC"),
    "youth": N_("youth organisations"),
    "women": N_("women’s organisations"),
    "disability": N_("organisations of people with disabilities"),
    "regional": N_("organisations outside the capital"),
    "person": N_("individuals"),
}
"""By key, which never changes."""


def eligible_words(keys: Sequence[str]) -> Markup:
    """As they stand within a sentence; everybody where none is named."""
    named = [_(ELIGIBLE[key]) for key in ELIGIBLE if key in keys]
    return listing(named) if named else _("everybody")


def statuses_for(keys: Sequence[str]) -> tuple[str, ...]:
    """Of ECOSOC's consultative statuses, those one must have for it; () where none is asked for."""
    return ("general", "special", "roster") if list(keys) == ["ecosoc"] else ()
