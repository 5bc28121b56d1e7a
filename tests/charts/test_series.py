"""Lines over the years: where a line is broken or has a gap, its words, its axes and its labels. The values are invented."""

from decimal import Decimal

import pytest

from ncthelpers import charts
from ncthelpers.charts.canvas import BLUE, GREY, PLUM, apart
from ncthelpers.charts.panels import runs

SUSPECTED = "suspected: the way of counting changed"


def test_a_line_is_broken_where_its_series_is_and_the_country_line_is_not(official):
    drawing = official("one series")
    assert drawing.segments(BLUE) == [(0, 1)]  # broken before 2020-21; no value in 2021-22
    assert drawing.segments(GREY) == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert (1.5, 1.5) in [tuple(line.get_xdata()) for line in drawing.figure.axes[1].lines]
    assert "break: suspected, before 20-21" in drawing.words
    assert f"Break before 20-21, {SUSPECTED}." in drawing.chart.alt


def test_a_missing_value_is_a_gap_and_a_note_and_never_nought(official):
    drawing = official("one series")
    assert drawing.marks("o") == [[(0, 30), (1, 31.25), (2, 20), (4, 25)]]
    assert "no figure for the trust's areas: 21-22" in drawing.words
    assert "No figure for the trust's areas in 21-22: a part is suppressed (c)." in drawing.chart.alt


def test_the_two_lines_of_a_panel_differ_by_shape_and_dash_and_are_named(official):
    drawing = official("one series")
    axes = drawing.figure.axes[1]
    dashes = {line.get_color(): line.get_linestyle() for line in axes.lines if line.get_marker() == "None"}
    assert dashes[BLUE] != dashes[GREY]
    assert drawing.marks("o") and drawing.marks("s")
    assert "the trust's areas 25.0%" in drawing.words and "Anyland 21.0%" in drawing.words


def test_a_last_value_of_an_earlier_year_is_labelled_with_that_year(official):
    assert "areas 16.0 in 21-22" in official("series").words


def test_words_list_every_number_of_a_small_chart_and_the_ends_of_the_lines_of_a_large_one(official, series):
    in_full = "Anyland 22.0% in 18-19, 22.0% in 19-20, 22.5% in 20-21, 22.0% in 21-22, 21.0% in 22-23"
    assert in_full in official("one series").chart.alt
    ours, theirs = [str(n) for n in range(30)], [str(n + 5) for n in range(30)]
    long = series("late", ours, theirs, {"2031-32": SUSPECTED}, first=2010)
    alt = official("one series", measure_series=long).chart.alt
    assert "Visits that were late: the trust's areas 29.0%, Anyland 34.0% in 39-40, broken before 31-32." in alt
    assert alt.endswith("Every figure stands in the table beside it.") and "12.0%" not in alt


def test_a_line_that_stands_alone_is_told_by_its_highest_and_lowest_value(official, rows):
    counts = [row for row in rows["demand_series"] if row[0] == "count"]
    alt = official(
        "demand", lambda years: charts.measure_series(years, "demand", ("count",)), demand_series=counts
    ).chart.alt
    assert "Children seen: the trust's areas 1,100 in 20-21; highest 1,100 in 20-21, lowest 900 in 18-19." in alt


def test_a_chart_of_one_measure_is_a_single_panel_over_the_whole_width(official):
    one, both = official("one series"), official("series")
    assert (len(one.figure.axes), len(both.figure.axes)) == (2, 3)
    sizes = {min(text.get_fontsize() for text in drawing.written) for drawing in (one, both)}
    assert len(sizes) == 1 and min(sizes) >= 10.5  # read on a phone
    assert one.figure.axes[1].get_position().width > 1.8 * both.figure.axes[1].get_position().width


def test_measures_are_drawn_as_asked_for_and_in_that_order(official):
    chart = official("series", lambda years: charts.measure_series(years, measures=("cases", "late"))).chart
    assert chart.alt.index("Average cases") < chart.alt.index("Visits that were late")
    with pytest.raises(LookupError, match="there is no measure named lateness"):
        official("series", lambda years: charts.measure_series(years, measures=("late", "lateness")))


def test_the_years_between_are_on_the_axis_even_if_no_row_is_of_them(official, rows):
    drawing = official("one series", measure_series=[row for row in rows["measure_series"] if row[2] != "2020-21"])
    labels = [label.get_text() for label in drawing.figure.axes[1].get_xticklabels()]
    assert labels == ["18-19", "19-20", "20-21", "21-22", "22-23"]
    assert drawing.segments(GREY) == [(0, 1), (3, 4)]


def test_the_range_of_an_axis_is_written_on_it(official):
    figure = official("one series").figure
    labels = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    low, high = figure.axes[1].get_ylim()
    assert (labels[0], labels[-1]) == (f"{low:.0f}%", f"{high:.0f}%") and low <= 20 and high >= 31.25


