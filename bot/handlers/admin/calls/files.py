"""The documents of a funding call: guidelines, application forms. Members get them with its page."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import callcards, calls, rights
from bot.core.form import Form
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.calls import pages
from bot.handlers.admin.newsletter import File
from bot.turn import Turn
from storage.calls import Call

router = Router()

FILE: Final = Form("call_file", File("file", N_("Send me the document.")), review=False)


@router.button("call_files", allowed=rights.writes)
def files(turn: Turn, key: str = "", *_rest: str) -> None:
    call = pages.changeable(turn, key)
    if call is not None and call.documents:
        _show(turn, call, edit=True)
    elif call is not None:
        turn.ask(FILE, it=call.id)


@router.button("call_file", allowed=rights.writes)
def ask(turn: Turn, key: str = "", *_rest: str) -> None:
    call = pages.changeable(turn, key)
    if call is not None and _has_room(turn, call):
        turn.ask(FILE, it=call.id)


@router.completed(FILE, allowed=rights.writes)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    call = pages.changeable(turn, answers["it"])
    if call is not None and _has_room(turn, call):
        document = answers["file"].attachment
        calls.add_document(turn.session, call, document, turn.member, turn.network, turn.now)
        _show(turn, call)


router.cancelled(FILE)(pages.go_back)


@router.button("call_unfile", allowed=rights.writes)
def remove(turn: Turn, key: str = "", file: str = "", *_rest: str) -> None:
    """The document of this number, if it is still that one: the button names the end of where its bytes are."""
    call = pages.changeable(turn, key)
    if call is None:
        return
    kept = [document for document in call.documents if _mark(document) != file]
    if kept != call.documents:
        calls.write(turn.session, call, turn.member, turn.network, turn.now, documents=kept)
    if kept:
        _show(turn, call, edit=True)
    else:
        pages.show(turn, call, edit=True)


def _has_room(turn: Turn, call: Call) -> bool:
    if len(call.documents) < calls.MOST_DOCUMENTS:
        return True
    most = ngettext(
        "A call can have {n} document. Please remove one first.",
        "A call can have {n} documents. Please remove one first.",
        calls.MOST_DOCUMENTS,
    )
    turn.preface(most.format(n=number(calls.MOST_DOCUMENTS)))
    _show(turn, call)
    return False


def _show(turn: Turn, call: Call, *, edit: bool = False) -> None:
    names = callcards.document_names(call)
    lines = [Markup("<b>{}</b>").format(_("Documents")), *(Markup("📎 {}").format(name) for name in names)]
    removing = [
        Option(f"call_unfile:{call.id}:{_mark(document)}", _("Remove: {name}").format(name=name).unescape())
        for document, name in zip(call.documents, names, strict=True)
    ]
    options = [
        Option(f"call_file:{call.id}", _("Add a document").unescape()),
        *removing,
        pages.back(call),
    ]
    turn.say(Markup("\n").join(lines), options, edit=edit)


def _mark(document: dict[str, Any]) -> str:
    """Tells a call's documents apart in a button."""
    return str(document["file"])[-12:].replace(":", "_")
