"""The performance suite in benchmarks/: what it lays out, how it measures, what it holds the figures against."""

import json
import platform
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from ncthelpers.load import load_years

REPOSITORY = Path(__file__).resolve().parents[1]
BENCHMARKS = REPOSITORY / "benchmarks"


@pytest.fixture(scope="module")
def suite():
    """The modules of benchmarks/, which is no package."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import measuring
        import run
        import scratch
        import targets
        import tools

        yield SimpleNamespace(measuring=measuring, run=run, scratch=scratch, targets=targets, tools=tools)
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def place(suite, tmp_path_factory):
    """A scratch repository of one template and three years; no test may change it."""
    folder = tmp_path_factory.mktemp("scratch").resolve()
    source = folder / "src"
    source.mkdir()
    return suite.scratch.scratch_repository(folder / "repository", ["03_dependencies"], suite.scratch.years(3), source)


def python(suite, code, cwd, **more):
    return suite.measuring.measured([sys.executable, "-c", code], cwd, suite.measuring.environment(), **more)


def test_years_are_the_real_one_and_copies(suite):
    assert suite.scratch.years(1) == [suite.scratch.FIRST]
    found = suite.scratch.years(50)
    assert len(set(found)) == 50


def test_a_scratch_repository_breaks_no_rule_and_lists_what_it_has(suite, place):
    labels = suite.scratch.years(3)
    copies = [data for data in load_years(place, labels).years if str(data.year) != suite.scratch.FIRST]
    assert [copy.starts == copy.year.start for copy in copies] == [True, True]
    assert all(set(copy["events"]["context"]) == {True} for copy in copies)
    toc = (place / "_toc.yml").read_text("utf-8")
    assert all(f"{label}/03_dependencies" in toc for label in labels)
    assert "comparison/" not in toc and "about/method" in toc


def test_a_notebook_for_other_tools_has_its_parameters(suite, place, tmp_path):
    (made,) = suite.scratch.filled(place, tmp_path / "filled", ["03_dependencies"], ["1999-00"])
    code = ["".join(cell["source"]) for cell in json.loads(made.read_text("utf-8"))["cells"]]
    assert f"contract_year = '1999-00'\nroot = {str(place)!r}" in code


def test_a_change_changes_one_cell(suite, place, tmp_path):
    (made,) = suite.scratch.filled(place, tmp_path / "filled", ["03_dependencies"], ["1999-00"])
    for kind in ("code", "markdown"):
        before = json.loads(made.read_text("utf-8"))["cells"]
        suite.scratch.change_notebook(made, kind)
        after = json.loads(made.read_text("utf-8"))["cells"]
        changed = [new["cell_type"] for old, new in zip(before, after, strict=True) if old != new]
        assert changed == [kind]


def test_a_data_cell_can_be_changed_and_sealed_again_and_again(suite, tmp_path):
    folder = tmp_path.resolve()
    (folder / "src").mkdir()
    place = suite.scratch.scratch_repository(
        folder / "again", ["03_dependencies"], suite.scratch.years(1), folder / "src"
    )
    file = place / suite.scratch.change_data_cell(place, suite.scratch.FIRST)
    first = file.read_bytes()
    suite.scratch.change_data_cell(place, suite.scratch.FIRST)
    assert file.read_bytes() != first


def test_a_command_is_measured_with_its_children(suite, tmp_path):
    child = "x = bytearray(b'1' * 60_000_000); import time; time.sleep(0.4)"
    code = f"import subprocess, sys; open('there', 'w').close(); subprocess.run([sys.executable, '-c', {child!r}])"
    done = python(suite, code, tmp_path, every=0.02, until=(tmp_path / "there").exists)
    assert done.peak_mb > 60 and 0 < done.until < done.seconds and done.seconds > 0.4
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_command_that_fails_says_how(suite, tmp_path):
    with pytest.raises(suite.measuring.CommandFailed, match="it broke"):
        python(suite, "raise SystemExit('it broke')", tmp_path)


def test_an_interrupted_measurement_leaves_no_process(suite, tmp_path):
    def interrupted():
        if (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text().strip():
            raise KeyboardInterrupt
        return False

    child = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)"
    with pytest.raises(KeyboardInterrupt):
        python(
            suite,
            f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])",
            tmp_path,
            until=interrupted,
        )
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 30
    while suite.measuring.psutil.pid_exists(pid) and suite.measuring.psutil.Process(pid).status() != "zombie":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def row(case, tool, pages, *seconds, **more):
    return {"case": case, "tool": tool, "pages": pages, "seconds": list(seconds), "peak_mb": None, **more}


def test_targets_are_computed_from_the_medians_of_the_rows(suite):
    held = suite.targets
    found = held.targets([
        row(held.EMPTY, "ncthelpers", 90, 30, 10, 11, worker_mb=190.0), row(held.EMPTY, "papermill-2-workers", 90, 66),
        row(held.EMPTY, "floor", 90, 5.5), row(held.EMPTY, "ncthelpers", 18, 2.2), row(held.EMPTY, "ncthelpers", 900, 121),
        row(held.EMPTY, "floor", 18, 1, worker_mb=999.0),
        row(held.HTML_DONE, "ncthelpers", 90, 5.1, wrongly_rerun=0), row(held.HTML_DONE, "ncthelpers", 18, 1, wrongly_rerun=1),
    ])  # fmt: skip
    measured = {target["target"]: (target["measured"], target["met"]) for target in found}
    assert measured["90 pages, empty cache: papermill with two workers takes"] == (6, True)
    assert measured["90 pages, empty cache: time over the floor"] == (2, False)
    assert measured["18 pages, empty cache: papermill with two workers takes"] == (None, None)
    assert measured["One data cell changed: HTML up to date"] == (5.1, False)
    assert measured["One data cell changed: pages made that do not read it, or not made that do"] == (1, False)
    assert measured["Memory of a worker with the page that it makes, shared memory once"] == (190, True)
    assert measured["Time a page at 900 pages over that at 18"] == (1.1, True)


def test_results_are_written_as_they_come_and_what_does_not_fit_is_left_out(suite, tmp_path):
    said = []
    results = suite.run.Results(tmp_path / "latest.json", said.append, minutes=1, head={"date": "today"})
    results.add(suite.targets.EMPTY, "nbconvert", 18, 50.0)
    assert results.expected("nbconvert", 90) == 250 and results.expected("nbval", 90) == 0
    assert not results.fits("nbconvert, 90 pages", 250) and results.fits("nbval", 1)
    written = json.loads((tmp_path / "latest.json").read_text())
    assert written["left_out"] == ["nbconvert, 90 pages"] and written["rows"][0]["seconds"] == [50.0]
    assert written["date"] == "today" and said


def test_nothing_of_the_machine_s_own_name_is_recorded(suite):
    head = json.dumps(suite.run._head("full", suite.run.GROUPS))
    assert str(REPOSITORY) not in head and f'"{platform.node()}"' not in head
    assert {"cores", "memory_gib", "processor"} <= set(json.loads(head)["machine"])


def test_every_tool_is_named_on_the_page(suite):
    from ncthelpers.publish import performance

    used = {suite.run.OURS, suite.run.DASK, suite.targets.STOCK_BOOK, *suite.tools.TOOLS}
    assert used == set(performance._TOOLS)
    assert suite.targets.EMPTY == performance._FROM_NOTHING


@pytest.mark.slow
def test_the_suite_measures_one_page(suite, tmp_path):
    results = suite.run.Results(tmp_path / "latest.json", lambda line: None, minutes=5, head={})
    sample = (suite.run.SAMPLE, 1)
    suite.run.measure(results, suite.run.Form(sample, sample, sample, 1, 1, 1, 1), ["targets"])
    assert {tool for _, tool, _ in results.rows} == {"ncthelpers", "papermill-2-workers", "floor"}
    ours = results.rows[suite.targets.MEMORY, "ncthelpers", 1]
    assert 40 < ours["child_mb"] < ours["worker_mb"] < ours["peak_mb"]
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert "bench-" not in left, "nothing is left running"
