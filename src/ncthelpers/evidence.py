"""What a claim is held against, taken by name from the entered tables of a year and of the reference.

=========================================  ===============================================================
``table/key/column``                       one cell of an entered table
``sum:column:table?column=value|value``    sum of a column over all rows, or those that match
``count:table?column=value``               number of rows, all or those that match
``official:measure/area/year``             an official figure; ``own`` is the contract's areas together
``point:table/key/when/column``            a figure with its date, for a trend
``contract:starts``, ``contract:ends``     first or last day of the contract year
``kpi:name``                               the values of a KPI in the year, with its target
=========================================  ===============================================================

Names are joined by semicolons; a minus sign before one subtracts it. Computed tables are not evidence: a claim is
checked from what was entered, by another way than the page that shows it.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pandas as pd

from ncthelpers import benchmarks, official
from ncthelpers.access import EXEMPT
from ncthelpers.cells import Column, as_written
from ncthelpers.once import once
from ncthelpers.rounding import half_up
from ncthelpers.rows import records_of, rows_by_key
from ncthelpers.years import ContractYear

if TYPE_CHECKING:
    from ncthelpers.schemas import TableSchema
    from ncthelpers.yeardata import YearData

__all__ = ["Cell", "Item", "decimals", "items", "unit_of_last_place", "OWN"]

OWN = "own"


class Cell(NamedTuple):
    """One entered cell: its table, the row of its file and its column."""

    table: str
    row: int
    column: str


@dataclass(frozen=True)
class Item:
    """One piece of evidence as a check takes it.

    Parameters
    ----------
    name : str
        As the claim names it.
    value : object
        What it holds (number, date as text, words, yes or no, values of a KPI); none where nothing is at hand.
    unit : str
        Its unit.
    cells : tuple of Cell
        The entered cells that it is made of.
    slack : Decimal
        How far rounding of its cells alone can move it, in its unit: half a last place for each; none for counts.
    missing : str
        In words what is not at hand, where the value is none.
    when : str
        Its date, where it is a dated figure.
    sign : int
        Minus one where a claim subtracts it.
    measure, area, year : str
        Of an official figure, whose it is.
    decimals : int or None
        Places to show an official figure with.
    title : str
        What it is, where its row or its measure says so.
    label : str
        Of a cell: table, row and column by their titles.
    """

    name: str
    value: Any
    unit: str = ""
    cells: tuple[Cell, ...] = ()
    slack: Decimal = Decimal(0)
    missing: str = ""
    when: str = ""
    sign: int = 1
    measure: str = ""
    area: str = ""
    year: str = ""
    decimals: int | None = None
    title: str = ""
    label: str = ""


def decimals(item: Item) -> int:
    """Places to which a figure is shown: those of its measure, or those that it is written with."""
    return -cast("int", unit_of_last_place(item.value).as_tuple().exponent) if item.decimals is None else item.decimals


def unit_of_last_place(value: Decimal | int) -> Decimal:
    """One in the last place to which a figure is written.

    Examples
    --------
    >>> unit_of_last_place(Decimal("57.30")), unit_of_last_place(12)
    (Decimal('0.01'), Decimal('1'))
    """
    return Decimal(1).scaleb(min(cast("int", Decimal(value).as_tuple().exponent), 0))


def _entered(data: YearData, name: str) -> tuple[pd.DataFrame, TableSchema]:
    for tables, schemas in ((data.tables, data.schemas), (data.reference.tables, data.reference.schemas)):
        if name in tables:
            return tables[name], schemas[name]
    raise LookupError(f"there is no entered table named {name}")


@once
def _by_key(data: YearData, name: str) -> dict[tuple[str, ...], list[tuple[int, dict[str, Any]]]]:
    """The rows of an entered table, each with its place in the file, by their key as written."""
    frame, schema = _entered(data, name)
    return rows_by_key(frame, schema.key)


def _row(data: YearData, path: str, columns: int) -> tuple[str, int, Mapping[str, Any], TableSchema, list[str]]:
    """The row that a path names: its table, its row in the file, its cells, its schema, and the path's last parts."""
    name, *parts = path.split("/")
    schema = _entered(data, name)[1]
    key, asked = parts[: len(schema.key)], parts[len(schema.key) :]
    if len(asked) != columns:
        raise LookupError(f"{path} is not a cell: the key of {name} is {'/'.join(schema.key)}")
    for column in asked:
        schema[column]
    rows = _by_key(data, name).get(tuple(key), ())
    if len(rows) != 1:
        raise LookupError(f"the table {name} has {len(rows)} rows with the key {'/'.join(key)}")
    [(row, cells)] = rows
    return name, row, dict(cells), schema, asked


def _slack(value: object, unit: str) -> Decimal:
    """How far rounding can have moved a printed number: half its last place, and nothing where it counts things."""
    rounded = unit.startswith("£") or "per" in unit.split()
    return unit_of_last_place(value) / 2 if rounded and isinstance(value, Decimal) else Decimal(0)


