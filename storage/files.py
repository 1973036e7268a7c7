"""Files people send and reports we write, each stored once under the hash of its content."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

PREFIX = "sha256:"
_DIGEST = re.compile("[0-9a-f]{64}")


class Files:
    """A folder of files. Safe to use from several threads and processes: a file is complete or absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def name(self) -> str:
        """What tells this folder from every other, the same for each process that sees it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / "name"
        with suppress(FileExistsError), path.open("x") as new:
            new.write(secrets.token_hex(8))
        return path.read_text()

    def store(self, data: bytes) -> str:
        """Keep the bytes; returns their name, "sha256:<hex>". The same bytes twice are one file."""
        return self.write([data])

    def write(self, chunks: Iterable[bytes]) -> str:
        """Keep what comes piece by piece, for files too large to hold at once; returns its name."""
        self._folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as incoming:
            try:
                for chunk in chunks:
                    digest.update(chunk)
                    incoming.write(chunk)
                incoming.flush()
                os.fsync(incoming.fileno())
            except BaseException:
                Path(incoming.name).unlink()
                raise
        path = self._path(digest.hexdigest())
        path.parent.mkdir(exist_ok=True)
        Path(incoming.name).replace(path)
        return PREFIX + digest.hexdigest()

    def path(self, file: str) -> Path:
        """Where the bytes of a stored file are.

        Raises:
            ValueError: not the name of a stored file, whatever a stranger may have put into an address.
        """
        digest = file.removeprefix(PREFIX)
        if not file.startswith(PREFIX) or not _DIGEST.fullmatch(digest):
            raise ValueError("not the name of a stored file")
        return self._path(digest)

    def remove(self, file: str) -> None:
        """Let go of a stored file; nothing to do when it is gone already."""
        self.path(file).unlink(missing_ok=True)

    def size(self, file: str) -> int:
        """Bytes of a stored file; 0 when it is not there.

        Raises:
            ValueError: not the name of a stored file.
        """
        try:
            return self.path(file).stat().st_size
        except FileNotFoundError:
            return 0

    def sweep(self, unwanted: Iterable[str], age: timedelta) -> None:
        """Let go of these files, and of what a kill left half written, if they have been here longer than `age`.

        Storing the same bytes again makes a file new: whoever stores it and refers to it a moment later has that long.
        """
        for path in [*map(self.path, unwanted), *self._folder.glob("tmp*")]:
            try:
                if path.stat().st_mtime < time.time() - age.total_seconds():
                    path.unlink()
            except FileNotFoundError:  # another process swept it
                continue

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest
