"""When one does not write to somebody unasked: at night where they live, and on the network's holidays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import pytz  # type: ignore[import-untyped]  # it brings no types

_CAPITALS: Final = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "FM": "Pacific/Pohnpei",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
}
"""A country's first zone is its capital's in https://data.iana.org/time-zones/tzdb/zone.tab, but for these."""

_MORNING: Final = time(9)
"""When a day begins for what is put off to the next one, where no hour is quiet."""

_YEAR: Final = 366
"""Days looked ahead for one on which one may write; a calendar of nothing but holidays keeps nobody waiting."""


@dataclass(frozen=True)
class Quiet:
    """The quiet hours of a network, from `begins` until `ends` on anybody's own clock; equal for never.

    Where it is never quiet, it is not on holidays either. A holiday is quiet all day, and so is the night after it.
    """

    begins: time
    ends: time
    is_holiday: Callable[[date], bool]

    def until(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """When one may write again, in UTC; None when one may now."""
        if not self._is_quiet(moment.astimezone(zone)):
            return None
        return self._next_end(moment, zone)

    def morning(self, after: datetime, zone: ZoneInfo) -> datetime:
        """The first moment, at or after this one, at which a day begins on which one may write, in UTC."""
        return self._next_end(after - timedelta(microseconds=1), zone) or after

    def _is_quiet(self, local: datetime) -> bool:
        if self.begins == self.ends:
            return False
        if self.is_holiday(local.date()):
            return True
        clock = local.time()
        if self.begins < self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends

    def _next_end(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Later than `moment`. An hour that clocks show twice may end it twice, one they leave out ends it as well."""
        hour = _MORNING if self.begins == self.ends else self.ends
        first = moment.astimezone(zone).date()
        for day in (first + timedelta(days=ahead) for ahead in range(_YEAR + 1)):
            for fold in (0, 1):
                end = datetime.combine(day, hour.replace(fold=fold), zone).astimezone(UTC)
                if end > moment and not self._is_quiet(end.astimezone(zone)):
                    return end
        return None


@cache
def zone_of(country: str, otherwise: ZoneInfo) -> ZoneInfo:
    """The zone of a country's capital.

    Args:
        country: ISO code; "" or an unknown one is `otherwise`.
    """
    zones = pytz.country_timezones.get(country, ())
    return ZoneInfo(_CAPITALS.get(country) or zones[0]) if zones else otherwise
