"""Settings: what an operator writes, what they are told when it cannot be, and what is never shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import SettingError, Settings, read


def settings(**values: str) -> Settings:
    return read(values, env_file=None)


def test_with_nothing_set_it_is_the_demo_on_loopback() -> None:
    chosen = settings()
    assert (chosen.demo, chosen.host, chosen.port) == (True, "127.0.0.1", 8080)
    assert chosen.database == "sqlite:///var/demo.db"


def test_with_a_token_it_is_live_and_without_the_demo() -> None:
    chosen = settings(TELEGRAM_TOKEN="123:secret")
    assert (chosen.demo, chosen.telegram_token.reveal()) == (False, "123:secret")
    assert chosen.database == "sqlite:///var/korpu.db"


def test_the_demo_beside_a_real_channel_has_to_be_asked_for() -> None:
    assert settings(TELEGRAM_TOKEN="123:secret", DEMO="yes").demo is True


def test_no_secret_is_ever_shown() -> None:
    assert repr(settings(TELEGRAM_TOKEN="123:secret")).count("secret") == 0


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT must be a number, not 'eighty'."),
        ({"PORT": "70000"}, "PORT must lie between 0 and 65535, not 70000."),
        ({"DEMO": "perhaps"}, "DEMO must be yes or no, not 'perhaps'."),
        ({"PUBLIC_URL": "http://x.org"}, "PUBLIC_URL must begin with https://: Telegram calls no other address."),
    ],
)
def test_a_value_that_cannot_be_is_named(values: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingError) as raised:
        settings(**values)
    assert str(raised.value) == sentence


def test_a_blank_setting_is_not_set() -> None:
    blank = settings(HOST="", PORT=" ", NETWORK="", TELEGRAM_API_URL="", LOG_LEVEL="", DEMO="", TELEGRAM_TOKEN="")
    assert repr(blank) == repr(settings())


@pytest.mark.parametrize(
    "values", [{"HOST": "192.0.2.1"}, {"TELEGRAM_TOKEN": "1:s", "DEMO": "yes", "PUBLIC_URL": "https://x.org"}]
)
def test_the_demo_is_for_this_machine_alone(values: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="The demo has no login"):
        settings(**values)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=9000\nHOST=localhost\n")
    chosen = read({"PORT": "9001"}, env_file=file)
    assert (chosen.port, chosen.host) == (9001, "localhost")


def test_the_example_names_every_setting() -> None:
    example = (Path(__file__).parents[1] / ".env.example").read_text()
    source = (Path(__file__).parents[1] / "bot" / "settings.py").read_text()
    known = {one or other for one, other in re.findall(r'get\("([A-Z_]+)"|\(values, "([A-Z_]+)"', source)}
    assert set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)) == known
