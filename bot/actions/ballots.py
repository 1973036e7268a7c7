"""A survey of one question that is answered right where it is read: a native poll, or buttons under the message."""

from __future__ import annotations

from typing import Final, NamedTuple

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from bot.actions.localized import read
from bot.actions.question_words import CLOSED, asked, choices
from bot.core.channel import Capabilities
from bot.core.i18n import LANGUAGES, N_, _, speaking
from bot.core.messages import Option, Outbound
from bot.core.splitting import length
from storage.newsletters import Newsletter
from storage.surveys import Question, QuestionKind, Survey, questions_of

VOTE: Final = N_("VOTE")
"""What is typed, with the number of the survey and of the choice behind it, where there are no buttons."""


class Paper(NamedTuple):
    """The ballot in one language: the survey's title, its question, and what can be picked, label by code."""

    title: str
    question: str
    choices: tuple[tuple[str, str], ...]


class Ballot(NamedTuple):
    """What is voted on: hashable, as a part of what a broadcast carries.

    Attributes:
        several: more than one can be picked.
        papers: by language, for every language the bot speaks.
    """

    survey_id: int
    several: bool
    papers: tuple[tuple[str, Paper], ...]

    def paper(self, language: str) -> Paper:
        papers = dict(self.papers)
        return papers.get(language) or self.papers[0][1]


def question_of(session: Session, survey: Survey) -> Question | None:
    """The one question that can be voted on; None where a survey has more, or must know nobody."""
    questions = questions_of(session, survey.id)
    if survey.anonymous or survey.per != "member" or len(questions) != 1 or questions[0].kind not in CLOSED:
        return None
    return questions[0]


def ballot_of(session: Session, newsletter: Newsletter) -> Ballot | None:
    """What the readers of this newsletter vote on."""
    survey = session.get(Survey, newsletter.about_id) if newsletter.about == "survey" else None
    question = question_of(session, survey) if survey else None
    if survey is None or question is None:
        return None
    papers = []
    for language in LANGUAGES:
        with speaking(language):
            labels = choices(question, language, survey.source)
            words = asked(question, language, survey.source)
            papers.append((language, Paper(read(survey, language).title, words, tuple(labels.items()))))
    return Ballot(survey.id, question.kind == QuestionKind.SEVERAL, tuple(papers))


def is_native(ballot: Ballot, capabilities: Capabilities) -> bool:
    """Whether the platform has polls that hold it, in every language."""
    return all(
        len(paper.choices) <= capabilities.polls
        and length(paper.question, capabilities.units) <= capabilities.poll_question
        and all(length(label, capabilities.units) <= capabilities.poll_label for _code, label in paper.choices)
        for _language, paper in ballot.papers
    )


def as_poll(ballot: Ballot, language: str, why: Markup, ways_out: tuple[Option, ...], capabilities: Capabilities,
            *, open_now: bool) -> Outbound:  # fmt: skip
    """The native poll: its question, before it the title and behind it why it came, as far as there is room.

    One that was closed stays so on Telegram, also when the survey opens again: it is answered by *More about it* then.
    """
    paper = ballot.paper(language)
    asks = escape(paper.question)
    more = Option(f"survey:{ballot.survey_id}", _("More about it").unescape())
    whole = Markup("\n\n").join([escape(paper.title), asks, why])
    fitting = (whole, Markup("\n\n").join([asks, why]), asks)
    room = capabilities.poll_question
    text = next(each for each in fitting if length(str(each.unescape()), capabilities.units) <= room)
    kind = ("several" if ballot.several else "one") if open_now else "closed"
    picked = _choices(ballot, language) if open_now else ()
    return Outbound(text, (*picked, more, *ways_out), language=language, poll=kind)


def standing_choices(ballot: Ballot, language: str) -> tuple[Option, ...]:
    """The choices as buttons that work for ever, where one of them can be picked; nothing where several can."""
    return () if ballot.several else _choices(ballot, language)


def _choices(ballot: Ballot, language: str) -> tuple[Option, ...]:
    key, typed = ballot.survey_id, _(VOTE).unescape()
    return tuple(
        Option(f"vote:{key}:{code}", label, word=f"{typed} {key} {place}")
        for place, (code, label) in enumerate(ballot.paper(language).choices, 1)
    )
