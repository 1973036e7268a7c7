"""A headless Chromium, and a small app behind the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import which

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.responder import Responder

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CHROMIUM = which("chromium") or which("google-chrome")
"""The system's own; without one, playwright looks for the one it has downloaded."""

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"


@pytest.fixture
async def responder(tmp_path: Path) -> AsyncIterator[Responder]:
    app = Responder(tmp_path)
    await app.start()
    yield app
    await app.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        await chromium.close()


@pytest.fixture
async def page(browser: Browser, responder: Responder) -> AsyncIterator[Page]:
    """The demo page, open at the size of a laptop. Whatever it complains about fails the test."""
    complaints: list[str] = []
    page = await browser.new_page(viewport={"width": 1400, "height": 860})
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.set_default_timeout(5000)
    await page.goto(responder.url)
    await page.locator(".phone").first.wait_for()
    yield page
    assert [complaint for complaint in complaints if "ERR_CONNECTION_REFUSED" not in complaint] == []
