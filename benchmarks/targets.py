"""What the measurements are held against: each target with its limit, what was measured, and whether it is met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

__all__ = [
    "EMPTY",
    "NOTHING",
    "MAKE_BOOK",
    "ON_DISK",
    "ENDED",
    "HTML_DONE",
    "TEMPLATE",
    "WORDS",
    "HTML",
    "MEMORY",
    "targets",
]

# Cases, as results and pages name them
EMPTY = "empty cache"
NOTHING = "nothing changed"
MAKE_BOOK = "nothing changed, make book"
ON_DISK = "one data cell changed, page on disk"
ENDED = "one data cell changed, command ended"
HTML_DONE = "one data cell changed, HTML up to date"
TEMPLATE = "one template changed"
WORDS = "words of one template changed"
HTML = "HTML from nothing"
MEMORY = "memory, looked at often"

OURS, DASK, FLOOR, TWO_WORKERS, STOCK_BOOK = (
    "ncthelpers", "ncthelpers-dask", "floor", "papermill-2-workers", "jupyter-book-build",
)  # fmt: skip
SMALL, LARGE, LARGEST = 18, 90, 900
_FLAT = 1.1  # what "flat" allows: a tenth more


@dataclass(frozen=True)
class _Rows:
    """The rows of the results, asked for by what they are."""

    rows: Sequence[Mapping]

    def of(self, case: str, tool: str, pages: int) -> Mapping | None:
        return next((row for row in self.rows if (row["case"], row["tool"], row["pages"]) == (case, tool, pages)), None)

    def seconds(self, case: str, tool: str, pages: int) -> float | None:
        row = self.of(case, tool, pages)
        return median(row["seconds"]) if row and row["seconds"] else None

    def ratio(self, above: tuple[str, str, int], below: tuple[str, str, int], pages: bool = False) -> float | None:
        """How many times longer one took than another, of the median; a page of it, if asked for."""
        over, under = self.seconds(*above), self.seconds(*below)
        if not over or not under:
            return None
        return (over / above[2]) / (under / below[2]) if pages else over / under

    def most(self, what: str) -> float | None:
        """The largest of our own rows."""
        return max((row[what] for row in self.rows if row["tool"] == OURS and row.get(what) is not None), default=None)


def _target(says: str, limit: float, at_least: bool, unit: str, measured: float | None) -> dict:
    met = None if measured is None else measured >= limit if at_least else measured <= limit
    shown = None if measured is None else round(measured, 3)
    return {"target": says, "limit": limit, "limit_is": "at least" if at_least else "at most", "unit": unit,
            "measured": shown, "met": met}  # fmt: skip


def targets(rows: Sequence[Mapping]) -> list[dict]:
    """Each target with its limit, the value measured (none if it was not) and whether it is met.

    Parameters
    ----------
    rows : sequence of Mapping
        Rows of the results.
    """
    held = _Rows(rows)
    times, seconds = "times", "s"
    return [
        _target(f"{LARGE} pages, empty cache: papermill with two workers takes", 6, True, times,
                held.ratio((EMPTY, TWO_WORKERS, LARGE), (EMPTY, OURS, LARGE))),
        _target(f"{LARGE} pages, empty cache: time over the floor", 1.4, False, times,
                held.ratio((EMPTY, OURS, LARGE), (EMPTY, FLOOR, LARGE))),
        _target(f"{SMALL} pages, empty cache: papermill with two workers takes", 4, True, times,
                held.ratio((EMPTY, TWO_WORKERS, SMALL), (EMPTY, OURS, SMALL))),
        _target("Nothing changed: ncthelpers run", 0.4, False, seconds, held.seconds(NOTHING, OURS, LARGE)),
        _target("Nothing changed: make book", 1, False, seconds, held.seconds(MAKE_BOOK, OURS, LARGE)),
        _target("One data cell changed: pages made that do not read it, or not made that do", 0, False, "pages", held.most("wrongly_rerun")),
        _target("One data cell changed: page on disk", 2, False, seconds, held.seconds(ON_DISK, OURS, LARGE)),
        _target("One data cell changed: HTML up to date", 5, False, seconds, held.seconds(HTML_DONE, OURS, LARGE)),
        _target(f"HTML of {LARGE} pages from nothing: share of Jupyter Book's time", 0.55, False, times,
                held.ratio((HTML, OURS, LARGE), (HTML, STOCK_BOOK, LARGE))),
        _target("Memory of a worker with the page that it makes, shared memory once", 200, False, "MB", held.most("worker_mb")),
        _target(f"Time a page at {LARGEST} pages over that at {SMALL}", _FLAT, False, times,
                held.ratio((EMPTY, OURS, LARGEST), (EMPTY, OURS, SMALL), pages=True)),
        _target(f"{LARGE} pages on a Dask cluster of two workers: share of the local speed", 0.85, True, times,
                held.ratio((EMPTY, OURS, LARGE), (EMPTY, DASK, LARGE))),
    ]  # fmt: skip
