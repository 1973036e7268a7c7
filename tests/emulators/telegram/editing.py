"""The methods that change, close or take away what is already in a chat."""

from __future__ import annotations

from typing import Any

from tests.emulators.telegram.entities import Formatted
from tests.emulators.telegram.judge import Parameters
from tests.emulators.telegram.message import Button, Message
from tests.emulators.telegram.refused import bad
from tests.emulators.telegram.sending import caption, keyboard, message_text
from tests.emulators.telegram.world import Chat, World

Answer = dict[str, Any]

DELETABLE = 48 * 3600.0
"""Seconds after which a message stays."""
TAP_LIFETIME = 150.0
"""Seconds within which a tap can be answered; Telegram does not publish it."""
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)


def edit_message_text(world: World, parameters: Parameters) -> Answer:
    formatted = message_text(parameters)
    chat, message = _own(world, parameters, "message to edit")
    if message.file or message.poll:
        raise bad("there is no text in the message to edit")
    return _edit(world, chat, message, formatted, keyboard(parameters))


def edit_message_caption(world: World, parameters: Parameters) -> Answer:
    formatted = caption(parameters)
    chat, message = _own(world, parameters, "message to edit")
    if message.file is None:
        raise bad("there is no caption in the message to edit")
    return _edit(world, chat, message, formatted, keyboard(parameters))


def edit_message_reply_markup(world: World, parameters: Parameters) -> Answer:
    chat, message = _own(world, parameters, "message to edit")
    return _edit(world, chat, message, Formatted(message.text, message.entities), keyboard(parameters))


def delete_message(world: World, parameters: Parameters) -> bool:
    _, message = _message(world, parameters, "message to delete")
    if world.now() - message.date > DELETABLE:
        raise bad("message can't be deleted for everyone")
    message.deleted = True
    return True


def stop_poll(world: World, parameters: Parameters) -> Answer:
    chat, message = _own(world, parameters, "message with poll to stop")
    if message.poll is None:
        raise bad("message with poll to stop not found")
    if message.poll.closed:
        raise bad("poll has already been closed")
    message.poll.closed = True
    message.keyboard = keyboard(parameters)
    chat.show(message)
    return message.poll.to_json()


def answer_callback_query(world: World, parameters: Parameters) -> bool:
    id_ = str(parameters.get("callback_query_id", ""))
    tapped, _ = world.taps.get(id_, (0.0, 0))
    if world.now() - tapped > TAP_LIFETIME:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    world.answers[id_] = parameters
    return True


def _message(world: World, parameters: Parameters, what: str) -> tuple[Chat, Message]:
    chat = world.reachable(parameters.get("chat_id", ""))
    message = chat.messages.get(int(parameters.get("message_id", 0)))
    if message is None or message.deleted:
        raise bad(f"{what} not found")
    return chat, message


def _own(world: World, parameters: Parameters, what: str) -> tuple[Chat, Message]:
    chat, message = _message(world, parameters, what)
    if not message.from_bot:
        raise bad("message can't be edited")
    return chat, message


def _edit(world: World, chat: Chat, message: Message, formatted: Formatted, buttons: list[list[Button]]) -> Answer:
    if message.content() == (formatted.text, formatted.entities, buttons):
        raise bad(_NOT_MODIFIED)
    message.text, message.entities, message.keyboard = formatted.text, formatted.entities, buttons
    message.edits += 1
    message.edited = world.now()
    chat.show(message)
    return message.to_json()
