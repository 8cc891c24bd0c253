"""What any release wrote, this one reads: facts, decisions, snapshots."""

import base64
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from acd.core import CORE_VERSION, Core
from acd.decisions import Decision
from acd.facts import Fact
from acd.ids import Millis
from acd.records import Records
from acd.state import State
from gateway.journal.codec import (
    BrokenSnapshot,
    Unreadable,
    decode_decision,
    decode_fact,
    decode_snapshot,
    encode_decision,
    encode_fact,
    encode_snapshot,
    kind_of,
)
from tests.conformance.recording import FORMATS, sample

VERSIONS = sorted(FORMATS.glob("v*"))


def read(path: Path) -> Any:
    return msgspec.json.decode(path.read_bytes())


def keeps(new: Any, old: Any) -> bool:
    """Whether everything that was written is still there; there may be more."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and keeps(new[key], value) for key, value in old.items())
    if isinstance(old, list):
        return isinstance(new, list) and len(new) == len(old) and all(map(keeps, new, old))
    return bool(new == old)


def as_snapshot(records: dict[str, Any]) -> bytes:
    rest = {name: value for name, value in records.items() if name not in {"contacts", "agents"}}
    lines = [("Records", rest)]
    lines += [("Contact", contact) for contact in records["contacts"]]
    lines += [("AgentState", agent) for agent in records["agents"]]
    return zlib.compress(b"\n".join(msgspec.json.encode(line) for line in lines))


def without_hindsight(records: Records) -> Records:
    """The records without what the first format did not keep, and what nothing is decided by."""
    return replace(
        records, groups=(), agents=tuple(replace(agent, routing_since=Millis(0)) for agent in records.agents)
    )


def folded(lines: list[Any], core: Core) -> Records:
    for line in lines:
        if "decision" in line:
            core.evolve(decode_decision(msgspec.json.encode(line["decision"])), line["at"])
    return core.state.records()


@pytest.fixture(params=VERSIONS, ids=lambda version: version.name)
def version(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_recorded_facts_are_read(version: Path) -> None:
    for recorded in read(version / "facts.json"):
        fact = decode_fact(msgspec.json.encode(recorded))
        assert keeps(msgspec.json.decode(encode_fact(fact)), recorded)


def test_recorded_decisions_are_read(version: Path) -> None:
    for recorded in read(version / "decisions.json"):
        decision = decode_decision(msgspec.json.encode(recorded))
        assert keeps(msgspec.json.decode(encode_decision(decision)), recorded)


def test_a_recorded_journal_folds_to_the_state_of_its_time(version: Path) -> None:
    records = folded(read(version / "journal.json"), Core())

    # As a snapshot, because older ones are brought up to date when they are read.
    recorded = decode_snapshot(as_snapshot(read(version / "records.json")))
    assert without_hindsight(records) == without_hindsight(recorded)
    assert records.contacts
    assert records.agents


def test_a_recorded_snapshot_and_the_decisions_after_it_fold_to_the_same(version: Path) -> None:
    recorded = read(version / "snapshot.json")
    lines = read(version / "journal.json")
    core = Core(State.restore(decode_snapshot(base64.b64decode(recorded["body"]))))

    assert without_hindsight(folded(lines[recorded["lines"] :], core)) == without_hindsight(folded(lines, Core()))


def test_the_present_formats_are_recorded() -> None:
    newest = FORMATS / f"v{CORE_VERSION}"

    assert {name for name, _ in read(newest / "facts.json")} == {kind.__name__ for kind in get_args(Fact)}
    assert {name for name, _ in read(newest / "decisions.json")} == {kind.__name__ for kind in get_args(Decision)}


@pytest.mark.parametrize("kind", get_args(Fact), ids=lambda kind: kind.__name__)
def test_every_fact_comes_back_as_it_was(kind: type) -> None:
    fact = sample(kind)

    assert decode_fact(encode_fact(fact)) == fact


@pytest.mark.parametrize("kind", get_args(Decision), ids=lambda kind: kind.__name__)
def test_every_decision_comes_back_as_it_was(kind: type) -> None:
    decision = sample(kind)

    assert decode_decision(encode_decision(decision)) == decision


def test_a_snapshot_comes_back_as_it_was() -> None:
    records = sample(Records)

    assert decode_snapshot(encode_snapshot(records)) == records


def test_fields_of_a_later_release_are_ignored() -> None:
    assert decode_fact(b'["CallerHungUp",{"contact":"ct_1","mood":"good"}]') == decode_fact(
        b'["CallerHungUp",{"contact":"ct_1"}]'
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"rubbish", b"[]", b'["CallerHungUp"]', b'["FromTomorrow",{}]', b'["CallerHungUp",{"contact":1}]', b"{}"],
)
def test_what_is_no_fact_is_refused_as_such(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_fact(body)
    assert isinstance(kind_of(body), str)


@pytest.mark.parametrize("damage", ["torn", "flipped", "empty", "rubbish"])
def test_a_damaged_snapshot_is_noticed(damage: str) -> None:
    body = encode_snapshot(sample(Records))
    match damage:
        case "torn":
            body = body[:-3]
        case "flipped":
            body = body[:20] + bytes([body[20] ^ 1]) + body[21:]
        case "empty":
            body = b""
        case _:
            body = b"rubbish"

    with pytest.raises(BrokenSnapshot):
        decode_snapshot(body)
