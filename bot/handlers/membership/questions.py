"""What a member is asked, at registration and later in the profile."""

from __future__ import annotations

from typing import Any, Final

from bot.actions import members, organisations, places
from bot.core.fields import Answered, Choice, Email, Given, MultiChoice, Phone, Search, Text
from bot.core.fields.field import Answers, Asking
from bot.core.i18n import N_, _, current, speaking
from bot.core.locale import own_name
from bot.core.messages import Option
from bot.turn import Turn


def known_organisations(turn: Turn, query: str) -> list[Option]:
    found = organisations.find(turn.session, query) if query else []
    return [Option(f"organisation:{one.id}", one.name) for one in found]


def known_places(turn: Turn, query: str) -> list[Option]:
    return places.find(turn.network, query)


def topics(turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(topic.key, topic.labels[current()]) for topic in turn.network.topics]


def languages(turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(language, own_name(language)) for language in turn.network.languages]


def which_language(turn: Turn, _answers: Answers) -> str:
    """Asked in every language: nobody knows yet which one is read."""
    asked: list[str] = []
    for language in turn.network.languages:
        with speaking(language):
            asked.append(_("Which language do you prefer?"))
    return "\n".join(dict.fromkeys(asked))


class SpokenLanguage(Choice):
    """The language of everything that follows, the next question included."""

    def take(self, asking: Asking, given: Given) -> Answered:
        answered = super().take(asking, given)
        members.set_language(asking.turn.member, answered.value)
        asking.turn.speak(answered.value)
        return answered


def home(turn: Any, _answers: Answers) -> str:  # noqa: ANN401 - a Turn, which the core calls Any
    return places.home(turn.network)


QUESTIONS: Final = (
    Search(
        "organisation",
        N_("Which organisation are you from? Please write its name, or a part of it."),
        label=N_("Organisation"),
        find=known_organisations,
        new=N_("Add “{typed}”"),
    ),
    Search(
        "place",
        N_("Where do you work? Choose a region, or write the name of your city or district."),
        hint=N_("If it is in another country, write which one."),
        label=N_("Region"),
        find=known_places,
    ),
    Choice(
        "ecosoc",
        N_("Is your organisation in consultative status with ECOSOC?"),
        hint=N_("If you have not heard of this, choose “No”."),
        label=N_("ECOSOC status"),
        choices=(
            Option("none", N_("No")),
            Option("general", N_("General status")),
            Option("special", N_("Special status")),
            Option("roster", N_("Roster")),
        ),
        optional=True,
    ),
    MultiChoice(
        "topics",
        N_("What may we write to you about? Choose one topic or more. You can change this at any time."),
        label=N_("Topics"),
        choices=topics,
        at_least=1,
        optional=True,
    ),
    Text("name", N_("What is your name?"), label=N_("Name"), shortest=2, longest=100),
    Text(
        "role",
        N_("What do you do in your organisation? For example: director, project coordinator, volunteer."),
        label=N_("Your job"),
        shortest=2,
        longest=100,
    ),
    Phone("phone", N_("On which phone number can the coordinators call you?"), label=N_("Phone"), region=home,
          optional=True),
    Email("email", N_("What is your e-mail address?"), label=N_("E-mail"), optional=True),
)  # fmt: skip
