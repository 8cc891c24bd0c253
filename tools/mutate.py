"""Change the core in one place at a time and see whether a test notices: ``python -m tools.mutate``.

Each mutant is one small change of one module of ``acd/``: another comparison, a constant that is
one more, a condition turned round, a statement left out. It lives in a child process of its own.

The tests of the core are imported and collected once. What each of them calls is recorded once,
too: a change inside a function can be noticed only by tests that call it, so a child is forked,
the function's code is exchanged in it, and these tests are run until one fails: first those that
are quick and have noticed much. A change of anything else, such as a table or a default, needs an
interpreter of its own, which imports the changed module in place of the right one and runs all
tests. What they leave is played through days of a fixed seed, and what it costs is counted, at the
end, because that takes longest.

What became of a mutant is written down, so that a run that was interrupted goes on where it was,
and a module that has changed since is looked at anew. ``docs/reference/mutants.md`` says how
many there are of each module and how many no test notices. Together with the reasons it tells
what became of each mutant of a module that was looked at to the end, so a fresh checkout does
not look again.

A mutant that no test notices is a survivor: either a test is missing, or the change makes no
difference. Which it is stands in ``tests/acd/survivors.toml``, with a reason. A survivor without
a reason is a failure, and so is a reason for a mutant that does not survive.
"""

import argparse
import ast
import hashlib
import importlib.abc
import importlib.util
import json
import mmap
import os
import re
import signal
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from importlib.machinery import ModuleSpec
from inspect import CO_OPTIMIZED
from itertools import zip_longest
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).parent.parent
REASONS = ROOT / "tests" / "acd" / "survivors.toml"
PAGE = ROOT / "docs" / "reference" / "mutants.md"
TESTS = ROOT / "tests" / "acd"
STATE = ROOT / ".mutants" / "state.json"
SECONDS = 4
"""How much longer a test may compute than ten times what it takes without the mutant; one that does has noticed it."""

