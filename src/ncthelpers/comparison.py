"""Tables over several contract years, by name: the tables of each year one under the other, and those that need all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import pandas as pd

from ncthelpers import benchmarks, demand, finance, forecast, governance, official, results
from ncthelpers.cells import Column
from ncthelpers.once import once
from ncthelpers.schemas import TableSchema
from ncthelpers.yeardata import Comparison

__all__ = ["ACROSS", "YEAR", "table", "table_schema", "reason_not_reported"]

YEAR = Column("contract_year", "text", "Contract year", "Contract year that the row is from.")


def _statistics(years: Comparison) -> benchmarks.Statistics:
    return official.statistics(years.newest)


def _series(years: Comparison, use: str) -> pd.DataFrame:
    statistics = _statistics(years)
    return official.measure_series(statistics, set(statistics.official["year"]), (use,))


def _forecasts(years: Comparison) -> pd.DataFrame:
    return demand.forecast_outcomes(table(years, "demand"), _statistics(years))


def _attempts(years: Comparison) -> pd.DataFrame:
    dates = {
        (str(one.year), document["id"]): str(document["date"])
        for one in years.years
        for document in one.package.get("documents", ())
        if document.get("date")
    }
    return forecast.forecast_attempts(table(years, "demand"), _statistics(years), dates)


ACROSS: Mapping[str, Callable[[Comparison], pd.DataFrame]] = MappingProxyType({
    "measure_series": partial(_series, use="performance"),
    "demand_series": partial(_series, use="demand"),
    "performance_by_area": lambda years: official.series_by_area(_statistics(years), "performance"),
    "finance_series": lambda years: official.series_by_area(_statistics(years), "finance"),
    "implied_shares": lambda years: finance.implied_shares(official.series_by_area(_statistics(years), "finance")),
    "forecast_outcomes": _forecasts,
    "forecast_attempts": _attempts,
    "forecast_paths": lambda years: forecast.forecast_paths(table(years, "demand"), _statistics(years)),
    "forecast_backtest": lambda years: forecast.forecast_backtest(_statistics(years)),
    "forecast_scores": lambda years: forecast.forecast_scores(table(years, "forecast_backtest")),
    "revisions": lambda years: official.revisions(_statistics(years)),
    "action_counts": lambda years: governance.action_counts(table(years, "carried_actions")),
    "actions_spoken_of": lambda years: governance.actions_spoken_of(table(years, "carried_actions")),
})  # fmt: skip


def table_schema(years: Comparison, name: str) -> TableSchema:
    """What a table over the years holds, by name: of a year's table its columns with the contract year before them."""
    schema = results.table_schema(years.newest, name)
    if name in ACROSS or name in years.reference.tables:
        return schema
    shown = (YEAR.name, *schema.shown) if schema.shown else ()
    return replace(schema, key=(YEAR.name, *schema.key), columns=(YEAR, *schema.columns), shown=shown)


@once
def _across(years: Comparison, name: str) -> pd.DataFrame:
    return ACROSS[name](years)


def table(years: Comparison, name: str) -> pd.DataFrame:
    """A table over the years by name: made of all of them, or each year's rows one under the other, newest year last.

    Raises
    ------
    LookupError
        If no table has that name.
    """
    if name in ACROSS:
        return _across(years, name).copy()
    if name in years.reference.tables:
        return years.newest[name]
    parts = [results.table(one, name).assign(**{YEAR.name: str(one.year)}) for one in years.years]
    held = [part for part in parts if not part.empty]
    return pd.concat(held, ignore_index=True).astype(object) if held else parts[-1].astype(object)


def reason_not_reported(years: Comparison, name: str) -> str:
    """Why no year has a table; empty if any has it."""
    reasons = [results.reason_not_reported(one, name) for one in years.years]
    return "" if name in ACROSS or not all(reasons) else reasons[-1]
