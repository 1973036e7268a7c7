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

WRITTEN: Final = """\
5 * 3 = 15, a_b_c, snake_case_, *not bold*, _not italic_, ~not struck~, `not code`, **, __, ~~, ```
1 &lt; 2 &amp;&amp; 3 &gt; 2; &lt;b&gt;not bold&lt;/b&gt;; &amp;amp; &amp;lt; {0} {name} %s %(n)d $x
[label](https://example.org/a_b_c?d=*e*), &lt;https://example.org&gt;
Əlaqə: İIıi ÇçĞğÖöŞşÜü, İSMAYILLI, ismayıllı, İ̇
Ёлка, подъезд, № 5 — «да»
👍🏽 👩‍👩‍👧‍👦 🇦🇿 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ☂️ 1️⃣ 𝔄 \N{ZERO WIDTH JOINER}
One

Two
  three


• four
<b>Bold * star</b>, <i>italic _ line</i>, <s>struck ~</s>, <code>code</code>
<b>Bold <i>and italic</i></b>, <i><s>struck</s> and italic</i>.
مرحبا <b>عالم</b> שלום"""
"""As Telegram's HTML, which says how each letter looks."""

TYPED: Final = """\
*Bold*, _italic_, ~struck~, ```code```, *bold _and italic_*; 5 * 3, snake_case_, *no, * no * and **
https://example.org/_a_?d=*e*, https://example.org/~b~, `code` and *bold*
1 < 2 && 3 > 2; <b>not bold</b>; &amp; &lt; [label](https://example.org) {0} {name} %s $x
Əlaqə: *İIıi* ÇçĞğÖöŞşÜü, İSMAYILLI, _ismayıllı_, İ̇
👍🏽 👩‍👩‍👧‍👦 🇦🇿 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ☂️ 1️⃣ 𝔄"""
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
    await owner.begins()
    await drill.friend(OWNER).says_html(WRITTEN)
    await owner.picks("Which language is it in?", "English")
    await _arrives(drill, owner, _written(WRITTEN))


async def test_every_letter_written_on_whatsapp_arrives(both: BothDrill) -> None:
    drill, owner = both, Coordinator(both)
    await _begin(drill, owner)
    await owner.writes(TYPED)
    await _arrives(drill, owner, seen(TYPED))


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


def _visible(letters: Iterable[Letter]) -> list[Letter]:
    """A space looks the same whether it is bold, italic or neither."""
    return [(letter, looks - {"bold", "italic"} if letter.isspace() else looks) for letter, looks in letters]


def _looking(text: str, entities: Iterable[Mapping[str, Any]]) -> list[Letter]:
    """Every character with the types of the entities that cover it."""
    looks, place = list[Letter](), 0
    for letter in text:
        over = {one["type"] for one in entities if one["offset"] <= place < one["offset"] + one["length"]}
        looks.append((letter, frozenset(over)))
        place += units(letter)
    return looks


async def _arrives(drill: BothDrill, owner: Coordinator, written: list[Letter]) -> None:
    """Send it; both read it as it was written, and below it why they got it."""
    await owner.sends(await owner.readies(2))
    await owner.reads_report()
    length = len(written)
    for read in (_his(drill), _hers(drill)):
        assert _visible(read[:length]) == _visible(written)
        assert "".join(letter for letter, _looks in read[length:]).startswith("\n\n")
    drill.told.append(f"{length} letters read as they were written on each messenger")
    await _end(drill)
