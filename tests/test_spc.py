"""Limits of variation, special causes and assurance, held against the R package NHSRplotthedots and against the rules' own words."""

import csv
import dataclasses
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import kpis as ratings
from ncthelpers import results, spc, tables
from ncthelpers.lineage import rows_behind
from ncthelpers.rounding import half_up
from ncthelpers.spc import COMMON, NEAR, OUTSIDE, SHIFT, TREND, Limits, limits, special_causes

HIGHER, LOWER, NEUTRAL = "higher is better", "lower is better", "not stated"
# Referrals a month, April 2021 to March 2022 (domain.md, section 6)
REFERRALS = [1598, 1249, 1701, 1388, 1094, 1404, 1178, 1385, 1070, 676, 687, 828]
# Twenty normal numbers (seed 123), and the limits that the R package gives of them: its tests/testthat/_snaps/ptd_spc_standard.md
NORMAL = """-0.56047565 -0.23017749 1.55870831 0.07050839 0.12928774 1.71506499 0.46091621 -1.26506123 -0.68685285 -0.44566197
1.22408180 0.35981383 0.40077145 0.11068272 -0.55584113 1.78691314 0.49785048 -1.96661716 0.70135590 -0.47279141"""
AROUND_50 = Limits(*map(Decimal, (50, 20, 80, 30, 70)), points=24)


def rules(values, held=AROUND_50):
    """The rule that each point trips, nothing where its variation is of common cause."""
    return ["" if cause is None or cause.rule == COMMON else cause.rule for cause in special_causes(values, held)]


def in_r(*, freak):
    """The twenty numbers, the fifteenth perhaps in the place of a freak."""
    values = [Decimal(number) for number in NORMAL.split()]
    return [*values[:14], Decimal(10), *values[15:]] if freak else values


# Limits


def test_referrals_trip_only_two_of_three_near_the_lower_limit():
    held = limits(REFERRALS)
    ends = [half_up(end) for end in (held.lower, held.upper, held.near_lower)]
    assert ends == [460, 1917, 703]  # domain.md, section 6
    assert rules(REFERRALS, held) == [""] * 9 + [NEAR, NEAR, ""]  # January and February
    assert {cause.side for cause in special_causes(REFERRALS, held)[9:11]} == {-1}


@pytest.mark.parametrize("screened", [True, False])
def test_referrals_have_no_moving_range_to_screen(screened):
    assert limits(REFERRALS, screened) == limits(REFERRALS) and limits(REFERRALS).screened == 0


@pytest.mark.parametrize(
    ("freak", "screened", "expected"),
    [
        (False, True, ("0.1416238", "-3.01138", "3.294627")),
        (True, True, ("0.6694159", "-2.383666", "3.722497")),
        (True, False, ("0.6694159", "-4.596625", "5.935457")),
    ],
)
def test_limits_are_those_of_the_r_package_in_both_outlier_modes(freak, screened, expected):
    held = limits(in_r(freak=freak), screened)
    for end, text in zip((held.mean, held.lower, held.upper), expected, strict=True):
        assert half_up(end, len(text.partition(".")[2])) == Decimal(text)
    assert held.screened == (2 if freak and screened else 0)


@pytest.fixture(scope="module")
def breaches(repository):
    """Waits beyond four hours at one hospital a month, April 2016 to March 2018: the first example of the R package."""
    path = repository.parent / "shared" / "golden" / "spc" / "ae_attendances.csv"
    if not path.is_file():
        pytest.skip("../shared/golden/spc is absent: the series of the R package is not held against")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["org_code"] == "RRK" and row["type"] == "1"]
    return [int(row["breaches"]) for row in sorted(rows, key=lambda row: row["period"]) if row["period"] < "2018-04"]


def test_outlier_modes_differ_on_the_first_example_of_the_r_package(breaches):
    # 24 values that sum to 41,085; 23 moving ranges that sum to 8,325, of which 1,195 is 3.302 times their mean
    screened, unscreened = limits(breaches, screen_outliers=True), limits(breaches, screen_outliers=False)
    assert (half_up(screened.lower, 2), half_up(screened.upper, 2)) == (Decimal("849.79"), Decimal("2573.96"))
    assert (half_up(unscreened.lower, 2), half_up(unscreened.upper, 2)) == (Decimal("749.07"), Decimal("2674.68"))
    assert screened.mean == unscreened.mean == Decimal(41085) / 24 and screened.screened == 1
    eight_below = [SHIFT] * 8 + [""] * 6
    assert rules(breaches, screened) == [""] * 9 + [OUTSIDE] + eight_below  # 2,585 in January 2017
    assert rules(breaches, unscreened) == [""] * 10 + eight_below


