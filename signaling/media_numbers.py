"""What the reports of both ends say of how good the media is: measured, never kept by call.

The numbers are the browsers' own and may be made up, so none may weigh more than it could.
"""

from dataclasses import dataclass
from typing import Final

from acd.facts import Party
from acd.ids import ContactId, Epoch
from signaling.metrics import SignalingMetrics
from signaling.protocol.media import MediaReport

_LONGEST_MS: Final = 60_000
_MOST_LOST: Final = 10_000


@dataclass(slots=True)
class MediaNumbers:
    """What one end said of one call so far.

    Attributes:
        call: Which assignment that is.
        packets_lost: Since its connection was made, as of the last report.
        is_relayed: It was ever said that a TURN server is in between.
    """

    call: tuple[ContactId, Epoch]
    packets_lost: int = 0
    is_relayed: bool = False

    def measure(self, report: MediaReport, party: Party, metrics: SignalingMetrics) -> None:
        """Add what is new in a report to what is measured."""
        if report.round_trip_ms is not None:
            metrics.media_round_trip_seconds.labels(party.value).observe(_seconds(report.round_trip_ms))
        if report.jitter_ms is not None:
            metrics.media_jitter_seconds.labels(party.value).observe(_seconds(report.jitter_ms))
        # Fewer than before: another connection took the place of the first, and counts anew.
        counted = self.packets_lost if report.packets_lost >= self.packets_lost else 0
        metrics.media_packets_lost.labels(party.value).observe(min(report.packets_lost - counted, _MOST_LOST))
        self.packets_lost = report.packets_lost
        if report.relayed and not self.is_relayed:
            self.is_relayed = True
            metrics.media_relayed_total.labels(party.value).inc()


def _seconds(ms: int) -> float:
    return min(ms, _LONGEST_MS) / 1000
