"""Writing a newsletter: the first text, the other languages, a photo or a document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from bot.actions import newsletters, rights
from bot.actions.menu import typed
from bot.core.fields import Answered, Answers, Given, Invalid, Message, Prompt
from bot.core.fields.field import UNREADABLE, Asking
from bot.core.fields.writing import Written
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import language_name
from bot.core.messages import Attachment, Option
from bot.core.router import Router
from bot.handlers.admin import drafts
from bot.handlers.admin.tongues import TONGUE
from bot.turn import Turn

router = Router()

LISTED = 8
"""Drafts shown at once."""


@dataclass(frozen=True)
class Beginning(Message):
    """The text of a new newsletter, or else one of the drafts there are: the answer is its option's id."""

    def ask(self, asking: Asking) -> Prompt:
        waiting = _waiting(asking.turn)
        if not waiting:
            return super().ask(asking)
        new = _("Send me the text of a new one, or go on with:")
        return Prompt(Markup("\n").join([new, _(self.hint)]), tuple(waiting))

    def take(self, asking: Asking, given: Given) -> Answered:
        if given.option in {draft.id for draft in _waiting(asking.turn)}:
            return Answered(given.option)
        _want_text(given)
        return super().take(asking, given)

    def load(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        return value if isinstance(value, str) else super().load(value)


def _waiting(turn: Turn) -> list[Option]:
    waiting = newsletters.drafts_of(turn.session, turn.member.id, LISTED)
    return [Option(f"draft:{draft.id}", newsletters.title(draft)) for draft in waiting]


def _want_text(given: Given) -> None:
    """Ask for words where there are none.

    Raises:
        Invalid: nothing was written, nor sent as a file.
    """
    if given.attachment is None and not given.plain.strip():
        unreadable = [_(UNREADABLE[given.kind])] if given.kind in UNREADABLE else []
        raise Invalid(Markup(" ").join([*unreadable, _("Please send the text.")]))


@dataclass(frozen=True)
class File(Message):
    """A photo or a document, and nothing without one."""

    def take(self, asking: Asking, given: Given) -> Answered:
        if given.attachment is None:
            raise Invalid(_("Please send a photo or a document."))
        return super().take(asking, given)


@dataclass(frozen=True)
class Words(Message):
    """A text in one language; with a file it replaces the newsletter's."""

    def take(self, asking: Asking, given: Given) -> Answered:
        if given.attachment is not None and not given.plain.strip():
            raise Invalid(_("Please write the text as well."))
        _want_text(given)
        return super().take(asking, given)


def _text_wanted(turn: Turn, answers: Answers) -> str:  # noqa: ARG001 - as forms call it
    return _("Send me the text in {language}, or forward it.").format(language=language_name(answers["language"]))


NEW = Form(
    "newsletter",
    Beginning(
        "written",
        N_("Send me the text of the newsletter, or forward it."),
        hint=N_("Bold, italic and links stay. One photo or document may come with it."),
    ),
    replace(TONGUE, when=lambda answers: isinstance(answers.get("written"), Written)),
    review=False,
)
TEXT = Form("newsletter_text", Words("written", _text_wanted), review=False)
FILE = Form("newsletter_file", File("file", N_("Send me the photo or the document.")), review=False)


@router.command("newsletter", words=[N_("Newsletter")], allowed=rights.writes)
def begin(turn: Turn) -> None:
    """Begin, or go on with a draft."""
    turn.ask(NEW)


@router.button("newsletter", allowed=rights.writes)
def begin_from_menu(turn: Turn, *_rest: str) -> None:
    begin(turn)


@router.completed(NEW, allowed=rights.writes)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    written = answers["written"]
    if isinstance(written, str):
        drafts.open_draft(turn, written.partition(":")[2])
        return
    newsletter = newsletters.begin(
        turn.session, turn.member, answers["tongue"], written.text, written.attachment, turn.now
    )
    drafts.show(turn, newsletters.plan(turn.session, newsletter, turn.member, turn.network))


@router.button("draft_text", allowed=rights.writes)
def ask_text(turn: Turn, draft: str = "", language: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None and language in turn.network.languages:
        turn.ask(TEXT, draft=plan.newsletter.id, language=language)
    elif plan is not None:
        drafts.show(turn, plan)


@router.completed(TEXT, allowed=rights.writes)
def keep_text(turn: Turn, answers: dict[str, Any]) -> None:
    plan = drafts.find(turn, answers["draft"])
    if plan is None:
        return
    written = answers["written"]
    newsletters.write_text(turn.session, plan.newsletter, answers["language"], written.text, turn.member, turn.now)
    if written.attachment is not None:
        newsletters.attach(turn.session, plan.newsletter, written.attachment, turn.member, turn.now)
    drafts.show(turn, plan)


@router.button("draft_file", allowed=rights.writes)
def ask_file(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None:
        turn.ask(FILE, draft=plan.newsletter.id)


@router.completed(FILE, allowed=rights.writes)
def keep_file(turn: Turn, answers: dict[str, Any]) -> None:
    _attach(turn, answers["draft"], answers["file"].attachment)


@router.button("draft_unfile", allowed=rights.writes)
def remove_file(turn: Turn, draft: str = "", *_rest: str) -> None:
    _attach(turn, draft, None)


@router.button("draft_delete", allowed=rights.writes)
def ask_delete(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None:
        sure = _("Delete “{title}”? It was not sent to anybody.").format(title=newsletters.title(plan.newsletter))
        options = [
            Option(f"draft_delete_now:{plan.newsletter.id}", _("Yes, delete it").unescape()),
            Option(f"draft:{plan.newsletter.id}", _("Keep it").unescape()),
        ]
        turn.say(sure, options, edit=True)


@router.button("draft_delete_now", allowed=rights.writes)
def delete(turn: Turn, draft: str = "", *_rest: str) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None:
        newsletters.discard(turn.session, plan.newsletter, turn.member, turn.now)
        turn.say(
            _("The draft is deleted. Write {command} to begin another.").format(
                command=typed("newsletter", turn.capabilities)
            ),
            edit=True,
        )


@router.cancelled(TEXT)
@router.cancelled(FILE)
def leave(turn: Turn, answers: Answers) -> None:
    drafts.go_back(turn, answers)


def _attach(turn: Turn, draft: object, attachment: Attachment | None) -> None:
    plan = drafts.find(turn, draft)
    if plan is not None:
        newsletters.attach(turn.session, plan.newsletter, attachment, turn.member, turn.now)
        drafts.show(turn, plan, edit=attachment is None)
