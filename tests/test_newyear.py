"""A new year from an earlier one: what is carried over is what stood there, what is left empty says so, and nothing has a fault."""

import csv
import io
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers import commentary, escalation
from ncthelpers.cells import as_written
from ncthelpers.contract import NOT_ENTERED
from ncthelpers.load import NO_REFERENCE, load_year
from ncthelpers.newyear import carried_tables, holidays_cover, last_of_review, new_year
from ncthelpers.rows import records_by_row
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

NEXT = ContractYear("2025-26")
STATES = ("open", "under way", "outstanding", "proposed", "to be decided", "done", "not stated")


@pytest.fixture(scope="module")
def last(repository):
    """The newest year of the invented trust, which reports every table."""
    return load_year(repository / "examples" / "inventshire", "2024-25")


@pytest.fixture(scope="module")
def files(last):
    return new_year(last, NEXT, {"13_risk": ["overview", "register"], "90_more": ["overview"]})


@pytest.fixture(scope="module")
def contract(files):
    return read_yaml(files["contract.yml"])


def rows(files, table):
    return list(csv.DictReader(io.StringIO(files[f"{table}.csv"])))


def with_tables(last, **tables):
    return replace(last, tables=MappingProxyType({**last.tables, **tables}))


def without(last, *tables):
    """The year, some of its tables not reported."""
    excused = {**last.contract["not_reported"], **dict.fromkeys(tables, "not found")}
    empty = {table: last.tables[table].iloc[:0] for table in tables}
    return replace(with_tables(last, **empty), contract=MappingProxyType({**last.contract, "not_reported": excused}))


# tables


def test_every_table_has_its_header_and_is_filled_or_said_to_be_entered(last, files, contract):
    filled = carried_tables(last, NEXT)
    for table, schema in last.schemas.items():
        header, *others = files[f"{table}.csv"].splitlines()
        assert header == ",".join(schema.names)
        assert bool(others) == bool(filled.get(table)), table
    assert set(contract["to_enter"]) == set(last.schemas) - set(filled)


@pytest.mark.parametrize(
    "table", ["kpis", "support_service_kpis", "cover_topics", "aims", "dependencies", "kpi_rebases"]
)
def test_a_register_is_carried_over_as_it_stood_but_for_its_source_and_what_only_a_report_says(table, last, files):
    before, now = records_by_row(last[table]), rows(files, table)
    document = "earlier" if table == "kpi_rebases" else "carried"  # a month in which limits began anew is past
    assert [row["source"] for row in now] == [f"{document}:{table}/{line}" for line in before]
    said_by_the_report = {"kpis": {"under_review"}, "aims": {"in_report_words"}, "dependencies": {"status", "summary"}}
    for old, new in zip(before.values(), now, strict=True):
        kept = set(old) - {"source"} - said_by_the_report.get(table, set())
        assert {name: new[name] for name in kept} == {name: as_written(old[name]) for name in kept}


def test_nothing_is_said_of_the_new_year_by_what_last_years_report_said(files):
    assert {row["under_review"] for row in rows(files, "kpis")} == {"no"}
    assert {(row["status"], row["summary"]) for row in rows(files, "dependencies")} == {(NOT_ENTERED, NOT_ENTERED)}


def test_open_actions_are_carried_over_with_the_older_ones_first(files):
    carried = rows(files, "carried_actions")
    # actions.csv: each of its 18 rows is open; carried_actions.csv: 4 of its 18 are neither done nor done late
    assert [row["from_year"] for row in carried] == ["2023-24"] * 4 + ["2024-25"] * 18
    assert {row["outcome"] for row in carried} == {"no public evidence found"}
    assert {row["found"] for row in carried} == {""}
    assert carried[4] == {
        "from_year": "2024-25", "action": "aims_review", "what": "Set the aims of the next review beside the business plan",
        "who": "ICT", "by_when": "June 2026", "outcome": "no public evidence found", "found": "", "source": "carried:actions/2",
    }  # fmt: skip


@settings(max_examples=25)
@given(st.lists(st.sampled_from(STATES), max_size=6))
def test_an_action_is_carried_over_unless_it_is_done(last, states):
    action = dict(kind="plan", what="A plan", who="ICT", by_when=None, by_when_printed="soon", source="report:1/1")
    listed = [{"action": f"a{number}", **action, "state": state} for number, state in enumerate(states)]
    actions = pd.DataFrame(listed, columns=last.schemas["actions"].names, dtype=object)
    year = with_tables(last, actions=actions, carried_actions=last["carried_actions"].iloc[:0])
    carried = carried_tables(year, NEXT)["carried_actions"]
    assert [row["action"] for row in carried] == [f"a{n}" for n, state in enumerate(states) if state != "done"]


def test_a_year_that_left_nothing_open_carries_no_action_over_and_says_so(last):
    done = with_tables(last, actions=last["actions"].iloc[:0], carried_actions=last["carried_actions"].iloc[:0])
    made = new_year(done, NEXT)
    assert made["carried_actions.csv"].count("\n") == 1
    assert "carried_actions" not in read_yaml(made["contract.yml"])["to_enter"]


