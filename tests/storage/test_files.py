"""Files are kept once under the hash of their content, and nobody can ask for anything else by a made-up name."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from storage.files import Files


def test_the_same_bytes_are_one_file(files: Files) -> None:
    name = files.store(b"report")
    assert name == files.store(b"report") == f"sha256:{hashlib.sha256(b'report').hexdigest()}"
    assert files.path(name).read_bytes() == b"report"
    assert len([path for path in files.path(name).parent.iterdir() if path.is_file()]) == 1


@pytest.mark.parametrize("name", ["", "sha256:", "sha256:../../etc/passwd", "telegram:AgAD", "sha256:" + "G" * 64])
def test_other_names_are_refused(files: Files, name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a stored file"):
        files.path(name)


def test_a_size_is_told_and_what_is_not_there_has_none(files: Files) -> None:
    name = files.store(b"report")
    assert files.size(name) == 6
    files.remove(name)
    assert files.size(name) == 0


def test_a_folder_has_one_name_and_no_other_folder_has_it(files: Files, tmp_path: Path) -> None:
    names = [files.name(), files.name(), Files(tmp_path / "files").name(), Files(tmp_path / "elsewhere").name()]
    assert names[0] == names[1] == names[2] != names[3]