def test_a_count_stands_alone_and_a_rate_beside_the_country(official):
    alt = official("demand").chart.alt
    assert "Children seen, year by year: the trust's areas 900 in 18-19" in alt and "420,000" not in alt
    both = "per 10,000 children, year by year: the trust's areas 50 in 18-19, 52 in 19-20, 54 in 20-21; Anyland 60 in 18-19"
    assert both in alt


def test_where_no_joint_figure_is_each_council_stands_alone_as_a_point_of_its_own_shape(official, series):
    alone = [(year, "late", "Visits that were late", area, Decimal(value), Decimal(21))
             for year in ("2021-22", "2022-23") for area, value in (("East", 30), ("West", 21))]  # fmt: skip
    rows = series("late", ["30", "31", "32", None, None], ["21"] * 5, reason="rates are not averaged")
    drawing = official("one series", measure_series=rows, measures_alone=alone)
    assert drawing.marks("D") == [[(3, 30), (4, 30)]] and drawing.marks("^") == [[(3, 21), (4, 21)]]
    assert drawing.segments(BLUE) == [(0, 1), (1, 2)] and drawing.segments(PLUM) == [], "joined to nothing"
    assert "East 30.0% in 21-22, 30.0% in 22-23; West 21.0%" in drawing.chart.alt and drawing.covered == []
    assert drawing.chart.shown.also == ("measures_alone",)


def test_two_charts_of_a_page_say_of_what_their_title_is(years):
    first, second = (charts.measure_series(years, "performance", of, part).title
                     for part, of in (("Care", ["three_placements", "long_term_stability"]), ("Staff", ["sw_vacancy_rate", "sw_agency_rate"])))  # fmt: skip
    assert first.startswith("Care: none of 2 joint figures better") and second.startswith(
        "Staff: none of 2 joint figures better"
    )


def test_a_measure_without_any_figure_of_ours_shows_the_country_and_says_so(official, series):
    reason = "the measure is not added over authorities"
    rows = series("late", [None, None], ["22", "23"], {"2019-20": SUSPECTED}, reason)
    drawing = official("one series", measure_series=rows)
    assert "no figure for the trust's areas: any year" in drawing.words and drawing.segments(BLUE) == []
    assert f"No figure for the trust's areas in 18-19 to 19-20: {reason}." in drawing.chart.alt


def test_years_that_follow_each_other_are_named_by_the_first_and_the_last():
    every = ["2017-18", "2018-19", "2019-20", "2020-21"]
    assert runs(["2017-18", "2018-19", "2020-21"], every) == "17-18 to 18-19, 20-21"


def test_labels_are_moved_apart_within_their_bounds():
    assert apart([1.0, 1.0], [0.5, 0.5], 0.0, 3.0) == [0.75, 1.25]


@pytest.mark.parametrize("values", [("10", "10"), ("10", "10.01"), ("0", "100"), ("99", "1")])
def test_labels_at_the_end_of_lines_stand_apart_wherever_the_lines_end(official, series, values):
    rows = [row for measure in ("late", "cases")
            for row in series(measure, [*"5", values[0], values[0]], ["50", values[1], values[1]])]  # fmt: skip
    assert official("series", measure_series=rows).covered == []


# Outturn


def test_outturn_in_pounds_or_thousands_is_written_in_millions_with_one_decimal(official):
    alt = official("outturn").chart.alt
    # the invented figures divided by hand
    assert "West £82.6m in 21-22, £97.5m in 22-23, £111.0m in 23-24" in alt and "County £122.1m in 19-20" in alt
    assert "Spending as returned, £m, year by year: East £5.3m in 23-24." in alt
    assert "Weekly cost, £ per week, year by year: East £1,465 in 22-23, £1,500 in 23-24." in alt


def test_an_authority_that_ended_has_its_last_year_in_brief_and_so_have_the_others(years, drawn):
    alt = drawn(
        lambda several: charts.outturn_series(
            several, ("outturn_children_total", "outturn_children_looked_after", "outturn_safeguarding")
        ),
        years,
    ).chart.alt
    # Department for Education, section 251 outturn: the county council ended in March 2021
    assert (
        "North Northamptonshire £95.5m in 24-25, West Northamptonshire £118.8m in 24-25, Northamptonshire £117.0m in 20-21."
        in alt
    )


def test_authorities_of_the_outturn_differ_by_shape_and_dash_and_those_in_being_come_first(official):
    drawing = official("one outturn")
    sheet, axes = drawing.figure.axes
    assert [len(drawing.marks(shape)[0]) for shape in "oDs"] == [2, 3, 2]  # East, West, County
    in_key = [line for line in sheet.lines if line.get_marker() in "oDs"]
    assert len({str(line._unscaled_dash_pattern) for line in in_key}) == len(in_key) == 3
    assert axes.get_ylim()[0] == 0
    assert [text.get_text() for text in sheet.texts][:3] == ["East", "West", "County"]


def test_a_year_without_outturn_is_a_gap_and_an_area_that_ended_is_labelled_where_it_ends(official):
    drawing = official("one outturn")
    assert drawing.segments(BLUE) == [] and "no figure for East: 22-23" in drawing.words
    assert "no figure for County" not in drawing.chart.alt
    ended = [text for text in drawing.figure.axes[1].texts if text.get_text() == "£117.0m"]
    assert len(ended) == 1 and ended[0].xy == (1, pytest.approx(117.035107))


