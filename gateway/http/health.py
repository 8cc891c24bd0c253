"""Whether the process lives, whether it should be sent visitors, and what it measures."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from gateway.http.route import Answer, Call
from gateway.metrics import Metrics


class Alive(Struct, frozen=True):
    """The process answers. Says nothing of its stores, on purpose."""

    alive: bool = True


class Readiness(Struct, frozen=True):
    """Whether new visitors should come here, and each thing that has to be so for that."""

    ready: bool
    checks: dict[str, bool]


class Health:
    """The routes that machines ask."""

    def __init__(self, *, checks: Callable[[], Mapping[str, bool]], metrics: Metrics) -> None:
        self._checks = checks
        self._metrics = metrics

    async def alive(self, call: Call) -> Answer:  # noqa: ARG002 - every handler gets its call.
        """Answered as long as the event loop turns."""
        return Answer(Alive())

    async def ready(self, call: Call) -> Answer:  # noqa: ARG002 - every handler gets its call.
        """200 when everything is up, 503 while starting, draining, or without its store."""
        checks = dict(self._checks())
        is_ready = all(checks.values())
        return Answer(Readiness(ready=is_ready, checks=checks), status=200 if is_ready else 503)

    async def metrics(self, call: Call) -> Answer:  # noqa: ARG002 - every handler gets its call.
        """The Prometheus page."""
        return Answer(self._metrics.render(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
