"""The page of a declaration that was opened: how many signed, from where, its link, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from markupsafe import Markup

from bot.actions import appeals, declarationmoves, declarations, rights, signing
from bot.actions.countries import count_words, most_first
from bot.actions.localized import title
from bot.core.i18n import N_, _
from bot.core.locale import country_name, number, zoned_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import sent
from bot.handlers.admin.declarations import pages, sheet
from bot.handlers.admin.drafts import number_of
from bot.handlers.sheets import Sheet
from bot.turn import Turn
from storage.declarations import Declaration, DeclarationState, countries_of

router = Router()

LISTED: Final = 30
"""Countries shown at once."""


def _move(turn: Turn, declaration: Declaration, _field: str, value: Any) -> None:  # noqa: ANN401 - an Until, or None
    until = value.moment if value else None
    declarationmoves.move_closing(turn.session, declaration, until, turn.member, turn.network, turn.now)
    turn.preface(_("Done. Its copies say so where they can be changed."))


UNTIL: Final = Sheet(
    "declaration_end",
    sheet.CLOSES_AT,
    find=lambda turn, key: pages.find(turn, key, DeclarationState.OPEN),
    keep=_move,
    show=pages.show,
    allowed=rights.writes,
)
router.include(UNTIL.router)


def show(turn: Turn, declaration: Declaration, *, edit: bool = False) -> None:
    """Show the page, with the count as it is at this moment."""
    open_now = declaration.state == DeclarationState.OPEN
    paragraphs = [
        Markup("<b>{}</b>\n{}").format(_heading(turn, declaration), title(declaration, turn.language)),
        _signed_words(turn, declaration),
        Markup("\n").join(sheet.terms(turn, declaration) if open_now else ()),
        Markup("\n").join(_links(turn, declaration) if open_now else ()),
        "" if _is_unchanged(declaration) else changed_words(),
    ]
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, declaration), edit=edit)


def changed_words() -> Markup:
    """Nothing here can do it, but somebody with the database can."""
    return _("Attention: the text that is stored now is not the one that was opened for signature.")


@router.button("declaration_countries", allowed=rights.writes)
def show_countries(turn: Turn, key: str = "", begin: str = "", *_rest: str) -> None:
    """How many signed from each country, the most first."""
    declaration = pages.find(turn, key, *declarations.PUBLISHED)
    if declaration is None:
        return
    counted = most_first(countries_of(turn.session, declaration.id))
    first = number_of(begin) if number_of(begin) < len(counted) else 0
    lines = [_signed_words(turn, declaration)]
    lines += [
        Markup("{}: {}").format(country_name(code), number(people)) for code, people in counted[first : first + LISTED]
    ]
    more = []
    if first + LISTED < len(counted):
        more = [Option(f"declaration_countries:{declaration.id}:{first + LISTED}", _("More").unescape())]
    turn.say(Markup("\n").join(lines), [*more, pages.back(declaration)], edit=True)


@pages.PAGES.asks_first(
    router,
    "declaration_close",
    N_("Close “{title}” now? Nobody can sign it from then on, and it cannot be opened again."),
    N_("Yes, close it"),
    DeclarationState.OPEN,
)
def close(turn: Turn, declaration: Declaration) -> None:
    declarationmoves.close(turn.session, declaration, turn.member, turn.network, turn.now)
    turn.preface(_("Done. Its copies say so where they can be changed."))
    show(turn, declaration, edit=True)


def _heading(turn: Turn, declaration: Declaration) -> Markup:
    zone = turn.network.zone
    if declaration.state == DeclarationState.CLOSED and declaration.closed_at is not None:
        return _("A declaration, closed on {moment}").format(moment=zoned_words(declaration.closed_at, zone))
    opened = zoned_words(declaration.opened_at or declaration.created_at, zone)
    return _("A declaration, open for signature since {moment}").format(moment=opened)


def _signed_words(turn: Turn, declaration: Declaration) -> Markup:
    count = signing.count(turn.session, declaration.id)
    if not count.people:
        return _("Nobody has signed it yet.")
    return Markup("<b>{}</b>").format(_("Signed by {signers}").format(signers=count_words(*count)))


def _links(turn: Turn, declaration: Declaration) -> Iterator[Markup]:
    if declaration.code:
        yield _("The link to pass on:")
        for channel in turn.channels.values():
            yield Markup("{}: {}").format(channel.label, channel.link(f"sign_{declaration.code}"))


def _is_unchanged(declaration: Declaration) -> bool:
    return declarations.fingerprint(declaration) == declaration.frozen


def _options(turn: Turn, declaration: Declaration) -> list[Option]:
    key, options = declaration.id, []
    if signing.count(turn.session, key).people:
        options.append(Option(f"declaration_countries:{key}", _("By country").unescape()))
    options.append(Option(f"declaration_files:{key}", _("List of signers").unescape()))
    if declaration.state == DeclarationState.OPEN:
        options += UNTIL.options(declaration)
        options.append(Option(f"declaration_close:{key}", _("Close it now").unescape()))
        if appeals.is_taken_back(turn.session, declaration):
            options.append(Option(f"declaration_publish:{key}", _("Publish again").unescape()))
    options += sent.newest(turn, declarations.ABOUT, key)
    return [*options, Option("declarations", _("All declarations").unescape())]
