"""Forecasts by simple methods, their intervals, what they would have given before, and printed ones held against them.

The counts are those of children looked after in Northamptonshire at 31 March, 2016 to 2025: Department for Education, Local
Authority Interactive Tool; the sums were done apart from this code (``../shared/golden/stockflow``).
"""

import itertools
import json
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ncthelpers import comparison, forecast, official, results
from ncthelpers.benchmarks import Statistics
from ncthelpers.forecast import (
    FLOW,
    GROWTH,
    LINE,
    NAIVE,
    OFFICIAL,
    PRINTED,
    TREND,
    TooFew,
    back_test,
    forecast_attempts,
    forecast_backtest,
    forecast_paths,
    forecast_scores,
    linear_trend,
    naive,
    stock_and_flow,
    years_of_flow,
)
from ncthelpers.rounding import half_up


def yearly(values, first=2015):
    """Figures by contract year, each at the end of the year; the first is at 31 March of the year after."""
    return {f"{first + n}-{(first + n + 1) % 100:02}": value for n, value in enumerate(values)}


COUNTS = yearly([995, 1007, 1092, 1123, 1157, 1144, 1183, 1235, 1182, 1170])
TO_2022 = {year: count for year, count in COUNTS.items() if "2017-18" <= year <= "2021-22"}


@pytest.fixture
def golden(repository):
    path = repository.parent / "shared" / "golden" / "stockflow" / "cic_series_and_backtest.json"
    if not path.is_file():
        pytest.skip("../shared/golden/stockflow is absent: the independent sums are not compared")
    return json.loads(path.read_text("utf-8"))


# Worked examples


def test_the_line_of_2018_to_2022_gives_1221_in_2024_within_1144_and_1298():
    line = linear_trend(TO_2022, 2)
    assert (line.method, line.origin, line.year, line.horizon) == (TREND, "2021-22", "2023-24", 2)
    assert (line.value, half_up(line.low), half_up(line.high)) == (1221, 1144, 1298)
    assert line.interval_kind == "95% prediction interval"
    assert (half_up(line.low, 1), half_up(line.high, 1)) == (Decimal("1144.1"), Decimal("1297.9"))


def test_no_change_from_2022_gives_1183_when_1182_came():
    assert naive(TO_2022, 2).value == 1183 and COUNTS["2023-24"] == 1182


def test_the_line_of_2016_to_2022_gives_1261_in_2024():
    line = linear_trend({year: count for year, count in COUNTS.items() if year <= "2021-22"}, 2)
    assert half_up(line.value, 1) == Decimal("1261.4")


def test_one_year_earlier_the_line_was_nearer_than_no_change():
    # March 2023: 1,235 came
    line, same = linear_trend(TO_2022, 1), naive(TO_2022, 1)
    assert (half_up(line.value, 1), same.value) == (Decimal("1200.7"), 1183)
    assert abs(line.value - COUNTS["2022-23"]) < abs(same.value - COUNTS["2022-23"])


def test_the_line_is_that_of_the_independent_sums(golden):
    assert golden["series"] == {year[:2] + year[-2:]: count for year, count in COUNTS.items()}
    sums = golden["backtest"]
    for horizon, year in enumerate(("2023", "2024", "2025"), 1):
        assert half_up(linear_trend(TO_2022, horizon).value, 1) == Decimal(str(sums["ols_2018_2022"][f"f{year}"]))
    line = linear_trend(TO_2022, 2)
    assert [half_up(line.low, 1), half_up(line.high, 1)] == [
        Decimal(str(end)) for end in sums["ols_2018_2022"]["pi95_2024"]
    ]
    assert naive(TO_2022, 2).value == sums["naive_last_value_2024"]
    error = sums["seed_linear_forecast_mar24"] - sums["actual_mar24"]
    assert error == sums["error"] == 29


