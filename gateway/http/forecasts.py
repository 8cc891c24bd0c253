"""How right the estimated waits were, for supervisors of the groups."""

from msgspec import Struct

from acd.ids import GroupId, Millis
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call
from gateway.storage.forecasts import ForecastsOfGroup, StoredForecasts

_DAY_MS = 24 * 60 * 60_000


class ForecastReport(Struct, frozen=True, kw_only=True, rename="camel"):
    """Forecasts told from ``since`` to before ``until``, both milliseconds since the Unix epoch, by group."""

    since: int
    until: int
    groups: list[ForecastsOfGroup]


class Forecasts:
    """The route of the report."""

    def __init__(self, *, store: StoredForecasts) -> None:
        self._store = store

    async def show(self, call: Call) -> Answer:
        """The groups one watches over; the last 24 hours if nothing else is asked for."""
        who = call.who
        assert who is not None, "the table lets only signed-in people in"
        if call.request.match_info["site"] != who.site:
            raise Refused("not_found")
        until = _moment(call, "to", call.at)
        since = _moment(call, "from", until - _DAY_MS)
        found = await self._store.report(who.site, Millis(since), Millis(until))
        groups = [group for group in found if who.watches(GroupId(group.group))]
        return Answer(ForecastReport(since=since, until=until, groups=groups))


def _moment(call: Call, name: str, otherwise: int) -> int:
    written = call.request.query.get(name, "")
    if not written:
        return otherwise
    if not (written.isascii() and written.isdecimal() and len(written) < 15):
        raise Refused("malformed", reason=f"{name} has to be a number of milliseconds")
    return int(written)
