"""What a coordinator writes on one messenger is read letter for letter, and as bold or italic, on both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pytest
from sqlalchemy.orm import Session

from bot.core.clock import Clock
from tests.crash.audit import audit
from tests.crash.both import BothDrill, Friendly
from tests.crash.coordinator import CARD, OWNER, Coordinator
from tests.crash.lives import PATIENCE
from tests.crash.tracking import track
from tests.emulators.telegram.entities import parse, units
from tests.emulators.twilio.formatting import Letter, seen
from tests.storage.people import add_member

pytestmark = [pytest.mark.drill, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

WRITTEN: Final = {
    "marks": "5 * 3 = 15, a_b_c, snake_case_, *not bold*, _not italic_, ~not struck~, `not code`, **, __, ~~, ```",
    "brackets": "1 &lt; 2 &amp;&amp; 3 &gt; 2; &lt;b&gt;not bold&lt;/b&gt;; &amp;amp; &amp;lt; {0} {name} %s %(n)d $x",
    "brackets of a link": "[label](https://example.org/a_b_c?d=*e*), &lt;https://example.org&gt;",
    "azerbaijani": "Əlaqə: İIıi ÇçĞğÖöŞşÜü, İSMAYILLI, ismayıllı, İ̇",
    "russian": "Ёлка, подъезд, № 5 — «да»",
    "emoji": "👍🏽 👩‍👩‍👧‍👦 🇦🇿 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ☂️ 1️⃣ 𝔄 \N{ZERO WIDTH JOINER}",
    "lines": "One\n\nTwo\n  three\n\n\n• four",
    "bold": "<b>Bold * star</b>, <i>italic _ line</i>, <s>struck ~</s>, <code>code</code>",
    "both": "<b>Bold <i>and italic</i></b>, <i><s>struck</s> and italic</i>.",
    "right to left": "مرحبا <b>عالم</b> שלום",
}
"""As Telegram's HTML, which says how each letter looks."""

TYPED: Final = {
    "marks": "*Bold*, _italic_, ~struck~, ```code```, *bold _and italic_*; 5 * 3, snake_case_, *no, * no * and **",
    "brackets": "1 < 2 && 3 > 2; <b>not bold</b>; &amp; &lt; [label](https://example.org) {0} {name} %s $x",
    "azerbaijani": "Əlaqə: *İIıi* ÇçĞğÖöŞşÜü, İSMAYILLI, _ismayıllı_, İ̇",
    "emoji": "👍🏽 👩‍👩‍👧‍👦 🇦🇿 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ☂️ 1️⃣ 𝔄",
}
"""As one types it on WhatsApp."""

LONGEST: Final = {"Telegram": 4096, "WhatsApp": 1600}
"""In UTF-16 units, with the lines that say why a message came."""

MOST: Final = 4000
"""Characters that a coordinator can write."""

HIM, HER = 71, 72
"""A member on Telegram, and one on WhatsApp."""

_EXCESS: Final = re.compile(r"is ([\d,]+) characters? too long for (\w+)")


async def test_every_letter_written_on_telegram_arrives(both: BothDrill) -> None:
    drill, owner = both, Coordinator(Friendly(both))
    await _begin(drill, owner)
    shown = {}
    for name, html in WRITTEN.items():
        await owner.begins()
        await drill.friend(OWNER).says_html(html)
        await owner.picks("Which language is it in?", "English")
        shown[name] = await _shown(drill, owner, len(_written(html)))
    _compare(drill, shown, {name: _written(html) for name, html in WRITTEN.items()})
    await _end(drill)


async def test_every_letter_written_on_whatsapp_arrives(both: BothDrill) -> None:
    drill, owner = both, Coordinator(both)
    await _begin(drill, owner)
    shown = {}
    for name, text in TYPED.items():
        await owner.writes(text)
        shown[name] = await _shown(drill, owner, len(seen(text)))
    _compare(drill, shown, {name: seen(text) for name, text in TYPED.items()})
    await _end(drill)


