"""Variation of KPIs over their months: limits of what is usual, special causes, and whether a target can be met.

The rules are those of NHS Making Data Count as the R package NHSRplotthedots codes them. They say nothing of green, amber
and red: variation is made of neither rating nor escalation, and neither of them of variation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import pandas as pd

from ncthelpers import kpis as ratings
from ncthelpers.rows import records_of
from ncthelpers.years import first_day, last_day, year_of

__all__ = [
    "SCREENED", "TRIAL", "OUTSIDE", "TREND", "NEAR", "SHIFT", "COMMON", "Limits", "Cause", "limits", "special_causes",
    "variation", "assurance", "stretches", "every_month", "kpi_months", "kpi_signals",
]  # fmt: skip

# This book screens, as the R package does unless told otherwise and the NHS's Excel tool does not: a single freak month
# must not widen the limits of all others, by which it would hide itself and the next.
SCREENED = True
TRIAL = 12  # limits of fewer values than this are on trial

OUTSIDE, TREND = "outside the limits", "seven rising or falling"
NEAR, SHIFT = "two of three near a limit", "seven on one side of the mean"
COMMON = "common cause"

_LEAST, _RUN = 3, 7
# Kinds of period whose values share months with those before: their moving ranges say nothing of what is usual.
_OVERLAPPING = ("year to date", "rolling 12 months")
_WIDTH, _FREAK = Fraction("2.66"), Fraction("3.267")  # times the mean moving range
_BETTER = {"higher is better": 1, "lower is better": -1, "not stated": 0, "not rated": 0, "neither is better": 0}
_MONTHS = [
    "kpi", "name", "period", "numerator", "denominator", "value", "target", "tolerance", "status", "variation", "rule",
    "mean", "lower", "upper", "trial", "source",
]  # fmt: skip
_SIGNALS = [
    "kpi", "name", "year_value", "status", "why_not", "period", "value", "variation", "rule", "assurance", "months",
    "trial", "no_limits", "state", "source",
]  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What is usual for a KPI.

    Parameters
    ----------
    mean, lower, upper : Decimal
        Mean and limits of variation, in the unit of the values. They may lie where no value can.
    near_lower, near_upper : Decimal
        Two thirds of the way from the mean to each limit.
    points : int
        Values that they are made of.
    screened : int
        Moving ranges left out as freaks.
    """

    mean: Decimal
    lower: Decimal
    upper: Decimal
    near_lower: Decimal
    near_upper: Decimal
    points: int
    screened: int = 0

    @property
    def on_trial(self) -> bool:
        """Whether they are made of too few values to be relied on."""
        return self.points < TRIAL


class Cause(NamedTuple):
    """Why a point lies where it does.

    Parameters
    ----------
    rule : str
        The first rule that it trips, or :data:`COMMON`.
    side : int
        1 where the point, or in a trend the trend, goes up; -1 where down; 0 for a point exactly on the mean.
    """

    rule: str
    side: int


def _exact(value: Decimal | int) -> Fraction:
    """A value as a fraction, so that what lies exactly on the mean is seen to; a float is near it at best."""
    if not isinstance(value, Decimal | int):
        raise TypeError(f"a value must be a Decimal or a whole number, not {value!r}")
    return Fraction(value)


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / number.denominator


def _mean(numbers: Sequence[Fraction]) -> Fraction:
    return sum(numbers, Fraction()) / len(numbers)


def limits(values: Iterable[Decimal | int | None], screen_outliers: bool = SCREENED) -> Limits | None:
    """The mean and limits of variation of a series (XmR chart).

    Parameters
    ----------
    values : iterable of Decimal, int or None
        A value a month in order of time, unrounded; none where nothing was reported.
    screen_outliers : bool
        Whether moving ranges of 3.267 times their mean or more are left out, once, before the limits are made: what the
        R package does by default; the Excel tool of the NHS does not.

    Returns
    -------
    Limits or None
        In the unit of the values; none for fewer than three values, or where no two follow each other.

    Raises
    ------
    TypeError
        If a value is a float.

    Notes
    -----
    Rule: mean of the values, and 2.66 times the mean moving range on either side; near limits at two thirds of that
    (NHSRplotthedots, ``ptd_spc_standard.R``). As there, a missing month is left out of the mean, and there is no moving
    range from the month before it or to the month after.

    Examples
    --------
    >>> found = limits([10, 12, 10, 12, 10])
    >>> found.mean, found.lower, found.upper
    (Decimal('10.8'), Decimal('5.48'), Decimal('16.12'))
    """
    held = [None if value is None else _exact(value) for value in values]
    known = [value for value in held if value is not None]
    ranges = [abs(after - before) for before, after in pairwise(held) if before is not None and after is not None]
    if len(known) < _LEAST or not ranges:
        return None
    kept = ranges
    if screen_outliers:
        kept = [moved for moved in ranges if moved < _FREAK * _mean(ranges)] or ranges  # none is less than nought
    mean, reach = _mean(known), _WIDTH * _mean(kept)
    edges = (mean, mean - reach, mean + reach, mean - reach * 2 / 3, mean + reach * 2 / 3)
    middle, lower, upper, near_lower, near_upper = map(_decimal, edges)
    return Limits(middle, lower, upper, near_lower, near_upper, len(known), len(ranges) - len(kept))


