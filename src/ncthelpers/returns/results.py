"""What comes of counting a return, as it may leave the place where the records are: protected, and written as CSV."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ncthelpers.disclosure import HIDDEN, is_small
from ncthelpers.disclosure_ratios import protect_ratios
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import write_atomically
from ncthelpers.returns.counts import MONTH, SERIES, SNAPSHOT, YEAR_TO_DATE
from ncthelpers.returns.demand import protected
from ncthelpers.returns.indicators import UNAVAILABLE, Counted, indicators, makeups
from ncthelpers.returns.readers import Raw
from ncthelpers.returns.records import Records
from ncthelpers.rounding import half_up
from ncthelpers.years import ContractYear, first_day, year_of

__all__ = [
    "FILES", "NOT_APPLICABLE", "kpi_results", "left_out", "inputs", "demand_rows", "hushed", "period_of", "joined", "read_table", "write_table", "kpi_values",
]  # fmt: skip

NOT_APPLICABLE = "z"  # the symbol for a quotient by nought, as the department writes it
FILES: Mapping[str, tuple[str, ...]] = {
    "kpi_results.csv": (
        "indicator", "series", "period", "numerator", "denominator", "value", "symbol", "note", "return",
    ),
    "left_out.csv": ("year", "return", "indicator", "table", "reason", "records", "symbol"),
    "demand.csv": ("year", "return", "measure", "breakdown", "period", "count", "symbol", "note"),
    "inputs.csv": ("year", "return", "return_year", "file", "sha256", "layout", "rows", "symbol"),
}  # fmt: skip
_NUMBERS = ("numerator", "denominator")
# What a KPI's kind of period is to an indicator: one of 12 months looks back from a day, as its indicator does
_SERIES_OF = {"month": MONTH, "year to date": YEAR_TO_DATE, "snapshot": SNAPSHOT, "rolling 12 months": SNAPSHOT}
_Row = dict[str, Any]


def _value(row: Mapping[str, Any]) -> str | None:
    """A percentage or mean to one decimal, half up; none without a denominator."""
    if not row["denominator"]:
        return None
    numerator, denominator = (Decimal(str(row[part])) for part in _NUMBERS)
    times = 1 if indicators()[row["indicator"]].unit == "days" else 100
    return str(half_up(times * numerator / denominator, 1))


def kpi_results(counted: Counted, of: str) -> list[_Row]:
    """Every count with its value, before any of it is hidden.

    Parameters
    ----------
    counted : Counted
        What was counted.
    of : str
        The return that it was counted from.

    Returns
    -------
    list of dict
        Columns of ``kpi_results.csv``. The value is a percentage, or a mean of days, half up to one decimal; a quotient by
        nought has none, and the symbol ``z``.

    Notes
    -----
    Rule: domain section 2: a denominator of nought is never 0 or 100 per cent.

    Examples
    --------
    >>> import polars as pl
    >>> from ncthelpers.returns.indicators import RESULTS
    >>> row = ("icpc_15wd", "month", "2022-04", 17.0, 40.0, None, "")
    >>> frame = pl.DataFrame([row], schema=RESULTS, orient="row")
    >>> [row["value"] for row in kpi_results(Counted(frame, pl.DataFrame()), "cin")]
    ['42.5']
    """
    found = []
    for row in counted.results.to_dicts():
        empty = row["denominator"] == 0
        symbol = NOT_APPLICABLE if empty else row["symbol"]
        note = "the denominator is nought" if empty else row["note"]
        found.append({**row, "value": _value(row), "symbol": symbol, "note": note, "return": of})
    return found


def hushed(rows: Iterable[_Row], column: str) -> list[_Row]:
    """Rows with a number of records to the nearest ten, and without it where they are so few that they point to somebody.

    Notes
    -----
    Rule: domain section 8. Tables of what was left out have no totals that say how they add up, and yet a reader who knows
    how many records there were could subtract; from rounded numbers nobody learns that one child has died.

    Examples
    --------
    >>> hushed([{"records": 54}, {"records": 4}], "records")
    [{'records': 50, 'symbol': None}, {'records': None, 'symbol': 'c'}]
    """
    return [
        {**row, column: None, "symbol": HIDDEN} if is_small(row[column])
        else {**row, column: None if row[column] is None else int(half_up(row[column], -1)), "symbol": None}
        for row in rows
    ]  # fmt: skip


def left_out(records: Records, counted: Counted, of: str, year: ContractYear) -> list[_Row]:
    """How many records a return and each indicator left out, emptied or changed, by reason.

    Parameters
    ----------
    records : Records
        What was read.
    counted : Counted
        What was counted.
    of : str
        The return.
    year : ContractYear
        Its year.

    Returns
    -------
    list of dict
        Columns of ``left_out.csv``, each with a ``table`` of the return or an ``indicator``, and the number as it is.
    """
    by_return = [{"return": name, "indicator": None, "table": table, "reason": reason, "records": number}
                 for name, table, reason, number in records.left_out.rows()]  # fmt: skip
    by_indicator = [{"return": of, "indicator": name, "table": None, "reason": reason, "records": number}
                    for name, reason, number in counted.left_out.rows()]  # fmt: skip
    return [{"year": str(year), **row, "symbol": None} for row in (*by_return, *by_indicator)]


def inputs(raws: Iterable[Raw], of: str, year: ContractYear) -> list[_Row]:
    """The files that were read, each with the checksum of its bytes.

    Parameters
    ----------
    raws : iterable of Raw
        The returns.
    of : str
        Which return they are.
    year : ContractYear
        The year that was counted.

    Returns
    -------
    list of dict
        Columns of ``inputs.csv``; a file is named without its folders, and has no number of rows where nothing of it is
        used. Its size is not told: from that and a layout the rows could be counted.
    """
    return [
        {
            "year": str(year), "return": of, "return_year": str(raw.year), "file": path.name, "sha256": _sha256(path), "layout": raw.layout.name, "rows": raw.rows.get(path), "symbol": None,
        }
        for raw in raws
        for path in raw.files
    ]  # fmt: skip


def demand_rows(found: Counted, of: str, year: ContractYear) -> list[_Row]:
    """The rows of ``demand.csv``: what a return tells of demand, small counts hidden.

    Parameters
    ----------
    found : Counted
        As :func:`~ncthelpers.returns.demand.demand` gives it.
    of : str
        The return.
    year : ContractYear
        The year.

    Returns
    -------
    list of dict
        A measure that the return does not tell of in any month has no row. They are still to be held against the other results:
        :func:`~ncthelpers.returns.demand.apart`.
    """
    rows = protected(list(found.results.iter_rows(named=True)))
    told = {row["measure"] for row in rows if row["symbol"] != UNAVAILABLE}
    return [{"year": str(year), "return": of, **row} for row in rows if row["measure"] in told]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def joined(old: Iterable[_Row], new: Sequence[_Row], of: str, year: ContractYear) -> list[_Row]:
    """The results of earlier runs with those of a new one in their place, protected together.

    Parameters
    ----------
    old : iterable of dict
        Rows of ``kpi_results.csv`` as it stands.
    new : sequence of dict
        Rows as of :func:`kpi_results`.
    of : str
        The return that the new ones are counted from.
    year : ContractYear
        The year that they are of.

    Returns
    -------
    list of dict
        In the order of the indicators, series and periods. An indicator that was counted anew has no row of the year but
        the new ones, whichever return the old were counted from, save those of days that only another return tells of; and
        nothing is left of what the return gave for the year before, also where it gives an indicator no longer.

    Notes
    -----
    Rule: domain section 8: numbers of 1 to 5 are hidden, and others that they could be worked out from.
    """
    of_year = [row for row in old if year_of(first_day(row["period"])) == year and row["return"] != of]
    anew = {row["indicator"] for row in new}
    on_days = {period_of(row) for row in new if row["symbol"] != UNAVAILABLE}
    kept = [
        row
        for row in of_year
        if row["indicator"] not in anew or (row["series"] == SNAPSHOT and period_of(row) not in on_days)
    ]
    stays = {period_of(row) for row in kept if row["symbol"] != UNAVAILABLE}
    kept = [row for row in kept if period_of(row) in stays or row["indicator"] not in anew]
    new = [row for row in new if row["series"] != SNAPSHOT or period_of(row) not in stays]
    kept += [row for row in old if year_of(first_day(row["period"])) != year]
    place = {name: number for number, name in enumerate(indicators())}
    series = {name: number for number, name in enumerate(SERIES)}
    rows = sorted(
        [*kept, *new], key=lambda row: (place.get(row["indicator"], len(place)), series[row["series"]], row["period"])
    )
    return protect_ratios(rows, makeups())


def period_of(row: Mapping[str, object]) -> tuple[object, object, object]:
    """What a row of results is of: its indicator, series and period."""
    return row["indicator"], row["series"], row["period"]


def _number(text: str) -> float:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return float(number)


_READ: Mapping[str, Callable[[str], object]] = dict.fromkeys(_NUMBERS, _number) | dict.fromkeys(
    ("records", "rows", "count"), int
)


def read_table(path: Path) -> list[_Row]:
    """A table of an earlier run; none where the file is not there.

    Parameters
    ----------
    path : Path
        A file of :data:`FILES`.

    Raises
    ------
    DataFaults
        If it is not as a run writes it.
    """
    if not path.is_file():
        return []
    names, found = FILES[path.name], []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if tuple(rows.fieldnames or ()) != names:
                raise ValueError(f"does not have the columns {', '.join(names)}")
            for row in rows:
                if None in row or None in row.values():
                    raise ValueError(f"has another number of cells than columns in line {rows.line_num}")
                if "series" in row and row["series"] not in SERIES:
                    raise ValueError(f"has a series that is not known: {row['series']!r}")
                first_day(row.get("period") or "2000")
                found.append({name: _READ.get(name, str)(text) if text else None for name, text in row.items()})
    except (ValueError, ArithmeticError, csv.Error) as error:
        rule = f"is not as this command writes it: {error}"
        raise DataFaults([Fault(path.as_posix(), None, "", "", rule, suggestion="name another folder")]) from None
    return found


def _cell(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return "" if value is None else str(value)


def write_table(path: Path, rows: Iterable[Mapping[str, object]], names: Sequence[str] = ()) -> None:
    """Rows as a CSV file, written whole or not at all.

    Parameters
    ----------
    path : Path
        The file.
    rows : iterable of mapping
        What it holds.
    names : sequence of str, optional
        Its columns, where it is none of :data:`FILES`.
    """
    text, names = io.StringIO(), names or FILES[path.name]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    write_atomically(path, text.getvalue())


def kpi_values(
    results: Iterable[Mapping[str, Any]], kpis: Iterable[Mapping[str, Any]], year: ContractYear, source: str
) -> list[_Row]:
    """The monthly values of the KPIs of a contract that are linked to an indicator.

    Parameters
    ----------
    results : iterable of mapping
        Rows of ``kpi_results.csv``, protected.
    kpis : iterable of mapping
        Rows of the table ``kpis``: the ``indicator`` that a KPI is linked to, if it is, and its ``period_kind``, which says
        whether months, years to date or days (snapshots) are its values.
    year : ContractYear
        The year whose values are wanted.
    source : str
        What they are said to rest on.

    Returns
    -------
    list of dict
        Columns of the table ``kpi_values``, by KPI and month. A month that the records do not tell of has no row; what is
        hidden is empty.

    Raises
    ------
    ValueError
        If a KPI is linked to an indicator that there is not, or that is not counted by its kind of period; every one
        is named.

    Examples
    --------
    >>> row = {"indicator": "icpc_15wd", "series": "month", "period": "2022-04", "numerator": 34.0, "denominator": 40.0,
    ...        "value": "85.0", "symbol": None}
    >>> kpi = {"kpi": "D", "period_kind": "month", "indicator": "icpc_15wd"}
    >>> kpi_values([row], [kpi], ContractYear("2022-23"), "report:2/1")[0]["value"]
    '85.0'
    """
    linked = [row for row in kpis if row.get("indicator")]
    wrong = [
        f"{row['kpi']} is linked to {row['indicator']}, which is not counted by {row['period_kind']}" for row in linked
        if row["indicator"] not in indicators()
        or _SERIES_OF.get(row["period_kind"]) not in indicators()[row["indicator"]].series
    ]  # fmt: skip
    if wrong:
        raise ValueError("; ".join(wrong))
    by_series: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in results:
        if row["symbol"] != UNAVAILABLE and year_of(first_day(row["period"])) == year:
            by_series.setdefault((row["indicator"], row["series"]), []).append(row)
    return [
        {"kpi": kpi["kpi"], **{name: row[name] for name in ("period", *_NUMBERS, "value")}, "source": source}
        for kpi in linked
        for row in sorted(
            by_series.get((kpi["indicator"], _SERIES_OF[kpi["period_kind"]]), []), key=lambda row: row["period"]
        )
    ]
