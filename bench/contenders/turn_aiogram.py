"""The other way to write it: an aiogram bot over async SQLAlchemy, its conversation state in the same SQLite file.

One session and one commit an update, as durable as ours (WAL, synchronous FULL), and answers that go nowhere. With one
connection, since SQLite has one writer: more are slower, for they wait for each other's lock. With "keeping" it also
stores each update and each answer in the same transaction, as ours does; without, a redelivered update is handled
twice and an answer that was not sent is lost. Arguments: file, people, rounds, "keeping" or "forgetting".
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import uvloop
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.base import BaseSession
from aiogram.enums import ParseMode
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, User
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Mapped, mapped_column

from bench.conversation import WARMING, Update, batches, measured_rounds, role
from bench.newsletter import TOKEN
from bench.processes import Stopwatch, tell
from bot.network_file import load
from storage.base import Base
from storage.inbox import InboxRow
from storage.members import Member, MemberAddress, Subscription
from storage.outbox import OutboxRow
from storage.tables import metadata

NETWORK = load(Path("networks/azerbaijan.toml"))
ASKED = "Choose what we write to you about. You receive what has a tick."

router = Router()
current: ContextVar[AsyncSession] = ContextVar("current")


class Changing(StatesGroup):
    role = State()


class Standing(Base):
    """aiogram's state and data of one person."""

    __tablename__ = "aiogram_states"

    user: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str | None]
    data: Mapped[dict[str, Any]]


class TableStorage(BaseStorage):
    """aiogram's states in a table, in the transaction of the update."""

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        (await self._standing(key)).state = state.state if isinstance(state, State) else state

    async def get_state(self, key: StorageKey) -> str | None:
        return (await self._standing(key)).state

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        (await self._standing(key)).data = dict(data)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return (await self._standing(key)).data

    async def close(self) -> None:
        """The engine is closed by whoever made it."""

    async def _standing(self, key: StorageKey) -> Standing:
        session = current.get()
        standing = await session.get(Standing, key.user_id)
        if standing is None:
            standing = Standing(user=key.user_id, state=None, data={})
            session.add(standing)
            await session.flush()
        return standing


@router.message(Command("topics"))
async def show_topics(message: Message, session: AsyncSession) -> None:
    text, keyboard = await _topics(session, await _member(session, message.from_user))
    await message.answer(text, reply_markup=keyboard)


@router.callback_query(F.data.startswith("topic:"))
async def toggle(query: CallbackQuery, session: AsyncSession) -> None:
    member, topic = await _member(session, query.from_user), (query.data or "").partition(":")[2]
    following = await session.get(Subscription, (member.id, topic))
    if following is None:
        session.add(Subscription(member_id=member.id, topic=topic))
    else:
        await session.delete(following)
    await session.flush()
    text, keyboard = await _topics(session, member)
    assert isinstance(query.message, Message)
    await query.message.edit_text(text, reply_markup=keyboard)


@router.message(Command("profile"))
async def show_profile(message: Message, session: AsyncSession) -> None:
    await _profile(message, session, await _member(session, message.from_user))


@router.callback_query(F.data == "change:role")
async def ask_role(query: CallbackQuery, session: AsyncSession, state: FSMContext) -> None:
    await _member(session, query.from_user)
    await state.set_state(Changing.role)
    await state.set_data({"changed": "role"})
    assert isinstance(query.message, Message)
    await query.message.answer("What do you do in your organisation? For example: director, coordinator, volunteer.")


@router.message(Changing.role)
async def keep_role(message: Message, session: AsyncSession, state: FSMContext) -> None:
    member = await _member(session, message.from_user)
    member.role = (message.text or "")[:100]
    await state.clear()
    await _profile(message, session, member)


async def _member(session: AsyncSession, user: User | None) -> Member:
    assert user is not None
    query = select(Member).join(MemberAddress).where(MemberAddress.user == str(user.id))
    return (await session.scalars(query.where(MemberAddress.channel == "telegram"))).one()


async def _topics(session: AsyncSession, member: Member) -> tuple[str, InlineKeyboardMarkup]:
    topics = select(Subscription.topic).where(Subscription.member_id == member.id)
    followed = set(await session.scalars(topics))
    lines = [f"<b>{escape(topic.labels['en'])}</b> – {escape(topic.lead)}" for topic in NETWORK.topics]
    buttons = [
        [
            InlineKeyboardButton(
                text=("✓ " if topic.key in followed else "") + topic.labels["en"], callback_data=f"topic:{topic.key}"
            )
        ]
        for topic in NETWORK.topics
    ]
    return "\n".join([ASKED, "", *lines]), InlineKeyboardMarkup(inline_keyboard=buttons)


async def _profile(message: Message, session: AsyncSession, member: Member) -> None:
    followed = await session.scalars(select(Subscription.topic).where(Subscription.member_id == member.id))
    known = {"name": member.name, "role": member.role, "region": member.region, "topics": ", ".join(followed),
             "ecosoc": member.ecosoc, "phone": member.phone, "email": member.email}  # fmt: skip
    lines = [f"<b>{name}</b>: {escape(value) or '–'}" for name, value in known.items()]
    buttons = [[InlineKeyboardButton(text=name, callback_data=f"change:{name}")] for name in known]
    await message.answer("\n".join(lines), reply_markup=InlineKeyboardMarkup(inline_keyboard=buttons))


def _received(update: Update) -> InboxRow:
    """Unique by its number: the flush fails for one that was handled before."""
    number, now = str(update["update_id"]), datetime.now(UTC)
    return InboxRow(
        channel="telegram",
        external_id=number,
        user="",
        payload=update,
        state="handled",
        received_at=now,
        handled_at=now,
    )


class Nowhere(BaseSession):
    """Takes every call and does nothing."""

    def __init__(self, *, keeping: bool) -> None:
        super().__init__()
        self._keeping = keeping

    async def make_request(
        self,
        bot: Bot,  # noqa: ARG002 - aiogram's signature
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ARG002, ASYNC109 - likewise
    ) -> TelegramType:
        if self._keeping:
            said = method.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
            row = OutboxRow(channel="telegram", language="en", payload=said, created_at=datetime.now(UTC))
            current.get().add(row)
        return True  # type: ignore[return-value]  # nobody here reads it

    async def stream_content(self, *arguments: Any, **options: Any) -> AsyncGenerator[bytes, None]:  # noqa: ANN401 - aiogram's
        raise NotImplementedError(arguments, options)
        yield b""

    async def close(self) -> None:
        """Nothing is open."""


async def main(path: Path, people: int, rounds: int, *, keeping: bool) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0, pool_timeout=600)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3.Connection behind two adapters
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    dispatcher = Dispatcher(storage=TableStorage())
    dispatcher.include_router(router)
    bot = Bot(TOKEN, session=Nowhere(keeping=keeping))

    async def handle(update: Update) -> None:
        async with sessions() as session, session.begin():
            current.set(session)
            if keeping:
                session.add(_received(update))
                await session.flush()
            await dispatcher.feed_raw_update(bot, update, session=session, parse_mode=ParseMode.HTML)

    async def talk(rounds: range) -> None:
        for updates in batches(people, rounds):
            await asyncio.gather(*(handle(update) for update in updates))

    await talk(WARMING)
    watch = Stopwatch()
    await talk(measured_rounds(rounds))
    taken = watch.read()
    async with sessions() as session:
        changed = await session.scalar(select(func.count()).where(Member.role == role(measured_rounds(rounds))))
        assert changed == people
    await engine.dispose()
    tell(**taken)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), keeping=sys.argv[4] == "keeping"))
