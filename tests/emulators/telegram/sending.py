"""The methods that put something new into a chat."""

from __future__ import annotations

from typing import Any

from tests.emulators.telegram.entities import Formatted, parse, units
from tests.emulators.telegram.judge import Parameters
from tests.emulators.telegram.message import Button
from tests.emulators.telegram.poll import Poll
from tests.emulators.telegram.refused import bad, wrong
from tests.emulators.telegram.world import World

Answer = dict[str, Any]

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_QUESTION = 300
MOST_CHOICES = 12
LONGEST_CHOICE = 100
LARGEST_TEXT = 1 << 15
"""Bytes, before the markup is read."""
_ACTIONS = {
    "typing",
    "upload_photo",
    "upload_document",
    "record_voice",
    "upload_voice",
    "choose_sticker",
    "find_location",
}


def send_message(world: World, parameters: Parameters) -> Answer:
    formatted = message_text(parameters)
    chat = world.reachable(parameters.get("chat_id", ""))
    _find_replied(world, parameters)
    return world.post(chat, formatted, keyboard(parameters)).to_json()


def send_photo(world: World, parameters: Parameters) -> Answer:
    return _send_file(world, parameters, "photo")


def send_document(world: World, parameters: Parameters) -> Answer:
    return _send_file(world, parameters, "document")


def send_poll(world: World, parameters: Parameters) -> Answer:
    question = parameters.get("question", "")
    options = [option["text"] if isinstance(option, dict) else option for option in parameters["options"]]
    _check_poll(question, options)
    chat = world.reachable(parameters.get("chat_id", ""))
    poll = Poll(
        id=str(5_000_000 + len(world.polls)),
        question=question,
        options=options,
        anonymous=_truth(parameters.get("is_anonymous", True)),
        several=_truth(parameters.get("allows_multiple_answers", False)),
        closed=_truth(parameters.get("is_closed", False)),
    )
    world.polls[poll.id] = poll
    return world.post(chat, Formatted("", []), keyboard(parameters), poll=poll).to_json()


def _check_poll(question: str, options: list[str]) -> None:
    """As https://github.com/tdlib/td/blob/master/td/telegram/MessageContent.cpp has it."""
    if not question:
        raise wrong("poll question must be non-empty")
    if units(question) > LONGEST_QUESTION:
        raise wrong(f"poll question length must not exceed {LONGEST_QUESTION}")
    if not options:
        raise wrong("poll must have at least 1 option")
    if len(options) > MOST_CHOICES:
        raise wrong(f"poll can't have more than {MOST_CHOICES} options")
    if not all(options):
        raise wrong("poll options must be non-empty")
    if any(units(option) > LONGEST_CHOICE for option in options):
        raise wrong(f"poll options length must not exceed {LONGEST_CHOICE}")


def send_chat_action(world: World, parameters: Parameters) -> bool:
    if parameters.get("action") not in _ACTIONS:
        raise wrong("wrong parameter action in request")
    world.reachable(parameters.get("chat_id", ""))
    return True


def message_text(parameters: Parameters) -> Formatted:
    """The text of a message.

    Raises:
        Refused: empty, over 4096 units once its entities are read, or not to be read.
    """
    if not parameters.get("text"):
        raise wrong("message text is empty")
    formatted = _formatted(parameters, "text", "entities")
    if not formatted.text:
        raise wrong("text must be non-empty")
    if units(formatted.text) > LONGEST_TEXT:
        raise wrong("message is too long")
    return formatted


def caption(parameters: Parameters) -> Formatted:
    """The text beside a file, which may be empty.

    Raises:
        Refused: over 1024 units once its entities are read, or not to be read.
    """
    formatted = _formatted(parameters, "caption", "caption_entities")
    if units(formatted.text) > LONGEST_CAPTION:
        raise wrong("message caption is too long")
    return formatted


def keyboard(parameters: Parameters) -> list[list[Button]]:
    """The inline buttons; empty rows are not shown."""
    return [row for row in parameters.get("reply_markup", {}).get("inline_keyboard", ()) if row]


def _formatted(parameters: Parameters, text: str, entities: str) -> Formatted:
    raw = str(parameters.get(text, ""))
    mode = str(parameters.get("parse_mode", "none")).lower()
    if len(raw.encode()) > LARGEST_TEXT:
        raise wrong("text is too long")
    if mode == "html":
        return parse(raw).trimmed()
    if mode != "none":
        raise wrong("unsupported parse_mode")
    size = units(raw)
    for entity in parameters.get(entities, ()):
        if entity["offset"] + entity["length"] > size:
            begin = f"entity beginning at UTF-16 offset {entity['offset']} ends after the end of the text"
            raise wrong(f"{begin} at UTF-16 offset {entity['offset'] + entity['length']}")
    return Formatted(raw, parameters.get(entities, [])).trimmed()


def _send_file(world: World, parameters: Parameters, kind: str) -> Answer:
    formatted = caption(parameters)
    file = world.files.of(kind, parameters.get(kind))
    chat = world.reachable(parameters.get("chat_id", ""))
    _find_replied(world, parameters)
    return world.post(chat, formatted, keyboard(parameters), file).to_json()


def _find_replied(world: World, parameters: Parameters) -> None:
    reply = parameters.get("reply_parameters")
    if reply is None or reply.get("allow_sending_without_reply"):
        return
    message = world.chats[int(parameters["chat_id"])].messages.get(int(reply["message_id"]))
    if message is None or message.deleted:
        raise bad("message to be replied not found")


def _truth(value: object) -> bool:
    """A Boolean as JSON or a form carries it."""
    return str(value).lower() in ("true", "1")
