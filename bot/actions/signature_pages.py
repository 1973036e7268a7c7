"""Who signed a declaration, as a document for `bot.printing`: the text on top, then the signers by country."""

from __future__ import annotations

import zlib
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions import signing
from bot.actions.countries import count_words
from bot.actions.declarations import fingerprint
from bot.actions.localized import read
from bot.actions.signature_files import is_whole, signers, warning
from bot.core.i18n import _, speaking
from bot.core.locale import country_name, number, short_date
from bot.core.richtext import plain
from storage.declarations import Declaration, Signature

HOME: Final = "printed"
"""Where the file of an attachment is that is still to be laid out: "printed:<declaration>:<language>:<data>"."""


def name(session: Session, declaration: Declaration, language: str) -> str:
    """The attachment's file. Other signatures give another name: what was laid out once is not laid out again."""
    of_it = Signature.declaration_id == declaration.id
    newest = select(func.count(), func.max(Signature.signed_at), func.max(Signature.withdrawn_at)).where(of_it)
    data = f"{session.execute(newest).one()}{fingerprint(declaration)}{declaration.state}"
    return f"{HOME}:{declaration.id}:{language}:{zlib.crc32(data.encode()):08x}"


def pages_of(session: Session, file: str, zone: tzinfo, now: datetime) -> dict[str, Any] | None:
    """What is to be printed in the attachment of this name, with the signatures as they are now; None for nothing.

    Raises:
        ValueError: it names no document.
    """
    _home, key, language, _data = file.split(":")
    declaration = session.get(Declaration, int(key))
    if declaration is None:
        return None
    with speaking(language):
        count = signing.count(session, declaration.id)
        title, text, _used = read(declaration, language)
        day = short_date(now.astimezone(zone).date())
        signed = _("Signed by {signers}").format(signers=count_words(*count)) if count.people else _("No signatures.")
        return {
            "title": title,
            "text": plain(text),
            "signed": signed.unescape(),
            "countries": [
                [f"{country_name(code)} ({number(len(people))})", [_line(each) for each in people]]
                for code, people in ((code, list(of_it)) for code, of_it in _by_country(session, declaration))
            ],
            "notes": [
                _("As of {day}.").format(day=day).unescape(),
                _("The text was frozen when it was opened for signature. SHA-256: {hash}").format(
                    hash=declaration.frozen).unescape(),
                *([] if is_whole(session, declaration) else [warning()]),
            ],
            "lacking": _("□ stands for letters that this document cannot show; the Excel list has them.").unescape(),
            "page": _("Page {n} of {all}").format(n="{n}", all="{nb}").unescape(),
        }  # fmt: skip


def _by_country(session: Session, declaration: Declaration) -> Any:  # noqa: ANN401 - as `groupby` has it
    return groupby(signers(session, declaration), key=lambda each: each.country)


def _line(signature: Signature) -> list[str]:
    return [signature.name, signature.organisation]