def test_a_missing_last_month_does_not_make_those_before_it_special(breaches):
    # the R package says that the five months before it are: its issue 156
    gap = [*breaches[:-1], None]
    assert rules(gap, limits(gap))[-6:] == [""] * 6


def test_a_moving_range_of_just_3_267_times_their_mean_is_left_out():
    steady = [0, 6733] * 5  # nine ranges of 6,733, which with one of 29,403 have a mean of 9,000
    assert limits([*steady, 6733 + 29403]).screened == 1
    assert limits([*steady, 6733 + 29402]).screened == 0


def test_screening_is_done_once():
    values = [0, 1] * 12 + [0, 8, 0, 60]
    held = limits(values)
    ranges = [abs(after - before) for before, after in pairwise(values)]
    kept = [moved for moved in ranges if moved < Decimal("3.267") * sum(ranges) / len(ranges)]
    assert held.screened == len(ranges) - len(kept) == 1 and 8 in kept
    assert any(moved >= Decimal("3.267") * sum(kept) / len(kept) for moved in kept), (
        "a second time would leave out more"
    )


def test_what_never_moves_has_limits_at_its_mean_and_no_special_cause():
    held = limits([Decimal("33.3")] * 12)
    assert held.lower == held.mean == held.upper == Decimal("33.3") and held.screened == 0
    assert rules([Decimal("33.3")] * 12, held) == [""] * 12


@pytest.mark.parametrize("values", [[], [None] * 5, [1, 2], [1, None, 2], [1, None, 2, None, 3]])
def test_too_few_values_have_no_limits_and_no_causes(values):
    assert limits(values) is None
    assert special_causes(values, None) == [None] * len(values)


def test_a_missing_month_has_no_range_on_either_side_and_no_part_in_the_mean():
    held = limits([10, None, 30, 35])  # R: mean(na.rm = TRUE) and diff() of NA
    assert held.mean == 25 and held.upper == Decimal("38.3") and held.points == 3


def test_limits_of_fewer_than_twelve_values_are_on_trial():
    assert [limits(REFERRALS[:number]).on_trial for number in (11, 12)] == [True, False]
    assert limits([*REFERRALS[:11], None]).on_trial  # a missing month is no value


def test_a_float_is_refused():
    with pytest.raises(TypeError, match="0.5"):
        limits([1, 2, 0.5])


# Special causes: each rule, and broken once


@pytest.mark.parametrize(
    ("value", "rule"), [(80, ""), (Decimal("80.01"), OUTSIDE), (20, ""), (Decimal("19.99"), OUTSIDE)]
)
def test_a_point_on_a_limit_is_not_outside_it(value, rule):
    assert rules([value]) == [rule]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([45, 46, 47, 48, 49, 51, 52], [TREND] * 7),
        ([52, 51, 49, 48, 47, 46, 45], [TREND] * 7),
        ([45, 46, 47, 48, 49, 51], [""] * 6),  # six
        ([45, 46, 47, 48, 48, 51, 52], [""] * 7),  # not strictly
        ([45, 46, 47, 48, 47, 51, 52], [""] * 7),
        ([46, 45, 46, 47, 48, 49, 51, 52, 51], ["", *[TREND] * 7, ""]),
        ([45, 46, 47, None, 48, 49, 51, 52], [""] * 8),
    ],
)
def test_seven_that_each_rise_or_each_fall_are_a_trend(values, expected):
    assert rules(values) == expected


def test_a_trend_goes_where_it_goes_on_either_side_of_the_mean():
    rising = special_causes([44, 45, 46, 47, 50, 51, 52], AROUND_50)
    assert {cause.side for cause in rising} == {1}
    assert spc.variation(*rising[0], HIGHER) == "improvement", "the R package: 7 Point Trend (Increasing)"


