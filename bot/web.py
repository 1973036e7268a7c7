"""The one web application: what the channels bring, the app's health and counts, and the files it hands out."""

from __future__ import annotations

import math
import mimetypes
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote

from aiohttp import web

from bot.core.channel import Channel
from bot.core.nearness import is_here

LARGEST: Final = 20 * 1024**2
"""Bytes in one request's body: as much as Telegram lets a bot download."""

FRESH: Final = 10
"""Seconds for which the counts stand: to count again for everybody who asks would be work without end."""

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)

_SHOWN: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "text/plain"})
"""Types a browser may open by itself; anything else is saved, so that no file can act as a page of ours."""


class Files(Protocol):
    """Where the app keeps photos, documents and reports."""

    def path(self, file: str) -> Path:
        """Where the bytes of "sha256:<hex>" are, if they are kept."""


def application(
    channels: Sequence[Channel],
    health: Callable[[], Awaitable[dict[str, Any]]],
    metrics: Callable[[], Awaitable[str]],
    files: Files | None = None,
    media: Sequence[web.RouteDef] = (),
) -> web.Application:
    """Everything that is served.

    Args:
        channels: each brings its own routes.
        health: what /health tells; with "ok" false it answers 503.
        metrics: what /metrics tells, in Prometheus' text format, to this machine alone and anew every ten seconds.
        files: hands out /files/<sha256>/<name> when given, for the demo page. Whoever knows the hash may read.
        media: where platforms fetch the files that we send.
    """
    counts, counted_at = "", -math.inf

    async def tell_health(_: web.Request) -> web.Response:
        state = await health()
        return web.json_response(state, status=200 if state.get("ok", True) else 503)

    async def tell_metrics(request: web.Request) -> web.Response:
        nonlocal counts, counted_at
        if not is_here(request.remote, request.headers):
            raise web.HTTPNotFound
        if time.monotonic() - counted_at > FRESH:
            counts, counted_at = await metrics(), time.monotonic()
        return web.Response(text=counts, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    app = web.Application(client_max_size=LARGEST)
    app.on_response_prepare.append(_secure)
    app.add_routes([web.get("/health", tell_health), web.get("/metrics", tell_metrics)])
    for channel in channels:
        app.add_routes(channel.routes())
    app.add_routes(media)
    if files is not None:
        app.add_routes([web.get("/files/{hash}/{name}", _handing_out(files))])
    return app


async def serve(app: web.Application, host: str, port: int, *, shared: bool = False) -> web.AppRunner:
    """Listen; returns once connections are taken. `await runner.cleanup()` ends it.

    Args:
        shared: other processes of this user may listen there too, and the kernel spreads connections over them.

    Raises:
        OSError: the port is taken.
    """
    # No access log: it would hold addresses of people and the names of their files.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    await web.TCPSite(runner, host, port, reuse_port=shared or None).start()
    return runner


async def _secure(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)


def _handing_out(files: Files) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def hand_out(request: web.Request) -> web.StreamResponse:
        sha256, name = request.match_info["hash"], request.match_info["name"]
        if not _HASH.fullmatch(sha256):
            raise web.HTTPNotFound
        path = files.path(f"sha256:{sha256}")
        if not path.is_file():
            raise web.HTTPNotFound
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        disposition = "inline" if mime in _SHOWN else "attachment"
        text = "; charset=utf-8" if mime.startswith("text/") else ""
        headers = {
            "Content-Type": mime + text,
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(name, safe='')}",
            "Cache-Control": "private, max-age=31536000, immutable",
        }
        return web.FileResponse(path, headers=headers)

    return hand_out
