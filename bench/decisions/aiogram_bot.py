"""The other way to build it: registration on aiogram as its documentation shows, with a state that survives a restart.

Only `bench.decisions.kills` runs it. Arguments: URL, SQLite file, "tasks" (aiogram's default) or "serial". It asks what
Körpü asks, in the same words, one state a question; a handler stores the answer, moves the state on and sends the next
question. Text where a button is wanted and buttons of yesterday are answered too.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any, Final

import aiosqlite
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from tests.emulators.telegram import TOKEN


class SqliteStorage(BaseStorage):
    """aiogram's states and data in a file; every change is committed at once, as in its Redis storage."""

    def __init__(self, database: aiosqlite.Connection) -> None:
        self._database = database

    @classmethod
    async def open(cls, file: str) -> SqliteStorage:
        database = await aiosqlite.connect(file)
        await database.execute("PRAGMA journal_mode = WAL")
        await database.execute("CREATE TABLE IF NOT EXISTS states (user INTEGER PRIMARY KEY, state TEXT)")
        await database.execute("CREATE TABLE IF NOT EXISTS answers (user INTEGER PRIMARY KEY, data TEXT)")
        await database.commit()
        return cls(database)

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        value = state.state if isinstance(state, State) else state
        await self._database.execute("REPLACE INTO states VALUES (?, ?)", (key.user_id, value))
        await self._database.commit()

    async def get_state(self, key: StorageKey) -> str | None:
        return await self._one("SELECT state FROM states WHERE user = ?", key)

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await self._database.execute("REPLACE INTO answers VALUES (?, ?)", (key.user_id, json.dumps(data)))
        await self._database.commit()

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        kept = await self._one("SELECT data FROM answers WHERE user = ?", key)
        return dict(json.loads(kept)) if kept else {}

    async def close(self) -> None:
        await self._database.close()

    async def _one(self, query: str, key: StorageKey) -> str | None:
        async with self._database.execute(query, (key.user_id,)) as found:
            row = await found.fetchone()
        return row[0] if row else None


class Registration(StatesGroup):
    language = State()
    consent = State()
    organisation = State()
    place = State()
    ecosoc = State()
    topics = State()
    name = State()
    role = State()
    phone = State()
    email = State()
    summary = State()


STATES: Final = [state.state for state in Registration.__all_states__]
TYPED: Final = (Registration.organisation, Registration.place, Registration.name, Registration.role, Registration.email)

QUESTIONS: Final = {
    "language": "Which language do you prefer?",
    "consent": "We keep what you answer here and write to you about the topics you choose. Do you agree?",
    "organisation": "Which organisation are you from? Please write its name, or a part of it.",
    "place": "Where do you work? Write the name of your city or district.",
    "ecosoc": "Is your organisation in consultative status with ECOSOC?",
    "topics": "What may we write to you about? Choose one topic or more.",
    "name": "What is your name?",
    "role": "What do you do in your organisation?",
    "phone": "On which phone number can the coordinators call you?",
    "email": "What is your e-mail address?",
    "summary": "Is everything right?",
}
CHOICES: Final = {
    "language": ["Azərbaycanca", "Русский", "English"],
    "consent": ["Yes, I agree", "No"],
    "ecosoc": ["No", "General status", "Special status", "Roster"],
    "topics": ["Education", "Health", "Environment", "Done"],
    "phone": ["Skip"],
    "summary": ["Done"],
}
LABELS: Final = {
    "organisation": "Organisation",
    "place": "Region",
    "ecosoc": "ECOSOC status",
    "topics": "Topics",
    "name": "Name",
    "role": "Your role",
    "email": "E-mail",
}

router = Router()


@router.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    await state.set_data({})
    await state.set_state(Registration.language)
    await ask(message, "language", {})


@router.message(StateFilter(*TYPED), F.text)
async def take_text(message: Message, state: FSMContext) -> None:
    question = await asked(state)
    data = await state.update_data({question: message.text})
    await go_on(message, state, question, data)


@router.callback_query(Registration.topics, F.data.startswith("topics:"), F.data != "topics:Done")
async def tick(query: CallbackQuery, state: FSMContext) -> None:
    ticked = (await state.get_data()).get("topics", [])
    topic = query.data.partition(":")[2]  # type: ignore[union-attr]  # the filter saw it
    ticked = [one for one in ticked if one != topic] if topic in ticked else [*ticked, topic]
    await state.update_data(topics=ticked)
    await query.message.edit_reply_markup(reply_markup=keyboard("topics", ticked))  # type: ignore[union-attr]
    await query.answer()


@router.callback_query(Registration.summary, F.data.startswith("summary:"))
async def finish(query: CallbackQuery, state: FSMContext) -> None:
    await state.set_state(None)
    await query.message.answer("Thank you. You are registered.")  # type: ignore[union-attr]
    await query.answer()


@router.callback_query(StateFilter(*Registration.__all_states__), F.data)
async def take_tap(query: CallbackQuery, state: FSMContext) -> None:
    question = await asked(state)
    about, _, choice = query.data.partition(":")  # type: ignore[union-attr]
    if about != question:
        await query.answer("This button is no longer active.")
        return
    data = await state.get_data() if question == "topics" else await state.update_data({question: choice})
    await go_on(query.message, state, question, data)  # type: ignore[arg-type]
    await query.answer()


@router.message(StateFilter(*Registration.__all_states__))
async def misunderstood(message: Message) -> None:
    await message.answer("Please use the buttons.")


async def asked(state: FSMContext) -> str:
    return str(await state.get_state()).partition(":")[2]


async def go_on(message: Message, state: FSMContext, question: str, data: dict[str, Any]) -> None:
    names = list(QUESTIONS)
    following = names[names.index(question) + 1]
    await state.set_state(STATES[names.index(following)])
    await ask(message, following, data)


async def ask(message: Message, question: str, data: dict[str, Any]) -> None:
    lines = [QUESTIONS[question]]
    if question == "summary":
        shown = {name: ", ".join(value) if isinstance(value, list) else value for name, value in data.items()}
        lines[:0] = [f"{label}: {shown.get(name, '')}" for name, label in LABELS.items()]
    await message.answer("\n".join(lines), reply_markup=keyboard(question))


def keyboard(question: str, ticked: list[str] | None = None) -> InlineKeyboardMarkup | None:
    if question not in CHOICES:
        return None
    labels = {choice: f"✓ {choice}" if choice in (ticked or ()) else choice for choice in CHOICES[question]}
    buttons = [
        [InlineKeyboardButton(text=label, callback_data=f"{question}:{choice}")] for choice, label in labels.items()
    ]
    return InlineKeyboardMarkup(inline_keyboard=buttons)


async def main(url: str, file: str, polling: str) -> None:
    dispatcher = Dispatcher(storage=await SqliteStorage.open(file))
    dispatcher.include_router(router)
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    await dispatcher.start_polling(bot, handle_as_tasks=polling == "tasks")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
