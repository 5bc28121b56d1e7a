"""How far a year is: each state of a table, commentary, what is carried over, topics, and the one thing to do next."""

import json
from datetime import date

import pytest
from icalendar import Calendar

from ncthelpers import status
from ncthelpers.load import read_year, seal_year
from ncthelpers.signoff import NOT_YET
from ncthelpers.status import status_of
from ncthelpers.years import ContractYear

YEAR, TODAY = "2031-32", date(2032, 7, 19)
TIMETABLE = """timetable:
  - {step: draft, body: Group, what: First draft, by: "31 July", source: "report:1/1"}
  - {step: agenda, what: Agenda out, clear_days: 5, before: meeting, source: "report:1/1"}
  - {step: meeting, body: Committee, what: Report put, on: 2032-09-08, source: "report:1/1"}
"""
SHOWN = {"04_cost": ("service_costs",), "12_funding": ("budget_gaps", "gap_totals")}
TOPICS = [
    {"topic": "Cost", "report_section": "4"}, {"topic": "Funding", "report_section": "12.1"}, {"topic": "Risk", "report_section": None},
]  # fmt: skip


def _path(root, name):
    return root / "data" / YEAR / name


def _add(root, text):
    path = _path(root, "contract.yml")
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def _header_only(root, table):
    path = _path(root, f"{table}.csv")
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")


def _status(root, topics=(), today=TODAY):
    data, faults = read_year(root, ContractYear(YEAR))
    return status_of(data, len(faults), today, SHOWN, topics, YEAR if topics else "")


def _states(found):
    return {table.name: table.state for table in found.tables}


def test_a_table_is_entered_awaited_nil_or_not_reported_each_told_apart(small_root):
    for table in ("budget_gaps", "approvals"):
        _header_only(small_root, table)
    _path(small_root, "pupil_forecasts.csv").unlink()
    text = _path(small_root, "contract.yml").read_text("utf-8")
    _path(small_root, "contract.yml").write_text(
        text.replace("not_reported: {}", "not_reported: {pupil_forecasts: none was found}\nto_enter: [budget_gaps]"),
        "utf-8",
    )
    found = _status(small_root)
    states = _states(found)
    assert {name: states[name] for name in ("service_costs", "budget_gaps", "approvals", "pupil_forecasts")} == {
        "service_costs": status.ENTERED, "budget_gaps": status.TO_ENTER, "approvals": status.NIL,
        "pupil_forecasts": status.NOT_REPORTED,
    }  # fmt: skip
    assert {table.reason for table in found.of(status.NOT_REPORTED)} == {"none was found"}
    assert next(table.rows for table in found.tables if table.name == "service_costs") == 3


def test_a_table_that_breaks_its_schema_is_not_readable_and_the_rest_is_told(small_root):
    path = _path(small_root, "budget_gaps.csv")
    path.write_text(path.read_text("utf-8").replace("10.5", "ten"), "utf-8")
    found = _status(small_root)
    assert _states(found)["budget_gaps"] == status.FAULTY and _states(found)["property"] == status.ENTERED
    assert found.faults and found.next_step("ncthelpers") == f"put right what `ncthelpers check {YEAR}` lists"


def test_what_is_restricted_is_exempt_and_says_when_its_review_is_due(small_root):
    text = _path(small_root, "contract.yml").read_text("utf-8")
    said = "restricted:\n  - {table: approvals, reason: names stand in it, review: 2032-07-01}\n"
    said += "  - {commentary: 04_cost, reason: prices stand in it, review: 2032-08-01}\n"
    _path(small_root, "contract.yml").write_text(text + said, "utf-8")
    _path(small_root, "approvals.csv").unlink()
    _path(small_root, "commentary/04_cost.md").unlink()
    found = _status(small_root, TOPICS)
    assert [table.name for table in found.of(status.EXEMPT)] == ["approvals"]
    assert [(one.page, one.exempt, one.is_stub) for one in found.commentary] == [("04_cost", True, False)]
    assert found.topics[0].lacks == ()
    assert len(found.reviews_due) == 1 and found.reviews_due[0].startswith("approvals.csv")


def test_commentary_without_words_is_a_stub_of_its_owner(small_root):
    _path(small_root, "commentary/12_funding.md").write_text(
        "---\nowner: EAST\n---\n## overview\n\n## outlook\nWords.\n\nsource: report:1/1\n", "utf-8"
    )
    [stub] = _status(small_root).stubs
    assert (stub.page, stub.owner, stub.written, stub.blocks) == ("12_funding", "EAST", 1, 2)


