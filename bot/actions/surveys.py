"""Surveys as their authors make them: the words, whom it asks, until when; and what is sent of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions import newsletters, telling
from bot.actions.following import stands
from bot.actions.localized import read
from bot.actions.newsletters import Overlong, Plan
from bot.actions.rights import RUNNING, may_send, may_write, role_of, topics_for
from bot.actions.surveycards import card
from bot.core.channel import Channel
from bot.network import Network
from storage.audiences import Audience
from storage.members import Member
from storage.newsletters import Newsletter
from storage.staff import record
from storage.surveys import Survey, SurveyState, questions_of

ABOUT: Final = "survey"
"""What `Newsletter.about` says of its publication."""

RESULTS: Final = "results"
"""And of its results, sent back to those who answered."""

PUBLISHED: Final = (SurveyState.OPEN, SurveyState.CLOSED)

PER: Final = ("member", "organisation")
"""Whose one answer it can be."""


def begin(session: Session, author: Member, language: str, title: str, text: Markup, network: Network,
          now: datetime) -> Survey:  # fmt: skip
    """A new draft; a focal point's asks those who follow its topics."""
    own = () if role_of(session, author) in RUNNING else topics_for(session, author, network)
    survey = Survey(
        author_id=author.id,
        state=SurveyState.DRAFT,
        source=language,
        titles={language: title},
        texts={language: str(text)},
        audience=Audience(topics=tuple(topic.key for topic in own)).to_json(),
        created_at=now,
    )
    session.add(survey)
    session.flush()
    record(session, now, author.id, "survey.begin", survey=survey.id, language=language)
    return survey


def write(session: Session, survey: Survey, actor: Member, now: datetime, **columns: Any) -> None:  # noqa: ANN401 - columns
    """Change these columns of a draft."""
    for column, value in columns.items():
        setattr(survey, column, value)
    record(session, now, actor.id, "survey.write", survey=survey.id, fields=sorted(columns))
    session.flush()


def discard(session: Session, survey: Survey, actor: Member, now: datetime) -> None:
    """Delete a draft that was never published, and what was prepared of it."""
    record(session, now, actor.id, "survey.delete", survey=survey.id)
    for newsletter in newsletters.unsent(session, ABOUT, survey.id):
        session.delete(newsletter)
    session.delete(survey)
    session.flush()


def may_edit(session: Session, member: Member, survey: Survey) -> bool:
    """Those who run the network may, and its author while they may write to those it asks."""
    mine = survey.author_id == member.id and may_write(session, member)
    allowed = mine and (survey.state == SurveyState.DRAFT or may_send(session, member, audience_of(survey)))
    return allowed or role_of(session, member) in RUNNING


def audience_of(survey: Survey) -> Audience:
    """Whom it asks."""
    return Audience.from_json(survey.audience)


def title(survey: Survey, language: str) -> str:
    """Plain, in this language or else the one it was first written in."""
    return read(survey, language).title


def cards(session: Session, survey: Survey, network: Network) -> dict[str, Markup]:
    """Its card, for the readers of each language of the network."""
    questions = questions_of(session, survey.id)
    return {each: card(survey, questions, each, network) for each in network.languages}


def publication(session: Session, survey: Survey, actor: Member, network: Network, now: datetime) -> Newsletter:
    """What would be sent of it, as it is now. It is what the audience is chosen for, and the survey asks the same."""
    author_id = actor.id if survey.author_id is None else survey.author_id
    newsletter = newsletters.to_publish(session, ABOUT, survey.id, author_id, now)
    if newsletter.audience is None:
        newsletter.audience = survey.audience
    survey.audience = newsletter.audience
    newsletter.texts = {language: str(text) for language, text in cards(session, survey, network).items()}
    newsletter.source = survey.source
    newsletter.useful_until = survey.closes_at
    session.add(newsletter)
    session.flush()
    return newsletter


def show_anew(session: Session, survey: Survey, network: Network, now: datetime) -> None:
    """Let every copy that was sent say what is right now."""
    telling.show_anew(session, ABOUT, survey.id, cards(session, survey, network), now)


def end(session: Session, survey: Survey, state: SurveyState, network: Network, at: datetime) -> None:
    """Let its copies say that it is over since then, and send no more of what reminds of it."""
    survey.state, survey.closed_at = state, at
    telling.overtake(session, ABOUT, survey.id, at)
    show_anew(session, survey, network, at)


def is_taken_back(session: Session, survey: Survey) -> bool:
    """Whether every copy that went out was recalled: then it can be sent once more."""
    return not any(stands(each) for each in telling.publications(session, ABOUT, survey.id))


def overlong(session: Session, survey: Survey, network: Network, channels: Iterable[Channel]) -> list[Overlong]:
    """The cards that do not fit a channel."""
    texts = {language: str(text) for language, text in cards(session, survey, network).items()}
    like = Newsletter(source=survey.source, texts=texts, audience=survey.audience, about=ABOUT, about_id=survey.id)
    return newsletters.overlong(Plan(like, audience_of(survey), [], survey.titles), network, channels)
