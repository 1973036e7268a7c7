"""Whether Telegram would understand a request, judged by aiogram: a second reading of the Bot API beside the bot's."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, get_args

import aiogram.methods
from aiogram.methods import TelegramMethod
from pydantic import BaseModel, ValidationError

from tests.emulators.telegram.entities import units
from tests.emulators.telegram.refused import Refused, wrong

Parameters = dict[str, Any]

METHODS: dict[str, type[TelegramMethod[Any]]] = {
    method.__api_method__.lower(): method
    for method in vars(aiogram.methods).values()
    if inspect.isclass(method) and issubclass(method, TelegramMethod) and method is not TelegramMethod
}
MOST_BUTTONS = 100
_JSON_TYPES = (dict, list)
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def decoded(name: str, parameters: Parameters) -> Parameters:
    """The parameters with nested values read from their JSON, as forms carry them; empty and null ones left out.

    Raises:
        Refused: a nested value is not JSON.
    """
    nested = _nested(name)
    result = {}
    for key, value in parameters.items():
        if value is None or value == "":
            continue
        if key in nested and isinstance(value, str):
            try:
                result[key] = json.loads(value)
            except ValueError:
                raise wrong(f"can't parse {key.replace('_', ' ')} JSON object") from None
        else:
            result[key] = value
    return result


def judge(name: str, parameters: Parameters) -> None:
    """Check decoded parameters of a method, `name` in lower case.

    Raises:
        Refused: an unknown or missing parameter, a wrong type at any depth, or a value outside its limits.
    """
    try:
        request = METHODS[name].model_validate(parameters)
    except ValidationError as error:
        raise _misfit(error) from None
    for path in _unknown(request, ""):
        raise wrong(f"unknown parameter {path.lstrip('.')}")
    if "reply_markup" in parameters:
        _judge_buttons(parameters["reply_markup"])
    rule = _RULES.get(name)
    if rule:
        rule(parameters)


def _misfit(error: ValidationError) -> Refused:
    first = error.errors(include_url=False, include_input=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return wrong({"text": "message text is empty", "chat_id": "chat_id is empty"}.get(field, f"{field} is missing"))
    return wrong(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")


def _unknown(value: object, path: str) -> Iterator[str]:
    """Paths of what aiogram has no field for."""
    if isinstance(value, BaseModel):
        yield from (f"{path}.{key}" for key in value.model_extra or ())
        for key in value.model_fields_set:
            yield from _unknown(getattr(value, key, None), f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown(item, f"{path}.{index}")


@cache
def _nested(name: str) -> frozenset[str]:
    """Parameters that are objects or arrays."""
    return frozenset(key for key, field in METHODS[name].model_fields.items() if _is_nested(field.annotation))


def _is_nested(annotation: object) -> bool:
    origin = getattr(annotation, "__origin__", annotation)
    if inspect.isclass(origin) and issubclass(origin, (BaseModel, *_JSON_TYPES)):
        return True
    return any(_is_nested(argument) for argument in get_args(annotation))


def _judge_buttons(markup: Parameters) -> None:
    buttons = [button for row in markup.get("inline_keyboard", ()) for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise wrong("reply markup is too long")
    for button in buttons:
        kinds = button.keys() - {"text", "style", "icon_custom_emoji_id"}
        if not button["text"].strip():
            raise wrong("can't parse inline keyboard button: text must be non-empty")
        if len(kinds) != 1:
            raise wrong("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if "callback_data" in kinds and not 1 <= len(button["callback_data"].encode()) <= 64:
            raise wrong("BUTTON_DATA_INVALID")
        if "url" in kinds and not re.match(r"(?:https?://[^/]*\.|tg://|tel:)", button["url"]):
            raise wrong(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def _longest(key: str, longest: int, sentence: str) -> Callable[[Parameters], None]:
    def check(parameters: Parameters) -> None:
        if units(parameters.get(key, "")) > longest:
            raise wrong(sentence)
        if not _LANGUAGE.fullmatch(parameters.get("language_code", "")):
            raise wrong("invalid language code specified")

    return check


def _commands(parameters: Parameters) -> None:
    commands = parameters.get("commands", ())
    if len(commands) > 100:
        raise wrong("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(command["command"]):
            raise wrong("BOT_COMMAND_INVALID")
        if not 1 <= units(command["description"]) <= 256:
            raise wrong("BOT_COMMAND_DESCRIPTION_INVALID")
    if not _LANGUAGE.fullmatch(parameters.get("language_code", "")):
        raise wrong("invalid language code specified")


def _poll(parameters: Parameters) -> None:
    options = [option["text"] if isinstance(option, dict) else option for option in parameters["options"]]
    if not 1 <= units(parameters["question"]) <= 300:
        raise wrong("poll question length must not exceed 300")
    if not 1 <= len(options) <= 12:
        raise wrong("poll must have at least 1 option" if not options else "poll can't have more than 12 options")
    if not all(1 <= units(option) <= 100 for option in options):
        raise wrong("poll options length must not exceed 100")
    if units(parameters.get("explanation", "")) > 200:
        raise wrong("poll explanation length must not exceed 200")
    if not 5 <= int(parameters.get("open_period", 5)) <= 2_628_000:
        raise wrong("POLL_CLOSE_DATE_INVALID")


def _webhook(parameters: Parameters) -> None:
    if "secret_token" in parameters and not _SECRET.fullmatch(parameters["secret_token"]):
        raise wrong("secret token contains unallowed characters")


_RULES: dict[str, Callable[[Parameters], None]] = {
    "answercallbackquery": _longest("text", 200, "MESSAGE_TOO_LONG"),
    "setmycommands": _commands,
    "getmycommands": _commands,
    "deletemycommands": _commands,
    "setmyname": _longest("name", 64, "BOT_NAME_TOO_LONG"),
    "setmydescription": _longest("description", 512, "BOT_DESCRIPTION_TOO_LONG"),
    "setmyshortdescription": _longest("short_description", 120, "BOT_SHORT_DESCRIPTION_TOO_LONG"),
    "sendpoll": _poll,
    "setwebhook": _webhook,
}
