"""The three ways a request may carry its parameters: JSON, a form, a form with files."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.web_request import FileField

from tests.emulators.telegram.files import Upload
from tests.emulators.telegram.judge import Parameters
from tests.emulators.telegram.refused import wrong


async def read(request: web.Request) -> Parameters:
    """Parameters as they came; an `attach://name` at the top level replaced by the file of that name.

    Raises:
        Refused: not JSON although it says so.
    """
    parameters: Parameters = dict(request.query)
    match request.content_type:
        case "application/json":
            parameters.update(_object(await request.read()))
        case "multipart/form-data":
            parameters.update(await _form(request))
        case _:
            parameters.update(parse_qsl((await request.read()).decode(), keep_blank_values=True))
    return parameters


def _object(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body or b"{}")
    except ValueError:
        raise wrong("can't parse JSON object") from None
    if not isinstance(values, dict):
        raise wrong("can't parse JSON object")
    return values


async def _form(request: web.Request) -> Parameters:
    fields: Parameters = {}
    for name, part in (await request.post()).items():
        if isinstance(part, FileField):
            with part.file as opened:
                fields[name] = Upload(opened.read(), part.filename, part.content_type)
        else:
            fields[name] = part
    attached = {
        key: value.removeprefix("attach://")
        for key, value in fields.items()
        if isinstance(value, str) and value.startswith("attach://")
    }
    for key, name in attached.items():
        if not isinstance(fields.get(name), Upload):
            raise wrong(f"no file is attached as {name}")
        fields[key] = fields[name]
    return {key: value for key, value in fields.items() if key not in attached.values()}
