"""The words of a survey or a declaration that is being written: its title and text in each language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Generic

from markupsafe import Markup

from bot.actions import appeals, rights
from bot.actions.appeals import A
from bot.core.fields import Answers, Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import language_name
from bot.core.router import Router
from bot.handlers.admin.pages import Pages
from bot.handlers.admin.tongues import TONGUE
from bot.turn import Turn
from storage.appeals import DRAFT

LONGEST_TITLE: Final = 100


class Wordings(Generic[A]):
    """Begins one with its words, and writes them in another language or anew.

    Args:
        title, text: msgids of what is asked for both, with the {language}.
        longest: of the text, in characters.
        kept: msgid of what is said of a new draft.
    """

    def __init__(self, table: type[A], pages: Pages[A], *, title: str, text: str, longest: int, kept: str) -> None:
        self._table: type[A] = table
        self._pages: Pages[A] = pages
        self._kept = kept
        noun, heading = table.noun, Text("title", self._asks("titles", title), label=N_("Title"), longest=LONGEST_TITLE)
        body = Text("text", self._asks("texts", text), label=N_("Text"), longest=longest, formatted=True)
        self._new = Form(f"new_{noun}", TONGUE, heading, body, review=False)
        self._add = Form(f"{noun}_words", heading, body, review=False)
        self._change = Form(
            f"{noun}_other_words", replace(heading, optional=True), replace(body, optional=True), review=False
        )
        self.router = Router()
        self.router.button(f"{noun}_new", allowed=rights.writes)(self._begin)
        self.router.completed(self._new, allowed=rights.writes)(self._keep_new)
        self.router.button(f"{noun}_words", allowed=rights.writes)(self._ask)
        for form in (self._add, self._change):
            self.router.completed(form, allowed=rights.writes)(self._keep)
            self.router.cancelled(form)(pages.go_back)

    def _asks(self, column: str, question: str) -> Any:  # noqa: ANN401 - a Question
        """Asks for words, and shows those there are already."""

        def ask(turn: Turn, answers: Answers) -> Markup:
            language = str(answers.get("tongue") or answers["language"])
            asked = _(question).format(language=language_name(language))
            it = turn.session.get(self._table, answers["it"]) if "it" in answers else None
            now = getattr(it, column).get(language) if it else None
            if not now:
                return asked
            words = Markup(now) if column == "texts" else Markup("{}").format(now)  # noqa: S704 - stored as markup
            return Markup("\n\n").join([asked, _("This is what it says now. Skip it to leave it so."), words])

        return ask

    def _begin(self, turn: Turn, *_rest: str) -> None:
        turn.ask(self._new)

    def _keep_new(self, turn: Turn, answers: dict[str, Any]) -> None:
        language, title, text = answers["tongue"], _on_one_line(answers["title"]), answers["text"]
        it = appeals.begin(turn.session, self._table, turn.member, language, title, text, turn.network, turn.now)
        turn.preface(_(self._kept))
        self._pages.show(turn, it)

    def _ask(self, turn: Turn, key: str = "", language: str = "", *_rest: str) -> None:
        it = self._pages.find(turn, key, DRAFT)
        if it is not None and language in turn.network.languages:
            turn.ask(self._change if language in it.titles else self._add, it=it.id, language=language)
        elif it is not None:
            self._pages.show(turn, it)

    def _keep(self, turn: Turn, answers: dict[str, Any]) -> None:
        it = self._pages.find(turn, answers["it"], DRAFT)
        if it is None:
            return
        language, changes = answers["language"], {}
        if answers.get("title"):
            changes["titles"] = {**it.titles, language: _on_one_line(answers["title"])}
        if answers.get("text"):
            changes["texts"] = {**it.texts, language: str(answers["text"])}
        if changes:
            appeals.write(turn.session, it, turn.member, turn.now, **changes)
        else:
            turn.preface(_("All right, nothing was changed."))
        self._pages.show(turn, it)


def _on_one_line(title: str) -> str:
    return " ".join(title.split())
