"""Where somebody stands in a form, and what an answer can lead to: values, so that a restart changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from markupsafe import Markup

from bot.core.fields.field import Answers

REVIEW: Final = "(review)"
"""The step after the last question: the summary. No field can be called so."""

_NOTHING: Final = Markup()


@dataclass(frozen=True, slots=True)
class Progress:
    """Where somebody stands in a form.

    Attributes:
        form: its name.
        step: name of the field that is being asked, or `REVIEW`.
        answers: JSON values by field name; None for what was skipped. Other names are facts it was begun with.
        given: the answers it was begun with; going back does not lead to their questions.
        state: what the step itself remembers of a half-given answer.
        changing: one answer is being changed; back and cancel lead to the summary.
        left: states of the steps one went back from, by name; they are there again when one comes to them again.
        private: what is said meanwhile is not kept: neither their words nor ours, which echo them.
    """

    form: str
    step: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    changing: bool = False
    left: Mapping[str, Any] = field(default_factory=dict)
    private: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "step": self.step,
            "answers": dict(self.answers),
            "given": dict(self.given),
            "state": dict(self.state),
            "changing": self.changing,
            "left": dict(self.left),
            "private": self.private,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        return cls(**values)

    def at(self, step: str) -> Self:
        """At this step, as it was left."""
        left = {**self.left}
        return replace(self, step=step, state=left.pop(step, {}), changing=False, left=left)


@dataclass(frozen=True, slots=True)
class Stayed:
    """The same question again, in another state, with a notice in front."""

    progress: Progress
    notice: Markup = _NOTHING


@dataclass(frozen=True, slots=True)
class Noted:
    """One step on, with how the answer was understood in front of what comes next."""

    step: Progress | Completed
    notice: Markup


@dataclass(frozen=True, slots=True)
class Completed:
    """Every question that applies is answered. The answers are typed; those that no longer apply are gone."""

    answers: Answers


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The person does not want to go on."""


Step = Progress | Stayed | Noted | Completed | Cancelled
