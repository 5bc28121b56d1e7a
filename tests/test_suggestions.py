"""What would put a cell right: only what is certain, and what its column can read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.cells import TYPES, Column, read_cell
from ncthelpers.suggestions import nearest, suggestion


def column(kind, **more):
    return Column("held", kind, "Held", **more)


@pytest.mark.parametrize(
    ("text", "held", "said"),
    [
        ("12k", column("money", unit="£"), "write 12000"),
        ("12k", column("money", unit="£000"), "write 12"),
        ("£1.5m", column("money", unit="£m"), "write 1.5"),
        ("1,234.5k", column("money", unit="£"), "write 1234500"),
        ("(12k)", column("money", unit="£"), "write -12000"),
        ("12k", column("number", unit="children"), ""),
        ("1O5", column("count"), "write 105"),
        ("l05", column("count"), "write 105"),
        ("12,5", column("number"), "write 12.5"),
        ("12,345,6", column("number"), ""),
        ("4.0", column("count"), "write 4"),
        ("4.5", column("count"), ""),
        ("1 234", column("number"), "write 1234"),
        ("0.97", column("percent"), "write 97% if it is a share"),
        ("about 7", column("number"), ""),
        ("31/03/2025", column("date"), "write 2025-03-31"),
        ("03/04/2025", column("date"), "write 2025-04-03 if the day stands first, or 2025-03-04"),
        ("31 March 2025", column("date"), "write 2025-03-31"),
        ("2025/03/31", column("when"), "write 2025-03-31"),
        ("31/02/2025", column("date"), ""),
        ("Yes", column("yesno"), "write yes"),
        ("N", column("yesno"), "write no"),
        ("maybe", column("yesno"), ""),
        ("East Council", column("id"), "write East_Council"),
        ("Red", column("text", values=("red", "green")), "write red"),
        ("gren", column("text", values=("red", "green")), "perhaps green"),
        ("mauve", column("text", values=("red", "green")), ""),
        ("www.example.org", column("url"), "write https://www.example.org"),
        ("", column("count"), ""),
        ("-", column("money"), ""),
    ],
)  # fmt: skip
def test_a_cell_is_given_what_was_certainly_meant_and_nothing_else(text, held, said):
    assert suggestion(text, held) == said


@given(st.text(max_size=12), st.sampled_from(sorted(TYPES)))
def test_what_is_to_be_written_is_what_the_column_reads(text, kind):
    held = column(kind, unit="£")
    said = suggestion(text, held)
    if said.startswith("write ") and " if " not in said:
        read_cell(said.removeprefix("write "), held)


@given(st.decimals(min_value=0, max_value=999, places=2))
def test_thousands_are_the_same_amount_in_every_unit(number):
    amounts = [read_cell(suggestion(f"{number}k", column("money", unit=unit)).removeprefix("write "), column("money"))
               for unit in ("£", "£000", "£m")]  # fmt: skip
    assert amounts == [number * 1000, number, number / 1000] or not number
    assert all(isinstance(amount, Decimal) for amount in amounts)


@pytest.mark.parametrize(
    ("value", "allowed", "said"),
    [("kpi", ["kpis", "homes"], "perhaps kpis"), ("NNK", ["NNC", "WNC"], "perhaps NNC"), ("zzz", ["NNC"], ""), ("x", [], ""),
     ("a", [None], "")],
)  # fmt: skip
def test_the_nearest_is_named_only_where_one_is_near(value, allowed, said):
    assert nearest(value, allowed) == said
