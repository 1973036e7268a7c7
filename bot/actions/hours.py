"""When a network writes to whom: its manners, as a claim asks for them, and in the zone each member lives in."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.quiet import Quiet, zone_of
from bot.network import Network
from storage.manners import Day, home_of
from storage.members import Member


class Hours:
    """A network's; see `storage.manners.Manners`, which this is."""

    def __init__(self, network: Network) -> None:
        manners = network.manners
        self.a_day = manners.a_day
        self._zone = network.zone
        self._quiet = Quiet(manners.quiet_from, manners.quiet_until, lambda day: network.holiday(day) is not None)
        self._nights = Quiet(manners.quiet_from, manners.quiet_until, lambda _day: False)

    def quiet_until(self, now: datetime, home: str) -> datetime | None:
        return self._quiet.until(now, self.zone(home))

    def night_until(self, now: datetime, home: str) -> datetime | None:
        """When the night there is over, holiday or not; None where it is day."""
        return self._nights.until(now, self.zone(home))

    def digest_at(self, now: datetime, home: str) -> datetime:
        return self._quiet.morning(self.day(now).ends, self.zone(home))

    def day(self, now: datetime) -> Day:
        today = now.astimezone(self._zone).date()
        midnight = time(tzinfo=self._zone)
        return Day(datetime.combine(today, midnight), datetime.combine(today + timedelta(days=1), midnight))

    def zone(self, home: str) -> ZoneInfo:
        """Where several zones are one country's, its capital's; the network's own where nothing is known."""
        return zone_of(home, self._zone)


def morning(network: Network, member: Member, now: datetime) -> datetime | None:
    """When the quiet hours where the member lives are over; None where they may be written to now."""
    return Hours(network).quiet_until(now, home_of(member.region, member.country))
