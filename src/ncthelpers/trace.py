"""From a figure as a page prints it back to the rows of data that it comes from, and to what these rows cite."""

from __future__ import annotations

import csv
import inspect
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path
from typing import Any

from ncthelpers import commentary, comparison, finance, lineage, provenance, results
from ncthelpers.citations import PUBLICATIONS, citations
from ncthelpers.lineage import Rows
from ncthelpers.publish import staleness
from ncthelpers.reading import text_in
from ncthelpers.rows import records_of
from ncthelpers.wording import MINUS, where_in
from ncthelpers.yeardata import Comparison, YearData
from ncthelpers.years import in_words

__all__ = ["changed_since", "Entered", "Traced", "committed", "traced", "as_lines", "safe"]

_PAGE = re.compile(r"[\w-]+")
_SHOWN_RANGES = re.compile(r"\d+(?:-\d+)?(?:, \d+(?:-\d+)?)*")
_PLACEHOLDER = re.compile(r"\{([^{}|]+)(?:\|[Ww]ords)?\}")
_UNIT_SIGNS = re.compile(r"[£%]|(?<=[\d%])[a-z]+$")  # and a word such as overspend
_NEAREST, _MOST_ROWS = 6, 60
_AS_PRINTED = "entered as printed"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Entered:
    """Rows of one entered file, as they stand in it today.

    Parameters
    ----------
    file : str
        The file, with its folder in ``data/``.
    which : str
        The rows in words, as the page's JSON gives them.
    header : str
        First line of the file.
    rows : tuple of (int, str)
        Line number and line of each row, as written; the first sixty.
    more : int
        How many rows follow these.
    cites : tuple of str
        What the rows cite: documents with their dates and paragraphs, publications with their dates.
    checksum : str
        SHA-256 of the file.
    """

    file: str
    which: str
    header: str = ""
    rows: tuple[tuple[int, str], ...] = ()
    more: int = 0
    cites: tuple[str, ...] = ()
    checksum: str = ""


@dataclass(frozen=True)
class Traced:
    """One figure of a page and what it comes from.

    Parameters
    ----------
    name : str
        Its name in the page's JSON.
    text, value, unit : str
        What is printed, its value unrounded, its unit.
    places : tuple of str
        Where on the page it is printed.
    made : str
        The calculation and what it gives, or that the figure is entered as printed.
    files : tuple of Entered
        The rows that it comes from.
    """

    name: str
    text: str
    value: str
    unit: str
    places: tuple[str, ...]
    made: str
    files: tuple[Entered, ...]


def safe(text: str) -> str:
    """A text with each character that could move a terminal's cursor written as its code.

    Examples
    --------
    >>> safe("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def committed(root: Path, folder: str, page: str) -> dict[str, Any]:
    """The JSON beside a page of the book.

    Parameters
    ----------
    root : Path
        Holds ``book/``.
    folder : str
        Folder of the book, such as a contract year.
    page : str
        Name of the page, such as ``04_cost``.

    Raises
    ------
    LookupError
        If there is no such page; the message names those there are.
    ValueError
        If its JSON cannot be read.
    """
    name = page.removesuffix(".ipynb").removesuffix(".json")
    path = root / "book" / folder / f"{name}.json"
    if not _PAGE.fullmatch(name) or not path.is_file():
        there = ", ".join(sorted(one.stem for one in (root / "book" / folder).glob("[0-9][0-9]_*.json")))
        raise LookupError(safe(f"book/{folder} has no page {page} with figures; it has {there or 'none'}"))
    try:
        record: dict[str, Any] = json.loads(text_in(path, root))
        _check(record)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"book/{folder}/{path.name} cannot be read: {error!r}") from None
    return record


def _check(record: Mapping[str, Any]) -> None:
    """Raise some error, where the JSON beside a page is not as a run writes it."""
    for name, figure in record["figures"].items():
        "".join([name, figure["text"], figure["value"], figure["unit"], *figure["rows"]]).encode()
    for shown in record["shown"]:
        if shown["what"] == "table":
            "".join([shown["caption"], shown["name"], *shown["keys"]]).encode()


# Which figures are asked for


def _squeezed(text: str) -> str:
    return "".join(text.split()).replace(MINUS, "-").casefold()


def _forms(figure: Mapping[str, str]) -> set[str]:
    """The ways in which a figure may be asked for: as printed, without its unit's signs, with them."""
    text, unit = _squeezed(figure["text"]), figure["unit"]
    bare = _UNIT_SIGNS.sub("", text)
    found = {text, bare, text.replace("£", "")}
    if unit in {"£", "£m"} and bare[-1:].isdigit():
        sign, digits = ("-", bare[1:]) if bare.startswith("-") else ("", bare)
        found.add(f"{sign}£{digits}{unit[1:]}")
    if unit == "per cent" and bare[-1:].isdigit():
        found.add(f"{bare}%")
    return found


