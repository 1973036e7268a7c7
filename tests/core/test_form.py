from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from markupsafe import Markup, escape

from bot.core.fields import (
    Choice,
    Confirm,
    Day,
    Email,
    Found,
    Given,
    Invalid,
    Message,
    MultiChoice,
    Phone,
    Prompt,
    Search,
    Text,
    Written,
)
from bot.core.form import Form
from bot.core.messages import Attachment, Kind, Option
from bot.core.progress import REVIEW, Cancelled, Completed, Noted, Progress, Stayed, Step

BACK = Option("back", "Back", navigation=True)
SKIP = Option("skip", "Skip", navigation=True)
KEEP = Option("keep", "Leave as it is", navigation=True)
CANCEL = Option("cancel", "Cancel", navigation=True)
PAUSE = Option("pause", "Pause", navigation=True)
DONE = Option("done", "Done", navigation=True)

REGIONS = (Option("baku", "Baku"), Option("aran", "Aran"))

JOIN = Form(
    "join",
    Text("name", "What are you called?", label="Name", longest=20),
    Choice("region", "Where do you work?", REGIONS, label="Region"),
    Text("district", "Which district?", label="District", when=lambda answers: answers.get("region") == "aran"),
    Email("email", "Your e-mail?", label="E-mail", optional=True),
)


def say(form: Form, progress: Step, *given: str) -> Step:
    """Answer one question after the other: "tap:id" taps, anything else is typed."""
    for each in given:
        assert isinstance(progress, Progress), f"{each} is one too many"
        tapped = each.removeprefix("tap:")
        sent = Given(text=escape(each)) if tapped == each else Given(Kind.TAP, options=(tapped,))
        step = form.answer(None, progress, sent)
        progress = step.progress if isinstance(step, Stayed) else step.step if isinstance(step, Noted) else step
    return progress


def stands(form: Form, *given: str, **known: str) -> Progress:
    progress = say(form, form.begin(**known), *given)
    assert isinstance(progress, Progress)
    return progress


def refusal(form: Form, progress: Progress, given: Given) -> str:
    with pytest.raises(Invalid) as refused:
        form.answer(None, progress, given)
    return str(refused.value.sentence)


def test_questions_are_asked_in_order_and_end_in_typed_answers() -> None:
    steps = [JOIN.begin().step]
    progress: Step = JOIN.begin()
    for given in ("Leyla", "tap:aran", "Ucar", "leyla@korpu.az"):
        progress = say(JOIN, progress, given)
        assert isinstance(progress, Progress)
        steps.append(progress.step)
    assert steps == ["name", "region", "district", "email", REVIEW]
    answers = {"name": "Leyla", "region": "aran", "district": "Ucar", "email": "leyla@korpu.az"}
    assert say(JOIN, progress, "tap:done") == Completed(answers)


def test_a_question_that_does_not_apply_is_not_asked() -> None:
    assert stands(JOIN, "Leyla", "tap:baku").step == "email"


def test_a_skipped_answer_is_none() -> None:
    completed = say(JOIN, JOIN.begin(), "Leyla", "tap:baku", "tap:skip", "tap:done")
    assert completed == Completed({"name": "Leyla", "region": "baku", "email": None})


def test_what_is_needed_cannot_be_skipped() -> None:
    assert refusal(JOIN, JOIN.begin(), Given(options=("skip",))) == "This question cannot be skipped."


def test_the_first_question_leads_only_out() -> None:
    assert JOIN.ask(None, JOIN.begin()) == Prompt(Markup("What are you called?"), (CANCEL,))
    sentence = "There is nothing before this. To stop here, choose “Cancel”."
    assert refusal(JOIN, JOIN.begin(), Given(options=("back",))) == sentence


def test_before_the_first_question_of_a_form_begun_with_something_known_is_where_it_was_begun() -> None:
    form = Form("change", Text("name", "?"), Text("role", "?"))
    for begun in (form.begin(draft=7), form.begin(name="Leyla"), form.begin(name="Leyla", role="Chair")):
        assert say(form, begun, "tap:back") == Cancelled()


