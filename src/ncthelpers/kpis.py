"""The contract's KPIs as far as sources name them: register, values of the year and status against target.

And the support-service KPIs that the councils are judged by. Everything is computed and rated unrounded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from statistics import NormalDist
from typing import Any

import pandas as pd

from ncthelpers.rounding import half_up
from ncthelpers.rows import records_of
from ncthelpers.years import last_day

__all__ = [
    "SMALL_BASE", "YearValue", "direction_of_travel", "kpi_scorecard", "longest_run_off_target", "months_on_target",
    "rating", "register_counts", "register_with_statements", "statements_by_kpi", "support_service_rates",
    "tolerance_level", "own_value", "wilson", "year_value",
]  # fmt: skip

# A percentage of fewer than this many is shown with its number and its interval, and without a word on its trend.
SMALL_BASE = 10

_NAMED = ("named", "unnamed", "not identified")
_RATED = ("higher is better", "lower is better")
_NOT_RATED = ("not stated", "not rated", "neither is better")
_SUMMED = ("month", "year")
_LAST = ("year to date", "rolling 12 months", "snapshot")
_NOT_REPORTED = "no published value"
_SCORECARD = [
    "kpi", "name", "period_kind", "period", "value", "numerator", "denominator", "interval", "target", "tolerance",
    "rule_basis", "status", "why_not", "months_on_target", "longest_run", "direction", "source",
]  # fmt: skip


def register_counts(kpis: pd.DataFrame) -> pd.DataFrame:
    """How many KPIs a source names, mentions without a name, or does not identify; and how many have a target.

    Parameters
    ----------
    kpis : DataFrame
        Columns ``kpi, named, target, polarity``.

    Returns
    -------
    DataFrame
        ``named, kpis, with_target, with_polarity``, one row a state of naming and a total.

    Examples
    --------
    >>> kpis = pd.DataFrame(dict(kpi=["A", "U1"], named=["named", "not identified"], target=[None, None],
    ...                          polarity=["higher is better", "not stated"]))
    >>> register_counts(kpis).values.tolist()[-1]
    ['All KPIs of the contract', 2, 0, 1]
    """
    groups = [(state, kpis[kpis["named"] == state]) for state in _NAMED if state in set(kpis["named"])]
    groups += [("All KPIs of the contract", kpis)]
    rows = [(name, len(group), int(group["target"].notna().sum()), int((group["polarity"] != "not stated").sum()))
            for name, group in groups]  # fmt: skip
    return pd.DataFrame(rows, columns=["named", "kpis", "with_target", "with_polarity"], dtype=object)


def register_with_statements(kpis: pd.DataFrame, kpi_reported: pd.DataFrame) -> pd.DataFrame:
    """Every KPI with what the annual report says of it; a KPI that it does not speak of says so.

    Parameters
    ----------
    kpis : DataFrame
        Columns ``kpi, name, polarity, target_status``.
    kpi_reported : DataFrame
        Columns ``kpi, said, against_target, source``, any number of rows a KPI.

    Returns
    -------
    DataFrame
        ``kpi, name, polarity, target_status, said, against_target, source``: the statements of a KPI one after
        another in the order entered. No status colour is derived: without a published target nothing can be rated.

    Examples
    --------
    >>> kpis = pd.DataFrame(dict(kpi=["A"], name=["Referrals"], polarity=["higher is better"],
    ...                          target_status=["not published"], source=["report:2/1"]))
    >>> said = pd.DataFrame(columns=["kpi", "said", "against_target", "source"])
    >>> register_with_statements(kpis, said)["said"].item()
    'The report says nothing of its performance'
    """
    rows = []
    for kpi in records_of(kpis):
        statements = kpi_reported[kpi_reported["kpi"] == kpi["kpi"]]
        judged = [state for state in dict.fromkeys(statements["against_target"]) if state != "not stated"]
        rows.append({
            "kpi": kpi["kpi"], "name": kpi["name"], "polarity": kpi["polarity"], "target_status": kpi["target_status"],
            "said": " ".join(statements["said"]) or "The report says nothing of its performance",
            "against_target": "; ".join(judged) or "not stated",
            "source": " ".join(dict.fromkeys(" ".join(statements["source"]).split())) or kpi["source"],
        })  # fmt: skip
    return pd.DataFrame(
        rows, columns=["kpi", "name", "polarity", "target_status", "said", "against_target", "source"], dtype=object
    )


def statements_by_kpi(kpis: pd.DataFrame, kpi_reported: pd.DataFrame) -> pd.DataFrame:
    """Every statement of the annual report about a KPI, with the KPI's name.

    Parameters
    ----------
    kpis : DataFrame
        Columns ``kpi, name``.
    kpi_reported : DataFrame
        Columns ``kpi, point`` and what is said.

    Returns
    -------
    DataFrame
        The columns of ``kpi_reported`` and ``name``, in the order of the register of KPIs.

    Examples
    --------
    >>> kpis = pd.DataFrame(dict(kpi=["A", "B"], name=["Referrals", "Assessments"]))
    >>> statements_by_kpi(kpis, pd.DataFrame(dict(kpi=["B", "A"], point=[1, 1])))["name"].tolist()
    ['Referrals', 'Assessments']
    """
    joined = kpis[["kpi", "name"]].merge(kpi_reported, on="kpi", how="inner").astype(object)
    return joined.where(joined.notna(), None)


def support_service_rates(support_service_results: pd.DataFrame) -> pd.DataFrame:
    """Share of the support-service KPIs by outcome.

    Parameters
    ----------
    support_service_results : DataFrame
        Columns ``outcome, meaning_of, kpis, source``.

    Returns
    -------
    DataFrame
        ``outcome, meaning_of, kpis, share_pct, source`` (per cent of all, unrounded).

    Notes
    -----
    Rule: green meets or exceeds target, amber is below target and within tolerance, red is out of tolerance (annual
    report, section 3.1).

    Examples
    --------
    >>> results = pd.DataFrame(dict(outcome=["green", "amber", "red"], meaning_of="", kpis=[29, 6, 2], source=""))
    >>> round(float(support_service_rates(results)["share_pct"][0]), 3)
    78.378
    """
    rates = support_service_results.copy()
    total = sum(rates["kpis"])
    rates["share_pct"] = [Decimal(kpis) / total * 100 if total else None for kpis in rates["kpis"]]
    return rates[["outcome", "meaning_of", "kpis", "share_pct", "source"]]


def _exact(**numbers: object) -> None:
    """Refuse what is no Decimal or whole number: a float may already lie on the wrong side of a target."""
    for name, number in numbers.items():
        if number is not None and not isinstance(number, Decimal | int):
            raise TypeError(f"the {name} must be a Decimal or a whole number, not {number!r}")


def _rated(polarity: str) -> bool:
    if polarity not in _RATED + _NOT_RATED:
        raise ValueError(f"{polarity!r} is not a polarity: " + ", ".join(_RATED + _NOT_RATED))
    return polarity in _RATED


def _as_good(value: Decimal | int, level: Decimal | int, polarity: str) -> bool:
    """Whether a value is at a level or on its better side."""
    return value >= level if polarity == "higher is better" else value <= level


def rating(
    value: Decimal | int | None, target: Decimal | int | None, tolerance: Decimal | int | None, polarity: str
) -> str:
    """Status of a value against its target and tolerance.

    Parameters
    ----------
    value : Decimal, int or None
        The unrounded value; none where nothing was reported.
    target, tolerance : Decimal, int or None
        Absolute levels in the value's unit (:func:`tolerance_level` makes one of a width); none where not published.
    polarity : str
        ``higher is better``, ``lower is better``, ``not stated``, ``not rated`` or ``neither is better``.

    Returns
    -------
    str
        ``not reported`` without a value, whatever else is known; ``watched`` where neither way is better; ``not rated``
        without a target or a polarity;
        ``green`` at the target or better; ``amber`` worse than the target but at the tolerance or better; ``red``
        beyond the tolerance. A value worse than its target whose tolerance is not published is ``not rated``:
        amber and red cannot be told apart.

    Raises
    ------
    TypeError
        If a number is a float.
    ValueError
        If the polarity is unknown, or the tolerance is better than the target.

    Notes
    -----
    Rule: green meets or exceeds target, amber is below target and within tolerance, red is out of tolerance (annual
    report, section 3.1, of the support services). That a value exactly on a level counts as reaching it is assumed.

    Examples
    --------
    >>> [rating(Decimal(value), 45, 40, "higher is better") for value in ("45", "40", "39.3")]
    ['green', 'amber', 'red']
    >>> rating(Decimal("39.3"), 45, None, "higher is better")
    'not rated'
    """
    if value is None:
        return "not reported"
    _exact(value=value, target=target, tolerance=tolerance)
    if polarity == "neither is better":
        return "watched"
    if not _rated(polarity) or target is None:
        return "not rated"
    if tolerance is not None and tolerance != target and _as_good(tolerance, target, polarity):
        raise ValueError(f"the tolerance {tolerance} is better than the target {target} ({polarity})")
    if _as_good(value, target, polarity):
        return "green"
    if tolerance is None:
        return "not rated"
    return "amber" if _as_good(value, tolerance, polarity) else "red"


def tolerance_level(
    target: Decimal | int | None, tolerance: Decimal | int | None, given_as: str, polarity: str
) -> Decimal | int | None:
    """The absolute level of a tolerance, converted once: never take a width off each value that is rated.

    Parameters
    ----------
    target : Decimal, int or None
        The target.
    tolerance : Decimal, int or None
        The tolerance as printed: a level, or a width of nought or more.
    given_as : str
        ``level`` (already absolute), ``points`` (a width in the target's unit) or ``per cent`` (a width in per cent of
        the target).
    polarity : str
        ``higher is better`` puts the level below the target, ``lower is better`` above it.

    Returns
    -------
    Decimal, int or None
        The level in the target's unit; none where target or tolerance is.

    Raises
    ------
    TypeError
        If a number is a float.
    ValueError
        If ``given_as`` is unknown, a width is negative, or the polarity does not say on which side the level lies.

    Examples
    --------
    >>> tolerance_level(Decimal(45), Decimal(5), "points", "higher is better")
    Decimal('40')
    >>> tolerance_level(Decimal(20), Decimal(10), "per cent", "lower is better")
    Decimal('22')
    """
    _exact(target=target, tolerance=tolerance)
    if given_as not in {"level", "points", "per cent"}:
        raise ValueError(f"{given_as!r} is not how a tolerance is given: level, points, per cent")
    if target is None or tolerance is None:
        return None
    if given_as == "level":
        return tolerance
    if tolerance < 0:
        raise ValueError(f"the tolerance {tolerance} is a width and cannot be negative")
    if not _rated(polarity):
        raise ValueError("on which side of the target the tolerance lies cannot be told: the polarity is not stated")
    width = tolerance if given_as == "points" else abs(Decimal(target)) * tolerance / 100
    return target - width if polarity == "higher is better" else target + width


@dataclass(frozen=True)
class YearValue:
    """A KPI's value for the year, or why it has none.

    Parameters
    ----------
    value : Decimal or None
        In per cent, unrounded, where it comes from counts; otherwise as printed.
    numerator, denominator : Decimal, int or None
        The counts it comes from.
    period : str or None
        The period it covers, such as ``2021-04 to 2022-03``.
    reason : str
        Why there is no value; empty if there is one.
    """

    value: Decimal | None
    numerator: Decimal | int | None
    denominator: Decimal | int | None
    period: str | None
    reason: str = ""


def _has_counts(row: Mapping[str, Any]) -> bool:
    return row["numerator"] is not None and row["denominator"] is not None


def _reported(row: Mapping[str, Any]) -> bool:
    return _has_counts(row) or row["value"] is not None


def _per_cent(numerator: Decimal | int, denominator: Decimal | int) -> Decimal | None:
    return Decimal(100) * numerator / denominator if denominator else None


def own_value(row: Mapping[str, Any]) -> Decimal | None:
    """A period's own value: from its counts, or as printed where it has none."""
    return _per_cent(row["numerator"], row["denominator"]) if _has_counts(row) else row["value"]


