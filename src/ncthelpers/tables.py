"""Tables as readers meet them: captioned, with header scope, every cell escaped, the same bytes every time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from ncthelpers import claims, comparison, official, provenance, results, wording
from ncthelpers.access import EXEMPT, as_sentence
from ncthelpers.anchors import anchor, attribute, download
from ncthelpers.cells import Column, as_written
from ncthelpers.citations import PUBLICATIONS, citations
from ncthelpers.rows import records_of
from ncthelpers.yeardata import Comparison, YearData

__all__ = ["Table", "Sources", "show", "by_year", "sources"]

_PUBLISHED = "../tables"  # the tables as open data, beside the pages of the HTML
_KPI = ("kpi",)  # the key of a table with a row a KPI, which has an address of its own

_NONE = "The source documents give none."
_NONE_OFFICIAL = "No official measure is of this kind in this year."
_NONE_PUBLIC = "No public source at hand gives any."
_NONE_BEYOND = "None beyond what the tables above hold."
_MANY_SECTIONS = 10
_NOT_THERE, _BREAK, _QUOTIENT = "no figure", "break | ", " (q)"
_QUOTIENT_MEANS = "(q): quotient of printed counts"
# A status is a word with a shape of its own, so that nothing rests on its colour.
_SHAPES = {
    "green": "\N{BLACK CIRCLE}", "amber": "\N{BLACK UP-POINTING TRIANGLE}", "red": "\N{BLACK SQUARE}",
    claims.AGREES: "\N{HEAVY CHECK MARK}", claims.ROUNDING: "\N{ALMOST EQUAL TO}", claims.DISAGREES: "\N{MULTIPLICATION X}",
    claims.BY_DEFINITION: "\N{NOT EQUAL TO}", claims.CANNOT: "?",
}  # fmt: skip
_NO_STATUS = "\N{WHITE CIRCLE}"
_TOTAL = "All "  # begins a row that adds up those of every status, and has none


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
    shown : Shown, optional
        Its figures with their rows, and its sources; a table made by hand has none.
    anchor : str
        Its id on a page; none if nothing is given.
    row_anchors : tuple of str
        Ids of its rows, where they have any.
    download : str
        Address of the whole table as open data, from a page that shows it.
    left_out : str
        Columns that are not there because no row has a value in them, each with what that means.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "There are no rows."
    shown: provenance.Shown | None = field(default=None, repr=False, compare=False)
    anchor: str = ""
    row_anchors: tuple[str, ...] = field(default=(), repr=False)
    download: str = ""
    left_out: str = ""

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return provenance.bundle(self._repr_html_(), repr(self), self.shown, self.caption, self.anchor)

    def _repr_html_(self) -> str:
        if not self.rows:
            return f'<p class="no-rows"{attribute(self.anchor)}><strong>{escape(self.caption)}.</strong> {escape(self.empty)}</p>'
        classes = [f' class="{kind}"' if kind else "" for kind in self._kinds()]
        head = "".join(
            f'<th scope="col"{of}>{_heading(column)}</th>' for column, of in zip(self.columns, classes, strict=True)
        )
        body = "\n".join(
            f'<tr{attribute(row)}><th scope="row"{classes[0]}>{_shown(cells[0], self.columns[0])}</th>'
            + "".join(
                f"<td{of}>{_shown(cell, column, cells[0])}</td>"
                for cell, column, of in zip(cells[1:], self.columns[1:], classes[1:], strict=True)
            )
            + "</tr>"
            for cells, row in zip(self.rows, self.row_anchors or [""] * len(self.rows), strict=True)
        )
        return (
            f'<div class="table-scroll"{attribute(self.anchor)} role="group" tabindex="0" aria-label="{escape(self.caption)}">\n'
            f'<table class="review">\n<caption><span>{escape(self.caption)}</span></caption>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
            f"{_left_out(self.left_out)}{download(self.download, self.caption)}{provenance.details(self.shown, self.caption)}"
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


@dataclass(frozen=True)
class Sources:
    """What a page rests on: its files, and the publications that they cite."""

    files: Table
    publications: Table

    def _repr_html_(self) -> str:
        shown = [self.files, self.publications] if self.publications.rows else [self.files]
        return "\n".join(table._repr_html_() for table in shown)

    def __repr__(self) -> str:
        return f"{self.files!r}\n{self.publications!r}" if self.publications.rows else repr(self.files)


def _left_out(said: str) -> str:
    return f'<p class="left-out">{escape(said)}</p>' if said else ""


def _heading(column: Column) -> str:
    """A heading as HTML: escaped, a contract year kept whole at its hyphen."""
    return re.sub(r"\b\d{4}-\d{2}\b", r'<span class="whole">\g<0></span>', escape(column.title))


def _shown(cell: str, column: Column, row: str = "") -> str:
    """A cell as HTML: escaped, an address as a link that is called by its host and its row, a status with its shape."""
    if column.type == "url" and cell.startswith(("http://", "https://")):
        host = escape(urlsplit(cell).netloc)
        named = f' aria-label="{host}: {escape(row)}"' if row else ""
        return f'<a href="{escape(cell)}"{named}>{host}</a>'
    if column.type == "status" and not cell.startswith(_TOTAL):
        kind = cell.lower() if cell.lower() in _SHAPES else "none"
        shape = _SHAPES.get(kind, _NO_STATUS)
        return f'<span class="status status-{kind.replace(" ", "-")}"><span aria-hidden="true">{shape}</span> {escape(cell)}</span>'
    if column.words and cell[-1:].isalnum() and cell[:2].strip(wording.MINUS)[:1].isdigit():
        amount, _, called = cell.partition(" ")
        return f'{escape(amount)} <span class="called">{escape(called)}</span>'  # of one width, so that digits stand in line
    return escape(cell)


def _address(data: YearData | Comparison, name: str) -> str:
    """Where a whole table stands as open data, from any page in a folder."""
    return f"{_PUBLISHED}/{'comparison' if isinstance(data, Comparison) else data.year}/{name}.csv"


def _chosen(where: Mapping[str, object], cites: str) -> list[str]:
    """The values that the rows of a table are chosen by."""
    held = [value if isinstance(value, (list, tuple)) else [value] for value in where.values()]
    return [as_written(value) for values in held for value in values] + [cites]


def _of(data: YearData | Comparison) -> ModuleType:
    """Where tables are taken from by name: one year's, or those of several years side by side."""
    return comparison if isinstance(data, Comparison) else results


