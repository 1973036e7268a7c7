"""Amounts as people write them, in three languages, and how they are said again."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.amounts import MOST, Money, currency_of, money_in

AMOUNTS: Final = {
    (50_000, 50_000, "AZN"): (
        "50 000 AZN",
        "50.000 AZN",
        "50,000 azn",
        "50000₼",
        "50 000 manat",
        "50 min manat",
        "50 тысяч манатов",
        "50 тыс. манат",
        "AZN 50k",
        "50\u00a0000 AZN",
        "50 000.00 AZN",
    ),
    (None, 20_000, "EUR"): (
        "up to 20.000 €",
        "up to €20k",
        "до 20 тыс. евро",
        "не более 20 000 евро",
        "20 min avroya qədər",
        "20 min avroyadək",
        "20000 EUR-dək",
        "ən çox 20 min avro",
        "max. 20000 EUR",
        "at most 20,000 euros",
        "0-20000 EUR",
    ),
    (10_000, 20_000, "AZN"): (
        "10-20 min manat",
        "10 000 – 20 000 AZN",
        "10 mindən 20 minədək manat",
        "10 min manatdan 20 min manata qədər",
        "от 10 до 20 тысяч манатов",
        "from 10000 to 20000 AZN",
        "between 10 000 and 20 000 manats",
    ),
    (5_000, 10_000, "USD"): ("5000-10000 USD", "$5,000 to $10,000", "от 5 000 до 10 000 долларов США",
                             "5-10 min ABŞ dolları"),
    (500, None, "EUR"): ("at least 500 EUR", "min 500 eur", "от 500 евро", "500+ EUR", "ən azı 500 avro",
                         "500 avrodan"),
    (1_500_000, 1_500_000, "GEL"): ("1.5 million lari", "1,5 mln GEL", "1,5 млн лари", "1.500.000 ₾"),
    (500, 1_000_000, "USD"): ("500-1 mln usd",),
    (5_000, 5_000, ""): ("5000", "5 000", "5 min", "5k"),
    (None, None, ""): ("yox", "нет", "No", "-", "məlum deyil", "неизвестно"),
}  # fmt: skip

NO_AMOUNTS: Final = (
    "", "abc", "5 apples", "12.50 EUR", "-5", "31.02.2026", "12:30", "5 000 10 000 EUR", "5 EUR or 7 USD", "~5000 EUR",
    "50% EUR", "EUR", "to", "5000 - EUR -", "1 2 3", "5 000 AZN (əlli min)", "x" * 101, "9" * 101, "?",
)  # fmt: skip


@pytest.mark.parametrize(("money", "written"), [(money, text) for money, texts in AMOUNTS.items() for text in texts])
def test_amounts_are_understood(money: tuple[int | None, int | None, str], written: str) -> None:
    assert money_in(written) == money


@pytest.mark.parametrize("written", NO_AMOUNTS)
def test_what_is_no_amount_is_never_guessed_at(written: str) -> None:
    assert money_in(written) is None


@given(st.text(max_size=120))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    money = money_in(text)
    assert money is None or all(bound is None or bound >= 0 for bound in money[:2])


@given(
    st.integers(1, MOST),
    st.sampled_from(["AZN", "USD", "EUR"]),
    st.sampled_from(["az", "ru", "en"]),
    st.sampled_from(["{} {}", "{}{}", "{1} {0}", " {}  {} "]),
)
def test_what_we_write_ourselves_is_read_again(amount: int, currency: str, language: str, form: str) -> None:
    number = Money(amount, amount, "").words(language)
    assert money_in(form.format(number, currency)) == (amount, amount, currency)


@given(st.integers(1, MOST), st.integers(1, MOST), st.sampled_from(["az", "ru", "en"]))
def test_so_is_a_range(one: int, other: int, language: str) -> None:
    least, most = sorted([one, other])
    money = Money(least, most, "AZN")
    assert money_in(money.words(language).unescape()) == money


@pytest.mark.parametrize(
    ("money", "said"),
    [
        (Money(50_000, 50_000, "AZN"), "50,000\u00a0AZN"),
        (Money(5_000, 10_000, "USD"), "5,000–10,000\u00a0USD"),
        (Money(None, 20_000, "EUR"), "up to 20,000\u00a0EUR"),
        (Money(500, None, "EUR"), "from 500\u00a0EUR"),
        (Money(None, None, ""), "–"),
    ],
)
def test_it_is_said_with_its_code(money: Money, said: str) -> None:
    assert money.words() == said


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("manat", "AZN"),
        ("евро", "EUR"),
        ("в долларах", "USD"),
        ("try", "TRY"),
        ("5 USD", ""),
        ("EUR USD", ""),
        ("x", ""),
    ],
)
def test_a_currency_alone(written: str, code: str) -> None:
    assert currency_of(written) == code
