"""A member to whom nothing can be sent, and a text that nobody can be sent: neither takes anybody else with it."""

from __future__ import annotations

import pytest

from tests.crash.audit import audit
from tests.crash.coordinator import OWNER, Coordinator, members, reached, recruit, sums
from tests.crash.drill import Drill
from tests.emulators.telegram import Fault

pytestmark = [pytest.mark.drill, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

TEXT = "The forum begins on Friday at ten."
POISONED = "Of this text Telegram wants nothing."
MEMBERS = 300

ODD = {
    40: Fault.refusal(400, "Bad Request: STRANGE_INPUT_INVALID"),
    80: Fault.refusal(403, "Forbidden: for a reason nobody has heard of"),
    120: Fault.server_error(500),
    160: Fault.garbled(),
    200: Fault.drop_before(),
}
"""What Telegram says, again and again, of these members."""

REFUSED = {40: "the messenger did not accept the text or the file", 80: "the messenger did not allow us to write to"}


async def test_a_member_to_whom_nothing_can_be_sent_costs_nobody_else_anything(drill: Drill) -> None:
    await recruit(drill, MEMBERS)
    owner = Coordinator(drill)
    await drill.start()
    await owner.joins()
    for chat, fault in ODD.items():
        drill.api.faults.always("sendMessage", fault, chat=chat)
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    report = await owner.reads_report()
    assert await drill.stop() == 0

    found = await drill.database.read(sums)
    drill.told.append(f"{len(ODD)} poisoned of {MEMBERS}, {len(reached(drill, TEXT))} others got it")
    assert reached(drill, TEXT) == dict.fromkeys(set(members(MEMBERS)) - set(ODD), 1)
    assert (found.state, found.rows, found.sent, found.unfinished) == ("done", MEMBERS, MEMBERS - len(ODD), 0)
    assert [reason in report for reason in REFUSED.values()] == [True, True]
    tries = {chat: sum(1 for request in drill.api.called("sendMessage") if request.chat == chat) for chat in ODD}
    assert tries == {chat: 1 if chat in REFUSED else 2 for chat in ODD}
    (await audit(drill)).holds("refused", "doubt")
    assert drill.api.refusals == []


async def test_a_text_that_is_refused_for_everybody_pauses_itself_and_no_other(drill: Drill) -> None:
    await recruit(drill, MEMBERS)
    owner = Coordinator(drill)
    await drill.start()
    await owner.joins()
    strange = Fault.refusal(400, "Bad Request: STRANGE_TEXT_INVALID")
    drill.api.faults.always("sendMessage", strange, saying=POISONED, when=lambda _, chat: chat != OWNER)
    await owner.sends(await owner.drafts(POISONED, MEMBERS))
    paused = await owner.sees("The messenger refuses the text or the file")
    tried = _tried(drill)
    await owner.sends(await owner.drafts(TEXT, MEMBERS))
    await owner.reads_report()
    assert reached(drill, TEXT) == dict.fromkeys(members(MEMBERS), 1)
    assert reached(drill, POISONED) == {}

    drill.api.faults.clear()
    await owner.person.taps("Go on", paused)
    report = await owner.reads_report()
    assert await drill.stop() == 0
    refused = set(tried)
    drill.told.append(f"{len(refused)} of {MEMBERS} refused until it paused, {MEMBERS} got the other one meanwhile")
    assert len(refused) == len(tried) < MEMBERS / 3
    assert reached(drill, POISONED) == dict.fromkeys(set(members(MEMBERS)) - refused, 1)
    assert f"the messenger did not accept the text or the file: {len(refused)}" in report
    (await audit(drill)).holds("refused")
    assert drill.api.refusals == []


def _tried(drill: Drill) -> list[int]:
    """To whom the poisoned text was to go."""
    return [request.chat or 0 for request in drill.api.called("sendMessage") if request.text.startswith(POISONED)]
