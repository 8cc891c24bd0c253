"""Derive everything that repeats the protocol from ``signaling/protocol``: ``make gen``.

Writes the TypeScript types, the JSON Schema and the reference pages. With ``--check`` it
writes nothing and fails when a file is not what it would write.
"""

import ast
import inspect
import json
import re
import sys
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from types import ModuleType

import msgspec
from msgspec import inspect as shapes

from signaling import permissions, refusals
from signaling.protocol import agent, answers, attach, base, caller, directions, limits, media, rest, supervisor
from tools.tree import ROOT

TYPESCRIPT = PurePath("web/packages/protocol/src/generated.ts")
SCHEMA = PurePath("docs/reference/protocol.schema.json")
REFERENCE = PurePath("docs/reference/protocol.md")
ERRORS = PurePath("docs/reference/errors.md")

DIRECTIONS: Mapping[str, typing.Any] = {
    "CallerToServer": directions.CallerToServer,
    "ServerToCaller": directions.ServerToCaller,
    "AgentToServer": directions.AgentToServer,
    "ServerToAgent": directions.ServerToAgent,
    "ServerToSupervisor": directions.ServerToSupervisor,
}
# A field with a default may be left out by whoever sends these; in all others it is always there.
SENT_BY_BROWSERS = (
    attach.AttachAsCaller,
    attach.AttachAsAgent,
    attach.AttachAsSupervisor,
    rest.CallbackWanted,
    rest.NewContact,
    rest.SignIn,
)
SENT_BY_SERVERS = (
    attach.ConnectRefused,
    rest.Announced,
    rest.ContactCreated,
    rest.GroupAvailability,
    rest.Availability,
    rest.SignedIn,
    rest.Instead,
    rest.WrongField,
    rest.Problem,
)
_MODULES: tuple[ModuleType, ...] = (base, media, caller, agent, supervisor, answers, attach, rest)


def main(arguments: Iterable[str]) -> int:
    """Write what differs, or say so; answers the exit code."""
    check = "--check" in arguments
    drifted = 0
    for path, text in outputs().items():
        file = ROOT / path
        if file.exists() and file.read_text() == text:
            continue
        drifted += 1
        if check:
            print(f"{path} is not what signaling/protocol says: run 'make gen'")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            print(f"{path} written")
    return 1 if check and drifted else 0


def outputs() -> dict[PurePath, str]:
    """Every generated file with its text."""
    return {TYPESCRIPT: typescript(), SCHEMA: schema(), REFERENCE: reference(), ERRORS: errors()}


# What there is to tell.


def structs() -> list[shapes.StructType]:
    """Every struct of the protocol, in the order in which the modules define them."""
    found = [
        value
        for module in _MODULES
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, msgspec.Struct)
        and value.__module__ == module.__name__
        and value not in {base.Message, base.Request, base.Part}
    ]
    described = shapes.multi_type_info(found)
    return [shape for shape in described if isinstance(shape, shapes.StructType)]


@cache
def literals() -> dict[frozenset[object], tuple[str, str]]:
    """Names and sentences of the literal types that have a name, by their values."""
    return {
        frozenset(typing.get_args(value)): (name, _sentences(module).get(name, ""))
        for module in _MODULES
        for name, value in vars(module).items()
        if typing.get_origin(value) is typing.Literal and name in _assigned(module)
    }


@dataclass(frozen=True)
class Constant:
    """A number or word both ends must agree on."""

    name: str
    value: int | str
    sentence: str


def constants() -> list[Constant]:
    said = _sentences(limits)
    return [Constant(name, getattr(limits, name), said[name]) for name in said]


@cache
def _assigned(module: ModuleType) -> frozenset[str]:
    return frozenset(
        target.id
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    )


def _sentences(of: ModuleType | type) -> dict[str, str]:
    """The bare docstrings below assignments, by name."""
    node: ast.Module | ast.ClassDef = ast.parse(inspect.getsource(of))
    if isinstance(of, type):
        first = node.body[0]
        assert isinstance(first, ast.ClassDef)
        node = first
    said: dict[str, str] = {}
    for before, after in zip(node.body, node.body[1:], strict=False):
        match before, after:
            case (
                (ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name))),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                said[name] = inspect.cleandoc(text)
            case _:
                pass
    return said


def field_sentences(cls: type) -> dict[str, str]:
    """What each field of a struct is, inherited ones included."""
    said: dict[str, str] = {}
    for base_class in reversed(cls.__mro__[: cls.__mro__.index(msgspec.Struct)]):
        said |= _sentences(base_class)
    return said


def _doc(struct: shapes.StructType) -> str:
    return inspect.getdoc(struct.cls) or ""


def _plain(text: str) -> str:
    """Docstring roles and double backticks as Markdown writes them, field names as they are on the wire."""
    text = re.sub(r":\w+:`([^`]+)`", r"`\1`", text).replace("``", "`")
    return re.sub(r"`(\w+)`", lambda found: f"`{_wire_names().get(found[1], found[1])}`", text)


