"""Where a site's days begin and end."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from acd.config import Site
from acd.hours import Hours
from acd.ids import Millis


def zone_of(site: Site | None) -> str:
    """The site's time zone, by its IANA name: that of the first group that has opening hours."""
    groups = () if site is None else site.groups
    return next((group.hours for group in groups if group.hours is not None), Hours()).zone


def day_around(at: Millis, zone: str) -> tuple[Millis, Millis]:
    """Midnight before this moment, or at it, and the one after it."""
    here = ZoneInfo(zone)
    today = datetime.fromtimestamp(at / 1000, here).date()
    return _midnight(datetime.combine(today, time(), here)), _midnight(
        datetime.combine(today + timedelta(days=1), time(), here)
    )


def _midnight(local: datetime) -> Millis:
    return Millis(round(local.astimezone(UTC).timestamp() * 1000))
