"""The questions about an event: when it begins and ends, where, for how many and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import Any, Final

from markupsafe import Markup

from bot.actions import events, rights
from bot.actions.eligibility import ELIGIBLE
from bot.core.fields import Answered, Answers, Count, Given, Invalid, Link, Moment, MultiChoice, Spot, Stay, Text
from bot.core.fields.field import Asking, Field, Question, readable
from bot.core.i18n import N_, _, ngettext
from bot.core.locale import capitals, language_name, number, zoned_words
from bot.core.messages import Option
from bot.core.moments import hour_of, on
from bot.handlers.admin import reach
from bot.turn import Turn
from storage.events import Event
from storage.rsvps import seats_taken

LONGEST_TITLE: Final = 120
LONGEST_TEXT: Final = 20_000
"""More than any phone takes: what fits is asked of them."""


def clock(turn: Turn) -> tuple[datetime, tzinfo]:
    return turn.now, turn.network.zone


def event_of(asking: Asking) -> Event:
    """The one that is asked about."""
    return asking.turn.session.get_one(Event, asking.answers["it"])  # type: ignore[no-any-return]  # the core does not know Turn


@dataclass(frozen=True)
class Ending(Moment):
    """When an event ends: an hour alone is one of the day on which it begins."""

    def take(self, asking: Asking, given: Given) -> Answered | Stay:
        starts_at = asking.answers.get("starts_at") or event_of(asking).starts_at
        hour = hour_of(readable(given)) if starts_at is not None and "day" not in asking.state else None
        if starts_at is None or hour is None:
            taken = super().take(asking, given)
        else:
            taken = Answered(
                self.dump(on(starts_at.astimezone(asking.turn.network.zone).date(), hour, clock(asking.turn)[1]))
            )
        if isinstance(taken, Answered) and starts_at is not None and self.load(taken.value) <= starts_at:
            begins = zoned_words(starts_at, asking.turn.network.zone)
            before = _(
                "An event ends after it has begun, and this one begins on {moment}. Please write a later moment."
            )
            raise Invalid(before.format(moment=begins))
        return taken


@dataclass(frozen=True)
class Seats(Count):
    """How many can come: not fewer than have a seat already."""

    def take(self, asking: Asking, given: Given) -> Answered:
        answered = super().take(asking, given)
        taken = seats_taken(asking.turn.session, asking.answers["it"])
        if answered.value < taken:
            said = ngettext("{n} seat is taken already. Please write at least as many.",
                            "{n} seats are taken already. Please write at least as many.", taken)  # fmt: skip
            raise Invalid(said.format(n=number(taken)))
        return answered


@dataclass(frozen=True)
class Description(Text):
    """The text in one language: not more than fits on any phone of the network's, with all else that its card says."""

    def take(self, asking: Asking, given: Given) -> Answered:
        answered = super().take(asking, given)
        event, turn, language = event_of(asking), asking.turn, asking.answers["language"]
        title = asking.answers.get("title") or asking.answers.get("new_title") or event.titles.get(language, "")
        overlong = events.overlong(turn.session, event, language, title, answered.value, turn.network,
                                   turn.channels.values())  # fmt: skip
        if overlong:
            worst = max(overlong, key=lambda each: each.excess)
            shorten = ngettext(
                "This is {n} character too long for {channel}. Please shorten it.",
                "This is {n} characters too long for {channel}. Please shorten it.",
                worst.excess,
            )
            raise Invalid(shorten.format(n=number(worst.excess), channel=worst.channel.label))
        return answered


def _worded(question: str, known: str, turn: Turn, answers: Answers) -> Markup:
    """The question, with what there is already, which stays when it is skipped."""
    event = turn.session.get_one(Event, answers["it"])
    language = answers["language"]
    now = {"title": event.titles, "text": event.texts}[known].get(language, "")
    asked = _(question).format(language=language_name(language))
    if not now:
        return asked
    shown = Markup("{}").format(now) if known == "title" else Markup(now)  # noqa: S704 - stored as markup
    return Markup("\n\n").join([asked, _("Skip it to leave it as it is now:"), shown])


def _has_title(answers: Answers) -> bool:
    return bool(answers.get("known"))


TITLE: Final = partial(_worded, N_("What is the event called in {language}?"), "title")
TEXT: Final = partial(
    _worded, N_("What is it about? Write the text in {language}. Bold, italic and links stay."), "text"
)


