"""Change the core in one place at a time and see whether a test notices: ``python -m tools.mutate``.

Each mutant is one small change of one module of ``acd/``: another comparison, a constant that is
one more, a condition turned round, a statement left out. It lives in a child process of its own,
which imports the changed module in place of the right one and runs ``tests/acd`` with days of a
fixed seed. What became of it is written down, so that a run that was interrupted goes on where it
was, and a module that has changed since is looked at anew.

A mutant that no test notices is a survivor: either a test is missing, or the change makes no
difference. Which it is stands in ``tests/acd/survivors.toml``, with a reason. A survivor without
a reason is a failure, and so is a reason for a mutant that does not survive.
"""

import argparse
import ast
import hashlib
import importlib
import importlib.abc
import importlib.util
import json
import os
import signal
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
REASONS = ROOT / "tests" / "acd" / "survivors.toml"
STATE = ROOT / ".mutants" / "state.json"
SECONDS = 120
"""How long a mutant may keep the tests busy; one that takes longer has been noticed."""

PROCESSES = min(2, os.cpu_count() or 1)
OPTIONS = (
    *("-x", "-q", "--no-header", "-p", "no:randomly", "-p", "no:cacheprovider"),
    *("--hypothesis-profile=mutants", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
NOT_ASKED = {"test_mutants.py", "test_erlang.py", "test_any_day.py"}
"""Tests that are no judges here, and the one that comes last because it takes longest."""

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.AST], Callable[[], Any]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes:
        name: The same for as long as the line and its place among equal changes stay:
            file, line of text, and what becomes of it.
        number: Which of the changes of the module it is, in order.
    """

    module: str
    number: int
    name: str


class Changes(ast.NodeTransformer):
    """Counts the places where a module can be changed, and changes one of them.

    Attributes:
        said: For each change what it is, with the line it is in.
    """

    def __init__(self, wanted: int | None = None) -> None:
        self.said: list[tuple[int, str]] = []
        self._wanted = wanted

    def _offers(self, node: ast.AST, what: str) -> bool:
        self.said.append((getattr(node, "lineno", 0), what))
        return len(self.said) - 1 == self._wanted

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        for place, compared in enumerate(node.ops):
            for other in COMPARISONS[type(compared)]:
                if self._offers(node, f"{type(compared).__name__} -> {other.__name__}"):
                    node.ops[place] = other()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        is_and = isinstance(node.op, ast.And)
        if self._offers(node, "And -> Or" if is_and else "Or -> And"):
            node.op = ast.Or() if is_and else ast.And()
        for place in range(len(node.values)):
            if self._offers(node, f"{'And' if is_and else 'Or'} without part {place + 1}"):
                return ast.BoolOp(node.op, node.values[:place] + node.values[place + 1 :])
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not | ast.USub) and self._offers(node, f"without {type(node.op).__name__}"):
            return node.operand
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        other = ARITHMETIC.get(type(node.op))
        if other is not None and self._offers(node, f"{type(node.op).__name__} -> {other.__name__}"):
            node.op = other()
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        if isinstance(value, bool):
            if self._offers(node, f"{value} -> {not value}"):
                return ast.Constant(not value)
        elif isinstance(value, int) and self._offers(node, f"{value} -> {value + 1}"):
            return ast.Constant(value + 1)
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        return self._turned(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        return self._turned(node)

    def _turned(self, node: ast.If | ast.IfExp) -> ast.AST:
        for value in (True, False):
            if self._offers(node, f"if {value}"):
                node.test = ast.Constant(value)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if isinstance(node.value, ast.Constant):
            return node
        self.generic_visit(node)
        if isinstance(node.value, ast.YieldFrom):
            # Something is yielded still, so that it stays a generator.
            return ast.Expr(ast.YieldFrom(ast.Tuple([], ast.Load()))) if self._offers(node, "left out") else node
        return ast.Pass() if self._offers(node, "left out") else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        return ast.Pass() if self._offers(node, "left out") else node

    def visit_Continue(self, node: ast.Continue) -> ast.AST:
        return ast.Pass() if self._offers(node, "left out") else node

    def visit_Break(self, node: ast.Break) -> ast.AST:
        return ast.Pass() if self._offers(node, "left out") else node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        # States what must be true; nothing depends on it.
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        # Types are no behaviour.
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        # Neither decorators nor types are behaviour; defaults are.
        node.args = self.visit(node.args)
        node.body = [self.visit(statement) for statement in node.body]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [self.visit(statement) for statement in node.body]
        return node


def mutants_of(module: str, text: str) -> list[Mutant]:
    """Every change of a module, in order."""
    counted = Changes()
    counted.visit(ast.parse(text))
    lines, seen = text.splitlines(), dict[str, int]()
    found = []
    for number, (line, what) in enumerate(counted.said):
        name = f"{module}: {lines[line - 1].strip()}: {what}"
        seen[name] = seen.get(name, 0) + 1
        found.append(Mutant(module, number, name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return found


def mutated(text: str, number: int) -> ast.Module:
    """The module with one change."""
    tree = Changes(number).visit(ast.parse(text))
    assert isinstance(tree, ast.Module)
    return ast.fix_missing_locations(tree)


class InPlaceOf(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a changed module in place of the right one."""

    def __init__(self, module: str, path: Path, tree: ast.Module) -> None:
        self._module, self._path, self._tree = module, path, tree

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname != self._module:
            return None
        return importlib.util.spec_from_file_location(fullname, self._path, loader=self)

    def create_module(self, spec: ModuleSpec) -> None:
        del spec

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._tree, str(self._path), "exec"), module.__dict__)  # noqa: S102 - that is what importing is