def test_going_back_never_throws_an_answer_away() -> None:
    form = Form("change", Text("name", "?"), Text("role", "?"))
    first = stands(form, "Leyla", "tap:back", draft="7")
    assert refusal(form, first, Given(options=("back",))).startswith("There is nothing before this.")


def test_later_questions_lead_back_and_optional_ones_on() -> None:
    progress = stands(JOIN, "Leyla", "tap:baku")
    assert JOIN.ask(None, progress) == Prompt(Markup("Your e-mail?"), (SKIP, BACK, CANCEL))


def test_a_form_that_pauses_calls_the_way_out_so() -> None:
    form = Form("news", Choice("region", "Where?", REGIONS), Text("note", "What else?", label="Note"), pauses=True)
    begun = form.begin()
    assert form.ask(None, begun).options == (*REGIONS, PAUSE)
    sentence = "There is nothing before this. To stop here, choose “Pause”."
    assert refusal(form, begun, Given(options=("back",))) == sentence
    at_summary = stands(form, "tap:baku", "x")
    assert form.ask(None, at_summary).options[-1] == PAUSE
    changing = form.change(at_summary, "note")
    for progress in (begun, at_summary, changing):
        assert form.answer(None, progress, Given(options=("pause",))) == Cancelled()
    assert form.answer(None, begun, Given(options=("cancel",))) == Cancelled()
    assert refusal(JOIN, stands(JOIN, "Leyla"), Given(options=("pause",))) == "Please pick one of these."


def test_cancelling() -> None:
    assert say(JOIN, JOIN.begin(), "Leyla", "tap:cancel") == Cancelled()


def test_going_back_keeps_the_answers_and_goes_on_where_it_was() -> None:
    progress = stands(JOIN, "Leyla", "tap:aran", "tap:back", "tap:back")
    assert JOIN.ask(None, progress) == Prompt(Markup("What are you called?\nNow: Leyla"), (KEEP, CANCEL))
    assert stands(JOIN, "Leyla", "tap:aran", "tap:back", "tap:back", "tap:keep").step == "district"
    assert stands(JOIN, "Leyla", "tap:aran", "tap:back", "tap:back", "Aynur") == Progress(
        "join", "district", {"name": "Aynur", "region": "aran"}
    )


def test_a_choice_that_was_made_is_marked_when_it_is_asked_again() -> None:
    progress = stands(JOIN, "Leyla", "tap:aran", "tap:back")
    marked = Option("aran", "Aran", chosen=True)
    assert JOIN.ask(None, progress) == Prompt(Markup("Where do you work?"), (REGIONS[0], marked, BACK, CANCEL))


def test_what_is_ticked_stands_there_again_after_going_back() -> None:
    topics = MultiChoice("topics", "Which topics?", REGIONS)
    form = Form("news", Text("name", "?"), topics, Text("note", "?"))
    back = stands(form, "Leyla", "tap:baku", "tap:back")
    assert back.step == "name"
    again = say(form, back, "tap:keep")
    assert isinstance(again, Progress)
    assert form.ask(None, again).options[:2] == (
        Option("baku", "Baku", chosen=True), Option("aran", "Aran", chosen=False),
    )  # fmt: skip
    assert stands(form, "Leyla", "tap:baku", "tap:back", "Aynur", "tap:aran", "tap:done").answers["topics"] == [
        "baku", "aran",
    ]  # fmt: skip


def test_ticks_that_were_not_meant_in_a_change_are_gone_with_it() -> None:
    form = Form("news", MultiChoice("topics", "Which topics?", REGIONS), Text("name", "?"))
    changed = stands(form, "tap:aran", "tap:done", "Leyla", "tap:change:topics", "tap:baku", "tap:back")
    assert (changed.step, changed.answers["topics"]) == (REVIEW, ["aran"])
    assert form.change(changed, "topics").state == {}


