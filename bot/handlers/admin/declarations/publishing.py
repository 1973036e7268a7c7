"""Opening a declaration for signature: it is sent, and from here on it goes the way of every newsletter."""

from __future__ import annotations

from bot.actions import appeals, rights
from bot.actions.declarationcards import whole
from bot.actions.newsletters import Plan
from bot.core.i18n import N_, _
from bot.core.locale import own_name
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import confirming, preview
from bot.handlers.admin.declarations import pages
from bot.turn import Turn
from storage.declarations import Declaration, DeclarationState

router = Router()


@router.button("declaration_trial", allowed=rights.writes)
def read(turn: Turn, key: str = "", language: str = "", *_rest: str) -> None:
    """All of it, as a signer sees it, in one language or another."""
    declaration = pages.find(turn, key, DeclarationState.DRAFT)
    if declaration is None:
        return
    shown = language if language in declaration.titles else turn.language
    others = [each for each in turn.network.languages if each in declaration.titles and each != shown]
    options = [Option(f"declaration_trial:{declaration.id}:{each}", own_name(each)) for each in others]
    turn.say(whole(declaration, shown, turn.network), [*options, pages.back(declaration)])


@router.button("declaration_preview", allowed=rights.writes)
def show_preview(turn: Turn, key: str = "", *_rest: str) -> None:
    """The message that members get."""
    declaration = pages.find(turn, key, DeclarationState.DRAFT)
    if declaration is not None:
        preview.preview(turn, str(_plan(turn, declaration).newsletter.id))


@router.button("declaration_publish", allowed=rights.writes)
def publish(turn: Turn, key: str = "", *_rest: str) -> None:
    declaration = pages.find(turn, key, DeclarationState.DRAFT, DeclarationState.OPEN)
    if declaration is None or not _ready(turn, declaration):
        return
    plan = _plan(turn, declaration)
    if confirming.ready(turn, plan):
        if declaration.state == DeclarationState.DRAFT:
            turn.preface(_("Once it is sent, no word of it can change: what is signed stays as it was signed."))
        confirming.show(turn, plan)


@pages.PAGES.asks_first(
    router,
    "declaration_delete",
    N_("Delete the declaration “{title}”? It was not sent to anybody."),
    N_("Yes, delete it"),
    DeclarationState.DRAFT,
)
def delete(turn: Turn, declaration: Declaration) -> None:
    appeals.discard(turn.session, declaration, turn.member, turn.now)
    turn.say(_("The draft is deleted."), [Option("declaration_new", _("New declaration").unescape())], edit=True)


def _ready(turn: Turn, declaration: Declaration) -> bool:
    """Whether it can be sent; else says what is in the way, before the page."""
    if declaration.state == DeclarationState.OPEN and not appeals.is_taken_back(turn.session, declaration):
        turn.preface(_("This declaration was sent already."))
    elif declaration.closes_at is not None and declaration.closes_at <= turn.now:
        turn.preface(_("It would be closed already. Please say until when it is open."))
    else:
        return True
    pages.show(turn, declaration, edit=True)
    return False


def _plan(turn: Turn, declaration: Declaration) -> Plan:
    return appeals.plan(turn.session, declaration, turn.member, turn.network, turn.now)
