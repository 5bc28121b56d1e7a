"""Table Schemas: what each table of a year holds, column by column, and the check that a file keeps to it.

A schema is one YAML file in ``data/schemas``. It drives four things at once: reading, checking, the headings and units
readers see, and the data dictionary page. A file that can be read whole keeps its rules; of one that cannot, pandera
names every cell that breaks one.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from ncthelpers.cells import TYPES, Column, read_cell
from ncthelpers.faults import Fault
from ncthelpers.reading import Lazily, text_in
from ncthelpers.suggestions import nearest, suggestion
from ncthelpers.yaml_files import read_yaml

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = ["TableSchema", "read_schemas", "open_schemas", "schemas_from", "has_rows", "read_rows", "read_table"]

_COLUMN_KEYS = {
    "type", "title", "meaning", "unit", "required", "missing", "dash", "decimals", "decimals_in", "values", "refers_to", "min", "max",
    "unique", "access", "reason", "review", "aliases", "words",
}  # fmt: skip
_AMOUNTS = {"number", "money", "percent"}
_MOST_ROWS = 10  # of those with one key, that are named


@dataclass(frozen=True)
class TableSchema:
    """One table: its title, meaning, key and columns.

    Parameters
    ----------
    table, title, meaning : str
        File name without ``.csv``, heading for readers, what one row is.
    key : tuple of str
        Columns that together name a row once.
    columns : tuple of Column
        In the file's order.
    access : str
        ``public`` or ``restricted``; a restricted table never enters anything published.
    shown : tuple of str
        Columns that readers are shown unless a page asks for others; none means all.
    reason, review : str, date or None
        Of a restricted table why it is, and the day on which that is to be looked at again.
    """

    table: str
    title: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    access: str = "public"
    shown: tuple[str, ...] = ()
    reason: str = ""
    review: date | None = None

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise LookupError(f"the table {self.table} has no column {name}")

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]


def _column(table: str, name: str, given: Mapping[str, Any], of_table: Mapping[str, Any]) -> Column:
    unknown = set(given) - _COLUMN_KEYS
    if unknown or given.get("type") not in TYPES or not given.get("title"):
        raise ValueError(
            f"schema {table}, column {name}: needs a known type and a title; unknown keys {sorted(unknown)}"
        )
    if any(not isinstance(given.get(key, []), list) for key in ("values", "aliases")):
        raise ValueError(f"schema {table}, column {name}: values and aliases must be lists")
    words = given.get("words", {})
    if words and (given["type"] not in _AMOUNTS or set(words) != {"positive", "negative"}):
        raise ValueError(f"schema {table}, column {name}: words are of a number, one positive and one negative")
    bounds: dict[str, Any] = {f"{end}imum": Decimal(str(given[end])) for end in ("min", "max") if end in given}
    plain = {key: given[key] for key in _COLUMN_KEYS - {"min", "max", "values", "aliases", "words"} if key in given}
    listed: dict[str, Any] = {key: tuple(given.get(key, ())) for key in ("values", "aliases")}
    named: dict[str, Any] = {"words": (words["positive"], words["negative"])} if words else {}
    return Column(name=name, **listed, **named, **{**of_table, **plain}, **bounds)


def _schema(given: Mapping[str, Any]) -> TableSchema:
    """A schema from its YAML; a misspelt key, column or access is an error, or its rule would silently not hold."""
    of_table = {key: given[key] for key in ("access", "reason", "review") if key in given}
    unknown = (set(given.get("key", ())) | set(given.get("show", ()))) - set(given["columns"])
    if unknown:
        raise ValueError(f"schema {given['table']}: key or show names no column: {', '.join(sorted(unknown))}")
    for of in (given, *given["columns"].values()):
        if of.get("access", "public") not in {"public", "restricted"}:
            raise ValueError(f"schema {given['table']}: access {of['access']!r} is neither public nor restricted")
        explained = bool(of.get("reason")) and isinstance(of.get("review"), date)
        if explained != (of.get("access") == "restricted") or (not explained and {"reason", "review"} & set(of)):
            raise ValueError(
                f"schema {given['table']}: what is restricted, and nothing else, gives its reason and its review, a date"
            )
    for name, column in given["columns"].items():
        by_itself = column.get("access") == "restricted" and given.get("access") != "restricted"
        if by_itself and (name in given.get("key", ()) or column.get("required", True)):
            raise ValueError(f"schema {given['table']}: every row must give {name}: restrict the table")
    return TableSchema(
        table=given["table"],
        title=given["title"],
        meaning=given["meaning"],
        key=tuple(given.get("key", ())),
        columns=tuple(_column(given["table"], name, column, of_table) for name, column in given["columns"].items()),
        shown=tuple(given.get("show", ())),
        **of_table,
    )


@cache
def read_schemas(folder: Path) -> Mapping[str, TableSchema]:
    """Every schema of a folder, by table name.

    Raises
    ------
    ValueError
        If a schema names an unknown type or key, or its file name is not its table's.
    """
    return {path.stem: _read_schema(path) for path in sorted(folder.glob("*.yml"))}


def open_schemas(
    folder: Path, adapted: Callable[[TableSchema], TableSchema] = lambda schema: schema
) -> Lazily[TableSchema]:
    """The schemas of a folder by table name, each read when it is first asked for, with the errors of :func:`read_schemas`.

    Parameters
    ----------
    folder : Path
        The folder.
    adapted : callable
        Gives a schema as it holds for one year.
    """
    return Lazily(folder, ".yml", (path.stem for path in sorted(folder.glob("*.yml"))),
                  lambda name: adapted(_read_schema(folder / f"{name}.yml")))  # fmt: skip


def _read_schema(path: Path) -> TableSchema:
    try:
        given = read_yaml(text_in(path, path.parent))
        table = given["table"]
    except (yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"schema {path.name} cannot be read: {error}") from None
    except KeyError:
        raise ValueError(f"schema {path.name} lacks its table") from None
    if table != path.stem:
        raise ValueError(f"schema {path.name} describes the table {table}")
    try:
        return _schema(given)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"schema {path.name} cannot be read: {error}") from None
    except KeyError as missing:
        raise ValueError(f"schema {path.name} lacks its {missing.args[0]}") from None


@cache
def schemas_from(file: Path) -> Mapping[str, TableSchema]:
    """The schemas of computed tables, which one file holds as a list."""
    return {given["table"]: _schema(given) for given in read_yaml(file.read_text("utf-8"))}


def _each(cells: Iterable[str], read: Callable[[str], object]) -> list[Any]:
    """Every cell through a reader that is asked once for each different text: a large table has few of them."""
    known = {text: read(text) for text in dict.fromkeys(cells)}
    return [known[text] for text in cells]


def _read_or_text(text: str, column: Column) -> object:
    try:
        return read_cell(text, column)
    except ValueError:
        return text


def _broken_rule(text: str, column: Column) -> str:
    try:
        read_cell(text, column)
    except ValueError as fault:
        return str(fault)
    return ""


def _kept(cells: pd.Series, column: Column) -> pd.Series:
    return pd.Series(_each(cells, lambda text: not _broken_rule(text, column)), index=cells.index, dtype=bool)


def _only_once(cells: pd.Series, column: Column) -> pd.Series:
    read = pd.Series(_each(cells, lambda text: _read_or_text(text, column)), index=cells.index, dtype=object)
    return ~(read.duplicated(keep=False) & cells.ne(""))


def _pandera(schema: TableSchema) -> "pa.DataFrameSchema":
    """The pandera schema of a table as it is written: text cells, each held to its column's rule."""
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                None,  # every cell is text: CSV has no other type
                [pa.Check(lambda cells, column=column: _kept(cells, column), name="rule")]
                + ([pa.Check(lambda cells, column=column: _only_once(cells, column), name="unique")]
                   if column.unique else []),
            )
            for column in schema.columns
        }
    )  # fmt: skip


