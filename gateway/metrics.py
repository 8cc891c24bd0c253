"""What Prometheus is told. One object, made where the process is put together, handed to who measures.

Labels are bounded: sites, groups, routes, codes; never an id of a person, a contact or a
session. ``docs/reference/metrics.md`` is generated from here.
"""

from collections import Counter as Counted
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from acd.decisions import Admit, Assign, Decision, EndContact, WithdrawOffer
from acd.ids import ContactId, GroupId, Millis, SiteId
from acd.lifecycle import Phase, Routing
from gateway.storage.forecasts import JudgedForecast
from signaling.ports import Floor

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_WAITS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200)


class Metrics:
    """Every measure, registered in the registry that ``/metrics`` shows."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._documented: list[tuple[str, str, str, tuple[str, ...]]] = []
        # Journal and decider.
        self.journal_append_seconds = self._histogram(
            "journal_append_seconds",
            "How long appending a batch of facts took, until it was safe on disk.",
            ["site"],
            _FAST,
        )
        self.decider_lag_seconds = self._histogram(
            "decider_lag_seconds",
            "From a fact being appended to its decisions being committed; the oldest of each batch.",
            ["site"],
            _FAST,
        )
        self.facts_quarantined_total = self._counter(
            "facts_quarantined_total",
            "Facts that could not be decided and were set aside. Any at all is a bug: raise an alarm.",
            ["site"],
        )
        self.snapshots_broken_total = self._counter(
            "snapshots_broken_total",
            "Snapshots that could not be read, so that an older one or the whole record was folded.",
            ["site"],
        )
        self.time_skipped_seconds_total = self._counter(
            "time_skipped_seconds_total",
            "Time without a decider, or stepped over by the clock, by which deadlines were moved.",
            ["site"],
        )
        self.follower_errors_total = self._counter(
            "follower_errors_total", "Failures of what follows the decisions. Any at all is a bug.", ["site"]
        )
        # The floor.
        self.offers_total = self._counter(
            "offers_total", "Offers to agents that came to an end.", ["site", "group", "outcome"]
        )
        self.contact_wait_seconds = self._histogram(
            "contact_wait_seconds",
            "From the caller's request to an agent's Accept, or to the end without one.",
            ["site", "group", "outcome"],
            _WAITS,
        )
        self.forecasts_total = self._counter(
            "forecasts_total",
            "Estimated waits that callers were told, by what came of them. Only `answered` ones can be judged.",
            ["site", "group", "outcome"],
        )
        self.forecasts_inside_total = self._counter(
            "forecasts_inside_total",
            "Those answered inside the range that was told; by rights two in five.",
            ["site", "group"],
        )
        self.forecasts_in_time_total = self._counter(
            "forecasts_in_time_total",
            "Those answered by its upper end; by rights nine in ten.",
            ["site", "group"],
        )
        self.forecast_error_seconds = self._histogram(
            "forecast_error_seconds",
            "How far the middle of the range was off, of those answered; sum by count is the mean absolute error.",
            ["site", "group"],
            _WAITS,
        )
        self.floors = _Floors()
        registry.register(self.floors)
        # The edge.
        self.http_requests_total = self._counter(
            "http_requests_total", "HTTP requests answered.", ["method", "route", "status"]
        )
        self.http_request_seconds = self._histogram(
            "http_request_seconds", "From an HTTP request to its answer.", ["route"], _FAST
        )
        self.refused_total = self._counter("refused_total", "HTTP requests refused, by problem code.", ["code"])
        self.sign_ins_total = self._counter("sign_ins_total", "Attempts to sign in.", ["outcome"])
        # Webhooks.
        self.webhook_deliveries_total = self._counter(
            "webhook_deliveries_total",
            "Events for webhooks, by outcome: `arrived`, `failed` attempts, `given_up` after a day and `dropped` "
            "because too many waited. The last two are lost: raise an alarm.",
            ["site", "outcome"],
        )
        # Notices to callers who left the page.
        self.notices_total = self._counter(
            "notices_total",
            "Notices to callers who left the page: `sent`, `failed` and tried again, `given_up`, `outdated` before "
            "they could be sent, or `no_address` to send them to.",
            ["site", "kind", "outcome"],
        )
        self.notices_waiting = self._gauge("notices_waiting", "Notices that are still to be sent.", ["site"])
        # The process.
        self.errors_total = self._counter(
            "errors_total", "Errors of our own; each has a traceback in the log.", ["where"]
        )
        self.wakeups_connected = self._gauge(
            "wakeups_connected",
            "1 while wake-ups between processes arrive by Redis; at 0 everybody looks each second. Scaled form only.",
            [],
        )
        self.loop_lag_seconds = self._gauge("loop_lag_seconds", "How late the event loop woke up most recently.", [])

    def delivered(self, site: str, outcome: str, count: int = 1) -> None:
        """So many deliveries to webhooks ended like this."""
        self.webhook_deliveries_total.labels(site, outcome).inc(count)

    def judge_forecast(self, site: SiteId, one: JudgedForecast) -> None:
        """Count a forecast whose outcome is known."""
        self.forecasts_total.labels(site, one.group, one.outcome).inc()
        if one.outcome == "answered":
            self.forecast_error_seconds.labels(site, one.group).observe(one.error_ms / 1000)
            self.forecasts_inside_total.labels(site, one.group).inc(one.is_inside)
            self.forecasts_in_time_total.labels(site, one.group).inc(one.waited_ms <= one.high_ms)

    def render(self) -> bytes:
        """The page that Prometheus reads."""
        return generate_latest(self.registry)

    def documented(self) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
        """Name, kind, meaning and labels of every metric."""
        yield from self._documented
        for name, (meaning, labels) in _FLOOR_METRICS.items():
            yield name, "gauge", meaning, labels

    def follow(self, floor: Floor) -> Callable[[], None]:
        """Measure one site: what stands on its floor, how long people wait, what became of offers.

        Returns:
            What ends it.
        """
        waiting = {
            contact.id: _Waiting(contact.group, contact.asked_at)
            for contact in floor.state.contacts.values()
            if contact.is_waiting
        }
        self.floors.watched.append(floor)
        unfollow = floor.follow(lambda decided, at: self._fold(floor, waiting, decided, at))

        def end() -> None:
            unfollow()
            self.floors.watched.remove(floor)

        return end

    def _fold(
        self, floor: Floor, waiting: dict[ContactId, "_Waiting"], decided: Sequence[Decision], at: Millis
    ) -> None:
        for decision in decided:
            match decision:
                case Admit():
                    waiting[decision.contact] = _Waiting(decision.group, decision.asked_at)
                case WithdrawOffer() if decision.contact in waiting:
                    group = waiting[decision.contact].group
                    self.offers_total.labels(floor.site, group, decision.reason.value).inc()
                case Assign() if decision.contact in waiting:
                    wait = waiting.pop(decision.contact)
                    self.offers_total.labels(floor.site, wait.group, "accepted").inc()
                    self._waited(floor, wait, "accepted", at)
                case EndContact() if decision.contact in waiting:
                    self._waited(floor, waiting.pop(decision.contact), decision.reason.value, at)
                case _:
                    continue

    def _waited(self, floor: Floor, wait: "_Waiting", outcome: str, at: Millis) -> None:
        seconds = max(at - wait.asked_at, 0) / 1000
        self.contact_wait_seconds.labels(floor.site, wait.group, outcome).observe(seconds)

    def _counter(self, name: str, meaning: str, labels: Sequence[str]) -> Counter:
        self._documented.append((f"zuruf_{name}", "counter", meaning, tuple(labels)))
        return Counter(f"zuruf_{name}", meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, labels: Sequence[str]) -> Gauge:
        self._documented.append((f"zuruf_{name}", "gauge", meaning, tuple(labels)))
        return Gauge(f"zuruf_{name}", meaning, labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, labels: Sequence[str], buckets: Sequence[float]) -> Histogram:
        self._documented.append((f"zuruf_{name}", "histogram", meaning, tuple(labels)))
        return Histogram(f"zuruf_{name}", meaning, labels, registry=self.registry, buckets=buckets)


@dataclass(frozen=True, slots=True)
class _Waiting:
    group: GroupId
    asked_at: Millis


class _Floors(Collector):
    """Looks at the replicas when asked, so that nothing has to be counted up and down."""

    def __init__(self) -> None:
        self.watched: list[Floor] = []

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return [GaugeMetricFamily(name, meaning, labels=labels) for name, (meaning, labels) in _FLOOR_METRICS.items()]

    def collect(self) -> Iterable[GaugeMetricFamily]:
        contacts, waiting, agents, available = self.describe()
        for floor in self.watched:
            state = floor.state
            by_phase = Counted((contact.group, contact.phase) for contact in state.contacts.values())
            by_routing = Counted(agent.routing for agent in state.agents.values() if agent.endpoint is not None)
            for group in state.site.groups if state.site else ():
                for phase in _OPEN:
                    contacts.add_metric([floor.site, group.id, phase.value], by_phase[group.id, phase])
                waiting.add_metric([floor.site, group.id], state.waiting(group.id))
            for routing in Routing:
                agents.add_metric([floor.site, routing.value], by_routing[routing])
            available.add_metric([floor.site], state.ready)
        return [contacts, waiting, agents, available]


_OPEN: Final = tuple(phase for phase in Phase if phase is not Phase.ENDED)
_FLOOR_METRICS: Final = {
    "zuruf_contacts": ("Open contacts.", ("site", "group", "phase")),
    "zuruf_contacts_waiting": ("Contacts that wait for an agent, ringing ones included.", ("site", "group")),
    "zuruf_agents": ("Agents signed in, by what their slot does.", ("site", "routing")),
    "zuruf_agents_ready": ("Agents who could be offered a contact now.", ("site",)),
}
