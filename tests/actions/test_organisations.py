"""Organisations are found by what people type, also among a hundred thousand."""

from __future__ import annotations

import time

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.actions.organisations import find, find_or_add
from bot.core.folding import fold
from storage.database import Database
from storage.organisations import Organisation
from tests.actions.test_retention import NOW

KNOWN = [
    "Təhsil Mərkəzi", "“NUR” Uşaqlar və Gənclər İctimai Birliyi", "Community Development Center", "ECORES",
    "Bakı Gənclər Klubu", "Общество охраны природы", "Nur Şəfa",
]  # fmt: skip


FOUND = {
    "tehsil": ["Təhsil Mərkəzi"],
    "ТЕХСИЛ": ["Təhsil Mərkəzi"],
    "nur": ["Nur Şəfa", "“NUR” Uşaqlar və Gənclər İctimai Birliyi"],
    "Comunity Developmnt Center": ["Community Development Center"],
    "Ecores Public Union": ["ECORES"],
    "Gənclər Klubu Bakı": ["Bakı Gənclər Klubu"],
    "obshchestvo oxrany prirody": ["Общество охраны природы"],
    "Something else": [],
    "%": [],
    "İctimai Birliyi": ["“NUR” Uşaqlar və Gənclər İctimai Birliyi"],
}


def test_found_however_it_is_typed(database: Database) -> None:
    def story(session: Session) -> dict[str, list[str]]:
        for name in KNOWN:
            find_or_add(session, name, NOW)
        return {typed: [one.name for one in find(session, typed)] for typed in FOUND}

    assert database.transact(story) == FOUND


def test_the_same_name_in_another_spelling_is_the_same_organisation(database: Database) -> None:
    ids = database.transact(
        lambda session: [find_or_add(session, name, NOW).id for name in ("Təhsil Mərkəzi", "TEHSIL  MERKEZI", "Təhsil")]
    )
    assert ids[0] == ids[1] != ids[2]


def test_a_hundred_thousand_are_searched_while_the_person_waits(database: Database) -> None:
    words = ["gənclər", "təhsil", "inkişaf", "qadın", "uşaq", "sağlam", "hüquq", "sülh", "region", "mərkəz", "kənd"]
    names = [
        f"{words[n % 11]} {words[n // 11 % 11]} {words[n // 121 % 11]} {n} İctimai Birliyi" for n in range(100_000)
    ]
    rows = [{"name": name, "folded": fold(name), "created_at": NOW} for name in [*names, "Körpü Dostları"]]
    database.transact(lambda session: session.execute(insert(Organisation), rows))
    taken: dict[str, float] = {}
    for typed in ("körpü", "Körpu Dostlarri", "tehsil 54321", "nothing of the kind"):
        began = time.perf_counter()
        found = database.transact(lambda session, typed=typed: [one.name for one in find(session, typed)])  # type: ignore[misc]
        taken[typed] = time.perf_counter() - began
        assert found[:1] == (["Körpü Dostları"] if typed.lower().startswith("körp") else []), typed
    assert sorted(taken.values())[1] < 2, taken
