"""Tests of the tests: one operator, number or word of a calculation is changed at a time, and its tests must notice.

``make mutants`` runs this (a quarter of an hour on two cores). The changes are those of mutmut. They are tried by this script: mutmut's own
runner leaves out every decorated function (our properties are) and would run the examples in the docstrings once for every copy it
makes of a function. Here the tests of a module are collected once; then each change is made in a process of its own, forked from there,
and the tests that reach its function run, those first that noticed the changes before it, then the quickest, until one fails.
"""

import argparse
import gc
import importlib
import inspect
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, takewhile
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import coverage
import libcst as cst
import pytest
from _pytest.doctest import DoctestItem
from hypothesis import HealthCheck, Phase, settings
from mutmut.mutation.file_mutation import NEVER_MUTATE_FUNCTION_NAMES, MutationVisitor, OuterFunctionProvider
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from ncthelpers.cli.trial import shown
from ncthelpers.once import once
from ncthelpers.trials import Tried, record, trial

REPOSITORY = Path(__file__).resolve().parents[1]
LISTED = REPOSITORY / "docs" / "mutants.md"
MODULES = {
    "rounding": ("rounding",), "workingdays": ("workingdays",), "disclosure": ("disclosure",), "escalation": ("escalation",),
    "spc": ("spc",), "finance": ("finance",), "kpis": ("kpis",), "claims": ("claims", "claims_2021_22"),
}  # fmt: skip
LEAST = 0.85  # of the changes, for every module
MOST_MEMORY = 4 << 30  # bytes: a loop that no longer ends must not take the machine with it
PATIENCE = 20, 5  # seconds, and times as long as the tests take, before a change that runs on is stopped
_NO_FUNCTION = ("comp>", "<genexpr>")  # code that a function runs through at once
NOTICED, MOST_NOTICED = "noticed", 20  # by which test; how many of these are tried before all others
_ONCE = once(int).__code__  # of every calculation that is made once for a year
KILLED, SURVIVED, TIMED_OUT, BROKEN = "killed", "survived", "timed out", "broken"


@dataclass(frozen=True)
class Mutant:
    """One change: the module as it then reads, and the function and lines that it is in."""

    function: str
    first: int
    last: int
    change: str
    code: str


@dataclass(frozen=True)
class Found:
    """What became of each change of a module."""

    module: str
    ends: tuple[tuple[str, str], ...]
    seconds: float

    def so_ended(self, end: str) -> list[str]:
        """The changes that ended in one way."""
        return [change for change, other in self.ends if other == end]