def test_a_point_in_which_two_trends_meet_is_of_the_later():
    values = [44, 45, 46, 47, 48, 49, 51, 49, 48, 47, 46, 45, 44]
    assert [cause.side for cause in special_causes(values, AROUND_50)] == [1] * 6 + [-1] * 7


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([75, 60, 75], [NEAR, "", NEAR]),  # only the near points
        ([75, 75, 60], [NEAR, NEAR, ""]),
        ([25, 40, 25], [NEAR, "", NEAR]),
        ([75, 75], ["", ""]),  # not three
        ([75, 40, 75], [""] * 3),  # the third on the other side
        ([75, 50, 75], [""] * 3),  # the third on the mean
        ([75, 25, 75], [""] * 3),  # near on both sides
        ([75, 60, 60, 75], [""] * 4),  # two of four
        ([70, 75, 60], [""] * 3),  # on the near limit
        ([30, 25, 40], [""] * 3),
        ([80, 75, 60], [NEAR, NEAR, ""]),  # on the limit is not beyond it
        ([20, 25, 40], [NEAR, NEAR, ""]),
        ([75, None, 75], [""] * 3),
        ([75, 60, 75, 50, 25, 40, 25], [NEAR, "", NEAR, "", NEAR, "", NEAR]),  # near either limit at two times
        ([85, 75, 60], [OUTSIDE, "", ""]),  # beyond the limit is not near it: issue 153 of the R package
        ([85, 75, 75], [OUTSIDE, NEAR, NEAR]),
    ],
)
def test_two_of_three_near_a_limit_on_one_side(values, expected):
    assert rules(values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([51] * 7, [SHIFT] * 7),
        ([49] * 8, [SHIFT] * 8),
        ([51] * 6, [""] * 6),
        ([51] * 6 + [49] + [51] * 6, [""] * 13),
        ([51] * 6 + [50] + [51] * 6, [""] * 13),  # a point on the mean breaks the run
        ([50] * 7, [""] * 7),  # seven exactly on the mean: the Python port flags them, the R package does not
        ([50] * 20, [""] * 20),
        ([51] * 4 + [None] + [51] * 4, [""] * 9),
        ([49] + [51] * 7 + [49], ["", *[SHIFT] * 7, ""]),
    ],
)
def test_seven_on_one_side_of_the_mean(values, expected):
    assert rules(values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([51, 52, 53, 54, 55, 56, 81], [TREND] * 6 + [OUTSIDE]),
        ([51, 52, 53, 54, 55, 72, 74], [TREND] * 7),  # before two of three, before seven on one side
        ([51, 51, 51, 51, 72, 51, 72], [SHIFT] * 4 + [NEAR, SHIFT, NEAR]),
    ],
)
def test_rules_go_before_one_another_in_their_order(values, expected):
    assert rules(values) == expected


MONTHS = st.lists(st.one_of(st.integers(0, 12), st.none()), max_size=26)
WALKS = st.lists(st.integers(-2, 3), max_size=26).map(
    lambda steps: [50 + sum(steps[:nth]) for nth in range(len(steps))]
)
SERIES = st.one_of(MONTHS, WALKS, st.lists(st.integers(-60, 60), max_size=26))


def by_the_words(values, held):
    """The rules as they are worded, tried on every stretch of the series that a point lies in."""

    def stretches(place, length):
        for start in range(max(0, place - length + 1), min(place, len(values) - length) + 1):
            yield [values[nth] for nth in range(start, start + length)]

    def aside(value):
        return (value > held.mean) - (value < held.mean)

    def near(value):
        return (value < held.near_lower and value >= held.lower) or (value > held.near_upper and value <= held.upper)

    def rule(place, value):
        sevens = [seven for seven in stretches(place, 7) if None not in seven]
        if value > held.upper or value < held.lower:
            return OUTSIDE
        if any(seven == sorted(set(seven)) or seven == sorted(set(seven), reverse=True) for seven in sevens):
            return TREND
        threes = [three for three in stretches(place, 3) if None not in three and abs(sum(map(aside, three))) == 3]
        if near(value) and any(sum(map(near, three)) >= 2 for three in threes):
            return NEAR
        return SHIFT if any(abs(sum(map(aside, seven))) == 7 for seven in sevens) else COMMON

    return [None if value is None else rule(place, value) for place, value in enumerate(values)]


@given(SERIES, st.booleans())
def test_every_point_trips_what_the_words_of_the_rules_say(values, screened):
    held = limits(values, screened)
    if held:
        assert [cause and cause.rule for cause in special_causes(values, held)] == by_the_words(values, held)


@given(SERIES, st.booleans(), st.integers(-1000, 1000), st.decimals(min_value="0.1", max_value=50, places=1))
def test_limits_and_causes_are_the_same_under_shift_and_scale(values, screened, shift, scale):
    held, moved = limits(values, screened), [None if value is None else value * scale + shift for value in values]
    other = limits(moved, screened)
    assert (held is None) == (other is None)
    if held:
        for name in ("mean", "lower", "upper", "near_lower", "near_upper"):
            assert abs(getattr(held, name) * scale + shift - getattr(other, name)) < Decimal("1e-18")
        assert (held.points, held.screened) == (other.points, other.screened)
        assert special_causes(values, held) == special_causes(moved, other)


@given(SERIES, st.booleans())
def test_a_series_upside_down_says_the_same_under_the_other_polarity(values, screened):
    turned = [None if value is None else -value for value in values]
    held, other = limits(values, screened), limits(turned, screened)
    swapped = {"high": "low", "low": "high", COMMON: COMMON}
    for cause, opposite in zip(special_causes(values, held), special_causes(turned, other), strict=True):
        if cause:
            assert spc.variation(*cause, HIGHER) == spc.variation(*opposite, LOWER)
            assert swapped[spc.variation(*cause, NEUTRAL)] == spc.variation(*opposite, NEUTRAL)
    for target in (-5, 0, 7):
        assert spc.assurance(target, held, HIGHER) == spc.assurance(-target, other, LOWER)


@given(SERIES)
def test_screening_never_widens_the_limits(values):
    screened, unscreened = limits(values, True), limits(values, False)
    if screened:
        assert unscreened.lower <= screened.lower <= screened.mean <= screened.upper <= unscreened.upper


# What they say of the KPI and of its target


@pytest.mark.parametrize(
    ("rule", "side", "polarity", "expected"),
    [
        (OUTSIDE, 1, HIGHER, "improvement"), (OUTSIDE, -1, HIGHER, "concern"), (TREND, 1, LOWER, "concern"),
        (NEAR, -1, LOWER, "improvement"), (SHIFT, 1, NEUTRAL, "high"), (SHIFT, -1, "not rated", "low"),
        (COMMON, 1, HIGHER, COMMON), (COMMON, -1, NEUTRAL, COMMON),
    ],
)  # fmt: skip
def test_variation_is_side_times_polarity(rule, side, polarity, expected):
    assert spc.variation(rule, side, polarity) == expected


@pytest.mark.parametrize(
    ("lower", "upper", "polarity", "expected"),
    [  # with a target of 4, as the R package's test-ptd_calculate_assurance_type.R
        (1, 3, HIGHER, "consistently fails"), (5, 7, HIGHER, "consistently passes"), (1, 5, HIGHER, "hit and miss"),
        (1, 3, LOWER, "consistently passes"), (5, 7, LOWER, "consistently fails"), (1, 5, LOWER, "hit and miss"),
        (1, 4, HIGHER, "hit and miss"), (4, 7, LOWER, "hit and miss"), (1, 3, NEUTRAL, None), (5, 7, "not rated", None),
    ],
)  # fmt: skip
def test_assurance_is_where_the_target_lies(lower, upper, polarity, expected):
    held = Limits(*map(Decimal, ((lower + upper) / 2, lower, upper, lower, upper)), points=12)
    assert spc.assurance(4, held, polarity) == expected
    assert spc.assurance(None, held, polarity) is None and spc.assurance(4, None, polarity) is None


@pytest.mark.parametrize("call", [lambda: spc.variation(COMMON, 1, "up"), lambda: spc.assurance(1, None, "up")])
def test_an_unknown_polarity_is_refused(call):
    known = "higher is better, lower is better, not stated, not rated, neither is better"
    with pytest.raises(ValueError, match=f"^'up' is not a polarity: {known}$"):
        call()


# The tables

KPIS = ["kpi", "name", "unit", "polarity", "target", "tolerance", "period_kind", "rule_basis", "source"]
VALUES = ["kpi", "period", "numerator", "denominator", "value", "source"]


def register(*rows):
    return pd.DataFrame(rows, columns=KPIS, dtype=object)


def kpi(name="A", polarity=HIGHER, target=50, tolerance=45, unit="per cent"):
    return name, f"KPI {name}", unit, polarity, target, tolerance, "month", "assumed", "report:2/1"


def months(numerators, name="A", first=4, year=2031):
    """Values of a KPI out of 100 from a month on."""
    at = [first - 1 + nth for nth in range(len(numerators))]
    rows = [(name, f"{year + month // 12}-{month % 12 + 1:02d}", n, None if n is None else 100, None, "report:2/2")
            for month, n in zip(at, numerators, strict=True)]  # fmt: skip
    return pd.DataFrame(rows, columns=VALUES, dtype=object)


def rebases(*rows):
    return pd.DataFrame(rows, columns=["kpi", "month"], dtype=object)


