"""Where we write to somebody with two messengers, whether the other may follow when that fails, and letting one go."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from bot.actions import addresses
from bot.actions.addresses import label, labels, way
from bot.core.fields import Choice, Confirm
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.locale import listing
from bot.core.messages import Option
from bot.core.router import Router
from bot.turn import Turn
from storage.members import MemberAddress, addresses_of

router = Router()

WHERE: Final = N_("Where we write to you")


def _channels(turn: Turn, _answers: Any) -> list[Option]:  # noqa: ANN401 - the form's
    mine = sorted(addresses_of(turn.session, turn.member.id), key=lambda address: address.id)
    return [Option(address.channel, label(turn.channels, address.channel)) for address in mine]


def _preferred(turn: Turn, _answers: Any) -> str:  # noqa: ANN401 - the form's
    return addresses_of(turn.session, turn.member.id)[0].channel


def _may_fall_back(turn: Turn, answers: Any) -> Markup:  # noqa: ANN401 - the form's
    first = answers["preferred"]
    rest = [label(turn.channels, one.channel) for one in addresses_of(turn.session, turn.member.id)
            if one.channel != first]  # fmt: skip
    asked = _("If you cannot be reached on {first}, may we write to you on {others}?")
    return asked.format(first=label(turn.channels, first), others=listing(rest))


reaching: Final = Form(
    "reaching",
    Choice("preferred", N_("Where should we write to you?"), choices=_channels, suggested=_preferred),
    Confirm("fallback", _may_fall_back),
    review=False,
)


def _what_goes(turn: Turn, answers: Any) -> Markup:  # noqa: ANN401 - the form's
    asked = _("Shall we separate {channel}? We then know nobody there, and what we know about you stays here alone.")
    return asked.format(channel=label(turn.channels, answers["channel"]))


separating: Final = Form(
    "separating",
    Confirm("sure", _what_goes, yes=N_("Yes, separate it"), no=N_("No, leave it")),
    review=False,
)


def line(turn: Turn) -> dict[str, tuple[Markup, Markup]]:
    """Where they are written to, by the button that changes it; nothing where there is no choice."""
    if not addresses.others(turn.session, turn.address):
        return {}
    return {"reaching": (_(WHERE), way(turn.session, turn.member, turn.channels))}


def steps(turn: Turn) -> list[Option]:
    """What else can be done about messengers: let the other one go, or add one."""
    others = addresses.others(turn.session, turn.address)
    apart = _("Separate {channel}")
    options = [
        Option(f"separate:{one.channel}", apart.format(channel=label(turn.channels, one.channel)).unescape())
        for one in others
    ]
    more = turn.channels.keys() - {turn.address.channel, *(one.channel for one in others)}
    return [*options, *([Option("link", _("Join another messenger").unescape())] if more else [])]


def show(turn: Turn) -> None:
    """Where they are written to now, and what of it can be changed."""
    joined = labels(turn.channels, addresses_of(turn.session, turn.member.id))
    lines = [_("You are one person to us on {channels}.").format(channels=joined), _where(turn)]
    turn.say(Markup("\n").join(lines), [Option("reaching", _(WHERE).unescape()), *steps(turn)])


@router.button("reaching")
def ask_where(turn: Turn) -> None:
    if addresses.others(turn.session, turn.address):
        turn.ask(reaching)


@router.completed(reaching)
def keep(turn: Turn, answers: dict[str, Any]) -> None:
    addresses.prefer(turn.session, turn.member, answers["preferred"], fallback=answers["fallback"])
    turn.say(Markup("\n").join([_("Done, thank you."), _where(turn)]))


@router.cancelled(reaching)
def leave_off(turn: Turn) -> None:
    turn.say(Markup("\n").join([_("All right, we leave it there. Nothing was changed."), _where(turn)]))


@router.button("separate")
def ask_separate(turn: Turn, channel: str) -> None:
    if _other(turn, channel) is not None:
        turn.ask(separating, channel=channel)


@router.completed(separating)
def separate(turn: Turn, answers: dict[str, Any]) -> None:
    address = _other(turn, answers["channel"])
    if address is None or not answers["sure"]:
        turn.say(_("All right, we leave it there. Nothing was changed."))
        return
    for file in addresses.separate(turn.session, address, turn.now):
        turn.files.remove(file)
    done = _("Done: {channel} is separate, and we know nobody there any more.")
    done = done.format(channel=label(turn.channels, address.channel))
    turn.say(Markup("\n").join([done, _where(turn)]))


def _other(turn: Turn, channel: str) -> MemberAddress | None:
    return next((one for one in addresses.others(turn.session, turn.address) if one.channel == channel), None)


def _where(turn: Turn) -> Markup:
    return Markup("<b>{}</b>: {}").format(_(WHERE), way(turn.session, turn.member, turn.channels))
