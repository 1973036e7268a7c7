"""The emulator is believed because Twilio's own SDK understands it and because it refuses what Twilio refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from tests.emulators.twilio import PIXEL, SENDER, SERVICE, TOKEN, Fault, Limits, Person, Twilio
from tests.emulators.twilio.formatting import seen
from tests.emulators.twilio.signature import sign

pytestmark = [  # the SDK's own client does what aiohttp deprecates
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]

PUBLIC = "https://bot.example"
PHONE = "+994501234567"
DAY = 86_400
WELCOME = {"twilio/text": {"body": "Salam, {{1}}!"}}
MENU = {
    "twilio/quick-reply": {
        "body": "{{1}}",
        "actions": [{"type": "QUICK_REPLY", "title": "{{2}}", "id": "{{3}}"}],
    }
}
LIST = {
    "twilio/list-picker": {
        "body": "{{1}}",
        "button": "{{2}}",
        "items": [{"item": "{{3}}", "id": "{{4}}", "description": "{{5}}"}, {"item": "Səhiyyə", "id": "health"}],
    }
}
BELL = {
    "twilio/quick-reply": {
        "body": "{{1}} has something new for you: {{2}}. Tap to read.",
        "actions": [{"type": "QUICK_REPLY", "title": "Read", "id": "{{3}}"}],
    }
}


@dataclass
class Heard:
    """One form that reached the bot."""

    url: str
    form: dict[str, str]
    genuine: bool


@dataclass
class Bot:
    """What stands behind the public address: hears webhooks and callbacks, and serves files.

    Attributes:
        answers: HTTP statuses of the next answers; 200 after they are used up, -1 answers too late.
    """

    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    reply: tuple[str, str] = ("text/xml", "<Response/>")
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    looked: list[str] = field(default_factory=list)
    url: str = ""

    def at(self, path: str) -> list[dict[str, str]]:
        return [heard.form for heard in self.heard if heard.url.startswith(PUBLIC + path)]

    def statuses(self) -> list[str]:
        return [form["MessageStatus"] for form in self.at("/status")]

    async def hear(self, request: web.Request) -> web.Response:
        url = PUBLIC + request.path_qs
        form = {name: str(value) for name, value in (await request.post()).items()}
        genuine = RequestValidator(TOKEN).validate(url, form, request.headers["X-Twilio-Signature"])
        self.heard.append(Heard(url, form, genuine))
        status = self.answers.pop(0) if self.answers else 200
        if status < 0:
            await asyncio.sleep(0.5)
        return web.Response(status=abs(status), content_type=self.reply[0], text=self.reply[1])

    async def serve(self, request: web.Request) -> web.Response:
        self.looked.append(request.method)
        if request.path not in self.files:
            return web.Response(status=404)
        type_, content = self.files[request.path]
        return web.Response(body=content, content_type=type_)


@pytest.fixture
async def twilio() -> AsyncIterator[Twilio]:
    async with Twilio() as twilio:
        twilio.webhooks.url = f"{PUBLIC}/inbound?hook=1"
        yield twilio


@pytest.fixture
async def bot(twilio: Twilio) -> AsyncIterator[Bot]:
    bot = Bot()
    application = web.Application()
    application.router.add_get("/files/{name}", bot.serve)
    application.router.add_post("/{path:.*}", bot.hear)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    twilio.reach[PUBLIC] = bot.url
    yield bot
    await runner.cleanup()


@pytest.fixture
async def client(twilio: Twilio) -> AsyncIterator[Client]:
    async with AsyncTwilioHttpClient() as http:
        client = Client(twilio.account, twilio.token, http_client=http)
        for domain in (client.api, client.content, client.messaging):
            domain.base_url = twilio.url
        yield client


@pytest.fixture
async def session(twilio: Twilio) -> AsyncIterator[aiohttp.ClientSession]:
    key = aiohttp.encode_basic_auth(twilio.account, twilio.token)
    async with aiohttp.ClientSession(headers={"Authorization": key}) as session:
        yield session


@pytest.fixture
def aysel(twilio: Twilio) -> Person:
    """A person whose window is open."""
    return twilio.person(PHONE, external_user_id="AZ.123", name="Aysel", wrote=True)


class Sender:
    """Sends through the SDK, or posts JSON as our channel has to."""

    def __init__(self, twilio: Twilio, client: Client, session: aiohttp.ClientSession) -> None:
        self.twilio = twilio
        self.client = client
        self.session = session

    async def send(self, **parameters: Any) -> MessageInstance:
        """To Aysel, from us, with a callback, unless other things are said."""
        usual: dict[str, Any] = {"to": f"whatsapp:{PHONE}", "status_callback": f"{PUBLIC}/status?outbox=7"}
        if "messaging_service_sid" not in parameters:
            usual["from_"] = SENDER
        return await self.client.messages.create_async(**{**usual, **parameters})

    async def fails(self, **parameters: Any) -> tuple[int, int | None]:
        """HTTP status and code."""
        with pytest.raises(TwilioRestException) as caught:
            await self.send(**parameters)
        return caught.value.status, caught.value.code

    async def code(self, **parameters: Any) -> int:
        """The message's error code in the end."""
        message = await self.send(**parameters)
        await self.twilio.callbacks.settled()
        for _ in range(100):
            if (message := await message.fetch_async()).status not in ("queued", "sending", "sent"):
                break
            await asyncio.sleep(0.01)
        return message.error_code or 0

    async def post(self, path: str, values: object) -> tuple[int, dict[str, Any]]:
        async with self.session.post(self.twilio.url + path, json=values) as response:
            return response.status, await response.json()

    async def content(
        self, types: dict[str, Any], name: str = "welcome", variables: dict[str, str] | None = None
    ) -> str:
        """A new resource's sid."""
        values = {"friendly_name": name, "language": "az", "types": types, "variables": variables or {}}
        status, answer = await self.post("/v1/Content", values)
        assert status == 201, answer
        return str(answer["sid"])