def _cites(source: str, place: str) -> bool:
    """Whether a row cites a document, a section of it, or any subsection of that."""
    return any(
        place in {cited.document, cited.place} or cited.place.startswith(f"{place}.") for cited in citations(source)
    )


def _kept(frame: pd.DataFrame, where: dict[str, object], cites: str) -> pd.DataFrame:
    for column, values in where.items():
        values = values if isinstance(values, (list, tuple)) else [values]
        frame = frame[frame[column].isin(values)]
    if not cites:
        return frame
    return frame[pd.Series([_cites(source, cites) for source in frame["source"]], index=frame.index, dtype=bool)]


def _texts(frame: pd.DataFrame, column: Column, titles: Mapping[str, str]) -> list[str]:
    """The cells of a column as they are read; places row by row where the column says so."""
    values = frame[column.name].tolist()
    if not column.decimals_in:
        return [wording.cell_text(value, column, titles) for value in values]
    places = frame[column.decimals_in].tolist()
    return [
        wording.cell_text(value, replace(column, decimals=n), titles) for value, n in zip(values, places, strict=True)
    ]


def _without_values(held: Sequence[Column], frame: pd.DataFrame) -> list[Column]:
    """The columns, but for the first, that would say in every row only that there is nothing; what is exempt says why."""
    return [
        column
        for column in held[1:]
        if len(frame)
        and column.missing != EXEMPT
        and column.access == "public"
        and not frame[column.name].notna().any()
    ]


def _said_of(absent: Sequence[Column]) -> str:
    """The columns that no row has a value in, by the words that stand for that.

    Examples
    --------
    >>> _said_of([Column("a", "text", "Target", missing="not published"), Column("b", "text", "Value", missing="not published")])
    'No row has a value for: Target, Value (not published).'
    """
    by_words: dict[str, list[str]] = {}
    for column in absent:
        if column.missing:
            by_words.setdefault(column.missing, []).append(column.title)
    said = "; ".join(f"{', '.join(titles)} ({words})" for words, titles in by_words.items())
    return f"No row has a value for: {said}." if said else ""


