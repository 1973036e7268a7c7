"""Media types of files: platforms decide by them, and do not always tell them."""

from __future__ import annotations

import mimetypes
import re
from typing import Final

from bot.core.messages import Attachment

UNKNOWN: Final = "application/octet-stream"

_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f/\\]+")
_LONGEST_NAME: Final = 100
_LONGEST_ENDING: Final = 5

_TYPES: Final = mimetypes.MimeTypes()
"""Python's own table, without the machine's, which differs from one to the next; and what offices send."""
for _mime, _ending in {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "audio/amr": ".amr",
    "audio/ogg": ".ogg",
    "image/webp": ".webp",
}.items():
    _TYPES.add_type(_mime, _ending)


def mime_of(attachment: Attachment) -> str:
    """Its media type; where nobody said, what its name ends in tells. A photo without either is a JPEG."""
    said = attachment.mime.partition(";")[0].strip().lower()
    if _TYPE.fullmatch(said):
        return said
    usual = "image/jpeg" if attachment.kind == "photo" else UNKNOWN
    return _TYPES.guess_type(attachment.name)[0] or usual


def file_name(attachment: Attachment) -> str:
    """A name for it that is safe in an address and ends as its type does, since people's phones go by that."""
    name = _UNSAFE.sub("_", attachment.name).strip(". ") or attachment.kind
    stem, dot, ending = name.rpartition(".")
    if not dot or not ending.isalnum() or len(ending) > _LONGEST_ENDING:
        stem, ending = name, (_TYPES.guess_extension(mime_of(attachment)) or "").removeprefix(".")
    return ".".join(part for part in (stem[:_LONGEST_NAME], ending) if part)
