"""The accessible spreadsheet: held to the Analysis Function's rules, as the reference workbook of gptables is."""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from ncthelpers.cells import Column
from ncthelpers.export import spreadsheet, symbols
from ncthelpers.load import open_year
from ncthelpers.results import RESULTS, table
from ncthelpers.schemas import read_schemas

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "golden" / "gptables" / "expected_workbook.xlsx"
_NOTE = re.compile(r"\[note (\w+)\]")
_SANS_SERIF = {"Arial", "Calibri", "Helvetica", "Verdana"}


def opened(path):
    """A workbook; a colour that openpyxl cannot read, in a rich text of the reference, is left out."""
    content = io.BytesIO()
    with zipfile.ZipFile(path) as packed, zipfile.ZipFile(content, "w") as again:
        for name in packed.namelist():
            again.writestr(name, packed.read(name).replace(b'<color rgb="FFAUTOMATIC"/>', b""))
    return openpyxl.load_workbook(content)


def of_sheet(sheet):
    """The faults of one sheet."""
    cells = [cell for row in sheet.iter_rows() for cell in row]
    held = [cell for cell in cells if cell.value is not None]
    yield from ["has no title in A1"] * (not isinstance(sheet["A1"].value, str))
    yield from ["has merged cells"] * bool(sheet.merged_cells.ranges)
    yield from ["is hidden"] * (sheet.sheet_state != "visible")
    hidden = [*sheet.row_dimensions.values(), *sheet.column_dimensions.values()]
    yield from ["hides a row or column"] * any(one.hidden for one in hidden)
    rows, columns = {cell.row for cell in held}, {cell.column for cell in held}
    yield from ["has a blank row"] * (rows != set(range(1, sheet.max_row + 1)))
    yield from ["has a blank column"] * (columns != set(range(1, sheet.max_column + 1)))
    yield from ["holds a formula"] * any(cell.data_type == "f" for cell in held)
    yield from ["holds a comment"] * any(cell.comment for cell in held)
    yield from ["is in italics"] * any(cell.font.i for cell in held)
    yield from ["is in small print"] * any(cell.font.sz < 10 for cell in held)
    yield from ["has a font with serifs"] * any(cell.font.name not in _SANS_SERIF for cell in held)
    yield from ["does not begin at A1"] * (sheet.sheet_view.selection[0].activeCell not in {None, "A1"})
    if sheet.title == "Cover":
        return
    if len(sheet.tables) != 1:
        yield "has not one marked-up table"
        return
    (table,) = sheet.tables.values()
    first, last = table.ref.split(":")
    top, *below = sheet[table.ref]
    yield from ["has a table that is not at the left"] * (not first.startswith("A"))
    yield from ["has something below or beside its table"] * (
        sheet[last].row != sheet.max_row or sheet[last].column != sheet.max_column
    )
    heads = [cell.value for cell in top]
    yield from ["has headings that are not those of its table"] * (
        [column.name for column in table.tableColumns] != heads
    )
    yield from ["has a heading twice"] * (len({str(head).casefold() for head in heads}) != len(heads))
    yield from ["has a blank cell in its table"] * any(cell.value is None for row in below for cell in row)
    above = " ".join(str(cell.value) for cell in held if cell.row < sheet[first].row)
    yield from ["does not say that it contains one table"] * ("contains one table" not in above)
    yield from ["has text that is not wrapped"] * any(
        isinstance(cell.value, str) and not cell.alignment.wrap_text for row in (top, *below) for cell in row
    )


def faults(book):
    """What keeps a workbook from being accessible, sheet by sheet."""
    found = {f"{sheet.title} {fault}" for sheet in book for fault in of_sheet(sheet)}
    found |= {
        f"there is no {name}"
        for name in ("Cover", "ontents", "Notes")
        if not any(name in one for one in book.sheetnames[:3])
    }
    names = [name for sheet in book for name in sheet.tables]
    found |= {"two tables have the same name"} if len(set(names)) != len(names) else set()
    found |= {"it has macros"} if book.vba_archive else set()
    numbers = {
        n
        for sheet in book
        if "Notes" in sheet.title
        for cell in sheet["A"]
        for n in re.findall(r"[\d]+", str(cell.value))
    }
    cited = {
        n for sheet in book for row in sheet.iter_rows() for cell in row for n in _NOTE.findall(str(cell.value or ""))
    }
    return found | {f"there is no note {n}" for n in cited - numbers}


