"""The journal of one site: what happened, in order, and what was decided about it.

This is the port. Three stores keep it (memory, SQLite, PostgreSQL) and one suite,
``tests/conformance``, says what keeping it means. Bodies are bytes here; what they say
is known to :mod:`gateway.journal.codec`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType, Protocol

from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, VisitorKey

Position = NewType("Position", int)
"""Place of a fact in its site's journal, from 1. :data:`START` is before the first."""

START = Position(0)


class Fenced(Exception):
    """Somebody else claimed the site later; this claim decides nothing any more."""


class JournalFull(Exception):
    """Too many facts wait for a decision. New contacts are turned away until it catches up."""


class ConstraintBroken(Exception):
    """The store's own guard refused the decisions, e.g. two live contacts on one slot."""


class OlderCore(Exception):
    """A newer core has decided for this site; ours might not understand what it did."""

    def __init__(self, newest: int, ours: int) -> None:
        super().__init__(
            f"A later release (core {newest}) has decided for this site; this one (core {ours}) cannot go on "
            "from there. Use that release, or restore a backup made before the upgrade."
        )


class JournalUnavailable(Exception):
    """The store cannot be read or written now. Of what was asked, all or nothing happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact to append.

    Attributes:
        source: Who says so: a session, ``post:...`` for a REST call, ``process:...``.
        request: The source's own number for it. A second entry with the same
            (source, request) is the first one again.
        must: Passes even when the journal is full, as every fact does that frees something.
    """

    source: str
    request: str
    body: bytes
    must: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFact:
    """A fact as the journal has it. ``at`` never decreases from one position to the next."""

    position: Position
    at: Millis
    source: str
    request: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDecision:
    """A decision as committed: its number, and the fact that caused it."""

    number: int
    cause: Position
    at: Millis
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to decide for the site. A later claim has a higher term.

    Attributes:
        paused_ms: How long nobody had decided when this was given; 0 for the first claim ever.
    """

    owner: str
    term: int
    paused_ms: Millis = Millis(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveContact:
    """A row of the store's own guard: one open contact, and who has it."""

    contact: ContactId
    group: GroupId
    phase: str
    epoch: Epoch
    visitor: VisitorKey
    agent: AgentId | None
    slot: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A folded state: everything up to and including ``upto`` and decision ``number``."""

    upto: Position
    number: int
    at: Millis
    version: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What one step of the decider publishes, all or nothing.

    Attributes:
        upto: Every fact up to here is decided.
        decisions: (cause, at, body) in the order they were made.
        changed: Open contacts whose row changed.
        closed: Contacts that ended.
    """

    upto: Position
    decisions: Sequence[tuple[Position, Millis, bytes]]
    changed: Sequence[LiveContact] = ()
    closed: Sequence[ContactId] = ()


class Journal(Protocol):
    """One site's journal."""

    async def append(self, entries: Sequence[Entry]) -> list[Position]:
        """Write facts at the end, in one transaction, in order. Any process may.

        A repeated (source, request) answers the position it already has. ``at`` is
        stamped here: the larger of the store's clock and the last ``at``.

        Raises:
            JournalFull: If an entry that is not ``must`` finds the journal full; then
                nothing of this call was written.
        """

    async def facts(self, after: Position, limit: int = 500) -> list[RecordedFact]:
        """The facts behind ``after``, in order; quarantined ones are left out."""

    async def claim(self, owner: str, *, core_version: int, ttl_ms: Millis) -> Claim | None:
        """Take or renew the right to decide; ``None`` while another owner holds it.

        Renewing keeps the term; taking over raises it.

        Raises:
            OlderCore: If a newer core than this claimed before.
        """

    async def release(self, claim: Claim) -> None:
        """Let the next one in at once. Harmless when the claim is already old."""

    async def commit(self, claim: Claim, commit: Commit) -> int:
        """Publish a step and answer the number of its last decision.

        Raises:
            Fenced: If a later claim exists; nothing was written.
            ConstraintBroken: If the store's guard refused; nothing was written.
        """

    async def last_at(self) -> Millis:
        """When the last fact was appended; 0 if there is none. Time must not start before this."""

    async def decided(self) -> Position:
        """How far decisions go: the ``upto`` of the last commit."""

    async def decisions(self, after: int, limit: int = 1000) -> list[RecordedDecision]:
        """The decisions with a number above ``after``, in order."""

    async def caused_by(self, position: Position) -> list[RecordedDecision] | None:
        """What was decided about this fact; ``None`` while nobody has decided."""

    async def quarantine(self, claim: Claim, position: Position, reason: str) -> None:
        """Set the next undecided fact aside; it counts as decided, with no decisions.

        Raises:
            Fenced: If a later claim exists.
            ValueError: If facts before it are still undecided: they would be lost.
        """

    async def quarantined(self) -> list[tuple[Position, str]]:
        """What was set aside, and why."""

    async def live(self) -> list[LiveContact]:
        """The guard's rows: the open contacts as of the last commit, by id."""

    async def save_snapshot(self, claim: Claim, snapshot: Snapshot) -> None:
        """Keep this snapshot and the one before it; drop older ones.

        Raises:
            Fenced: If a later claim exists.
        """

    async def snapshots(self) -> list[Snapshot]:
        """The snapshots kept, newest first; at most two."""

    async def trim(self, before: Millis) -> int:
        """Delete facts and decisions older than this that no snapshot needs; answer how many facts.

        While fewer than two snapshots are kept nothing is deleted: were the one to be
        broken, only the whole record could replace it.
        """
