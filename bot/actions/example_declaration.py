"""An example to look at: a closed declaration with made-up signers from half the world, the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.actions import signing
from bot.actions.declarations import fingerprint
from bot.actions.signing import Count
from storage.declarations import Declaration, DeclarationState, Signature

SIGNERS: Final = 1023
COUNTRIES: Final = tuple((  # noqa: SIM905 - or else a line each
    "AZ TR GE KZ UZ RU UA PL DE FR IT ES GB US CA BR IN PK BD ID AD AE AF AL AM AO AR AT AU BA BB BE BF BG "
    "BH BI BJ BN BO BT BW BY BZ CD CG CH CI CL CM CN CO CR CU CV CY CZ DK DO DZ EC EE EG ET FI FJ GA GH GM "
    "GN GR GT GY HN HR HT HU IE IL IQ IR IS JM JO JP KE KG KH KR KW LA LB LK LT LU LV LY MA MD ME MG MK ML "
    "MN MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NZ OM PA PE PG PH PT PY QA RO RS RW SA SE SG SI SK SN SV "
    "TH"
).split())  # fmt: skip
"""137 of them, those with the most signers first."""

SOURCE: Final = "en"

TITLES: Final = {
    "en": "Example: a school within reach",
    "az": "Nümunə: hər kəsə yaxın məktəb",
    "ru": "Пример: школа рядом с домом",
}

TEXTS: Final = {
    "en": (
        "This is an example. Everybody whose name stands below is made up.\n\n"
        "We, organisations that work with children and their parents, declare:\n"
        "1. Every child has a school that can be reached on foot or by a bus that runs.\n"
        "2. Who cannot walk, see or hear learns in the same school as everybody else.\n"
        "3. A village is asked before its school is closed."
    ),
    "az": (
        "Bu, nümunədir. Aşağıda adı olan hər kəs uydurulub.\n\n"
        "Biz, uşaqlar və valideynlərlə işləyən təşkilatlar, bəyan edirik:\n"
        "1. Hər uşağın piyada və ya işləyən avtobusla çata biləcəyi məktəbi olmalıdır.\n"
        "2. Yeriyə, görə və ya eşidə bilməyən uşaq hamı ilə eyni məktəbdə oxumalıdır.\n"
        "3. Kəndin məktəbi bağlanmazdan əvvəl kəndin rəyi soruşulmalıdır."
    ),
    "ru": (
        "Это пример. Все, чьи имена стоят ниже, вымышлены.\n\n"
        "Мы, организации, которые работают с детьми и родителями, заявляем:\n"
        "1. У каждого ребёнка есть школа, до которой можно дойти или доехать на автобусе.\n"
        "2. Кто не может ходить, видеть или слышать, учится в той же школе, что и все.\n"
        "3. Прежде чем закрыть школу в селе, спрашивают село."
    ),
}

_FIRST: Final = (
    "Aysel", "Rauf", "Günel", "Elçin", "Səbinə", "Şahin", "Nərgiz", "Анна", "Игорь", "Ольга", "Тимур", "Nino", "Zeynep",
    "Emre", "Marta", "Jakub", "Léa", "Hugo", "Ingrid", "Lars", "Sofia", "Mateo", "Amara", "Kofi", "Wanjiru", "Amina",
    "Yusuf", "Priya", "Arjun", "Mei", "Haruto", "Linh", "Tala", "Keoni", "Grace", "Daniel",
)  # fmt: skip
_LAST: Final = (
    "Əliyeva", "Quliyev", "Şükürova", "Иванова", "Ким", "Сергеенко", "Beridze", "Yılmaz", "Kowalska", "Novák", "Dubois",
    "Moreau", "Lindqvist", "Hansen", "García", "Álvarez", "Okafor", "Mensah", "Mwangi", "Hassan", "Rahman", "Sharma",
    "Iyer", "Chen", "Tanaka", "Nguyễn", "Santos", "Kealoha", "Murphy", "Ōta",
)  # fmt: skip
_KINDS: Final = ("Centre", "Union", "Foundation", "Initiative", "Network", "Association")
_FIELDS: Final = ("Village Schools", "Young Readers", "Equal Classrooms", "Parents", "Open Libraries", "Rural Teachers")


def load(session: Session, now: datetime) -> Count:
    """Store it, unless it is there already; says how many signed it."""
    there = session.scalars(select(Declaration).where(Declaration.author_id.is_(None), Declaration.source == SOURCE))
    found = next((each for each in there if each.titles == TITLES), None)
    if found is None:
        found = Declaration(state=DeclarationState.CLOSED, source=SOURCE, titles=TITLES, texts=TEXTS, audience={},
                            created_at=now, opened_at=now - timedelta(days=30), closed_at=now)  # fmt: skip
        found.frozen = fingerprint(found)
        session.add(found)
        session.flush()
        session.add_all(_signatures(found, now))
        session.flush()
    return signing.count(session, found.id)


def _signatures(declaration: Declaration, now: datetime) -> Iterator[Signature]:
    """At least one from each country, and ever fewer from one to the next; no name comes twice."""
    chance = random.Random(SIGNERS)  # noqa: S311 - made-up people
    weights = [1 / (place + 2) for place in range(len(COUNTRIES))]
    drawn = chance.choices(COUNTRIES, weights, k=SIGNERS - len(COUNTRIES))
    names = chance.sample([f"{first} {last}" for first in _FIRST for last in _LAST], SIGNERS)
    for name, country in zip(names, [*COUNTRIES, *drawn], strict=True):
        alone = chance.random() < 0.2  # noqa: PLR2004 - a fifth sign for themselves
        yield Signature(
            declaration_id=declaration.id,
            name=name,
            organisation="" if alone else f"{chance.choice(_FIELDS)} {chance.choice(_KINDS)}",
            country=country,
            language=chance.choice(sorted(TITLES)),
            frozen=declaration.frozen,
            signed_at=now - timedelta(minutes=chance.randrange(30 * 24 * 60)),
        )
