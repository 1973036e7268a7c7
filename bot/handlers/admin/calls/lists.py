"""Funding calls, for those who write them: new ones, drafts, proposals, and what is published."""

from __future__ import annotations

from typing import Final

from bot.actions import calls
from bot.core.i18n import N_
from bot.handlers.admin.calls import pages
from bot.handlers.admin.shelves import Shelf, Shelves
from storage.calls import Call, CallState, newest_calls

OFFICE: Final = Shelves[Call](
    "call",
    {
        "drafts": Shelf(N_("Drafts"), [CallState.DRAFT], N_("There is no draft of a call.")),
        "proposals": Shelf(N_("Proposals"), [CallState.PROPOSED], N_("No member’s proposal waits for you.")),
        "published": Shelf(N_("Published"), calls.PUBLISHED, N_("No call was published yet.")),
    },
    page="call_sheet",
    new=N_("New call"),
    manage=N_("Change the call"),
    find=pages.find,
    show=pages.show,
    newest=lambda turn, states, before: newest_calls(turn.session, *states, before=before),
    may_edit=lambda turn, call: calls.may_edit(turn.session, turn.member, call, turn.network),
    title=lambda turn, call: calls.title(call, turn.language),
)
