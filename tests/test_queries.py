"""What a good analyst would ask: each query raised once by the slip it is for, and none where the data is as it was."""

import json
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

import pytest

from ncthelpers.access import adapted
from ncthelpers.commentary import without_head
from ncthelpers.load import as_read, load_year, seal_year, year_folder
from ncthelpers.queries import commentary_tables, queries
from ncthelpers.years import ContractYear

PLACE, TODAY = "data/2024-25", date(2026, 1, 1)


@pytest.fixture(scope="module")
def last(repository):
    return load_year(repository / "examples" / "inventshire", "2023-24")


@pytest.fixture(scope="module")
def data(repository, last):
    return load_year(repository / "examples" / "inventshire", "2024-25", last.reference)


def cell(year, table, row, column, value):
    """The year with one cell of one row, counted from the first, changed."""
    frame = year.tables[table].copy()
    frame.at[frame.index[row], column] = value(frame.at[frame.index[row], column]) if callable(value) else value
    return replace(year, tables=MappingProxyType({**year.tables, table: frame}))


@lru_cache
def usual(data, last):
    return frozenset(queries(data, PLACE, last, TODAY))


def new(changed, data, last=None, **more):
    """The queries of a changed year that the year itself does not raise."""
    return [one for one in queries(changed, PLACE, last, TODAY, **more) if one not in usual(data, last)]


def said(found):
    return [(one.file.rpartition("/")[2], one.row, one.column) for one in found]


def test_the_example_raises_few(data, last):
    assert len(queries(data, PLACE, last, TODAY)) < 10


def test_every_query_says_what_is_odd_and_what_would_settle_it(data, last):
    found = queries(data, PLACE, last, TODAY)
    assert found and all(one.file and one.rule and one.suggestion for one in found)


def test_a_month_outside_its_own_history_s_limits(data):
    changed = cell(cell(data, "kpi_values", 3, "numerator", Decimal(300)), "kpi_values", 3, "value", None)
    assert ("kpi_values.csv", 5, "value") in said(new(changed, data))


def test_a_percentage_that_looks_like_a_share(data):
    [one] = new(cell(cell(data, "kpis", 0, "tolerance", None), "kpis", 0, "target", Decimal("0.9")), data)
    assert said([one]) == [("kpis.csv", 2, "target")] and "write 90" in one.suggestion


def test_a_percentage_of_more_than_the_whole(data):
    assert ("kpis.csv", 2, "target") in said(new(cell(data, "kpis", 0, "target", Decimal(900)), data))


def test_a_target_that_is_exempt_from_publication_has_not_changed(data, last):
    kept = {"table": "kpis", "columns": ["target"], "reason": "terms", "review": TODAY}
    schema = adapted(data.schemas["kpis"], {"restricted": [kept]})
    exempt = replace(cell(data, "kpis", 0, "target", None), schemas={**data.schemas, "kpis": schema})
    assert [one for one in new(exempt, data, last) if one.column == "target"] == []


def test_a_changed_target_or_tolerance(data, last):
    for column in ("target", "tolerance"):
        changed = cell(data, "kpis", 0, column, lambda was: was - 1)
        [one] = [one for one in new(changed, data, last) if one.column == column]
        assert one.row == 2 and last.year.label in one.rule
        assert new(changed, data) == []  # nobody knows last year's


def test_a_missing_month(data):
    frame = data.tables["kpi_values"]
    changed = replace(data, tables=MappingProxyType({**data.tables, "kpi_values": frame.drop(frame.index[4])}))
    [one] = [one for one in new(changed, data) if "no row for" in one.rule]
    assert one.value == frame.iat[4, 0] and frame.iat[4, 1] in one.rule


def test_last_year_s_figures_pasted_again(data, last):
    frame = data.tables["kpi_values"].copy()
    for column in ("numerator", "denominator", "value"):
        frame[column] = last.tables["kpi_values"][column].tolist()
    changed = replace(data, tables=MappingProxyType({**data.tables, "kpi_values": frame}))
    found = [one for one in new(changed, data, last) if "are that year's" in one.rule]
    assert {one.column for one in found} == {"numerator", "denominator", "value"}


@pytest.mark.parametrize("times", [10, 100, 1000])
def test_a_slipped_digit(data, last, times):
    found = new(cell(data, "grants", 0, "amount", lambda was: was * times), data, last)
    assert any(one.row == 2 and f"{times} times too large" in one.rule for one in found)


def test_a_turned_sign(data, last):
    assert any(
        one.row == 2 and "other sign" in one.rule
        for one in new(cell(data, "grants", 0, "amount", lambda was: -was), data, last)
    )


def test_a_year_far_off(data):
    assert ("events.csv", 2, "start") in said(new(cell(data, "events", 0, "start", "9018-04-01"), data))


