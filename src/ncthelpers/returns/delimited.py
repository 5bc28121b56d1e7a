"""Tables of text from CSV files and from the sheets of workbooks, nothing guessed and nothing lost."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import polars as pl

from ncthelpers.apart import apart
from ncthelpers.faults import DataFaults, Fault

__all__ = [
    "CP1252",
    "ROW",
    "UNNAMED",
    "read_csv",
    "read_header",
    "read_sheets",
    "sheets",
    "table_of",
    "texts_of_sheets",
]

CP1252 = "is not UTF-8: it was read as Windows-1252 (cp1252)"
ROW = "row in the file"  # column of the tables of text: which row a record came from, the header being row 1
UNNAMED = "column "  # and its number: a column whose header is empty
_BOM = b"\xef\xbb\xbf"
_QUOTED = re.compile(rb'"(?:[^"]|"")*"')
_SHOWN = 20  # faults of one kind in one file; more would only repeat it
_LARGEST = 1 << 30  # bytes of a workbook once it is unpacked
_LEAST_LARGEST, _TIMES = (
    50 << 20,
    50,
)  # bytes of any, and for each byte that it is packed in: cells of a sheet shrink to a tenth
_LONGEST_HEADER = 100_000  # characters
_MIDNIGHT = (0, 0, 0, 0)


def _fault(path: Path, rule: str, row: int | None = None, value: str = "", suggestion: str = "") -> Fault:
    return Fault(path.as_posix(), row, "", value, rule, suggestion=suggestion)


def _text(path: Path) -> tuple[bytes, list[Fault]]:
    """The file in UTF-8 with plain line ends, and what is to be known of it."""
    content = path.read_bytes().removeprefix(_BOM)
    if (at := content.find(b"\0")) >= 0:
        row = content.count(b"\n", 0, at) + 1
        raise DataFaults([_fault(path, "has a NUL character", row, suggestion="save it as CSV UTF-8")])
    warnings = []
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        try:
            content = content.decode("cp1252").encode("utf-8")
        except UnicodeDecodeError as error:
            row = content.count(b"\n", 0, error.start) + 1
            rule = "is neither UTF-8 nor Windows-1252 (cp1252)"
            raise DataFaults([_fault(path, rule, row, suggestion="save it as CSV UTF-8")]) from None
        warnings.append(_fault(path, CP1252))
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), warnings


def _ragged(path: Path, bare: bytes, columns: int) -> Iterator[Fault]:
    """Rows with more or fewer cells than the header; ``bare`` has no quoted cells, so a line is a row."""
    for row, line in enumerate(bare.split(b"\n"), 1):
        cells = line.count(b",") + 1
        if cells != columns and line.strip():
            yield _fault(path, f"has {cells} cells, and the header has {columns}", row)


def _header(path: Path, lines: Iterable[str]) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader(lines), [])]
    except csv.Error as error:
        raise DataFaults([_fault(path, f"has no header of a CSV file: {error}", 1)]) from None


def read_header(path: Path) -> list[str]:
    """The names in the first line of a CSV file, without what stands around them; empty where the file is."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        first = file.readline(_LONGEST_HEADER)
    if len(first) == _LONGEST_HEADER:
        raise DataFaults(
            [_fault(path, f"has a first line of {_LONGEST_HEADER:,} characters or more, which no header has", 1)]
        )
    return _header(path, [first])


def read_csv(path: Path) -> tuple[pl.DataFrame, list[Fault]]:
    """A CSV file as text: UTF-8 with or without a byte order mark, or Windows-1252.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    rows : polars.DataFrame
        Columns by their names, all text, and :data:`ROW`; an empty cell is empty, and a row without a filled cell is none.
    warnings : list of Fault
        What is to be known of it.

    Raises
    ------
    DataFaults
        If a row has more or fewer cells than the header, a quote is never closed, two columns have one name, there is a
        NUL character or no header; every such row is named, twenty at most.
    """
    content, warnings = _text(path)
    names = _header(path, io.TextIOWrapper(io.BytesIO(content), "utf-8", newline=""))
    if not any(names):
        raise DataFaults([_fault(path, "has no header")])
    faults = [
        Fault(path.as_posix(), 1, name, "", "is the name of two columns")
        for name in sorted({name for name in names if name and names.count(name) > 1})
    ]
    bare = _QUOTED.sub(b"", content) if b'"' in content else content
    if (at := bare.find(b'"')) >= 0:
        faults.append(_fault(path, "a quote is not closed or stands alone", bare.count(b"\n", 0, at) + 1))
    else:
        lines = bare.count(b"\n") + (not bare.endswith(b"\n"))
        if bare.count(b",") != lines * (len(names) - 1):
            faults += [fault for _, fault in zip(range(_SHOWN), _ragged(path, bare, len(names)), strict=False)]
    if faults:
        raise DataFaults(faults)
    # In whole rows of as many cells a fault can hide only behind another: one too long is an error to polars.
    try:
        rows = pl.read_csv(
            content, infer_schema=False, new_columns=[name or f"{UNNAMED}{n}" for n, name in enumerate(names, 1)]
        )
    except pl.exceptions.PolarsError as error:
        found = [fault for _, fault in zip(range(_SHOWN), _ragged(path, bare, len(names)), strict=False)]
        raise DataFaults(found or [_fault(path, f"cannot be read as CSV: {error}")]) from None
    if b'""' in content:  # what is quoted and empty is no less empty
        rows = rows.with_columns(pl.all().replace("", None))
    return _filled(rows, 2), warnings


