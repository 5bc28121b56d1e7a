"""What an import would change, cell by cell: old, new and by how much."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from ncthelpers import commentary
from ncthelpers.cells import Column, as_written, read_cell
from ncthelpers.exchange.listed import LISTS, entries_of, list_schemas
from ncthelpers.schemas import TableSchema

__all__ = [
    "Difference",
    "meaning_of",
    "rows_of",
    "value_of",
    "table_differences",
    "contract_differences",
    "commentary_differences",
]

NEW, GONE, ORDER = "(new row)", "(row taken out)", "(order of the rows)"


@dataclass(frozen=True)
class Difference:
    """One thing that an import would change.

    Parameters
    ----------
    table, key, column : str
        Where: a table, page or list of the contract; its row or block; its column.
    old, new : str
        As written before and afterwards.
    change : str
        New less old, of a number.
    """

    table: str
    key: str
    column: str
    old: str
    new: str
    change: str = ""

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.table, self.key, self.column) if part)
        by = f" ({self.change})" if self.change else ""
        return f"{place}: {self.old or 'nothing'} -> {self.new or 'nothing'}{by}"

    def as_record(self) -> dict[str, Any]:
        """The difference as a plain mapping, for machines."""
        return asdict(self)


def rows_of(content: bytes | None) -> list[dict[str, str]]:
    """The rows of a CSV file as they are written; none where it is not there or cannot be read.

    Examples
    --------
    >>> rows_of(b"council,gap\\nA,1.50\\n")
    [{'council': 'A', 'gap': '1.50'}]
    """
    try:
        rows = list(csv.reader(io.StringIO((content or b"").decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return []
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]


def value_of(text: str, column: Column) -> object:
    """What a cell means, by which two are held against each other; the text itself where the column cannot read it."""
    try:
        return read_cell(text, column)
    except ValueError:
        return " ".join(text.split("\r\n")) if "\r" in text else text


def meaning_of(rows: Sequence[Mapping[str, str]], schema: TableSchema) -> str:
    """A checksum of what rows mean, the same however their cells are written.

    Examples
    --------
    >>> schema = TableSchema("gaps", "Gaps", "", (), (Column("gap", "money", "Gap"),))
    >>> meaning_of([{"gap": "1,200.50"}], schema) == meaning_of([{"gap": "1200.5"}], schema) != meaning_of([], schema)
    True
    """

    def plain(value: object) -> str:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else as_written(value)

    said = [[plain(value_of(row.get(name, ""), schema[name])) for name in schema.names] for row in rows]
    return sha256(repr(said).encode()).hexdigest()


def _key(row: Mapping[str, str], schema: TableSchema) -> tuple[Any, ...]:
    return tuple(value_of(row.get(name, ""), schema[name]) for name in schema.key)


def _by_key(rows: Sequence[Mapping[str, str]], schema: TableSchema) -> dict[tuple[Any, ...], Mapping[str, str]]:
    """Rows by key, and by how many before them have it: a table of rows that are not unique has them all."""
    found: dict[tuple[Any, ...], Mapping[str, str]] = {}
    times: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = _key(row, schema)
        times[key] = times.get(key, 0) + 1
        found[(*key, times[key])] = row
    return found


def _change(old: str, new: str, column: Column) -> str:
    if not (column.numeric and old and new):
        return ""
    try:
        return f"{read_cell(new, column) - read_cell(old, column):+,}"
    except (ValueError, TypeError):
        return ""


def table_differences(
    old: Sequence[Mapping[str, str]], new: Sequence[Mapping[str, str]], schema: TableSchema
) -> Iterator[Difference]:
    """What changes in a table: cells of rows that stay, rows that come and go, and their order.

    Parameters
    ----------
    old, new : sequence of Mapping
        The rows as written.
    schema : TableSchema
        What they hold.
    """
    was, now = _by_key(old, schema), _by_key(new, schema)

    def named(key: tuple[Any, ...]) -> str:
        *parts, number = key
        said = " / ".join(map(as_written, parts)) or f"row {number}"
        return said if number == 1 or not parts else f"{said} ({number})"

    def said(row: Mapping[str, str]) -> str:
        return "; ".join(f"{name} {row[name]}" for name in schema.names if row.get(name))

    for key, row in now.items():
        if key not in was:
            yield Difference(schema.table, named(key), NEW, "", said(row))
            continue
        for column in schema.columns:
            before, after = was[key].get(column.name, ""), row.get(column.name, "")
            if before != after:
                yield Difference(schema.table, named(key), column.name, before, after, _change(before, after, column))
    yield from (Difference(schema.table, named(key), GONE, said(row), "") for key, row in was.items() if key not in now)
    if [key for key in was if key in now] != [key for key in now if key in was]:
        yield Difference(schema.table, "", ORDER, "as it was", "as in the file")


def contract_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """What changes in ``contract.yml`` as far as a workbook holds it."""
    excused, now = (held.get("not_reported") or {} for held in (old, new))
    for table in dict.fromkeys((*excused, *now)):
        if excused.get(table) != now.get(table):
            yield Difference("contract.yml", "not_reported", table, str(excused.get(table) or ""), str(now.get(table) or ""))  # fmt: skip
    for name in LISTS:
        rows = [[{str(key): as_written(value) for key, value in entry.items()} for entry in entries_of(held, name)]
                for held in (old, new)]  # fmt: skip
        schema = max((list_schemas(held)[name] for held in (old, new)), key=lambda schema: len(schema.columns))
        yield from table_differences(rows[0], rows[1], schema)


def commentary_differences(page: str, old: str, new: str) -> Iterator[Difference]:
    """What changes in a file of commentary: its head, its words by block, and what a block rests on."""
    was, now = commentary.blocks(old), commentary.blocks(new)
    changed = [block for block in dict.fromkeys((*was, *now)) if was.get(block) != now.get(block)]
    yield from (Difference(page, block, "", was.get(block, ""), now.get(block, "")) for block in changed)
    if not changed and old != new:
        cited = [" ".join(commentary.cited_paragraphs(text)) for text in (old, new)]
        yield Difference(page, "", "head or sources", *cited)