def test_there_is_nothing_to_leave_as_it_is_before_an_answer() -> None:
    assert refusal(JOIN, JOIN.begin(), Given(options=("keep",))) == "Please write your answer."


def test_a_skip_throws_no_ticks_away() -> None:
    topics = MultiChoice("topics", "Which topics?", REGIONS, label="Topics", optional=True)
    form = Form("news", topics)
    ticked = say(form, form.begin(), "tap:baku")
    assert isinstance(ticked, Progress)
    assert refusal(form, ticked, Given(options=("skip",))) == (
        "You have ticked something. Choose “Done” to keep it, or take the ticks away before you skip."
    )
    assert stands(form, "tap:baku", "tap:baku", "tap:skip").answers == {"topics": None}


def test_the_summary_has_a_word_for_what_was_left_open() -> None:
    topics = MultiChoice("topics", "Which topics?", REGIONS, label="Topics")
    form = Form("news", topics, Text("note", "What else?", label="Note", optional=True), unsaid="as it is")
    asked = form.ask(None, form.begin(topics=[], note=None))
    assert asked.text == Markup("Is everything right?\n<b>Topics</b>: as it is\n<b>Note</b>: as it is")


def test_behind_a_question_stands_no_colon_in_the_summary() -> None:
    fields = (Text("a", "Who?"), Text("b", "Come!"), Text("c", "So on…"), Text("d", "Write:"), Text("e", "Name"))
    asked = Form("news", *fields).ask(None, Form("news", *fields).begin(a="1", b="2", c="3", d="4", e="5"))
    assert asked.text.splitlines()[1:] == [
        "<b>Who?</b> 1", "<b>Come!</b> 2", "<b>So on…</b> 3", "<b>Write:</b> 4", "<b>Name</b>: 5",
    ]  # fmt: skip


def test_the_summary_shows_every_answer_with_a_way_to_change_it() -> None:
    progress = stands(JOIN, "A <b> & C", "tap:baku", "tap:skip")
    assert JOIN.ask(None, progress) == Prompt(
        Markup("Is everything right?\n<b>Name</b>: A &lt;b&gt; &amp; C\n<b>Region</b>: Baku\n<b>E-mail</b>: –"),
        (
            Option("change:name", "Change: Name"),
            Option("change:region", "Change: Region"),
            Option("change:email", "Change: E-mail"),
            DONE,
            CANCEL,
        ),
    )


def test_an_answer_is_changed_and_the_summary_comes_back() -> None:
    at_summary = stands(JOIN, "Leyla", "tap:baku", "tap:skip")
    changing = say(JOIN, at_summary, "tap:change:name")
    assert isinstance(changing, Progress)
    assert JOIN.ask(None, changing) == Prompt(Markup("What are you called?\nNow: Leyla"), (KEEP, BACK))
    assert say(JOIN, changing, "tap:back") == at_summary
    assert say(JOIN, changing, "tap:cancel") == at_summary
    assert say(JOIN, changing, "tap:keep") == at_summary
    changed = say(JOIN, changing, "Aynur")
    assert changed == Progress("join", REVIEW, {"name": "Aynur", "region": "baku", "email": None})


def test_a_changed_answer_may_open_another_question() -> None:
    progress = stands(JOIN, "Leyla", "tap:baku", "tap:skip", "tap:change:region", "tap:aran")
    assert progress.step == "district"
    assert stands(JOIN, "Leyla", "tap:baku", "tap:skip", "tap:change:region", "tap:aran", "Ucar").step == REVIEW


def test_an_answer_that_no_longer_applies_is_dropped_at_the_end_and_kept_until_then() -> None:
    there = ("Leyla", "tap:aran", "Ucar", "tap:skip", "tap:change:region", "tap:baku")
    completed = say(JOIN, JOIN.begin(), *there, "tap:done")
    assert completed == Completed({"name": "Leyla", "region": "baku", "email": None})
    assert stands(JOIN, *there, "tap:change:region", "tap:aran").step == REVIEW


