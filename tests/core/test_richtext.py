"""Formatting survives every channel, and nothing a person typed ever turns into formatting."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from bot.core.richtext import Span, merged, parse, plain, to_html, to_markup, to_whatsapp, unlinked

HUSH = "\N{ZERO WIDTH SPACE}"

links = st.sampled_from(["", "", "https://un.org/a_b?c=1&d=\"2'", "mailto:office@nayora.az"])
words = st.text(st.sampled_from("ab şЯ.*_~`<>&\"'\n😀"), max_size=12) | st.text(max_size=5)
flags = st.booleans()
spans = st.lists(st.builds(Span, words, flags, flags, flags, flags, flags, links)).map(merged)
tags = st.sampled_from(
    ["b", "/b", "i", "/i", "u", "/u", "s", "/s", "code", "/code", "a href='https://un.org'", "/a", "p"]
)
soup = st.lists(tags.map("<{}>".format) | st.sampled_from("<>&") | words).map("".join)
printable = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")


@given(spans)
def test_spans_come_back_from_markup(written: tuple[Span, ...]) -> None:
    assert parse(to_markup(written)) == written


@given(soup)
def test_any_text_can_be_read(text: str) -> None:
    assert parse(to_markup(parse(text))) == parse(text)


@given(st.text())
def test_what_a_person_typed_is_shown_as_it_is(text: str) -> None:
    assert plain(escape(text)) == text


@given(st.lists(tags.map("<{}>".format) | st.text(printable)).map("".join))
def test_html_is_always_well_nested(text: str) -> None:
    root = ET.fromstring(f"<p>{to_html(text)}</p>")  # noqa: S314 - our own text
    assert {element.tag for element in root.iter()} <= {"p", "b", "i", "u", "s", "code", "a"}
    assert "".join(root.itertext()) == plain(text)


@given(soup)
def test_whatsapp_keeps_every_word(text: str) -> None:
    def letters(shown: str) -> str:
        return re.sub(r"[^\w]|_", "", shown)

    assert letters(to_whatsapp(text)) == letters(plain(unlinked(text)))


@given(words)
def test_typed_markers_do_nothing_on_whatsapp(text: str) -> None:
    sent = to_whatsapp(escape(text))
    assert sent.replace(HUSH, "") == text.replace(HUSH, "")
    for marker in re.finditer(r"[*_~`]", sent):
        left, right = f" {sent} "[marker.start()], f" {sent} "[marker.end() + 1]
        assert HUSH in (left, right) or (left.isalnum() and right.isalnum()) or (left.isspace() and right.isspace())


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", ()),
        ("plain &amp; simple", (Span("plain & simple"),)),
        ("a<b>b<i>c</i></b>", (Span("a"), Span("b", bold=True), Span("c", bold=True, italic=True))),
        ("<b>never closed", (Span("never closed", bold=True),)),
        ("never opened</b>", (Span("never opened"),)),
        ("<b>x<i>y</b>z</i>", (Span("x", bold=True), Span("y", bold=True, italic=True), Span("z", italic=True))),
        ("<div class='x'>a<br/>b</div>", (Span("ab"),)),
        ("<B>loud</B>", (Span("loud", bold=True),)),
        ("1 < 2 > 0 <3", (Span("1 < 2 > 0 <3"),)),
        ('<a href="https://un.org?a=1&amp;b=2">UN</a>', (Span("UN", link="https://un.org?a=1&b=2"),)),
        ("<a href='https://un.org'>UN</a>", (Span("UN", link="https://un.org"),)),
        ('<a class="x" href="https://un.org">UN</a>', (Span("UN", link="https://un.org"),)),
        ('<a href="javascript:alert(1)">press</a>', (Span("press"),)),
        ('<a name="top">top</a>', (Span("top"),)),
    ],
)
def test_markup_is_read_forgivingly(markup: str, expected: tuple[Span, ...]) -> None:
    assert parse(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<b>x<i>y</b>z</i>", "<b>x<i>y</i></b><i>z</i>"),
        ("&#34;Təhsil&#34; &lt; &amp; &gt; it&#39;s", '"Təhsil" &lt; &amp; &gt; it\'s'),
        ('<a href="https://un.org?a=1&b=2"><b>UN</b></a>', '<a href="https://un.org?a=1&amp;b=2"><b>UN</b></a>'),
    ],
)
def test_telegram_html(markup: str, expected: str) -> None:
    assert to_html(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<b>Dear all</b>, <i>welcome</i> <s>soon</s> <code>now</code>", "*Dear all*, _welcome_ ~soon~ ```now```"),
        ("<b> spaces </b>move", " *spaces* move"),
        ("<b>two\nlines</b>", "*two*\n*lines*"),
        ("<b>Hello, <i>you</i>.</b>", "*Hello, _you_.*"),
        ("half<b>word</b>", "halfword"),
        ("<u>plain</u>", "plain"),
        ("<b> </b>", " "),
        ('<a href="https://un.org/a_b_">Read more</a>.', "Read more: https://un.org/a_b_."),
        ('<a href="https://un.org">Read </a>it', "Read: https://un.org it"),
        ('<a href="https://un.org">UN</a><a href="https://un.az">AZ</a>', "UN: https://un.org AZ: https://un.az"),
        ('<b><a href="https://un.org">Read</a></b>', "*Read*: https://un.org"),
        ('<a href="https://un.org/">https://un.org</a>', "https://un.org/"),
        ('<a href="https://un.org">un.org</a>', "https://un.org"),
        ('<a href="mailto:office@nayora.az">Write to us</a>', "Write to us: office@nayora.az"),
        ('<a href="mailto:office@nayora.az">office@nayora.az</a>', "office@nayora.az"),
        ("<b>see https://un.org</b>", "see https://un.org"),
        ("*typed*", f"{HUSH}*{HUSH}typed{HUSH}*{HUSH}"),
        ("snake_case, 2*3, 2 * 3\n* item", "snake_case, 2*3, 2 * 3\n* item"),
        ("<b>5*</b>", f"*5{HUSH}*{HUSH}*"),
        ("<b>a</b>*b", f"*a*{HUSH}*{HUSH}b"),
    ],
)
def test_whatsapp(markup: str, expected: str) -> None:
    assert to_whatsapp(markup) == expected
