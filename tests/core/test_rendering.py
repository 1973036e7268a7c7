"""One message on both shapes of channel: buttons in tidy rows, or lines that say how to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from bot.core import richtext
from bot.core.channel import Capabilities
from bot.core.choices import Button, quick
from bot.core.messages import Attachment, Option, Outbound
from bot.core.numbered import lines
from bot.core.rendering import Bubble, excess, parts, render
from bot.core.splitting import length

BUTTONS = Capabilities(buttons=True, edits=True, markup="html", units="utf16", label=24)
NUMBERS = Capabilities(buttons=False, edits=False, markup="whatsapp", text=1600, caption=1024, commands=False)
CHOICES = replace(NUMBERS, quick=3, listed=10, captions=frozenset({"photo"}))
PLAIN = Capabilities(buttons=False, edits=False, markup="plain")

HEALTH = Option("health", "Health", chosen=True)
RIGHTS = Option("rights", "Human rights", chosen=False)
BACK = Option("back", "Back", navigation=True)
CANCEL = Option("cancel", "Cancel", navigation=True)
STOP = Option("leave:health", "To stop Health", word="STOP HEALTH")
SITE = Option("site", "Read it", url="https://un.org/a_b")
PHOTO = Attachment("photo", "sha256:00")
LIST = Attachment("document", "sha256:00", "members.pdf")
YES = Option("yes", "Yes")
NO = Option("no", "No")
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


def test_up_to_three_short_options_are_quick_replies() -> None:
    question = Outbound(QUESTION, (BACK, YES, NO), menu="m1")
    assert render(question, CHOICES) == Bubble(
        "What *may* we write about?",
        ((Button("Yes", "m1:yes"),), (Button("No", "m1:no"),), (Button("Back", "m1:back"),)),
        form="quick",
    )


def test_where_the_answers_alone_fit_the_way_back_is_written_in_words() -> None:
    languages = (Option("az", "Azərbaycanca"), Option("ru", "Русский", chosen=True), Option("en", "English"))
    assert render(Outbound(QUESTION, (*languages, CANCEL), menu="m1", language="en"), CHOICES) == Bubble(
        "What *may* we write about?\n\nYou can also write: *Cancel*",
        ((Button("Azərbaycanca", "m1:az"),), (Button("✓ Русский", "m1:ru"),), (Button("English", "m1:en"),)),
        form="quick",
    )


def test_the_way_on_is_never_left_to_words_where_something_is_tapped() -> None:
    """A summary of three answers: whoever sees "Change" three times must be able to tap that all is right."""
    changes = tuple(Option(f"change:{name}", f"Change: {name}") for name in ("Name", "Country", "Office"))
    sign = Option("done", "Yes, I sign", navigation=True)
    bubble = render(Outbound(QUESTION, (*changes, sign, CANCEL), menu="m1"), CHOICES)
    assert (bubble.form, [button.label for row in bubble.rows for button in row]) == (
        "list",
        ["Change: Name", "Change: Country", "Change: Office", "Yes, I sign", "Cancel"],
    )


def test_more_or_longer_options_are_a_list_that_opens() -> None:
    statuses = tuple(Option(label.lower(), label) for label in ("General", "Special", "Roster", "None"))
    assert render(Outbound(QUESTION, (*statuses, CANCEL), menu="m1", language="en"), CHOICES) == Bubble(
        "What *may* we write about?",
        (
            (Button("General", "m1:general"),),
            (Button("Special", "m1:special"),),
            (Button("Roster", "m1:roster"),),
            (Button("None", "m1:none"),),
            (Button("Cancel", "m1:cancel"),),
        ),
        form="list",
        opens="Choose",
    )


def test_a_list_says_in_full_what_it_had_to_shorten() -> None:
    union = Option("union", "Union of Resource Centres for Women in the Regions " * 2)
    assert render(Outbound(QUESTION, (union, YES), menu="m1"), CHOICES).rows == (
        (
            Button(
                "Union of Resource Centr…",
                "m1:union",
                description="Union of Resource Centres for Women in the Regions Union of Resource Ce…",
            ),
        ),
        (Button("Yes", "m1:yes"),),
    )


@pytest.mark.parametrize(
    ("options", "form"),
    [
        ((Option("a", "a" * 20),), "quick"),
        ((Option("a", "a" * 19, chosen=True), YES), "list"),  # the tick counts too
        ((Option("a", "a" * 21),), "list"),
        (tuple(Option(f"{number}", f"{number}") for number in range(10)), "list"),
        ((*(Option(f"{number}", f"{number}") for number in range(9)), BACK, CANCEL), ""),
        ((HEALTH, RIGHTS, CANCEL), ""),  # several may be ticked
        ((YES, SITE), ""),  # nothing opens a page
        ((Option("1", "Yes"), Option("2", "Yes")), ""),
        ((Option("1", "a" * 24 + "b"), Option("2", "a" * 24 + "c")), ""),  # alike once they are shortened
        ((Option("1", "a" * 24 + "b"), Option("2", "a" * 24)), "list"),
        ((), ""),
    ],
)
def test_when_options_are_quick_replies_a_list_or_numbers(options: tuple[Option, ...], form: str) -> None:
    question = Outbound(QUESTION, options, menu="m1")
    bubble = render(question, CHOICES)
    assert (bubble.form, len(bubble.rows)) == (form, len(options) if form else 0)
    if not form:
        assert bubble == render(question, NUMBERS)
    assert render(question, replace(CHOICES, quick=0, listed=0)) == render(question, NUMBERS)


def test_a_standing_message_has_quick_replies_or_words_but_no_list() -> None:
    short, long = replace(STOP, label="Stop: Health"), replace(STOP, label="Stop: Education and health")
    assert render(Outbound(Markup("News"), (short,)), CHOICES) == Bubble(
        "News", ((Button("Stop: Health", "leave:health"),),), form="quick"
    )
    for standing in (Outbound(Markup("News"), (long,)), Outbound(Markup("News"), (short,), attachment=PHOTO)):
        assert render(standing, CHOICES) == render(standing, NUMBERS)


def test_choices_stand_under_short_texts_only() -> None:
    menu = Outbound(escape("a" * 1024), (YES, NO), menu="m1")
    assert render(menu, CHOICES).form == "quick"
    longer = menu.having(text=escape("a" * 1025))
    assert render(longer, CHOICES) == render(longer, NUMBERS)
    assert parts(longer, CHOICES) == [longer]


def test_of_a_text_too_long_for_one_message_the_end_carries_the_choices() -> None:
    long = Outbound(escape("abc " * 398), (YES, NO), menu="m1")
    assert [render(part, CHOICES) for part in parts(long, CHOICES)] == [
        Bubble(("abc " * 256)[:-1]),
        Bubble(("abc " * 142)[:-1], ((Button("Yes", "m1:yes"),), (Button("No", "m1:no"),)), form="quick"),
    ]


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


def test_a_file_that_no_text_can_stand_beside_goes_ahead() -> None:
    report = Outbound(escape("a" * 1600), attachment=LIST)
    assert excess(report, CHOICES) == 0
    assert parts(report, CHOICES) == [Outbound(Markup(), attachment=LIST), report.having(attachment=None)]
    assert excess(report.having(text=escape("a" * 1601)), CHOICES) == 1
    menu = Outbound(Markup("News"), (STOP,), attachment=LIST)
    assert [render(part, CHOICES).form for part in parts(menu, CHOICES)] == ["", "quick"]
    for whole in (
        Outbound(escape("a" * 1024), attachment=PHOTO),
        Outbound(Markup(), attachment=LIST),
        Outbound(escape("a" * 1600)),
    ):
        assert parts(whole, CHOICES) == [whole]


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
    attachment=st.none() | st.sampled_from([PHOTO, LIST]),
)
channels = st.sampled_from([BUTTONS, NUMBERS, CHOICES, PLAIN]).flatmap(
    lambda channel: st.builds(
        Capabilities,
        buttons=st.just(channel.buttons),
        edits=st.booleans(),
        markup=st.just(channel.markup),
        units=st.sampled_from(["utf16", "characters"]),
        text=st.integers(300, 500),
        caption=st.integers(50, 100),
        label=st.integers(5, 20),
        captions=st.just(channel.captions),
        quick=st.just(channel.quick),
        listed=st.just(channel.listed),
        choice_text=st.integers(100, 200),
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
    if bubble.rows:
        prefix = f"{outbound.menu}:" if outbound.menu else ""
        tapped = quick(outbound.options, capabilities) if bubble.form == "quick" else outbound.options
        ordered = sorted(tapped, key=lambda option: option.navigation)
        assert all(
            option.navigation and option.label in bubble.text for option in outbound.options if option not in tapped
        )
        assert [(button.payload, button.url) for row in bubble.rows for button in row] == [
            ("" if option.url else prefix + option.id, option.url) for option in ordered
        ]
        longest = {"": capabilities.label, "quick": 20, "list": 24}[bubble.form]
        assert [b.label for row in bubble.rows for b in row if length(b.label, capabilities.units) > longest] == []
    elif outbound.menu and capabilities.markup == "plain":
        assert bubble.text.count(richtext.plain(lines(outbound.options))) >= 1
        assert not capabilities.buttons


@given(texts)
def test_a_message_without_options_is_its_text(text: str) -> None:
    assert render(Outbound(escape(text)), PLAIN) == Bubble(text)
