from __future__ import annotations

import json

import pytest
from markupsafe import Markup

from bot.core.conversation import Conversation, Menu
from bot.core.messages import Option
from bot.core.progress import Progress

BACK = Option("back", "Back", navigation=True)


@pytest.mark.parametrize(
    "conversation",
    [
        Conversation(),
        Conversation((Progress("join", "name"),)),
        Conversation((), Menu("0abcd", (Option("topics", "Topics"), BACK))),
        Conversation(
            (),
            Menu(
                "0abcd",
                (
                    Option("topics", "Topics", chosen=False),
                    Option("health", "Health", chosen=True, word="HEALTH"),
                    Option("", "Site", url="https://example.org"),
                ),
                text=Markup("<b>What</b> now?"),
                shown=1795564800,
            ),
        ),
        Conversation(
            (Progress("join", "name", {"a": None}, {"a": None}, {"ticks": []}, changing=True), Progress("x", "y")),
            Menu("0abcd", (BACK,), question=True, several=True),
        ),
    ],
)
def test_a_conversation_survives_being_stored(conversation: Conversation) -> None:
    assert Conversation.from_json(json.loads(json.dumps(conversation.to_json()))) == conversation


def test_a_long_text_is_not_kept() -> None:
    assert Menu("0abcd", (BACK,), text=Markup("a") * 1001).text == Markup()


def test_a_conversation_that_never_was_is_empty() -> None:
    assert Conversation.from_json({}) == Conversation()
    assert Conversation().to_json() == {}
