"""Votes on a survey of one question: in a native poll, with a button under the message, or by its word."""

from __future__ import annotations

import logging
from typing import Final

from markupsafe import Markup

from bot.actions import answering, voting
from bot.actions.ballots import VOTE, question_of
from bot.actions.menu import in_every_language
from bot.actions.participation import is_asked
from bot.actions.question_words import choices
from bot.core.folding import fold
from bot.core.i18n import _
from bot.core.locale import listing, zoned_words
from bot.core.messages import Inbound, Kind
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.surveys import lists
from bot.handlers.surveys.finding import published, title
from bot.turn import Turn
from storage.inbox import handled
from storage.surveys import Question, Survey

log = logging.getLogger(__name__)

router = Router()

_WORDS: Final = frozenset(map(fold, in_every_language(VOTE)))


def names_vote(_turn: Turn, rest: str) -> bool:
    """What may follow the word: the numbers of the survey and of the choice, "VOTE 12 1", or of the survey alone."""
    numbers = rest.split()
    return len(numbers) <= 2 and all(number_of(number) for number in numbers)  # noqa: PLR2004 - the survey, the choice


@router.kind(Kind.VOTE)
def cast(turn: Turn) -> None:
    """A vote in a poll. What cannot be counted because nobody meant it is passed over in silence."""
    inbound = turn.inbound
    poll = voting.poll_of(turn.session, inbound.address.channel, inbound.poll, turn.address.id, turn.now)
    survey = turn.session.get(Survey, poll.survey_id) if poll else None
    question = turn.session.get(Question, poll.question_id) if poll else None
    codes = voting.codes_at(question, inbound.picked) if question else None
    if survey is None or question is None or codes is None:
        log.info("a vote for a poll that asks nothing was left out")
    elif not turn.member.registered or not is_asked(turn.session, survey, turn.member):
        log.info("a vote of somebody who is not asked was left out")
    elif not answering.is_open(survey, turn.now):
        turn.say(_late(turn, survey))
    elif codes:
        done = voting.vote(turn.session, survey, question, turn.member, codes, turn.now)
        if done.first:
            turn.say(_thanks(turn, survey))
    else:
        answering.retract(turn.session, survey, turn.member)


@router.words(*in_every_language(VOTE), rest=names_vote)
def vote_by_word(turn: Turn) -> None:
    key, place, *_rest = *turn.payload.split(), "", ""
    if not place:
        lists.begin_by_word(turn)
        return
    survey = turn.session.get(Survey, number_of(key))
    question = question_of(turn.session, survey) if survey else None
    codes = voting.codes_at(question, [number_of(place) - 1]) if question else None
    vote(turn, key, codes[0] if codes else "")


@router.button("vote")
def vote(turn: Turn, key: str = "", code: str = "", *_rest: str) -> None:
    """Count what was picked, and say so; once more to pick the same changes nothing."""
    survey = published(turn, key)
    question = question_of(turn.session, survey) if survey else None
    if survey is None:
        return
    labels = choices(question, turn.language, survey.source) if question else {}
    if question is None or code not in labels:
        turn.say(_("There is no such choice."))
    elif not answering.is_open(survey, turn.now):
        turn.say(_late(turn, survey))
    elif counted := _voted_later(turn, survey, question):
        turn.say(_("Your answer is “{answer}”, as before.").format(answer=listing([labels[one] for one in counted])))
    else:
        done = voting.vote(turn.session, survey, question, turn.member, [code], turn.now)
        if done.first:
            turn.say(_thanks(turn, survey))
        elif done.changed:
            turn.say(_("Changed: your answer is “{answer}” now.").format(answer=labels[code]))
        else:
            turn.say(_("Your answer is “{answer}”, as before.").format(answer=labels[code]))


def _voted_later(turn: Turn, survey: Survey, question: Question) -> list[str]:
    """What counts as theirs, if they voted here after they said this, which was caught up with; else nothing.

    Only Twilio's list tells which of two messages was said first, to the second; a webhook tells no time. What was
    answered in the survey's form meanwhile, or on another messenger, is not looked at: there what came last counts.
    """
    said = handled(turn.session, turn.address.channel, turn.inbound.later) if turn.inbound.later else []
    inbounds = (Inbound.from_json(turn.inbound.address, "", payload) for payload in said)
    voted = any(_is_vote_on(survey, inbound) for inbound in inbounds)
    return voting.counted(turn.session, survey, question, turn.member) if voted else []


def _is_vote_on(survey: Survey, inbound: Inbound) -> bool:
    word, *numbers = inbound.plain.split() or [""]
    typed = fold(word) in _WORDS and len(numbers) == 2 and number_of(numbers[0]) == survey.id  # noqa: PLR2004 - as above
    return typed or inbound.tap.startswith(f"vote:{survey.id}:")


def _thanks(turn: Turn, survey: Survey) -> Markup:
    if survey.closes_at is None:
        return _("Thank you, your answer is in. You can change it until the survey closes.")
    until = zoned_words(survey.closes_at, turn.network.zone)
    return _("Thank you, your answer is in. You can change it until {moment}.").format(moment=until)


def _late(turn: Turn, survey: Survey) -> Markup:
    closed_at = survey.closed_at or survey.closes_at
    if closed_at is None:
        return _("“{title}” is closed, so this was not counted.").format(title=title(turn, survey))
    late = _("“{title}” closed on {moment}, so this was not counted any more.")
    return late.format(title=title(turn, survey), moment=zoned_words(closed_at, turn.network.zone))
