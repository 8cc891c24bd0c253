"""A day, played: callers come, wait, talk and leave, and the core decides as it always does.

The core is the one that serves real callers; it is told facts and answers decisions. What
people do about these decisions is made up here, on a clock that only this module moves.
Media connect at once and no connection is ever lost. What a core decides beyond what is
listened to here changes its state, but nobody reacts to it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import Any, Final, Protocol

from acd.config import Channel
from acd.core import Core
from acd.decisions import (
    Admit,
    AskCaller,
    Assign,
    ConfigureSite,
    Connect,
    EndContact,
    EndNotResponding,
    EndReason,
    FreeSlot,
    HoldPlace,
    InviteCaller,
    MakeOffer,
    MarkNotResponding,
    Move,
    RefusalReason,
    Refuse,
    Requeue,
    SetPresence,
    SignOut,
    StartWrapUp,
    WithdrawOffer,
)
from acd.facts import (
    AgentHungUp,
    CallerAnswered,
    CallerAttached,
    CallerHungUp,
    CallerReturned,
    ContactRequested,
    Fact,
    MediaConnected,
    OfferAccepted,
    OfferDeclined,
    Party,
    Presence,
    PresenceChosen,
    Ticked,
    WrapUpFinished,
)
from acd.ids import AgentId, ContactId, GroupId, Millis, ProcessId, SessionId
from gateway.simulation.lengths import Draw

HERE: Final = ProcessId("pr_simulation")
_DRAIN_MS: Final = 4 * 60 * 60 * 1000
_REPORT_EVERY: Final = 4096


class Caller:
    """One caller: what they bring along, and what became of them.

    Attributes:
        handling_ms: How long they will talk.
        wrap_up_ms: How long the agent works on afterwards.
        patience_ms: How long they wait before they hang up; ``None``: for ever. A callback needs none.
        comes_ms: From an invitation to opening its link; ``None``: they do not come.
        accepts: Whether they say yes when another group, a message or a callback is offered.
        group: Where they wait, or waited last.
        is_deferred: Whether they need not be here to wait: a message, or a callback.
        waited: Whether no agent was offered the contact the moment it came.
        answered_at: When an agent accepted, for the first time.
        ended_at: When it was over.
        outcome: How it ended, or why it was refused; ``None`` while it is open.
    """

    __slots__ = (
        "accepts",
        "agent",
        "answered_at",
        "asked_at",
        "comes_ms",
        "ended_at",
        "group",
        "handling_ms",
        "is_deferred",
        "is_waiting",
        "outcome",
        "patience_ms",
        "request",
        "waited",
        "wrap_up_ms",
    )

    def __init__(
        self,
        request: ContactRequested,
        asked_at: Millis,
        *,
        handling_ms: int,
        wrap_up_ms: int = 0,
        patience_ms: int | None = None,
        comes_ms: int | None = 0,
        accepts: bool = False,
    ) -> None:
        self.request = request
        self.comes_ms = comes_ms
        self.accepts = accepts
        self.group = request.group
        self.is_deferred = request.callback or request.channel is Channel.MESSAGE
        self.asked_at = asked_at
        self.handling_ms = handling_ms
        self.wrap_up_ms = wrap_up_ms
        self.patience_ms = patience_ms
        self.is_waiting = False
        self.waited = True
        self.agent: AgentId | None = None
        self.answered_at: Millis | None = None
        self.ended_at: Millis | None = None
        self.outcome: EndReason | RefusalReason | None = None

    @property
    def wait_ms(self) -> int:
        """How long they waited, for an agent or until they left."""
        until = self.ended_at if self.answered_at is None else self.answered_at
        return 0 if until is None else until - self.asked_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How an agent treats offers.

    Attributes:
        answers: From the ring to *Accept* or *Decline*.
        misses: Share of offers they let ring.
        declines: Share of offers they decline.
        returns: From *not responding* to *Available*.
    """

    answers: Draw
    misses: float = 0.0
    declines: float = 0.0
    returns: Draw


