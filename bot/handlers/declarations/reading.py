"""One declaration: all of its text, how this person stands to it, and what leads on."""

from __future__ import annotations

from markupsafe import Markup

from bot.actions import members, signing
from bot.actions.countries import count_words
from bot.actions.declarationcards import whole
from bot.actions.localized import read
from bot.actions.menu import in_every_language
from bot.actions.standing import SIGN
from bot.core.i18n import _
from bot.core.locale import country_name, own_name, short_date
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.declarations.lists import OFFICE
from bot.handlers.declarations import lists
from bot.handlers.declarations.finding import key_of, names_declaration, published, to_list
from bot.handlers.membership import start
from bot.turn import Turn
from storage.declarations import Declaration, Signature

router = Router()


@router.words(*in_every_language(SIGN), rest=names_declaration)
def show_by_word(turn: Turn) -> None:
    """With its number or its code; the word alone leads to all of them."""
    if turn.payload:
        show(turn, turn.payload)
    else:
        lists.show(turn)


@start.opening("sign", joins=False)
def show_linked(turn: Turn, code: str) -> None:
    """Whoever has the link reads it and can sign it; who they are is asked only then."""
    show(turn, code)


@router.button("sign")
def show(turn: Turn, key: str = "", language: str = "") -> None:
    declaration = published(turn, key)
    if declaration is None:
        return
    if language in turn.network.languages and not turn.member.registered:  # nobody asked them yet what they read
        members.set_language(turn.member, language)
        turn.speak(language)
    shown = read(declaration, language or turn.language).language
    signature = signing.signature_of(turn.session, declaration.id, turn.member.id)
    text = [whole(declaration, shown, turn.network), _counted(turn, declaration), _standing(turn, signature)]
    ways = [*_steps(turn, declaration, signature, shown), *OFFICE.changing(turn, declaration), to_list()]
    turn.say(Markup("\n\n").join(part for part in text if part), ways)


def _steps(turn: Turn, declaration: Declaration, signature: Signature | None, shown: str) -> list[Option]:
    """To sign, or to take it back; and to read it in another language, which is then the one that is signed."""
    key = key_of(turn, declaration)
    others = [each for each in turn.network.languages if each in declaration.titles and each != shown]
    tongues = [Option(f"sign:{key}:{each}", own_name(each)) for each in others]
    if signing.stands(signature):
        return [*tongues, taking_back(declaration)]
    if signing.is_open(declaration, turn.now):
        return [Option(f"sign_now:{key}:{shown}", _("Sign it").unescape()), *tongues]
    return tongues


def taking_back(declaration: Declaration) -> Option:
    """Leads to taking one's signature back."""
    return Option(f"unsign:{declaration.id}", _("Take my signature back").unescape())


def _counted(turn: Turn, declaration: Declaration) -> Markup:
    count = signing.count(turn.session, declaration.id)
    return _("Signed by {signers}").format(signers=count_words(*count)) if count.people else Markup()


def _standing(turn: Turn, signature: Signature | None) -> Markup:
    if signature is None:
        return Markup()
    moment = signature.withdrawn_at or signature.signed_at
    day = short_date(moment.astimezone(turn.network.zone).date())
    if signature.withdrawn_at is not None:
        return _("You took your signature back on {day}.").format(day=day)
    signer = ", ".join(filter(None, (signature.name, signature.organisation, country_name(signature.country))))
    return _("You signed on {day}: {signer}.").format(day=day, signer=signer)
