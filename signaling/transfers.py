"""To whom an agent could hand a contact on, as far as it shows at the desk."""

from acd.ids import AgentId
from acd.state import State
from signaling.names import Names
from signaling.protocol.agent import Targets, TransferTarget
from signaling.protocol.base import Language


def transfer_targets(request: str, state: State, agent: AgentId, names: Names, language: Language) -> Targets:
    """Groups that are open and agents at work, sorted by name.

    Args:
        request: The request that this answers.
        state: The site.
        agent: Who asks, with a contact in the slot that is shown.
        names: Where the site's names have been learned.
        language: In which groups are named.
    """
    contact = state.agents[agent].contact
    own = state.contacts[contact].group if contact is not None and contact in state.contacts else None
    groups = [
        TransferTarget(id=group, name=names.group(group, language), ready=state.agents_ready(group) > 0)
        for group in state.groups
        if group != own and state.is_open(group)
    ]
    agents = [
        TransferTarget(id=other.id, name=names.agent(other.id) or other.id, ready=other.is_routable and not other.slots)
        for other in state.agents.values()
        if other.id != agent and other.is_staffing
    ]
    return Targets(
        id=request,
        groups=sorted(groups, key=lambda target: target.name),
        agents=sorted(agents, key=lambda target: target.name),
    )
