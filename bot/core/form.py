"""A form is a list of questions and a value that says where somebody stands in it; here the two meet.

Everything is a pure function from one `Progress` to the next, after Home Assistant's data_entry_flow. A stored progress
names its step, so a form may be changed while people are in the middle of it: what they answered is kept, and they go
on with the first question that is still open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from markupsafe import Markup

from bot.core.fields.field import Answered, Answers, Asking, Field, Given, Invalid, Prompt, Turn, refusal
from bot.core.i18n import N_, _
from bot.core.messages import DONE, Option
from bot.core.progress import REVIEW, Cancelled, Completed, Noted, Progress, Stayed, Step

BACK: Final = "back"
SKIP: Final = "skip"
KEEP: Final = "keep"
CANCEL: Final = "cancel"
PAUSE: Final = "pause"
CHANGE: Final = "change:"

WORDS: Final = {BACK: N_("Back"), SKIP: N_("Skip"), CANCEL: N_("Cancel"), PAUSE: N_("Pause")}
"""Navigation that is understood at every step, shown or not; to pause, only in a form that pauses."""

_ENDS: Final = tuple("?!.:…")
"""What a question ends with that needs no colon before its answer."""

_LONGEST_NAME: Final = 40
"""Bytes, so that "change:<name>" fits into an option's id."""


