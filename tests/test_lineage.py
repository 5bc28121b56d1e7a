"""Which entered rows stand behind a shown row: one's own line, those of the same key, those of the same source, or all."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from ncthelpers import comparison, lineage, results
from ncthelpers.lineage import Lineage, Rows, behind_count, behind_named, merged, rows_behind
from ncthelpers.load import load_year

YEAR = "2031-32"


@pytest.fixture(scope="module")
def invented(_small_root_to_copy):
    """The invented year; read only."""
    return load_year(_small_root_to_copy, YEAR)


def said(found):
    return [str(rows) for rows in found]


def row_of(data, name, **cells):
    frame = results.table(data, name)
    for column, value in cells.items():
        frame = frame[frame[column] == value]
    [row] = frame.to_dict("records")
    return row


@pytest.mark.parametrize(
    ("lines", "of", "text"),
    [
        ((2,), 1, "a.csv: 2"),
        ((2, 3, 4), 9, "a.csv: 2-4"),
        ((2, 4, 5, 9), 9, "a.csv: 2, 4-5, 9"),
        ((2, 3), 2, "a.csv: all 2 rows"),
        (tuple(range(2, 30, 2)), 99, "a.csv: 14 of 99 rows (year=x)"),
    ],
)
def test_rows_are_written_as_ranges_and_many_of_them_as_a_number(lines, of, text):
    assert str(Rows("a.csv", lines, of, "year=x")) == text


def test_rows_of_one_file_are_merged_and_files_stay_in_order():
    found = merged([Rows("b", (5, 2), 9), Rows("a", (1,), 3), Rows("b", (3,), 9)])
    assert found == (Rows("b", (2, 3, 5), 9), Rows("a", (1,), 3))


def test_an_entered_row_is_its_own_line(invented):
    for name in ("service_costs", "budget_gaps", "events", "finance_lines"):
        for line, row in zip(invented[name].index, invented[name].to_dict("records"), strict=True):
            [rows] = rows_behind(invented, name, row)
            assert (rows.file, rows.lines) == (f"{YEAR}/{name}.csv", (line,))


def test_a_computed_row_rests_on_the_rows_of_its_key_and_a_total_on_all(invented):
    homes = row_of(invented, "outturn_variance", service="Homes")
    assert said(rows_behind(invented, "outturn_variance", homes)) == [f"{YEAR}/service_costs.csv: 2"]
    total = results.table(invented, "outturn_variance").to_dict("records")[-1]
    assert said(rows_behind(invented, "outturn_variance", total)) == [f"{YEAR}/service_costs.csv: all 3 rows"]


def test_part_of_a_key_that_no_row_has_narrows_nothing(review):
    total = row_of(review, "gaps_by_year", year="2025-26", council="All councils")
    [rows] = rows_behind(review, "gaps_by_year", total)
    assert set(review["budget_gaps"].loc[list(rows.lines), "year"]) == {"2025-26"}


def test_rows_that_share_no_key_are_found_by_what_they_cite(review):
    topic = row_of(review, "topic_coverage", order=1)
    own, paragraphs = rows_behind(review, "topic_coverage", topic)
    assert own.lines == (2,) and paragraphs.file.endswith("/paragraphs.csv")
    cited = set(review["paragraphs"].loc[list(paragraphs.lines), "paragraph"])
    assert cited and cited <= set(topic["source"].split())


def test_what_is_in_the_contract_rests_on_the_contract(review, years):
    term = results.table(review, "contract_terms").to_dict("records")[0]
    assert said(rows_behind(review, "contract_terms", term)) == ["2021-22/contract.yml"]
    facts = comparison.table(years, "year_facts").to_dict("records")
    assert {str(rows) for row in facts for rows in rows_behind(years, "year_facts", row)} == {
        f"{one.year}/contract.yml" for one in years.years
    }


def test_a_row_of_several_years_rests_on_the_file_of_its_own_year(years):
    found = Lineage(years, "review_steps")
    for row in comparison.table(years, "review_steps").to_dict("records"):
        [rows] = found.of(row)
        assert rows.file == f"{row['contract_year']}/review_steps.csv" and len(rows.lines) == 1


# Official statistics


def test_a_figure_for_the_contracts_areas_rests_on_them_in_that_year_and_the_newest_release_alone(review):
    row = row_of(review, "related_measures", measure="rereferrals_12m")
    statistics, measures = rows_behind(review, "related_measures", row)
    frame = review["official"].loc[list(statistics.lines)]
    assert set(frame["measure"]) == {"rereferrals_12m"} and set(frame["year"]) == {"2021-22"}
    held = {council["area"] for council in review.contract["councils"]}
    assert held < set(frame["area"]) and "england" in set(frame["area"])
    assert not frame.duplicated(["measure", "area", "year"]).any(), "an older release is not what is shown"
    assert set(review["measures"].loc[list(measures.lines), "measure"]) == {"rereferrals_12m"}


def test_a_change_rests_on_the_year_before_too(review):
    statistics = rows_behind(review, "measure_changes", row_of(review, "measure_changes", measure="rereferrals_12m"))[0]
    assert set(review["official"].loc[list(statistics.lines), "year"]) == {"2020-21", "2021-22"}


def test_a_named_area_is_found_by_its_id_and_a_rank_rests_on_all_authorities(review):
    row = results.table(review, "measures_by_area").to_dict("records")[0]
    [line] = rows_behind(review, "measures_by_area", row)[0].lines
    names = review.reference.names("areas", "area", "name")
    assert names[review["official"].at[line, "area"]] == row["area"]
    ranked = results.table(review, "authority_ranks").to_dict("records")[0]
    values = rows_behind(review, "authority_ranks", ranked)[0]
    frame = review["authority_values"].loc[list(values.lines)]
    assert len(frame) >= ranked["of"] > 100
    assert (set(frame["measure"]), set(frame["year"])) == ({ranked["measure"]}, {"2021-22"})
    assert str(values).endswith(f"rows (measure={ranked['measure']}, year=2021-22)")


def test_a_forecast_rests_on_its_own_row_and_on_the_official_figures_it_is_held_against(years):
    row = comparison.table(years, "forecast_outcomes").to_dict("records")[0]
    demand, statistics = rows_behind(years, "forecast_outcomes", row)
    assert demand.file == f"{row['contract_year']}/demand.csv" and len(demand.lines) == 1
    assert statistics.file == "reference/official.csv" and statistics.lines


@pytest.mark.parametrize(
    ("name", "rows", "file"),
    [
        ("risk_movement", [("homes", date(2021, 5, 1), 3, 4, "NCT", 12, "report:13/1"),
                           ("homes", date(2022, 3, 1), 4, 4, "NCT", 12, "report:13/1"),
                           ("staff", date(2022, 3, 1), 4, 4, "NCT", 12, "report:13/1")], "risk_scores"),
        ("answer_shares", [("staff", "Led?", 1, "Yes", 30, None, "report:10.5/1"), ("staff", "Led?", 2, "No", 10, None, "report:10.5/1"),
                           ("staff", "Paid?", 1, "Yes", 10, None, "report:10.5/1")], "survey_answers"),
        ("practice_shares", [("2021-06", 1, "Good", 30, None, "report:10.4/1"), ("2021-06", 2, "Poor", 10, None, "report:10.4/1"),
                             ("2021-09", 1, "Good", 30, None, "report:10.4/1")], "practice_scores"),
    ],
)  # fmt: skip
def test_a_movement_rests_on_every_score_of_its_risk_and_a_share_on_the_whole_it_is_of(review, name, rows, file):
    entered = {
        "risks": [("homes", "Too few homes", "report:13/1"), ("staff", "Too few staff", "report:13/1")],
        "surveys": [("staff", "Staff survey", None, "report:10.5/1")],
    }
    columns = {
        "risks": ["risk", "what", "source"],
        "surveys": ["survey", "title", "base", "source"],
        file: review.schemas[file].names,
    }
    frames = {
        table: pd.DataFrame(held, columns=columns[table], dtype=object)
        for table, held in {**entered, file: rows}.items()
    }
    year = replace(review, tables={**review.tables, **frames}, contract={**review.contract, "not_reported": {}})
    first = results.table(year, name).to_dict("records")[0]
    [found] = [found for found in rows_behind(year, name, first) if found.file == f"2021-22/{file}.csv"]
    assert found.lines == (0, 1), "both rows of the first, and not that of another"


@pytest.mark.parametrize(
    ("name", "register", "judged", "line"),
    [
        ("kpi_signals", "kpis", "trust KPI", 0),
        ("support_service_signals", "support_service_kpis", "support-service KPI", 1),
    ],
)
def test_the_state_of_a_kpi_rests_on_its_own_escalations_and_on_the_contract(review, name, register, judged, line):
    values = f"{register.removesuffix('_kpis').removesuffix('s')}_values"
    moves = [(of, which, date(2021, 5, 1), "performance issue", "NCT", "a letter", None, "report:2/1")
             for of, which in (("trust KPI", "a"), ("support-service KPI", "a"), (judged, "b"))]  # fmt: skip
    frames = {
        register: pd.DataFrame([dict.fromkeys(review.schemas[register].names) | {"kpi": "a", "name": "A"}], dtype=object),
        values: pd.DataFrame([("a", "2021-04", 9, 10, None, "report:2/1")], columns=review.schemas[values].names, dtype=object),
        "escalations": pd.DataFrame(moves, columns=review.schemas["escalations"].names, dtype=object),
    }  # fmt: skip
    year = replace(review, tables={**review.tables, **frames}, contract={**review.contract, "not_reported": {}})
    found = {rows.file: rows for rows in rows_behind(year, name, {"kpi": "a", "state": "performance issue"})}
    assert found["2021-22/escalations.csv"].lines == (line,)
    assert "2021-22/contract.yml" in found
    of_none = rows_behind(year, name, {"kpi": "c", "state": None})
    assert "2021-22/escalations.csv" not in {rows.file for rows in of_none}


@pytest.mark.parametrize(
    ("name", "register", "files"),
    [
        ("kpi_months", "kpis", ("kpi_values", "kpi_history")),
        ("support_service_months", "support_service_kpis", ("support_service_values",)),
    ],
)
def test_the_limits_of_a_month_rest_on_every_month_of_its_kpi(review, name, register, files):
    frames = {
        register: pd.DataFrame(
            [dict.fromkeys(review.schemas[register].names) | {"kpi": kpi} for kpi in "ab"], dtype=object
        )
    }
    for file in files:
        rows = [("a", "2021-04", 9, 10), ("b", "2021-04", 8, 10), ("a", "2021-05", 7, 10)]
        frames[file] = pd.DataFrame([dict.fromkeys(review.schemas[file].names) | dict(zip(("kpi", "period", "numerator", "denominator"), row, strict=True)) for row in rows], dtype=object)  # fmt: skip
    year = replace(review, tables={**review.tables, **frames}, contract={**review.contract, "not_reported": {}})
    found = {rows.file: rows.lines for rows in rows_behind(year, name, {"kpi": "a", "period": "2021-05"})}
    assert [found[f"2021-22/{file}.csv"] for file in files] == [(0, 2)] * len(files)


def test_every_table_over_the_years_has_its_inputs_named():
    assert set(comparison.ACROSS) == set(lineage.ACROSS_INPUTS)


def test_every_computed_table_that_has_rows_says_what_it_rests_on(review, years):
    for data, module, names in ((review, results, results.RESULTS), (years, comparison, comparison.ACROSS)):
        for name in names:
            found = Lineage(data, name)
            for row in module.table(data, name).to_dict("records"):
                assert found.of(row), f"{name}: {row}"


def test_a_claim_rests_on_what_it_is_held_against(review):
    if "claims_checked" not in results.RESULTS or review["claims"].empty:
        pytest.skip("no claim is entered")
    claims = review["claims"]
    found = Lineage(review, "claims_checked")
    for line, claim in zip(claims.index, claims.to_dict("records"), strict=True):
        own, *others = found.of(claim)
        assert own.file == "2021-22/claims.csv" and line in own.lines  # and claims it is held against
        tables = {part.strip().lstrip("-").partition("/")[0] for part in (claim["against"] or "").split(";")}
        files = {rows.file.partition("/")[2].removesuffix(".csv") for rows in others}
        assert {name for name in tables if name in review.tables} - files <= {"claims"}, claim["claim"]


# Figures, cells and counts by name


def test_a_figure_rests_on_every_row_that_prints_it(review, invented):
    assert said(behind_named(invented, "children")) == [f"{YEAR}/figures.csv: 2"]
    [rows] = behind_named(review, "pressure")
    assert rows.file == "2021-22/finance_lines.csv" and set(
        review["finance_lines"].loc[list(rows.lines), "document"]
    ) == {"report", "cover"}
    assert behind_named(invented, "adults") == ()


def test_a_cell_and_a_count_rest_on_their_rows(invented):
    assert said(behind_named(invented, "budget_gaps/EAST/2032-33/gap")) == [f"{YEAR}/budget_gaps.csv: 2"]
    assert said(behind_count(invented, "budget_gaps?council=EAST", invented["budget_gaps"])) == [
        f"{YEAR}/budget_gaps.csv: 2, 4"
    ]
    assert said(behind_count(invented, "budget_gaps?council=NORTH", invented["budget_gaps"])) == [
        f"{YEAR}/budget_gaps.csv: all 4 rows"
    ]
    empty = replace(invented, contract={**invented.contract, "not_reported": {"budget_gaps": "gone"}})
    assert behind_named(empty, "budget_gaps/EAST/2032-33/gap") == ()


def test_a_table_that_is_not_there_is_refused(review):
    with pytest.raises(LookupError, match="nothing"):
        rows_behind(review, "nothing", {})
