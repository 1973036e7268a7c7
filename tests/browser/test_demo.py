"""The whole demo in a real browser: a member joins in Azerbaijani on WhatsApp, the coordinator writes, it arrives."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.core.i18n import _, speaking
from bot.core.richtext import plain
from tests.browser.conftest import SCREENSHOTS
from tests.plain_network import plain_network

pytestmark = pytest.mark.browser

COORDINATOR, NEWCOMER, MEMBER = "1001", "1002", "+99450000003"


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[str]:
    """`python -m bot`, as `make run` starts it, on a port of its own; yields its address. Newsletters leave at once."""
    settings = {
        "DATA": str(tmp_path),
        "NETWORK": str(plain_network(tmp_path)),
        "PORT": "0",
        "TELEGRAM_TOKEN": "",
        "PYTHONUNBUFFERED": "1",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=os.environ | settings, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        while not (found := re.search(rb"http://[\d.:]+", await process.stdout.readline())):
            pass
    yield found[0].decode()
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


@pytest.fixture
async def page(browser: Browser, demo: str) -> Page:
    page = await browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(10_000)
    await page.goto(demo)
    await page.locator(".phone").first.wait_for()
    return page


def phone(page: Page, user: str) -> Locator:
    return page.locator(f'.phone[data-user="{user}"]')


async def writes(page: Page, user: str, text: str, then: str) -> None:
    """Write something, and read the answer."""
    await phone(page, user).locator("textarea").fill(text)
    await phone(page, user).locator("textarea").press("Enter")
    await expect(phone(page, user).locator(".theirs .text").last).to_contain_text(then)


async def presses(page: Page, label: str, then: str, user: str = COORDINATOR) -> None:
    await phone(page, user).locator(".keyboard button").get_by_text(label, exact=True).last.click()
    await expect(phone(page, user).locator(".theirs .text").last).to_contain_text(then)


def said(language: str, message: str, **values: str) -> str:
    """The text in the language, as it stands on the screen."""
    with speaking(language):
        return plain(_(message).format(**values))


async def test_a_member_joins_in_azerbaijani_and_receives_what_the_coordinator_sends(page: Page) -> None:
    await phone(page, MEMBER).locator(".suggestion").click()
    await expect(phone(page, MEMBER).locator(".theirs .text").last).to_contain_text("Which language do you prefer?")
    await phone(page, MEMBER).locator(".replies button").get_by_text("Azərbaycanca").click()
    await expect(phone(page, MEMBER).locator(".theirs .text").last).to_contain_text(said("az", "Do you agree?"))
    for text, then in (
        ("1", said("az", "Which organisation are you from? Please write its name, or a part of it.")),
        (
            "Sabirabad Qadın Resurs Mərkəzi",
            said(
                "az",
                "I do not know “{typed}” yet. If it is written correctly, add it; if not, write it again.",
                typed="Sabirabad Qadın Resurs Mərkəzi",
            ),
        ),
        ("1", said("az", "Where do you work? Choose a region, or write the name of your city or district.")),
        ("Сабирабад", said("az", "Is it one of these? If not, write it in another way.")),
        ("1", said("az", "Is your organisation in consultative status with ECOSOC?")),
        ("1", "2. Təhsil"),
        ("2 4", "✓ Səhiyyə"),
        (said("az", "Done"), said("az", "What is your name?")),
        (
            "Günel Məmmədova",
            said("az", "What do you do in your organisation? For example: director, project coordinator, volunteer."),
        ),
        ("direktor", said("az", "On which phone number can the coordinators call you?")),
        (said("az", "Skip"), said("az", "What is your e-mail address?")),
        (said("az", "Skip"), said("az", "Is everything right?")),
        (said("az", "Done"), said("az", "Thank you, {name}. You are registered.", name="Günel Məmmədova")),
    ):
        await writes(page, MEMBER, text, then)

    await phone(page, NEWCOMER).get_by_role("button", name=said("az", "Start")).click()
    await expect(phone(page, NEWCOMER).locator(".theirs .text").last).to_contain_text("Which language do you prefer?")
    await presses(page, "✓ Azərbaycanca", said("az", "Do you agree?"), NEWCOMER)
    asked = said("az", "Which organisation are you from? Please write its name, or a part of it.")
    await presses(page, said("az", "Yes, I agree"), asked, NEWCOMER)
    await writes(page, NEWCOMER, "qadin resurs", "")
    await expect(phone(page, NEWCOMER).locator(".keyboard button").get_by_text("Sabirabad").last).to_be_visible()

    await phone(page, COORDINATOR).locator(".suggestion").click()
    welcomed = phone(page, COORDINATOR).locator(".theirs .text").last
    await expect(welcomed).to_contain_text("Your role here is now: owner.")
    await presses(page, "✓ English", "Do you agree?")
    await presses(page, "Yes, I agree", "Which organisation are you from?")
    await presses(page, "Cancel", "All right, we leave it there.")
    await writes(page, COORDINATOR, "/newsletter", "Send me the text of the newsletter")
    await writes(page, COORDINATOR, "**Təlim** elan olunur: ə, İ, ı.", "Which language is it in?")
    await presses(page, "Azərbaycanca", "Your newsletter, not sent yet")
    await presses(page, "Who gets it", "Who gets it")
    await presses(page, "Topics", "Members who follow which topics?")
    await presses(page, "Health", "\n1 member")
    await presses(page, "Done", "Topics: Health")
    await presses(page, "Back to the draft", "It goes to")
    await presses(page, "Send", "Send to 1 member now?")
    await phone(page, COORDINATOR).locator(".keyboard button").get_by_text("Send to 1 member", exact=True).click()
    arrived = phone(page, MEMBER).locator(".theirs .text").last
    await expect(arrived).to_contain_text("Təlim elan olunur: ə, İ, ı.")
    assert await arrived.locator("b").first.inner_text() == "Təlim"
    await expect(phone(page, COORDINATOR).locator(".theirs .text").last).to_contain_text("Everybody received it.")
    await page.screenshot(path=SCREENSHOTS / "demo.png")

    await writes(page, MEMBER, "DAYAN səhiyyə", "")
    undo = phone(page, MEMBER).locator(".replies button").get_by_text(said("az", "Undo"))
    await expect(undo).to_be_visible()
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.screenshot(path=SCREENSHOTS / "demo-360.png")


async def test_a_reload_shows_the_conversation_as_it_was(page: Page) -> None:
    await phone(page, MEMBER).locator(".suggestion").click()
    await expect(phone(page, MEMBER).locator(".theirs .text").last).to_contain_text("Which language do you prefer?")
    await page.reload()
    await expect(phone(page, MEMBER).locator(".theirs .text")).to_have_count(1)
    await expect(phone(page, MEMBER).locator(".theirs .text").last).to_contain_text("Which language do you prefer?")


async def test_silent_members_are_added_and_the_clock_moves(page: Page) -> None:
    await page.get_by_role("button", name="Add members").click()
    await expect(page.locator("#silent")).to_have_text("1,000")
    before = await page.locator("#clock").inner_text()
    await page.get_by_role("button", name="+1 hour").click()
    await expect(page.locator("#clock")).not_to_have_text(before)