def _whole_year(row: Mapping[str, Any]) -> bool:
    return len(row["period"]) == 4


def _in_time(kpi_values: pd.DataFrame) -> list[dict[str, Any]]:
    return sorted(records_of(kpi_values), key=lambda row: (last_day(row["period"]), row["period"]))


def _from_counts(numerator: Decimal | int, denominator: Decimal | int, period: str) -> YearValue:
    value = _per_cent(numerator, denominator)
    reason = "not applicable: the denominator is nought" if value is None else ""
    return YearValue(value, numerator, denominator, period, reason)


def year_value(kpi_values: pd.DataFrame, kind: str) -> YearValue:
    """A KPI's value for the year, by the kind of period that its values cover.

    Parameters
    ----------
    kpi_values : DataFrame
        The rows of one KPI and year. Columns ``period, numerator, denominator, value``.
    kind : str
        ``month`` and ``year``: the sum of the numerators over the sum of the denominators. ``year to date``,
        ``rolling 12 months`` and ``snapshot``: the last reported period's own figure, for its counts hold the earlier
        ones already. ``not stated``: none, unless a row gives the whole year.

    Returns
    -------
    YearValue
        Per cent, unrounded, with its counts. A row whose period is a whole year is the year's own figure for any kind.
        A denominator of nought gives no value, neither 0 nor 100. Months without any figure are left out of the sum.

    Raises
    ------
    ValueError
        If the kind is unknown.

    Notes
    -----
    Rule: the year's value of a ratio is never the mean of its monthly percentages, because months differ in size.

    Examples
    --------
    >>> months = pd.DataFrame([("2021-04", 9, 10, None), ("2021-05", 10, 40, None)],
    ...                       columns=["period", "numerator", "denominator", "value"], dtype=object)
    >>> year_value(months, "month").value, year_value(months, "snapshot").value
    (Decimal('38'), Decimal('25'))
    """
    if kind not in (*_SUMMED, *_LAST, "not stated"):
        raise ValueError(f"{kind!r} is not a kind of period")
    rows = [row for row in _in_time(kpi_values) if _reported(row)]
    if not rows:
        return YearValue(None, None, None, None, _NOT_REPORTED)
    whole = [row for row in rows if _whole_year(row)]
    if whole or kind in _LAST:
        row = (whole or rows)[-1]
        if _has_counts(row):
            return _from_counts(row["numerator"], row["denominator"], row["period"])
        return YearValue(row["value"], None, None, row["period"])
    ends = list(dict.fromkeys([rows[0]["period"], rows[-1]["period"]]))
    period = " to ".join(ends)
    if kind == "not stated":
        return YearValue(None, None, None, period, "not stated what period a value covers")
    if not all(_has_counts(row) for row in rows):
        return YearValue(None, None, None, period, "monthly percentages are not averaged")
    return _from_counts(sum(row["numerator"] for row in rows), sum(row["denominator"] for row in rows), period)


