"""The page of a declaration that is being written: its words, whom it asks, who else can sign, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from markupsafe import Markup

from bot.actions import declarations, newsletters, rights
from bot.actions.newsletters import Plan
from bot.core.fields import Choice, Deadline
from bot.core.i18n import N_, _
from bot.core.locale import language_name, own_name, zoned_words
from bot.core.messages import Option
from bot.core.richtext import plain
from bot.core.router import Router
from bot.handlers.admin import drafts, reach
from bot.handlers.admin.declarations import pages
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
        declarations.write(turn.session, declaration, turn.member, turn.now, code=code)
    else:
        until = value.moment if value else None
        declarations.write(turn.session, declaration, turn.member, turn.now, closes_at=until)


SHEET: Final = Sheet(
    "declaration",
    Deadline(
        "closes_at",
        N_("Until when can it be signed?"),
        label=N_("Open until"),
        hint=N_("Write a day, such as 30.11.2026, or a day and an hour. Skip it to close it by hand."),
        clock=lambda turn: (turn.now, turn.network.zone),
        optional=True,
    ),
    Choice("signers", N_("Who can sign it?"), _SIGNERS, label=N_("Who can sign")),
    find=lambda turn, key: pages.find(turn, key, DeclarationState.DRAFT),
    keep=_keep,
    show=pages.show,
    allowed=rights.writes,
)
router.include(SHEET.router)


def show(turn: Turn, declaration: Declaration, *, edit: bool = False) -> None:
    """Show the page, with what should be known before it is sent."""
    plan = plan_of(turn, declaration)
    paragraphs = [
        Markup("<b>{}</b>").format(_("A declaration, not open for signature yet")),
        Markup("<b>{}</b>\n{}").format(
            declarations.title(declaration, declaration.source), _beginning(declaration)),
        Markup("\n").join(_languages(turn, declaration)),
        Markup("<b>{}</b>\n{}").format(_("It goes to"), reach.audience_words(turn, plan.audience)),
        reach.count_words(turn, plan),
        Markup("\n").join(terms(turn, declaration)),
        Markup("\n").join(reach.overlong_words(
            declarations.overlong(declaration, turn.network, turn.channels.values()))),
    ]  # fmt: skip
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, declaration, plan), edit=edit)


def plan_of(turn: Turn, declaration: Declaration) -> Plan:
    """What would be sent of it now."""
    newsletter = declarations.publication(turn.session, declaration, turn.member, turn.network, turn.now)
    return newsletters.plan(turn.session, newsletter, turn.member, turn.network)


def terms(turn: Turn, declaration: Declaration) -> Iterator[Markup]:
    """Until when it can be signed, and by whom."""
    if declaration.closes_at is None:
        yield _("It stays open until you close it.")
    else:
        yield _("Open until {moment}").format(moment=zoned_words(declaration.closes_at, turn.network.zone))
    yield _("Anybody who has the link can sign it.") if declaration.code else _("Every member can sign it.")


def _beginning(declaration: Declaration) -> str:
    text = plain(declaration.texts.get(declaration.source, ""))
    return text if len(text) <= drafts.BEGINNING else text[: drafts.BEGINNING].rstrip() + "…"


def _languages(turn: Turn, declaration: Declaration) -> Iterator[Markup]:
    here = [language_name(language) for language in turn.network.languages if language in declaration.titles]
    missing = [language_name(language) for language in turn.network.languages if language not in declaration.titles]
    yield _("Written in: {languages}").format(languages=", ".join(here))
    if missing:
        yield _("Not written in: {languages}").format(languages=", ".join(missing))


def _options(turn: Turn, declaration: Declaration, plan: Plan) -> list[Option]:
    key = declaration.id
    steps = {
        "trial": _("Read it as a signer"),
        "preview": _("Preview"),
        "publish": _("Open for signature"),
        "delete": _("Delete the draft"),
    }
    return [
        *(Option(f"declaration_words:{key}:{each}", _words_label(declaration, each))
          for each in turn.network.languages),
        Option(f"audience:{plan.newsletter.id}", _("Who gets it").unescape()),
        *SHEET.options(declaration),
        *(Option(f"declaration_{step}:{key}", label.unescape()) for step, label in steps.items()),
    ]  # fmt: skip


def _words_label(declaration: Declaration, language: str) -> str:
    label = _("Change: {language}") if language in declaration.titles else _("Add: {language}")
    return label.format(language=own_name(language)).unescape()
