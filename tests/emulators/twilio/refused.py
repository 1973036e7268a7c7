"""What Twilio answers instead of a resource: a status, a code and a sentence."""

from __future__ import annotations

from typing import Any


class Refused(Exception):  # noqa: N818 - it is an answer, not a bug of the emulator
    """A request Twilio would not carry out.

    Attributes:
        status: HTTP status.
        code: Twilio's error code, e.g. 21211; see https://www.twilio.com/docs/api/errors.
        description: Twilio's sentence.
        ours: the request itself was wrong, whoever it was for; such refusals are kept for tests to find none.
        problem: said in the RFC 9457 shape, which the SDK raises as TwilioServiceException.
    """

    def __init__(self, status: int, code: int, description: str, *, ours: bool = False, problem: bool = False) -> None:
        super().__init__(description)
        self.status = status
        self.code = code
        self.description = description
        self.ours = ours
        self.problem = problem

    def to_json(self) -> dict[str, Any]:
        about = f"https://www.twilio.com/docs/errors/{self.code}"
        if self.problem:
            return {"type": about, "title": self.description, "status": self.status, "code": self.code}
        return {"code": self.code, "message": self.description, "more_info": about, "status": self.status}


def bad(code: int, description: str) -> Refused:
    """A 400 that speaks about the world: this person cannot be written to."""
    return Refused(400, code, description)


def wrong(code: int, description: str) -> Refused:
    """A 400 that speaks about the request: too long, missing, malformed."""
    return Refused(400, code, description, ours=True)


def missing(what: str) -> Refused:
    return Refused(404, 20404, f"The requested resource {what} was not found", ours=True)


def unauthorised() -> Refused:
    return Refused(401, 20003, "Authenticate", ours=True)


def flood() -> Refused:
    """Was never processed: the same request may be made again."""
    return Refused(429, 20429, "Too Many Requests")