def _sign(number: Decimal | int) -> int:
    return (number > 0) - (number < 0)


def _in_runs(signs: Sequence[int | None], length: int) -> set[int]:
    """Places in runs of at least so many equal signs; nought and a missing sign are in none and end one."""
    found, start = set(), 0
    for sign, run in groupby(signs):
        end = start + len(list(run))
        if sign and end - start >= length:
            found |= set(range(start, end))
        start = end
    return found


def _trends(values: Sequence[Decimal | int | None]) -> dict[int, int]:
    """Places of points in trends with their direction; of a point where two meet, that of the later."""
    steps = [None if before is None or after is None else _sign(after - before) for before, after in pairwise(values)]
    directions = {place: step for place, step in enumerate(steps) if step is not None}
    return {place: directions[step] for step in sorted(_in_runs(steps, _RUN - 1)) for place in (step, step + 1)}


def _near(values: Sequence[Decimal | int | None], sides: Sequence[int | None], held: Limits) -> set[int]:
    """Places of points between near limit and limit, where one of two neighbours is as well, all on one side."""
    near = {
        place
        for place, value in enumerate(values)
        if value is not None and (held.lower <= value < held.near_lower or held.near_upper < value <= held.upper)
    }
    found: set[int] = set()
    for start in range(len(values) - 2):
        three = range(start, start + 3)
        among = near.intersection(three)
        if len(among) >= 2 and {sides[place] for place in three} in ({1}, {-1}):
            found |= among
    return found


def special_causes(values: Sequence[Decimal | int | None], held: Limits | None) -> list[Cause | None]:
    """Of each point the first rule that it trips, or that its variation is of common cause.

    Parameters
    ----------
    values : sequence of Decimal, int or None
        A value a month in order of time, unrounded; none where nothing was reported.
    held : Limits or None
        Their limits.

    Returns
    -------
    list of (Cause or None)
        A cause a value; none for a missing value, and for all of them without limits.

    Notes
    -----
    Rule: in this order (1) outside the limits; (2) one of seven or more points that each rise, or each fall; (3) two of
    three points in a row beyond the same near limit and within the limit, the third on the same side of the mean: only
    those near are meant; (4) one of seven or more points in a row on one side of the mean, which a point exactly on the
    mean ends; (5) common cause (NHSRplotthedots, ``ptd_calculate_point_type.R``). A missing month ends every run: what
    the R package makes of one is a fault known to its authors (its issue 156).

    Examples
    --------
    >>> months = [10, 12, 10, 12, 10, 30]
    >>> special_causes(months, limits([10, 12, 10, 12, 10]))[-2:]
    [Cause(rule='common cause', side=-1), Cause(rule='outside the limits', side=1)]
    """
    if held is None:
        return [None] * len(values)
    sides = [None if value is None else _sign(value - held.mean) for value in values]
    trends, near, shifts = _trends(values), _near(values, sides, held), _in_runs(sides, _RUN)
    found: list[Cause | None] = []
    for place, (value, side) in enumerate(zip(values, sides, strict=True)):
        if value is None or side is None:
            found.append(None)
        elif not held.lower <= value <= held.upper:
            found.append(Cause(OUTSIDE, side))
        elif place in trends:
            found.append(Cause(TREND, trends[place]))
        else:
            found.append(Cause(NEAR if place in near else SHIFT if place in shifts else COMMON, side))
    return found


def _better(polarity: str) -> int:
    if polarity not in _BETTER:
        raise ValueError(f"{polarity!r} is not a polarity: " + ", ".join(_BETTER))
    return _BETTER[polarity]


