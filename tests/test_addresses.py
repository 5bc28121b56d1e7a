"""Where a fault stands in a spreadsheet, or in a file of YAML."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.addresses import addressed, letter, with_lines
from ncthelpers.faults import Fault


def fault(row, column, cell=""):
    return Fault("a.csv", row, column, "", "is wrong", cell)


@given(st.integers(0, 20_000))
def test_letters_follow_each_other_as_in_a_spreadsheet(number):
    value = 0
    for sign in letter(number):
        value = value * 26 + ord(sign) - ord("A") + 1
    assert value == number + 1


@given(st.lists(st.lists(st.text(st.sampled_from("ab\n,\"'"), max_size=4), min_size=3, max_size=3), max_size=5))
def test_a_cell_is_at_the_same_address_whatever_line_breaks_stand_above_it(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["one", "two", "three"], *rows, ["x", "y", "z"]])
    content = text.getvalue().encode()
    lines = csv.reader(io.StringIO(content.decode(), newline=""))
    *_, last = (lines.line_num for _ in lines)
    [found] = addressed([fault(last, "two")], content)
    assert found.cell == f"B{len(rows) + 2}"


@pytest.mark.parametrize(
    ("given_fault", "cell"),
    [
        (fault(2, "b"), "B2"),
        (fault(2, "a+b"), "A2"),  # a key of two columns
        (fault(None, "b"), ""),
        (fault(2, ""), ""),
        (fault(2, "c"), ""),
        (fault(9, "b"), ""),
        (fault(2, "b", "Z9"), "Z9"),
    ],
)
def test_only_what_is_of_one_cell_has_an_address(given_fault, cell):
    assert addressed([given_fault], b"a,b\n1,2\n")[0].cell == cell


def test_a_column_that_stands_twice_has_no_one_letter():
    assert addressed([fault(2, "a")], b"a,a\n1,2\n")[0].cell == ""


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'a,"b\n1'])
def test_what_is_no_table_gives_no_address_and_no_error(content):
    assert addressed([fault(2, "a")], content)[0].cell == ""


CONTRACT = """# Invented.
title: A contract
terms:
  - {term: Sum, unit: m}
  - term: Day
    unit: date
escalation:
  stages:
    - {stage: informal stage}
"""


@pytest.mark.parametrize(
    ("place", "row"),
    [("title", 2), ("terms", 3), ("terms 1", 4), ("terms 2", 5), ("escalation stages 1", 9), ("escalation triggers", 7),
     ("terms 3", 3), ("councils", None), ("", None)],
)  # fmt: skip
def test_a_fault_of_a_contract_has_the_line_of_its_entry_or_of_the_nearest_around_it(place, row):
    assert with_lines([Fault("contract.yml", None, place, "", "is wrong")], CONTRACT)[0].row == row


@pytest.mark.parametrize("text", ["a: [", "", "- a\n- b\n", "? [a]\n: 1\n"])
def test_what_is_no_contract_gives_no_line_and_no_error(text):
    assert with_lines([Fault("contract.yml", None, "terms 1", "", "is wrong")], text)[0].row is None
