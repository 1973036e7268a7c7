"""Requests reach Twilio as the SDK should have sent them: once, within their time, with the body Twilio expects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from twilio.base.exceptions import TwilioRestException

from bot.channels.whatsapp.client import Transport, Unanswered, Unsent, twilio
from tests.channels.whatsapp_line import AYGUN, OURS
from tests.emulators.twilio import SENDER, Fault, Twilio


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    transport = Transport(4)
    yield transport
    await transport.close()


@pytest.fixture
async def emulator() -> AsyncIterator[Twilio]:
    async with Twilio() as emulator:
        yield emulator


async def test_json_is_sent_as_json_and_absent_values_not_at_all(emulator: Twilio, transport: Transport) -> None:
    headers = {"Content-Type": "application/json"}
    wanted = {"friendly_name": "x", "language": "en", "types": {"twilio/text": {"body": "Salam, dünya"}}}
    url, auth = f"{emulator.url}/v1/Content", (emulator.account, emulator.token)
    response = await transport.request("POST", url, data=wanted, headers=headers, auth=auth)
    assert response.status_code == 201
    listed = await transport.request("GET", url, params={"PageSize": 5, "PageToken": None}, auth=auth)
    assert listed.status_code == 200
    assert [request.parameters for request in emulator.requests] == [wanted, {"PageSize": "5"}]


async def test_one_address_stands_in_for_all_of_twilios(emulator: Twilio, transport: Transport) -> None:
    client = twilio(OURS, transport, emulator.url)
    person = emulator.person(AYGUN)
    said = await person.says("Salam")
    await client.messages.list_async(limit=1)
    await client.content.v1.contents.list_async(limit=1)
    await client.messaging.v2.typing_indicator.create_async(channel="whatsapp", message_id=said.sid)
    assert [request.operation for request in emulator.requests] == ["messages.list", "contents.list", "typing"]


def test_without_one_they_are_twilios() -> None:
    client = twilio(OURS, Transport(1))
    hosts = [domain.base_url for domain in (client.api, client.content, client.messaging)]
    assert hosts == ["https://api.twilio.com", "https://content.twilio.com", "https://messaging.twilio.com"]


async def test_a_time_limit_is_kept(emulator: Twilio, transport: Transport) -> None:
    emulator.faults.always("messages.list", Fault.hang_before())
    url = f"{emulator.url}/2010-04-01/Accounts/{emulator.account}/Messages.json"
    with pytest.raises(Unanswered):
        await transport.request("GET", url, auth=(emulator.account, emulator.token), timeout=0.1)


async def test_a_failing_server_is_asked_once(emulator: Twilio, transport: Transport) -> None:
    emulator.faults.always("messages.create", Fault.server_error(503))
    client = twilio(OURS, transport, emulator.url)
    with pytest.raises(TwilioRestException):
        await client.messages.create_async(to=f"whatsapp:{AYGUN}", from_=SENDER, body="Salam")
    assert len(emulator.requests) == 1


async def test_where_nobody_listens_nothing_left(transport: Transport) -> None:
    with pytest.raises(Unsent):
        await transport.request("GET", f"http://127.0.0.1:{unused_port()}/")


async def test_a_name_that_leads_nowhere_is_no_request(transport: Transport) -> None:
    with pytest.raises(Unsent):
        await transport.request("GET", "http://nowhere.invalid/")


@pytest.mark.parametrize("page", ["<html>Sign in to the hotel's Wi-Fi</html>", "[1]", "\xff"])
async def test_a_strangers_success_is_no_answer(transport: Transport, page: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=page.encode("latin-1"))

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server:
        with pytest.raises(Unanswered, match="the answer was not Twilio's"):
            await transport.request("GET", str(server.make_url("/")))


async def test_what_is_under_way_is_heard_before_it_closes(emulator: Twilio, transport: Transport) -> None:
    emulator.faults.next("messages.list", Fault.slow(0.2))
    client = twilio(OURS, transport, emulator.url)
    asking = asyncio.create_task(client.messages.list_async(limit=1))
    await emulator.asked("messages.list")
    await transport.close()
    assert await asking == []
    with pytest.raises(Unsent, match="the channel is not running"):
        await client.messages.list_async(limit=1)


@pytest.mark.parametrize(("most", "content"), [(4, b"four"), (3, None)])
async def test_a_download_is_bounded(transport: Transport, most: int, content: bytes | None) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=b"four")

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server:
        assert (await transport.download(str(server.make_url("/")), most)).content == content
