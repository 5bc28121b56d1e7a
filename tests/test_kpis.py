"""The register of KPIs, their values and status against target, and the rates of the support services."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import kpis
from ncthelpers.rounding import half_up
from ncthelpers.schemas import read_schemas, read_table

SAID = ["kpi", "said", "against_target", "source"]


def register(*rows) -> pd.DataFrame:
    names = ["kpi", "name", "named", "polarity", "target", "target_status", "source"]
    return pd.DataFrame(rows, columns=names, dtype=object)


REFERRALS = ("A", "Referrals decided in time", "named", "higher is better", None, "not published", "report:2.1/1")


def test_fourteen_kpis_are_named_two_unnamed_and_five_in_no_source(review):
    # annual report section 2 agrees 21 KPIs; 2.1 and 2.2 name 14 of them and mention two adoption indicators
    counts = kpis.register_counts(review["kpis"]).set_index("named")
    assert counts["kpis"].to_dict() == {"named": 14, "unnamed": 2, "not identified": 5, "All KPIs of the contract": 21}
    assert counts["with_target"].tolist() == [0, 0, 0, 0]  # no source publishes a target
    assert counts["with_polarity"].to_dict()["named"] == 13  # stage 2 complaints: the report leaves it open
    assert counts["with_polarity"].to_dict()["unnamed"] == 0


def kinds(table: pd.DataFrame) -> set[str]:
    return {kind.name for kind in table.dtypes}


def test_a_table_without_a_row_has_its_columns_and_a_count_stays_a_whole_number(review):
    nothing = kpis.register_with_statements(register(), pd.DataFrame(columns=SAID))
    assert nothing.columns.tolist() == ["kpi", "name", "polarity", "target_status", *SAID[1:]]
    assert kinds(nothing) == kinds(kpis.register_counts(review["kpis"])) == {"object"}


def test_a_published_target_is_counted():
    rows = register(REFERRALS, ("B", "Other", "named", "not stated", Decimal(0), "published", "report:2.1/2"))
    assert kpis.register_counts(rows).values.tolist()[0] == ["named", 2, 1, 1]  # a target of nought is a target


@given(st.lists(st.tuples(st.sampled_from(["named", "unnamed", "not identified"]), st.booleans(), st.booleans())))
def test_the_states_of_naming_add_up_to_all_kpis(states):
    rows = register(*[(f"K{n}", "x", named, "lower is better" if polarity else "not stated", Decimal(1) if target else None, "", "")
                      for n, (named, target, polarity) in enumerate(states)])  # fmt: skip
    *parts, whole = kpis.register_counts(rows).values.tolist()
    assert ([sum(column) for column in list(zip(*parts, strict=True))[1:]] or [0, 0, 0]) == whole[1:]


def test_every_kpi_is_shown_once_and_silence_is_said(review):
    rows = kpis.register_with_statements(review["kpis"], review["kpi_reported"])
    assert rows["kpi"].tolist() == review["kpis"]["kpi"].tolist()
    spoken_of = set(review["kpi_reported"]["kpi"])
    silent = rows[~rows["kpi"].isin(spoken_of)]
    assert len(silent) >= 5 and set(silent["said"]) == {"The report says nothing of its performance"}
    assert set(silent["against_target"]) == {"not stated"}
    assert all(rows["source"])


def test_statements_stand_in_the_order_entered_with_each_judgement_and_source_once():
    said = pd.DataFrame(
        [("A", "First.", "better", "report:2.1/1"), ("B", "Not this.", "worse", "report:2.2/1"),
         ("A", "Second.", "not stated", "report:2.1/1 report:2.3/1"), ("A", "Third.", "worse at times", "report:2.3/1"),
         ("A", "Fourth.", "better", "report:2.1/1")], columns=SAID, dtype=object,
    )  # fmt: skip
    row = kpis.register_with_statements(register(REFERRALS), said).iloc[0]
    assert row["said"] == "First. Second. Third. Fourth."
    assert row["against_target"] == "better; worse at times"
    assert row["source"] == "report:2.1/1 report:2.3/1"
    assert row[["kpi", "name", "polarity", "target_status"]].tolist() == [
        "A", "Referrals decided in time", "higher is better", "not published",
    ]  # fmt: skip


def test_every_statement_stands_once_under_the_name_of_its_kpi(review):
    rows = kpis.statements_by_kpi(review["kpis"], review["kpi_reported"])
    names = review["kpis"].set_index("kpi")["name"]
    assert sorted(rows[["kpi", "point"]].values.tolist()) == sorted(
        review["kpi_reported"][["kpi", "point"]].values.tolist()
    )
    assert [names[kpi] for kpi in rows["kpi"]] == rows["name"].tolist()
    assert list(dict.fromkeys(rows["kpi"])) == [kpi for kpi in names.index if kpi in set(rows["kpi"])]
    silent = pd.DataFrame(dict(kpi=["A"], point=[None]), dtype=object)
    assert kpis.statements_by_kpi(register(REFERRALS), silent)["point"].tolist() == [None]


@pytest.mark.parametrize(
    ("outcome", "count", "share"), [("met or exceeded", 29, "78.4"), ("amber", 6, "16.2"), ("red", 2, "5.4")]
)
def test_shares_of_support_service_kpis(review, outcome, count, share):
    # annual report section 3.1: 29 of 37, printed as 78.3; six amber and two red
    row = kpis.support_service_rates(review["support_service_results"]).set_index("outcome").loc[outcome]
    assert (row["kpis"], half_up(row["share_pct"], 1)) == (count, Decimal(share))


@given(st.lists(st.integers(0, 500), min_size=1, max_size=5))
def test_shares_come_to_a_hundred_or_there_are_none(counts):
    results = pd.DataFrame([(f"o{n}", "", count, "") for n, count in enumerate(counts)],
                           columns=["outcome", "meaning_of", "kpis", "source"], dtype=object)  # fmt: skip
    shares = kpis.support_service_rates(results)["share_pct"].tolist()
    if sum(counts):
        assert abs(sum(shares) - 100) < Decimal("1e-20")
    else:
        assert shares == [None] * len(counts)


# Status against target and tolerance

HIGH, LOW = "higher is better", "lower is better"
ORDER = {"red": 0, "amber": 1, "green": 2}
tenths = st.integers(-5000, 5000).map(lambda n: Decimal(n).scaleb(-1))
widths = st.integers(1, 2000).map(lambda n: Decimal(n).scaleb(-2))
rated = st.sampled_from([HIGH, LOW])


def worse_by(level, width, polarity):
    return level - width if polarity == HIGH else level + width


@pytest.mark.parametrize(
    ("value", "status"), [("35", "red"), ("39.3", "red"), ("40", "amber"), ("42", "amber"), ("45", "green"), ("50", "green")]
)  # fmt: skip
def test_a_published_case_of_another_trust(value, status):
    # Doncaster, care leavers in work or learning: target 45, tolerance 40, first quarter 39.3, July 35
    assert kpis.rating(Decimal(value), Decimal(45), Decimal(40), HIGH) == status
    assert kpis.rating(-Decimal(value), Decimal(-45), Decimal(-40), LOW) == status
    assert kpis.rating(100 - Decimal(value), Decimal(55), Decimal(60), LOW) == status


@pytest.mark.parametrize(
    ("value", "target", "tolerance", "polarity", "status"),
    [
        (None, 45, 40, HIGH, "not reported"),
        (None, None, None, "not stated", "not reported"),
        (None, 45, 50, HIGH, "not reported"),  # nothing was reported: said before anything else is looked at
        (44, None, None, HIGH, "not rated"),
        (44, None, 40, HIGH, "not rated"),
        (44, 45, 40, "not stated", "not rated"),
        (44, 45, 40, "not rated", "not rated"),
        (44, 45, 40, "neither is better", "watched"),
        (45, 45, None, HIGH, "green"),
        (44, 45, None, HIGH, "not rated"),
        (46, 45, None, LOW, "not rated"),
        (0, 0, 0, LOW, "green"),  # a target and a value of nought are a target and a value
        (44, 45, 45, HIGH, "red"),  # no room between target and tolerance: no amber
    ],
)
def test_what_cannot_be_rated_says_so(value, target, tolerance, polarity, status):
    assert kpis.rating(value, target, tolerance, polarity) == status


@pytest.mark.parametrize("numbers", [(44.0, 45, 40), (44, 45.0, 40), (44, 45, 40.0), ("44", 45, 40)])
def test_only_exact_numbers_are_rated(numbers):
    off = next(nth for nth, number in enumerate(numbers) if not isinstance(number, int))
    said = f"the {('value', 'target', 'tolerance')[off]} must be a Decimal or a whole number, not {numbers[off]!r}"
    with pytest.raises(TypeError, match=f"^{said}$"):
        kpis.rating(*numbers, HIGH)


@pytest.mark.parametrize(("tolerance", "polarity"), [(46, HIGH), (44, LOW)])
def test_a_tolerance_better_than_the_target_is_refused(tolerance, polarity):
    said = rf"^the tolerance {tolerance} is better than the target 45 \({polarity}\)$"
    with pytest.raises(ValueError, match=said):
        kpis.rating(45, 45, tolerance, polarity)


def test_a_polarity_that_is_none_is_refused():
    known = "higher is better, lower is better, not stated, not rated, neither is better"
    with pytest.raises(ValueError, match=f"^'high' is not a polarity: {known}$"):
        kpis.rating(45, 45, 40, "high")


@given(tenths, tenths, tenths, widths, rated)
def test_a_better_value_never_has_a_worse_status(one, other, target, width, polarity):
    worse, better = sorted([one, other], reverse=polarity == LOW)
    tolerance = worse_by(target, width, polarity)
    status = [ORDER[kpis.rating(value, target, tolerance, polarity)] for value in (worse, better)]
    assert status == sorted(status)


@given(tenths, tenths, widths)
def test_lower_is_better_mirrors_higher_is_better(value, target, width):
    assert kpis.rating(value, target, target - width, HIGH) == kpis.rating(-value, -target, width - target, LOW)


@given(tenths, widths, rated, st.sampled_from(["level", "points"]))
def test_a_value_exactly_on_an_edge_has_the_better_status(target, width, polarity, given_as):
    edge = worse_by(target, width, polarity)
    tolerance = kpis.tolerance_level(target, edge if given_as == "level" else width, given_as, polarity)
    hair = Decimal("1e-15")
    assert tolerance == edge
    assert [kpis.rating(value, target, tolerance, polarity)
            for value in (target, worse_by(target, hair, polarity), edge, worse_by(edge, hair, polarity))
            ] == ["green", "amber", "amber", "red"]  # fmt: skip


@given(st.integers(1, 1000), st.integers(1, 400), rated)
def test_a_value_from_counts_exactly_on_a_converted_tolerance_is_amber(target, per_cent, polarity):
    # counts of 100,000 make every third decimal place of a percentage
    level = kpis.tolerance_level(Decimal(target).scaleb(-1), Decimal(per_cent).scaleb(-1), "per cent", polarity)
    exact = Fraction(target, 10) * (1 + Fraction(per_cent, 1000) * (-1 if polarity == HIGH else 1))
    assert Fraction(level) == exact
    value = kpis.year_value(months([(int(exact * 10_000), 1_000_000)]), "month").value
    assert kpis.rating(value, Decimal(target).scaleb(-1), level, polarity) == "amber"


@pytest.mark.parametrize(
    ("asked", "level"),
    [
        ((45, 40, "level", HIGH), 40),
        ((45, 5, "points", HIGH), 40),
        ((45, 5, "points", LOW), 50),
        ((Decimal(20), 10, "per cent", HIGH), 18),
        ((Decimal(20), 10, "per cent", LOW), 22),
        ((Decimal(-20), 10, "per cent", HIGH), -22),
        ((45, 0, "points", HIGH), 45),
        ((None, 5, "points", "not stated"), None),
        ((45, None, "per cent", HIGH), None),
        ((45, 40, "level", "not stated"), 40),
    ],
)
def test_levels_of_tolerances(asked, level):
    assert kpis.tolerance_level(*asked) == level


NO_SIDE = "^on which side of the target the tolerance lies cannot be told: the polarity is not stated$"


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ((45, 5, "width", HIGH), "^'width' is not how a tolerance is given: level, points, per cent$"),
        ((45, -5, "points", HIGH), "^the tolerance -5 is a width and cannot be negative$"),
        ((45, 5, "points", "not stated"), NO_SIDE),
        ((45, 5, "per cent", "not rated"), NO_SIDE),
        ((45, 5, "points", "high"), "is not a polarity"),
    ],
)
def test_tolerances_that_are_refused(asked, rule):
    with pytest.raises(ValueError, match=rule):
        kpis.tolerance_level(*asked)


def test_a_width_as_a_float_is_refused():
    with pytest.raises(TypeError, match="the tolerance must be a Decimal"):
        kpis.tolerance_level(45, 0.5, "points", HIGH)
    with pytest.raises(TypeError, match="the target must be a Decimal"):
        kpis.tolerance_level(45.5, 5, "points", HIGH)


# Value for the year


def months(rows, start=4) -> pd.DataFrame:
    """Rows of one KPI, a month each from April: counts, or counts and a printed value."""
    held = [(f"2031-{start + n:02}", *row, *([None] * (3 - len(row)))) for n, row in enumerate(rows)]
    return pd.DataFrame(held, columns=["period", "numerator", "denominator", "value"], dtype=object)


counts = st.lists(
    st.integers(0, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), min_size=1, max_size=9
)


def test_the_year_is_never_the_mean_of_its_months():
    # 90 and 25 per cent: the mean is 57.5, but 19 of 50 is 38
    year = kpis.year_value(months([(9, 10), (10, 40)]), "month")
    assert (year.value, year.numerator, year.denominator, year.period, year.reason) == (
        38,
        19,
        50,
        "2031-04 to 2031-05",
        "",
    )


@given(counts)
def test_parts_sum_to_the_whole_which_lies_between_its_months(rows):
    year = kpis.year_value(months(rows), "month")
    assert (year.numerator, year.denominator) == tuple(sum(column) for column in zip(*rows, strict=True))
    shares = [Fraction(100 * part, whole) for part, whole in rows if whole]
    if not shares:
        assert year.value is None
    else:
        assert year.value == kpis.year_value(months([(year.numerator, year.denominator)]), "year").value
        hair = Fraction(1, 10**20)
        assert min(shares) - hair <= Fraction(year.value) <= max(shares) + hair


@given(counts, st.randoms())
def test_the_order_of_the_rows_does_not_matter(rows, random):
    held = months(rows)
    shuffled = held.iloc[random.sample(range(len(held)), len(held))]
    for kind in ("month", "snapshot", "year to date", "rolling 12 months"):
        assert kpis.year_value(shuffled, kind) == kpis.year_value(held, kind)


@pytest.mark.parametrize("kind", ["year to date", "rolling 12 months", "snapshot"])
def test_counts_that_hold_the_earlier_ones_are_not_added(kind):
    year = kpis.year_value(months([(9, 10), (19, 50)]), kind)
    assert year == kpis.YearValue(Decimal(38), 19, 50, "2031-05")
    printed = kpis.year_value(months([(9, 10), (None, None, Decimal("37.9")), (None, None)]), kind)
    assert printed == kpis.YearValue(Decimal("37.9"), None, None, "2031-05")  # June is not reported


def test_printed_monthly_percentages_are_not_averaged():
    for rows in ([(None, None, Decimal(90)), (None, None, Decimal(25))], [(9, 10), (None, None, Decimal(25))]):
        year = kpis.year_value(months(rows), "month")
        assert year == kpis.YearValue(None, None, None, "2031-04 to 2031-05", "monthly percentages are not averaged")


@pytest.mark.parametrize(("part", "whole"), [(9, None), (None, 10), (None, None)])
def test_one_count_alone_makes_no_value_and_the_printed_one_stands(part, whole):
    assert kpis.own_value({"numerator": part, "denominator": whole, "value": Decimal(7)}) == 7


def test_a_month_without_figures_is_left_out_of_the_sum():
    assert kpis.year_value(months([(9, 10), (None, None), (10, 40)]), "month").value == 38


@pytest.mark.parametrize("kind", ["month", "year to date", "snapshot"])
def test_a_denominator_of_nought_is_no_value_and_neither_0_nor_100(kind):
    year = kpis.year_value(months([(0, 0), (0, 0)]), kind)
    assert (year.value, year.denominator) == (None, 0) and year.reason.startswith("not applicable")
    assert kpis.year_value(months([(0, 0), (1, 4)]), kind).value == 25


@pytest.mark.parametrize("kind", ["month", "year to date", "not stated"])
def test_a_value_for_the_whole_year_is_the_years(kind):
    rows = months([(None, None, Decimal(90)), (None, None, Decimal(25))])
    rows.loc[2] = ["2031", None, None, Decimal(38)]
    assert kpis.year_value(rows, kind) == kpis.YearValue(Decimal(38), None, None, "2031")


def test_values_of_a_kind_that_is_not_stated_make_no_year():
    year = kpis.year_value(months([(9, 10), (10, 40)]), "not stated")
    assert year == kpis.YearValue(None, None, None, "2031-04 to 2031-05", "not stated what period a value covers")


def test_a_year_without_rows_has_no_value():
    assert kpis.year_value(months([]), "month") == kpis.YearValue(None, None, None, None, "no published value")
    assert kpis.year_value(months([(None, None)]), "not stated").reason == "no published value"


def test_a_kind_of_period_that_is_none_is_refused():
    with pytest.raises(ValueError, match="^'quarter' is not a kind of period$"):
        kpis.year_value(months([]), "quarter")


# Small bases


@pytest.mark.parametrize(("part", "whole", "ends"), [(8, 10, ("49.0", "94.3")), (4, 5, ("37.6", "96.4")), (0, 10, ("0.0", "27.8"))])  # fmt: skip
def test_intervals_of_small_bases(part, whole, ends):
    assert tuple(str(half_up(end, 1)) for end in kpis.wilson(part, whole)) == ends


@given(st.integers(1, 300).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), st.integers(50, 99))
def test_an_interval_holds_its_share_and_mirrors_the_rest(counted, confidence):
    part, whole = counted
    low, high = kpis.wilson(part, whole, confidence)
    hair = Decimal("1e-18")
    assert 0 <= low <= Decimal(100 * part) / whole + hair and Decimal(100 * part) / whole - hair <= high <= 100
    rest = kpis.wilson(whole - part, whole, confidence)
    assert abs(rest[0] - (100 - high)) < hair and abs(rest[1] - (100 - low)) < hair


@given(st.integers(1, 60), st.integers(2, 9))
def test_more_cases_of_the_same_share_make_a_narrower_interval(part, times):
    low, high = kpis.wilson(part, 2 * part)
    lower, higher = kpis.wilson(part * times, 2 * part * times)
    assert low < lower and higher < high


@pytest.mark.parametrize(
    ("asked", "rule"),
    [((0, 0), "0 of 0 is no share"), ((5, 4), "5 of 4 is no share"), ((-1, 4), "-1 of 4 is no share"),
     ((Decimal("1.5"), 4), "1.5 of 4 are not whole counts"), ((1, Decimal("4.5")), "1 of 4.5 are not whole counts"),
     ((1, 4, 100), "a confidence of 100 per cent is not between 0 and 100"),
     ((1, 4, 0), "a confidence of 0 per cent is not between 0 and 100")],
)  # fmt: skip
def test_counts_without_an_interval(asked, rule):
    with pytest.raises(ValueError, match=f"^{rule}$"):
        kpis.wilson(*asked)


@pytest.mark.parametrize("confidence", [1, 99])
def test_an_interval_may_be_of_any_confidence_between(confidence):
    low, high = kpis.wilson(8, 10, confidence)
    assert 0 < low < 80 < high < 100


@pytest.mark.parametrize("counts", [(8.0, 10), (8, 10.0)])
def test_counts_as_floats_are_refused(counts):
    name = "numerator" if isinstance(counts[0], float) else "denominator"
    with pytest.raises(TypeError, match=f"^the {name} must be a Decimal or a whole number"):
        kpis.wilson(*counts)


# Months


def test_months_on_target_and_the_longest_run_off_it():
    values = [46, 45, 44, None, 44, 43, 42, 47]
    assert kpis.months_on_target(values, 45, HIGH) == (3, 7)
    assert kpis.longest_run_off_target(values, 45, HIGH) == 3
    assert kpis.longest_run_off_target([44, None, 44], 45, HIGH) == 1  # nobody knows the month between
    assert kpis.months_on_target(values, 45, LOW) == (5, 7)
    assert kpis.longest_run_off_target([45, 46], 45, HIGH) == 0


@pytest.mark.parametrize(("values", "target", "polarity"), [([44], None, HIGH), ([44], 45, "not stated"), ([None], 45, HIGH), ([], 45, HIGH)])  # fmt: skip
def test_without_target_polarity_or_months_nothing_is_counted(values, target, polarity):
    assert kpis.months_on_target(values, target, polarity) is None
    assert kpis.longest_run_off_target(values, target, polarity) is None


@given(st.lists(st.none() | tenths, max_size=14), tenths, rated)
def test_a_run_is_no_longer_than_the_months_off_target(values, target, polarity):
    if found := kpis.months_on_target(values, target, polarity):
        on, reported = found
        run = kpis.longest_run_off_target(values, target, polarity)
        assert 0 <= run <= reported - on and (run > 0) == (on < reported)


@pytest.mark.parametrize(
    ("before", "now", "polarity", "word"),
    [
        (1, 2, HIGH, "better"), (2, 1, HIGH, "worse"), (1, 2, LOW, "worse"), (2, 1, LOW, "better"), (1, 1, LOW, "no change"),
        (1, 2, "not stated", "higher"), (2, 1, "not rated", "lower"), (1, 1, "not rated", "no change"),
        (None, 1, HIGH, None), (1, None, HIGH, None),
        (Decimal("20.01"), Decimal("20.04"), HIGH, "better"),  # both print as 20.0
    ],
)  # fmt: skip
def test_direction_of_travel(before, now, polarity, word):
    assert kpis.direction_of_travel(before, now, polarity) == word


def test_a_direction_of_floats_or_of_an_unknown_polarity_is_refused():
    with pytest.raises(TypeError, match="the now must be"):
        kpis.direction_of_travel(1, 2.0, HIGH)
    with pytest.raises(TypeError, match="the before must be"):
        kpis.direction_of_travel(1.0, 2, HIGH)
    with pytest.raises(ValueError, match="is not a polarity"):
        kpis.direction_of_travel(1, 2, "up")


# Scorecard

SCORED = ["kpi", "name", "unit", "polarity", "target", "tolerance", "period_kind", "rule_basis", "source"]


def scored(rows, unit="per cent", polarity=HIGH, target=Decimal(75), tolerance=Decimal(70), kind="month") -> pd.Series:
    """The scorecard's row of one invented KPI."""
    register = pd.DataFrame([("A", "Visits", unit, polarity, target, tolerance, kind, "assumed", "report:2/1")], columns=SCORED, dtype=object)  # fmt: skip
    values = months(rows).assign(kpi="A", source="report:2/2").astype(object)
    other = pd.DataFrame([("B", "2031-04", 0, 100, None, "report:2/3")], columns=["kpi", "period", "numerator", "denominator", "value", "source"], dtype=object)  # fmt: skip
    card = kpis.kpi_scorecard(register, pd.concat([values, other]))
    assert {kind.name for kind in card.dtypes} == {"object"}, "a count stays a whole number"
    return card.iloc[0]


