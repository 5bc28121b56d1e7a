"""Measure how fast this project makes its pages, beside other tools on the same pages, and hold the figures against the targets.

``make bench`` runs this, on Linux and on a machine that does nothing else. It uses two cores. Results go to
``benchmarks/results/latest.json`` after every measurement. ``--quick`` proves in a few minutes that everything works; its
figures say nothing.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # the folder of this file, which -I leaves out

import cluster  # noqa: E402
import measuring  # noqa: E402
import scratch  # noqa: E402
import targets as goals  # noqa: E402
import tools  # noqa: E402
from measuring import Measured  # noqa: E402

from ncthelpers.files import write_atomically  # noqa: E402

LATEST = HERE / "results" / "latest.json"
OURS, TWO_WORKERS, FLOOR, DASK = goals.OURS, goals.TWO_WORKERS, goals.FLOOR, goals.DASK
REST = ("nbval", "jupyter-cache-parallel", "papermill-cli", "nbconvert", "jupyter-book-execute", "jupyter-book-cache")
HAS_CACHE = ("jupyter-cache-parallel", "jupyter-book-cache")
PACKAGES = (
    "dask", "distributed", "ipykernel", "jupyter-book", "jupyter-cache", "matplotlib", "nbclient", "nbconvert", "nbval",
    "pandas", "papermill", "pytest-xdist", "Sphinx",
)  # fmt: skip
OFTEN = 0.03
BUSY = 0.5  # processes at work beforehand
GROUPS = ("targets", "cases", "html", "growth", "one", "rest")


@dataclass(frozen=True)
class Form:
    """How much is measured: pages as templates times years, and how often.

    Parameters
    ----------
    one, small, large : tuple of tuple of str, int
        Templates and number of years of each size.
    repeats : int
        Of the small sizes.
    large_repeats : int
        Of the large one, of the cases and of the HTML.
    growth : int
        Years of the largest size.
    growth_if_short : int
        Years of it on a cluster where the time left is short.
    """

    one: tuple[tuple[str, ...], int]
    small: tuple[tuple[str, ...], int]
    large: tuple[tuple[str, ...], int]
    repeats: int
    large_repeats: int
    growth: int
    growth_if_short: int


def _templates(first: int, last: int) -> tuple[str, ...]:
    found = sorted(path.stem for path in (scratch.REPOSITORY / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    return tuple(name for name in found if first <= int(name[:2]) <= last)


ALL = _templates(0, 17)
SAMPLE = ("03_dependencies",)  # a chart, tables, commentary; it reads the cell that the cases change
PAIR = (*SAMPLE, "07_legislation")
FULL = Form((SAMPLE, 1), (ALL, 1), (ALL, 5), 5, 3, 50, 20)
QUICK = Form((PAIR, 1), (PAIR, 1), (PAIR, 1), 1, 1, 2, 2)  # a size is measured once


@dataclass
class Results:
    """What was measured so far, written after every measurement."""

    path: Path
    say: Callable[[str], None]
    minutes: float
    rows: dict[tuple[str, str, int], dict] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    head: dict = field(default_factory=dict)

    def left(self) -> float:
        """Seconds that may still be used."""
        return self.minutes * 60 - (time.monotonic() - self.began)

    def add(self, case: str, tool: str, pages: int, seconds: float, of: Measured | None = None, **more: object) -> None:
        """One more measurement of a row."""
        row = self.rows.setdefault(
            (case, tool, pages), {"case": case, "tool": tool, "pages": pages, "seconds": [], "peak_mb": None}
        )
        row["seconds"].append(round(seconds, 3))
        if of is not None:
            _raise(row, "peak_mb", of.peak_mb)
            if of.worker_mb:
                _raise(row, "worker_mb", of.worker_mb)
                _raise(row, "child_mb", of.child_mb)
        row.update(more)
        self.say(f"{self.left() / 60:5.1f} min left  pages: {pages}  {case}, {tool}: {seconds:.2f} s")
        self.write()

    def fits(self, what: str, seconds: float) -> bool:
        """Whether there is time for something that takes so long; what is left out for want of it is recorded."""
        if seconds <= self.left():
            return True
        self.left_out.append(what)
        self.say(f"left out, no time: {what}")
        self.write()
        return False

    def expected(self, tool: str, pages: int) -> float:
        """Seconds that making so many pages probably takes, from what was measured; nought where nothing was."""
        known = [row for (case, of, _), row in self.rows.items() if (case, of) == (goals.EMPTY, tool)]
        nearest = min(known, key=lambda row: abs(row["pages"] - pages), default=None)
        return nearest["seconds"][-1] * max(1, pages / nearest["pages"]) if nearest else 0

    def write(self) -> None:
        """Write what there is."""
        rows = sorted(self.rows.values(), key=lambda row: (row["case"], row["pages"], row["tool"]))
        text = {
            **self.head, "minutes": round((time.monotonic() - self.began) / 60, 1), "targets": goals.targets(rows),
            "rows": rows, "left_out": self.left_out,
        }  # fmt: skip
        write_atomically(self.path, json.dumps(text, indent=1) + "\n")


def _raise(row: dict, what: str, value: float) -> None:
    row[what] = round(max(row.get(what) or 0, value), 1)


def machine() -> dict:
    """What was measured on, without a name or a path."""
    names = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").is_file() else []
    model = next((line.partition(":")[2].strip() for line in names if line.startswith("model name")), "not stated")
    memory = measuring.psutil.virtual_memory().total / 2**30
    return {
        "cores": len(os.sched_getaffinity(0)), "memory_gib": round(memory, 1), "processor": model,
        "system": platform.system(), "load_before": round(os.getloadavg()[0], 2),
    }  # fmt: skip


def versions() -> dict[str, str]:
    """Of Python and of what is measured."""
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


@dataclass(frozen=True)
class Size:
    """A scratch repository of so many pages, and a folder for the other tools beside it."""

    templates: tuple[str, ...]
    years: tuple[str, ...]
    place: Path

    @property
    def pages(self) -> int:
        """How many."""
        return len(self.templates) * len(self.years)

    @property
    def command(self) -> list[str]:
        """What a user types."""
        return [str(self.place / ".venv" / "bin" / "ncthelpers")]


def laid_out(folder: Path, templates: tuple[str, ...], count: int) -> Size:
    """A size whose scratch repository has been made, in a folder of its own below one that holds the code as ``src``."""
    labels = tuple(scratch.years(count))
    place = Path(tempfile.mkdtemp(prefix=f"{len(templates) * count}-pages-", dir=folder)).resolve()
    return Size(templates, labels, scratch.scratch_repository(place / "repository", templates, labels, folder / "src"))


@dataclass(frozen=True)
class Bench:
    """The measurements, each added to the results when it has been made."""

    results: Results
    form: Form
    folder: Path

    def measured(
        self, command: Sequence[str], cwd: Path, *, every: float = measuring.SAMPLED_EVERY,
        until: Callable[[], bool] | None = None, **more: str,
    ) -> Measured:  # fmt: skip
        """A command run to its end; what it leaves in a folder for temporary files goes with the bench's own."""
        return measuring.measured(command, cwd, measuring.environment(TMPDIR=str(self.folder), **more), every, until)

    def ours(self, size: Size, *options: str, tool: str = OURS) -> None:
        """All pages from nothing."""
        scratch.unmade(size.place)
        done = self.measured([*size.command, "run", *options], size.place)
        # what a cluster holds is not among the processes of the command
        self.results.add(goals.EMPTY, tool, size.pages, done.seconds, done if tool == OURS else None)

    def other(
        self, size: Size, tool: str, case: str = goals.EMPTY, change: Callable[[Path], None] | None = None
    ) -> None:
        """The same pages by another tool: from nothing, or again after a change to each notebook of the first template."""
        out, folder = size.place.parent / f"{tool}-out", size.place.parent / f"{tool}-pages"
        notebooks = sorted(folder.glob("*.ipynb"))
        if case == goals.EMPTY:
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            notebooks = scratch.filled(size.place, folder, size.templates, size.years)
            if tool.startswith("jupyter-book"):
                scratch.executing_book(folder, notebooks, size.place, "cache" if tool.endswith("cache") else "force")
        for path in notebooks if change else ():
            if path.name.endswith(f"_{size.templates[0]}.ipynb"):
                change(path)
        pages = [(template, year) for year in size.years for template in size.templates]
        spec = {"root": str(size.place), "out": str(out), "notebooks": list(map(str, notebooks)), "pages": pages}
        done = self.measured(
            tools.command(tool, spec), out, PYTHONPATH=os.pathsep.join([str(HERE), str(self.folder / "src")])
        )
        seconds = done.seconds
        if tool == FLOOR:
            seconds = sum(json.loads((out / "floor.json").read_text())) / cluster.WORKERS
        self.results.add(case, tool, size.pages, seconds, done)

    def any(self, size: Size, tool: str) -> None:
        """All pages from nothing, by a tool; those of nbval are the ones that are made already."""
        if tool == OURS:
            self.ours(size)
        else:
            if tool == "nbval" and not (size.place / "book").is_dir():
                self.measured([*size.command, "run"], size.place)
            self.other(size, tool)

    def rounds(self, size: Size, of: Sequence[str], repeats: int) -> None:
        """Each tool in turn, so many times."""
        for number in range(repeats):
            for tool in of:
                what = f"{tool}, {size.pages} pages, repeat {number + 1}"
                if self.results.fits(what, self.results.expected(tool, size.pages)):
                    self.any(size, tool)

    def memory(self, size: Size) -> None:
        """Not for its time: the memory of workers whose children live for less than half a second."""
        scratch.unmade(size.place)
        done = self.measured([*size.command, "run"], size.place, every=OFTEN)
        self.results.add(goals.MEMORY, OURS, size.pages, done.seconds, done)

    def again(self, size: Size, case: str, repeats: int, command: Sequence[str], before: Callable[[], object]) -> None:
        """A command on a book that is there, after something was done to it."""
        for _ in range(repeats):
            before()
            done = self.measured(command, size.place)
            self.results.add(case, OURS, size.pages, done.seconds, done, pages_rerun=len(_rerun(size.place)))

    def cases(self, size: Size) -> None:
        """A book that is there, and little or nothing changed."""
        made = self.measured([*size.command, "book"], size.place)
        self.results.say(f"the book of {size.pages} pages was completed in {made.seconds:.1f} s")
        run, make = [*size.command, "run"], ["make", "book", f"PYTHON={sys.executable}"]
        report = size.place / "_build" / "run.json"
        self.again(size, goals.NOTHING, self.form.repeats, run, partial(report.unlink, missing_ok=True))
        self.again(size, goals.MAKE_BOOK, self.form.repeats, make, partial(report.unlink, missing_ok=True))
        for _ in range(self.form.large_repeats):
            self._data_cell(size, make, goals.HTML_DONE)
            self._data_cell(size, run, goals.ENDED)
        template = size.place / "notebooks" / f"{size.templates[0]}.ipynb"
        for case, kind in ((goals.TEMPLATE, "code"), (goals.WORDS, "markdown")):
            self.again(size, case, self.form.large_repeats, run, partial(scratch.change_notebook, template, kind))

    def _data_cell(self, size: Size, command: list[str], case: str) -> None:
        year = size.years[0]
        changed = scratch.change_data_cell(size.place, year)
        reads = _readers(size.place / "book", changed)
        first = size.place / "book" / f"{min(reads)}.ipynb"
        was = first.stat().st_mtime_ns, first.stat().st_ino

        def on_disk() -> bool:
            with suppress(FileNotFoundError):  # while the folder is swapped
                return (first.stat().st_mtime_ns, first.stat().st_ino) != was
            return False

        done = self.measured(command, size.place, until=on_disk)
        rerun = _rerun(size.place)
        self.results.add(
            case, OURS, size.pages, done.seconds, done, pages_rerun=len(rerun), wrongly_rerun=len(rerun ^ reads)
        )
        if case == goals.ENDED and done.until is not None:
            self.results.add(goals.ON_DISK, OURS, size.pages, done.until)

    def html(self, size: Size) -> None:
        """The HTML of pages that are there, from nothing: ours and a plain Jupyter Book's, in turn."""
        stock, out = size.place / "stock.yml", size.place.parent / "stock-html"
        stock.write_text(scratch.stock_config(size.place), "utf-8")
        build = (
            "import sys; sys.path.insert(0, sys.argv[1] + '/src'); from pathlib import Path; from ncthelpers.publish import html; "
            "html.build_html(Path(sys.argv[1]), Path(sys.argv[1], '_config.yml'))"
        )
        if not (size.place / "book").is_dir():
            self.measured([*size.command, "run"], size.place)
        for _ in range(self.form.large_repeats):
            shutil.rmtree(size.place / "_build", ignore_errors=True)
            done = self.measured([sys.executable, "-P", "-c", build, str(size.place)], size.place)
            self.results.add(goals.HTML, OURS, size.pages, done.seconds, done)
            shutil.rmtree(out, ignore_errors=True)
            plain = [tools.program("jupyter-book"), "build", str(size.place / "book"), "--path-output", str(out), "-q",
                     "--config", str(stock), "--toc", str(size.place / "_toc.yml")]  # fmt: skip
            done = self.measured(plain, size.place)
            self.results.add(goals.HTML, goals.STOCK_BOOK, size.pages, done.seconds, done)
        shutil.rmtree(out, ignore_errors=True)

    def growth(self, small: Size, large: Size) -> None:
        """Many more pages, here and on a cluster that is already there."""
        results, templates = self.results, large.templates
        pages = len(templates) * self.form.growth
        largest = None
        if results.fits(f"{OURS}, {pages} pages", results.expected(OURS, pages)):
            largest = laid_out(self.folder, templates, self.form.growth)
            self.ours(largest)
        if importlib.util.find_spec("distributed") is None:
            results.left_out.append(f"{DASK}: Dask is not installed")
            return
        with cluster.started(self.folder / "cluster", measuring.environment()) as dask:
            for _ in range(self.form.large_repeats):
                for size in {small.pages: small, large.pages: large}.values():
                    self.ours(size, "--scheduler", dask.address, tool=DASK)
            expected = results.expected(DASK, pages)
            if largest is None or expected > results.left() / 3:
                shorter = len(templates) * self.form.growth_if_short
                if not results.fits(f"{DASK}, {shorter} pages", results.expected(DASK, shorter)):
                    return
                largest = laid_out(self.folder, templates, self.form.growth_if_short)
            self.ours(largest, "--scheduler", dask.address, tool=DASK)
        shutil.rmtree(largest.place.parent)


