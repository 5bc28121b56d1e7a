"""Many times the pages of a book: made on this machine and on a Dask cluster that loses a worker; none lost, none doubled.

``make load`` runs this (about ten minutes on two cores). The copies of the repository are those that ``benchmarks/`` measures.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "benchmarks"))  # which -I leaves out

import cluster  # noqa: E402
import measuring  # noqa: E402
import run as bench  # noqa: E402
import scratch  # noqa: E402

from ncthelpers.cli.trial import shown  # noqa: E402
from ncthelpers.trials import Tried, record, trial  # noqa: E402

MOST_MEMORY = 1.25  # times the memory that a tenth of the pages needs
FEW, MANY = 5, 50  # years
LOST_AFTER = 0.3  # of the time that the pages took on this machine


def _published(size: bench.Size) -> dict[str, str]:
    """Every page of the years by its path, with its checksum."""
    book = size.place / "book"
    return {path.relative_to(book).as_posix(): sha256(path.read_bytes()).hexdigest()
            for label in size.years for path in sorted((book / label).glob("[0-9][0-9]_*.ipynb"))}  # fmt: skip


def _wanted(size: bench.Size) -> set[str]:
    return {f"{label}/{name}.ipynb" for label in size.years for name in size.templates}


def _made(size: bench.Size, *options: str, until=None) -> tuple[measuring.Measured, dict[str, str]]:
    scratch.unmade(size.place)
    done = measuring.measured([*size.command, "run", *options], size.place, measuring.environment(), until=until)
    return done, _published(size)


class _Loses:
    """Kills a worker of a cluster, once, so many seconds after it was first asked."""

    def __init__(self, worker: subprocess.Popen, seconds: float) -> None:
        self.worker, self.seconds, self.began, self.killed = worker, seconds, None, False

    def __call__(self) -> bool:
        self.began = self.began or time.monotonic()
        if not self.killed and time.monotonic() - self.began >= self.seconds:
            self.worker.kill()
            self.killed = True
        return self.killed


def tried(
    folder: Path,
    few: int,
    many: int,
    templates: Sequence[str],
    lost_after: float = LOST_AFTER,
    most: float = MOST_MEMORY,
) -> list[Tried]:
    """The rows: pages made here, memory, and pages made on a cluster that loses a worker."""
    scratch.source_copied(folder / "src")
    small, large = (bench.laid_out(folder, tuple(templates), count) for count in (few, many))
    before, _ = _made(small)
    print(
        f"{small.pages} pages: {before.seconds:.0f} s, {before.peak_mb:.0f} MB, {before.worker_mb:.0f} MB a worker",
        flush=True,
    )
    here, pages = _made(large)
    print(
        f"{large.pages} pages: {here.seconds:.0f} s, {here.peak_mb:.0f} MB, {here.worker_mb:.0f} MB a worker",
        flush=True,
    )
    whole = _wanted(large)
    with cluster.started(folder / "cluster", measuring.environment()) as dask:
        loses = _Loses(dask.workers[0], here.seconds * lost_after)
        far, again = _made(large, "--scheduler", dask.address, until=loses)
    print(f"{large.pages} pages on a cluster that lost a worker: {far.seconds:.0f} s", flush=True)
    same = sum(again.get(page) == digest for page, digest in pages.items())
    flat = before.worker_mb * most >= here.worker_mb > 0
    return [
        Tried(f"Pages made by run on this machine, of {large.pages}", large.pages, _right(pages, whole), here.seconds),
        Tried(f"Memory of a worker at {large.pages} pages at most {most} times that at {small.pages} "
              f"({here.worker_mb:.0f} and {before.worker_mb:.0f} MB)", 1, int(flat), before.seconds),
        Tried(f"A Dask worker lost on the way, of {large.pages} pages", 1, int(loses.killed and again.keys() == whole), far.seconds),
        Tried("Pages of that cluster the same as those made here, byte by byte", large.pages, same, 0.0),
    ]  # fmt: skip


def _right(pages: dict[str, str], whole: set[str]) -> int:
    """Pages that are there and were asked for, less those that were not."""
    return len(pages.keys() & whole) - len(pages.keys() - whole)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help="a few pages: proves that everything works, and records nothing"
    )
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="load-") as made:
        sizes = (1, 2, bench.PAIR, 0.1, 3.0) if asked.quick else (FEW, MANY, bench.ALL)
        rows = tried(Path(made).resolve(), *sizes)
    done = trial(scratch.REPOSITORY, "load", "Fifty years of pages at once", rows, "make load")
    if not asked.quick:
        record(scratch.REPOSITORY, done)
    shown(done)
    return 0 if done.met else 1


if __name__ == "__main__":
    sys.exit(main())