def test_a_scorecard_row():
    row = scored([(70, 100), (90, 100), (60, 100)])
    assert row.drop(["value"]).to_dict() == {
        "kpi": "A", "name": "Visits", "period_kind": "month", "period": "2031-04 to 2031-06", "numerator": 220, "denominator": 300,
        "interval": None, "target": 75, "tolerance": 70, "rule_basis": "assumed", "status": "amber", "why_not": None,
        "months_on_target": "1 of 3", "longest_run": 1, "direction": "worse", "source": "report:2/1 report:2/2",
    }  # fmt: skip
    assert half_up(row["value"], 1) == Decimal("73.3")


def test_a_small_base_has_its_interval_and_no_word_on_its_trend():
    small = scored([(2, 2), (2, 3)])
    assert (small["interval"], small["direction"], small["status"]) == ("37.6 to 96.4", None, "green")  # 4 of 5
    months_small = scored([(8, 9), (20, 20)])  # the year's base is not small, one of its months' is
    assert (months_small["interval"], months_small["direction"]) == (None, None)
    assert scored([(8, 10), (20, 20)])["direction"] == "better"
    assert scored([(2, 2), (8, 10), (20, 20)])["direction"] == "better", "a small base before those two is no matter"
    assert scored([(4, 4)])["interval"] == "51.0 to 100.0", "all of four"
    assert scored([(8, 10)])["interval"] is None  # ten is not small
    assert scored([(2, 1)])["interval"] is None  # more than a hundred per cent is no share
    assert scored([(Decimal("1.5"), 2)])["interval"] is None  # posts are not cases


