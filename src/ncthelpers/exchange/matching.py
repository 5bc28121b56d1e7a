"""Which table a sheet holds, which column each of its headings means, and what its rows say."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, cast

from ncthelpers.access import EXEMPT, MAY_NOT_ENTER
from ncthelpers.cells import Column, read_cell
from ncthelpers.exchange.canonical import BY_NUMBER, written_as
from ncthelpers.exchange.sheets import Cell, Sheet, address
from ncthelpers.faults import Fault
from ncthelpers.schemas import TableSchema
from ncthelpers.suggestions import nearest

__all__ = ["LAST_YEAR", "Entered", "entered", "month_first", "plain_name", "table_of", "year_said"]

LAST_YEAR = "last year: "
_OF_YEAR = re.compile(r"(?:[A-Z]+\. )*contract year (\d{4}-\d{2})\b.*", flags=re.IGNORECASE | re.DOTALL)
_HEADER_WITHIN = 40  # rows from the top
_SHEET_NAME_LENGTH = 31
_SYMBOLS = re.compile(r"\[?([ckuxz])\]?")
_NOTE = re.compile(r"\W|notes?\b|sources?\b", flags=re.IGNORECASE)
_TOTAL = re.compile(r"(?:grand |sub-?)?totals?\b", flags=re.IGNORECASE)


@dataclass(frozen=True)
class Entered:
    """The rows of one sheet as a table has them written.

    Parameters
    ----------
    name, sheet : str
        The table and the sheet.
    columns : Mapping of str to int
        Columns of the table that the sheet has, each with where it stands there.
    rows : tuple of (int, Mapping of str to str)
        Row of the sheet, and what it says by column.
    """

    name: str
    sheet: str
    columns: Mapping[str, int]
    rows: tuple[tuple[int, Mapping[str, str]], ...]


def plain_name(name: str) -> str:
    """A name or heading without case, spacing and signs, by which two of them are held against each other.

    Examples
    --------
    >>> plain_name("Budget, £000") == plain_name("BUDGET  (£000)"), plain_name("kpi_values")
    (True, 'kpi values')
    """
    return " ".join(re.findall(r"[^\W_]+|[£%]", name.casefold()))


def _names(schema: TableSchema) -> set[str]:
    return {plain_name(name[:length]) for name in (schema.table, schema.title) for length in (_SHEET_NAME_LENGTH, None)}


def table_of(name: str, schemas: Mapping[str, TableSchema]) -> str | None:
    """The table that a sheet is named after, by its name or its title; none where there is no such table.

    Raises
    ------
    ValueError
        If two tables go by that name.
    """
    sought = plain_name(name)
    if (exact := [table for table in schemas if plain_name(table) == sought]) and len(exact) == 1:
        return exact[0]
    found = [table for table, schema in schemas.items() if sought in _names(schema)]
    if len(found) > 1:
        raise ValueError(f"may be the table {' or '.join(found)}: name the sheet after one of them")
    return found[0] if found else None


def _by_name(column: Column) -> tuple[str, ...]:
    return (column.name,)


def _by_title(column: Column) -> tuple[str, ...]:
    return (column.title,)


def _by_alias(column: Column) -> tuple[str, ...]:
    return column.aliases


# What a heading is first taken for: a table may have a column whose title is the name of another.
_ORDERS = ((_by_name, _by_title, _by_alias), (_by_title, _by_name, _by_alias))


def _meanings(columns: Sequence[Column], order: Sequence[Callable[..., Any]]) -> dict[str, list[str]]:
    """The columns that a heading may mean, by its plain name."""
    found: dict[str, list[str]] = {}
    for names in order:
        level: dict[str, list[str]] = {}
        for column in columns:
            for name in {plain_name(name) for name in names(column)} - {""}:
                level.setdefault(name, []).append(column.name)
        found = level | found
    return found


def year_said(sheet: Sheet) -> str:
    """The contract year that the titles above a table name; empty where they name none.

    Examples
    --------
    >>> year_said(Sheet("a", {3: {1: Cell("INVENTED. Contract year 2033-34. To the contents")}}))
    '2033-34'
    """
    titles = takewhile(lambda cells: len(cells) == 1, sheet.rows.values())
    found = (_OF_YEAR.fullmatch(cell.text) for cells in titles for cell in cells.values())
    return next((one[1] for one in found if one), "")


def _is_heading(cell: Cell) -> bool:
    return cell.kind == "text" and not cell.rule


def _headed(
    cells: Mapping[int, Cell], meanings: Mapping[str, list[str]], fault: Fault, columns: Sequence[Column]
) -> tuple[dict[str, int], list[Fault]]:
    """Where each column stands in a row of headings, and what is wrong with it."""
    where: dict[str, int] = {}
    faults = []
    row = cast("int", fault.row)
    for at, cell in cells.items():
        names = meanings.get(plain_name(cell.text), []) if _is_heading(cell) else []
        here = replace(fault, value=cell.text, cell=address(row, at))
        if cell.text.casefold().startswith(LAST_YEAR):
            continue
        if len(names) > 1:
            faults.append(replace(here, rule=f"may be the column {' or '.join(names)}"))
        elif not names:
            rest = [column.name for column in columns if column.name not in where]
            faults.append(replace(here, rule="is the heading of no column of this table",
                                  suggestion=nearest(cell.text, rest) or "take the column out, or name it as the table does"))  # fmt: skip
        elif names[0] in where:
            faults.append(replace(here, rule=f"is the column {names[0]}, as {address(row, where[names[0]])} is"))
        else:
            where[names[0]] = at
    faults += [replace(fault, column=column.name, rule="is a column that the table asks for and the sheet lacks",
                       suggestion=f"head it {column.name} or {column.title}")
               for column in columns if column.required and column.name not in (*where, "source")]  # fmt: skip
    return where, faults


def _header(sheet: Sheet, columns: Sequence[Column], file: str) -> tuple[int, dict[str, int], list[Fault]]:
    """The row of the headings, where each column stands, and what is wrong with them.

    Parameters
    ----------
    sheet : Sheet
        The sheet; above its headings it may have titles and notes.
    columns : sequence of Column
        What its headings may mean.
    file : str
        Name of the file, for the faults.
    """
    place, meanings = f"{file}!{sheet.name}", [_meanings(columns, order) for order in _ORDERS]
    named = {
        row: [plain_name(cell.text) for cell in cells.values() if _is_heading(cell)]
        for row, cells in sheet.rows.items()
    }
    counts = {
        row: max(len({column for name in names for column in found.get(name, ())}) for found in meanings)
        for row, names in named.items()
    }
    best = max((count for row, count in counts.items() if row <= _HEADER_WITHIN), default=0)
    if best < min(2, len(columns)):
        return 0, {}, [Fault(place, None, "", "", "has no row of headings of this table",
                             suggestion=f"head its columns {', '.join(column.name for column in columns)}")]  # fmt: skip
    header = min(row for row, count in counts.items() if count == best)
    while counts.get(header + 1) == best:  # the headings for readers, and below them the names of the columns
        header += 1
    readings = [_headed(sheet.rows[header], found, Fault(place, header, "", "", ""), columns) for found in meanings]
    where, faults = min(readings, key=lambda reading: len(reading[1]))
    other = readings[1][0]
    if not any(found for _, found in readings):
        faults = [Fault(place, header, "", sheet.rows[header][at].text, f"may be the column {name} or another of that name",
                        address(header, at), "head the columns by their names")
                  for name, at in where.items() if other.get(name) != at]  # fmt: skip
    faults += [Fault(place, row, "", "", f"repeats the headings of row {header}", suggestion="take the row out")
               for row, count in counts.items() if row > header and count == best > 1]  # fmt: skip
    return header, where, faults


def month_first(sheets: Iterable[Sheet]) -> bool:
    """Whether any date of some sheets reads only as month/day.

    Examples
    --------
    >>> month_first([Sheet("a", {1: {1: Cell("25/04/2031")}})]), month_first([Sheet("a", {1: {1: Cell("04/25/2031")}})])
    (False, True)
    """
    texts = (
        cell.text for sheet in sheets for cells in sheet.rows.values() for cell in cells.values() if cell.kind == "text"
    )
    return any(int(one[1]) <= 12 < int(one[3]) for one in map(BY_NUMBER.fullmatch, texts) if one)


def _with_symbol(row: dict[str, Cell], schema: TableSchema) -> tuple[dict[str, Cell], tuple[str, str] | None]:
    """A row whose number is given by a symbol such as c: the number is left empty, and the symbol is its status."""
    for name, cell in row.items():
        found = _SYMBOLS.fullmatch(cell.text) if schema[name].numeric and cell.kind == "text" else None
        if not found:
            continue
        status = next((column for column in schema.columns if column.name == "status"), None)
        if status is None or found[1] not in status.values or schema[name].required:
            return row, (name, "is a symbol, which this table has no status for: leave the cell empty")
        if row.get("status", Cell(found[1])).text.strip("[]") != found[1]:
            return row, (name, f"is a symbol other than the status {row['status'].text}")
        return {**row, name: Cell(""), "status": Cell(found[1])}, None
    return row, None


def _body(sheet: Sheet, header: int, where: Mapping[str, int], schema: TableSchema) -> Iterator[int]:
    """The rows of the table: below its headings, without the notes below them, which fill the first cell alone."""
    rows = [row for row in sheet.rows if row > header and set(sheet.rows[row]) & set(where.values())]
    needed = [column.name for column in schema.columns if column.required and column.name != "source"]
    names = {at: name for name, at in where.items()}

    def alone(row: int) -> bool:
        [(at, cell), *others] = sheet.rows[row].items()
        return not others and at == min(where.values()) and len(needed) > 1 and cell.kind == "text"

    def begins_notes(row: int) -> bool:
        [cell] = sheet.rows[row].values()
        if row - 1 not in sheet.rows or _NOTE.match(cell.text):
            return True
        try:
            read_cell(cell.text, schema[names[min(names)]])
        except ValueError:
            return True
        return False

    below = list(takewhile(alone, reversed(rows)))
    first = min(filter(begins_notes, below), default=None)
    yield from (row for row in rows if first is None or row < first)


def _strays(sheet: Sheet, header: int, last: int, columns: Sequence[Column], place: str) -> Iterator[Fault]:
    """Cells beside the table that stand under no heading; what is headed as last year's is nobody's to read."""
    headed, is_public = set(sheet.rows[header]), all(column.access == "public" for column in columns)
    for row in (row for row in sheet.rows if header < row <= last):
        for at, cell in sheet.rows[row].items():
            if at not in headed:
                yield Fault(
                    place, row, "", cell.text if is_public else "", "stands under no heading", cell=address(row, at)
                )


def entered(
    sheet: Sheet, schema: TableSchema, file: str, known: Iterable[str] = (), british: bool = True
) -> tuple[Entered | None, list[Fault]]:
    """The rows of a sheet as its table has them written, and every fault of the sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    schema : TableSchema
        The table it holds.
    file : str
        Name of the file, for the faults.
    known : iterable of str
        What the first column of the table holds already; a row called a total is one only if it is not among these.
    british : bool
        Whether no date of the file reads only as month/day.

    Returns
    -------
    (Entered or None, list of Fault)
        None where the headings could not be made out.
    """
    place = f"{file}!{sheet.name}"
    header, where, faults = _header(sheet, schema.columns, file)
    if faults:
        return None, faults
    body, first = list(_body(sheet, header, where, schema)), schema.columns[0].name
    faults += _strays(sheet, header, body[-1] if body else header, schema.columns, place)
    given = {row: {name: sheet.rows[row].get(at, Cell("")) for name, at in where.items()} for row in body}
    known, rows = set(known), []
    for row, cells in given.items():
        if _TOTAL.match(cells.get(first, Cell("")).text) and cells[first].text not in known:
            called = "" if schema[first].access == "restricted" else cells[first].text
            faults.append(Fault(place, row, first, called, "is called a total, and the table holds the rows alone",
                                address(row, where[first]), "take the row out"))  # fmt: skip
            continue
        cells, symbol = _with_symbol(cells, schema)
        written = {}
        for name, cell in cells.items():
            try:
                if (row, where.get(name)) in sheet.covered:
                    raise ValueError("is merged with another cell: unmerge them, and fill each")
                if symbol and symbol[0] == name:
                    raise ValueError(symbol[1])
                if schema[name].missing == EXEMPT and (cell.text or cell.rule):
                    raise ValueError(MAY_NOT_ENTER)
                written[name] = written_as(cell, schema[name], british) if cell.text or cell.rule else ""
            except ValueError as error:
                shown = "" if schema[name].access == "restricted" else cell.text
                written[name] = "" if schema[name].missing == EXEMPT else cell.text  # not even into a copy
                faults.append(Fault(place, row, name, shown, str(error), address(row, where[name])))
        rows.append((row, written))
    return Entered(schema.table, sheet.name, where, tuple(rows)), faults
