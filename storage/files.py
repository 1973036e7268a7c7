"""Files people send and reports we write, each stored once under the hash of its content."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

PREFIX = "sha256:"
_DIGEST = re.compile("[0-9a-f]{64}")


class Files:
    """A folder of files. Safe to use from several threads and processes: a file is complete or absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def store(self, data: bytes) -> str:
        """Keep the bytes; returns their name, "sha256:<hex>". The same bytes twice are one file."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as incoming:
                incoming.write(data)
                incoming.flush()
                os.fsync(incoming.fileno())
            Path(incoming.name).replace(path)
        return PREFIX + digest

    def path(self, file: str) -> Path:
        """Where the bytes of a stored file are.

        Raises:
            ValueError: not the name of a stored file, whatever a stranger may have put into an address.
        """
        digest = file.removeprefix(PREFIX)
        if not file.startswith(PREFIX) or not _DIGEST.fullmatch(digest):
            raise ValueError("not the name of a stored file")
        return self._path(digest)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest
