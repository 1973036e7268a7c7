"""One message on both shapes of channel: buttons in tidy rows, or lines that say how to answer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from bot.core import richtext
from bot.core.channel import Capabilities
from bot.core.messages import Attachment, Option, Outbound
from bot.core.numbered import lines
from bot.core.rendering import Bubble, Button, excess, parts, render
from bot.core.splitting import length

BUTTONS = Capabilities(buttons=True, edits=True, markup="html", units="utf16", label=24)
NUMBERS = Capabilities(buttons=False, edits=False, markup="whatsapp", text=1600, caption=1024, commands=False)
PLAIN = Capabilities(buttons=False, edits=False, markup="plain")

HEALTH = Option("health", "Health", chosen=True)
RIGHTS = Option("rights", "Human rights", chosen=False)
BACK = Option("back", "Back", navigation=True)
CANCEL = Option("cancel", "Cancel", navigation=True)
STOP = Option("leave:health", "To stop Health", word="STOP HEALTH")
SITE = Option("site", "Read it", url="https://un.org/a_b")
PHOTO = Attachment("photo", "sha256:00")
QUESTION = Markup("What <b>may</b> we write about?")


def labels(*shown: str, navigation: Sequence[str] = ()) -> list[list[str]]:
    """How the rows of a menu with these labels look."""
    options = tuple(Option(f"{index}", label) for index, label in enumerate(shown))
    below = tuple(Option(label, label, navigation=True) for label in navigation)
    return [
        [button.label for button in row] for row in render(Outbound(QUESTION, options + below, menu="m"), BUTTONS).rows
    ]


def test_buttons() -> None:
    assert render(Outbound(QUESTION, (HEALTH, RIGHTS, SITE, BACK, CANCEL), menu="m1"), BUTTONS) == Bubble(
        "What <b>may</b> we write about?",
        (
            (Button("✓ Health", "m1:health"), Button("Human rights", "m1:rights")),
            (Button("Read it", "", "https://un.org/a_b"),),
            (Button("Back", "m1:back"), Button("Cancel", "m1:cancel")),
        ),
    )


def test_numbers() -> None:
    assert render(Outbound(QUESTION, (HEALTH, RIGHTS, SITE, BACK, CANCEL), menu="m1"), NUMBERS) == Bubble(
        "What *may* we write about?\n"
        "\n"
        "1. ✓ Health\n"
        "2. Human rights\n"
        "Read it: https://un.org/a_b\n"
        "\n"
        "Reply with one or more numbers, for example: 1 2\n"
        "Or write: *Back*, *Cancel*"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((Option("y", "Yes"), Option("n", "No")), "Sure?\n\n1. Yes\n2. No\n\nReply with a number."),
        ((BACK,), "Sure?\n\nYou can also write: Back"),
        ((HEALTH,), "Sure?\n\n1. ✓ Health\n\nReply with a number."),
        ((SITE,), "Sure?\n\nRead it: https://un.org/a_b"),
        ((), "Sure?"),
    ],
)
def test_hints_say_what_can_be_answered(options: tuple[Option, ...], expected: str) -> None:
    assert render(Outbound(Markup("Sure?"), options, menu="m"), PLAIN).text == expected


def test_a_standing_message_on_both_shapes() -> None:
    newsletter = Outbound(Markup("News"), (STOP, SITE), attachment=PHOTO)
    assert render(newsletter, BUTTONS) == Bubble(
        "News", ((Button("To stop Health", "leave:health"), Button("Read it", "", "https://un.org/a_b")),), PHOTO
    )
    assert render(newsletter, NUMBERS) == Bubble(
        "News\n\n_To stop Health – write STOP HEALTH_\nRead it: https://un.org/a_b", (), PHOTO
    )


def test_more_options_than_buttons_allowed_are_numbered() -> None:
    three = Capabilities(buttons=True, edits=False, markup="plain", options=3)
    four = tuple(Option(letter, letter) for letter in "abcd")
    assert render(Outbound(Markup("Which?"), four, menu="m"), three) == Bubble(
        "Which?\n\n1. a\n2. b\n3. c\n4. d\n\nReply with a number."
    )


def test_rows_go_by_the_longest_label() -> None:
    assert labels("1", "2", "3", "4", "5") == [["1", "2", "3"], ["4", "5"]]
    assert labels("1", "2", "3", "4") == [["1", "2"], ["3", "4"]]
    assert labels("Education", "Health", "Environment") == [["Education", "Health"], ["Environment"]]
    assert labels("Poverty", "Peace, no conflict at all") == [["Poverty"], ["Peace, no conflict at a…"]]
    assert labels("Yes", navigation=["Geri", "Ötür", "Ləğv et"]) == [["Yes"], ["Geri", "Ötür", "Ləğv et"]]
    assert labels(navigation=["Back", "Skip", "Cancel", "Done"]) == [["Back", "Skip"], ["Cancel", "Done"]]
    assert labels(navigation=["Back", "Back to the start", "Done"]) == [["Back", "Back to the start"], ["Done"]]


def test_too_long_a_payload_is_our_bug() -> None:
    longest = Outbound(QUESTION, (Option("ə" * 31, "x"),), menu="m")
    assert render(longest, BUTTONS).rows == ((Button("x", "m:" + "ə" * 31),),)
    with pytest.raises(ValueError, match=r"^option 'əəə+' of menu 'menu' needs more than 64 bytes$"):
        render(longest.having(menu="menu"), BUTTONS)


def test_how_much_too_long() -> None:
    assert excess(Outbound(Markup("<b>{}</b>").format("😀" * 2048)), BUTTONS) == 0
    assert excess(Outbound(Markup("<b>{}</b>").format("😀" * 2049)), BUTTONS) == 2
    assert excess(Outbound(Markup("<b>{}</b>").format("a" * 1600)), NUMBERS) == 2
    assert excess(Outbound(escape("a" * 1025), attachment=PHOTO), BUTTONS) == 1
    assert excess(Outbound(escape("a" * 1590), (STOP,)), NUMBERS) == 28


def test_a_file_goes_ahead_of_a_text_it_cannot_carry() -> None:
    long = Outbound(escape("a" * 1025), (STOP,), attachment=PHOTO, preview=True)
    assert parts(long, BUTTONS) == [
        Outbound(Markup(), attachment=PHOTO, preview=True),
        Outbound(escape("a" * 1025), (STOP,), preview=True),
    ]


def test_options_that_find_no_room_follow_in_a_message_of_their_own() -> None:
    long = Outbound(escape("a" * 1590), (BACK,), menu="m", language="az", edit="7")
    assert parts(long, NUMBERS) == [
        Outbound(escape("a" * 1590), language="az", edit="7"),
        Outbound(Markup(), (BACK,), menu="m", language="az"),
    ]


def test_a_menu_longer_than_a_message_is_our_bug() -> None:
    many = tuple(Option(f"{number}", "a" * 60) for number in range(30))
    with pytest.raises(ValueError, match=r"^the options of menu 'm' alone are too long by \d+$"):
        parts(Outbound(QUESTION, many, menu="m"), NUMBERS)


words = st.sampled_from(["Salam ", "əşğ ", "😀", "*_", "\n", "\n\n", ". ", "https://un.org/a_b "]) | st.text(max_size=9)
texts = st.lists(words, max_size=80).map("".join)
styled = st.tuples(st.sampled_from(["{}", "<b>{}</b>", '<a href="https://un.org">{}</a>']), texts)
markups = st.lists(styled.map(lambda pair: Markup(pair[0]).format(pair[1])), max_size=3).map(Markup().join)
options = st.builds(
    Option,
    st.uuids().map(lambda identity: identity.hex),
    st.text(st.characters(categories=["L"]), min_size=1, max_size=12),
    st.none() | st.booleans(),
    navigation=st.booleans(),
    word=st.just("STOP"),
    url=st.sampled_from(["", "", "https://un.org"]),
)
outbounds = st.builds(
    Outbound,
    markups,
    st.lists(options, max_size=4).map(tuple),
    st.sampled_from(["", "m1"]),
    attachment=st.none() | st.just(PHOTO),
)
channels = st.sampled_from([BUTTONS, NUMBERS, PLAIN]).flatmap(
    lambda channel: st.builds(
        Capabilities,
        buttons=st.just(channel.buttons),
        edits=st.booleans(),
        markup=st.just(channel.markup),
        units=st.sampled_from(["utf16", "characters"]),
        text=st.integers(300, 500),
        caption=st.integers(50, 100),
        label=st.integers(5, 20),
    )
)


@given(outbounds, channels)
def test_every_part_fits_and_nothing_is_lost(outbound: Outbound, capabilities: Capabilities) -> None:
    said = parts(outbound, capabilities)
    assert [excess(part, capabilities) for part in said] == [0] * len(said)
    assert [part.options for part in said] == [()] * (len(said) - 1) + [outbound.options]
    assert [part.attachment for part in said] == [outbound.attachment] + [None] * (len(said) - 1)
    shown = richtext.plain if capabilities.markup == "html" else lambda text: richtext.plain(richtext.unlinked(text))
    assert "".join("".join(shown(part.text).split()) for part in said) == "".join(shown(outbound.text).split())


@given(outbounds, channels)
def test_every_option_can_be_picked(outbound: Outbound, capabilities: Capabilities) -> None:
    bubble = render(outbound, capabilities)
    if capabilities.buttons:
        prefix = f"{outbound.menu}:" if outbound.menu else ""
        ordered = sorted(outbound.options, key=lambda option: option.navigation)
        assert [(button.payload, button.url) for row in bubble.rows for button in row] == [
            ("" if option.url else prefix + option.id, option.url) for option in ordered
        ]
        assert [
            b.label for row in bubble.rows for b in row if length(b.label, capabilities.units) > capabilities.label
        ] == []
    elif outbound.menu and capabilities.markup == "plain":
        assert bubble.text.count(richtext.plain(lines(outbound.options))) >= 1
        assert bubble.rows == ()


@given(texts)
def test_a_message_without_options_is_its_text(text: str) -> None:
    assert render(Outbound(escape(text)), PLAIN) == Bubble(text)
