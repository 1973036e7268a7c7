"""The page of a funding call, for staff: what is known of it, and a question for each thing that is not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from markupsafe import Markup

from bot.actions import approving, callcards, callmoves, calls, publishing, rights, telling
from bot.actions.eligibility import ELIGIBLE
from bot.actions.menu import typed
from bot.actions.newsletters import Plan
from bot.actions.staff import person_words
from bot.core.fields import Answers, Choice, MultiChoice
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import capitals, language_name, listing, number, own_name, zoned_words
from bot.core.messages import Option
from bot.core.richtext import plain
from bot.handlers.admin import drafts, reach
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


def find(turn: Turn, key: object) -> Call | None:
    """The call, if this person may change it now; else says why not. Its row stays locked until the end of the turn."""
    number = drafts.number_of(key)
    call = turn.session.get(Call, number, with_for_update=True, populate_existing=True)
    if call is not None and call.state == CallState.DRAFT:
        publishing.note(turn.session, publishing.Due(calls.ABOUT, number), turn.network, turn.now)
    if call is None or not calls.may_edit(turn.session, turn.member, call, turn.network):
        turn.say(_("I do not find this call among yours. Write {command} to see them.").format(
            command=typed("calls", turn.capabilities)))  # fmt: skip
    elif call.state == CallState.WITHDRAWN:
        turn.say(_("This call was withdrawn, and cannot be changed any more."))
    elif call.state == CallState.DECLINED:
        turn.say(_("This proposal was declined."))
    elif leaving := publishing.leaving(turn.session, (calls.ABOUT, call.id)):
        follow = Option(f"broadcast:{leaving.id}", _("See where it stands").unescape())
        turn.say(_("This call is on its way out and cannot be changed. Take it back first."), [follow])
    else:
        return call
    return None


def locked(turn: Turn, call: Call) -> bool:
    """Whether a second person agreed to it as it stands: then nobody changes its words alone."""
    return call.state in calls.PUBLISHED and approving.needed(turn.network, calls.audience_of(call))


def refused(turn: Turn, call: Call) -> bool:
    """Whether it is locked; then says so, before the page."""
    if locked(turn, call):
        turn.preface(_("A second person agreed to this call as it stands, so only its deadline can be changed."))
        return True
    return False


def changeable(turn: Turn, key: object) -> Call | None:
    """As `find`, if its words can be changed; else shows the page, and returns None."""
    call = find(turn, key)
    if call is not None and refused(turn, call):
        show(turn, call)
        return None
    return call


def show(turn: Turn, call: Call, *, edit: bool = False) -> None:
    """Show the page, with what should be known before it is sent."""
    paragraphs = [
        Markup("<b>{}</b>").format(_heading(turn, call)),
        Markup("<b>{}</b>\n{}").format(calls.title(call, call.source), _beginning(call)),
        Markup("\n").join([*_languages(turn, call), *callcards.fact_lines(call, turn.network), *_documents(call)]),
        missing(call),
        Markup("\n").join(reach.overlong_words(calls.overlong(call, turn.network, turn.channels.values()))),
    ]
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, call), edit=edit)


def _page(turn: Turn, plan: Plan, edit: bool) -> None:
    """Where its publication leads back to."""
    call = find(turn, plan.newsletter.about_id)
    if call is not None:
        show(turn, call, edit=edit)


drafts.PAGES[calls.ABOUT] = _page


def _keep(turn: Turn, call: Call, field: str, value: Any) -> None:  # noqa: ANN401 - each field its own type
    if not refused(turn, call):
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
    find=find,
    keep=_keep,
    show=show,
    allowed=rights.writes,
)
UNTIL: Final = Sheet("call_until", DEADLINE, find=find, keep=_move, show=show, allowed=rights.writes)


def _heading(turn: Turn, call: Call) -> Markup:
    at = call.closed_at if call.state == CallState.CLOSED else call.published_at
    return _(_HEADINGS[CallState(call.state)]).format(
        name=person_words(turn.session, call.proposer_id, turn.member),
        moment=zoned_words(at, turn.network.zone) if at else "",
    )


def _beginning(call: Call) -> str:
    text = plain(call.texts.get(call.source, ""))
    return text if len(text) <= drafts.BEGINNING else text[: drafts.BEGINNING].rstrip() + "…"


def _languages(turn: Turn, call: Call) -> Iterator[Markup]:
    here = [language_name(language) for language in turn.network.languages if language in call.titles]
    missing = [language_name(language) for language in turn.network.languages if language not in call.titles]
    yield _("Written in: {languages}").format(languages=", ".join(here))
    if missing:
        yield _("Not written in: {languages}").format(languages=", ".join(missing))


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
    words = [Option(f"call_words:{key}:{each}", _words_label(call, each)) for each in turn.network.languages]
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
    ahead = [] if locked(turn, call) else details
    return [
        *ahead,
        *until,
        *(Option(f"call_{step}:{key}", label.unescape()) for step, label in steps.items()),
        *_sendings(turn, call),
    ]


def _again(turn: Turn, call: Call) -> dict[str, Markup]:
    """The way to those it concerns who do not have it."""
    if calls.is_taken_back(turn.session, call):
        return {"publish": _("Publish again")}
    more = calls.unheard(turn.session, call)
    said = ngettext("Send it to {n} more member", "Send it to {n} more members", more)
    return {"publish": said.format(n=number(more))} if more else {}


def _sendings(turn: Turn, call: Call) -> list[Option]:
    sent = telling.publications(turn.session, calls.ABOUT, call.id)
    return [Option(f"broadcast:{sent[-1].id}", _("See how it went").unescape())] if sent else []


def _words_label(call: Call, language: str) -> str:
    label = _("Change: {language}") if language in call.titles else _("Add: {language}")
    return label.format(language=own_name(language)).unescape()