def _read(written: Mapping[str, Sequence[str]], schema: TableSchema) -> dict[str, list[Any]] | None:
    """The cells of each column read; none where one breaks a rule, or what may stand only once stands twice."""
    try:
        read = {column.name: _each(written[column.name], partial(read_cell, column=column))
                for column in schema.columns}  # fmt: skip
    except ValueError:
        return None
    once = [[value for value in read[column.name] if value is not None] for column in schema.columns if column.unique]
    once += [list(zip(*(read[name] for name in schema.key), strict=True))] if schema.key else []
    return read if all(len(set(values)) == len(values) for values in once) else None


def _same_key(frame: pd.DataFrame, schema: TableSchema) -> list[list[int]]:
    """The rows that have one key, where they are several; keys are held against each other as read: 1 and 01 are the same number."""
    read = [_each(frame[name], partial(_read_or_text, column=schema[name])) for name in schema.key]
    rows: dict[tuple[Any, ...], list[int]] = {}
    for row, key in zip(frame.index, zip(*read, strict=True), strict=False):
        rows.setdefault(key, []).append(int(row))
    return [alike for alike in rows.values() if len(alike) > 1]


def _cell_faults(frame: pd.DataFrame, schema: TableSchema, file: str) -> list[Fault]:
    """Every fault of a table that has one; pandera, which takes a third of a second to import, is asked for no other."""
    import pandera.pandas as pa

    faults = []
    try:
        _pandera(schema).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases[["check", "column", "index", "failure_case"]]
        for check, column, row, value in cases.itertuples(index=False):
            rule = (
                _broken_rule(value, schema[column])
                if check == "rule"
                else "stands in more than one row but must be unique"
            )
            instead = suggestion(value, schema[column]) if check == "rule" else ""
            faults.append(Fault(file, int(row), column, value, rule, suggestion=instead))
    written = {row: " / ".join(key) for row, *key in frame[list(schema.key)].itertuples()}
    for alike in _same_key(frame, schema):
        others = f" and {len(alike) - _MOST_ROWS} others" * (len(alike) > _MOST_ROWS)
        have = f"rows {', '.join(map(str, alike[:_MOST_ROWS]))}{others} have it"
        faults += [Fault(file, row, "+".join(schema.key), written[row], "is the key of more than one row", suggestion=have)
                   for row in alike]  # fmt: skip
    return [_hushed(fault, schema) for fault in faults]