def test_a_month_has_its_rating_and_its_variation_apart():
    values = [60, 62, 60, 62, 60, 62, 60, 62, 60, 62, 60, 48]
    table = spc.kpi_months(register(kpi()), months(values))
    last = table.iloc[-1]
    assert (last["status"], last["variation"], last["rule"], last["trial"]) == ("amber", "concern", OUTSIDE, None)
    assert table["status"].tolist() == [ratings.rating(Decimal(n), 50, 45, HIGHER) for n in values]
    assert table["period"].tolist()[::11] == ["2031-04", "2032-03"]
    held = limits(values)
    assert table[["mean", "lower", "upper"]].drop_duplicates().values.tolist() == [[held.mean, held.lower, held.upper]]
    assert last.to_dict() == {
        "kpi": "A", "name": "KPI A", "period": "2032-03", "numerator": 48, "denominator": 100, "value": 48,
        "target": 50, "tolerance": 45, "status": "amber", "variation": "concern", "rule": OUTSIDE,
        "mean": held.mean, "lower": held.lower, "upper": held.upper, "trial": None, "source": "report:2/2",
    }  # fmt: skip
    assert {kind.name for kind in table.dtypes} == {"object"}, "a number that is missing makes no other a float"


def test_a_rating_does_not_change_with_what_came_before():
    calm, wild = [60] * 11 + [48], [10, 90] * 5 + [10, 48]
    of = [spc.kpi_months(register(kpi()), months(values)).iloc[-1] for values in (calm, wild)]
    assert of[0]["status"] == of[1]["status"] == "amber" and of[0]["variation"] != of[1]["variation"]


def test_months_before_the_year_enter_the_limits_and_are_not_rated():
    history, values = [40, 42] * 6, [60, 62] * 6
    table = spc.kpi_months(register(kpi()), months(values), months(history, year=2030))
    assert len(table) == 24 and table["period"].is_monotonic_increasing
    assert table["status"].tolist() == [None] * 12 + ["green"] * 12
    assert set(table["mean"]) == {limits(history + values).mean}
    assert set(table["rule"]) <= {SHIFT, OUTSIDE, NEAR}  # a change of level that no rebase explains
    before, after = set(table["variation"][:12]), set(table["variation"][12:])
    assert (before, after) == ({"concern"}, {"improvement"})


def test_a_rebase_begins_new_limits_and_no_run_reaches_across():
    history, values = [40, 42] * 6, [60, 62] * 6
    anew = rebases(("A", "2031-04"), ("B", "2031-06"))
    table = spc.kpi_months(register(kpi()), months(values), months(history, year=2030), anew)
    assert set(table["rule"]) == {None}
    assert table["mean"].tolist() == [41] * 12 + [61] * 12
    rising = months([50, 51, 52, 53, 54, 55, 56, 57])
    whole = spc.kpi_months(register(kpi()), rising)
    cut = spc.kpi_months(register(kpi()), rising, None, rebases(("A", "2031-08")))
    assert set(whole["rule"]) <= {TREND, OUTSIDE} and TREND in set(whole["rule"]) and TREND not in set(cut["rule"])
    assert set(cut["trial"]) == {"yes"}


def test_too_few_months_have_a_value_and_a_rating_but_no_limits():
    table = spc.kpi_months(register(kpi()), months([60, 40]))
    assert table["status"].tolist() == ["green", "red"]
    for column in ("variation", "rule", "mean", "lower", "upper", "trial"):
        assert table[column].tolist() == [None, None]


def test_a_limit_beyond_what_a_percentage_can_be_is_kept():
    table = spc.kpi_months(register(kpi()), months([99, 90, 99, 90]))
    assert table["upper"].iloc[0] > 100
    assert spc.kpi_months(register(kpi()), months([1, 9, 1, 9]))["lower"].iloc[0] < 0


def test_a_month_without_a_value_says_whether_anything_was_reported():
    values = months([60, None, 60, 62])
    values.loc[3, ["numerator", "denominator"]] = [0, 0]
    table = spc.kpi_months(register(kpi()), values)
    assert table["status"].tolist() == ["green", "not reported", "green", "not rated"]
    assert table["variation"].tolist()[1] is None and table["value"].tolist()[3] is None


