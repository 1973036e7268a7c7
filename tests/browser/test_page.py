"""The demo page by itself: what a person sees and presses, and what the app hears of it."""

from __future__ import annotations

import pytest
from markupsafe import Markup
from playwright.async_api import Locator, Page, expect

from bot.channels.simulator.shapes import WHATSAPP as WHATSAPP_SHAPE
from bot.channels.simulator.words import words
from bot.core.channel import Sent
from bot.core.i18n import _, speaking
from bot.core.messages import Attachment, Inbound, Kind, Option, Outbound, Point
from bot.core.rendering import Bubble
from tests.browser.conftest import SCREENSHOTS
from tests.browser.responder import Responder

pytestmark = pytest.mark.browser

NARROW = 360
COORDINATOR, TELEGRAM, WHATSAPP = "1001", "1002", "+99450000003"


def phone(page: Page, user: str) -> Locator:
    return page.locator(f'.phone[data-user="{user}"]')


WELCOME = Outbound(Markup("Welcome"))
"""Until something stands on a Telegram screen there is only the Start button."""


CONSENT = Outbound(
    Markup("May we keep this and write to you?"),
    (Option("yes", "Yes, I agree"), Option("no", "No"), Option("cancel", "Cancel", navigation=True)),
    menu="m2",
)
REGIONS = Outbound(
    Markup("Which <b>organisation</b> is it?"),
    (
        Option("azad", "Azad İctimai Birliyi"),
        Option("sabah", "Sabah"),
        Option("union", "Union of Resource Centres for Women in the Regions"),
        Option("health", "Health for All"),
        Option("rights", "Human Rights House"),
        Option("back", "Back", navigation=True),
        Option("cancel", "Cancel", navigation=True),
    ),
    menu="m3",
    language="ru",
)
BELL = Outbound(
    Markup("<b>UN-NGO Network</b> has something new for you: “Training in Ganja”. Tap to read."),
    (Option("read", "Read", word="READ"),),
    bell=("UN-NGO Network", "Training in Ganja"),
)


async def write(page: Page, user: str, text: str) -> None:
    await phone(page, user).locator("textarea").fill(text)
    await phone(page, user).locator("textarea").press("Enter")


def last(page: Page, user: str) -> Locator:
    return phone(page, user).locator(".theirs .text").last


async def test_three_phones_stand_side_by_side_each_in_its_language(page: Page) -> None:
    assert await page.locator(".owner h2").all_inner_texts() == ["Aysel, coordinator", "Rəşad", "Наргиз"]
    assert await page.locator(".owner p").all_inner_texts() == [
        "Telegram · English",
        "Telegram · Azərbaycanca",
        "WhatsApp · Русский",
    ]
    await expect(page.locator("#connection")).to_have_text("Live")


async def test_buttons_press_toggle_and_edit(page: Page) -> None:
    await phone(page, TELEGRAM).locator(".instead button").click()
    await phone(page, TELEGRAM).get_by_role("button", name="Health").click()
    await phone(page, TELEGRAM).get_by_role("button", name="Education").click()
    keys = phone(page, TELEGRAM).locator(".keyboard button")
    await expect(keys).to_have_text(
        ["✓ Education", "✓ Health", "Environment", "Human rights", "Peace and conflict prevention", "Done"]
    )
    await keys.last.click()
    await expect(last(page, TELEGRAM)).to_have_text("Noted: Education, Health.")
    await expect(keys).to_have_count(0)
    await expect(phone(page, TELEGRAM).locator(".theirs")).to_have_count(1)


async def test_the_other_shape_answers_with_numbers(page: Page) -> None:
    await phone(page, WHATSAPP).locator(".suggestion").click()
    await expect(last(page, WHATSAPP)).to_contain_text("3. Environment")
    await expect(last(page, WHATSAPP).locator("b").first).to_have_text("What should we write to you about?")
    await expect(phone(page, WHATSAPP).locator(".keyboard")).to_have_count(0)
    await expect(phone(page, WHATSAPP).locator(".menu")).to_be_hidden()


async def test_quick_replies_are_tapped_and_said(page: Page, responder: Responder) -> None:
    await write(page, WHATSAPP, "salam")
    await responder.say(WHATSAPP, CONSENT)
    replies = phone(page, WHATSAPP).locator(".replies button")
    await expect(replies).to_have_text(["Yes, I agree", "No", "Cancel"])
    await replies.first.click()
    await expect(phone(page, WHATSAPP).locator(".mine .text")).to_have_text(["salam", "Yes, I agree"])
    await expect(last(page, WHATSAPP)).to_have_text("You tapped: m2:yes")
    tap = responder.heard[-1]
    assert (tap.kind, tap.tap, tap.message) == (Kind.TAP, "m2:yes", "2")