def variation(rule: str, side: int, polarity: str) -> str:
    """What a point says of the KPI.

    Parameters
    ----------
    rule : str
        Rule of its :class:`Cause`.
    side : int
        Side of its cause.
    polarity : str
        ``higher is better``, ``lower is better``, ``not stated`` or ``not rated``.

    Returns
    -------
    str
        ``common cause``; of a special cause ``improvement`` or ``concern``, and where no way is better ``high`` or
        ``low``.

    Raises
    ------
    ValueError
        If the polarity is unknown.

    Notes
    -----
    Rule: side of the mean, or direction of the trend, times polarity (NHSRplotthedots, ``ptd_point_type``).

    Examples
    --------
    >>> [variation(OUTSIDE, 1, polarity) for polarity in ("higher is better", "lower is better", "not stated")]
    ['improvement', 'concern', 'high']
    """
    better = _better(polarity)
    if rule == COMMON:
        return COMMON
    if not better:
        return "high" if side > 0 else "low"
    return "improvement" if side == better else "concern"


def assurance(target: Decimal | int | None, held: Limits | None, polarity: str) -> str | None:
    """Whether a KPI that goes on as it is will meet its target.

    Parameters
    ----------
    target : Decimal, int or None
        The target, in the unit of the values.
    held : Limits or None
        The limits now in force.
    polarity : str
        ``higher is better``, ``lower is better``, ``not stated`` or ``not rated``.

    Returns
    -------
    str or None
        ``consistently passes`` or ``consistently fails`` where the target lies beyond a limit, else ``hit and miss``;
        none without a target, limits or a better side.

    Raises
    ------
    ValueError
        If the polarity is unknown.

    Notes
    -----
    Rule: NHSRplotthedots, ``ptd_calculate_assurance_type.R``; a target exactly on a limit is hit and missed.

    Examples
    --------
    >>> held = limits([10, 12, 10, 12, 10])
    >>> [assurance(target, held, "higher is better") for target in (5, 11, 17)]
    ['consistently passes', 'hit and miss', 'consistently fails']
    """
    better = _better(polarity)
    if target is None or held is None or not better:
        return None
    beyond = (target > held.upper) - (target < held.lower)
    return {0: "hit and miss", better: "consistently fails", -better: "consistently passes"}[beyond]


class _Month(NamedTuple):
    """One month of a KPI: its row, whether it is of the year itself, its value, and what variation makes of it."""

    row: Mapping[str, Any]
    in_year: bool
    value: Decimal | None
    limits: Limits | None
    cause: Cause | None


def _rows_of(frame: pd.DataFrame | None, kpi: str) -> list[dict[str, Any]]:
    """Rows of one KPI; a value of a whole year is no month."""
    if frame is None:
        return []
    return [row for row in records_of(frame[frame["kpi"] == kpi].astype(object)) if len(row["period"]) > 4]


def stretches(periods: Sequence[str], rebases: Iterable[str]) -> list[int]:
    """The number of the stretch of months with limits in common that each month lies in.

    Parameters
    ----------
    periods : sequence of str
        Months in order of time.
    rebases : iterable of str
        Months from which limits begin anew.

    Examples
    --------
    >>> stretches(["2001-01", "2001-02", "2001-03"], ["2001-02"])
    [0, 1, 1]
    """
    anew = [first_day(month) for month in rebases]
    return [sum(month <= first_day(period) for month in anew) for period in periods]


def _count(period: str) -> int:
    """Months from the beginning of time."""
    day = first_day(period[:7])
    return 12 * day.year + day.month - 1


