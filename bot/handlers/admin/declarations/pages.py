"""The pages of a declaration, for those who write it and count who signed."""

from __future__ import annotations

from typing import Final

from bot.actions import appeals, declarations
from bot.core.i18n import N_
from bot.handlers.admin.pages import Pages
from storage.declarations import Declaration, DeclarationState

PAGES: Final = Pages(
    Declaration,
    "declaration_page",
    abouts=[declarations.ABOUT],
    unpublished=[DeclarationState.DRAFT],
    command="declarations",
    lost=N_("I do not find this declaration among yours. Write {command} to see them."),
    leaving=N_("This declaration is on its way out and cannot be changed. Take it back first."),
    back=N_("Back to the declaration"),
    may_edit=lambda turn, declaration: appeals.may_edit(turn.session, turn.member, declaration),
)
find, show, back = PAGES.find, PAGES.show, PAGES.back
