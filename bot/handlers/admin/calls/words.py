"""The words of a funding call: its title and text in each language, and what is to be said of registration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from markupsafe import Markup

from bot.actions import calls, rights
from bot.core.fields import Answers
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import language_name
from bot.core.router import Router
from bot.handlers.admin.calls import pages
from bot.handlers.admin.tongues import TONGUE
from bot.handlers.calls.fields import LONGEST_NOTE, TEXT, TITLE, Words, written
from bot.turn import Turn
from storage.calls import Call

router = Router()


def _now(column: str) -> Any:  # noqa: ANN401 - a Question
    """Asks anew for words there are already, and shows them."""

    def question(turn: Turn, answers: Answers) -> Markup:
        language, call = answers["language"], turn.session.get(Call, answers["it"])
        now = getattr(call, column).get(language, "") if call else ""
        asked = _("This is the {part} in {language} now. Send me all of it as it should be, or skip it.")
        part = _("title") if column == "titles" else _("text")
        words = Markup(now) if column == "texts" else Markup("{}").format(now)  # noqa: S704 - stored as markup
        return Markup("{}\n\n{}").format(asked.format(part=part, language=language_name(language)), words)

    return question


_NOTE: Final = Words(
    "note",
    N_("What else should applicants know of the registration of the grant?"),
    formatted=True,
    longest=LONGEST_NOTE,
    optional=True,
    when=lambda answers: bool(answers.get("registration")),
)

NEW: Final = Form("new_call", TONGUE, TITLE, TEXT, review=False)
ADD: Final = Form("call_words", TITLE, TEXT, _NOTE, review=False)
CHANGE: Final = Form(
    "call_other_words",
    replace(TITLE, question=_now("titles"), optional=True),
    replace(TEXT, question=_now("texts"), hint="", optional=True),
    _NOTE,
    review=False,
)


@router.button("call_new", allowed=rights.writes)
def begin(turn: Turn, *_rest: str) -> None:
    turn.ask(NEW)


@router.completed(NEW, allowed=rights.writes)
def keep_new(turn: Turn, answers: dict[str, Any]) -> None:
    call = calls.begin(turn.session, turn.member, answers["tongue"], answers["title"], answers["text"], turn.now)
    turn.preface(_("Kept as a draft. Now add what is known of it, as much as you like, at any time."))
    pages.show(turn, call)


@router.button("call_words", allowed=rights.writes)
def ask(turn: Turn, key: str = "", language: str = "", *_rest: str) -> None:
    call = pages.changeable(turn, key)
    if call is None:
        return
    if language in turn.network.languages:
        form = CHANGE if language in call.titles else ADD
        turn.ask(form, it=call.id, language=language, registration=call.registration)
    else:
        pages.show(turn, call)


@router.completed(ADD, allowed=rights.writes)
@router.completed(CHANGE, allowed=rights.writes)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    call = pages.changeable(turn, answers["it"])
    if call is None:
        return
    changes = written(call, answers)
    if changes:
        calls.write(turn.session, call, turn.member, turn.network, turn.now, **changes)
    else:
        turn.preface(_("All right, nothing was changed."))
    pages.show(turn, call)


for _form in (ADD, CHANGE):
    router.cancelled(_form)(pages.go_back)
