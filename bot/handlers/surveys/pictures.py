"""Results as pictures, one a question, drawn in the reader's language while they wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.actions import charts, results
from bot.actions.result_words import question_lines, summary
from bot.actions.results import Result
from bot.core.i18n import _
from bot.core.messages import Attachment, Option
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage import carried
from storage.surveys import Survey

MOST: Final = 12
"""Pictures sent at once; each rings a phone."""


def send(turn: Turn, survey: Survey, found: Sequence[Result], more: str, first: str, *ways_on: Option) -> None:
    """Queue them; what is read rather than looked at comes as text.

    Args:
        more: the button that leads on where there are too many.
        first: the first to be sent, counted from one.
    """
    answered = [result for result in found if result.n]
    begin = max(1, number_of(first))
    shown = answered[begin - 1 : begin - 1 + MOST]
    if len(answered) >= begin + MOST:
        ways_on = (Option(f"{more}:{survey.id}:{begin + MOST}", _("More questions").unescape()), *ways_on)
    if not shown:
        turn.say(summary(survey, [], results.answerers(turn.session, survey)), ways_on)
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
