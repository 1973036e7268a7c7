"""The kinds of question a form can ask. A new kind is one more class with `ask` and `take`, exported here."""

from __future__ import annotations

from bot.core.fields.amount import Amount
from bot.core.fields.choosing import Choice, Confirm, MultiChoice
from bot.core.fields.count import Count
from bot.core.fields.day import Day
from bot.core.fields.deadline import Deadline, Until
from bot.core.fields.field import Answered, Answers, Field, Given, Invalid, Prompt, Stay
from bot.core.fields.lines import Lines
from bot.core.fields.link import Link
from bot.core.fields.moment import Moment
from bot.core.fields.number import Number
from bot.core.fields.searching import Found, Search
from bot.core.fields.spot import Place, Spot
from bot.core.fields.writing import Email, Message, Phone, Text, Written

__all__ = [
    "Amount",
    "Answered",
    "Answers",
    "Choice",
    "Confirm",
    "Count",
    "Day",
    "Deadline",
    "Email",
    "Field",
    "Found",
    "Given",
    "Invalid",
    "Lines",
    "Link",
    "Message",
    "Moment",
    "MultiChoice",
    "Number",
    "Phone",
    "Place",
    "Prompt",
    "Search",
    "Spot",
    "Stay",
    "Text",
    "Until",
    "Written",
]
