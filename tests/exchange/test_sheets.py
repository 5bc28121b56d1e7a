"""Any spreadsheet as cells that say what they show, and what no file tells for certain refused."""

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.exchange import old_excel, sheets
from ncthelpers.exchange.sheets import Cell, address, escaped, sheets_of, shown_number

FIXTURE = Path(__file__).parent / "fixtures" / "invented.xls"


def excel(*rows, formats=(), name="a"):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    for place, how in dict(formats).items():
        sheet[place].number_format = how
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def first(*values, **how):
    [sheet] = sheets_of(excel(values, **how), "a.xlsx")
    return sheet.rows[1]


# numbers


@pytest.mark.parametrize(
    ("value", "how", "text"),
    [
        (0.1 + 0.2, "General", "0.3"), (1234.5, "#,##0.00", "1234.50"), (0.97, "0%", "97%"), (0.975, "0.0%", "97.5%"),
        (0.9755, "0%", "97.55%"), (-3, "General", "-3"), (7, "000", "007"), (5.0, "0.0", "5.0"), (1e6, "£#,##0", "1000000"),
        (5, '0"%"', "5"), (0.000012, "General", "0.000012"), (-1234.5, "_-* #,##0.00_-;-* #,##0.00_-", "-1234.50"),
        (5, "[$£-809]#,##0", "5"), (1234.5678, "0.0", "1234.5678"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_shown_and_with_every_digit_that_it_has(value, how, text):
    assert shown_number(value, how).text == text


@pytest.mark.parametrize("how", ["#,##0,", '0.0,,"m"', "#,##0.0,;(#,##0.0,)"])
def test_a_number_that_is_shown_in_thousands_is_refused(how):
    assert shown_number(1234567, how).rule.startswith("is shown in thousands")


def test_a_number_in_scientific_form_says_so():
    assert shown_number(100000, "0.00E+00").shown == "scientific"


def test_a_number_with_more_digits_than_a_spreadsheet_keeps_is_refused():
    assert "more than the 15 digits" in shown_number(1234567890123456789, "General").rule
    assert not shown_number(123456789012345, "General").rule


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False))
def test_no_digit_of_a_number_is_lost(number):
    assert shown_number(float(number), "0.0000").text == f"{number:.4f}".replace("-0.0000", "0.0000")


# Excel


def test_dates_are_read_to_what_is_shown_of_them():
    row = first(
        date(2031, 4, 1), date(2031, 4, 1), date(2031, 4, 1), date(2031, 4, 1),
        formats={"A1": "dd/mm/yyyy", "B1": "mmm-yy", "C1": "yyyy", "D1": "dd mmm"},
    )  # fmt: skip
    assert [(row[at].text, row[at].shown) for at in (1, 2, 3, 4)] == [
        ("2031-04-01", "day"), ("2031-04-01", "month"), ("2031-04-01", "year"), ("2031-04-01", "unknown"),
    ]  # fmt: skip


@pytest.mark.parametrize("value", [datetime(2031, 4, 1, 10, 30), time(10, 30)])
def test_a_time_of_day_is_refused(value):
    assert first(value)[1].rule == "is a time of day, which no table holds"


def test_errors_and_formulas_without_a_value_are_refused_and_an_empty_text_of_a_formula_is_empty():
    row = first("#REF!", "=1+1", True)
    assert [row[at].rule[:12] for at in (1, 2)] == ["is an error ", "is a formula"]
    assert row[3] == Cell("yes", "yesno")


def test_the_value_that_a_formula_was_worked_out_to_is_read():
    packed = excel(["=1+1", '=A1&""', '=""'])
    with zipfile.ZipFile(io.BytesIO(packed)) as old:
        files = {name: old.read(name) for name in old.namelist()}
    sheet = files["xl/worksheets/sheet1.xml"].decode()
    sheet = sheet.replace("<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>").replace("<f>1+1</f><v />", "<f>1+1</f><v>2</v>")
    sheet = sheet.replace('<c r="C1"', '<c r="C1" t="str"')
    files["xl/worksheets/sheet1.xml"] = sheet.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, content in files.items():
            new.writestr(name, content)
    [read] = sheets_of(out.getvalue(), "a.xlsx")
    assert read.rows[1][1] == Cell("2", "number") and 3 not in read.rows[1]
    assert read.rows[1][2].rule.startswith("is a formula")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t_x04"), max_size=30))
def test_the_xml_of_excel_gives_back_every_text(text):
    assert first(escaped(f".{text}."))[1].text == f".{text}."


def test_a_text_that_looks_like_an_escape_of_excel_stays_itself():
    assert escaped("_x000D_") == "_x005F_x000D_" and first("a_x000D_b")[1].text == "a\rb"


# old Excel


def test_old_excel_is_read_with_the_way_in_which_its_cells_are_shown():
    found = {sheet.name: sheet.rows for sheet in sheets_of(FIXTURE.read_bytes(), "invented.xls")}
    assert found["Buildings the trust works from"][4][2] == Cell("6", "number")
    assert [found["pupil_forecasts"][2][at].text for at in (5, 6)] == ["1184", "12.5%"]
    assert [(found["events"][row][2].text, found["events"][row][2].shown) for row in (2, 3)] == [
        ("2031-06-01", "day"), ("2033-01-01", "month"),
    ]  # fmt: skip
    assert found["events"][3][8] == Cell("yes", "yesno")


def test_an_error_of_old_excel_is_not_an_empty_cell():
    assert old_excel.formats_of(FIXTURE.read_bytes())["budget_gaps"][2, 3] == old_excel.ERROR
    found = {sheet.name: sheet.rows for sheet in sheets_of(FIXTURE.read_bytes(), "invented.xls")}
    assert found["budget_gaps"][2][3].rule == "is an error of the spreadsheet"


@pytest.mark.parametrize("at", range(0, 9728, 512))
def test_a_broken_old_file_is_refused_or_read_and_nothing_else(at):
    content = bytearray(FIXTURE.read_bytes())
    content[at : at + 64] = b"\xff" * 64
    try:
        sheets_of(bytes(content), "invented.xls")
    except ValueError as error:
        assert str(error).startswith("invented.xls cannot be read as .xls: ")


def test_cells_that_are_merged_into_another_are_known():
    book = openpyxl.Workbook()
    book.active.append(["a", "b", "c"])
    book.active.merge_cells("B1:C2")
    out = io.BytesIO()
    book.save(out)
    [sheet] = sheets_of(out.getvalue(), "a.xlsx")
    assert sheet.covered == {(1, 3), (2, 2), (2, 3)} and sorted(sheet.rows[1]) == [1, 2]


def test_a_file_of_another_kind_named_as_old_excel_is_refused_as_that():
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    with pytest.raises(ValueError, match="a.xls cannot be read as .xls: it is of another kind"):
        sheets_of(out.getvalue(), "a.xls")
    with pytest.raises(ValueError, match="a.xls cannot be read as .xls"):
        sheets_of(b"grant,amount\nA,1\n", "a.xls")


# OpenDocument

_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
) + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'  # fmt: skip


