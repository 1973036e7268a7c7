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
        (
            {"PUBLIC_URL": "http://x.org"},
            "PUBLIC_URL must begin with https://: Telegram and Twilio call no other address.",
        ),
    ],
)
def test_a_value_that_cannot_be_is_named(values: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingError) as raised:
        settings(**values)
    assert str(raised.value) == sentence


WHATSAPP = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "quiet",
    "WHATSAPP_FROM": "whatsapp:+994501234567",
    "PUBLIC_URL": "https://bot.example.org/",
}


def test_with_whatsapp_it_is_live_and_without_the_demo() -> None:
    chosen = settings(**WHATSAPP)
    assert (chosen.demo, chosen.whatsapp, chosen.database) == (False, True, "sqlite:///var/korpu.db")
    assert (chosen.twilio_account_sid, chosen.twilio_auth_token.reveal()) == ("AC1", "quiet")
    assert (chosen.whatsapp_from, chosen.twilio_messaging_service_sid) == ("+994501234567", "")
    assert (chosen.whatsapp_rate, chosen.whatsapp_daily_limit, chosen.twilio_api_url) == (80, 250, "")
    assert repr(chosen).count("quiet") == 0


def test_a_messaging_service_takes_the_place_of_a_number() -> None:
    chosen = settings(**{**WHATSAPP, "WHATSAPP_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": "MG1"})
    assert (chosen.whatsapp, chosen.whatsapp_from, chosen.twilio_messaging_service_sid) == (True, "", "MG1")


@pytest.mark.parametrize("values", [{"WHATSAPP_DAILY_LIMIT": "0"}, {"TWILIO_API_URL": "http://127.0.0.1:1"}])
def test_how_to_send_is_not_yet_wanting_to(values: dict[str, str]) -> None:
    assert settings(**values).whatsapp is False


HALF = {
    "TWILIO_ACCOUNT_SID": "The Twilio Console shows it on its first page under Account Info; it begins with AC.",
    "TWILIO_AUTH_TOKEN": "The Twilio Console shows it on its first page under Account Info.",
    "WHATSAPP_FROM": (
        "It is your sender's number, such as +994501234567: in the Twilio Console under Messaging, Senders, WhatsApp"
        " senders. Or set TWILIO_MESSAGING_SERVICE_SID, from Messaging, Services; it begins with MG."
    ),
    "PUBLIC_URL": "Twilio calls it with every message: an https:// address of yours that leads to this bot.",
}


@pytest.mark.parametrize(("name", "where"), HALF.items())
def test_whatsapp_half_set_up_is_not_started(name: str, where: str) -> None:
    with pytest.raises(SettingError) as raised:
        settings(**{**WHATSAPP, name: ""})
    assert str(raised.value) == f"WhatsApp is half set up: {name} is missing. {where}"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"WHATSAPP_FROM": "050 123 45 67"},
            "WHATSAPP_FROM must be a number with its country code, such as +994501234567, not '050 123 45 67'.",
        ),
        (
            {"PUBLIC_URL": "https://my_bot.example.org"},
            "The host in PUBLIC_URL has an underscore, and Twilio calls no such address. Use another name.",
        ),
        ({"WHATSAPP_DAILY_LIMIT": "many"}, "WHATSAPP_DAILY_LIMIT must be a number, not 'many'."),
    ],
)
def test_what_whatsapp_cannot_do_with_is_named(values: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingError) as raised:
        settings(**{**WHATSAPP, **values})
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
