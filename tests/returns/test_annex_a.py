"""The Annex A workbook: its lists found, dirt met, each rule by hand-worked rows, and what it cannot tell left unavailable."""

import csv
import zipfile
from collections import Counter
from datetime import date, datetime

import openpyxl
import polars as pl
import pytest

from ncthelpers.faults import DataFaults
from ncthelpers.returns import annex_a, indicators
from ncthelpers.returns.annex_a import read, tidy
from ncthelpers.returns.demand import ALL, demand
from ncthelpers.returns.layouts import layout_for
from ncthelpers.returns.records import Cover
from ncthelpers.years import ContractYear

YEAR, AS_AT = ContractYear("2031-32"), date(2031, 12, 31)
LAYOUT = layout_for("annex-a", YEAR)
CHILD = "Child Unique ID"
REFERRED, NFA = "Date of Referral", "Referral NFA?"
STRATEGY, CONFERENCE = (
    "Strategy discussion initiating Section 47 Enquiry Start Date",
    "Date of Initial Child Protection Conference",
)
NOT_NEEDED = "Was an Initial Child Protection Conference deemed unnecessary?"
STARTED, AUTHORISED = "Continuous Assessment Start Date", "Continuous Assessment Date of Authorisation"
PLAN, PLAN_END, EARLIER = (
    "Child Protection Plan Start Date",
    "Child Protection Plan End Date",
    "Number of Previous Child Protection Plans",
)
ADOPTED = "Date of Adoption Order"
# list | columns | cells -> what is kept, or why it is left out or changed; the workbook is of 31 December 2031
RECORDS = """
referrals | a; 2031-07-01; No         | a 2031-07-01 False |
referrals | a; 2031-12-31; a) Yes     | a 2031-12-31 True  |
referrals | a; 30/06/2031; No         |                    | EARLIER
referrals | a; 2032-01-01; No         |                    | LATER_DAY
referrals | a; ; No                   |                    | NO_DAY
referrals | ; 2031-07-01; No          |                    | NO_CHILD
referrals | a; #N/A; No               |                    | field empty: Date of Referral is an error of the spreadsheet+NO_DAY
referrals | a; 01/07/31; No           |                    | field empty: Date of Referral has a year of two digits+NO_DAY
referrals | a; 2031-07-01; maybe      | a 2031-07-01       | field empty: Referral NFA? is none of the codes
assessments | a; 2031-03-01; 2031-07-01 | a 2031-03-01 2031-07-01 |
assessments | a; 2031-03-01; 2031-06-30 |                         | EARLIER
assessments | a; 2031-03-01;            |                         | NOT_YET
section47 | a; 2031-07-01; ; 2031-07-20   | a 2031-07-01 2031-07-20 |
section47 | a; 2031-12-20; ; 2032-01-05   | a 2031-12-20            | STILL_TO_COME conference
section47 | a; 2031-06-30; ; 2031-07-20   |                         | EARLIER
section47 | a; 2031-07-01; Y ;            | a 2031-07-01 True       |
plans | a; 2031-08-01; ; 2                | a 2031-08-01 2            |
plans | a; 2031-08-01; 2031-09-01; 0      | a 2031-08-01 2031-09-01 0 |
plans | a; 2031-08-01; 2031-07-01; 0      | a 2031-08-01 0            | BACKWARDS
plans | a; 2025-08-01; ; 0                | a 2025-08-01 0            |
plans | a; 2025-08-01; 2031-07-01; 0      | a 2025-08-01 2031-07-01 0 |
plans | a; 2025-08-01; 2031-06-30; 0      |                           | EARLIER
plans | a; 2031-08-01; ; several          | a 2031-08-01              | field empty: Number of Previous Child Protection Plans is not a whole number
adoptions | a; 2031-01-01                 | a 2031-01-01 |
adoptions | a; 2030-12-31                 |              | EARLIER
adoptions | a;                            |              | NOT_YET
"""
COLUMNS = {
    "referrals": (CHILD, REFERRED, NFA),
    "assessments": (CHILD, STARTED, AUTHORISED),
    "section47": (CHILD, STRATEGY, NOT_NEEDED, CONFERENCE),
    "plans": (CHILD, PLAN, PLAN_END, EARLIER),
    "adoptions": (CHILD, ADOPTED),
}


