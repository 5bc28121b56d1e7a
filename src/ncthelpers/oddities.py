"""Figures unlike what they stand among: their own history, last year, the other rows of their column, the sum of their parts.

Each oddity is a question and no fault: the figure may be right. All are found alike in every table, by its schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from ncthelpers import spc
from ncthelpers.access import EXEMPT
from ncthelpers.rounding import half_up
from ncthelpers.rows import records_by_row, records_of, unread
from ncthelpers.wording import figure_text

if TYPE_CHECKING:
    import pandas as pd

    from ncthelpers.cells import Column
    from ncthelpers.schemas import TableSchema
    from ncthelpers.yeardata import YearData

__all__ = ["Oddity", "ODDITIES"]

# Registers of KPIs, each with the tables of its values by month, the year's own first.
SERIES = {"kpis": ("kpi_values", "kpi_history"), "support_service_kpis": ("support_service_values",)}
_LEVELS = ("target", "tolerance")
_WHOLE = 100
_SLIPS = (Decimal(10), Decimal(100), Decimal(1000))
_PLACES = {"order", "point", "number", "precision"}  # a number that gives a row its place, and no quantity
_THINGS = {"children", "pupils", "people", "buildings", "homes", "placements"}  # of which there are none below nought
_PAST, _AHEAD = 150, 25  # years
_ENOUGH = 4  # others, before a column is known to be of one size or sign


class Oddity(NamedTuple):
    """What is odd about a cell, and what would settle it."""

    table: str
    row: int | None
    column: str
    value: object
    odd: str
    settle: str


def _given(tables: Mapping[str, Any], *names: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for name in names:
        if name in tables:
            yield from ((name, row, cells) for row, cells in records_by_row(tables[name]).items())


def _quantities(schema: TableSchema) -> list[Column]:
    """Columns of numbers that are quantities."""
    return [one for one in schema.columns if one.numeric and one.name not in _PLACES and one.name not in schema.key]


def outside_limits(data: YearData, last: YearData | None) -> Iterator[Oddity]:
    """A month of a KPI lies outside the limits of its own history."""
    for register, names in SERIES.items():
        if not {register, names[0]} <= set(data.tables):
            continue
        held = [data.tables.get(name) for name in names]
        rebases = data.tables.get("kpi_rebases") if register == "kpis" else None
        months = spc.kpi_months(data.tables[register], held[0], held[1] if len(held) > 1 else None, rebases)
        lines = {(cells["kpi"], cells["period"][:7]): row for _, row, cells in _given(data.tables, names[0])}
        freaks: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        for month in records_of(months[months["rule"] == spc.OUTSIDE]):
            row = lines.get((month["kpi"], month["period"][:7]))
            if row is not None:
                freaks.setdefault(month["kpi"], []).append((row, month))
        for found in freaks.values():
            row, month = max(found, key=lambda one: abs(one[1]["value"] - one[1]["mean"]))
            limits = " to ".join(figure_text(month[end], "", 1) for end in ("lower", "upper"))
            rest = ", ".join(str(line) for line, _ in found if line != row)
            also = f"; so {'are' if len(found) > 2 else 'is'} row{'s' if len(found) > 2 else ''} {rest}" if rest else ""
            yield Oddity(names[0], row, "value", figure_text(half_up(month["value"], 2), ""),
                         f"is outside the limits of its own history, {limits}{also}",
                         "hold it against the return; if it is right, say in the commentary what happened")  # fmt: skip


def shares_for_percentages(data: YearData, last: YearData | None) -> Iterator[Oddity]:
    """A number in per cent lies between nought and one where the others of its column do not, or is more than the whole."""
    units = {
        register: {cells["kpi"]: cells["unit"] for *_, cells in _given(data.tables, register)} for register in SERIES
    }
    of = {name: register for register, names in SERIES.items() for name in names}
    for name in data.tables:
        columns = [one.name for one in _quantities(data.schemas[name])
                   if one.type == "number" and one.name not in ("numerator", "denominator")]  # fmt: skip
        for column in columns:
            held = {row: (units.get(of.get(name, ""), {}).get(cells.get("kpi"), cells.get("unit")), cells[column])
                    for _, row, cells in _given(data.tables, name) if cells[column] is not None}  # fmt: skip
            in_per_cent = {row: value for row, (unit, value) in held.items() if unit == "per cent" and value}
            large = {row: value for row, value in in_per_cent.items() if abs(value) > _WHOLE}
            if len(large) == 1 and len(in_per_cent) > 1:
                [(row, value)] = large.items()
                yield Oddity(name, row, column, value, "is more than the whole, in per cent", "check its decimal point")
            small = {row: value for row, value in in_per_cent.items() if abs(value) < 1}
            if len(small) * 2 <= len(in_per_cent):
                for row, value in small.items():
                    yield Oddity(name, row, column, value, "is in per cent and looks like a share",
                                 f"write {figure_text(value * 100)} if it is one")  # fmt: skip


def changed_levels(data: YearData, last: YearData | None) -> Iterator[Oddity]:
    """A target or a tolerance is not what it was last year."""
    if last is None:
        return
    for register in SERIES:
        if register not in data.tables:
            continue
        before = {cells["kpi"]: cells for *_, cells in _given(last.tables, register)}
        levels = [level for level in _LEVELS if data.schemas[register][level].missing != EXEMPT]
        for _, row, cells in _given(data.tables, register):
            was = before.get(cells["kpi"], {})
            for level in levels:
                if was.get(level) is not None and was[level] != cells[level]:
                    now = "empty" if cells[level] is None else cells[level]
                    yield Oddity(register, row, level, now, f"was {was[level]} in {last.year}",
                                 "cite the agreement that changed it")  # fmt: skip


def _months_between(first: str, last: str) -> list[str]:
    year, month, until, found = int(first[:4]), int(first[5:7]), last[:7], []
    while f"{year:04}-{month:02}" <= until:
        found.append(f"{year:04}-{month:02}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def missing_months(data: YearData, last: YearData | None) -> Iterator[Oddity]:
    """A KPI that is reported by month has no row for a month that other KPIs of its table have."""
    for name, *_ in SERIES.values():
        if name not in data.tables or unread(data.tables[name]):
            continue
        held: dict[str, dict[str, int]] = {}
        for _, row, cells in _given(data.tables, name):
            if len(cells["period"]) > 4:
                held.setdefault(cells["kpi"], {})[cells["period"][:7]] = row
        known = sorted({month for months in held.values() for month in months})
        expected = _months_between(data.starts.isoformat(), known[-1]) if known else []
        usual = median(map(len, held.values())) if held else 0
        for kpi, months in held.items():
            gaps = [month for month in expected if month not in months]
            if gaps and 2 * len(months) > usual:
                yield Oddity(name, max(months.values()), "period", kpi,
                             f"has no row for {', '.join(gaps)}", "enter the month, or say why it is not reported")  # fmt: skip


def _keyed(data: YearData, name: str, back: int = 0) -> dict[tuple[Any, ...], tuple[int, dict[str, Any]]]:
    """Rows of a table by their key; a month is that of so many years later."""

    def part(value: object, column: Column) -> object:
        if column.type == "when" and back and isinstance(value, str):
            return f"{int(value[:4]) + back:04}{value[4:]}"
        return value

    schema = data.schemas[name]
    return {tuple(part(cells[key], schema[key]) for key in schema.key): (row, cells)
            for _, row, cells in _given(data.tables, name)}  # fmt: skip


def _pairs(data: YearData, last: YearData) -> Iterator[tuple[str, Column, list[tuple[int, Any, Any]]]]:
    """Of each column of quantities the rows that last year had too: line, value, value last year."""
    for name in data.tables:
        schema = data.schemas[name]
        if name not in last.tables or not schema.key or name in ("claims", *SERIES):
            continue
        by_month = any(schema[key].type == "when" for key in schema.key)
        now, then = (
            _keyed(data, name),
            _keyed(last, name, (data.year.start.year - last.year.start.year) if by_month else 0),
        )
        for column in _quantities(schema):
            pairs = [(row, cells[column.name], then[key][1][column.name]) for key, (row, cells) in now.items()
                     if key in then and None not in (cells[column.name], then[key][1].get(column.name))]  # fmt: skip
            if pairs:
                yield name, column, pairs


def pasted_again(data: YearData, last: YearData | None) -> Iterator[Oddity]:
    """Most figures of a column, at least three, are last year's in the same rows; round and small ones do not tell."""
    if last is None:
        return
    for name, column, pairs in _pairs(data, last):
        pairs = [pair for pair in pairs if len(Decimal(pair[1]).normalize().as_tuple().digits) > 2]
        moving = [(row, now) for row, now, was in pairs if now == was]
        if name != "kpi_history" and len(moving) > 2 and 2 * len(moving) > len(pairs):
            rows = ", ".join(str(row) for row, _ in moving[:6]) + (" and more" if len(moving) > 6 else "")
            yield Oddity(name, moving[0][0], column.name, moving[0][1],
                         f"and {len(moving) - 1} more of the {len(pairs)} figures that {last.year} has too are that year's (rows {rows})",
                         "hold them against this year's source")  # fmt: skip