def test_a_month_without_a_row_ends_a_run_as_one_without_a_value_does():
    rising = months([40, 45, 50, None, 51, 56, 61, 66])  # seven that rise, but for July
    for values in (rising, rising.drop(index=3)):
        table = spc.kpi_months(register(kpi()), values)
        assert table["period"].tolist() == rising["period"].tolist()
        assert table["variation"].tolist() == [COMMON] * 3 + [None] + [COMMON] * 4
        assert table[["value", "status"]].values.tolist()[3] == [None, "not reported"]
        [row] = spc.kpi_signals(register(kpi()), values).to_dict("records")
        assert (row["period"], row["variation"], row["months"]) == ("2031-11", COMMON, 7)
    whole = spc.kpi_months(register(kpi()), months([40, 45, 50, 51, 56, 61, 66]))
    assert TREND in set(whole["rule"])


def test_months_missing_between_those_before_the_year_and_those_of_it_stand_on_their_side_of_the_years_end():
    table = spc.kpi_months(register(kpi()), months([60, 62], first=6), months([40] * 10, year=2030))
    assert table["period"].tolist()[9:] == [f"2031-0{month}" for month in range(1, 8)]
    assert table["status"].tolist()[9:] == [None] * 3 + ["not reported"] * 2 + ["green"] * 2
    assert table["source"].tolist()[10:14] == [None] * 4


def test_no_month_is_made_after_the_last_or_for_another_kpi():
    table = spc.kpi_months(register(kpi(), kpi("B")), pd.concat([months([60, 62, 60]), months([60], "B", first=9)]))
    assert table[["kpi", "period"]].values.tolist() == [
        ["A", "2031-04"],
        ["A", "2031-05"],
        ["A", "2031-06"],
        ["B", "2031-09"],
    ]


def test_a_value_of_the_whole_year_is_no_month_and_an_unknown_unit_has_no_value():
    values = pd.concat([months([60, 62, 60]), months([60], "B")])
    values = pd.concat([values, values[:1].assign(period="2031")])
    table = spc.kpi_months(register(kpi(), kpi("B", unit="not stated")), values)
    assert table[["kpi", "period"]].values.tolist() == [
        ["A", "2031-04"],
        ["A", "2031-05"],
        ["A", "2031-06"],
        ["B", "2031-04"],
    ]
    assert table.iloc[-1]["value"] is None and table.iloc[-1]["status"] == "not rated"


def test_signals_are_of_the_last_month_that_has_a_value():
    values = [60, 62] * 5 + [48, None]
    [row] = spc.kpi_signals(register(kpi()), months(values), states={"A": "informal stage"}).to_dict("records")
    assert (row["period"], row["value"], row["year_value"]) == ("2032-02", 48, Decimal(658) / 11)
    assert (row["status"], row["variation"], row["rule"]) == ("green", "concern", OUTSIDE)
    assert (row["assurance"], row["months"], row["trial"]) == ("consistently passes", 11, "yes")
    assert row["state"] == "informal stage" and row["why_not"] is None
    assert (row["kpi"], row["name"], row["source"], row["no_limits"]) == ("A", "KPI A", "report:2/1 report:2/2", None)


def test_a_kpi_that_is_not_rated_says_why_beside_its_signal():
    table = spc.kpi_signals(register(kpi(target=None, tolerance=None)), months([60, 62, 60]))
    [row] = table.to_dict("records")
    assert (row["status"], row["why_not"], row["value"]) == ("not rated", "no published target", 60)
    assert {kind.name for kind in table.dtypes} == {"object"}


def test_counts_of_one_day_are_months_of_their_own_and_the_first_day_of_the_year_is_of_the_year():
    values = months([60, 62, 60]).assign(period=["2031-04-01", "2031-05-31", "2031-07-31"])
    table = spc.kpi_months(register(kpi()), values)
    assert table["period"].tolist() == ["2031-04-01", "2031-05-31", "2031-06", "2031-07-31"]
    assert table["status"].tolist() == ["green", "green", "not reported", "green"]


def test_no_month_is_made_where_there_is_none_and_a_table_without_a_row_has_its_columns():
    assert spc.every_month([]) == []
    for make, of_one in ((spc.kpi_months, months([60])), (spc.kpi_signals, months([60, 62, 60]))):
        nothing = make(register(), months([]))
        assert nothing.empty and nothing.columns.tolist() == make(register(kpi()), of_one).columns.tolist() != []


def test_assurance_is_by_the_limits_now_in_force():
    values, history = months([60, 62] * 6), months([40, 42] * 6, year=2030)
    whole = spc.kpi_signals(register(kpi()), values, history)
    anew = spc.kpi_signals(register(kpi()), values, history, rebases(("A", "2031-04")))
    assert (whole["assurance"].item(), whole["months"].item()) == ("hit and miss", 24)
    assert (anew["assurance"].item(), anew["months"].item()) == ("consistently passes", 12)


