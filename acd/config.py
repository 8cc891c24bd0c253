"""What a site has decided about itself: groups, agents and patience, as plain data.

Configuration reaches the core as a fact (:class:`acd.facts.SiteConfigured`), so that a
replay sees the rules that were in force. Nothing personal is in here: display names
and announcements live in the gateway's side tables.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from acd.hours import Hours
from acd.ids import AgentId, GroupId, Millis, SkillId


class Channel(StrEnum):
    """How a contact is talked to."""

    VOICE = "voice"
    VIDEO = "video"
    CHAT = "chat"
    MESSAGE = "message"
    """Left in writing, worked off by an agent; nobody waits at the other end."""


class Kind(StrEnum):
    """What an agent can do several of at once, or not: channels that share one capacity."""

    LIVE = "live"
    """Voice and video: the whole person, one at a time."""
    CHAT = "chat"
    MESSAGE = "message"


KIND: Final = {
    Channel.VOICE: Kind.LIVE,
    Channel.VIDEO: Kind.LIVE,
    Channel.CHAT: Kind.CHAT,
    Channel.MESSAGE: Kind.MESSAGE,
}
"""Of which kind each channel is."""


class MediaPolicy(StrEnum):
    """Which way media goes; fixed for a contact's life."""

    DIRECT = "direct"
    RELAY = "relay"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A skill that a contact asks for, at this level or above.

    Attributes:
        level: From 1 to 10.
        must: Never relaxed: a licence to practise, say, or a language the law asks for.
    """

    skill: SkillId
    level: int = 1
    must: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """What is asked for less after a while.

    Attributes:
        after_ms: How long the step before it lasts.
        drop: Skills that are no longer needed then. Empty: everything that may be dropped.
        lower_by: Levels taken off what is still needed; a need below level 1 is dropped.
    """

    after_ms: Millis
    drop: tuple[SkillId, ...] = ()
    lower_by: int = 0


class WrapUpRule(StrEnum):
    """What is expected of an agent after a contact."""

    NONE = "none"
    OPTIONAL = "optional"
    """Ends by itself after ``wrap_up_ms``, and the code may be left out."""
    MANDATORY = "mandatory"
    """Lasts until a code is given, however long that takes."""
    TIMED = "timed"
    """A code is expected, but the time is up after ``wrap_up_ms`` all the same."""


class AnswerKind(StrEnum):
    """What is offered instead of waiting."""

    REFUSE = "refuse"
    """Nothing but the reason: the closed notice, for instance."""
    GROUP = "group"
    """Another group."""
    MESSAGE = "message"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a group does about a contact that it does not, or no longer, let wait.

    Attributes:
        group: Which group, if the answer is another one.
    """

    kind: AnswerKind = AnswerKind.REFUSE
    group: GroupId | None = None


