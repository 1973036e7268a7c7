"""Which methods there are, under the names of the Bot API; those that receive updates are the feed's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.emulators.telegram import editing, sending
from tests.emulators.telegram.judge import Parameters
from tests.emulators.telegram.world import World

Method = Callable[[World, Parameters], Any]


def get_me(world: World, _: Parameters) -> dict[str, Any]:
    return {
        **world.bot,
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


def get_file(world: World, parameters: Parameters) -> dict[str, Any]:
    file = world.files.to_download(parameters["file_id"])
    return {**file.to_json(), "file_path": file.path}


def set_my_commands(world: World, parameters: Parameters) -> bool:
    world.profile.set_commands(parameters["commands"], parameters.get("scope"), parameters.get("language_code", ""))
    return True


def delete_my_commands(world: World, parameters: Parameters) -> bool:
    world.profile.delete_commands(parameters.get("scope"), parameters.get("language_code", ""))
    return True


def get_my_commands(world: World, parameters: Parameters) -> list[dict[str, Any]]:
    return world.profile.commands(parameters.get("scope"), parameters.get("language_code", ""))


def _setter(what: str) -> Method:
    def set_text(world: World, parameters: Parameters) -> bool:
        world.profile.set_text(what, parameters.get(what, ""), parameters.get("language_code", ""))
        return True

    return set_text


def _getter(what: str) -> Method:
    def get_text(world: World, parameters: Parameters) -> dict[str, str]:
        return {what: world.profile.text(what, parameters.get("language_code", ""))}

    return get_text


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getFile": get_file,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendPoll": sending.send_poll,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "stopPoll": editing.stop_poll,
    "answerCallbackQuery": editing.answer_callback_query,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _setter("name"),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description"),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description"),
    "getMyShortDescription": _getter("short_description"),
}
LIMITED = {name for name in METHODS if name.startswith(("send", "edit")) and name != "sendChatAction"}
"""What counts against the rate limits."""
