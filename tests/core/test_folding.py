from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.folding import fold

AZERBAIJANI = "abcçdeəfgğhxıijkqlmnoöprsştuüvyz"
AZERBAIJANI_CAPITALS = "ABCÇDEƏFGĞHXIİJKQLMNOÖPRSŞTUÜVYZ"
RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
ENGLISH = "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    "spellings",
    [
        ("Təhsil", "tehsil", "Tehsil", "TƏHSİL", "TEHSIL", "təhsıl"),
        ("Şəki", "Sheki", "seki", "Шеки", "ŞƏKİ"),
        ("Bakı", "Баку".replace("у", "ы"), "BAKI", "BAKİ", "baki"),
        ("Baku", "Баку"),
        ("Sabirabad", "Сабирабад", "SABİRABAD", "sabırabad"),
        ("Xaçmaz", "Хачмаз", "Khachmaz", "hacmaz", "XAÇMAZ"),
        ("Ganja", "Гянджа", "Gandja", "Ganca", "Gandzha"),
        ("Qazax", "Газах", "Gazakh", "Qazakh"),
        ("Ağdam", "Aghdam", "Агдам", "Agdam"),
        ("Ağcabədi", "Агджабеди", "Agcabedi"),
        ("Masallı", "Масаллы", "MASALLI"),
        ("Göyçay", "Goychay", "GÖYÇAY"),
        ("Гёйчай", "Гейчай", "гёйча\u0438\u0306"),
        ("Kürdamir", "Кюрдамир", "Kurdamir"),
        ("Yardımlı", "Ярдымлы"),
        ("Gəncə", "Ҝәнҹә", "Gence"),
        ("Москва", "Москва\u0301", "Moskva"),
        ("d’Arc", "d'arc", "DARC"),
        ("  «Buta»\nfondu ", "Buta fondu", "buta-fondu"),
    ],
)
def test_one_name_is_spelled_many_ways(spellings: tuple[str, ...]) -> None:
    assert {fold(spelling) for spelling in spellings} == {fold(spellings[0])}


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Təhsil", "texsil"),
        ("Şəki", "seki"),
        ("Гянджа", "ganca"),
        ("20 Yanvar", "20 yanvar"),
        ("«...»", ""),
        ("", ""),
        ("თბილისი", "თბილისი"),
    ],
)
def test_what_is_left_is_small_letters_and_digits(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.characters())
def test_any_single_character_can_be_folded(character: str) -> None:
    assert fold(fold(character)) == fold(character)


@given(st.text())
def test_words_stand_one_space_apart(text: str) -> None:
    assert fold(text) == " ".join(fold(text).split())


@given(st.text(AZERBAIJANI + AZERBAIJANI_CAPITALS + RUSSIAN + RUSSIAN.upper() + ENGLISH + "-’ "))
def test_a_folded_text_is_plain_latin_and_at_most_twice_as_long(text: str) -> None:
    folded = fold(text)
    assert set(folded) <= set("abcdefgiklmnoprstuvwxyz ")
    assert len(folded) <= 2 * len(text)


@given(st.text(AZERBAIJANI))
def test_azerbaijani_capitals_change_nothing(text: str) -> None:
    capitals = text.translate(str.maketrans(AZERBAIJANI, AZERBAIJANI_CAPITALS))
    assert fold(capitals) == fold(text)


@given(st.text(RUSSIAN + ENGLISH))
def test_capitals_change_nothing(text: str) -> None:
    assert fold(text.upper()) == fold(text)


@given(st.text(AZERBAIJANI + RUSSIAN + ENGLISH))
def test_how_a_keyboard_composes_its_letters_changes_nothing(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


@given(st.text(AZERBAIJANI))
def test_a_keyboard_without_azerbaijani_letters_will_do(text: str) -> None:
    assert fold(text.translate(str.maketrans("çəğıöşü", "cegiosu"))) == fold(
        text.replace("ç", "c").replace("ş", "s").replace("ğ", "g")
    )
