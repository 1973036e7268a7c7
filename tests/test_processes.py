"""What an operator meets who starts a second process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.__main__ import main
from bot.app import App
from bot.core.clock import Clock
from bot.monitoring import Monitoring
from bot.processes import alone
from bot.settings import Secret, SettingError, Settings
from storage import lanes
from storage.database import Database
from storage.sole import Occupied

NETWORK = Path(__file__).resolve().parents[1] / "networks" / "azerbaijan.toml"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TELEGRAM_TOKEN", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "WHATSAPP_FROM", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


def live(**settings: Any) -> Settings:
    return Settings(network=NETWORK, telegram_token=Secret("1:token"), demo=False, **settings)


def test_a_second_process_on_the_same_sqlite_file_is_turned_away_before_it_touches_anything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:token")
    with alone(live()):
        assert main(["run"]) == 1
    assert capsys.readouterr().err == (
        "korpu: Another process runs on var/korpu.db. SQLite takes one process: stop the other one, or set DATABASE_URL"
        " to a PostgreSQL database and run as many as you like.\n"
    )
    assert not Path("var/korpu.db").exists()


def test_a_second_demo_is_turned_away_whatever_its_database() -> None:
    demo = Settings(database_url="postgresql://nowhere/korpu")
    with alone(demo), pytest.raises(Occupied, match="one process"), alone(demo):
        pass


def test_on_postgresql_any_number_may_run() -> None:
    settings = live(database_url="postgresql://nowhere/korpu")
    with alone(settings), alone(settings):
        pass


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_process_with_other_files_than_the_one_that_runs_is_turned_away(database_url: str, tmp_path: Path) -> None:
    """Whichever folder it was before counts no more once nobody runs."""

    def starts(folder: str) -> bool:
        app = App(live(database_url=database_url, data=tmp_path / folder))
        try:
            app.database.transact(app._start_lanes)
        except SettingError:
            return False
        else:
            return True
        finally:
            app.database.close()

    assert [starts("one"), starts("other"), starts("one")] == [True, True, True]
    database = Database(database_url)
    database.transact(lambda session: lanes.lease(session, "telegram", "running", Clock().now()))
    assert [starts("one"), starts("other"), starts("one")] == [True, False, True]
    database.transact(lambda session: lanes.release(session, "telegram", "running"))
    assert starts("other")
    database.close()


async def test_each_process_tells_what_it_leads(database: Database) -> None:
    monitoring = Monitoring(database, lambda: {"telegram": True, "whatsapp": False})
    health = await monitoring.health()
    assert (health["ok"], health["leads"]) == (True, ["telegram"])
    metrics = (await monitoring.metrics()).splitlines()
    assert metrics[-3:] == [
        "# TYPE korpu_leads gauge",
        'korpu_leads{channel="telegram"} 1',
        'korpu_leads{channel="whatsapp"} 0',
    ]


def test_a_stop_by_the_platform_counts_for_all_processes(database: Database) -> None:
    """Their starts clear it."""

    def stopped(session: Session) -> str:
        return session.get_one(lanes.Lane, "telegram").stopped

    now = Clock().now()
    database.transact(lambda session: lanes.lease(session, "telegram", "one", now))
    database.transact(lambda session: lanes.stop(session, "telegram", "No."))
    assert database.transact(stopped) == "No."
    database.transact(lambda session: lanes.start_anew(session, ["telegram"], now, alone=False))
    assert database.transact(stopped) == ""