def path_of(module: str) -> Path:
    """Where a module of the core is written."""
    path = ROOT / Path(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def core_modules() -> list[str]:
    """The modules of the core, but those that are words alone."""
    found = (path.relative_to(ROOT).with_suffix("") for path in (ROOT / "acd").rglob("*.py"))
    names = (".".join(path.parts).removesuffix(".__init__") for path in found)
    return sorted(set(names) - {"acd", "acd.ids", "acd.facts", "acd.decisions", "acd.config", "acd.erlang"})


def start(mutant: Mutant) -> int:
    """Let a child process find out; answers its id. It ends with 0 if no test noticed."""
    child = os.fork()
    if child:
        return child
    signal.alarm(SECONDS)
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    code = 1
    try:
        path = path_of(mutant.module)
        sys.meta_path.insert(0, InPlaceOf(mutant.module, path, mutated(path.read_text(), mutant.number)))
        code = run_tests(mutant)
    finally:
        os._exit(code)


def run_tests(mutant: Mutant) -> int:
    """Run the tests of the core in this process: 0 if all passed."""
    basetemp = STATE.parent / f"{mutant.module}-{mutant.number}"
    here = ROOT / "tests" / "acd"
    quick = sorted(str(path) for path in here.glob("test_*.py") if path.name not in NOT_ASKED)
    return int(pytest.main([*OPTIONS, f"--basetemp={basetemp}", *quick, str(here / "test_any_day.py")]))


def survives(mutant: Mutant) -> bool:
    """Whether no test notices."""
    _, status = os.waitpid(start(mutant), 0)
    return status == 0


def survey(waiting: list[Mutant], state: dict[str, str]) -> Iterator[Mutant]:
    """Look at all who wait, two at a time; yields each when it is settled."""
    running: dict[int, Mutant] = {}
    queue = list(reversed(waiting))
    while queue or running:
        while queue and len(running) < PROCESSES:
            mutant = queue.pop()
            running[start(mutant)] = mutant
        child, status = os.waitpid(-1, 0)
        mutant = running.pop(child)
        state[mutant.name] = "survived" if status == 0 else "noticed"
        yield mutant


def digest(module: str) -> str:
    """What a verdict is about. That tests have changed is for whoever runs this to say, with --again."""
    read = hashlib.sha256(path_of(module).read_bytes())
    return read.hexdigest()[:16]


def load(modules: list[str]) -> dict[str, dict[str, str]]:
    """The verdicts so far on modules that are as they were."""
    known: dict[str, dict[str, str]] = json.loads(STATE.read_text()) if STATE.exists() else {}
    return {module: known.get(f"{module} {digest(module)}", {}) for module in modules}


def save(verdicts: dict[str, dict[str, str]]) -> None:
    STATE.parent.mkdir(exist_ok=True)
    kept = {f"{module} {digest(module)}": of_module for module, of_module in verdicts.items()}
    known = json.loads(STATE.read_text()) if STATE.exists() else {}
    fresh = STATE.with_suffix(".new")
    fresh.write_text(json.dumps(known | kept, indent=1, sort_keys=True))
    fresh.replace(STATE)


def judged(verdicts: dict[str, dict[str, str]]) -> int:
    """Say which survivors have no reason, and which reasons no survivor; answers how many."""
    reasons = {entry["mutant"]: entry["reason"] for entry in tomllib.loads(REASONS.read_text()).get("survivor", [])}
    everything = {name: verdict for of_module in verdicts.values() for name, verdict in of_module.items()}
    survivors = {name for name, verdict in everything.items() if verdict == "survived"}
    modules = set(verdicts)
    complaints = [f"survives, and no reason is given: {name}" for name in sorted(survivors - set(reasons))]
    complaints += [
        f"has a reason, and does not survive: {name}"
        for name in sorted(set(reasons) - survivors)
        if name.partition(":")[0] in modules
    ]
    for complaint in complaints:
        print(complaint)
    noticed = len(everything) - len(survivors)
    print(f"{len(everything)} mutants: {noticed} noticed, {len(survivors)} survive, {len(complaints)} to look at")
    return len(complaints)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="such as acd.routing; all if none is given")
    parser.add_argument("--again", action="store_true", help="look at survivors once more")
    parser.add_argument("--every", type=int, default=1, help="only each so-manyth mutant, to get an idea")
    wanted = parser.parse_args()
    modules = wanted.modules or core_modules()
    verdicts = load(modules)
    waiting = []
    for module in modules:
        every = mutants_of(module, path_of(module).read_text())[:: wanted.every]
        known = verdicts[module]
        if wanted.again:
            verdicts[module] = known = {name: verdict for name, verdict in known.items() if verdict != "survived"}
        waiting += [mutant for mutant in every if mutant.name not in known]
    # Once, for all children. The core itself must not be there yet.
    importlib.import_module("hypothesis.stateful")
    if waiting and not survives(Mutant(modules[0], -1, "no change at all")):
        print("The tests fail as things are: mend that first.")
        return 1
    began = time.monotonic()
    for module in modules:
        of_module = [mutant for mutant in waiting if mutant.module == module]
        for done, mutant in enumerate(survey(of_module, verdicts[module]), 1):
            if verdicts[module][mutant.name] == "survived":
                print(f"survives: {mutant.name}", flush=True)
            if done % 20 == 0 or done == len(of_module):
                save(verdicts)
                print(f"{module}: {done} of {len(of_module)} after {time.monotonic() - began:.0f} s", flush=True)
    return 1 if judged(verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
