"""A printed figure against a recomputed one: what agrees, what rounding explains, what disagrees."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import claims, verdicts

ONE, NOUGHT = Decimal(1), Decimal(0)


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [
        ("10", verdicts.AGREES),
        ("11", verdicts.ROUNDING),
        ("9", verdicts.ROUNDING),
        ("12", verdicts.DISAGREES),
        ("8", verdicts.DISAGREES),
    ],
)
def test_a_difference_on_the_edge_of_the_allowance_is_rounding_and_beyond_it_is_not(printed, verdict):
    assert verdicts.judged(Decimal(printed), Decimal(10), ONE, ONE) == verdict


@pytest.mark.parametrize(
    ("printed", "recomputed", "place", "verdict"),
    [
        ("78.4", "78.378", "0.1", verdicts.AGREES),
        ("78.3", "78.378", "0.1", verdicts.DISAGREES),  # annual report section 3.1: not what rounding half up gives
        ("0.2", "0.15", "0.1", verdicts.AGREES),
        ("-0.2", "-0.15", "0.1", verdicts.AGREES),
        ("2631000", "2631499", "1000", verdicts.AGREES),
        ("2631000", "2631500", "1000", verdicts.DISAGREES),
        ("1200", "1183", "50", verdicts.AGREES),
    ],
)
def test_a_figure_agrees_that_rounds_half_up_to_the_printed_one_at_its_last_place(printed, recomputed, place, verdict):
    assert verdicts.judged(Decimal(printed), Decimal(recomputed), NOUGHT, Decimal(place)) == verdict


@pytest.mark.parametrize(("printed", "recomputed"), [(None, ONE), (ONE, None), (None, None)])
def test_what_is_not_there_cannot_be_judged(printed, recomputed):
    assert verdicts.judged(printed, recomputed, ONE, ONE) == verdicts.CANNOT


@given(st.lists(st.decimals(-1000, 1000, places=4), min_size=1, max_size=10), st.integers(0, 3))
def test_rounding_each_row_never_makes_a_total_disagree(exact, places):
    place = Decimal(1).scaleb(-places)
    parts = [part.quantize(place) for part in exact]
    # the printed total is itself rounded once: that may add half a unit to what the rows can do
    allowance = place / 2 * (len(parts) + 1)
    verdict = verdicts.judged(sum(exact).quantize(place), sum(parts, NOUGHT), allowance, place)
    assert verdict in {verdicts.AGREES, verdicts.ROUNDING}


@given(st.decimals(-1000, 1000, places=4), st.decimals(-1000, 1000, places=4), st.integers(0, 3))
def test_a_greater_allowance_never_makes_a_verdict_worse(printed, recomputed, places):
    order = (verdicts.AGREES, verdicts.ROUNDING, verdicts.DISAGREES)
    found = [
        order.index(verdicts.judged(printed, recomputed, Decimal(most), Decimal(1).scaleb(-places)))
        for most in range(5)
    ]
    assert found == sorted(found, reverse=True)


def test_claims_speak_the_same_words():
    assert claims.VERDICTS is verdicts.VERDICTS and len(set(verdicts.VERDICTS)) == 5
