"""What an operator sets: read once from the environment and `.env`, checked, and never printed when it is secret."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values


class SettingError(Exception):
    """A setting is missing or wrong. The message names it and says where to find it."""


class Secret:
    """Text that is used and never shown."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(...)" if self._value else "Secret('')"


NOTHING = Secret("")

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Where nobody listens but this machine."""

_CONSOLE = {
    "TWILIO_ACCOUNT_SID": "The Twilio Console shows it on its first page under Account Info; it begins with AC.",
    "TWILIO_AUTH_TOKEN": "The Twilio Console shows it on its first page under Account Info.",
    "WHATSAPP_FROM": (
        "It is your sender's number, such as +994501234567: in the Twilio Console under Messaging, Senders, WhatsApp"
        " senders. Or set TWILIO_MESSAGING_SERVICE_SID, from Messaging, Services; it begins with MG."
    ),
    "PUBLIC_URL": "Twilio calls it with every message: an https:// address of yours that leads to this bot.",
}
"""Where an operator finds what WhatsApp needs."""

_NUMBER = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting; `.env.example` has a sentence for each."""

    network: Path = Path("networks/azerbaijan.toml")
    data: Path = Path("var")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    telegram_token: Secret = NOTHING
    telegram_api_url: str = "https://api.telegram.org"
    telegram_rate: float = 30.0
    twilio_account_sid: str = ""
    twilio_auth_token: Secret = NOTHING
    twilio_messaging_service_sid: str = ""
    twilio_api_url: str = ""
    whatsapp_from: str = ""
    whatsapp_rate: float = 80.0
    whatsapp_daily_limit: int = 250
    demo: bool = True
    demo_rate: float = 300.0
    owner_link_hours: int = 48
    log_level: str = "INFO"

    @property
    def whatsapp(self) -> bool:
        """Whether WhatsApp is set up; then all of it is."""
        return bool(self.twilio_account_sid)

    @property
    def database(self) -> str:
        """DATABASE_URL, or a SQLite file among the data.

        The demo by itself has its own, so that nobody who was made up in it is ever a member of the real network.
        """
        name = "korpu.db" if self.telegram_token or self.whatsapp else "demo.db"
        return self.database_url or f"sqlite:///{self.data / name}"


def read(environment: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")) -> Settings:
    """Settings from the environment, which wins, and the `.env` file.

    Raises:
        SettingError: a value cannot be what it should be.
    """
    values: dict[str, str] = {}
    if env_file is not None and env_file.exists():
        values |= {key: value for key, value in dotenv_values(env_file).items() if value is not None}
    values |= os.environ if environment is None else environment
    values = {name: value.strip() for name, value in values.items() if value.strip()}
    defaults = Settings()
    token = values.get("TELEGRAM_TOKEN", "")
    public_url = values.get("PUBLIC_URL", "").rstrip("/")
    elsewhere = values.get("TELEGRAM_API_URL") or values.get("TWILIO_API_URL")
    if public_url and not public_url.startswith("https://") and not elsewhere:
        raise SettingError("PUBLIC_URL must begin with https://: Telegram and Twilio call no other address.")
    whatsapp = _whatsapp(values)
    demo = _yes(values, "DEMO", default=not (token or whatsapp))
    host = values.get("HOST", defaults.host)
    if demo and (public_url or host not in LOOPBACK):
        raise SettingError(
            "The demo has no login, so it runs on this machine alone: leave HOST and PUBLIC_URL empty, or set DEMO=no."
        )
    return Settings(
        network=Path(values.get("NETWORK", str(defaults.network))),
        data=Path(values.get("DATA", str(defaults.data))),
        database_url=values.get("DATABASE_URL", ""),
        host=host,
        port=_number(values, "PORT", defaults.port, 0, 65_535),
        public_url=public_url,
        telegram_token=Secret(token),
        telegram_api_url=values.get("TELEGRAM_API_URL", defaults.telegram_api_url).rstrip("/"),
        telegram_rate=_number(values, "TELEGRAM_RATE", defaults.telegram_rate, 0.1, 1_000_000),
        twilio_account_sid=values.get("TWILIO_ACCOUNT_SID", ""),
        twilio_auth_token=Secret(values.get("TWILIO_AUTH_TOKEN", "")),
        twilio_messaging_service_sid=values.get("TWILIO_MESSAGING_SERVICE_SID", ""),
        twilio_api_url=values.get("TWILIO_API_URL", "").rstrip("/"),
        whatsapp_from=values.get("WHATSAPP_FROM", "").removeprefix("whatsapp:"),
        whatsapp_rate=_number(values, "WHATSAPP_RATE", defaults.whatsapp_rate, 0.1, 1_000_000),
        whatsapp_daily_limit=_number(values, "WHATSAPP_DAILY_LIMIT", defaults.whatsapp_daily_limit, 0, 1_000_000_000),
        demo=demo,
        demo_rate=_number(values, "DEMO_RATE", defaults.demo_rate, 0.1, 1_000_000),
        owner_link_hours=_number(values, "OWNER_LINK_HOURS", defaults.owner_link_hours, 1, 24 * 30),
        log_level=values.get("LOG_LEVEL", defaults.log_level).upper(),
    )


def _whatsapp(values: Mapping[str, str]) -> bool:
    """Whether WhatsApp is wanted; then it has to be whole."""
    origin = "TWILIO_MESSAGING_SERVICE_SID" if "TWILIO_MESSAGING_SERVICE_SID" in values else "WHATSAPP_FROM"
    if not values.keys() & {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", origin}:
        return False
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", origin, "PUBLIC_URL"):
        if name not in values:
            raise SettingError(f"WhatsApp is half set up: {name} is missing. {_CONSOLE[name]}")
    number = values.get("WHATSAPP_FROM", "")
    if number and not _NUMBER.fullmatch(number.removeprefix("whatsapp:")):
        raise SettingError(
            f"WHATSAPP_FROM must be a number with its country code, such as +994501234567, not {number!r}."
        )
    if "_" in (urlsplit(values["PUBLIC_URL"]).hostname or ""):
        raise SettingError(
            "The host in PUBLIC_URL has an underscore, and Twilio calls no such address. Use another name."
        )
    return True


def _number(values: Mapping[str, str], name: str, default: Any, least: float, most: float) -> Any:  # noqa: ANN401 - int or float, as the default is
    text = values.get(name, "")
    if not text:
        return default
    try:
        number = type(default)(text)
    except ValueError:
        raise SettingError(f"{name} must be a number, not {text!r}.") from None
    if not least <= number <= most:
        raise SettingError(f"{name} must lie between {least} and {most}, not {text}.")
    return number


def _yes(values: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = values.get(name, "").lower()
    if text in {"", "1", "yes", "true", "on", "0", "no", "false", "off"}:
        return text in {"1", "yes", "true", "on"} if text else default
    raise SettingError(f"{name} must be yes or no, not {text!r}.")
