"""What a run did: each page that it made or could not make, why, how and how long it took."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from ncthelpers.files import write_atomically

__all__ = ["PageRun", "PagesFailed", "Progress", "Run", "REPORT", "write"]

REPORT = "_build/run"
_HEADINGS = ("Page", "Why", "Engine", "Seconds", "Failure")


@dataclass(frozen=True)
class PageRun:
    """A page that was made, or could not be: why it was to be, by what engine, seconds it took, what it said if it failed."""

    page: str
    reasons: tuple[str, ...]
    engine: str = ""
    seconds: float = 0.0
    failure: str = ""


class PagesFailed(RuntimeError):
    """Pages could not be made; their folders of the book are as they were."""

    def __init__(self, ended: Sequence[PageRun]) -> None:
        self.ended = tuple(ended)
        super().__init__("\n".join(f"{page.page}: {page.failure}" for page in self.ended if page.failure))


@dataclass(frozen=True)
class Progress:
    """How far a run is: pages to be made in all, being made, and those that have ended."""

    total: int
    running: int
    ended: tuple[PageRun, ...]


@dataclass(frozen=True)
class Run:
    """What a run did: the pages that ended, the pages of each folder that changed, and the seconds it took."""

    ended: tuple[PageRun, ...]
    changed: Mapping[str, tuple[str, ...]]
    seconds: float


def write(root: Path, ended: Sequence[PageRun]) -> None:
    """Write the report of a run as JSON and as a page, in ``_build/``: its times are no part of the book.

    Parameters
    ----------
    root : Path
        Holds ``_build/``.
    ended : sequence of PageRun
        The pages of the run, in any order.
    """
    pages = sorted(ended, key=lambda page: page.page)
    records = [{**asdict(page), "seconds": round(page.seconds, 3)} for page in pages]
    write_atomically(root / f"{REPORT}.json", json.dumps(records, indent=1, ensure_ascii=False) + "\n")
    head = "".join(f'<th scope="col">{heading}</th>' for heading in _HEADINGS)
    rows = "\n".join(
        f'<tr><th scope="row">{escape(page.page)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in ("; ".join(page.reasons), page.engine, f"{page.seconds:.2f}", page.failure))
        + "</tr>"
        for page in pages
    )  # fmt: skip
    write_atomically(root / f"{REPORT}.html", _PAGE.format(count=len(pages), head=head, rows=rows))


_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head><meta charset="utf-8"><title>The last run of the review book</title>
<style>body {{ font-family: sans-serif; margin: 2rem }} th, td {{ text-align: left; vertical-align: top; padding: 0.2rem 1rem 0.2rem 0 }}</style>
</head>
<body><main><h1>The last run of the review book</h1>
<table><caption>Pages that it made or could not make: {count}</caption>
<thead><tr>{head}</tr></thead>
<tbody>
{rows}
</tbody></table></main></body>
</html>
"""
