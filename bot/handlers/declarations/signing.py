"""Signing: as whom, from where, and what is kept and shown of it; whoever is new here may join afterwards."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import countries, signing
from bot.actions.localized import read
from bot.actions.menu import typed
from bot.actions.signing import Signer
from bot.core.fields import Search, Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.declarations import reading
from bot.handlers.declarations.finding import published, to_list
from bot.turn import Turn
from storage.declarations import Declaration

router = Router()

SIGNING: Final = Form(
    "signing",
    Text("name", N_("What is your name, as it shall stand under the text?"), label=N_("Name"), shortest=2, longest=100),
    Text(
        "organisation",
        N_("Which organisation do you sign for? Skip this if you sign for yourself alone."),
        label=N_("Organisation"),
        shortest=2,
        longest=160,
        optional=True,
    ),
    Search("country", N_("Which country are you from? Write its name."), label=N_("Country"), find=countries.find),
    done=N_("I sign"),
)


@router.button("sign_now")
def ask(turn: Turn, key: str = "", language: str = "") -> None:
    declaration = published(turn, key)
    if declaration is None:
        return
    signature = signing.signature_of(turn.session, declaration.id, turn.member.id)
    if signing.stands(signature) or not signing.is_open(declaration, turn.now):
        reading.show(turn, key, language)
        return
    known: dict[str, Any] = signing.by_default(turn.session, turn.member)
    if turn.member.country:
        known["country"] = countries.found(turn.member.country)
    turn.preface(consent_words(turn))
    turn.ask(SIGNING, declaration=key, tongue=read(declaration, language or turn.language).language, **known)


def consent_words(turn: Turn) -> Markup:
    """What is kept of a signer, and who sees it."""
    return _(
        "If you sign, your name, organisation and country are kept with the text and stand in the list of signers, "
        "which may be published. You can take your signature back at any time, and {forget} erases all of it."
    ).format(forget=typed("forget", turn.capabilities))


@router.completed(SIGNING)
def sign(turn: Turn, answers: dict[str, Any]) -> None:
    declaration = published(turn, answers["declaration"])
    if declaration is None:
        return
    country = countries.code_of(answers["country"])
    organisation = " ".join((answers["organisation"] or "").split())
    signer = Signer(" ".join(answers["name"].split()), organisation, country, answers["tongue"])
    if signing.sign(turn.session, declaration.id, turn.member, signer, turn.now) is None:
        turn.preface(_("It was closed meanwhile, so your signature could not be taken. Thank you all the same."))
        reading.show(turn, answers["declaration"])
        return
    _thank(turn, declaration)


@router.cancelled(SIGNING)
def leave(turn: Turn, answers: dict[str, Any]) -> None:
    turn.preface(_("All right, you did not sign."))
    reading.show(turn, answers["declaration"])


def _thank(turn: Turn, declaration: Declaration) -> None:
    signers = countries.count_words(*signing.count(turn.session, declaration.id))
    thanks = _("Thank you. You signed “{title}”. It is signed by {signers} so far.")
    said = [thanks.format(title=read(declaration, turn.language).title, signers=signers)]
    options = [reading.taking_back(declaration), to_list()]
    if not turn.member.registered:
        said.append(_("Would you like to hear from {network}? Then join; it takes two minutes.").format(
            network=turn.network.name[turn.language]))  # fmt: skip
        options = [Option("register", _("Register").unescape()), *options]
    turn.say(Markup("\n\n").join(said), options)
