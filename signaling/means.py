"""What every part of the conversation works with."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from acd.ids import Millis, ProcessId, SessionId
from signaling.metrics import SignalingMetrics
from signaling.ports import Authenticator, Clock, CodeLabel, Directory, ExpectedWaits, IceServers, Origins, Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSettings:
    """What an operator may change about the conversation.

    Attributes:
        agent_session_ms: How long an agent's tab that lost its socket may take its session up
            again; likewise a caller's page that was there for longer than its token was made for.
        remember_ended_ms: How long a caller who comes back is told how the contact ended.
        connects_per_second: Connections from one address prefix; more are refused.
        connect_burst: How many at once, before that rate applies.
        unattached_connections: Connections open at once that showed no session yet; more are refused.
        unattached_per_prefix: How many of them from one address prefix; more are refused.
        allow_loopback_candidates: Let loopback addresses pass as ICE candidates: for
            demonstrations and tests on one machine only.
    """

    agent_session_ms: Millis = Millis(12 * 3_600_000)
    remember_ended_ms: Millis = Millis(3_600_000)
    connects_per_second: float = 100
    connect_burst: int = 3_000
    unattached_connections: int = 3_000
    unattached_per_prefix: int = 2_000
    allow_loopback_candidates: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The ports of one process, as they were handed in.

    Attributes:
        process: Who we are, in facts about who is attached where.
        new_id: Makes an id from its prefix and the time.
        start: Runs a job beside everything else, until the conversation ends.
        pause: Sleeps for so many seconds.
        tell_of_session: Has the other processes look at a session: something is owed to it,
            or another page has it.
        code_label: What a disposition code of a site is called in a language.
    """

    sessions: Sessions
    directory: Directory
    ice: IceServers
    authenticator: Authenticator
    origins: Origins
    clock: Clock
    process: ProcessId
    new_id: Callable[[str, Millis], str]
    metrics: SignalingMetrics
    settings: ConversationSettings
    start: Callable[[Coroutine[Any, Any, object]], object]
    pause: Callable[[float], Awaitable[None]]
    tell_of_session: Callable[[SessionId], None]
    expected_wait: ExpectedWaits
    code_label: CodeLabel
