"""What is still to be done: told by file in spans; each kind is also raised as a query and stands in the way of a sign-off."""

import pytest

from ncthelpers.faults import Fault
from ncthelpers.unfinished import by_file


@pytest.mark.parametrize(
    ("numbers", "said"),
    [((2,), "row 2"), ((4, 2, 3), "rows 2 to 4"), ((2, 3, 5, 7, 8), "rows 2 to 3, 5, 7 to 8")],
)
def test_rows_that_follow_each_other_are_one_span(numbers, said):
    [one] = by_file(Fault("a.csv", number, "source", "carried:a/1", "is carried over") for number in numbers)
    assert one.value == said
