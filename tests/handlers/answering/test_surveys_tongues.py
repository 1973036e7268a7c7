"""Surveys, as members answer them in Azerbaijani and in Russian; the words stand in tests/handlers/told."""

from __future__ import annotations

from typing import Any, Final

import pytest
from sqlalchemy.orm import Session

from bot.network import Network
from storage.surveys import QuestionKind, Survey, questions_of
from tests.handlers.admin.office import Office
from tests.handlers.calls import ends
from tests.handlers.told import Told, coordinator_and_member, in_both_tongues
from tests.storage.asking import Asked, add_survey

pytestmark = in_both_tongues

TITLE: Final = {"az": "Məktəblərin ehtiyacları", "ru": "Что нужно школам"}
TEXT: Final = {"az": "Cavablarınıza görə gələn ilin planını quracağıq.", "ru": "По ответам составим план на год."}

QUESTIONS: Final = (
    Asked(QuestionKind.ONE, "Bu, nə üçün lazımdır?|Для чего это нужно?",
          ("Kitablar|Книги", "Müəllimlər|Учителя", "Başqa|Другое")),
    Asked(QuestionKind.SEVERAL, "Kimlər gəlir?|Кто приходит?",
          ("Qızlar|Девочки", "Oğlanlar|Мальчики", "Valideynlər|Родители")),
    Asked(QuestionKind.YES_NO, "Kitabxana var?|Есть библиотека?"),
    Asked(QuestionKind.SCALE, "Nə dərəcədə razısınız?|Насколько вы довольны?"),
    Asked(QuestionKind.NUMBER, "Neçə şagird var?|Сколько учеников?", least=1, most=5000),
    Asked(QuestionKind.DATE, "Nə vaxtdan?|С какого дня?"),
    Asked(QuestionKind.TEXT, "Başqa nə lazımdır?|Что ещё нужно?", only_if=(1, ["c"])),
    Asked(QuestionKind.PLACE, "Məktəb haradadır?|Где школа?", required=False),
)  # fmt: skip
"""Azerbaijani before the line, Russian behind it."""


def write(session: Session, questions: tuple[Asked, ...], **changes: Any) -> None:
    """An open survey in both languages."""
    survey = add_survey(session, *questions, titles=TITLE, texts=TEXT, source="az", **changes)
    for question in questions_of(session, survey.id):
        question.texts = _both(question.texts["en"])
        question.options = [{**option, "labels": _both(option["labels"]["en"])} for option in question.options]


def _both(words: str) -> dict[str, str]:
    return dict(zip(("az", "ru"), words.split("|"), strict=True))


@pytest.fixture
def told(office: Office, shape: str, language: str) -> Told:
    return Told("surveys", language, shape, office, coordinator_and_member(office, shape, language))


@pytest.fixture
def known(office: Office, network: Network) -> None:
    """Whoever answers is known, and can change it until the survey closes."""
    until = ends(network, 3, 20)
    office.database.transact(lambda session: write(session, QUESTIONS, closes_at=until))


@pytest.fixture
def secret(office: Office) -> None:
    """Nobody sees who answered."""
    office.database.transact(lambda session: write(session, QUESTIONS[:2], anonymous=True))


@pytest.mark.usefixtures("known")
async def test_every_kind_of_question_is_answered(told: Told) -> None:
    await told.goes("what waits", "every kind", "changed")


@pytest.mark.usefixtures("known")
async def test_one_pauses_and_goes_on(told: Told) -> None:
    await told.goes("paused", "gone on")


@pytest.mark.usefixtures("secret")
async def test_nobody_sees_who_answered(told: Told) -> None:
    await told.goes("anonymous")


@pytest.mark.usefixtures("known")
async def test_it_closed_meanwhile(told: Told, office: Office) -> None:
    await told.goes("paused")
    office.database.transact(lambda session: _close(session, office))
    await told.goes("closed")


def _close(session: Session, office: Office) -> None:
    survey = session.get_one(Survey, 1)
    survey.state, survey.closed_at = "closed", office.clock.now()