def wilson(numerator: Decimal | int, denominator: Decimal | int, confidence: int = 95) -> tuple[Decimal, Decimal]:
    """The Wilson interval of a percentage: how far so few cases let its level be known.

    Parameters
    ----------
    numerator, denominator : int or whole Decimal
        Those counted, and those they are counted among (one or more).
    confidence : int
        Level of confidence, per cent.

    Returns
    -------
    (Decimal, Decimal)
        Lower and upper end, per cent, unrounded.

    Raises
    ------
    TypeError
        If a count is a float.
    ValueError
        If the counts are not whole, the denominator is nought, the numerator is not between 0 and the denominator, or
        the confidence is not between 0 and 100.

    Notes
    -----
    Rule: score interval of E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209-212.

    Examples
    --------
    >>> [half_up(end, 1) for end in wilson(8, 10)]
    [Decimal('49.0'), Decimal('94.3')]
    """
    _exact(numerator=numerator, denominator=denominator)
    if any(count != int(count) for count in (numerator, denominator)):
        raise ValueError(f"{numerator} of {denominator} are not whole counts")
    if not 0 <= numerator <= denominator or denominator == 0:
        raise ValueError(f"{numerator} of {denominator} is no share")
    if not 0 < confidence < 100:
        raise ValueError(f"a confidence of {confidence} per cent is not between 0 and 100")
    part, whole = Decimal(numerator), Decimal(denominator)
    z = half_up(Decimal(NormalDist().inv_cdf(0.5 + confidence / 200)), 12)
    middle = part + z * z / 2
    half = z * (part * (whole - part) / whole + z * z / 4).sqrt()
    ends = ((middle - half) / (whole + z * z) * 100, (middle + half) / (whole + z * z) * 100)
    return max(ends[0], Decimal(0)), min(ends[1], Decimal(100))