@pytest.mark.parametrize(
    ("asked", "status", "why_not"),
    [
        (dict(rows=[]), "not reported", "no published value"),
        (dict(rows=[], target=None, polarity="not stated"), "not reported",
         "no published value; no published target; not stated which way is better"),
        (dict(rows=[(8, 10)], target=None, tolerance=None), "not rated", "no published target"),
        (dict(rows=[(8, 10)], polarity="not stated"), "not rated", "not stated which way is better"),
        (dict(rows=[(7, 10)], tolerance=None), "not rated",
         "worse than target, and without a published tolerance amber and red cannot be told apart"),
        (dict(rows=[(0, 0)]), "not rated", "not applicable: the denominator is nought"),
        (dict(rows=[(None, None, Decimal(90))]), "not rated", "monthly percentages are not averaged"),
        (dict(rows=[(8, 10)], kind="not stated"), "not rated", "not stated what period a value covers"),
        (dict(rows=[(8, 10)], unit="not stated"), "not rated", "not stated what unit it is in"),
        (dict(rows=[(8, 10)], tolerance=None), "green", None),
    ],
)  # fmt: skip
def test_what_has_no_colour_says_why(asked, status, why_not):
    row = scored(**asked)
    assert (row["status"], row["why_not"]) == (status, why_not)


