"""Parts of an anonymous survey: neither seen nor reckoned from others, whatever is added up and subtracted."""

from __future__ import annotations

from collections import Counter
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.actions.concealing import FEWEST, Part, tellable

People = list[tuple[str, str, frozenset[str]]]
"""A language, a region and topics each."""

PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["az", "ru"]),
        st.sampled_from(["baku", "ganja", "karabakh"]),
        st.frozensets(st.sampled_from(["education", "health", "women"])),
    ),
    max_size=60,
)


def parts_of(language: str, region: str, topics: frozenset[str]) -> frozenset[Part]:
    return frozenset({("language", language), ("region", region), *(("topics", each) for each in topics or {""})})


def counted(people: People) -> Counter[frozenset[Part]]:
    return Counter(parts_of(*person) for person in people)


def by_region(**people: int) -> Counter[frozenset[Part]]:
    return Counter({frozenset({("region", region)}): n for region, n in people.items()})


@given(PEOPLE)
@example([("az", "baku", frozenset({"education"}))] * 9 + [("az", "baku", frozenset({"education", "health"}))])
@example([("az", "baku", frozenset())] * 9 + [("ru", "baku", frozenset())] * 5 + [("az", "ganja", frozenset())] * 5)
def test_no_sum_or_difference_of_what_is_shown_is_of_few(people: People) -> None:
    of_each = [parts_of(*person) for person in people]
    shown = sorted(tellable(counted(people)))
    if not shown:
        return
    marks = np.array([[1, *(part in parts for part in shown)] for parts in of_each])
    signs = np.array(list(product((-1, 0, 1), repeat=len(shown) + 1)))
    told = Counter(np.count_nonzero(marks @ signs.T, axis=0).tolist())
    assert not {1, 2, 3, 4} & told.keys()


@given(st.lists(st.integers(min_value=FEWEST, max_value=30), min_size=1, max_size=8))
def test_whole_regions_with_enough_people_are_all_shown(sizes: list[int]) -> None:
    people = by_region(**{f"region{place}": n for place, n in enumerate(sizes)})
    assert tellable(people) == {("region", f"region{place}") for place in range(len(sizes))}


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ({"baku": 9, "ganja": 6}, {"baku", "ganja"}),
        ({"baku": 9, "ganja": 6, "karabakh": 4}, {"baku"}),
        ({"baku": 9, "ganja": 3, "karabakh": 4}, {"baku"}),
        ({"baku": 9, "ganja": 1, "karabakh": 1}, set()),
        ({"baku": 6, "ganja": 1, "karabakh": 1, "shirvan": 5}, {"baku"}),
        ({"baku": 9, "ganja": 4}, set()),
        ({"baku": 4}, set()),
        ({"baku": 2, "ganja": 2}, set()),
        ({}, set()),
    ],
)
def test_what_the_others_leave_of_the_whole_is_no_smaller(people: dict[str, int], shown: set[str]) -> None:
    assert tellable(by_region(**people)) == {("region", each) for each in shown}


def test_a_topic_that_all_but_one_follow_is_hidden() -> None:
    everybody, all_but_one, some = ("topics", "education"), ("topics", "health"), ("topics", "women")
    people = Counter(
        {
            frozenset({everybody, all_but_one, some}): 6,
            frozenset({everybody, all_but_one}): 5,
            frozenset({everybody}): 1,
        }
    )
    assert tellable(people) == {everybody, some}


def test_two_topics_that_differ_by_one_person_are_not_both_shown() -> None:
    one, other, third = ("topics", "education"), ("topics", "health"), ("topics", "women")
    people = Counter({frozenset({one, other}): 9, frozenset({one}): 1, frozenset({third}): 9, frozenset(): 9})
    assert tellable(people) == {one, third}


def test_of_many_people_every_part_with_enough_of_them_is_shown() -> None:
    chance = Random(1)  # noqa: S311 - any people
    topics, regions = [str(place) for place in range(12)], ["baku", "ganja", "karabakh", "shirvan"]
    some = [("az", chance.choice(regions), frozenset(chance.sample(topics, chance.randint(1, 4)))) for _ in range(300)]
    people = counted(some)
    assert tellable(people) == {part for parts in people for part in parts}
