"""A test that nobody runs promises nothing: find functions that look like tests and are not.

In a test module every function is a test, a fixture, a hook, decorated (a rule of a state
machine, say) or used by somebody. Tests stand in modules and classes that pytest collects.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePath

Function = ast.FunctionDef | ast.AsyncFunctionDef


def complaints(sources: Mapping[PurePath, str]) -> Iterator[str]:
    trees = {
        path: ast.parse(text) for path, text in sources.items() if path.suffix == ".py" and path.parts[0] == "tests"
    }
    used = {name for tree in trees.values() for name in _names_used(tree)}
    for path, tree in trees.items():
        is_test_module = path.name.startswith("test_")
        for function, owner in _functions(tree):
            where = f"{path}:{function.lineno}: '{function.name}'"
            if function.name.startswith("test_"):
                if not is_test_module:
                    yield f"{where} never runs: the module's name does not begin with test_"
                elif owner is not None and not owner.name.startswith("Test"):
                    yield f"{where} never runs: the name of class '{owner.name}' does not begin with Test"
            elif (
                is_test_module
                and (owner is None or owner.name.startswith("Test"))
                and not function.decorator_list
                and not function.name.startswith(("__", "pytest_"))
                and function.name not in used
            ):
                yield f"{where} is neither a test nor a fixture, and nobody uses it"


def _functions(tree: ast.Module) -> Iterator[tuple[Function, ast.ClassDef | None]]:
    for node in tree.body:
        if isinstance(node, Function):
            yield node, None
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, Function):
                    yield inner, node


def _names_used(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                yield name