def _plain(value: object) -> object:
    """A cell as checks take it: dates as text, whole numbers exact."""
    if isinstance(value, date):
        return value.isoformat()
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _cell(data: YearData, path: str) -> Item:
    table, row, cells, schema, [column] = _row(data, path, 1)
    held, value = schema[column], cells[column]
    missing = ""
    if value is None:
        missing = f"{cells['what']}" if "what" in cells else f"{held.title.lower()} in {schema.title.lower()}"
    unit = held.unit or (str(cells["unit"]) if held.numeric and cells.get("unit") else "")
    unit = unit or ("per cent" if held.type == "percent" else "")
    key = ", ".join(as_written(cells[part]) for part in schema.key)
    label = f"{schema.title}, {key}, {held.title.lower()}"
    return Item(path, _plain(value), unit, (Cell(table, int(row), column),), _slack(value, unit), missing,
                title=str(cells.get("what") or ""), label=label)  # fmt: skip


def _selecting(query: str) -> list[tuple[str, list[str]]]:
    """The columns that select the rows of a query, each with the values that it may have."""
    pairs = (condition.partition("=") for condition in query.partition("?")[2].split("&") if condition)
    return [(column, values.split("|")) for column, _, values in pairs]


def _rows(data: YearData, query: str) -> tuple[str, pd.DataFrame, TableSchema, list[str]]:
    """The rows that a query selects, and the columns that select them."""
    name = query.partition("?")[0]
    frame, schema = _entered(data, name)
    selecting = _selecting(query)
    for column, values in selecting:
        schema[column]
        frame = frame[frame[column].map(as_written).isin(values)]
    return name, frame, schema, [column for column, _ in selecting]


def _figures(schema: TableSchema, column: str) -> Column:
    """A column that holds figures."""
    if not schema[column].numeric:
        raise LookupError(f"the column {column} of {schema.table} holds no figures")
    return schema[column]


def _sum(data: YearData, query: str) -> Item:
    column, _, rest = query.partition(":")
    name, frame, schema, _ = _rows(data, rest)
    held = _figures(schema, column)
    values = frame[column].tolist()
    cells = tuple(Cell(name, int(row), column) for row in frame.index)
    if not values:
        raise LookupError(f"no row of {name} matches {rest}")
    if any(value is None for value in values):
        absent = [Cell(name, int(row), column) for row, value in zip(frame.index, values, strict=True) if value is None]
        return Item(query, None, held.unit, tuple(absent), missing=f"a part of {held.title.lower()}")
    total = sum((Decimal(value) for value in values), Decimal(0))
    return Item(query, total, held.unit, cells, sum((_slack(value, held.unit) for value in values), Decimal(0)))


def _count(data: YearData, query: str) -> Item:
    """How many rows a query selects, and the cells any one of which takes a row out of the count or brings it in."""
    name, frame, schema, selecting = _rows(data, query)
    if not selecting:
        held = frame[list(schema.key[-1:])].notna().all(axis=1)
        cells = tuple(Cell(name, int(row), column) for row in frame.index for column in schema.key[-1:])
        return Item(query, Decimal(int(held.sum())), "", cells)
    every = _entered(data, name)[0]
    holds = [
        (column, set(every.index[every[column].map(as_written).isin(values)])) for column, values in _selecting(query)
    ]
    cells = tuple(dict.fromkeys(
        Cell(name, int(row), column)
        for row in every.index for column, _ in holds if all(row in held for other, held in holds if other != column)
    ))  # fmt: skip
    return Item(query, Decimal(len(frame)), "", cells)


def _official(data: YearData, path: str) -> Item:
    parts = path.split("/")
    if len(parts) != 3:
        raise LookupError(f"{path} is not an official figure: write measure/area/year")
    measure, area, year = parts
    statistics = _narrowed(official.statistics(data))
    known, held = benchmarks.area_rows(statistics), benchmarks.measure_rows(statistics).get(measure)
    if held is None:
        raise LookupError(f"there is no measure named {measure}")
    if area not in (OWN, *known):
        raise LookupError(f"there is no area named {area} with official figures")
    rows = official.newest_figures(statistics, measure, year)
    if area == OWN:
        areas, made = benchmarks.own_areas(statistics, year), official.figure(statistics, measure, year)
    else:
        areas, made = (area,), _of_area(rows.get(area), held)
    used = [row for one, row in rows.items() if one in areas]
    cells = tuple(Cell("official", int(row["label"]), column) for row in used for column in _used(row, held, made))
    value = None if made.value is None else Decimal(made.value)
    missing = made.reason or "" if value is None else ""
    when = ContractYear(year).end.isoformat()
    return Item(path, value, held["unit"], cells, missing=missing and f"{held['title']}, {year}: {missing}", when=when,
                measure=measure, area=area, year=year, decimals=held["decimals"], title=held["title"] if area == OWN else f"{held['title']}, {known[area]['name']}")  # fmt: skip