@pytest.fixture
def sender(twilio: Twilio, client: Client, session: aiohttp.ClientSession) -> Sender:
    return Sender(twilio, client, session)


async def test_the_sdk_holds_a_whole_conversation(twilio: Twilio, bot: Bot, client: Client, sender: Sender) -> None:
    person = twilio.person(PHONE, external_user_id="AZ.123", name="Aysel")
    said = await person.says("Salam")
    await twilio.webhooks.settled()
    assert [(form["MessageSid"], form["Body"]) for form in bot.at("/inbound?hook=1")] == [(said.sid, "Salam")]
    typing = await client.messaging.v2.typing_indicator.create_async(channel="whatsapp", message_id=said.sid)
    assert (typing.success, twilio.world.typing) == (True, [said.sid])

    menu = await sender.content(MENU)
    sent = await sender.send(
        content_sid=menu, content_variables=json.dumps({"1": "Nə edək?\n\nSeçin.", "2": "Təhsil", "3": "m1:education"})
    )
    assert (sent.status, sent.direction, sent.date_created.tzinfo) == ("queued", "outbound-api", UTC)
    seen = await person.sees("Nə edək?")
    assert (seen.text, seen.labels, seen.sid) == ("Nə edək?\n\nSeçin.", ["Təhsil"], sent.sid)
    await twilio.callbacks.settled()
    assert bot.statuses() == ["sent", "delivered"]

    tap = await person.taps("Təhsil")
    await twilio.webhooks.settled()
    await twilio.callbacks.settled()
    assert bot.statuses() == ["sent", "delivered", "read"]
    form = bot.at("/inbound")[-1]
    asked = ("Body", "ButtonText", "ButtonPayload", "OriginalRepliedMessageSid", "MessageType")
    assert [form[name] for name in asked] == ["Təhsil", "Təhsil", "m1:education", sent.sid, "interactive"]

    assert [message.sid for message in await client.messages.list_async()] == [tap.sid, sent.sid, said.sid]
    fetched = await client.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.body, fetched.error_code) == ("read", "Nə edək?\n\nSeçin.", None)
    assert all(heard.genuine for heard in bot.heard)
    assert (twilio.refusals, twilio.webhooks.warnings, twilio.webhooks.missed) == ([], [], [])


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=5), st.sampled_from(["", "?a=1&b=%20", ":8443/x?y"]))
def test_signatures_are_those_the_sdk_computes(parameters: dict[str, str], rest: str) -> None:
    url = PUBLIC + rest
    assert sign(TOKEN, url, parameters) == RequestValidator(TOKEN).compute_signature(url, parameters)


async def test_a_forged_signature_does_not_pass(twilio: Twilio, bot: Bot, aysel: Person) -> None:
    twilio.world.courier.token = "another"
    await aysel.says("Salam")
    await twilio.webhooks.settled()
    assert [heard.genuine for heard in bot.heard] == [False]


@pytest.mark.parametrize(
    ("phone", "user", "expected"),
    [
        (PHONE, "AZ.123", ("whatsapp:+994501234567", "994501234567", "whatsapp:AZ.123")),
        (PHONE, "", ("whatsapp:+994501234567", "994501234567", None)),
        ("", "AZ.123", ("whatsapp:AZ.123", None, "whatsapp:AZ.123")),
    ],
)
async def test_people_have_a_number_a_user_id_or_both(
    twilio: Twilio, bot: Bot, sender: Sender, phone: str, user: str, expected: tuple[str, str | None, str | None]
) -> None:
    person = twilio.person(phone, external_user_id=user)
    assert twilio.person(phone, external_user_id=user) is person
    await person.says("Salam")
    await twilio.webhooks.settled()
    [form] = bot.at("/inbound")
    assert (form["From"], form.get("WaId"), form.get("ExternalUserId")) == expected
    for name in filter(None, (phone, user)):
        await sender.send(to=f"whatsapp:{name}", body=name)
        assert (await person.sees(name)).to == f"whatsapp:{name}"


async def test_a_person_hides_the_number(twilio: Twilio, bot: Bot, aysel: Person) -> None:
    await aysel.hides_number()
    await aysel.says("Salam")
    await twilio.webhooks.settled()
    [form] = bot.at("/inbound")
    assert (form["From"], form["ExternalUserId"], "WaId" in form) == ("whatsapp:AZ.123", "whatsapp:AZ.123", False)


async def test_everything_people_send_has_its_parameters(twilio: Twilio, bot: Bot, aysel: Person) -> None:
    await aysel.sends_media(b"%PDF-1.7", "application/pdf", caption="Plan")
    await aysel.sends_media()
    await aysel.sends_voice()
    await aysel.sends_sticker()
    await aysel.sends_contact()
    await aysel.sends_location(label="Ofis")
    await twilio.webhooks.settled()
    forms = bot.at("/inbound")
    said = [(form["MessageType"], form["Body"], form.get("MediaContentType0"), form["NumMedia"]) for form in forms]
    assert said == [
        ("document", "Plan", "application/pdf", "1"),
        ("image", "", "image/png", "1"),
        ("audio", "", "audio/ogg", "1"),
        ("sticker", "", "image/webp", "1"),
        ("contacts", "", "text/vcard", "1"),
        ("location", "", None, "0"),
    ]
    place = [forms[-1][name] for name in ("Latitude", "Longitude", "Address", "Label")]
    assert place == ["40.4093", "49.8671", "", "Ofis"]
    assert all(heard.genuine for heard in bot.heard)


async def test_media_is_downloaded_from_another_host_without_our_credentials(
    twilio: Twilio, bot: Bot, client: Client, session: aiohttp.ClientSession, aysel: Person
) -> None:
    said = await aysel.sends_media(PIXEL, "image/png", caption="Şəkil")
    await twilio.webhooks.settled()
    url = bot.at("/inbound")[0]["MediaUrl0"]
    async with session.get(url) as response:
        assert (response.content_type, await response.read()) == ("image/png", PIXEL)
    assert [download.authorised for download in twilio.world.downloads] == [False]
    async with session.get(url, allow_redirects=False) as response:
        assert response.status == 307
        store = response.headers["Location"]
    async with session.get(store) as response:
        assert response.status == 400
    assert [download.authorised for download in twilio.world.downloads] == [False, True]
    async with aiohttp.ClientSession() as stranger, stranger.get(url) as response:
        assert (response.status, (await response.json())["code"]) == (401, 20003)
    [media] = await client.messages(said.sid).media.list_async()
    assert (media.content_type, media.parent_sid) == ("image/png", said.sid)
    assert (await media.fetch_async()).sid == media.sid


