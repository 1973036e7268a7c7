"""The Media resource: listed and described on the API's host, downloaded from another one it redirects to."""

from __future__ import annotations

from aiohttp import web

from tests.emulators.twilio import messages
from tests.emulators.twilio.call import Call
from tests.emulators.twilio.media import Download, Media
from tests.emulators.twilio.message import API_VERSION
from tests.emulators.twilio.refused import missing
from tests.emulators.twilio.world import World

Answer = tuple[int, object]


async def list_(world: World, call: Call) -> Answer:
    message = messages.of(world, call)
    here = f"/{API_VERSION}/Accounts/{world.account}/Messages/{message.sid}/Media.json"
    return 200, {
        "media_list": [media.to_json(world.account) for media in message.media],
        "page": 0,
        "page_size": 50,
        "start": 0,
        "end": len(message.media) - 1,
        "uri": here,
        "first_page_uri": here,
        "next_page_uri": None,
        "previous_page_uri": None,
    }


async def fetch(world: World, call: Call) -> Answer:
    return 200, _of(world, call).to_json(world.account)


async def redirect(world: World, call: Call) -> Answer:
    """Where the bytes are; that place has its own key in its address and wants no other."""
    return 307, f"{world.store}/{_of(world, call).sid}?signed=yes"


def store(world: World, request: web.Request) -> web.Response:
    """The bytes. An Authorization header beside the address's own key is refused, as the real store does."""
    media = world.media.get(request.match_info["sid"])
    if media is None:
        return web.Response(status=404)
    authorised = "Authorization" in request.headers
    world.downloads.append(Download(media.sid, authorised))
    if authorised:
        return web.Response(status=400, text="Only one auth mechanism allowed")
    return web.Response(body=media.content, content_type=media.type)


def _of(world: World, call: Call) -> Media:
    media = world.media.get(call.path["media"])
    if media is None or media.message != call.path["sid"]:
        raise missing(f"/Messages/{call.path['sid']}/Media/{call.path['media']}")
    return media
