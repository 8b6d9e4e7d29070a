"""Break the rules on purpose and see that the tests notice.

Each mutant is one small change to one file of ``scheduler/rules``. It lives in a process of its own
that imports the changed text in place of the file (no file is touched) and runs the tests of that
rule in ``tests/rules``; files that all rules share run all of them. A mutant is killed when a test
fails or the time is up. Exit code 1 when fewer than 95 % are.

What is changed (`OPERATORS`): whole numbers by one, true and false, strings that decide something,
comparisons, arithmetic and bit operators, ``and``/``or``, ``not`` and signs left out, the sign of
coefficients given to ``put``, ``min``/``max`` and their like, keyword arguments left out, filters
of comprehensions left out, conditions held true or false, the arms of a conditional expression
swapped, statements left out. Not changed: annotations, decorators, imports, docstrings, titles and
formulas, and the words of ``say`` and of errors (their conditions are changed like any other).
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import io
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "scheduler" / "rules"
TESTS = ROOT / "tests" / "rules"
OF_SHARED = ["test_columns_agree", "test_facts"]
"""Tests that are of no single rule."""
SLOWEST = "test_contract"
COPIED = ["scheduler", "tests", "pyproject.toml"]
"""What the tests need; they run in a copy, so that the files may be worked on meanwhile."""
EXPLAINED = ROOT / "docs" / "mutants.md"
NEEDED = 0.95
LIMIT = 150
"""Seconds of computing after which a mutant counts as killed: it has made something endless."""
PRELOADED = ["numpy", "scipy.optimize", "pydantic", "pytest", "hypothesis", "scheduler.models"]
"""What no mutant can change, imported once for all."""

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
TWINS = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "minimum": "maximum",
    "maximum": "minimum",
    "logical_and": "logical_or",
    "logical_or": "logical_and",
}
SHOWN = 96
HARMLESS_KEYWORDS = {"strict", "dtype"}
WORDS = {"title", "maths"}
TYPES = {"Annotated", "Callable", "Literal"}


# ---- making mutants -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """One change: the file, where in it, what was there and what is there instead."""

    file: str
    where: str
    operator: str
    before: str
    after: str
    node: int
    variant: int
    repeat: int = 0

    @property
    def name(self) -> str:
        """How the report and ``docs/mutants.md`` call it; free of line numbers."""
        again = f" ({self.repeat + 1})" if self.repeat else ""
        return f"`{self.file}` {self.where}: `{self.before}` → `{self.after}`{again}"


@dataclass
class Site:
    """A node of the tree with what leads to it: ``around`` is from its statement to itself."""

    node: ast.AST
    parent: ast.AST
    field: str
    at: int | None
    where: str
    around: tuple[ast.AST, ...]

    def put(self, new: ast.AST) -> None:
        """Set ``new`` where the node is."""
        if self.at is None:
            setattr(self.parent, self.field, new)
        else:
            getattr(self.parent, self.field)[self.at] = new


def sites(tree: ast.Module) -> list[Site]:
    """Nodes that may be changed, in the order of the file."""
    return list(_inside(tree, "", ()))


def _inside(parent: ast.AST, where: str, around: tuple[ast.AST, ...]) -> Iterator[Site]:
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for at, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or _left_alone(node):
                continue
            chain = (node,) if isinstance(node, ast.stmt) else (*around, node)
            yield Site(node, parent, field, at, where, chain)
            named = isinstance(node, (ast.FunctionDef, ast.ClassDef))
            yield from _inside(node, f"{where}.{node.name}".strip(".") if named else where, chain)


def _left_alone(node: ast.AST) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id in WORDS or _is_type(node.value)
    return False


def _is_type(node: ast.AST) -> bool:
    of = node.value if isinstance(node, ast.Subscript) else None
    return isinstance(of, ast.Name) and of.id in TYPES


def changes(site: Site) -> Iterator[tuple[str, ast.AST]]:
    """What may stand in place of a node: the operator's name and the new node."""
    node = site.node
    for operator, change in OPERATORS.items():
        for new in change(node, site):
            yield operator, ast.fix_missing_locations(ast.copy_location(new, node))


