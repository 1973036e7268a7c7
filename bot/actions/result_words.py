"""Results in a few lines of text, for whoever has little bandwidth or none for pictures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final

from markupsafe import Markup

from bot.actions.concealing import FEWEST
from bot.actions.question_words import asked, choices
from bot.actions.results import Result, Slice
from bot.actions.spans import day_spans, number_spans
from bot.core.i18n import _, current
from bot.core.locale import number, percent
from storage.surveys import QuestionKind, Survey

FREE: Final = 5
"""What was written most often and is shown; all of it is in the export."""

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
    return Markup("\n").join([title, *shown, *more_words(result), mean_words(result)])


def answers(survey: Survey, result: Result) -> list[tuple[str, int]]:
    """How often each was given: of all that could be picked, of a few spans, or of what was written most often."""
    match result.question.kind:
        case QuestionKind.NUMBER:
            return number_spans(result.counts)
        case QuestionKind.DATE:
            return day_spans(result.counts)
        case QuestionKind.TEXT | QuestionKind.PLACE:
            return [(" ".join(words.split()), times) for words, times in islice(result.counts.items(), FREE)]
    labels = choices(result.question, current(), survey.source)
    return [(labels[code], times) for code, times in result.counts.items()]


def more_words(result: Result) -> list[Markup]:
    """How much of what was written is not among `answers`."""
    written = result.question.kind in (QuestionKind.TEXT, QuestionKind.PLACE)
    left = len(result.counts) - FREE if written else 0
    return [_("{n} more").format(n=number(left))] if left > 0 else []


def mean_words(result: Result) -> Markup:
    """How many answered, and what that is on average."""
    words = [_("n = {n}").format(n=number(result.n))]
    if result.question.kind == QuestionKind.SEVERAL:  # whose shares make more than a hundred per cent
        words.insert(0, _("Several choices"))
    if result.mean is not None and result.median is not None and result.deviation is not None:
        words.append(_("mean {value}").format(value=_rounded(result.mean)))
        words.append(_("median {value}").format(value=_rounded(result.median)))
        words.append(_("standard deviation {value}").format(value=_rounded(result.deviation)))
    return Markup(" · ").join(words)


def summary(survey: Survey, found: Sequence[Result], answerers: int) -> Markup:
    """All questions, or why there is nothing to see."""
    if found and answerers:
        return Markup("\n\n").join(question_lines(survey, result) for result in found)
    return few_words() if survey.anonymous and answerers else _("Nobody has answered yet.")


def few_words() -> Markup:
    """Why an anonymous survey, or a part of it, shows nothing."""
    return _("It is anonymous, and fewer than {n} answered: so nothing is shown.").format(n=number(FEWEST))


def slice_line(label: str, one: Slice) -> Markup:
    """How many answered there."""
    if not one.results:
        return Markup("{}: {}").format(label, TOO_FEW)
    return Markup("{}: {}").format(label, number(one.answerers))


def _rounded(value: float) -> str:
    return number(round(value, 2) + 0.0)  # no "-0"
