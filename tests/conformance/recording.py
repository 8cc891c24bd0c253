"""Records the formats of the journal, so that a later release can be held to reading them.

``python -m tests.conformance.recording`` writes ``formats/vN`` for the present core. A
version that was released is never recorded again; raise ``CORE_VERSION`` instead, and the
old recording stays beside the new one.
"""

import base64
import types
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from acd.config import Agent, Channel, Group, Site
from acd.core import CORE_VERSION, Core
from acd.decisions import Decision
from acd.facts import (
    AgentAttached,
    AgentHealthChanged,
    AgentHungUp,
    AgentSignedIn,
    CallerAttached,
    CallerDetached,
    CallerHungUp,
    ContactRequested,
    Fact,
    Health,
    MediaConnected,
    OfferAccepted,
    OfferDeclined,
    Party,
    Presence,
    PresenceChosen,
    ProcessLost,
    SiteConfigured,
    Ticked,
    TimeSkipped,
    WrapUpFinished,
)
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, VisitorKey
from gateway.journal.codec import encode_decision, encode_fact, encode_snapshot

FORMATS = Path(__file__).parent / "formats"

_NOON = Millis(1_800_000_000_000)


def sample(kind: Any) -> Any:
    """A value of this type in which no field is left at its default."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        values = {field.name: sample(hints[field.name]) for field in fields(kind)}
        return kind(**values)  # type: ignore[operator]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return sample(next(one for one in arguments if one is not type(None)))
    if origin is tuple:
        return (sample(arguments[0]),) if arguments[-1] is ... else tuple(map(sample, arguments))
    if origin is frozenset:
        return frozenset({sample(arguments[0])})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)[-1]
    plain = getattr(kind, "__supertype__", kind)
    return {str: "x_1", int: 7, bool: True}[plain]


def story() -> list[tuple[Fact, Millis]]:
    """An hour at a small site: what most decisions come from."""
    sales = GroupId("sales")
    rules = Site(
        groups=(Group(id=sales),),
        agents=(Agent(id=AgentId("ag_1"), groups=(sales,)), Agent(id=AgentId("ag_2"), groups=(sales,))),
    )
    told: list[tuple[Fact, Millis]] = [(SiteConfigured(site=rules), _NOON)]

    def tell(after_s: int, *facts: Fact) -> None:
        told.extend((fact, Millis(_NOON + after_s * 1000)) for fact in facts)

    def agent(number: int, process: str) -> list[Fact]:
        who, session = AgentId(f"ag_{number}"), SessionId(f"ss_agent_{number}")
        return [
            AgentSignedIn(agent=who, session=session),
            AgentAttached(agent=who, session=session, process=ProcessId(process)),
            AgentHealthChanged(agent=who, session=session, health=Health.HEALTHY),
            PresenceChosen(agent=who, presence=Presence.AVAILABLE),
        ]

    def caller(name: str, process: str) -> list[Fact]:
        contact, session = ContactId(f"ct_{name}"), SessionId(f"ss_{name}")
        return [
            ContactRequested(
                contact=contact, session=session, group=sales, channel=Channel.VIDEO, visitor=VisitorKey(f"v_{name}")
            ),
            CallerAttached(contact=contact, session=session, process=ProcessId(process)),
        ]

    first, second, third = ContactId("ct_a"), ContactId("ct_b"), ContactId("ct_c")
    anna, ben = AgentId("ag_1"), AgentId("ag_2")
    tell(1, *agent(1, "pr_1"), *caller("a", "pr_1"), *caller("b", "pr_1"))
    tell(3, OfferDeclined(agent=anna, contact=first, epoch=Epoch(1)))
    tell(4, *agent(2, "pr_2"))
    tell(6, OfferAccepted(agent=ben, contact=first, epoch=Epoch(2)))
    tell(
        8,
        MediaConnected(contact=first, epoch=Epoch(2), party=Party.CALLER),
        MediaConnected(contact=first, epoch=Epoch(2), party=Party.AGENT),
    )
    tell(14, Ticked())
    tell(40, Ticked())
    tell(41, CallerDetached(contact=second, session=SessionId("ss_b")), TimeSkipped(skipped_ms=Millis(60_000)))
    tell(110, AgentHungUp(agent=ben, contact=first, epoch=Epoch(2)))
    tell(115, WrapUpFinished(agent=ben, contact=first, code="sold"), *caller("c", "pr_2"))
    tell(117, OfferAccepted(agent=ben, contact=third, epoch=Epoch(1)))
    tell(119, ProcessLost(process=ProcessId("pr_2")))
    tell(230, Ticked(), CallerHungUp(contact=second), *caller("d", "pr_1"))
    return told


def record(version: int = CORE_VERSION) -> Path:
    """Write the formats of the present release."""
    directory = FORMATS / f"v{version}"
    directory.mkdir(parents=True, exist_ok=True)

    core = Core()
    told = story()
    lines: list[Any] = []
    middle: dict[str, object] = {}
    for position, (fact, at) in enumerate(told, 1):
        lines.append({"position": position, "at": at, "fact": msgspec.Raw(encode_fact(fact))})
        lines += [
            {"cause": position, "at": at, "decision": msgspec.Raw(encode_decision(decision))}
            for decision in core.decide(fact, at)
        ]
        if position == len(told) // 2:
            middle = {"lines": len(lines), "body": base64.b64encode(encode_snapshot(core.state.records())).decode()}
    _write(directory / "facts.json", [msgspec.Raw(encode_fact(sample(kind))) for kind in get_args(Fact)])
    _write(directory / "decisions.json", [msgspec.Raw(encode_decision(sample(kind))) for kind in get_args(Decision)])
    _write(directory / "journal.json", lines)
    _write(directory / "snapshot.json", middle)
    _write(directory / "records.json", core.state.records())
    return directory


def _write(path: Path, content: object) -> None:
    encoded = msgspec.json.encode(content, order="deterministic")
    path.write_bytes(msgspec.json.format(encoded, indent=1) + b"\n")


if __name__ == "__main__":
    print(record())
