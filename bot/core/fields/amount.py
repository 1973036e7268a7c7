"""A question for an amount of money; a currency that was not named is asked for, never guessed at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bot.core.amounts import MOST, Money, currency_of, money_in
from bot.core.fields.field import Answered, Asking, Field, Given, Invalid, Prompt, Stay, readable
from bot.core.i18n import _
from bot.core.locale import number
from bot.core.messages import Option


@dataclass(frozen=True)
class Amount(Field):
    """A sum, or from how much to how much. The answer is a `Money`; of "none" it is one without amounts.

    Attributes:
        currencies: ISO codes offered where none was named; any other may be typed.
    """

    currencies: tuple[str, ...] = ("AZN", "USD", "EUR")

    def ask(self, asking: Asking) -> Prompt:
        if not asking.state:
            return Prompt(self.put(asking))
        text = _("{amount}: in which currency?").format(amount=self._pending(asking).words())
        return Prompt(text, tuple(Option(code, code) for code in self.currencies))

    def take(self, asking: Asking, given: Given) -> Answered | Stay:
        if asking.state and given.option in self.currencies:
            return self._fitting(self._pending(asking)._replace(currency=given.option))
        said = readable(given)
        if asking.state and (currency := currency_of(said)):
            return self._fitting(self._pending(asking)._replace(currency=currency))
        money = money_in(said)
        if money is None:
            raise Invalid(_("I do not understand this amount. Please write it like 50 000 AZN, or 5000-10000 EUR."))
        return self._fitting(money)

    def show(self, asking: Asking, value: Money) -> Markup:  # noqa: ARG002 - the protocol's
        return value.words()

    def dump(self, value: Money) -> dict[str, Any]:
        return value._asdict()

    def load(self, value: Any) -> Money:  # noqa: ANN401 - JSON
        return Money(**value)

    def _pending(self, asking: Asking) -> Money:
        return Money(asking.state["least"], asking.state["most"], "")

    def _fitting(self, money: Money) -> Answered | Stay:
        amounts = [amount for amount in (money.least, money.most) if amount is not None]
        if amounts and max(amounts) == 0:
            raise Invalid(_("An amount of zero is nothing to give. Please write how much it is."))
        if amounts and max(amounts) > MOST:
            raise Invalid(_("That is more than {most}. Please check the amount.").format(most=number(MOST)))
        if amounts != sorted(amounts):
            raise Invalid(_("The first amount is larger than the second. Please write the smaller one first."))
        if money.currency or not amounts:
            return Answered(self.dump(money))
        return Stay({"least": money.least, "most": money.most})