def test_a_year_that_reports_no_action_leaves_them_to_be_entered(last):
    made = new_year(without(last, "actions", "carried_actions"), NEXT)
    assert "carried_actions" in read_yaml(made["contract.yml"])["to_enter"]


def test_the_months_of_the_kpis_become_their_history(last, files):
    history = rows(files, "kpi_history")
    assert len(history) == len(last["kpi_history"]) + len(last["kpi_values"])
    assert max(row["period"] for row in history) == "2025-03"
    assert {row["source"].partition("/")[0] for row in history} == {"earlier:kpi_history", "earlier:kpi_values"}


def test_a_value_of_a_whole_year_is_no_month_of_the_history(last):
    values = last["kpi_values"].iloc[:2].assign(period=["2024", "2024-05"])
    year = with_tables(last, kpi_values=values, kpi_history=last["kpi_history"].iloc[:0])
    assert [row["period"] for row in carried_tables(year, NEXT)["kpi_history"]] == ["2024-05"]


def test_the_whole_history_of_each_case_that_is_open_is_carried_over_and_no_other(last, files):
    histories = escalation.histories(last["escalations"])
    still_open = {
        subject for subject, history in histories.items() if list(history.values())[-1]["state"] in escalation.OPEN
    }
    moves = rows(files, "escalations")
    assert (
        {(move["judged"], move["subject"]) for move in moves} == still_open == {("trust KPI", "M"), ("Dependency", "2")}
    )
    assert len(moves) == sum(len(histories[subject]) for subject in still_open)


def test_open_cases_wait_where_no_bank_holiday_covers_their_clocks(last):
    bare = replace(last, reference=NO_REFERENCE)
    assert not holidays_cover(bare, NEXT) and "escalations" not in carried_tables(bare, NEXT)
    assert "escalations" in read_yaml(new_year(bare, NEXT)["contract.yml"])["to_enter"]


def test_the_bank_holidays_are_to_cover_the_year_and_that_of_its_review(last):
    assert last_of_review(NEXT) == date(2027, 3, 31)
    covered = last["bank_holidays"]["day"].max().year
    newest = ContractYear(f"{covered - 2}-{(covered - 1) % 100:02}")  # reviewed until 31 March of the last year covered
    later = ContractYear(f"{covered - 1}-{covered % 100:02}")
    assert holidays_cover(last, newest) and not holidays_cover(last, later)


# contract.yml


def test_the_contract_is_that_of_the_next_year_and_each_of_its_sources_is_to_be_confirmed(last, contract):
    assert (contract["contract_year"], contract["starts"], contract["ends"]) == (
        "2025-26",
        date(2025, 4, 1),
        date(2026, 3, 31),
    )
    assert contract["invented"] is True and contract["annual_report"] == {"at_hand": True}
    assert [contract[key] for key in ("title", "provider", "councils")] == [
        last.contract[key] for key in ("title", "provider", "councils")
    ]
    for number, (new, old) in enumerate(zip(contract["terms"], last.contract["terms"], strict=True), 1):
        assert new == {**old, "source": f"carried:contract/{number}"}
    for key, entries in last.contract["escalation"].items():
        for number, (new, old) in enumerate(zip(contract["escalation"][key], entries, strict=True), 1):
            assert new == {**old, "source": f"carried:contract.{key}/{number}"}


def test_a_trigger_that_no_source_names_is_given_none(last):
    stage = {"stage": "informal stage", "basis": "not named in the source"}
    said = {**last.contract, "escalation": {"triggers": [], "stages": [stage]}}
    made = new_year(replace(last, contract=MappingProxyType(said)), NEXT)
    assert read_yaml(made["contract.yml"])["escalation"]["stages"] == [stage]


def test_a_timetable_keeps_its_steps_and_loses_the_days_of_its_meetings(last):
    by = {"step": "draft", "what": "First draft", "by": "31 July", "source": "cover:5/5"}
    meeting = {"step": "committee", "what": "The report", "on": date(2025, 9, 11), "source": "cover:5/7"}
    agenda = {"step": "agenda", "what": "Agenda", "clear_days": 5, "before": "committee", "source": "cover:5/7"}
    said = {**last.contract, "timetable": [by, meeting, agenda]}
    made = read_yaml(new_year(replace(last, contract=MappingProxyType(said)), NEXT)["contract.yml"])["timetable"]
    assert made == [
        {**by, "source": "carried:contract.timetable/1"},
        {**meeting, "on": None, "source": "carried:contract.timetable/2"},
        {**agenda, "source": "carried:contract.timetable/3"},
    ]


def test_where_there_is_no_timetable_it_is_made_of_the_deadlines(last):
    said = {key: value for key, value in last.contract.items() if key != "timetable"}
    made = read_yaml(new_year(replace(last, contract=MappingProxyType(said)), NEXT)["contract.yml"])["timetable"]
    first = {
        "step": "operational_group", "body": "Operational Group", "what": "A first draft is before the group by this day.",
        "by": "31 July", "source": "carried:deadlines/2",
    }  # fmt: skip
    assert made[0] == first and [step["by"] for step in made] == ["31 July", "31 August"]