@pytest.mark.parametrize("kind", ["year to date", "rolling 12 months"])
def test_values_that_overlap_have_no_limits(kind):
    kpis = register(kpi()).assign(period_kind=kind)
    table = spc.kpi_months(kpis, months([60, 62] * 6))
    assert set(table["mean"]) == set(table["variation"]) == {None} and set(table["status"]) == {"green"}
    [row] = spc.kpi_signals(kpis, months([60, 62] * 6)).to_dict("records")
    assert (
        row["no_limits"] == f"values of the kind {kind} overlap" and row["assurance"] is None and row["months"] is None
    )
    assert (row["status"], row["value"]) == ("green", 62)


def test_a_kpi_says_why_it_has_no_limits():
    reasons = [
        spc.kpi_signals(register(kpi()), months(values))["no_limits"].item() for values in ([60, 62], [60, 62, 60])
    ]
    assert reasons == ["too few months that follow each other", None]


def test_a_kpi_without_a_month_of_the_year_has_no_signal():
    table = spc.kpi_signals(register(kpi(), kpi("B")), months([60, 62, 60]), months([60, 62, 60], "B", year=2030))
    row = table.set_index("kpi").loc["B"]
    assert (
        row["status"] == "not reported"
        and row[["period", "value", "variation", "assurance", "months"]].tolist() == [None] * 5
    )


# In the book

ESCALATION = {
    "triggers": [{"state": "performance issue", "periods": 1, "basis": "assumed", "source": "report:2/1"},
                 {"state": "performance failure", "periods": 2, "basis": "assumed", "source": "report:2/1"}],
    "stages": [{"stage": stage, "working_days": 10, "basis": "assumed", "source": "report:11/1"}
               for stage in ("informal stage", "formal stage", "rectification plan")],
}  # fmt: skip
MOVES = ["judged", "subject", "on", "state", "owner", "evidence", "dependency", "source"]


def year_of(review, escalation=None, **frames):
    excused = {name: why for name, why in review.contract["not_reported"].items() if name not in frames}
    contract = {**review.contract, "not_reported": excused}
    contract |= {"escalation": escalation} if escalation else {}
    return dataclasses.replace(review, tables={**review.tables, **frames}, contract=contract)


def test_a_year_without_months_has_neither_table_and_says_why(review):
    for name in ("kpi_months", "kpi_signals", "support_service_months", "support_service_signals"):
        assert not results.is_reported(review, name) and results.table(review, name).empty
        assert tables.show(review, name).empty.startswith("Not reported: ")


def test_history_and_rebases_are_used_where_the_year_has_them(review):
    values, history = months([60, 62] * 6, year=2021), months([40, 42] * 6, year=2020)
    anew = pd.DataFrame(
        [("A", "2021-04", None, "why", "report:2/1")], columns=["kpi", "month", "decided", "reason", "source"]
    )
    year = year_of(review, kpis=register(kpi()), kpi_values=values, kpi_history=history, kpi_rebases=anew)
    assert results.table(year, "kpi_months")["mean"].tolist() == [41] * 12 + [61] * 12
    assert results.is_reported(year, "kpi_signals") and results.table(year, "kpi_signals")["state"].tolist() == [None]
    assert "not computed" in [cell for row in tables.show(year, "kpi_signals", ["kpi", "state"]).rows for cell in row]


def test_the_state_of_a_kpi_is_what_its_ratings_give_unless_a_case_is_open(review):
    values = pd.concat([months([60] * 10 + [40, 40], name, year=2021) for name in "ABC"])
    values = pd.concat([values, months([60] * 12, "D", year=2021)])
    moves = pd.DataFrame(
        [("trust KPI", which, date(2021, 6 + nth, 1), state, "NCT", "a letter", None, "report:2/1")
         for which, states in (("B", ["performance issue", "performance failure", "informal stage"]),
                               ("C", ["performance issue", "closed"]))
         for nth, state in enumerate(states)], columns=MOVES, dtype=object)  # fmt: skip
    kpis = register(*map(kpi, "ABCD"))
    year = year_of(review, ESCALATION, kpis=kpis, kpi_values=values, escalations=moves)
    table = results.table(year, "kpi_signals").set_index("kpi")
    assert table["state"].to_dict() == {
        "A": "performance failure", "B": "informal stage", "C": "performance failure", "D": "within target",
    }  # fmt: skip
    assert set(table["status"]) == {"green"}, "the rating of the year is not made of the state"
    [*moved, measured, after] = results.table(year, "escalation_register").to_dict("records")
    assert [(one["subject"], one["state"]) for one in moved] == [("B", "informal stage"), ("C", "closed")]
    for one, kpi_id in (
        (measured, "A"),
        (after, "C"),
    ):  # the failure reaches the register though nobody recorded a move
        assert (one["judged"], one["subject"], one["state"], one["owner"]) == (
            "trust KPI",
            kpi_id,
            "performance failure",
            None,
        )
        assert (one["since"], one["evidence"]) == (date(2022, 3, 31), "measured; no move is recorded")
    shown = tables.show(year, "escalation_register")
    assert sum("not recorded" in row for row in shown.rows) == 2
    rows = {found.file: found.lines for found in rows_behind(year, "escalation_register", measured)}
    assert set(rows) == {"2021-22/kpis.csv", "2021-22/kpi_values.csv", "2021-22/contract.yml"}
    assert rows["2021-22/kpi_values.csv"] == tuple(values.index[values["kpi"] == "A"])