def months_on_target(
    values: Iterable[Decimal | int | None], target: Decimal | int | None, polarity: str
) -> tuple[int, int] | None:
    """How many of the reported months were at target or better.

    Parameters
    ----------
    values : iterable of Decimal, int or None
        A value a month, unrounded; none where nothing was reported.
    target : Decimal, int or None
        The target.
    polarity : str
        ``higher is better``, ``lower is better``, ``not stated`` or ``not rated``.

    Returns
    -------
    (int, int) or None
        Months on target and months reported; none without a target, a polarity or a reported month.

    Raises
    ------
    TypeError
        If a number is a float.
    ValueError
        If the polarity is unknown.

    Examples
    --------
    >>> months_on_target([Decimal(46), None, Decimal(44)], 45, "higher is better")
    (1, 2)
    """
    states = [rating(value, target, None, polarity) for value in values if value is not None]
    if not _rated(polarity) or target is None or not states:
        return None
    return states.count("green"), len(states)


def longest_run_off_target(
    values: Iterable[Decimal | int | None], target: Decimal | int | None, polarity: str
) -> int | None:
    """The most months in a row that were worse than target.

    Parameters
    ----------
    values : iterable of Decimal, int or None
        A value a month in order of time, unrounded; none where nothing was reported.
    target : Decimal, int or None
        The target.
    polarity : str
        ``higher is better``, ``lower is better``, ``not stated`` or ``not rated``.

    Returns
    -------
    int or None
        Months; a month that was not reported ends a run, for nobody can say that it was off target. None without a
        target, a polarity or a reported month.

    Raises
    ------
    TypeError
        If a number is a float.
    ValueError
        If the polarity is unknown.

    Examples
    --------
    >>> longest_run_off_target([44, 43, None, 44, 46], 45, "higher is better")
    2
    """
    values = list(values)
    if target is None or months_on_target(values, target, polarity) is None:
        return None
    off = [value is not None and not _as_good(value, target, polarity) for value in values]
    return max((len(list(run)) for missed, run in groupby(off) if missed), default=0)