def _cell(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            midnight = (value.hour, value.minute, value.second, value.microsecond) == _MIDNIGHT
            return value.date().isoformat() if midnight else value.isoformat(" ")
        case date():
            return value.isoformat()
    return str(value).strip() or None


def table_of(rows: Sequence[Sequence[object]], header: int) -> pl.DataFrame:
    """Rows of cells as text: the first is the header, which stands in the row given of its file."""
    cells = [[_cell(value) for value in row] for row in rows]
    names = [name or f"{UNNAMED}{n}" for n, name in enumerate(cells[0], 1)] if cells else []
    if len(set(names)) < len(names) or not names:
        return pl.DataFrame({ROW: []})  # a header with a name twice is that of no module
    return _filled(pl.DataFrame(cells[1:], schema=dict.fromkeys(names, pl.String), orient="row"), header + 1)


def _filled(rows: pl.DataFrame, first: int) -> pl.DataFrame:
    """The rows that have a filled cell, with their number in the file."""
    return rows.with_row_index(ROW, first).filter(~pl.all_horizontal(pl.exclude(ROW).is_null()))


def _quickly(path: Path) -> Iterator[tuple[str, int, list[Any]]]:
    yield from map(tuple, cast("list[Any]", apart(texts_of_sheets, path.read_bytes())))


def texts_of_sheets(content: bytes) -> list[tuple[str, int, list[Any]]]:
    """The sheets of a workbook as :func:`sheets` gives them, their cells as text.

    A broken file crashes the library that reads it here: to be asked :func:`~ncthelpers.apart.apart`.
    """
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        return [
            (sheet.name, (sheet.start or (0, 0))[0] + 1, [[_cell(value) for value in row] for row in sheet.to_python()])
            for sheet in map(book.get_sheet_by_name, book.sheet_names)
        ]


def _cells(path: Path, packed: zipfile.ZipFile) -> Iterator[tuple[str, int, list[Any]]]:
    """Name, first row and cells of each sheet: by the quick reader, unless there are errors or formulas, of which it tells nothing."""
    parts = (packed.read(part) for part in packed.namelist() if part.startswith("xl/worksheets/"))
    if not any(b't="e"' in part or b"<f>" in part or b"<f " in part for part in parts):
        yield from _quickly(path)
        return
    import openpyxl

    saved, written = (openpyxl.load_workbook(path, read_only=True, data_only=only) for only in (True, False))
    for sheet in saved.worksheets:
        both = zip(sheet.values, written[sheet.title].values, strict=True)
        rows = [[formula if value is None else value for value, formula in zip(*row, strict=True)] for row in both]
        first = next((n for n, row in enumerate(rows) if any(value is not None for value in row)), 0)
        yield sheet.title, first + 1, rows[first:]


def sheets(path: Path) -> list[tuple[str, int, list[Any]]]:
    """The sheets of a workbook: the name of each, the number of its first filled row, and its rows of cells from there on.

    Parameters
    ----------
    path : Path
        The file. Formulas are not run: a cell is the value that was saved with it, or the formula where none was. Of a
        workbook that is no xlsx the cells with an error are empty.

    Raises
    ------
    DataFaults
        If it is no workbook, or would fill the memory once it is unpacked.
    """
    try:
        if not zipfile.is_zipfile(path):
            return list(_quickly(path))
        with zipfile.ZipFile(path) as packed:
            most = min(_LARGEST, _LEAST_LARGEST + _TIMES * path.stat().st_size)
            if sum(part.file_size for part in packed.infolist()) > most:
                raise DataFaults([_fault(path, "is larger than a return can be")])
            return list(_cells(path, packed))
    except DataFaults:
        raise
    except Exception as error:  # the readers raise whatever they stumble over
        raise DataFaults([_fault(path, f"cannot be read as a workbook: {error}")]) from None


def read_sheets(path: Path) -> dict[str, pl.DataFrame]:
    """The sheets of a workbook as text, by their names; a sheet's first filled row is its header.

    Columns are as in :func:`read_csv`. Days are written 1999-12-31, errors as they are: ``#N/A``. Faults are those of
    :func:`sheets`.
    """
    return {name: table_of(rows, header) for name, header, rows in sheets(path)}
