"""What the conversation measures. Labels are bounded: roles and codes, never an id."""

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class SignalingMetrics:
    """Every measure of this package, in the registry that is handed in."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._documented: list[tuple[str, str, str, tuple[str, ...]]] = []
        self.sessions = self._gauge("sessions", "Sessions with a socket on this process.", ["role"])
        self.connects_refused_total = self._counter(
            "connects_refused_total", "Attempts to take up a session that were refused.", ["code"]
        )
        self.requests_total = self._counter("requests_total", "Requests of browsers, by message type.", ["type"])
        self.requests_refused_total = self._counter(
            "requests_refused_total", "Requests of browsers that were refused.", ["code"]
        )
        self.request_errors_total = self._counter(
            "request_errors_total", "Errors of our own while answering browsers; each has a traceback in the log.", []
        )
        self.frames_undecodable_total = self._counter(
            "frames_undecodable_total", "Frames that could not be read, at any level of the protocol.", ["level"]
        )
        self.sockets_dropped_total = self._counter(
            "sockets_dropped_total", "Connections that were cut off because of how they behaved.", ["reason"]
        )
        self.contacts_contradicted_total = self._counter(
            "contacts_contradicted_total", "Calls that one end no longer had.", ["party"]
        )
        self.media_round_trip_seconds = self._histogram(
            "media_round_trip_seconds",
            "Way of a packet between the two ends of a call and back, as one end reports it every 5 s.",
            ["party"],
            (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2),
        )
        self.media_jitter_seconds = self._histogram(
            "media_jitter_seconds",
            "How unevenly packets arrive at one end of a call, as it reports every 5 s.",
            ["party"],
            (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5),
        )
        self.media_packets_lost = self._histogram(
            "media_packets_lost",
            "Packets that did not arrive at one end of a call between two of its reports, 5 s apart.",
            ["party"],
            (0, 1, 3, 10, 30, 100, 300, 1_000),
        )
        self.media_relayed_total = self._counter(
            "media_relayed_total", "Ends of calls that reported a TURN server in between, each once.", ["party"]
        )

    def documented(self) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
        """Name, kind, meaning and labels of every metric."""
        yield from self._documented

    def _counter(self, name: str, meaning: str, labels: Sequence[str]) -> Counter:
        self._documented.append((f"zuruf_{name}", "counter", meaning, tuple(labels)))
        return Counter(f"zuruf_{name}", meaning, labels, registry=self._registry)

    def _histogram(self, name: str, meaning: str, labels: Sequence[str], buckets: Sequence[float]) -> Histogram:
        self._documented.append((f"zuruf_{name}", "histogram", meaning, tuple(labels)))
        return Histogram(f"zuruf_{name}", meaning, labels, registry=self._registry, buckets=buckets)

    def _gauge(self, name: str, meaning: str, labels: Sequence[str]) -> Gauge:
        self._documented.append((f"zuruf_{name}", "gauge", meaning, tuple(labels)))
        return Gauge(f"zuruf_{name}", meaning, labels, registry=self._registry)
