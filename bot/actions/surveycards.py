"""The card of a survey: what it is about, how long it takes, until when, and who will know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Final

from markupsafe import Markup

from bot.actions.localized import marked, read
from bot.core.i18n import _, ngettext, speaking
from bot.core.locale import number, zoned_words
from bot.network import Network
from storage.surveys import Question, Survey, SurveyState

SECONDS: Final = 20
"""What one question takes on a phone, with reading it."""


def card(survey: Survey, questions: Sequence[Question], language: str, network: Network) -> Markup:
    """For a reader of this language; where nothing was written in it, what there is stands in the other."""
    with speaking(language):
        title, text, used = read(survey, language)
        heading = [Markup("<b>{}</b>").format(marked(title, used, language)), *_ended(survey, network)]
        facts = [] if survey.state == SurveyState.WITHDRAWN else [*_facts(survey, questions, network)]
        return Markup("\n\n").join(part for part in (_lines(heading), text, _lines(facts)) if part)


def length_words(questions: Sequence[Question]) -> Markup:
    """How many questions, and about how long they take."""
    minutes = ceil(len(questions) * SECONDS / 60)
    asked = ngettext("{n} question", "{n} questions", len(questions)).format(n=number(len(questions)))
    takes = ngettext("about {n} minute", "about {n} minutes", minutes).format(n=number(minutes))
    return Markup("{}, {}").format(asked, takes)


def _facts(survey: Survey, questions: Sequence[Question], network: Network) -> Iterator[Markup]:
    yield length_words(questions)
    if survey.state in (SurveyState.DRAFT, SurveyState.OPEN) and survey.closes_at is not None:
        yield _("Open until {moment}").format(moment=zoned_words(survey.closes_at, network.zone))
    if survey.anonymous:
        yield _("It is anonymous: nobody can see who answered what, and an answer cannot be changed afterwards.")
    if survey.per == "organisation":
        yield _("One answer from each organisation.")


def _ended(survey: Survey, network: Network) -> Iterator[Markup]:
    match survey.state:
        case SurveyState.CLOSED if survey.closed_at is not None:
            closed = _("Closed on {moment}.").format(moment=zoned_words(survey.closed_at, network.zone))
            yield Markup("<b>{}</b>").format(closed)
        case SurveyState.WITHDRAWN:
            yield Markup("<b>{}</b>").format(_("This survey was withdrawn."))


def _lines(parts: list[Markup]) -> Markup:
    return Markup("\n").join(parts)
