"""A question for a place: in words, as a point on the map, or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bot.core.fields.field import Answered, Asking, Given, Invalid, fitting, readable
from bot.core.fields.writing import Typed
from bot.core.i18n import _
from bot.core.messages import Kind, Point
from bot.core.points import point_in


@dataclass(frozen=True, slots=True)
class Place:
    """An address in words, "" without; and the point on the map, None without."""

    words: str = ""
    point: Point | None = None


@dataclass(frozen=True)
class Spot(Typed):
    """A place. The answer is a `Place`, which has words, a point or both.

    Attributes:
        longest: of the words, in characters.
    """

    longest: int = 200

    def take(self, asking: Asking, given: Given) -> Answered:  # noqa: ARG002 - the protocol's
        if given.kind is Kind.LOCATION and given.point is not None:
            return Answered(self.dump(Place(fitting(given.plain.strip(), self.longest), given.point)))
        point, words = point_in(readable(given))
        if point is None and "://" in words:
            unclear = _("This link does not tell me where it is. Please send the point itself, or write the address.")
            raise Invalid(unclear)
        if point is None and not any(letter.isalpha() for letter in words):
            raise Invalid(_("Please write the address, or send the place from the map."))
        return Answered(self.dump(Place(fitting(words, self.longest), point)))

    def show(self, asking: Asking, value: Place) -> Markup:  # noqa: ARG002 - the protocol's
        point = f"{value.point.latitude:.5f}, {value.point.longitude:.5f}" if value.point else ""
        return Markup(", ").join(part for part in (value.words, point) if part)

    def dump(self, value: Place) -> dict[str, Any]:
        return {"words": value.words, "point": list(value.point) if value.point else None}

    def load(self, value: Any) -> Place:  # noqa: ANN401 - JSON
        point = value["point"]
        return Place(str(value["words"]), Point(float(point[0]), float(point[1])) if point else None)
