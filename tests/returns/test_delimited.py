"""CSV files and sheets as text: encodings, quotes, rows that do not fit, and what a spreadsheet's cells are as words."""

import csv
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.faults import DataFaults
from ncthelpers.returns.delimited import CP1252, ROW, read_csv, read_header, read_sheets


def made(tmp_path, content: bytes):
    path = tmp_path / "some.csv"
    path.write_bytes(content)
    return path


def rules(path):
    with pytest.raises(DataFaults) as refused:
        read_csv(path)
    return [(fault.row, fault.rule) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"A,B\n1,2\n", [(2, "1", "2")]),
        (b"\xef\xbb\xbfA,B\n1,2", [(2, "1", "2")]),
        (b"A,B\r\n1,2\r\n", [(2, "1", "2")]),
        (b"A,B\r1,2\r", [(2, "1", "2")]),
        (b" A , B\n1,\n", [(2, "1", None)]),
        (b'A,B\n"1,5","say ""no"""\n', [(2, "1,5", 'say "no"')]),
        (b'A,B\n"two\nlines",2\n3,4\n', [(2, "two\nlines", "2"), (3, "3", "4")]),
        (b"A,B\n1,2\n\n,\n3,4\n\n", [(2, "1", "2"), (5, "3", "4")]),
        (b"A,B\n", []),
    ],
)
def test_a_csv_file_is_read_as_text(tmp_path, content, rows):
    found, warnings = read_csv(made(tmp_path, content))
    assert found.columns == [ROW, "A", "B"] and found.rows() == rows and not warnings
    assert read_header(made(tmp_path, content)) == ["A", "B"]


def test_windows_1252_is_read_and_said(tmp_path):
    found, (warning,) = read_csv(made(tmp_path, "A,B\nZoë,–\n".encode("cp1252")))
    assert found.rows() == [(2, "Zoë", "–")] and warning.rule == CP1252


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", [(None, "has no header")]),
        (b"\n1,2\n", [(None, "has no header")]),
        (b"A,B\n1\n2,3\n4,5,6\n", [(2, "has 1 cells, and the header has 2"), (4, "has 3 cells, and the header has 2")]),
        (b"A\n1,2\n", [(2, "has 2 cells, and the header has 1")]),
        (b"A,B\n1,2\n3,\x00\n", [(3, "has a NUL character")]),
        ("A,B\n1,2\n".encode("utf-16"), [(1, "has a NUL character")]),
        (b"A,B\n1,2\n\x81,3\n", [(3, "is neither UTF-8 nor Windows-1252 (cp1252)")]),
        (b'A,B\n1,"2\n3,4\n', [(2, "a quote is not closed or stands alone")]),
        (b"A,A\n1,2\n", [(1, "is the name of two columns")]),
        (b"A,A\n1,2,3\n", [(1, "is the name of two columns"), (2, "has 3 cells, and the header has 2")]),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_rows(tmp_path, content, told):
    assert rules(made(tmp_path, content)) == told


def test_no_more_than_twenty_rows_are_named(tmp_path):
    assert len(rules(made(tmp_path, b"A,B\n" + b"1\n" * 99))) == 20


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.text("aé,\"\n x0=#-'", max_size=6)] * 2), max_size=8))
def test_what_the_csv_module_writes_is_read_again(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("csv") / "some.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("A", "B"), *cells])
    found, _ = read_csv(path)
    plain = [tuple(cell or None for cell in row) for row in cells if any(row)]
    assert [row[1:] for row in found.rows()] == plain


def test_cells_of_a_workbook_are_words(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "One"
    for row in (
        [],
        ["CHILD", "DOB", None],
        [566910, date(2008, 3, 27), 1.5],
        [None, None, None],
        [True, datetime(2008, 3, 27, 9), "#N/A"],
    ):
        book.active.append(row)
    book.create_sheet("Empty")
    book.create_sheet("Twice").append(["A", "A"])
    book.save(tmp_path / "book.xlsx")
    sheets = read_sheets(tmp_path / "book.xlsx")
    assert list(sheets) == ["One", "Empty", "Twice"]
    assert sheets["One"].columns == [ROW, "CHILD", "DOB", "column 3"]
    assert sheets["One"].rows() == [(3, "566910", "2008-03-27", "1.5"), (5, "true", "2008-03-27 09:00:00", "#N/A")]
    assert sheets["Empty"].columns == sheets["Twice"].columns == [ROW]


def test_a_workbook_without_errors_and_formulas_is_read_the_quick_way_and_the_same(tmp_path):
    book = openpyxl.Workbook()
    for row in ([], ["CHILD", "DOB"], [566910, date(2008, 3, 27)], [None, None], ["x", 1.5]):
        book.active.append(row)
    book.save(tmp_path / "plain.xlsx")
    book.active.append(["=1+1", "=A3"])
    book.save(tmp_path / "formulas.xlsx")
    quick, slow = (read_sheets(tmp_path / f"{name}.xlsx")["Sheet"] for name in ("plain", "formulas"))
    assert quick.rows() == [(3, "566910", "2008-03-27"), (5, "x", "1.5")]
    assert slow.rows() == [*quick.rows(), (6, "=1+1", "=A3")]


def test_what_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "book.xlsx").write_bytes(b"PK no")
    with pytest.raises(DataFaults, match="cannot be read as a workbook"):
        read_sheets(tmp_path / "book.xlsx")