@cache
def _wire_names() -> dict[str, str]:
    return {field.name: field.encode_name for struct in structs() for field in struct.fields}


# TypeScript


def typescript() -> str:
    parts = [
        "// Generated from signaling/protocol by `make gen`. Change it there.\n",
        *(_ts_literal(name, values, sentence) for values, (name, sentence) in literals().items()),
        *(_ts_struct(struct) for struct in structs()),
        *(_ts_union(name, members, sentence) for name, members, sentence in unions()),
        *(_ts_constant(constant) for constant in constants()),
    ]
    return "\n".join(parts)


def _ts_comment(text: str, indent: str = "") -> str:
    if not text:
        return ""
    lines = _plain(text).splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"


def _ts_literal(name: str, values: frozenset[object], sentence: str) -> str:
    ordered = typing.get_args(next(vars(module)[name] for module in _MODULES if name in _assigned(module)))
    assert frozenset(ordered) == values
    return f"{_ts_comment(sentence)}export type {name} = {' | '.join(json.dumps(value) for value in ordered)};\n"


def _ts_struct(struct: shapes.StructType) -> str:
    lines = [f"{_ts_comment(_doc(struct))}export interface {struct.cls.__name__} {{"]
    if struct.tag is not None:
        lines.append(f"  readonly {struct.tag_field}: {json.dumps(struct.tag)};")
    said = field_sentences(struct.cls)
    for field in struct.fields:
        lines.append(_ts_comment(said[field.name], "  ").rstrip("\n"))
        optional = "?" if not field.required and struct.cls in SENT_BY_BROWSERS else ""
        lines.append(f"  readonly {field.encode_name}{optional}: {_ts_type(field.type)};")
    return "\n".join(lines) + "\n}\n"


def _ts_type(shape: shapes.Type) -> str:
    match shape:
        case shapes.StrType():
            return "string"
        case shapes.IntType() | shapes.FloatType():
            return "number"
        case shapes.BoolType():
            return "boolean"
        case shapes.NoneType():
            return "null"
        case shapes.LiteralType(values=values):
            named = literals().get(frozenset(values))
            return named[0] if named else " | ".join(json.dumps(value) for value in values)
        case shapes.StructType(cls=cls):
            return cls.__name__
        case shapes.ListType(item_type=item):
            inner = _ts_type(item)
            return f"readonly ({inner})[]" if "|" in inner else f"readonly {inner}[]"
        case shapes.UnionType(types=types):
            return " | ".join(_ts_type(inner) for inner in types)
        case _:
            raise TypeError(f"no TypeScript for {shape}")


def _members(union: object) -> tuple[type[msgspec.Struct], ...]:
    return typing.get_args(union)


def unions() -> Iterator[tuple[str, tuple[type[msgspec.Struct], ...], str]]:
    """Name, members and sentence of each union that has a name."""
    yield "Signal", _members(media.Signal), _sentences(media)["Signal"]
    for name, union in DIRECTIONS.items():
        yield name, _members(union), _sentences(directions)[name]


def _ts_union(name: str, members: Iterable[type[msgspec.Struct]], sentence: str) -> str:
    lines = "".join(f"\n  | {member.__name__}" for member in members)
    return f"{_ts_comment(sentence)}export type {name} ={lines};\n"


def _ts_constant(constant: Constant) -> str:
    return f"{_ts_comment(constant.sentence)}export const {constant.name} = {json.dumps(constant.value)};\n"


# JSON Schema


def schema() -> str:
    roots = [*DIRECTIONS.values(), *SENT_BY_BROWSERS, *SENT_BY_SERVERS]
    tops, components = msgspec.json.schema_components(roots, ref_template="#/$defs/{name}")
    for name, top in zip(DIRECTIONS, tops, strict=False):
        components[name] = top
    return (
        json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "The protocol between browsers and Zuruf",
                "$defs": dict(sorted(components.items())),
            },
            indent=2,
        )
        + "\n"
    )


# Reference


def reference() -> str:
    by_direction = {name: frozenset(_members(union)) for name, union in DIRECTIONS.items()}
    in_a_direction = frozenset[type].union(*by_direction.values())
    messages = [struct for struct in structs() if struct.cls in in_a_direction]
    parts = [struct for struct in structs() if struct.cls not in in_a_direction]
    blocks = [
        _REFERENCE_OPENING,
        *(
            f"- `{constant.name}` = `{json.dumps(constant.value)}`: {_plain(constant.sentence)}"
            for constant in constants()
        ),
        "\n## Who may say what, and when\n",
        _PERMISSIONS_OPENING,
        *_permissions("caller", permissions.CALLER),
        "",
        *_permissions("agent", permissions.AGENT),
        "\n## Messages\n",
        *(_reference_struct(struct, _ways(struct.cls, by_direction)) for struct in messages),
        "## Parts and bodies\n",
        *(_reference_struct(struct, "") for struct in parts),
        "## Words\n",
        *(
            f"- `{name}`: {', '.join(f'`{value}`' for value in sorted(map(str, values)))}."
            + (f" {_plain(sentence)}" if sentence else "")
            for values, (name, sentence) in literals().items()
        ),
    ]
    return "\n".join(blocks) + "\n"