def test_numbers_that_do_not_run_on(data):
    assert ("aims.csv", 3, "order") in said(new(cell(data, "aims", 1, "order", 20), data))


def test_a_date_that_is_not_as_printed(data):
    [one] = [
        one for one in new(cell(data, "deadlines", 0, "deadline", date(2025, 7, 13)), data) if "as printed" in one.rule
    ]
    assert (one.row, one.column, one.value) == (2, "deadline", "2025-07-13")


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "@SUM(A1)", "-2+3"])
def test_a_text_that_a_spreadsheet_would_run(data, text):
    [one] = new(cell(data, "risks", 0, "what", text), data)
    assert said([one]) == [("risks.csv", 2, "what")] and one.value == text and "formula" in one.rule


@pytest.mark.parametrize(
    ("table", "column"), [("surveys", "base"), ("survey_results", "answered"), ("demand", "value_end")]
)
@pytest.mark.parametrize(("number", "few"), [(0, False), (1, True), (5, True), (6, False)])
def test_a_number_of_few_that_a_source_prints_is_asked_about_and_not_repeated(data, table, column, number, few):
    found = [one for one in new(cell(data, table, 0, column, number), data) if "one to five people" in one.rule]
    assert [(said([one]), one.value) for one in found] == [([(f"{table}.csv", 2, column)], "")] * few


@pytest.mark.parametrize("column", ["budget", "gross_outturn", "covid_funding", "forecast_outturn", "outturn_variance"])
def test_a_total_that_moved_while_its_parts_did_not(data, column):
    changed = cell(data, "service_costs", 1, column, lambda was: was + 100)
    assert any(
        one.file.endswith("service_costs.csv") and "other figures give" in one.rule for one in new(changed, data)
    )


@pytest.mark.parametrize("line", ["pressure", "budget", "covid_mitigation", "gross_overspend", "reserve_left"])
def test_a_line_of_the_finances_that_is_not_its_total(data, line):
    at = data.tables["finance_lines"]["line"].tolist().index(line)
    found = new(cell(data, "finance_lines", at, "amount", lambda was: was + 5), data)
    assert ("finance_lines.csv", at + 2, "amount") in said(found) or any(
        one.file.endswith("finance_lines.csv") for one in found
    )


def test_the_parts_of_a_grant(data):
    found = new(cell(data, "grant_components", 0, "amount", lambda was: was + 1), data)
    assert [one for one in found if one.file.endswith("grants.csv") and "its parts" in one.rule]


def test_an_owner_that_is_no_party(data):
    [one] = [one for one in new(cell(data, "risks", 0, "held_by", "The moon"), data) if "no party" in one.rule]
    assert (one.row, one.column, one.value) == (2, "held_by", "The moon")


def test_a_paragraph_that_nothing_carries_any_more(data):
    risks = data.tables["risks"]
    empty = risks.assign(source=data.tables["paragraphs"]["paragraph"].iloc[0])
    found = new(replace(data, tables=MappingProxyType({**data.tables, "risks": empty})), data)
    assert found and {(one.file.rpartition("/")[2], one.column) for one in found} == {("paragraphs.csv", "paragraph")}


def test_commentary_older_than_what_it_speaks_of(data):
    page, text = next((page, text) for page, text in data.commentary.items() if commentary_tables(text))
    table = min(commentary_tables(text) & set(data.tables))
    files = {
        **data.package["resources"],
        f"{table}.csv": {**data.package["resources"][f"{table}.csv"], "changed": date(2025, 7, 2)},
    }
    changed = replace(data, package={**data.package, "resources": files})
    body = without_head(text).lstrip()
    for day, odd in (("2025-07-01", True), ("2025-07-02", False)):
        written = replace(changed, commentary={page: f"---\nowner: ICT\nwritten: {day}\n---\n{body}"})
        assert any("changed" in one.rule for one in new(written, data)) is odd


def test_commentary_of_tomorrow_and_commentary_without_words(data):
    page = next(iter(data.commentary))
    changed = replace(data, commentary={page: "---\nwritten: 2026-01-02\n---\n## overview\n\n## more\nWords.\n"})
    found = [one for one in new(changed, data) if "commentary" in one.file]
    assert {(one.value, one.rule.split(",")[0]) for one in found} == {
        ("2026-01-02", "is after today"),
        (f"{page} (overview)", "still without words"),
    }


def test_what_is_carried_over_and_not_confirmed_is_counted(data):
    changed = cell(cell(data, "kpis", 0, "source", "carried:kpis/2"), "kpis", 1, "source", "carried:kpis/3")
    [one] = [one for one in new(changed, data) if "carried over" in one.rule]
    assert (one.file.rpartition("/")[2], one.value) == ("kpis.csv", "rows 2 to 3")
    terms = [{**data.contract["terms"][0], "source": "carried:contract/1"}, *data.contract["terms"][1:]]
    found = new(replace(data, contract=MappingProxyType({**data.contract, "terms": terms})), data)
    assert "terms 1" in [one.value for one in found if one.file.endswith("contract.yml")]


