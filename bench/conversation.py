"""What members say in the measured turns: the same updates, as Telegram brings them, for our bot and for the other one.

A registered member looks at the topics and toggles two, looks at the profile and changes one answer of it: commands,
buttons, an edit in place, and a form whose question waits for what is typed next.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, Final

from bench.people import FIRST_USER

Update = dict[str, Any]

STEPS: Final = ("/topics", "tap topic:education", "tap topic:health", "/profile", "tap change:role", "Director {}")


WARMING: Final = range(1)
"""The first round is not measured: in it every statement is compiled for the first time."""


def measured_rounds(rounds: int) -> range:
    return range(WARMING.stop, WARMING.stop + rounds)


def role(rounds: range) -> str:
    """What everybody's role is after these rounds."""
    return STEPS[-1].format(rounds[-1])


def batches(people: int, rounds: range) -> Iterator[list[Update]]:
    """One step of everybody at a time, as `getUpdates` hands over what has gathered (at most 100)."""
    numbers = count(1 + rounds.start * people * len(STEPS))
    for number in rounds:
        for step in STEPS:
            yield [_update(next(numbers), FIRST_USER + 1 + person, step.format(number)) for person in range(people)]


def _update(number: int, user: int, step: str) -> Update:
    sender = {"id": user, "is_bot": False, "first_name": "Aygün", "language_code": "en"}
    message: Update = {"message_id": number, "date": 1763700000, "chat": {"id": user, "type": "private"}}
    if step.startswith("tap "):
        tap = {"id": str(number), "from": sender, "chat_instance": "1", "message": message | {"text": "…"}}
        return {"update_id": number, "callback_query": tap | {"data": step.removeprefix("tap ")}}
    entities = [{"type": "bot_command", "offset": 0, "length": len(step)}] if step.startswith("/") else []
    return {"update_id": number, "message": message | {"from": sender, "text": step, "entities": entities}}
