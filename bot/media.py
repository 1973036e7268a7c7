"""Files for platforms that fetch by themselves: addresses that nobody can guess, and that stop working.

The address itself says what it gives and until when, under a signature; so nothing is stored about it, and every
process that knows the secret can answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote, urlencode

from aiohttp import web

from bot.core.messages import Attachment
from bot.core.mimes import file_name, mime_of

LIFE: Final = timedelta(hours=48)
"""At least how long an address works: as long as a platform may keep a message waiting, and fetch again."""

_STEP: Final = 3600
"""Addresses end on the full hour, so that a broadcast gives everybody the same one."""


class Files(Protocol):
    """Where the app keeps photos and documents."""

    def path(self, file: str) -> Path:
        """Where the bytes of "sha256:<hex>" are, if they are kept.

        Raises:
            ValueError: not the name of a stored file.
        """


class Media:
    """Hands out stored files under <public_url>/media/<expiry>/<signature>/<sha256>/<name>?type=<media type>.

    Args:
        secret: the same in every process and at every start, or addresses given out before do not work.
        now: the app's clock.
    """

    def __init__(self, public_url: str, secret: str, files: Files, now: Callable[[], datetime]) -> None:
        self._public_url = public_url.rstrip("/")
        self._secret = secret.encode()
        self._files = files
        self._now = now

    def url(self, attachment: Attachment) -> str:
        """Where a platform can fetch this file of ours for two days.

        Raises:
            ValueError: it is not in the file store.
        """
        digest = self._files.path(attachment.file).name
        name, mime = file_name(attachment), mime_of(attachment)
        expiry = str(-int(-(self._now() + LIFE).timestamp() // _STEP) * _STEP)
        signature = self._sign(digest, expiry, name, mime)
        query = urlencode({"type": mime})
        return f"{self._public_url}/media/{expiry}/{signature}/{digest}/{quote(name, safe='')}?{query}"

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.get("/media/{expiry}/{signature}/{digest}/{name}", self._hand_out)]

    async def _hand_out(self, request: web.Request) -> web.StreamResponse:
        """The file with its true type; for anything expired, forged or gone the same answer, whichever it is."""
        asked, mime = request.match_info, request.query.get("type", "")
        signature = self._sign(asked["digest"], asked["expiry"], asked["name"], mime)
        if not hmac.compare_digest(signature.encode(), asked["signature"].encode(errors="replace")):
            raise web.HTTPNotFound
        path = self._files.path(f"sha256:{asked['digest']}")
        if self._now().timestamp() > int(asked["expiry"]) or not await asyncio.to_thread(path.is_file):
            raise web.HTTPNotFound
        # Always saved, never shown: whatever people sent must not act as a page of ours. Platforms do not mind.
        disposition = f"attachment; filename*=UTF-8''{quote(asked['name'], safe='')}"
        return web.FileResponse(path, headers={"Content-Type": mime, "Content-Disposition": disposition})

    def _sign(self, *parts: str) -> str:
        return hmac.new(self._secret, "\n".join(parts).encode(errors="replace"), hashlib.sha256).hexdigest()