def open_document(*rows):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("content.xml", f'<office:document-content {_NAMES}><office:body><office:spreadsheet>'
                        f'<table:table table:name="a">{"".join(rows)}</table:table>'
                        '</office:spreadsheet></office:body></office:document-content>')  # fmt: skip
    return out.getvalue()


def cell(text, **of):
    said = " ".join(f'{key.replace("__", ":").replace("_", "-")}="{value}"' for key, value in of.items())
    return f"<table:table-cell {said}><text:p>{text}</text:p></table:table-cell>"


def test_open_document_is_read_as_it_shows_its_cells():
    cells = [
        cell("Homes"), cell("97.5%", office__value_type="percentage", office__value="0.975"),
        cell("1,234.50", office__value_type="float", office__value="1234.5"),
        cell("01/04/31", office__value_type="date", office__date_value="2031-04-01"),
        cell("TRUE", office__value_type="boolean", office__boolean_value="true"),
        cell("#REF!", office__value_type="string", calcext__value_type="error", table__formula="of:=[.A1]"),
        '<table:table-cell table:number-columns-repeated="16370"/>',
    ]  # fmt: skip
    content = open_document(
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>',
        f"<table:table-row>{''.join(cells)}</table:table-row>",
        '<table:table-row table:number-rows-repeated="1048573"><table:table-cell/></table:table-row>',
    )
    [sheet] = sheets_of(content, "a.ods")
    row = sheet.rows[3]
    assert [row[at].text for at in (1, 2, 3, 4, 5)] == ["Homes", "97.5%", "1234.50", "2031-04-01", "yes"]
    assert row[4].shown == "unknown" and row[6].rule == "is an error of the spreadsheet" and len(row) == 6