@pytest.mark.parametrize(
    ("type_", "content", "seen"),
    [("image/png", PIXEL, "Bax"), ("application/pdf", b"%PDF", "")],
    ids=["a picture", "a document"],
)
async def test_media_urls_are_looked_at_and_fetched(
    bot: Bot, sender: Sender, aysel: Person, type_: str, content: bytes, seen: str
) -> None:
    bot.files["/files/a"] = (type_, content)
    await sender.send(body="Bax", media_url=[f"{PUBLIC}/files/a"])
    message = await aysel.sees(lambda message: message.media)
    assert (message.media[0].type, message.media[0].content) == (type_, content)
    assert (message.text, message.body) == (seen, "Bax")
    assert bot.looked == ["HEAD", "GET"]


@pytest.mark.parametrize(
    ("type_", "content", "code"),
    [
        ("image/png", PIXEL, 0),
        ("image/png", b"", 63019),
        ("image/jpeg", PIXEL, 12300),
        ("text/html", b"<html>", 63021),
        ("image/png", PIXEL + bytes(5 * 1024 * 1024), 63034),
        ("application/pdf", b"%PDF" + bytes(16 * 1024 * 1024), 11751),
    ],
    ids=["fits", "empty", "another type", "unsupported", "large picture", "large document"],
)
@pytest.mark.usefixtures("aysel")
async def test_media_that_does_not_fit_fails_by_callback(
    bot: Bot, sender: Sender, type_: str, content: bytes, code: int
) -> None:
    bot.files["/files/a"] = (type_, content)
    assert await sender.code(media_url=[f"{PUBLIC}/files/a"]) == code


@pytest.mark.usefixtures("bot", "aysel")
async def test_media_that_is_not_there_fails_by_callback(sender: Sender) -> None:
    assert await sender.code(media_url=[f"{PUBLIC}/files/none"]) == 63019
    assert await sender.code(media_url=["http://127.0.0.1:1/none"]) == 63019


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"to": "+994501234567", "body": "a"}, (400, 21211)),
        ({"to": "whatsapp:0501234567", "body": "a"}, (400, 21211)),
        ({"to": "whatsapp:az.1", "body": "a"}, (400, 21211)),
        ({"to": "", "body": "a"}, (400, 21604)),
        ({"from_": "", "body": "a"}, (400, 21603)),
        ({"from_": "whatsapp:+15550009999", "body": "a"}, (400, 63007)),
        ({"messaging_service_sid": "MG" + "0" * 32, "body": "a"}, (404, 21701)),
        ({}, (400, 21602)),
        ({"body": " \n"}, (400, 21602)),
        ({"body": "ə" * 1601}, (400, 21617)),
        ({"body": "😀" * 801}, (400, 21617)),
        ({"media_url": [f"{PUBLIC}/a", f"{PUBLIC}/b"]}, (400, 21623)),
        ({"media_url": ["a.png"]}, (400, 21620)),
        ({"body": "a", "status_callback": "https://my_bot.example/status"}, (400, 21609)),
        ({"body": "a", "status_callback": "/status"}, (400, 21609)),
        ({"body": "a", "validity_period": 36_001}, (400, 20001)),
        ({"body": "a", "persistent_action": ["geo:1,2"]}, (400, 20001)),
        ({"body": "a", "content_variables": "{}"}, (400, 21654)),
        ({"content_sid": "HX" + "0" * 32}, (400, 21655)),
        ({"content_sid": "welcome", "body": "a"}, (400, 20001)),
        ({"content_sid": "welcome", "media_url": [f"{PUBLIC}/a"]}, (400, 20001)),
        ({"content_sid": "welcome"}, (400, 21656)),
        ({"content_sid": "welcome", "content_variables": "{'1': 'a'}"}, (400, 21656)),
        ({"content_sid": "welcome", "content_variables": '["a"]'}, (400, 21656)),
        ({"content_sid": "welcome", "content_variables": '{"1": 5}'}, (400, 21656)),
        ({"content_sid": "welcome", "content_variables": '{"1": ""}'}, (400, 21656)),
        ({"content_sid": "welcome", "content_variables": '{"1": null}'}, (400, 21656)),
        ({"content_sid": "welcome", "content_variables": json.dumps({"1": "a" * 1601})}, (400, 21658)),
    ],
)
@pytest.mark.usefixtures("aysel")
async def test_requests_twilio_refuses_are_refused(
    twilio: Twilio, sender: Sender, parameters: dict[str, Any], expected: tuple[int, int]
) -> None:
    if parameters.get("content_sid") == "welcome":
        parameters = {**parameters, "content_sid": await sender.content(WELCOME)}
    assert await sender.fails(**parameters) == expected
    assert [(refusal.operation, refusal.code) for refusal in twilio.refusals] == [("messages.create", expected[1])]
    assert twilio.world.messages == {}


async def test_only_those_with_the_token_are_let_in(twilio: Twilio, session: aiohttp.ClientSession) -> None:
    async with AsyncTwilioHttpClient() as http:
        client = Client(twilio.account, "wrong", http_client=http)
        client.api.base_url = twilio.url
        with pytest.raises(TwilioRestException) as caught:
            await client.messages.create_async(to=f"whatsapp:{PHONE}", from_=SENDER, body="a")
    assert (caught.value.status, caught.value.code) == (401, 20003)
    for path in ("/2010-04-01/Accounts/ACother/Messages.json", "/2010-04-01/Nothing.json"):
        async with session.get(twilio.url + path) as response:
            assert (response.status, (await response.json())["code"]) == (404, 20404)


