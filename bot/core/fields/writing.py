"""Questions answered in the person's own words: a text, a phone number, an e-mail address, a whole message."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from markupsafe import Markup, escape

from bot.core.fields.field import (
    Answered,
    Answers,
    Asking,
    Field,
    Given,
    Invalid,
    Prompt,
    Turn,
    fitting,
    readable,
)
from bot.core.i18n import _, ngettext
from bot.core.messages import Attachment, Kind
from bot.core.richtext import plain

SHOWN = 200
"""Of a long text, what the summary shows, in characters."""


@dataclass(frozen=True)
class Typed(Field):
    """Asked plainly and answered by writing."""

    def ask(self, asking: Asking) -> Prompt:
        return Prompt(self.put(asking))


@dataclass(frozen=True)
class Text(Typed):
    """A text. The answer is a str, or Markup when it is `formatted`. Lengths in characters, without formatting."""

    longest: int = 1000
    shortest: int = 1
    formatted: bool = False

    def take(self, asking: Asking, given: Given) -> Answered:  # noqa: ARG002 - the protocol's
        text = fitting(readable(given), self.longest)
        if len(text) < self.shortest:
            short = ngettext(
                "Please write at least {n} character.", "Please write at least {n} characters.", self.shortest
            )
            raise Invalid(short.format(n=self.shortest))
        return Answered(str(given.text.strip()) if self.formatted else text)

    def load(self, value: Any) -> str:  # noqa: ANN401 - JSON
        text: str = super().load(value)
        return Markup(text) if self.formatted else text  # noqa: S704 - dumped from Markup

    def show(self, asking: Asking, value: str) -> Markup:  # noqa: ARG002 - the protocol's
        return _beginning(value)


@dataclass(frozen=True)
class Phone(Typed):
    """A phone number. The answer is in E.164: "+994501234567".

    Attributes:
        region: ISO country whose numbers may be typed without a country code; "" for none.
    """

    region: str | Callable[[Turn, Answers], str] = ""

    def take(self, asking: Asking, given: Given) -> Answered:
        region = self.region(asking.turn, asking.answers) if callable(self.region) else self.region
        try:
            number = phonenumbers.parse(fitting(readable(given), 60), region or None)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            raise Invalid(_("This does not look like a phone number. Please write it with the country code."))
        return Answered(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    def load(self, value: Any) -> str:  # noqa: ANN401 - JSON
        number: str = super().load(value)
        if not number.removeprefix("+").isdecimal():
            raise ValueError("not in E.164")
        return number

    def show(self, asking: Asking, value: str) -> Markup:  # noqa: ARG002 - the protocol's
        number = phonenumbers.parse(value)
        return escape(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


@dataclass(frozen=True)
class Email(Typed):
    """An e-mail address, checked by its form alone. The answer is normalised."""

    def take(self, asking: Asking, given: Given) -> Answered:  # noqa: ARG002 - the protocol's
        try:
            return Answered(validate_email(readable(given), check_deliverability=False).normalized)
        except EmailNotValidError:
            raise Invalid(
                _("This does not look like an e-mail address. Please check it: it is like name@example.org.")
            ) from None


@dataclass(frozen=True, slots=True)
class Written:
    """A message as somebody wrote it: with its formatting, and a file when it came with one."""

    text: Markup
    attachment: Attachment | None = None


@dataclass(frozen=True)
class Message(Typed):
    """A whole message: formatted text, or a photo or document with or without a caption. The answer is a `Written`.

    Attributes:
        longest: of the text, in characters, without formatting.
        attachments: whether a file is taken.
    """

    longest: int = 4000
    attachments: bool = True

    def take(self, asking: Asking, given: Given) -> Answered:  # noqa: ARG002 - the protocol's
        if given.kind is Kind.FILE and given.attachment is not None and self.attachments:
            fitting(given.plain.strip(), self.longest)
        else:
            fitting(readable(given), self.longest)
        return Answered(self.dump(Written(given.text.strip(), given.attachment)))

    def dump(self, value: Written) -> dict[str, Any]:
        return {"text": str(value.text), "attachment": asdict(value.attachment) if value.attachment else None}

    def load(self, value: Any) -> Written:  # noqa: ANN401 - JSON
        attachment = value["attachment"]
        return Written(Markup(value["text"]), Attachment(**attachment) if attachment else None)  # noqa: S704 - dumped from Markup

    def show(self, asking: Asking, value: Written) -> Markup:  # noqa: ARG002 - the protocol's
        file = Markup("[{}]").format(value.attachment.name or value.attachment.kind) if value.attachment else Markup()
        return Markup(" ").join(part for part in (file, _beginning(value.text)) if part)


def _beginning(text: str) -> Markup:
    words = plain(text) if isinstance(text, Markup) else text
    return escape(textwrap.shorten(words, SHOWN, placeholder="…"))
