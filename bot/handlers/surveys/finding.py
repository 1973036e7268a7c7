"""The survey that a button or a typed word means, or a sentence about why there is none."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from bot.actions.answering import is_open
from bot.actions.localized import read
from bot.actions.menu import main_menu, typed
from bot.actions.participation import answered, halfway, is_asked, to_answer
from bot.core.fields import Search
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import short_date
from bot.core.messages import Option
from bot.core.search import search
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.members import Member
from storage.responses import Response
from storage.surveys import Survey, SurveyState


def names_survey(_turn: Turn, rest: str) -> bool:
    """What may follow the word that begins a survey: "SURVEY 12"."""
    return number_of(rest) > 0


def published(turn: Turn, key: object) -> Survey | None:
    """The survey, open or not any more; when there is none that asks this person, says so and returns None."""
    survey = turn.session.get(Survey, number_of(key))
    seen = survey is not None and (survey.state == SurveyState.CLOSED or is_open(survey, turn.now))
    if survey is None or not (seen or survey.state == SurveyState.OPEN):
        turn.say(_("I do not find this survey any more."), [to_list()])
    elif not turn.member.registered:
        first = _("For this we need to know who you are. Register first, it takes two minutes: {start}")
        menu = main_menu(turn.session, turn.member)
        turn.say(first.format(start=typed("start", turn.capabilities)), menu)
    elif not is_asked(turn.session, survey, turn.member):
        other = _("The survey “{title}” asks other members.")
        turn.say(other.format(title=title(turn, survey)), [to_list()])
    else:
        return survey
    return None


def title(turn: Turn, survey: Survey) -> str:
    """Plain, in the reader's language or else the one it was first written in."""
    return read(survey, turn.language).title


def say_taken(turn: Turn, survey: Survey, response: Response) -> None:
    """A colleague answers for the organisation, or did; this person may go on in their place."""
    turn.say(taken_words(turn, survey, response), [*taking_over(survey, response), to_list()])


def taken_words(turn: Turn, survey: Survey, response: Response) -> Markup:
    """Who answers for the organisation, or did, and when."""
    colleague, done = turn.session.get_one(Member, response.member_id), response.completed_at
    words = _("{name} answered “{title}” for your organisation on {day}.")
    if done is None:
        words = _("{name} is answering “{title}” for your organisation, since {day}.")
    day = short_date((done or response.begun_at).astimezone(turn.network.zone).date())
    return words.format(name=colleague.name or _("A colleague"), title=title(turn, survey), day=day)


def taking_over(survey: Survey, response: Response) -> list[Option]:
    """Leads to answering in a colleague's place, while that can be."""
    given = survey.anonymous and response.completed_at is not None
    return [] if given else [Option(f"take_survey:{survey.id}", _("Answer in their place").unescape())]


def to_list() -> Option:
    return Option("surveys", _("Surveys").unescape())


def _find(turn: Turn, typed: str) -> list[Option]:
    mine = (*to_answer(turn.session, turn.member, turn.now), *halfway(turn.session, turn.member, turn.now),
            *answered(turn.session, turn.member))  # fmt: skip
    known = {survey.id: survey for survey in mine}
    found = search(typed, [(each.id, [*each.titles.values()]) for each in known.values()], limit=len(known))
    return [Option(f"survey_card:{key}", title(turn, known[key])) for key in found]


finding: Final = Form("finding_survey", Search("survey", N_("Write a word of its title."), find=_find), review=False)
