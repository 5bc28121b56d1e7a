"""The pictures of the README and of docs/: charts as the book shows them, written anew with their words whenever it changes.

A picture is asked for by its name alone, as ``![](docs/pictures/2031-32.04_cost.chart-outturn_variance.svg)``: the folder and
the page of the book, and the id of the chart on it.
"""

import json
import re
from base64 import b64decode
from html import unescape
from pathlib import Path
from typing import cast

from ncthelpers.anchors import attribute
from ncthelpers.files import write_atomically

__all__ = ["PictureMissing", "as_they_should_be", "write"]

_ASKED = re.compile(
    r"!\[[^\]]*\]\((?P<place>(?:docs/)?pictures/)(?P<name>(?P<folder>[\w-]+)\.(?P<page>\w+)\.(?P<id>[\w-]+)\.svg)\)"
)

_TITLE, _ALT, _DRAWING = '<strong class="chart-title">([^<]*)', ' alt="([^"]*)"', 'base64,([^"]*)'


class PictureMissing(LookupError):
    """A picture is asked for that no page of the book shows."""


def _chart(book: Path, asked: re.Match[str]) -> tuple[str, str]:
    """A chart of a page: its drawing, and its alternative text below what it finds."""
    page = book / asked["folder"] / f"{asked['page']}.ipynb"
    cells = json.loads(page.read_text("utf-8"))["cells"] if page.is_file() else []
    shown = "".join(
        part
        for cell in cells
        for output in cell.get("outputs", [])
        for part in output.get("data", {}).get("text/html", ())
    )
    _, there, chart = shown.partition(f'<figure class="chart"{attribute(asked["id"])}>')
    if not there:
        raise PictureMissing(f"{asked['name']}: no page of the book shows a chart {asked['id']}")
    chart = chart.partition("</figure>")[0]
    title = re.search(_TITLE, chart)
    alt, drawing = (cast("re.Match[str]", re.search(pattern, chart)) for pattern in (_ALT, _DRAWING))
    said = [f"{title[1].rstrip('.')}." if title else "", alt[1]]
    return b64decode(drawing[1]).decode(), unescape(" ".join(filter(None, said)))


def as_they_should_be(repository: Path) -> dict[Path, str]:
    """The README and the pages of ``docs/`` that show pictures, and the pictures, each with what it should hold now.

    Parameters
    ----------
    repository : Path
        Holds ``README.md``, ``docs/`` and ``book/``.

    Raises
    ------
    PictureMissing
        If no page of the book shows a picture that is asked for.
    """
    found: dict[Path, str] = {}

    def shown(asked: re.Match[str]) -> str:
        svg, alt = _chart(repository / "book", asked)
        found[repository / "docs" / "pictures" / asked["name"]] = svg
        return f"![{re.sub(r'[][]', '', alt)}]({asked['place']}{asked['name']})"

    for page in [repository / "README.md", *sorted((repository / "docs").glob("*.md"))]:
        text = page.read_text("utf-8") if page.is_file() else ""
        if _ASKED.search(text):
            found[page] = _ASKED.sub(shown, text)
    return found


def write(repository: Path) -> list[Path]:
    """Bring the pictures and their words up to date, and take away those that nobody asks for; the files that changed.

    Parameters
    ----------
    repository : Path
        Holds ``README.md``, ``docs/`` and ``book/``.

    Raises
    ------
    PictureMissing
        If no page of the book shows a picture that is asked for; nothing is changed then.
    """
    wanted = as_they_should_be(repository)
    unasked = [path for path in (repository / "docs" / "pictures").glob("*.svg") if path not in wanted]
    changed = [path for path, held in wanted.items() if not path.is_file() or path.read_text("utf-8") != held]
    for path in changed:
        write_atomically(path, wanted[path])
    for path in unasked:
        path.unlink()
    return changed + unasked
