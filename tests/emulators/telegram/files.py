"""Files that were uploaded, by the bot or by people: kept whole, sent again by id, downloaded through getFile."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from aiogram.types import BufferedInputFile

from tests.emulators.telegram.refused import bad, wrong

DOWNLOAD_LIMIT = 20_000_000
UPLOAD_LIMITS = {"photo": 10_000_000, "document": 50_000_000}
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
"""The smallest picture: a PNG of one pixel."""
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")


class Upload(BufferedInputFile):
    """A file that came in a multipart body, in the shape aiogram's methods take."""

    def __init__(self, content: bytes, name: str, mime: str) -> None:
        super().__init__(content, name)
        self.mime = mime


@dataclass(frozen=True, slots=True)
class File:
    """One stored file. `kind` is "photo", "document", "voice" or "sticker"."""

    id: str
    kind: str
    name: str
    mime: str
    content: bytes

    @property
    def unique_id(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:16]

    @property
    def path(self) -> str:
        return f"{self.kind}s/{self.id}"

    def to_json(self) -> dict[str, Any]:
        """What all kinds have in common: ids and size."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": len(self.content)}

    def to_media(self) -> Any:
        """The value of a message's field named after the kind."""
        if self.kind == "photo":
            return [{**self.to_json(), "width": 1, "height": 1}]
        return {**self.to_json(), "file_name": self.name, "mime_type": self.mime}


class Files:
    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    def keep(self, kind: str, content: bytes, name: str, mime: str) -> File:
        file = File(f"{kind}-{len(self._files) + 1}-emulated", kind, name, mime, content)
        self._files[file.id] = file
        return file

    def of(self, kind: str, value: object) -> File:
        """The file a request sends: an upload, or the id of a file that is here already. Addresses are not fetched.

        Raises:
            Refused: nothing there, not a picture, too big, an unknown id, or the id of a file of another kind.
        """
        if isinstance(value, Upload):
            return self._uploaded(kind, value)
        file = self._files.get(str(value or ""))
        if not value:
            raise wrong(f"there is no {kind} in the request")
        if file is None:
            raise wrong("wrong file identifier/HTTP URL specified")
        if file.kind != kind:
            raise wrong(f"can't use file of type {file.kind.capitalize()} as {kind.capitalize()}")
        return file

    def to_download(self, id_: str) -> File:
        """What getFile answers with.

        Raises:
            Refused: unknown, or over 20 MB.
        """
        if id_ not in self._files:
            raise wrong("invalid file_id")
        if len(self._files[id_].content) > DOWNLOAD_LIMIT:
            raise bad("file is too big")
        return self._files[id_]

    def at(self, path: str) -> File | None:
        return next((file for file in self._files.values() if file.path == path), None)

    def _uploaded(self, kind: str, upload: Upload) -> File:
        if not upload.data:
            raise wrong("file must be non-empty")
        if len(upload.data) > UPLOAD_LIMITS[kind]:
            raise wrong("file is too big" if kind == "document" else "too big for a photo")
        if kind == "photo" and not upload.data.startswith(_PICTURES):
            raise wrong("IMAGE_PROCESS_FAILED")
        return self.keep(kind, upload.data, upload.filename or kind, upload.mime)