def direction_of_travel(before: Decimal | int | None, now: Decimal | int | None, polarity: str) -> str | None:
    """Which way a value went, on unrounded values.

    Parameters
    ----------
    before, now : Decimal, int or None
        The earlier and the later value.
    polarity : str
        ``higher is better``, ``lower is better``, ``not stated`` or ``not rated``.

    Returns
    -------
    str or None
        ``better``, ``worse`` or ``no change``; ``higher`` or ``lower`` where which way is better is not known. None
        where either value is missing.

    Raises
    ------
    TypeError
        If a value is a float.
    ValueError
        If the polarity is unknown.

    Examples
    --------
    >>> direction_of_travel(Decimal("20.1"), Decimal("20.4"), "lower is better")
    'worse'
    >>> direction_of_travel(Decimal("20.1"), Decimal("20.4"), "not stated")
    'higher'
    """
    _exact(before=before, now=now)
    rated = _rated(polarity)
    if before is None or now is None:
        return None
    if now == before:
        return "no change"
    if not rated:
        return "higher" if now > before else "lower"
    return "better" if _as_good(now, before, polarity) else "worse"


def _small(row: Mapping[str, Any]) -> bool:
    return row["denominator"] is not None and row["denominator"] < SMALL_BASE


def _interval(year: YearValue) -> str | None:
    """The interval of a small base in words; none for a larger base and for what is no share of whole counts."""
    cases, base = year.numerator, year.denominator
    if year.value is None or cases is None or base is None or base >= SMALL_BASE or cases > base:
        return None
    if any(count != int(count) for count in (cases, base)):
        return None
    low, high = wilson(cases, base)
    return f"{half_up(low, 1)} to {half_up(high, 1)}"


def _why_not(kpi: Mapping[str, Any], year: YearValue) -> str | None:
    reasons = [
        (year.reason, year.value is None),
        ("no published target", kpi["target"] is None),
        ("not stated which way is better", not _rated(kpi["polarity"])),
    ]
    stated = "; ".join(reason for reason, holds in reasons if holds)
    return stated or "worse than target, and without a published tolerance amber and red cannot be told apart"