PROCESSES = min(2, os.cpu_count() or 1)
OPTIONS = (
    *("-x", "-q", "--no-header", "-p", "no:randomly", "-p", "no:cacheprovider", "--timeout-method=thread"),
    *("--hypothesis-profile=mutants", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
DAYS = "test_any_day.py"
NOT_ASKED = {"test_mutants.py", "test_erlang.py"}
"""Tests that are no judges here."""
LAST = {DAYS, "test_cost.py"}
"""Those that are asked last because they take longest."""

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
                left = node.values[:place] + node.values[place + 1 :]
                return ast.BoolOp(node.op, left) if len(left) > 1 else left[0]
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


def run_alone(mutant: Mutant, files: Sequence[str]) -> int:
    """Run these tests in this interpreter, into which nothing of the core was imported yet: 0 if all passed."""
    signal.setitimer(signal.ITIMER_PROF, 60 * SECONDS)
    path = path_of(mutant.module)
    sys.meta_path.insert(0, InPlaceOf(mutant.module, path, mutated(path.read_text(), mutant.number)))
    basetemp = STATE.parent / f"{mutant.module}-{mutant.number}"
    return int(pytest.main([*OPTIONS, f"--basetemp={basetemp}", *files]))


def test_files() -> list[str]:
    """The tests that judge."""
    return sorted(str(path) for path in TESTS.glob("test_*.py") if path.name not in NOT_ASKED)


# Functions, exchanged in a process that has imported everything.


Functions = dict[str, CodeType]
"""The code of a module's functions and methods, by qualified name."""


def functions_of(code: CodeType) -> tuple[Functions, tuple[object, ...]]:
    """The functions of a module, and what the rest of the module consists of."""
    functions: Functions = {}
    rest: list[object] = [code.co_code, code.co_names]
    for constant in code.co_consts:
        if not isinstance(constant, CodeType):
            rest.append((type(constant), repr(constant)))
        elif constant.co_flags & CO_OPTIMIZED and "<" not in constant.co_name:
            functions[constant.co_qualname] = constant
        else:
            inner, others = functions_of(constant)
            functions |= inner
            rest.append(others)
    return functions, tuple(rest)


def changed_functions(mutant: Mutant) -> Functions | None:
    """The functions that the change is in; ``None`` if it is in anything else."""
    path = path_of(mutant.module)
    text = path.read_text()
    right, rest = functions_of(compile(ast.parse(text), str(path), "exec"))
    wrong, others = functions_of(compile(mutated(text, mutant.number), str(path), "exec"))
    changed = {name: code for name, code in wrong.items() if code != right.get(name)}
    return changed if changed and rest == others else None


def function_called(module: ModuleType, qualified: str) -> FunctionType:
    """The function or method of this name, out of whatever wraps it."""
    owner: Any = module
    *path, name = qualified.split(".")
    for part in path:
        owner = getattr(owner, part)
    found = vars(owner)[name]
    for wrapper in ("fget", "__func__", "__wrapped__"):
        found = getattr(found, wrapper, found)
    assert isinstance(found, FunctionType), f"{qualified} is no function"
    return found


@dataclass
class Asked:
    """What one test is like without any change: how long it takes, and what of the core it calls."""

    seconds: float
    calls: set[tuple[str, str]]


class Judges:
    """A pytest session that judges mutants instead of running its tests.

    Args:
        waiting: Whom to look at, by module.
        settle: Called with each mutant and its verdict.
    """

    def __init__(self, waiting: Sequence[Mutant], settle: Callable[[Mutant, str], None]) -> None:
        self._waiting = waiting
        self._settle = settle
        self._asked: dict[str, Asked] = {}
        self.failure = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if not self._record(session.items):
            self.failure = "The tests fail as things are: mend that first."
            return True
        left = self._judge(self._waiting, [item for item in session.items if item.path.name not in LAST])
        self._judge(left, [item for item in session.items if item.path.name in LAST], at_last=True)
        return True

    def _judge(self, mutants: Sequence[Mutant], items: Sequence[pytest.Item], *, at_last: bool = False) -> list[Mutant]:
        """Ask these tests about each; answers whom none of them noticed."""
        running: dict[int, Mutant] = {}
        queue, left = list(reversed(mutants)), list[Mutant]()
        while queue or running:
            while queue and len(running) < PROCESSES:
                mutant = queue.pop()
                running[self._start(mutant, items)] = mutant
            child, status = os.waitpid(-1, 0)
            mutant = running.pop(child)
            if status == 0:
                left.append(mutant)
                if not at_last:
                    print(f"not noticed so far: {mutant.name}", flush=True)
            if status or at_last:
                self._settle(mutant, "noticed" if status else "survived")
        return left

    def _record(self, items: Sequence[pytest.Item]) -> bool:
        """Run every test once, in a child, and learn what it calls; answers whether all passed."""
        notes = STATE.parent / f"calls-{_everything()}.json"
        notes.parent.mkdir(exist_ok=True)
        if not notes.exists():
            child = os.fork()
            if not child:
                with suppress(BaseException):
                    _be_silent()
                    found = {item.nodeid: _listened(item, then) for item, then in _with_next(items)}
                    if all(listened is not None for listened in found.values()):
                        notes.write_text(json.dumps(found))
                os._exit(0)
            os.waitpid(child, 0)
        if not notes.exists():
            return False
        found = json.loads(notes.read_text())
        self._asked = {test: Asked(seconds, {(m, q) for m, q in calls}) for test, (seconds, calls) in found.items()}
        self._place = {item.nodeid: place for place, item in enumerate(items)}
        # How many each test has noticed, written by children.
        self._noticed = mmap.mmap(-1, len(items))
        return True

    def _may_notice(self, item: pytest.Item, functions: set[tuple[str, str]]) -> bool:
        # A day may call anything.
        return item.path.name == DAYS or not functions.isdisjoint(self._asked[item.nodeid].calls)

    def _start(self, mutant: Mutant, items: Sequence[pytest.Item]) -> int:
        functions = changed_functions(mutant)
        if functions is None:
            files = sorted({str(item.path) for item in items})
            one = [sys.executable, "-m", "tools.mutate", "--one", mutant.module, str(mutant.number), *files]
            silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
            return os.posix_spawn(sys.executable, one, os.environ, file_actions=silent)
        of_it = {(mutant.module, name) for name in functions}
        judges = [item for item in items if self._may_notice(item, of_it)]
        judges.sort(key=lambda item: self._asked[item.nodeid].seconds / (1 + self._noticed[self._place[item.nodeid]]))
        child = os.fork()
        if not child:
            code = 1
            with suppress(BaseException):
                _be_silent()
                for name, changed in functions.items():
                    function_called(sys.modules[mutant.module], name).__code__ = changed
                code = int(self._is_noticed(judges))
            os._exit(code)
        return child

    def _is_noticed(self, judges: Sequence[pytest.Item]) -> bool:
        for item, then in _with_next(judges):
            place = self._place[item.nodeid]
            before, self._noticed[place] = self._noticed[place], min(255, self._noticed[place] + 1)
            # Time of the processor, so that a busy machine is no judge.
            signal.setitimer(signal.ITIMER_PROF, SECONDS + 10 * self._asked[item.nodeid].seconds)
            if not _passes(item, then):
                return True
            self._noticed[place] = before
        return False


def _be_silent() -> None:
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)


def _passes(item: pytest.Item, then: pytest.Item | None) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=then))


