"""The sheets of a workbook that are no tables of a year: its contents, and the lists of ``contract.yml``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ncthelpers.cells import Column, as_written
from ncthelpers.schemas import TableSchema

__all__ = ["AS_WRITTEN", "CONTENTS", "LISTS", "SPARE", "entries_of", "list_schemas", "with_entries"]

SPARE = "lists"  # the hidden sheet that drop-downs take their values from
AS_WRITTEN = "as written"  # a heading there: below it each sheet and what its rows meant when the workbook was written
CONTENTS = TableSchema(
    "contents", "Contents", "One row a sheet. A table that the year does not report has no row, and a reason here.", ("table",),
    (
        Column("table", "text", "Table", "Name of the sheet."),
        Column("title", "text", "What it holds", required=False),
        Column("rows", "text", "Rows", required=False),
        Column("state", "text", "State", required=False),
        Column("rows_last_year", "text", "Rows last year", required=False),
        Column("reason", "text", "Not reported because", "Fill it where the year does not report the table, and only there.",
               required=False),
    ),
)  # fmt: skip

# Where in contract.yml each list stands, its title, and its columns; what else its entries give is added to them.
LISTS: Mapping[str, tuple[tuple[str, ...], str, tuple[Column, ...]]] = {
    "contract terms": (("terms",), "Terms of the contract in force in this year", (
        Column("term", "text", "Term"), Column("value", "text", "Value"), Column("unit", "text", "Unit"),
        Column("source", "source", "Source"),
    )),
    "escalation triggers": (("escalation", "triggers"), "What makes an escalation begin", (
        Column("state", "text", "State"), Column("periods", "count", "Periods", required=False), Column("basis", "text", "Basis"),
        Column("source", "source", "Source", required=False),
    )),
    "escalation stages": (("escalation", "stages"), "The stages of an escalation", (
        Column("stage", "text", "Stage"), Column("working_days", "count", "Working days", required=False),
        Column("basis", "text", "Basis"), Column("source", "source", "Source", required=False),
    )),
}  # fmt: skip


def entries_of(contract: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The entries of one of the lists; none where the contract has no such list."""
    held: Any = contract
    for key in LISTS[name][0]:
        held = held.get(key) if isinstance(held, Mapping) else None
    return [entry for entry in held if isinstance(entry, Mapping)] if isinstance(held, list) else []


def list_schemas(contract: Mapping[str, Any]) -> dict[str, TableSchema]:
    """The lists of a ``contract.yml`` as tables, each with every part that its entries give."""
    schemas = {}
    for name, (_, title, columns) in LISTS.items():
        known = [column.name for column in columns]
        more = dict.fromkeys(str(key) for entry in entries_of(contract, name) for key in entry if key not in known)
        extra = tuple(Column(key, "text", key.replace("_", " ").capitalize(), required=False) for key in more)
        schemas[name] = TableSchema(name, title, "From contract.yml.", (columns[0].name,), columns + extra)
    return schemas


def _entry(row: Mapping[str, str], old: Mapping[str, Any] | None, columns: Iterable[Column]) -> dict[str, Any]:
    """One entry: what it said before in the words of before, so that a date stays a date."""
    entry: dict[str, object] = {}
    for column in columns:
        text = row.get(column.name, "")
        if old is not None and column.name in old and as_written(old[column.name]) == text:
            entry[column.name] = old[column.name]
        elif text:
            entry[column.name] = int(text) if column.type == "count" and text.isdecimal() else text
    return entry


def with_entries(
    contract: Mapping[str, Any], name: str, rows: Sequence[Mapping[str, str]]
) -> tuple[str, object] | None:
    """The top-level entry of ``contract.yml`` that holds a list, with these rows in it; none where nothing changes.

    Examples
    --------
    >>> contract = {"terms": [{"term": "Fee", "value": "1", "unit": "£", "source": "news_1"}]}
    >>> with_entries(contract, "contract terms", [{"term": "Fee", "value": "2", "unit": "£", "source": "news_1"}])
    ('terms', [{'term': 'Fee', 'value': '2', 'unit': '£', 'source': 'news_1'}])
    >>> with_entries(contract, "contract terms", [{"term": "Fee", "value": "1", "unit": "£", "source": "news_1"}])
    """
    (path, _, [first, *_]), columns = LISTS[name], list_schemas(contract)[name].columns
    old = entries_of(contract, name)
    named = {as_written(entry.get(first.name)): entry for entry in reversed(old)}
    new = [_entry(row, named.get(row.get(first.name, "")), columns) for row in rows]
    if new == old:
        return None
    key, *inner = path
    return (key, {**(contract.get(key) or {}), inner[0]: new}) if inner else (key, new)
