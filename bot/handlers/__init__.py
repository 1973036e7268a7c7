"""What the bot says. One feature, one file, one router; here they come together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.actions.menu import COMMANDS
from bot.core.i18n import LANGUAGES, SOURCE, _, speaking
from bot.core.router import Router
from bot.handlers import (
    admin,
    calls,
    declarations,
    digest,
    events,
    language,
    leaving,
    linking,
    membership,
    mydata,
    news,
    reaching,
    surveys,
    topics,
    weekly,
)
from bot.handlers import help as helping
from bot.network import Network


def router() -> Router:
    """Every feature of the bot."""
    whole = Router()
    joining = (membership, topics, language, linking, reaching, leaving, mydata, helping)
    everybody = (*joining, calls, events, surveys, declarations, weekly, digest, news)
    whole.include(*(feature.router for feature in everybody))
    whole.include(admin.router())
    return whole


def commands() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Each command with what it does, in each language; under "" English, for everybody else."""
    listed: dict[str, Sequence[tuple[str, str]]] = {}
    for spoken in ("", *LANGUAGES):
        with speaking(spoken or SOURCE):
            listed[spoken] = [(command.name, _capital(_(command.about).unescape())) for command in COMMANDS]
    return listed


def descriptions(network: Network) -> Mapping[str, str]:
    """What an empty chat shows, in each language, up to 512 characters; under "" the network's first."""
    return _in_each(network, lambda language: f"{network.about[language]}"[:512])


def short_descriptions(network: Network) -> Mapping[str, str]:
    """What stands in the bot's profile and in shared links, up to 120 characters."""
    return _in_each(network, lambda language: network.name[language][:120])


def _in_each(network: Network, describe: Callable[[str], str]) -> Mapping[str, str]:
    texts = {language: describe(language) for language in network.languages}
    return {"": texts[network.languages[0]], **texts}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
