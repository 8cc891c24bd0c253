"""Checks at the far end: is the other person heard, seen, and moving?

Each waits with a limit until it is true. A connection state is no proof: a black frame is
not a call, and a silent one is not either.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.e2e.browsers.port import Media, Page
from tests.e2e.waiting import until

LOOK: Final = Path(__file__).with_name("far_end.js").read_text().strip().removesuffix(";")

PAIRS: Final = """async () => {
  const pairs = [];
  for (const peer of window[Symbol.for("e2e")].peers) {
    if (peer.connectionState !== "connected") continue;
    const stats = await peer.getStats();
    for (const report of stats.values()) {
      if (report.type !== "candidate-pair" || !report.nominated || report.state !== "succeeded") continue;
      const ends = [report.localCandidateId, report.remoteCandidateId];
      pairs.push(ends.map((id) => stats.get(id).candidateType));
    }
  }
  return pairs;
}"""

HZ_TOLERANCE: Final = 9.0
"""One and a half bins of the transform in far_end.js."""

COLOUR_TOLERANCE: Final = 50
"""Per channel, of 255. Small pictures at low rates are coded coarsely."""

ALONE_DB: Final = 15.0
"""How much louder than anything else the expected tone is."""

MEDIA_LIMIT_S: Final = 15.0

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class FarEnd:
    """What a page presents of the other side at one moment.

    Attributes:
        sounds: For each sound presented, its loudest tones as (Hz, dB), loudest first.
        pictures: For each picture presented, the mean colours of its two halves.
        decoded: Video frames decoded so far, over all connections that are open.
        played: Seconds of the far end played so far.
    """

    sounds: list[list[tuple[float, float]]]
    pictures: list[tuple[Colour, Colour]]
    decoded: int
    played: float

    def has_tone(self, hz: int) -> bool:
        """Say whether some sound is this tone and nothing else of note."""
        return any(
            tones
            and abs(tones[0][0] - hz) <= HZ_TOLERANCE
            and all(level < tones[0][1] - ALONE_DB for at, level in tones if abs(at - hz) > 60)
            for tones in self.sounds
        )

    def has_trace_of(self, hz: int) -> bool:
        """Say whether any sound contains this tone, however soft."""
        return any(abs(at - hz) <= HZ_TOLERANCE and level > -65 for tones in self.sounds for at, level in tones)

    def has_halves(self, left: Colour, right: Colour) -> bool:
        return any(_alike(one, left) and _alike(other, right) for one, other in self.pictures)


async def far_end(page: Page) -> FarEnd:
    """Look and listen once."""
    seen = await page.evaluate(LOOK)
    return FarEnd(
        sounds=[[(hz, db) for hz, db in tones] for tones in seen["sounds"]],
        pictures=[(tuple(p["left"]), tuple(p["right"])) for p in seen["pictures"]],
        decoded=seen["decoded"],
        played=seen["played"],
    )


async def candidate_types(page: Page) -> set[tuple[str, str]]:
    """Say by which kinds of address (own, other's) media travels now: host, srflx, prflx, relay."""
    pairs = await page.evaluate(PAIRS)
    return {(own, other) for own, other in pairs}


async def to_be_heard(page: Page, media: Media, *, limit_s: float = MEDIA_LIMIT_S) -> None:
    """Wait until this page plays the tone of somebody else's microphone, and only that."""
    await until(
        lambda: far_end(page),
        lambda now: now.has_tone(media.hz),
        limit_s=limit_s,
        saying=f"{page.who} hears {media.hz} Hz",
    )


async def to_be_silent(page: Page, media: Media, *, limit_s: float = MEDIA_LIMIT_S) -> None:
    """Wait until nothing is left of a tone: muted, on hold, or over."""
    await until(
        lambda: far_end(page),
        lambda now: not now.has_trace_of(media.hz),
        limit_s=limit_s,
        saying=f"{page.who} does not hear {media.hz} Hz",
    )


async def to_be_seen(page: Page, media: Media, *, limit_s: float = MEDIA_LIMIT_S) -> None:
    """Wait until this page shows what somebody else's camera sees.

    Firefox's own picture is one strong colour that changes: then that is looked for.
    """
    if media.left is None or media.right is None:
        await _to_be_seen_wandering(page, limit_s)
        return
    left, right = media.left, media.right
    await until(
        lambda: far_end(page),
        lambda now: now.has_halves(left, right),
        limit_s=limit_s,
        saying=f"{page.who} sees {left} beside {right}",
    )


async def to_be_playing(page: Page, *, limit_s: float = MEDIA_LIMIT_S, video: bool = True) -> None:
    """Wait until the far end goes on: played time and decoded frames have risen since now."""
    start = await far_end(page)
    await until(
        lambda: far_end(page),
        lambda now: (
            # A new connection counts from zero.
            (now.played > start.played + 0.2 or 0.2 < now.played < start.played)
            and (not video or now.decoded > start.decoded + 2 or 2 < now.decoded < start.decoded)
        ),
        limit_s=limit_s,
        saying=f"{page.who} sees the far end move (from {start})",
    )


async def _to_be_seen_wandering(page: Page, limit_s: float) -> None:
    def strong(now: FarEnd) -> list[Colour]:
        return [left for left, right in now.pictures if _alike(left, right) and max(left) - min(left) > 90]

    first = await until(
        lambda: far_end(page),
        lambda now: bool(strong(now)),
        limit_s=limit_s,
        saying=f"{page.who} sees one strong colour",
    )
    await until(
        lambda: far_end(page),
        lambda now: any(max(_distances(c, strong(first)[0])) > 6 for c in strong(now)),
        limit_s=limit_s,
        saying=f"{page.who} sees the colour change",
    )


def _distances(one: Colour, other: Colour) -> list[int]:
    return [abs(a - b) for a, b in zip(one, other, strict=True)]


def _alike(one: Colour, other: Colour) -> bool:
    return max(_distances(one, other)) <= COLOUR_TOLERANCE