def _with_next(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    """Each with the one that is run after it, for which fixtures are kept."""
    return zip_longest(items, items[1:])


def _listened(item: pytest.Item, then: pytest.Item | None) -> tuple[float, list[tuple[str, str]]] | None:
    """How long a test takes and which functions of the core it calls; ``None`` if it fails."""
    calls: set[tuple[str, str]] = set()

    def listen(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and str(frame.f_globals.get("__name__", "")).startswith("acd"):
            calls.add((frame.f_globals["__name__"], frame.f_code.co_qualname.partition(".<locals>")[0]))

    began = time.process_time()
    sys.setprofile(None if item.path.name == DAYS else listen)
    try:
        passed = _passes(item, then)
    finally:
        sys.setprofile(None)
    return (time.process_time() - began, sorted(calls)) if passed else None


def _everything() -> str:
    """What a recording of calls is about: the core and its tests, as they are."""
    read = hashlib.sha256()
    for path in sorted([*(ROOT / "acd").rglob("*.py"), *TESTS.rglob("*.py")]):
        read.update(path.read_bytes())
    return read.hexdigest()[:16]


def digest(module: str) -> str:
    """What a verdict is about. That tests have changed is for whoever runs this to say, with --again."""
    read = hashlib.sha256(path_of(module).read_bytes())
    return read.hexdigest()[:16]


def load(modules: list[str]) -> dict[str, dict[str, str]]:
    """The verdicts so far on modules that are as they were."""
    known: dict[str, dict[str, str]] = json.loads(STATE.read_text()) if STATE.exists() else {}
    page = PAGE.read_text() if PAGE.exists() else ""
    return {module: known.get(f"{module} {digest(module)}") or told_by(page, module) for module in modules}


def told_by(page: str, module: str) -> dict[str, str]:
    """What the page and the reasons say of a module that was looked at to the end, and is as it was."""
    row = re.search(rf"^\| `{module}` \| {digest(module)} \|" + r" (\d+) \|" * 5 + "$", page, re.MULTILINE)
    every = mutants_of(module, path_of(module).read_text())
    named = set(reasons()) | set(re.findall(r"^- `+ (.+) `+$", page, re.MULTILINE))
    survivors = {mutant.name for mutant in every} & named
    if row is None:
        return {}
    mutants, looked_at, noticed, *_ = map(int, row.groups())
    if not len(every) == mutants == looked_at == noticed + len(survivors):
        return {}
    return {mutant.name: "survived" if mutant.name in survivors else "noticed" for mutant in every}


def save(verdicts: dict[str, dict[str, str]]) -> None:
    STATE.parent.mkdir(exist_ok=True)
    kept = {f"{module} {digest(module)}": of_module for module, of_module in verdicts.items()}
    known = json.loads(STATE.read_text()) if STATE.exists() else {}
    fresh = STATE.with_suffix(".new")
    fresh.write_text(json.dumps(known | kept, indent=1, sort_keys=True))
    fresh.replace(STATE)


def reasons() -> dict[str, str]:
    """Why survivors survive, by the mutant's name."""
    return {entry["mutant"]: entry["reason"] for entry in tomllib.loads(REASONS.read_text()).get("survivor", [])}


def judged(verdicts: dict[str, dict[str, str]]) -> int:
    """Say which survivors have no reason, and which reasons no survivor; answers how many."""
    why = reasons()
    everything = {name: verdict for of_module in verdicts.values() for name, verdict in of_module.items()}
    survivors = {name for name, verdict in everything.items() if verdict == "survived"}
    complaints = [f"survives, and no reason is given: {name}" for name in sorted(survivors - set(why))]
    complaints += [f"has a reason, and was noticed: {name}" for name in sorted(set(why) & set(everything) - survivors)]
    for complaint in complaints:
        print(complaint)
    noticed = len(everything) - len(survivors)
    print(f"{len(everything)} mutants: {noticed} noticed, {len(survivors)} survive, {len(complaints)} to look at")
    return len(complaints)


def write_page(verdicts: dict[str, dict[str, str]], of_all: dict[str, int]) -> None:
    """Write down what is known of every module as it is now."""
    why = reasons()
    lines = [
        "# Mutants",
        "",
        f"Written by `make mutants` on {date.today().isoformat()}: the core, changed in one place at a time, and",  # noqa: DTZ011
        "whether a test notices. A module is looked at anew once it has changed; one that has not and was looked at",
        "to the end is taken from here. What each survivor is and why it may survive stands in",
        "`tests/acd/survivors.toml`.",
        "",
        "| Module | Its digest | Mutants | Looked at | Noticed | Survive with a reason | Without |",
        "| --- | --- | --: | --: | --: | --: | --: |",
    ]
    sums, open_ones = [0] * 5, list[str]()
    for module, mutants in of_all.items():
        if not mutants:
            continue
        verdict = verdicts[module]
        survivors = [name for name, said in verdict.items() if said == "survived"]
        with_reason = sum(name in why for name in survivors)
        open_ones += [name for name in survivors if name not in why]
        row = [mutants, len(verdict), len(verdict) - len(survivors), with_reason, len(survivors) - with_reason]
        sums = [a + b for a, b in zip(sums, row, strict=True)]
        lines.append(f"| `{module}` | {digest(module)} | " + " | ".join(map(str, row)) + " |")
    lines.append("| all | | " + " | ".join(f"{count:,}" for count in sums) + " |")
    if open_ones:
        lines += ["", "No test notices these, and no reason is given:", ""]
        lines += [f"- `` {name} ``" for name in sorted(open_ones)]
    PAGE.write_text("\n".join(lines) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="such as acd.routing; all if none is given")
    parser.add_argument("--again", action="store_true", help="look at survivors once more")
    parser.add_argument("--open", action="store_true", help="look once more at survivors without a reason")
    parser.add_argument("--page", action="store_true", help="only write down what is known")
    parser.add_argument("--every", type=int, default=1, help="only each so-manyth mutant, to get an idea")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    os.chdir(ROOT)
    if wanted.one:
        module, number, *files = wanted.one
        return run_alone(Mutant(module, int(number), ""), files)
    every_module = core_modules()
    modules = wanted.modules or every_module
    verdicts = load(modules)
    waiting: list[Mutant] = []
    for module in modules:
        every = mutants_of(module, path_of(module).read_text())
        names = {mutant.name for mutant in every}
        known = {name: verdict for name, verdict in verdicts[module].items() if name in names}
        if wanted.again or wanted.open:
            stay = set(reasons()) if wanted.open else set[str]()
            known = {name: verdict for name, verdict in known.items() if verdict != "survived" or name in stay}
        verdicts[module] = known
        waiting += [mutant for mutant in every[:: wanted.every] if mutant.name not in known]
    if wanted.page:
        waiting = []
    began, done = time.monotonic(), 0

    def settle(mutant: Mutant, verdict: str) -> None:
        nonlocal done
        done += 1
        verdicts[mutant.module][mutant.name] = verdict
        if verdict == "survived":
            print(f"survives: {mutant.name}", flush=True)
        if done % 20 == 0 or done == len(waiting):
            save(verdicts)
            print(f"{mutant.module}: {done} of {len(waiting)} after {time.monotonic() - began:.0f} s", flush=True)

    if waiting:
        session = Judges(waiting, settle)
        pytest.main([*OPTIONS, "-s", f"--basetemp={STATE.parent / 'tests'}", *test_files()], plugins=[session])
        if session.failure:
            print(session.failure)
            return 1
    write_page(load(every_module), {m: len(mutants_of(m, path_of(m).read_text())) for m in every_module})
    return 1 if judged(verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
