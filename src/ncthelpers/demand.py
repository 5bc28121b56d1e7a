"""Demand between two dates: change and growth where both ends are published, direction where only that is."""

from decimal import Decimal

import pandas as pd

from ncthelpers import benchmarks, official
from ncthelpers.rows import records_of
from ncthelpers.years import last_day, year_of

__all__ = ["demand_change", "implied_pupils", "forecast_outcomes"]


def demand_change(demand: pd.DataFrame) -> pd.DataFrame:
    """Change and growth of each demand measure.

    Parameters
    ----------
    demand : DataFrame
        Columns ``measure, title, start, end, value_start, value_end, direction, printed_change_pct, status, source``.

    Returns
    -------
    DataFrame
        ``measure, title, start, end, value_start, value_end, change, change_pct, printed_change_pct, direction, status,
        source`` (the measure's unit; per cent of the start, unrounded). Without both values there is no change. Demand
        is never rated: more of it is neither good nor bad performance.

    Examples
    --------
    >>> row = dict(measure="cic", title="Children in care", start="2018-03", end="2022-03", value_start=Decimal(1094),
    ...            value_end=Decimal(1184), direction="increase", printed_change_pct=Decimal(8), status="actual", source="")
    >>> change = demand_change(pd.DataFrame([row]))
    >>> change["change"].item(), round(float(change["change_pct"].item()), 2)
    (Decimal('90'), 8.23)
    """
    changes = demand.copy()
    changes["change"] = [
        None if first is None or last is None else last - first
        for first, last in zip(changes["value_start"], changes["value_end"], strict=True)
    ]
    changes["change_pct"] = [
        None if change is None or not first else Decimal(change) / Decimal(first) * 100
        for change, first in zip(changes["change"], changes["value_start"], strict=True)
    ]
    columns = [
        "measure",
        "title",
        "start",
        "end",
        "value_start",
        "value_end",
        "change",
        "change_pct",
        "printed_change_pct",
        "direction",
        "status",
        "source",
    ]
    return changes[columns].astype(object)


def implied_pupils(pupil_forecasts: pd.DataFrame) -> pd.DataFrame:
    """The number of pupils that a forecast change and its percentage together imply as the start.

    Parameters
    ----------
    pupil_forecasts : DataFrame
        Columns ``area, phase, direction, change, change_pct, period_end, source``.

    Returns
    -------
    DataFrame
        ``area, phase, direction, change, change_pct, period_end, implied_start, source`` (pupils, unrounded). The
        percentages are printed to two places, so the start is only good to about a hundred pupils.

    Examples
    --------
    >>> row = dict(area="a", phase="primary", direction="decrease", change=1104, change_pct=Decimal("3.08"),
    ...            period_end="2026/27", source="")
    >>> round(float(implied_pupils(pd.DataFrame([row]))["implied_start"].item()))
    35844
    """
    starts = pupil_forecasts.copy()
    starts["implied_start"] = [
        None if change is None or not percentage else Decimal(change) / percentage * 100
        for change, percentage in zip(starts["change"], starts["change_pct"], strict=True)
    ]
    columns = ["area", "phase", "direction", "change", "change_pct", "period_end", "implied_start", "source"]
    return starts[columns].astype(object)


def forecast_outcomes(demand: pd.DataFrame, statistics: benchmarks.Statistics) -> pd.DataFrame:
    """Each forecast of an earlier year beside the official figure that came.

    Parameters
    ----------
    demand : DataFrame
        Columns ``contract_year, title, end, value_end, status, official_measure, source``: rows of every year, a
        forecast's ``end`` being the day or month that it is for.
    statistics : Statistics
        Official statistics and the areas of the contract's councils.

    Returns
    -------
    DataFrame
        ``contract_year, title, end, forecast, came, basis, error, error_pct, last_known, last_known_error, definition,
        source``: ``error`` is forecast less outcome, in the measure's unit, ``error_pct`` per cent of the outcome,
        unrounded. ``last_known`` is the official figure of the year of the forecast: a forecast of no change, which any
        method must beat. A forecast whose day has
        no official figure yet has no outcome. The local count and the official one are two definitions, which
        ``definition`` says: a miss within their difference is no miss.

    Examples
    --------
    See ``tests/test_demand.py``.
    """
    rows = []
    for row in records_of(demand[demand["status"] == "forecast"]):
        if row["value_end"] is None or row["official_measure"] is None:
            continue
        came = official.figure(statistics, row["official_measure"], str(year_of(last_day(row["end"]))))
        known = official.figure(statistics, row["official_measure"], row["contract_year"])
        error = None if came.value is None else row["value_end"] - came.value
        rows.append({
            **{name: row[name] for name in ("contract_year", "title", "end", "source")},
            "forecast": row["value_end"], "came": came.value, "basis": came.basis or came.reason, "error": error,
            "error_pct": None if error is None or not came.value else Decimal(error) / Decimal(came.value) * 100,
            "last_known": known.value,
            "last_known_error": None if came.value is None or known.value is None else known.value - came.value,
            "definition": "The forecast is of the trust's own count, the outcome is the official one.",
        })  # fmt: skip
    return pd.DataFrame(rows, columns=["contract_year", "title", "end", "forecast", "came", "basis", "error", "error_pct",
                                       "last_known", "last_known_error", "definition", "source"], dtype=object)  # fmt: skip