async def test_the_sdk_cannot_create_content_because_it_sends_a_form(
    twilio: Twilio, client: Client, sender: Sender
) -> None:
    wanted = ContentList.ContentCreateRequest({"friendly_name": "welcome", "language": "az", "types": WELCOME})
    with pytest.raises(TwilioRestException) as caught:
        await client.content.v1.contents.create_async(wanted)
    assert caught.value.code == 20001
    sid = await sender.content(WELCOME)
    request = ApprovalCreateList.ContentApprovalRequest({"name": "welcome", "category": "UTILITY"})
    with pytest.raises(TwilioRestException) as caught:
        await client.content.v1.contents(sid).approval_create.create_async(request)
    assert caught.value.code == 20001
    assert [refusal.operation for refusal in twilio.refusals] == ["contents.create", "contents.submit"]


async def test_content_is_created_listed_in_pages_and_deleted(twilio: Twilio, client: Client, sender: Sender) -> None:
    sids = [await sender.content(WELCOME, f"welcome{number}") for number in range(5)]
    listed = await client.content.v1.contents.list_async(page_size=2)
    assert [content.sid for content in listed] == sids[::-1]
    content = await client.content.v1.contents(sids[0]).fetch_async()
    assert (content.friendly_name, content.language, content.types) == ("welcome0", "az", WELCOME)
    assert await content.delete_async()
    approvals = await client.content.v1.content_and_approvals.list_async()
    assert [one.approval_requests["status"] for one in approvals] == ["unsubmitted"] * 4
    assert len(twilio.called("contents.list")) == 3
    assert twilio.refusals == []


async def test_a_template_is_submitted_and_approved(twilio: Twilio, client: Client, sender: Sender) -> None:
    sid = await sender.content(BELL, "bell_az", {"1": "Körpü", "2": "a call", "3": "release"})

    async def status() -> tuple[str, str]:
        whatsapp = (await client.content.v1.contents(sid).approval_fetch().fetch_async()).whatsapp
        return str(whatsapp["status"]), str(whatsapp["category"])

    place = f"/v1/Content/{sid}/ApprovalRequests/whatsapp"
    assert await status() == ("unsubmitted", "")
    code, answer = await sender.post(place, {"name": "bell_az", "category": "UTILITY"})
    assert (code, answer["status"]) == (201, "received")
    assert await status() == ("pending", "UTILITY")
    twilio.world.approve("bell_az")
    assert await status() == ("approved", "UTILITY")
    assert twilio.refusals == []
    assert (await sender.post(place, {"name": "bell_az", "category": "UTILITY"}))[1]["code"] == 20001


@pytest.mark.parametrize(
    ("types", "variables", "status"),
    [
        (WELCOME, {}, "rejected"),
        (WELCOME, {"1": "Aysel"}, "approved"),
        ({"twilio/text": {"body": "Hi {{1}} {{2}}, welcome"}}, {}, "rejected"),
        ({"twilio/text": {"body": "Hi {{1}} of {{2}}, welcome"}}, {}, "approved"),
        (MENU, {"1": "a", "2": "b", "3": "c"}, "rejected"),
    ],
)
async def test_whatsapp_looks_at_what_is_submitted(
    twilio: Twilio, client: Client, sender: Sender, types: dict[str, Any], variables: dict[str, str], status: str
) -> None:
    twilio.world.review = "approved"
    sid = await sender.content(types, variables=variables)
    await sender.post(f"/v1/Content/{sid}/ApprovalRequests/whatsapp", {"name": "a", "category": "MARKETING"})
    whatsapp = (await client.content.v1.contents(sid).approval_fetch().fetch_async()).whatsapp
    assert (whatsapp["status"], bool(whatsapp["rejection_reason"])) == (status, status == "rejected")


def _reply(**changes: object) -> dict[str, Any]:
    action = {"type": "QUICK_REPLY", "title": "Bəli", "id": "yes", **changes}
    return {"twilio/quick-reply": {"body": "Sual", "actions": [action]}}


def _list(count: int = 1, **changes: object) -> dict[str, Any]:
    items = [{"item": f"{number}", "id": f"{number}", **changes} for number in range(count)]
    return {"twilio/list-picker": {"body": "Sual", "button": "Seç", "items": items}}


@pytest.mark.parametrize(
    "types",
    [
        {},
        {"twilio/hologram": {"body": "a"}},
        {"twilio/text": {}},
        {"twilio/text": {"body": "Hi {{"}},
        {"twilio/text": {"body": "Hi {{}}"}},
        {"twilio/text": {"body": "a" * 1601}},
        {"twilio/quick-reply": {"body": "a", "actions": []}},
        {"twilio/quick-reply": {"body": "a", "actions": [{"title": str(n), "id": str(n)} for n in range(11)]}},
        _reply(title="a" * 21),
        _reply(id="a" * 201),
        _list(0),
        _list(11),
        _list(item="a" * 25),
        _list(description="a" * 73),
        _list(id=""),
    ],
)
async def test_content_twilio_refuses_is_refused(twilio: Twilio, sender: Sender, types: dict[str, Any]) -> None:
    status, answer = await sender.post("/v1/Content", {"friendly_name": "a", "language": "az", "types": types})
    assert (status, answer["code"] in (20001, 21658)) == (400, True)
    assert twilio.world.contents == {}


async def test_lists_are_picked_from(twilio: Twilio, bot: Bot, sender: Sender, aysel: Person) -> None:
    sid = await sender.content(LIST)
    values = {"1": "Mövzu?", "2": "Seçin", "3": "Təhsil", "4": "education", "5": "Məktəblər"}
    sent = await sender.send(content_sid=sid, content_variables=json.dumps(values))
    seen = await aysel.sees("Mövzu?")
    items = [(item.title, item.id, item.description) for item in seen.items]
    assert items == [("Təhsil", "education", "Məktəblər"), ("Səhiyyə", "health", "")]
    assert seen.list_button == "Seçin"
    await aysel.picks_from_list("Təhsil")
    twilio.rules.list_fields = False
    await aysel.picks_from_list("Səhiyyə", sent.sid)
    await twilio.webhooks.settled()
    said = [(form["Body"], form.get("ListId"), form.get("ListTitle")) for form in bot.at("/inbound")]
    assert said == [("Təhsil", "education", "Təhsil"), ("Səhiyyə", None, None)]