def test_the_counts_of_a_kpi_in_no_known_unit_are_shown_and_make_no_value():
    row = scored([(8, 10), (1, 2)], unit="not stated")
    assert (row["value"], row["numerator"], row["denominator"], row["period"]) == (None, 9, 12, "2031-04 to 2031-05")
    assert (row["months_on_target"], row["longest_run"], row["direction"]) == (None, None, None)


def test_a_figure_for_the_whole_year_is_no_month():
    register = pd.DataFrame([("A", "Visits", "per cent", HIGH, Decimal(75), None, "month", "assumed", "report:2/1")], columns=SCORED, dtype=object)  # fmt: skip
    values = months([(None, None, Decimal(70)), (None, None, Decimal(80))])
    values.loc[2] = ["2031", None, None, Decimal(76)]
    row = kpis.kpi_scorecard(register, values.assign(kpi="A", source="report:2/2")).iloc[0]
    assert (row["value"], row["status"], row["months_on_target"], row["direction"]) == (76, "green", "1 of 2", "better")


def test_the_reviewed_year_has_every_kpi_and_no_colour(review):
    # annual report section 2: 21 KPIs; their values, targets and tolerances stand in an appendix and a schedule not published
    empty = pd.DataFrame(columns=["kpi", "period", "numerator", "denominator", "value", "source"], dtype=object)
    card = kpis.kpi_scorecard(review["kpis"], empty)
    assert card["kpi"].tolist() == review["kpis"]["kpi"].tolist() and len(card) == 21
    assert set(card["status"]) == {"not reported"} and all(
        why.startswith("no published value") for why in card["why_not"]
    )
    assert card[["value", "interval", "months_on_target", "longest_run", "direction"]].isna().all(axis=None)