def _rerun(place: Path) -> set[str]:
    """The pages that the last run made, such as ``1999-00/04_cost``."""
    report = place / "_build" / "run.json"
    return {page["page"] for page in json.loads(report.read_text("utf-8"))} if report.is_file() else set()


def _readers(book: Path, file: str) -> set[str]:
    """The pages that say that they were made from a file of data."""
    found = set()
    for path in book.glob("*/[0-9][0-9]_*.ipynb"):
        said = json.loads(path.read_text("utf-8"))["metadata"]["ncthelpers"]["parts"]
        if file in said:
            found.add(f"{path.parent.name}/{path.stem}")
    return found


def measure(results: Results, form: Form, only: Sequence[str] = GROUPS) -> None:
    """Make every measurement of the groups asked for, those that a target rests on first.

    Parameters
    ----------
    results : Results
        Where they go.
    form : Form
        How much is measured.
    only : sequence of str
        Of :data:`GROUPS`.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        folder = Path(made)
        bench = Bench(results, form, folder)
        scratch.source_copied(folder / "src")
        sizes = {of: laid_out(folder, *of) for of in dict.fromkeys((form.large, form.small, form.one))}
        large, small, one = (sizes[of] for of in (form.large, form.small, form.one))
        compared = (OURS, TWO_WORKERS, FLOOR)
        if "targets" in only:
            bench.rounds(large, compared, form.large_repeats)
            if small is not large:
                bench.rounds(small, compared, form.repeats)
            bench.memory(small)
        if "cases" in only:
            for size in {large.pages: large, small.pages: small}.values():
                bench.cases(size)
        if "html" in only:
            bench.html(large)
        if "growth" in only:
            bench.growth(small, large)
        if "one" in only and one is not small:
            bench.rounds(one, (*compared, *REST), form.repeats)
        if "rest" in only:
            bench.rounds(small, (OURS, *REST), 1)
            for tool in HAS_CACHE:
                bench.other(small, tool, goals.NOTHING)
                bench.other(small, tool, goals.TEMPLATE, partial(scratch.change_notebook, kind="code"))
                bench.other(small, tool, goals.WORDS, partial(scratch.change_notebook, kind="markdown"))
            if small is not large:
                bench.rounds(large, REST, 1)
            bench.rounds(small, (OURS, *REST), form.repeats - 1)


def _head(form: str, only: Sequence[str]) -> dict:
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), "form": form, "groups": list(only), "machine": machine(),
        "versions": versions(),
    }  # fmt: skip


def _kept(path: Path) -> dict[tuple[str, str, int], dict]:
    """Rows of an earlier run."""
    held: Mapping = json.loads(path.read_text("utf-8")) if path.is_file() else {"rows": []}
    return {(row["case"], row["tool"], row["pages"]): row for row in held["rows"]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two pages, once: proves that everything works")
    parser.add_argument("--minutes", type=float, default=44, help="what does not fit is left out and listed")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS, help="groups of measurements")
    parser.add_argument(
        "--keep", action="store_true", help="keep the rows of an earlier run that this one does not measure"
    )
    parser.add_argument("--to", type=Path, help="the file of results, if not the recorded ones")
    asked = parser.parse_args(arguments)
    to = asked.to or (scratch.REPOSITORY / "_build" / "bench-quick.json" if asked.quick else LATEST)
    os.sched_setaffinity(
        0, sorted(os.sched_getaffinity(0))[: cluster.WORKERS]
    )  # every tool gets the same, on any machine
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is half done is cleared away
    form = "quick" if asked.quick else "full"
    before = _kept(to) if asked.keep else {}
    results = Results(to, partial(print, flush=True), asked.minutes, head=_head(form, asked.only))
    results.head["kept"] = sorted({case for case, _, _ in before}) if before else []
    if results.head["machine"]["load_before"] > BUSY:
        print("this machine is busy: the figures will be worth little")
    try:
        measure(results, QUICK if asked.quick else FULL, asked.only)
    except measuring.CommandFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    finally:
        results.rows = {**before, **results.rows}
        results.write()
    for target in goals.targets(list(results.rows.values())):
        state = {True: "met", False: "missed", None: "not measured"}[target["met"]]
        print(
            f"{state}: {target['target']}: {target['measured']} {target['unit']} ({target['limit_is']} {target['limit']})"
        )
    print(f"{(time.monotonic() - results.began) / 60:.1f} minutes; results in {to.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