def _hushed(fault: Fault, schema: TableSchema) -> Fault:
    """A fault of a restricted cell without its value, or anything made of it."""
    if not any(column.name in fault.column.split("+") and column.access == "restricted" for column in schema.columns):
        return fault
    told = fault.value and fault.value in fault.rule
    return replace(fault, value="", suggestion="", rule="breaks the rule of its column" if told else fault.rule)


def _rows(content: bytes, file: str) -> tuple[list[str], list[tuple[int, list[str]]], list[Fault]]:
    """Header, rows with their line numbers, and what keeps the file from being a table at all."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [], [Fault(file, None, "", "", f"is not UTF-8 text (byte {error.start}): save it as CSV UTF-8")]
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for row in lines:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append((lines.line_num, cells))
    except csv.Error as error:
        return [], [], [Fault(file, lines.line_num, "", "", f"cannot be read as CSV: {error}")]
    if not rows:
        return [], [], [Fault(file, None, "", "", "is empty: it needs at least its header")]
    return rows[0][1], rows[1:], []


def has_rows(content: bytes) -> bool:
    """Whether a table has more than its header; what cannot be read has, for its faults are to be told.

    Examples
    --------
    >>> has_rows(b"council,gap\\nA,1.5\\n"), has_rows(b"council,gap\\n,\\n")
    (True, False)
    """
    _, rows, faults = _rows(content, "")
    return bool(rows or faults)


def read_table(content: bytes, schema: TableSchema, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Read one table whole and list every fault in it.

    Parameters
    ----------
    content : bytes
        The CSV file: UTF-8 with or without a byte order mark, any line ends.
    schema : TableSchema
        What the table must keep to.
    file : str
        Its path from the root, for the faults.

    Returns
    -------
    (DataFrame, list of Fault)
        The rows with the schema's columns, read; empty if there is any fault. All faults.

    Examples
    --------
    >>> schema = TableSchema("gaps", "Gaps", "One row a council.", ("council",),
    ...                      (Column("council", "id", "Council"), Column("gap", "money", "Gap")))
    >>> sorted({fault.rule for fault in read_table(b"council,gap\\nA,1.5\\nA,x\\n", schema, "gaps.csv")[1]})
    ['is not an amount of money', 'is the key of more than one row']
    """
    frame, faults = read_rows(content, schema, file)
    return (pd.DataFrame(columns=schema.names) if faults else frame), faults


