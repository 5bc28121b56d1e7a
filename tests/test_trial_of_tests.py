"""The trials that test the tests: which changes are made, what counts as noticed, what counts as reached."""

import ast
import importlib.util
import os
import signal
import sys
from pathlib import Path
from types import ModuleType

import pytest

TRIALS = Path(__file__).resolve().parents[1] / "trials"
SOURCE = '''
LIMIT = 5


class Count:
    """A count."""

    def __init__(self, number):
        self.number = number

    @property
    def small(self):
        """Whether it is small."""
        return self.number < LIMIT


def twice(number):
    return number * 2
'''


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    return _script("mutants")


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"trial_{name}", TRIALS / f"{name}.py")
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_change_is_one_in_one_function_properties_too(mutants):
    made = list(mutants.mutants(SOURCE))
    assert {each.function for each in made} == {"Count.__init__", "Count.small", "twice"}
    assert "twice: `return number * 2` became `return number / 2`" in [each.change for each in made]
    for each in made:
        assert each.code != SOURCE and ast.parse(each.code) and each.code.count("LIMIT = 5") == 1
        differ = [
            n for n, (a, b) in enumerate(zip(SOURCE.splitlines(), each.code.splitlines(), strict=True), 1) if a != b
        ]
        assert len(differ) == 1 and each.first <= differ[0] <= each.last


def test_a_change_is_made_where_the_function_is_known_already(mutants, tmp_path):
    path = tmp_path / "invented.py"
    path.write_text(SOURCE)
    module = ModuleType("invented")
    module.__file__ = str(path)
    exec(compile(SOURCE, str(path), "exec"), vars(module))
    count, twice = module.Count(5), module.twice
    assert (count.small, twice(3)) == (False, 6)
    wanted = {"Count.small: `return self.number < LIMIT` became `return self.number <= LIMIT`",
              "twice: `return number * 2` became `return number * 3`"}  # fmt: skip
    for each in mutants.mutants(SOURCE):
        if each.change in wanted:
            mutants._changed(module, each, [])
    assert (count.small, twice(3)) == (True, 9)


def test_a_change_reaches_the_functions_that_a_function_has_made(mutants, tmp_path):
    source = "def adding(more):\n    def added(number):\n        return number + more\n    return added\n"
    path = tmp_path / "made.py"
    path.write_text(source)
    module = ModuleType("made")
    module.__file__ = str(path)
    exec(compile(source, str(path), "exec"), vars(module))
    before = module.adding(2)
    [change] = [each for each in mutants.mutants(source) if "number - more" in each.change]
    mutants._changed(module, change, [before])
    assert (before(5), module.adding(2)(5)) == (3, 3)


def test_only_a_failed_test_counts_as_noticed(mutants):
    statuses = {"killed": 1 << 8, "survived": 0, "broken": 2 << 8, "timed out": signal.SIGALRM}
    for end, status in statuses.items():
        assert mutants._end(status) == end
    assert mutants._end(signal.SIGKILL) == "broken" and os.WIFSIGNALED(signal.SIGKILL)
    found = mutants.Found("spc", (("a", "killed"), ("b", "survived"), ("c", "timed out"), ("d", "broken")), 1.0)
    row, reasons = mutants.rows([found], "- b: the same")
    assert (row.tried, row.held, row.least) == (4, 1, 0.85) and "1 timed out, 1 broken" in row.what
    assert (reasons.tried, reasons.held) == (1, 1)


def test_lines_and_branches_are_counted_together_and_a_suite_that_fails_is_said():
    coverage = _script("coverage")
    totals = {"num_statements": 80, "num_branches": 20, "covered_lines": 78, "covered_branches": 18}
    suite, reached = coverage.rows(1, {"totals": totals}, 2.0)
    assert (suite.held, reached.tried, reached.held, reached.met) == (0, 100, 96, True)
    assert coverage.share(totals) == 0.96 and coverage.share(dict.fromkeys(totals, 0)) == 1
