"""What may leave now is shared fairly, and what one leaves is another's."""

from __future__ import annotations

import pytest

from bot.workers.sharing import shared
from storage.claimed import Claim, Claimed


def row(number: int) -> Claimed:
    return Claimed(number, 1, "1", 1, 1, "en", None, None)


class Lanes:
    """How much each has; a lane that sleeps is looked at and gives nothing."""

    def __init__(self, has: dict[int, int], asleep: frozenset[int] = frozenset()) -> None:
        self.has = dict(has)
        self.asleep = asleep
        self.looks = 0

    def take(self, lane: int, limit: int) -> Claim:
        self.looks += 1
        given = min(limit, self.has[lane])
        self.has[lane] -= given
        return Claim([] if lane in self.asleep else [row(lane)] * given, 0, given)


@pytest.mark.parametrize(
    ("has", "most", "room", "gets"),
    [
        ({1: 50}, {1: 20}, 20, {1: 20}),
        ({1: 50, 2: 50}, {1: 20, 2: 20}, 20, {1: 10, 2: 10}),
        ({1: 50, 2: 3}, {1: 20, 2: 20}, 20, {1: 17, 2: 3}),
        ({1: 50, 2: 0, 3: 0, 4: 0}, {1: 20, 2: 20, 3: 20, 4: 20}, 20, {1: 20}),
        ({1: 50, 2: 50, 3: 50}, {1: 20, 2: 1, 3: 20}, 20, {1: 10, 2: 1, 3: 9}),
        ({1: 50, 2: 50}, {1: 20, 2: 0}, 20, {1: 20}),
        ({1: 1, 2: 1}, {1: 20, 2: 20}, 20, {1: 1, 2: 1}),
        ({1: 50, 2: 50}, {1: 20, 2: 20}, 0, {}),
        ({1: 50, 2: 50, 3: 50}, {2: 20, 3: 1, 1: 20}, 1, {2: 1}),
        ({1: 50, 2: 50, 3: 50}, {3: 20, 1: 20, 2: 1}, 2, {3: 1, 1: 1}),
        ({1: 0, 2: 50, 3: 50}, {1: 20, 2: 20, 3: 20}, 2, {2: 1, 3: 1}),
    ],
)
def test_everybody_gets_a_fair_part_and_what_is_left(
    has: dict[int, int], most: dict[int, int], room: int, gets: dict[int, int]
) -> None:
    taken, full = shared(most, room, Lanes(has).take)
    assert {lane: len(rows) for lane, rows in taken.items() if rows} == gets
    assert full == (room > 0 and any(has[lane] > gets.get(lane, 0) and most[lane] for lane in has))


def test_whoever_gets_what_was_left_over_is_the_last_to_be_asked_again() -> None:
    taken, _full = shared({1: 20, 2: 20, 3: 20}, 4, Lanes({1: 50, 2: 50, 3: 50}).take)
    assert [(lane, len(rows)) for lane, rows in taken.items()] == [(2, 1), (3, 1), (1, 2)]


def test_what_only_falls_asleep_is_looked_at_once_and_asks_for_another_look() -> None:
    lanes = Lanes({1: 50, 2: 5}, asleep=frozenset({1}))
    taken, full = shared({1: 20, 2: 20}, 20, lanes.take)
    assert ({lane: len(rows) for lane, rows in taken.items()}, full, lanes.looks) == ({1: 0, 2: 5}, True, 2)
