"""To whom an agent could hand a contact on, as far as it shows at the desk."""

from acd.ids import AgentId, GroupId, SkillId
from acd.state import State
from signaling.names import Names
from signaling.protocol.agent import SkillTarget, Targets, TransferTarget
from signaling.protocol.base import Language


def transfer_targets(request: str, state: State, agent: AgentId, names: Names, language: Language) -> Targets:
    """Groups that are open, agents at work and what these can do, sorted by name.

    Args:
        request: The request that this answers.
        state: The site.
        agent: Who asks, with a contact in the slot that is shown.
        names: Where the site's names have been learned.
        language: In which groups are named.
    """
    contact = state.agents[agent].contact
    own = state.contacts[contact].group if contact is not None and contact in state.contacts else None

    def target(group: GroupId) -> TransferTarget:
        return TransferTarget(id=group, name=names.group(group, language), ready=state.agents_ready(group) > 0)

    others = [other for other in state.agents.values() if other.id != agent and other.is_staffing]
    agents = [
        TransferTarget(id=other.id, name=names.agent(other.id) or other.id, ready=other.is_routable and not other.slots)
        for other in others
    ]
    skills: dict[SkillId, SkillTarget] = {}
    for other in others:
        for skill in state.profile(other.id).skills:
            known = skills.get(skill.skill)
            skills[skill.skill] = SkillTarget(
                id=skill.skill,
                level=max(skill.level, 0 if known is None else known.level),
                ready=(other.is_routable and not other.slots) or (known is not None and known.ready),
            )
    return Targets(
        id=request,
        groups=sorted((target(group) for group in state.groups if group != own and state.is_open(group)), key=_name),
        agents=sorted(agents, key=_name),
        skills=sorted(skills.values(), key=lambda skill: skill.id),
        own_group=None if own is None else target(own),
    )


def _name(target: TransferTarget) -> str:
    return target.name
