"""Who signed a declaration, as a workbook: the text with its hash, the signers, and how many from each country."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import countries
from bot.actions.declarations import canonical, fingerprint
from bot.actions.spreadsheets import Cell, Table, as_workbook
from bot.core.i18n import N_, _
from bot.core.locale import alphabetical, country_name, language_name
from bot.core.richtext import plain
from bot.network import Network
from storage.declarations import Declaration, Signature, countries_of
from storage.files import Files

SIGNER: Final = (N_("Name"), N_("Organisation"), N_("Country"), N_("Signed on"), N_("Read in"), N_("Signed this text"))
COUNTRY: Final = (N_("Country"), N_("Code"), N_("Signatures"))
TEXT: Final = (N_("Language"), N_("Title"), N_("Text"))


def write(session: Session, declaration: Declaration, network: Network, files: Files) -> str:
    """Store the workbook in the language being spoken; returns the file's name. Only reads from the database."""
    counted = countries.most_first(countries_of(session, declaration.id))
    by_country: list[list[Cell]] = [[country_name(code), code, n] for code, n in counted]
    tables = [
        _table(N_("Text"), TEXT, _text(session, declaration, network)),
        _table(N_("Signers"), SIGNER, _signers(session, declaration, network)),
        _table(N_("Countries"), COUNTRY, iter(by_country)),
    ]
    return files.write(as_workbook(tables))


def signers(session: Session, declaration: Declaration) -> list[Signature]:
    """Those whose signature counts: country by country, each in the order of the reader's alphabet."""
    found = select(Signature).where(Signature.declaration_id == declaration.id, Signature.withdrawn_at.is_(None))
    of_country: dict[str, list[Signature]] = {}
    for signature in session.scalars(found):
        of_country.setdefault(signature.country, []).append(signature)
    key = alphabetical()
    return [
        signature
        for code in countries.in_order(of_country)
        for signature in sorted(of_country[code], key=lambda each: (key(each.name), each.id))
    ]


def is_whole(session: Session, declaration: Declaration) -> bool:
    """Whether the text that is stored now is the one that was opened, and all who signed signed that one."""
    stored = fingerprint(declaration)
    others = select(Signature.id).where(Signature.declaration_id == declaration.id, Signature.frozen != stored)
    return declaration.frozen == stored and session.scalar(others.limit(1)) is None


def warning() -> str:
    return _("Attention: the text that is stored now is not the one that was signed.").unescape()


def _table(name: str, header: tuple[str, ...], rows: Iterator[list[Cell]]) -> Table:
    return Table(_(name).unescape(), [_(title).unescape() for title in header], rows)


def _signers(session: Session, declaration: Declaration, network: Network) -> Iterator[list[Cell]]:
    stored = fingerprint(declaration)
    yes, no = _("Yes").unescape(), _("No").unescape()
    for each in signers(session, declaration):
        signed_at = each.signed_at.astimezone(network.zone).replace(tzinfo=None)
        same = yes if each.frozen == stored else no
        yield [each.name, each.organisation, country_name(each.country), signed_at, language_name(each.language), same]


def _text(session: Session, declaration: Declaration, network: Network) -> Iterator[list[Cell]]:
    for language in network.languages:
        if language in declaration.titles:
            text = plain(declaration.texts.get(language, ""))
            yield [language_name(language), declaration.titles[language], text]
    yield [None, _("SHA-256 when it was opened").unescape(), declaration.frozen]
    yield [None, _("SHA-256 of what is stored now").unescape(), fingerprint(declaration)]
    yield [None, _("That is the SHA-256 of this").unescape(), canonical(declaration)]
    if not is_whole(session, declaration):
        yield [None, warning(), None]