def of_year(data, path, *names):
    """A year's spreadsheet as it is opened."""
    spreadsheet.write(data, path, names)
    return openpyxl.load_workbook(path)


def rows_of(sheet):
    """The rows of a sheet's table below its headings, as cells by heading."""
    (table,) = sheet.tables.values()
    top, *below = sheet[table.ref]
    return [dict(zip([cell.value for cell in top], row, strict=True)) for row in below]


@pytest.fixture
def small(small_root):
    """The small invented year, in which one text would run as a formula and one amount is missing."""
    file = small_root / "data" / "2031-32" / "property.csv"
    file.write_text(file.read_text("utf-8").replace("EAST,4,Agreed.", "EAST,4,=1+1"), "utf-8")
    return open_year(small_root, "2031-32")


def test_the_reference_workbook_keeps_the_rules():
    if not REFERENCE.exists():
        pytest.skip(f"the reference workbook is not at hand: {REFERENCE.name}")
    # its text is made up for a test of gptables, and says nothing of how many tables there are
    assert faults(opened(REFERENCE)) == {"Label does not say that it contains one table"}


def test_a_reviewed_year_keeps_the_rules(review, tmp_path):
    assert faults(of_year(review, tmp_path / "a.xlsx")) == set()


@pytest.mark.slow
def test_a_year_of_public_data_and_an_invented_one_keep_the_rules(repository, tmp_path):
    for root, year in ((repository, "2022-23"), (repository / "examples" / "inventshire", "2024-25")):
        assert faults(of_year(open_year(root, year), tmp_path / f"{year}.xlsx")) == set()


def _hide_row(sheet):
    sheet.row_dimensions[2].hidden = True


def _put(cell, value, **looks):
    def change(sheet):
        sheet[cell].value = value
        for name, look in looks.items():
            setattr(sheet[cell], name, look)

    return change


def _font(**how):
    def change(sheet):
        sheet["A2"].font = openpyxl.styles.Font(**{"name": "Arial", "sz": 12, **how})

    return change