class _Visitor(MutationVisitor):
    """mutmut's, in decorated functions too."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return node.name.value in NEVER_MUTATE_FUNCTION_NAMES
        return super()._skip_node_and_children(node)


def mutants(source: str) -> Iterator[Mutant]:
    """Every change of a module that lies in one of its functions."""
    wrapper = cst.metadata.MetadataWrapper(cst.parse_module(source))
    visitor = _Visitor(mutation_operators, IgnoredCode(set(), set(), set()))
    module = wrapper.visit(visitor)
    names = dict(_named(module.body))
    places, spans, outer = (
        wrapper.resolve(provider)
        for provider in (cst.metadata.PositionProvider, cst.metadata.WhitespaceInclusivePositionProvider, OuterFunctionProvider)
    )  # fmt: skip
    lines = source.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    for mutation in visitor.mutations:
        function, span = outer.get(mutation.original_node), spans[mutation.original_node]
        if function not in names:
            continue
        start, end = (starts[at.line - 1] + at.column for at in (span.start, span.end))
        code = source[:start] + module.code_for_node(mutation.mutated_node) + source[end:]
        if code == source:
            continue
        name, place = names[function], places[function]
        change = _change(lines, code.splitlines(keepends=True))
        yield Mutant(name, place.start.line, place.end.line, f"{name}: {change}", code)


def _named(body: Sequence[cst.CSTNode], within: str = "") -> Iterator[tuple[cst.FunctionDef, str]]:
    """The functions of a module and the methods of its classes, with their full names."""
    for node in body:
        if isinstance(node, cst.FunctionDef):
            yield node, within + node.name.value
        elif isinstance(node, cst.ClassDef):
            yield from _named(node.body.body, f"{node.name.value}.")


def _alike(before: Sequence[str], after: Sequence[str]) -> int:
    """How many lines are the same from the start on."""
    return len([*takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))])


def _change(before: Sequence[str], after: Sequence[str]) -> str:
    """The lines that differ, as they were and as they are."""
    start = _alike(before, after)
    back = _alike(before[start:][::-1], after[start:][::-1])
    was, now = (" ".join(line.strip() for line in text[start : len(text) - back]) for text in (before, after))
    return f"`{was}` became `{now}`"


def _functions(holder: dict[str, object], path: str) -> dict[str, FunctionType]:
    """The functions that a module or class defines, by their full names; of a property and the like the one within."""
    found = {}
    for value in holder.values():
        if isinstance(value, type) and value.__module__ == holder.get("__name__", holder.get("__module__")):
            found |= _functions(dict(vars(value)), path)
        within = (
            getattr(value, "fget", None)
            or getattr(value, "func", None)
            or inspect.unwrap(getattr(value, "__func__", value))
        )
        if isinstance(within, FunctionType) and within.__code__.co_filename == path:
            found[within.__code__.co_qualname] = within
    return found


def _changed(module: ModuleType, mutant: Mutant, known: Sequence[FunctionType]) -> None:
    """Make the change in the function, and in those of the known ones that it has made."""
    path = str(module.__file__)
    held = {"__name__": module.__name__, "__file__": path}
    exec(compile(mutant.code, path, "exec"), held)  # noqa: S102
    old, new = (_functions(names, path)[mutant.function] for names in (vars(module), held))
    before, after = _written_in(old.__code__), _written_in(new.__code__)
    if len(before) == len(after) > 0:  # else there is none, or one is gone with the change
        within = dict(zip(map(id, before), after, strict=True))
        for one in [one for one in known if id(one.__code__) in within]:
            one.__code__ = within[id(one.__code__)]
    old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__


def _written_in(code: CodeType) -> list[CodeType]:
    """The code of the functions that are written in another, in their order."""
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return [
        each for one in inner for each in (*([] if one.co_name.endswith(_NO_FUNCTION) else [one]), *_written_in(one))
    ]


class _Trial:
    """In the place of pytest's loop over the tests: one such loop for each change, each in a process of its own."""

    def __init__(self, name: str, folder: Path, processes: int) -> None:
        self.module = importlib.import_module(f"ncthelpers.{name}")
        self.folder, self.processes = folder, processes
        self.ends: list[tuple[str, str]] = []
        self.forgetting: list[Callable[[], None]] = []
        self.known: list[FunctionType] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        settings.register_profile("mutants", deadline=None, database=None, derandomize=True,
                                  phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))  # fmt: skip
        settings.load_profile("mutants")
        seconds, reached = self._as_it_is(session)
        self._forked(session, None, [*seconds], PATIENCE[0] + PATIENCE[1] * sum(seconds.values()))
        if _end(os.wait()[1]) != SURVIVED:
            raise pytest.UsageError(
                f"tests of {self.module.__name__} fail a second time: a change would not be what they notice"
            )
        waiting = list(mutants(Path(str(self.module.__file__)).read_text("utf-8")))[::-1]
        print(
            f"{self.module.__name__}: {len(waiting)} changes, {len(seconds)} tests in {sum(seconds.values()):.0f} s",
            flush=True,
        )
        running: dict[int, Mutant] = {}
        noticed: list[int] = []  # tests that noticed a change, the last to do so first
        while waiting or running:
            while waiting and len(running) < self.processes:
                mutant = waiting.pop()
                near = {test for line in range(mutant.first, mutant.last + 1) for test in reached.get(line, ())}
                tests = [test for test in noticed if test in near]
                tests += sorted(near - set(tests), key=seconds.__getitem__)
                tests += sorted(set(seconds) - near, key=seconds.__getitem__)
                running[self._forked(session, mutant, tests, PATIENCE[0] + PATIENCE[1] * sum(seconds.values()))] = (
                    mutant
                )
            child, status = os.wait()
            if (told := self.folder / str(child) / NOTICED).is_file():
                test = int(told.read_text())
                noticed = [test, *(each for each in noticed if each != test)][:MOST_NOTICED]
            shutil.rmtree(self.folder / str(child), ignore_errors=True)
            self.ends.append((running.pop(child).change, _end(status)))
            if self.ends[-1][1] != KILLED:
                print(f"{self.module.__name__}, {self.ends[-1][1]}: {self.ends[-1][0]}", flush=True)
        return True

    def _as_it_is(self, session: pytest.Session) -> tuple[dict[int, float], dict[int, list[int]]]:
        """How long each test takes, and which tests reach each line; all must pass. What all tests share is made here, once."""
        path = str(self.module.__file__)
        covered = coverage.Coverage(data_file=None, include=[path], config_file=False)
        seconds = {}
        covered.start()
        for number, item in enumerate(session.items):
            covered.switch_context(str(number))
            names = dict(item.dtest.globs) if isinstance(item, DoctestItem) else {}  # which running it once clears
            began = time.perf_counter()
            _run(session, item, session.items[number + 1] if number + 1 < len(session.items) else _More(session))
            seconds[number] = time.perf_counter() - began
            if names:
                item.dtest.globs.update(names)
        covered.stop()
        if session.testsfailed:
            raise pytest.UsageError(f"the tests of {self.module.__name__} fail as it is: there is nothing to try")
        lines = covered.get_data().contexts_by_lineno(path)
        self.forgetting = list(_forgetting())
        self.known = [
            one for one in gc.get_objects() if isinstance(one, FunctionType) and one.__code__.co_filename == path
        ]
        gc.collect()
        gc.freeze()  # what is shared stays shared: a child does not look through it
        return seconds, {line: [int(test) for test in tests if test] for line, tests in lines.items()}

    def _forked(self, session: pytest.Session, mutant: Mutant | None, tests: Sequence[int], limit: float) -> int:
        if child := os.fork():
            return child
        code = 2
        try:
            self._in_a_child()
            signal.alarm(int(limit))
            for forget in self.forgetting:
                forget()
            if mutant:
                _changed(self.module, mutant, self.known)
            for place, test in enumerate(tests):
                following = session.items[tests[place + 1]] if place + 1 < len(tests) else None
                _run(session, session.items[test], following)
                if session.testsfailed:
                    (self.folder / str(os.getpid()) / NOTICED).write_text(str(test))
                    break
            code = min(session.testsfailed, 1)
        finally:
            os._exit(code)

    def _in_a_child(self) -> None:
        """Its own folder of temporary files, no more memory than it may have, and nothing said."""
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
        own = self.folder / str(os.getpid())
        own.mkdir()
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(own)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)


