"""Every table the book can show, by name: the entered ones and the ones computed from them.

A template, a placeholder in commentary and the data dictionary all take a table by its name here, so that none of
them needs to know whether it was entered or computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from ncthelpers import (
    access,
    audits,
    claims,
    coverage,
    demand,
    escalation,
    finance,
    governance,
    kpis,
    official,
    spc,
    surveys,
    wording,
    years,
)
from ncthelpers.once import once
from ncthelpers.rows import records_of, rows_by_key
from ncthelpers.schemas import TableSchema, schemas_from
from ncthelpers.workingdays import Holidays

if TYPE_CHECKING:
    from ncthelpers.yeardata import YearData

__all__ = [
    "Result", "RESULTS", "result_schemas", "table", "table_schema", "is_reported", "cell", "figure_value",
    "reason_not_reported",
]  # fmt: skip


@dataclass(frozen=True)
class Result:
    """A computed table: the entered tables it rests on, and the calculation that takes them in that order.

    Parameters
    ----------
    inputs : tuple of str
        Names of entered tables.
    calculation : callable
        Takes the tables, or the year where it needs more than tables.
    of_year : bool
        Whether the calculation takes the year.
    lacks : callable, optional
        Says why the year does not give what the calculation needs, and nothing where it does; where only tables can lack, none.
    """

    inputs: tuple[str, ...]
    calculation: Callable[..., Any]
    of_year: bool = False
    lacks: Callable[[YearData], str] | None = None

    def __call__(self, data: YearData) -> pd.DataFrame:
        """Give the table of a year."""
        return self.calculation(data) if self.of_year else self.calculation(*(data[name] for name in self.inputs))


def _contract_terms(data: YearData) -> pd.DataFrame:
    terms = [{**term, "value": str(term["value"])} for term in data.contract["terms"]]
    return pd.DataFrame(terms, columns=["term", "value", "unit", "source"], dtype=object)


def _escalation_terms(data: YearData) -> pd.DataFrame:
    return escalation.escalation_terms(escalation.mechanism(data.contract))


def _escalation_register(data: YearData) -> pd.DataFrame:
    stages, holidays = escalation.mechanism(data.contract), Holidays.of(data["bank_holidays"]["day"])
    names, measured = escalation.subject_names(data.tables), _measured(data)
    return escalation.escalation_register(data["escalations"], names, stages, holidays, data.ends, measured)


def _no_mechanism(data: YearData) -> str:
    return escalation.reason_not_computed(escalation.mechanism(data.contract))


def _gaps(data: YearData) -> pd.DataFrame:
    return finance.gaps_by_year(data["budget_gaps"], data.contract["councils"])


def _of_statistics(calculation: Callable[..., Any]) -> Callable[[YearData], pd.DataFrame]:
    return lambda data: calculation(official.statistics(data), str(data.year))


def _scorecard(data: YearData) -> pd.DataFrame:
    """Also where no month of any KPI is published: every KPI then says that it is not reported."""
    return kpis.kpi_scorecard(data["kpis"], data["kpi_values"])


_SUPPORT = ("support_service_kpis", "support_service_values")


def _kpi_months(data: YearData) -> pd.DataFrame:
    return spc.kpi_months(data["kpis"], data["kpi_values"], data["kpi_history"], data["kpi_rebases"])


_MONTHS = {escalation.TRUST_KPI: "kpi_months", escalation.SUPPORT_KPI: "support_service_months"}


def _measured(data: YearData) -> dict[tuple[str, str], escalation.Measured]:
    """By what is judged and which, the state that the ratings of the year's months bring about."""
    mechanism = escalation.mechanism(data.contract)
    if not mechanism.is_complete:
        return {}
    periods: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for judged, months in _MONTHS.items():
        for row in records_of(table(data, months)):
            if row["status"] is not None:
                ended = years.last_day(row["period"])
                periods.setdefault((judged, row["kpi"]), []).append((ended, row["status"], row["source"]))
    return {which: escalation.measured(held, mechanism) for which, held in periods.items()}


def _states(data: YearData, judged: str) -> dict[str, str]:
    """State of each KPI as the year ends: of its open case, else the one that its ratings bring about."""
    measured = {kpi: found.state or "none" for (of, kpi), found in _measured(data).items() if of == judged}
    register = [row for row in records_of(table(data, "escalation_register")) if row["judged"] == judged]
    cases = {row["subject"]: row["state"] for row in register if row["state"] in escalation.OPEN}
    return measured | cases


def _kpi_signals(data: YearData) -> pd.DataFrame:
    states = _states(data, escalation.TRUST_KPI)
    return spc.kpi_signals(data["kpis"], data["kpi_values"], data["kpi_history"], data["kpi_rebases"], states)


def _support_service_signals(data: YearData) -> pd.DataFrame:
    states = _states(data, escalation.SUPPORT_KPI)
    return spc.kpi_signals(data["support_service_kpis"], data["support_service_values"], states=states)