def words() -> tuple[Text, ...]:
    """Title and text in the language that is known; a title that there is already may stay."""
    return (
        Text("title", TITLE, longest=LONGEST_TITLE, when=lambda answers: not _has_title(answers)),
        Text("new_title", TITLE, longest=LONGEST_TITLE, optional=True, when=_has_title),
        Description("text", TEXT, longest=LONGEST_TEXT, formatted=True, optional=True),
    )


BEGINS: Final = N_("When does it begin?")
ENDS: Final = N_("When does it end?")
PLACE: Final = N_("Where is it? Write the address, or send the place from the map.")
LINK: Final = N_("Under which link can one join from afar?")


def begins(question: Question = BEGINS, *, optional: bool = False) -> Moment:
    return Moment("starts_at", question, label=N_("Begins"), optional=optional, clock=clock,
                  hint=N_("Write a day and an hour, such as {day} 15:00, tomorrow 9:00, or Friday 14:30."))  # fmt: skip


def finishes(question: Question = ENDS) -> Ending:
    return Ending("ends_at", question, label=N_("Ends"), optional=True, clock=clock,
                  hint=N_("An hour is enough where it is the same day, such as 17:00."))  # fmt: skip


def place(question: Question = PLACE) -> Spot:
    return Spot("place", question, label=N_("Place"), optional=True)


def link(question: Question = LINK) -> Link:
    return Link("link", question, label=N_("Online link"), optional=True)


def where_and_when() -> tuple[Field, ...]:
    """All that can change once it is published: what is skipped stays as it is."""
    return (
        begins(partial(_as_it_is, BEGINS, "starts_at"), optional=True),
        finishes(partial(_as_it_is, ENDS, "ends_at")),
        place(partial(_as_it_is, PLACE, "place")),
        link(partial(_as_it_is, LINK, "link")),
    )


def _as_it_is(question: str, name: str, turn: Turn, answers: Answers) -> Markup:
    now = getattr(turn.session.get_one(Event, answers["it"]), name)
    if not now:
        return _(question)
    shown = zoned_words(now, turn.network.zone) if isinstance(now, datetime) else now
    return Markup("\n").join([_(question), _("Now: {answer}").format(answer=shown), _("Skip it to leave it so.")])


def seats() -> Seats:
    return Seats("capacity", N_("How many can come? Skip it if there is room for everybody."), label=N_("Seats"),
                 optional=True)  # fmt: skip


def _asked(question: str, turn: Turn, answers: Answers) -> Markup:  # noqa: ARG001 - as forms call it
    own = question == _TOPICS and not rights.runs(turn)
    return Markup("\n").join(
        [_(question), _("Tick none for all your topics.") if own else _("Tick none to leave it open to all.")]
    )


def _offered(line: str, turn: Turn, answers: Answers) -> list[Option]:  # noqa: ARG001 - as above
    if line == "eligible":
        return [Option(key, _capital(_(label).unescape())) for key, label in ELIGIBLE.items()]
    own = {topic.key for topic in rights.topics_for(turn.session, turn.member, turn.network)}
    return [option for option in reach.choices(turn, line) if line != "topics" or option.id in own]


def _ticked(line: str, turn: Turn, answers: Answers) -> list[str]:
    return list(getattr(turn.session.get_one(Event, answers["it"]), line))


_TOPICS: Final = N_("Members who follow which topics shall hear of it?")


def _ticks(name: str, question: str, label: str) -> MultiChoice:
    return MultiChoice(name, partial(_asked, question), partial(_offered, name), suggested=partial(_ticked, name),
                       label=label)  # fmt: skip


def audience() -> tuple[MultiChoice, ...]:
    """For whom it is."""
    return (
        _ticks("topics", _TOPICS, N_("Topics")),
        _ticks("regions", N_("Members from which regions shall hear of it?"), N_("Regions")),
        _ticks("eligible", N_("Who may come?"), N_("Who may come")),
    )


def own_topics(turn: Turn, field: str, value: Any) -> Any:  # noqa: ANN401 - each field its own type
    """Where a focal point ticks none of its topics, it means all of them."""
    if field == "topics" and not value:
        return (
            []
            if rights.runs(turn)
            else [topic.key for topic in rights.topics_for(turn.session, turn.member, turn.network)]
        )
    return value


def _capital(word: str) -> str:
    return capitals(word[:1]) + word[1:]
