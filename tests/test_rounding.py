"""Rounding: half up in decimal, away from zero, against a definition in whole numbers."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.rounding import decimal_places, half_up

VALUES = st.decimals(min_value=-(10**12), max_value=10**12, places=8)
PLACES = st.integers(min_value=-6, max_value=6)


def plainly_rounded(value: Decimal, decimals: int) -> Fraction:
    """Half up as the field says it: add half a unit to the size, cut off the rest, put the sign back."""
    unit = Fraction(10) ** -decimals
    size = floor(abs(Fraction(value)) / unit + Fraction(1, 2)) * unit
    return -size if value < 0 else size


@given(VALUES, PLACES)
def test_rounding_is_the_plain_definition(value, decimals):
    assert Fraction(half_up(value, decimals)) == plainly_rounded(value, decimals)


@given(VALUES, PLACES)
def test_rounding_is_the_same_on_both_sides_of_nought(value, decimals):
    assert half_up(-value, decimals) == -half_up(value, decimals)


@given(VALUES, PLACES)
def test_rounding_again_changes_nothing(value, decimals):
    assert half_up(half_up(value, decimals), decimals) == half_up(value, decimals)


@pytest.mark.parametrize(
    ("part", "whole", "decimals", "rounded"),
    [
        (29, 37, 1, "78.4"),  # annual report section 3.1, which prints 78.3: that is cut off, not rounded
        (57, 69, 0, "83"),  # annual report section 10.6
        (59, 69, 0, "86"),  # annual report section 10.6
        (90, 1094, 0, "8"),  # annual report section 6: 1,094 to 1,184
    ],
)
def test_rounding_of_percentages_that_the_report_prints(part, whole, decimals, rounded):
    assert str(half_up(Decimal(part) / whole * 100, decimals)) == rounded


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.5", "1"), ("1.5", "2"), ("2.5", "3"), ("-2.5", "-3"), ("2.49", "2")]
)
def test_a_half_goes_away_from_nought_where_python_goes_to_the_even(value, rounded):
    assert half_up(Decimal(value)) == Decimal(rounded)


def test_the_places_asked_for_are_kept_even_where_they_are_nought():
    assert str(half_up(Decimal("1.07"), 3)) == "1.070"
    assert str(half_up(4, 1)) == "4.0"


def test_a_float_is_refused_because_it_may_be_off_the_edge_already():
    with pytest.raises(TypeError, match="float 1.005"):
        half_up(1.005, 2)


@pytest.mark.parametrize(("value", "places"), [("1.50", 2), ("12", 0), ("1E+3", 0), ("NaN", 0), ("-Infinity", 0)])
def test_places_are_those_that_a_figure_is_written_with(value, places):
    assert decimal_places(Decimal(value)) == places
