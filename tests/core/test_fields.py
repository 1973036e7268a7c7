from __future__ import annotations

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from markupsafe import Markup, escape

from bot.core.fields import (
    Answered,
    Choice,
    Confirm,
    Email,
    Found,
    Given,
    Invalid,
    Message,
    MultiChoice,
    Phone,
    Prompt,
    Search,
    Stay,
    Text,
    Written,
)
from bot.core.fields.field import Asking, Field
from bot.core.messages import Attachment, Kind, Option

ANYONE = Asking(None)
TOPICS = (Option("education", "Education"), Option("health", "Health"), Option("peace", "Peace & conflict"))
DONE = Option("done", "Done", navigation=True)
PHOTO = Attachment("photo", "telegram:1")


def typed(text: str) -> Given:
    return Given(text=escape(text))


def picked(*options: str) -> Given:
    return Given(Kind.TAP, options=options)


def refusal(field: Field, given: Given) -> str:
    with pytest.raises(Invalid) as refused:
        field.take(ANYONE, given)
    return str(refused.value.sentence)


def test_a_question_has_its_hint_on_a_second_line() -> None:
    field = Text("name", "What is your name?", hint="As you sign letters.")
    assert field.ask(ANYONE) == Prompt(Markup("What is your name?\nAs you sign letters."))


def test_a_question_can_be_made_from_facts_which_are_taken_literally() -> None:
    field = Text("role", lambda turn, answers: f"{turn}: what do you do at {answers['organisation']}?")
    asking = Asking("Leyla", {"organisation": "A <b> C"})
    assert field.ask(asking).text == Markup("Leyla: what do you do at A &lt;b&gt; C?")


def test_a_text_is_trimmed() -> None:
    assert Text("name", "?").take(ANYONE, typed("  Aynur & sons \n")) == Answered("Aynur & sons")


def test_a_formatted_text_keeps_its_formatting_and_comes_back_as_markup() -> None:
    field = Text("body", "?", formatted=True)
    answered = field.take(ANYONE, Given(text=Markup(" <b>R&amp;D</b> now ")))
    assert answered == Answered("<b>R&amp;D</b> now")
    assert field.load("<b>R&amp;D</b> now") == Markup("<b>R&amp;D</b> now")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (typed(" \n "), "Please write your answer."),
        (picked("forged"), "Please write your answer."),
        (typed("ab"), "Please write at least 3 characters."),
        (typed("a" * 11), "That is 1 character too long: up to 10 fit here. Please make it shorter."),
        (typed("a" * 20), "That is 10 characters too long: up to 10 fit here. Please make it shorter."),
        (Given(Kind.STICKER), "I cannot read stickers. Please write your answer."),
        (Given(Kind.VOICE), "I cannot listen to voice messages. Please write your answer."),
        (Given(Kind.LOCATION), "I cannot read a location from the map. Please write your answer."),
        (Given(Kind.OTHER), "I cannot read this kind of message. Please write your answer."),
        (
            Given(Kind.FILE, Markup("caption"), attachment=PHOTO),
            "I cannot do anything with a file here. Please write your answer.",
        ),
    ],
)
def test_what_is_no_text_gets_a_sentence(given: Given, sentence: str) -> None:
    assert refusal(Text("name", "?", longest=10, shortest=3), given) == sentence


def test_length_is_counted_without_formatting() -> None:
    field = Text("body", "?", longest=3, formatted=True)
    assert field.take(ANYONE, Given(text=Markup("<b>a&amp;b</b>"))) == Answered("<b>a&amp;b</b>")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("050 123 45 67", "+994501234567"),
        ("+994 (50) 123-45-67", "+994501234567"),
        ("00994501234567", "+994501234567"),
        ("+995 32 219 12 34", "+995322191234"),
    ],
)
def test_a_phone_number_as_people_write_it(text: str, number: str) -> None:
    assert Phone("phone", "?", region="AZ").take(ANYONE, typed(text)) == Answered(number)


@pytest.mark.parametrize("text", ["123", "call me", "+994 50", "0" * 40])
def test_what_is_no_phone_number(text: str) -> None:
    sentence = "This does not look like a phone number. Please write it with the country code."
    assert refusal(Phone("phone", "?", region="AZ"), typed(text)) == sentence


