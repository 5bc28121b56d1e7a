"""Faults: how one reads, and that a list of them holds each once, in the order of the files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.faults import DataFaults, Fault

faults = st.builds(
    Fault,
    file=st.sampled_from(["data/2031-32/a.csv", "data/2031-32/b.csv"]),
    row=st.one_of(st.none(), st.integers(1, 12)),
    column=st.sampled_from(["", "amount", "gap"]),
    value=st.text(max_size=6),
    rule=st.sampled_from(["is not a number", "is empty but required"]),
    cell=st.sampled_from(["", "C3"]),
    suggestion=st.sampled_from(["", "write 12000"]),
)


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Fault("a.csv", 3, "gap", "12k", "is not a number"), "a.csv, row 3, column gap: '12k' is not a number"),
        (Fault("a.csv", 3, "gap", "", "is empty"), "a.csv, row 3, column gap: is empty"),
        (Fault("a.csv", None, "gap", "EAST", "has no row"), "a.csv, column gap: 'EAST' has no row"),
        (Fault("a.csv", None, "", "", "is missing"), "a.csv: is missing"),
        (
            Fault("a.csv", 3, "gap", "12k", "is not a number", "C3"),
            "a.csv!C3 (row 3, column gap): '12k' is not a number",
        ),
        (Fault("a.csv", 3, "", "", "is new", "A3"), "a.csv!A3 (row 3): is new"),
        (Fault("a.xlsx!Budget", None, "", "x", "is odd", "C7"), "a.xlsx!Budget!C7: 'x' is odd"),
        (
            Fault("a.csv", 3, "gap", "12k", "is not a number", "C3", "write 12000"),
            "a.csv!C3 (row 3, column gap): '12k' is not a number; write 12000",
        ),
    ],
)
def test_a_fault_reads_as_one_line_with_what_is_known(fault, line):
    assert str(fault) == line


def test_a_value_with_a_line_break_does_not_break_the_line():
    assert "\n" not in str(Fault("a.csv", 2, "gap", "1\n2", "is not a number"))


@given(st.lists(faults, min_size=1, max_size=8), st.randoms())
def test_a_list_holds_every_fault_once_in_an_order_that_does_not_hang_on_when_each_was_found(found, chance):
    shuffled = list(found) * 2
    chance.shuffle(shuffled)
    listed = DataFaults(shuffled).faults
    assert listed == DataFaults(found).faults
    assert set(listed) == set(found) and len(listed) == len(set(found))
    places = [(fault.file, fault.row or 0) for fault in listed]
    assert places == sorted(places)


@given(st.lists(faults, min_size=1, max_size=8, unique=True))
def test_the_message_counts_the_faults_and_has_a_line_for_each(found):
    first, *lines = str(DataFaults(found)).split("\n")
    assert first == (f"{len(found)} faults:" if len(found) > 1 else "1 fault:")
    assert sorted(lines) == sorted(map(str, found))


@given(faults)
def test_a_record_gives_the_fault_back(fault):
    assert Fault(**fault.as_record()) == fault
