"""What every shown thing carries beside its text: each figure unrounded with its name, unit and rows, and its sources.

A table, a chart and a block of commentary each hold a :class:`Shown`. Its figures travel in the metadata of a notebook's
output, from where a page's machine-readable companion is made; its sources stand below it for readers.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from ncthelpers import results
from ncthelpers.cells import Column, as_written, visible
from ncthelpers.citations import PUBLICATIONS, citations, document_order
from ncthelpers.lineage import Lineage, Rows, merged, rows_behind
from ncthelpers.once import once
from ncthelpers.rows import records_of
from ncthelpers.yeardata import Comparison
from ncthelpers.years import in_words

if TYPE_CHECKING:
    from ncthelpers.schemas import TableSchema
    from ncthelpers.yeardata import Reference, YearData

__all__ = ["Figure", "Shown", "Sources", "figure", "figures_of", "shown_table", "shown_chart", "sources_of", "bundle", "details",
           "calculation", "paths", "rows_behind"]  # fmt: skip

_UNITS = {"percent": "per cent", "date": "date", "when": "date", "yesno": "yes or no", "status": "status"}
_DATA = "../data"  # the entered tables beside the pages of the HTML
_ENTERED = "Entered as printed in the source."
_MANY_SECTIONS = 10


@dataclass(frozen=True)
class Figure:
    """One figure as a reader meets it, and where it comes from.

    Parameters
    ----------
    name : str
        ``table/key/column`` as a placeholder writes it, the name of a figure, or a placeholder of commentary.
    value : str
        Its value, unrounded.
    unit : str
        Its unit.
    text : str
        What is printed of it.
    rows : tuple of str
        The entered rows that it comes from, file by file.
    """

    name: str
    value: str
    unit: str
    text: str
    rows: tuple[str, ...]

    def as_record(self) -> dict[str, Any]:
        """The figure for machines."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "text": self.text,
            "rows": list(self.rows),
        }