def test_without_a_region_a_number_needs_its_country_code() -> None:
    field = Phone("phone", "?")
    assert field.take(ANYONE, typed("+994501234567")) == Answered("+994501234567")
    with pytest.raises(Invalid):
        field.take(ANYONE, typed("0501234567"))


def test_the_region_may_depend_on_who_is_asked() -> None:
    field = Phone("phone", "?", region=lambda turn, _answers: turn)
    assert field.take(Asking("GE"), typed("032 219 12 34")) == Answered("+995322191234")


def test_a_phone_number_is_shown_in_groups() -> None:
    assert Phone("phone", "?").show(ANYONE, "+994501234567") == Markup("+994 50 123 45 67")


def test_an_email_address_is_normalised() -> None:
    assert Email("email", "?").take(ANYONE, typed(" Leyla@Korpu.AZ ")) == Answered("Leyla@korpu.az")


@pytest.mark.parametrize("text", ["info", "info@", "a b@c.az", "info@korpu", "@korpu.az"])
def test_what_is_no_email_address(text: str) -> None:
    sentence = "This does not look like an e-mail address. Please check it: it is like name@example.org."
    assert refusal(Email("email", "?"), typed(text)) == sentence


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (Given(text=Markup("<b>Hello</b> ")), Written(Markup("<b>Hello</b>"))),
        (Given(Kind.FILE, Markup("See <i>this</i>"), attachment=PHOTO), Written(Markup("See <i>this</i>"), PHOTO)),
        (Given(Kind.FILE, attachment=PHOTO), Written(Markup(), PHOTO)),
    ],
)
def test_a_message_is_text_or_a_file_or_both(given: Given, written: Written) -> None:
    field = Message("message", "?")
    answered = field.take(ANYONE, given)
    assert answered == Answered(field.dump(written))
    assert field.load(field.dump(written)) == written


def test_a_message_may_have_to_be_text() -> None:
    field = Message("message", "?", attachments=False)
    sentence = "I cannot do anything with a file here. Please write your answer."
    assert refusal(field, Given(Kind.FILE, Markup("x"), attachment=PHOTO)) == sentence


def test_the_caption_of_a_file_can_be_too_long() -> None:
    given = Given(Kind.FILE, Markup("abcd"), attachment=PHOTO)
    sentence = "That is 1 character too long: up to 3 fit here. Please make it shorter."
    assert refusal(Message("message", "?", longest=3), given) == sentence


def test_the_summary_shows_the_beginning_of_a_message_and_its_file() -> None:
    field = Message("message", "?")
    assert field.show(ANYONE, Written(Markup("<b>R&amp;D</b>"), PHOTO)) == Markup("[photo] R&amp;D")
    assert field.show(ANYONE, Written(escape("word " * 100))) == escape(" ".join(["word"] * 40) + "…")


def test_a_choice_marks_the_suggestion_until_something_was_answered() -> None:
    field = Choice("topic", "?", TOPICS, suggested=lambda _turn, _answers: "health")
    assert [option.chosen for option in field.ask(ANYONE).options] == [None, True, None]
    answered = Asking(None, {"topic": "peace"})
    assert [option.chosen for option in field.ask(answered).options] == [None, None, True]


def test_choices_can_be_made_from_who_is_asked_and_what_was_answered() -> None:
    field = Choice("district", "?", lambda turn, answers: [Option(f"{answers['region']}-{turn}", "Here")])
    asking = Asking("1", {"region": "aran"})
    assert field.ask(asking).options == (Option("aran-1", "Here"),)
    assert field.take(asking, picked("aran-1")) == Answered("aran-1")
    assert field.show(asking, "aran-1") == Markup("Here")


def test_a_choice_that_is_no_longer_offered_is_not_taken_and_shown_by_its_id() -> None:
    assert refusal(Choice("topic", "?", TOPICS), picked("sports")) == "Please pick one of these."
    assert Choice("topic", "?", TOPICS).show(ANYONE, "sports") == Markup("sports")


@pytest.mark.parametrize(
    "field", [Choice("topic", "?", TOPICS), MultiChoice("topic", "?", TOPICS), Confirm("sure", "?")]
)
def test_a_sticker_picks_nothing(field: Field) -> None:
    assert refusal(field, Given(Kind.STICKER)) == "I cannot read stickers. Please pick one of these."
    assert refusal(field, typed("whatever")) == "Please pick one of these."


