"""What is offered to a person when nothing else is going on: the commands, and the main menu."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.actions.rights import RUNNING, may_write, role_of
from bot.core.channel import Capabilities
from bot.core.i18n import LANGUAGES, N_, _, speaking
from bot.core.messages import Option
from storage.declarations import has_declarations
from storage.members import Member


class Command(NamedTuple):
    """A command: "/topics" where the platform lists commands, elsewhere the word that is typed for it."""

    name: str
    word: str
    about: str


COMMANDS: Final = (
    Command("start", N_("Start"), N_("join, or hear from us again")),
    Command("topics", N_("Topics"), N_("choose what we write to you about")),
    Command("calls", N_("Calls"), N_("funding calls that are open for you")),
    Command("events", N_("Events"), N_("see what is ahead, and say whether you come")),
    Command("surveys", N_("Surveys"), N_("say what you think, and see what you said")),
    Command("declarations", N_("Declarations"), N_("read and sign declarations")),
    Command("profile", N_("Profile"), N_("see and change your details")),
    Command("language", N_("Language"), N_("change the language")),
    Command("link", N_("Link"), N_("be one person on two messengers")),
    Command("stop", N_("Stop"), N_("no more messages")),
    Command("mydata", N_("My data"), N_("get everything we keep about you")),
    Command("forget", N_("Forget me"), N_("erase everything we keep about you")),
    Command("help", N_("Help"), N_("what you can do here")),
)

STAFF_COMMANDS: Final = (
    Command("newsletter", N_("Newsletter"), N_("write to the members")),
    Command("schedules", N_("Schedules"), N_("newsletters that come every week or month")),
    Command("broadcasts", N_("Broadcasts"), N_("what was sent, and who received it")),
    Command("unreachable", N_("Unreachable"), N_("members whom no message reaches")),
    Command("staff", N_("Staff"), N_("who runs the network, and their roles")),
    Command("audit", N_("Audit log"), N_("who did what")),
)

_COMMAND: Final = {command.name: command for command in (*COMMANDS, *STAFF_COMMANDS)}


def word_of(name: str) -> str:
    """The word of this command, for `Router.command`, which translates it."""
    return _COMMAND[name].word


def typed(name: str, capabilities: Capabilities) -> Markup:
    """What to write for this command on this channel, in the reader's language."""
    return Markup("/{}").format(name) if capabilities.commands else Markup("<b>{}</b>").format(_(word_of(name)))


def in_every_language(word: str, *more: str) -> tuple[str, ...]:
    """A marked word as every language has it, for `Router.words`, and others that are understood everywhere."""
    return tuple(dict.fromkeys((*_translations(word), *more)))


def commands_for(session: Session, member: Member) -> tuple[Command, ...]:
    """What this person can write, by role."""
    return (*(command for command in STAFF_COMMANDS if command.name in _rights(session, member)), *COMMANDS)


def main_menu(session: Session, member: Member) -> tuple[Option, ...]:
    """What this person can do next: at most ten ways, which is what a list of WhatsApp's holds."""
    ahead = [("calls", N_("Funding calls")), ("events", N_("Events")), ("surveys", N_("Surveys"))]
    if member.stopped_at is None and has_declarations(session, member.id, signs=member.registered):
        ahead.append(("declarations", N_("Declarations")))
    options = [*ahead, ("topics", N_("Topics")), ("profile", N_("My profile")), ("help", N_("Help"))]
    if not member.registered:
        options = [("register", N_("Register")), *ahead, ("topics", N_("Topics")), ("help", N_("Help"))]
    if member.stopped_at is not None:
        options = [("start", N_("Start again")), *options]
    rights = _rights(session, member)
    options += [(name, word_of(name)) for name in ("newsletter", "broadcasts", "staff") if name in rights]
    return tuple(Option(name, _(label).unescape()) for name, label in options)


def _rights(session: Session, member: Member) -> set[str]:
    """Which of the staff's commands this person may use."""
    role = role_of(session, member)
    writing = {"newsletter", "schedules", "broadcasts"} if may_write(session, member) else set()
    return writing | ({"staff"} if role else set()) | ({"audit", "unreachable"} if role in RUNNING else set())


def _translations(word: str) -> Iterator[str]:
    for language in LANGUAGES:
        with speaking(language):
            yield _(word).unescape()
