"""What a person sees of each message, and that Twilio never has to refuse how it was asked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from markupsafe import Markup

from bot.channels.whatsapp import Account
from bot.core.channel import Capabilities, Outcome, Refused, Sent
from bot.core.messages import Attachment, Kind, Option, Outbound
from tests.channels.whatsapp_line import AYGUN, OURS, PUBLIC, Line, serving
from tests.emulators.twilio import SENDER, SERVICE, Message

YES_NO = (Option("yes", "Bəli"), Option("no", "Xeyr"))
REGIONS = tuple(Option(f"region{number}", f"Region {number}") for number in range(1, 7))
LONG = "Environment, climate change and clean water"
BELL = Outbound(
    Markup("Salam!"), (Option("read", "Oxu", word="OXU"),), language="az", bell=("Körpü", "Kiçik\nqrantlar   2027")
)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with serving() as line:
        line.twilio.person(AYGUN, wrote=True)
        yield line
        assert line.twilio.refusals == []


async def sent(line: Line, outbound: Outbound) -> Message:
    async with line.running() as whatsapp:
        outcome = await whatsapp.send(AYGUN, outbound)
        assert isinstance(outcome, Sent), outcome
        return await line.twilio.person(AYGUN).sees()


async def test_text_in_whatsapps_markup(line: Line) -> None:
    message = await sent(line, Outbound(Markup("<b>Salam</b>, 2 &lt; 3")))
    assert message.text == "*Salam*, 2 < 3"
    assert line.twilio.called("messages.create")[0].parameters == {
        "To": f"whatsapp:{AYGUN}",
        "From": SENDER,
        "Body": "*Salam*, 2 < 3",
    }


async def test_statuses_are_wanted_under_our_reference(line: Line) -> None:
    async with line.running() as whatsapp:
        await whatsapp.send(AYGUN, Outbound(Markup("Salam")), "b17")
    told = line.twilio.called("messages.create")[0].parameters["StatusCallback"]
    assert told == f"{PUBLIC}/whatsapp/status?ref=b17#rc=5&rp=all"


@pytest.mark.parametrize(
    ("account", "origin"),
    [
        (Account(OURS.sid, OURS.token, service=SERVICE), {"MessagingServiceSid": SERVICE}),
        (
            Account(OURS.sid, OURS.token, sender=OURS.sender, service=SERVICE),
            {"From": SENDER, "MessagingServiceSid": SERVICE},
        ),
    ],
)
async def test_a_messaging_service_may_send(line: Line, account: Account, origin: dict[str, str]) -> None:
    async with line.running(account=account) as whatsapp:
        await whatsapp.send(AYGUN, Outbound(Markup("Salam")))
    said = {"To": f"whatsapp:{AYGUN}", "Body": "Salam"}
    assert line.twilio.called("messages.create")[0].parameters == said | origin


async def test_people_without_a_number_are_served(line: Line) -> None:
    hidden = line.twilio.person(external_user_id="AZ.1349201", wrote=True)
    async with line.running() as whatsapp:
        assert isinstance(await whatsapp.send("AZ.1349201", Outbound(Markup("Salam"))), Sent)
        assert (await hidden.sees()).text == "Salam"


async def test_without_content_a_menu_is_numbers(line: Line) -> None:
    message = await sent(line, Outbound(Markup("Doğrudur?"), YES_NO, menu="k"))
    assert message.text == "Doğrudur?\n\n1. Bəli\n2. Xeyr\n\nReply with a number."
    assert message.labels == []


async def test_up_to_three_are_quick_replies(line: Line) -> None:
    await line.set_up()
    message = await sent(line, Outbound(Markup("<b>Doğrudur?</b>\n\nYazın."), YES_NO, menu="k"))
    assert message.text == "*Doğrudur?*\n\nYazın."
    assert [(button.title, button.id) for button in message.buttons] == [("Bəli", "k:yes"), ("Xeyr", "k:no")]


async def test_up_to_ten_are_a_list(line: Line) -> None:
    await line.set_up()
    message = await sent(line, Outbound(Markup("Hansı?"), REGIONS, menu="k"))
    assert (message.text, message.list_button) == ("Hansı?", "Choose")
    assert [(item.title, item.id, item.description) for item in message.items] == [
        (f"Region {number}", f"k:region{number}", "") for number in range(1, 7)
    ]


async def test_a_long_label_stands_in_full_below_and_no_description_is_empty(line: Line) -> None:
    await line.set_up()
    message = await sent(line, Outbound(Markup("Hansı?"), (*REGIONS[:3], Option("env", LONG)), menu="k"))
    described = [(f"Region {number}", f"Region {number}") for number in range(1, 4)]
    assert [(item.title, item.description) for item in message.items] == [
        *described,
        ("Environment, climate ch…", LONG),
    ]


async def test_a_tap_and_a_pick_come_back_as_they_were_sent(line: Line) -> None:
    await line.set_up()
    person = line.twilio.person(AYGUN)
    async with line.running() as whatsapp:
        await whatsapp.send(AYGUN, Outbound(Markup("Doğrudur?"), YES_NO, menu="k"))
        await person.sees("Doğrudur?")
        await person.taps("Bəli")
        await whatsapp.send(AYGUN, Outbound(Markup("Hansı?"), REGIONS, menu="m"))
        await person.sees("Hansı?")
        await person.picks_from_list("Region 5")
        line.twilio.rules.list_fields = False
        await person.picks_from_list("Region 6")
        await line.twilio.webhooks.settled()
    assert [(one.kind, one.tap or one.plain) for one in line.inbox] == [
        (Kind.TAP, "k:yes"),
        (Kind.TAP, "m:region5"),
        (Kind.TEXT, "Region 6"),
    ]


async def test_a_photo_has_its_caption(line: Line) -> None:
    photo = Attachment("photo", "sha256:a.png", mime="image/png")
    message = await sent(line, Outbound(Markup("<i>Gəncə</i>"), attachment=photo))
    assert (message.text, message.media[0].type) == ("_Gəncə_", "image/png")


async def test_a_document_goes_by_itself(line: Line) -> None:
    document = Attachment("document", "sha256:a.pdf", name="a.pdf", mime="application/pdf")
    message = await sent(line, Outbound(Markup(), attachment=document))
    assert (message.text, message.media[0].type) == ("", "application/pdf")
    assert line.twilio.called("messages.create")[0].parameters == {
        "To": f"whatsapp:{AYGUN}",
        "From": SENDER,
        "MediaUrl": f"{PUBLIC}/files/a.pdf",
    }


async def refused(line: Line, outbound: Outbound) -> Outcome:
    async with line.running() as whatsapp:
        outcome = await whatsapp.send(AYGUN, outbound)
    assert line.twilio.called("messages.create") == []
    return outcome


async def test_a_file_we_do_not_have_is_refused(line: Line) -> None:
    photo = Attachment("photo", "telegram:1")
    assert await refused(line, Outbound(Markup(), attachment=photo)) == Refused(
        "content", systemic=True, detail="not stored: telegram:1"
    )


async def test_the_bell_rings_outside_the_window_in_the_persons_language(line: Line) -> None:
    await line.set_up()
    person = line.twilio.person(AYGUN)
    line.twilio.advance(90_000)
    message = await sent(line, BELL)
    assert message.text == (
        "Salam! Sizə Körpü yazır. Sizin üçün yeni mesaj var: Kiçik qrantlar 2027."
        " Oxumaq üçün «Oxu» seçin və ya bizə yazın."
    )
    assert person.window == 0
    async with line.running():
        await person.taps("Oxu")
        await line.twilio.webhooks.settled()
    assert [(one.kind, one.tap) for one in line.inbox] == [(Kind.TAP, "read")]


NO_BELL = Refused("no_bell", systemic=True, detail="its template is missing or not approved: whatsapp status")


@pytest.mark.parametrize("language", ["az", "de"])
async def test_without_an_approved_bell_nothing_rings(line: Line, language: str) -> None:
    await line.set_up()
    line.twilio.world.reject("korpu_bell_az", "INVALID_FORMAT")
    assert await refused(line, BELL.having(language=language)) == NO_BELL


async def test_what_it_can_do(line: Line) -> None:
    channel = line.channel(daily_limit=1000)
    able = Capabilities(
        buttons=False,
        edits=False,
        markup="whatsapp",
        units="utf16",
        text=1600,
        caption=1024,
        commands=False,
        file=16_000_000,
        photo=5_000_000,
        mimes=channel.capabilities.mimes,
        captions=frozenset({"photo"}),
        window=timedelta(hours=23, minutes=55),
        bells=1000,
        merges=True,
    )
    assert (channel.capabilities, channel.daily_limit, channel.rate) == (able, 1000, 80)


@pytest.mark.parametrize(
    ("sender", "link"),
    [("+15550001234", "https://wa.me/15550001234?text=%2Fstart%20owner_1"), ("", "/start owner_1")],
)
async def test_a_link_writes_the_first_words(line: Line, sender: str, link: str) -> None:
    account = Account(OURS.sid, OURS.token, sender=sender, service=SERVICE)
    assert line.channel(account=account).link("owner_1") == link


async def test_a_menu_twilio_cannot_fill_goes_as_numbers_from_then_on() -> None:
    async with serving() as line:
        person = line.twilio.person(AYGUN, wrote=True)
        await line.set_up()
        line.twilio.rules.strict_variables = True
        menu = Outbound(Markup("Doğrudur?\n\nYazın."), YES_NO, menu="k")
        async with line.running() as whatsapp:
            for _ in range(2):
                await whatsapp.send(AYGUN, menu)
                assert (await person.sees()).text == "Doğrudur?\n\nYazın.\n\n1. Bəli\n2. Xeyr\n\nReply with a number."
            assert (whatsapp.capabilities.quick, whatsapp.capabilities.listed) == (0, 0)
        assert [refusal.code for refusal in line.twilio.refusals] == [21656]
        variables = json.loads(str(line.twilio.refusals[0].parameters["ContentVariables"]))
        assert variables == {"1": "Doğrudur?\n\nYazın.", "2": "Bəli", "3": "k:yes", "4": "Xeyr", "5": "k:no"}


async def test_nothing_is_ever_taken_back(line: Line) -> None:
    async with line.running() as whatsapp:
        outcome = await whatsapp.send(AYGUN, Outbound(Markup(), delete=("SM1",)))
    assert outcome == Refused("undeletable", detail="a message that was sent stays")
    assert line.twilio.called("messages.create") == []