class Absence(StrEnum):
    """What makes an agent not count as staff of a group; see ``Group.empty_for``."""

    SIGNED_OUT = "signed_out"
    BREAK = "break"
    BUSY = "busy"
    ELSEWHERE = "elsewhere"
    NOT_RESPONDING = "not_responding"
    LOST = "lost"
    ENGAGED = "engaged"
    """Has no room for one more live contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """How a group calls back.

    Attributes:
        ahead: A caller is told to come when this many or fewer go first of those who are here,
            beyond what free agents take at once.
        invite_ms: How long the link is good for, each time.
        retry_ms: From one missed invitation to the next.
        attempts: Invitations in all.
        expires_ms: From asking for the callback (or from its date) to giving up.
    """

    ahead: int = 1
    invite_ms: Millis = Millis(10 * 60_000)
    retry_ms: Millis = Millis(30 * 60_000)
    attempts: int = 3
    expires_ms: Millis = Millis(48 * 60 * 60_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One ACD group. Lengths of time are in milliseconds; 0 switches a rule off.

    Attributes:
        is_open: A closed group lets nobody in, whatever its hours say.
        hours: When it is open; ``None``: always.
        max_waiting: New contacts beyond this many waiting are answered with ``when_full``.
        ring_ms: How long an offer rings before it is a RONA.
        wrap_up_ms: Longest wrap-up; it ends by itself then. 0: no wrap-up.
        declined_ms: How long an agent who declined is left alone: no offer at all.
        missed_ms: How long a contact is not offered again to the agent who let it ring out,
            or with whom the set-up failed. It ends when they choose *Available*.
        turn_only: Both browsers may use TURN candidates only.
        strategy: Which agent is asked first; a name of :data:`acd.strategies.STRATEGIES`.
        needs: What every contact of the group asks for, beside its own needs.
        relaxations: How that becomes less while it waits.
        skip_hopeless: A step that nobody at work could ever meet is not waited for.
        preferred_ms: How long the agent whom a contact prefers is waited for.
        busy_ms: How long an agent is left alone whose devices were taken.
        no_answer_ms: When an agent who let it ring counts as there again without saying so.
        alarm_after: Offers that failed before a supervisor is called.
        wrap_up: What is expected after a contact.
        codes: The disposition codes to choose from.
        level_ms: Service level target X: answered within this time.
        level_share: Y of service level X/Y, in percent.
        urgent_at: The part of ``level_ms``, in percent, after which a contact is put forward.
        urgent_ms: By how much.
        returning_ms: How long a visitor is remembered who was dropped or not answered.
        dropped_ms: Head start of one who was dropped.
        unanswered_ms: Head start of one who left unanswered.
        empty_for: Absences that make an agent not count; the group is empty when none counts.
        min_staff: Fewer counting agents than this, and the group is understaffed.
        max_wait_ms: After this a contact gets ``when_too_long``.
        after_hours_ms: How long those in line are still served after closing time.
        when_closed: Answer to who comes while the group is closed; likewise the next ones.
        when_closing: Answer to who still waits ``after_hours_ms`` after closing time.
        callbacks: How it calls back; ``None``: not at all.
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
    hours: Hours | None = None
    strategy: str = "longest_idle"
    needs: tuple[Need, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    skip_hopeless: bool = True
    preferred_ms: Millis = Millis(20_000)
    busy_ms: Millis = Millis(5_000)
    no_answer_ms: Millis = Millis(0)
    alarm_after: int = 5
    wrap_up: WrapUpRule = WrapUpRule.OPTIONAL
    codes: tuple[str, ...] = ()
    level_ms: Millis = Millis(20_000)
    level_share: int = 80
    urgent_at: int = 70
    urgent_ms: Millis = Millis(0)
    returning_ms: Millis = Millis(30 * 60_000)
    dropped_ms: Millis = Millis(10 * 60_000)
    unanswered_ms: Millis = Millis(60_000)
    empty_for: tuple[Absence, ...] = ()
    min_staff: int = 0
    max_wait_ms: Millis = Millis(0)
    after_hours_ms: Millis = Millis(15 * 60_000)
    when_closed: Answer = field(default_factory=Answer)
    when_empty: Answer = field(default_factory=Answer)
    when_full: Answer = field(default_factory=Answer)
    when_understaffed: Answer = field(default_factory=Answer)
    when_too_long: Answer = field(default_factory=Answer)
    when_closing: Answer = field(default_factory=Answer)
    callbacks: Callbacks | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """Something an agent can do, from level 1 to 10."""

    skill: SkillId
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """How an agent serves a group, where that differs from serving it like any other.

    Attributes:
        head_start_ms: For this agent, contacts of the group count as if they had waited that
            much longer: the group's priority in the routing profile.
        delay_ms: A contact of the group rings here only once its score is this much, so that
            others have had their chance.
    """

    group: GroupId
    head_start_ms: Millis = Millis(0)
    delay_ms: Millis = Millis(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """While an agent has a contact of one kind, one of the other kind may ring."""

    busy: Kind
    by: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How much an agent does at once. One live contact at most, whatever is written here.

    Attributes:
        interruptions: What may ring beside what. More of the same kind may always, up to its
            number.
    """

    live: int = 1
    chat: int = 3
    message: int = 1
    interruptions: tuple[Interruption, ...] = (
        Interruption(busy=Kind.CHAT, by=Kind.LIVE),
        Interruption(busy=Kind.MESSAGE, by=Kind.LIVE),
        Interruption(busy=Kind.MESSAGE, by=Kind.CHAT),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent as the ACD knows them: an id and a routing profile.

    Attributes:
        memberships: Only where a group of ``groups`` is served in a particular way.
    """

    id: AgentId
    groups: tuple[GroupId, ...]
    memberships: tuple[Membership, ...] = ()
    skills: tuple[Skill, ...] = ()
    capacity: Capacity = field(default_factory=Capacity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the ACD waits for somebody who is not there. All in milliseconds.

    Attributes:
        caller_queued_ms: Grace of a caller who waits and lost the connection.
        caller_talking_ms: The same while an agent is held for them.
        agent_ms: Grace of an agent whose tab or network is gone.
        leaving_ms: What is left of any grace once the page said it is closing.
        setup_ms: From *Accept* to media at both ends; then the set-up has failed.
        ghost_ms: How long an end that answers may say nothing of its call before it counts as not having it.
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
        point_ms: What one point of a contact's priority is worth as a head start.
    """

    groups: tuple[Group, ...]
    agents: tuple[Agent, ...]
    patience: Patience = field(default_factory=Patience)
    contacts_per_visitor: int = 1
    point_ms: Millis = Millis(60_000)
