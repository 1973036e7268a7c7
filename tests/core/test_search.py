from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.search import search, similar

NAMES = [
    "Gənc Liderlər Şəbəkəsi",
    "Təhsil",
    "Təhsil Mərkəzi",
    "Bakı Təhsil Evi",
    "Ana və Uşaq",
    "Неотложная помощь",
    "Community Development Center",
]
ENTRIES = [(name, [name]) for name in NAMES]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tehsil", ["Təhsil", "Təhsil Mərkəzi", "Bakı Təhsil Evi"]),
        ("TƏHSİL MƏR", ["Təhsil Mərkəzi"]),
        ("evi baki", ["Bakı Təhsil Evi"]),
        ("velopment", ["Community Development Center"]),
        ("Pomosh", ["Неотложная помощь"]),
        ("tehsli", ["Təhsil", "Təhsil Mərkəzi", "Bakı Təhsil Evi"]),
        ("comunity", ["Community Development Center"]),
        ("zzz", []),
        ("", []),
        ("?!", []),
    ],
)
def test_the_best_match_comes_first(query: str, found: list[str]) -> None:
    assert search(query, ENTRIES) == found


def test_no_more_than_asked_for() -> None:
    assert search("tehsil", ENTRIES, limit=2) == ["Təhsil", "Təhsil Mərkəzi"]


def test_any_of_its_names_finds_it() -> None:
    entries = [(1, ["Bakı", "Баку", "Baku"]), (2, ["Gəncə", "Гянджа", "Ganja"]), (3, [])]
    assert [search(query, entries) for query in ("Баку", "gandja", "GENCE")] == [[1], [2], [2]]


@given(st.text(), st.lists(st.text()))
def test_no_query_is_too_odd(query: str, labels: list[str]) -> None:
    assert search(query, [(1, labels)]) in ([], [1])
    assert similar(query, [(1, labels)]) in ([], [1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Təhsil” İctimai Birliyi", "tehsil ictimai birliyi"),
        ("“Təhsil” İctimai Birliyi", "TƏHSİL QHT"),
        ("Ümid Humanitar və Sosial Dəstək Mərkəzi", "umid humanitar ve sosial destek merkezi"),
        ("ОО «Новая жизнь»", "Общественное объединение «Новая жизнь»"),
        ("Baku Youth Club NGO", "Youth Club Baku"),
        ("Buta Children Humanitarian Foundation", "Buta Childrens Humanitarian Fund"),
        ("Public Union", "public union"),
    ],
)
def test_is_it_this_one(one: str, other: str) -> None:
    assert similar(one, [("known", [other])]) == ["known"]
    assert similar(other, [("known", [one])]) == ["known"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Təhsil” İctimai Birliyi", "“Səhiyyə” İctimai Birliyi"),
        ("“Təhsil” İctimai Birliyi", "Gəncə Təhsil İctimai Birliyi"),
        ("ОО «Новая жизнь»", "ОО «Новый мир»"),
        ("Azerbaijan War Veterans Union", "Azerbaijan Young Lawyers Union"),
        ("", "Təhsil"),
    ],
)
def test_it_is_another_one(one: str, other: str) -> None:
    assert similar(one, [("known", [other])]) == []


def test_the_likeliest_comes_first() -> None:
    entries = [(1, ["Gənclər Klubi QHT"]), (2, ["Gənclər Klubu"])]
    assert similar("Gənclər Klubu İctimai Birliyi", entries) == [2, 1]
