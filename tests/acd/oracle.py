"""A second opinion: what should be so, worked out from facts and time alone.

Written to be believed, not to be fast: everything is looked through from the beginning for
every fact. It shares the words of facts with the core, and nothing else.
"""

from dataclasses import dataclass, field

from acd.config import Group, Site
from acd.facts import (
    AgentAttached,
    AgentDetached,
    AgentHealthChanged,
    AgentHungUp,
    AgentSignedIn,
    AgentSignedOut,
    CallerAttached,
    CallerDetached,
    CallerHungUp,
    ContactContradicted,
    ContactRequested,
    Fact,
    MediaConnected,
    MediaFailed,
    OfferAccepted,
    OfferDeclined,
    PresenceChosen,
    ProcessLost,
    SiteConfigured,
    TimeSkipped,
    WrapUpFinished,
)

A_DAY = 24 * 60 * 60 * 1000


@dataclass
class Person:
    """Somebody with a tab: where its socket is, or until when they may come back."""

    session: str | None = None
    where: str | None = None
    away_until: int | None = None

    def leave(self, at: int, grace: int) -> None:
        self.where, self.away_until = None, at + grace

    def arrive(self, where: str) -> None:
        self.where, self.away_until = where, None


@dataclass
class Call:
    id: str
    group: str
    channel: str
    visitor: str
    asked: int
    number: int
    caller: Person
    phase: str = "queued"
    agent: str | None = None
    epoch: int = 0
    until: int | None = None
    media: set[str] = field(default_factory=set)
    barred: dict[str, int] = field(default_factory=dict)
    in_front: bool = False
    failures: int = 0

    def place(self) -> tuple[int, int]:
        return self.asked - (A_DAY if self.in_front else 0), self.number


@dataclass
class Worker:
    id: str
    groups: tuple[str, ...]
    idle_since: int
    person: Person = field(default_factory=Person)
    presence: str = "offline"
    reason: str = ""
    health: str = "lost"
    doing: str = "idle"
    about: str | None = None
    wrap_up_until: int | None = None
    quiet_until: int | None = None