def _changed(node: ast.AST, **fields: Any) -> Any:
    new = copy.deepcopy(node)
    for field, value in fields.items():
        setattr(new, field, value)
    return new


def _number(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)


def _truth(node: ast.AST, site: Site) -> Iterator[ast.AST]:
    harmless = isinstance(site.parent, ast.keyword) and site.parent.arg in HARMLESS_KEYWORDS
    if isinstance(node, ast.Constant) and type(node.value) is bool and not harmless:
        yield ast.Constant(not node.value)


def _string(node: ast.AST, site: Site) -> Iterator[ast.AST]:
    spoken = site.where.split(".")[-1] == "say" or isinstance(site.parent, ast.JoinedStr)
    spoken |= isinstance(site.around[0], ast.Raise)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not spoken:
        yield ast.Constant(f"{node.value}?")


def _comparison(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            ops = [*node.ops[:at], COMPARED[type(op)](), *node.ops[at + 1 :]]
            yield _changed(node, ops=ops)


def _arithmetic(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in COMPUTED:
        yield _changed(node, op=COMPUTED[type(node.op)]())


def _connective(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        yield _changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())


def _unary(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield copy.deepcopy(node.operand)


def _coefficient(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    put = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    if put and node.func.attr == "put" and len(node.args) in (2, 3):
        old = node.args[2] if len(node.args) == 3 else ast.Constant(1)
        if isinstance(old, ast.UnaryOp):
            return
        yield _changed(node, args=[*node.args[:2], ast.UnaryOp(ast.USub(), copy.deepcopy(old))])


def _twin(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, ast.Name) and node.id in TWINS:
        yield ast.Name(TWINS[node.id], node.ctx)
    if isinstance(node, ast.Attribute) and node.attr in TWINS:
        yield _changed(node, attr=TWINS[node.attr])


def _keyword(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call):
        for at, keyword in enumerate(node.keywords):
            if keyword.arg is not None and keyword.arg not in HARMLESS_KEYWORDS:
                yield _changed(node, keywords=[*node.keywords[:at], *node.keywords[at + 1 :]])


def _filter(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, ast.comprehension):
        for at in range(len(node.ifs)):
            yield _changed(node, ifs=[*node.ifs[:at], *node.ifs[at + 1 :]])


def _condition(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, (ast.If, ast.While)):
        yield _changed(node, test=ast.Constant(value=False))
        if isinstance(node, ast.If):
            yield _changed(node, test=ast.Constant(value=True))


def _arms(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, ast.IfExp):
        yield _changed(node, body=copy.deepcopy(node.orelse), orelse=copy.deepcopy(node.body))


def _dropped(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, (ast.Expr, ast.AugAssign, ast.Continue, ast.Break)):
        yield ast.Pass()
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        yield ast.Pass()


OPERATORS = {
    "number": _number,
    "truth": _truth,
    "string": _string,
    "comparison": _comparison,
    "arithmetic": _arithmetic,
    "connective": _connective,
    "sign": _unary,
    "coefficient": _coefficient,
    "twin": _twin,
    "keyword": _keyword,
    "filter": _filter,
    "condition": _condition,
    "arms": _arms,
    "dropped": _dropped,
}


@cache
def text_of(file: str) -> str:
    """The file as it was when first asked for."""
    return (RULES / f"{file}.py").read_text(encoding="utf-8")


def mutants_of(file: str) -> list[Mutant]:
    """Every mutant of one file."""
    tree = ast.parse(text_of(file))
    found: list[Mutant] = []
    seen: Counter[str] = Counter()
    for number, site in enumerate(sites(tree)):
        for variant, (operator, new) in enumerate(changes(site)):
            before, after = _shown(site, new)
            made = Mutant(file, site.where, operator, before, after, number, variant)
            repeat = seen[made.name]
            seen[made.name] += 1
            fields = {**vars(made), "repeat": repeat}
            found.append(Mutant(**fields))
    return found


def _shown(site: Site, new: ast.AST) -> tuple[str, str]:
    """What is around the change, before and after: the most that makes a short line.

    Of a compound statement that is its head.
    """
    short = (node for node in site.around if len(_line(node)) <= SHOWN)
    shown = next(short, site.node)
    before = _line(shown)
    if isinstance(site.node, ast.Call) and isinstance(new, ast.Call):
        gone = {_line(k) for k in site.node.keywords} - {_line(k) for k in new.keywords}
        if gone:
            return f"{_line(new.func)}(…, {gone.pop()})", f"{_line(new.func)}(…)"
    if shown is site.node:
        return _cut(before), _cut(_line(new))
    site.put(new)
    after = _line(shown)
    site.put(site.node)
    return before, after


def _cut(line: str) -> str:
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def _line(node: ast.AST) -> str:
    return ast.unparse(node).split("\n", 1)[0].strip()


def source_of(mutant: Mutant) -> str:
    """The whole text of the file with the one change."""
    tree = ast.parse(text_of(mutant.file))
    site = sites(tree)[mutant.node]
    site.put(list(changes(site))[mutant.variant][1])
    return ast.unparse(tree)


# ---- trying one ---------------------------------------------------------------------------------


class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a text that stands in place of its file."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """Claim the one module."""
        return importlib.util.spec_from_loader(name, self) if name == self.name else None

    def exec_module(self, module: Any) -> None:
        """Run the text as the module."""
        exec(compile(self.text, f"<mutant of {self.name}>", "exec"), module.__dict__)


def files() -> list[str]:
    """Files of ``scheduler/rules``, in alphabetical order."""
    return sorted(path.stem for path in RULES.glob("*.py") if path.stem != "__init__")


def in_order() -> list[str]:
    """The rules, then what they share."""
    return sorted(files(), key=lambda file: file in shared())


@cache
def shared() -> frozenset[str]:
    """Files that are no rule: what all rules stand on."""
    return frozenset(file for file in files() if "class Settings" not in text_of(file))


def tests_of(file: str) -> list[str]:
    """Arguments that make pytest run the tests of one file of rules, the quickest first."""
    every = {path.stem: str(path.relative_to(ROOT)) for path in sorted(TESTS.glob("test_*.py"))}
    of_rules = {f"test_{rule}" for rule in files() if rule not in shared()}
    of_all = sorted((s for s in every if s not in of_rules), key=lambda stem: stem == SLOWEST)
    if file in shared():
        examples = [stem for stem in every if stem in of_rules]
        return [every[stem] for stem in [*of_all[:-1], *examples, *of_all[-1:]]]
    own = [every[f"test_{file}"]] if f"test_{file}" in every else []
    of_each = [every[stem] for stem in of_all if stem not in OF_SHARED]
    return [*own, *of_each, "-k", f"test_{file}.py or {file}] or [{file}-"]


def attempt(file: str, text: str | None, arguments: list[str], answer: Connection) -> None:
    """Run tests with ``text`` in place of the file; answer with pytest's exit code."""
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT + 5))
    if text is not None:
        sys.meta_path.insert(0, Instead(f"scheduler.rules.{file}", text))
    import pytest

    options = ["-x", "-q", "--no-header", "--assert=plain", "--tb=line"]
    plugins = [f"-pno:{name}" for name in ("cacheprovider", "xdist", "cov", "faulthandler")]
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = pytest.main([*options, *plugins, *arguments])
    answer.send((int(code), said.getvalue()[-2000:]))


@dataclass
class Trial:
    """A mutant being tried in a process of its own."""

    mutant: Mutant
    process: Any
    answer: Connection

    def outcome(self) -> str | None:
        """``killed``, ``endless``, ``survived``, or None while it runs."""
        if self.process.is_alive() and not self.answer.poll():
            return None
        code, _ = ended(self.process, self.answer)
        return {0: "survived", -signal.SIGXCPU: "endless"}.get(code, "killed")


def ended(process: Any, answer: Connection) -> tuple[int, str]:
    """Exit code and words of a process that has answered, or died."""
    try:
        found: tuple[int, str] = answer.recv()
    except EOFError:
        process.join()
        return process.exitcode, "it ended without an answer"
    process.join()
    return found


def begin(context: Any, file: str, text: str | None) -> tuple[Any, Connection]:
    """Start a process that tries ``text`` in place of the file."""
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=attempt, args=(file, text, tests_of(file), sender))
    process.start()
    sender.close()
    return process, receiver


def try_all(mutants: list[Mutant], jobs: int, context: Any) -> dict[Mutant, str]:
    """Outcome of every mutant, ``jobs`` at a time."""
    waiting, running, found = list(reversed(mutants)), [], {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            process, answer = begin(context, mutant.file, source_of(mutant))
            running.append(Trial(mutant, process, answer))
        time.sleep(0.01)
        for trial in list(running):
            outcome = trial.outcome()
            if outcome is not None:
                running.remove(trial)
                found[trial.mutant] = outcome
                _tell(found, len(mutants), trial.mutant, outcome)
    return found


def _tell(found: dict[Mutant, str], total: int, mutant: Mutant, outcome: str) -> None:
    if outcome == "survived":
        print(f"  survived: {mutant.name}", flush=True)
    if len(found) % 100 == 0:
        print(f"{len(found)} of {total} tried", file=sys.stderr, flush=True)


# ---- the report ---------------------------------------------------------------------------------


def report(found: dict[Mutant, str]) -> float:
    """Print killed and survived per file and the survivors without a reason; the share killed."""
    print(f"\n{'file':<16} {'mutants':>8} {'killed':>8} {'endless':>8} {'survived':>9}")
    for file in [*sorted({mutant.file for mutant in found}), "all"]:
        outcomes = Counter(
            outcome for mutant, outcome in found.items() if file in (mutant.file, "all")
        )
        parts = outcomes.total(), outcomes["killed"], outcomes["endless"], outcomes["survived"]
        print(f"{file:<16} {parts[0]:>8} {parts[1]:>8} {parts[2]:>8} {parts[3]:>9}")
    survivors = [mutant for mutant, outcome in found.items() if outcome == "survived"]
    score = 1 - len(survivors) / max(1, len(found))
    names = {mutant.name for mutant in survivors}
    reasons = explained()
    for name in sorted(names - reasons):
        print(f"not explained in {EXPLAINED.relative_to(ROOT)}: {name}")
    for name in sorted(reasons & {mutant.name for mutant in found} - names):
        print(f"killed, so {EXPLAINED.relative_to(ROOT)} need not explain: {name}")
    print(f"killed {score:.1%}, needed {NEEDED:.0%}")
    return score


def explained() -> set[str]:
    """Names of the survivors that the page gives reasons for."""
    lines = EXPLAINED.read_text(encoding="utf-8").splitlines() if EXPLAINED.exists() else []
    return {line.removeprefix("- ").strip() for line in lines if line.startswith("- `")}


def main() -> int:
    """The command: `python tests/mutants.py [--sample N] [--seed S] [--jobs J] [file ...]`."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="*", help="files of scheduler/rules, such as place")
    parser.add_argument("--sample", type=int, metavar="N", help="try N mutants only")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="draws the sample")
    parser.add_argument("--jobs", type=int, default=2, metavar="J", help="processes at a time")
    parser.add_argument("--list", action="store_true", help="name the mutants, try none")
    asked = parser.parse_args()
    mutants = [mutant for file in asked.files or in_order() for mutant in mutants_of(file)]
    if asked.sample is not None:
        mutants = random.Random(asked.seed).sample(mutants, min(asked.sample, len(mutants)))
    if asked.list:
        print(*(f"{mutant.operator:<12} {mutant.name}" for mutant in mutants), sep="\n")
        return 0
    os.environ["HYPOTHESIS_PROFILE"] = "ci"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as copy:
        copied(Path(copy))
        os.chdir(copy)
        sys.path.insert(0, copy)
        good = unbroken(sorted({mutant.file for mutant in mutants}), context)
        found = try_all(mutants, asked.jobs, context) if good else {}
        os.chdir(ROOT)
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0 if good and report(found) >= NEEDED else 1


def copied(where: Path) -> None:
    """Copy what the tests need."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, where / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, where / name)


def unbroken(files: list[str], context: Any) -> bool:
    """Whether the tests pass while nothing is changed; without that, kills mean nothing."""
    good = True
    for file in files:
        process, answer = begin(context, file, None)
        code, said = ended(process, answer)
        if code != 0:
            print(f"the tests of {file} fail before any change:\n{said}")
            good = False
    return good


if __name__ == "__main__":
    sys.exit(main())
