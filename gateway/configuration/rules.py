"""The document in the core's words, and what a visitor's choice asks for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from acd.config import Agent, Capacity, Group, Membership, Need, Patience, Site, Skill
from acd.ids import AgentId, GroupId, Millis, SkillId
from gateway.configuration.document import NeedRule, RoutingProfile, SiteDocument

USUAL: Final = RoutingProfile(id="-")
"""The profile of an agent who has none."""


def site_of(document: SiteDocument, granted: Mapping[AgentId, Sequence[GroupId]]) -> Site:
    """The site as the core has to know it.

    ``granted`` says who may serve which groups; a profile chooses among them and never adds any.
    """
    profiles = {profile.id: profile for profile in document.agents}
    agents = [_agent(agent, groups, profiles.get(agent, USUAL)) for agent, groups in granted.items()]
    return Site(
        groups=tuple(msgspec.convert(group, Group, from_attributes=True) for group in document.groups),
        agents=tuple(sorted((agent for agent in agents if agent.groups), key=lambda agent: agent.id)),
        patience=msgspec.convert(document.patience, Patience, from_attributes=True),
        contacts_per_visitor=document.contacts_per_visitor,
        point_ms=Millis(document.point_ms),
    )


def chosen_needs(document: SiteDocument, *, topic: str, language: str) -> tuple[Need, ...]:
    """What a visitor's choice of topic and language asks for; nothing where the site has no rule about it."""
    of_topic = next((known.needs for known in document.topics if known.id == topic), ())
    spoken = {known.language.lower(): known.needs for known in document.languages}
    # "pt-BR" speaks as "pt" does, unless there is a rule for it alone.
    of_language = spoken.get(language.lower(), spoken.get(language.lower().partition("-")[0], ()))
    return all_needs([*of_topic, *of_language])


def all_needs(asked: Iterable[NeedRule | Need]) -> tuple[Need, ...]:
    """All of them at once: of each skill the highest level, by skill."""
    found: dict[str, Need] = {}
    for need in asked:
        known = found.get(need.skill)
        found[need.skill] = Need(
            skill=SkillId(need.skill),
            level=max(need.level, known.level if known else 0),
            must=need.must or (known is not None and known.must),
        )
    return tuple(need for _, need in sorted(found.items()))


def _agent(agent: AgentId, granted: Sequence[GroupId], profile: RoutingProfile) -> Agent:
    groups = tuple(group for group in granted if profile.groups is None or group in profile.groups)
    return Agent(
        id=agent,
        groups=groups,
        memberships=tuple(
            msgspec.convert(membership, Membership, from_attributes=True)
            for membership in profile.memberships
            if membership.group in groups
        ),
        skills=tuple(msgspec.convert(skill, Skill, from_attributes=True) for skill in profile.skills),
        capacity=msgspec.convert(profile.capacity, Capacity, from_attributes=True),
    )