@pytest.mark.parametrize(
    ("types", "values", "code"),
    [
        (MENU, {"2": "a" * 21}, 21658),
        (MENU, {"3": "a" * 201}, 21658),
        (LIST, {"2": "a" * 21}, 21658),
        (LIST, {"3": "a" * 25}, 21658),
        (LIST, {"4": "a" * 201}, 21658),
        (LIST, {"5": "a" * 73}, 21658),
        (MENU, {"1": "a" * 1024}, 0),
        (MENU, {"1": "a" * 1025}, 63021),
        (LIST, {"1": "a" * 1025}, 63021),
        (LIST, {"4": "health"}, 63021),
        (WELCOME, {"1": "a" * 1590}, 0),
        (WELCOME, {"1": "a" * 1600}, 63021),
        (_reply(), {}, 0),
    ],
)
@pytest.mark.usefixtures("bot", "aysel")
async def test_limits_hold_for_what_the_variables_became(
    twilio: Twilio, sender: Sender, types: dict[str, Any], values: dict[str, str], code: int
) -> None:
    sid = await sender.content(types)
    given = json.dumps({str(number): str(number) for number in range(1, 6)} | values)
    if code == 21658:
        assert await sender.fails(content_sid=sid, content_variables=given) == (400, 21658)
    else:
        assert await sender.code(content_sid=sid, content_variables=given) == code
    assert [refusal.code for refusal in twilio.refusals] == [code] * bool(code)


@pytest.mark.parametrize(("approved", "code"), [(False, 63021), (True, 0)])
@pytest.mark.usefixtures("bot", "aysel")
async def test_more_than_three_buttons_need_approval(
    twilio: Twilio, sender: Sender, *, approved: bool, code: int
) -> None:
    actions = [{"type": "QUICK_REPLY", "title": title, "id": title} for title in "abcd"]
    sid = await sender.content({"twilio/quick-reply": {"body": "Sual", "actions": actions}}, "four")
    if approved:
        twilio.world.approve("four")
    assert await sender.code(content_sid=sid) == code


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a     b"])
async def test_only_templates_outside_the_window_forbid_line_breaks(
    twilio: Twilio, bot: Bot, sender: Sender, aysel: Person, value: str
) -> None:
    sid = await sender.content(BELL, "bell")
    given = json.dumps({"1": value, "2": "b", "3": "c"})
    await sender.send(content_sid=sid, content_variables=given)
    assert (await aysel.sees()).text == f"{value} has something new for you: b. Tap to read."
    twilio.world.approve("bell")
    await sender.send(content_sid=sid, content_variables=given)
    twilio.advance(DAY)
    assert await sender.fails(content_sid=sid, content_variables=given) == (400, 21656)
    await sender.send(content_sid=sid, content_variables=json.dumps({"1": "a    b", "2": "b", "3": "c"}))
    await aysel.sees("a    b")
    twilio.rules.strict_variables = True
    await aysel.says("Salam")
    assert await sender.fails(content_sid=sid, content_variables=given) == (400, 21656)
    assert bot.at("/status") != []


async def test_the_window_closes_a_day_after_the_last_message(
    twilio: Twilio, bot: Bot, sender: Sender, aysel: Person
) -> None:
    await aysel.says("Salam")
    await twilio.webhooks.settled()
    twilio.advance(DAY - 60)
    assert 0 < aysel.window < 61
    assert await sender.code(body="vaxtında") == 0
    twilio.advance(60)
    assert aysel.window == 0
    late = await sender.send(body="gec")
    assert late.status == "queued"
    await twilio.callbacks.settled()
    form = bot.at("/status")[-1]
    assert (form["MessageSid"], form["MessageStatus"], form["ErrorCode"]) == (late.sid, "undelivered", "63016")
    twilio.rules.outside = "failed"
    assert await sender.code(body="gec") == 63016
    twilio.rules.outside = "refused"
    assert await sender.fails(body="gec") == (400, 63016)
    assert [message.text for message in aysel.screen] == ["vaxtında"]
    assert twilio.refusals == []


@pytest.mark.parametrize(("approved", "code"), [(False, 63016), (True, 0)])
async def test_outside_the_window_only_an_approved_template_arrives(
    twilio: Twilio, bot: Bot, sender: Sender, *, approved: bool, code: int
) -> None:
    person = twilio.person(PHONE)
    sid = await sender.content(BELL, "bell")
    if approved:
        twilio.world.approve("bell")
    variables = json.dumps({"1": "Körpü", "2": "a call", "3": "release"})
    assert await sender.code(content_sid=sid, content_variables=variables) == code
    assert len(person.screen) == int(approved)
    if approved:
        await person.taps("Read")
        await twilio.webhooks.settled()
        [form] = bot.at("/inbound")
        assert (form["MessageType"], form["ButtonPayload"]) == ("button", "release")
        assert await sender.code(body="free again") == 0


@pytest.mark.usefixtures("bot")
async def test_the_tier_counts_unique_people_a_day(twilio: Twilio, sender: Sender) -> None:
    people = [twilio.person(f"+99450000000{number}") for number in range(3)]
    sid = await sender.content({"twilio/text": {"body": "Xəbər var"}}, "news")
    twilio.world.approve("news")
    twilio.rules.tier = 2

    async def codes() -> list[int]:
        return [await sender.code(to=person.address, content_sid=sid) for person in people]

    assert await codes() == [0, 0, 63018]
    assert await codes() == [0, 0, 63018]
    await people[2].says("Salam")
    assert await sender.code(to=people[2].address, content_sid=sid) == 0
    twilio.advance(DAY)
    assert await codes() == [0, 0, 63018]


