"""The kinds of question a form can ask. A new kind is one more class with `ask` and `take`, exported here."""

from __future__ import annotations

from bot.core.fields.choosing import Choice, Confirm, MultiChoice
from bot.core.fields.field import Answered, Answers, Field, Given, Invalid, Prompt, Stay
from bot.core.fields.moment import Moment
from bot.core.fields.searching import Found, Search
from bot.core.fields.writing import Email, Message, Phone, Text, Written

__all__ = [
    "Answered",
    "Answers",
    "Choice",
    "Confirm",
    "Email",
    "Field",
    "Found",
    "Given",
    "Invalid",
    "Message",
    "Moment",
    "MultiChoice",
    "Phone",
    "Prompt",
    "Search",
    "Stay",
    "Text",
    "Written",
]
