"""Demand by month: referrals, enquiries, protection plans, and children in care by placement, their starts and ceases."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, pairwise
from types import MappingProxyType
from typing import Any

import polars as pl

from ncthelpers.differencing import some_recoverable, whole
from ncthelpers.disclosure import HIDDEN, THRESHOLD, is_small, protect
from ncthelpers.returns.clocks import month_ends
from ncthelpers.returns.indicators import UNAVAILABLE, Counted
from ncthelpers.returns.records import Records
from ncthelpers.returns.spells import SHORT_BREAKS, open_on, spells
from ncthelpers.returns.transitions import OTHER, PLACEMENT_TYPES, placement_type
from ncthelpers.years import ContractYear, first_day, year_of

__all__ = ["DEMAND", "ALL", "NEAR", "demand", "protected", "apart"]

DEMAND: dict[Any, type[pl.DataType]] = {
    "measure": pl.String, "breakdown": pl.String, "period": pl.String, "count": pl.Int64, "symbol": pl.String,
    "note": pl.String,
}  # fmt: skip
ALL = "all"
NO_DAY = "no date that places it in a month"
SAME_DAY = "another referral of the same child on the same day, counted once"
TRANSFER_IN = "a conference for a child who moved in with a plan, no enquiry"
_Rows = Callable[[Records, ContractYear], pl.LazyFrame]
_IN_CARE = "children in care at month end"
_OPEN, _STARTED, _ENDED = (
    "child protection plans at month end",
    "child protection plans started",
    "child protection plans ended",
)
_CAME, _WENT = "starts of care", "ceases of care"
_STOCKS = (
    (_OPEN, _STARTED, _ENDED, _STARTED),
    (_IN_CARE, _CAME, _WENT, _IN_CARE),
)  # the last is shown by an indicator too
# What adds up, so that all of it is hidden or none
_FAMILIES = (("referrals",), ("section 47 enquiries",), (_OPEN, _STARTED, _ENDED), (_IN_CARE, _CAME, _WENT))
# The denominators that count the people of a measure, or all but a few of them
_ALSO_IN = {
    **{(name, "month"): "referrals"
       for name in ("referral_decision_1wd", "referral_decision_2wd", "referral_decision_24h", "rereferrals_12m")},
    ("icpc_15wd", "month"): "section 47 enquiries",
    ("repeat_plans", "month"): _STARTED,
    **{(name, "snapshot"): _IN_CARE for name in ("three_placements", "distance_20_miles", "distance_not_known")},
}  # fmt: skip
NEAR = "hidden, because a count of the same people elsewhere in these results is hidden, or differs by one to {threshold} of them"
_LEFT_OUT: dict[Any, type[pl.DataType]] = {"measure": pl.String, "reason": pl.String, "records": pl.Int64}


def demand(records: Records, year: ContractYear) -> Counted:
    """What came in each month of a year, and what was open at its end.

    Parameters
    ----------
    records : Records
        Of every return at hand; a measure whose table no return gives is not available.
    year : ContractYear
        The year.

    Returns
    -------
    Counted
        ``results`` with columns of :data:`DEMAND`: a month that the records do not tell of in full has no count, the
        symbol ``x`` and the reason. ``left_out`` with ``measure``, ``reason`` and ``records``. Not protected: small
        counts are in it.

    Notes
    -----
    Rules (assumed where domain is silent):

    - A referral counts in the month it was received, as in K02: two of a child on one day are one.
    - An enquiry counts in the month of the strategy discussion that began it.
    - A plan, or an episode of care, is open at the end of the day it started, and no longer on the day it ended.
    - Children in care, by type of placement, are those of K06; a series of short breaks is not in care. A start of care
      is the first day of a period of care, a cease the last, as :func:`~ncthelpers.returns.spells.spells` finds them.

    Examples
    --------
    >>> from ncthelpers.returns.records import TABLES, Cover
    >>> rows = [{"child": "a", "referred": date(2022, 5, day)} for day in (9, 9, 30)]
    >>> table = pl.DataFrame(rows, schema=dict(TABLES["referrals"]))
    >>> records = Records({"referrals": table}, {"referrals": Cover(date(2022, 4, 1), date(2022, 6, 29))})
    >>> found = demand(records, ContractYear("2022-23")).results.filter(pl.col("measure") == "referrals")
    >>> found.head(3).select("period", "count", "symbol").rows()
    [('2022-04', 0, None), ('2022-05', 2, None), ('2022-06', None, 'x')]
    """
    parts = [_counted(name, records, year) for name in _MEASURES]
    results, left_out = zip(*parts, strict=True)
    return Counted(pl.concat(results), pl.concat(left_out))


def _counted(measure: str, records: Records, year: ContractYear) -> tuple[pl.DataFrame, pl.DataFrame]:
    table, find, at_month_end = _MEASURES[measure]
    ends = month_ends(year.start, year.end)
    rows = find(records, year).select("day", "breakdown", "left_out").collect()
    why = pl.col("left_out")
    left = rows.filter(why.is_not_null()).group_by(reason=why).agg(records=pl.len().cast(pl.Int64)).sort("reason")
    by_day = rows.filter(why.is_null()).group_by("day", "breakdown").agg(count=pl.len().cast(pl.Int64))
    breakdowns = [*dict.fromkeys(PLACEMENT_TYPES.values()), OTHER] if measure == _IN_CARE else []
    counts = pl.concat([by_day, by_day.with_columns(breakdown=pl.lit(ALL))]) if breakdowns else by_day
    by_month = counts.group_by("breakdown", period=_month(pl.col("day"))).agg(pl.col("count").sum())
    notes = [_unavailable(table, end if at_month_end else end.replace(day=1), end, records) for end in ends]
    found = (
        pl.DataFrame({"breakdown": [ALL, *breakdowns]})
        .join(pl.DataFrame({"day": ends, "note": notes}), how="cross")
        .with_columns(period=_month(pl.col("day")))
        .join(by_month, on=["breakdown", "period"], how="left", maintain_order="left")
    )
    known = pl.col("note") == ""
    results = found.select(
        pl.lit(measure).alias("measure"), "breakdown", "period",
        pl.when(known).then(pl.col("count").fill_null(0)).alias("count"),
        pl.when(~known).then(pl.lit(UNAVAILABLE)).alias("symbol"), "note",
    )  # fmt: skip
    return results.cast(DEMAND), left.select(pl.lit(measure).alias("measure"), "reason", "records").cast(_LEFT_OUT)


def _unavailable(table: str, first: date, last: date, records: Records) -> str:
    """Why the records do not tell of some days; empty where they do."""
    cover = records.covers.get(table)
    if cover is None:
        return f"no return gives {table}"
    return "" if first in cover and last in cover else f"{table} are told of from {cover.first} to {cover.last} only"


def _month(day: pl.Expr) -> pl.Expr:
    return day.dt.strftime("%Y-%m")


def _on(day: str, year: ContractYear, rows: pl.LazyFrame, why: pl.Expr | None = None) -> pl.LazyFrame:
    """What happened on a day of a year; what has no day too, since it may be of it, and is left out."""
    nobody = pl.lit(None, dtype=pl.String) if why is None else why
    return rows.filter(pl.col(day).is_between(year.start, year.end).fill_null(True)).with_columns(
        day=day, breakdown=pl.lit(ALL), left_out=pl.when(pl.col(day).is_null()).then(pl.lit(NO_DAY)).otherwise(nobody)
    )


def _referrals(records: Records, year: ContractYear) -> pl.LazyFrame:
    again = ~pl.struct("child", "referred").is_first_distinct() & pl.col("child").is_not_null()
    rows = records["referrals"].lazy().select("child", "referred")
    return _on("referred", year, rows, pl.when(again).then(pl.lit(SAME_DAY)))


def _enquiries(records: Records, year: ContractYear) -> pl.LazyFrame:
    moved_in = pl.when(pl.col("transfer_in")).then(pl.lit(TRANSFER_IN))
    rows = records["section47"].lazy()
    found = _on("strategy", year, rows, moved_in)
    return found.with_columns(left_out=pl.coalesce(moved_in, "left_out"))


def _plans_started(records: Records, year: ContractYear) -> pl.LazyFrame:
    return _on("started", year, records["plans"].lazy())


def _plans_ended(records: Records, year: ContractYear) -> pl.LazyFrame:
    return _on("ended", year, records["plans"].lazy().filter(pl.col("ended").is_not_null()))


def _plans_open(records: Records, year: ContractYear) -> pl.LazyFrame:
    rows = records["plans"].with_columns(short_break=pl.lit(False), number=pl.lit(None, pl.UInt32))
    no_start = rows.lazy().filter(pl.col("started").is_null()).with_columns(day="started", left_out=pl.lit(NO_DAY))
    found = pl.concat([open_on(rows, month_ends(year.start, year.end)), no_start], how="diagonal")
    return found.with_columns(breakdown=pl.lit(ALL))


def _spells(records: Records, year: ContractYear) -> pl.DataFrame:
    """Those of the year: what ended before its first day plays no part."""
    return spells(records["episodes"].filter(pl.col("ended").is_null() | (pl.col("ended") >= year.start)))


def _in_care(records: Records, year: ContractYear) -> pl.LazyFrame:
    found = open_on(_spells(records, year), month_ends(year.start, year.end))
    return found.with_columns(breakdown=placement_type(pl.col("placement")))


def _starts(records: Records, year: ContractYear) -> pl.LazyFrame:
    return _edges("started", pl.struct("number", "in_care_since").shift(), records, year)


def _ceases(records: Records, year: ContractYear) -> pl.LazyFrame:
    found = _edges("ended", pl.struct("number", "in_care_since").shift(-1), records, year)
    return found.filter(pl.col("ended").is_not_null())


def _edges(day: str, beside: pl.Expr, records: Records, year: ContractYear) -> pl.LazyFrame:
    """The episodes at one edge of a period of care: those before or after which another period, or none, lies."""
    rows = _spells(records, year).lazy()
    of_period = pl.struct("number", "in_care_since")
    edge = rows.filter((of_period != beside).fill_null(True) | pl.col("short_break"))
    return _on(day, year, edge, pl.when(pl.col("short_break")).then(pl.lit(SHORT_BREAKS)))


# by measure: the table it is counted from, its rows (day, breakdown, left_out), and whether it is a count of month ends
_MEASURES: Mapping[str, tuple[str, _Rows, bool]] = MappingProxyType(
    {
        "referrals": ("referrals", _referrals, False),
        "section 47 enquiries": ("section47", _enquiries, False),
        _STARTED: ("plans", _plans_started, False),
        _ENDED: ("plans", _plans_ended, False),
        _OPEN: ("plans", _plans_open, True),
        _IN_CARE: ("episodes", _in_care, True),
        _CAME: ("episodes", _starts, False),
        _WENT: ("episodes", _ceases, False),
    }
)


def protected(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, object]]:
    """The counts of a year as they may be passed on: those of 1 to 5 hidden, and those that would give one away.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of :func:`demand`.

    Returns
    -------
    list of dict
        The same rows. Children in care of all types, and plans started, are hidden only where they are small themselves,
        for indicators show them too: where that is not enough, all else that adds up with them is hidden. What adds up in two
        ways, by type and over time, is held to both at once.

    Notes
    -----
    Rule: domain section 8. The types of a month add up to all; what is open at the end of a month is what was open at the
    end of the month before, with what began and without what ended.

    Examples
    --------
    >>> kinds = {"foster": 40, "kin": 12, "secure": 2, ALL: 54}
    >>> month = [
    ...     {"measure": _IN_CARE, "breakdown": kind, "period": "2022-04", "count": count, "symbol": None}
    ...     for kind, count in kinds.items()
    ... ]
    >>> [row["count"] for row in protected(month)]
    [40, None, None, 54]
    """
    held = {_cell(row): row["count"] for row in rows if row["count"] is not None}
    printed = {cell: None if is_small(count) else count for cell, count in held.items()}
    hidden, told = {cell for cell, count in printed.items() if count is None}, []
    for relations, elsewhere in _sums(held):
        among = {cell: held[cell] for relation in relations for cell in relation}
        kept = protect(among, relations, wanted=elsewhere)
        told += relations
        enough = all(kept[cell] is not None or is_small(among[cell]) for cell in elsewhere & among.keys())
        if enough and not some_recoverable(printed | kept, told, THRESHOLD):  # nor by what was held to be enough before
            printed |= kept
            hidden |= {cell for cell in among if kept[cell] is None}
        else:  # noughts too: so nobody can say that a hidden number is at least 1
            all_of_it = among.keys() - elsewhere
            printed = {cell: count for cell, count in printed.items() if cell not in all_of_it}
            hidden |= all_of_it
    return [{**row, "count": None, "symbol": HIDDEN} if _cell(row) in hidden else dict(row) for row in rows]


def apart(
    rows: Sequence[Mapping[str, Any]], ratios: Iterable[Mapping[str, Any]], threshold: int = THRESHOLD
) -> list[dict[str, object]]:
    """The counts of demand, without those from which a denominator of an indicator, or another return's count, differs by few.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of ``demand.csv`` of every return and year, protected.
    ratios : iterable of mapping
        Rows of ``kpi_results.csv``, protected.
    threshold : int
        The largest count that is hidden.

    Returns
    -------
    list of dict
        The same rows. Where in a month of a year two counts of the same people are 1 to 5 apart, or one of them is hidden,
        all that adds up with the demand is hidden for the year, in every return.

    Notes
    -----
    Rule: domain section 8. An indicator leaves some out, such as a referral that is not decided yet: how many those are is the
    difference to all referrals, which another file tells.

    Examples
    --------
    >>> month = {"year": "2031-32", "measure": "referrals", "breakdown": ALL, "period": "2031-04", "count": 653, "symbol": None, "note": ""}
    >>> decided = {"indicator": "referral_decision_1wd", "series": "month", "period": "2031-04", "denominator": 652, "symbol": None}
    >>> [row["symbol"] for row in apart([month], [decided])]
    ['c']
    """
    beside: dict[tuple[str, str], list[int | None]] = {}
    for row in ratios:
        measure = _ALSO_IN.get((row["indicator"], row["series"]))
        if measure and (row["denominator"] is not None or row["symbol"] == HIDDEN):
            beside.setdefault((measure, row["period"]), []).append(row["denominator"])
    for row in rows:
        if row["breakdown"] == ALL and (row["count"] is not None or row["symbol"] == HIDDEN):
            beside.setdefault((row["measure"], row["period"]), []).append(row["count"])
    near = {
        (measure, str(year_of(first_day(period))))
        for (measure, period), numbers in beside.items()
        if len(numbers) > 1 and (
            (None in numbers and any(numbers))
            or any(is_small(int(abs(a - b)), threshold) for a, b in combinations(numbers, 2) if a is not None and b is not None)
        )
    }  # fmt: skip
    hidden = {(measure, year) for of, year in near for family in _FAMILIES if of in family for measure in family}
    note = NEAR.format(threshold=threshold)
    return [
        {**row, "count": None, "symbol": HIDDEN, "note": note}
        if (row["measure"], row["year"]) in hidden and row["count"] is not None else dict(row)
        for row in rows
    ]  # fmt: skip


def _cell(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["measure"], row["breakdown"], row["period"]


def _sums(held: Mapping[tuple[Any, ...], int]) -> Iterator[tuple[list[Mapping[Any, int]], set[tuple[Any, ...]]]]:
    """What adds up, each with those of its cells that indicators show too."""
    months = sorted({period for _, _, period in held})
    for month in months:
        of_all = (_IN_CARE, ALL, month)
        types = [cell for cell in held if cell[0] == _IN_CARE and cell[2] == month and cell != of_all]
        if types and of_all in held:
            yield [whole(of_all, types)], {of_all}
    for stock, came, went, elsewhere in _STOCKS:
        flows: list[Mapping[Any, int]] = [
            {(stock, ALL, now): 1, (stock, ALL, before): -1, (came, ALL, now): -1, (went, ALL, now): 1}
            for before, now in pairwise(months)
        ]
        known = [
            flow
            for flow in flows
            if flow.keys() <= held.keys() and not sum(sign * held[cell] for cell, sign in flow.items())
        ]
        if known:
            yield known, {cell for cell in held if cell[:2] == (elsewhere, ALL)}
