"""One Content resource: its shape is judged when it is made, its limits again when variables have been filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.emulators.twilio.addresses import units
from tests.emulators.twilio.message import Choice
from tests.emulators.twilio.refused import Refused, wrong

QUICK_REPLY, LIST_PICKER, TEXT = "twilio/quick-reply", "twilio/list-picker", "twilio/text"
KINDS = (LIST_PICKER, QUICK_REPLY, TEXT)
"""The richest first: that one reaches WhatsApp when a resource has several."""
BODY, LONG_BODY = 1_024, 1_600
TITLE, ITEM, DESCRIPTION, ID, LIST_BUTTON = 20, 24, 72, 200, 20
MOST_BUTTONS, MOST_BUTTONS_UNAPPROVED, MOST_ITEMS = 10, 3, 10
"""https://www.twilio.com/docs/content/twilio-quick-reply and .../twiliolist-picker."""
VARIABLE = re.compile(r"\{\{\s*(\w{1,16})\s*\}\}")
_BRACES = re.compile(r"\{\{.*?\}\}|\{\{|\}\}")


@dataclass(slots=True)
class Approval:
    """What WhatsApp said of it: unsubmitted, received, pending, approved or rejected."""

    status: str = "unsubmitted"
    name: str = ""
    category: str = ""
    rejection_reason: str = ""

    def to_json(self, kind: str) -> dict[str, Any]:
        return {
            "type": "whatsapp",
            "name": self.name,
            "category": self.category,
            "content_type": kind,
            "status": self.status,
            "rejection_reason": self.rejection_reason,
            "allow_category_change": True,
            "flows": None,
        }


@dataclass(slots=True, eq=False)
class Content:
    """Text and choices under one name.

    Attributes:
        variables: what stands in for those that are not given when it is sent.
        types: as Twilio's JSON has them.
        created: seconds since 1970.
    """

    sid: str
    friendly_name: str
    language: str
    variables: dict[str, str]
    types: dict[str, dict[str, Any]]
    created: float
    approval: Approval = field(default_factory=Approval)

    @property
    def kind(self) -> str:
        return next(kind for kind in KINDS if kind in self.types)

    @property
    def approved(self) -> bool:
        return self.approval.status == "approved"

    @property
    def body(self) -> str:
        return str(self.types[self.kind]["body"])

    @property
    def choices(self) -> list[Choice]:
        """Buttons or items, their variables not filled in."""
        parts = self.types[self.kind]
        if self.kind == QUICK_REPLY:
            return [Choice(action["title"], action.get("id", action["title"])) for action in parts["actions"]]
        if self.kind == LIST_PICKER:
            return [Choice(item["item"], item["id"], item.get("description") or "") for item in parts["items"]]
        return []

    def to_json(self, account: str, url: str) -> dict[str, Any]:
        moment = datetime.fromtimestamp(int(self.created), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "sid": self.sid,
            "account_sid": account,
            "friendly_name": self.friendly_name,
            "language": self.language,
            "variables": self.variables,
            "types": self.types,
            "date_created": moment,
            "date_updated": moment,
            "url": f"{url}/v1/Content/{self.sid}",
            "links": {
                "approval_create": f"{url}/v1/Content/{self.sid}/ApprovalRequests/whatsapp",
                "approval_fetch": f"{url}/v1/Content/{self.sid}/ApprovalRequests",
            },
        }


def check(content: Content) -> None:
    """Everything that can be judged before the variables are known.

    Raises:
        Refused: a part is missing, there are too many, or fixed text is too long.
    """
    if not content.language or not content.types or set(content.types) - set(KINDS):
        raise wrong(20001, f"language or types missing, or a type that is not emulated: {sorted(content.types)}")
    if not all(isinstance(value, str) for value in content.variables.values()):
        raise wrong(20001, "variables must be strings")
    for kind, parts in content.types.items():
        _parts(kind, parts)
    fixed = [field for text in _texts(content) for field in _BRACES.findall(text) if not VARIABLE.fullmatch(field)]
    if fixed:
        raise wrong(20001, f"malformed variables: {fixed}")
    if not VARIABLE.search(content.body):
        longest = LONG_BODY if content.kind == TEXT else BODY
        within("body", content.body, longest, 20001)
    for choice in content.choices:
        fits(choice, content.kind, only_fixed=True)


def within(name: str, text: str, most: int, code: int = 21658) -> None:
    """Refuse what is empty or longer than `most` UTF-16 units."""
    if not text or units(text) > most:
        raise Refused(400, code, f"{name} must have 1 to {most} characters, not {units(text)}: {text!r}", ours=True)


def fits(choice: Choice, kind: str, *, only_fixed: bool = False) -> None:
    """Limits of one button or item.

    Raises:
        Refused: 21658.
    """
    most = {"title": TITLE if kind == QUICK_REPLY else ITEM, "id": ID, "description": DESCRIPTION}
    for name, longest in most.items():
        text = getattr(choice, name)
        if (name == "description" and not text) or (only_fixed and VARIABLE.search(text)):
            continue
        within(name, text, longest)


def _parts(kind: str, parts: dict[str, Any]) -> None:
    if not isinstance(parts.get("body"), str):
        raise wrong(20001, f"{kind} has no body")
    if kind == QUICK_REPLY:
        actions = parts.get("actions") or []
        if not 1 <= len(actions) <= MOST_BUTTONS or any(not action.get("title") for action in actions):
            raise wrong(20001, f"{kind} needs 1 to {MOST_BUTTONS} actions, each with a title")
    if kind == LIST_PICKER:
        items = parts.get("items") or []
        if not 1 <= len(items) <= MOST_ITEMS or any(not (item.get("item") and item.get("id")) for item in items):
            raise wrong(20001, f"{kind} needs 1 to {MOST_ITEMS} items, each with item and id")
        if not parts.get("button"):
            raise wrong(20001, f"{kind} has no button")


def _texts(content: Content) -> list[str]:
    choices = [text for choice in content.choices for text in (choice.title, choice.id, choice.description)]
    return [content.body, str(content.types[content.kind].get("button", "")), *choices]
