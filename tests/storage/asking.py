"""Surveys with their questions, as a whole."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from storage.surveys import QuestionKind, Survey, questions_of
from tests.storage import surveying


class Asked(NamedTuple):
    """A question in English; of `only_if` the place of the earlier one, from 1, and the codes."""

    kind: QuestionKind
    text: str
    labels: tuple[str, ...] = ()
    only_if: tuple[int, list[str]] | None = None
    required: bool = True
    least: float | None = None
    most: float | None = None


EVERY_KIND: Final = (
    Asked(QuestionKind.ONE, "What is it for?", ("Books", "Teachers", "Other")),
    Asked(QuestionKind.SEVERAL, "Who comes?", ("Girls", "Boys", "Parents")),
    Asked(QuestionKind.YES_NO, "Is there a library?"),
    Asked(QuestionKind.SCALE, "How good is it?"),
    Asked(QuestionKind.NUMBER, "How many pupils?", least=1, most=5000),
    Asked(QuestionKind.DATE, "Since when?"),
    Asked(QuestionKind.TEXT, "What else?", only_if=(1, ["c"]), required=False),
    Asked(QuestionKind.PLACE, "Where is it?", required=False),
)
"""One question of each kind; the text only of those who chose "Other"."""


def add_survey(session: Session, *questions: Asked, **changes: Any) -> Survey:
    """An open survey for everybody, unless told otherwise."""
    survey = surveying.add_survey(session, **changes)
    for position, asked in enumerate(questions, 1):
        rest: dict[str, Any] = {"required": asked.required, "least": asked.least, "most": asked.most}
        if asked.only_if is not None:
            place, codes = asked.only_if
            rest["only_if"] = {"question": questions_of(session, survey.id)[place - 1].id, "codes": codes}
        surveying.add_question(session, survey, position, asked.kind, asked.text, *asked.labels, **rest)
    return survey
