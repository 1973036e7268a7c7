"""The silent members: nobody looks at their phones, so a broadcast to a hundred thousand can be watched."""

from __future__ import annotations

from typing import Final

from bot.core.channel import Outcome, Refused, Sent

SILENT: Final = "silent-"
"""How the user id of a silent member begins; a number follows: "silent-000042"."""

_EVERY: Final = 97
"""One silent member in so many has blocked the bot, so that a report has something to tell."""

_SENT: Final = Sent("silent")
_BLOCKED: Final = Refused("blocked", unreachable=True, detail="Forbidden: bot was blocked by the user")


def silent(number: int) -> str:
    """The user id of the silent member with this number, from 0 to 999,999."""
    return f"{SILENT}{number:06}"


class Crowd:
    """Counts what reaches the silent members, and everybody else's phone, since the app started."""

    def __init__(self) -> None:
        self.delivered = 0
        self.refused = 0
        self.phones = 0

    @property
    def total(self) -> int:
        return self.delivered + self.refused + self.phones

    def receive(self, user: str) -> Outcome:
        """Take a message for a silent member, or refuse it: always the same for the same member."""
        if int(user.removeprefix(SILENT)) % _EVERY == _EVERY - 1:
            self.refused += 1
            return _BLOCKED
        self.delivered += 1
        return _SENT

    def tally(self) -> dict[str, int]:
        return {"delivered": self.delivered, "refused": self.refused, "phones": self.phones}
