"""The page of an event that is not published yet: what is known, a question for each thing, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from markupsafe import Markup

from bot.actions import eventmoves, events, newsletters, rights
from bot.actions.eventcards import fact_lines
from bot.actions.menu import typed
from bot.core.form import Form
from bot.core.i18n import _
from bot.core.locale import language_name, listing
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import confirming, preview, reach, tongues
from bot.handlers.admin.events import fields, pages
from bot.handlers.sheets import Sheet
from bot.turn import Turn
from storage.events import Event, EventState

router = Router()

EDITABLE: Final = (EventState.DRAFT, EventState.CHOOSING, EventState.OPEN)


def show(turn: Turn, event: Event, *, edit: bool = False) -> None:
    newsletter = events.composed(turn.session, event, events.EVENT, turn.network)
    plan = newsletters.plan(turn.session, newsletter, turn.member, turn.network)
    missing = list(_missing(turn, event))
    paragraphs = [
        Markup("<b>{}</b>\n{}").format(_("An event, not published yet"), event.titles[event.source]),
        Markup("{}").format(tongues.beginning(event)),
        Markup("\n").join([*fact_lines(event, turn.language, turn.network), *_languages(turn, event)]),
        reach.count_words(turn, plan),
        Markup("\n").join(missing),
        Markup("\n").join(
            reach.overlong_words(newsletters.overlong(plan, turn.network, turn.channels.values()))
        ),
    ]  # fmt: skip
    turn.say(Markup("\n\n").join(part for part in paragraphs if part), _options(turn, event), edit=edit)


def word_options(turn: Turn, event: Event) -> list[Option]:
    """A button for each language of the network."""
    return tongues.word_options(turn, f"event_words:{event.id}", event.titles)


def _keep(turn: Turn, event: Event, field: str, value: Any) -> None:  # noqa: ANN401 - each field its own type
    if event.state == EventState.DRAFT or field == "capacity":
        value = fields.own_topics(turn, field, value)
        events.write(turn.session, event, field, value, turn.member, turn.network, turn.now)
    else:
        turn.preface(_("It is published meanwhile, so nothing was changed."))


SHEET: Final = Sheet(
    "event",
    fields.begins(),
    fields.finishes(),
    fields.place(),
    fields.link(),
    fields.seats(),
    *fields.audience(),
    find=lambda turn, key: pages.find(turn, key, EventState.DRAFT, EventState.OPEN),
    keep=_keep,
    show=pages.show,
    allowed=rights.writes,
)
WORDS: Final = Form("event_words", *fields.words(), review=False)

router.include(SHEET.router)
router.cancelled(WORDS)(pages.go_back)


@router.button("event_words", allowed=rights.writes)
def ask_words(turn: Turn, key: str = "", language: str = "", *_rest: str) -> None:
    event = _find_words(turn, key)
    if event is not None and language in turn.network.languages:
        turn.ask(WORDS, it=event.id, language=language, known=language in event.titles)
    elif event is not None:
        pages.show(turn, event)


@router.completed(WORDS, allowed=rights.writes)
def keep_words(turn: Turn, answers: dict[str, Any]) -> None:
    event, language = _find_words(turn, answers["it"]), answers["language"]
    if event is None:
        return
    title = answers.get("title") or answers.get("new_title") or event.titles[language]
    events.write_words(turn.session, event, language, title, answers["text"], turn.member, turn.network, turn.now)
    pages.show(turn, event)


@router.button("event_preview", allowed=rights.writes)
def look(turn: Turn, key: str = "", *_rest: str) -> None:
    """As every language and channel will show it."""
    event = pages.find(turn, key, EventState.DRAFT)
    if event is not None:
        newsletter = events.publication(turn.session, event, events.EVENT, turn.member, turn.network, turn.now)
        preview.preview(turn, str(newsletter.id))


@router.button("event_publish", allowed=rights.writes)
def publish(turn: Turn, key: str = "", *_rest: str) -> None:
    """Hand it over to the road every newsletter takes, once nothing is missing."""
    event = pages.find(turn, key, EventState.DRAFT)
    if event is None:
        return
    if missing := list(_missing(turn, event)):
        turn.preface(Markup("\n").join(missing))
        show(turn, event)
        return
    newsletter = events.publication(turn.session, event, events.EVENT, turn.member, turn.network, turn.now)
    plan = newsletters.plan(turn.session, newsletter, turn.member, turn.network)
    if confirming.ready(turn, plan):
        confirming.show(turn, plan)


@router.button("event_delete", allowed=rights.writes)
def ask_delete(turn: Turn, key: str = "", sure: str = "", *_rest: str) -> None:
    event = pages.find(turn, key, EventState.DRAFT)
    if event is None:
        return
    if eventmoves.is_known(turn.session, event):
        show(turn, event)
        return
    if sure:
        events.discard(turn.session, event, turn.member, turn.now)
        deleted = _("The draft is deleted. Write {command} to see the others.")
        turn.say(deleted.format(command=typed("events", turn.capabilities)), edit=True)
        return
    question = _("Delete “{title}”? Nobody was told of it.").format(title=pages.title(turn, event))
    options = [
        Option(f"event_delete:{event.id}:1", _("Yes, delete it").unescape()),
        Option(f"event_page:{event.id}", _("Keep it").unescape()),
    ]
    turn.say(question, options, edit=True)


def _find_words(turn: Turn, key: object) -> Event | None:
    """The event, if its words may be changed; else says why not."""
    event = pages.find(turn, key, *EDITABLE)
    if event is None or not pages.agreed(turn, event):
        return event
    turn.preface(_("A second person agreed to this event as it stands, so only its time and place can be changed."))
    pages.show(turn, event)
    return None


def _missing(turn: Turn, event: Event) -> Iterator[Markup]:
    """What must be known before it is published."""
    if event.starts_at is None:
        yield _("Missing: when it begins.")
    elif event.starts_at <= turn.now:
        yield _("Its beginning is over already. Please choose another time.")
    if not (event.place or event.link or event.latitude is not None):
        yield _("Missing: the place, or the link to join from afar.")


def _languages(turn: Turn, event: Event) -> Iterator[Markup]:
    here = [language_name(language) for language in turn.network.languages if language in event.titles]
    others = [language_name(language) for language in turn.network.languages if language not in event.titles]
    yield _("Written in: {languages}").format(languages=listing(here))
    if others:
        yield _("Not written in: {languages}").format(languages=listing(others))


def _options(turn: Turn, event: Event) -> list[Option]:
    fields = [
        "starts_at",
        *(["ends_at"] if event.starts_at else []),
        "place",
        "link",
        "capacity",
        "topics",
        "regions",
        "eligible",
    ]
    steps = {"event_preview": _("Preview"), "event_publish": _("Publish")}
    if event.starts_at is None:
        steps["event_times"] = _("Find a time together")
    if eventmoves.is_known(turn.session, event):
        steps["event_off"] = _("Call it off")
    else:
        steps["event_delete"] = _("Delete the draft")
    return [
        *word_options(turn, event),
        *SHEET.options(event, fields),
        *(Option(f"{step}:{event.id}", label.unescape()) for step, label in steps.items()),
    ]
