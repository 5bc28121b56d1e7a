"""Forecasts of a yearly count by simple methods, and how far each would have been out in years whose figure has come.

No forecast stands alone: beside it stand its interval, a forecast of no change, and what the same method would have
given from every earlier year. A method takes nothing that is later than the year it forecasts from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from itertools import groupby, pairwise
from types import MappingProxyType
from typing import Any, cast

import pandas as pd

from ncthelpers import benchmarks, official, wording
from ncthelpers.citations import PUBLICATIONS, citations
from ncthelpers.rounding import half_up
from ncthelpers.rows import records_of
from ncthelpers.verdicts import AGREES, CANNOT
from ncthelpers.years import ContractYear, first_day, last_day, year_of

__all__ = [
    "NAIVE", "TREND", "FLOW", "LINE", "GROWTH", "OFFICIAL", "PRINTED", "FLOWS", "LEAST", "Forecast", "FlowYear", "TooFew",
    "naive", "linear_trend", "line_at", "stock_and_flow", "years_of_flow", "back_test", "forecast_attempts", "forecast_paths",
    "forecast_backtest", "forecast_scores",
]  # fmt: skip

NAIVE, TREND, FLOW = "no change", "linear trend", "stock and flow"
LINE, GROWTH = "line through the two printed counts", "equal yearly growth between the two printed counts"
OFFICIAL, PRINTED = "official figures", "as printed"
PREDICTION = "95% prediction interval"
RANGE = "range of past starts and leaving rates, which is no statistical interval"
# Official counts of a day by the counts of those who came to it and left it in the year before.
FLOWS: Mapping[str, tuple[str, str]] = MappingProxyType({"children_looked_after": ("started_care", "left_care")})
LEAST = 3  # figures: two lie on a line whatever they are, and say nothing of how far it is out
_YEARS_OF_FLOW = 3
_PLACES = 6  # of every forecast


class TooFew(ValueError):
    """A method has too few figures to forecast from; the message says which."""


@dataclass(frozen=True)
class Forecast:
    """One forecast.

    Parameters
    ----------
    method : str
        How it is made.
    origin, year : str
        Contract years of the last figure that it takes, and that it is for.
    horizon : int
        Years between the two.
    value : Decimal
        The figure, unrounded.
    low, high : Decimal or None
        Its interval; none where there are too few figures to make one.
    interval_kind : str or None
        What the interval is.
    """

    method: str
    origin: str
    year: str
    horizon: int
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    interval_kind: str | None = None


@dataclass(frozen=True)
class FlowYear:
    """A year of a stock: who was there before, who started, who left, and who is there at its end."""

    before: Decimal
    started: Decimal
    left: Decimal
    after: Decimal


def _frame(rows: Sequence[Mapping[str, Any]], columns: str) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split(), dtype=object)


def _after(year: str, count: int) -> str:
    """The contract year so many years after one, or before it."""
    start = ContractYear(year).start
    return str(year_of(start.replace(year=start.year + count)))


def _between(first: str, last: str) -> int:
    """Number of years from one contract year to another."""
    return ContractYear(last).start.year - ContractYear(first).start.year


def _known(series: Mapping[str, Decimal | int], horizon: int, least: int) -> tuple[str, list[Decimal]]:
    """The last year of a series, and its figures in order."""
    years = sorted(series)
    if horizon < 1:
        raise ValueError("a forecast is of a year after the last figure")
    if len(years) < least:
        raise TooFew(f"it takes {wording.count_in_words(least)} or more figures")
    if years != [_after(years[0], count) for count in range(len(years))]:
        raise ValueError("a year between the first and the last figure has none")
    return years[-1], [Decimal(series[year]) for year in years]


@lru_cache
def _quantile(freedom: int) -> Decimal:
    """What Student's t stays below in 97.5 of 100 cases, so that 95 lie within it on either side."""
    from scipy.special import stdtrit  # what t.ppf of scipy.stats gives, which takes far longer to import

    return Decimal(f"{stdtrit(freedom, 0.975):.10f}")


