"""Facts, decisions and snapshots as bytes, and back.

A fact is ``["ClassName", {...}]`` in JSON. What is not known is ignored and what is
missing has its default, so the formats of earlier releases stay readable; a recorded
corpus in ``tests/conformance/formats`` sees to it.
"""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import msgspec

from acd.decisions import Decision
from acd.facts import Fact
from acd.records import AgentState, Contact, Records
from gateway.journal.upgrade import SingleSlot, upgraded

_Kinds = dict[str, msgspec.json.Decoder[Any]]


class Unreadable(Exception):
    """These bytes are of no known kind, or not what their kind looks like."""


class BrokenSnapshot(Exception):
    """A snapshot that cannot be read; the one before it, or the record, has to do."""


def _kinds(union: object) -> _Kinds:
    return {kind.__name__: msgspec.json.Decoder(kind) for kind in get_args(union)}


_FACTS = _kinds(Fact)
_DECISIONS = _kinds(Decision)
_ENCODER = msgspec.json.Encoder(order="deterministic")
_PAIR = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_CONTACT = msgspec.json.Decoder(Contact)
_AGENT = msgspec.json.Decoder(AgentState)
_SINGLE_SLOT = msgspec.json.Decoder(SingleSlot)
_RECORDS = msgspec.json.Decoder(Records)


def encode_fact(fact: Fact) -> bytes:
    """The fact as the journal keeps it."""
    return _ENCODER.encode((type(fact).__name__, fact))


def decode_fact(body: bytes) -> Fact:
    """The fact that was kept.

    Raises:
        Unreadable: If this release knows no such fact.
    """
    fact: Fact = _decode(_FACTS, body)
    return fact


def encode_decision(decision: Decision) -> bytes:
    """The decision as the journal keeps it."""
    return _ENCODER.encode((type(decision).__name__, decision))


def decode_decision(body: bytes) -> Decision:
    """The decision that was kept.

    Raises:
        Unreadable: If this release knows no such decision.
    """
    decision: Decision = _decode(_DECISIONS, body)
    return decision


def kind_of(body: bytes) -> str:
    """The class name of a kept fact or decision, for logs; ``?`` if there is none."""
    try:
        return _PAIR.decode(body)[0]
    except msgspec.DecodeError:
        return "?"


def encode_snapshot(records: Records) -> bytes:
    """A state's records, compressed; the compression carries a checksum.

    Made for a thread: it works record by record, so that nobody waits long for the
    interpreter.
    """
    packer = zlib.compressobj(level=1)
    packed = [packer.compress(line + b"\n") for line in _lines(records)]
    packed.append(packer.flush())
    return b"".join(packed)


def decode_snapshot(body: bytes) -> Records:
    """The records that were kept.

    Raises:
        BrokenSnapshot: If the bytes were damaged, or a later release wrote them.
    """
    contacts: list[Contact] = []
    agents: list[AgentState] = []
    singles: list[SingleSlot] = []
    rest = Records()
    try:
        for line in zlib.decompress(body).splitlines():
            kind, fields = _PAIR.decode(line)
            match kind:
                case "Contact":
                    contacts.append(_CONTACT.decode(fields))
                case "AgentState":
                    agents.append(_AGENT.decode(fields))
                    singles.append(_SINGLE_SLOT.decode(fields))
                case "Records":
                    rest = _RECORDS.decode(fields)
    except (zlib.error, msgspec.DecodeError) as why:
        raise BrokenSnapshot(str(why)) from why
    kept_contacts, kept_agents = upgraded(contacts, agents, singles)
    return replace(rest, contacts=kept_contacts, agents=kept_agents)


def _lines(records: Records) -> Iterator[bytes]:
    rest = replace(records, contacts=(), agents=())
    for record in (rest, *records.contacts, *records.agents):
        yield _ENCODER.encode((type(record).__name__, record))


def _decode(kinds: _Kinds, body: bytes) -> Any:
    try:
        name, fields = _PAIR.decode(body)
        kind = kinds.get(name)
        if kind is None:
            raise Unreadable(f"no such kind: {name}")
        return kind.decode(fields)
    except msgspec.DecodeError as why:
        raise Unreadable(str(why)) from why