Chance = Callable[[ContactId, AgentId], Random]
"""What decides how an agent treats the offer of a contact."""


class Watch(Protocol):
    """Who looks on."""

    def queues(self, group: GroupId, at: Millis) -> None:
        """A caller waits in this group now. Messages and callbacks are not looked at."""

    def leaves(self, group: GroupId, at: Millis) -> None:
        """One of those who waited there no longer does."""

    def over(self, caller: Caller) -> None:
        """This is what became of a caller."""

    def works(self, agent: AgentId, at: Millis, *, available: bool, ringing: int, handling: int) -> None:
        """The agent does this from now on: so many offers ring, so many contacts are handled."""


class _Desk:
    """What one agent is doing."""

    __slots__ = ("available", "handling", "responding", "ringing")

    def __init__(self) -> None:
        self.available = False
        self.responding = True
        self.ringing = 0
        self.handling = 0


class Play:
    """One run from the first fact to the last contact's end.

    Attributes:
        at: What the clock shows.
        facts: How many facts the core was told.
        decisions: How many decisions it made.
        open: Who is there.
    """

    def __init__(
        self,
        core: Core,
        *,
        told: Iterable[tuple[Millis, Fact]],
        callers: Iterable[Caller],
        manners: Mapping[AgentId, Manner],
        chance: Chance,
        until: Millis,
        watch: Watch,
        progress: Callable[[Millis], None] = lambda _: None,
    ) -> None:
        """
        Told are facts that happen whatever the core decides: rules, sign-ins, presence. They and
        the callers are in order of time, and read as time goes by. After ``until`` nobody comes any
        more; who is there then is still served, for four hours at most.
        """
        self.at = Millis(0)
        self.facts = 0
        self.decisions = 0
        self.open: dict[ContactId, Caller] = {}
        self._core = core
        self._told: Iterator[tuple[Millis, Fact]] = iter(told)
        self._callers: Iterator[Caller] = iter(callers)
        self._manners = manners
        self._chance = chance
        self._until = until
        self._watch = watch
        self._progress = progress
        self._desks: dict[AgentId, _Desk] = {}
        self._arriving: Caller | None = None
        self._ended: Caller | None = None
        self._heap: list[tuple[Millis, int, Callable[[Any], None], Any]] = []
        self._number = 0
        self._soon: deque[Fact] = deque()
        self._codes: dict[GroupId, str] = {}
        self._hears: dict[type, Callable[[Any], None]] = {
            ConfigureSite: self._on_configured,
            Move: self._on_move,
            AskCaller: self._on_asked,
            HoldPlace: self._on_hold,
            InviteCaller: self._on_invited,
            EndNotResponding: self._on_responding,
            Admit: self._on_admit,
            Refuse: self._on_refuse,
            MakeOffer: self._on_offer,
            WithdrawOffer: self._on_withdrawn,
            Assign: self._on_assign,
            Connect: self._on_connect,
            Requeue: self._on_requeue,
            EndContact: self._on_end,
            FreeSlot: self._on_free,
            StartWrapUp: self._on_wrap_up,
            MarkNotResponding: self._on_not_responding,
            SetPresence: self._on_presence,
            SignOut: self._on_sign_out,
        }

    def run(self) -> None:
        """Play to the end."""
        core, heap, soon = self._core, self._heap, self._soon
        latest = self._until + _DRAIN_MS  # Who waits for nobody must not keep us for ever.
        self._next_told()
        self._next_caller()
        steps = 0
        while self.at <= self._until or (self.at <= latest and self.open):
            steps += 1
            if steps % _REPORT_EVERY == 0:
                self._progress(self.at)
            if soon:
                self._tell(soon.popleft())
                continue
            deadline = core.next_deadline
            if heap and (deadline is None or heap[0][0] <= deadline):
                # Whatever ends by itself at this very moment is dealt with first by the core.
                self.at, _, act, subject = heappop(heap)
                act(subject)
            elif deadline is not None:
                self.at = max(self.at, deadline)
                self._tell(Ticked())
            else:
                break
        self._progress(self.at)

    # What comes from outside.

    def _next_told(self) -> None:
        told = next(self._told, None)
        if told is not None:
            self._later(told[0], self._on_told, told[1])

    def _on_told(self, fact: Fact) -> None:
        self._tell(fact)
        self._next_told()

    def _next_caller(self) -> None:
        caller = next(self._callers, None)
        if caller is not None:
            self._later(caller.asked_at, self._on_caller, caller)

    def _on_caller(self, caller: Caller) -> None:
        self._next_caller()
        request = caller.request
        self.open[request.contact] = self._arriving = caller
        self._tell(request)
        if request.contact in self.open and not caller.is_deferred:
            self._tell(CallerAttached(contact=request.contact, session=request.session, process=HERE))
            if caller.patience_ms is not None:
                self._later(Millis(self.at + caller.patience_ms), self._on_patience_over, caller)
        self._arriving = None

    def _on_patience_over(self, caller: Caller) -> None:
        if caller.is_waiting and not caller.is_deferred:
            self._tell(CallerHungUp(contact=caller.request.contact))

    def _on_return(self, caller: Caller) -> None:
        contact = caller.request.contact
        if contact in self.open:
            self._number += 1
            session = SessionId(f"{caller.request.session}_{self._number}")
            self._tell(CallerReturned(contact=contact, session=session))
            self._tell(CallerAttached(contact=contact, session=session, process=HERE))

    # What the core decides.

    def _on_configured(self, decision: ConfigureSite) -> None:
        self._codes = {group.id: group.codes[0] for group in decision.site.groups if group.codes}

    def _on_admit(self, decision: Admit) -> None:
        caller = self.open.get(decision.contact)
        if caller is not None:
            self._waits(caller, decision.group)

    def _on_move(self, decision: Move) -> None:
        caller = self.open.get(decision.contact)
        if caller is not None:
            self._no_longer_waits(caller)
            self._waits(caller, decision.group)

    def _on_asked(self, decision: AskCaller) -> None:
        caller = self.open.get(decision.contact)
        if caller is not None:
            self._soon.append(CallerAnswered(contact=decision.contact, accepted=caller.accepts))

    def _on_hold(self, decision: HoldPlace) -> None:
        caller = self.open.get(decision.contact)
        if caller is not None and not caller.is_deferred:
            self._no_longer_waits(caller)
            caller.is_deferred = caller.is_waiting = True

    def _on_invited(self, decision: InviteCaller) -> None:
        caller = self.open.get(decision.contact)
        if caller is not None and caller.comes_ms is not None:
            self._later(Millis(self.at + caller.comes_ms), self._on_return, caller)

    def _on_refuse(self, decision: Refuse) -> None:
        caller = self.open.pop(decision.contact, None)
        if caller is not None:
            caller.ended_at, caller.outcome = self.at, decision.reason
            self._watch.over(caller)

    def _on_offer(self, decision: MakeOffer) -> None:
        caller, manner = self.open.get(decision.contact), self._manners[decision.agent]
        random = self._chance(decision.contact, decision.agent)
        if caller is not None and caller is self._arriving:
            caller.waited = False
        self._turn(decision.agent, ringing=1)
        chance = random.random() if manner.misses or manner.declines else 1.0
        if chance < manner.misses:
            return
        kind = OfferDeclined if chance < manner.misses + manner.declines else OfferAccepted
        fact = kind(agent=decision.agent, contact=decision.contact, epoch=decision.epoch)
        after_ms = manner.answers(random)
        if after_ms:
            self._later(Millis(self.at + after_ms), self._tell, fact)
        else:
            self._soon.append(fact)

    def _on_withdrawn(self, decision: WithdrawOffer) -> None:
        self._turn(decision.agent, ringing=-1)

    def _on_assign(self, decision: Assign) -> None:
        self._turn(decision.agent, ringing=-1, handling=1)
        caller = self.open.get(decision.contact)
        if caller is not None:
            self._no_longer_waits(caller)
            caller.agent = decision.agent
            if caller.answered_at is None:
                caller.answered_at = self.at
        for party in Party:
            self._soon.append(MediaConnected(contact=decision.contact, epoch=decision.epoch, party=party))

    def _on_connect(self, decision: Connect) -> None:
        caller = self.open.get(decision.contact)
        if caller is not None and caller.agent is not None:
            fact = AgentHungUp(agent=caller.agent, contact=decision.contact, epoch=decision.epoch)
            self._later(Millis(self.at + caller.handling_ms), self._tell, fact)

    def _on_requeue(self, decision: Requeue) -> None:
        caller = self.open.get(decision.contact)
        if caller is not None:
            self._waits(caller, caller.group)

    def _on_end(self, decision: EndContact) -> None:
        caller = self.open.pop(decision.contact, None)
        if caller is not None:
            self._no_longer_waits(caller)
            caller.ended_at, caller.outcome = self.at, decision.reason
            self._watch.over(caller)
            self._ended = caller

    def _waits(self, caller: Caller, group: GroupId) -> None:
        caller.is_waiting, caller.group = True, group
        if not caller.is_deferred:
            self._watch.queues(group, self.at)

    def _no_longer_waits(self, caller: Caller) -> None:
        if caller.is_waiting:
            caller.is_waiting = False
            if not caller.is_deferred:
                self._watch.leaves(caller.group, self.at)

    def _on_free(self, decision: FreeSlot) -> None:
        self._turn(decision.agent, handling=-1)

    def _on_wrap_up(self, decision: StartWrapUp) -> None:
        # It follows from a contact's end.
        caller = self._ended
        code = "" if caller is None else self._codes.get(caller.group, "done")
        fact = WrapUpFinished(agent=decision.agent, contact=decision.contact, code=code)
        if caller is not None and caller.request.contact == decision.contact and caller.wrap_up_ms:
            self._later(Millis(self.at + caller.wrap_up_ms), self._tell, fact)
        else:
            self._soon.append(fact)

    def _on_not_responding(self, decision: MarkNotResponding) -> None:
        self._desks[decision.agent].responding = False
        self._turn(decision.agent)
        after_ms = self._manners[decision.agent].returns(self._chance(ContactId(""), decision.agent))
        self._later(Millis(self.at + after_ms), self._on_back, decision.agent)

    def _on_responding(self, decision: EndNotResponding) -> None:
        self._desks[decision.agent].responding = True
        self._turn(decision.agent)

    def _on_back(self, agent: AgentId) -> None:
        desk = self._desks[agent]
        if desk.available and not desk.responding:
            self._tell(PresenceChosen(agent=agent, presence=Presence.AVAILABLE))

    def _on_presence(self, decision: SetPresence) -> None:
        self._turn(decision.agent, available=decision.presence in {Presence.AVAILABLE, Presence.ONCE})

    def _on_sign_out(self, decision: SignOut) -> None:
        self._turn(decision.agent, available=False)

    # Small change.

    def _turn(self, agent: AgentId, *, ringing: int = 0, handling: int = 0, available: bool | None = None) -> None:
        desk = self._desks.get(agent)
        if desk is None:
            desk = self._desks[agent] = _Desk()
        if available is not None:
            desk.available, desk.responding = available, True
        desk.ringing += ringing
        desk.handling += handling
        is_ready = desk.available and desk.responding
        self._watch.works(agent, self.at, available=is_ready, ringing=desk.ringing, handling=desk.handling)

    def _later(self, at: Millis, act: Callable[[Any], None], subject: object) -> None:
        self._number += 1
        heappush(self._heap, (at, self._number, act, subject))

    def _tell(self, fact: Fact) -> None:
        self.facts += 1
        decisions = self._core.decide(fact, self.at)
        self.decisions += len(decisions)
        hears = self._hears
        for decision in decisions:
            heard = hears.get(type(decision))
            if heard is not None:
                heard(decision)
