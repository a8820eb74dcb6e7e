"""Hours in which a channel is quiet, by the clocks of a place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from groundswell.errors import UsageError

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one time of day to another, which may be on the next day."""

    begin: time
    end: time
    zone: ZoneInfo

    def until(self, now: datetime) -> datetime | None:
        """When the quiet that holds at `now` ends, UTC; None where none holds.

        Where clocks are set back, an hour that comes twice is quiet until its second end; where
        they are set forward, a time that does not come ends when the clocks have passed it.

        >>> Quiet(time(22), time(7), ZoneInfo("UTC")).until(datetime(2026, 3, 1, 23, tzinfo=UTC))
        datetime.datetime(2026, 3, 2, 7, 0, tzinfo=datetime.timezone.utc)
        """
        today = now.astimezone(self.zone).date()
        for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
            later = day + timedelta(days=self.end <= self.begin)
            begin = min(self._at(day, self.begin, fold) for fold in (0, 1))
            end = max(self._at(later, self.end, fold) for fold in (0, 1))
            if begin <= now < end:
                return end
        return None

    def _at(self, day: date, when: time, fold: int) -> datetime:
        local = datetime.combine(day, when, self.zone).replace(fold=fold)
        return local.astimezone(UTC)


def quiet_hours(span: str, zone: str) -> Quiet:
    """Quiet hours as the settings have them: `22:00-07:00` and `Europe/Berlin`.

    Raises:
        UsageError: it is no span of time, or no zone that the system knows.
    """
    found = _SPAN.fullmatch(span.strip())
    if not found:
        raise UsageError(f"expected quiet hours as 22:00-07:00, got {span[:40]!r}")
    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(
            f"expected a time zone, got {zone[:60]!r}", hint="as in Europe/Berlin, or UTC"
        ) from error
    hours = [int(one) for one in found.groups()]
    begin, end = time(hours[0], hours[1]), time(hours[2], hours[3])
    if begin == end:
        raise UsageError(f"expected quiet hours that end, got {span!r}", hint="as 22:00-07:00")
    return Quiet(begin, end, place)