@pytest.mark.parametrize(
    ("freedom", "printed"), [(1, "12.706"), (2, "4.303"), (3, "3.182"), (4, "2.776"), (30, "2.042")]
)
def test_the_quantile_is_that_of_printed_tables_of_t(freedom, printed):
    # any table of Student's t, two-sided 5%
    assert half_up(forecast._quantile(freedom), 3) == Decimal(printed)


def test_the_interval_of_no_change_is_of_yearly_changes_without_a_direction():
    # changes of 30, -40 and 0: mean square 2,500 / 3; t with three degrees of freedom is 3.182; two years ahead
    same = naive(yearly([100, 130, 90, 90]), 2)
    assert half_up(same.high - same.value, 1) == half_up(Decimal("3.18245") * (Decimal(5000) / 3).sqrt(), 1)
    assert same.value - same.low == same.high - same.value


def test_figures_on_a_line_leave_no_error():
    line = linear_trend(yearly([10, 20, 30]), 4)
    assert line.low == line.value == line.high == 70


def test_stock_and_flow_takes_the_last_three_years_and_no_others():
    stock = yearly([900, 1000, 1000, 1100, 1200])
    starts, ceases = yearly([0, 9999, 300, 450, 450]), yearly([0, 0, 300, 350, 350])
    ahead = stock_and_flow(stock, starts, ceases, 1)
    # starts 400 a year; 1,000 of 3,100 left: 1,200 x 1,000 / 3,100 = 387.1
    assert half_up(ahead.value, 1) == Decimal("1212.9")
    # fewest starts 300, highest rate 350 of 1,000; most starts 450, lowest rate 300 of 1,000
    assert (ahead.low, ahead.high) == (1200 - 420 + 300, 1200 - 360 + 450)
    assert "no statistical interval" in ahead.interval_kind


# Rules, each broken once


@pytest.mark.parametrize(
    ("method", "figures"),
    [(naive, 1), (linear_trend, 3), (lambda *of: stock_and_flow(of[0], TO_2022, TO_2022, of[1]), 3)],
)
def test_a_method_that_has_too_few_figures_says_how_many_it_takes(method, figures):
    enough = dict(list(TO_2022.items())[-figures:])
    assert method(enough, 1).value > 0
    with pytest.raises(TooFew, match=f"{'one' if figures == 1 else 'three'} or more"):
        method(dict(list(enough.items())[1:]), 1)


def test_with_fewer_than_three_figures_no_change_has_no_interval():
    same = naive(yearly([10, 12]), 1)
    assert (same.value, same.low, same.high, same.interval_kind) == (12, None, None, None)


@pytest.mark.parametrize("method", [naive, linear_trend])
def test_a_year_left_out_is_refused_and_not_taken_as_none(method):
    with pytest.raises(ValueError, match="a year between"):
        method({year: count for year, count in TO_2022.items() if year != "2019-20"}, 1)


@pytest.mark.parametrize("method", [naive, linear_trend])
@pytest.mark.parametrize("horizon", [0, -1])
def test_a_forecast_is_of_a_later_year(method, horizon):
    with pytest.raises(ValueError, match="after the last figure"):
        method(TO_2022, horizon)


@pytest.mark.parametrize("gone", ["starts", "ceases", "stock"])
def test_stock_and_flow_fills_no_year_in(gone):
    of = {"stock": yearly([10, 20, 30, 40]), "starts": yearly([5, 5, 5, 5]), "ceases": yearly([1, 1, 1, 1])}
    assert stock_and_flow(**of, horizon=1).value
    if gone == "stock":
        of["stock"]["2016-17"] = 0  # of nobody none can leave
    else:
        del of[gone]["2016-17"]
    with pytest.raises(TooFew, match="starts and leavers"):
        stock_and_flow(**of, horizon=1)


# Laws

counts = st.integers(1, 10**6)
series = st.lists(counts, min_size=3, max_size=12).map(yearly)
flows = st.lists(st.tuples(counts, st.integers(0, 10**6), st.fractions(0, 1)), min_size=3, max_size=12)


