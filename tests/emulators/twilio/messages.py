"""The Messages resource: create, list with its filters, fetch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from tests.emulators.twilio.call import Call
from tests.emulators.twilio.delivery import Delivery
from tests.emulators.twilio.message import API_VERSION, Message
from tests.emulators.twilio.paging import page
from tests.emulators.twilio.refused import Refused, missing, wrong
from tests.emulators.twilio.sending import judge
from tests.emulators.twilio.world import World

Answer = tuple[int, object]


async def create(world: World, call: Call, delivery: Delivery) -> Answer:
    """201 with the message as it was accepted; what becomes of it is told later."""
    message, fault = judge(world, call.form)
    if fault:
        world.note("messages.create", call.parameters, Refused(400, 63021, fault, ours=True))
    world.messages[message.sid] = message
    accepted = message.to_json(world.account)
    task = delivery.start(message, call.outcome, fault)
    if world.callbacks.before_answer:
        await task
        await world.callbacks.told_of(message)
    return 201, accepted


async def fetch(world: World, call: Call) -> Answer:
    return 200, of(world, call).to_json(world.account)


async def list_(world: World, call: Call) -> Answer:
    """Newest first; To, From, DateSent (a day), DateSent> and DateSent< (a moment or a day, itself included)."""
    chosen = [message for message in reversed(world.messages.values()) if _fits(message, call)]
    part = page(chosen, call.query)
    here = f"/{API_VERSION}/Accounts/{world.account}/Messages.json"
    filters = [(name, value) for name, value in call.query.items() if name not in ("Page", "PageToken", "PageSize")]
    first = [*filters, ("PageSize", str(part.size))]
    after = [*first, ("Page", str(part.number + 1)), ("PageToken", part.next)]
    return 200, {
        "messages": [message.to_json(world.account) for message in part.items],
        "page": part.number,
        "page_size": part.size,
        "start": part.start,
        "end": part.start + len(part.items) - 1,
        "uri": f"{here}?{urlencode(list(call.query.items()))}",
        "first_page_uri": f"{here}?{urlencode([*first, ('Page', '0')])}",
        "next_page_uri": f"{here}?{urlencode(after)}" if part.next else None,
        "previous_page_uri": None,
    }


def of(world: World, call: Call) -> Message:
    """The message the path names.

    Raises:
        Refused: there is none.
    """
    message = world.messages.get(call.path["sid"])
    if message is None:
        raise missing(f"/Messages/{call.path['sid']}.json")
    return message


def _fits(message: Message, call: Call) -> bool:
    query, sent = call.query, int(message.created)
    if query.get("To", message.to) != message.to or query.get("From", message.sender) != message.sender:
        return False
    if "DateSent" in query:
        day = _moment(query["DateSent"]).replace(hour=0, minute=0, second=0)
        if not day.timestamp() <= sent < (day + timedelta(days=1)).timestamp():
            return False
    if "DateSent>" in query and sent < _moment(query["DateSent>"]).timestamp():
        return False
    return not ("DateSent<" in query and sent > _moment(query["DateSent<"]).timestamp())


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise wrong(20001, f"not a date: {value!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
