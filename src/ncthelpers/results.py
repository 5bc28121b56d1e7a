"""Every table the book can show, by name: the entered ones and the ones computed from them.

A template, a placeholder in commentary and the data dictionary all take a table by its name here, so that none of
them needs to know whether it was entered or computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from ncthelpers import audits, coverage, demand, finance, governance, kpis, surveys, totals
from ncthelpers.schemas import TableSchema, schemas_from

if TYPE_CHECKING:
    from ncthelpers.load import YearData

__all__ = ["RESULTS", "result_schemas", "table", "table_schema", "cell", "figure_value"]


def figure_value(data: YearData, name: str):
    """The value of a figure: a row of ``figures``, or a line of the year's finances; none if it has none.

    Raises
    ------
    LookupError
        If there is no figure of that name.
    """
    figures = data["figures"].set_index("figure")["value"]
    if name in figures.index:
        return figures[name]
    if name in set(data["finance_lines"]["line"]):
        return finance.line_amount(data["finance_lines"], name)
    raise LookupError(f"there is no figure named {name}")


def _by(table: str, function: Callable) -> Callable[[YearData], pd.DataFrame]:
    return lambda data: function(data[table])


def _contract_terms(data: YearData) -> pd.DataFrame:
    return pd.DataFrame(data.contract["terms"], columns=["term", "value", "unit", "source"], dtype=object)


RESULTS: Mapping[str, Callable[[YearData], pd.DataFrame]] = MappingProxyType({
    "contract_terms": _contract_terms,
    "outturn_variance": _by("service_costs", finance.outturn_variance),
    "covid_mitigation": _by("service_costs", finance.covid_mitigation),
    "agreed_lines": _by("finance_lines", finance.agreed_lines),
    "reserve_bridge": _by("finance_lines", finance.reserve_bridge),
    "contract_sum_bridge": _by("finance_lines", finance.contract_sum_bridge),
    "grant_shares": _by("grants", finance.grant_shares),
    "grant_totals": _by("grants", finance.grant_totals),
    "gaps_by_year": lambda data: finance.gaps_by_year(data["budget_gaps"], data.contract["councils"]),
    "register_counts": _by("kpis", kpis.register_counts),
    "kpi_register": lambda data: kpis.register_with_statements(data["kpis"], data["kpi_reported"]),
    "kpi_statements": lambda data: kpis.statements_by_kpi(data["kpis"], data["kpi_reported"]),
    "support_service_rates": _by("support_service_results", kpis.support_service_rates),
    "audit_progress": _by("audits", audits.audit_progress),
    "audit_stages": _by("audits", audits.audit_stages),
    "survey_shares": lambda data: surveys.survey_shares(data["surveys"], data["survey_results"]),
    "deadline_compliance": _by("deadlines", governance.deadline_compliance),
    "topic_coverage": lambda data: governance.topic_coverage(data["cover_topics"], data["paragraphs"]),
    "latest_judgements": _by("inspections", governance.latest_judgements),
    "demand_change": _by("demand", demand.demand_change),
    "implied_pupils": _by("pupil_forecasts", demand.implied_pupils),
    "total_checks": lambda data: totals.printed_total_checks(data["printed_totals"], data.tables),
    "rate_checks": lambda data: totals.printed_rate_checks(
        data["printed_rates"], lambda name: cell(data, name) if "/" in name else figure_value(data, name)
    ),
    "paragraph_coverage": coverage.paragraph_coverage,
})  # fmt: skip


def result_schemas() -> Mapping[str, TableSchema]:
    """What the computed tables hold, for their headings and the data dictionary."""
    return schemas_from(Path(__file__).with_name("results.yml"))


def table(data: YearData, name: str) -> pd.DataFrame:
    """A table by name: entered as it is, or computed now.

    Raises
    ------
    LookupError
        If no table has that name.
    """
    if name in RESULTS:
        return RESULTS[name](data)
    if name in data.tables:
        return data[name]
    raise LookupError(f"there is no table named {name}")


def table_schema(data: YearData, name: str) -> TableSchema:
    """What a table holds, by name, entered or computed."""
    if name in data.schemas:
        return data.schemas[name]
    if name in result_schemas():
        return result_schemas()[name]
    raise LookupError(f"there is no table named {name}")


def cell(data: YearData, path: str):
    """The value of one cell of a table, as ``table/key/column`` with a part for each column of the key.

    Raises
    ------
    LookupError
        If there is no such table, column or row.
    """
    name, *key, column = path.split("/")
    schema, frame = table_schema(data, name), table(data, name)
    if column not in schema.names:
        raise LookupError(f"the table {name} has no column {column}")
    if len(schema.key) != len(key):
        raise LookupError(f"the key of {name} is {'/'.join(schema.key)}")
    for part, value in zip(schema.key, key, strict=True):
        frame = frame[frame[part].map(str) == value]
    if len(frame) != 1:
        raise LookupError(f"the table {name} has {len(frame)} rows with the key {'/'.join(key)}")
    return frame[column].tolist()[0]
