"""A survey's question and what can be answered to it, in a reader's language, or else the survey's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.core.i18n import N_, _
from storage.surveys import Question, QuestionKind

CLOSED: Final = (QuestionKind.ONE, QuestionKind.SEVERAL, QuestionKind.YES_NO, QuestionKind.SCALE)
"""Kinds whose answers are known beforehand."""

SCALE: Final = ("1", "2", "3", "4", "5")

_YES_NO: Final = {"yes": N_("Yes"), "no": N_("No")}


def asked(question: Question, language: str, source: str) -> str:
    """The question itself, plain."""
    return _in(question.texts, language, source)


def choices(question: Question, language: str, source: str) -> dict[str, str]:
    """What can be picked: label by code, in order; nothing for a question that is answered freely."""
    match question.kind:
        case QuestionKind.ONE | QuestionKind.SEVERAL:
            return {each["code"]: _in(each["labels"], language, source) for each in question.options}
        case QuestionKind.YES_NO:
            return {code: _(label).unescape() for code, label in _YES_NO.items()}
        case QuestionKind.SCALE:
            return {code: code for code in SCALE}
        case _:
            return {}


def codes(question: Question, value: Any) -> list[str]:  # noqa: ANN401 - an answer, as `QuestionKind` says
    """What was picked, as the codes of `choices`; nothing where it was answered freely."""
    match question.kind:
        case QuestionKind.ONE:
            return [value]
        case QuestionKind.SEVERAL:
            return list(value)
        case QuestionKind.YES_NO:
            return ["yes" if value else "no"]
        case QuestionKind.SCALE:
            return [str(value)]
        case _:
            return []


def _in(texts: Mapping[str, str], language: str, source: str) -> str:
    return texts.get(language) or texts.get(source) or next(iter(texts.values()), "")
