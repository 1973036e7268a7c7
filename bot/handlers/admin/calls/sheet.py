"""The page of a funding call, for staff: what is known of it, and a question for each thing that is not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from markupsafe import Markup

from bot.actions import callcards, callmoves, calls, rights
from bot.actions.eligibility import ELIGIBLE
from bot.actions.staff import person_words
from bot.core.fields import Answers, Choice, MultiChoice
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import capitals, listing, number, zoned_words
from bot.core.messages import Option
from bot.handlers.admin import reach, sent, tongues
from bot.handlers.admin.calls import pages
from bot.handlers.calls.fields import AMOUNT, DEADLINE, DONOR, LINK, amount_columns, topics
from bot.handlers.sheets import Sheet
from bot.turn import Turn
from storage.calls import Call, CallState

_HEADINGS: Final = {
    CallState.DRAFT: N_("A call, not published yet"),
    CallState.PROPOSED: N_("Proposed by {name}"),
    CallState.OPEN: N_("A call, published on {moment}"),
    CallState.CLOSED: N_("A call, closed on {moment}"),
}

_REGISTERED: Final = (
    Option("yes", N_("It must be registered")),
    Option("no", N_("It need not be registered")),
    Option("unknown", N_("Not known")),
)


def show(turn: Turn, call: Call, *, edit: bool = False) -> None:
    """Show the page, with what should be known before it is sent."""
    languages = tongues.language_lines(turn, call.titles)
    paragraphs = [
        Markup("<b>{}</b>").format(_heading(turn, call)),
        Markup("<b>{}</b>\n{}").format(calls.title(call, call.source), tongues.beginning(call)),
        Markup("\n").join([*languages, *callcards.fact_lines(call, turn.network), *_documents(call)]),
        missing(call),
        Markup("\n").join(reach.overlong_words(calls.overlong(call, turn.network, turn.channels.values()))),
    ]
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, call), edit=edit)


def _keep(turn: Turn, call: Call, field: str, value: Any) -> None:  # noqa: ANN401 - each field its own type
    if not pages.refused(turn, call):
        calls.write(turn.session, call, turn.member, turn.network, turn.now, **_columns(turn, field, value))


def _columns(turn: Turn, field: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    match field:
        case "amount":
            return amount_columns(value)
        case "topics" if not value and not rights.runs(turn):
            return {"topics": [topic.key for topic in rights.topics_for(turn.session, turn.member, turn.network)]}
        case "registration":
            return {"registration": "" if value == "unknown" else value}
        case "donor" | "link":
            return {field: value or ""}
        case _:
            return {field: value}


def _move(turn: Turn, call: Call, _field: str, value: Any) -> None:  # noqa: ANN401 - as above
    moved = callmoves.move_deadline(turn.session, call, value, turn.member, turn.network, turn.now)
    told = callmoves.savers(turn.session, call) if moved and call.state == CallState.OPEN else 0
    if told:
        said = ngettext("{n} member who saved it is told.", "{n} members who saved it are told.", told)
        turn.preface(said.format(n=number(told)))


def _ticked(field: str, turn: Turn, answers: Answers) -> list[str]:
    call = turn.session.get(Call, answers["it"])
    return [] if call is None else list(getattr(call, field))


def _topics_wanted(turn: Turn, _answers: Answers) -> Markup:
    all_of_them = _("Tick none to leave it open to all.") if rights.runs(turn) else _("Tick none for all your topics.")
    return Markup("\n").join([_("Which topics does it belong to?"), all_of_them])


def _eligible(_turn: Turn, _answers: Answers) -> list[Option]:
    called = {key: _(words).unescape() for key, words in ELIGIBLE.items()}
    return [Option(key, capitals(words[:1]) + words[1:]) for key, words in called.items()]


DETAILS: Final = Sheet(
    "call",
    DONOR,
    AMOUNT,
    MultiChoice(
        "eligible",
        N_("Who may apply?"),
        _eligible,
        label=N_("Who may apply"),
        hint=N_("Tick none to leave it open to all."),
        suggested=partial(_ticked, "eligible"),
    ),
    MultiChoice("topics", _topics_wanted, topics, label=N_("Topics"), suggested=partial(_ticked, "topics")),
    MultiChoice(
        "regions",
        N_("For organisations from which regions is it?"),
        lambda turn, _answers: reach.choices(turn, "regions"),
        label=N_("Regions"),
        hint=N_("Tick none to leave it open to all."),
        suggested=partial(_ticked, "regions"),
    ),
    LINK,
    Choice("registration", N_("Must a grant be registered?"), _REGISTERED, label=N_("Grant registration")),
    find=pages.find,
    keep=_keep,
    show=pages.show,
    allowed=rights.writes,
)
UNTIL: Final = Sheet("call_until", DEADLINE, find=pages.find, keep=_move, show=pages.show, allowed=rights.writes)


def _heading(turn: Turn, call: Call) -> Markup:
    at = call.closed_at if call.state == CallState.CLOSED else call.published_at
    return _(_HEADINGS[CallState(call.state)]).format(
        name=person_words(turn.session, call.proposer_id, turn.member),
        moment=zoned_words(at, turn.network.zone) if at else "",
    )


def _documents(call: Call) -> Iterator[Markup]:
    if call.documents:
        yield Markup("{}: {}").format(_("Documents"), listing(callcards.document_names(call)))


def missing(call: Call) -> Markup:
    """What members will look for, and not find."""
    amount = call.amount_from is not None or call.amount_to is not None
    known = {DONOR: call.donor, AMOUNT: amount, DEADLINE: call.deadline, LINK: call.link}
    missing = [_(field.label) for field, value in known.items() if not value]
    return _("Not said yet: {things}.").format(things=listing(missing)) if missing else Markup()


def _options(turn: Turn, call: Call) -> list[Option]:
    key = call.id
    words = tongues.word_options(turn, f"call_words:{key}", call.titles)
    documents = Option(f"call_files:{key}", _("Documents").unescape())
    details = [*words, *DETAILS.options(call), documents]
    until = UNTIL.options(call)
    match call.state:
        case CallState.PROPOSED:
            steps = {"accept": _("Accept"), "decline": _("Decline the proposal")}
        case CallState.DRAFT:
            steps = {"preview": _("Preview"), "try": _("Send a test to me"), "publish": _("Publish")}
            steps["delete"] = _("Delete the draft")
        case CallState.OPEN:
            steps = {**_again(turn, call), "close": _("Close it now"), "withdraw": _("Withdraw the call")}
        case _:
            steps = {"withdraw": _("Withdraw the call")}
    ahead = [] if pages.agreed(turn, call) else details
    return [
        *ahead,
        *until,
        *(Option(f"call_{step}:{key}", label.unescape()) for step, label in steps.items()),
        *sent.newest(turn, calls.ABOUT, call.id),
    ]


def _again(turn: Turn, call: Call) -> dict[str, Markup]:
    """The way to those it concerns who do not have it."""
    if calls.is_taken_back(turn.session, call):
        return {"publish": _("Publish again")}
    more = calls.unheard(turn.session, call)
    said = ngettext("Send it to {n} more member", "Send it to {n} more members", more)
    return {"publish": said.format(n=number(more))} if more else {}