@example(1000, 100, Decimal("1.5"), 2)  # a rate that would have more leave than are there
@given(st.integers(0, 10**9), st.integers(0, 10**6), st.decimals(0, 2, places=10), st.integers(1, 30))
def test_nobody_is_lost_or_made(stock, starts, rate, years):
    found = years_of_flow(Decimal(stock), Decimal(starts), rate, years)
    started, left = sum(year.started for year in found), sum(year.left for year in found)
    assert found[-1].after == stock + started - left
    assert [year.before for year in found[1:]] == [year.after for year in found[:-1]]
    assert all(0 <= year.left <= year.before + year.started and year.after >= 0 for year in found)


@given(flows, st.integers(1, 6))
def test_stock_and_flow_lies_between_its_ends_and_below_nought_never(of, horizon):
    stock, starts = yearly([one[0] for one in of]), yearly([one[1] for one in of])
    left = [0, *(int(before * share) for (before, _, _), (_, _, share) in itertools.pairwise(of))]
    ahead = stock_and_flow(stock, starts, yearly(left), horizon)
    assert 0 <= ahead.low <= ahead.value <= ahead.high


@given(series, st.integers(1, 5), st.integers(-1000, 1000))
def test_counting_everything_higher_moves_every_forecast_as_far(values, horizon, more):
    for method in (naive, linear_trend):
        one, other = method(values, horizon), method({year: value + more for year, value in values.items()}, horizon)
        for end in ("value", "low", "high"):
            assert abs(getattr(other, end) - getattr(one, end) - more) < Decimal("0.00001")


@given(series, st.integers(1, 5))
def test_an_interval_holds_its_forecast_and_does_not_narrow_with_the_years(values, horizon):
    for method in (naive, linear_trend):
        near, far = method(values, horizon), method(values, horizon + 1)
        assert near.low <= near.value <= near.high
        assert far.high - far.low >= near.high - near.low


@given(st.integers(-100, 100), st.integers(-100, 100), st.integers(3, 10), st.integers(1, 5))
def test_a_line_through_points_of_a_line_is_that_line(start, slope, count, horizon):
    line = linear_trend(yearly([start + slope * n for n in range(count)]), horizon)
    assert half_up(line.value, 4) == start + slope * (count - 1 + horizon)


