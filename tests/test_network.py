from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.network import Labels, Manners, Network, Place, Price, Region, Topic
from bot.network_file import load
from bot.network_table import NetworkError

ROOT = Path(__file__).resolve().parent.parent
AZERBAIJAN = load(ROOT / "networks" / "azerbaijan.toml")
DISTRICTS = [(region, place) for region in AZERBAIJAN.regions for place in region.districts]

SMALL = """
key = "small"
zone = "Asia/Tbilisi"
languages = ["en", "ru"]
name = { en = "Small network", ru = "Малая сеть" }
about = { en = "About", ru = "О сети" }
coordinator = { en = "Somebody", ru = "Кто-то" }

[[topics]]
key = "health"
labels = { en = "Health", ru = "Здоровье" }
words = { en = "health", ru = "здоровье" }

[[topics]]
key = "peace"
labels = { en = "Peace", ru = "Мир" }
words = { en = "peace", ru = "мир" }

[[regions]]
key = "kakheti"
labels = { en = "Kakheti", ru = "Кахетия" }
districts = [{ key = "telavi", labels = { en = "Telavi", ru = "Телави" } }]

[[holidays]]
labels = { en = "Easter", ru = "Пасха" }
days = ["05-26"]
dates = [2027-05-02]
"""


LAST = 'coordinator = { en = "Somebody", ru = "Кто-то" }'
PRICE = '[[prices]]\nchannel = "whatsapp"\ncurrency = "USD"\nmessage = 0\nbell = 0.03'


def written(folder: Path, text: str) -> Path:
    file = folder / "small.toml"
    file.write_text(text, encoding="utf-8")
    return file


def without_diacritics(name: str) -> str:
    """As it is typed on a keyboard that has only English letters."""
    plain = name.translate(str.maketrans("əƏı", "eEi"))
    return "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))


def test_the_first_network() -> None:
    assert AZERBAIJAN.key == "azerbaijan"
    assert AZERBAIJAN.zone == ZoneInfo("Asia/Baku")
    assert AZERBAIJAN.languages == ("az", "ru", "en")
    assert AZERBAIJAN.coordinator["en"] == (
        "National Assembly of Youth Organizations of the Republic of Azerbaijan (NAYORA)"
    )
    assert AZERBAIJAN.regional_coordinator == {
        "az": "Gəncliyə Yardım Fondu (FAY)",
        "ru": "Фонд помощи молодёжи (FAY)",
        "en": "Fund of Aid for Youth (FAY)",
    }


def test_its_seven_topics_and_who_leads_them() -> None:
    assert [(topic.key, topic.lead, topic.with_) for topic in AZERBAIJAN.topics] == [
        ("poverty", "Community Development Center", "Azerbaijan Democratic Students and Youth Organization"),
        ("education", '"Initiative" Charity Public Union', ""),
        ("gender", "New Life Humanitarian and Social Support Union", ""),
        ("health", '"NUR" Public Union of Children and Youth', '"Buta" Children Humanitarian Foundation'),
        ("environment", "ECORES", ""),
        ("peace", "Baku Youth Club", "Azerbaijan War Veterans Union"),
        (
            "rights",
            "Azerbaijan Young Lawyers Union",
            'Society for "International Cooperation of Disabled people"',
        ),
    ]


def test_its_regions() -> None:
    assert [(region.labels["az"], len(region.districts)) for region in AZERBAIJAN.regions] == [
        ("Bakı", 1),
        ("Abşeron-Xızı", 3),
        ("Dağlıq Şirvan", 4),
        ("Gəncə-Daşkəsən", 6),
        ("Qarabağ", 9),
        ("Qazax-Tovuz", 5),
        ("Quba-Xaçmaz", 5),
        ("Lənkəran-Astara", 6),
        ("Mərkəzi Aran", 7),
        ("Mil-Muğan", 4),
        ("Naxçıvan", 8),
        ("Şəki-Zaqatala", 6),
        ("Şərqi Zəngəzur", 5),
        ("Şirvan-Salyan", 5),
    ]


def test_its_holidays() -> None:
    assert sorted(day for holiday in AZERBAIJAN.holidays for day in holiday.days) == [
        (1, 1), (1, 2), (1, 20), (3, 8), (3, 20), (3, 21), (3, 22), (3, 23), (3, 24), (5, 9), (5, 28), (6, 15), (6, 26),
        (11, 8), (11, 9), (12, 31),
    ]  # fmt: skip


def test_a_topic_is_found_by_its_word_in_any_language() -> None:
    words = ["education", "TEHSIL", "образование", "Təhsil", "əkologiya", "ecology", ""]
    found = [AZERBAIJAN.find_topic(word) for word in words]
    assert [topic and topic.key for topic in found] == [
        "education",
        "education",
        "education",
        "education",
        "environment",
        None,
        None,
    ]