def _nothing(data: YearData | Comparison, name: str, cites: str) -> str:
    """What stands in the place of a table without a row."""
    reason = _of(data).reason_not_reported(data, name)
    if reason:
        return as_sentence(reason)
    if cites:
        return _NONE_BEYOND
    inputs = set(results.RESULTS[name].inputs) if name in results.RESULTS else set()
    if inputs and inputs <= set(data.reference.tables):
        return _NONE_OFFICIAL
    return _NONE if isinstance(data, YearData) and data.has_annual_report else _NONE_PUBLIC


def show(
    data: YearData | Comparison,
    name: str,
    columns: Sequence[str] = (),
    where: dict[str, object] | None = None,
    cites: str = "",
    caption: str = "",
    sort: str = "",
) -> Table:
    """A table of the year, or of several years, entered or computed, as readers meet it.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    name : str
        Name of the table.
    columns : sequence of str, optional
        Columns in the order to show; if none are given those the schema shows, but for any in which no row has a value.
    where : dict, optional
        Values (one or a list) that a column must have for a row to be shown.
    cites : str, optional
        Document or section, such as ``cover``, ``report:3`` or ``publications``, that a row must cite.
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
    schema = _of(data).table_schema(data, name)
    frame = _kept(_of(data).table(data, name), where or {}, cites)
    if sort:
        frame = frame.sort_values(sort, kind="stable")
    held = tuple(schema[column] for column in (columns or schema.shown or schema.names))
    absent = [] if columns else _without_values(held, frame)
    held, titles = tuple(column for column in held if column not in absent), data.titles
    texts = tuple(zip(*(_texts(frame, column, titles) for column in held), strict=True))
    shown = provenance.shown_table(data, name, schema, held, records_of(frame), texts)
    title = wording.captioned(caption or schema.title, data.marks)
    rows = tuple(anchor(name, key) for key in shown.keys) if tuple(schema.key) == _KPI and not (where or cites) else ()
    return Table(title, held, texts, _nothing(data, name, cites), shown, anchor("table", name, *_chosen(where or {}, cites)),
                 rows, _address(data, name), _said_of(absent))  # fmt: skip


def by_year(
    data: YearData | Comparison, name: str, value: str, keys: Sequence[str] = ("title", "unit"), caption: str = ""
) -> Table:
    """A table with a row a key and year, turned so that the years stand side by side.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    name : str
        Name of a table with the columns ``year``, ``keys`` and ``value``.
    value : str
        Column whose values fill the cells, each with the places that its own row says.
    keys : sequence of str
        Columns that name a row.
    caption : str, optional
        Caption; the schema's title if none is given.

    Returns
    -------
    Table
        The keys and one column a year, oldest first; a row without any value is left out. ``break`` before a value says
        that the series breaks between the value before and this one, where the table has a column of its breaks;
        ``(q)`` after one, that it is the quotient of printed counts, which the caption then explains.

    Raises
    ------
    LookupError
        If there is no such table or column.
    """
    schema, frame = _of(data).table_schema(data, name), _of(data).table(data, name)
    breaks, basis = "break_before" if value == "value" else f"{value}_break", f"{value}_basis"
    years = sorted(set(frame["year"]))
    rows: dict[tuple[Any, ...], dict[str, str]] = {}
    broken: set[tuple[Any, ...]] = set()
    texts, records = _texts(frame, replace(schema[value], missing=_NOT_THERE), {}), records_of(frame)
    for row, text in sorted(zip(records, texts, strict=True), key=lambda pair: pair[0]["year"]):
        key = tuple(row[name] for name in keys)
        cells = rows.setdefault(key, {})
        if row.get(breaks):
            broken.add(key)
        if text == _NOT_THERE:
            cells[row["year"]] = text
            continue
        quotient = _QUOTIENT if row.get(basis) == official.QUOTIENT else ""
        cells[row["year"]] = f"{_BREAK if key in broken else ''}{text}{quotient}"
        broken.discard(key)
    columns = (*(schema[key] for key in keys), *(replace(schema[value], name=year, title=year) for year in years))
    order = dict.fromkeys(tuple(row) for row in frame[list(keys)].itertuples(index=False, name=None))
    kept = tuple((*key, *(rows[key].get(year, _NOT_THERE) for year in years))
                 for key in order if set(rows[key].values()) != {_NOT_THERE})  # fmt: skip
    title = caption or schema.title
    if any(cell.endswith(_QUOTIENT) for row in kept for cell in row[len(keys) :]):
        title = f"{title}; {_QUOTIENT_MEANS}"
    shown = provenance.shown_table(data, name, schema, [schema[value]], records, [(text,) for text in texts])
    return Table(wording.captioned(title, data.marks), columns, kept, _nothing(data, name, ""), shown,
                 anchor("table", name, "" if value == "value" else value), download=_address(data, name))  # fmt: skip


_SOURCE_COLUMNS = (
    Column("title", "text", "Table"),
    Column("path", "text", "File"),
    Column("documents", "text", "Source documents and sections"),
    Column("licence", "text", "Licence"),
    Column("sha256", "text", "Checksum (first 12 of SHA-256)"),
)


def _path(name: str) -> str:
    """The file of an entered table, or of the contract's terms."""
    return name if name == "contract.yml" else f"{name}.csv"


