"""The glossary's words are the only ones."""

from pathlib import PurePath

import pytest

from tools.check_names import complaints


def told(path: str, text: str) -> list[str]:
    return list(complaints({PurePath(path): text}))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("acd/routing.py", "tenant_id = 1\n"),
        ("acd/routing.py", "class QueueEntry: ...\n"),
        ("acd/routing.py", "def after_call_work(): ...\n"),
        ("web/packages/call/src/call.ts", "const nextTicket = 1;\n"),
        ("gateway/utils.py", ""),
        ("gateway/rooms.py", "class SessionManager: ...\n"),
    ],
)
def test_a_synonym_is_refused(path: str, text: str) -> None:
    assert len(told(path, text)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("acd/routing.py", '"""An operator starts it."""\nimport operator\nsite = 1  # Not a tenant.\n'),
        ("web/packages/call/src/call.ts", '// The operator\'s own.\nconst site = "tenant";\n'),
        ("docs/guide.md", "Sell a ticket."),
    ],
)
def test_prose_and_imports_may_use_any_word(path: str, text: str) -> None:
    assert told(path, text) == []