def test_why_a_table_was_not_reported_stands_as_a_comment(last):
    text = new_year(without(last, "risk_scores"), NEXT)["contract.yml"]
    assert "# 2024-25 did not report risk_scores: not found\n" in text
    assert read_yaml(text)["not_reported"] == {} and "risk_scores" in read_yaml(text)["to_enter"]


def test_what_was_only_waiting_last_year_has_no_comment(last):
    held = {**last.contract, "not_reported": {"risks": NOT_ENTERED}}
    assert "did not report" not in new_year(replace(last, contract=MappingProxyType(held)), NEXT)["contract.yml"]


def test_what_is_restricted_stays_so_and_gets_no_file(last):
    kept = [
        {"table": "risk_scores", "reason": "commercial", "review": date(2026, 3, 31)},
        {"commentary": "13_risk", "reason": "commercial", "review": date(2026, 3, 31)},
    ]
    said = {**without(last, "risk_scores").contract, "restricted": kept}
    made = new_year(replace(last, contract=MappingProxyType(said)), NEXT, {"13_risk": ["overview"]})
    contract = read_yaml(made["contract.yml"])
    assert contract["restricted"] == kept
    assert not {"risk_scores.csv", "commentary/13_risk.md"} & set(made) and "risk_scores" not in contract["to_enter"]


# commentary and datapackage.yml


def test_each_file_of_commentary_is_a_stub_with_an_owner_and_no_words(last, files):
    stubs = {path[11:-3]: text for path, text in files.items() if path.startswith("commentary/")}
    assert set(stubs) == {*last.commentary, "90_more"}
    for page, text in stubs.items():
        assert commentary.head(text) == {"owner": "ICT"}
        found = commentary.blocks(text)
        assert not any(found.values())
        assert list(found)[: len(commentary.blocks(last.commentary.get(page, "")))] == list(
            commentary.blocks(last.commentary.get(page, ""))
        )
    assert list(commentary.blocks(stubs["13_risk"])) == ["overview", "register"]


def test_a_file_keeps_the_owner_that_it_had(last):
    written = "---\nowner: SIC\nwritten: 2025-06-12\n---\n## overview\nText.\n"
    year = replace(last, commentary=MappingProxyType({"03_dependencies": written}))
    assert new_year(year, NEXT)["commentary/03_dependencies.md"] == "---\nowner: SIC\n---\n## overview\n"


def test_the_documents_are_those_of_last_year_with_the_new_year_to_be_filled(last, files):
    package = read_yaml(files["datapackage.yml"])
    documents = {document["id"]: document for document in package["documents"]}
    assert list(documents) == ["report", "cover", "publications", "carried", "earlier"]
    assert (
        documents["report"]["title"] == "Annual Report of the Inventshire Service Delivery Contract (invented) 2025/26"
    )
    assert documents["report"]["address_note"] == "to be filled" and "date" not in documents["report"]
    assert documents["carried"]["title"] == "Contract year 2024-25 of this book, carried over"
    assert (package["name"], package["licence"]) == ("inventshire-annual-review-2025-26", last.package["licence"])


def test_files_imported_last_year_and_what_it_carried_over_itself_are_no_documents_of_the_new_one(last):
    held = [{"id": "publications", "title": "Public sources"}, {"id": "file1", "title": "outturn.xlsx"},
            {"id": "carried", "title": "Contract year 2023-24 of this book, carried over"}]  # fmt: skip
    year = replace(last, package=MappingProxyType({**last.package, "documents": held}))
    documents = read_yaml(new_year(year, NEXT)["datapackage.yml"])["documents"]
    assert [document["id"] for document in documents] == ["report", "publications", "carried", "earlier"]
    assert "2024-25" in documents[-1]["title"]


# refused


@pytest.mark.parametrize("year", ["2024-25", "2023-24"])
def test_a_year_that_is_not_later_is_refused(last, year):
    with pytest.raises(ValueError, match="is not later than 2024-25"):
        new_year(last, ContractYear(year))


def test_no_year_is_made_of_a_restricted_edition(last):
    edition = replace(last, contract=MappingProxyType({**last.contract, "edition": "restricted"}))
    with pytest.raises(ValueError, match="restricted edition"):
        new_year(edition, NEXT)


def test_a_step_named_in_a_way_that_no_timetable_takes_gets_another_name(last):
    deadlines = last["deadlines"].iloc[:1].assign(step=["1st.Draft-2"])
    said = {key: value for key, value in last.contract.items() if key != "timetable"}
    year = replace(with_tables(last, deadlines=deadlines), contract=MappingProxyType(said))
    assert read_yaml(new_year(year, NEXT)["contract.yml"])["timetable"][0]["step"] == "step_1st_draft_2"
