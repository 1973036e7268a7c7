"""Declarations, for those who write them: new ones, drafts, those that are open and those that are closed."""

from __future__ import annotations

from typing import Final

from bot.actions import appeals
from bot.actions.localized import title
from bot.core.i18n import N_
from bot.handlers.admin.declarations import pages
from bot.handlers.admin.shelves import Shelf, Shelves
from storage.appeals import newest_appeals
from storage.declarations import Declaration, DeclarationState

OFFICE: Final = Shelves[Declaration](
    "declaration",
    {
        "drafts": Shelf(N_("Drafts"), [DeclarationState.DRAFT], N_("There is no draft of a declaration.")),
        "open": Shelf(
            N_("Open declarations"), [DeclarationState.OPEN], N_("No declaration is open for signature at the moment.")
        ),
        "closed": Shelf(N_("Closed declarations"), [DeclarationState.CLOSED], N_("No declaration is closed yet.")),
    },
    page="declaration_page",
    new=N_("New declaration"),
    manage=N_("Manage the declaration"),
    find=pages.find,
    show=pages.show,
    newest=lambda turn, states, before: newest_appeals(turn.session, Declaration, *states, before=before),
    may_edit=lambda turn, declaration: appeals.may_edit(turn.session, turn.member, declaration),
    title=lambda turn, declaration: title(declaration, turn.language),
)