def _slip(value: Decimal, usual: Decimal) -> str:
    """How many times too large or too small a figure is, where that is about a power of ten."""
    for times in _SLIPS:
        for size, word in ((usual * times, "large"), (usual / times, "small")):
            if size and Decimal("0.8") <= abs(value) / abs(size) <= Decimal("1.25"):
                return f"about {times} times too {word}"
    return ""


def slipped_digits(data: YearData, last: YearData | None) -> Iterator[Oddity]:
    """A figure is about ten, a hundred or a thousand times last year's, or of the other sign."""
    for name, column, pairs in _pairs(data, last) if last else ():
        for row, now, was in pairs:
            slip = _slip(Decimal(now), Decimal(was)) if now and was else ""
            turned = column.type == "money" and now * was < 0 and abs(now) == abs(was)
            if slip or turned:
                odd = f"is {slip}" if slip else "has changed its sign"
                yield Oddity(name, row, column.name, now, f"{odd}, if last year's {was} is anything to go by",
                             "check its unit, its sign and its decimal point")  # fmt: skip


def _groups(frame: pd.DataFrame, schema: TableSchema) -> dict[tuple[Any, ...], dict[int, dict[str, Any]]]:
    """Rows of a kind: alike in every column that has a list of allowed values, or a unit."""
    kinds = [one.name for one in schema.columns if one.values or one.name == "unit" or one.type == "yesno"]
    groups: dict[tuple[Any, ...], dict[int, dict[str, Any]]] = {}
    for row, cells in records_by_row(frame).items():
        groups.setdefault(tuple(cells[kind] for kind in kinds), {})[row] = cells
    return groups