def test_what_is_carried_over_is_listed_by_its_place(small_root):
    text = _path(small_root, "contract.yml").read_text("utf-8")
    _path(small_root, "contract.yml").write_text(text.replace("report:1/1", "carried:contract/1"), "utf-8")
    path = _path(small_root, "property.csv")
    path.write_text(
        path.read_text("utf-8").replace("Not agreed.,report:1/1", "Not agreed.,carried:property/3"), "utf-8"
    )
    found = _status(small_root)
    assert [(fault.file.rpartition("/")[2], fault.row, fault.column, fault.value) for fault in found.carried] == [
        ("contract.yml", None, "terms 1", "carried:contract/1"), ("property.csv", 3, "source", "carried:property/3"),
    ]  # fmt: skip


def test_a_topic_lacks_what_its_page_shows_and_nobody_has_entered_or_written(small_root):
    cost, funding, risk = _status(small_root, TOPICS).topics
    assert (cost.page, cost.lacks) == ("04_cost", ())
    assert (funding.page, funding.lacks) == ("12_funding", ("commentary",))
    assert risk.lacks == ("a page",)
    _header_only(small_root, "budget_gaps")
    _add(small_root, "to_enter: [budget_gaps]\n")
    assert _status(small_root, TOPICS).topics[1].lacks == ("budget_gaps", "commentary")


def test_what_a_year_declares_not_to_report_does_not_make_a_topic_incomplete(small_root):
    _path(small_root, "service_costs.csv").unlink()
    text = _path(small_root, "contract.yml").read_text("utf-8")
    _path(small_root, "contract.yml").write_text(
        text.replace("not_reported: {}", "not_reported: {service_costs: lost}"), "utf-8"
    )
    cost = _status(small_root, TOPICS).topics[0]
    assert (cost.lacks, cost.without) == ((), ("service_costs (not reported)",))


def test_the_next_thing_follows_from_what_is_there(small_root, command, monkeypatch):
    def told(today=TODAY):
        seal_year(small_root, ContractYear(YEAR))
        return _status(small_root, today=today).next_step("ncthelpers")

    _add(small_root, TIMETABLE)
    assert told() == f"sign off: `ncthelpers sign-off {YEAR} --role ROLE`"
    _add(small_root, "sign_off: [Director]\n")
    assert told() == f'sign off: `ncthelpers sign-off {YEAR} --role "Director"`'
    assert command(small_root, "sign-off", YEAR, "--role", "Director", "--on", "2032-08-14")[0] == 2  # not come yet
    _path(small_root, "commentary/12_funding.md").write_text("---\nowner: EAST\n---\n## overview\n", "utf-8")
    assert told() == f"get the commentary of EAST: `ncthelpers commentary {YEAR} --out FILE.docx`"
    _header_only(small_root, "budget_gaps")
    _add(small_root, "to_enter: [budget_gaps]\n")
    assert told().startswith(f"enter 1 table: `ncthelpers workbook {YEAR} --out FILE.xlsx`")


def test_once_signed_the_next_step_of_the_review_is_named_and_then_nothing(small_root):
    from ncthelpers import datapackage

    _add(small_root, TIMETABLE)
    seal_year(small_root, ContractYear(YEAR))
    datapackage.sign(_path(small_root, ""), "Director", TODAY)
    assert _status(small_root).next_step("ncthelpers") == (
        "take the next step of the review and enter it in review_steps: First draft (before 31 July 2032: 12 days left)"
    )
    text = _path(small_root, "contract.yml").read_text("utf-8").replace(TIMETABLE, "")
    _path(small_root, "contract.yml").write_text(text, "utf-8")
    seal_year(small_root, ContractYear(YEAR))
    datapackage.sign(_path(small_root, ""), "Director", TODAY)
    assert _status(small_root).next_step("ncthelpers") == "nothing: what is needed is entered and signed off"


def test_the_command_tells_the_state_in_plain_lines_that_end_with_what_to_do(small_root, command):
    _add(small_root, TIMETABLE + "sign_off: [Director]\n")
    seal_year(small_root, ContractYear(YEAR))
    code, out, err = command(small_root, "status", YEAR, "--today", "2032-07-19")
    lines = out.splitlines()
    assert code == 0 and lines[0] == f"{YEAR} on 2032-07-19: no fault"
    assert "  draft: Group: First draft: before 31 July 2032: 12 days left" in lines
    assert any(
        "agenda: Agenda out: no date yet: it cannot be counted: the reference holds no table" in line for line in lines
    )
    assert f"  Director: {NOT_YET}" in lines
    assert lines[-1].startswith("What to do next: ")
    assert max(map(len, lines)) < 200 and err == ""


