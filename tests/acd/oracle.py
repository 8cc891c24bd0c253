"""A second opinion: what should be so, worked out from facts and time alone.

Written to be believed, not to be fast: everything is looked through from the beginning for
every fact. It shares the words of facts and of configuration with the core, and nothing else;
even opening hours are told to it by whoever asks for its opinion.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from acd.config import Absence, Agent, Answer, AnswerKind, Callbacks, Channel, Group, Interruption, Kind, Need, Site
from acd.facts import (
    AgentAttached,
    AgentDetached,
    AgentElsewhere,
    AgentHealthChanged,
    AgentHungUp,
    AgentSignedIn,
    AgentSignedOut,
    AssignmentAsked,
    CallbackChosen,
    CallerAnswered,
    CallerAttached,
    CallerDetached,
    CallerHungUp,
    CallerReturned,
    ConferenceAsked,
    ConsultAsked,
    ConsultEndAsked,
    ContactContradicted,
    ContactRequested,
    EndAsked,
    Fact,
    GroupClosed,
    GroupReopened,
    HandOverAsked,
    HoldAsked,
    MediaConnected,
    MediaFailed,
    OfferAccepted,
    OfferDeclined,
    PresenceChosen,
    ProcessLost,
    SiteConfigured,
    TimeSkipped,
    TransferAsked,
    WrapUpFinished,
)

A_DAY = 24 * 60 * 60 * 1000
TWO_MINUTES = 2 * 60 * 1000
A_SECOND = 1000
OF_WAITING = (
    "needs",
    "relaxations",
    "strategy",
    "preferred_ms",
    "level_ms",
    "urgent_at",
    "urgent_ms",
    "max_wait_ms",
)
"""Rules of a group that matter for who waits there already."""
KINDS = {
    Channel.VOICE: Kind.LIVE,
    Channel.VIDEO: Kind.LIVE,
    Channel.CHAT: Kind.CHAT,
    Channel.MESSAGE: Kind.MESSAGE,
}

Opening = Callable[[Group, int], tuple[bool, int | None]]
"""Whether a group's hours say open at a moment, and when that changes next."""


def always_open(group: Group, at: int) -> tuple[bool, int | None]:
    return True, None


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


@dataclass(frozen=True)
class Wish:
    """What a contact asks for at one step: skills and levels, or one agent."""

    needs: tuple[Need, ...] = ()
    agent: str | None = None
    length: int | None = None
    by_hand: bool = False


@dataclass
class Asked:
    """What the caller is asked."""

    answer: Answer
    why: str
    until: int | None
    to: TransferAsked | None = None


@dataclass
class Promise:
    """That we call back."""

    due: int | None
    expires: int
    pause_until: int | None = None
    invitations: int = 0
    invited_until: int | None = None


@dataclass
class Third:
    """A colleague who joins a call beside its agent."""

    agent: str
    advice: str
    epoch: int
    until: int | None
    media: set[str] = field(default_factory=set)
    will_have_it: bool = False


@dataclass
class Call:
    id: str
    group: str
    channel: Channel
    visitor: str
    asked: int
    number: int
    caller: Person
    policy: str = ""
    own_needs: tuple[Need, ...] = ()
    phase: str = "queued"
    agent: str | None = None
    rings: dict[str, int] = field(default_factory=dict)
    shared: bool = False
    epoch: int = 0
    until: int | None = None
    media: set[str] = field(default_factory=set)
    barred: dict[str, int] = field(default_factory=dict)
    ahead: int = 0
    """Head starts of every sort but the next one."""
    behind: int = 0
    """What a date in the future takes off."""
    failures: int = 0
    wishes: list[Wish] = field(default_factory=lambda: [Wish()])
    wish: int = 0
    wish_until: int | None = None
    came: int = 0
    preferred: str | None = None
    settled: bool = False
    """That it waits for too long has been dealt with."""
    urgent_at: int | None = None
    was_urgent: bool = False
    too_long_at: int | None = None
    failed_offers: int = 0
    alarmed: bool = False
    been_in: list[str] = field(default_factory=list)
    question: Asked | None = None
    promise: Promise | None = None
    about: str | None = None
    """The call about which a colleague is asked in this one."""
    asker: str | None = None
    advice: str | None = None
    """The call in which a colleague is asked about this one."""
    advice_ended: str | None = None
    third: Third | None = None
    top_epoch: int = 0
    """The highest ever given."""

    @property
    def kind(self) -> Kind:
        return KINDS[self.channel]

    @property
    def in_line(self) -> bool:
        return self.phase in {"queued", "offered"}

    @property
    def held(self) -> bool:
        """Its caller keeps the place without being there."""
        return self.promise is not None and self.caller.where is None

    @property
    def written(self) -> bool:
        return self.kind is Kind.MESSAGE

    @property
    def asks(self) -> Wish:
        return self.wishes[self.wish]

    def since(self) -> int:
        """Since when it counts as waiting."""
        return self.asked - self.ahead - self.behind

    def place(self) -> tuple[int, int]:
        return self.since(), self.number


@dataclass
class Slot:
    call: str
    channel: Channel
    group: str
    doing: str = "offered"
    until: int | None = None

    @property
    def kind(self) -> Kind:
        return KINDS[self.channel]


@dataclass
class Worker:
    id: str
    profile: Agent
    idle_since: int
    person: Person = field(default_factory=Person)
    presence: str = "offline"
    reason: str = ""
    health: str = "lost"
    slots: dict[str, Slot] = field(default_factory=dict)
    responding: bool = True
    silent_until: int | None = None
    quiet_until: int | None = None
    elsewhere: dict[str, int] = field(default_factory=dict)

    @property
    def at_work(self) -> bool:
        return self.person.session is not None and self.presence in {"available", "once"} and self.responding

    def level(self, skill: str) -> int:
        return sum(has.level for has in self.profile.skills if has.skill == skill)


@dataclass
class Door:
    """Whether a group may be entered, and what becomes of those inside."""

    open_by_hours: bool = True
    changes_at: int | None = None
    by_hand: bool = False
    serve_until: int | None = None
    answer: Answer | None = None
    last_asked: str | None = None


@dataclass
class Memory:
    kind: str
    agent: str | None
    until: int


News = tuple[str, ...]
Due = tuple[int, int, str, str, str]


