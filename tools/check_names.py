"""One word for each thing: synonyms of the glossary's words may not name anything in code.

Only names are looked at, not prose: an operator may read the handbook, but an agent is not
called one in code.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import PurePath

# What not to say, as a run of snake_case words, and what to say instead.
BANNED = {
    "acw": "wrap_up",
    "after_call": "wrap_up",
    "attendant": "agent",
    "callee": "agent",
    "customer": "caller, or visitor",
    "enduser": "caller",
    "end_user": "caller",
    "operator": "agent",
    "queue_entry": "contact",
    "queue_item": "contact",
    "tenant": "site",
    "ticket": "contact",
    "wrapup": "wrap_up",
}
EMPTY_WORDS = {"data", "helper", "helpers", "info", "manager", "misc", "util", "utils"}

_CODE = {"acd", "signaling", "gateway", "tools", "tests", "bench", "web"}
_TS_NOT_CODE = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def complaints(sources: Mapping[PurePath, str]) -> Iterator[str]:
    for path, text in sources.items():
        if path.parts[0] not in _CODE or path.suffix not in {".py", ".ts"} or path.name == "check_names.py":
            continue
        if path.stem in EMPTY_WORDS:
            yield f"{path}: '{path.stem}' says nothing; name the module after what it is"
        names = _python_names(text) if path.suffix == ".py" else _typescript_names(text)
        for line, name in names:
            words = f"_{_snake(name)}_"
            for banned, better in BANNED.items():
                if f"_{banned}_" in words:
                    yield f"{path}:{line}: '{name}' should say '{better}'"
        if path.suffix == ".py":
            yield from _empty_class_names(path, text)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")


def _python_names(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and not token.line.startswith(("import ", "from ")):
            yield token.start[0], token.string


def _typescript_names(text: str) -> Iterator[tuple[int, str]]:
    bare = _TS_NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for number, line in enumerate(bare.splitlines(), start=1):
        for word in _WORD.findall(line):
            yield number, word


def _empty_class_names(path: PurePath, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and _snake(node.name).rsplit("_", 1)[-1] in EMPTY_WORDS:
            yield f"{path}:{node.lineno}: class '{node.name}': say what it is, not that it manages or helps"
