"""Results in a few lines of text, for whoever has little bandwidth or none for pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Final

from markupsafe import Markup

from bot.actions.question_words import CLOSED, asked, choices
from bot.actions.results import FEWEST, Result, Slice
from bot.core.i18n import _, current, ngettext
from bot.core.locale import date_words, number, percent
from storage.surveys import QuestionKind, Survey

FREE: Final = 5
"""Lines shown of what was written freely; all of it is in the export."""

TOO_FEW: Final = "–"


def question_lines(survey: Survey, result: Result) -> Markup:
    """The question, then each answer with its share and count, means, and how many answered."""
    title = Markup("<b>{}. {}</b>").format(
        number(result.question.position), asked(result.question, current(), survey.source)
    )
    shown = [
        Markup("{} · {} ({})").format(percent(times / result.n if result.n else 0), label, number(times))
        for label, times in answers(survey, result)
    ]
    if result.question.kind not in CLOSED and len(result.counts) > len(shown):
        left = len(result.counts) - len(shown)
        shown.append(ngettext("and {n} more in the export", "and {n} more in the export", left).format(n=number(left)))
    return Markup("\n").join([title, *shown, mean_words(result)])


def answers(survey: Survey, result: Result) -> Iterator[tuple[str, int]]:
    """How often each was given, of all that could be picked, or of what was written most often."""
    labels = choices(result.question, current(), survey.source)
    counts = result.counts.items() if labels else islice(result.counts.items(), FREE)
    for key, times in counts:
        yield labels.get(key) or _free(result, key), times


def mean_words(result: Result) -> Markup:
    """How many answered, and what that is on average."""
    words = [_("n = {n}").format(n=number(result.n))]
    if result.mean is not None and result.median is not None and result.deviation is not None:
        words.append(_("mean {value}").format(value=_rounded(result.mean)))
        words.append(_("median {value}").format(value=_rounded(result.median)))
        words.append(_("standard deviation {value}").format(value=_rounded(result.deviation)))
    return Markup(", ").join(words)


def summary(survey: Survey, found: Sequence[Result], answerers: int) -> Markup:
    """All questions, or why there is nothing to see."""
    if not answerers:
        return _("Nobody has answered yet.")
    if not found:
        return few_words()
    return Markup("\n\n").join(question_lines(survey, result) for result in found)


def few_words() -> Markup:
    """Why an anonymous survey, or a part of it, shows nothing."""
    return _("It is anonymous, and fewer than {n} answered: so nothing is shown.").format(n=number(FEWEST))


def slice_line(label: str, one: Slice) -> Markup:
    """How many answered there."""
    if not one.results:
        return Markup("{}: {}").format(label, TOO_FEW)
    return Markup("{}: {}").format(label, number(one.answerers))


def _free(result: Result, key: str) -> str:
    if result.question.kind == QuestionKind.DATE:
        return date_words(date.fromisoformat(key), current())
    return _rounded(float(key)) if result.question.kind == QuestionKind.NUMBER else key


def _rounded(value: float) -> str:
    return number(round(value, 2))
