"""Log calls keep personal data apart and secrets out.

The event is a constant snake_case phrase; everything else is a key. Personal data stands only
under keys with a ``pii`` segment, written ``**{"pii.display_name": name}``, so that whoever
collects logs can strip it. Tokens, passwords and session descriptions are never logged, marked
or not. What cannot be read from the call itself is refused: it might be anything.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "bind"}
LOGGERS = {"log", "logger"}

PERSONAL = {
    "address", "attributes", "body", "email", "ip", "ips", "locale", "message", "name", "note", "notes", "page",
    "peername", "phone", "referrer", "remote", "text", "title", "url", "user", "username",
}  # fmt: skip
SECRET = {
    "authorization", "candidate", "candidates", "cookie", "cookies", "credential", "credentials", "csrf", "password",
    "sdp", "secret", "token", "tokens",
}  # fmt: skip

_EVENT = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def complaints(sources: Mapping[PurePath, str]) -> Iterator[str]:
    for path, text in sources.items():
        if path.suffix == ".py" and path.parts[0] in {"signaling", "gateway"}:
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and _is_log_call(node):
                    for complaint in _about(node):
                        yield f"{path}:{node.lineno}: {complaint}"


def _is_log_call(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in LEVELS:
        return False
    match call.func.value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower() in LOGGERS
    return False


def _about(call: ast.Call) -> Iterator[str]:
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr != "bind":
        match call.args:
            case [ast.Constant(value=str(event))] if _EVENT.fullmatch(event):
                pass
            case _:
                yield "the event is one constant snake_case phrase; put the rest into keys"
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield from _about_key(keyword.arg)
        elif isinstance(keyword.value, ast.Dict):
            for key in keyword.value.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield from _about_key(key.value)
                else:
                    yield "keys of a log call are written out"
        else:
            yield "keys of a log call are written out, not unpacked from somewhere"


def _about_key(key: str) -> Iterator[str]:
    segments = set(re.split(r"[._]", key.lower()))
    if secret := segments & SECRET:
        yield f"'{key}': never log a {secret.pop()}"
    elif (segments & PERSONAL) and "pii" not in key.split("."):
        yield f"'{key}' looks personal; write it as 'pii.{key}', or leave it out"
