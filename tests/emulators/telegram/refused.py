"""What Telegram answers instead of a result, with its exact sentences."""

from __future__ import annotations

from typing import Any


class Refused(Exception):  # noqa: N818 - it is an answer, not a bug of the emulator
    """A request Telegram would not carry out.

    Attributes:
        code: HTTP status and `error_code`.
        description: Telegram's sentence, as a client sees it.
        parameters: `retry_after` or `migrate_to_chat_id`.
        ours: the request itself was wrong, whoever it was for; such refusals are kept for tests to find none.
    """

    def __init__(
        self, code: int, description: str, parameters: dict[str, int] | None = None, *, ours: bool = False
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.ours = ours
        self.parameters = parameters or {}

    def to_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad(description: str) -> Refused:
    """A 400 that speaks about the world: the message is gone, the chat is unknown."""
    return Refused(400, f"Bad Request: {description}")


def wrong(description: str) -> Refused:
    """A 400 that speaks about the request: too long, of the wrong type, not HTML."""
    return Refused(400, f"Bad Request: {description}", ours=True)


def forbidden(description: str) -> Refused:
    return Refused(403, f"Forbidden: {description}")


def conflict(description: str) -> Refused:
    return Refused(409, f"Conflict: {description}")


def flood(retry_after: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})
