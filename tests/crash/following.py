"""What a coordinator does with a broadcast that was sent, from the list of all of them."""

from __future__ import annotations

from tests.crash.coordinator import OWNER, Coordinator
from tests.crash.drill import Drill


async def opens(drill: Drill, owner: Coordinator, step: str) -> None:
    """Open the first newsletter there ever was, and take one of the steps that are offered."""
    await owner.person.says("/broadcasts")
    listed = await owner.sees("the newest first")
    [first] = [button["callback_data"] for [button] in listed.keyboard if button["callback_data"].endswith(":1")]
    await drill.person(OWNER).taps_data(first, listed)
    await owner.picks("It began on", step)
