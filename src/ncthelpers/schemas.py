"""Table Schemas: what each table of a year holds, column by column, and the check that a file keeps to it.

A schema is one YAML file in ``data/schemas``. It drives four things at once: reading, checking, the headings and units
readers see, and the data dictionary page. A file that can be read whole keeps its rules; of one that cannot, pandera
names every cell that breaks one.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import yaml

from ncthelpers.cells import TYPES, Column, read_cell
from ncthelpers.faults import Fault
from ncthelpers.reading import Lazily
from ncthelpers.yaml_files import read_yaml

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = ["TableSchema", "read_schemas", "open_schemas", "schemas_from", "read_table"]

_COLUMN_KEYS = {
    "type", "title", "meaning", "unit", "required", "missing", "dash", "decimals", "decimals_in", "values", "refers_to", "min", "max",
    "unique", "access",
}  # fmt: skip


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
    """

    table: str
    title: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    access: str = "public"
    shown: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise LookupError(f"the table {self.table} has no column {name}")

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]


def _column(table: str, name: str, given: Mapping, access: str) -> Column:
    unknown = set(given) - _COLUMN_KEYS
    if unknown or given.get("type") not in TYPES or not given.get("title"):
        raise ValueError(
            f"schema {table}, column {name}: needs a known type and a title; unknown keys {sorted(unknown)}"
        )
    bounds = {f"{end}imum": Decimal(str(given[end])) for end in ("min", "max") if end in given}
    plain = {key: given[key] for key in _COLUMN_KEYS - {"min", "max", "values"} if key in given}
    return Column(name=name, values=tuple(given.get("values", ())), **{"access": access, **plain}, **bounds)


def _schema(given: Mapping) -> TableSchema:
    """A schema from its YAML; a misspelt key, column or access is an error, or its rule would silently not hold."""
    access = given.get("access", "public")
    unknown = (set(given.get("key", ())) | set(given.get("show", ()))) - set(given["columns"])
    if unknown:
        raise ValueError(f"schema {given['table']}: key or show names no column: {', '.join(sorted(unknown))}")
    for of in (given, *given["columns"].values()):
        if of.get("access", "public") not in {"public", "restricted"}:
            raise ValueError(f"schema {given['table']}: access {of['access']!r} is neither public nor restricted")
    return TableSchema(
        table=given["table"],
        title=given["title"],
        meaning=given["meaning"],
        key=tuple(given.get("key", ())),
        columns=tuple(_column(given["table"], name, column, access) for name, column in given["columns"].items()),
        access=access,
        shown=tuple(given.get("show", ())),
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


def open_schemas(folder: Path) -> Lazily[TableSchema]:
    """The schemas of a folder by table name, each read when it is first asked for, with the errors of :func:`read_schemas`."""
    return Lazily(folder, ".yml", (path.stem for path in sorted(folder.glob("*.yml"))),
                  lambda name: _read_schema(folder / f"{name}.yml"))  # fmt: skip


def _read_schema(path: Path) -> TableSchema:
    try:
        schema = _schema(read_yaml(path.read_text("utf-8")))
    except (yaml.YAMLError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise ValueError(f"schema {path.name} cannot be read: {error}") from None
    except KeyError as missing:
        raise ValueError(f"schema {path.name} lacks its {missing.args[0]}") from None
    if schema.table != path.stem:
        raise ValueError(f"schema {path.name} describes the table {schema.table}")
    return schema


@cache
def schemas_from(file: Path) -> Mapping[str, TableSchema]:
    """The schemas of computed tables, which one file holds as a list."""
    return {given["table"]: _schema(given) for given in read_yaml(file.read_text("utf-8"))}


def _each(cells: Iterable[str], read: Callable[[str], object]) -> list:
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

    def once(frame: pd.DataFrame) -> pd.Series:
        """Keys are held against each other as read: 1 and 01 are the same number."""
        read = {
            name: _each(frame[name], lambda text, name=name: _read_or_text(text, schema[name])) for name in schema.key
        }
        return ~pd.DataFrame(read, index=frame.index, dtype=object).duplicated(keep=False)

    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                None,  # every cell is text: CSV has no other type
                [pa.Check(lambda cells, column=column: _kept(cells, column), name="rule")]
                + ([pa.Check(lambda cells, column=column: _only_once(cells, column), name="unique")]
                   if column.unique else []),
            )
            for column in schema.columns
        },
        checks=[pa.Check(once, name="key")] if schema.key else [],
    )  # fmt: skip


def _read(written: Mapping[str, Sequence[str]], schema: TableSchema) -> dict[str, list] | None:
    """The cells of each column read; none where one breaks a rule, or what may stand only once stands twice."""
    try:
        read = {column.name: _each(written[column.name], lambda text, column=column: read_cell(text, column))
                for column in schema.columns}  # fmt: skip
    except ValueError:
        return None
    once = [[value for value in read[column.name] if value is not None] for column in schema.columns if column.unique]
    once += [list(zip(*(read[name] for name in schema.key), strict=True))] if schema.key else []
    return read if all(len(set(values)) == len(values) for values in once) else None


def _cell_faults(frame: pd.DataFrame, schema: TableSchema, file: str) -> list[Fault]:
    """Every fault of a table that has one; pandera, which takes a third of a second to import, is asked for no other."""
    import pandera.pandas as pa

    try:
        _pandera(schema).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    faults = []
    for check, column, row, value in cases[["check", "column", "index", "failure_case"]].itertuples(index=False):
        if check == "rule":
            faults.append(Fault(file, int(row), column, value, _broken_rule(value, schema[column])))
        elif check == "unique":
            faults.append(Fault(file, int(row), column, value, "stands in more than one row but must be unique"))
        else:
            key = " / ".join(frame.loc[int(row), list(schema.key)])
            faults.append(Fault(file, int(row), "+".join(schema.key), key, "is the key of more than one row"))
    return faults


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


def read_table(content: bytes, schema: TableSchema, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Read one table and list every fault in it.

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
    header, rows, faults = _rows(content, file)
    if len(header) == 1 and ";" in header[0]:
        faults.append(Fault(file, 1, "", "", "has semicolons between its cells: save it with commas"))
    if header:
        faults += [Fault(file, 1, name, "", "is a column the schema asks for and the file lacks")
                   for name in schema.names if name not in header]  # fmt: skip
        faults += [Fault(file, 1, name or "(no name)", "", "is a column the schema does not know")
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
    return pd.DataFrame(columns=schema.names), faults