_REFERENCE_OPENING = """\
# The protocol between browsers and server

Generated from `signaling/protocol` by `make gen`; machine-readable in `protocol.schema.json`.

Browsers talk to the server by Socket.IO 5 over WebSocket, with a single event. The body of
the event is one of the messages below; `type` says which. Unknown fields and unknown types are ignored by
both sides. Socket.IO's own acknowledgements are not used: a request carries an `id` and is
answered by one message with the same `id`, `reply` or `refused` (`ice.refreshed` for
`ice.refresh`). The same id again, from the same page, gets the first answer again.

A session belongs to a tab and lasts longer than its connection. At connect the browser shows its
session's token (`AttachAsCaller`, `AttachAsAgent`); it is answered by a full picture
(`caller.attached`, `agent.attached`), followed by numbered changes. A gap in the numbers means:
connect again. Of several sockets that take up one session the newest wins; the others get
`superseded` and are closed.

Codes of refusals are explained in [errors.md](errors.md).

## Constants
"""

_PERMISSIONS_OPENING = """\
What is not in these tables is refused: with `not_allowed` when the role may never say it, and
in the wrong phase with the code in the last column. Besides, every contact id must be the
session's own, every epoch the present one.
"""


def _permissions(role: str, table: "permissions.Table") -> Iterator[str]:
    phases = list(table.phases)
    yield f"| {role} | " + " | ".join(f"`{phase}`" for phase in phases) + " | otherwise |"
    yield "| --- |" + " --- |" * (len(phases) + 1)
    for message, rule in table.rules.items():
        cells = " | ".join("yes" if phase in rule.phases else "" for phase in phases)
        otherwise = "" if rule.phases == frozenset(phases) else f"`{rule.otherwise.code}`"
        yield f"| `{_tag(message)}` | {cells} | {otherwise} |"


def _tag(message: type[msgspec.Struct]) -> str:
    return str(message.__struct_config__.tag)


def _ways(cls: type, by_direction: Mapping[str, frozenset[type]]) -> str:
    arrows = {
        "CallerToServer": "caller to server",
        "AgentToServer": "agent to server",
        "ServerToCaller": "server to caller",
        "ServerToAgent": "server to agent",
        "ServerToSupervisor": "server to supervisor",
    }
    return ", ".join(arrows[name] for name, members in by_direction.items() if cls in members)


def _reference_struct(struct: shapes.StructType, ways: str) -> str:
    heading = f"`{struct.tag}`" if ways else f"`{struct.cls.__name__}`"
    lines = [f"### {heading}\n", _plain(_doc(struct)), ""]
    if ways:
        lines.append(f"*{ways[0].upper()}{ways[1:]}.* Type `{struct.cls.__name__}`.\n")
    if struct.fields:
        said = field_sentences(struct.cls)
        lines += ["| Field | Type | |", "| --- | --- | --- |"]
        lines += [
            f"| `{field.encode_name}` | {_words(field.type)} | {_plain(said[field.name])} |" for field in struct.fields
        ]
        lines.append("")
    return "\n".join(lines)


def _words(shape: shapes.Type) -> str:
    match shape:
        case shapes.StrType(max_length=longest):
            return "string" if longest is None else f"string, at most {longest}"
        case shapes.IntType() | shapes.FloatType():
            return "number"
        case shapes.ListType(item_type=item):
            return f"list of {_words(item)}"
        case shapes.UnionType(types=types):
            return " or ".join(_words(inner) for inner in types)
        case shapes.NoneType():
            return "null"
        case shapes.LiteralType():
            return " or ".join(f"`{part}`" for part in _ts_type(shape).split(" | "))
        case _:
            return f"`{_ts_type(shape)}`"


# Errors


def errors() -> str:
    return "\n".join(
        [
            _ERRORS_OPENING,
            "| Code | Meaning | Again? |",
            "| --- | --- | --- |",
            *_rows(refusals.REFUSALS),
            "",
            "## When a browser connects\n",
            "Told as `ConnectRefused` in the data of Socket.IO's connect error.\n",
            "| Code | Meaning | Again? |",
            "| --- | --- | --- |",
            *_rows(refusals.CONNECT_REFUSALS),
            "",
        ]
    )


def _rows(codes: Iterable[type[refusals.Refusal] | type[refusals.ConnectRefusal]]) -> Iterator[str]:
    for refusal in codes:
        sentence = " ".join(_plain(inspect.cleandoc(refusal.__doc__ or "")).split())
        yield f"| `{refusal.code}` | {sentence} | {'yes, a little later' if refusal.retryable else 'no'} |"


_ERRORS_OPENING = """\
# Refusals on the socket

Generated from `signaling/refusals.py` by `make gen`. REST errors are `application/problem+json`
and described with their routes.

A refusal means that the request was understood (or found unreadable) and nothing was done. The code is for programs
and stays; the words people read are the web packages' own.

## When a request is refused
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
