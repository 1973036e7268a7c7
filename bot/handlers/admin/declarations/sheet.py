"""The page of a declaration that is being written: its words, whom it asks, who else can sign, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from markupsafe import Markup

from bot.actions import appeals, declarations, newsletters, rights
from bot.actions.localized import title
from bot.actions.newsletters import Plan
from bot.core.fields import Choice
from bot.core.i18n import N_, _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import reach
from bot.handlers.admin.closing import closes_at, until_words
from bot.handlers.admin.declarations import pages
from bot.handlers.admin.tongues import beginning, language_lines, word_options
from bot.handlers.sheets import Sheet
from bot.turn import Turn
from storage.declarations import Declaration, DeclarationState

router = Router()

_ANYBODY: Final = "anybody"
_SIGNERS: Final = (
    Option("members", N_("Members alone")),
    Option(_ANYBODY, N_("Anybody who has the link")),
)


def _keep(turn: Turn, declaration: Declaration, field: str, value: Any) -> None:  # noqa: ANN401 - each field its own type
    if field == "signers":
        code = (declaration.code or declarations.new_code()) if value == _ANYBODY else ""
        appeals.write(turn.session, declaration, turn.member, turn.now, code=code)
    else:
        until = value.moment if value else None
        appeals.write(turn.session, declaration, turn.member, turn.now, closes_at=until)


CLOSES_AT: Final = closes_at(N_("Until when can it be signed?"))

SHEET: Final = Sheet(
    "declaration",
    CLOSES_AT,
    Choice("signers", N_("Who can sign it?"), _SIGNERS, label=N_("Who can sign")),
    find=lambda turn, key: pages.find(turn, key, DeclarationState.DRAFT),
    keep=_keep,
    show=pages.show,
    allowed=rights.writes,
)
router.include(SHEET.router)


def show(turn: Turn, declaration: Declaration, *, edit: bool = False) -> None:
    """Show the page, with what should be known before it is sent."""
    plan = appeals.plan(turn.session, declaration, turn.member, turn.network, turn.now)
    anywhere = newsletters.overlong(replace(plan, parts=[]), turn.network, turn.channels.values())
    paragraphs = [
        Markup("<b>{}</b>").format(_("A declaration, not open for signature yet")),
        Markup("<b>{}</b>\n{}").format(title(declaration, declaration.source), beginning(declaration)),
        Markup("\n").join(language_lines(turn, declaration.titles)),
        Markup("<b>{}</b>\n{}").format(_("It goes to"), reach.audience_words(turn, plan.audience)),
        reach.count_words(turn, plan),
        Markup("\n").join(terms(turn, declaration)),
        Markup("\n").join(reach.overlong_words(anywhere)),
    ]
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, declaration, plan), edit=edit)


def terms(turn: Turn, declaration: Declaration) -> Iterator[Markup]:
    """Until when it can be signed, and by whom."""
    yield until_words(turn, declaration)
    yield _("Anybody who has the link can sign it.") if declaration.code else _("Every member can sign it.")


def _options(turn: Turn, declaration: Declaration, plan: Plan) -> list[Option]:
    key = declaration.id
    steps = {
        "trial": _("Read it as a signer"),
        "preview": _("Preview"),
        "publish": _("Open for signature"),
        "delete": _("Delete the draft"),
    }
    return [
        *word_options(turn, f"declaration_words:{key}", declaration.titles),
        Option(f"audience:{plan.newsletter.id}", _("Who gets it").unescape()),
        *SHEET.options(declaration),
        *(Option(f"declaration_{step}:{key}", label.unescape()) for step, label in steps.items()),
    ]
