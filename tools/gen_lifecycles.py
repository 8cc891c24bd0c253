"""Draw the life of a contact and of an agent's slot: ``python -m tools.gen_lifecycles``.

The tables in :mod:`acd.lifecycle` are the truth; the diagrams in
``docs/explanation/lifecycles.md`` only show them.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final, TypeVar

from acd.lifecycle import SLOT_TRANSITIONS, TRANSITIONS, Phase, Routing
from tools.tree import ROOT

_State = TypeVar("_State", bound=StrEnum)
_Trigger = TypeVar("_Trigger", bound=StrEnum)
_Table = Mapping[tuple[_State, _Trigger], _State]

PAGE: Final = ROOT / "docs" / "explanation" / "lifecycles.md"

_PAGE = """\
# Lifecycles

<!-- Drawn from acd/lifecycle.py by `make gen`. Change the tables there, not this page. -->

A contact has one phase at a time, and so has each agent's slot. Every step is a row of a
table in `acd/lifecycle.py`; a step that is not in the table cannot happen. What comes too
late, such as *Accept* for an offer that was withdrawn a moment ago, is recognised as stale
and changes nothing.

## A contact

{contact}

Back in `queued` a contact stands where it stood before, because its place is the time it
asked at. After a failed set-up, a lost agent or a contradiction it stands in front. A caller
who leaves while it rings goes by way of `queued`: first the ringing stops, then the contact
ends.

## An agent's slot

{slot}

A slot is one axis of three. What the agent chose (presence) and how their tab is doing
(health) are kept apart from it; an offer is made only if all three allow it.
"""


def page() -> str:
    contact = _diagram(TRANSITIONS, start=Phase.QUEUED, end=Phase.ENDED)
    slot = _diagram(SLOT_TRANSITIONS, start=Routing.IDLE, end=None)
    return _PAGE.format(contact=contact, slot=slot)


def main() -> None:
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())


def _diagram(table: _Table[_State, _Trigger], *, start: StrEnum, end: StrEnum | None) -> str:
    return "\n".join(["```mermaid", "stateDiagram-v2", *_arrows(table, start, end), "```"])


def _arrows(table: _Table[_State, _Trigger], start: StrEnum, end: StrEnum | None) -> Iterator[str]:
    yield f"    [*] --> {start}"
    labels: dict[tuple[_State, _State], list[str]] = {}
    for (before, trigger), after in table.items():
        labels.setdefault((before, after), []).append(trigger.replace("_", " "))
    for (before, after), triggers in labels.items():
        yield f"    {before} --> {after}: {', '.join(triggers)}"
    if end is not None:
        yield f"    {end} --> [*]"


if __name__ == "__main__":
    main()