class Form:
    """Questions in order.

    Args:
        name: what stored conversations remember it by.
        review: whether a summary, with *change* for each answer, stands before the end.
        done: the button that ends the summary.
        unsaid: what stands in the summary where a question was skipped.
        private: see `Progress.private`.
        pauses: one that is cancelled is set aside and goes on where it was when it is asked again.
        language: what it is asked in, whatever the reader's; "" for the reader's.
    """

    def __init__(
        self,
        name: str,
        *fields: Field,
        review: bool = True,
        done: str = N_("Done"),
        unsaid: str = "–",
        private: bool = False,
        pauses: bool = False,
        language: str = "",
    ) -> None:
        names = [asked.name for asked in fields]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"form {name}: needs fields, each with a name of its own")
        if wrong := [each for each in names if not each.isidentifier() or len(each.encode()) > _LONGEST_NAME]:
            raise ValueError(f"form {name}: no names for a field: {wrong}")
        self.name = name
        self.fields = fields
        self.review = review
        self.done = done
        self.unsaid = unsaid
        self.private = private
        self.pauses = pauses
        self.language = language

    def __repr__(self) -> str:
        return f"<Form {self.name}>"

    def begin(self, /, **answers: Any) -> Progress:  # noqa: ANN401 - typed answers
        """Stand at the first question that `answers` leaves open, or else at the summary.

        Args:
            answers: typed answers known already; under other names than the fields', facts (JSON) for those who handle
                the completed form.
        """
        fields = {asked.name: asked for asked in self.fields}
        dumped = {
            name: fields[name].dump(value) if name in fields and value is not None else value
            for name, value in answers.items()
        }
        return Progress(self.name, self._first_open(dumped), answers=dumped, given=dumped, private=self.private)

    def settled(self, progress: Progress) -> Progress:
        """The same progress, at a step this form has. Call it on whatever was stored."""
        applying, _answers = self._applying(progress.answers)
        if any(asked.name == progress.step for asked in applying):
            return progress
        step = self._first_open(progress.answers)
        return progress if step == progress.step else progress.at(step)

    def answers(self, progress: Progress) -> Answers:
        """Typed, those of the questions that apply, and the facts it was begun with."""
        return self._applying(progress.answers)[1]

    def ask(self, turn: Turn, progress: Progress) -> Prompt:
        """The question, or the summary, with what leads on, back and out."""
        applying, answers = self._applying(progress.answers)
        asked = self._field(progress.step)
        if asked is None:
            return self._summary(turn, applying, answers)
        prompt = asked.ask(Asking(turn, answers, progress.state))
        text, options = prompt.text, [*prompt.options]
        now = answers.get(asked.name)
        if now is not None and not asked.shows_answer():
            text += "\n" + _("Now: {answer}").format(answer=asked.show(Asking(turn, answers), now))
            options.append(_navigation(KEEP, N_("Leave as it is")))
        if asked.optional:
            options.append(_navigation(SKIP, WORDS[SKIP]))
        if progress.changing or self._before(progress):
            options.append(_navigation(BACK, WORDS[BACK]))
        if not progress.changing:
            options.append(self._way_out())
        return Prompt(text, tuple(options), prompt.several)

    def answer(self, turn: Turn, progress: Progress, given: Given) -> Step:
        """Take what the person sent at this step.

        Raises:
            Invalid: it does not answer the question; the progress stays as it is.
        """
        asked = self._field(progress.step)
        if (given.option == CANCEL and not progress.changing) or (given.option == PAUSE and self.pauses):
            return Cancelled()
        if given.option in (BACK, SKIP, CANCEL):
            return self.skip(progress) if given.option == SKIP else self.back(progress)
        answers = self.answers(progress)
        if asked is None:
            return self._reviewed(progress, answers, given)
        if given.option == KEEP and answers.get(asked.name) is not None:
            return self._onward(progress, progress.answers)
        taken = asked.take(Asking(turn, answers, progress.state), given)
        if isinstance(taken, Answered):
            step = self._onward(progress, {**progress.answers, asked.name: taken.value})
            return Noted(step, taken.notice) if taken.notice else step
        return Stayed(replace(progress, state=taken.state), taken.notice)

    def back(self, progress: Progress) -> Progress | Cancelled:
        """One question back, with its answer kept; from a change, back to the summary.

        Before the first question of a form begun with something known, such as what shall be changed, is where it was
        begun: it is cancelled, unless that would throw an answer away.

        Raises:
            Invalid: this is the first one.
        """
        if progress.changing:
            return progress.at(self._first_open(progress.answers))
        step = self._before(progress)
        if not step and progress.given and progress.answers == progress.given:
            return Cancelled()
        if not step:
            out = _("There is nothing before this. To stop here, choose “{word}”.")
            raise Invalid(out.format(word=self._way_out().label))
        left = {progress.step: progress.state} if progress.state.get("ticks") else {}
        return replace(progress, left={**progress.left, **left}).at(step)

    def skip(self, progress: Progress) -> Progress | Completed:
        """Leave this question without an answer.

        Raises:
            Invalid: it is needed, or something is ticked already.
        """
        asked = self._field(progress.step)
        if asked is None or not asked.optional:
            raise Invalid(_("This question cannot be skipped."))
        if progress.state.get("ticks"):
            raise Invalid(
                _("You have ticked something. Choose “Done” to keep it, or take the ticks away before you skip.")
            )
        return self._onward(progress, {**progress.answers, asked.name: None})

    def change(self, progress: Progress, name: str) -> Progress:
        """Ask this question again; the summary comes back after it."""
        return replace(progress.at(name), state={}, changing=True)

    def _reviewed(self, progress: Progress, answers: Answers, given: Given) -> Progress | Completed:
        if given.option == DONE:
            return Completed(answers)
        for asked in self._applying(progress.answers)[0]:
            if given.option == CHANGE + asked.name:
                return self.change(progress, asked.name)
        raise refusal(given, _("Please look at your answers once more, then pick one of these."))

    def _summary(self, turn: Turn, applying: list[Field], answers: Answers) -> Prompt:
        lines, options = [_("Is everything right?")], []
        for asked in applying:
            called = asked.called()
            value = answers.get(asked.name)
            shown = Markup() if value is None else asked.show(Asking(turn, answers), value)
            colon = "" if called.endswith(_ENDS) else ":"
            lines.append(Markup("<b>{}</b>{} {}").format(called, colon, shown or _(self.unsaid)))
            options.append(Option(CHANGE + asked.name, _("Change: {label}").format(label=called).unescape()))
        options += [_navigation(DONE, self.done), self._way_out()]
        return Prompt(Markup("\n").join(lines), tuple(options))

    def _onward(self, progress: Progress, answers: Mapping[str, Any]) -> Progress | Completed:
        step = self._first_open(answers)
        if step == REVIEW and not self.review and not progress.changing:
            return Completed(self._applying(answers)[1])
        return replace(progress, answers=answers).at(step)

    def _way_out(self) -> Option:
        return _navigation(PAUSE, WORDS[PAUSE]) if self.pauses else _navigation(CANCEL, WORDS[CANCEL])

    def _first_open(self, stored: Mapping[str, Any]) -> str:
        applying, answers = self._applying(stored)
        return next((asked.name for asked in applying if asked.name not in answers), REVIEW)

    def _before(self, progress: Progress) -> str:
        """The question before this one that the person was asked; "" at the first."""
        before = ""
        for asked in self._applying(progress.answers)[0]:
            if asked.name == progress.step:
                break
            if asked.name not in progress.given:
                before = asked.name
        return before

    def _applying(self, stored: Mapping[str, Any]) -> tuple[list[Field], Answers]:
        """The fields whose condition holds for the answers before them, and the typed answers."""
        names = {asked.name for asked in self.fields}
        answers = {name: value for name, value in stored.items() if name not in names}
        applying = []
        for asked in self.fields:
            if asked.when is not None and not asked.when(answers):
                continue
            applying.append(asked)
            if asked.name in stored:
                try:
                    answers[asked.name] = None if stored[asked.name] is None else asked.load(stored[asked.name])
                except (TypeError, ValueError, KeyError):
                    continue  # another kind of field stored it, before a deploy
        return applying, answers

    def _field(self, name: str) -> Field | None:
        return next((asked for asked in self.fields if asked.name == name), None)


def _navigation(option: str, label: str) -> Option:
    return Option(option, _(label).unescape(), navigation=True)