@pytest.mark.usefixtures("bot")
async def test_marketing_is_capped_and_never_reaches_north_america(twilio: Twilio, sender: Sender) -> None:
    sid = await sender.content({"twilio/text": {"body": "Kampaniya"}}, "campaign")
    twilio.world.content("campaign").approval.category = "MARKETING"
    twilio.world.approve("campaign")
    twilio.person(PHONE)
    american = twilio.person("+12025550123")
    twilio.rules.marketing_cap = 1
    assert [await sender.code(content_sid=sid) for _ in range(2)] == [0, 63049]
    assert await sender.code(to=american.address, content_sid=sid) == 63049
    twilio.advance(DAY)
    assert await sender.code(content_sid=sid) == 0


async def test_nobody_there_opted_out_and_blocked(twilio: Twilio, bot: Bot, sender: Sender, aysel: Person) -> None:
    assert await sender.code(to="whatsapp:+994559999999", body="a") == 63024
    await aysel.blocks()
    silent = await sender.send(body="b")
    await twilio.callbacks.settled()
    assert (await silent.fetch_async()).status == "sent"
    await aysel.blocks(failure=63003)
    assert await sender.code(body="c") == 63003
    await aysel.unblocks()
    aysel.device.opted_out = True
    assert await sender.fails(body="d") == (400, 21610)
    assert (aysel.screen, twilio.refusals) == ([], [])
    assert all(heard.genuine for heard in bot.heard)


async def test_a_phone_that_is_off_gets_its_messages_later(
    twilio: Twilio, bot: Bot, sender: Sender, aysel: Person
) -> None:
    await aysel.goes_offline()
    await sender.send(body="a")
    await twilio.callbacks.settled()
    assert (bot.statuses(), aysel.screen) == (["sent"], [])
    await aysel.comes_online()
    await twilio.callbacks.settled()
    assert (bot.statuses(), [message.text for message in aysel.screen]) == (["sent", "delivered"], ["a"])
    aysel.device.receipts = False
    await aysel.opens()
    aysel.device.receipts = True
    await twilio.callbacks.settled()
    assert bot.statuses() == ["sent", "delivered"]
    await aysel.opens()
    await twilio.callbacks.settled()
    assert bot.statuses() == ["sent", "delivered", "read"]
    assert bot.at("/status")[-1]["EventType"] == "READ"


@pytest.mark.usefixtures("aysel")
async def test_callbacks_say_what_twilio_says(twilio: Twilio, bot: Bot, sender: Sender) -> None:
    twilio.callbacks.told = ("queued", "sending", *twilio.callbacks.told)
    sent = await sender.send(messaging_service_sid=SERVICE, body="a")
    assert (sent.status, sent.messaging_service_sid) == ("accepted", SERVICE)
    await twilio.callbacks.settled()
    assert bot.statuses() == ["queued", "sending", "sent", "delivered"]
    form = bot.at("/status?outbox=7")[0]
    assert (form["SmsSid"], form["SmsStatus"], form["ApiVersion"]) == (sent.sid, "queued", "2010-04-01")
    assert (form["ChannelToAddress"], form["MessagingServiceSid"]) == (PHONE, SERVICE)
    assert form["ChannelStatusHint"] == ""
    assert all(heard.genuine for heard in bot.heard)


@pytest.mark.usefixtures("aysel")
async def test_callbacks_come_twice_backwards_late_or_when_released(twilio: Twilio, bot: Bot, sender: Sender) -> None:
    twilio.callbacks.copies, twilio.callbacks.reordered = 2, True
    await sender.send(body="a")
    await twilio.callbacks.settled()
    assert bot.statuses() == ["delivered", "delivered", "sent", "sent"]
    twilio.callbacks.copies, twilio.callbacks.reordered, twilio.callbacks.delay = 1, False, 0.1
    await sender.send(body="b")
    await asyncio.sleep(0.02)
    assert len(bot.statuses()) == 4
    await twilio.callbacks.settled()
    assert bot.statuses()[4:] == ["sent", "delivered"]
    twilio.callbacks.held, twilio.callbacks.delay = True, 0
    held = await sender.send(body="c")
    await asyncio.sleep(0.02)
    assert (len(bot.statuses()), (await held.fetch_async()).status) == (6, "delivered")
    twilio.callbacks.release()
    await twilio.callbacks.settled()
    assert bot.statuses()[6:] == ["sent", "delivered"]
    twilio.callbacks.copies, twilio.callbacks.shuffled, twilio.callbacks.delay = 3, True, 0.1
    await sender.send(body="d")
    await twilio.callbacks.settled()
    assert sorted(bot.statuses()[8:]) == ["delivered"] * 3 + ["sent"] * 3


@pytest.mark.usefixtures("aysel")
async def test_callbacks_come_before_the_answer(twilio: Twilio, bot: Bot, sender: Sender) -> None:
    twilio.callbacks.before_answer = True
    sent = await sender.send(body="a")
    assert bot.statuses() == ["sent", "delivered"]
    assert {form["MessageSid"] for form in bot.at("/status")} == {sent.sid}
    assert sent.status == "queued"


async def test_statuses_take_their_time(twilio: Twilio, sender: Sender, aysel: Person) -> None:
    twilio.world.pace = 0.05
    sent = await sender.send(body="a", status_callback="")
    assert (await sent.fetch_async()).status == "queued"
    await aysel.sees("a")
    assert (await sent.fetch_async()).status == "sent"


