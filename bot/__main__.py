"""The command line: arguments only; what is done stands elsewhere."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import uvloop

from bot import collector
from bot.app import App
from bot.core.channel import ChannelStopped
from bot.network_table import NetworkError
from bot.processes import alone
from bot.settings import SettingError, Settings, read
from storage.database import Database
from storage.migrating import migrate


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="korpu", description="An outreach bot for NGO networks.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser(
        "run", help="run the bot: live on Telegram and WhatsApp as set in .env, else the demo (the default)"
    )
    commands.add_parser("invite-owner", help="print a one-time link that makes whoever opens it an owner")
    commands.add_parser("migrate", help="bring the database up to date and stop")
    commands.add_parser(
        "load-example-declaration", help="add a closed declaration with 1,023 made-up signers from 137 countries"
    )
    whatsapp = commands.add_parser("whatsapp", help="menus and bells at Twilio").add_subparsers(
        dest="step", required=True
    )
    whatsapp.add_parser("setup", help="create what is missing, and ask WhatsApp to approve the bells; safe to repeat")
    whatsapp.add_parser("status", help="print what is there, and what is to be done")
    chosen = parser.parse_args(arguments)
    command = chosen.command or "run"
    try:
        settings = read()
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        # At DEBUG python-telegram-bot logs the address with the token in it.
        logging.getLogger("telegram").setLevel(max(logging.INFO, logging.getLogger().level))
        match command:
            case "run":
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    runner.run(_run(settings))
            case "invite-owner":
                _invite_owner(settings)
            case "migrate":
                _migrate(settings)
            case "load-example-declaration":
                _load_example(settings)
            case "whatsapp":
                return _whatsapp(settings, chosen.step)
    except (SettingError, NetworkError, ChannelStopped, OSError) as error:
        print(f"korpu: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with alone(settings):
        app = App(settings)
        collector.settle()
        await app.run(stop)


def _invite_owner(settings: Settings) -> None:
    app = App(settings)
    token = app.invite_owner()
    for channel in app.channels.values():
        print(f"{channel.label}: {channel.link(token)}")
    app.database.close()


def _migrate(settings: Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    migrate(database)
    database.close()


def _load_example(settings: Settings) -> None:
    from bot.actions import example_declaration  # noqa: PLC0415 - for those alone who load it

    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    migrate(database)
    count = database.transact(lambda session: example_declaration.load(session, datetime.now(UTC)))
    print(f"{count.people} signers from {count.countries} countries: see /declarations, closed declarations.")
    database.close()


def _whatsapp(settings: Settings, step: str) -> int:
    if not settings.whatsapp:
        raise SettingError(
            "WhatsApp is not set up: TWILIO_ACCOUNT_SID and what stands with it in .env.example are empty."
        )
    from bot.channels.whatsapp import Account, Setup  # noqa: PLC0415 - 0.1 s and 7 MB for those alone who use it

    setup = Setup(Account.of(settings), settings.twilio_api_url)
    done = asyncio.run(setup.run() if step == "setup" else setup.status())
    return 0 if done or step == "setup" else 1


if __name__ == "__main__":
    sys.exit(main())