class Oracle:
    """The floor as it should be.

    Attributes:
        news: What the last fact should have told people: contacts refused or ended with their
            reasons, and offers missed.
    """

    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}
        self.workers: dict[str, Worker] = {}
        self.groups: dict[str, Group] = {}
        self.site: Site | None = None
        self.numbers = 0
        self.at = 0
        self.news: list[tuple[str, str, str]] = []

    def happen(self, fact: Fact, at: int) -> None:
        self.news = []
        self.at = max(self.at, at)
        if isinstance(fact, TimeSkipped) and fact.skipped_ms > 0:
            self._skip(fact.skipped_ms)
        self._time_goes_by()
        self._answer(fact)
        self._ring()

    # Time.

    def deadlines(self) -> list[tuple[int, int, str, str]]:
        """Every moment at which something ends by itself, those that have passed included."""
        found: list[tuple[int | None, int, str, str]] = []
        for call in self.calls.values():
            found.append((call.caller.away_until, 1, call.id, ""))
            found.append((call.until, 3 if call.phase == "offered" else 4, call.id, ""))
            found += [(until, 6, call.id, agent) for agent, until in call.barred.items()]
        for worker in self.workers.values():
            found.append((worker.person.away_until, 2, "", worker.id))
            found.append((worker.wrap_up_until, 5, "", worker.id))
            found.append((worker.quiet_until, 7, "", worker.id))
        return sorted((at, *rest) for at, *rest in found if at is not None)  # type: ignore[misc]

    def _time_goes_by(self) -> None:
        for deadline in self.deadlines():
            at, kind, call_id, agent = deadline
            if at > self.at or deadline not in self.deadlines():
                continue
            match kind:
                case 1:
                    self._finish(self.calls[call_id], "caller_lost")
                case 2:
                    self._send_home(self.workers[agent])
                case 3:
                    call = self.calls[call_id]
                    missed_by = self.workers[str(call.agent)]
                    self._back_in_line(call)
                    missed_by.doing = "not_responding"
                    call.barred[missed_by.id] = self.at + self.groups[call.group].missed_ms
                    self.news.append(("missed", call.id, missed_by.id))
                case 4:
                    self._no_media(self.calls[call_id])
                case 5:
                    self._free(self.workers[agent])
                case 6:
                    del self.calls[call_id].barred[agent]
                case 7:
                    self.workers[agent].quiet_until = None

    def _skip(self, length: int) -> None:
        # What nobody had got round to dealing with is late because of us, too.
        for call in self.calls.values():
            call.until = None if call.until is None else call.until + length
            call.barred = {agent: until + length for agent, until in call.barred.items()}
            if call.caller.away_until is not None:
                call.caller.away_until += length
        for worker in self.workers.values():
            worker.wrap_up_until = None if worker.wrap_up_until is None else worker.wrap_up_until + length
            worker.quiet_until = None if worker.quiet_until is None else worker.quiet_until + length
            if worker.person.away_until is not None:
                worker.person.away_until += length

    # Who rings where.

    def may_ring(self, call: Call, worker: Worker) -> bool:
        return (
            call.phase == "queued"
            and call.caller.where is not None
            and worker.presence == "available"
            and worker.doing == "idle"
            and worker.health != "lost"
            and worker.person.where is not None
            and worker.quiet_until is None
            and call.group in worker.groups
            and worker.id not in call.barred
        )

    def _ring(self) -> None:
        for call in sorted(self.calls.values(), key=Call.place):
            able = [worker for worker in self.workers.values() if self.may_ring(call, worker)]
            for worker in sorted(able, key=lambda worker: (worker.idle_since, worker.id))[:1]:
                call.phase = worker.doing = "offered"
                call.agent, worker.about = worker.id, call.id
                call.epoch += 1
                call.until = self.at + self.groups[call.group].ring_ms

    def position(self, call: Call) -> int:
        return 1 + sum(
            other.place() < call.place()
            for other in self.calls.values()
            if other.phase in {"queued", "offered"} and (other.group, other.channel) == (call.group, call.channel)
        )

    # Facts.

    def _answer(self, fact: Fact) -> None:
        patience = self.site.patience if self.site else None
        match fact:
            case ContactRequested() if fact.contact not in self.calls:
                refusal = self._refusal(fact)
                if refusal:
                    self.news.append(("refused", fact.contact, refusal))
                    return
                assert patience
                self.numbers += 1
                caller = Person(session=fact.session, away_until=self.at + patience.caller_queued_ms)
                self.calls[fact.contact] = Call(
                    fact.contact, fact.group, fact.channel, fact.visitor, self.at, self.numbers, caller
                )
            case CallerAttached():
                call = self.calls.get(fact.contact)
                if call and call.caller.session == fact.session:
                    call.caller.arrive(fact.process)
            case CallerDetached():
                call = self.calls.get(fact.contact)
                if call and self._was_there(call.caller, fact):
                    self._caller_goes(call, leaving=fact.leaving)
            case CallerHungUp():
                call = self.calls.get(fact.contact)
                if call and call.phase == "talking":
                    self._finish(call, "caller_hung_up")
                elif call:
                    self._finish(call, "abandoned")
            case AgentSignedIn():
                worker = self.workers.get(fact.agent)
                if worker and worker.person.session != fact.session:
                    assert patience
                    self._hush(worker)
                    worker.health = "lost"
                    worker.person.session = fact.session
                    worker.person.leave(self.at, patience.agent_ms)
            case AgentAttached():
                worker = self.workers.get(fact.agent)
                if worker and worker.person.session == fact.session:
                    worker.person.arrive(fact.process)
                    worker.health = "healthy"
            case AgentDetached():
                worker = self.workers.get(fact.agent)
                if worker and self._was_there(worker.person, fact):
                    self._worker_goes(worker, leaving=fact.leaving)
            case AgentSignedOut():
                worker = self.workers.get(fact.agent)
                if worker and worker.person.session:
                    self._send_home(worker)
            case PresenceChosen():
                worker = self.workers.get(fact.agent)
                if worker and worker.person.session:
                    if fact.presence != "available":
                        self._hush(worker)
                    elif worker.presence != "available":
                        worker.idle_since = self.at
                    news = (worker.presence, worker.reason) != (fact.presence, fact.reason)
                    if fact.presence == "available" and (news or worker.doing == "not_responding"):
                        for call in self.calls.values():
                            call.barred.pop(worker.id, None)
                    if worker.doing == "not_responding":
                        worker.doing = "idle"
                    worker.presence, worker.reason = fact.presence, fact.reason
            case AgentHealthChanged():
                worker = self.workers.get(fact.agent)
                if worker and worker.person.where and worker.person.session == fact.session:
                    worker.health = fact.health
                    if fact.health == "lost":
                        self._hush(worker)
            case OfferAccepted():
                call = self._call_in(fact.contact, fact.epoch, "offered")
                if call and call.agent == fact.agent:
                    assert patience
                    call.phase = self.workers[fact.agent].doing = "connecting"
                    call.until = self.at + patience.setup_ms
            case OfferDeclined():
                call = self._call_in(fact.contact, fact.epoch, "offered")
                if call and call.agent == fact.agent:
                    self._back_in_line(call)
                    quiet_until = self.at + self.groups[call.group].declined_ms
                    call.barred[fact.agent] = self.workers[fact.agent].quiet_until = quiet_until
            case MediaConnected():
                call = self._call_in(fact.contact, fact.epoch, "connecting")
                if call:
                    call.media.add(fact.party)
                    if call.media == {"caller", "agent"}:
                        call.phase = self.workers[str(call.agent)].doing = "talking"
                        call.until = None
            case MediaFailed():
                call = self._call_in(fact.contact, fact.epoch, "connecting")
                if call:
                    self._no_media(call)
            case AgentHungUp():
                call = self._call_in(fact.contact, fact.epoch, "connecting", "talking")
                if call and call.agent == fact.agent:
                    self._finish(call, "agent_hung_up")
            case WrapUpFinished():
                worker = self.workers.get(fact.agent)
                if worker and worker.doing == "wrap_up" and worker.about == fact.contact:
                    self._free(worker)
            case ContactContradicted():
                call = self._call_in(fact.contact, fact.epoch, "connecting", "talking")
                if call and fact.party == "caller":
                    self._finish(call, "caller_lost")
                elif call:
                    self._to_the_front(call)
            case ProcessLost():
                for call in self.calls.values():
                    if call.caller.where == fact.process:
                        self._caller_goes(call, leaving=False)
                for worker in self.workers.values():
                    if worker.person.where == fact.process:
                        self._worker_goes(worker, leaving=False)
            case SiteConfigured():
                self._configure(fact.site)
            case _:
                pass

    def _refusal(self, fact: ContactRequested) -> str | None:
        group = self.groups.get(fact.group)
        if group is None or self.site is None:
            return "group_unknown"
        if not group.is_open:
            return "group_closed"
        if fact.channel not in group.channels:
            return "channel_unavailable"
        if sum(call.visitor == fact.visitor for call in self.calls.values()) >= self.site.contacts_per_visitor:
            return "too_many_open"
        if self.waiting(fact.group) >= group.max_waiting:
            return "group_full"
        return None

    def waiting(self, group: str) -> int:
        return sum(call.group == group and call.phase in {"queued", "offered"} for call in self.calls.values())

    def _configure(self, site: Site) -> None:
        stay: dict[str, tuple[str, ...]] = {agent.id: agent.groups for agent in site.agents}
        for worker in list(self.workers.values()):
            if worker.id not in stay:
                self._send_home(worker)
                del self.workers[worker.id]
        for agent, groups in stay.items():
            worker = self.workers.setdefault(agent, Worker(agent, groups, self.at))
            worker.groups = groups
        self.site, self.groups = site, {group.id: group for group in site.groups}
        for call in list(self.calls.values()):
            if call.phase in {"queued", "offered"} and call.group not in self.groups:
                self._finish(call, "group_gone")
            elif call.phase == "offered" and call.group not in stay[call.agent or ""]:
                self._back_in_line(call)

    # What becomes of calls and workers.

    def _call_in(self, call_id: str, epoch: int, *phases: str) -> Call | None:
        call = self.calls.get(call_id)
        return call if call and call.epoch == epoch and call.phase in phases else None

    def _was_there(self, person: Person, fact: CallerDetached | AgentDetached) -> bool:
        if person.where is None or person.session != fact.session:
            return False
        return fact.process is None or fact.process == person.where

    def _caller_goes(self, call: Call, *, leaving: bool) -> None:
        assert self.site
        patience = self.site.patience
        if call.phase == "offered":
            self._back_in_line(call)
        grace = patience.caller_queued_ms if call.phase == "queued" else patience.caller_talking_ms
        call.caller.leave(self.at, min(grace, patience.leaving_ms) if leaving else grace)

    def _worker_goes(self, worker: Worker, *, leaving: bool) -> None:
        assert self.site
        patience = self.site.patience
        self._hush(worker)
        worker.health = "lost"
        worker.person.leave(self.at, min(patience.agent_ms, patience.leaving_ms) if leaving else patience.agent_ms)

    def _hush(self, worker: Worker) -> None:
        if worker.doing == "offered":
            self._back_in_line(self.calls[str(worker.about)])

    def _back_in_line(self, call: Call) -> None:
        worker = self.workers[str(call.agent)]
        worker.doing, worker.about = "idle", None
        call.phase, call.agent, call.until = "queued", None, None
        call.media = set()

    def _to_the_front(self, call: Call) -> None:
        if call.group not in self.groups:
            self._finish(call, "group_gone", wrap_up=False)
            return
        worker = self.workers[str(call.agent)]
        if call.phase == "talking":
            worker.idle_since = self.at
        self._back_in_line(call)
        call.in_front = True

    def _no_media(self, call: Call) -> None:
        if call.failures == 2:
            self._finish(call, "setup_failed")
            return
        call.failures += 1
        agent = str(call.agent)
        self._to_the_front(call)
        if call.id in self.calls:
            call.barred[agent] = self.at + self.groups[call.group].missed_ms

    def _finish(self, call: Call, why: str, *, wrap_up: bool = True) -> None:
        if call.agent is not None:
            worker = self.workers[call.agent]
            group = self.groups.get(call.group)
            if call.phase == "talking" and wrap_up and group is not None and group.wrap_up_ms > 0:
                worker.doing, worker.about = "wrap_up", call.id
                worker.wrap_up_until = self.at + group.wrap_up_ms
            elif call.phase == "talking":
                self._free(worker)
            else:
                worker.doing, worker.about = "idle", None
        del self.calls[call.id]
        self.news.append(("ended", call.id, why))

    def _free(self, worker: Worker) -> None:
        worker.doing, worker.about, worker.wrap_up_until = "idle", None, None
        worker.idle_since = self.at

    def _send_home(self, worker: Worker) -> None:
        self._hush(worker)
        if worker.doing == "wrap_up":
            self._free(worker)
        elif worker.doing in {"connecting", "talking"}:
            self._to_the_front(self.calls[str(worker.about)])
        worker.doing, worker.about = "idle", None
        worker.person = Person()
        worker.presence, worker.reason, worker.health = "offline", "", "lost"