def _asked(figures: Mapping[str, Mapping[str, Any]], text: str) -> dict[str, Mapping[str, Any]]:
    """The figures printed as some text, by name.

    Raises
    ------
    LookupError
        If there is none; the message gives those nearest in writing.
    """
    wanted = _squeezed(text)
    found = {name: figure for name, figure in figures.items() if wanted and wanted in _forms(figure)}
    if found:
        return found
    texts = dict.fromkeys(figure["text"] for figure in figures.values())
    ranked = sorted(texts, key=lambda one: -SequenceMatcher(None, wanted, _squeezed(one)).ratio())
    nearest = "; ".join(ranked[:_NEAREST])
    raise LookupError(
        safe(f"no figure is printed as {text!r}; nearest are {nearest or 'none: the page has no figure'}")
    )


# Where a figure stands and how it is made


def _table_of(name: str) -> str:
    """The table in which a figure of the page stands; empty for a figure of commentary."""
    table, slash, _ = name.partition("/")
    return table if slash and ":" not in table else ""


def _key_and_column(name: str) -> tuple[str, str]:
    key, _, column = name.partition("/")[2].rpartition("/")
    return key, column


def _places(name: str, record: Mapping[str, Any], data: YearData | Comparison) -> tuple[str, ...]:
    """Every place on the page at which a figure is printed."""
    table = _table_of(name)
    if not table:
        written = {} if isinstance(data, Comparison) else commentary.blocks(data.commentary.get(record["page"], ""))
        return tuple(f"commentary, block {block}" for block, text in written.items()
                     if name in _PLACEHOLDER.findall(text)) or ("commentary",)  # fmt: skip
    key, column = _key_and_column(name)
    try:
        title = _of(data).table_schema(data, table)[column].title
    except LookupError:
        title = column
    return tuple(
        dict.fromkeys(
            f"table {shown['caption']}, row {key.replace('/', ', ')}, column {title}"
            for shown in record["shown"]
            if shown["what"] == "table" and shown["name"] == table and key in shown["keys"]
        )
    )


def _made(name: str, data: YearData | Comparison) -> str:
    """The calculation behind a figure with the first sentence on it, or that it is entered as printed."""
    kind, _, rest = name.partition(":")
    table = _table_of(name) or (rest.partition("?")[0].partition("/")[0] if kind in {"cell", "count"} else "")
    if table:
        try:
            results.table_schema(data.newest, table)
        except LookupError:
            return f"not known: the data of today has no table {table}, so the page was published before"
        function, sentence = provenance.calculation(data, table)[0]
        said = f"{function}: {sentence}" if function else _AS_PRINTED if table not in results.RESULTS else sentence
        return f"number of rows of {table} ({said})" if kind == "count" and not _table_of(name) else said
    if name != "year" and not isinstance(data, Comparison) and name in set(data["finance_lines"]["line"]):
        first = (inspect.getdoc(finance.line_amount) or "").partition("\n")[0]
        return f"finance.line_amount: {first}"
    return _AS_PRINTED


# The rows behind it


def _of(data: YearData | Comparison) -> Any:
    """The module that makes the tables of one year, or those of several side by side."""
    return comparison if isinstance(data, Comparison) else results


def _lines_of(text: str) -> tuple[int, ...]:
    """Line numbers from runs such as ``2-4, 9``.

    Examples
    --------
    >>> _lines_of("2-4, 9")
    (2, 3, 4, 9)
    """
    runs = (run.partition("-") for run in text.split(", "))
    return tuple(line for first, _, last in runs for line in range(int(first), int(last or first) + 1))


def _records(content: bytes) -> Iterator[tuple[int, str]]:
    """Each row of a CSV file as written, with the number of the line on which it ends; the header first."""
    lines = content.decode("utf-8-sig").splitlines(keepends=True)
    reader, before = csv.reader(lines, strict=True), 0
    for cells in reader:
        if cells:
            yield reader.line_num, "".join(lines[before : reader.line_num]).rstrip("\r\n")
        before = reader.line_num


def _found_again(name: str, data: YearData | Comparison) -> dict[str, Rows]:
    """The rows behind a figure found anew, by how the JSON writes them: for those too many to be listed in it."""
    table = _table_of(name) or (name.partition(":")[2].partition("/")[0] if name.startswith("cell:") else "")
    try:
        if name.startswith("count:"):
            query = name.removeprefix("count:")
            frame = _of(data).table(data, query.partition("?")[0])
            return {str(rows): rows for rows in lineage.behind_count(data, query, frame)}
        if not table:
            return {}
        return {str(rows): rows for rows in _behind(table, name.removeprefix("cell:").rpartition("/")[0], data)}
    except LookupError:  # a table of a page that was published before
        return {}


def _behind(table: str, path: str, data: YearData | Comparison) -> list[Rows]:
    """The rows behind a row of a table, by its path."""
    of = _of(data)
    frame = records_of(of.table(data, table))
    paths = provenance.paths(table, of.table_schema(data, table), frame)
    held = lineage.Lineage(data, table)
    return [rows for row, one in zip(frame, paths, strict=True) if one == path for rows in held.of(row)]


def _dated(title: str, when: object) -> str:
    return f"{title} ({in_words(str(when)) if when else 'no date given'})"