def read_rows(content: bytes, schema: TableSchema, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Read every row of a table that keeps its rules, and list every fault of the others.

    Parameters
    ----------
    content, schema, file
        As for :func:`read_table`.

    Returns
    -------
    (DataFrame, list of Fault)
        The rows that could be read; of the others :func:`ncthelpers.rows.unread` tells. All faults.
    """
    header, rows, faults = _rows(content, file)
    if len(header) == 1 and ";" in header[0]:
        faults.append(Fault(file, 1, "", "", "has semicolons between its cells: save it with commas"))
    if header:
        faults += [Fault(file, 1, name, "", "is a column the schema asks for and the file lacks")
                   for name in schema.names if name not in header]  # fmt: skip
        absent = [name for name in schema.names if name not in header]
        faults += [Fault(file, 1, name or "(no name)", "", "is a column the schema does not know",
                         suggestion=nearest(name, absent))
                   for name in dict.fromkeys(header) if name not in schema.names]  # fmt: skip
        faults += [Fault(file, 1, name, "", "stands twice in the header")
                   for name in dict.fromkeys(header) if header.count(name) > 1]  # fmt: skip
        faults += [Fault(file, line, "", "", f"has {len(cells)} cells where the header has {len(header)}")
                   for line, cells in rows if len(cells) != len(header)]  # fmt: skip
    known = [name for name in schema.names if name in header]
    whole = [(line, cells) for line, cells in rows if len(cells) == len(header)]
    lines, columns = [line for line, _ in whole], list(zip(*(cells for _, cells in whole), strict=True))
    written = {name: columns[header.index(name)] if whole else () for name in known}
    read = None if faults else _read(written, schema)
    if read is not None:
        return pd.DataFrame(read, columns=schema.names, index=lines, dtype=object), []
    held = TableSchema(schema.table, schema.title, schema.meaning,
                       schema.key if set(schema.key) <= set(known) else (),
                       tuple(column for column in schema.columns if column.name in known))  # fmt: skip
    if whole and known:
        faults += _cell_faults(pd.DataFrame(written, index=lines, dtype=object), held, file)
    faulty = {fault.row for fault in faults}
    if len(known) < len(schema.names) or 1 in faulty:
        return _partly(schema, {}, [], ({},)), faults
    kept = [number for number, line in enumerate(lines) if line not in faulty]
    read = {column.name: [read_cell(written[column.name][number], column) for number in kept]
            for column in schema.columns}  # fmt: skip
    rest = [{column.name: read_cell(written[column.name][number], column)
             for column in schema.columns if not _broken_rule(written[column.name][number], column)}
            for number, line in enumerate(lines) if line in faulty]  # fmt: skip
    rest += [{}] * (len(rows) - len(whole))
    return _partly(schema, read, [lines[number] for number in kept], tuple(rest)), faults


def _partly(
    schema: TableSchema, read: Mapping[str, Any], lines: Sequence[int], rest: tuple[Mapping[str, Any], ...]
) -> pd.DataFrame:
    """The rows of a table that could be read, the others in its attributes."""
    frame = pd.DataFrame(read, columns=schema.names, index=lines, dtype=object)
    frame.attrs["unread"] = rest
    return frame
