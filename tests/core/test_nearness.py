"""Only a program on this machine is here; a proxy on it speaks for somebody else."""

from __future__ import annotations

import pytest

from bot.core.nearness import is_here


@pytest.mark.parametrize(
    ("remote", "headers", "here"),
    [
        ("127.0.0.1", {}, True),
        ("127.8.8.8", {"Host": "bot.example.org"}, True),
        ("::1", {}, True),
        ("10.0.0.7", {}, False),
        ("::ffff:10.0.0.7", {}, False),
        ("", {}, False),
        (None, {}, False),
        ("localhost", {}, False),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("127.0.0.1", {"Forwarded": ""}, False),
        ("127.0.0.1", {"X-Real-IP": "203.0.113.7"}, False),
    ],
)
def test_who_is_here(remote: str | None, headers: dict[str, str], here: bool) -> None:
    assert is_here(remote, headers) is here