BROKEN = {
    "has no title in A1": _put("A1", None),
    "has merged cells": lambda sheet: sheet.merge_cells("A2:B2"),
    "is hidden": lambda sheet: setattr(sheet, "sheet_state", "hidden"),
    "hides a row or column": _hide_row,
    "has a blank row": lambda sheet: sheet.insert_rows(3),
    "has a blank column": _put("Z3", "far away"),
    "holds a formula": _put("A3", "=1+1"),
    "holds a comment": lambda sheet: setattr(sheet["A1"], "comment", Comment("seen by few", "nobody")),
    "is in italics": _font(i=True),
    "is in small print": _font(sz=9),
    "has a font with serifs": _font(name="Times New Roman"),
    "does not begin at A1": lambda sheet: setattr(sheet.sheet_view.selection[0], "activeCell", "C3"),
    "has not one marked-up table": lambda sheet: sheet.tables.clear(),
    "has something below or beside its table": lambda sheet: sheet.append(["a footnote"]),
    "has headings that are not those of its table": lambda sheet: _put(next(iter(sheet.tables.values())).ref.split(":")[0], "x")(sheet),
    "has a blank cell in its table": lambda sheet: _put(next(iter(sheet.tables.values())).ref.split(":")[1], None)(sheet),
    "does not say that it contains one table": _put("A2", "There is a table."),
    "has text that is not wrapped": lambda sheet: setattr(sheet["A7"], "alignment", openpyxl.styles.Alignment(wrap_text=False)),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_each_broken_rule_is_found(fault, small, tmp_path):
    book = of_year(small, tmp_path / "a.xlsx", "property", "service_costs")
    assert faults(book) == set()
    BROKEN[fault](book["service_costs"])
    assert f"service_costs {fault}" in faults(book)


def test_a_missing_note_cover_or_table_name_is_found(small, tmp_path):
    book = of_year(small, tmp_path / "a.xlsx", "property", "service_costs")
    book["property"]["A3"].value = "See [note 9]"
    next(iter(book["property"].tables.values())).displayName = "table_service_costs"
    book["property"].tables["table_service_costs"] = book["property"].tables.pop("table_property")
    book["Cover"].title = "Front"
    assert {"there is no note 9", "there is no Cover", "two tables have the same name"} <= faults(book)


def test_the_contents_lead_to_every_sheet(small, tmp_path):
    book = of_year(small, tmp_path / "a.xlsx", "property", "budget_gaps", "outturn_variance")
    listed = [row["Worksheet"] for row in rows_of(book["Contents"])]
    assert [cell.value for cell in listed] == book.sheetnames[2:]
    assert [cell.hyperlink.location for cell in listed] == [f"'{name}'!A1" for name in book.sheetnames[2:]]
    assert [row["Worksheet"].value for row in rows_of(book["Sources"])] == book.sheetnames[4:]


def test_figures_are_numbers_unrounded_with_the_places_that_readers_are_shown(small, tmp_path):
    book = of_year(small, tmp_path / "a.xlsx", "outturn_variance", "budget_gaps")
    homes, fostering, *_ = rows_of(book["outturn_variance"])
    share = next(cell for head, cell in homes.items() if head.startswith("Variance, %") or "per cent" in head)
    assert share.value == pytest.approx(50 / 1500 * 100, rel=1e-15)
    assert re.fullmatch(r"#,##0\.0+", share.number_format)
    gaps = [row[next(head for head in row if head.startswith("Gap"))] for row in rows_of(book["budget_gaps"])]
    assert [cell.value for cell in gaps] == [10.5, 7.25, "[x]", 8.125]
    assert [cell.data_type for cell in gaps] == ["n", "n", "s", "n"]


def test_a_heading_with_missing_figures_names_the_note_that_says_why(small, tmp_path):
    book = of_year(small, tmp_path / "a.xlsx", "budget_gaps")
    (head,) = (head for head in rows_of(book["budget_gaps"])[0] if head.startswith("Gap"))
    (number,) = _NOTE.findall(head)
    said = {row["Note number"].value: row["Note text"].value for row in rows_of(book["Notes"])}
    assert said[f"note {number}"].startswith("[x]: not available")
    assert "refer to notes" in book["budget_gaps"]["A2"].value


def test_a_suppressed_number_is_a_letter_and_its_share_too(repository, tmp_path):
    data = open_year(repository / "examples" / "inventshire", "2024-25")
    book = of_year(data, tmp_path / "a.xlsx", "answer_shares")
    entered = table(data, "answer_shares")
    suppressed = [number for number, status in enumerate(entered["status"]) if status == "c"]
    assert suppressed
    for number in suppressed:
        cells = rows_of(book["answer_shares"])[number].values()
        assert sum(cell.value == "[c]" for cell in cells) >= 2


def test_a_text_never_runs_as_a_formula(small, tmp_path):
    book = of_year(small, tmp_path / "a.xlsx", "property")
    (cell,) = (cell for row in rows_of(book["property"]) for cell in row.values() if cell.value == "=1+1")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as packed:
        assert not any(b"<f>" in packed.read(name) for name in packed.namelist())


def test_the_same_data_gives_the_same_bytes(small, tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        spreadsheet.write(small, tmp_path / name, ["property"])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_it_has_a_title_a_language_and_a_day_of_its_year(small, tmp_path):
    properties = of_year(small, tmp_path / "a.xlsx", "property").properties
    assert properties.title.startswith("Annual review, 2031-32") and properties.language == "en-GB"
    assert (properties.created.date(), properties.modified.date()) == (small.ends, small.ends)


def test_the_cover_has_the_words_that_licences_ask_for(review, tmp_path):
    book = of_year(review, tmp_path / "a.xlsx", "measures_by_area")
    assert any("public sector information licensed under" in str(cell.value) for cell in book["Cover"]["A"])


def test_an_invented_year_says_so_on_its_cover_and_under_each_title(repository, tmp_path):
    data = open_year(repository / "examples" / "inventshire", "2024-25")
    for sheet in of_year(data, tmp_path / "a.xlsx", "grants", "kpis"):
        if sheet.title in {"Contents", "Notes", "Sources"}:
            continue
        said = [row[0].value for row in sheet.iter_rows(max_row=6)]
        assert said[0].endswith("(invented)") and any("invented: the trust" in str(text) for text in said)
        assert any(str(text).startswith("Draft") for text in said)


def test_a_table_without_a_row_has_no_sheet_and_one_that_there_is_not_is_refused(review, tmp_path):
    assert "kpi_values" not in of_year(review, tmp_path / "a.xlsx", "kpi_values", "kpis").sheetnames
    with pytest.raises(LookupError, match="no table named gold"):
        spreadsheet.write(review, tmp_path / "b.xlsx", ["gold"])


def test_a_text_that_excel_cannot_hold_is_refused(small_root, tmp_path):
    file = small_root / "data" / "2031-32" / "property.csv"
    file.write_text(file.read_text("utf-8").replace("EAST,4,Agreed.", f"EAST,4,{'a' * 32_768}"), "utf-8")
    with pytest.raises(ValueError, match="32,768 characters, and a cell of a spreadsheet holds 32,767"):
        spreadsheet.write(open_year(small_root, "2031-32"), tmp_path / "a.xlsx", ["property"])


def test_what_is_restricted_is_not_written_where_git_could_take_it_up(small_root, tmp_path):
    contract = small_root / "data" / "2031-32" / "contract.yml"
    contract.write_text(contract.read_text("utf-8") + "edition: restricted\n", "utf-8")
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    data = open_year(small_root, "2031-32")
    with pytest.raises(ValueError, match="is a Git work tree"):
        spreadsheet.write(data, tmp_path / "tree" / "a.xlsx", ["property"])
    book = of_year(data, tmp_path / "a.xlsx", "property")
    assert book["property"]["A1"].value.endswith("(RESTRICTED)")


def test_every_table_has_a_sheet_name_of_its_own_that_excel_takes(repository):
    folders = (repository / "data" / "schemas", repository / "data" / "schemas" / "reference")
    names = [*(name for folder in folders for name in read_schemas(folder)), *RESULTS]
    short = [name[:31].casefold() for name in names]
    assert len(set(short)) == len(short) and not {"cover", "contents", "notes", "sources", "history"} & set(short)
    assert all(re.fullmatch(r"\w+", name) for name in short)


def test_headings_that_are_alike_are_told_apart():
    assert spreadsheet._unique(["Value", "value", "Unit"], ["a", "b", "c"]) == ["Value (a)", "value (b)", "Unit"]


@pytest.mark.parametrize(
    ("value", "places", "how"),
    [
        (Decimal("0.125"), 2, "#,##0.00"),
        (Decimal(1) / 3, None, "#,##0.000000"),
        (Decimal("1E+3"), None, "#,##0"),
        (7, 1, "#,##0.0"),
    ],
)
def test_a_number_has_the_places_of_its_column_else_its_own(value, places, how):
    assert spreadsheet._number_format(value, places, "") == how


def test_days_are_dates_and_words_are_as_readers_meet_them():
    when, yes = Column("on", "date", "On"), Column("covid", "yesno", "Covid")
    row = {"on": date(2032, 9, 7), "covid": True, "note": None}
    assert spreadsheet._cell(when, row, {}) == (date(2032, 9, 7), "d mmmm yyyy")
    assert spreadsheet._cell(yes, row, {})[0] == "Yes"
    assert spreadsheet._cell(Column("note", "text", "Note", missing="none"), row, {})[0] == "none"


def test_every_symbol_has_a_note(small, tmp_path):
    texts = [row["Note text"].value for row in rows_of(of_year(small, tmp_path / "a.xlsx", "property")["Notes"])]
    assert [text[1] for text in texts] == list(symbols.SYMBOLS)