def test_tables_that_wait_for_rows(data):
    empty = data.tables["homes"].iloc[:0]
    changed = replace(data, tables=MappingProxyType({**data.tables, "homes": empty}),
                      contract=MappingProxyType({**data.contract, "to_enter": ["homes", "risks"]}))  # fmt: skip
    [one] = [one for one in new(changed, data) if one.column == "to_enter"]
    assert one.value == "homes"


def test_a_published_statement_that_the_data_no_longer_gives(data):
    from ncthelpers import claims

    found = [
        (row, claims.finding(data, claim))
        for row, claim in zip(data.tables["claims"].index, data["claims"].to_dict("records"), strict=True)
    ]
    verdicts = dict(zip(data.tables["claims"]["claim"], (one.verdict for _, one in found), strict=True))
    assert new(data, data, published=verdicts) == []
    name = next(name for name, verdict in verdicts.items() if verdict == claims.AGREES)
    [one] = new(data, data, published={**verdicts, name: claims.DISAGREES})
    assert one.file.endswith("claims.csv") and claims.AGREES in one.rule


def test_a_query_that_cannot_be_asked_of_what_is_read_is_passed_over(data):
    broken = replace(data, contract=MappingProxyType({}), tables=MappingProxyType({}))
    assert queries(broken, PLACE, None, TODAY, whole=as_read(broken)) == []


@pytest.mark.parametrize("year", ["2020-21", "2021-22", "2022-23", "2023-24", "2024-25"])
def test_the_real_years_raise_none_that_their_registers_do_not_settle(repository, year):
    from ncthelpers.cli import check

    assert check.found(repository, ContractYear(year)) == ((), ())


def test_check_says_faults_then_queries_then_how_many_of_each(small_root, command):
    folder = year_folder(small_root, ContractYear("2031-32"))
    path = folder / "approvals.csv"
    path.write_text(path.read_text("utf-8").replace("2032-08-25", "2032-08-26", 1), "utf-8")
    seal_year(small_root, ContractYear("2031-32"))
    alone = command(small_root, "check", "2031-32")
    assert alone.code == 0 and alone.out == ""
    assert alone.err.splitlines()[0] == "1 query:"
    assert alone.err.splitlines()[-1] == "2031-32: no fault in data/2031-32; 1 query"
    [query] = json.loads(command(small_root, "check", "2031-32", "--json").out)
    assert (query["kind"], query["column"], query["cell"][1:]) == ("query", "approved_on", str(query["row"]))
    gaps = folder / "budget_gaps.csv"
    gaps.write_text(gaps.read_text("utf-8").replace("7.25", "7.25k"), "utf-8")
    both = command(small_root, "check", "2031-32")
    assert both.code == 2 and both.err.index("2 faults:") < both.err.index("1 query:")
    records = json.loads(command(small_root, "check", "2031-32", "--json").out)
    assert [record["kind"] for record in records] == ["fault", "fault", "query"]
    assert records[1]["cell"] == "C3" and records[1]["suggestion"] == "write 0.00725"


def test_a_year_that_only_changed_since_it_was_sealed_is_asked_all_that_a_sealed_one_is(small_root):
    from ncthelpers.cli import check

    paragraphs = small_root / "data" / "2031-32" / "paragraphs.csv"
    before = check.found(small_root, ContractYear("2031-32"))
    with paragraphs.open("a", encoding="utf-8") as file:
        file.write("report:2/2,report,2,paragraph,1,dddddddddddd,\n")
    faults, asked = check.found(small_root, ContractYear("2031-32"))
    assert not before[0] and faults and all("sealed" in fault.rule for fault in faults)
    new = [query for query in asked if query not in before[1]]
    assert [(query.row, query.value, query.rule) for query in new] == [
        (5, "report:2/2", "is carried by no row and no commentary")
    ]


def test_a_fault_of_the_reference_keeps_no_year_from_being_held_against_last_year(repository, tmp_path):
    from ncthelpers.cli import check

    shutil.copytree(repository / "examples" / "inventshire" / "data", tmp_path / "data")
    before = check.found(tmp_path, ContractYear("2024-25"))
    assert before[0] == () and any("that year's" in query.rule for query in before[1])
    (tmp_path / "data" / "reference" / "glossary.csv").unlink()
    faults, asked = check.found(tmp_path, ContractYear("2024-25"))
    assert {fault.file.rpartition("/")[0] for fault in faults} == {"data/reference"} and asked == before[1]
