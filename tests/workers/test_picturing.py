"""Pictures of results: drawn by a process of their own, in the reader's language, as wide as a phone shows."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy.orm import Session

from bot.actions import charts, results
from bot.core.clock import Clock
from bot.core.i18n import speaking
from bot.network import Network
from bot.workers.carrying import Carrying
from bot.workers.making import Making, pictures
from storage import carried
from storage.database import Database
from storage.files import Files
from storage.surveys import QuestionKind, Survey, SurveyState, questions_of
from tests.storage.surveying import add_answers, add_question, add_survey
from tests.workers.platform import Platform

LIMIT = 10_000_000


class Hanging(NamedTuple):
    """What waits for a program that does not end."""

    drawing: asyncio.Task[bytes | None]
    process: int


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height, as a PNG tells them (https://www.w3.org/TR/png-3/#11IHDR)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.fixture
def answered(database: Database) -> int:
    """A survey of one choice among twelve with long labels, a number, a day, a place and a text."""

    def fill(session: Session) -> int:
        survey = add_survey(session)
        labels = [f"Layihə yazılması və hesabatlılıq, {place}-ci mərhələ: обучение" for place in range(12)]
        questions = [
            add_question(session, survey, 1, QuestionKind.ONE, "Hansı mövzu sizə ən çox lazımdır?", *labels),
            add_question(session, survey, 2, QuestionKind.NUMBER, "How many of you?"),
            add_question(session, survey, 3, QuestionKind.DATE, "When?"),
            add_question(session, survey, 4, QuestionKind.PLACE, "Where?"),
            add_question(session, survey, 5, QuestionKind.TEXT, "What else?"),
        ]
        for place in range(24):
            values = ["abcdefghijkl"[place % 12], place * 1.5, f"2026-{1 + place % 3:02}-01", {"words": "Şəki"}, "Ok"]
            add_answers(session, survey, dict(zip([each.id for each in questions], values, strict=True)))
        return survey.id

    return database.transact(fill)


def charts_of(database: Database, survey_id: int, language: str) -> list[str]:
    """The names of all pictures there are."""

    def look(session: Session) -> list[str]:
        survey = session.get_one(Survey, survey_id)
        found = results.results(session, survey, questions_of(session, survey_id))
        return [charts.name(survey, result, language) for result in found if charts.has_picture(result)]

    return database.transact(look)


async def test_every_question_but_a_text_has_a_picture_a_phone_shows_whole(
    database: Database, clock: Clock, network: Network, answered: int
) -> None:
    artist = pictures(database, clock, network)
    names = charts_of(database, answered, "az")
    sizes = [size_of(await artist.fetch(name, LIMIT) or b"") for name in names]
    assert [width for width, _height in sizes] == [1080, 1080, 1080, 1080]
    assert sizes[0][1] > sizes[1][1] > sizes[3][1]  # twelve bars, four, one


async def test_a_picture_says_what_the_results_say_in_the_readers_language(
    database: Database, clock: Clock, network: Network, answered: int
) -> None:
    [_one, number, day, place] = charts_of(database, answered, "ru")

    def look(session: Session) -> list[dict[str, object] | None]:
        return [charts.chart_of(session, each, network.zone, clock.now()) for each in (number, day, place)]

    counted, months, places = database.transact(look)
    assert counted is not None
    assert counted["heading"] == "Обучение"
    assert counted["title"] == "How many of you?"  # written in English alone
    assert counted["bars"] == [
        ("0 – 10", 7 / 24, "7 · 29\xa0%"),
        ("10 – 20", 7 / 24, "7 · 29\xa0%"),
        ("20 – 30", 6 / 24, "6 · 25\xa0%"),
        ("30 – 40", 4 / 24, "4 · 17\xa0%"),
    ]
    assert months is not None
    share = (8 / 24, "8 · 33\xa0%")
    assert months["bars"] == [("январь 2026", *share), ("февраль 2026", *share), ("март 2026", *share)]
    assert places is not None
    assert places["bars"] == [("Şəki", 1.0, "24 · 100\xa0%")]


async def test_what_is_too_large_or_not_there_is_gone_and_not_asked_for_again(
    database: Database, clock: Clock, network: Network, answered: int
) -> None:
    artist = pictures(database, clock, network)
    [name, *_others] = charts_of(database, answered, "en")
    assert await artist.fetch(name, 100) is None
    assert await artist.fetch("picture:999:1:en:0", LIMIT) is None


async def test_a_picture_is_carried_into_the_store_like_any_file(
    database: Database, clock: Clock, network: Network, files: Files, answered: int
) -> None:
    [name, *_others] = charts_of(database, answered, "az")
    database.transact(lambda session: carried.want(session, name, clock.now()))
    homes = {charts.HOME: pictures(database, clock, network)}
    carrying = Carrying({"telegram": Platform()}, database, clock, files, homes)
    assert await carrying.carry_next()
    [file] = database.transact(lambda session: list(carried.resolve(session, [name]).values()))
    assert size_of(files.path(file.stored).read_bytes())[0] == 1080
    assert not await carrying.carry_next()


async def test_nothing_is_drawn_of_an_anonymous_survey_that_opened_again(
    database: Database, clock: Clock, network: Network
) -> None:
    def ask(session: Session) -> tuple[str, dict[str, object] | None]:
        survey = add_survey(session, anonymous=True, state=SurveyState.CLOSED)
        question = add_question(session, survey, 1, QuestionKind.YES_NO, "Were you paid?")
        for _person in range(5):
            add_answers(session, survey, {question.id: True})
        [result] = results.results(session, survey, [question])
        name = charts.name(survey, result, "en")
        survey.state = SurveyState.OPEN
        return name, charts.chart_of(session, name, network.zone, clock.now())

    assert database.transact(ask)[1] is None


@pytest.fixture
async def hanging(database: Database, clock: Clock, network: Network, tmp_path: Path) -> AsyncIterator[Hanging]:
    """A picture being drawn by a program that does not end, and the number of its process."""
    told = tmp_path / "number"
    artist = Making("tests.workers.stuck", lambda *_asked: {"file": str(told)}, database, clock, network)
    drawing = asyncio.create_task(artist.fetch("picture:1:1:en:0", LIMIT))
    while not (told.exists() and told.read_text()):
        await asyncio.sleep(0.01)
    yield Hanging(drawing, int(told.read_text()))
    drawing.cancel()
    await asyncio.wait([drawing])


async def test_a_program_that_hangs_ends_with_the_patience_of_whoever_waits(hanging: Hanging) -> None:
    hanging.drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging.drawing
    with pytest.raises(ProcessLookupError):
        os.kill(hanging.process, 0)


async def test_a_program_that_was_killed_is_tried_again_later(hanging: Hanging) -> None:
    os.kill(hanging.process, signal.SIGKILL)
    with pytest.raises(OSError, match="ended with -9"):
        await hanging.drawing


def test_the_same_answers_are_drawn_once_and_new_ones_anew(database: Database, answered: int) -> None:
    [before, *_others] = charts_of(database, answered, "az")
    assert charts_of(database, answered, "az")[0] == before

    def another(session: Session) -> None:
        survey = session.get_one(Survey, answered)
        with speaking("az"):
            add_answers(session, survey, {questions_of(session, answered)[0].id: "a"})

    database.transact(another)
    assert charts_of(database, answered, "az")[0] != before
