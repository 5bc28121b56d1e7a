"""A year as a workbook: what stands in it, and that out and in again is the same."""

import io
from dataclasses import replace
from types import MappingProxyType

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ncthelpers.cells import TYPES, Column
from ncthelpers.exchange import importing
from ncthelpers.exchange.current import Current, current, files_in
from ncthelpers.exchange.differences import rows_of, value_of
from ncthelpers.exchange.importing import proposed
from ncthelpers.exchange.matching import entered
from ncthelpers.exchange.sheets import sheets_of
from ncthelpers.exchange.workbook import FIRST, HEADINGS, NAMES, workbook
from ncthelpers.load import YearData, year_folder
from ncthelpers.schemas import TableSchema
from ncthelpers.years import ContractYear

SMALL = ContractYear("2031-32")
TODAY = SMALL.end


def opened(held, before=MappingProxyType({})):
    return openpyxl.load_workbook(io.BytesIO(workbook(held, before)))


# out and in again


@pytest.mark.parametrize(("folder", "year"), [("", "2021-22"), ("", "2020-21"), ("examples/inventshire", "2024-25")])
def test_a_year_out_and_in_again_changes_nothing(repository, folder, year):
    held = current(repository / folder, ContractYear(year))
    again = proposed(workbook(held, {}), "a.xlsx", held, TODAY)
    assert (again.faults, dict(again.files), again.not_read) == ((), {}, ())


_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@'\"\n, x_"), min_size=1, max_size=25
)
_WORDS = _TEXT.map(str.strip).filter(bool)
_DIGITS = st.from_regex(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,8})?", fullmatch=True)
_WHEN = st.dates().map(str)
_OF = {
    "text": _WORDS, "status": _WORDS, "url": st.from_regex(r"https?://[a-z=+]{1,9}", fullmatch=True),
    "id": st.from_regex(r"[\w.-]{1,9}|00[0-9]|[0-9]E[0-9]", fullmatch=True).filter(str.isascii),
    "count": st.from_regex(r"[0-9]{1,18}", fullmatch=True), "number": _DIGITS, "money": _DIGITS | st.sampled_from(["-", "_"]),
    "percent": _DIGITS, "date": _WHEN, "when": _WHEN | _WHEN.map(lambda day: day[:7]) | _WHEN.map(lambda day: day[:4]),
    "yesno": st.sampled_from(["yes", "no"]), "council": st.sampled_from(["EAST", "007"]),
    "source": st.sampled_from(["report:1/1", "report:1/1 news_1", "file1:a/7"]),
}  # fmt: skip


@st.composite
def tables(draw):
    """A table of any columns, the first with a value in every row, and its rows as written."""
    kinds = draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=2, max_size=6))
    columns = tuple(Column(f"c{number}", kind, f"C {number}", required=number < 2) for number, kind in enumerate(kinds))
    row = st.fixed_dictionaries({
        column.name: _OF[column.type] if column.required else _OF[column.type] | st.just("") for column in columns
    })  # fmt: skip
    return TableSchema("a", "A", "Rows.", (), columns), draw(st.lists(row, max_size=4))


def held_with(schema, rows):
    """A year that holds one table."""
    text, _ = importing._as_csv(schema, rows)
    data = YearData(
        SMALL, SMALL.start, SMALL.end, MappingProxyType({"councils": [{"id": "EAST"}]}), MappingProxyType({}),
        MappingProxyType({"a": schema}), MappingProxyType({}), MappingProxyType({}),
    )  # fmt: skip
    return Current(data, {"a.csv": text.encode(), "contract.yml": b"not_reported: {}\n"})


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_any_table_out_and_in_again_is_written_as_it_was(table):
    schema, rows = table
    [sheet] = [one for one in sheets_of(workbook(held_with(schema, rows), {}), "a.xlsx") if one.name == "a"]
    found, faults = entered(sheet, schema, "a.xlsx", [row["c0"] for row in rows])
    assert faults == []
    assert [dict(row) for _, row in found.rows] == rows


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.data())
def test_what_is_imported_is_what_the_workbook_says(table, data):
    schema, old = table
    schema = replace(schema, key=data.draw(st.sampled_from([(), ("c0",), ("c0", "c1")])))
    new = data.draw(st.permutations(old)) + data.draw(
        st.lists(st.sampled_from(old), max_size=2) if old else st.just([])
    )
    new = [
        row | data.draw(st.sampled_from([{}, {"c1": row["c1"]}, *({"c0": one["c0"]} for one in old)])) for row in new
    ]
    held = held_with(schema, old)
    found = proposed(workbook(held_with(schema, new), {}), "a.xlsx", held, TODAY, sheet="a")
    assert found.faults == ()
    written = rows_of((found.files.get("a.csv") or held.text("a.csv")).encode())

    def read(rows):
        return [[value_of(row[column.name], column) for column in schema.columns] for row in rows]

    assert read(written) == read(new)