@pytest.mark.parametrize(("channel", "unit"), [("Telegram", "İ😀"), ("Telegram", "*_[<&"), ("WhatsApp", "ə🇦🇿")])
async def test_the_longest_text_arrives_whole_and_one_unit_more_is_told(
    both: BothDrill, channel: str, unit: str
) -> None:
    drill, owner, longest = both, Coordinator(Friendly(both)), LONGEST[channel]
    await _begin(drill, owner)
    begun = min(longest, MOST)
    await owner.writes(_of(unit, begun))
    await owner.addresses_to("Channels", channel)
    room = begun - await _excess(owner, channel)
    await owner.person.says(_of(unit, room + 1))
    assert await _excess(owner, channel) == 1
    await owner.person.says(_of(unit, room))
    await owner.sends(await owner.readies(1))
    await owner.reads_report()
    shown = _his(drill) if channel == "Telegram" else _hers(drill)
    drill.told.append(f"{room} of {longest} units are the coordinator's")
    assert "".join(letter for letter, _looks in shown).startswith(_of(unit, room) + "\n\n")
    assert units(_raw(drill, channel)) == longest
    await _end(drill)


async def _begin(drill: BothDrill, owner: Coordinator) -> None:
    await drill.database.run(_recruit)
    await drill.start()
    await owner.joins()
    await drill.friend(HIM).says("/help")
    await drill.at(HER).says("Help")


async def _end(drill: BothDrill) -> None:
    await drill.twilio.callbacks.settled(within=PATIENCE)
    assert await drill.stop() == 0
    (await audit(drill)).holds()
    (await track(drill)).holds()
    assert (drill.api.refusals, drill.twilio.refusals, drill.twilio.webhooks.warnings) == ([], [], [])


def _recruit(session: Session) -> None:
    clock = Clock()
    add_member(session, clock, str(HIM))
    add_member(session, clock, f"+99455{HER:07d}", channel="whatsapp")


def _of(unit: str, length: int) -> str:
    """A text of so many UTF-16 units."""
    whole = unit * (length // units(unit))
    return whole + "x" * (length - units(whole))


async def _excess(owner: Coordinator, channel: str) -> int:
    """By how much the draft's card says it is too long for the channel it goes to; then it asks for another text."""
    card = await owner.sees(CARD)
    [(excess, named)] = _EXCESS.findall(card.text)
    assert named == channel
    await owner.person.taps("Change: English", card)
    await owner.sees("Send me the text in English")
    return int(excess.replace(",", ""))


def _raw(drill: BothDrill, channel: str) -> str:
    """The newest message to whoever is on this channel, as the platform counts it."""
    if channel == "Telegram":
        return drill.api.delivered(HIM)[-1].text
    return drill.at(HER).person.screen[-1].text


def _his(drill: BothDrill) -> list[Letter]:
    newest = drill.api.delivered(HIM)[-1]
    return _looking(newest.text, newest.entities)


def _hers(drill: BothDrill) -> list[Letter]:
    return seen(_raw(drill, "WhatsApp"))


def _written(html: str) -> list[Letter]:
    formatted = parse(html)
    return _looking(formatted.text, formatted.entities)


def _looking(text: str, entities: Iterable[Mapping[str, Any]]) -> list[Letter]:
    """Every character with the types of the entities that cover it."""
    looks, place = list[Letter](), 0
    for letter in text:
        over = {one["type"] for one in entities if one["offset"] <= place < one["offset"] + one["length"]}
        looks.append((letter, frozenset(over)))
        place += units(letter)
    return looks


async def _shown(drill: BothDrill, owner: Coordinator, length: int) -> list[list[Letter]]:
    """Send it; returns as much of it as was written, as it is read on Telegram and on WhatsApp."""
    await owner.sends(await owner.readies(2))
    await owner.reads_report()
    read = (_his(drill), _hers(drill))
    behind = ["".join(letter for letter, _looks in one[length:]) for one in read]
    assert [why[:2] for why in behind] == ["\n\n", "\n\n"]
    return [one[:length] for one in read]


def _compare(drill: BothDrill, shown: dict[str, list[list[Letter]]], written: dict[str, list[Letter]]) -> None:
    letters = sum(map(len, written.values()))
    drill.told.append(f"{len(written)} texts, {letters} letters read as they were written on each messenger")
    assert shown == {name: [letters] * 2 for name, letters in written.items()}