def test_several_choices_are_ticked_and_unticked_until_done() -> None:
    field = MultiChoice("topics", "?", TOPICS)
    first = field.take(ANYONE, picked("health"))
    assert first == Stay({"ticks": ["health"]})
    asking = Asking(None, {}, {"ticks": ["health"]})
    assert field.ask(asking) == Prompt(
        Markup("?"),
        (
            Option("education", "Education", chosen=False),
            Option("health", "Health", chosen=True),
            Option("peace", "Peace & conflict", chosen=False),
            DONE,
        ),
        several=True,
    )
    assert field.take(asking, picked("peace", "health", "education")) == Stay({"ticks": ["education", "peace"]})
    assert field.take(asking, picked("done")) == Answered(["health"])
    assert field.take(asking, picked("education", "done")) == Answered(["education", "health"])
    assert field.show(asking, ["education", "peace"]) == Markup("Education, Peace &amp; conflict")


def test_too_few_ticks_are_kept_and_asked_for_more() -> None:
    field = MultiChoice("topics", "?", TOPICS, at_least=2)
    assert field.take(ANYONE, picked("health", "done")) == Stay(
        {"ticks": ["health"]}, Markup("Please choose at least 2.")
    )


def test_one_tick_is_asked_for_in_a_word() -> None:
    field = MultiChoice("topics", "?", TOPICS, at_least=1)
    assert field.take(ANYONE, picked("done")) == Stay({"ticks": []}, Markup("Please choose at least one."))


def test_ticks_begin_with_the_answer_or_else_the_suggestion() -> None:
    field = MultiChoice("topics", "?", TOPICS, suggested=lambda _turn, _answers: ["peace"])
    assert field.take(ANYONE, picked("done")) == Answered(["peace"])
    assert field.take(Asking(None, {"topics": []}), picked("done")) == Answered([])


def test_yes_and_no() -> None:
    field = Confirm("consent", "May we?")
    assert field.ask(ANYONE) == Prompt(Markup("May we?"), (Option("yes", "Yes"), Option("no", "No")))
    assert field.take(ANYONE, picked("yes")) == Answered(value=True)
    assert field.take(ANYONE, picked("no")) == Answered(value=False)
    assert field.show(ANYONE, value=False) == Markup("No")


CLUBS = [Option(f"club{number}", f"Club {number}") for number in range(1, 11)]


def clubs(_turn: object, query: str) -> list[Option]:
    return [club for club in CLUBS if query and query.lower() in club.label.lower()]


CLUB = Search("club", "Which club?", find=clubs, new="Add “{typed}”")


def found(query: str, start: int = 0) -> Asking:
    return Asking(None, {}, {"query": query, "start": start})


def test_a_search_begins_with_the_question_alone() -> None:
    assert CLUB.ask(ANYONE) == Prompt(Markup("Which club?"))
    assert CLUB.take(ANYONE, typed(" club   10 ")) == Stay({"query": "club 10"})


def test_what_is_found_is_shown_with_adding_it_as_the_last_option() -> None:
    assert CLUB.ask(found("club 10")) == Prompt(
        Markup("Is it one of these? If not, write it in another way."),
        (Option("club10", "Club 10"), Option("new", "Add “club 10”")),
    )
    assert CLUB.take(found("club 10"), picked("club10")) == Answered({"id": "club10", "label": "Club 10"})
    assert CLUB.take(found("club 10"), picked("new")) == Answered({"id": "", "label": "club 10"})


def test_what_is_not_found_can_be_added() -> None:
    assert CLUB.ask(found("<Chess> & Go")) == Prompt(
        Markup(
            "I do not know “&lt;Chess&gt; &amp; Go” yet. If it is written correctly, add it; if not, write it again."
        ),
        (Option("new", "Add “<Chess> & Go”"),),
    )


def test_what_is_not_found_and_cannot_be_added_is_asked_again() -> None:
    field = Search("club", "Which club?", find=clubs)
    notice = Markup("I found nothing for “chess”. Please try another spelling.")
    assert field.take(found("club"), typed("chess")) == Stay({}, notice)