def _made(method: str, origin: str, horizon: int, value: Decimal, half: Decimal | None = None) -> Forecast:
    """A forecast with an interval of so much on either side."""
    made = Forecast(method, origin, _after(origin, horizon), horizon, round(value, _PLACES))
    if half is None:
        return made
    return replace(made, low=round(value - half, _PLACES), high=round(value + half, _PLACES), interval_kind=PREDICTION)


def naive(series: Mapping[str, Decimal | int], horizon: int) -> Forecast:
    """The last figure again: a forecast of no change, which any other method must beat.

    Parameters
    ----------
    series : Mapping of str to Decimal or int
        Figures by contract year, no year between them left out.
    horizon : int
        Years ahead.

    Returns
    -------
    Forecast
        In the unit of the series. Its 95% prediction interval takes the yearly changes as if they had no direction: it
        widens with the square root of the years ahead. With fewer than three figures there is none.

    Raises
    ------
    TooFew
        If there is no figure.
    ValueError
        If a year between is left out, or the horizon is not one or more.

    Notes
    -----
    Rule: interval of a naive forecast (R. J. Hyndman and G. Athanasopoulos, Forecasting: Principles and Practice), with
    Student's t in the place of the normal distribution, since the changes are few.

    Examples
    --------
    >>> again = naive({"2019-20": 1157, "2020-21": 1144, "2021-22": 1183}, 2)
    >>> again.year, again.value, half_up(again.low), half_up(again.high)
    ('2023-24', Decimal('1183.000000'), Decimal('1006'), Decimal('1360'))
    """
    origin, values = _known(series, horizon, 1)
    if len(values) < LEAST:
        return _made(NAIVE, origin, horizon, values[-1])
    changes = [later - earlier for earlier, later in pairwise(values)]
    spread = (sum((change**2 for change in changes), Decimal(0)) / len(changes) * horizon).sqrt()
    return _made(NAIVE, origin, horizon, values[-1], _quantile(len(changes)) * spread)


def linear_trend(series: Mapping[str, Decimal | int], horizon: int) -> Forecast:
    """The straight line through the figures by ordinary least squares, drawn on.

    Parameters
    ----------
    series : Mapping of str to Decimal or int
        Figures by contract year, no year between them left out.
    horizon : int
        Years ahead.

    Returns
    -------
    Forecast
        In the unit of the series, with the 95% prediction interval of a single new figure.

    Raises
    ------
    TooFew
        If there are fewer than three figures: through two there is always a line.
    ValueError
        If a year between is left out, or the horizon is not one or more.

    Notes
    -----
    Rule: simple linear regression, interval of a new observation by Student's t with two degrees of freedom fewer than
    figures. It takes the figures as independent of each other, which counts of the same children are not, so it is
    rather too narrow than too wide.

    Examples
    --------
    >>> years = ["2017-18", "2018-19", "2019-20", "2020-21", "2021-22"]
    >>> line = linear_trend(dict(zip(years, [1092, 1123, 1157, 1144, 1183])), 2)
    >>> line.value, half_up(line.low), half_up(line.high)
    (Decimal('1221.000000'), Decimal('1144'), Decimal('1298'))
    """
    origin, values = _known(series, horizon, LEAST)
    count, mean = len(values), sum(values, Decimal(0)) / len(values)
    places = [place - Decimal(count - 1) / 2 for place in range(count)]  # years from the middle of the series
    spread = sum((place**2 for place in places), Decimal(0))
    slope = sum(place * value for place, value in zip(places, values, strict=True)) / spread
    ahead = places[-1] + horizon
    left = sum(((value - mean - slope * place) ** 2 for place, value in zip(places, values, strict=True)), Decimal(0))
    error = (left / (count - 2) * (1 + Decimal(1) / count + ahead**2 / spread)).sqrt()
    return _made(TREND, origin, horizon, mean + slope * ahead, _quantile(count - 2) * error)


