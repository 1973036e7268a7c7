"""What came back of a survey, for whoever made it: in words, as pictures, in parts, as files; and for the others."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from bot.actions import charts, results, sharing_results, survey_files
from bot.actions.localized import title
from bot.actions.result_words import few_words, slice_line, summary
from bot.actions.results import Result, Slice
from bot.actions.rights import writes
from bot.actions.spreadsheets import CSV, MIMES, XLSX
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import language_name, number
from bot.core.messages import Attachment, Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.admin.surveys import pages
from bot.handlers.surveys import pictures
from bot.turn import Turn
from storage.staff import record
from storage.surveys import QuestionKind, Survey, SurveyState, questions_of

router = Router()

PUBLISHED: Final = (SurveyState.OPEN, SurveyState.CLOSED)

PAGE: Final = 5
"""Questions shown at once."""

LISTED: Final = 20
"""Parts shown at once, the largest."""

PARTS: Final = {"topics": N_("By topic"), "region": N_("By region"), "language": N_("By language")}


@router.button("survey_results", allowed=writes)
def show(turn: Turn, key: str = "", first: str = "", *_rest: str) -> None:
    """All questions, a few at a time."""
    survey = _find(turn, key)
    if survey is None:
        return
    found = results.results(turn.session, survey, questions_of(turn.session, survey.id))
    begin = max(1, number_of(first))
    shown = found[begin - 1 : begin - 1 + PAGE]
    said = summary(survey, shown, results.answerers(turn.session, survey))
    text = Markup("<b>{}</b>\n\n{}").format(title(survey, turn.language), said)
    options = [*_ways_on(turn, survey, found), pages.back(survey)]
    if len(found) >= begin + PAGE:
        options = [Option(f"survey_results:{survey.id}:{begin + PAGE}", _("More questions").unescape()), *options]
    turn.say(text, options, edit=True)


@router.button("survey_pictures", allowed=writes)
def send_pictures(turn: Turn, key: str = "", first: str = "", *_rest: str) -> None:
    survey = _find(turn, key)
    if survey is not None:
        found = results.results(turn.session, survey, questions_of(turn.session, survey.id))
        pictures.send(turn, survey, found, "survey_pictures", first, pages.back(survey))


@router.button("survey_by", allowed=writes)
def show_parts(turn: Turn, key: str = "", by: str = "", *_rest: str) -> None:
    """How many answered in each part, and the way to what they answered."""
    survey = _find(turn, key)
    if survey is None or by not in PARTS:
        return
    parts = _parts(turn, survey, by)[:LISTED]
    lines = [Markup("<b>{}</b>").format(_(PARTS[by])), *(slice_line(_label(turn, by, one.key), one) for one in parts)]
    if any(not one.results for one in parts):
        lines.append(_("– stands where too few answered, or where it could be reckoned from the others."))
    ways = [
        Option(f"survey_part:{survey.id}:{by}:{one.key}", _label(turn, by, one.key)) for one in parts if one.results
    ]
    turn.say(Markup("\n").join(lines), [*ways, _to_results(survey), pages.back(survey)], edit=True)


@router.button("survey_part", allowed=writes)
def show_part(turn: Turn, key: str = "", by: str = "", of: str = "", *_rest: str) -> None:
    survey = _find(turn, key)
    if survey is None or by not in PARTS:
        return
    part = next((one for one in _parts(turn, survey, by) if one.key == of), Slice(of, 0, []))
    label = Markup("<b>{}</b>").format(_label(turn, by, of))
    again = Option(f"survey_by:{survey.id}:{by}", _(PARTS[by]).unescape())
    said = summary(survey, part.results, part.answerers)
    turn.say(Markup("\n\n").join([label, said]), [again, _to_results(survey)], edit=True)


@router.button("survey_file", allowed=writes)
def send_file(turn: Turn, key: str = "", kind: str = XLSX, *_rest: str) -> None:
    """The answers to take away, with what each column means."""
    survey = _find(turn, key)
    if survey is None or kind not in MIMES:
        return
    if survey.anonymous and not results.results(turn.session, survey, questions_of(turn.session, survey.id)):
        turn.say(few_words(), [pages.back(survey)], edit=True)
        return
    record(turn.session, turn.now, turn.member.id, "survey.file", survey=survey.id)
    said = _("One line for each who answered, and a codebook.")
    if not survey.anonymous:
        said = _("One line for each who answered, and a codebook. Please keep the names to yourself.")
    for name, file in zip(("answers", "codebook"), survey_files.write(
            turn.session, survey, turn.network, turn.files, kind), strict=False):  # fmt: skip
        turn.say(said, attachment=Attachment("document", file, f"survey-{survey.id}-{name}.{kind}", MIMES[kind]))


@router.button("survey_share", allowed=writes)
def ask_share(turn: Turn, key: str = "", *_rest: str) -> None:
    """Whether those who answered shall see what came of it."""
    survey = _to_share(turn, key)
    if survey is None:
        return
    people = sharing_results.readers(turn.session, survey)
    question = ngettext(
        "Send the results to the {n} member who answered, in their language?",
        "Send the results to the {n} members who answered, each in their language?",
        people,
    )
    yes = Option(f"survey_share_now:{survey.id}", _("Yes, send them").unescape())
    said = question.format(n=number(people))
    if any(each.kind == QuestionKind.TEXT for each in questions_of(turn.session, survey.id)):
        said = Markup("\n").join([said, _("What people wrote in their own words is not sent.")])
    turn.say(said, [yes, _to_results(survey)], edit=True)


@router.button("survey_share_now", allowed=writes)
def share(turn: Turn, key: str = "", *_rest: str) -> None:
    survey = _to_share(turn, key)
    if survey is None:
        return
    if sharing_results.share(turn.session, survey, turn.member, turn.network, turn.now):
        turn.say(_("The results are on their way to those who answered."), [pages.back(survey)], edit=True)
    else:
        turn.say(_("The results were sent already."), [pages.back(survey)], edit=True)


def _find(turn: Turn, key: str) -> Survey | None:
    """The survey, if its results can be looked at now; else says why not."""
    survey = pages.find(turn, key, *PUBLISHED)
    if survey is None or results.is_shown(survey):
        return survey
    turn.say(_("This survey is anonymous. Its results can be seen once it is closed."), [pages.back(survey)], edit=True)
    return None


def _to_share(turn: Turn, key: str) -> Survey | None:
    """The survey, if there is something to share and somebody to share it with; else says what there is."""
    survey = pages.find(turn, key, SurveyState.CLOSED)
    if survey is None or _is_shareable(turn, survey, sharing_results.shared(turn.session, survey)):
        return survey
    show(turn, key)
    return None


def _is_shareable(turn: Turn, survey: Survey, found: list[Result]) -> bool:
    return any(map(charts.has_picture, found)) and sharing_results.readers(turn.session, survey) > 0


def _ways_on(turn: Turn, survey: Survey, found: list[Result]) -> list[Option]:
    if not any(result.n for result in found):
        return []
    drawn = any(map(charts.has_picture, found))
    options = [Option(f"survey_pictures:{survey.id}", _("As pictures").unescape())] if drawn else []
    options += [Option(f"survey_by:{survey.id}:{by}", _(label).unescape()) for by, label in PARTS.items()]
    options.append(Option(f"survey_file:{survey.id}:{XLSX}", _("Answers for Excel").unescape()))
    options.append(Option(f"survey_file:{survey.id}:{CSV}", _("Answers as CSV").unescape()))
    if survey.state == SurveyState.CLOSED and survey.shared_at is None and _is_shareable(turn, survey, found):
        options.append(Option(f"survey_share:{survey.id}", _("Send to who answered").unescape()))
    return options


def _parts(turn: Turn, survey: Survey, by: str) -> list[Slice]:
    return results.slices(turn.session, survey, questions_of(turn.session, survey.id), by)


def _label(turn: Turn, by: str, key: str) -> str:
    if not key:
        return _("not known").unescape()
    if by == "language":
        return language_name(key)
    known = {each.key: each.labels for each in (turn.network.topics if by == "topics" else turn.network.regions)}
    return known[key][turn.language] if key in known else key


def _to_results(survey: Survey) -> Option:
    return Option(f"survey_results:{survey.id}", _("All results").unescape())