def test_a_text_that_looks_like_a_formula_is_no_formula():
    schema = TableSchema("a", "A", "Rows.", (), (Column("b", "text", "B"), Column("c", "text", "C")))
    rows = [{"b": start + "1+1", "c": "#REF!"} for start in "=+-@"]
    sheet = opened(held_with(schema, rows))["a"]
    cells = [sheet.cell(row, at) for row in range(FIRST, FIRST + 4) for at in (1, 2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells[::2]] == [True] * 4


def test_a_text_longer_than_excel_holds_is_refused_and_not_cut():
    schema = TableSchema("a", "A", "Rows.", (), (Column("b", "text", "B"), Column("c", "text", "C")))
    with pytest.raises(ValueError, match="longer than the 32,767 characters"):
        workbook(held_with(schema, [{"b": "x" * 32_768, "c": "y"}]), {})


# what stands in it


@pytest.fixture
def small(small_root):
    return current(small_root, SMALL)


def test_the_same_data_gives_the_same_bytes(small):
    assert workbook(small, {}) == workbook(small, {})


def test_a_sheet_says_what_its_table_holds(small):
    sheet = opened(small)["service_costs"]
    schema = small.data.schemas["service_costs"]
    assert (sheet["A1"].value, sheet["A2"].value) == (schema.title, schema.meaning)
    assert [sheet.cell(NAMES, at).value for at in range(1, 9)] == schema.names
    assert sheet.cell(HEADINGS, 3).value == "Budget, £000" and "Approved budget" in sheet.cell(NAMES, 3).comment.text
    assert sheet.freeze_panes == f"A{FIRST}"
    assert [(sheet.cell(FIRST, at).value, sheet.cell(FIRST, at).number_format) for at in (1, 3)] == [
        ("Homes", "@"), (1500, "#,##0"),
    ]  # fmt: skip


def test_every_table_has_a_sheet_and_the_contents_lead_to_each(small):
    book = opened(small)
    front = book["contents"]
    names = [front.cell(row, 1).value for row in range(FIRST, front.max_row + 1)]
    lists = ["contract terms", "escalation triggers", "escalation stages"]
    assert names == [*lists, *small.data.schemas]
    assert set(book.sheetnames) == {*names, "contents", "lists"}
    assert front.cell(FIRST, 1).hyperlink.location == "'contract terms'!A1" and book["lists"].sheet_state == "hidden"


def test_what_may_stand_in_a_column_is_offered(small):
    sheet = opened(small)["events"]
    rules = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules[f"H{FIRST}"] == '"yes,no"' and len(rules) == 2
    [council] = opened(small)["property"].data_validations.dataValidation
    assert council.formula1 == '"EAST,WEST"'
    [refers] = list(opened(small)["dependency_points"].data_validations.dataValidation)
    assert refers.formula1.startswith(f"'dependencies'!$A${FIRST}:$A$") and refers.errorStyle == "warning"


def test_a_list_that_a_drop_down_cannot_hold_stands_on_a_hidden_sheet(small):
    book = opened(small)
    long = ("one, two", "three")
    schema = TableSchema("a", "A", "Rows.", (), (Column("b", "text", "B", values=long), Column("c", "text", "C")))
    book = opened(held_with(schema, []))
    [rule] = book["a"].data_validations.dataValidation
    assert rule.formula1 == "'lists'!$A$2:$A$3"
    assert [book["lists"].cell(row, 1).value for row in (2, 3)] == list(long)


def test_a_restricted_column_is_marked():
    hidden = Column("c", "money", "C", access="restricted", reason="commercial")
    schema = TableSchema("a", "A", "Rows.", (), (Column("b", "text", "B"), hidden))
    sheet = opened(held_with(schema, []))["a"]
    assert sheet.cell(HEADINGS, 2).value == "C (restricted)" and "commercial" in sheet.cell(NAMES, 2).comment.text


def test_an_edition_is_marked_on_every_sheet(small):
    marked = replace(small, data=replace(small.data, contract={**small.data.contract, "edition": "restricted"}),
                     files={**small.files, "contract.yml": small.files["contract.yml"] + b"edition: restricted\n"})  # fmt: skip
    book = opened(marked)
    assert all(str(sheet["A1"].value).startswith("RESTRICTED. ") for sheet in book if sheet.sheet_state == "visible"
               and sheet.title != "contents") and "RESTRICTED. " in str(book["contents"]["A3"].value)  # fmt: skip


def test_last_years_values_stand_beside_the_rows_with_their_key(small):
    before = {
        "service_costs.csv": small.files["service_costs.csv"].replace(b"1500", b"1499").replace(b"Fostering", b"Other")
    }
    sheet = opened(small, before)["service_costs"]
    names = {sheet.cell(NAMES, at).value: at for at in range(1, sheet.max_column + 1)}
    at = names["last year: budget"]
    assert [sheet.cell(row, at).value for row in (FIRST, FIRST + 1)] == [1499, None]
    assert sheet.cell(NAMES, at).fill.fgColor.rgb.endswith("EDEDED")


def test_where_nothing_is_entered_last_years_rows_stand_there_to_be_taken_over(small):
    files = {**small.files, "property.csv": b"council,buildings,maintenance_schedule,source\n"}
    emptied = replace(small, files=files)
    made = workbook(emptied, {"property.csv": small.files["property.csv"]})
    sheet = openpyxl.load_workbook(io.BytesIO(made))["property"]
    assert [cell.value for cell in sheet[FIRST]][5:8] == ["EAST", 4, "Agreed."]
    assert dict(proposed(made, "a.xlsx", emptied, TODAY).files) == {}


def test_the_contents_say_how_far_each_table_is(small):
    text = small.text("contract.yml").replace(
        "not_reported: {}", "not_reported: {homes: there are none}\nto_enter: [figures]"
    )
    held = replace(small, files={**small.files, "contract.yml": text.encode(), "figures.csv": b"figure\n"})
    front = opened(held, {"property.csv": small.files["property.csv"]})["contents"]
    rows = {
        front.cell(row, 1).value: [front.cell(row, at).value for at in (3, 4, 5, 6)]
        for row in range(FIRST, front.max_row + 1)
    }
    assert rows["figures"] == ["0", "to enter", "0", None]
    assert rows["property"] == ["2", "entered", "2", None]


# the command


def test_the_command_writes_a_new_file_only(small_root, command, tmp_path):
    done = command(small_root, "workbook", str(SMALL), "--out", str(tmp_path / "a.xlsx"))
    assert (done.code, done.out) == (0, "") and done.err.startswith(f"{SMALL}: ")
    again = command(small_root, "workbook", str(SMALL), "--out", str(tmp_path / "a.xlsx"))
    assert again.code == 2 and "is there already" in again.err
    assert command(small_root, "workbook", str(SMALL), "--out", str(tmp_path / "a.xls")).code == 2
    assert command(small_root, "workbook", "2040-41", "--out", str(tmp_path / "b.xlsx")).code == 2


def test_a_year_with_faults_can_be_put_right_in_excel(small_root, command, tmp_path):
    path = year_folder(small_root, SMALL) / "property.csv"
    path.write_text(path.read_text().replace("EAST,4", "EAST,x4"))
    out = tmp_path / "a.xlsx"
    assert command(small_root, "workbook", str(SMALL), "--out", str(out)).code == 0
    book = openpyxl.load_workbook(out)
    assert book["property"].cell(FIRST, 2).value == "x4"
    book["property"].cell(FIRST, 2).value = 4
    book.save(out)
    assert command(small_root, "import", str(SMALL), str(out), "--yes", "--reason", "a slip").code == 0
    assert path.read_text().startswith("council,buildings,maintenance_schedule,source\nEAST,4,") and files_in(
        path.parent
    )
    assert command(small_root, "check", str(SMALL)).code == 0