def line_at(points: Sequence[tuple[date, Decimal]], day: date) -> Decimal:
    """The straight line through dated figures by ordinary least squares, at a day.

    Parameters
    ----------
    points : sequence of (date, Decimal)
        Figures with their days, of two days or more.
    day : date
        Day to which the line is drawn on.

    Returns
    -------
    Decimal
        In the unit of the figures, unrounded.

    Notes
    -----
    Rule: simple linear regression on the number of days, so that a leap year is a day longer than another.

    Examples
    --------
    >>> line_at([(date(2021, 4, 1), Decimal(100)), (date(2021, 4, 11), Decimal(120))], date(2021, 4, 16))
    Decimal('130')
    """
    count = Decimal(len(points))
    days, values = [Decimal(point.toordinal()) for point, _ in points], [value for _, value in points]
    mean_day, mean = sum(days) / count, sum(values) / count
    spread = sum(((one - mean_day) ** 2 for one in days), Decimal(0))
    slope = sum((one - mean_day) * (value - mean) for one, value in zip(days, values, strict=True)) / spread
    return mean + slope * (Decimal(day.toordinal()) - mean_day)


def years_of_flow(stock: Decimal, starts: Decimal, rate: Decimal, years: int) -> tuple[FlowYear, ...]:
    """A stock carried on from year to year: those who were there, and those who start, less those who leave.

    Parameters
    ----------
    stock : Decimal
        Number there at the beginning.
    starts : Decimal
        Number that starts in each year.
    rate : Decimal
        Number that leaves in a year for each one there at its beginning.
    years : int
        Number of years.

    Returns
    -------
    tuple of FlowYear
        In order. Nobody is lost or made: the last number is the first with all who started and without all who left,
        exactly. No more leave than are there.

    Examples
    --------
    >>> [(year.left, year.after) for year in years_of_flow(Decimal(1000), Decimal(400), Decimal("0.35"), 2)]
    [(Decimal('350.000000'), Decimal('1050.000000')), (Decimal('367.500000'), Decimal('1082.500000'))]
    """
    found = []
    for _ in range(years):
        left = min(round(stock * rate, _PLACES), stock + starts)
        found.append(FlowYear(stock, starts, left, stock + starts - left))
        stock = found[-1].after
    return tuple(found)


def stock_and_flow(
    stock: Mapping[str, Decimal | int],
    starts: Mapping[str, Decimal | int],
    ceases: Mapping[str, Decimal | int],
    horizon: int,
) -> Forecast:
    """The last figure carried on by those who start and those who leave, as in the last three years.

    Parameters
    ----------
    stock : Mapping of str to Decimal or int
        Number at the end of each contract year, no year between left out.
    starts, ceases : Mapping of str to Decimal or int
        Numbers that started and left in each contract year; years after the last of the stock are not looked at.
    horizon : int
        Years ahead.

    Returns
    -------
    Forecast
        ``value`` takes the mean of the starts, and as leaving rate all who left over all who were there a year before.
        ``low`` is what the fewest starts and the highest leaving rate of the same years would give in every year ahead,
        ``high`` the reverse. That is a range of what has been, and not a statistical interval: two or three years are
        too few to say how often it will hold, and errors of its own back-test are not there where a back-test begins.

    Raises
    ------
    TooFew
        If there are fewer than three figures of the stock, or one of the three years lacks a flow.
    ValueError
        If a year between is left out, or the horizon is not one or more.

    Notes
    -----
    Rule: next stock = stock + starts - stock x leaving rate. Published starts less published leavers need not be the
    change that is published, so that the method may lean to one side; its back-test shows by how much.

    Examples
    --------
    >>> stock = {"2019-20": 1000, "2020-21": 1100, "2021-22": 1200}
    >>> ahead = stock_and_flow(stock, {"2020-21": 400, "2021-22": 420}, {"2020-21": 300, "2021-22": 330}, 1)
    >>> ahead.value, ahead.low, ahead.high
    (Decimal('1250.000000'), Decimal('1240.000000'), Decimal('1260.000000'))
    """
    origin, values = _known(stock, horizon, LEAST)
    before = dict(zip(sorted(stock)[1:], values, strict=False))  # by year the figure at the end of the one before
    years = list(before)[-_YEARS_OF_FLOW:]
    if not all(year in starts and year in ceases and before[year] for year in years):
        raise TooFew("it takes starts and leavers of every one of the last years, and somebody who could leave")
    started, left = [Decimal(starts[year]) for year in years], [Decimal(ceases[year]) for year in years]
    rates = [gone / before[year] for gone, year in zip(left, years, strict=True)]

    def end(starts: Decimal, rate: Decimal) -> Decimal:
        return years_of_flow(values[-1], round(starts, _PLACES), rate, horizon)[-1].after

    value = end(sum(started, Decimal(0)) / len(years), sum(left) / sum((before[year] for year in years), Decimal(0)))
    low, high = end(min(started), max(rates)), end(max(started), min(rates))
    return replace(_made(FLOW, origin, horizon, value), low=low, high=high, interval_kind=RANGE)


