"""Write the reference pages of the gateway from its code: ``make gen``.

Settings, roles, metrics, the command line, and the HTTP interface as OpenAPI.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, get_args, get_origin

import typer.main
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from gateway.auth.roles import RIGHTS, SITE_WIDE, Right, Role
from gateway.cli import cli
from gateway.http.description import describe, encode
from gateway.http.table import TABLE
from gateway.metrics import Metrics
from gateway.settings import GroupSettings, Section, Settings, SiteSettings, documented
from signaling.metrics import SignalingMetrics
from tools.tree import ROOT

_REFERENCE = PurePath("docs/reference")


def main() -> int:
    for path, text in outputs().items():
        file = ROOT / path
        if not file.exists() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")
    return 0


def outputs() -> dict[PurePath, str]:
    """Every page and what has to stand in it."""
    return {
        _REFERENCE / "settings.md": _page(_settings()),
        _REFERENCE / "roles.md": _page(_roles()),
        _REFERENCE / "metrics.md": _page(_metrics()),
        _REFERENCE / "cli.md": _page(_commands()),
        _REFERENCE / "openapi.json": encode(describe(TABLE)).decode(),
    }


def _page(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _settings() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "Generated from `gateway/settings.py` by `make gen`."
    yield ""
    yield "Defaults, then `zuruf.toml` in the working directory (or the file that `ZURUF_CONFIG` names), then"
    yield "environment variables, then options of the command line; what comes later wins. An unknown key or"
    yield "variable is an error. `zuruf config` prints every value and where it came from. Lists in variables"
    yield "are written with commas between their items."
    sections: dict[str, list[str]] = {"": []}
    for item in documented():
        section, _, _ = item.key.rpartition(".")
        if item.key != "site":
            row = _row(f"`{item.key}`", item.field, f"`{item.variable}`")
            sections.setdefault(section, []).append(row)
    for section, rows in sections.items():
        yield ""
        if section:
            yield f"## `[{section}]`"
            yield ""
            yield _said(Settings.model_fields[section].description)
            yield ""
        yield "| Key | Variable | Default | Meaning |"
        yield "| --- | --- | --- | --- |"
        yield from rows
    for title, model in (("`[[site]]`", SiteSettings), ("`[[site.groups]]`", GroupSettings)):
        yield ""
        yield f"## {title}"
        yield ""
        yield _said(model.__doc__)
        yield ""
        yield "| Key | Default | Meaning |"
        yield "| --- | --- | --- |"
        for name, field in model.model_fields.items():
            if get_origin(field.annotation) is tuple and _is_section(get_args(field.annotation)[0]):
                continue
            annotation: Any = _inner(field.annotation)
            if _is_section(annotation):
                for inner, about in annotation.model_fields.items():
                    yield _row(f"`{name}.{inner}`", about)
            else:
                yield _row(f"`{name}`", field)
    yield ""
    yield "An example:"
    yield ""
    yield "```toml"
    yield from _EXAMPLE.strip().splitlines()
    yield "```"


_EXAMPLE = """
[server]
host = "0.0.0.0"
port = 443

[tls]
cert = "/etc/zuruf/fullchain.pem"
key = "/etc/zuruf/privkey.pem"

[turn]
urls = ["turn:turn.example:3478?transport=udp", "turns:turn.example:443?transport=tcp"]
secret = "the static-auth-secret of coturn"

[[site]]
id = "shop"
name = "The shop"
origins = ["https://shop.example", "https://www.shop.example"]

[[site.groups]]
id = "sales"
names = { de = "Verkauf", en = "Sales" }
ring_seconds = 25
"""


def _inner(annotation: Any) -> Any:
    """The type without ``None``."""
    given = [each for each in get_args(annotation) if each is not type(None)]
    return given[0] if len(given) == 1 and type(None) in get_args(annotation) else annotation


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Section)


def _row(key: str, field: Any, *more: str) -> str:
    return "| " + " | ".join((key, *more, _default(field), _said(field.description))) + " |"


def _default(field: Any) -> str:
    if field.default is PydanticUndefined:
        return "required"
    if field.default in (None, ()) or isinstance(field.default, SecretStr):
        return ""
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    if isinstance(field.default, tuple):
        return ", ".join(f"`{item}`" for item in field.default)
    return f"`{field.default}`" if field.default != "" else ""


def _said(text: str | None) -> str:
    assert text, "everything is described"
    return " ".join(text.split()).replace("|", "\\|")


def _roles() -> Iterator[str]:
    yield "# Roles"
    yield ""
    yield "Generated from `gateway/auth/roles.py` by `make gen`."
    yield ""
    yield "A role is granted in the whole site, or in some of its groups: `zuruf user role anna --role agent --group"
    yield "sales`. What is not in this table nobody may do."
    yield ""
    yield "| Right | " + " | ".join(Role) + " | Meaning |"
    yield "| --- |" + " --- |" * (len(Role) + 1)
    meanings = _attribute_docs(Right)
    for right in Right:
        marks = ["yes" if role in RIGHTS[right] else "" for role in Role]
        assert (right in SITE_WIDE) == ("whole site" in meanings[right.name]), f"{right} says where it holds"
        yield f"| `{right}` | " + " | ".join(marks) + f" | {meanings[right.name]} |"


def _attribute_docs(enum: type) -> dict[str, str]:
    """The string under each member of an enum."""
    body = ast.parse(textwrap.dedent(inspect.getsource(enum))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for before, after in zip(body.body, body.body[1:], strict=False):
        match before, after:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = _said(text)
    return found


def _metrics() -> Iterator[str]:
    yield "# Metrics"
    yield ""
    yield "Generated from `gateway/metrics.py` and `signaling/metrics.py` by `make gen`."
    yield ""
    yield "`/metrics` answers programs on the same machine, and those that send `metrics.token` as a bearer token."
    yield "No label ever names a person, a contact or a session."
    yield ""
    yield "| Metric | Kind | Labels | Meaning |"
    yield "| --- | --- | --- | --- |"
    for name, kind, meaning, labels in sorted(all_metrics()):
        yield f"| `{name}` | {kind} | {', '.join(f'`{label}`' for label in labels)} | {_said(meaning)} |"


def all_metrics() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    registry = CollectorRegistry()
    yield from Metrics(registry).documented()
    yield from SignalingMetrics(registry).documented()


def _commands() -> Iterator[str]:
    yield "# Command line"
    yield ""
    yield "Generated from `gateway/cli.py` by `make gen`. `python -m gateway` is the same as `zuruf`;"
    yield "`zuruf --version` prints the version."
    command = typer.main.get_command(cli)
    yield from _command(command, "zuruf")


def _command(command: Any, path: str) -> Iterator[str]:
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from _command(inner, f"{path} {name}")
        return
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    names = " ".join(
        parameter.name.upper() if parameter.required else f"[{parameter.name.upper()}]" for parameter in arguments
    )
    yield ""
    yield f"## `{' '.join(part for part in (path, names) if part)}`"
    yield ""
    yield _said(command.help)
    yield ""
    yield "| | |"
    yield "| --- | --- |"
    for parameter in arguments:
        yield f"| `{parameter.name.upper()}` | {_said(parameter.help)} |"
    for parameter in options:
        if parameter.name == "help":
            continue
        value = "" if parameter.is_flag else f" {parameter.name.upper()}"
        yield f"| `{'/'.join(parameter.opts)}{value}` | {_said(parameter.help)} |"


if __name__ == "__main__":
    sys.exit(main())