@dataclass(frozen=True)
class Sources:
    """What a shown thing rests on, in words for readers.

    Parameters
    ----------
    made : tuple of (str, str)
        The calculation as ``module.function`` and what it gives; no name where a table is shown as entered.
    files : tuple of (str, str, str)
        Each file with its rows, the documents and sections that these cite, and its checksum.
    publications : tuple of str
        Publications that the rows cite, with their dates.
    said : tuple of str
        Anything else, such as the paragraphs that a block of commentary carries.
    """

    made: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str, str], ...] = ()
    publications: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """What is shown, and where it comes from.

    Parameters
    ----------
    what : str
        ``table``, ``words`` or ``chart``.
    name : str
        The table, or page and block of the commentary.
    columns : tuple of str
        Columns of a table.
    keys : tuple of str
        Keys of its rows.
    figures : tuple of Figure
        Every figure in it.
    sources : Sources
        What it rests on.
    part : str
        What of it is shown, where the same stands on a page in several parts.
    marks : tuple of str
        What its caption says of all that is made of the year, such as that the trust is invented.
    also : tuple of str
        Further tables that a chart is drawn from.
    """

    what: str
    name: str
    columns: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    sources: Sources = field(default_factory=Sources)
    part: str = ""
    marks: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def bundle(
    html: str, text: str, shown: Shown | None, caption: str, anchor: str = ""
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a notebook keeps of a shown thing: what readers see, and as metadata the figures in it.

    Parameters
    ----------
    html, text : str
        The two ways of showing it.
    shown : Shown or None
        What it is.
    caption : str
        Its caption.
    anchor : str
        Its id on the page.
    """
    data = {"text/html": visible(html), "text/plain": visible(text)}
    if shown is None:
        return data, {}
    record = {
        "what": shown.what, "name": shown.name, "caption": caption, "columns": list(shown.columns),
        "keys": list(shown.keys), "figures": [one.as_record() for one in shown.figures],
    } | ({"anchor": anchor} if anchor else {}) | ({"also": list(shown.also)} if shown.also else {})  # fmt: skip
    return data, {"results": [record]}


def figure(name: str, value: object, unit: str, text: str, rows: Iterable[Rows]) -> Figure:
    """A figure, its value as it would be written in a file.

    Raises
    ------
    TypeError
        If the value is a float: no published figure may be one.
    """
    if isinstance(value, float):
        raise TypeError(f"{name} is a float, which is not exact")
    return Figure(name, as_written(value), unit, text, tuple(map(str, rows)))


# The figures of a table


def _is_figure(column: Column) -> bool:
    return column.numeric or column.type in _UNITS


def _missing(value: object) -> bool:
    return value is None or value != value


def _unit(column: Column, row: Mapping[str, Any], units: Mapping[Any, str]) -> str:
    """Unit of a cell: its column's, else its row's, else its measure's."""
    if column.unit or column.type in _UNITS:
        return column.unit or _UNITS[column.type]
    if column.type != "number":
        return ""
    return row.get("unit") or units.get(row.get("measure"), "")


def _held(columns: Sequence[Column], schema: TableSchema) -> list[tuple[int, Column]]:
    """Columns whose cells are figures, each with its place among those shown: the value where it stands as printed."""
    held = [(place, column) for place, column in enumerate(columns) if _is_figure(column)]
    shown = [column.name for column in columns]
    if "printed" in shown and "value" not in shown and "value" in schema.names and not schema["printed"].numeric:
        held.append((shown.index("printed"), schema["value"]))
    return held


def figures_of(
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    texts: Sequence[Sequence[str]],
    lineage: Lineage,
) -> tuple[list[Figure], list[Rows]]:
    """The figures of some rows of a table, and the entered rows behind all of them.

    Parameters
    ----------
    columns : sequence of Column
        The columns shown.
    rows : sequence of Mapping
        The rows shown, unrounded, with all columns of the table.
    names : sequence of str
        Path of each row: table and key.
    texts : sequence of sequence of str
        What is printed, row by row.
    lineage : Lineage
        Finds the rows behind a row.
    """
    measures = "measure" in lineage.schema.names
    units = lineage.newest.reference.names("measures", "measure", "unit") if measures else {}
    held = _held(columns, lineage.schema)
    found: list[Figure] = []
    behind: list[Rows] = []
    for row, name, printed in zip(rows, names, texts, strict=True):
        of = lineage.of(row)
        behind += of
        from_rows = tuple(map(str, of)) if held else ()
        for place, column in held:
            value = row[column.name]
            if _missing(value):
                continue
            if isinstance(value, float):
                raise TypeError(f"{name}/{column.name} is a float, which is not exact")
            unit = _unit(column, row, units)
            found.append(Figure(f"{name}/{column.name}", as_written(value), unit, printed[place], from_rows))
    return found, behind


def paths(name: str, schema: TableSchema, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Path of each row of a table, as a placeholder writes it: the table and the row's key."""
    return ["/".join([name, *(as_written(row.get(part)) for part in schema.key)]) for row in rows]


def shown_table(
    data: YearData | Comparison,
    name: str,
    schema: TableSchema,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    texts: Sequence[Sequence[str]],
) -> Shown:
    """A table as it is shown, with its figures and sources.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    name : str
        Name of the table.
    schema : TableSchema
        Its schema, with the contract year where several years are shown.
    columns : sequence of Column
        The columns shown.
    rows : sequence of Mapping
        The rows shown, with all columns of the table.
    texts : sequence of sequence of str
        What is printed, row by row.
    """
    lineage, names = Lineage(data, name), paths(name, schema, rows)
    found, behind = figures_of(columns, rows, names, texts, lineage)
    keys = tuple(one[len(name) + 1 :] for one in names)
    return Shown("table", name, tuple(column.name for column in columns), keys, tuple(found),
                 sources_of(data, merged(behind), made=calculation(data, name)))  # fmt: skip


def shown_chart(data: YearData | Comparison, name: str, rows: Iterable[Mapping[str, Any]], part: str = "") -> Shown:
    """A chart as it is shown: the table it is drawn from, with the sources of the rows drawn."""
    lineage = Lineage(data, name)
    behind = merged(one for row in rows for one in lineage.of(row))
    title = results.table_schema(lineage.newest, name).title
    said = (f"Drawn from the table {title}.",)
    sources = sources_of(data, behind, made=calculation(data, name), said=said)
    return Shown("chart", name, sources=sources, part=part, marks=data.marks)


# The sources of a shown thing


def _gives_a_table(function: object) -> bool:
    if not inspect.isfunction(function):
        return False
    given = function.__annotations__.get("return", "")  # in words, where its module puts off what annotations mean
    return getattr(given, "__name__", str(given)).rpartition(".")[2] == "DataFrame"


def _calculation(function: object) -> Callable[..., Any] | None:
    """The public function that a calculation comes down to: itself, or the first that it calls for a table."""
    while hasattr(function, "func"):  # with some of its arguments given
        function = function.func
    if not inspect.isfunction(function):
        return None
    if not function.__name__.startswith(("_", "<")):
        return function
    inside = [cell.cell_contents for cell in function.__closure__ or () if inspect.isfunction(cell.cell_contents)]
    if inside:
        return _calculation(inside[0])
    for name in function.__code__.co_names:
        module = function.__globals__.get(name)
        for called in function.__code__.co_names if inspect.ismodule(module) else ():
            if not called.startswith("_") and _gives_a_table(getattr(module, called, None)):
                made: Callable[..., Any] = getattr(module, called)
                return made
    return None


def calculation(data: YearData | Comparison, name: str) -> tuple[tuple[str, str], ...]:
    """What makes a table: ``module.function`` with the first sentence on it; nothing where it stands as entered.

    Examples
    --------
    See ``tests/test_provenance.py``.
    """
    from ncthelpers import comparison  # which needs the loading of years, and that needs this module

    found = comparison.ACROSS.get(name) if isinstance(data, Comparison) else None
    made = found or results.RESULTS.get(name)
    if made is None:
        return (("", _ENTERED),)
    function = _calculation(getattr(made, "calculation", made))
    if function is None:
        return (("", "Put together from what is entered, without a calculation."),)
    module = function.__module__.removeprefix("ncthelpers.")
    first = " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split())
    return ((f"{module}.{function.__name__}", first.partition(". ")[0].rstrip(".") + "."),)


def _documents(package: Mapping[str, Any]) -> dict[str, str]:
    """Titles of the documents with their dates."""
    return {document["id"]: f"{document['title']} ({in_words(str(when)) if (when := document.get('date')) else 'no date given'})"
            for document in package.get("documents", [])}  # fmt: skip


def _cites(frame: Any, columns: Sequence[str], lines: Sequence[int]) -> dict[str, dict[str, None]]:
    """Documents that some rows of a table cite, each with its sections."""
    kept = frame.loc[list(lines)]
    cells = dict.fromkeys(cell for column in columns for cell in kept[column] if isinstance(cell, str))
    found: dict[str, dict[str, None]] = {}
    for cited in dict.fromkeys(one for cell in cells for one in citations(cell)):
        found.setdefault(cited.document, {})[cited.section] = None
    return found


def sources_of(
    data: YearData | Comparison,
    behind: Iterable[Rows],
    made: tuple[tuple[str, str], ...] = (),
    said: tuple[str, ...] = (),
) -> Sources:
    """What some entered rows are: their files with documents, sections and checksum, and the publications they cite.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    behind : iterable of Rows
        The rows, each file once.
    made : tuple of (str, str)
        The calculation.
    said : tuple of str
        Anything else to say.
    """
    years, newest = {str(one.year): one for one in data.years}, data.newest
    files = []
    cited: dict[str, None] = {}
    for rows in behind:
        folder, _, path = rows.file.partition("/")
        held = years.get(folder, newest.reference)
        name = path.removesuffix(".csv")
        entry = held.package.get("resources", {}).get(path, {})
        parts = []
        if rows.of:
            columns = [column.name for column in held.schemas[name].columns if column.type == "source" or (column.name == "publication" and name != PUBLICATIONS)]  # fmt: skip
            titles = _documents(held.package)
            for document, sections in _cites(held.tables[name], columns, rows.lines).items():
                if document == PUBLICATIONS:
                    cited |= sections
                else:
                    parts.append(f"{titles.get(document, document)}, {_sections(document, list(sections))}")
        files.append((str(rows), "; ".join(parts), str(entry.get("sha256", ""))[:12]))
    return Sources(made, tuple(files), _publications(newest, cited), said)


def _sections(document: str, sections: Sequence[str]) -> str:
    if len(sections) > _MANY_SECTIONS:
        return f"{len(sections)} sections"
    ordered = sorted(sections, key=lambda section: document_order(f"{document}:{section}"))
    return f"section{'s' if len(sections) > 1 else ''} {', '.join(ordered)}"


@once
def _by_publication(reference: Reference) -> dict[str, dict[str, Any]]:
    return {row["publication"]: row for row in records_of(reference.tables[PUBLICATIONS])}


def _publications(data: YearData, cited: Iterable[str]) -> tuple[str, ...]:
    """Publications with their dates."""
    if PUBLICATIONS not in data.reference.tables:
        return ()
    held, found = _by_publication(data.reference), []
    for one in dict.fromkeys(cited):
        row = held.get(one)
        when = row.get("published") if row else None
        found.append(f"{row['title'] if row else one} ({in_words(str(when)) if when else 'no date given'})")
    return tuple(found)


def _said(which: str) -> str:
    """Rows as they are read, by the lines of their file: ``line 2``, ``lines 2-3, 7``, ``all 9 rows``.

    Examples
    --------
    >>> _said("2"), _said("2-3, 7"), _said("all 9 rows")
    ('line 2', 'lines 2-3, 7', 'all 9 rows')
    """
    if "row" in which:
        return which
    return f"line {which}" if which.isdigit() else f"lines {which}"


def _of_file(rows: str) -> str:
    """A file with its rows as they are read.

    Examples
    --------
    >>> _of_file("a/b.csv: 2-3"), _of_file("a/contract.yml")
    ('a/b.csv, lines 2-3', 'a/contract.yml')
    """
    file, _, which = rows.partition(": ")
    return f"{file}, {_said(which)}" if which else file


def details(shown: Shown | None, caption: str) -> str:
    """The sources of a shown thing as HTML that unfolds; empty where nothing is known of them."""
    if shown is None:
        return ""
    sources = shown.sources
    lines = [escape(text) for text in sources.said]
    if shown.what == "words":
        lines += [escape(f"{one.text}: {'; '.join(map(_of_file, one.rows))}") for one in shown.figures if one.rows]
    for function, text in sources.made:
        lines.append(f"Calculation: <code>{escape(function)}</code>. {escape(text)}" if function else escape(text))
    for rows, cited, checksum in sources.files:
        file, _, which = rows.partition(": ")
        text = f'<a href="{_DATA}/{escape(file)}"><code>{escape(file)}</code></a>'
        text += f", {escape(_said(which))}" if which else ""
        text += f". {escape(cited)}" if cited else ""
        text += f". Checksum <code>{escape(checksum)}</code>" if checksum else ""
        lines.append(text)
    if sources.publications:
        lines.append("Publications: " + escape("; ".join(sources.publications)))
    if not lines:
        return ""
    called = f"{caption} ({shown.part})" if shown.part else caption
    items = "\n".join(f"<li>{line}</li>" for line in lines)
    return f'\n<details class="sources"><summary>Sources<span class="visually-hidden">: {escape(called)}</span></summary>\n<ul>\n{items}\n</ul>\n</details>'
