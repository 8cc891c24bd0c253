"""What supervisors do by hand: to agents, contacts and groups they watch over. All of it is written down."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, structs

from acd.config import Answer as Instead
from acd.config import Group
from acd.facts import AssignmentAsked, EndAsked, Fact, GroupClosed, GroupReopened, Presence, PresenceChosen
from acd.ids import AgentId, ContactId, GroupId, SiteId
from gateway.configuration.document import (
    AnswerRule,
    AnyId,
    Piece,
    RoutingProfile,
    SiteDocument,
    Slug,
    Text,
)
from gateway.configuration.faults import Fault, faults_of_answer
from gateway.configuration.in_force import InForce
from gateway.http.configuration import changed
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call, Who
from gateway.ids import new_id
from gateway.storage.audit import StoredAudit
from gateway.storage.configuration import Change
from gateway.storage.directory import StoredDirectory
from signaling.ports import Floor


class PresenceWanted(Piece, frozen=True):
    """The presence that an agent shall have; a reason for breaks, by its code."""

    presence: Literal["available", "once", "busy", "break"]
    reason: Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9_.-]*$(?!\n)")] = ""


class GroupsWanted(Piece, frozen=True):
    """Groups that an agent shall no longer serve, and groups that they shall serve from now on."""

    leave: tuple[Slug, ...] = ()
    join: tuple[Slug, ...] = ()


class AgentWanted(Piece, frozen=True):
    """Who shall have the contact."""

    agent_id: AnyId


class Closing(Piece, frozen=True):
    """How to close a group: what visitors are told, and what those in line get; without it they are still served."""

    text: Text | None = None
    waiting: AnswerRule | None = None


class Supervision:
    """The routes of supervisors."""

    def __init__(
        self,
        *,
        floors: Mapping[SiteId, Floor],
        sites: Mapping[SiteId, InForce],
        directory: StoredDirectory,
        audit: StoredAudit,
        sign_out: Callable[[SiteId, AgentId], Awaitable[None]],
    ) -> None:
        self._floors = floors
        self._sites = sites
        self._directory = directory
        self._audit = audit
        self._sign_out = sign_out

    async def set_presence(self, call: Call) -> Answer:
        """Set the presence of an agent who is signed in."""
        wanted: PresenceWanted = call.body
        floor, agent = self._agent(call)
        fact = PresenceChosen(agent=agent, presence=Presence(wanted.presence), reason=wanted.reason)
        answer, did_something = await self._tell(call, floor, fact)
        known = floor.state.agents.get(agent)
        if not did_something and (known is None or known.presence is not fact.presence):
            raise Refused("not_possible_now")
        await self._note(call, "presence_set", agent, presence=wanted.presence)
        return answer

    async def sign_agent_out(self, call: Call) -> Answer:
        """Sign an agent out and close their desk."""
        floor, agent = self._agent(call)
        await self._sign_out(floor.site, agent)
        await self._note(call, "agent_signed_out", agent)
        return Answer(status=204)

    async def move_agent(self, call: Call) -> Answer:
        """Move an agent between groups: a change of their routing profile."""
        wanted: GroupsWanted = call.body
        floor, agent = self._agent(call)
        self._watches(call, map(GroupId, (*wanted.leave, *wanted.join)))
        site = self._sites[floor.site]
        granted = (await site.people()).get(agent, ())
        faults = [
            Fault(f"join[{number}]", "not_granted", {"name": group})
            for number, group in enumerate(wanted.join)
            if group not in granted
        ]
        if faults:
            raise Refused("configuration_wrong", faults=faults)

        def edit(document: SiteDocument) -> SiteDocument:
            return structs.replace(document, agents=_moved(document.agents, agent, granted, wanted))

        change = Change(at=call.at, actor=_who(call).id, action="agent_moved", subject=agent)
        await changed(site, edit, change, after=None)
        return Answer(status=204)

    async def assign(self, call: Call) -> Answer:
        """Let a contact ring at an agent next, whatever their groups."""
        wanted: AgentWanted = call.body
        floor, contact = self._contact(call)
        agent = AgentId(wanted.agent_id)
        site = floor.state.site
        if site is None or agent not in {known.id for known in site.agents}:
            raise Refused("configuration_wrong", faults=[Fault("agentId", "unknown_agent", {"name": agent})])
        answer, did_something = await self._tell(call, floor, AssignmentAsked(contact=contact, agent=agent))
        if not did_something:
            raise Refused("not_possible_now")
        await self._note(call, "contact_assigned", contact, agent=agent)
        return answer

    async def end(self, call: Call) -> Answer:
        """End a contact, whatever it is doing."""
        floor, contact = self._contact(call)
        answer, did_something = await self._tell(call, floor, EndAsked(contact=contact))
        if not did_something:
            raise Refused("not_possible_now")
        await self._note(call, "contact_ended", contact)
        return answer

    async def close_group(self, call: Call) -> Answer:
        """Close a group now, whatever its hours say, until it is reopened by hand."""
        closing: Closing = call.body
        floor, group = self._group(call)
        waiting = closing.waiting
        if waiting is not None:
            document = self._sites[floor.site].document
            groups = {one.id: one for one in document.groups}
            faults = list(faults_of_answer("waiting", waiting, groups[group.id], groups)) if group.id in groups else []
            if faults:
                raise Refused("configuration_wrong", faults=faults)
        texts = {"de": closing.text.de, "en": closing.text.en} if closing.text is not None else {}
        await self._directory.set_closed_notice(floor.site, group.id, texts)
        instead = None
        if waiting is not None:
            other = GroupId(waiting.group) if waiting.group is not None else None
            instead = Instead(kind=waiting.kind, group=other)
        answer, _ = await self._tell(call, floor, GroupClosed(group=group.id, waiting=instead))
        await self._note(call, "group_closed", group.id, waiting=waiting.kind.value if waiting else "served")
        return answer

    async def reopen_group(self, call: Call) -> Answer:
        """Take back that a group was closed by hand; its hours count again."""
        floor, group = self._group(call)
        answer, _ = await self._tell(call, floor, GroupReopened(group=group.id))
        await self._directory.set_closed_notice(floor.site, group.id, {})
        await self._note(call, "group_reopened", group.id)
        return answer

    async def _tell(self, call: Call, floor: Floor, fact: Fact) -> tuple[Answer, bool]:
        """Report the fact; answers whether it led to anything, as far as that is known already."""
        outcome = await floor.report(fact, source=f"user:{_who(call).id}", request=new_id("sv", call.at), must=True)
        if outcome.decided is None:
            return Answer(status=202), True
        return Answer(status=204), bool(outcome.decided)

    async def _note(self, call: Call, action: str, subject: str, **details: str) -> None:
        who = _who(call)
        await self._audit.add(who.site, call.at, actor=who.id, action=action, subject=subject, details=details)

    def _floor(self, call: Call) -> Floor:
        return self._floors[_who(call).site]

    def _agent(self, call: Call) -> tuple[Floor, AgentId]:
        floor = self._floor(call)
        agents = floor.state.site.agents if floor.state.site is not None else ()
        found = next((agent for agent in agents if agent.id == call.request.match_info["agent"]), None)
        if found is None:
            raise Refused("not_found")
        if not any(map(_who(call).watches, found.groups)):
            raise Refused("forbidden")
        return floor, found.id

    def _contact(self, call: Call) -> tuple[Floor, ContactId]:
        floor = self._floor(call)
        found = floor.state.contacts.get(ContactId(call.request.match_info["contact"]))
        if found is None:
            raise Refused("not_found")
        self._watches(call, [found.group])
        return floor, found.id

    def _group(self, call: Call) -> tuple[Floor, Group]:
        floor = self._floor(call)
        if call.request.match_info["site"] != floor.site:
            raise Refused("not_found")
        groups = floor.state.site.groups if floor.state.site is not None else ()
        found = next((group for group in groups if group.id == call.request.match_info["group"]), None)
        if found is None:
            raise Refused("not_found")
        self._watches(call, [found.id])
        return floor, found

    def _watches(self, call: Call, groups: Iterable[GroupId]) -> None:
        if not all(map(_who(call).watches, groups)):
            raise Refused("forbidden")


def _moved(
    profiles: Sequence[RoutingProfile], agent: AgentId, granted: Sequence[GroupId], wanted: GroupsWanted
) -> tuple[RoutingProfile, ...]:
    former = next((profile for profile in profiles if profile.id == agent), RoutingProfile(id=agent))
    served = [group for group in (granted if former.groups is None else former.groups) if group not in wanted.leave]
    served += [group for group in wanted.join if group not in served]
    if not served:
        raise Refused("configuration_wrong", faults=[Fault("leave", "no_group_left")])
    moved = structs.replace(
        former,
        groups=tuple(served),
        memberships=tuple(membership for membership in former.memberships if membership.group in served),
    )
    return (*(profile for profile in profiles if profile.id != agent), moved)


def _who(call: Call) -> Who:
    assert call.who is not None, "the table lets only signed-in people in"
    return call.who