def test_what_waits_is_told_by_owner_and_what_is_carried_by_file_in_spans(small_root, command):
    for page, owner in (("12_funding", "EAST"), ("13_risk", "EAST"), ("14_more", "AIT")):
        _path(small_root, f"commentary/{page}.md").write_text(f"---\nowner: {owner}\n---\n## overview\n", "utf-8")
    path = _path(small_root, "figures.csv")
    path.write_text(path.read_text("utf-8").replace("report:2/1", "carried:figures/2"), "utf-8")
    code, out, _ = command(small_root, "status", YEAR)
    assert code == 0
    assert "  EAST: 12_funding, 13_risk\n  AIT: 14_more\n" in out
    assert "Carried over and not confirmed: 3\n  figures.csv: rows 2 to 4\n" in out


def test_a_late_step_does_not_fail_the_command(small_root, command):
    _add(small_root, TIMETABLE)
    seal_year(small_root, ContractYear(YEAR))
    code, out, _ = command(small_root, "status", YEAR, "--today", "2032-08-02")
    assert code == 0 and "before 31 July 2032: late by 2 days" in out


def test_the_state_is_given_as_json(small_root, command):
    _add(small_root, TIMETABLE)
    seal_year(small_root, ContractYear(YEAR))
    code, out, _ = command(small_root, "status", YEAR, "--json", "--today", "2032-07-19")
    found = json.loads(out)
    assert code == 0 and found["year"] == YEAR and found["faults"] == 0 and found["next"]
    assert found["steps"][0] | {"said": ""} == {
        "step": "draft", "body": "Group", "what": "First draft", "last": "2032-07-30", "rule": "before 31 July 2032",
        "taken": "", "state": "due", "left": 12, "source": "report:1/1", "said": "",
    }  # fmt: skip


def test_a_year_with_faults_is_told_as_far_as_it_can_be_read(small_root, command):
    _path(small_root, "contract.yml").write_text("councils: [\n", "utf-8")
    path = _path(small_root, "property.csv")
    path.write_text(path.read_text("utf-8").replace("EAST,4", "EAST,four"), "utf-8")
    code, out, _ = command(small_root, "status", YEAR)
    assert code == 0 and "faults: run `python -m ncthelpers --root" in out and "1 not readable" in out


@pytest.mark.parametrize(
    "text", ["", "timetable: 5\nsign_off: 5\nrestricted: 5\nto_enter: 5\n", "provider: 5\n", "- 1\n"]
)
def test_no_contract_gives_a_traceback(small_root, command, text, tmp_path):
    _path(small_root, "contract.yml").write_text(text, "utf-8")
    code, out, err = command(small_root, "status", YEAR, "--ics", str(tmp_path / "a.ics"))
    assert code == 0 and "Traceback" not in out + err


def test_the_calendar_file_is_written_whole_and_the_same_again(small_root, command, tmp_path):
    _add(small_root, TIMETABLE)
    seal_year(small_root, ContractYear(YEAR))
    first, again = tmp_path / "a.ics", tmp_path / "b.ics"
    assert command(small_root, "status", YEAR, "--today", "2032-07-19", "--ics", str(first))[0] == 0
    assert command(small_root, "status", YEAR, "--today", "2032-07-20", "--ics", str(again))[0] == 0
    assert first.read_bytes() == again.read_bytes() and b"\r\n" in first.read_bytes()
    assert len(Calendar.from_ical(first.read_bytes()).walk("VEVENT")) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((YEAR, "--today", "19/07/2032"), "is not a day"),
        (("2031-33",), "not a contract year"),
        (("2040-41",), "is missing"),
    ],
)
def test_bad_input_is_refused(small_root, command, arguments, said):
    code, _, err = command(small_root, "status", *arguments)
    assert code == 2 and said in err and "Traceback" not in err


def test_the_topics_of_the_year_before_are_taken_where_the_year_lists_none(repository, command):
    code, out, _ = command(repository / "examples" / "inventshire", "status", "2024-25", "--json")
    assert code == 0 and json.loads(out)["topics_of"] == "2024-25"
    code, out, _ = command(repository, "status", "2022-23")
    assert code == 0 and "by the list of 2021-22, for this year has none" in out