def _direction(months: Sequence[Mapping[str, Any]], polarity: str) -> str | None:
    """Direction from the last period but one to the last; no word where either has a small base."""
    if len(months) < 2 or any(_small(row) for row in months[-2:]):
        return None
    before, now = (own_value(row) for row in months[-2:])
    return direction_of_travel(before, now, polarity)


def kpi_scorecard(kpis: pd.DataFrame, kpi_values: pd.DataFrame) -> pd.DataFrame:
    """Every KPI of the register with its value for the year, its status and how its months went.

    Parameters
    ----------
    kpis : DataFrame
        Columns ``kpi, name, unit, polarity, target, tolerance, period_kind, rule_basis, source``; the tolerance is an
        absolute level.
    kpi_values : DataFrame
        Columns ``kpi, period, numerator, denominator, value, source``, one row a KPI and period; may have no row.

    Returns
    -------
    DataFrame
        ``kpi, name, period_kind, period, value, numerator, denominator, interval, target, tolerance, rule_basis,
        status, why_not, months_on_target, longest_run, direction, source``, one row a KPI. ``value`` per cent,
        unrounded; ``interval`` only for a denominator below :data:`SMALL_BASE`; ``status`` as of :func:`rating`, with
        the reason in ``why_not`` where there is no colour; ``direction`` from the last period but one to the last, and
        none where one of the two has a small base. A KPI whose unit is not per cent has no value.

    Raises
    ------
    TypeError
        If a number is a float.
    ValueError
        If a tolerance is better than its target, or a polarity or kind of period is unknown.

    Examples
    --------
    >>> kpis = pd.DataFrame(dict(kpi=["A"], name=["Complaints"], unit=["per cent"], polarity=["higher is better"],
    ...                          target=[Decimal(75)], tolerance=[Decimal(70)], period_kind=["month"],
    ...                          rule_basis=["assumed"], source=["report:2/1"]))
    >>> months = pd.DataFrame([("A", "2021-04", 4, 4, None, "report:2/2"), ("A", "2021-05", 4, 6, None, "report:2/2")],
    ...                       columns=["kpi", "period", "numerator", "denominator", "value", "source"], dtype=object)
    >>> card = kpi_scorecard(kpis, months)
    >>> card[["value", "interval", "status", "months_on_target", "longest_run"]].values.tolist()
    [[Decimal('80'), None, 'green', '1 of 2', 1]]
    >>> kpi_scorecard(kpis, months[:0])[["status", "why_not"]].values.tolist()
    [['not reported', 'no published value']]
    """
    rows = []
    for kpi in records_of(kpis.astype(object)):
        held = kpi_values[kpi_values["kpi"] == kpi["kpi"]].astype(object)
        periods = _in_time(held)
        year = year_value(held, kpi["period_kind"])
        months = [row for row in periods if not _whole_year(row)]
        if kpi["unit"] != "per cent" and year.reason != _NOT_REPORTED:
            year = YearValue(None, year.numerator, year.denominator, year.period, "not stated what unit it is in")
            months = []
        values = [own_value(row) for row in months]
        on_target = months_on_target(values, kpi["target"], kpi["polarity"])
        status = rating(year.value, kpi["target"], kpi["tolerance"], kpi["polarity"])
        if year.value is None and year.reason != _NOT_REPORTED:
            status = "not rated"  # something was reported, only no value for the year can be made of it
        rows.append({
            "kpi": kpi["kpi"], "name": kpi["name"], "period_kind": kpi["period_kind"], "period": year.period,
            "value": year.value, "numerator": year.numerator, "denominator": year.denominator,
            "interval": _interval(year), "target": kpi["target"], "tolerance": kpi["tolerance"],
            "rule_basis": kpi["rule_basis"], "status": status,
            "why_not": _why_not(kpi, year) if status.startswith("not ") else None,
            "months_on_target": f"{on_target[0]} of {on_target[1]}" if on_target else None,
            "longest_run": longest_run_off_target(values, kpi["target"], kpi["polarity"]),
            "direction": _direction(months, kpi["polarity"]),
            "source": " ".join(dict.fromkeys(" ".join([kpi["source"], *(row["source"] for row in periods)]).split())),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=_SCORECARD, dtype=object)