@pytest.mark.parametrize(
    ("fragment", "answers", "attempts", "missed"),
    [
        ("", [500], [500], True),
        ("", [403], [403], True),
        ("", [-200], [0], True),
        ("#rc=2&rp=all", [500, 403, -200], [500, 403, 0], True),
        ("#rc=3&rp=all", [500, -200], [500, 0, 200], False),
        ("#rc=3&rp=5xx", [500, 404], [500, 404], True),
        ("#rc=3&rp=4xx,rt", [404, -200], [404, 0, 200], False),
        ("#rc=9&rp=all", [500] * 9, [500] * 6, True),
    ],
)
async def test_webhooks_are_tried_again_by_the_rules_of_their_address(
    twilio: Twilio,
    bot: Bot,
    client: Client,
    aysel: Person,
    fragment: str,
    answers: list[int],
    attempts: list[int],
    missed: bool,
) -> None:
    twilio.webhooks.url += fragment
    twilio.world.courier.patience = 0.1
    bot.answers = answers
    said = await aysel.says("Salam")
    await twilio.webhooks.settled()
    assert [posting.attempts for posting in twilio.webhooks.postings] == [attempts]
    assert twilio.webhooks.missed == [said.sid] * missed
    assert len({json.dumps(heard.form) for heard in bot.heard}) == 1
    [listed] = await client.messages.list_async(to=SENDER)
    assert (listed.sid, listed.body, listed.direction, listed.status) == (said.sid, "Salam", "inbound", "received")


async def test_a_webhook_nobody_listens_at_is_tried_twice(twilio: Twilio, aysel: Person) -> None:
    twilio.webhooks.url = "http://127.0.0.1:1/inbound"
    await aysel.says("Salam")
    await twilio.webhooks.settled()
    assert [posting.attempts for posting in twilio.webhooks.postings] == [[0, 0]]
    twilio.webhooks.url = ""
    await aysel.says("Salam")
    await twilio.webhooks.settled()
    assert len(twilio.webhooks.missed) == 2


async def test_a_webhook_is_posted_again_as_it_was(twilio: Twilio, bot: Bot, aysel: Person) -> None:
    said = await aysel.says("Salam")
    twilio.webhooks.again(said.sid)
    await twilio.webhooks.settled()
    assert bot.at("/inbound") == [twilio.webhooks.form(said.sid)] * 2
    twilio.webhooks.repeats, twilio.webhooks.scatter = 2, 0.05
    more = await aysel.says("Sağ ol")
    await twilio.webhooks.settled()
    assert bot.at("/inbound")[2:] == [twilio.webhooks.form(more.sid)] * 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", [("plain", "")]),
        ("*Bold* and _italic_.", [("Bold", "bold"), (" and ", ""), ("italic", "italic"), (".", "")]),
        ("*bold _and italic_*", [("bold ", "bold"), ("and italic", "bold italic")]),
        ("~no~ ```*code*```", [("no", "strikethrough"), (" ", ""), ("*code*", "code")]),
        ("`*code*` `no", [("*code*", "code"), (" `no", "")]),
        ("5 * 3, a_b_c, * no *, *no", [("5 * 3, a_b_c, * no *, *no", "")]),
        ("*one\ntwo*", [("*one\ntwo*", "")]),
        ("\u200b*\u200bno\u200b*\u200b", [("*no*", "")]),
        ("*5\u200b*\u200b*", [("5*", "bold")]),
        ("(https://un.org/a?b=*c*)", [("(https://un.org/a?b=*c*)", "")]),
    ],
)
def test_a_text_is_seen_without_its_marks(text: str, shown: list[tuple[str, str]]) -> None:
    runs = groupby(seen(text), key=lambda letter: " ".join(sorted(letter[1])))
    assert [("".join(letter for letter, _looks in run), looks) for looks, run in runs] == shown


@pytest.mark.parametrize(
    ("reply", "warning"),
    [
        (("text/xml", "<Response/>"), ""),
        (("text/xml", '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'), ""),
        (("text/plain", ""), ""),
        (("text/plain", "OK"), "12300"),
        (("text/xml", "<Response>"), "12100"),
        (("text/xml", "<Response><Message>a</Message></Response>"), "12200"),
    ],
)
async def test_answers_twilio_would_complain_about_are_noted(
    twilio: Twilio, bot: Bot, aysel: Person, reply: tuple[str, str], warning: str
) -> None:
    bot.reply = reply
    await aysel.says("Salam")
    await twilio.webhooks.settled()
    assert [text.split()[0] for text in twilio.webhooks.warnings] == [warning] * bool(warning)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault.flood(), 429, 20429),
        (Fault.refusal(400, 63024), 400, 63024),
        (Fault.refusal(401, 20003), 401, 20003),
        (Fault.server_error(), 503, 20503),
        (Fault.server_error(500), 500, 20500),
    ],
)
async def test_refusals_come_on_demand(
    twilio: Twilio, sender: Sender, aysel: Person, fault: Fault, status: int, code: int
) -> None:
    twilio.faults.next("messages.create", fault, to=PHONE)
    assert await sender.fails(body="a") == (status, code)
    await sender.send(body="b")
    await aysel.sees("b")
    assert (aysel.copies, twilio.refusals) == ({"b": 1}, [])


@pytest.mark.usefixtures("aysel")
async def test_a_refusal_may_come_in_the_newer_shape(twilio: Twilio, sender: Sender) -> None:
    twilio.faults.next("", Fault.refusal(400, 63049, problem=True))
    with pytest.raises(TwilioServiceException) as caught:
        await sender.send(body="a")
    assert (caught.value.status, caught.value.code) == (400, 63049)


@pytest.mark.parametrize(
    ("fault", "copies"),
    [
        (Fault.hang_before(), 0),
        (Fault.hang_after(), 1),
        (Fault.drop_before(), 0),
        (Fault.drop_after(), 1),
    ],
)
async def test_silence_hides_whether_the_message_exists(
    twilio: Twilio, sender: Sender, aysel: Person, fault: Fault, copies: int
) -> None:
    twilio.faults.next("messages.create", fault)
    with pytest.raises((TimeoutError, aiohttp.ServerDisconnectedError)):
        await asyncio.wait_for(sender.send(body="a"), 0.2)
    assert len(await sender.client.messages.list_async(to=aysel.address)) == copies
    assert aysel.copies["a"] == copies
    assert [request.status for request in twilio.called("messages.create")] == [0]


