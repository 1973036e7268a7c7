"""Who is asking over the network: a program on this machine, or anybody else."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
"""What a proxy adds."""


def is_here(remote: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from this machine, and not through a proxy on it, whatever it says about the host.

    Args:
        remote: the address at the other end of the connection.
        headers: of the request; found in any case of letters.
    """
    try:
        local = ip_address(remote or "").is_loopback
    except ValueError:
        local = False
    return local and not any(header in headers for header in FORWARDED)
