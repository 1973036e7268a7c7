"""What a call is to those who hear less of some: every reason leaves out the call it was given for, and its like."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.disliking import disliked_words, reasons_for, values_of
from bot.network import Network
from storage.calls import Call


def call(**values: Any) -> Call:
    blank: dict[str, Any] = {"topics": [], "eligible": [], "currency": "", "amount_from": None, "amount_to": None}
    return Call(**(blank | values))


def test_what_a_call_is() -> None:
    assert values_of(call()) == ()
    assert values_of(call(topics=["peace", "health"], eligible=["youth", "ngo"])) == (
        "topic:peace", "topic:health", "who:ngo,youth",
    )  # fmt: skip
    values = values_of(call(amount_to=250_000, currency="EUR"))
    assert values == (
        *(f"large:EUR:{digits}" for digits in range(1, 7)),
        *(f"small:EUR:{digits}" for digits in range(6, 14)),
    )


@given(st.integers(1, 2_000_000_000), st.integers(1, 2_000_000_000))
def test_who_finds_a_sum_too_large_hears_of_no_larger_one(one: int, other: int) -> None:
    too_large = f"large:AZN:{len(str(one))}"
    assert too_large in values_of(call(amount_from=one, currency="AZN"))
    disliked = too_large in values_of(call(amount_from=other, currency="AZN"))
    assert disliked == (len(str(other)) >= len(str(one)))
    assert too_large not in values_of(call(amount_from=other, currency="EUR"))


@given(st.integers(1, 2_000_000_000), st.integers(1, 2_000_000_000))
def test_who_finds_a_sum_too_small_hears_of_no_smaller_one(one: int, other: int) -> None:
    too_small = f"small:AZN:{len(str(one))}"
    assert too_small in values_of(call(amount_to=one, currency="AZN"))
    assert (too_small in values_of(call(amount_to=other, currency="AZN"))) == (len(str(other)) <= len(str(one)))


def test_what_a_call_does_not_say_cannot_be_wrong_with_it() -> None:
    assert reasons_for(call()) == ["who", "other"]
    assert reasons_for(call(topics=["peace"])) == ["topic", "who", "other"]
    assert reasons_for(call(amount_to=9, currency="AZN")) == ["small", "who", "other"]
    assert reasons_for(call(amount_to=90, currency="AZN")) == ["large", "small", "who", "other"]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("topic:health", "calls on Health"),
        ("topic:gone", "calls on gone"),
        ("who:ngo,person", "calls for registered NGOs and individuals"),
        ("large:EUR:6", "calls of 100,000\u00a0EUR and more"),
        ("small:AZN:3", "calls of less than 1,000\u00a0AZN"),
    ],
)
def test_it_is_said_in_words(network: Network, what: str, words: str) -> None:
    assert disliked_words(what, network, "en").unescape() == words
