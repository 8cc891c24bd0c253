"""What a site has decided about itself: groups, agents and patience, as plain data.

Configuration reaches the core as a fact (:class:`acd.facts.SiteConfigured`), so that a
replay sees the rules that were in force. Nothing personal is in here: display names
live in the gateway's side tables.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from acd.ids import AgentId, GroupId, Millis


class Channel(StrEnum):
    """How a contact is talked to."""

    VOICE = "voice"
    VIDEO = "video"


class MediaPolicy(StrEnum):
    """Which way media goes; fixed for a contact's life."""

    DIRECT = "direct"
    RELAY = "relay"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One ACD group.

    Attributes:
        is_open: A closed group refuses new contacts with ``group_closed``.
        max_waiting: New contacts beyond this many waiting are refused with ``group_full``.
        ring_ms: How long an offer rings before it is a RONA.
        wrap_up_ms: Longest wrap-up; it ends by itself then. 0: no wrap-up.
        declined_ms: How long an agent who declined is left alone: no offer at all.
        missed_ms: How long a contact is not offered again to the agent who let it ring out,
            or with whom the set-up failed. It ends when they choose *Available*.
        turn_only: Both browsers may use TURN candidates only.
    """

    id: GroupId
    channels: tuple[Channel, ...] = (Channel.VOICE, Channel.VIDEO)
    policy: MediaPolicy = MediaPolicy.DIRECT
    is_open: bool = True
    max_waiting: int = 1000
    ring_ms: Millis = Millis(20_000)
    wrap_up_ms: Millis = Millis(60_000)
    declined_ms: Millis = Millis(10_000)
    missed_ms: Millis = Millis(30_000)
    turn_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent as the ACD knows them: an id and the groups they serve."""

    id: AgentId
    groups: tuple[GroupId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the ACD waits for somebody who is not there. All in milliseconds.

    Attributes:
        caller_queued_ms: Grace of a caller who waits and lost the connection.
        caller_talking_ms: The same while an agent is held for them.
        agent_ms: Grace of an agent whose tab or network is gone.
        leaving_ms: What is left of any grace once the page said it is closing.
        setup_ms: From *Accept* to media at both ends; then the set-up has failed.
        ghost_ms: How long both ends may contradict the state before it is mended.
    """

    caller_queued_ms: Millis = Millis(120_000)
    caller_talking_ms: Millis = Millis(60_000)
    agent_ms: Millis = Millis(20_000)
    leaving_ms: Millis = Millis(10_000)
    setup_ms: Millis = Millis(10_000)
    ghost_ms: Millis = Millis(8_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything the core must know of one site.

    Attributes:
        contacts_per_visitor: Open contacts one visitor may have at once.
    """

    groups: tuple[Group, ...]
    agents: tuple[Agent, ...]
    patience: Patience = field(default_factory=Patience)
    contacts_per_visitor: int = 1
