"""Results as pictures, one a question, drawn in the reader's language while they wait."""

from __future__ import annotations

from typing import Final

from bot.actions import charts, results
from bot.actions.result_words import few_words, question_lines
from bot.core.i18n import _
from bot.core.messages import Attachment, Option
from bot.turn import Turn
from storage import carried
from storage.surveys import Survey, questions_of

MOST: Final = 12
"""Pictures sent at once; each rings a phone."""


def send(turn: Turn, survey: Survey, *ways_on: Option) -> None:
    """Queue them; what is read rather than looked at comes as text."""
    found = results.results(turn.session, survey, questions_of(turn.session, survey.id))
    shown = [result for result in found if result.n][:MOST]
    if not shown:
        turn.say(few_words() if survey.anonymous else _("Nobody has answered yet."), ways_on)
    for result in shown:
        words = question_lines(survey, result)
        options = ways_on if result is shown[-1] else ()
        if not charts.has_picture(result):
            turn.say(words, options)
            continue
        file = charts.name(survey, result, turn.language)
        carried.want(turn.session, file, turn.now)
        picture = Attachment("photo", file, f"question-{result.question.position}.png", "image/png")
        turn.say(words, options, attachment=picture)
