"""Which request is which operation, under the names that faults and records use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.emulators.twilio import contents, downloads, indicators, messages
from tests.emulators.twilio.call import Call
from tests.emulators.twilio.delivery import Delivery
from tests.emulators.twilio.refused import missing
from tests.emulators.twilio.world import World

Operation = Callable[[World, Call], Awaitable[tuple[int, object]]]
"""Answers with a status and JSON, None for an empty body, or the address a redirect leads to."""
_MESSAGES = "/2010-04-01/Accounts/{account}/Messages"
_MESSAGE = _MESSAGES + "/{sid}"
_CONTENT = "/v1/Content/{sid}"


def operations(delivery: Delivery) -> list[tuple[str, str, str, Operation]]:
    """HTTP method, path, name, what to do."""

    async def create(world: World, call: Call) -> tuple[int, object]:
        return await messages.create(world, call, delivery)

    return [
        ("POST", f"{_MESSAGES}.json", "messages.create", create),
        ("GET", f"{_MESSAGES}.json", "messages.list", messages.list_),
        ("GET", f"{_MESSAGE}.json", "messages.fetch", messages.fetch),
        ("GET", f"{_MESSAGE}/Media.json", "media.list", downloads.list_),
        ("GET", _MESSAGE + "/Media/{media}.json", "media.fetch", downloads.fetch),
        ("GET", _MESSAGE + "/Media/{media}", "media.download", downloads.redirect),
        ("POST", "/v1/Content", "contents.create", contents.create),
        ("GET", "/v1/Content", "contents.list", contents.list_),
        ("GET", "/v1/ContentAndApprovals", "contents.approvals", contents.list_with_approvals),
        ("GET", _CONTENT, "contents.fetch", contents.fetch),
        ("DELETE", _CONTENT, "contents.delete", contents.delete),
        ("POST", f"{_CONTENT}/ApprovalRequests/whatsapp", "contents.submit", contents.submit),
        ("GET", f"{_CONTENT}/ApprovalRequests", "contents.approval", contents.approval),
        ("POST", "/v2/Indicators/Typing.json", "typing", indicators.typing),
    ]


async def nowhere(_: World, call: Call) -> tuple[int, object]:
    """Every other path."""
    raise missing(call.path["path"])
