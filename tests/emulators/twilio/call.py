"""One request as the operations see it: its place, its query, and its body read as Twilio reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict

from tests.emulators.twilio.faults import Outcome
from tests.emulators.twilio.refused import wrong

FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Call:
    """One request, read.

    Attributes:
        path: the sid in it, if there is one.
        form: empty when the body is something else, as it is for Twilio; blank values kept.
        body: as it came.
        outcome: what becomes of a message that is accepted.
    """

    path: dict[str, str]
    query: MultiDict[str]
    form: MultiDict[str]
    body: bytes
    content_type: str
    outcome: Outcome = field(default_factory=Outcome)

    @classmethod
    async def of(cls, request: web.Request) -> Call:
        body = await request.read()
        form = MultiDict(parse_qsl(body.decode(), keep_blank_values=True) if request.content_type == FORM else [])
        return cls(dict(request.match_info), MultiDict(request.query), form, body, request.content_type)

    @property
    def to(self) -> str:
        """The recipient, "" where there is none."""
        return self.form.get("To", "")

    @property
    def parameters(self) -> dict[str, object]:
        """For the record: what was asked."""
        if self.form or self.query:
            return {**self.query, **self.form}
        try:
            return dict(self.json()) if self.body else {}
        except Exception:  # noqa: BLE001 - a record takes what it gets
            return {"": self.body}

    def json(self) -> dict[str, Any]:
        """The body as an object.

        Raises:
            Refused: not JSON, whatever it says it is: a form is not read here.
        """
        try:
            values = json.loads(self.body)
        except ValueError:
            values = None
        if self.content_type != "application/json" or not isinstance(values, dict):
            raise wrong(20001, f"Bad request: the body is not a JSON object: {self.body[:120]!r}")
        return values
