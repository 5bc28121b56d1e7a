"""Figures unlike what they stand among: the small judgements that the queries of tests/test_queries.py rest on."""

from decimal import Decimal

import pytest

from ncthelpers import oddities


@pytest.mark.parametrize(
    ("value", "usual", "said"),
    [
        ("1000", "100", "about 10 times too large"), ("9500", "100", "about 100 times too large"), ("100", "100000", "about 1000 times too small"),
        ("-1000", "100", "about 10 times too large"), ("500", "100", ""), ("100", "100", ""), ("2000", "100", ""),
    ],
)  # fmt: skip
def test_a_digit_has_slipped_where_a_figure_is_about_a_power_of_ten_times_what_it_was(value, usual, said):
    assert oddities._slip(Decimal(value), Decimal(usual)) == said


@pytest.mark.parametrize(
    ("value", "others", "part"),
    [
        (5, [-1, -2, -3, -4], "other sign"), (40, [1, 2, 3, 4], "ten times"), (39, [1, 2, 3, 4], ""),
        (1, [10, 20, 30, 40], "a tenth"), (2, [10, 20, 30, 40], ""),
    ],
)  # fmt: skip
def test_a_figure_is_unlike_its_column_only_where_it_is_like_none_of_the_others(value, others, part):
    said = oddities._unlike(Decimal(value), [Decimal(one) for one in others])
    assert part in said and bool(part) is bool(said)


def test_months_follow_each_other_across_a_new_year():
    assert oddities._months_between("2031-11-05", "2032-02") == ["2031-11", "2031-12", "2032-01", "2032-02"]
    assert oddities._months_between("2032-03", "2032-02") == []