def test_much_is_found_page_by_page_and_the_first_page_comes_after_the_last() -> None:
    more = Option("more", "More", navigation=True)
    new = Option("new", "Add “club”")
    assert CLUB.ask(found("club")).options == (*CLUBS[:8], more, new)
    assert CLUB.take(found("club"), picked("more")) == Stay({"query": "club", "start": 8})
    assert CLUB.ask(found("club", 8)).options == (*CLUBS[8:], more, new)
    assert CLUB.take(found("club", 8), picked("more")) == Stay({"query": "club", "start": 16})
    assert CLUB.ask(found("club", 16)).options == (*CLUBS[:8], more, new)


def test_typing_the_whole_label_or_its_number_picks_it_and_a_part_of_it_searches_anew() -> None:
    answered = Answered({"id": "club10", "label": "Club 10"})
    assert CLUB.take(found("club"), Given(text=Markup("CLUB 10"), options=("club10",))) == answered
    assert CLUB.take(found("club"), Given(text=Markup("2"), options=("club10",))) == answered
    assert CLUB.take(found("club"), Given(text=Markup("clu"), options=("club10",))) == Stay({"query": "clu"})


@pytest.mark.parametrize("text", ["2", "#2", "Add “baku yout”", "BAKU YOUT", "Baku  Yout", "Add “baku y…"])
def test_adding_is_meant_by_its_number_its_whole_label_or_the_same_name_again(text: str) -> None:
    adding = Given(text=escape(text), options=("new",))
    assert CLUB.take(found("baku yout"), adding) == Answered({"id": "", "label": "baku yout"})


@pytest.mark.parametrize("text", ["Baku Youth", "yout", "Yout"])
def test_a_correction_that_is_part_of_the_label_is_not_adding(text: str) -> None:
    assert CLUB.take(found("baku yout"), Given(text=escape(text), options=("new",))) == Stay({"query": text})


@pytest.mark.parametrize("text", ["3", "2026", "№ 9", "a", "-", "🙂"])
def test_less_than_two_letters_are_no_name_to_add(text: str) -> None:
    assert refusal(CLUB, typed(text)) == "Please write the name."
    assert Search("club", "?", find=clubs).take(ANYONE, typed("1")) == Stay({"query": "1"})


def test_an_option_that_was_not_found_is_not_taken() -> None:
    assert refusal(CLUB, picked("club1")) == "Please pick one of these."
    assert refusal(CLUB, picked("new")) == "Please pick one of these."
    assert refusal(CLUB, Given(Kind.VOICE)) == "I cannot listen to voice messages. Please write your answer."


def test_what_was_found_remembers_its_label() -> None:
    assert CLUB.load({"id": "club1", "label": "Club 1"}) == Found("Club 1", "club1")
    assert CLUB.show(ANYONE, Found("Club & 1", "club1")) == Markup("Club &amp; 1")
    assert [Found("Club 1", "club1").new, Found("Chess").new] == [False, True]


ANY_GIVEN = st.builds(
    Given,
    st.sampled_from([kind for kind in Kind if kind not in (Kind.BLOCKED, Kind.UNBLOCKED)]),
    st.text().map(escape),
    st.lists(st.sampled_from(["education", "health", "done", "yes", "more", "new", "club1", "", "é" * 60])).map(tuple),
    st.sampled_from([None, PHOTO]),
)


@for_any(
    st.sampled_from(
        [
            Text("name", "?", longest=5),
            Text("name", "?", formatted=True),
            Phone("phone", "?", region="AZ"),
            Email("email", "?"),
            Message("message", "?"),
            Choice("topic", "?", TOPICS),
            MultiChoice("topics", "?", TOPICS, at_least=1),
            Confirm("consent", "?"),
            CLUB,
        ]
    ),
    ANY_GIVEN,
)
def test_whatever_comes_is_taken_asked_again_or_refused_with_a_sentence(field: Field, given: Given) -> None:
    try:
        taken = field.take(ANYONE, given)
    except Invalid as invalid:
        taken = Stay({}, invalid.sentence)
    if isinstance(taken, Stay):
        assert isinstance(field.ask(Asking(None, {}, taken.state)), Prompt)
        return
    value = field.load(taken.value)
    assert field.dump(value) == taken.value
    assert isinstance(field.show(ANYONE, value), Markup)