def _reported_beside(data: YearData) -> pd.DataFrame:
    return official.reported_beside(official.statistics(data), data["reported_values"])


def _finance_side_by_side(data: YearData) -> pd.DataFrame:
    found = finance.side_by_side(data["published_finance"])
    found["figures"] = ["; ".join(_published_text(figure) for figure in figures) for figures in found["figures"]]
    return found


def _published_text(figure: finance.Published) -> str:
    amount = " ".join(filter(None, (figure.qualifier, wording.amount_text(figure.value, figure.unit))))
    doubt = "" if figure.confidence == "high" else f", {figure.confidence} confidence"
    return f"{amount} ({figure.basis}, {years.in_words(figure.as_of)}{doubt})"


def _year_facts(data: YearData) -> pd.DataFrame:
    """What a year of the contract is, before anything that was measured in it."""
    councils = "; ".join(council["name"] for council in data.contract["councils"])
    report = data.contract["annual_report"]
    days = f"{years.in_words(data.starts.isoformat())} to {years.in_words(data.ends.isoformat())}"
    facts = [
        ("Contract", data.contract["title"]), ("First and last day", days),
        ("Provider", data.contract["provider"]["name"]), ("Councils", councils),
        ("Annual report", "at hand" if report["at_hand"] else f"not at hand: {report['reason']}"),
    ]  # fmt: skip
    return pd.DataFrame(facts, columns=["fact", "value"], dtype=object)


def _absent_tables(data: YearData) -> pd.DataFrame:
    """Tables of the review that the year does not report, each with the reason."""
    excused = data.contract["not_reported"]
    rows = [(data.schemas[name].title, data.schemas[name].meaning, excused[name]) for name in sorted(excused)]
    return pd.DataFrame(rows, columns=["title", "meaning", "reason"], dtype=object)


RESULTS: Mapping[str, Result] = MappingProxyType({
    "contract_terms": Result((), _contract_terms, of_year=True),
    "escalation_terms": Result((), _escalation_terms, of_year=True),
    "escalation_register": Result(("escalations", "bank_holidays"), _escalation_register, of_year=True, lacks=_no_mechanism),
    "outturn_variance": Result(("service_costs",), finance.outturn_variance),
    "row_checks": Result(("service_costs",), finance.row_checks),
    "covid_mitigation": Result(("service_costs",), finance.covid_mitigation),
    "agreed_lines": Result(("finance_lines",), finance.agreed_lines),
    "reserve_bridge": Result(("finance_lines",), finance.reserve_bridge),
    "contract_sum_bridge": Result(("finance_lines",), finance.contract_sum_bridge),
    "contract_sum_effects": Result(("contract_sum_factors",), finance.contract_sum_effects),
    "grant_shares": Result(("grants",), finance.grant_shares),
    "grant_totals": Result(("grants",), finance.grant_totals),
    "gaps_by_year": Result(("budget_gaps",), _gaps, of_year=True),
    "register_counts": Result(("kpis",), kpis.register_counts),
    "kpi_register": Result(("kpis", "kpi_reported"), kpis.register_with_statements),
    "kpi_statements": Result(("kpis", "kpi_reported"), kpis.statements_by_kpi),
    "support_service_rates": Result(("support_service_results",), kpis.support_service_rates),
    "audit_progress": Result(("audits",), audits.audit_progress),
    "audit_stages": Result(("audits",), audits.audit_stages),
    "practice_shares": Result(("practice_scores",), audits.practice_shares),
    "survey_shares": Result(("surveys", "survey_results"), surveys.survey_shares),
    "answer_shares": Result(("surveys", "survey_answers"), surveys.answer_shares),
    "deadline_compliance": Result(("deadlines",), governance.deadline_compliance),
    "topic_coverage": Result(("cover_topics", "paragraphs"), governance.topic_coverage),
    "latest_judgements": Result(("inspections",), governance.latest_judgements),
    "risk_movement": Result(("risks", "risk_scores"), governance.risk_movement),
    "demand_change": Result(("demand",), demand.demand_change),
    "implied_pupils": Result(("pupil_forecasts",), demand.implied_pupils),
    "paragraph_coverage": Result(("paragraphs",), coverage.paragraph_coverage, of_year=True),
    "kpi_scorecard": Result(("kpis",), _scorecard, of_year=True),
    "kpi_months": Result(("kpis", "kpi_values"), _kpi_months, of_year=True),
    "kpi_signals": Result(("kpis", "kpi_values"), _kpi_signals, of_year=True),
    "support_service_months": Result(_SUPPORT, spc.kpi_months),
    "support_service_signals": Result(_SUPPORT, _support_service_signals, of_year=True),
    "related_measures": Result(("official", "measures"), _of_statistics(official.related_measures), of_year=True),
    "measures_by_area": Result(("official", "measures"), _of_statistics(official.measures_by_area), of_year=True),
    "measures_alone": Result(("official", "measures"), _of_statistics(official.measures_alone), of_year=True),
    "authority_ranks": Result(("authority_values", "measures"), _of_statistics(official.authority_ranks), of_year=True),
    "neighbour_means": Result(("authority_values", "area_members"), _of_statistics(official.neighbour_means), of_year=True),
    "measure_changes": Result(("official", "series_breaks"), _of_statistics(official.measure_changes), of_year=True),
    "official_demand": Result(("official", "measures"), _of_statistics(official.official_demand), of_year=True),
    "official_finance": Result(("official", "measures"), _of_statistics(official.official_finance), of_year=True),
    "reported_beside": Result(("reported_values", "official", "measures"), _reported_beside, of_year=True),
    "finance_side_by_side": Result(("published_finance",), _finance_side_by_side, of_year=True),
    "in_brief": Result(("official", "measures"), _of_statistics(official.in_brief), of_year=True),
    "review_lateness": Result(("review_steps",), governance.review_lateness),
    "year_facts": Result((), _year_facts, of_year=True),
    "absent_tables": Result((), _absent_tables, of_year=True),
    "claims_checked": Result(("claims",), claims.claims_checked, of_year=True),
    "claims_later": Result(("claims",), claims.claims_later, of_year=True),
    "claim_counts": Result(("claims",), claims.claim_counts, of_year=True),
})  # fmt: skip