@given(st.sampled_from(AZERBAIJAN.topics), st.sampled_from(AZERBAIJAN.languages))
def test_every_topic_is_found_by_its_word_its_label_and_its_key(topic: Topic, language: str) -> None:
    named = (topic.words[language], topic.labels[language], topic.key)
    assert [AZERBAIJAN.find_topic(name) for name in named] == [topic, topic, topic]


@given(st.sampled_from(DISTRICTS), st.sampled_from(AZERBAIJAN.languages), st.sampled_from([str, str.upper, str.lower]))
def test_every_district_is_found_by_its_name_in_every_language(
    district: tuple[Region, Place], language: str, type_it: Callable[[str], str]
) -> None:
    _, place = district
    assert AZERBAIJAN.find_places(type_it(place.labels[language]))[0] == district


@given(st.sampled_from(DISTRICTS), st.sampled_from(["az", "en"]))
def test_every_district_is_found_without_diacritics(district: tuple[Region, Place], language: str) -> None:
    _, place = district
    assert AZERBAIJAN.find_places(without_diacritics(place.labels[language]))[0] == district


@given(st.sampled_from(AZERBAIJAN.regions), st.sampled_from(AZERBAIJAN.languages))
def test_every_region_is_found_by_its_name_in_every_language(region: Region, language: str) -> None:
    assert region in [found for found, _ in AZERBAIJAN.find_places(region.labels[language])]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Gandja", [("ganja-dashkasan", "ganja"), ("ganja-dashkasan", None)]),
        ("Сабирабад", [("mil-mughan", "sabirabad")]),
        ("dagliq sirvan", [("mountainous-shirvan", None)]),
        ("Мингечаур", [("central-aran", "mingachevir")]),
        ("Баку", [("baku", "baku")]),
        ("Нахичевань", [("nakhchivan", "nakhchivan-city"), ("nakhchivan", None)]),
        ("sabirabat", [("mil-mughan", "sabirabad")]),
        ("Atlantis", []),
    ],
)
def test_places_are_found_as_people_type_them(query: str, found: list[tuple[str, str | None]]) -> None:
    assert [(region.key, place and place.key) for region, place in AZERBAIJAN.find_places(query)] == found


def small(folder: Path) -> Network:
    return load(written(folder, SMALL))


def test_things_are_looked_up_by_their_key(tmp_path: Path) -> None:
    network = small(tmp_path)
    assert network.topic("peace") == network.topics[1]
    assert network.region("kakheti") == network.regions[0]
    assert network.district("telavi") == (network.regions[0], network.regions[0].districts[0])
    assert (network.topic("x"), network.region("x"), network.district("x")) == (None, None, None)


def test_what_need_not_stand_in_the_file(tmp_path: Path) -> None:
    network = small(tmp_path)
    assert network.regional_coordinator is None
    assert (network.topics[0].lead, network.topics[0].with_) == ("", "")
    assert network.regions[0].also == ()


def test_how_broadcasts_behave_and_what_they_cost(tmp_path: Path) -> None:
    usual = small(tmp_path)
    assert (usual.manners, usual.prices) == (Manners(), ())
    told = """[manners]
quiet_from = "22:30"
quiet_until = "07:00"
a_day = 3
undo_seconds = 60
grace_minutes = 30
approval = true
"""
    own = load(written(tmp_path, SMALL.replace(LAST, f"{LAST}\n{told}\n{PRICE}")))
    assert own.manners == Manners(time(22, 30), time(7), 3, timedelta(seconds=60), timedelta(minutes=30), approval=True)
    assert own.prices == (Price("whatsapp", "USD", 0, 0.03),)


def test_a_holiday_returns_every_year_or_moves(tmp_path: Path) -> None:
    network = small(tmp_path)
    days = [date(2026, 5, 26), date(2027, 5, 26), date(2027, 5, 2), date(2026, 5, 2)]
    assert [network.holiday(day) == network.holidays[0] for day in days] == [True, True, True, False]


@pytest.mark.parametrize(
    ("tag", "language"), [("ru", "ru"), ("ru-RU", "ru"), ("EN_us", "en"), ("az", "en"), ("", "en")]
)
def test_a_hint_about_the_language_is_taken_when_the_network_speaks_it(tmp_path: Path, tag: str, language: str) -> None:
    assert small(tmp_path).understands(tag) == language


def test_a_name_in_a_language_nobody_wrote_it_in() -> None:
    assert Labels(az="Bakı", en="Baku")["ka"] == "Baku"
    assert Labels(az="Bakı", ru="Баку")["ka"] == "Bakı"