def sheet_of(book, name, rows, title="", above=()):
    """A sheet of a list as the template has it: every column, and rows that fill some."""
    module = LAYOUT[name]
    names = [*(column.theirs for column in module.columns), *module.not_used]
    sheet = book.create_sheet(title or module.file)
    for line in (*above, names, *([row.get(column) for column in names] for row in rows)):
        sheet.append(line)
    return sheet


@pytest.fixture
def workbook(tmp_path):
    def made(*sheets, name="annex_a.xlsx", **lists):
        book = openpyxl.Workbook()
        book.active.append(["Guidance for whoever fills this in"])
        for named, rows in lists.items():
            sheet_of(book, named, rows)
        for arguments in sheets:
            sheet_of(book, **arguments)
        path = tmp_path / name
        book.save(path)
        return path

    return made


def reasons(records):
    found = Counter()
    for _, _, reason, count in records.left_out.rows():
        found[reason] += count
    return found


@pytest.mark.parametrize("line", RECORDS.strip().splitlines())
def test_a_record_is_taken_left_out_or_mended(workbook, line):
    name, cells, kept, why = (part.strip() for part in line.split("|"))
    row = dict(zip(COLUMNS[name], (cell.strip() or None for cell in cells.split(";")), strict=True))
    records = tidy(read([workbook(**{name: [row]})], YEAR), as_at=AS_AT)
    found = [" ".join(str(cell) for cell in row if cell is not None) for row in records[name].rows()]
    assert found == ([kept] if kept else [])
    expected = Counter()
    for reason in filter(None, why.split("+")):
        rule, _, column = reason.partition(" ")
        expected[getattr(annex_a, rule).format(column) if hasattr(annex_a, rule) else reason] += 1
    assert reasons(records) == expected


def test_every_list_and_column_of_the_golden_file_is_known(golden):
    with (golden / "annex_a/annex_a_lists_and_columns.csv").open(encoding="utf-8") as file:
        theirs = {(row["list"], row["column"]) for row in csv.DictReader(file)}
    assert {(module.file, name) for module in LAYOUT.modules for name in module.known} == theirs


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("List 3", True), ("3", True), ("AnnexA_List_3", True), ("list 03 referrals", True), ("Referrals", True),
        ("3 of 11", True), ("2031", True),
    ],
)  # fmt: skip
def test_a_list_is_found_by_its_number_or_its_header(workbook, title, found):
    raw = read([workbook({"name": "referrals", "title": title, "rows": [{CHILD: "a", REFERRED: "2031-07-01"}]})], YEAR)
    assert ("referrals" in raw.tables) is found


def test_a_header_may_stand_below_titles_and_rows_are_counted_as_in_the_file(workbook):
    rows = [{CHILD: "a", REFERRED: "2031-07-01"}, {CHILD: "b", REFERRED: "soon"}]
    above = [["List 3: referrals"], [], ["Made on 31 December", None, "by the data team"]]
    path = workbook({"name": "referrals", "rows": rows, "above": above})
    ledger = annex_a.Ledger("annex-a")
    assert tidy(read([path], YEAR), ledger=ledger, as_at=AS_AT)["referrals"]["child"].to_list() == ["a"]
    assert set(ledger.detail().select("row", "child").rows()) == {(6, "b")}


def test_days_of_the_spreadsheet_formulas_and_errors_are_met(workbook):
    path = workbook(
        referrals=[
            {CHILD: 17, REFERRED: datetime(2031, 7, 1), NFA: "a) No"},
            {CHILD: "b", REFERRED: "=TODAY()", NFA: "No"},
            {CHILD: "c", REFERRED: "#N/A", NFA: "#REF!"},
        ]
    )
    records = tidy(read([path], YEAR), as_at=AS_AT)
    assert records["referrals"].select("child", "referred", "no_further_action").rows() == [
        ("17", date(2031, 7, 1), False)
    ]
    assert reasons(records) == {
        "field empty: Date of Referral is a formula, not a value": 1,
        "field empty: Date of Referral is an error of the spreadsheet": 1,
        "field empty: Referral NFA? is an error of the spreadsheet": 1,
        annex_a.NO_DAY: 2,
    }


