"""The whole bot on WhatsApp: webhook in, menus out, bells where windows have closed, and files both ways."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import unused_port
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import App
from bot.settings import Secret, Settings, read
from storage.members import Member, MemberAddress, find_address, topics_of
from storage.outbox import OutboxRow
from storage.staff import Role, Staff
from tests.channels.whatsapp_line import AYGUN, OURS, PUBLIC, serving, until
from tests.emulators.telegram import BotApi
from tests.emulators.twilio import PIXEL, Person, Twilio
from tests.plain_network import plain_network
from tests.storage.people import add_broadcast, add_member

MENU = "What would you like to do?"
WHY = "You receive this as a member of UN-NGO Informal Regional Network in Azerbaijan (UN-NGO-IRENE/Azerbaijan)."
WAY_OUT = "_Stop all messages – write STOP_"


@pytest.fixture
async def twilio() -> AsyncIterator[Twilio]:
    async with serving() as line:
        await line.set_up()
        line.twilio.webhooks.url = f"{PUBLIC}/whatsapp#rc=5&rp=all"
        yield line.twilio
        assert (line.twilio.refusals, line.twilio.webhooks.warnings) == ([], [])


@pytest.fixture
def settings(tmp_path: Path, twilio: Twilio) -> Settings:
    port = unused_port()
    twilio.reach[PUBLIC] = f"http://127.0.0.1:{port}"
    values = {
        "TWILIO_ACCOUNT_SID": OURS.sid,
        "TWILIO_AUTH_TOKEN": OURS.token,
        "WHATSAPP_FROM": OURS.sender,
        "PUBLIC_URL": PUBLIC,
        "TWILIO_API_URL": twilio.url,
        "DATA": str(tmp_path),
        "NETWORK": str(plain_network(tmp_path)),
        "PORT": str(port),
    }
    return read(values, env_file=None)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[App]:
    app, stop = App(settings), asyncio.Event()
    run = asyncio.create_task(app.run(stop))
    try:
        yield app
    finally:
        stop.set()
        await run


def states(app: App) -> list[str]:
    return app.database.transact(lambda session: list(session.scalars(select(OutboxRow.state).order_by(OutboxRow.id))))


def join(app: App, person: Person, user: str, role: Role | None = None, **known: Any) -> None:
    """Make a member of somebody who has written just now."""
    person.device.heard = app.clock.now().timestamp()

    def write(session: Session) -> None:
        member = add_member(session, app.clock, user, channel="whatsapp", **known)
        address = find_address(session, "whatsapp", user)
        assert address is not None
        address.last_inbound_at = app.clock.now()
        if role is not None:
            session.add(Staff(member_id=member.id, role=role, topics=[], granted_at=app.clock.now()))

    app.database.transact(write)


def passes(app: App, twilio: Twilio, hours: int) -> None:
    """Time, on both sides."""
    app.clock.advance(timedelta(hours=hours))
    twilio.advance(3600 * hours)


async def talks(person: Person, *steps: tuple[str, str]) -> str:
    """Tap or type the second of each step, once the first is read; returns what is answered at last."""
    for sees, does in steps:
        message = await person.sees(sees)
        await (person.taps(does, message) if message.choice(does) else person.says(does))
    return (await person.sees()).text


async def test_a_conversation_by_taps_and_its_receipts(twilio: Twilio, settings: Settings) -> None:
    aygun = twilio.person(AYGUN, external_user_id="AZ.1349", name="Aygün")
    async with running(settings) as app:
        await aygun.says("salam")
        asked = await aygun.sees("Which language do you prefer?")
        assert [label.removeprefix("✓ ") for label in asked.labels[:3]] == ["Azərbaycanca", "Русский", "English"]
        await aygun.taps("English", asked)
        assert (await aygun.sees()).labels[0] == "Yes, I agree"
        await aygun.opens()
        await until(lambda: set(states(app)) == {"read"})
    assert {request.to for request in twilio.called("messages.create")} == {"whatsapp:AZ.1349"}


async def test_what_was_said_while_it_was_down_is_answered_once(twilio: Twilio, settings: Settings) -> None:
    aygun = twilio.person(AYGUN, external_user_id="AZ.1349")
    async with running(settings):
        await aygun.says("salam")
        await aygun.sees("Which language do you prefer?")
    said = await aygun.says("3")
    await twilio.webhooks.settled()
    assert twilio.webhooks.missed == [said.sid]
    said.created -= 60
    async with running(settings):
        assert (await aygun.sees()).labels[0] == "Yes, I agree"
    assert len(aygun.screen) == 2


async def test_who_has_no_phone_number_becomes_a_member_like_everybody_else(twilio: Twilio, settings: Settings) -> None:
    leyla = twilio.person(external_user_id="AZ.77", name="Leyla")
    async with running(settings) as app:
        await leyla.says("START")
        registered = await talks(
            leyla,
            ("Which language do you prefer?", "English"),
            ("Do you agree?", "Yes, I agree"),
            ("Which organisation are you from?", "Initiative"),
            ("I do not know", "Add “Initiative”"),
            ("Where do you work?", "сабирабад"),
            ("Is it one of these?", "Sabirabad"),
            ("in consultative status", "No"),
            ("What may we write to you about?", "2 and 4"),
            ("✓", "done"),
            ("What is your name?", "Leyla Əliyeva"),
            ("What do you do", "director"),
            ("On which phone number", "Skip"),
            ("What is your e-mail address?", "Skip"),
            ("Is everything right?", "Done"),
        )
        assert registered == "Thank you, Leyla Əliyeva. You are registered."
        address, member = app.database.transact(
            lambda session: (session.scalars(select(MemberAddress)).one(), session.scalars(select(Member)).one())
        )
        assert (address.user, address.phone, member.name, member.district) == (
            "AZ.77", "", "Leyla Əliyeva", "sabirabad"
        )  # fmt: skip
        assert app.database.transact(lambda session: topics_of(session, member.id)) == {"education", "health"}


async def test_who_is_known_by_number_stays_the_same_when_an_id_comes_and_the_number_goes(
    twilio: Twilio, settings: Settings
) -> None:
    aygun = twilio.person(AYGUN)
    async with running(settings) as app:
        join(app, aygun, AYGUN, name="Aygün")
        hello = f"Hello, Aygün. {MENU}"
        await aygun.says("hello")
        await aygun.sees(hello)
        aygun.device.user = "whatsapp:AZ.1349"
        twilio.world.devices["whatsapp:AZ.1349"] = aygun.device
        await aygun.says("hello")
        await aygun.sees(hello)
        await aygun.hides_number()
        await aygun.says("hello")
        await aygun.sees(hello)
        found = select(MemberAddress.user, MemberAddress.phone)
        assert app.database.transact(lambda session: session.execute(found).all()) == [("AZ.1349", AYGUN)]
    asked = [request.to for request in twilio.called("messages.create")]
    assert asked == [f"whatsapp:{user}" for user in (AYGUN, "AZ.1349", "AZ.1349")]


STOPPED = {
    "az": "Oldu. Sizə daha yazmayacağıq. Bizdən yenidən xəbər almaq üçün istənilən vaxt BAŞLA yazın.",
    "ru": "Готово. Больше мы вам не напишем. Захотите вернуться — в любой момент напишите СТАРТ.",
    "en": "Done. We will not write to you any more. To hear from us again, write START whenever you like.",
}


@pytest.mark.parametrize(("language", "word"), [("az", "DAYAN"), ("ru", "Стоп."), ("en", "stop")])
async def test_stop_is_understood_in_each_language(
    twilio: Twilio, settings: Settings, language: str, word: str
) -> None:
    aygun, rashad = twilio.person(AYGUN), twilio.person("+994502222222")
    async with running(settings) as app:
        join(app, aygun, AYGUN, language=language)
        join(app, rashad, "+994502222222")
        await aygun.says(word)
        assert (await aygun.sees()).text == STOPPED[language]
        app.database.transact(lambda session: add_broadcast(session, app.clock, "News"))
        await rashad.sees("News")
    assert len(aygun.screen) == 1


async def test_when_the_window_has_closed_a_bell_rings_and_what_was_held_comes_as_one(
    twilio: Twilio, settings: Settings
) -> None:
    aygun = twilio.person(AYGUN, external_user_id="AZ.1349")
    async with running(settings) as app:
        join(app, aygun, "AZ.1349")
        passes(app, twilio, hours=25)
        for text in ("Good news", "More news"):
            app.database.transact(lambda session, text=text: add_broadcast(session, app.clock, text))  # type: ignore[misc]
        bell = await aygun.sees("has something new for you")
        assert (bell.approved, bell.labels) == (True, ["Read"])
        await until(lambda: states(app) == ["held", "held"])
        await aygun.taps("Read", bell)
        news = await aygun.sees("news")
        assert news.text == f"Good news\n\n_{WHY}_\n\n{WAY_OUT}\n\nMore news\n\n_{WHY}_"
        assert news.labels == ["Stop all messages"]
        await until(lambda: set(states(app)) == {"delivered"})
    assert len(aygun.screen) == 2


@pytest.mark.parametrize("mime", ["image/png", "application/pdf"])
async def test_a_newsletter_with_a_file_from_whatsapp_reaches_both_messengers(
    twilio: Twilio, settings: Settings, mime: str
) -> None:
    aygun, rashad = twilio.person(AYGUN, external_user_id="AZ.1349"), twilio.person("+994502222222")
    content = PIXEL if mime == "image/png" else b"%PDF-1.7"
    async with BotApi() as api:
        boris = api.person(42, started=True)
        both = replace(settings, telegram_token=Secret(api.token), telegram_api_url=api.url, public_url=PUBLIC)
        async with running(both) as app:
            join(app, aygun, "AZ.1349", Role.COORDINATOR)
            join(app, rashad, "+994502222222")
            app.database.transact(lambda session: add_member(session, app.clock, "42"))
            await aygun.says("Newsletter")
            await talks(
                aygun,
                ("Send me the text", "Good news"),
                ("Which language is it in?", "English"),
                ("Your newsletter", "Add a photo or document"),
            )
            await aygun.sends_media(content, mime)
            await talks(
                aygun,
                ("Your newsletter", "Send"),
                ("Send to 3 members now?", "Send to 3 members"),
            )
            received = await boris.sees("Good news", within=20)
            await rashad.sees(lambda message: message.media, within=20)
    assert received.file is not None
    assert received.file.content == content
    text = f"Good news\n\n_{WHY}_"
    seen = [(message.text, message.labels, [file.content for file in message.media]) for message in rashad.screen]
    if mime == "image/png":
        assert seen == [(f"{text}\n\n{WAY_OUT}", [], [content])]
    else:
        assert seen == [(text, ["Stop all messages"], []), ("", [], [content])]


async def test_a_number_means_nothing_when_the_menu_is_long_gone(twilio: Twilio, settings: Settings) -> None:
    aygun = twilio.person(AYGUN)
    async with running(settings) as app:
        join(app, aygun, AYGUN)
        await aygun.says("hello")
        assert (await aygun.sees()).labels == ["Funding calls", "Events", "Surveys", "Topics", "My profile", "Help"]
        passes(app, twilio, hours=7)
        await aygun.says("1")
        assert (await aygun.sees()).text == f"I did not understand that.\n\n{MENU}"
        await aygun.says("1")
        assert (await aygun.sees()).text.startswith("Nothing is open for you at the moment.")


async def test_what_whatsapp_does_not_carry_is_there_to_fetch(twilio: Twilio, settings: Settings) -> None:
    aygun = twilio.person(AYGUN)
    async with running(settings) as app:
        join(app, aygun, AYGUN, name="Aygün")
        await aygun.says("My data")
        name, address = (await aygun.sees("my-data.json")).text.split("\n")
        assert re.fullmatch(rf"{PUBLIC}/media/\S+/my-data\.json\?type=application%2Fjson", address)
        await aygun.sees("This file holds everything we keep about you.")
        status, headers, content = await twilio.world.courier.request("GET", address)
        assert (name, status, headers["content-type"]) == ("my-data.json", 200, "application/json")
        assert json.loads(content)["member"]["name"] == "Aygün"