def _forecasts(
    stock: Mapping[str, Any], starts: Mapping[str, Any], ceases: Mapping[str, Any], horizon: int
) -> list[Forecast]:
    """What each method gives; nothing of one that has too few figures."""
    found = []
    for method in (naive, linear_trend, partial(stock_and_flow, starts=starts, ceases=ceases)):
        with suppress(TooFew):
            found.append(method(stock, horizon=horizon))
    return found


def _held_against(forecast: Forecast, came: Decimal | int | None) -> dict[str, Any]:
    """What came, how far the forecast is above it, and whether it lies in the interval."""
    error = None if came is None else forecast.value - came
    low, high = forecast.low, forecast.high
    inside = None if came is None or low is None or high is None else low <= came <= high
    return {"came": came, "error": error, "inside": inside}


def back_test(
    stock: Mapping[str, Decimal | int], starts: Mapping[str, Decimal | int], ceases: Mapping[str, Decimal | int]
) -> pd.DataFrame:
    """What each method would have given from every earlier year for every year that has come since.

    Parameters
    ----------
    stock : Mapping of str to Decimal or int
        Number at the end of each contract year, no year between left out.
    starts, ceases : Mapping of str to Decimal or int
        Numbers that started and left in each contract year; empty where there are none.

    Returns
    -------
    DataFrame
        ``method, origin, year, horizon, value, low, high, interval_kind, came, error, inside``: one row a method, year
        to forecast from and year forecast, from the third figure on. ``error`` is forecast less outcome, ``inside``
        whether the outcome lies in the interval.

    Raises
    ------
    ValueError
        If a year between is left out.

    Examples
    --------
    >>> tested = back_test({"2018-19": 10, "2019-20": 12, "2020-21": 14, "2021-22": 17}, {}, {})
    >>> tested[["method", "origin", "year", "error"]].values.tolist()[1]
    ['linear trend', '2020-21', '2021-22', Decimal('-1.000000')]
    """
    years, rows = sorted(stock), []
    for count in range(LEAST, len(years)):
        known = {year: stock[year] for year in years[:count]}
        for year in years[count:]:
            for one in _forecasts(known, starts, ceases, _between(years[count - 1], year)):
                rows.append({**vars(one), **_held_against(one, stock[year])})
    return _frame(rows, "method origin year horizon value low high interval_kind came error inside")


# Official statistics


def _series(statistics: benchmarks.Statistics, measure: str, last: str | None) -> dict[str, Decimal]:
    """Figures for the contract's areas up to a year, back to the first year without one or a break in the series."""
    series: dict[str, Decimal] = {}
    while last and (value := official.figure(statistics, measure, last).value) is not None:
        series[last] = value
        after, last = last, _after(last, -1)
        areas = {*benchmarks.own_areas(statistics, last), *benchmarks.own_areas(statistics, after)}
        if len(benchmarks.breaks_between(statistics, measure, areas, last, after)):
            break
    return dict(sorted(series.items()))


def _flows(statistics: benchmarks.Statistics, measure: str, last: str) -> list[dict[str, Decimal]]:
    """Starts and leavers of a stock up to a year; both empty where none belong to it."""
    return [_series(statistics, flow, last) for flow in FLOWS[measure]] if measure in FLOWS else [{}, {}]