def test_every_fault_of_a_workbook_is_told_at_once(workbook, tmp_path):
    path = workbook(referrals=[{CHILD: "a"}])
    book = openpyxl.load_workbook(path)
    book["List 3"].cell(1, 2).value = "Referral date"
    again = book.create_sheet("List 4")
    again.append([CHILD, STARTED])
    sheet_of(book, "plans", [])
    sheet_of(book, "plans", [], "Old list 7")
    book.save(path)
    (tmp_path / "list.csv").write_text("a\n", "utf-8")
    with pytest.raises(DataFaults) as caught:
        read([path, tmp_path / "list.csv", tmp_path / "none.xlsx"], YEAR)
    told = "\n".join(map(str, caught.value.faults))
    for part in (
        "annex_a.xlsx!List 3, column Date of Referral: is missing",
        f"annex_a.xlsx!List 4, column {AUTHORISED}: is missing",
        "annex_a.xlsx!Old list 7: is List 7 (plans)",
        "list.csv: is no workbook",
        "none.xlsx: is not there",
    ):
        assert part in told


def test_a_workbook_without_a_list_is_refused_and_other_sheets_are_told(workbook):
    with pytest.raises(DataFaults, match="holds none of the lists 1 to 11"):
        read([workbook()], YEAR)
    raw = read([workbook(referrals=[], contacts=[])], YEAR)
    assert {str(warning).split("!")[1] for warning in raw.warnings} == {
        "Sheet: is not used: it is none of the lists 1 to 11",
        "List 1: is not used: no figure is counted from contacts",
    }


def test_an_unknown_column_is_a_warning(workbook):
    path = workbook(referrals=[{CHILD: "a", REFERRED: "2031-07-01"}])
    book = openpyxl.load_workbook(path)
    book["List 3"].cell(1, 20).value = "Team code"
    book.save(path)
    [warning] = [warning for warning in read([path], YEAR).warnings if warning.column]
    assert (warning.column, warning.rule.split(":")[0]) == (
        "Team code",
        "is no column of referrals of annex-a-every-year",
    )


def test_a_name_of_two_columns_is_a_fault(workbook):
    path = workbook({"name": "referrals", "rows": [], "above": [["Referrals"]]}, plans=[])
    book = openpyxl.load_workbook(path)
    book["List 3"].cell(2, 20).value = REFERRED
    book.save(path)
    with pytest.raises(DataFaults) as caught:
        read([path], YEAR)
    [fault] = caught.value.faults
    assert (fault.row, fault.column, fault.rule) == (2, REFERRED, "is the name of two columns")


def test_a_child_is_adopted_once(workbook):
    rows = [
        {CHILD: "a", ADOPTED: "2031-05-01"},
        {CHILD: "a", ADOPTED: "2031-05-02"},
        {CHILD: "b", ADOPTED: "2031-05-01"},
    ]
    records = tidy(read([workbook(adoptions=rows)], YEAR), as_at=AS_AT)
    assert records["adoptions"].select("child", "adopted").rows() == [("a", date(2031, 5, 2)), ("b", date(2031, 5, 1))]
    assert reasons(records) == {annex_a.OTHER_ADOPTION: 1}


def test_a_folder_is_read_as_the_workbooks_in_it(workbook):
    path = workbook(referrals=[{CHILD: "a", REFERRED: "2031-07-01"}])
    workbook(plans=[{CHILD: "a", PLAN: "2031-07-01"}], name="plans.xlsx")
    (path.parent / "~$annex_a.xlsx").write_bytes(b"of another program")
    raw = read([path.parent], YEAR)
    assert set(raw.tables) == {"referrals", "plans"} and len(raw.files) == 2 and set(raw.rows.values()) == {1}


MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="List 3">{rows}</table:table></office:spreadsheet></office:body>
</office:document-content>"""


def test_a_workbook_of_another_kind_is_read_and_told(tmp_path):
    path = tmp_path / "annex_a.ods"
    lines = [(CHILD, REFERRED, NFA), ("a", "01/07/2031", "No")]
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(f"<table:table-row>{''.join(map(cell.format, line))}</table:table-row>" for line in lines)
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", MANIFEST)
        packed.writestr("content.xml", ODS.format(rows=rows))
    raw = read([path], YEAR)
    assert tidy(raw, as_at=AS_AT)["referrals"]["referred"].to_list() == [date(2031, 7, 1)]
    assert [warning.rule for warning in raw.warnings if not warning.column] == [annex_a.OLD_BOOK]


def test_a_file_that_is_no_workbook_is_named(tmp_path):
    path = tmp_path / "annex.xls"
    path.write_bytes(b"none")
    with pytest.raises(DataFaults, match="cannot be read as a workbook"):
        read([path], YEAR)


def test_the_day_must_lie_in_the_year_and_workbooks_are_not_joined(workbook):
    raw = read([workbook(referrals=[])], YEAR)
    with pytest.raises(DataFaults, match="which is not in 2031-32"):
        tidy(raw, as_at=date(2032, 4, 1))
    other = read([workbook(referrals=[], name="last.xlsx")], YEAR.before)
    with pytest.raises(DataFaults, match=r"last\.xlsx: is a snapshot"):
        tidy(raw, other, as_at=AS_AT)


def test_each_list_tells_of_its_own_months(workbook):
    records = tidy(read([workbook(**{name: [] for name in COLUMNS})], YEAR), as_at=AS_AT)
    six = Cover(date(2031, 7, 1), AS_AT)
    assert records.covers == {
        "referrals": six, "assessments": six, "plans": six, "section47": Cover(date(2031, 8, 1), AS_AT),
        "adoptions": Cover(date(2031, 1, 1), AS_AT),
    }  # fmt: skip


def test_what_the_lists_do_not_tell_is_not_counted(workbook, holidays_of_year):
    path = workbook(
        referrals=[{CHILD: "a", REFERRED: "2031-07-01", NFA: "No"}],
        assessments=[{CHILD: "a", STARTED: "2031-07-01", AUTHORISED: "2031-08-01"}],
        section47=[{CHILD: "a", STRATEGY: "2031-08-01", CONFERENCE: "2031-08-15"}],
        plans=[{CHILD: "a", PLAN: "2031-08-15", EARLIER: "1"}],
    )
    found = indicators.count_all(tidy(read([path], YEAR), as_at=AS_AT), YEAR, holidays_of_year).results
    assert set(found["indicator"]) == {"assessments_45wd_own_start", "icpc_15wd", "repeat_plans"}
    months = found.filter((pl.col("series") == "month") & pl.col("symbol").is_null())
    counted = {
        name: rows["period"].to_list() for (name,), rows in months.partition_by("indicator", as_dict=True).items()
    }
    assert counted == {
        "assessments_45wd_own_start": [f"2031-{month:02}" for month in range(7, 13)],
        "icpc_15wd": [f"2031-{month:02}" for month in range(8, 13)],
        "repeat_plans": [f"2031-{month:02}" for month in range(7, 13)],
    }
    august = months.filter(pl.col("period") == "2031-08").select("indicator", "numerator", "denominator").rows()
    assert sorted(august) == [("assessments_45wd_own_start", 1, 1), ("icpc_15wd", 1, 1), ("repeat_plans", 1, 1)]


@pytest.fixture
def holidays_of_year():
    from ncthelpers.workingdays import Holidays

    return Holidays(frozenset(), date(2030, 1, 1), date(2033, 12, 31))


def test_plans_open_at_month_end_and_ended_are_those_of_every_start(workbook):
    """40 plans of two years before, 10 of which ended on 10 August, and 8 that began in each month from July."""
    old = [
        {CHILD: f"old{n}", PLAN: "2029-06-01", PLAN_END: "2031-08-10" if n < 10 else None, EARLIER: "0"}
        for n in range(40)
    ]
    new = [
        {CHILD: f"{month}{n}", PLAN: f"2031-{month:02}-05", EARLIER: "0"} for month in range(7, 13) for n in range(8)
    ]
    records = tidy(read([workbook(plans=[*old, *new])], YEAR), as_at=AS_AT)
    found = demand(records, YEAR).results.filter(pl.col("breakdown") == ALL)
    told = {(measure, month): count for measure, month, count in found.select("measure", "period", "count").rows()}
    open_, ended, started = (f"child protection plans {what}" for what in ("at month end", "ended", "started"))
    assert [told[open_, f"2031-{month:02}"] for month in (6, 7, 8, 12)] == [None, 48, 46, 78]
    assert [told[ended, f"2031-{month:02}"] for month in (6, 7, 8, 9)] == [None, 0, 10, 0]
    assert [told[started, f"2031-{month:02}"] for month in (6, 7, 12)] == [None, 8, 8]
