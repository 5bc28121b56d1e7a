"""Importing: what would change is shown and agreed to, bad input writes nothing, and what is written has no fault."""

import io
import json
import sys
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
import yaml

from ncthelpers import cli
from ncthelpers.exchange import importing, staging, word
from ncthelpers.exchange.current import current
from ncthelpers.exchange.differences import (
    Difference,
    commentary_differences,
    contract_differences,
    rows_of,
    table_differences,
)
from ncthelpers.exchange.importing import proposed
from ncthelpers.exchange.workbook import workbook
from ncthelpers.load import load_year, year_folder
from ncthelpers.schemas import read_schemas
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

YEAR = "2031-32"
END = ContractYear(YEAR).end
FIXTURE = Path(__file__).parent / "fixtures" / "invented.xls"
AGREED = ("--yes", "--reason", "the audited figures")
PROPERTY = ["council", "buildings", "maintenance_schedule", "source"]


def snapshot(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*")
            if path.is_file() and "_build" not in path.relative_to(root).parts}  # fmt: skip


def book(path, **sheets):
    """A workbook of the sheets given, each a list of rows."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name.replace("__", " "))
        for row in rows:
            sheet.append(row)
    made.save(path)
    return str(path)


@pytest.fixture
def file(tmp_path):
    """Makes a workbook called outturn.xlsx."""
    return lambda **sheets: book(tmp_path / "outturn.xlsx", **sheets)


def held(root, name):
    return (year_folder(root, ContractYear(YEAR)) / name).read_text("utf-8")


# what is written


def test_a_table_is_replaced_and_its_rows_cite_the_file(small_root, command, file):
    path = file(property=[PROPERTY, ["EAST", 6, "Agreed."], ["WEST", 5, "Not agreed."]])
    before = snapshot(small_root)
    done = command(small_root, "import", YEAR, path, *AGREED)
    assert (done.code, done.out.splitlines()) == (0, [
        "property, EAST, buildings: 4 -> 6 (+2)", "property, EAST, source: report:1/1 -> file1:property/2",
    ])  # fmt: skip
    assert held(small_root, "property.csv") == (
        "council,buildings,maintenance_schedule,source\nEAST,6,Agreed.,file1:property/2\nWEST,5,Not agreed.,report:1/1\n"
    )
    after = snapshot(small_root)
    changed = {name.rpartition("/")[2] for name in after if after[name] != before.get(name)}
    assert changed - {".sealed.json"} == {"property.csv", "datapackage.yml"} and set(after) >= set(before)
    package = read_yaml(held(small_root, "datapackage.yml"))
    digest = sha256(Path(path).read_bytes()).hexdigest()
    [document] = [one for one in package["documents"] if one["id"] == "file1"]
    assert (document["title"], document["sha256"], document["licence"]) == ("outturn.xlsx", digest, "Invented")
    [entry] = package["imports"]
    assert entry | {"on": ""} == {
        "on": "", "file": "outturn.xlsx", "sha256": digest, "tables": ["property"], "reason": "the audited figures",
    }  # fmt: skip
    assert load_year(small_root, YEAR)["property"]["buildings"].tolist() == [6, 5]
    assert [path.name for path in (small_root / "_build").iterdir()] == ["run.lock"]


def test_the_same_file_again_changes_nothing_at_all(small_root, command, file):
    path = file(property=[PROPERTY, ["EAST", 6, "Agreed."], ["WEST", 5, "Not agreed."]])
    command(small_root, "import", YEAR, path, *AGREED)
    before = snapshot(small_root)
    done = command(small_root, "import", YEAR, path)
    assert (done.code, done.out, done.err) == (0, "", f"{YEAR}: nothing to change\n")
    assert snapshot(small_root) == before


def test_another_file_has_another_id_and_the_first_keeps_its_rows(small_root, command, file):
    command(
        small_root,
        "import",
        YEAR,
        file(property=[PROPERTY, ["EAST", 6, "Agreed."], ["WEST", 5, "Not agreed."]]),
        *AGREED,
    )
    command(
        small_root,
        "import",
        YEAR,
        file(property=[PROPERTY, ["EAST", 6, "Agreed."], ["WEST", 9, "Not agreed."]]),
        *AGREED,
    )
    assert [row["source"] for row in rows_of(held(small_root, "property.csv").encode())] == [
        "file1:property/2", "file2:property/3",
    ]  # fmt: skip
    assert len(read_yaml(held(small_root, "datapackage.yml"))["imports"]) == 2


def test_what_means_the_same_keeps_the_way_it_was_written(small_root, command, file):
    header = ["service", "role", "budget", "gross_outturn", "covid_funding", "forecast_outturn", "outturn_variance"]
    rows = [
        ["Homes", "Service", "£1,500", 1700, "(150)", 1550, 50], ["Fostering", "service", 700, 600, 0, 600, -100],
        ["The trust", "funding", "(2,200)", -2200, 0, -2200, 0],
    ]  # fmt: skip
    assert command(small_root, "import", YEAR, file(service_costs=[["Outturn"], header, *rows])).err.endswith(
        "nothing to change\n"
    )


def test_a_column_that_the_sheet_lacks_keeps_what_it_held(small_root, command, file):
    rows = [["event", "start", "printed", "body", "kind", "happening", "context"],
            ["later_review", "Jan-33", "early 2033", "The trust", "plan", "A review is due.", "Yes"]]  # fmt: skip
    done = command(small_root, "import", YEAR, file(events=rows), *AGREED)
    assert done.code == 0 and "first_meeting" in held(small_root, "events.csv")  # another's file adds to the table
    assert "taken out" not in done.out + done.err
    rows.append(["first_meeting", "01/06/2031", "1 June 2031", "The trust", "governance", "The board met.", "no"])
    assert command(small_root, "import", YEAR, file(events=rows), *AGREED).code == 0
    ends = {row["event"]: row["end"] for row in rows_of(held(small_root, "events.csv").encode())}
    assert ends["first_meeting"] == "" and ends["later_review"] == "2033-03"


def test_a_second_return_adds_to_the_first_and_corrects_it_in_its_place(small_root, command, file):
    before = [row["council"] for row in rows_of(held(small_root, "property.csv").encode())]
    rows = [["council", "buildings", "maintenance_schedule"], [before[1], "9", "Agreed."]]
    assert command(small_root, "import", YEAR, file(property=rows), *AGREED).code == 0
    now = rows_of(held(small_root, "property.csv").encode())
    assert [row["council"] for row in now] == before and now[1]["buildings"] == "9"


def test_an_emptied_source_confirms_a_row_that_was_carried_over_and_no_other(small_root, command, file):
    folder = year_folder(small_root, ContractYear(YEAR))
    rows = rows_of(held(small_root, "property.csv").encode())
    text = held(small_root, "property.csv").replace(rows[0]["source"], "carried:property/2", 1)
    (folder / "property.csv").write_text(text, "utf-8")
    package = (folder / "datapackage.yml").read_text("utf-8")
    carried = "documents:\n- {id: carried, title: The year before}\n"
    (folder / "datapackage.yml").write_text(package.replace("documents:\n", carried, 1), "utf-8")
    names = list(rows[0])
    emptied = [names, *([value if name != "source" else "" for name, value in row.items()] for row in rows)]
    done = command(small_root, "import", YEAR, file(property=emptied), *AGREED)
    assert done.code == 0, done.err
    now = rows_of(held(small_root, "property.csv").encode())
    assert now[0]["source"] == "file1:property/2" and now[1]["source"] == rows[1]["source"]


def test_old_excel_with_an_error_is_refused_at_its_cell_and_read_without(small_root, command):
    done = command(small_root, "import", YEAR, str(FIXTURE), *AGREED)
    assert done.code == 2
    assert "invented.xls!budget_gaps!C2 (row 2, column gap): '#ERROR' is an error of the spreadsheet" in done.err
    for sheet in ("pupil_forecasts", "events"):
        assert command(small_root, "import", YEAR, str(FIXTURE), "--sheet", sheet).err == f"{YEAR}: nothing to change\n"
    done = command(small_root, "import", YEAR, str(FIXTURE), "--sheet", "Buildings the trust works from", *AGREED)
    assert done.out == "property, EAST, buildings: 4 -> 6 (+2)\n"


def test_a_csv_file_of_any_name_is_the_table_that_is_said(small_root, command, tmp_path):
    path = tmp_path / "east and west.csv"
    path.write_bytes("Council;Buildings;Maintenance schedule\nEAST;7;Agreed.\nWEST;5;Not agreed.\n".encode("utf-8-sig"))
    refused = command(small_root, "import", YEAR, str(path), *AGREED)
    assert refused.code == 2 and "holds no sheet that is named after a table ('east and west')" in refused.err
    assert command(small_root, "import", YEAR, str(path), "--table", "property", *AGREED).code == 0
    assert "file1:east_and_west/2" in held(small_root, "property.csv")


def test_sheets_that_are_no_tables_are_named(small_root, command, file):
    done = command(
        small_root,
        "import",
        YEAR,
        file(property=[PROPERTY, ["EAST", 4, "Agreed."], ["WEST", 5, "Not agreed."]], Notes=[["x"]]),
    )
    assert "not read, as no table is called so: Notes" in done.err


# what is refused


def test_every_fault_is_told_at_its_cell_and_nothing_is_written(small_root, command, file):
    path = file(
        property=[["Buildings"], PROPERTY, ["EAST", 4.5, "Agreed.", ""], ["WEST", "many", ""], ["KENT", 1, "No."]],
        figures=[["figure", "value"], ["a", 1]],
    )
    before = snapshot(small_root)
    done = command(small_root, "import", YEAR, path, *AGREED)
    assert (done.code, done.out) == (2, "") and snapshot(small_root) == before
    for line in (
        "outturn.xlsx!property!B3 (row 3, column buildings): '4.5' has decimals, and the column counts whole things",
        "outturn.xlsx!property!B4 (row 4, column buildings): 'many' is not a number",
        "outturn.xlsx!property!C4 (row 4, column maintenance_schedule): is empty but required",
        "outturn.xlsx!property!A5 (row 5, column council): 'KENT' is not a council of the contract (EAST, WEST)",
        (
            "outturn.xlsx!figures, row 1, column meaning: is a column that the table asks for and the sheet lacks; "
            "head it meaning or What it measures"
        ),
    ):
        assert any(line in said for said in done.err.splitlines()), (line, done.err)
    assert not any("data/" in line for line in done.err.splitlines())


def test_a_fault_below_a_cell_of_two_lines_has_the_cell_of_the_sheet(small_root, command, file):
    done = command(
        small_root,
        "import",
        YEAR,
        file(property=[PROPERTY, ["EAST", 4, "Agreed\nby both."], ["WEST", -5, "No."]]),
        *AGREED,
    )
    assert "outturn.xlsx!property!B3 (row 3, column buildings): '-5'" in done.err


def test_rows_with_the_same_key_are_named_as_the_sheet_counts_them(small_root, command, file):
    rows = [[""], [""], PROPERTY, ["EAST", 4, "Agreed."], ["EAST", 5, "Agreed."]]
    done = command(small_root, "import", YEAR, file(property=rows), *AGREED)
    assert "outturn.xlsx!property!A5" in done.err and "rows 2, 3" not in done.err


def test_a_fault_that_the_year_had_before_does_not_stop_what_mends_another(small_root, command, file):
    folder = year_folder(small_root, ContractYear(YEAR))
    for name, old, new in (("property.csv", "EAST,4", "EAST,x"), ("approvals.csv", "2032-08-26", "August")):
        (folder / name).write_text((folder / name).read_text().replace(old, new))
    done = command(
        small_root,
        "import",
        YEAR,
        file(property=[PROPERTY, ["EAST", 4, "Agreed."], ["WEST", 5, "Not agreed."]]),
        *AGREED,
    )
    assert done.code == 0 and "not sealed" in done.err and "EAST,4" in held(small_root, "property.csv")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--sheet", "Nothing"], "has no one sheet called Nothing"), (["--table", "nothing"], "nothing is not a table"),
        (["--table", "property"], "has more than one sheet"),
    ],
)  # fmt: skip
def test_a_sheet_or_table_that_there_is_not_is_refused(small_root, command, file, arguments, said):
    done = command(small_root, "import", YEAR, file(property=[PROPERTY], figures=[["figure"]]), *arguments)
    assert done.code == 2 and said in done.err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("contract.yml", b"- a list"), ("contract.yml", b"a: ["), ("datapackage.yml", b"just words"), ("property.csv", b"caf\xe9"),
        ("property.csv", b'a,"b'), ("contract.yml", b"not_reported: [property]"), ("datapackage.yml", b"documents: 1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["import", "workbook"])
def test_a_year_that_cannot_be_read_at_all_is_put_right_first(small_root, command, file, tmp_path, verb, name, content):
    (year_folder(small_root, ContractYear(YEAR)) / name).write_bytes(content)
    before = snapshot(small_root)
    how = [file(property=ROWS), *AGREED] if verb == "import" else ["--out", str(tmp_path / "out.xlsx")]
    done = command(small_root, verb, YEAR, *how)
    assert done.code == 2 and f"data/{YEAR}/{name}" in done.err and snapshot(small_root) == before


def test_two_sheets_of_one_table_are_refused(small_root, command, file):
    rows = [PROPERTY, ["EAST", 4, "Agreed."], ["WEST", 5, "Not agreed."]]
    done = command(small_root, "import", YEAR, file(property=rows, Buildings__the__trust__works__from=rows), *AGREED)
    assert done.code == 2 and "is the table property, as the sheet property is" in done.err


@pytest.mark.parametrize("name", ["nothing.xlsx", "a.pdf", "a.docx"])
def test_a_file_that_is_not_there_or_of_another_kind_is_refused(small_root, command, tmp_path, name):
    if name != "nothing.xlsx":
        (tmp_path / name).write_bytes(b"hello")
    before = snapshot(small_root)
    done = command(small_root, "import", YEAR, str(tmp_path / name), *AGREED)
    assert done.code == 2 and "Traceback" not in done.err and name in done.err and snapshot(small_root) == before


# agreeing to it

ROWS = [PROPERTY, ["EAST", 6, "Agreed."], ["WEST", 5, "Not agreed."]]


@pytest.mark.parametrize("arguments", [[], ["--yes"], ["--reason", "x"], ["--yes", "--reason", " "]])
def test_a_published_year_is_not_changed_without_a_reason(small_root, command, file, arguments):
    before = snapshot(small_root)
    done = command(small_root, "import", YEAR, file(property=ROWS), *arguments)
    assert done.code == 2 and "is published, so give --yes --reason TEXT" in done.err
    assert "buildings: 4 -> 6" in done.out and snapshot(small_root) == before
    found = json.loads(command(small_root, "import", YEAR, file(property=ROWS), "--json", *arguments).out)
    assert len(found["differences"]) == 2 and not found["written"] and "is published" in found["faults"][0]["rule"]


def test_an_unpublished_year_needs_no_reason(small_root, command, file):
    (small_root / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: 2030-31/04_cost\n")
    refused = command(small_root, "import", YEAR, file(property=ROWS))
    assert refused.code == 2 and "there is nobody to ask, so give --yes" in refused.err
    assert command(small_root, "import", YEAR, file(property=ROWS), "--yes").code == 0
    assert "reason" not in read_yaml(held(small_root, "datapackage.yml"))["imports"][0]


def typed(monkeypatch, text):
    """Somebody at the keyboard."""
    there = io.StringIO(text)
    there.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", there)


def test_somebody_at_the_keyboard_is_asked_for_the_reason_and_whether_to_write(small_root, command, file, monkeypatch):
    typed(monkeypatch, "it was audited\ny\n")
    assert command(small_root, "import", YEAR, file(property=ROWS)).code == 0
    assert read_yaml(held(small_root, "datapackage.yml"))["imports"][0]["reason"] == "it was audited"


def test_blanks_are_no_reason(small_root, command, file, monkeypatch):
    typed(monkeypatch, " \nit was audited\ny\n")
    assert command(small_root, "import", YEAR, file(property=ROWS)).code == 0
    assert read_yaml(held(small_root, "datapackage.yml"))["imports"][0]["reason"] == "it was audited"


def test_who_does_not_agree_writes_nothing(small_root, command, file, monkeypatch):
    typed(monkeypatch, "it was audited\nn\n")
    before = snapshot(small_root)
    done = command(small_root, "import", YEAR, file(property=ROWS))
    assert done.code == 1 and "nothing was written" in done.err and snapshot(small_root) == before


def test_a_year_that_somebody_else_changed_meanwhile_is_left_alone(small_root, command, file, monkeypatch):
    path = year_folder(small_root, ContractYear(YEAR)) / "grants.txt"
    monkeypatch.setattr(cli.importing, "_reason", lambda *_: path.write_text("new") and "because")
    done = command(small_root, "import", YEAR, file(property=ROWS))
    assert (
        done.code == 2
        and "was changed by somebody else meanwhile" in done.err
        and "EAST,4" in held(small_root, "property.csv")
    )


def test_on_a_screen_the_differences_are_a_table_and_no_text_is_taken_for_markup(
    small_root, command, file, monkeypatch
):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "150")
    rows = [PROPERTY, ["EAST", 6, "Agreed."], ["WEST", 5, "[red]=1+1[/red]"]]
    done = command(small_root, "import", YEAR, file(property=rows), *AGREED)
    assert done.code == 0 and "[red]=1+1[/red]" in done.out and "│" in done.out and "+2" in done.out


def test_machines_get_differences_or_faults(small_root, command, file):
    done = command(small_root, "import", YEAR, file(property=[PROPERTY, ["EAST", "x", "Agreed."]]), "--json", *AGREED)
    found = json.loads(done.out)
    assert (
        done.code == 2 and found["written"] is False and found["faults"][0]["file"].startswith("outturn.xlsx!property")
    )
    done = command(small_root, "import", YEAR, file(property=ROWS), "--json", *AGREED)
    found = json.loads(done.out)
    assert found["written"] and found["differences"][0] == {
        "table": "property", "key": "EAST", "column": "buildings", "old": "4", "new": "6", "change": "+2",
    }  # fmt: skip
    assert json.loads(command(small_root, "import", YEAR, file(property=ROWS), "--json").out)["differences"] == []


# contract.yml

CONTENTS = ["table", "reason"]


def change(root, name, old, new):
    path = year_folder(root, ContractYear(YEAR)) / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_table_that_gets_rows_is_reported_and_entered(small_root, command, file):
    change(
        small_root,
        "contract.yml",
        "not_reported: {}",
        "# Why not.\nnot_reported: {homes: not asked}\nto_enter: [property]",
    )
    homes = "homes.yml"
    schemas = small_root / "data" / "schemas"
    (schemas / homes).write_bytes((cli.REPOSITORY / "data" / "schemas" / homes).read_bytes())
    change(small_root, "property.csv", held(small_root, "property.csv"), ",".join(PROPERTY) + "\n")
    done = command(
        small_root, "import", YEAR, file(homes=[["Home", "Ofsted number"], ["Oak", 1]], property=ROWS), *AGREED
    )
    assert done.code == 0, done.err
    contract = held(small_root, "contract.yml")
    assert read_yaml(contract)["not_reported"] == {} and read_yaml(contract)["to_enter"] == []
    assert "# Why not." in contract and "contract.yml, not_reported, homes: not asked -> nothing" in done.out


def test_a_reason_takes_the_place_of_a_table_without_rows(small_root, command, file):
    header = rows_of(held(small_root, "pupil_forecasts.csv").encode())[0].keys()
    path = file(contents=[CONTENTS, ["pupil_forecasts", "not asked this year"]], pupil_forecasts=[list(header)])
    done = command(small_root, "import", YEAR, path, *AGREED)
    assert done.code == 0, done.err
    assert "contract.yml, not_reported, pupil_forecasts: nothing -> not asked this year" in done.out
    assert "pupil_forecasts, East / primary, (row taken out)" in done.out
    assert not (year_folder(small_root, ContractYear(YEAR)) / "pupil_forecasts.csv").exists()
    assert command(small_root, "import", YEAR, path, *AGREED).err == f"{YEAR}: nothing to change\n"
    path = file(contents=[CONTENTS, ["pupil_forecasts"]], pupil_forecasts=[list(header)])
    assert command(small_root, "import", YEAR, path, *AGREED).code == 0
    assert held(small_root, "pupil_forecasts.csv") == ",".join(header) + "\n"
    assert read_yaml(held(small_root, "contract.yml"))["not_reported"] == {}


def test_a_reason_for_a_table_with_rows_is_refused(small_root, command, file):
    done = command(
        small_root, "import", YEAR, file(contents=[CONTENTS, ["property", "not asked"]], property=ROWS), *AGREED
    )
    assert (
        "outturn.xlsx!contents!B2 (row 2, column reason): 'not asked' is a reason why the table is not reported"
        in done.err
    )
    done = command(small_root, "import", YEAR, file(contents=[CONTENTS, ["property", "not asked"]]), *AGREED)
    assert done.code == 2 and "and the table has rows" in done.err
    done = command(small_root, "import", YEAR, file(contents=[CONTENTS, ["nothing", "not asked"]]), *AGREED)
    assert done.code == 2 and "is of nothing, which is not a table" in done.err


def test_a_workbook_of_another_year_is_refused(small_root, command, file):
    rows = [["Property"], ["Contract year 2030-31. To the contents"], *ROWS]
    before = snapshot(small_root)
    done = command(small_root, "import", YEAR, file(property=rows), *AGREED)
    assert done.code == 2 and "outturn.xlsx!property says that it is of contract year 2030-31, not 2031-32" in done.err
    assert snapshot(small_root) == before


def test_terms_without_sources_keep_those_that_they_had(small_root, command, file):
    terms = [["term", "value", "unit"], ["Contract sum", "2.5", "£m"], ["Notice", "6", "months"]]
    assert command(small_root, "import", YEAR, file(contract__terms=terms), *AGREED).code == 0
    sources = [term["source"] for term in read_yaml(held(small_root, "contract.yml"))["terms"]]
    assert sources == ["report:1/1", "file1:contract_terms/3"]


def test_terms_are_written_and_their_faults_have_cells(small_root, command, file):
    header = ["term", "value", "unit", "source"]
    done = command(small_root, "import", YEAR, file(contract__terms=[header, ["Contract sum", "2.50", "£m"]]), *AGREED)
    assert done.code == 0 and "contract terms, Contract sum, value: 2.5 -> 2.50" in done.out
    assert read_yaml(held(small_root, "contract.yml"))["terms"] == [
        {"term": "Contract sum", "value": "2.50", "unit": "£m", "source": "file1:contract_terms/2"}
    ]
    done = command(small_root, "import", YEAR, file(contract__terms=[header, ["Contract sum", "2.50", ""]]), *AGREED)
    assert "outturn.xlsx!contract terms!A2 (row 2, column terms 1): 'Contract sum' lacks its unit" in done.err
    done = command(small_root, "import", YEAR, file(contract__terms=[header]), *AGREED)
    assert done.code == 2 and "has no row, and the contract has entries" in done.err


# a workbook that is out of date


def property_is(root, buildings):
    path = year_folder(root, ContractYear(YEAR)) / "property.csv"
    path.write_text(f"council,buildings,maintenance_schedule,source\nEAST,{buildings},Agreed.,report:1/1\n")
    path.with_name("contract.yml").write_text(held(root, "contract.yml").replace('"2.5"', f'"2.{buildings}"'))


def test_a_sheet_that_nobody_touched_does_not_undo_what_changed_since(small_root):
    then = workbook(current(small_root, ContractYear(YEAR)), {})
    property_is(small_root, 7)
    now = current(small_root, ContractYear(YEAR))
    found = proposed(then, "a.xlsx", now, END)
    assert (dict(found.files), found.out_of_date) == ({}, ("property", "contract terms"))
    assert list(proposed(then, "a.xlsx", now, END, sheet="property").files) == ["property.csv"]


def test_a_sheet_that_somebody_went_on_with_is_read_and_the_others_left(small_root, command, tmp_path):
    path = tmp_path / "a.xlsx"
    assert command(small_root, "workbook", YEAR, "--out", str(path)).code == 0
    touched = openpyxl.load_workbook(path)
    touched["service_costs"]["C6"] = 1501
    touched.save(path)
    property_is(small_root, 9)
    found = proposed(path.read_bytes(), "a.xlsx", current(small_root, ContractYear(YEAR)), END)
    assert (list(found.files), set(found.out_of_date)) == (["service_costs.csv"], {"property", "contract terms"})
    told = command(small_root, "import", YEAR, str(path))
    assert "left as the data has it" in told.err and "property" in told.err


def test_a_change_that_the_same_file_made_is_taken_back(small_root, command, tmp_path):
    path = tmp_path / "a.xlsx"
    assert command(small_root, "workbook", YEAR, "--out", str(path)).code == 0
    for budget in (1501, 1500):
        touched = openpyxl.load_workbook(path)
        touched["service_costs"]["C6"], touched["service_costs"]["G6"] = budget, 1550 - budget
        touched.save(path)
        done = command(small_root, "import", YEAR, str(path), *AGREED)
        assert done.code == 0, done.err
        assert f"Homes,service,{budget}," in held(small_root, "service_costs.csv")


# Word


def test_commentary_is_imported_in_the_same_way(small_root, command, tmp_path):
    year = ContractYear(YEAR)
    data, path = load_year(small_root, YEAR), tmp_path / "commentary.docx"
    path.write_bytes(word.document(data, {}))
    assert command(small_root, "import", YEAR, str(path)).err == f"{YEAR}: nothing to change\n"
    refused = command(small_root, "import", YEAR, str(path), "--table", "property")
    assert refused.code == 2 and "is a Word document" in refused.err
    place = year_folder(small_root, year) / "commentary" / "04_cost.md"
    place.write_text(place.read_text().replace("Its board met", "The board met"))
    done = command(small_root, "import", YEAR, str(path), *AGREED)
    assert (
        done.code == 0 and done.out.startswith("04_cost, overview: In {year}") and "Its board met" in place.read_text()
    )
    [entry] = read_yaml(held(small_root, "datapackage.yml"))["imports"]
    assert entry["tables"] == ["commentary/04_cost"]


def test_line_ends_of_windows_are_no_difference(small_root, command, tmp_path):
    place = year_folder(small_root, ContractYear(YEAR)) / "commentary" / "04_cost.md"
    place.write_bytes(place.read_bytes().replace(b"\n", b"\r\n"))
    path = tmp_path / "commentary.docx"
    path.write_bytes(word.document(load_year(small_root, YEAR), {}))
    assert command(small_root, "import", YEAR, str(path)).err == f"{YEAR}: nothing to change\n"


# differences


def test_rows_that_come_go_and_change_places_are_told(repository):
    schema = read_schemas(repository / "data" / "schemas")["property"]
    old = [{"council": "A", "buildings": "4"}, {"council": "B", "buildings": "5"}, {"council": "C", "buildings": "6"}]
    new = [
        {"council": "C", "buildings": "6"},
        {"council": "A", "buildings": "1,004"},
        {"council": "D", "buildings": "7"},
    ]
    assert list(map(str, table_differences(old, new, schema))) == [
        "property, A, buildings: 4 -> 1,004 (+1,000)", "property, D, (new row): nothing -> council D; buildings 7",
        "property, B, (row taken out): council B; buildings 5 -> nothing",
        "property, (order of the rows): as it was -> as in the file",
    ]  # fmt: skip
    assert list(table_differences(old, old, schema)) == []


def test_differences_of_contract_and_commentary_are_told():
    old = {"not_reported": {"a": "x"}, "terms": [{"term": "Fee", "value": "1"}]}
    new = {"not_reported": {"b": "y"}, "terms": [{"term": "Fee", "value": "2", "note": "n"}]}
    assert [str(one) for one in contract_differences(old, new)] == [
        "contract.yml, not_reported, a: x -> nothing", "contract.yml, not_reported, b: nothing -> y",
        "contract terms, Fee, value: 1 -> 2", "contract terms, Fee, note: nothing -> n",
    ]  # fmt: skip
    assert list(commentary_differences("04", "## a\nOld.\nsource: x:1/1\n", "## a\nNew.\nsource: x:1/1\n")) == [
        Difference("04", "a", "", "Old.", "New.")
    ]
    assert [
        one.column for one in commentary_differences("04", "## a\nO.\nsource: x:1/1\n", "## a\nO.\nsource: x:1/2\n")
    ] == ["head or sources"]


def test_a_staged_year_goes_when_it_is_left(small_root, file):
    year = ContractYear(YEAR)
    was = current(small_root, year)
    content = Path(file(property=ROWS)).read_bytes()
    found = proposed(content, "outturn.xlsx", was, year.end)
    before = snapshot(small_root)
    with staging.staged(small_root, year, was, found, year.end) as stage:
        assert yaml.safe_load((stage.folder / "datapackage.yml").read_text())["imports"]
    assert not stage.root.exists() and snapshot(small_root) == before
    assert importing.differences(was, found)
