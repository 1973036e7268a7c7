"""A Bot API that takes everything at once: the fastest server we could write, so that what is measured is the client.

It reads no JSON and keeps nothing but a count of each method; `getCounts` tells it. A process of its own:
`python -m bench.stub` prints its port and serves until it is terminated.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any, ClassVar, Final, cast

import uvloop

HELD: Final = 20
"""Seconds after which `getUpdates` hears that there is nothing new."""

_USER: Final = {"id": 4242424242, "is_bot": True, "first_name": "Körpü", "username": "emulated_bot"}
_MESSAGE: Final = {
    "message_id": 1,
    "from": _USER,
    "chat": {"id": 1, "first_name": "Aygün", "type": "private"},
    "date": 1763700000,
    "text": "Dear colleagues",
}


def _response(result: Any) -> bytes:  # noqa: ANN401 - any JSON
    body = json.dumps({"ok": True, "result": result}, separators=(",", ":")).encode()  # as Telegram writes it
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


_RESPONSES: Final = {b"sendMessage": _response(_MESSAGE), b"getMe": _response(_USER)}
_NOTHING_NEW: Final = _response([])
_DONE: Final = _response(result=True)


class Answering(asyncio.Protocol):
    """One connection, kept alive; a request may arrive in pieces, or several together."""

    counts: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        received = self._received + data
        while (end := received.find(b"\r\n\r\n")) >= 0:
            head = received[:end]
            place = head.lower().find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r", 1)[0]) if place >= 0 else 0
            if len(received) < end + 4 + length:
                break
            received = received[end + 4 + length :]
            self._answer(head.split(b" ", 2)[1].rpartition(b"/")[2])
        self._received = received

    def _answer(self, method: bytes) -> None:
        self.counts[method.decode()] += 1
        if method == b"getCounts":
            self._transport.write(_response(self.counts))
        elif method == b"getUpdates":
            asyncio.get_running_loop().call_later(HELD, self._transport.write, _NOTHING_NEW)
        else:
            self._transport.write(_RESPONSES.get(method, _DONE))


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve())
