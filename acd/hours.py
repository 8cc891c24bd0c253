"""Opening hours: when a group is open, and when that changes next.

Wall-clock times of a time zone, so that nine o'clock stays nine o'clock across a change
to summer time. A moment that does not exist on that night counts as the one an hour
later, one that exists twice as its first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from acd.ids import Millis

_DAYS_AHEAD = 370
"""How far ahead the next change is looked for: a year of holidays and a little more."""

_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Open from one time of day to another, in minutes from midnight; ``to`` may be 24 * 60."""

    start: int
    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day with hours of its own; without spans it is closed all day.

    Attributes:
        day: ISO 8601, such as ``2026-12-24``.
    """

    day: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A week of opening hours and the days that differ.

    Attributes:
        zone: IANA name, such as ``Europe/Berlin``.
        week: Seven days from Monday; each the spans in which it is open, in order, apart.
    """

    zone: str = "Europe/Berlin"
    week: tuple[tuple[Span, ...], ...] = ((),) * 7
    holidays: tuple[Holiday, ...] = ()

    def is_open(self, at: Millis) -> bool:
        """Whether it is open at this moment."""
        return any(start <= at < end for start, end in _spans(self, _local_day(self.zone, at)))

    def next_change(self, at: Millis) -> Millis | None:
        """The first moment after this one at which it opens or closes; ``None``: not within a year."""
        today = _local_day(self.zone, at)
        now = self.is_open(at)
        for days in range(_DAYS_AHEAD):
            for moments in _spans(self, today + timedelta(days=days)):
                for moment in moments:
                    # Where one span ends as the next begins nothing changes.
                    if moment > at and self.is_open(moment) is not now:
                        return moment
        return None


def _local_day(zone: str, at: Millis) -> date:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).date()


def _spans(hours: Hours, day: date) -> Iterator[tuple[Millis, Millis]]:
    exception = next((holiday for holiday in hours.holidays if holiday.day == day.isoformat()), None)
    spans = hours.week[day.weekday()] if exception is None else exception.spans
    for span in spans:
        yield _moment(hours.zone, day, span.start), _moment(hours.zone, day, span.to)


def _moment(zone: str, day: date, minutes: int) -> Millis:
    days, rest = divmod(minutes, _MINUTES_A_DAY)
    local = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), ZoneInfo(zone))
    # By way of UTC and back a moment in the gap of a spring night moves behind the gap.
    return Millis(round(local.astimezone(UTC).timestamp() * 1000))
