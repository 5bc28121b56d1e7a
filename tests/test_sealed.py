"""What was sealed: which cell, row or column is no longer what it was, and never what stands there."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import sealed
from ncthelpers.load import DataFaults, load_year, seal_year, year_folder
from ncthelpers.years import ContractYear

WAS = b"council,gap,note\nEAST,1.5,a\nWEST,2,b\nNORTH,3,c\n"


def found(now, was=WAS):
    return [(fault.cell, fault.row, fault.column, fault.rule) for fault in
            sealed.cell_faults(now, sealed.fingerprint(was), "gaps.csv")]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "faults"),
    [
        (WAS, []),
        (WAS.replace(b"2,b", b"20,b"), [("B3", 3, "gap", sealed.CHANGED)]),
        (WAS.replace(b"2,b", b",b"), [("B3", 3, "gap", sealed.CHANGED)]),
        (WAS.replace(b"WEST,2,b\n", b""), [("", None, "", "lacks what was sealed as its row 3")]),
        (WAS + b"SOUTH,4,d\n", [("A5", 5, "", "is a row that was not sealed")]),
        (WAS + b"EAST,1.5,a\n", [("A5", 5, "", "is a row that was not sealed")]),
        (b"council,gap,note\nWEST,2,b\nNORTH,3,c\nEAST,1.5,a\n", [("A4", 4, "", "is a row that stood elsewhere when it was sealed")]),
        (WAS.replace(b"gap", b"GAP", 1), [("", 1, "gap", "is a column that was sealed and is gone"), ("B1", 1, "GAP", "is a column that was not sealed")]),
        (b"gap,council\n1,EAST\n", [("A1", 1, "gap", "is a column that stood elsewhere when it was sealed")]),
        (b"", []),
    ],
)  # fmt: skip
def test_what_has_changed_is_named_by_its_place(now, faults):
    was = b"council,gap\nEAST,1\n" if now.startswith(b"gap,") else WAS
    assert found(now, was)[: len(faults) or None] == faults


def test_below_a_cell_with_a_line_break_line_and_row_of_the_spreadsheet_differ():
    was = b'council,gap\n"a\nb",1\nWEST,2\n'
    assert found(was.replace(b"WEST,2", b"WEST,3"), was) == [("B3", 4, "gap", sealed.CHANGED)]


cells = st.text(st.sampled_from('abc12,"\n é'), max_size=5).map(str.strip)
tables = st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=8)


def written(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["one", "two", "three"], *rows])
    return text.getvalue().encode()


@given(tables)
def test_what_has_not_changed_is_not_named(rows):
    assert found(written(rows), written(rows)) == []


@given(tables, st.data())
def test_whichever_cell_changes_is_named_unless_nothing_of_its_row_is_left(rows, data):
    rows = [[f"row {number}", *row] for number, row in enumerate(rows)]
    header = ["key", "one", "two", "three"]

    def made(some):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([header, *some])
        return text.getvalue().encode()

    at, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(1, 3))
    changed = [list(row) for row in rows]
    changed[at][column] += "x"
    [one] = found(made(changed), made(rows))
    assert (one[0], one[2]) == (f"{'ABCD'[column]}{at + 2}", header[column])


def test_a_record_is_a_line_a_row_and_holds_no_cell():
    text = sealed.record_text({"gaps.csv": WAS})
    assert "EAST" not in text and "1.5" not in text and text.endswith("\n")
    assert len(text.splitlines()) == len(json.loads(text)["gaps.csv"]["rows"]) + len(["council", "gap", "note"]) + 8


@pytest.mark.parametrize("held", ["", "[]", "{", '{"gaps.csv": 3}', '{"gaps.csv": {"header": "x", "rows": []}}',
                                  '{"gaps.csv": {"header": ["x"], "rows": [5]}}'])  # fmt: skip
def test_a_record_that_is_none_is_no_record_and_no_error(tmp_path, held):
    (tmp_path / sealed.SEALED).write_text(held)
    assert sealed.read_record(tmp_path) == {}


def test_a_record_that_is_not_there_is_none(tmp_path):
    assert sealed.read_record(tmp_path) == {}


def faults_of(root, year):
    with pytest.raises(DataFaults) as found:
        load_year(root, year)
    return [str(fault) for fault in found.value.faults]


def test_a_year_says_which_cell_is_not_what_was_sealed(small_root):
    folder = year_folder(small_root, ContractYear("2031-32"))
    path = folder / "budget_gaps.csv"
    path.write_text(path.read_text("utf-8").replace("7.25", "7.26"), "utf-8")
    assert faults_of(small_root, "2031-32") == [
        "data/2031-32/budget_gaps.csv: has changed since it was sealed: check it, then run `python -m ncthelpers seal 2031-32`",
        "data/2031-32/budget_gaps.csv!C3 (row 3, column gap): is not what was sealed",
    ]
    (folder / sealed.SEALED).unlink()
    assert len(faults_of(small_root, "2031-32")) == 1
    seal_year(small_root, ContractYear("2031-32"))
    assert sealed.read_record(folder)["budget_gaps.csv"] == sealed.fingerprint(path.read_bytes())
    load_year(small_root, "2031-32")


def test_a_cell_that_breaks_a_rule_is_named_once(small_root):
    path = year_folder(small_root, ContractYear("2031-32")) / "budget_gaps.csv"
    path.write_text(path.read_text("utf-8").replace("7.25", "about 7"), "utf-8")
    assert sum("!C3" in line for line in faults_of(small_root, "2031-32")) == 1


@pytest.mark.parametrize("root", ["", "examples/inventshire"])
def test_the_record_of_every_year_here_is_of_its_tables_as_they_are(repository, root):
    folders = sorted((repository / root / "data").glob("20*"))
    assert folders
    for folder in folders:
        tables = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
        assert (folder / sealed.SEALED).read_text("utf-8") == sealed.record_text(tables), folder
