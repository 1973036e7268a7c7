"""Sends the results of a survey back to those who answered it, each in their language."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.actions import surveys
from bot.actions.charts import has_picture
from bot.actions.localized import marked, read
from bot.actions.result_words import question_lines
from bot.actions.results import Result, results
from bot.actions.telling import tell
from bot.core.i18n import _, ngettext, speaking
from bot.core.locale import number
from bot.core.richtext import plain
from bot.network import Network
from storage.audiences import Audience
from storage.broadcasts import BroadcastKind
from storage.members import Member
from storage.responses import Response
from storage.staff import record
from storage.surveys import QuestionKind, Survey, SurveyState, questions_of

LONGEST: Final = 800
"""Characters of results in one message: with why it came, and the buttons, what the shortest channel holds."""


def readers(session: Session, survey: Survey) -> int:
    """How many would get them."""
    answered = select(func.count()).where(Response.survey_id == survey.id, Response.completed_at.is_not(None))
    return session.scalar(answered) or 0


def shared(session: Session, survey: Survey) -> list[Result]:
    """What the others see: nothing that somebody wrote in words of their own, nor where they are."""
    found = results(session, survey, questions_of(session, survey.id))
    return [each for each in found if has_picture(each) and each.question.kind != QuestionKind.PLACE]


def share(session: Session, survey: Survey, author: Member, network: Network, now: datetime) -> bool:
    """Send them once; False when that was done already, or the survey is not closed."""
    session.refresh(survey, with_for_update=True)
    if survey.shared_at is not None or survey.state != SurveyState.CLOSED:
        return False
    survey.shared_at = now
    record(session, now, author.id, "survey.share", survey=survey.id)
    texts = {language: text(session, survey, language) for language in network.languages}
    to = Audience(responded=(survey.id,))
    tell(session, BroadcastKind.NOTICE, surveys.RESULTS, survey.id, texts, network.languages[0], to, now)
    return True


def text(session: Session, survey: Survey, language: str) -> Markup:
    """As many questions as one message holds; all of them are pictures."""
    found = shared(session, survey)
    with speaking(language):
        called, _text, used = read(survey, language)
        title = Markup("<b>{}</b>").format(marked(called, used, language))
        paragraphs = [title, _("Thank you for your answers. This is what came of it:")]
        left = len(found)
        for result in found:
            lines = question_lines(survey, result)
            if len(plain(Markup("\n\n").join([*paragraphs, lines]))) > LONGEST:
                break
            paragraphs.append(lines)
            left -= 1
        if left:
            more = ngettext("{n} more question: tap “Pictures”.", "{n} more questions: tap “Pictures”.", left)
            paragraphs.append(more.format(n=number(left)))
        return Markup("\n\n").join(paragraphs)
