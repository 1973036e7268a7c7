"""The typing indicator: marks a message of the person's read and shows that an answer is being written."""

from __future__ import annotations

from tests.emulators.twilio.call import Call
from tests.emulators.twilio.refused import wrong
from tests.emulators.twilio.world import World


async def typing(world: World, call: Call) -> tuple[int, object]:
    """https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource.

    Raises:
        Refused: another channel, or a message that is not an inbound one.
    """
    message = world.messages.get(call.form.get("messageId", ""))
    if call.form.get("channel") != "whatsapp" or message is None or message.outbound:
        raise wrong(20001, f"Bad request: {dict(call.form)}")
    world.typing.append(message.sid)
    return 200, {"success": True}