@pytest.mark.parametrize(
    ("line", "instead", "sentence"),
    [
        ('key = "small"', "", "key is missing"),
        ('key = "small"', 'key = "Small!"', "key is 'Small!': use small Latin letters, digits and hyphens, 32 at most"),
        (
            'zone = "Asia/Tbilisi"',
            'zone = "Tiflis"',
            "zone is 'Tiflis', which is no time zone; write it as in \"Asia/Baku\"",
        ),
        ('zone = "Asia/Tbilisi"', 'zone = ""', "zone is empty"),
        ('zone = "Asia/Tbilisi"', "zone = 4", "zone must be a text in quotes"),
        ('languages = ["en", "ru"]', "languages = []", "languages is empty: there must be at least one"),
        ('languages = ["en", "ru"]', "languages = [1]", "languages must be a list of texts in quotes"),
        ('languages = ["en", "ru"]', 'languages = ["en", "en"]', "languages has 'en' twice"),
        (
            'languages = ["en", "ru"]',
            'languages = ["en", "xx"]',
            "languages names 'xx', which the bot does not speak; it speaks en, az, ru",
        ),
        ('name = { en = "Small network", ru = "Малая сеть" }', 'name = { en = "Small" }', "name: ru is missing"),
        (
            'labels = { en = "Peace", ru = "Мир" }',
            'labels = { en = "Peace", ru = " " }',
            "topics 2: labels: ru is empty",
        ),
        (
            'labels = { en = "Peace", ru = "Мир" }',
            'labels = { en = "Peace", ru = "Мир", ka = "-" }',
            "topics 2: labels: ka is not a field known here",
        ),
        ('key = "peace"', 'key = "health"', "topics has 'health' twice"),
        (
            'words = { en = "peace", ru = "мир" }',
            'words = { en = "HEALTH", ru = "мир" }',
            "topics: words has 'HEALTH' twice",
        ),
        (
            'words = { en = "peace", ru = "мир" }',
            'words = { en = "world peace", ru = "мир" }',
            "topics 2: words has 'world peace' for en: it must be one word",
        ),
        ('key = "peace"', 'key = "peace"\nleed = "Us"', "topics 2: leed is not a field known here"),
        ('key = "telavi"', 'kay = "telavi"', "regions 1: districts 1: key is missing"),
        ('key = "kakheti"', 'key = "kakheti"\nalso = "Кахети"', "regions 1: also must be a list"),
        ('days = ["05-26"]', 'days = ["26 May"]', "holidays 1: days has '26 May': write month and day as in \"03-20\""),
        (
            "dates = [2027-05-02]",
            'dates = ["2027-05-02"]',
            "holidays 1: dates has '2027-05-02': write a day as in 2027-03-10, without quotes",
        ),
        ("[[holidays]]", "[holidays]", "holidays must be a list"),
        (LAST, f"{LAST}\n[manners]\nquiet = 9", "manners: quiet is not a field known here"),
        (
            LAST,
            f'{LAST}\n[manners]\nquiet_from = "9 pm"',
            "manners: quiet_from is '9 pm': write an hour as in \"21:00\"",
        ),
        (LAST, f"{LAST}\n[manners]\na_day = -1", "manners: a_day must be from 0 to 100"),
        (LAST, f"{LAST}\n[manners]\nundo_seconds = true", "manners: undo_seconds must be a whole number"),
        (LAST, f"{LAST}\n[manners]\napproval = 1", "manners: approval must be true or false"),
        (
            LAST,
            f"{LAST}\n{PRICE}".replace("USD", "$"),
            "prices 1: currency is '$': write three capital letters as in \"USD\"",
        ),
        (LAST, f"{LAST}\n{PRICE}".replace("0.03", "-1"), "prices 1: bell must be a number that is not below 0"),
        (LAST, f"{LAST}\n{PRICE}\n{PRICE}", "prices has 'whatsapp' twice"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, line: str, instead: str, sentence: str) -> None:
    assert SMALL.count(line) == 1
    file = written(tmp_path, SMALL.replace(line, instead))
    with pytest.raises(NetworkError) as wrong:
        load(file)
    assert str(wrong.value) == f"{file}: {sentence}."


def test_a_network_has_topics(tmp_path: Path) -> None:
    head = SMALL.partition("[[topics]]")[0]
    file = written(tmp_path, head)
    with pytest.raises(NetworkError) as wrong:
        load(file)
    assert str(wrong.value) == f"{file}: topics is empty: there must be at least one."


def test_a_district_belongs_to_one_region(tmp_path: Path) -> None:
    second = SMALL[SMALL.index("[[regions]]") : SMALL.index("[[holidays]]")].replace('"kakheti"', '"kartli"')
    file = written(tmp_path, SMALL + second)
    with pytest.raises(NetworkError) as wrong:
        load(file)
    assert str(wrong.value) == f"{file}: districts has 'telavi' twice."


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "none.toml"
    with pytest.raises(NetworkError) as wrong:
        load(file)
    assert str(wrong.value) == f"{file}: there is no such file."


def test_a_file_that_is_not_toml(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r"small\.toml: cannot be read: .*line 1"):
        load(written(tmp_path, "name = Körpü"))
