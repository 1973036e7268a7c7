"""Points on the map, as people send them: "40.4093, 49.8671", or the link a map gives."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from bot.core.messages import Point

_NUMBER: Final = r"(-?\d{1,3}(?:\.\d+)?)"
_LINK: Final = re.compile(r"\S+://\S+|geo:\S+", re.IGNORECASE)
_BARE: Final = re.compile(r"(?<![\d.])(-?\d{1,2}\.\d{3,})\s*[,;\s]\s*(-?\d{1,3}\.\d{3,})(?![\d.])")

_LATITUDE_FIRST: Final = (
    re.compile(rf"!3d{_NUMBER}!4d{_NUMBER}"),
    re.compile(rf"mlat={_NUMBER}&mlon={_NUMBER}"),
    re.compile(
        rf"(?:[?&](?:q|query|ll|daddr|destination|center|coordinate)=|geo:|@)(?:loc:)?{_NUMBER},\s*\+?{_NUMBER}"
    ),
    re.compile(rf"#map=\d+/{_NUMBER}/{_NUMBER}"),
    re.compile(rf"/(?:search|place|dir)/{_NUMBER},\+?{_NUMBER}"),
)
"""Google, OpenStreetMap, Apple, Waze; the pin before the middle of what is shown."""

_LONGITUDE_FIRST: Final = (
    re.compile(rf"[?&](?:pt|whatshere\[point\])={_NUMBER},{_NUMBER}"),
    re.compile(rf"[?&](?:ll|m)={_NUMBER},{_NUMBER}"),
    re.compile(rf"/{_NUMBER},{_NUMBER}"),
)
"""Yandex and 2GIS: https://yandex.com/dev/maps/jsapi/doc/2.1/dg/concepts/load.html, https://2gis.az"""


def point_in(text: str) -> tuple[Point | None, str]:
    """The point in what was written, and the words beside it."""
    found = _LINK.search(text)
    if found is not None:
        point = _linked(unquote(found[0]))
        return point, (_tidy(text[: found.start()], text[found.end() :]) if point else text)
    bare = _BARE.search(text)
    point = None if bare is None else _point(bare[1], bare[2])
    if bare is None or point is None:
        return None, text
    return point, _tidy(text[: bare.start()], text[bare.end() :])


def _linked(link: str) -> Point | None:
    lon_first = re.search(r"//(?:[\w-]+\.)*(?:yandex|2gis)\.", link)
    patterns = _LONGITUDE_FIRST if lon_first else _LATITUDE_FIRST
    for found in filter(None, (pattern.search(link) for pattern in patterns)):
        if point := (_point(found[2], found[1]) if lon_first else _point(found[1], found[2])):
            return point
    return None


def _point(latitude: str, longitude: str) -> Point | None:
    """None where no place on earth is there."""
    point = Point(float(latitude), float(longitude))
    return point if abs(point.latitude) <= 90 and abs(point.longitude) <= 180 else None  # noqa: PLR2004 - degrees


def _tidy(before: str, after: str) -> str:
    return " ".join(f"{before} {after}".split()).strip(" ,;-()")
