"""Ask: a question about a call, which staff answer in their chat, and the answer in the member's."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from bot.actions import asking_about, rights
from bot.actions.asking_about import LONGEST_ANSWER, LONGEST_QUESTION, Question
from bot.actions.localized import read
from bot.actions.menu import in_every_language
from bot.actions.standing import ASK
from bot.core.fields import Answers, Text
from bot.core.form import Form
from bot.core.i18n import N_, _
from bot.core.router import Router
from bot.handlers.admin.drafts import number_of
from bot.handlers.calls.finding import find, names_number, to_list
from bot.turn import Turn
from storage.calls import Call

router = Router()


def _question(turn: Turn, answers: Answers) -> Markup:
    call = turn.session.get_one(Call, answers["call"])
    return _("What would you like to know about “{title}”?").format(title=read(call, turn.language).title)


question = Form(
    "call_question",
    Text("text", _question, hint=N_("Those who published it get your question with your name."),
         longest=LONGEST_QUESTION, shortest=2),
    review=False,
)  # fmt: skip


def _asked_for(turn: Turn, answers: Answers) -> Markup:
    found = asking_about.find(turn.session, answers["question"])
    if found is None:
        return _("What is your answer?")
    asked = _("{name} asks about “{title}”: {question}").format(
        name=asking_about.asker_words(turn.session, found.asker),
        title=read(found.call, turn.language).title,
        question=found.text,
    )
    return Markup("\n\n").join([asked, _("What is your answer?")])


answer = Form("call_answer", Text("text", _asked_for, longest=LONGEST_ANSWER), review=False)


@router.words(*in_every_language(ASK), rest=names_number)
def ask_by_word(turn: Turn) -> None:
    ask(turn, turn.payload)


@router.button("ask")
def ask(turn: Turn, key: str = "") -> None:
    call = find(turn, key)
    if call is not None:
        turn.ask(question, call=call.id)


@router.completed(question)
def pass_on(turn: Turn, answers: dict[str, Any]) -> None:
    call = find(turn, answers["call"])
    if call is None:
        return
    if asking_about.ask(turn.session, call, turn.member, answers["text"], int(turn.token, 16), turn.now):
        turn.say(_("Thank you, I passed your question on. The answer comes to you here."), [to_list()])
    else:
        turn.say(_("I am sorry, nobody can be reached who could answer. Please try again later."), [to_list()])


@router.words(*in_every_language(N_("ANSWER")), rest=names_number, allowed=rights.writes)
def answer_by_word(turn: Turn) -> None:
    begin_answer(turn, turn.payload)


@router.button("answer", allowed=rights.writes)
def begin_answer(turn: Turn, key: str = "") -> None:
    found = _find(turn, number_of(key))
    if found is not None:
        if asking_about.answered(turn.session, found):
            turn.preface(_("This question was answered already. What you write now goes out as well."))
        turn.ask(answer, question=found.id)


@router.completed(answer, allowed=rights.writes)
def send_answer(turn: Turn, answers: dict[str, Any]) -> None:
    found = _find(turn, answers["question"])
    if found is None:
        return
    name = asking_about.asker_words(turn.session, found.asker)
    if asking_about.answer(turn.session, found, turn.member, answers["text"], turn.now):
        turn.say(_("Your answer is on its way to {name}.").format(name=name))
    else:
        turn.say(_("{name} cannot be reached any more, so the answer was not sent.").format(name=name))


def _find(turn: Turn, key: int) -> Question | None:
    """The question, if it is this person's to answer; else says so."""
    found = asking_about.find(turn.session, key)
    if found is None:
        turn.say(_("I do not find this question any more."))
    elif not asking_about.may_answer(turn.session, turn.member, found.call):
        turn.say(_("This question is somebody else’s to answer."))
    else:
        return found
    return None