class Oracle:
    """The floor as it should be.

    Attributes:
        news: What the last fact should have told people, such as contacts refused or ended with
            their reasons, and offers missed.
    """

    def __init__(self, opening: Opening = always_open) -> None:
        self.calls: dict[str, Call] = {}
        self.workers: dict[str, Worker] = {}
        self.groups: dict[str, Group] = {}
        self.doors: dict[str, Door] = {}
        self.memories: dict[str, Memory] = {}
        self.site: Site | None = None
        self.numbers = 0
        self.at = 0
        self.news: list[News] = []
        self._opening = opening

    def happen(self, fact: Fact, at: int) -> None:
        self.news = []
        self.at = max(self.at, at)
        if isinstance(fact, TimeSkipped) and fact.skipped_ms > 0:
            self._skip(fact.skipped_ms)
        self._time_goes_by()
        self._answer(fact)
        self._give_up_hope()
        self._ask_in_vain()
        self._invite()
        self._ring()

    # Time.

    def deadlines(self) -> list[Due]:
        """Every moment at which something ends by itself, those that have passed included."""
        return sorted((at, *rest) for at, *rest in self._moments() if at is not None)  # type: ignore[misc]

    def _moments(self) -> Iterator[tuple[int | None, int, str, str, str]]:
        for call in self.calls.values():
            yield call.caller.away_until, 1, call.id, "", ""
            for agent, until in call.rings.items():
                yield until, 3, call.id, agent, ""
            yield call.until, 4, call.id, "", ""
            if call.third:
                yield call.third.until, 20, call.id, "", ""
            for agent, until in call.barred.items():
                yield until, 6, call.id, agent, ""
            if call.in_line:
                yield call.wish_until, 10, call.id, "", ""
                yield call.urgent_at, 11, call.id, "", ""
            if call.phase == "queued":
                if call.question:
                    yield call.question.until, 13, call.id, "", ""
                yield call.too_long_at, 12, call.id, "", ""
            if call.promise and call.held:
                pending = [moment for moment in (call.promise.due, call.promise.pause_until) if moment is not None]
                if call.promise.invited_until is None:
                    yield max(pending, default=None), 14, call.id, "", ""
                yield call.promise.invited_until, 15, call.id, "", ""
                yield call.promise.expires, 16, call.id, "", ""
        for worker in self.workers.values():
            yield worker.person.away_until, 2, "", worker.id, ""
            for slot in worker.slots.values():
                yield slot.until, 5, slot.call, worker.id, ""
            yield worker.quiet_until, 7, "", worker.id, ""
            for source, until in worker.elsewhere.items():
                yield until, 17, "", worker.id, source
            yield worker.silent_until, 18, "", worker.id, ""
        for group, door in self.doors.items():
            yield door.changes_at, 8, "", "", group
            yield door.serve_until, 9, "", "", group
        for visitor, memory in self.memories.items():
            yield memory.until, 19, "", "", visitor

    def next_moment(self) -> int | None:
        """When something changes by itself, if nothing happens before: deadlines and delays."""
        moments = [deadline[0] for deadline in self.deadlines()[:1]]
        for call in self.calls.values():
            for worker in self.workers.values():
                moment = self.fits_from(call, worker)
                if moment is not None and moment > self.at:
                    moments.append(moment)
        return min(moments, default=None)

    def _time_goes_by(self) -> None:
        for deadline in self.deadlines():
            if deadline[0] <= self.at and deadline in self.deadlines():
                self._pass(deadline)

    def _pass(self, deadline: Due) -> None:
        _, kind, call_id, agent, other = deadline
        match kind:
            case 1 if self.calls[call_id].promise:
                self._miss_invitation(self.calls[call_id])
            case 1:
                self._finish(self.calls[call_id], "caller_lost")
            case 2:
                self._send_home(self.workers[agent])
            case 3:
                self._ring_out(self.calls[call_id], self.workers[agent])
            case 4:
                self._no_media(self.calls[call_id])
            case 5:
                self._end_wrap_up(self.workers[agent], call_id)
            case 6:
                del self.calls[call_id].barred[agent]
            case 7:
                self.workers[agent].quiet_until = None
            case 8:
                self._look_at_the_clock(self.groups[other])
            case 9:
                self._end_service(self.groups[other])
            case 10:
                self._next_wish(self.calls[call_id])
            case 11:
                call = self.calls[call_id]
                call.urgent_at, call.was_urgent = None, True
                call.ahead += self.groups[call.group].urgent_ms
            case 12:
                self._too_long(self.calls[call_id])
            case 13:
                self._hear(self.calls[call_id], yes=False)
            case 14:
                promise = self.calls[call_id].promise
                assert promise
                promise.due = promise.pause_until = None
            case 15:
                self._miss_invitation(self.calls[call_id])
            case 16:
                self._finish(self.calls[call_id], "callback_missed")
            case 17:
                del self.workers[agent].elsewhere[other]
            case 18:
                self.workers[agent].responding, self.workers[agent].silent_until = True, None
            case 19:
                del self.memories[other]
            case 20:
                self._send_third_away(self.calls[call_id], "setup_failed")

    def _skip(self, length: int) -> None:
        # What nobody had got round to dealing with is late because of us, too. The moments of
        # the world stay: when somebody asked, opening hours, the date of a callback.
        def later(moment: int | None) -> int | None:
            return None if moment is None else moment + length

        for call in self.calls.values():
            call.until, call.wish_until = later(call.until), later(call.wish_until)
            call.urgent_at, call.too_long_at = later(call.urgent_at), later(call.too_long_at)
            call.barred = {agent: until + length for agent, until in call.barred.items()}
            call.rings = {agent: until + length for agent, until in call.rings.items()}
            call.caller.away_until = later(call.caller.away_until)
            if call.question:
                call.question.until = later(call.question.until)
            if call.third:
                call.third.until = later(call.third.until)
            if call.promise:
                call.promise.pause_until = later(call.promise.pause_until)
                call.promise.invited_until = later(call.promise.invited_until)
                call.promise.expires += length
        for worker in self.workers.values():
            worker.person.away_until = later(worker.person.away_until)
            worker.quiet_until, worker.silent_until = later(worker.quiet_until), later(worker.silent_until)
            worker.elsewhere = {source: until + length for source, until in worker.elsewhere.items()}
            for slot in worker.slots.values():
                slot.until = later(slot.until)
        for door in self.doors.values():
            door.serve_until = later(door.serve_until)
        for memory in self.memories.values():
            memory.until += length

    # Who may be offered what.

    def has_room(self, worker: Worker, kind: Kind) -> bool:
        slots = worker.slots.values()
        if worker.presence == "once" and slots:
            return False
        if any(slot.doing not in {"talking", "held"} for slot in slots):
            return False
        capacity = worker.profile.capacity
        most = {Kind.LIVE: min(capacity.live, 1), Kind.CHAT: capacity.chat, Kind.MESSAGE: capacity.message}[kind]
        others = {slot.kind for slot in slots} - {kind}
        return sum(slot.kind == kind for slot in slots) < most and all(
            Interruption(busy=other, by=kind) in capacity.interruptions for other in others
        )

    def takes(self, worker: Worker, kind: Kind) -> bool:
        return (
            worker.at_work
            and worker.person.where is not None
            and worker.health != "lost"
            and worker.quiet_until is None
            and not worker.elsewhere
            and self.has_room(worker, kind)
        )

    def meets(self, worker: Worker, wish: Wish, group: str) -> bool:
        """Whether the agent is one whom this step of a contact of the group asks for."""
        if wish.agent is not None and wish.agent != worker.id:
            return False
        if group not in worker.profile.groups and not wish.by_hand:
            return False
        return all(worker.level(need.skill) >= need.level for need in wish.needs)

    def fits_from(self, call: Call, worker: Worker) -> int | None:
        """From when the two fit, if all stays as it is; ``None``: they do not."""
        there = call.caller.where is not None or call.written or call.about is not None
        joins = call.phase == "offered" and call.shared
        if not there or not (call.phase == "queued" or joins) or worker.id in call.barred:
            return None
        if not self.takes(worker, call.kind) or not self.meets(worker, call.asks, call.group):
            return None
        delay = next((m.delay_ms for m in worker.profile.memberships if m.group == call.group), 0)
        # Even without a delay nobody is asked for a contact before its date.
        return call.since() + (0 if call.asks.agent is not None else delay)

    def fits(self, call: Call, worker: Worker) -> bool:
        moment = self.fits_from(call, worker)
        return moment is not None and moment <= self.at

    # Which pair is next.

    def _ring(self) -> None:
        while (found := self._first_with_an_agent("queued")) is not None:
            call, able = found
            if self._rings_at_all(call):
                for worker in able:
                    self._offer(call, worker)
                continue
            worker = able[0]
            theirs = [
                other for other in self.calls.values() if self.fits(other, worker) and not self._rings_at_all(other)
            ]
            self._offer(min(theirs, key=lambda other: self._place_for(worker, other)), worker)
        while (found := self._first_with_an_agent("offered")) is not None:
            self._offer(found[0], found[1][0])

    def _first_with_an_agent(self, phase: str) -> tuple[Call, list[Worker]] | None:
        for call in sorted(self.calls.values(), key=Call.place):
            able = [worker for worker in self.workers.values() if call.phase == phase and self.fits(call, worker)]
            if able:
                return call, sorted(able, key=lambda worker: self._preference(call, worker))
        return None

    def _rings_at_all(self, call: Call) -> bool:
        return call.shared if call.phase == "offered" else self.groups[call.group].strategy == "ring_all"

    def _place_for(self, worker: Worker, call: Call) -> tuple[int, int]:
        head_start = next((m.head_start_ms for m in worker.profile.memberships if m.group == call.group), 0)
        return call.since() - head_start, call.number

    def _preference(self, call: Call, worker: Worker) -> tuple[object, ...]:
        longest_idle = (worker.idle_since, worker.id)
        match self.groups[call.group].strategy:
            case "least_occupied":
                capacity = worker.profile.capacity
                whole = min(capacity.live, 1) + capacity.chat + capacity.message
                return len(worker.slots) * 1000 // whole, *longest_idle
            case "round_robin":
                last = self.doors[call.group].last_asked
                return last is not None and worker.id <= last, worker.id
            case "best_skilled":
                return -sum(worker.level(need.skill) for need in call.asks.needs), *longest_idle
            case _:
                return longest_idle

    def _offer(self, call: Call, worker: Worker) -> None:
        if call.phase == "queued":
            call.top_epoch += 1
            call.epoch = call.top_epoch
            call.shared = self._rings_at_all(call)
        call.phase = "offered"
        call.rings[worker.id] = self.at + self.groups[call.group].ring_ms
        worker.slots[call.id] = Slot(call.id, call.channel, call.group)
        self.doors[call.group].last_asked = worker.id
        self.news.append(("offered", call.id, worker.id))

    # What else follows from how things are.

    def _give_up_hope(self) -> None:
        for call in self.calls.values():
            while call.in_line and self._is_hopeless(call):
                self._next_wish(call)

    def _ask_in_vain(self) -> None:
        """Nobody at work is left who could be asked and has not declined."""
        for call in list(self.calls.values()):
            able = [
                worker
                for worker in self.workers.values()
                if worker.at_work and worker.id != call.asker and worker.id not in call.barred
            ]
            wishes = call.wishes[call.wish :]
            somebody = any(self.meets(worker, wish, call.group) for worker in able for wish in wishes)
            if call.about and call.phase == "queued" and not somebody:
                self._finish(call, "not_answered")

    def _is_hopeless(self, call: Call) -> bool:
        if call.asks.agent is None and not self.groups[call.group].skip_hopeless:
            return False
        at_work = [worker for worker in self.workers.values() if worker.at_work]
        if any(self.meets(worker, call.asks, call.group) for worker in at_work):
            return False
        return any(self.meets(worker, wish, call.group) for wish in call.wishes[call.wish + 1 :] for worker in at_work)

    def _next_wish(self, call: Call) -> None:
        call.wish += 1
        call.wish_until = None if call.asks.length is None else self.at + call.asks.length

    def _invite(self) -> None:
        for call in sorted(self.calls.values(), key=Call.place):
            if call.promise and self._may_be_invited(call, call.promise):
                call.promise.invitations += 1
                call.promise.invited_until = self.at + self._callbacks(call).invite_ms
                self.news.append(("invited", call.id, str(call.promise.invitations)))

    def _may_be_invited(self, call: Call, promise: Promise) -> bool:
        pending = (promise.due, promise.pause_until, promise.invited_until, call.caller.away_until)
        if not call.held or any(moment is not None for moment in pending) or not self.is_open(call.group):
            return False
        of_group = [worker for worker in self.workers.values() if call.group in worker.profile.groups]
        if not any(worker.at_work for worker in of_group):
            return False
        here = sum(
            other.in_line
            and (other.group, other.kind) == (call.group, call.kind)
            and other.place() < call.place()
            and (
                other.caller.where is not None
                or other.about is not None
                or bool(other.promise and other.promise.invited_until is not None)
            )
            for other in self.calls.values()
        )
        free = sum(self.takes(worker, call.kind) for worker in of_group)
        return here <= free + self._callbacks(call).ahead

    # What one can see.

    def position(self, call: Call) -> int:
        return 1 + sum(
            other.in_line
            and other.place() < call.place()
            and (other.group, other.channel) == (call.group, call.channel)
            for other in self.calls.values()
        )

    def waiting(self, group: str) -> int:
        return sum(
            call.group == group and call.in_line and not call.written and call.promise is None and call.about is None
            for call in self.calls.values()
        )

    def is_open(self, group: str) -> bool:
        door = self.doors[group]
        return self.groups[group].is_open and door.open_by_hours and not door.by_hand

    # Facts.

    def _answer(self, fact: Fact) -> None:
        match fact:
            case SiteConfigured():
                self._configure(fact.site)
            case ContactRequested() if fact.contact not in self.calls:
                self._request(fact)
            case (
                CallerAttached()
                | CallerDetached()
                | CallerHungUp()
                | CallbackChosen()
                | CallerReturned()
                | CallerAnswered()
                | EndAsked()
            ):
                call = self.calls.get(fact.contact)
                if call:
                    self._of_caller(call, fact)
            case AssignmentAsked():
                call, worker = self.calls.get(fact.contact), self.workers.get(fact.agent)
                if call and worker and call.in_line and worker.id != call.asker:
                    self._assign(call, worker)
            case (
                AgentSignedIn()
                | AgentAttached()
                | AgentDetached()
                | AgentSignedOut()
                | PresenceChosen()
                | AgentHealthChanged()
                | AgentElsewhere()
                | WrapUpFinished()
            ):
                worker = self.workers.get(fact.agent)
                if worker:
                    self._of_agent(worker, fact)
            case OfferAccepted() | OfferDeclined():
                call = self._call_in(fact.contact, fact.epoch, "offered")
                if call and fact.agent in call.rings:
                    self._of_offer(call, self.workers[fact.agent], fact)
            case MediaConnected() if third := self._third_in(fact.contact, fact.epoch):
                third.media.add(fact.party)
                if third.media == {"caller", "agent"} and third.until is not None:
                    third.until = None
                    self.news.append(("conference", fact.contact))
                    if third.will_have_it:
                        self._leave_to_third(self.calls[fact.contact])
            case MediaFailed() if third := self._third_in(fact.contact, fact.epoch):
                if third.until is not None:
                    self._send_third_away(self.calls[fact.contact], "setup_failed")
            case ContactContradicted() if self._third_in(fact.contact, fact.epoch):
                self._send_third_away(self.calls[fact.contact], "contradicted")
            case HoldAsked() | ConsultAsked() | ConsultEndAsked() | ConferenceAsked() | HandOverAsked():
                call = self._call_in(fact.contact, fact.epoch, "talking")
                if call and call.agent == fact.agent and call.about is None and call.kind is Kind.LIVE:
                    self._of_talk(call, fact)
            case MediaConnected():
                call = self._call_in(fact.contact, fact.epoch, "connecting")
                if call:
                    call.media.add(fact.party)
                    if call.media == {"caller", "agent"}:
                        self._talk(call)
            case MediaFailed():
                call = self._call_in(fact.contact, fact.epoch, "connecting")
                if call:
                    self._no_media(call)
            case AgentHungUp():
                call = self._call_in(fact.contact, fact.epoch, "connecting", "talking")
                if call and call.agent == fact.agent:
                    self._finish(call, "agent_hung_up")
            case TransferAsked():
                call = self._call_in(fact.contact, fact.epoch, "talking")
                if call and call.agent == fact.agent and not call.about and self._can_be_handed_on(call, fact):
                    self._ask_or_hand_on(call, fact)
            case ContactContradicted():
                call = self._call_in(fact.contact, fact.epoch, "connecting", "talking")
                if call and fact.party == "caller":
                    self._finish(call, "caller_lost")
                elif call:
                    self._to_the_front(call)
            case GroupClosed() | GroupReopened():
                if fact.group in self.groups:
                    self._by_hand(self.groups[fact.group], fact)
            case ProcessLost():
                for call in self.calls.values():
                    if call.caller.where == fact.process:
                        self._caller_goes(call, leaving=False)
                for worker in self.workers.values():
                    if worker.person.where == fact.process:
                        self._worker_goes(worker, leaving=False)
            case _:
                pass

    def _of_talk(
        self, call: Call, fact: HoldAsked | ConsultAsked | ConsultEndAsked | ConferenceAsked | HandOverAsked
    ) -> None:
        advice = self.calls[call.advice] if call.advice else None
        match fact:
            case HoldAsked() if call.third is None:
                self._put_on_hold(call, on=fact.on)
            case ConsultAsked() if advice is None and fact.consult not in self.calls:
                self._ask_a_colleague(call, fact)
            case ConsultEndAsked() if advice:
                self._finish(advice, "caller_hung_up" if advice.phase == "talking" else "abandoned")
                self._put_on_hold(call, on=False)
            case ConferenceAsked() if advice and advice.phase == "talking" and call.third is None:
                self._put_on_hold(call, on=False)
                self._bring_in(call, advice)
            case HandOverAsked() if call.third:
                call.third.will_have_it = True
                if call.third.until is None:
                    self._leave_to_third(call)
            case HandOverAsked() if advice and advice.phase == "talking":
                self._bring_in(call, advice).will_have_it = True
            case _:
                pass

    def _of_caller(
        self,
        call: Call,
        fact: CallerAttached
        | CallerDetached
        | CallerHungUp
        | CallbackChosen
        | CallerReturned
        | CallerAnswered
        | EndAsked,
    ) -> None:
        match fact:
            case CallerAttached():
                if call.caller.session == fact.session and not call.written:
                    call.caller.arrive(fact.process)
                    if call.promise:
                        call.promise.invited_until = None
            case CallerDetached():
                if self._was_there(call.caller, fact):
                    self._caller_goes(call, leaving=fact.leaving)
            case CallerHungUp() if call.promise:
                self._finish(call, "callback_cancelled")
            case CallerHungUp():
                self._finish(call, "caller_hung_up" if call.phase == "talking" else "abandoned")
            case CallbackChosen():
                if call.in_line and call.promise is None and not call.about and self._calls_back(call):
                    self._hold(call, fact.due_at)
            case CallerReturned():
                if call.promise and call.caller.session != fact.session:
                    assert self.site
                    self._withdraw_all(call)
                    call.caller.session = fact.session
                    call.caller.leave(self.at, self.site.patience.caller_queued_ms)
            case CallerAnswered():
                if call.question and call.question.to:
                    if fact.accepted and self._can_be_handed_on(call, call.question.to):
                        self._hand_on(call, call.question.to)
                    else:
                        call.question = None
                elif call.question and call.in_line:
                    self._hear(call, yes=fact.accepted)
            case EndAsked():
                self._finish(call, "supervisor")

    def _of_agent(
        self,
        worker: Worker,
        fact: AgentSignedIn
        | AgentAttached
        | AgentDetached
        | AgentSignedOut
        | PresenceChosen
        | AgentHealthChanged
        | AgentElsewhere
        | WrapUpFinished,
    ) -> None:
        assert self.site
        match fact:
            case AgentSignedIn():
                if worker.person.session != fact.session:
                    self._hush(worker)
                    worker.health = "lost"
                    worker.person.session = fact.session
                    worker.person.leave(self.at, self.site.patience.agent_ms)
            case AgentAttached():
                if worker.person.session == fact.session:
                    worker.person.arrive(fact.process)
                    worker.health = "healthy"
            case AgentDetached():
                if self._was_there(worker.person, fact):
                    self._worker_goes(worker, leaving=fact.leaving)
            case AgentSignedOut():
                if worker.person.session:
                    self._send_home(worker)
            case PresenceChosen():
                if worker.person.session:
                    self._choose(worker, fact.presence, fact.reason)
            case AgentHealthChanged():
                if worker.person.where and worker.person.session == fact.session:
                    worker.health = fact.health
                    if fact.health == "lost":
                        self._hush(worker)
            case AgentElsewhere():
                worker.elsewhere.pop(fact.source, None)
                if fact.for_ms > 0:
                    worker.elsewhere[fact.source] = self.at + fact.for_ms
                    self._hush(worker)
            case WrapUpFinished():
                slot = worker.slots.get(fact.contact)
                if slot and slot.doing == "wrap_up":
                    group = self.groups.get(slot.group)
                    code = fact.code if group is None or not group.codes or fact.code in group.codes else ""
                    must = group is not None and group.wrap_up == "mandatory" and group.codes
                    if code or not must:
                        self._end_wrap_up(worker, slot.call, code)

    def _of_offer(self, call: Call, worker: Worker, fact: OfferAccepted | OfferDeclined) -> None:
        assert self.site
        group = self.groups[call.group]
        match fact:
            case OfferAccepted():
                for other in set(call.rings) - {worker.id}:
                    del self.workers[other].slots[call.id]
                call.rings = {}
                call.phase = worker.slots[call.id].doing = "connecting"
                call.agent = worker.id
                call.until = self.at + self.site.patience.setup_ms
                call.question = call.promise = call.too_long_at = None
                call.settled = True
                if call.written:
                    self._talk(call)
                if call.about:
                    self._put_on_hold(self.calls[call.about], on=True)
            case OfferDeclined(busy=True):
                self._withdraw(call, worker, failed=True)
                self._leave_alone(worker, group.busy_ms)
            case OfferDeclined():
                self._withdraw(call, worker, failed=True)
                call.barred[worker.id] = self.at + group.declined_ms
                self._leave_alone(worker, group.declined_ms)

    # Being let in.

    def _request(self, fact: ContactRequested) -> None:
        asked = self.groups.get(fact.group)
        if asked is None or self.site is None:
            self._refuse(fact, "group_unknown")
            return
        written = fact.channel is Channel.MESSAGE
        back = fact.callback and not written
        whatever = written or back
        if not whatever and not self.is_open(asked.id):
            self._let_in_elsewhere(fact, asked, "group_closed", asked.when_closed, [asked.id])
            return
        if fact.channel not in asked.channels or (back and asked.callbacks is None):
            self._refuse(fact, "channel_unavailable")
            return
        if self._has_too_many(fact):
            self._refuse(fact, "too_many_open")
            return
        obstacle = None if whatever else self._obstacle(asked)
        if obstacle is None:
            self._admit(fact, asked)
        else:
            self._let_in_elsewhere(fact, asked, *obstacle, [asked.id])

    def _has_too_many(self, fact: ContactRequested) -> bool:
        assert self.site
        return sum(call.visitor == fact.visitor for call in self.calls.values()) >= self.site.contacts_per_visitor

    def _obstacle(self, group: Group) -> tuple[str, Answer] | None:
        """Why the group lets no live contact or chat in, and what it answers to that."""
        if not self.is_open(group.id):
            return "group_closed", group.when_closed
        of_group = [worker for worker in self.workers.values() if group.id in worker.profile.groups]
        present = [worker for worker in of_group if not self._absences(worker) & set(group.empty_for)]
        if group.empty_for and not present:
            return "group_empty", group.when_empty
        if sum(Absence.SIGNED_OUT not in self._absences(worker) for worker in present) < group.min_staff:
            return "group_understaffed", group.when_understaffed
        if self.waiting(group.id) >= group.max_waiting:
            return "group_full", group.when_full
        return None

    def _let_in_elsewhere(
        self, fact: ContactRequested, group: Group, why: str, answer: Answer, tried: list[str]
    ) -> None:
        assert self.site
        other = self.groups.get(answer.group or "") if answer.kind is AnswerKind.GROUP else None
        if answer.kind is AnswerKind.GROUP and (
            other is None or other.id in tried or fact.channel not in other.channels
        ):
            answer, other = Answer(), None
        if other is None or other.policy != group.policy:
            self._refuse(fact, why, answer)
            return
        if self.is_open(other.id) and self._has_too_many(fact):
            self._refuse(fact, "too_many_open")
            return
        obstacle = self._obstacle(other)
        if obstacle is None:
            self._admit(fact, other)
        else:
            self._let_in_elsewhere(fact, other, *obstacle, [*tried, other.id])

    def _refuse(self, fact: ContactRequested, why: str, answer: Answer | None = None) -> None:
        answer = answer or Answer()
        self.news.append(("refused", fact.contact, why, answer.kind, answer.group or ""))

    def _absences(self, worker: Worker) -> set[Absence]:
        found = {
            Absence.SIGNED_OUT: worker.person.session is None or worker.presence == "offline",
            Absence.BREAK: worker.presence == "break",
            Absence.BUSY: worker.presence == "busy",
            Absence.ELSEWHERE: bool(worker.elsewhere),
            Absence.NOT_RESPONDING: not worker.responding,
            Absence.LOST: worker.health == "lost" or worker.person.where is None,
            Absence.ENGAGED: not self.has_room(worker, Kind.LIVE),
        }
        return {absence for absence, is_so in found.items() if is_so}

    def _admit(self, fact: ContactRequested, group: Group) -> None:
        assert self.site
        self.numbers += 1
        call = Call(
            fact.contact,
            group.id,
            fact.channel,
            fact.visitor,
            self.at,
            self.numbers,
            Person(session=fact.session),
            own_needs=fact.needs,
            ahead=fact.priority * self.site.point_ms,
        )
        memory = self.memories.pop(fact.visitor, None)
        remembered = {"dropped": group.dropped_ms, "unanswered": group.unanswered_ms}
        call.ahead += remembered.get(memory.kind, 0) if memory else 0
        call.preferred = fact.preferred or (memory.agent if memory else None)
        self._join(call, group)
        self.calls[call.id] = call
        if fact.callback and not call.written:
            self._hold(call, fact.due_at)
        elif not call.written:
            call.caller.away_until = self.at + self.site.patience.caller_queued_ms
        self.news.append(("admitted", call.id, group.id))

    def _join(self, call: Call, group: Group) -> None:
        call.group, call.policy = group.id, group.policy
        call.been_in.append(group.id)
        call.came, call.settled = self.at, False
        self._apply_rules(call, group)

    def _apply_rules(self, call: Call, group: Group) -> None:
        """Give the contact the steps and times that these rules make of the time since it came."""
        call.wishes = self._wishes(group, call.own_needs)
        worker = self.workers.get(call.preferred or "")
        serves = worker is not None and group.id in worker.profile.groups
        if group.strategy == "preferred_agent" and group.preferred_ms > 0 and serves:
            call.wishes.insert(0, Wish(agent=call.preferred, length=group.preferred_ms))
        call.wish, begins = 0, call.came
        while call.asks.length is not None and begins + call.asks.length <= self.at and call.came < self.at:
            begins += call.asks.length
            call.wish += 1
        call.wish_until = None if call.asks.length is None else begins + call.asks.length
        is_urgent = group.urgent_ms > 0 and not call.was_urgent
        call.urgent_at = call.asked + group.level_ms * group.urgent_at // 100 if is_urgent else None
        waits_for_ever = group.max_wait_ms == 0 or call.written or call.settled
        call.too_long_at = None if waits_for_ever else call.came + group.max_wait_ms

    def _wishes(self, group: Group, own: tuple[Need, ...]) -> list[Wish]:
        needs = self._together((*group.needs, *own))
        lengths: list[int | None] = [relaxation.after_ms for relaxation in group.relaxations]
        steps = [needs]
        for relaxation in group.relaxations:
            left = []
            for need in steps[-1]:
                everything = not relaxation.drop and relaxation.lower_by == 0
                level = need.level - relaxation.lower_by
                if need.must:
                    left.append(need)
                elif not everything and need.skill not in relaxation.drop and level >= 1:
                    left.append(Need(skill=need.skill, level=level))
            steps.append(tuple(left))
        if group.relaxations:
            steps.append(tuple(need for need in needs if need.must))
            lengths.append(lengths[-1])
        lengths.append(None)
        wishes: list[Wish] = []
        for step, length in zip(steps, lengths, strict=True):
            if not wishes or wishes[-1].needs != step:
                wishes.append(Wish(needs=step, length=length))
        wishes[-1] = Wish(needs=wishes[-1].needs)
        return wishes

    # Waiting for too long, and closing.

    def _too_long(self, call: Call) -> None:
        call.too_long_at, call.settled = None, True
        answer = self.groups[call.group].when_too_long
        if answer.kind is AnswerKind.REFUSE:
            self._finish(call, "too_long")
        elif self._can_be_given(call, answer):
            self._lead(call, answer, "too_long", None)

    def _can_be_given(self, call: Call, answer: Answer) -> bool:
        match answer.kind:
            case AnswerKind.GROUP:
                other = self.groups.get(answer.group or "")
                been_there = answer.group in call.been_in
                return (
                    other is not None and not been_there and call.channel in other.channels and self.is_open(other.id)
                )
            case AnswerKind.MESSAGE:
                return Channel.MESSAGE in self.groups[call.group].channels
            case _:
                return self._calls_back(call)

    def _callbacks(self, call: Call) -> Callbacks:
        """How the group calls back; one that no longer does keeps its promises, as is usual."""
        return self.groups[call.group].callbacks or Callbacks()

    def _calls_back(self, call: Call) -> bool:
        return self.groups[call.group].callbacks is not None and not call.written

    def _lead(self, call: Call, answer: Answer, why: str, limit: int | None) -> None:
        if answer.kind is AnswerKind.GROUP:
            group = self.groups[answer.group or ""]
            if group.policy == call.policy:
                self._move(call, group)
                return
        call.question = Asked(answer, why, limit)
        call.too_long_at, call.settled = None, True
        self.news.append(("asked", call.id, answer.kind, answer.group or "", why))

    def _move(self, call: Call, group: Group) -> None:
        self._withdraw_all(call)
        call.question = None
        self._join(call, group)
        self.news.append(("moved", call.id, group.id))

    def _hear(self, call: Call, *, yes: bool) -> None:
        question = call.question
        assert question
        if yes and question.answer.kind is AnswerKind.MESSAGE:
            self._finish(call, "chose_message")
        elif yes and self._can_be_given(call, question.answer):
            if question.answer.kind is AnswerKind.GROUP:
                self._move(call, self.groups[question.answer.group or ""])
            else:
                self._hold(call, None)
        elif question.until is not None and call.phase == "queued":
            self._finish(call, "closed")
        else:
            has_limit = question.until is not None
            call.question = None
            if has_limit:
                group = self.groups[call.group]
                self.doors[group.id].serve_until = self.at + max(group.ring_ms, A_SECOND)

    def _take_back(self, group: Group) -> None:
        """Whoever was asked because the group closed is not asked any more."""
        for call in self.calls.values():
            if call.group == group.id and call.in_line and call.question and call.question.until is not None:
                call.question = None

    def _look_at_the_clock(self, group: Group) -> None:
        door = self.doors[group.id]
        is_open, door.changes_at = self._opening(group, self.at)
        if is_open == door.open_by_hours:
            return
        door.open_by_hours = is_open
        if not door.by_hand:
            door.serve_until = None if is_open else self.at + group.after_hours_ms
            if is_open:
                self._take_back(group)

    def _by_hand(self, group: Group, fact: GroupClosed | GroupReopened) -> None:
        door = self.doors[group.id]
        match fact:
            case GroupReopened():
                if door.by_hand:
                    door.by_hand, door.answer = False, None
                    if door.open_by_hours:
                        door.serve_until = None
                        self._take_back(group)
            case GroupClosed():
                if door.by_hand and door.answer == fact.waiting:
                    return
                door.by_hand, door.answer = True, fact.waiting
                if fact.waiting is None:
                    door.serve_until = self.at + group.after_hours_ms
                else:
                    self._end_service(group)

    def _end_service(self, group: Group) -> None:
        door = self.doors[group.id]
        answer = door.answer or group.when_closing
        some_ring = False
        for call in sorted(self.calls.values(), key=Call.place):
            if call.group != group.id or not call.in_line or call.written or call.promise or call.about:
                continue
            if call.question and call.question.until is not None:
                continue
            if call.phase == "offered":
                some_ring = True
            elif answer.kind is not AnswerKind.REFUSE and self._can_be_given(call, answer):
                self._lead(call, answer, "closed", self.at + TWO_MINUTES)
            else:
                self._finish(call, "closed")
        door.serve_until = self.at + max(group.ring_ms, A_SECOND) if some_ring else None

    # Callbacks.

    def _hold(self, call: Call, due: int | None) -> None:
        self._withdraw_all(call)
        # A date that is over is none.
        due = due if due is not None and due > self.at else None
        call.question = call.too_long_at = None
        call.settled = True
        call.caller = Person(session="")
        call.promise = Promise(due=due, expires=(self.at if due is None else due) + self._callbacks(call).expires_ms)
        if due is not None:
            call.behind = min(0, call.asked - due)
        self.news.append(("kept", call.id))

    def _miss_invitation(self, call: Call) -> None:
        promise = call.promise
        assert promise
        rules = self._callbacks(call)
        if promise.invitations >= rules.attempts:
            self._finish(call, "callback_missed")
            return
        promise.invited_until = None
        promise.pause_until = self.at + rules.retry_ms
        call.caller = Person(session="")

    # By hand.

    def _assign(self, call: Call, worker: Worker) -> None:
        if call.asks.by_hand and call.asks.agent == worker.id:
            return
        for other in set(call.rings) - {worker.id}:
            self._withdraw(call, self.workers[other])
        length = self.groups[call.group].preferred_ms
        call.wishes.insert(call.wish, Wish(agent=worker.id, length=length, by_hand=True))
        call.wish_until = self.at + length

    # Everybody.

    def _configure(self, site: Site) -> None:
        if site == self.site:
            return
        profiles: dict[str, Agent] = {agent.id: agent for agent in site.agents}
        groups: dict[str, Group] = {group.id: group for group in site.groups}
        for worker in list(self.workers.values()):
            if worker.id not in profiles:
                self._send_home(worker)
                del self.workers[worker.id]
        for profile in profiles.values():
            self.workers.setdefault(profile.id, Worker(profile.id, profile, self.at)).profile = profile
        for call in self.calls.values():
            for agent in list(call.rings):
                serves = call.group in profiles[agent].groups or self._is_by_hand(call, agent)
                if not serves or call.group not in groups:
                    self._withdraw(call, self.workers[agent])
        before, self.site, self.groups = self.groups, site, groups
        self.doors = {group: door for group, door in self.doors.items() if group in groups}
        for call in list(self.calls.values()):
            if call.in_line and call.group not in groups:
                self._finish(call, "group_gone")
        for call in self.calls.values():
            then, now = before.get(call.group), groups.get(call.group)
            if then is None or now is None or call.asks.by_hand:
                continue
            if any(getattr(then, rule) != getattr(now, rule) for rule in OF_WAITING):
                self._apply_rules(call, now)
        for group in groups.values():
            self.doors.setdefault(group.id, Door())
            self._look_at_the_clock(group)

    def _is_by_hand(self, call: Call, agent: str) -> bool:
        return call.asks.by_hand and call.asks.agent == agent

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
        self._withdraw_all(call)
        grace = patience.caller_queued_ms if call.phase == "queued" else patience.caller_talking_ms
        call.caller.leave(self.at, min(grace, patience.leaving_ms) if leaving else grace)

    def _worker_goes(self, worker: Worker, *, leaving: bool) -> None:
        assert self.site
        patience = self.site.patience
        self._hush(worker)
        worker.health = "lost"
        worker.person.leave(self.at, min(patience.agent_ms, patience.leaving_ms) if leaving else patience.agent_ms)

    def _choose(self, worker: Worker, presence: str, reason: str) -> None:
        is_ready, was_ready = presence in {"available", "once"}, worker.presence in {"available", "once"}
        if (worker.presence, worker.reason) == (presence, reason) and worker.responding:
            return
        if not is_ready:
            self._hush(worker)
        else:
            for call in self.calls.values():
                call.barred.pop(worker.id, None)
            if not was_ready:
                worker.idle_since = self.at
        worker.responding, worker.silent_until = True, None
        worker.presence, worker.reason = presence, reason

    def _hush(self, worker: Worker) -> None:
        for call in self.calls.values():
            if worker.id in call.rings:
                self._withdraw(call, worker)

    def _withdraw(self, call: Call, worker: Worker, *, failed: bool = False) -> None:
        del call.rings[worker.id]
        del worker.slots[call.id]
        call.failed_offers += failed
        limit = 0 if call.about else self.groups[call.group].alarm_after
        if 0 < limit <= call.failed_offers and not call.alarmed:
            call.alarmed = True
            self.news.append(("alarm", call.id, str(call.failed_offers)))
        if not call.rings:
            call.phase, call.shared = "queued", False

    def _withdraw_all(self, call: Call) -> None:
        for agent in list(call.rings):
            self._withdraw(call, self.workers[agent])

    def _leave_alone(self, worker: Worker, length: int) -> None:
        worker.quiet_until = max(worker.quiet_until or 0, self.at + length)

    def _ring_out(self, call: Call, worker: Worker) -> None:
        group, shared = self.groups[call.group], call.shared
        self._withdraw(call, worker, failed=True)
        if not shared:
            call.barred[worker.id] = self.at + group.missed_ms
            worker.responding = False
            worker.silent_until = self.at + group.no_answer_ms if group.no_answer_ms > 0 else None
            self.news.append(("missed", call.id, worker.id))

    def _talk(self, call: Call) -> None:
        call.phase = self.workers[str(call.agent)].slots[call.id].doing = "talking"
        call.until = None

    def _to_the_front(self, call: Call) -> None:
        if call.about:
            self._finish(call, "agent_lost")
            return
        if call.third and call.third.until is None:
            self._leave_to_third(call, works_on=False)
            return
        self._end_advice(call)
        if call.group not in self.groups:
            self._finish(call, "group_gone", wrap_up=False)
            return
        worker = self.workers[str(call.agent)]
        self._free(worker, call.id)
        call.phase, call.agent, call.until = "queued", None, None
        call.media = set()
        call.ahead, call.behind = A_DAY, 0
        call.question = None
        self._serve_once_more(self.groups[call.group])

    def _serve_once_more(self, group: Group) -> None:
        door = self.doors[group.id]
        if (door.by_hand or not door.open_by_hours) and door.serve_until is None:
            door.serve_until = self.at + group.after_hours_ms

    def _can_be_handed_on(self, call: Call, to: TransferAsked) -> bool:
        if call.group not in self.groups:
            return False
        if to.to_agent:
            worker = self.workers.get(to.to_agent)
            return worker is not None and worker.at_work and worker.id != call.agent
        group = self.groups.get(to.to_group or call.group)
        somewhere_else = group is not None and (group.id != call.group or bool(to.needs))
        return group is not None and somewhere_else and call.channel in group.channels and self.is_open(group.id)

    def _ask_or_hand_on(self, call: Call, to: TransferAsked) -> None:
        group = self.groups[call.group if to.to_agent or not to.to_group else to.to_group]
        if group.policy == call.policy:
            self._hand_on(call, to)
            return
        answer = Answer(kind=AnswerKind.GROUP, group=group.id)
        call.question = Asked(answer, "transferred", None, to)
        self.news.append(("asked", call.id, answer.kind, group.id, "transferred"))

    def _hand_on(self, call: Call, to: TransferAsked) -> None:
        giver = self.workers[str(call.agent)]
        self._end_advice(call)
        self._let_work_on(call, giver)
        call.phase, call.agent, call.until = "queued", None, None
        call.media = set()
        call.ahead, call.behind = A_DAY, 0
        call.question = None
        self._serve_once_more(self.groups[call.group])
        if not to.to_agent:
            call.own_needs = self._together((*call.own_needs, *to.needs))
            self._join(call, self.groups[to.to_group or call.group])
            self.news.append(("moved", call.id, call.group))
        group = self.groups[call.group]
        call.barred[giver.id] = self.at + group.missed_ms
        if to.to_agent:
            call.wishes.insert(call.wish, Wish(agent=to.to_agent, length=group.preferred_ms, by_hand=True))
            call.wish_until = self.at + group.preferred_ms

    def _together(self, needs: tuple[Need, ...]) -> tuple[Need, ...]:
        """All at once: of each skill the highest level."""
        highest: dict[str, Need] = {}
        for need in needs:
            known = highest.get(need.skill, need)
            level, must = max(need.level, known.level), need.must or known.must
            highest[need.skill] = Need(skill=need.skill, level=level, must=must)
        return tuple(highest[skill] for skill in sorted(highest))

    def _let_work_on(self, call: Call, worker: Worker) -> None:
        """Who talked wraps up, if that is the custom; who did not is free."""
        group = self.groups.get(call.group)
        works_on = call.phase == "talking" and group is not None and group.wrap_up != "none"
        if works_on and group is not None and (group.wrap_up_ms > 0 or group.wrap_up == "mandatory"):
            slot = worker.slots[call.id]
            slot.doing = "wrap_up"
            slot.until = None if group.wrap_up == "mandatory" else self.at + group.wrap_up_ms
        else:
            self._free(worker, call.id)

    def _no_media(self, call: Call) -> None:
        if call.failures == 2 or call.about:
            self._finish(call, "setup_failed")
            return
        call.failures += 1
        agent = str(call.agent)
        self._to_the_front(call)
        if call.id in self.calls:
            call.barred[agent] = self.at + self.groups[call.group].missed_ms

    def _finish(self, call: Call, why: str, *, wrap_up: bool = True) -> None:
        self._withdraw_all(call)
        self._end_advice(call)
        if call.about:
            asked_about = self.calls[call.about]
            if asked_about.third:
                self._send_third_away(asked_about, "contact_over" if why == "contact_over" else "left")
            asked_about.advice, asked_about.advice_ended = None, why
        group = self.groups.get(call.group)
        if group is not None and not call.about:
            self._remember(call, why, group)
        if call.agent is not None:
            if wrap_up and not call.about:
                self._let_work_on(call, self.workers[call.agent])
            else:
                self._free(self.workers[call.agent], call.id)
        del self.calls[call.id]
        self.news.append(("ended", call.id, why))

    # Colleagues.

    def _third_in(self, call_id: str, epoch: int) -> Third | None:
        call = self.calls.get(call_id)
        return call.third if call and call.third and call.third.epoch == epoch else None

    def _put_on_hold(self, call: Call, *, on: bool) -> None:
        slot = self.workers[str(call.agent)].slots[call.id]
        doing = "held" if on else "talking"
        if slot.doing != doing:
            slot.doing = doing
            self.news.append((doing, call.id))

    def _ask_a_colleague(self, call: Call, fact: ConsultAsked) -> None:
        group = self.groups.get(call.group if fact.to_agent or not fact.to_group else fact.to_group)
        if group is None or call.channel not in group.channels:
            return
        own = () if fact.to_agent else self._together((*call.own_needs, *fact.needs))
        advice = Call(
            fact.consult,
            group.id,
            call.channel,
            fact.consult,
            self.at,
            self.numbers + 1,
            Person(session=""),
            policy=call.policy,
            own_needs=own,
            ahead=A_DAY,
            about=call.id,
            asker=call.agent,
            came=self.at,
            settled=True,
            was_urgent=True,
            been_in=[group.id],
        )
        if fact.to_agent:
            advice.wishes = [Wish(agent=fact.to_agent, by_hand=True)]
        else:
            self._apply_rules(advice, group)
        colleagues = [worker for worker in self.workers.values() if worker.at_work and worker.id != call.agent]
        if any(self.meets(worker, wish, group.id) for worker in colleagues for wish in advice.wishes):
            self._put_on_hold(call, on=True)
            self.numbers += 1
            self.calls[advice.id] = advice
            call.advice, call.advice_ended = advice.id, None
            self.news.append(("advice", advice.id, call.id, group.id))

    def _bring_in(self, call: Call, advice: Call) -> Third:
        assert self.site
        call.top_epoch += 1
        until = self.at + self.site.patience.setup_ms
        call.third = Third(str(advice.agent), advice.id, call.top_epoch, until)
        self.news.append(("joins", call.id, call.third.agent, str(call.third.epoch)))
        return call.third

    def _send_third_away(self, call: Call, why: str) -> None:
        assert call.third
        self.news.append(("leaves", call.id, call.third.agent, why))
        call.third = None

    def _end_advice(self, call: Call) -> None:
        if call.advice:
            self._finish(self.calls[call.advice], "contact_over")

    def _leave_to_third(self, call: Call, *, works_on: bool = True) -> None:
        third, giver = call.third, self.workers[str(call.agent)]
        assert third
        if works_on:
            self._let_work_on(call, giver)
        else:
            self._free(giver, call.id)
        taker = self.workers[third.agent]
        slot = taker.slots.pop(third.advice)
        taker.slots[call.id] = Slot(call.id, call.channel, call.group, doing=slot.doing)
        call.agent, call.epoch, call.media = third.agent, third.epoch, {"caller", "agent"}
        call.third = call.advice = call.advice_ended = None
        del self.calls[third.advice]
        self.news.append(("ended", third.advice, "handed_over"))
        self.news.append(("handed over", call.id, giver.id, taker.id))

    def _remember(self, call: Call, why: str, group: Group) -> None:
        if group.returning_ms <= 0 or call.written:
            return
        until = self.at + group.returning_ms
        if why in {"caller_lost", "setup_failed"} and call.agent is not None:
            self.memories[call.visitor] = Memory("dropped", call.agent, until)
        elif why == "abandoned" and call.in_line:
            self.memories[call.visitor] = Memory("unanswered", None, until)
        elif call.phase == "talking" and group.strategy == "preferred_agent":
            self.memories[call.visitor] = Memory("reached", call.agent, until)

    def _end_wrap_up(self, worker: Worker, call_id: str, code: str = "") -> None:
        self.news.append(("worked on", worker.id, call_id, code))
        self._free(worker, call_id)

    def _free(self, worker: Worker, call_id: str) -> None:
        """The slot is free; who talked is idle since now, and takes a break if that was the one."""
        slot = worker.slots.pop(call_id)
        if slot.doing in {"talking", "held", "wrap_up"}:
            worker.idle_since = self.at
            if worker.presence == "once" and not worker.slots:
                worker.presence, worker.reason = "break", "after_one"
                # Any presence says that they are there.
                worker.responding, worker.silent_until = True, None

    def _send_home(self, worker: Worker) -> None:
        self._hush(worker)
        for slot in list(worker.slots.values()):
            if slot.doing == "wrap_up":
                self._end_wrap_up(worker, slot.call)
            else:
                self._to_the_front(self.calls[slot.call])
        worker.person = Person()
        worker.presence, worker.reason, worker.health = "offline", "", "lost"
        worker.responding, worker.silent_until = True, None