def every_month(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The months of one KPI in order of time, with an empty row for each month between them that has none.

    A month that nobody entered ends a run of months as one that was entered without a value does.

    Parameters
    ----------
    rows : iterable of Mapping
        Rows of the KPI with ``kpi, period``, a row a month.

    Returns
    -------
    list of Mapping
        The rows as they are; of an empty one every other cell is none.

    Examples
    --------
    >>> every_month([dict(kpi="A", period="2001-03", value=5), dict(kpi="A", period="2001-01", value=4)])[1:]
    [{'kpi': 'A', 'period': '2001-02', 'value': None}, {'kpi': 'A', 'period': '2001-03', 'value': 5}]
    """
    rows = list(rows)
    counts = {_count(row["period"]) for row in rows}
    absent = set(range(min(counts, default=0), max(counts, default=0))) - counts
    empty = [{**dict.fromkeys(rows[0]), "kpi": rows[0]["kpi"], "period": f"{count // 12:04}-{count % 12 + 1:02}"}
             for count in absent]  # fmt: skip
    return sorted([*rows, *empty], key=lambda row: last_day(row["period"]))


def _months(
    kpi: Mapping[str, Any], values: pd.DataFrame, history: pd.DataFrame | None, rebases: pd.DataFrame | None
) -> list[_Month]:
    """The months of one KPI in order of time; limits begin anew where a rebase says so, and no run reaches across."""
    of_year = _rows_of(values, kpi["kpi"])
    begins = min((year_of(last_day(row["period"])).start for row in of_year), default=date.max)
    rows = every_month([*_rows_of(history, kpi["kpi"]), *of_year])
    held = [(row, last_day(row["period"]) >= begins) for row in rows]
    anew = [] if rebases is None else rebases.loc[rebases["kpi"] == kpi["kpi"], "month"]
    numbers = stretches([row["period"] for row, _ in held], anew)
    found = []
    for number in sorted(set(numbers)):
        part = [pair for pair, of in zip(held, numbers, strict=True) if of == number]
        own = [ratings.own_value(row) if kpi["unit"] == "per cent" else None for row, _ in part]
        of_part = None if kpi["period_kind"] in _OVERLAPPING else limits(own)
        causes = special_causes(own, of_part)
        found += [_Month(*pair, value, of_part, cause) for pair, value, cause in zip(part, own, causes, strict=True)]
    return found


def _said(kpi: Mapping[str, Any], month: _Month) -> dict[str, Any]:
    """Variation, rule and whether limits are on trial, of one month."""
    return {
        "variation": variation(*month.cause, kpi["polarity"]) if month.cause else None,
        "rule": month.cause.rule if month.cause and month.cause.rule != COMMON else None,
        "trial": "yes" if month.limits and month.limits.on_trial else None,
    }


def _no_limits(kpi: Mapping[str, Any]) -> str:
    """Why a KPI that has a value has no limits."""
    if kpi["period_kind"] in _OVERLAPPING:
        return f"values of the kind {kpi['period_kind']} overlap"
    return "too few months that follow each other"


def _status(kpi: Mapping[str, Any], month: _Month) -> str | None:
    """Rating of a month of the year; what was reported but gives no value is not rated, as for the year."""
    if not month.in_year:
        return None
    if month.value is None and any(month.row[name] is not None for name in ("numerator", "denominator", "value")):
        return "not rated"
    return ratings.rating(month.value, kpi["target"], kpi["tolerance"], kpi["polarity"])


def kpi_months(
    kpis: pd.DataFrame,
    kpi_values: pd.DataFrame,
    kpi_history: pd.DataFrame | None = None,
    kpi_rebases: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every KPI month by month: value, rating and variation, with the limits in force.

    Parameters
    ----------
    kpis : DataFrame
        Columns ``kpi, name, unit, polarity, target, tolerance, period_kind``; the tolerance is an absolute level.
    kpi_values : DataFrame
        Columns ``kpi, period, numerator, denominator, value, source``, one row a KPI and month of the year.
    kpi_history : DataFrame, optional
        The same of the months before the year: they enter the limits and are not rated.
    kpi_rebases : DataFrame, optional
        Columns ``kpi, month``: months from which limits are computed anew.

    Returns
    -------
    DataFrame
        ``kpi, name, period, numerator, denominator, value, target, tolerance, status, variation, rule, mean, lower,
        upper, trial, source``, one row a KPI and month, those between that no row is of included (:func:`every_month`),
        which are not reported and have no source. ``value``, ``mean``, ``lower`` and ``upper`` per cent,
        unrounded, and not held between 0 and 100; ``status`` as of :func:`ncthelpers.kpis.rating`, none before the year;
        ``trial`` is ``yes`` for limits of fewer than :data:`TRIAL` values. A KPI whose unit is not per cent has no value,
        and one whose values are for the year to date or rolling 12 months, so that they overlap, has no limits.

    Raises
    ------
    TypeError
        If a number is a float.
    ValueError
        If a tolerance is better than its target, or a polarity is unknown.

    Notes
    -----
    Rule: as :func:`limits` and :func:`special_causes`, with :data:`SCREENED`.

    Examples
    --------
    >>> kpis = pd.DataFrame(dict(kpi=["A"], name=["Visits"], unit=["per cent"], polarity=["higher is better"],
    ...                          target=[Decimal(60)], tolerance=[Decimal(50)], period_kind=["month"]))
    >>> months = pd.DataFrame([("A", f"2001-0{n}", 6, 10, None, "report:2/2") for n in range(1, 8)],
    ...                       columns=["kpi", "period", "numerator", "denominator", "value", "source"], dtype=object)
    >>> kpi_months(kpis, months)[["period", "value", "status", "variation", "trial"]].values.tolist()[-1]
    ['2001-07', Decimal('60'), 'green', 'common cause', 'yes']
    """
    rows = []
    for kpi in records_of(kpis.astype(object)):
        for month in _months(kpi, kpi_values, kpi_history, kpi_rebases):
            held = month.limits
            rows.append({
                "kpi": kpi["kpi"], "name": kpi["name"], "period": month.row["period"],
                "numerator": month.row["numerator"], "denominator": month.row["denominator"], "value": month.value,
                "target": kpi["target"], "tolerance": kpi["tolerance"], "status": _status(kpi, month),
                "mean": held and held.mean, "lower": held and held.lower, "upper": held and held.upper,
                "source": month.row["source"], **_said(kpi, month),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=_MONTHS, dtype=object)


def kpi_signals(
    kpis: pd.DataFrame,
    kpi_values: pd.DataFrame,
    kpi_history: pd.DataFrame | None = None,
    kpi_rebases: pd.DataFrame | None = None,
    states: Mapping[str, str | None] | None = None,
) -> pd.DataFrame:
    """Of every KPI its rating, its variation, whether its target can be met, and its escalation, beside each other.

    Parameters
    ----------
    kpis, kpi_values, kpi_history, kpi_rebases
        As for :func:`kpi_months`; ``kpis`` and ``kpi_values`` also as for :func:`ncthelpers.kpis.kpi_scorecard`.
    states : Mapping of str to str, optional
        Escalation state of each KPI as the year ends.

    Returns
    -------
    DataFrame
        ``kpi, name, year_value, status, why_not, period, value, variation, rule, assurance, months, trial, no_limits,
        state, source``, one row a KPI: value and rating of the year; the last month of the year that has a value, with
        its variation; assurance by the limits then in force, the number of values that these are made of, and whether
        they are on trial; or why there are no limits. Variation is made of neither rating nor state, and neither of them of it; a state
        without an open case follows from the ratings of the months.

    Raises
    ------
    TypeError, ValueError
        As :func:`kpi_months` and :func:`ncthelpers.kpis.kpi_scorecard`.

    Examples
    --------
    >>> kpis = pd.DataFrame(dict(kpi=["A"], name=["Visits"], unit=["per cent"], polarity=["higher is better"],
    ...                          target=[Decimal(60)], tolerance=[Decimal(50)], period_kind=["month"],
    ...                          rule_basis=["assumed"], source=["report:2/1"]))
    >>> months = pd.DataFrame([("A", f"2001-0{n}", 5, 10, None, "report:2/2") for n in range(1, 8)],
    ...                       columns=["kpi", "period", "numerator", "denominator", "value", "source"], dtype=object)
    >>> kpi_signals(kpis, months)[["status", "variation", "assurance", "state"]].values.tolist()
    [['amber', 'common cause', 'consistently fails', None]]
    """
    cards = {row["kpi"]: row for row in records_of(ratings.kpi_scorecard(kpis, kpi_values))}
    rows = []
    for kpi in records_of(kpis.astype(object)):
        card = cards[kpi["kpi"]]
        row = {"kpi": kpi["kpi"], "name": kpi["name"], "year_value": card["value"], "status": card["status"],
               "why_not": card["why_not"], "state": (states or {}).get(kpi["kpi"]), "source": card["source"]}  # fmt: skip
        reported = [month for month in _months(kpi, kpi_values, kpi_history, kpi_rebases)
                    if month.in_year and month.value is not None]  # fmt: skip
        if reported:
            last = reported[-1]
            row |= {"period": last.row["period"], "value": last.value, **_said(kpi, last),
                    "assurance": assurance(kpi["target"], last.limits, kpi["polarity"]),
                    "months": last.limits and last.limits.points,
                    "no_limits": None if last.limits else _no_limits(kpi)}  # fmt: skip
        rows.append(row)
    found = pd.DataFrame(rows, columns=_SIGNALS, dtype=object)
    return found.where(found.notna(), None)