def test_the_summary_takes_nothing_else() -> None:
    progress = stands(JOIN, "Leyla", "tap:baku", "tap:skip")
    sentence = "Please look at your answers once more, then pick one of these."
    for given in (Given(text=Markup("fine")), Given(options=("change:district",))):
        assert refusal(JOIN, progress, given) == sentence
    assert refusal(JOIN, progress, Given(Kind.STICKER)) == f"I cannot read stickers. {sentence}"


def test_back_from_the_summary_is_the_last_question() -> None:
    assert stands(JOIN, "Leyla", "tap:baku", "tap:skip", "tap:back").step == "email"


def test_without_a_summary_the_last_answer_is_the_end() -> None:
    form = Form("rename", Text("name", "?"), review=False)
    assert say(form, form.begin(), "Leyla") == Completed({"name": "Leyla"})


def test_the_summary_may_end_in_another_word() -> None:
    form = Form("join", Text("name", "?"), done="Join")
    options = form.ask(None, stands(form, "Leyla")).options
    assert options[1:] == (Option("done", "Join", navigation=True), CANCEL)


def test_what_is_known_is_not_asked_nor_gone_back_to_but_can_be_changed() -> None:
    progress = JOIN.begin(name="Leyla")
    assert progress.step == "region"
    assert JOIN.ask(None, progress).options == (*REGIONS, CANCEL)
    assert stands(JOIN, "tap:baku", "tap:skip", "tap:change:name", name="Leyla").step == "name"


def test_with_everything_known_the_summary_is_shown_also_by_a_form_that_has_none() -> None:
    form = Form("profile", Text("name", "?"), Text("role", "?"), review=False)
    begun = form.begin(name="Leyla", role="Director")
    assert begun.step == REVIEW
    changed = say(form, begun, "tap:change:role", "Chair")
    assert say(form, changed, "tap:done") == Completed({"name": "Leyla", "role": "Chair"})


def test_facts_it_was_begun_with_reach_conditions_and_the_end() -> None:
    form = Form("attend", Confirm("comes", "?"), Text("meal", "?", when=lambda answers: answers["lunch"]), review=False)
    assert say(form, form.begin(event=12, lunch=False), "tap:yes") == Completed(
        {"event": 12, "lunch": False, "comes": True}
    )


def test_a_notice_comes_with_a_question_that_stays() -> None:
    form = Form("follow", MultiChoice("regions", "?", REGIONS, at_least=1))
    step = form.answer(None, form.begin(), Given(options=("done",)))
    assert step == Stayed(Progress("follow", "regions", state={"ticks": []}), Markup("Please choose at least one."))


def test_how_an_answer_was_understood_is_said_before_what_comes_next() -> None:
    clock = (datetime(2026, 11, 23, tzinfo=UTC), UTC)
    form = Form("founded", Day("since", "?", clock=lambda _turn: clock), Text("name", "?"), review=False)
    step = form.answer(None, form.begin(), Given(text=Markup("1.9.2015")))
    asked = Progress("founded", "name", {"since": "2015-09-01"})
    assert step == Noted(asked, Markup("Tuesday, 1 September 2015, noted."))


@pytest.mark.parametrize("stored", ["nickname", "district"])
def test_a_step_that_is_gone_becomes_the_first_open_one_and_nothing_is_lost(stored: str) -> None:
    progress = Progress("join", stored, {"name": "Leyla", "nickname": "L"}, state={"ticks": []})
    assert JOIN.settled(progress) == Progress("join", "region", {"name": "Leyla", "nickname": "L"})


def test_a_question_that_is_new_is_asked_before_the_summary_ends() -> None:
    progress = Progress("join", REVIEW, {"name": "Leyla", "region": "aran", "email": None})
    assert JOIN.settled(progress).step == "district"


