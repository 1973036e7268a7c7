"""Who runs the network: the list, one-time links for new colleagues, and taking a role back."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import invitations, rights, staff
from bot.actions.menu import typed
from bot.core.fields import Answers, Choice, MultiChoice
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import listing, moment_words
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.turn import Turn
from storage.staff import Role, Staff

router = Router()

_INVITED: Final = (
    Option(Role.FOCAL_POINT, N_("Focal point: writes to chosen topics")),
    Option(Role.COORDINATOR, N_("Coordinator: writes to everybody")),
    Option(Role.OWNER, N_("Owner: also gives and takes roles")),
)


def _topics(turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(topic.key, topic.labels[turn.language]) for topic in turn.network.topics]


INVITATION: Final = Form(
    "invitation",
    Choice("role", N_("What role will this person have?"), _INVITED),
    MultiChoice(
        "topics",
        N_("Which topics may they write to?"),
        _topics,
        at_least=1,
        when=lambda answers: answers.get("role") == Role.FOCAL_POINT,
    ),
    review=False,
)


@router.command("staff", words=[N_("Staff")], allowed=rights.is_staff)
def colleagues(turn: Turn) -> None:
    """Everybody with a role; only owners can change anything."""
    found = staff.everyone(turn.session)
    lines = [Markup("<b>{}</b>").format(_("Who runs the network")), *(_line(turn, each) for each in found)]
    options: list[Option] = []
    if rights.is_owner(turn):
        options.append(Option("staff_invite", _("Invite somebody").unescape()))
        for each in found:
            name = staff.person_words(turn.session, each.member_id, turn.member).unescape()
            label = _("Take the role back: {name}").format(name=name).unescape()
            options.append(Option(f"staff_dismiss:{each.member_id}", label))
    if rights.runs(turn):
        options.append(Option("audit", _("What the staff did").unescape()))
    turn.say(Markup("\n").join(lines), options)


@router.button("staff", allowed=rights.is_staff)
def colleagues_from_menu(turn: Turn, *_rest: str) -> None:
    colleagues(turn)


@router.button("staff_invite", allowed=rights.is_owner)
def ask_invitation(turn: Turn, *_rest: str) -> None:
    turn.ask(INVITATION)


@router.completed(INVITATION, allowed=rights.is_owner)
def give_link(turn: Turn, answers: dict[str, Any]) -> None:
    """Say what to hand on, on every channel they may come from; the link itself in a message to forward."""
    role = Role(answers["role"])
    token = invitations.invite(turn.session, role, answers.get("topics") or (), turn.member.id, turn.now)
    until = moment_words(turn.now + invitations.LASTS[role], turn.network.zone)
    turn.say(
        _("Forward the next message to the person you invite. The link works once. It expires on {moment}.").format(
            moment=until
        )
    )
    ways = dict.fromkeys(channel.link(token) for channel in turn.channels.values())
    invited = _(
        "You are invited to help run {network}. Your role: {role}. Open this link, or send it to the bot:"
    ).format(network=turn.network.name[turn.language], role=rights.role_name(role))
    turn.say(Markup("\n").join([invited, *map(Markup("{}").format, ways)]), alone=True)


@router.button("staff_dismiss", allowed=rights.is_owner)
def ask_dismissal(turn: Turn, member: str = "", *_rest: str) -> None:
    found = turn.session.get(Staff, number_of(member))
    if found is None:
        turn.preface(_("This person has no role any more."))
        colleagues(turn)
        return
    sure = _("Take the role of {role} back from {name}?").format(
        role=rights.role_name(found.role), name=staff.person_words(turn.session, found.member_id, turn.member)
    )
    options = [
        Option(f"staff_dismiss_now:{found.member_id}", _("Yes, take it back").unescape()),
        Option("staff", _("No, leave it").unescape()),
    ]
    turn.say(sure, options, edit=True)


@router.button("staff_dismiss_now", allowed=rights.is_owner)
def dismiss(turn: Turn, member: str = "", *_rest: str) -> None:
    name = staff.person_words(turn.session, number_of(member))
    if staff.dismiss(turn.session, number_of(member), turn.member, turn.now):
        turn.preface(_("{name} has no role any more.").format(name=name))
    else:
        turn.preface(_("That cannot be done: somebody has to own the network. Invite another owner first."))
    if rights.is_staff(turn):
        colleagues(turn)
    else:
        turn.conversation = staff.without_forms(turn.conversation)
        turn.say(_("Write {command} to see what you can do here.").format(command=typed("help", turn.capabilities)))


def _line(turn: Turn, each: Staff) -> Markup:
    name = staff.person_words(turn.session, each.member_id, turn.member)
    line = Markup("{}: {}").format(name, rights.role_name(each.role))
    topics = [topic.labels[turn.language] for topic in turn.network.topics if topic.key in each.topics]
    return Markup("{} ({})").format(line, listing(topics)) if topics else line
