"""Content with its variables filled in: what the person will see, and whether it may be shown."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from tests.emulators.twilio.addresses import units
from tests.emulators.twilio.content import (
    BODY,
    LIST_BUTTON,
    LIST_PICKER,
    LONG_BODY,
    MOST_BUTTONS_UNAPPROVED,
    QUICK_REPLY,
    TEXT,
    VARIABLE,
    Content,
    fits,
    within,
)
from tests.emulators.twilio.message import Choice
from tests.emulators.twilio.refused import wrong

LONGEST_VALUE = 1_600
_FORBIDDEN = re.compile(r"[\n\r\t]| {5,}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the person would see.

    Attributes:
        fault: why WhatsApp will not take it, a sentence; it fails by callback with 63021.
    """

    text: str
    buttons: list[Choice] = field(default_factory=list)
    list_button: str = ""
    items: list[Choice] = field(default_factory=list)
    fault: str = ""


def variables(value: str) -> dict[str, str]:
    """ContentVariables: a JSON string of an object whose values are strings, none of them empty.

    https://www.twilio.com/docs/api/errors/21656

    Raises:
        Refused: 21656, or 21658 for a value of more than 1,600.
    """
    try:
        given = json.loads(value) if value else {}
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(text, str) and text for text in given.values()):
        raise wrong(21656, f"The Content Variables parameter is invalid: {value!r}")
    for name, text in given.items():
        within(f"variable {name}", text, LONGEST_VALUE)
    return given


def strict(content: Content, given: dict[str, str]) -> None:
    """The rule for templates: no line break, no tab, no more than four spaces on end in what goes into the body.

    Raises:
        Refused: 21656.
    """
    inside = set(VARIABLE.findall(content.body))
    faulty = {name: text for name, text in given.items() if name in inside and _FORBIDDEN.search(text)}
    if faulty:
        raise wrong(21656, f"The Content Variables parameter is invalid: line breaks, tabs or spaces in {faulty}")


def render(content: Content, given: dict[str, str]) -> Rendered:
    """Fill in, then hold against the limits.

    Raises:
        Refused: 21656 for a variable without value or sample, 21658 for a field that grew too long.
    """
    values = {**content.variables, **given}

    def fill(text: str) -> str:
        unknown = set(VARIABLE.findall(text)) - set(values)
        if unknown:
            raise wrong(21656, f"The Content Variables parameter is invalid: nothing given for {sorted(unknown)}")
        return VARIABLE.sub(lambda found: values[found[1]], text)

    choices = [Choice(fill(one.title), fill(one.id), fill(one.description)) for one in content.choices]
    for choice in choices:
        fits(choice, content.kind)
    text = fill(content.body)
    fault = _fault(content, text, choices)
    if content.kind == LIST_PICKER:
        button = fill(str(content.types[LIST_PICKER]["button"]))
        within("button", button, LIST_BUTTON)
        return Rendered(text, list_button=button, items=choices, fault=fault)
    return Rendered(text, buttons=choices, fault=fault)


def _fault(content: Content, text: str, choices: list[Choice]) -> str:
    longest = LONG_BODY if content.kind == TEXT and not content.approved else BODY
    if not text.strip() or units(text) > longest:
        return f"the body has {units(text)} characters, not 1 to {longest}"
    if len({choice.id for choice in choices}) < len(choices):
        return "two choices have the same id"
    if content.kind == QUICK_REPLY:
        if len({choice.title for choice in choices}) < len(choices):
            return "two buttons have the same title"
        if len(choices) > MOST_BUTTONS_UNAPPROVED and not content.approved:
            return f"more than {MOST_BUTTONS_UNAPPROVED} buttons without approval"
    return ""
