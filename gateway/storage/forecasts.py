"""Forecasts of waits, and what became of them."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection, case, delete, func, insert, select

from acd.ids import ContactId, Millis, SiteId
from gateway.storage.database import Database
from gateway.storage.tables import forecasts

ForecastOutcome = Literal["answered", "abandoned", "left"]
"""An agent accepted; the caller left unanswered; it ended in another way, so nobody knows."""


class JudgedForecast(Struct, frozen=True, kw_only=True):
    """What a caller was told, and what came of it.

    Attributes:
        low_ms: From then, likewise ``high_ms`` and ``waited_ms``.
        position: The place in the line, from 1, among those who asked for the same.
    """

    id: str
    contact: ContactId
    group: str
    made_at: Millis
    low_ms: Millis
    high_ms: Millis
    position: int
    outcome: ForecastOutcome
    waited_ms: Millis

    @property
    def error_ms(self) -> float:
        """How far the middle of the range was off."""
        return abs(self.waited_ms - (self.low_ms + self.high_ms) / 2)

    @property
    def is_inside(self) -> bool:
        """Whether the wait ended inside the range."""
        return self.low_ms <= self.waited_ms <= self.high_ms


class ForecastsOfGroup(Struct, frozen=True, kw_only=True, rename="camel"):
    """How right the forecasts of a group were.

    Errors and shares are over forecasts of callers who waited and were answered. How long those
    would have waited who were not is unknown; ``abandoned`` and ``left`` count their forecasts.
    Where they are many, those who were answered are not like them, and the figures flatter.
    """

    group: str
    forecasts: int
    """Told in this time, and judged by now."""
    answered: int
    abandoned: int
    left: int
    mean_absolute_error_ms: float | None
    """Of the middle of the range; null while nobody was answered."""
    inside: float | None
    """Share that ended inside the range; by rights 0.4."""
    in_time: float | None
    """Share that ended by its upper end; by rights 0.9."""


class StoredForecasts:
    """The forecasts of all sites."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, site: SiteId, judged: Sequence[JudgedForecast]) -> None:
        """Keep these."""
        rows = [
            {
                "site": site,
                "id": one.id,
                "contact": one.contact,
                "group_id": one.group,
                "made_at": one.made_at,
                "low_ms": one.low_ms,
                "high_ms": one.high_ms,
                "position": one.position,
                "outcome": one.outcome,
                "waited_ms": one.waited_ms,
            }
            for one in judged
        ]

        def work(tx: Connection) -> None:
            tx.execute(insert(forecasts), rows)

        await self._database.transact(work)

    async def report(self, site: SiteId, since: Millis, until: Millis) -> list[ForecastsOfGroup]:
        """How right the forecasts were that were made from ``since`` to before ``until``, by group."""
        is_answered = forecasts.c.outcome == "answered"
        twice_off = func.abs(2 * forecasts.c.waited_ms - forecasts.c.low_ms - forecasts.c.high_ms)
        in_time = forecasts.c.waited_ms <= forecasts.c.high_ms
        inside = in_time & (forecasts.c.waited_ms >= forecasts.c.low_ms)

        def count(condition: Any) -> Any:
            return func.sum(case((condition, 1), else_=0))

        asked = (
            select(
                forecasts.c.group_id,
                func.count().label("forecasts"),
                count(is_answered).label("answered"),
                count(forecasts.c.outcome == "abandoned").label("abandoned"),
                func.sum(case((is_answered, twice_off), else_=0)).label("twice_off"),
                count(is_answered & inside).label("inside"),
                count(is_answered & in_time).label("in_time"),
            )
            .where(forecasts.c.site == site, forecasts.c.made_at >= since, forecasts.c.made_at < until)
            .group_by(forecasts.c.group_id)
            .order_by(forecasts.c.group_id)
        )

        def work(tx: Connection) -> list[ForecastsOfGroup]:
            return [
                ForecastsOfGroup(
                    group=row.group_id,
                    forecasts=row.forecasts,
                    answered=row.answered,
                    abandoned=row.abandoned,
                    left=row.forecasts - row.answered - row.abandoned,
                    mean_absolute_error_ms=float(row.twice_off) / 2 / row.answered if row.answered else None,
                    inside=row.inside / row.answered if row.answered else None,
                    in_time=row.in_time / row.answered if row.answered else None,
                )
                for row in tx.execute(asked)
            ]

        return await self._database.look(work)

    async def erase_before(self, site: SiteId, before: Millis) -> int:
        """Forget forecasts made before then; answers how many."""
        return await self._database.transact(
            lambda tx: (
                tx.execute(delete(forecasts).where(forecasts.c.site == site, forecasts.c.made_at < before)).rowcount
            )
        )