def _used(row: Mapping[str, Any], measure: Mapping[str, Any], made: benchmarks.Combined) -> list[str]:
    """The columns of a release that a figure is made of; of a figure that cannot be made, those that keep it from it."""
    if measure["combines"] == "counts":
        columns = ["value" if row["numerator"] is None else "numerator"]
    elif made.printed or (made.value is None and measure["combines"] != "numerators and denominators"):
        columns = ["value"]
    else:
        columns = ["numerator", "denominator"]
    if made.value is not None:
        return [column for column in columns if row[column] is not None]
    return [column for column in columns if row[column] is None] + (["status"] if row["status"] else [])


@once
def _narrowed(statistics: benchmarks.Statistics) -> benchmarks.Statistics:
    """Only the areas that official figures are of."""
    known = {
        *statistics.official["area"],
        *statistics.held,
        *statistics.area_changes["old"],
        *statistics.area_changes["new"],
    }
    areas, members = statistics.areas, statistics.area_members
    narrowed = {
        "areas": areas[areas["area"].isin(known)],
        "area_members": members[members["group"].isin(known) & members["member"].isin(known)],
    }
    return benchmarks.Statistics(ChainMap(narrowed, cast("dict[str, Any]", statistics.tables)), statistics.held)


def _of_area(row: Mapping[str, Any] | None, measure: Mapping[str, Any]) -> benchmarks.Combined:
    """The figure of one area by its newest row, if it has one."""
    made = benchmarks.combined([row] if row else [], measure)
    if made.value is not None or not row or row["kind"] not in benchmarks.ROUNDED:
        return made
    counts = row["numerator"], row["denominator"]  # printed without a percentage: their quotient, as on the pages
    if None in counts or measure["unit"] != "per cent":
        return made
    return benchmarks.Combined(
        *counts, half_up(benchmarks.share(*counts, "per cent"), measure["decimals"]), official.QUOTIENT
    )


def _point(data: YearData, path: str) -> Item:
    table, row, cells, schema, [when, column] = _row(data, path, 2)
    value, dated = cells[column], cells[when]
    _figures(schema, column)
    missing = [name for name in (when, column) if cells[name] is None]
    absent = " and ".join(schema[name].title.lower() for name in missing)
    held = tuple(Cell(table, int(row), name) for name in missing or (when, column))
    return Item(path, None if absent else Decimal(value), schema[column].unit, held, missing=absent,
                when="" if absent else str(_plain(dated)))  # fmt: skip


def _contract(data: YearData, term: str) -> Item:
    days = {"starts": data.starts, "ends": data.ends}
    if term not in days:
        raise LookupError(f"the contract has no day named {term}: write starts or ends")
    return Item(f"contract:{term}", days[term].isoformat())


def _kpi(data: YearData, name: str) -> Item:
    """A KPI's row with its months in order of time; nothing where no month of it is reported."""
    table, row, kpi, _, _ = _row(data, f"kpis/{name}/kpi", 1)
    values = data["kpi_values"]
    values = values[values["kpi"] == name]
    cells = tuple(
        Cell("kpi_values", int(label), column)
        for label in values.index
        for column in ("numerator", "denominator", "value")
    )
    if values.empty:
        return Item(f"kpi:{name}", None, missing=f"monthly values of KPI {name}")
    months = sorted(records_of(values), key=lambda month: month["period"])
    held = cells + tuple(Cell(table, int(row), column) for column in ("target", "tolerance", "polarity"))
    return Item(f"kpi:{name}", {**kpi, "months": months}, str(kpi["unit"]), held)


_KINDS = {
    "sum": _sum, "count": _count, "official": _official, "point": _point, "contract": _contract, "kpi": _kpi,
}  # fmt: skip


@once
def _item(data: YearData, name: str) -> Item:
    kind, colon, rest = name.partition(":")
    table = "kpis" if kind == "kpi" else re.split("[/?]", name.rpartition(":")[2])[0]
    if str(data.contract.get("not_reported", {}).get(table, "")).startswith(EXEMPT):
        return Item(name, None, missing=f"the table {table}, which is {EXEMPT}")
    made = _KINDS[kind](data, rest) if colon and kind in _KINDS else _cell(data, name)
    return replace(made, name=name)


def items(data: YearData, against: str | None) -> tuple[Item, ...]:
    """The evidence that a claim names, in order.

    Parameters
    ----------
    data : YearData
        The year, with its reference.
    against : str or None
        Names joined by semicolons; none gives no evidence.

    Returns
    -------
    tuple of Item
        One a name; without a value, and saying what is missing, where the cell is empty or no figure is published.

    Raises
    ------
    LookupError
        If a name is of no entered table, row, column, measure or area.

    Examples
    --------
    See ``tests/test_evidence.py``.
    """
    found = []
    for name in (part.strip() for part in (against or "").split(";") if part.strip()):
        sign, bare = (-1, name[1:]) if name.startswith("-") else (1, name)
        found.append(replace(_item(data, bare), sign=sign))
    return tuple(found)