@dataclass(frozen=True)
class _More:
    """In the place of the next test: there will be more, of which nothing is known but that they share what the session has."""

    session: pytest.Session

    def listchain(self) -> list[pytest.Session]:
        """What is not to be torn down."""
        return [self.session]


def _forgetting() -> Iterator[Callable[[], None]]:
    """What forgets each thing that is kept of calculations, which may be of those to be changed."""
    for one in gc.get_objects():
        if type(one).__name__ == "_lru_cache_wrapper" and str(one.__module__).startswith("ncthelpers"):
            yield one.cache_clear
        elif isinstance(one, FunctionType) and one.__code__ is _ONCE:
            yield one.__closure__[_ONCE.co_freevars.index("held")].cell_contents.clear


def _run(session: pytest.Session, item: pytest.Item, following: pytest.Item | None) -> None:
    session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _end(status: int) -> str:
    if os.WIFSIGNALED(status):
        return TIMED_OUT if os.WTERMSIG(status) == signal.SIGALRM else BROKEN
    return {0: SURVIVED, 1: KILLED}.get(os.WEXITSTATUS(status), BROKEN)


def of_module(name: str, processes: int) -> Found:
    """What became of each change of one module."""
    began = time.monotonic()
    os.chdir(REPOSITORY)
    tests = [f"tests/test_{test}.py" for test in MODULES[name]]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        tried = _Trial(name, Path(folder), processes)
        code = pytest.main(
            [
                "-qq",
                "-s",
                "-p",
                "no:cacheprovider",
                "--disable-warnings",
                "--doctest-modules",
                *tests,
                f"src/ncthelpers/{name}.py",
            ],
            [tried],
        )
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) or not tried.ends:
        raise RuntimeError(f"the tests of {name} could not be collected, or fail as it is")
    return Found(name, tuple(tried.ends), time.monotonic() - began)


def rows(found: Sequence[Found], listed: str) -> list[Tried]:
    """A row for each module, and one for the survivors that have a reason."""
    killed = [Tried(f"Changes of {each.module} that its tests notice{_apart(each)}", len(each.ends), len(each.so_ended(KILLED)),
                    round(each.seconds, 1), LEAST) for each in found]  # fmt: skip
    unnoticed = [change for each in found for change in each.so_ended(SURVIVED)]
    reasoned = sum(change in listed for change in unnoticed)
    return [*killed, Tried("Changes that no test notices, listed with the reason", len(unnoticed), reasoned, 0.0)]


def _apart(found: Found) -> str:
    apart = [f"{count} {end}" for end in (TIMED_OUT, BROKEN) if (count := len(found.so_ended(end)))]
    return f" ({', '.join(apart)}, counted as not noticed)" if apart else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "modules", nargs="*", choices=[*MODULES, []], metavar="MODULE", help="only these; the others are left out"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="changes tried at once")
    asked = parser.parse_args(arguments)
    found = []
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        for each in pool.map(of_module, asked.modules or MODULES, [asked.processes] * len(MODULES)):
            found.append(each)
            print(
                f"{each.module}: {len(each.so_ended(KILLED))} of {len(each.ends)} in {each.seconds:.0f} s", flush=True
            )
    left_out = [f"{name}: not asked for" for name in MODULES if name not in (asked.modules or MODULES)]
    done = trial(
        REPOSITORY, "mutants", "Tests of the tests", rows(found, LISTED.read_text("utf-8")), "make mutants", left_out
    )
    record(REPOSITORY, done)
    shown(done)
    return 0 if done.met else 1


if __name__ == "__main__":
    sys.exit(main())
