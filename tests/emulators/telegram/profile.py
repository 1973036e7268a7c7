"""What the bot says about itself: commands, name and descriptions, per language and scope."""

from __future__ import annotations

import json
from typing import Any


class Profile:
    """Texts by (what, language) and commands by (scope, language); language "" is for everyone else."""

    def __init__(self, name: str) -> None:
        self.texts: dict[tuple[str, str], str] = {("name", ""): name}
        self._commands: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def set_text(self, what: str, text: str, language: str) -> None:
        """An empty text takes the language's own away."""
        if text:
            self.texts[what, language] = text
        else:
            self.texts.pop((what, language), None)

    def text(self, what: str, language: str) -> str:
        """In this language, else what everyone else gets."""
        return self.texts.get((what, language)) or self.texts.get((what, ""), "")

    def set_commands(self, commands: list[dict[str, Any]], scope: dict[str, Any] | None, language: str) -> None:
        self._commands[_key(scope), language] = commands

    def delete_commands(self, scope: dict[str, Any] | None, language: str) -> None:
        self._commands.pop((_key(scope), language), None)

    def commands(self, scope: dict[str, Any] | None = None, language: str = "") -> list[dict[str, Any]]:
        """Exactly those set for this scope and language, as getMyCommands answers."""
        return self._commands.get((_key(scope), language), [])

    def commands_seen(self, chat: int, language: str) -> list[dict[str, Any]]:
        """What a person sees in a private chat: the narrowest scope first, in each the own language first."""
        for scope in ({"type": "chat", "chat_id": chat}, {"type": "all_private_chats"}, None):
            for tongue in (language[:2], ""):
                if found := self.commands(scope, tongue):
                    return found
        return []


def _key(scope: dict[str, Any] | None) -> str:
    values = {key: str(value) for key, value in (scope or {"type": "default"}).items()}
    return json.dumps(values, sort_keys=True)