async def test_a_list_opens_over_its_phone_until_something_is_picked(page: Page, responder: Responder) -> None:
    at = phone(page, WHATSAPP)
    await write(page, WHATSAPP, "salam")
    await responder.say(WHATSAPP, REGIONS)
    with speaking("ru"):
        opener = at.get_by_role("button", name=_("Choose").unescape())
    await opener.click()
    rows = at.get_by_role("dialog").locator(".options button")
    await expect(rows).to_have_count(7)
    await expect(rows.nth(2)).to_have_text("Union of Resource Centr…Union of Resource Centres for Women in the Regions")
    await expect(rows.first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(at.locator(".picker")).to_be_hidden()
    await expect(opener).to_be_focused()
    await opener.click()
    await rows.nth(2).click()
    await expect(at.locator(".picker")).to_be_hidden()
    await expect(at.locator(".mine .text").last).to_have_text("Union of Resource Centr…")
    await expect(last(page, WHATSAPP)).to_have_text("You tapped: m3:union")


async def test_the_window_closes_and_a_bell_opens_it_again(page: Page, responder: Responder) -> None:
    strip, of = phone(page, WHATSAPP).locator(".window"), words()["ru"]
    await expect(strip).to_be_hidden()
    await write(page, WHATSAPP, "salam")
    await expect(strip).to_have_text(of["window_open"].format(left="23:59"))
    await page.get_by_role("button", name="+1 hour").click()
    await expect(strip).to_have_text(of["window_open"].format(left="22:59"))
    await page.get_by_role("button", name="+1 day").click()
    await expect(strip).to_have_text(of["window_closed"])
    await responder.say(WHATSAPP, WELCOME)
    await expect(last(page, WHATSAPP)).to_have_text("You said: salam")
    await responder.say(WHATSAPP, BELL)
    await expect(phone(page, WHATSAPP).locator(".bell .ring")).to_have_text(of["bell"])
    await phone(page, WHATSAPP).get_by_role("button", name="Read").click()
    await expect(last(page, WHATSAPP)).to_have_text("You tapped: read")
    await expect(strip).to_have_text(of["window_open"].format(left="23:59"))
    await expect(phone(page, TELEGRAM).locator(".window")).to_be_hidden()


async def test_what_is_typed_arrives_with_its_formatting(page: Page, responder: Responder) -> None:
    await responder.say(COORDINATOR, WELCOME)
    await write(page, COORDINATOR, "**Bold** & [a link](https://example.org/?a=1&b=2) <i>no</i>")
    await expect(last(page, COORDINATOR)).to_have_text("You said: Bold & a link <i>no</i>")
    await expect(last(page, COORDINATOR).locator("a")).to_have_attribute("href", "https://example.org/?a=1&b=2")
    assert [str(inbound.text) for inbound in responder.heard] == [
        '<b>Bold</b> &amp; <a href="https://example.org/?a=1&amp;b=2">a link</a> &lt;i&gt;no&lt;/i&gt;'
    ]


async def test_a_bot_cannot_put_anything_but_text_on_a_screen(page: Page, responder: Responder) -> None:
    hostile = "<img src=x><script>document.title=2</script><u>kept</u>"
    responder.phones.show(TELEGRAM, Bubble(f'{hostile}<a href="javascript:document.title=3">link</a>'))
    await expect(last(page, TELEGRAM).locator("u")).to_have_text("kept")
    assert await last(page, TELEGRAM).locator("img, script, a").count() == 0
    assert await page.title() == "Körpü: the demo"


async def test_photos_documents_and_the_rest_arrive(page: Page, responder: Responder) -> None:
    at = phone(page, TELEGRAM)
    await responder.say(TELEGRAM, WELCOME)
    await at.locator("[data-part=document]").set_input_files(
        {"name": "üzvlər.csv", "mimeType": "text/csv", "buffer": b"name\nSara\n"}
    )
    await expect(at.locator(".mine .file b")).to_have_text("üzvlər.csv")
    for kind in ("sticker", "voice", "location"):
        await at.locator("[data-part=attach]").click()
        await at.locator(f"[data-gesture={kind}]").click()
        await expect(last(page, TELEGRAM)).to_have_text(f"That was a {kind}.")
    attachment = responder.heard[0].attachment
    assert attachment is not None
    assert attachment == Attachment("document", attachment.file, "üzvlər.csv", "text/csv", 10)
    assert responder.files.path(attachment.file).read_bytes() == b"name\nSara\n"
    assert [inbound.kind for inbound in responder.heard] == [
        Kind.FILE,
        Kind.STICKER,
        Kind.VOICE,
        Kind.LOCATION,
    ]
    assert responder.heard[-1].point == Point(40.3667, 49.8352)
    async with page.expect_download() as download:
        await at.locator(".theirs a.file").click()
    assert (await download.value).suggested_filename == "üzvlər.csv"


async def test_a_suggestion_is_sent_with_one_tap(page: Page, responder: Responder) -> None:
    responder.phones.suggest(COORDINATOR, "/start owner-token")
    await phone(page, COORDINATOR).locator(".suggestion").click()
    await expect(phone(page, COORDINATOR).locator(".mine .text")).to_have_text("/start")
    await expect(phone(page, COORDINATOR).locator(".suggestion")).to_be_hidden()
    await expect(phone(page, COORDINATOR).locator(".icon-sent")).to_have_count(1)
    assert [inbound.plain for inbound in responder.heard] == ["/start owner-token"]


async def test_the_menu_lists_the_commands_in_the_phones_language(page: Page, responder: Responder) -> None:
    await responder.say(TELEGRAM, WELCOME)
    await phone(page, TELEGRAM).locator(".menu").click()
    assert await phone(page, TELEGRAM).locator(".commands span").all_inner_texts() == [
        "Başlamaq",
        "Nə barədə yazaq",
        "Burada nə etmək olar",
    ]


async def test_blocking_and_switching_off(page: Page, responder: Responder) -> None:
    at = phone(page, TELEGRAM)
    for setting in ("off", "blocked"):
        await at.locator("[data-part=settings]").click()
        await at.locator(f"[data-part={setting}]").check()
        await page.keyboard.press("Escape")
    await expect(at.locator(".composer")).to_be_hidden()
    await at.locator(".instead button").click()
    await expect(at.locator(".instead p")).to_have_text("Bu botu bloklamısınız")
    await at.locator(".instead button").click()
    await expect(at.locator(".instead button")).to_have_text("Başla")
    assert [inbound.kind for inbound in responder.heard] == [Kind.BLOCKED, Kind.UNBLOCKED]


async def test_what_is_said_while_the_app_is_away_arrives_when_it_is_back(page: Page, responder: Responder) -> None:
    await responder.say(TELEGRAM, WELCOME)
    await write(page, TELEGRAM, "first")
    await expect(last(page, TELEGRAM)).to_have_text("You said: first")
    await responder.stop()
    await expect(page.locator("#connection")).to_have_text("Reconnecting")
    await write(page, TELEGRAM, "second")
    await expect(phone(page, TELEGRAM).locator(".mine .icon-waiting")).to_have_count(1)
    await responder.start()
    await expect(last(page, TELEGRAM)).to_have_text("You said: second", timeout=15_000)
    await page.reload()
    await expect(phone(page, TELEGRAM).locator(".message .text")).to_have_text(
        ["Welcome", "first", "You said: first", "second", "You said: second"]
    )
    assert [inbound.plain for inbound in responder.heard] == ["first", "second"]


async def test_the_clock_moves_forward(page: Page, responder: Responder) -> None:
    before = responder.now()
    await page.get_by_role("button", name="+1 day").click()
    await expect(page.locator("#date")).to_have_text("Tuesday, 16 March")
    assert (responder.now() - before).days == 1
    await page.get_by_label("How much").fill("2")
    await page.get_by_role("button", name="Move").click()
    await expect(page.locator("#date")).to_have_text("Thursday, 18 March")


async def test_silent_members_are_added_and_counted(page: Page, responder: Responder) -> None:
    await page.get_by_role("button", name="Add members").click()
    await expect(page.locator("#silent")).to_have_text("1,000")
    await responder.broadcast()
    await expect(page.locator("#to-silent")).to_have_text("990")
    await expect(page.locator("#refused")).to_have_text("10")


async def test_one_more_phone_can_be_added(page: Page, responder: Responder) -> None:
    await page.get_by_label("Name", exact=True).fill("Leyla")
    await page.get_by_text("WhatsApp", exact=True).click()
    await page.get_by_label("Language", exact=True).select_option("az")
    await page.get_by_role("button", name="Add phone").click()
    await expect(page.locator(".owner h2")).to_have_text(["Aysel, coordinator", "Rəşad", "Наргиз", "Leyla"])
    await phone(page, "+99450000004").locator(".suggestion").click()
    await expect(last(page, "+99450000004")).to_have_text("You said: BAŞLA")
    said = responder.heard[0]
    assert said == Inbound(said.address, said.external_id, text=Markup("BAŞLA"), language="az", name="Leyla")


async def test_one_phone_at_a_time_at_360_pixels(page: Page, responder: Responder) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await expect(page.locator("#room")).to_be_hidden()
    await page.get_by_role("button", name="Наргиз").click()
    await expect(phone(page, WHATSAPP).locator("textarea")).to_be_in_viewport(ratio=1)
    await responder.say(TELEGRAM, Outbound(Markup("News")))
    await expect(page.locator(".tabs button").nth(1)).to_have_attribute("data-unread", "1")
    await page.locator("#room-toggle").click()
    await expect(page.get_by_role("button", name="Add members")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [1400, NARROW])
async def test_screenshots_of_choices_and_the_bell(page: Page, responder: Responder, width: int) -> None:
    rung, asked, listed = WHATSAPP, "+99450000004", "+99450000005"
    for name, language in (("Leyla", "az"), ("John", "en")):
        responder.phones.add(name, WHATSAPP_SHAPE, language)
    await write(page, rung, "salam")
    await page.get_by_role("button", name="+1 day").click()
    await responder.say(rung, BELL)
    for user, outbound in ((asked, CONSENT), (listed, REGIONS.having(language="en"))):
        await phone(page, user).locator(".suggestion").click()
        await responder.say(user, outbound)
    await page.set_viewport_size({"width": width, "height": 860})
    await phone(page, listed).scroll_into_view_if_needed()
    await phone(page, listed).get_by_role("button", name="Choose").click()
    wanted = [(rung, "bell"), (asked, "replies"), (listed, "list")] if width == NARROW else [(listed, "choices")]
    for user, name in wanted:
        await phone(page, user).scroll_into_view_if_needed()
        await page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", animations="disabled")


@pytest.mark.parametrize("width", [1400, 360])
async def test_screenshots(page: Page, responder: Responder, width: int) -> None:
    await phone(page, TELEGRAM).locator(".instead button").click()
    await phone(page, WHATSAPP).locator(".suggestion").click()
    report = Option("report", "Open the report"), Option("site", "The network's site", url="https://example.org")
    await responder.say(COORDINATOR, Outbound(Markup("<b>Sent</b> to 412 members."), report))
    await expect(phone(page, COORDINATOR).locator(".keyboard a")).to_have_attribute("href", "https://example.org")
    await page.set_viewport_size({"width": width, "height": 860})
    SCREENSHOTS.mkdir(exist_ok=True)
    assert len(await page.screenshot(path=SCREENSHOTS / f"phones-{width}.png", animations="disabled")) > 10_000


async def test_a_message_that_is_taken_back_leaves_the_screen(page: Page, responder: Responder) -> None:
    for text in ("One", "Two"):
        await responder.say(TELEGRAM, Outbound(Markup(text)))
    await responder.say(TELEGRAM, Outbound(Markup(), delete=("1",)))
    await expect(phone(page, TELEGRAM).locator(".message .text")).to_have_text(["Two"])


BALLOT = Outbound(
    Markup("Regionlarda təlim\n\nNəyi öyrədək?\n\nSiz bunu Təhsil mövzusunu izlədiyiniz üçün alırsınız."),
    (
        Option("vote:7:a", "Layihə yazmaq"),
        Option("vote:7:b", "Maliyyə hesabatı"),
        Option("vote:7:c", "Könüllülərlə iş və regionlarda tərəfdaşlıq"),
        Option("survey:7", "Ətraflı"),
        Option("leave:education", "Dayandır: Təhsil"),
    ),
    language="az",
    poll="one",
)


async def test_a_poll_is_voted_on_changed_taken_back_and_closed(page: Page, responder: Responder) -> None:
    telegram, other = responder.channels
    await telegram.send(TELEGRAM, WELCOME)
    sent = await telegram.send(TELEGRAM, BALLOT)
    assert isinstance(sent, Sent)
    choices = phone(page, TELEGRAM).locator(".poll button")
    await expect(choices).to_have_count(3)
    for press, picked in ((1, (1,)), (0, (0,)), (0, ())):
        await choices.nth(press).click()
        await expect(phone(page, TELEGRAM).locator('.poll [aria-checked="true"]')).to_have_count(len(picked))
        heard = await responder.hears(Kind.VOTE)
        assert (heard.poll, heard.picked) == (sent.poll, picked)
    await choices.nth(2).click()
    await expect(choices.nth(2)).to_have_attribute("aria-checked", "true")
    await page.screenshot(path=SCREENSHOTS / "poll.png")
    await telegram.send(TELEGRAM, BALLOT.having(edit=sent.external_id, in_place=True, poll="closed"))
    await expect(choices.nth(0)).to_be_disabled()
    await other.send(WHATSAPP, BALLOT)
    await expect(phone(page, WHATSAPP).locator(".poll")).to_have_count(0)
