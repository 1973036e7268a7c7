"""The demo page's own little site: its files, its uploads, its live connection, for this machine's browser only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from yarl import URL

from bot.channels.simulator.control import Files
from bot.channels.simulator.live import Live
from bot.channels.simulator.phones import Phones
from bot.channels.simulator.requests import LONGEST, is_identity
from bot.core.messages import Attachment, Kind
from bot.core.nearness import is_here
from bot.core.typed import formatted

_FILES: Final = {file.name: file for file in (Path(__file__).parent / "page").iterdir()}

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_LONGEST_FILE_NAME: Final = 120

_PHOTOS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})


class Site:
    """Serves the page, and nothing to anybody who is not it.

    There is no login: being on this machine is the right to enter. So the name in the address must be this machine's
    own (or a page on the internet could point a name of its own here), and whoever changes something must be our page.
    """

    def __init__(self, live: Live, phones: Phones, files: Files) -> None:
        self._live = live
        self._phones = phones
        self._files = files

    def start(self) -> None:
        self._live.start()

    async def stop(self) -> None:
        await self._live.stop()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", _guarded(self._page)),
            web.get("/page/{name}", _guarded(self._page)),
            web.get("/live", _guarded(self._live.connect, ours=True)),
            web.post("/phones/{user}/files", _guarded(self._upload, ours=True)),
        ]

    async def _page(self, request: web.Request) -> web.StreamResponse:
        file = _FILES.get(request.match_info.get("name", "index.html"))
        if file is None:
            raise web.HTTPNotFound
        return web.FileResponse(file, headers={"Cache-Control": "no-cache"})

    async def _upload(self, request: web.Request) -> web.Response:
        """Bytes in the body; id, name and caption in the query."""
        user, identity = request.match_info["user"], request.query.get("id")
        name = Path(request.query.get("name", "")).name[:_LONGEST_FILE_NAME] or "file"
        caption = request.query.get("caption", "")[:LONGEST]
        data = await request.read()
        if not is_identity(identity) or not data or all(phone.user != user for phone in self._phones):
            raise web.HTTPBadRequest
        mime = request.content_type
        file = await asyncio.to_thread(self._files.store, data)
        kind = "photo" if mime in _PHOTOS and request.query.get("as") == "photo" else "document"
        attachment = Attachment(kind, file, name, mime, len(data))
        said = self._live.inbound(
            user,
            str(identity),
            kind=Kind.FILE,
            text=formatted(caption, self._phones[user].shape.capabilities.markup),
            attachment=attachment,
        )
        self._phones.say(user, said)
        return web.Response(status=204)


_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _guarded(handler: _Handler, *, ours: bool = False) -> Any:  # noqa: ANN401 - aiohttp has no public name for a handler
    async def guard(request: web.Request) -> web.StreamResponse:
        try:
            host = URL(f"http://{request.host}").host
        except ValueError:
            host = None
        origin = request.headers.get("Origin")
        foreign = origin not in (None, f"http://{request.host}") or (ours and origin is None)
        if host not in LOOPBACK or foreign or not is_here(request.remote, request.headers):
            raise web.HTTPForbidden(text="The demo is for the browser of the machine it runs on.")
        return await handler(request)

    return guard