def test_a_recovered_case_hides_no_red_months(review):
    values = months([60] * 10 + [40, 40], year=2021)
    moves = pd.DataFrame(
        [("trust KPI", "A", date(2021, month, 1), state, "NCT", "a letter", None, "report:2/1")
         for month, state in ((5, "performance issue"), (7, "within target"))], columns=MOVES, dtype=object)  # fmt: skip
    year = year_of(review, ESCALATION, kpis=register(kpi()), kpi_values=values, escalations=moves)
    assert results.table(year, "kpi_signals")["state"].tolist() == ["performance failure"]
    assert results.table(year, "escalation_register")["state"].tolist() == ["within target", "performance failure"]


def test_a_month_without_a_row_ends_the_red_months_that_a_failure_needs(review):
    values = months([60] * 9 + [40, None, 40], year=2021)
    moves = pd.DataFrame(columns=MOVES, dtype=object)
    for held in (values, values.drop(index=10)):
        year = year_of(review, ESCALATION, kpis=register(kpi()), kpi_values=held, escalations=moves)
        assert results.table(year, "kpi_signals")["state"].tolist() == ["performance issue"]


def test_a_failure_of_a_support_service_that_no_move_records_is_in_the_register_too(review):
    frames = {
        "support_service_kpis": register(kpi()).assign(delivered_by="NNC"),
        "support_service_values": months([60] * 9 + [40] * 3, year=2021),
        "escalations": pd.DataFrame(columns=MOVES, dtype=object),
    }
    year = year_of(review, ESCALATION, **frames)
    [found] = results.table(year, "escalation_register").to_dict("records")
    assert (found["judged"], found["subject"], found["state"]) == ("support-service KPI", "A", "performance failure")
    assert results.table(year, "support_service_signals")["state"].tolist() == [found["state"]]
    assert results.table(year_of(review, **frames), "escalation_register").empty, "without triggers nothing is measured"


def test_what_needs_no_reason_says_so():
    schema = results.result_schemas()["kpi_signals"]
    assert schema["why_not"].missing == schema["no_limits"].missing == "none needed"


def test_support_services_go_through_the_same_rules(review):
    values = months([60, 62] * 6, year=2021)
    year = year_of(
        review, support_service_kpis=register(kpi()).assign(delivered_by="NNC"), support_service_values=values
    )
    for theirs, ours in (("support_service_months", "kpi_months"), ("support_service_signals", "kpi_signals")):
        same = year_of(review, kpis=register(kpi()), kpi_values=values)
        pd.testing.assert_frame_equal(results.table(year, theirs), results.table(same, ours))


def test_the_page_says_which_outlier_mode_it_uses(repository):
    assert spc.SCREENED
    page = (repository / "notebooks" / "25_kpi_months.ipynb").read_text("utf-8")
    assert "3.267 times their mean or more are left out once" in page


def test_pages_with_states_say_what_these_follow_from_and_cite_it(repository):
    pages = {
        name: (repository / "notebooks" / f"{name}.ipynb").read_text("utf-8")
        for name in ("03_dependencies", "25_kpi_months")
    }
    for page in pages.values():
        cited = page[page.index("tables.sources") :]
        assert '\\"escalations\\"' in cited and '\\"contract.yml\\"' in cited
    meanings = results.result_schemas()["kpi_signals"]["state"].meaning, pages["25_kpi_months"]
    assert all("fewer in a row than bring about a performance issue" in meaning for meaning in meanings)
    assert (
        "follows from the ratings of the months" in pages["25_kpi_months"]
        and "made of another" not in pages["25_kpi_months"]
    )
