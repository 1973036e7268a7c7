"""What is stored as JSON comes back equal."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.core.messages import Address, Attachment, Inbound, Kind, Option, Outbound, Point

markups = st.text().map(Markup.escape) | st.just(Markup("<b>bold</b> &amp; plain"))
attachments = st.none() | st.builds(Attachment, st.text(), st.text(), st.text(), st.text(), st.integers(0))
options = st.builds(
    Option, st.text(), st.text(), st.none() | st.booleans(), navigation=st.booleans(), word=st.text(), url=st.text()
)
inbounds = st.builds(
    Inbound,
    st.builds(Address, st.text(), st.text()),
    st.text(),
    st.sampled_from(Kind),
    markups,
    tap=st.text(),
    message=st.text(),
    attachment=attachments,
    language=st.text(),
    name=st.text(),
    point=st.none() | st.builds(Point, st.floats(-90, 90), st.floats(-180, 180)),
)
outbounds = st.builds(
    Outbound,
    markups,
    st.lists(options).map(tuple),
    st.text(),
    st.text(),
    attachments,
    edit=st.text(),
    preview=st.booleans(),
)


def stored(values: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(values))
    return read


@given(inbounds)
def test_an_inbound_comes_back_from_json(inbound: Inbound) -> None:
    assert Inbound.from_json(inbound.address, inbound.external_id, stored(inbound.to_json())) == inbound


@given(outbounds)
def test_an_outbound_comes_back_from_json(outbound: Outbound) -> None:
    back = Outbound.from_json(stored(outbound.to_json()))
    assert back == outbound
    assert isinstance(back.text, Markup)


def test_json_holds_only_what_differs_from_the_defaults() -> None:
    assert Inbound(Address("telegram", "1"), "7", text=Markup("hi")).to_json() == {"text": "hi"}
    assert Outbound(Markup("hi"), (Option("a", "A", chosen=False),)).to_json() == {
        "text": "hi",
        "options": [{"id": "a", "label": "A", "chosen": False}],
    }


def test_a_plain_string_is_never_read_as_markup() -> None:
    typed: Any = "<b>1 & 2</b>"
    assert Outbound(typed).text == Markup("&lt;b&gt;1 &amp; 2&lt;/b&gt;")
    assert Inbound(Address("telegram", "1"), "7", text=typed).plain == typed


def test_plain_text_keeps_its_lines_and_loses_its_formatting() -> None:
    text = Markup("<b>Dear all</b>,\n\n  tea &amp; talk")
    assert Inbound(Address("telegram", "1"), "7", text=text).plain == "Dear all,\n\n  tea & talk"
