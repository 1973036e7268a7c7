"""The list of signers to take away: a workbook, or a document to print with the text on top."""

from __future__ import annotations

from bot.actions import declarations, rights, signature_files, signature_pages
from bot.actions.localized import title
from bot.actions.spreadsheets import MIMES, XLSX
from bot.core.i18n import _
from bot.core.locale import own_name
from bot.core.messages import Attachment, Option
from bot.core.router import Router
from bot.handlers.admin.declarations import pages
from bot.turn import Turn
from storage import carried
from storage.declarations import Declaration
from storage.staff import record

router = Router()


@router.button("declaration_files", allowed=rights.writes)
def ask(turn: Turn, key: str = "", *_rest: str) -> None:
    declaration = pages.find(turn, key, *declarations.PUBLISHED)
    if declaration is not None:
        said = _("The list of those who signed, with the text. Please use it only for this declaration.")
        turn.say(said, _options(turn, declaration), edit=True)


@router.button("declaration_workbook", allowed=rights.writes)
def send_workbook(turn: Turn, key: str = "", *_rest: str) -> None:
    declaration = pages.find(turn, key, *declarations.PUBLISHED)
    if declaration is not None:
        file = signature_files.write(turn.session, declaration, turn.network, turn.files)
        name = f"declaration-{declaration.id}.{XLSX}"
        _send(turn, declaration, Attachment("document", file, name, MIMES[XLSX]))


@router.button("declaration_pdf", allowed=rights.writes)
def send_pdf(turn: Turn, key: str = "", language: str = "", *_rest: str) -> None:
    """It is laid out while they wait, see `bot.workers.making`."""
    declaration = pages.find(turn, key, *declarations.PUBLISHED)
    if declaration is not None and language in declaration.titles:
        file = signature_pages.name(turn.session, declaration, language)
        carried.want(turn.session, file, turn.now)
        name = f"declaration-{declaration.id}-{language}.pdf"
        _send(turn, declaration, Attachment("document", file, name, "application/pdf"))


def _send(turn: Turn, declaration: Declaration, attachment: Attachment) -> None:
    record(turn.session, turn.now, turn.member.id, "declaration.file", declaration=declaration.id)
    turn.say(title(declaration, turn.language), _options(turn, declaration), attachment=attachment)


def _options(turn: Turn, declaration: Declaration) -> list[Option]:
    """Each file, and the way back: whoever took one may want another."""
    written = [language for language in turn.network.languages if language in declaration.titles]
    papers = [Option(f"declaration_pdf:{declaration.id}:{each}",
                     _("PDF: {language}").format(language=own_name(each)).unescape()) for each in written]  # fmt: skip
    workbook = Option(f"declaration_workbook:{declaration.id}", _("Excel").unescape())
    return [workbook, *papers, pages.back(declaration)]