def reason_not_reported(data: YearData, name: str) -> str:
    """Why the year does not have a table, entered or computed; empty if it does.

    Parameters
    ----------
    data : YearData
        The year, whose ``contract.yml`` gives the reason for each entered table it does not report.
    name : str
        Name of the table.
    """
    excused = data.contract.get("not_reported", {})
    made = RESULTS.get(name)
    needed = made.inputs if made else (name,)
    reason = next((str(excused[table]) for table in needed if table in excused), "")
    return reason or (made.lacks(data) if made and made.lacks else "")


def result_schemas() -> Mapping[str, TableSchema]:
    """What the computed tables hold, for their headings and the data dictionary."""
    return schemas_from(Path(__file__).with_name("results.yml"))


@once
def _computed(data: YearData, name: str) -> pd.DataFrame:
    return RESULTS[name](data)


def table(data: YearData, name: str) -> pd.DataFrame:
    """A table by name: entered as it is, or computed now; without a row where the year does not report it.

    Raises
    ------
    LookupError
        If no table has that name.
    """
    if name in RESULTS:
        if reason_not_reported(data, name):
            return pd.DataFrame(columns=result_schemas()[name].names, dtype=object)
        return _computed(data, name).copy()
    if name in data.tables or name in data.reference.tables:
        return data[name]
    raise LookupError(f"there is no table named {name}")


def table_schema(data: YearData, name: str) -> TableSchema:
    """What a table holds, by name, entered or computed."""
    for schemas in (data.schemas, data.reference.schemas):
        if name in schemas:
            return schemas[name]
    made = result_schemas().get(name)
    if made and name in RESULTS and access.restrictions(data.contract):
        return access.echoing(made, (data.schemas[held] for held in RESULTS[name].inputs if held in data.schemas))
    if made:
        return made
    raise LookupError(f"there is no table named {name}")


def is_reported(data: YearData, name: str) -> bool:
    """Whether the year has a table to show: it reports it, and where the reference alone gives it, with a value for it."""
    if reason_not_reported(data, name):
        return False
    entered = RESULTS[name].inputs if name in RESULTS else (name,)
    if any(held in data.tables for held in entered):
        return True
    if entered and not set(entered) <= set(data.reference.tables):
        return False
    frame = table(data, name)
    return bool(frame["value"].notna().any()) if "value" in frame else not frame.empty


def figure_value(data: YearData, name: str) -> Any:
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
    if any(reason_not_reported(data, held) for held in ("figures", "finance_lines")):
        return None
    raise LookupError(f"there is no figure named {name}")


@once
def _by_key(data: YearData, name: str) -> Mapping[tuple[str, ...], Any]:
    return rows_by_key(table(data, name), table_schema(data, name).key)


def cell(data: YearData, path: str) -> Any:
    """The value of one cell of a table, as ``table/key/column`` with a part for each column of the key.

    Returns
    -------
    object
        The value; none where the year does not report the table.

    Raises
    ------
    LookupError
        If there is no such table, column or row.
    """
    if "/" not in path:
        raise LookupError(f"{path or 'nothing'} is not a cell: write table/key/column")
    name, *key, column = path.split("/")
    schema, rows = table_schema(data, name), _by_key(data, name)
    schema[column]  # a column that the table does not have is an error even where the table was not reported
    if len(schema.key) != len(key):
        raise LookupError(f"the key of {name} is {'/'.join(schema.key)}")
    if reason_not_reported(data, name):
        return None
    found = rows.get(tuple(key), ())
    if len(found) != 1:
        raise LookupError(f"the table {name} has {len(found)} rows with the key {'/'.join(key)}")
    return found[0][1][column]
