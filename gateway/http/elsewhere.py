"""``/api/v1/agents/ID/elsewhere``: another system, a telephone say, has an agent, or has them no more.

For programs, with a token. Each system has a word of its own, and a lease: one that falls
silent holds nobody for ever.
"""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from acd.facts import AgentElsewhere
from acd.ids import AgentId, Millis, SiteId
from gateway.configuration.document import Piece
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call
from gateway.ids import new_id
from signaling.ports import Floor

Source = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$(?!\n)")]


class ElsewhereSaid(Piece, frozen=True):
    """Which system has the agent, and for how long unless it says so again."""

    source: Source
    lease_seconds: Annotated[int, Meta(ge=5, le=24 * 60 * 60)]


class Elsewhere:
    """The routes of programs that know where agents are."""

    def __init__(self, *, floors: Mapping[SiteId, Floor]) -> None:
        self._floors = floors

    async def put(self, call: Call) -> Answer:
        """Say that another system has the agent. To keep it so, say it again before the lease is over."""
        said: ElsewhereSaid = call.body
        return await self._tell(call, said.source, Millis(said.lease_seconds * 1000))

    async def delete(self, call: Call) -> Answer:
        """Say that this system no longer has the agent."""
        source = call.request.query.get("source", "")
        if not source or len(source) > 40:
            raise Refused("malformed", reason="source has to name the system, in up to 40 characters")
        return await self._tell(call, source, Millis(0))

    async def _tell(self, call: Call, source: str, for_ms: Millis) -> Answer:
        program = call.program
        assert program is not None, "the table lets only programs in"
        floor = self._floors.get(program.site)
        agent = AgentId(call.request.match_info["agent"])
        site = floor.state.site if floor is not None else None
        if floor is None or site is None or agent not in {known.id for known in site.agents}:
            raise Refused("not_found")
        outcome = await floor.report(
            AgentElsewhere(agent=agent, source=source, for_ms=for_ms),
            source=f"program:{program.id}",
            request=new_id("ew", call.at),
            must=not for_ms,
        )
        return Answer(status=202 if outcome.decided is None else 204)
