"""What a person without buttons reads, and every way of answering it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.core.messages import Option
from bot.core.numbered import lines, missing, nearly, pick

POVERTY = Option("poverty", "Poverty reduction")
EDUCATION = Option("education", "Təhsil", chosen=True)
PEACE = Option("peace", "Sülh və münaqişələrin qarşısının alınması", chosen=False)
RIGHTS = Option("rights", "Права человека")
SITE = Option("site", "Our page", url="https://un.org/a?b=1&c=2")
BACK = Option("back", "⬅ Back", navigation=True)
CANCEL = Option("cancel", "Cancel", navigation=True)
TOPICS = (POVERTY, EDUCATION, PEACE, SITE, RIGHTS, BACK, CANCEL)


def test_answers_are_numbered_and_navigation_is_not() -> None:
    assert lines(TOPICS) == Markup(
        "1. Poverty reduction\n"
        "2. ✓ Təhsil\n"
        "3. Sülh və münaqişələrin qarşısının alınması\n"
        "Our page: https://un.org/a?b=1&amp;c=2\n"
        "4. Права человека"
    )


def called(*labels: str) -> tuple[Option, ...]:
    return tuple(Option(f"id{place}", label) for place, label in enumerate(labels))


def test_answers_that_are_numbers_themselves_are_picked_by_what_they_are_called() -> None:
    children = (*called("0", "1", "2", "3+"), BACK)
    assert lines(children) == Markup("• 0\n• 1\n• 2\n• 3+")
    assert [pick(text, children) for text in ("0", "1", "№2", "3", "3+", "4")] == [
        [children[0]], [children[1]], [children[2]], [children[3]], [children[3]], None,
    ]  # fmt: skip
    assert pick("0 2", children, several=True) == [children[0], children[2]]
    assert pick("0-2", children, several=True) == [*children[:3]]
    assert (missing("5", children), missing("0", children)) == (5, None)


def test_answers_that_cannot_be_confused_with_their_places_are_picked_by_either() -> None:
    years, stars = called("2024", "2025", "2026"), called("1", "2", "3")
    assert lines(years) == Markup("1. 2024\n2. 2025\n3. 2026")
    assert pick("2", years) == pick("2025", years) == [years[1]]
    assert lines(stars) == Markup("1. 1\n2. 2\n3. 3")
    assert pick("3", stars) == [stars[2]]


@pytest.mark.parametrize(
    "text",
    ["2", "2.", " 2 ", "2)", "№2", "№ 2", "#2", "2️⃣", "٢", "2 2", "təhsil", "TEHSIL", "Təhsil.", "teh", "Техсил"],
)
def test_one_answer(text: str) -> None:
    assert pick(text, TOPICS) == [EDUCATION]
    assert pick(text, TOPICS, several=True) == [EDUCATION]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reduction", POVERTY),
        ("prava", RIGHTS),
        ("munaqise", PEACE),
        ("sülh və münaqişə", PEACE),
        ("back", BACK),
        ("CANCEL", CANCEL),
    ],
)
def test_a_label_or_a_part_of_it(text: str, expected: Option) -> None:
    assert pick(text, TOPICS) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "5",
        "2026",
        "99999999999999999999",
        "-2",
        "2 teachers",
        "teachers",
        "te",
        "can",
        "our page",
        "https://un.org",
    ],
)
@pytest.mark.parametrize("several", [False, True])
def test_something_else(text: str, several: bool) -> None:
    assert pick(text, TOPICS, several=several) is None


@pytest.mark.parametrize("text", ["1 3", "1,3", "1, 3", "1-3", "2-2", "1 and 3", "Təhsil, prava"])
def test_only_one_may_be_meant(text: str) -> None:
    assert pick(text, TOPICS) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 3", [POVERTY, PEACE]),
        ("1,3", [POVERTY, PEACE]),
        ("3, 1, 3.", [PEACE, POVERTY]),
        ("1 və 3", [POVERTY, PEACE]),
        ("1 и 3", [POVERTY, PEACE]),
        ("1 AND 3", [POVERTY, PEACE]),
        ("1️⃣3️⃣", [POVERTY, PEACE]),
        ("1-3", [POVERTY, EDUCATION, PEACE]),
        ("1 – 2, 4", [POVERTY, EDUCATION, RIGHTS]),
        ("1\n4", [POVERTY, RIGHTS]),
        ("Təhsil, prava", [EDUCATION, RIGHTS]),
        ("tehsil və sulh", [EDUCATION, PEACE]),
        ("1, prava", [POVERTY, RIGHTS]),
        ("cancel", [CANCEL]),
    ],
)
def test_several_answers(text: str, expected: list[Option]) -> None:
    assert pick(text, TOPICS, several=True) == expected


@pytest.mark.parametrize("text", ["3-1", "1-9", "1 5", "1, teachers", "2 teachers and 3 books"])
def test_several_that_make_no_sense(text: str) -> None:
    assert pick(text, TOPICS, several=True) is None


def test_what_two_labels_share_is_ambiguous() -> None:
    regions = (Option("a", "Şəki rayonu"), Option("b", "Qax rayonu"), Option("c", "Şəki"))
    assert pick("rayon", regions) is None
    assert pick("seki", regions) == [regions[2]]


def test_a_number_that_is_a_label_and_no_position() -> None:
    years = (Option("a", "2025"), Option("b", "2026"))
    assert pick("2026", years) == [years[1]]
    assert pick("2", years) == [years[1]]


def test_the_word_of_a_standing_option() -> None:
    stop = Option("leave:education", "Stop Education", word="STOP EDUCATION")
    assert pick("stop education", [stop]) == [stop]


READY = Option("done", "Hazırdır", navigation=True)


@pytest.mark.parametrize("text", ["hazır", "Hazırdı.", "hazrdir"])
def test_nearly_what_leads_on(text: str) -> None:
    assert nearly(text, (*TOPICS, READY)) == READY
    assert pick(text, (*TOPICS, READY)) is None


@pytest.mark.parametrize("text", ["", "haz", "hazırlıq", "teh", "cancellation of debts", "2", "our page"])
def test_nearly_nothing(text: str) -> None:
    assert nearly(text, (*TOPICS, READY)) is None


def test_a_part_of_an_answer_that_may_also_lead_on_is_asked_again() -> None:
    options = (Option("clothes", "Hazır paltar"), Option("food", "Ərzaq"), READY)
    for text in ("hazır", "Hazir"):
        assert pick(text, options) is None
        assert nearly(text, options) is None
    assert pick("paltar", options) == [options[0]]


answers = st.builds(
    Option, st.uuids().map(str), st.text(max_size=9), st.none() | st.booleans(), navigation=st.booleans()
)
menus = st.lists(answers, min_size=1, max_size=30)


def confusing(options: list[Option]) -> bool:
    """Whether an answer is called by the place of another."""
    places = {str(place): option for place, option in enumerate((each for each in options if not each.navigation), 1)}
    called = {str(int(each.label)): each for each in places.values() if each.label.isdecimal()}
    return any(number in places and places[number] != option for number, option in called.items())


@given(menus.filter(lambda options: not confusing(option_on_one_line(options))), st.booleans())
def test_every_number_shown_comes_back_as_its_option(options: list[Option], several: bool) -> None:
    numbers = [line.partition(".")[0] for line in lines(option_on_one_line(options)).splitlines()]
    shown = [option for option in options if not option.navigation]
    assert [pick(number, options, several=several) for number in numbers] == [[option] for option in shown]


@given(menus.filter(lambda options: not confusing(options)), st.data())
def test_all_numbers_at_once(options: list[Option], data: st.DataObject) -> None:
    shown = [option for option in options if not option.navigation]
    order = data.draw(st.lists(st.integers(1, len(shown)), min_size=1, unique=True) if shown else st.just([]))
    expected = [shown[number - 1] for number in order]
    assert pick(" ".join(map(str, order)), options, several=True) == (expected or None)


def option_on_one_line(options: list[Option]) -> list[Option]:
    return [Option(option.id, " ".join(option.label.split()), navigation=option.navigation) for option in options]


@pytest.mark.parametrize(("typed", "meant"), [("да", "yes"), ("Yes", None), ("нет", "no"), ("да, стереть всё", "yes")])
def test_the_word_before_the_comma_is_enough(typed: str, meant: str | None) -> None:
    options = (Option("yes", "Да, стереть всё"), Option("no", "Нет, оставить"))
    assert [option.id for option in pick(typed, options) or ()] == ([meant] if meant else [])


@pytest.mark.parametrize(
    ("text", "number"),
    [("9", 9), ("0", 0), ("3.", 3), ("#7", 7), ("1, 2 and 5", 5), ("1-4", 4), ("1 2", None), ("", None), ("B 9", None)],
)
def test_a_number_that_is_not_there_is_told(text: str, number: int | None) -> None:
    options = [Option("a", "A"), Option("site", "Site", url="https://korpu.az"), Option("b", "B"), BACK]
    assert missing(text, options) == number
