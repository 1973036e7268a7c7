"""Finding a call by what it is called, who gives the money, or what it is about, however that is spelled."""

from __future__ import annotations

from typing import Any

from bot.actions.localized import read
from bot.actions.openings import open_calls
from bot.core.fields import Found, Search
from bot.core.form import Form
from bot.core.i18n import N_
from bot.core.messages import Option
from bot.core.router import Router
from bot.core.search import search
from bot.handlers.calls import reading
from bot.turn import Turn
from storage.calls import Call

router = Router()


def find(turn: Turn, typed: str) -> list[Option]:
    calls = {call.id: call for call in open_calls(turn.session, turn.now)}
    found = search(typed, [(call.id, _names(turn, call)) for call in calls.values()], limit=len(calls))
    return [Option(f"call:{key}", read(calls[key], turn.language).title) for key in found]


def _names(turn: Turn, call: Call) -> list[str]:
    topics = [label for topic in turn.network.topics if topic.key in call.topics for label in topic.labels.values()]
    return [*call.titles.values(), call.donor, *topics]


searching = Form(
    "find_call",
    Search(
        "call",
        N_("What are you looking for? Write a word of its name, of its topic, or who gives the money."),
        find=find,
    ),
    review=False,
)


@router.button("find_call")
def ask(turn: Turn) -> None:
    turn.ask(searching)


@router.completed(searching)
def show(turn: Turn, answers: dict[str, Any]) -> None:
    found: Found = answers["call"]
    reading.show(turn, found.id.partition(":")[2])
