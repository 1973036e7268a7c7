"""The words of a declaration that is being written: its title and text in each language."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import declarations, rights
from bot.core.fields import Answers, Choice, Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import language_name, own_name
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.declarations import pages
from bot.turn import Turn
from storage.declarations import Declaration, DeclarationState

router = Router()

LONGEST_TITLE: Final = 100
LONGEST_TEXT: Final = 6000
"""Two printed pages; what is too long for one message is read in several."""


def _language(answers: Answers) -> str:
    return language_name(str(answers.get("tongue") or answers["language"]))


def _title_wanted(turn: Turn, answers: Answers) -> Markup:
    asked = _("What is the declaration called in {language}?").format(language=_language(answers))
    return _with_now(turn, answers, "titles", asked)


def _text_wanted(turn: Turn, answers: Answers) -> Markup:
    asked = _("Write what people will sign, in {language}. Once it is sent, no word of it can change.")
    return _with_now(turn, answers, "texts", asked.format(language=_language(answers)))


def _with_now(turn: Turn, answers: Answers, column: str, asked: Markup) -> Markup:
    """The question, and what there is already."""
    declaration = turn.session.get(Declaration, answers["it"]) if "it" in answers else None
    now = getattr(declaration, column).get(answers["language"]) if declaration else None
    if not now:
        return asked
    words = Markup(now) if column == "texts" else Markup("{}").format(now)  # noqa: S704 - stored as markup
    return Markup("\n\n").join([asked, _("This is what it says now. Skip it to leave it so."), words])


TONGUE: Final = Choice(
    "tongue",
    N_("Which language is it in?"),
    lambda turn, _answers: [Option(language, own_name(language)) for language in turn.network.languages],
    label=N_("Language"),
    suggested=lambda turn, _answers: str(turn.member.language),
)
TITLE: Final = Text("title", _title_wanted, label=N_("Title"), longest=LONGEST_TITLE)
TEXT: Final = Text("text", _text_wanted, label=N_("Text"), longest=LONGEST_TEXT, formatted=True)

NEW: Final = Form("new_declaration", TONGUE, TITLE, TEXT, review=False)
ADD: Final = Form("declaration_words", TITLE, TEXT, review=False)
CHANGE: Final = Form(
    "declaration_other_words",
    Text("title", _title_wanted, label=N_("Title"), longest=LONGEST_TITLE, optional=True),
    Text("text", _text_wanted, label=N_("Text"), longest=LONGEST_TEXT, formatted=True, optional=True),
    review=False,
)


@router.button("declaration_new", allowed=rights.writes)
def begin(turn: Turn, *_rest: str) -> None:
    turn.ask(NEW)


@router.completed(NEW, allowed=rights.writes)
def keep_new(turn: Turn, answers: dict[str, Any]) -> None:
    title = " ".join(answers["title"].split())
    declaration = declarations.begin(
        turn.session, turn.member, answers["tongue"], title, answers["text"], turn.network, turn.now
    )
    turn.preface(_("Kept as a draft. You can go on at any time."))
    pages.show(turn, declaration)


@router.button("declaration_words", allowed=rights.writes)
def ask(turn: Turn, key: str = "", language: str = "", *_rest: str) -> None:
    declaration = pages.find(turn, key, DeclarationState.DRAFT)
    if declaration is not None and language in turn.network.languages:
        turn.ask(CHANGE if language in declaration.titles else ADD, it=declaration.id, language=language)
    elif declaration is not None:
        pages.show(turn, declaration)


@router.completed(ADD, allowed=rights.writes)
@router.completed(CHANGE, allowed=rights.writes)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    declaration = pages.find(turn, answers["it"], DeclarationState.DRAFT)
    if declaration is None:
        return
    language, changes = answers["language"], {}
    if answers.get("title"):
        changes["titles"] = {**declaration.titles, language: " ".join(answers["title"].split())}
    if answers.get("text"):
        changes["texts"] = {**declaration.texts, language: str(answers["text"])}
    if changes:
        declarations.write(turn.session, declaration, turn.member, turn.now, **changes)
    else:
        turn.preface(_("All right, nothing was changed."))
    pages.show(turn, declaration)


for _form in (ADD, CHANGE):
    router.cancelled(_form)(pages.go_back)
