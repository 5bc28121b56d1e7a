"""The report of a whole year: every page that the book lists of it, in its order, as one document."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ncthelpers import narrative, wording
from ncthelpers.export import parts
from ncthelpers.export.document import Block, Heading, Notice, Paragraph, Report, Table, runs
from ncthelpers.publish import notices, toc
from ncthelpers.publish.companion import COLOPHON
from ncthelpers.publish.pages import NOTICE
from ncthelpers.reading import text_in
from ncthelpers.yeardata import YearData

__all__ = ["notices_of", "pages_of", "whole_report"]

# The tables at the foot of each page, by their id there; in the report they stand once, at its end.
_AT_THE_END = {
    "sources-of-this-page": "Files of data that the pages rest on",
    "publications-cited": "Publications cited",
}
_ABOUT = (
    "This document holds every page of {year} in the book, in the order of the book. The source of a table or chart stands below it. A table of more than 60 rows is named and not printed. "
    "The files of data, with their checksums, and the publications cited are listed once, at the end."
)

_DRAWING = re.compile(r"data:image/svg\+xml;base64,([^\"]*)")
_LONGEST = 60  # rows of a table that is printed
_TOO_LONG = (
    "{caption}: a table of {rows} rows, which is not printed here. It stands in the spreadsheet and the open data that come with this "
    "document, and on its page of the book."
)


def pages_of(root: Path, data: YearData) -> list[dict[str, Any]]:
    """The executed pages of a year that ``_toc.yml`` lists, in its order.

    Parameters
    ----------
    root : Path
        Holds ``_toc.yml`` and ``book/``.
    data : YearData
        The year.

    Raises
    ------
    ValueError
        If none is listed, or one has not been made.
    """
    listed = [page for page in toc.pages_listed(root) if page.startswith(f"{data.year}/")]
    if not listed:
        raise ValueError(f"_toc.yml lists no page of {data.year}: only what is listed there is exported")
    missing = [page for page in listed if not (root / "book" / f"{page}.ipynb").is_file()]
    if missing:
        raise ValueError(f"not made yet: {', '.join(missing)}; run {data.year} first")
    return [_page(root, f"book/{page}.ipynb") for page in listed]


def _page(root: Path, name: str) -> dict[str, Any]:
    """An executed page, of which all that a report takes is of the kind that it must be."""
    try:
        page: dict[str, Any] = json.loads(text_in(root / name, root))
        for cell in page["cells"]:
            texts = [cell["cell_type"], *cell["metadata"].get("tags", []), *cell["source"]]
            for output in cell.get("outputs", []):
                shown = output.get("data", {})
                texts += [*shown.get("text/html", ""), *shown.get("text/plain", "")]
                for drawing in _DRAWING.findall("".join(shown.get("text/html", ""))):
                    b64decode(drawing)
            "".join(texts).encode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{name} cannot be read: {error!r}") from None
    return page


def whole_report(data: YearData, pages: Iterable[Mapping[str, Any]]) -> Report:
    """The report of a year, made of its pages.

    Parameters
    ----------
    data : YearData
        The year.
    pages : iterable of Mapping
        Its executed pages, as :func:`pages_of` gives them.
    """
    held: list[Block] = []
    sources: dict[str, list[Table]] = {}
    for page in pages:
        for block in _without_foot(_blocks(page)):
            if isinstance(block, Table) and block.anchor in _AT_THE_END:
                sources.setdefault(block.anchor, []).append(block)
            else:
                held.append(_named_if_long(block))
    title = wording.captioned(narrative.year_title(data), data.marks)
    councils = wording.listed([council["name"] for council in data.contract["councils"]])
    above = (str(data.contract["provider"]["name"]), councils)
    about = Paragraph(runs(_ABOUT.format(year=data.year)))
    at_end: tuple[Block, ...] = (Heading(1, "Sources"), *_merged(sources)) if sources else ()
    return Report(title, above, notices_of(data), (about, *held, *at_end), contents=True)


def _named_if_long(block: Block) -> Block:
    """A part of a page; of a table that would fill many sheets of paper, its name, its length and where it can be had."""
    if not isinstance(block, Table) or len(block.rows) <= _LONGEST:
        return block
    return Paragraph(runs(_TOO_LONG.format(caption=block.caption.rstrip("."), rows=len(block.rows))))


def notices_of(data: YearData) -> tuple[Notice, ...]:
    """What every page of a year says of itself below its title, as a document says it."""
    said = notices.of_pages([data]).values()
    return tuple(parts.notice(text.replace("on this page", "in this document")) for text in said)


def _blocks(page: Mapping[str, Any]) -> Iterator[Block]:
    """The parts of one page; what is said of every page stands on the first, and the colophon in the book only."""
    for cell in page["cells"]:
        name = str(cell.get("id", ""))
        if "remove-cell" in cell["metadata"].get("tags", []) or name == COLOPHON or name.startswith(NOTICE):
            continue
        if cell["cell_type"] == "markdown":
            yield from parts.of_markdown("".join(cell["source"]))
        for output in cell.get("outputs", []):
            shown = output.get("data", {})
            if "text/html" in shown:
                yield from parts.of_html("".join(shown["text/html"]))
            elif "text/plain" in shown:
                yield Paragraph(runs("".join(shown["text/plain"])))


def _without_foot(blocks: Iterable[Block]) -> list[Block]:
    """The parts of a page without the headings that stand over nothing but what goes to the end of the report."""
    held = list(blocks)
    nexts = [*held[1:], None]
    return [block for block, after in zip(held, nexts, strict=True)
            if not (isinstance(block, Heading) and isinstance(after, Table) and after.anchor in _AT_THE_END)]  # fmt: skip


def _merged(found: Mapping[str, Sequence[Table]]) -> Iterator[Table]:
    """One table of each kind, with each of its rows once."""
    for anchor, caption in _AT_THE_END.items():
        for table in found.get(anchor, [])[:1]:
            rows = dict.fromkeys(row for one in found[anchor] for row in one.rows)
            yield Table(caption, table.heads, tuple(rows), table.numeric, anchor)
