"""Tables as readers meet them: captioned, with header scope, every cell escaped, the same bytes every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from ncthelpers import results, wording
from ncthelpers.cells import Column

if TYPE_CHECKING:
    from ncthelpers.load import YearData

__all__ = ["Table", "show", "sources"]

_NONE = "The source documents give none."
_NONE_BEYOND = "None beyond what the tables above hold."
_MANY_SECTIONS = 10


@dataclass(frozen=True)
class Table:
    """A table ready to be read.

    Parameters
    ----------
    caption : str
        What the table shows, with its units.
    columns : tuple of Column
        Headings; the first column names the row.
    rows : tuple of tuple of str
        Cells as text, not yet escaped.
    empty : str
        The sentence shown where there is no row.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "There are no rows."

    def _repr_html_(self) -> str:
        if not self.rows:
            return f'<p class="no-rows"><strong>{escape(self.caption)}.</strong> {escape(self.empty)}</p>'
        classes = [f' class="{kind}"' if kind else "" for kind in self._kinds()]
        head = "".join(
            f'<th scope="col"{of}>{escape(column.title)}</th>' for column, of in zip(self.columns, classes, strict=True)
        )
        body = "\n".join(
            f'<tr><th scope="row"{classes[0]}>{escape(cells[0])}</th>'
            + "".join(f"<td{of}>{escape(cell)}</td>" for cell, of in zip(cells[1:], classes[1:], strict=True))
            + "</tr>"
            for cells in self.rows
        )
        return (
            f'<div class="table-scroll" role="group" tabindex="0" aria-label="{escape(self.caption)}">\n'
            f'<table class="review">\n<caption><span>{escape(self.caption)}</span></caption>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
        )

    def _kinds(self) -> list[str]:
        """How wide each column wants to be: a class for the stylesheet, by type and by its longest cell."""
        longest = [max(map(len, cells)) for cells in zip(*self.rows, strict=True)]
        return [
            "number"
            if column.numeric
            else "long"
            if length > 90
            else "medium"
            if length > 30
            else "short"
            if length < 6
            else ""
            for column, length in zip(self.columns, longest, strict=True)
        ]

    def __repr__(self) -> str:
        lines = [self.caption, "\t".join(column.title for column in self.columns)]
        return "\n".join(lines + ["\t".join(cells) for cells in self.rows] if self.rows else [self.caption, self.empty])


def _cites(source: str, place: str) -> bool:
    """Whether a row cites a document, a section of it, or any subsection of that."""
    sections = {paragraph.partition("/")[0] for paragraph in source.split()}
    return any(section == place or section.startswith((f"{place}.", f"{place}:")) for section in sections)


def _kept(frame: pd.DataFrame, where: dict[str, object], cites: str) -> pd.DataFrame:
    for column, values in where.items():
        values = values if isinstance(values, (list, tuple)) else [values]
        frame = frame[frame[column].isin(values)]
    return frame[[_cites(source, cites) for source in frame["source"]]] if cites else frame


def show(
    data: YearData,
    name: str,
    columns: Sequence[str] = (),
    where: dict[str, object] | None = None,
    cites: str = "",
    caption: str = "",
    sort: str = "",
) -> Table:
    """A table of the year, entered or computed, as readers meet it.

    Parameters
    ----------
    data : YearData
        The year.
    name : str
        Name of the table.
    columns : sequence of str, optional
        Columns in the order to show; those the schema shows if none are given.
    where : dict, optional
        Values (one or a list) that a column must have for a row to be shown.
    cites : str, optional
        Document or section, such as ``cover`` or ``report:3``, that a row must cite.
    caption : str, optional
        Caption; the schema's title if none is given.
    sort : str, optional
        Column of dates to sort by, earliest first.

    Returns
    -------
    Table
        The rows; the reason given in ``contract.yml`` where the year does not report the table.

    Raises
    ------
    LookupError
        If there is no such table or column.
    """
    schema = results.table_schema(data, name)
    frame = _kept(results.table(data, name), where or {}, cites)
    if sort:
        frame = frame.sort_values(sort, kind="stable")
    held = tuple(schema[column] for column in (columns or schema.shown or schema.names))
    cells = (frame[column.name].tolist() for column in held)
    texts = [[wording.cell_text(value, column) for value in values] for values, column in zip(cells, held, strict=True)]
    reason = results.reason_not_reported(data, name)
    return Table(
        caption=caption or schema.title,
        columns=held,
        rows=tuple(zip(*texts, strict=True)),
        empty=f"Not reported: {reason}." if reason else _NONE_BEYOND if cites else _NONE,
    )


def sources(data: YearData, *names: str) -> Table:
    """Where the figures of a page come from: tables, documents, sections, licence and checksum.

    Parameters
    ----------
    data : YearData
        The year.
    *names : str
        Entered tables that the page rests on.
    """
    entries = {entry["path"].removesuffix(".csv"): entry for entry in data.package["resources"]}
    titles = {document["id"]: document["title"] for document in data.package["documents"]}
    held = (
        Column("title", "text", "Table"),
        Column("path", "text", "File"),
        Column("documents", "text", "Source documents and sections"),
        Column("licence", "text", "Licence"),
        Column("sha256", "text", "Checksum (first 12 of SHA-256)"),
    )

    def place(entry: dict, document: str) -> str:
        sections = [s.partition(":")[2] for s in entry["sections"] if s.startswith(f"{document}:")]
        listed = ", ".join(sections) if len(sections) <= _MANY_SECTIONS else f"{len(sections)} sections"
        return f"{titles[document]}: {listed}".removesuffix(": ")

    rows = []
    for name in names:
        entry = entries[name]
        parts = [place(entry, document) for document in entry["documents"]]
        rows.append((entry["title"], entry["path"], "; ".join(parts),
                     entry["licence"], entry["sha256"][:12]))  # fmt: skip
    return Table("Sources of this page", held, tuple(rows))