def test_a_cell_of_open_document_that_is_covered_is_not_read():
    covered = cell("hidden").replace("table-cell", "covered-table-cell")
    [sheet] = sheets_of(open_document(f"<table:table-row>{cell('Homes')}{covered}</table:table-row>"), "a.ods")
    assert sheet.covered == {(1, 2)} and list(sheet.rows[1]) == [1]


@pytest.mark.parametrize("where", ["cell", "row"])
def test_what_open_document_repeats_to_the_edge_of_the_sheet_is_not_passed_over(where):
    many = 'table:number-{}s-repeated="20000"'
    content = open_document(
        f"<table:table-row {many.format('row') if where == 'row' else ''}><table:table-cell "
        f"{many.format('column') if where == 'cell' else ''}><text:p>7</text:p></table:table-cell></table:table-row>"
    )
    with pytest.raises(ValueError, match="repeated to the edge"):
        sheets_of(content, "a.ods")


def test_spaces_and_lines_of_open_document_are_kept():
    content = open_document('<table:table-row><table:table-cell><text:p>a<text:s text:c="2"/>b</text:p><text:p>c</text:p>'
                            "</table:table-cell></table:table-row>")  # fmt: skip
    assert sheets_of(content, "a.ods")[0].rows[1][1].text == "a  b\nc"


# CSV


@pytest.mark.parametrize(
    "content",
    [
        "council,gap\nA,£1\n".encode(), "council;gap\nA;£1\n".encode(), "council\tgap\nA\t£1\n".encode("utf-16"),
        "council,gap\nA,£1\n".encode("utf-8-sig"), "council,gap\r\nA,£1\r\n".encode("cp1252"),
        'council;gap\n"A";"£1"\n'.encode(),
    ],
)  # fmt: skip
def test_csv_is_read_in_any_encoding_and_with_any_separator_that_leave_no_doubt(content):
    [sheet] = sheets_of(content, "gaps.csv")
    assert (sheet.name, sheet.rows[2][1].text, sheet.rows[2][2].text) == ("gaps", "A", "£1")


def test_commas_inside_semicolons_do_not_mislead():
    [sheet] = sheets_of(b"a;b\n1,5;2\n1;2\n", "a.csv")
    assert sheet.rows[2][1].text == "1,5"


@pytest.mark.parametrize("content", ["caf\xe9,1\n".encode("latin-1"), b"a;b,c\nd;e,f\n", b'a,"b\n'])
def test_csv_that_leaves_doubt_is_refused(content):
    with pytest.raises(ValueError, match=r"a\.csv "):
        sheets_of(content, "a.csv")


# files


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods"])
@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", excel(["a"])[:300]])
def test_a_file_that_is_not_what_its_ending_says_is_refused(name, content):
    with pytest.raises(ValueError, match="cannot be read as"):
        sheets_of(content, name)


def test_a_file_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(sheets, "_LARGEST", 1000)
    with pytest.raises(ValueError, match="larger than tables of a year can be"):
        sheets_of(excel(["a"]), "a.xlsx")


def test_a_file_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="is of no kind that can be read: .xlsx"):
        sheets_of(b"", "a.pdf")


@given(st.integers(1, 10_000), st.integers(1, 16_384))
def test_addresses_are_those_of_a_spreadsheet(row, column):
    assert address(row, column) == openpyxl.utils.get_column_letter(column) + str(row)
