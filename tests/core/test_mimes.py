"""A file's media type, and a name that fits it and is safe wherever it goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.messages import Attachment
from bot.core.mimes import file_name, mime_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("kind", "name", "said", "mime"),
    [
        ("document", "a.pdf", "", "application/pdf"),
        ("document", "a.PDF", "", "application/pdf"),
        ("document", "a.docx", "", DOCX),
        ("document", "a.docx", "Application/PDF; x=1", "application/pdf"),
        ("document", "a.jpg", "not a type", "image/jpeg"),
        ("document", "a", "", "application/octet-stream"),
        ("photo", "", "", "image/jpeg"),
        ("photo", "a.webp", "", "image/webp"),
        ("photo", "", "image/png", "image/png"),
    ],
)
def test_what_it_is(kind: str, name: str, said: str, mime: str) -> None:
    assert mime_of(Attachment(kind, "", name, said)) == mime


@pytest.mark.parametrize(
    ("name", "said", "called"),
    [
        ("letter.pdf", "application/pdf", "letter.pdf"),
        ("letter", "application/pdf", "letter.pdf"),
        ("Call no. 5 of 2026", "application/pdf", "Call no. 5 of 2026.pdf"),
        ("letter", DOCX, "letter.docx"),
        ("a/b\\c\n.txt", "", "a_b_c_.txt"),
        ("..", "", "document.bin"),
        ("", "application/x-unheard-of", "document"),
        ("a" * 300 + ".pdf", "", "a" * 100 + ".pdf"),
    ],
)
def test_what_it_is_called(name: str, said: str, called: str) -> None:
    assert file_name(Attachment("document", "", name, said)) == called


@given(st.text(), st.text(), st.sampled_from(["photo", "document"]))
def test_no_name_and_no_type_can_do_harm(name: str, said: str, kind: str) -> None:
    attachment = Attachment(kind, "", name, said)
    called, mime = file_name(attachment), mime_of(attachment)
    assert 0 < len(called) <= 106
    assert not set(called) & {"/", "\\", "\n", "\r", "\x00"}
    assert called not in {".", ".."}
    assert mime.isascii()
    assert mime.count("/") == 1
    assert not set(mime) & set(" \r\n\"';")