@given(st.lists(counts, min_size=4, max_size=8), st.lists(counts, min_size=1, max_size=3))
def test_what_came_later_changes_no_forecast(values, later):
    def made(values):
        tested = back_test(yearly(values), yearly(values), yearly([value // 2 for value in values]))
        return {
            (row["method"], row["origin"], row["year"]): (row["value"], row["low"], row["high"])
            for row in tested.to_dict("records")
        }

    short, long = made(values), made([*values, *later])
    assert short and {key: long[key] for key in short} == short


# Back-test and scores


def test_a_back_test_has_every_origin_and_every_year_since():
    tested = back_test(TO_2022 | {"2022-23": 1235, "2023-24": 1182}, {}, {})
    pairs = list(dict.fromkeys(zip(tested["origin"], tested["year"], strict=True)))
    years = [*sorted(TO_2022), "2022-23", "2023-24"]
    assert pairs == [(origin, year) for n, origin in enumerate(years[2:-1], 3) for year in years[n:]]
    assert set(tested["method"]) == {NAIVE, TREND}, "without flows there is no stock and flow"
    assert (tested["horizon"] >= 1).all()


def test_an_error_is_forecast_less_outcome_and_an_end_of_the_interval_lies_inside(monkeypatch):
    made = forecast.Forecast(NAIVE, "2019-20", "2020-21", 1, Decimal(10), Decimal(8), Decimal(12), "range")
    monkeypatch.setattr(forecast, "_forecasts", lambda *of: [made])
    for came, error, inside in ((8, 2, True), (12, -2, True), (13, -3, False), (7, 3, False)):
        [row] = back_test(yearly([1, 1, 1, came]), {}, {}).to_dict("records")
        assert (row["error"], row["inside"], row["came"]) == (error, inside, came)


def test_scores_are_means_by_method_and_years_ahead_nearest_first():
    rows = [
        ("near", 1, 3, True), ("near", 1, -1, False), ("far", 1, 9, None), ("far", 1, -9, None), ("far", 2, 5, True),
    ]  # fmt: skip
    columns = ["method", "horizon", "error", "inside"]
    tested = pd.DataFrame([(*row[:2], Decimal(row[2]), row[3]) for row in rows], columns=columns, dtype=object)
    scores = forecast_scores(tested.assign(measure="m", title="M", unit="children")).to_dict("records")
    assert [(row["method"], row["horizon"], row["origins"]) for row in scores] == [
        ("near", 1, 2),
        ("far", 1, 2),
        ("far", 2, 1),
    ]
    assert [(row["mean_absolute_error"], row["mean_error"]) for row in scores] == [(2, 1), (9, 0), (5, 5)]
    assert [(row["inside"], row["inside_pct"]) for row in scores] == [(1, 50), (None, None), (1, 100)]


# Official figures, invented


MEASURES = {"children_looked_after": 0, "started_care": 0, "left_care": 0}


def statistics(breaks=(), dates=("2032", "2040"), **figures):
    """Statistics of one area: figures by measure and contract year, the first of each from an older release."""
    measures = pd.DataFrame(
        [dict(measure=name, title=name, unit="children", decimals=0, combines="counts") for name in MEASURES]
    )
    areas = pd.DataFrame(
        [dict(area="east", name="East", kind="local authority", valid_from=None, valid_to=None, lies_in=None)]
    )
    rows = [(measure, "east", year, value, "old" if n == 0 else "new")
            for measure, held in figures.items() for n, (year, value) in enumerate(held.items())]  # fmt: skip
    columns = ["measure", "area", "year", "numerator", "publication"]
    entered = pd.DataFrame(rows, columns=columns, dtype=object).assign(denominator=None, value=None, status=None)
    publications = pd.DataFrame([["old", "Old release", dates[0]], ["new", "New release", dates[1]]],
                                columns=["publication", "title", "published"], dtype=object)  # fmt: skip
    tables = {
        "official": entered.astype(object), "measures": measures.astype(object), "areas": areas.astype(object),
        "publications": publications, "area_members": pd.DataFrame(columns=["group", "member"]),
        "area_changes": pd.DataFrame(columns=["old", "new", "same_territory"]),
        "series_breaks": pd.DataFrame(breaks, columns=["measure", "area", "before", "after", "certainty", "reason"], dtype=object),
    }  # fmt: skip
    return Statistics(tables, ("east",))


STOCK = yearly([Decimal(count) for count in (1000, 1010, 1050, 1060, 1100, 1130)], first=2027)


def demand(*rows):
    columns = [
        "contract_year",
        "measure",
        "title",
        "start",
        "end",
        "value_start",
        "value_end",
        "status",
        "official_measure",
        "source",
    ]
    whole = [("2031-32", "children", "Children", *row, "children_looked_after", "report:6/1") for row in rows]
    return pd.DataFrame(whole, columns=columns, dtype=object)


ACTUAL = ("2028-03", "2032-03", Decimal(1000), Decimal(1100), "actual")


def ahead(value, end="2033-03"):
    return ("2032-03", end, None, Decimal(value), "forecast")


DATES = {("2031-32", "report"): "2032-08"}


def attempts(value="1125", end="2033-03", dates=DATES, of=None, more=(ACTUAL,)):
    table = forecast_attempts(demand(*more, ahead(value, end)), of or statistics(children_looked_after=STOCK), dates)
    return {row["method"]: row for row in table.to_dict("records")}


def test_every_method_is_tried_on_what_was_known_in_the_year_of_the_forecast():
    rows = attempts()
    lines = {f"linear trend of the last {count} figures" for count in ("three", "four", "five")}
    assert set(rows) == {NAIVE, LINE, GROWTH, *lines}
    assert rows[NAIVE]["value"] == 1100, "and not the figure that came since"
    # 1,000 to 1,100 in 1,461 days, 365 days on: 1,100 + 100 x 365 / 1,461; growth of about a fourth root of 1.1, 1.0241
    assert half_up(rows[LINE]["value"], 2) == Decimal("1124.98")
    assert half_up(rows[GROWTH]["value"], 1) == Decimal("1126.5")
    # 1,050, 1,060 and 1,100 rise by 25 a year from their mean of 1,070 in the middle year
    assert rows["linear trend of the last three figures"]["value"] == 1120


def test_a_forecast_that_a_method_gives_as_printed_agrees_and_any_other_cannot_be_reproduced():
    given = {LINE, "linear trend of the last four figures"}  # 1,125 each
    for value, gives, verdict in (("1125", given, "agrees"), ("1124", set(), "cannot be reproduced"),
                                  ("1125.0", given, "agrees"), ("1124.9", set(), "cannot be reproduced"),
                                  ("1126.5", {GROWTH}, "agrees")):  # fmt: skip
        rows = attempts(value)
        assert {method for method, row in rows.items() if row["gives_it"]} == gives
        assert {row["verdict"] for row in rows.values()} == {verdict}
        assert half_up(rows[LINE]["difference"], 2) == Decimal("1124.98") - Decimal(value)


def test_a_method_is_held_against_the_printed_forecast_and_against_what_came():
    row = attempts("1150")[LINE]
    assert (row["forecast"], half_up(row["difference"]), row["came"], half_up(row["error"])) == (1150, -25, 1130, -5)
    assert (row["low"], row["inside"]) == (None, None), "two counts have no error to make an interval of"
    later = attempts("1150", "2034-03")[LINE]
    assert (later["year"], half_up(later["value"]), later["came"], later["error"]) == ("2033-34", 1150, None, None)


def test_stock_and_flow_is_tried_where_starts_and_leavers_are_published():
    flows = yearly([Decimal(400)] * 5, first=2027)
    rows = attempts(of=statistics(children_looked_after=STOCK, started_care=flows, left_care=flows))
    assert FLOW in rows and FLOW not in attempts()
    assert attempts(of=statistics(children_looked_after=STOCK, started_care=flows)).keys() == attempts().keys()


def test_a_break_in_the_series_ends_what_is_taken_of_it():
    cut = ("children_looked_after", None, "2028-29", "2029-30", "confirmed", "the way of counting changed")
    rows = attempts(of=statistics(breaks=[cut], children_looked_after=STOCK))
    assert "linear trend of the last three figures" in rows and "linear trend of the last four figures" not in rows


def test_without_an_official_figure_of_the_year_only_the_printed_counts_are_taken():
    rows = attempts(of=statistics(children_looked_after={year: STOCK[year] for year in STOCK if year != "2031-32"}))
    assert set(rows) == {LINE, GROWTH}


@pytest.mark.parametrize(
    "more", [(), (("2032-03", "2032-03", Decimal(1), Decimal(2), "actual"),), (("2028-03", "2032-03", None, Decimal(2), "actual"),)]
)  # fmt: skip
def test_without_two_printed_counts_of_two_dates_no_line_is_drawn_through_them(more):
    assert LINE not in attempts(more=more) and NAIVE in attempts(more=more)


@pytest.mark.parametrize(
    ("released", "made_on", "words"),
    [
        (("2031", "2032-07"), "2032-08", "yes"),
        (("2032-12", "2040"), "2032-08", "no"),
        (("2031", "2040"), "2032-08", "not all"),
        (("2032", "2040"), "2032-08", "not all"),  # of one it is not known, the other had not come out
        (("2031", "2032"), "2032-08", "cannot be told"),
        (("2031", "2032-07"), None, "cannot be told"),
        ((None, "2032-07"), "2032-08", "cannot be told"),
    ],
)
def test_whether_releases_were_out_is_told_from_their_dates_alone(released, made_on, words):
    dates = {("2031-32", "report"): made_on} if made_on else {}
    row = attempts(dates=dates, of=statistics(dates=released, children_looked_after=STOCK))[NAIVE]
    assert (row["out_by_then"], row["release"]) == (words, "Old release; New release")


def test_of_several_printed_pairs_of_counts_the_newest_is_taken():
    newer = ("2030-03", "2032-03", Decimal(1080), Decimal(1100), "actual")
    older = ("2027-03", "2029-03", Decimal(900), Decimal(1010), "actual")
    for more in ((older, newer), (newer, older)):
        assert half_up(attempts(more=more)[LINE]["value"]) == 1110


def test_the_release_of_another_area_is_not_one_that_the_figures_are_taken_from():
    of = statistics(children_looked_after=STOCK)
    entered, areas, publications = (of.tables[name] for name in ("official", "areas", "publications"))
    country = entered.assign(area="all", publication="other")
    other = publications.iloc[:1].assign(publication="other", title="Other release", published="2030")
    more = {"official": pd.concat([entered, country], ignore_index=True), "publications": pd.concat([publications, other]),
            "areas": pd.concat([areas, areas.assign(area="all", kind="country")])}  # fmt: skip
    row = attempts(of=Statistics({**of.tables, **more}, ("east",)))[NAIVE]
    assert row["release"] == "Old release; New release"


def test_a_line_says_only_the_releases_of_the_figures_that_it_takes():
    rows = attempts()
    assert rows["linear trend of the last four figures"]["release"] == "New release"
    assert rows["linear trend of the last five figures"]["release"] == "Old release; New release"
    assert (rows[LINE]["release"], rows[LINE]["out_by_then"]) == (None, None)


def test_a_forecast_that_a_publication_prints_was_made_when_that_came_out():
    table = demand(ahead(1125)).assign(source="old")
    of = statistics(dates=("2032-08", "2032-07"), children_looked_after=STOCK)
    [row] = (
        forecast_attempts(table, of, {}).query("method == 'linear trend of the last three figures'").to_dict("records")
    )
    assert row["out_by_then"] == "yes"


@pytest.mark.parametrize(
    "changed", [{"status": "actual"}, {"value_end": None}, {"official_measure": None}, {"end": "2032-03"}]
)
def test_only_a_figure_of_a_later_year_with_an_official_measure_is_a_forecast_to_try(changed):
    table = demand(ahead(1125)).assign(**changed).astype(object)
    for made in (forecast_attempts(table.where(table.notna(), None), statistics(children_looked_after=STOCK), DATES),
                 forecast_paths(table.where(table.notna(), None), statistics(children_looked_after=STOCK))):  # fmt: skip
        assert made.empty and "method" in made


def test_paths_run_from_the_year_of_the_forecast_to_its_day_and_the_official_figures_to_there():
    paths = forecast_paths(demand(ahead(1160, "2034-03")), statistics(children_looked_after=STOCK))
    years = paths.groupby("method")["year"].agg(list)
    assert years[OFFICIAL] == sorted(STOCK), "no figure has come for the last year"
    assert years[NAIVE] == years[TREND] == ["2032-33", "2033-34"] and years[PRINTED] == ["2033-34"]
    rows = {(row["method"], row["year"]): row for row in paths.to_dict("records")}
    assert (rows[NAIVE, "2032-33"]["came"], rows[NAIVE, "2032-33"]["error"]) == (1130, -30)
    assert (rows[NAIVE, "2033-34"]["came"], rows[NAIVE, "2033-34"]["error"]) == (None, None)
    assert rows[PRINTED, "2033-34"]["value"] == 1160
    assert not [cell for cell in paths.to_numpy().ravel() if cell != cell]


def test_a_back_test_of_official_figures_begins_after_a_break_and_without_a_measure_is_empty():
    whole = forecast_backtest(statistics(children_looked_after=STOCK))
    assert sorted(set(whole["origin"])) == ["2029-30", "2030-31", "2031-32"] and set(whole["unit"]) == {"children"}
    cut = ("children_looked_after", None, "2028-29", "2029-30", "suspected", "the way of counting changed")
    after = forecast_backtest(statistics(breaks=[cut], children_looked_after=STOCK))
    assert sorted(set(after["origin"])) == ["2031-32"]
    assert forecast_backtest(statistics()).empty and forecast_scores(forecast_backtest(statistics())).empty


# The printed forecast of the real years


def test_the_forecast_of_1211_cannot_be_reproduced_by_any_simple_method(years):
    # annual report section 6; Department for Education, 31 March of 2018 to 2022: 1,092, 1,123, 1,157, 1,144 and 525 + 658
    table = comparison.table(years, "forecast_attempts")
    assert set(table["verdict"]) == {"cannot be reproduced"} and set(table["forecast"]) == {1211}
    assert set(table["came"]) == {1182}
    given = {row["method"]: half_up(row["value"], 1) for row in table.to_dict("records")}
    assert given == {
        NAIVE: 1183,
        "linear trend of the last three figures": Decimal("1200.3"),  # 1,161.33 + 3 x 13
        "linear trend of the last four figures": Decimal("1210.2"),  # 1,151.75 + 3.5 x 16.7
        "linear trend of the last five figures": 1221,
        LINE: 1229,  # 1,184 + 90 x 731 / 1,461 days
        GROWTH: Decimal("1231.8"),  # 1,184 x about the root of 1,184 / 1,094
        # 419 start; 408 + 396 + 425 of 1,123 + 1,157 + 1,144 leave, 35.89 per cent: 1,177.4 and then 1,173.8
        FLOW: Decimal("1173.8"),
    }  # fmt: skip
    # the report is of August 2022, the releases that the book holds are of 2025 and of April 2026
    assert set(table["out_by_then"].dropna()) == {"no"}


def test_the_back_test_of_the_real_years_holds_the_worked_figures(years):
    tested = comparison.table(years, "forecast_backtest").set_index(["method", "origin", "year"])
    line = tested.loc[(TREND, "2021-22", "2023-24")]
    assert (half_up(line["value"]), half_up(line["low"]), half_up(line["high"]), line["came"]) == (
        1221,
        1144,
        1298,
        1182,
    )
    assert (line["inside"], half_up(line["error"])) == (True, 39)
    assert tested.loc[(NAIVE, "2021-22", "2023-24"), "value"] == 1183
    before = tested.loc[(TREND, "2021-22", "2022-23")]
    assert (half_up(before["value"]), before["came"]) == (1201, 1235)
    assert tested.loc[(NAIVE, "2021-22", "2022-23"), "value"] == 1183


def test_every_method_of_the_real_years_is_scored_on_the_same_origins(years):
    scores = comparison.table(years, "forecast_scores")
    assert set(scores["method"]) == {NAIVE, TREND, FLOW}
    for _, held in scores.groupby("horizon"):
        assert len(held) == 3 and held["origins"].nunique() == 1
    nearest = scores.groupby("horizon")["origins"].first()
    assert nearest.tolist() == sorted(nearest, reverse=True)


def test_no_figure_of_a_forecast_is_a_float(years):
    for name in ("forecast_attempts", "forecast_paths", "forecast_backtest", "forecast_scores"):
        cells = comparison.table(years, name).to_numpy().ravel()
        assert not [cell for cell in cells if isinstance(cell, float)], name
        assert set(comparison.table(years, name).columns) == set(results.result_schemas()[name].names)


def test_the_official_figures_are_those_of_the_contracts_areas_together(years):
    paths = comparison.table(years, "forecast_paths")
    held = paths[paths["method"] == OFFICIAL]
    assert len(held) >= 5
    for row in held.to_dict("records"):
        assert (
            row["value"]
            == official.figure(official.statistics(years.newest), row["official_measure"], row["year"]).value
        )
