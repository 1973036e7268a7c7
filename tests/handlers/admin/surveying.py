"""Surveys as staff make them: from the first tap to the day they close."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.actions import charts, results
from bot.workers.carrying import Carrying
from bot.workers.making import pictures
from storage import carried
from storage.surveys import Survey, questions_of
from tests.chat import Person
from tests.handlers.admin.office import Office
from tests.workers.platform import Platform

T = TypeVar("T")


def look(office: Office, work: Callable[[Survey], T], key: int = 1) -> T:
    """What is true of the survey."""
    return office.database.transact(lambda session: work(session.get_one(Survey, key)))


async def begins(coordinator: Person, title: str = "Training needs", language: str = "English") -> str:
    """A new draft, up to its page."""
    await coordinator.says("/surveys")
    await coordinator.picks("New survey", language)
    await coordinator.says(title)
    return await coordinator.says("What shall we teach next year?")


async def asks(coordinator: Person, kind: str, text: str, *choices: str, required: bool = True) -> str:
    """One more question, from the page of the survey or of another question."""
    onward = "Questions" if "Questions" in coordinator.options else "All questions"
    await coordinator.picks(onward, "New question", kind)
    await coordinator.says(text)
    if choices:
        await coordinator.says("\n".join(choices))
    return await coordinator.picks("Yes" if required else "No")


async def publishes(coordinator: Person, office: Office, members: str) -> None:
    """Send it, until it is open."""
    if "Back to the survey" in coordinator.options:
        await coordinator.picks("Back to the survey")
    await coordinator.picks("Publish", members)
    await office.tick()
    await office.tick()


async def draws(office: Office, language: str = "en", key: int = 1) -> None:
    """The pictures of its results are ready before they are asked for."""

    def want(session: Session) -> None:
        survey = session.get_one(Survey, key)
        for each in results.results(session, survey, questions_of(session, key)):
            if charts.has_picture(each):
                carried.want(session, charts.name(survey, each, language), office.clock.now())

    office.database.transact(want)
    homes = {charts.HOME: pictures(office.database, office.clock, office.network)}
    carrying = Carrying({"telegram": Platform()}, office.database, office.clock, office.files, homes)
    while await carrying.carry_next():
        pass