def test_the_label_of_an_area_that_ended_near_nought_does_not_stand_on_the_years(official, spending):
    of_area = {"County": [("2019-20", "30000"), ("2020-21", "10000")], "East": [("2021-22", "9e6")]}
    assert official("outturn", finance_series=spending("spent", "£", **of_area)).covered == []


def test_each_of_many_authorities_is_drawn(official, spending):
    rows = spending("spent", "£", **{f"Council{n}": [("2021-22", "5e6"), ("2022-23", "6e6")] for n in range(6)})
    alt = official("one outturn", finance_series=rows).chart.alt
    assert [f"Council{n} £5.0m in 21-22, £6.0m in 22-23" in alt for n in range(6)] == [True] * 6


# Forecasts


def test_a_forecast_has_a_panel_for_each_method_whose_title_says_how_it_stands_to_what_came(official):
    drawing = official("forecasts")
    assert len(drawing.figure.axes) == 4
    # the invented figures taken from each other by hand: 1,182 came
    for title in (
        "no change: 1 above what came",
        "linear trend: 39 above what came",
        "stock and flow: 8 below what came",
    ):
        assert f"Visits that were late, March 2024, {title}" in drawing.chart.alt and title in drawing.words
    assert "an invented interval: 1,144 to 1,298 in 23-24; what came lies inside" in drawing.words
    assert "an invented interval: 1,081 to 1,180 in 23-24; what came lies outside" in drawing.words


def test_marks_of_forecasts_are_hollow_and_their_interval_is_a_band_with_strokes(official):
    axes = official("forecasts").figure.axes[2]
    marks = {line.get_marker(): line for line in axes.lines if line.get_marker() != "None"}
    assert {shape: len(line.get_xdata()) for shape, line in marks.items()} == {"o": 7, "D": 2, "^": 1}
    hollow = {shape for shape, line in marks.items() if line.get_markerfacecolor() == "white"}
    assert hollow == {"D", "^"}
    [band, strokes] = axes.collections
    assert band.get_datalim(axes.transData).ymax == 1298
    assert [[tuple(end) for end in stroke] for stroke in strokes.get_segments()] == [
        [(5, 1137), (5, 1265)], [(6, 1144), (6, 1298)],
    ]  # fmt: skip
    assert len({other.get_ylim() for other in official("forecasts").figure.axes[1:]}) == 1, (
        "one axis for all, to be compared by eye"
    )
    low, high = axes.get_ylim()
    assert low <= 1062 and high >= 1304, "with room for every interval"


def test_the_lines_of_a_forecast_are_named_at_their_ends_and_told_by_dash(official):
    drawing = official("forecasts")
    for name, value in (("official figures", "1,182"), ("linear trend", "1,221"), ("as printed", "1,211")):
        assert f"{name} {value}" in drawing.words
    dashes = {str(line._unscaled_dash_pattern) for line in drawing.figure.axes[2].lines if line.get_marker() == "None"}
    assert len(dashes) > 1


def test_a_forecast_whose_day_has_not_come_says_so_and_one_without_interval_too(official, paths):
    drawing = official("forecasts", forecast_paths=paths(1211, (1235, None), no_change=[(1183, 1097, 1269), (1183,)]))
    assert "no change: what came is not yet published" in drawing.words
    assert "no interval: too few figures" in drawing.words and "official figures 1,235 in 22-23" in drawing.words
    assert drawing.covered == []


def test_a_method_that_gives_what_came_is_level_with_it(official, paths):
    alt = official("forecasts", forecast_paths=paths(1211, (1235, 1182), no_change=[(1182, 1100, 1200)])).chart.alt
    assert "no change: level with what came" in alt


def test_each_printed_forecast_has_panels_of_its_own(official, paths):
    rows = [
        row
        for title in ("Children", "Visits")
        for row in paths(1211, (1235, 1182), title=title, no_change=[(1183, 1100, 1200)])
    ]
    rows = [(row[0], row[3].lower(), *row[2:]) for row in rows]
    drawing = official("forecasts", forecast_paths=rows)
    assert len(drawing.figure.axes) == 3
    assert "Children, March 2024, no change" in drawing.words and "Visits, March 2024, no change" in drawing.words


def test_a_printed_forecast_that_no_method_could_be_tried_on_has_no_panel(official, paths):
    assert official("forecasts", forecast_paths=paths(1211, (1235, 1182))).chart.svg == b""


def test_the_forecast_of_the_repository_is_drawn_without_covering_writing(years, drawn):
    drawing = drawn(charts.forecast_paths, years)
    # Department for Education, 31 March 2022 and 2024: 1,183 and 1,182
    assert "no change: 1 above what came" in drawing.chart.alt
    assert drawing.chart.title == "The forecast of 1,211 was 29 above what came"
    assert drawing.covered == []