def test_a_register_without_rows_makes_a_scorecard_without_rows():
    card = kpis.kpi_scorecard(pd.DataFrame(columns=SCORED, dtype=object), months([]).assign(kpi=[], source=[]))
    assert card.empty and "status" in card


def test_periods_are_months_only_where_the_report_speaks_of_months(review):
    # annual report 2.1: referrals by month; section 15: single months of the two care leaver measures
    held = review["kpis"].set_index("kpi")
    assert held.index[held["period_kind"] == "month"].tolist() == ["A", "D", "E"]
    assert set(held["period_kind"]) == {"month", "not stated"}
    assert set(held["rule_basis"]) == {"assumed"}  # section 3.1 states the rule for the support services only


@pytest.mark.parametrize("column", ["period_kind", "rule_basis"])
def test_a_period_or_basis_that_the_schema_does_not_know_is_a_fault(repository, column):
    schema = read_schemas(repository / "data" / "schemas")["kpis"]
    header = ",".join(schema.names)
    cells = {"kpi": "A", "name": "Visits", "named": "named", "unit": "per cent", "polarity": HIGH, "polarity_basis": "x",
             "target_status": "published", "period_kind": "month", "rule_basis": "published", "under_review": "no",
             "source": "report:2/1"}  # fmt: skip
    for value, found in ((cells[column], []), ("guessed", [column]), ("", [column])):
        line = ",".join((cells | {column: value}).get(name, "") for name in schema.names)
        faults = read_table(f"{header}\n{line}\n".encode(), schema, "kpis.csv")[1]
        assert [fault.column for fault in faults] == found
