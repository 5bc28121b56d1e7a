"""The rows of a table."""

from datetime import date
from decimal import Decimal

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.rows import records_by_row, records_of

cells = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.decimals(allow_nan=False) | st.dates()


@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_rows_are_those_that_pandas_gives(rows):
    frame = pd.DataFrame(rows, columns=["one", "other"], dtype=object)
    assert records_of(frame) == frame.to_dict("records")
    assert records_by_row(frame) == frame.to_dict("index")


def test_cells_are_what_python_has_for_them():
    frame = pd.DataFrame(
        {"count": [1, 2], "holds": [True, False], "on": [date(1999, 4, 1)] * 2, "cost": [Decimal("1.50")] * 2}
    )
    assert [[type(cell) for cell in row.values()] for row in records_of(frame)] == [[int, bool, date, Decimal]] * 2