async def test_the_truth_may_be_slow_and_a_message_delivered_in_spite_of_a_503(
    twilio: Twilio, sender: Sender, aysel: Person
) -> None:
    twilio.faults.next("messages.create", Fault.slow(0.05))
    await sender.send(body="a")
    twilio.faults.next("messages.create", Fault.server_error(processed=True))
    assert await sender.fails(body="b") == (503, 20503)
    await aysel.sees("b")
    assert aysel.copies == {"a": 1, "b": 1}


@pytest.mark.parametrize(("code", "status"), [(63003, "undelivered"), (63010, "failed"), (30008, "undelivered")])
async def test_failures_come_by_callback_on_demand(
    twilio: Twilio, bot: Bot, sender: Sender, aysel: Person, code: int, status: str
) -> None:
    twilio.faults.next("messages.create", Fault.by_callback(code, status))
    assert await sender.code(body="a") == code
    assert [(form["MessageStatus"], form["ErrorCode"]) for form in bot.at("/status")] == [(status, str(code))]
    assert aysel.screen == []


async def test_a_failure_may_be_taken_back(twilio: Twilio, bot: Bot, sender: Sender, aysel: Person) -> None:
    twilio.faults.next("messages.create", Fault.by_callback(30008, shown=True, later=("delivered",)))
    assert await sender.code(body="a") == 0
    assert (bot.statuses(), aysel.copies) == (["undelivered", "delivered"], {"a": 1})


@pytest.mark.usefixtures("aysel")
async def test_faults_repeat_until_they_are_cleared(twilio: Twilio, sender: Sender) -> None:
    twilio.faults.every("messages.create", 2, Fault.flood())
    await sender.send(body="a")
    assert await sender.fails(body="a") == (429, 20429)
    twilio.faults.clear()
    twilio.faults.always("messages.create", Fault.flood(), when=lambda _, to: to.endswith("7"))
    assert await sender.fails(body="a") == (429, 20429)
    twilio.faults.clear()
    twilio.faults.randomly("messages.create", 1.0, Fault.flood(), seed=1)
    assert await sender.fails(body="a") == (429, 20429)


async def test_the_message_list_is_filtered(twilio: Twilio, client: Client, sender: Sender, aysel: Person) -> None:
    said = await aysel.says("1")
    twilio.advance(2 * DAY)
    later = await aysel.says("2")
    sent = await sender.send(body="3")
    listing = client.messages.list_async
    assert [message.sid for message in await listing(to=SENDER)] == [later.sid, said.sid]
    assert [message.sid for message in await listing(from_=SENDER, to=aysel.address)] == [sent.sid]
    now = datetime.now(UTC)
    assert [message.sid for message in await listing(to=SENDER, date_sent_after=now + timedelta(days=1))] == [later.sid]
    assert [message.sid for message in await listing(date_sent_before=now + timedelta(days=1))] == [said.sid]
    day = (now + timedelta(days=2)).date()
    assert [message.body for message in await listing(date_sent=day.isoformat())] == ["3", "2"]


async def test_pages_go_on_where_they_ended_although_new_messages_come(
    twilio: Twilio, client: Client, aysel: Person
) -> None:
    for number in range(5):
        await aysel.says(str(number))
    page = await client.messages.page_async(to=SENDER, page_size=2)
    bodies = [message.body for message in page]
    await aysel.says("new")
    while (page := await page.next_page_async()) is not None:
        bodies += [message.body for message in page]
    assert bodies == ["4", "3", "2", "1", "0"]
    assert twilio.refusals == []


async def test_rates_and_concurrency_are_counted_and_limited(twilio: Twilio, sender: Sender, aysel: Person) -> None:
    twilio.latency = 0.05
    await asyncio.gather(*(sender.send(body="a") for _ in range(4)))
    assert (twilio.limits.arrived, twilio.limits.max_in_any_second, twilio.limits.most_at_once) == (4, 4, 4)
    assert 0 <= twilio.limits.shortest_gap < 1
    assert aysel.copies == {"a": 4}
    assert len(twilio.delivered()) == len(twilio.delivered(aysel)) == 4
    twilio.limits = Limits(per_second=1, at_once=1)
    await sender.send(body="b")
    assert await sender.fails(body="b") == (429, 20429)
    assert (twilio.limits.over_limit, aysel.copies["b"]) == (1, 1)
    first, *_ = twilio.called("messages.create")
    assert first.answered - first.time >= 0.05


async def test_state_outlives_a_stop(twilio: Twilio, sender: Sender, aysel: Person) -> None:
    await sender.send(body="a")
    await aysel.sees("a")
    url = twilio.url
    await twilio.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await sender.send(body="b")
    await twilio.start()
    assert twilio.url == url
    await sender.send(body="c")
    await aysel.sees("c")
    assert [message.body for message in await sender.client.messages.list_async()] == ["c", "a"]


async def test_requests_can_be_waited_for(twilio: Twilio, sender: Sender, aysel: Person) -> None:
    waiting = asyncio.create_task(twilio.until(lambda request: request.status == 201))
    await asyncio.sleep(0)
    await sender.send(body="a")
    request = await waiting
    assert (request.operation, request.to, request.parameters["Body"]) == ("messages.create", aysel.address, "a")
    await twilio.asked("messages.create")
    with pytest.raises(TimeoutError):
        await twilio.asked("typing", within=0.01)
    with pytest.raises(AssertionError, match="never saw 'b'"):
        await aysel.sees("b", within=0.01)
    with pytest.raises(AssertionError, match="no choice 'Bəli'"):
        await aysel.taps("Bəli")


async def test_a_typing_indicator_needs_a_message_of_the_person(
    twilio: Twilio, client: Client, sender: Sender, aysel: Person
) -> None:
    sent = await sender.send(body="a")
    await aysel.sees("a")
    for sid in ("SM0", sent.sid):
        with pytest.raises(TwilioRestException) as caught:
            await client.messaging.v2.typing_indicator.create_async(channel="whatsapp", message_id=sid)
        assert caught.value.code == 20001
    assert [refusal.parameters["messageId"] for refusal in twilio.refusals] == ["SM0", sent.sid]
    assert twilio.world.typing == []