def _cited(folder: str, table: str, lines: Iterable[int], data: YearData | Comparison) -> tuple[str, ...]:
    """What some rows cite: each document with its date and the paragraphs, each publication with its date."""
    years, newest = {str(one.year): one for one in data.years}, data.newest
    held = years.get(folder, newest.reference)
    schema, frame = held.schemas[table], held.tables[table]
    columns = [column.name for column in schema.columns
               if column.type == "source" or (column.name == "publication" and table != PUBLICATIONS)]  # fmt: skip
    kept = frame.loc[[line for line in lines if line in frame.index]]
    cells = (cell for row in records_of(kept[columns]) for cell in row.values() if isinstance(cell, str))
    documents = {one["id"]: one for one in held.package.get("documents", [])}
    titles = newest.reference.titles
    dates = newest.reference.names(PUBLICATIONS, "publication", "published")
    found: dict[str, dict[str, None]] = {}
    for cited in dict.fromkeys(one for cell in cells for one in citations(cell)):
        if cited.document == PUBLICATIONS:
            found.setdefault(_dated(titles.get(cited.section, cited.section), dates.get(cited.section)), {})
        else:
            document = documents.get(cited.document, {})
            where = f"{cited.section} {where_in(cited)}"
            title = _dated(document.get("title", cited.document), document.get("date"))
            found.setdefault(title, {})[where] = None
    return tuple(f"{title}: {', '.join(places)}" if places else title for title, places in found.items())


def _entered(root: Path, said: str, again: Mapping[str, Rows], data: YearData | Comparison) -> Entered:
    """The rows of one file that the JSON names."""
    file, _, which = said.partition(": ")
    folder, _, path = file.partition("/")
    place = (root / "data" / folder / path).resolve()
    # os.path, for Path.is_file raises an error of a name too long for the system
    if not place.is_relative_to((root / "data").resolve()) or not os.path.isfile(place):  # noqa: PTH113
        return Entered(file, "is no longer there")
    content = place.read_bytes()
    checksum = sha256(content).hexdigest()
    if not which:
        return Entered(file, "all of it", checksum=checksum)
    header, *rows = _records(content)
    if _SHOWN_RANGES.fullmatch(which):
        lines: Sequence[int] = _lines_of(which)
    elif said in again:
        lines = again[said].lines
    else:
        lines = [line for line, _ in rows] if which.startswith("all ") else []
    kept = [(line, text) for line, text in rows if line in set(lines)]
    cites = _cited(folder, path.removesuffix(".csv"), lines, data)
    return Entered(file, which, header[1], tuple(kept[:_MOST_ROWS]), len(kept[_MOST_ROWS:]), cites, checksum)


def traced(root: Path, record: Mapping[str, Any], data: YearData | Comparison, text: str) -> list[Traced]:
    """Every figure of a page that is printed as some text, with what it comes from.

    Parameters
    ----------
    root : Path
        Holds ``data/``.
    record : Mapping
        The JSON beside the page.
    data : YearData or Comparison
        The year, or the years side by side, that the page is made from.
    text : str
        The figure as printed; spaces do not count, and its unit's sign may be left off.

    Returns
    -------
    list of Traced
        In the order of their names.

    Raises
    ------
    LookupError
        If no figure of the page is printed so; the message gives those nearest in writing.
    """
    found = []
    for name, figure in sorted(_asked(record["figures"], text).items()):
        shortened = any(" of " in said.partition(": ")[2] for said in figure["rows"])
        again = _found_again(name, data) if shortened else {}
        files = tuple(_entered(root, said, again, data) for said in figure["rows"])
        places, made = _places(name, record, data), _made(name, data)
        found.append(Traced(name, figure["text"], figure["value"], figure["unit"], places, made, files))
    return found


def changed_since(root: Path, folder: str, page: str) -> list[str]:
    """The files of data that a page read and that are not as they were then.

    Parameters
    ----------
    root : Path
        Holds ``book/`` and ``data/``.
    folder, page : str
        The page.
    """
    try:
        made_of = staleness.parts_of(json.loads((root / "book" / folder / f"{page}.ipynb").read_text("utf-8")))
    except (OSError, ValueError, AttributeError):
        return []
    return [name for name, first in staleness.data_parts(made_of).items() if staleness.part(root, name) != first]


def as_lines(found: Iterable[Traced], page: str) -> Iterator[str]:
    """What was found as plain lines, for a terminal or a file.

    Parameters
    ----------
    found : iterable of Traced
        The figures.
    page : str
        The page that they stand on, with its folder.
    """
    for number, one in enumerate(found):
        if number:
            yield ""
        yield safe(f"{one.text}  {one.name}")
        for place in one.places:
            yield safe(f"  page {page}: {place}")
        yield safe(f"  value {one.value}, unit {one.unit or 'none'}")
        yield safe(f"  calculation: {one.made}")
        for file in one.files:
            yield safe(f"  data/{file.file}: {file.which}")
            if file.header:
                yield safe(f"    1: {file.header}")
            for line, text in file.rows:
                yield safe(f"    {line}: {text}")
            if file.more:
                yield f"    and {file.more} more rows"
            for cited in file.cites:
                yield safe(f"    cites {cited}")
            if file.checksum:
                yield f"    sha256 {file.checksum}"
