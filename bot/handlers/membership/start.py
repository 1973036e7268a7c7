"""/start: the language, what this is and what is kept, consent; or, for whoever is known already, welcome back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from markupsafe import Markup

from bot.actions import invitations, members, retention, signing
from bot.actions.menu import in_every_language, main_menu, typed, word_of
from bot.actions.rights import role_name, role_of
from bot.core.fields import Confirm
from bot.core.form import Form
from bot.core.i18n import N_, _, current
from bot.core.router import Router
from bot.handlers.membership.questions import SpokenLanguage, languages, which_language
from bot.handlers.membership.registration import registration
from bot.turn import Turn

router = Router()

GREETINGS: Final = (
    "Hi", "Hey", "Hello", "Salam", "Salamlar", "Salam əleyküm", "Sabahınız xeyir", "Sabahın xeyir", "Axşamınız xeyir",
    "Hər vaxtınız xeyir", "Привет", "Здравствуйте", "Здравствуй", "Доброе утро", "Добрый день", "Добрый вечер",
    "Good morning", "Good evening",
)  # fmt: skip
"""Understood from everybody, whichever language they chose."""


_LINK: Final = re.compile(r"https?://\S+[?&](?:start=|text=%2Fstart%20)([\w-]{20,64}|[a-z]+_\d{1,15})", re.ASCII)
"""A link that opens a messenger with an invitation, or with something that was passed on, see `Channel.link`."""

_SHARED: Final = re.compile(r"([a-z]+)_(\d{1,15})", re.ASCII)
"""What follows START where something was passed on: "call_12"."""

Opening = Callable[[Turn, str], None]
_OPENINGS: Final[dict[str, tuple[Opening, bool]]] = {}
"""Shows what was passed on, by what it is called. Called with (turn, "12")."""


def opening(name: str, *, joins: bool = True) -> Callable[[Opening], Opening]:
    """Show this where a link brings it: "/start name_12"; who is new here is then asked to join, if that is needed."""

    def register(show: Opening) -> Opening:
        _OPENINGS[name] = show, joins
        return show

    return register


def what_is_kept(turn: Turn, _answers: Any) -> Markup:  # noqa: ANN401 - the form's
    network = turn.network
    return Markup("\n\n").join(
        (
            Markup("<b>{}</b>").format(network.name[current()]),
            Markup("{}").format(network.about[current()]),
            _("It is run by: {coordinator}.").format(coordinator=network.coordinator[current()]),
            _(
                "If you join, we keep your answers and write to you about the topics you choose, and now and then "
                "about the network itself. Those who run the network see your answers; your colleagues see your name "
                "and job when we ask them to confirm you. At any time you can read all of it ({mydata}), stop our "
                "messages ({stop}) or have everything erased ({forget})."
            ).format(**{name: typed(name, turn.capabilities) for name in ("mydata", "stop", "forget")}),
            _("Do you agree?"),
        )
    )


welcome: Final = Form(
    "welcome",
    SpokenLanguage("language", which_language, choices=languages, suggested=lambda turn, _answers: turn.language),
    Confirm("consent", what_is_kept, yes=N_("Yes, I agree"), no=N_("No")),
    review=False,
)


def _is_token(_turn: Turn, rest: str) -> bool:
    """An invitation comes as "START <token>" where there are no commands, and so does what was passed on."""
    return re.fullmatch(r"[\w-]{20,64}", rest, re.ASCII) is not None or _SHARED.fullmatch(rest) is not None


@router.command("start", words=(word_of("start"), N_("Join")))
def start(turn: Turn) -> None:
    shared = _SHARED.fullmatch(turn.payload)
    if shared and shared[1] in _OPENINGS:
        show, joins = _OPENINGS[shared[1]]
        show(turn, shared[2])
        if joins and not turn.member.registered:
            begin(turn)
        return
    if turn.payload:
        _open_invitation(turn)
    if members.come_back(turn.member):
        turn.preface(_("Welcome back. We may write to you again."))
    begin(turn)


@router.phrase(lambda text: _LINK.search(text) is not None)
def follow(turn: Turn) -> None:
    """An invitation's link that was sent instead of opened, as the invitation offers."""
    link = _LINK.search(turn.inbound.plain)
    turn.payload = link[1] if link else ""
    start(turn)


@router.words(*in_every_language(N_("START"), "START", "BAŞLA", "СТАРТ"), rest=_is_token)
@router.button("start")
def start_again(turn: Turn) -> None:
    start(turn)


@router.command("hello", words=(N_("Hello"), N_("Good afternoon"), *GREETINGS))
@router.button("register")
def begin(turn: Turn) -> None:
    """Go on with whatever is missing."""
    if turn.member.consented_at is None:
        turn.ask(welcome)
    elif not turn.member.registered:
        turn.ask(registration)
    else:
        hello = _("Hello, {name}. What would you like to do?").format(name=turn.member.name)
        turn.say(hello, main_menu(turn.session, turn.member))


@router.completed(welcome)
def decide(turn: Turn, answers: dict[str, Any]) -> None:
    if answers["consent"]:
        members.consent(turn.member, turn.now)
        turn.preface(_("Thank you. A few short questions now; you can change every answer later."))
        turn.ask(registration)
    else:
        decline(turn)


@router.cancelled(welcome)
def decline(turn: Turn) -> None:
    """Nothing is kept of somebody who does not agree, but for what they signed, and a role somebody gave them."""
    role = role_of(turn.session, turn.member)
    if role is not None:
        turn.say(
            _(
                "That is all right. You still have your role here: {role}. We keep only that and your contact. If you "
                "change your mind, write {start}: you are always welcome."
            ).format(role=role_name(role), start=typed("start", turn.capabilities))
        )
        return
    if signing.signed(turn.session, turn.member):
        turn.say(
            _(
                "That is all right. We keep only what you signed and your contact, and will not write to you. You can "
                "read it or take it back ({declarations}), or have it erased ({forget})."
            ).format(**{name: typed(name, turn.capabilities) for name in ("declarations", "forget")})
        )
        return
    turn.say(
        _(
            "That is all right. We keep nothing about you and will not write to you. You can still read about our "
            "topics: {topics}. If you change your mind, write {start}: you are always welcome."
        ).format(**{name: typed(name, turn.capabilities) for name in ("topics", "start")})
    )
    retention.forget(turn.session, turn.address, turn.inbound.external_id, turn.now)


def _open_invitation(turn: Turn) -> None:
    invitation = invitations.redeem(turn.session, turn.payload, turn.member, turn.now, turn.inbound.name)
    if invitation is None:
        turn.preface(_("This link no longer works: it was used already, or it is too old. Please ask the person who "
                       "sent it to you for a new one."))  # fmt: skip
        return
    role = role_of(turn.session, turn.member) or invitation.role
    turn.preface(_("Your role here is now: {role}.").format(role=role_name(role)))
    names = [topic.labels[current()] for topic in turn.network.topics if topic.key in invitation.topics]
    if names:
        turn.preface(_("Your topics: {topics}.").format(topics=", ".join(names)))