def test_a_change_leads_back_to_the_summary_only_where_nothing_is_open() -> None:
    progress = Progress("join", "name", {"name": "Leyla", "region": "aran", "email": None}, changing=True)
    assert say(JOIN, progress, "tap:back") == Progress("join", "district", progress.answers)


def test_a_step_that_stands_is_left_alone() -> None:
    for progress in (stands(JOIN, "Leyla"), stands(JOIN, "Leyla", "tap:baku", "tap:skip")):
        assert JOIN.settled(progress) is progress


def test_an_answer_stored_by_another_kind_of_field_is_asked_again() -> None:
    progress = Progress("join", REVIEW, {"name": ["Leyla"], "region": "baku", "email": None})
    assert JOIN.settled(progress).step == "name"


@pytest.mark.parametrize("fields", [(), (Text("a", "?"), Text("a", "?")), (Text(REVIEW, "?"),), (Text("a" * 41, "?"),)])
def test_a_form_that_could_not_be_stored_is_refused_at_import(fields: tuple[Text, ...]) -> None:
    with pytest.raises(ValueError, match=r"^form broken: "):
        Form("broken", *fields)


EVERYTHING = Form(
    "everything",
    Text("name", "?", longest=10),
    MultiChoice("regions", "?", REGIONS, at_least=1),
    Search("club", "?", find=lambda _turn, query: REGIONS if query else (), new="Add {typed}"),
    Confirm("more_about_it", "?"),
    Phone("phone", "?", region="AZ", optional=True, when=lambda answers: answers.get("more_about_it") is True),
    Message("message", "?", when=lambda answers: answers.get("phone") is not None),
    Choice("region", "?", REGIONS, optional=True),
)
IDS = ["back", "skip", "keep", "cancel", "done", "more", "new", "yes", "no", "baku", "aran", "change:club", "forged"]
SENT = st.builds(
    Given,
    st.sampled_from([Kind.TEXT, Kind.TEXT, Kind.TAP, Kind.FILE, Kind.STICKER]),
    st.one_of(st.text(max_size=20), st.sampled_from(["Leyla", "0501234567"])).map(escape),
    st.lists(st.sampled_from(IDS), max_size=2).map(tuple),
    st.sampled_from([None, Attachment("photo", "telegram:1")]),
)
KNOWN = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(),
        "club": st.builds(Found, st.text(), st.text()),
        "phone": st.just("+994501234567"),
        "message": st.builds(Written, st.text().map(escape)),
        "regions": st.just(["aran"]),
        "region": st.none(),
        "event": st.integers(),
    },
)


@for_any(KNOWN, st.lists(SENT, max_size=30))
def test_a_walk_always_stands_at_a_question_or_an_end_and_survives_a_restart_at_every_step(
    known: dict[str, Any], sent: list[Given]
) -> None:
    progress = EVERYTHING.begin(**known)
    for given in sent:
        restarted = Progress.from_json(json.loads(json.dumps(progress.to_json())))
        assert restarted == EVERYTHING.settled(restarted) == progress
        assert EVERYTHING.ask(None, progress).options
        try:
            step = EVERYTHING.answer(None, progress, given)
        except Invalid:
            continue
        if isinstance(step, Noted):
            step = step.step
        if isinstance(step, Completed | Cancelled):
            return
        progress = step.progress if isinstance(step, Stayed) else step


ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.just("+994501234567")),
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(st.sampled_from(["id", "label", "text", "attachment"]), inner)
    ),
    max_leaves=5,
)


@for_any(st.sampled_from([field.name for field in EVERYTHING.fields] + [REVIEW, "gone"]), st.data())
def test_whatever_an_older_form_stored_can_be_asked(step: str, data: st.DataObject) -> None:
    names = ["gone", *(field.name for field in EVERYTHING.fields)]
    answers = data.draw(st.dictionaries(st.sampled_from(names), ANY_JSON))
    progress = Progress("everything", step, answers, state={"old": 1})
    assert EVERYTHING.ask(None, EVERYTHING.settled(progress)).options
