"""A site's configuration as a document: what REST shows and takes, and what a version keeps.

Everything of :mod:`acd.config` under the same names, and beside it what is for people's
eyes only: names and announcements, which the core never sees. Whether the parts fit each
other is known to :mod:`gateway.configuration.faults`. A field is never renamed, and a new
one has a default: older versions stay readable.
"""

from typing import Annotated

from msgspec import Meta, Struct

from acd.config import Absence, AnswerKind, Channel, Kind, MediaPolicy, WrapUpRule

Slug = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$(?!\n)")]
"""Chosen by people, used by programs."""
AnyId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$(?!\n)")]
LanguageTag = Annotated[str, Meta(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$(?!\n)")]
Level = Annotated[int, Meta(ge=1, le=10)]
Percent = Annotated[int, Meta(ge=1, le=100)]
ShortMs = Annotated[int, Meta(ge=0, le=24 * 60 * 60_000)]
"""A length of time of up to a day."""
LongMs = Annotated[int, Meta(ge=0, le=30 * 24 * 60 * 60_000)]
"""A length of time of up to thirty days."""
Minute = Annotated[int, Meta(ge=0, le=24 * 60)]


class Piece(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of everything in the document. A key that means nothing is an error: it was mistyped."""


class Words(Piece, frozen=True):
    """A name in the languages that people see."""

    de: Annotated[str, Meta(min_length=1, max_length=100)]
    en: Annotated[str, Meta(min_length=1, max_length=100)]


class Text(Piece, frozen=True):
    """A sentence or two in the languages that people see."""

    de: Annotated[str, Meta(min_length=1, max_length=1000)]
    en: Annotated[str, Meta(min_length=1, max_length=1000)]


class Announcement(Piece, frozen=True):
    """What somebody who waits is told: after so long, and, unless ``everyMs`` is 0, again and again."""

    text: Text
    after_ms: ShortMs = 0
    every_ms: ShortMs = 0


class NeedRule(Piece, frozen=True):
    """A skill that is asked for, at this level or above; with ``must`` it is never relaxed."""

    skill: Slug
    level: Level = 1
    must: bool = False


class RelaxationRule(Piece, frozen=True):
    """What is asked for less after a while: skills to drop (none named: all), levels to take off."""

    after_ms: Annotated[int, Meta(ge=1, le=24 * 60 * 60_000)]
    drop: tuple[Slug, ...] = ()
    lower_by: Annotated[int, Meta(ge=0, le=10)] = 0


class AnswerRule(Piece, frozen=True):
    """What is offered instead of waiting; ``group`` only with the kind of that name."""

    kind: AnswerKind = AnswerKind.REFUSE
    group: Slug | None = None


class SpanRule(Piece, frozen=True):
    """From one time of day to another, in minutes from midnight."""

    start: Minute
    to: Minute


class HolidayRule(Piece, frozen=True):
    """A day (ISO 8601) with hours of its own; without spans it is closed all day."""

    day: str
    spans: tuple[SpanRule, ...] = ()


class HoursRule(Piece, frozen=True):
    """Opening hours in an IANA time zone: seven days from Monday, and the days that differ."""

    zone: str = "Europe/Berlin"
    week: Annotated[tuple[tuple[SpanRule, ...], ...], Meta(min_length=7, max_length=7)] = ((),) * 7
    holidays: Annotated[tuple[HolidayRule, ...], Meta(max_length=400)] = ()


class CallbackRule(Piece, frozen=True):
    """How a group calls back."""

    ahead: Annotated[int, Meta(ge=0, le=1000)] = 1
    invite_ms: Annotated[int, Meta(ge=10_000, le=24 * 60 * 60_000)] = 10 * 60_000
    retry_ms: ShortMs = 30 * 60_000
    attempts: Annotated[int, Meta(ge=1, le=20)] = 3
    expires_ms: Annotated[int, Meta(ge=60_000, le=30 * 24 * 60 * 60_000)] = 48 * 60 * 60_000


class GroupRules(Piece, frozen=True):
    """One ACD group. What each rule does stands in ``acd/config.py`` and ``docs/explanation/routing.md``."""

    id: Slug
    names: Words
    announcements: Annotated[tuple[Announcement, ...], Meta(max_length=20)] = ()
    channels: Annotated[tuple[Channel, ...], Meta(min_length=1)] = (Channel.VOICE, Channel.VIDEO)
    policy: MediaPolicy = MediaPolicy.DIRECT
    is_open: bool = True
    max_waiting: Annotated[int, Meta(ge=1, le=1_000_000)] = 1000
    ring_ms: Annotated[int, Meta(ge=3_000, le=300_000)] = 20_000
    wrap_up_ms: ShortMs = 60_000
    declined_ms: ShortMs = 10_000
    missed_ms: ShortMs = 30_000
    turn_only: bool = False
    hours: HoursRule | None = None
    strategy: str = "longest_idle"
    needs: Annotated[tuple[NeedRule, ...], Meta(max_length=20)] = ()
    relaxations: Annotated[tuple[RelaxationRule, ...], Meta(max_length=20)] = ()
    skip_hopeless: bool = True
    preferred_ms: ShortMs = 20_000
    busy_ms: ShortMs = 5_000
    no_answer_ms: ShortMs = 0
    alarm_after: Annotated[int, Meta(ge=0, le=1000)] = 5
    wrap_up: WrapUpRule = WrapUpRule.OPTIONAL
    codes: tuple[Slug, ...] = ()
    level_ms: ShortMs = 20_000
    level_share: Percent = 80
    urgent_at: Percent = 70
    urgent_ms: ShortMs = 0
    returning_ms: LongMs = 30 * 60_000
    dropped_ms: ShortMs = 10 * 60_000
    unanswered_ms: ShortMs = 60_000
    empty_for: tuple[Absence, ...] = ()
    min_staff: Annotated[int, Meta(ge=0, le=100_000)] = 0
    max_wait_ms: ShortMs = 0
    after_hours_ms: ShortMs = 15 * 60_000
    when_closed: AnswerRule = AnswerRule()
    when_empty: AnswerRule = AnswerRule()
    when_full: AnswerRule = AnswerRule()
    when_understaffed: AnswerRule = AnswerRule()
    when_too_long: AnswerRule = AnswerRule()
    when_closing: AnswerRule = AnswerRule()
    callbacks: CallbackRule | None = None


class NamedSkill(Piece, frozen=True):
    """Something agents can do, and what it is called."""

    id: Slug
    names: Words


class DispositionCode(Piece, frozen=True):
    """A code to choose from in wrap-up, and what it is called."""

    id: Slug
    labels: Words


class Topic(Piece, frozen=True):
    """What a visitor may say that it is about, and what that asks of the agent."""

    id: Slug
    names: Words
    needs: Annotated[tuple[NeedRule, ...], Meta(max_length=20)] = ()


class SpokenLanguage(Piece, frozen=True):
    """A language that a visitor may choose (``de``, ``pt-BR``), and what that asks of the agent."""

    language: LanguageTag
    needs: Annotated[tuple[NeedRule, ...], Meta(max_length=20)] = ()


class AgentSkill(Piece, frozen=True):
    """A skill of an agent, from level 1 to 10."""

    skill: Slug
    level: Level = 1


class MembershipRule(Piece, frozen=True):
    """How an agent serves a group, where that differs from serving it like any other."""

    group: Slug
    head_start_ms: ShortMs = 0
    delay_ms: ShortMs = 0


class InterruptionRule(Piece, frozen=True):
    """While an agent has a contact of one kind, one of the other kind may ring."""

    busy: Kind
    by: Kind


class CapacityRule(Piece, frozen=True):
    """How much an agent does at once."""

    live: Annotated[int, Meta(ge=0, le=1)] = 1
    chat: Annotated[int, Meta(ge=0, le=20)] = 3
    message: Annotated[int, Meta(ge=0, le=20)] = 1
    interruptions: tuple[InterruptionRule, ...] = (
        InterruptionRule(busy=Kind.CHAT, by=Kind.LIVE),
        InterruptionRule(busy=Kind.MESSAGE, by=Kind.LIVE),
        InterruptionRule(busy=Kind.MESSAGE, by=Kind.CHAT),
    )


class RoutingProfile(Piece, frozen=True):
    """What an agent is asked. Without ``groups`` it is every group in which they were granted the role."""

    id: AnyId
    groups: tuple[Slug, ...] | None = None
    memberships: tuple[MembershipRule, ...] = ()
    skills: Annotated[tuple[AgentSkill, ...], Meta(max_length=200)] = ()
    capacity: CapacityRule = CapacityRule()


class PatienceRule(Piece, frozen=True):
    """How long the ACD waits for somebody who is not there."""

    caller_queued_ms: ShortMs = 120_000
    caller_talking_ms: ShortMs = 60_000
    agent_ms: ShortMs = 20_000
    leaving_ms: ShortMs = 10_000
    setup_ms: Annotated[int, Meta(ge=1_000, le=120_000)] = 10_000
    ghost_ms: Annotated[int, Meta(ge=1_000, le=120_000)] = 8_000


class SiteDocument(Piece, frozen=True):
    """Everything that a site has decided about itself. Lengths of time are in milliseconds."""

    groups: Annotated[tuple[GroupRules, ...], Meta(min_length=1, max_length=1000)]
    skills: Annotated[tuple[NamedSkill, ...], Meta(max_length=2000)] = ()
    codes: Annotated[tuple[DispositionCode, ...], Meta(max_length=2000)] = ()
    topics: Annotated[tuple[Topic, ...], Meta(max_length=500)] = ()
    languages: Annotated[tuple[SpokenLanguage, ...], Meta(max_length=100)] = ()
    agents: Annotated[tuple[RoutingProfile, ...], Meta(max_length=20_000)] = ()
    patience: PatienceRule = PatienceRule()
    contacts_per_visitor: Annotated[int, Meta(ge=1, le=1000)] = 1
    point_ms: ShortMs = 60_000
