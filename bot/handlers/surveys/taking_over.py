"""Answering for the organisation in a colleague's place, who is told so."""

from __future__ import annotations

from bot.actions import answering, messages
from bot.actions.answering import is_open
from bot.actions.localized import read
from bot.actions.standing import answer as answer_option
from bot.core.i18n import _, speaking
from bot.core.messages import Outbound
from bot.core.router import Router
from bot.handlers.surveys.answering import ask, end
from bot.handlers.surveys.finding import published, say_taken
from bot.turn import Turn
from storage.members import Member
from storage.surveys import Survey

router = Router()


@router.button("take_survey")
def take_over(turn: Turn, key: str = "") -> None:
    survey = published(turn, key)
    if survey is None:
        return
    taken = answering.is_taken(turn.session, survey, turn.member, lock=True)
    if not is_open(survey, turn.now):
        end(turn, key)
    elif taken is not None and survey.anonymous and taken.completed_at is not None:
        say_taken(turn, survey, taken)
    else:
        if taken is not None:
            colleague = taken.member_id
            answering.take_over(turn.session, survey, turn.member, turn.now)
            _tell(turn, survey, colleague)
        ask(turn, survey)


def _tell(turn: Turn, survey: Survey, colleague_id: int) -> None:
    """They need not be surprised that their question is not asked any more."""
    colleague = turn.session.get_one(Member, colleague_id)
    with speaking(colleague.language):
        goes_on = _("{name} goes on with “{title}” for your organisation. Your answers are kept.")
        if survey.anonymous:
            goes_on = _("{name} answers “{title}” for your organisation now.")
        said = goes_on.format(name=turn.member.name, title=read(survey, colleague.language).title)
        outbound = Outbound(said, (answer_option(survey.id),), language=colleague.language)
    messages.tell(turn.session, colleague_id, outbound, f"survey:{survey.id}:{colleague_id}:{turn.token}", turn.now)