def _file_row(folder: str, entry: dict[str, Any], titles: dict[str, str]) -> tuple[str, ...]:
    def place(document: str) -> str:
        sections = [section.partition(":")[2] for section in entry["sections"] if section.startswith(f"{document}:")]
        if document == PUBLICATIONS:
            return f"{titles[document]}: {len(sections)}" if sections else titles[document]
        listed = ", ".join(sections) if len(sections) <= _MANY_SECTIONS else f"{len(sections)} sections"
        return f"{titles[document]}: {listed}".removesuffix(": ")

    parts = "; ".join(place(document) for document in entry["documents"])
    return entry["title"], f"{folder}/{entry['path']}", parts, entry["licence"], entry["sha256"][:12]


def _cited_publications(data: YearData | Comparison, names: Sequence[str]) -> list[str]:
    """Ids of the publications that the rows of some tables cite; of statistics, those of the years shown and before."""
    cited: dict[str, None] = {}
    years = data.years if isinstance(data, Comparison) else (data,)
    for one in years:
        for path in sorted(map(_path, names)):
            sections = one.package["resources"].get(path, {}).get("sections", ())
            places = (section.partition(":") for section in sections)
            cited |= dict.fromkeys(section for document, _, section in places if document == PUBLICATIONS)
    compared = {str(one.year) for one in years} | {str(one.year.before) for one in years}
    for name in (name for name in names if name in data.reference.tables):
        frame, schema = data.reference.tables[name], data.reference.schemas[name]
        if {"publication", "year"} <= set(schema.names):
            cited |= dict.fromkeys(frame.loc[frame["year"].isin(compared), "publication"])
        for column in (column.name for column in schema.columns if column.type == "source"):
            cited |= dict.fromkeys(one.section for cell in frame[column].dropna() for one in citations(cell))
    return list(cited)


def sources(data: YearData | Comparison, *names: str) -> Sources:
    """Where the figures of a page come from: tables, documents, sections, licence and checksum; and publications.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    *names : str
        Entered tables that the page rests on, of the year or of the reference. One that a year does not report has
        no row.

    Raises
    ------
    LookupError
        If no entered table has such a name.
    """
    years = data.years if isinstance(data, Comparison) else (data,)
    schemas = data.reference.schemas, years[0].schemas
    unknown = [name for name in names if name != "contract.yml" and not any(name in held for held in schemas)]
    if unknown:
        raise LookupError(f"there is no entered table named {', '.join(sorted(unknown))}")
    packages = [(str(one.year), one.package) for one in years] + [("reference", data.reference.package)]
    rows = []
    for folder, package in packages:
        titles = {document["id"]: document["title"] for document in package.get("documents", [])}
        found = (package.get("resources", {}).get(_path(name)) for name in names)
        rows += [_file_row(folder, entry, titles) for entry in found if entry]
    title = wording.captioned("Sources of this page", data.marks)
    files = Table(title, _SOURCE_COLUMNS, tuple(rows), anchor="sources-of-this-page")
    publications = data.reference.tables.get(PUBLICATIONS)
    if publications is None:
        return Sources(files, Table("Publications", (), ()))
    schema = data.reference.schemas[PUBLICATIONS]
    held = tuple(schema[column] for column in schema.shown)
    cited = publications.set_index("publication", drop=False).loc[_cited_publications(data, names)]
    cells = tuple(
        tuple(wording.cell_text(record[column.name], column) for column in held) for record in records_of(cited)
    )
    title = wording.captioned("Publications cited", data.marks)
    return Sources(files, Table(title, held, cells, anchor="publications-cited"))