def unlike_their_column(data: YearData, last: YearData | None) -> Iterator[Oddity]:
    """A figure is of the other sign than every other of its column; an amount is ten times the largest, or a tenth of the least."""
    settle = "check its unit, its sign and its decimal point"
    for name, frame in data.tables.items():
        columns = _quantities(data.schemas[name])
        groups = _groups(frame, data.schemas[name]) if columns else {}
        alone = {row for rows in groups.values() if len(rows) == 1 and len(groups) > 1 for row in rows}
        for column in columns:
            held = [(row, cells[column.name]) for row, cells in records_by_row(frame).items() if cells[column.name]]
            turned = [(row, value) for row, value in held if value < 0]
            if (len(turned) == 1 and len(held) > _ENOUGH) or column.unit in _THINGS:
                for row, value in (one for one in turned if one[0] not in alone or column.unit in _THINGS):
                    yield Oddity(
                        name, row, column.name, value, "is below nought, unlike the others of its column", settle
                    )
        for rows in groups.values():
            for column in (one for one in columns if one.type in {"money", "count"}):
                held = [(row, cells[column.name]) for row, cells in rows.items() if cells[column.name]]
                for row, value in held if len(held) > _ENOUGH else ():
                    odd = _unlike(value, [other for line, other in held if line != row])
                    if odd:
                        yield Oddity(name, row, column.name, value, odd, settle)


def far_off(data: YearData, last: YearData | None) -> Iterator[Oddity]:
    """A date is further ahead of the contract year than anybody plans, or before anybody kept such records."""
    earliest, latest = data.year.start.year - _PAST, data.year.start.year + _AHEAD
    for name, frame in data.tables.items():
        for column in (one.name for one in data.schemas[name].columns if one.type in {"date", "when"}):
            for row, value in frame[column].dropna().items():
                if not earliest <= int(str(value)[:4]) <= latest:
                    yield Oddity(name, row, column, value, "is far from the contract year", "check its year")


def _unlike(value: Decimal, others: Sequence[Decimal]) -> str:
    if all(value * other < 0 for other in others):
        return f"is of the other sign than the {len(others)} others of its kind"
    sizes = sorted(map(abs, others))
    if abs(value) >= 10 * sizes[-1]:
        return f"is more than ten times any other of its column, the largest of which is {sizes[-1]}"
    if 10 * abs(value) <= sizes[0]:
        return f"is less than a tenth of any other of its column, the least of which is {sizes[0]}"
    return ""


def misnumbered(data: YearData, last: YearData | None) -> Iterator[Oddity]:
    """Rows are numbered one after another, beginning anew where the rest of their key does."""
    for name, frame in data.tables.items():
        schema = data.schemas[name]
        for column in (one.name for one in schema.columns if one.name in ("order", "point")):
            lists: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
            rest = [key for key in schema.key if key != column] if column in schema.key else schema.key[:-1]
            for _, row, cells in _given({name: frame}, name):
                lists.setdefault(tuple(cells[key] for key in rest), []).append((row, cells[column]))
            for rows in lists.values() if not unread(frame) else ():
                wrong = sorted(set(range(1, len(rows) + 1)) ^ {number for _, number in rows})
                row, number = next(((row, number) for row, number in rows if number in wrong), rows[0])
                if wrong:
                    yield Oddity(name, row, column, number, f"is not how {len(rows)} rows are numbered: each from 1 to {len(rows)} once",
                                 "number them as printed, or say what is missing")  # fmt: skip


ODDITIES = (
    outside_limits, shares_for_percentages, changed_levels, missing_months, pasted_again, slipped_digits, unlike_their_column, far_off,
    misnumbered,
)  # fmt: skip
