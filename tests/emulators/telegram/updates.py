"""Updates, built with aiogram's types so that their shape is a second library's word and not ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiogram import types

Values = dict[str, Any]

DAY = 86_400.0
LIFETIMES = {"callback_query": 150.0}
"""Seconds an update waits to be fetched; all others wait a day."""
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
"""Come only to those who asked for them by name."""


@dataclass(frozen=True, slots=True)
class Update:
    """One update.

    Attributes:
        id: `update_id`.
        kind: its one field: "message", "callback_query", ...
        queue: updates of one queue reach a webhook one after another: the chat's, the tapping user's, the poll's.
        born: seconds since 1970.
        body: JSON as it is delivered.
    """

    id: int
    kind: str
    queue: str
    born: float
    body: Values

    def expired(self, now: float) -> bool:
        return now - self.born > LIFETIMES.get(self.kind, DAY)


def message(values: Values, *, edited: bool = False) -> types.Update:
    said = types.Message.model_validate(values)
    return types.Update(update_id=0, edited_message=said) if edited else types.Update(update_id=0, message=said)


def tap(id_: str, person: Values, values: Values, data: str) -> types.Update:
    return types.Update(
        update_id=0,
        callback_query=types.CallbackQuery(
            id=id_,
            from_user=types.User.model_validate(person),
            chat_instance=str(values["chat"]["id"]),
            message=types.Message.model_validate(values),
            data=data,
        ),
    )


def membership(person: Values, chat: Values, bot: Values, now: float, *, blocked: bool) -> types.Update:
    """A person blocked or unblocked the bot."""
    user = types.User.model_validate(bot)
    kicked = types.ChatMemberBanned(user=user, until_date=datetime.fromtimestamp(0, UTC))
    member = types.ChatMemberMember(user=user)
    return types.Update(
        update_id=0,
        my_chat_member=types.ChatMemberUpdated(
            chat=types.Chat.model_validate(chat),
            from_user=types.User.model_validate(person),
            date=datetime.fromtimestamp(int(now), UTC),
            old_chat_member=member if blocked else kicked,
            new_chat_member=kicked if blocked else member,
        ),
    )


def vote(poll: str, person: Values, options: list[int]) -> types.Update:
    return types.Update(
        update_id=0,
        poll_answer=types.PollAnswer(
            poll_id=poll,
            user=types.User.model_validate(person),
            option_ids=options,
            option_persistent_ids=[str(option) for option in options],
        ),
    )


def poll(values: Values) -> types.Update:
    """How a poll stands now."""
    return types.Update(update_id=0, poll=types.Poll.model_validate(values))


def kind(update: types.Update) -> str:
    """Its one field. aiogram's `event_type` compares it with every update before: they are all numbered 0 here."""
    [name] = update.model_fields_set - {"update_id"}
    return name


def finished(update: types.Update, id_: int, queue: str, now: float) -> Update:
    """The update under its number, as JSON."""
    body: Values = {
        **update.model_dump(mode="json", by_alias=True, exclude_none=True),
        "update_id": id_,
    }
    return Update(id_, kind(update), queue, now, body)
