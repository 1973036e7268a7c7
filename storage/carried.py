"""Files that people sent on one messenger and that others will carry: which of them are in the file store by now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, String, and_, delete, false, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import UNHEEDED, Base, insert_for

LEASE: Final = timedelta(minutes=2)
"""How long whoever takes a file has for it; after that, or a kill, it is anybody's again."""

SOONEST: Final = timedelta(seconds=5)
LATEST: Final = timedelta(hours=1)
"""Between two tries; the delay doubles from one to the other."""

PATIENCE: Final = timedelta(days=1)
LEAST: Final = 3
"""Given up after so long, and not before so many tries: the bot may have been away itself."""


class CarriedFile(Base):
    """A file at a platform that is to be, or was, brought into the file store.

    Attributes:
        remote: "<channel>:<id>", as in `Attachment.file`.
        stored: "sha256:<hex>" once it is here; "" before.
        failure: why it never will be: "gone" (or larger than anybody carries), "away" (could not be had for a day);
            "" otherwise.
        tries: how often it was asked for.
        asked_at: when it was last wanted.
        again_at: not asked for before this moment; None when it is here or given up.
    """

    __tablename__ = "carried_files"

    remote: Mapped[str] = mapped_column(String(256), primary_key=True)
    stored: Mapped[str] = mapped_column(String(80), default="")
    failure: Mapped[str] = mapped_column(String(16), default="")
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    again_at: Mapped[datetime | None]


def home(file: str) -> str:
    """The channel whose platform has the file; "sha256" for one of our own."""
    return file.partition(":")[0]


def delay(tries: int) -> timedelta:
    """How long to wait after so many tries."""
    return min(LATEST, SOONEST * (1 << max(0, min(tries, 16))))


def want(session: Session, remote: str, now: datetime) -> None:
    """Have this file brought here, unless it is here; one that was given up is tried anew."""
    insert = insert_for(session)(CarriedFile)
    fresh = {"stored": "", "failure": "", "tries": 0, "again_at": now}
    wanted = insert.values(remote=remote, asked_at=now, **fresh)
    session.execute(wanted.on_conflict_do_update(index_elements=["remote"], set_={"asked_at": now}))
    failed = update(CarriedFile).where(CarriedFile.remote == remote, CarriedFile.failure != "")
    session.execute(failed.values(**fresh))


def due(session: Session, channels: Collection[str], now: datetime) -> bool:
    """Whether there is anything to `take`, or to give up."""
    waiting = select(CarriedFile.remote).where(or_(_takeable(channels, now), _hopeless(channels, now)))
    return session.scalar(waiting.limit(1)) is not None


def take(session: Session, channels: Collection[str], now: datetime) -> str | None:
    """The next file to fetch from one of these channels, for two minutes nobody else's; None when there is none."""
    hopeless = update(CarriedFile).where(_hopeless(channels, now))
    session.execute(hopeless.values(failure="away", again_at=None), execution_options=UNHEEDED)
    query = select(CarriedFile).where(_takeable(channels, now)).order_by(CarriedFile.again_at).limit(1)
    file = session.scalar(query.with_for_update(skip_locked=True))
    if file is None:
        return None
    file.tries += 1
    file.again_at = now + LEASE
    return file.remote


def keep(session: Session, remote: str, stored: str) -> None:
    """It is here. Whoever else fetched it meanwhile has the same bytes."""
    here = update(CarriedFile).where(CarriedFile.remote == remote)
    session.execute(here.values(stored=stored, failure="", again_at=None))


def postpone(session: Session, remote: str, now: datetime) -> None:
    """It could not be had: try again later, each time after a longer while."""
    file = session.get(CarriedFile, remote, with_for_update=True)
    if file is not None and file.again_at is not None:
        file.again_at = now + delay(file.tries - 1)


def give_up(session: Session, remote: str, failure: str) -> None:
    """It never will be here, unless it is already."""
    missing = update(CarriedFile).where(CarriedFile.remote == remote, CarriedFile.stored == "")
    session.execute(missing.values(failure=failure, again_at=None))


def resolve(session: Session, remotes: Iterable[str]) -> dict[str, CarriedFile]:
    """What is known about these files, by `remote`."""
    wanted = list(remotes)
    if not wanted:
        return {}
    files = session.scalars(select(CarriedFile).where(CarriedFile.remote.in_(wanted)))
    return {file.remote: file for file in files}


def forget(session: Session, mentioned: Collection[str], before: datetime) -> list[str]:
    """Forget the files that nothing mentions and nobody wanted since then.

    Returns:
        What is stored of them and of nothing else, to be removed: after this is committed, for a file that is wanted
        again is then fetched again.
    """
    old = session.execute(
        select(CarriedFile.remote, CarriedFile.stored).where(CarriedFile.asked_at < before).with_for_update()
    ).all()
    unwanted = [(remote, stored) for remote, stored in old if remote not in mentioned]
    gone = delete(CarriedFile).where(CarriedFile.remote.in_([remote for remote, _stored in unwanted]))
    session.execute(gone, execution_options=UNHEEDED)
    kept = {"", *mentioned, *session.scalars(select(CarriedFile.stored))}
    return sorted({stored for _remote, stored in unwanted} - kept)


def _theirs(channels: Collection[str]) -> ColumnElement[bool]:
    return or_(false(), *(CarriedFile.remote.startswith(f"{channel}:", autoescape=True) for channel in channels))


def _takeable(channels: Collection[str], now: datetime) -> ColumnElement[bool]:
    return and_(CarriedFile.again_at <= now, _theirs(channels))


def _hopeless(channels: Collection[str], now: datetime) -> ColumnElement[bool]:
    """Wanted for too long; also of a channel that is not connected, so that nothing waits for it for ever."""
    tried = or_(CarriedFile.tries >= LEAST, ~_theirs(channels))
    return and_(CarriedFile.again_at <= now, CarriedFile.asked_at < now - PATIENCE, tried)
