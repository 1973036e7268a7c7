"""The command line, as an operator uses it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.emulators.twilio import ACCOUNT, SENDER, TOKEN, Twilio


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TELEGRAM_TOKEN", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "WHATSAPP_FROM", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


async def test_whatsapp_is_set_up_and_looked_at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Twilio() as twilio:
        settings = {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "WHATSAPP_FROM": SENDER,
            "PUBLIC_URL": "https://korpu.example",
            "TWILIO_API_URL": twilio.url,
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        assert await asyncio.to_thread(main, ["whatsapp", "setup"]) == 0
        said = capsys.readouterr().out.splitlines()
        assert said[0].split() == ["Name", "What", "for", "State", "What", "to", "do"]
        assert await asyncio.to_thread(main, ["whatsapp", "status"]) == 1
        assert capsys.readouterr().out.splitlines() == said
        assert TOKEN not in str(twilio.requests)


def test_without_whatsapp_there_is_nothing_to_set_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatsapp", "setup"]) == 1
    assert capsys.readouterr().err == (
        "korpu: WhatsApp is not set up: TWILIO_ACCOUNT_SID and what stands with it in .env.example are empty.\n"
    )


def test_the_example_is_loaded_once(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    said = "1023 signers from 137 countries: see /declarations, closed declarations.\n"
    assert [main(["load-example-declaration"]) for _ in range(2)] == [0, 0]
    assert capsys.readouterr().out == said * 2