def forecast_backtest(statistics: benchmarks.Statistics) -> pd.DataFrame:
    """What each method would have given for the official counts of the contract's areas, and what came.

    Parameters
    ----------
    statistics : Statistics
        The reference tables and the contract's areas; measures used: those of :data:`FLOWS`.

    Returns
    -------
    DataFrame
        ``measure, title, unit`` and the columns of :func:`back_test` with ``decimals``, the places to show: one row a
        measure, method, year to forecast from and year forecast. The figures are those of the newest release of each
        year, also where an earlier one printed others at the time.

    Examples
    --------
    See ``tests/test_forecast.py``.
    """
    measures, years = benchmarks.measure_rows(statistics), sorted(set(statistics.official["year"]), reverse=True)
    rows = []
    for measure in (measure for measure in FLOWS if measure in measures):
        held = (year for year in years if official.figure(statistics, measure, year).value is not None)
        newest = next(held, None)
        if newest:
            tested = back_test(_series(statistics, measure, newest), *_flows(statistics, measure, newest))
            rows += [{**measures[measure], **row} for row in records_of(tested)]
    return _frame(rows, "measure title unit method origin year horizon value low high interval_kind came error inside "
                        "decimals")  # fmt: skip


def forecast_scores(forecast_backtest: pd.DataFrame) -> pd.DataFrame:
    """How far each method was out on average, by the years that it looked ahead.

    Parameters
    ----------
    forecast_backtest : DataFrame
        Columns ``measure, title, unit, method, horizon, error, inside``.

    Returns
    -------
    DataFrame
        ``measure, title, unit, method, horizon, origins, mean_absolute_error, mean_error, inside, inside_pct``: one row
        a measure, number of years ahead and method, nearest first (the measure's unit, per cent; unrounded). ``origins``
        is the number of forecasts, ``mean_error`` above nought where the method gave too many, ``inside`` the number of
        outcomes in their interval; none of them has one where ``inside`` is none.

    Notes
    -----
    Rule: mean absolute error by horizon over rolling origins.

    Examples
    --------
    >>> rows = [("children", "Children", "children", "no change", 1, Decimal(error), True) for error in (-4, 2)]
    >>> columns = ["measure", "title", "unit", "method", "horizon", "error", "inside"]
    >>> forecast_scores(pd.DataFrame(rows, columns=columns, dtype=object)).iloc[0].tolist()[5:]
    [2, Decimal('3'), Decimal('-1'), 2, Decimal('100')]
    """

    def of(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return row["measure"], row["horizon"], row["method"]

    rows = []
    for (measure, horizon, method), group in groupby(sorted(records_of(forecast_backtest), key=of), key=of):
        held = list(group)
        errors = [row["error"] for row in held]
        inside = [row["inside"] for row in held if row["inside"] is not None]
        rows.append({
            "measure": measure, "title": held[0]["title"], "unit": held[0]["unit"], "method": method, "horizon": horizon,
            "origins": len(errors), "mean_absolute_error": sum(map(abs, errors)) / len(errors),
            "mean_error": sum(errors) / len(errors), "inside": sum(inside) if inside else None,
            "inside_pct": Decimal(sum(inside)) / len(inside) * 100 if inside else None,
        })  # fmt: skip
    rows.sort(key=lambda row: (row["measure"], row["horizon"], row["mean_absolute_error"]))
    return _frame(rows, "measure title unit method horizon origins mean_absolute_error mean_error inside inside_pct")


# Forecasts that a document printed


def _printed(demand: pd.DataFrame) -> Iterator[tuple[dict[str, Any], str, int]]:
    """Each forecast of an official measure, the contract year that it is for, and the years between."""
    for row in records_of(demand[demand["status"] == "forecast"]):
        if row["value_end"] is not None and row["official_measure"] is not None:
            year = str(year_of(last_day(row["end"])))
            horizon = _between(row["contract_year"], year)
            if horizon > 0:
                yield row, year, horizon


def _about(forecast: Mapping[str, Any], year: str, statistics: benchmarks.Statistics) -> dict[str, Any]:
    """What is the same in every row of a printed forecast."""
    measure = benchmarks.measure_rows(statistics)[forecast["official_measure"]]
    kept = {name: forecast[name] for name in ("contract_year", "measure", "official_measure", "title", "end", "source")}
    return {**kept, "year": year, "unit": measure["unit"], "decimals": measure["decimals"]}


def _of_figures(
    statistics: benchmarks.Statistics, forecast: Mapping[str, Any], horizon: int
) -> Iterator[tuple[Forecast, tuple[str, ...], list[str]]]:
    """What each method gives from official figures up to the year of a forecast, with the measures and years it takes."""
    measure, origin = forecast["official_measure"], forecast["contract_year"]
    series = _series(statistics, measure, origin)
    years = list(series)
    starts, ceases = _flows(statistics, measure, origin)
    for one in _forecasts(series, starts, ceases, horizon):
        if one.method != TREND:
            yield one, (measure, *(FLOWS[measure] if one.method == FLOW else ())), years
    for count in range(LEAST, len(series) + 1):
        line = linear_trend({year: series[year] for year in years[-count:]}, horizon)
        yield (
            replace(line, method=f"{TREND} of the last {wording.count_in_words(count)} figures"),
            (measure,),
            years[-count:],
        )


def _of_printed(demand: pd.DataFrame, forecast: Mapping[str, Any], year: str, horizon: int) -> list[Forecast]:
    """What the two counts that the same document prints give: on a straight line, and by equal yearly growth."""
    own = demand[(demand["contract_year"] == forecast["contract_year"]) & (demand["measure"] == forecast["measure"])]
    actual = records_of(own[own["status"] == "actual"])
    counts = [row for row in actual if None not in (row["value_start"], row["value_end"])]
    if not counts:
        return []
    newest = max(counts, key=lambda row: last_day(row["end"]))
    start, end, day = (last_day(when) for when in (newest["start"], newest["end"], forecast["end"]))
    first, last = Decimal(newest["value_start"]), Decimal(newest["value_end"])
    if not start < end < day or min(first, last) <= 0:
        return []
    onwards = Decimal((day - end).days) / (end - start).days
    values = {LINE: line_at([(start, first), (end, last)], day), GROWTH: last * (last / first) ** onwards}
    made = partial(Forecast, origin=forecast["contract_year"], year=year, horizon=horizon)
    return [made(method, value=round(value, _PLACES)) for method, value in values.items()]


def _releases(
    statistics: benchmarks.Statistics, measures: Sequence[str], years: Sequence[str]
) -> dict[str, str | None]:
    """Titles of the releases that some figures of the contract's areas are taken from, with their dates."""
    rows = {row["publication"]: row for row in records_of(statistics.publications)}
    found: dict[str, str | None] = {}
    for measure in measures:
        for year in years:
            held = official.newest_figures(statistics, measure, year)
            for area in benchmarks.own_areas(statistics, year):
                if area in held:
                    release = rows[held[area]["publication"]]
                    found[release["title"]] = release["published"]
    return found


def _made_on(
    forecast: Mapping[str, Any], statistics: benchmarks.Statistics, documents: Mapping[tuple[str, str], str]
) -> str | None:
    """Date of the document that a forecast stands in."""
    [cited, *_] = citations(forecast["source"])
    if cited.document != PUBLICATIONS:
        return documents.get((forecast["contract_year"], cited.document))
    published = zip(statistics.publications["publication"], statistics.publications["published"], strict=True)
    return dict(published).get(cited.section)


def _out_by(published: Sequence[str | None], made_on: str | None) -> str:
    """Whether releases had come out when a document was written, as far as the two dates tell."""
    words = set()
    for when in published:
        if when is None or made_on is None:
            words.add("cannot be told")
        elif last_day(when) <= first_day(made_on):
            words.add("yes")
        else:
            words.add("no" if first_day(when) > last_day(made_on) else "cannot be told")
    if len(words) == 1:
        return words.pop()
    return "not all" if "no" in words else "cannot be told"


def forecast_attempts(
    demand: pd.DataFrame, statistics: benchmarks.Statistics, documents: Mapping[tuple[str, str], str]
) -> pd.DataFrame:
    """What each method gives for the day of a forecast that a document printed, and whether any gives that forecast.

    Parameters
    ----------
    demand : DataFrame
        Columns ``contract_year, measure, title, start, end, value_start, value_end, status, official_measure, source``:
        rows of every year, a forecast's ``end`` being the day or month that it is for.
    statistics : Statistics
        The reference tables and the contract's areas.
    documents : Mapping of (str, str) to str
        Date of each document by contract year and id.

    Returns
    -------
    DataFrame
        ``contract_year, measure, official_measure, title, end, year, forecast, method, value, low, high, interval_kind,
        difference, gives_it, verdict, came, error, inside, release, out_by_then, unit, decimals, source``: one row a
        forecast and method (the measure's unit, unrounded). Methods take the official figures up to the contract year
        of the forecast, a linear trend every number of the last of them from three on; a line and equal yearly growth
        take the two counts that the document prints. ``difference`` is the method's value less the forecast, ``error``
        that value less the outcome. ``verdict`` is of the forecast: ``agrees`` if any method gives it at the places
        printed, otherwise ``cannot be reproduced``. ``out_by_then`` says whether the releases that the figures are
        taken from had come out when the document was written: the newest of each year is taken, and what one of that
        time printed may have been another figure, or none.

    Raises
    ------
    LookupError
        If a forecast names no official measure of the reference.

    Examples
    --------
    See ``tests/test_forecast.py``.
    """
    rows = []
    for forecast, year, horizon in _printed(demand):
        about, printed = _about(forecast, year, statistics), Decimal(forecast["value_end"])
        came = official.figure(statistics, forecast["official_measure"], year).value
        made_on, attempts = _made_on(forecast, statistics, documents), []
        own: Iterator[tuple[Forecast, tuple[str, ...], list[str]]] = (
            (one, (), []) for one in _of_printed(demand, forecast, year, horizon)
        )
        for one, measures, years in (*_of_figures(statistics, forecast, horizon), *own):
            releases = _releases(statistics, measures, years)
            attempts.append({
                **about, **vars(one), **_held_against(one, came), "forecast": printed, "difference": one.value - printed,
                "gives_it": half_up(one.value, max(0, -cast("int", printed.as_tuple().exponent))) == printed,
                "release": "; ".join(releases) or None,
                "out_by_then": _out_by(list(releases.values()), made_on) if measures else None,
            })  # fmt: skip
        verdict = AGREES if any(row["gives_it"] for row in attempts) else CANNOT
        rows += [{**row, "verdict": verdict} for row in attempts]
    return _frame(rows, "contract_year measure official_measure title end year forecast method value low high interval_kind "
                        "difference gives_it verdict came error inside release out_by_then unit decimals source")  # fmt: skip


def forecast_paths(demand: pd.DataFrame, statistics: benchmarks.Statistics) -> pd.DataFrame:
    """The official figures up to the day of a printed forecast, and what each method gives from the year of it.

    Parameters
    ----------
    demand : DataFrame
        Columns ``contract_year, measure, title, end, value_end, status, official_measure, source``: rows of every year.
    statistics : Statistics
        The reference tables and the contract's areas.

    Returns
    -------
    DataFrame
        ``contract_year, measure, official_measure, title, end, method, year, value, low, high, interval_kind, came,
        error, inside, unit, decimals, source``: one row a printed forecast, line and contract year (the measure's unit,
        unrounded). A line is a method, ``official figures`` or, for one year alone, the forecast ``as printed``;
        ``error`` is its value less what came.

    Raises
    ------
    LookupError
        If a forecast names no official measure of the reference.

    Examples
    --------
    See ``tests/test_forecast.py``.
    """
    rows = []
    for forecast, last, horizon in _printed(demand):
        measure, origin = forecast["official_measure"], forecast["contract_year"]
        about, known = _about(forecast, last, statistics), _series(statistics, measure, origin)
        years = [_after(origin, count) for count in range(1, horizon + 1)]
        came = {year: official.figure(statistics, measure, year).value for year in years}
        rows += [
            {**about, "method": OFFICIAL, "year": year, "value": value} for year, value in {**known, **came}.items()
        ]
        starts, ceases = _flows(statistics, measure, origin)
        printed = Forecast(PRINTED, origin, last, horizon, Decimal(forecast["value_end"]))
        ahead = [one for count in range(1, horizon + 1) for one in _forecasts(known, starts, ceases, count)]
        rows += [{**about, **vars(one), **_held_against(one, came[one.year])} for one in (*ahead, printed)]
    paths = _frame([row for row in rows if row["value"] is not None],
                   "contract_year measure official_measure title end method year value low high interval_kind came error "
                   "inside unit decimals source")  # fmt: skip
    return paths.where(paths.notna(), None)
