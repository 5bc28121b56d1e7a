"""Control charts: marks by shape, lines that end where a percentage does, a step at a rebase, and all of it in words."""

from datetime import date

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from ncthelpers import charts, results
from ncthelpers.charts.canvas import GREY, INK, PALE, TEAL
from ncthelpers.charts.spc import _asks
from ncthelpers.folds import Fold

KPIS = ["kpi", "name", "unit", "polarity", "target", "tolerance", "period_kind", "rule_basis", "source"]
VALUES = ["kpi", "period", "numerator", "denominator", "value", "source"]
STEADY = [60, 62] * 5
OF_TABLES = ("kpi_values", "kpi_history", "kpi_rebases", "escalations")


def _months(numerators, year, kpi="A"):
    rows = [(kpi, f"{year + (nth + 3) // 12}-{(nth + 3) % 12 + 1:02d}", n, None if n is None else 100, None, "report:2/2")
            for nth, n in enumerate(numerators)]  # fmt: skip
    return pd.DataFrame(rows, columns=VALUES, dtype=object)


@pytest.fixture
def charted(year_with, review, drawn):
    """A function that draws the chart of a KPI with given months, polarity and target."""

    def year(values, polarity="higher is better", target=50, history=(), rebase=None, name="Visits made", without=""):
        kpis = pd.DataFrame([("A", name, "per cent", polarity, target, None, "month", "assumed", "report:2/1")],
                            columns=KPIS, dtype=object)  # fmt: skip
        rebases = [("A", rebase, date(2021, 6, 1), "The form was changed.", "report:2/1")] if rebase else []
        excused = {name: why for name, why in review.contract["not_reported"].items() if name not in OF_TABLES}
        held = _months(values, 2021)
        return year_with(
            {"not_reported": excused}, kpis=kpis, kpi_values=held[held["period"] != without], kpi_history=_months(history, 2020),
            kpi_rebases=pd.DataFrame(rebases, columns=["kpi", "month", "decided", "reason", "source"], dtype=object),
        )  # fmt: skip

    return lambda *given, **how: drawn(lambda data: charts.variation(data, "A"), year(*given, **how))


def lines(drawing, colour):
    """Ends of the lines of a colour on the last axes, those along the axis and up it alike."""
    found = [
        line for line in drawing.figure.axes[-1].lines if line.get_color() == colour and line.get_marker() == "None"
    ]
    return [(tuple(line.get_xdata()), tuple(line.get_ydata())) for line in found]


def joined(drawing):
    """The months that are joined by a line."""
    return [list(along) for along, _ in lines(drawing, INK)]


@pytest.mark.parametrize(
    ("last", "polarity", "shape", "word"),
    [
        ([84, 61], "higher is better", "s", "improvement"), ([84, 61], "lower is better", "D", "concern"),
        ([38, 61], "higher is better", "D", "concern"), ([84, 61], "not stated", "^", "high"),
        ([38, 61], "not stated", "v", "low"),
    ],
)  # fmt: skip
def test_what_a_month_says_is_told_by_shape_word_and_colour(charted, last, polarity, shape, word):
    drawing = charted([59, 63] * 5 + last, polarity)
    assert drawing.marks(shape) == [[(10, last[0])]] and len(drawing.marks("o")[0]) == 11
    assert word in [text.get_text() for text in drawing.figure.axes[0].texts] and "common cause" in drawing.words
    assert f"Special causes: {word} in February 2022 (outside the limits)" in drawing.chart.alt


def test_a_light_colour_has_a_dark_edge(charted):
    [concern] = [line for line in charted([*STEADY, 40, 61]).figure.axes[-1].lines if line.get_marker() == "D"]
    assert concern.get_markeredgecolor() == INK


def test_mean_limits_and_target_are_drawn_and_labelled_with_their_values(charted):
    drawing = charted([*STEADY, 60, 62], target=58)  # mean 61, moving range 2
    levels = {ends[0]: along for along, ends in lines(drawing, GREY)}
    assert sorted(levels) == pytest.approx([55.68, 61, 66.32]) and set(levels.values()) == {(-0.5, 11.5)}
    assert lines(drawing, TEAL) == [((-0.5, 11.5), (58, 58))]
    for label in ("limit 66.3%", "mean 61.0%", "limit 55.7%", "target 58.0%"):
        assert label in [text.get_text() for text in drawing.figure.axes[0].texts]
    assert "Mean 61.0%, limits 55.7% to 66.3%. Target 58.0%." in drawing.chart.alt and drawing.covered == []


def test_the_drawing_ends_at_100_per_cent_and_the_rule_does_not(charted):
    drawing = charted([99, 90] * 6, target=95)
    assert drawing.figure.axes[-1].get_ylim()[1] == 100
    assert max(ends[0] for _, ends in lines(drawing, GREY)) > 100  # beyond the axis, so not seen
    texts = [text.get_text() for text in drawing.figure.axes[0].texts]
    assert texts.count("off the axis") == 1 and "limits 70.6% to 118.4%" in drawing.chart.alt
    low = charted([1, 9] * 6, target=None)
    assert low.figure.axes[-1].get_ylim()[0] == 0 and "No target" in low.chart.alt and lines(low, TEAL) == []


def test_a_rebase_is_a_step_with_a_light_line_and_its_reason_in_words(charted):
    drawing = charted([80, 82] * 6, history=[*STEADY, 60, 62], rebase="2021-04")
    means = [(along, ends[0]) for along, ends in lines(drawing, GREY) if ends[0] in (61, 81)]
    assert means == [((-0.5, 11.5), 61), ((11.5, 23.5), 81)]
    assert [along for along, _ in lines(drawing, PALE)] == [(11.5, 11.5)]
    assert joined(drawing) == [[*range(12)], [*range(12, 24)]], "no line leads over the step"
    assert "Limits begin anew in April 2021: The form was changed." in drawing.chart.alt
    assert [along for along, _ in lines(drawing, TEAL)] == [(11.5, 23.5)], "no target was in force before the year"
    assert "months before the year are not rated" in drawing.chart.caption


def test_a_missing_month_is_a_gap_and_named(charted):
    drawing = charted([60, 62, 60, None, 60, None, 60, 62, 60, 62, 60, 62])
    assert [place for place, _ in drawing.marks("o")[0]] == [0, 1, 2, 4, *range(6, 12)]
    assert joined(drawing) == [[*range(3)], [*range(6, 12)]], "a month between two without a value is joined to neither"
    assert "No value in July 2021, September 2021." in drawing.chart.alt


def test_a_month_without_a_row_is_the_same_gap(charted):
    values = [60, 62, 60, None, 60, 62, 60, 62, 60, 62, 60, 62]
    entered, absent = charted(values), charted(values, without="2021-07")
    assert absent.chart == entered.chart


def test_title_and_caption_say_what_was_found(charted):
    drawing = charted([*STEADY, 60, 40], target=60)
    assert drawing.chart.title == "KPI A: concern; may meet or miss its target"
    assert "concern (outside the limits) in March 2022; may meet or miss its target" in drawing.chart.alt
    caption = drawing.chart.caption
    assert caption.startswith("Visits made, per cent by month, April 2021 to March 2022") and "trial" not in caption
    assert "trial limits, made of fewer than 12 values" in charted([60, 62, 60]).chart.caption


@pytest.mark.parametrize(
    ("history", "rebase", "said"),
    [
        ([60, 62, 60] + [None] * 6 + [61, 62, 63], "2021-04", "; limits before April 2021 on trial, made of fewer than 12 values"),
        ([60, 62] * 6, "2021-05", "; limits from May 2021 on trial, made of fewer than 12 values"),
        ([60, 62] * 5, "2021-05", "; trial limits, made of fewer than 12 values"),
        ([60, 62] * 6, "2021-04", ""),
    ],
)  # fmt: skip
def test_limits_are_on_trial_where_they_are_and_not_beyond_a_rebase(charted, history, rebase, said):
    caption = charted([80, 82] * 6, history=history, rebase=rebase).chart.caption
    assert caption == (
        f"Visits made, per cent by month, April 2020 to March 2022, with mean and limits of variation (XmR){said}"
        "; months before the year are not rated"
    )


def test_too_few_months_are_drawn_without_limits(charted):
    drawing = charted([60, 62])
    assert lines(drawing, GREY) == [] and [len(marks) for marks in drawing.marks("o")] == [2]
    assert "no limits of variation (too few months that follow each other)" in drawing.chart.alt
    assert "XmR" not in drawing.chart.caption and "Special" not in drawing.chart.alt


def test_months_of_one_kind_that_follow_each_other_are_told_together(charted):
    alt = charted([40, 42] * 3 + [60, 62] * 3).chart.alt
    concern, improvement = "concern in April 2021 to September 2021", "improvement in October 2021 to March 2022"
    assert f"Special causes: {concern} (outside the limits), {improvement} (outside the limits)." in alt


@pytest.mark.parametrize("values", [[*STEADY, 60, 62], [50] * 12, [0] * 12, [100] * 12, [0, 100] * 6, [97, 98, 99]])
@pytest.mark.parametrize(
    "name", ["Visits made", "Share of all assessments of need that were made within the time set " * 2]
)
def test_no_writing_covers_another(charted, values, name):
    drawing = charted(values, target=97, history=[90, 92] * 6, rebase="2021-08", name=name.strip())
    assert drawing.covered == [] and drawing.chart.alt.count("..") == 0
    assert min(text.get_fontsize() for text in drawing.written) >= 10.5  # read on a phone


def test_a_chart_is_the_same_bytes_again_and_hostile_names_are_text(charted, hostile):
    assert charted(STEADY).chart.svg == charted(STEADY).chart.svg
    chart = charted(STEADY, name=hostile).chart
    page = BeautifulSoup(chart._repr_html_(), "html.parser")
    assert page.img["alt"] == chart.alt and hostile in chart.alt and not page.find_all("script")
    assert plt.get_fignums() == []


def test_several_charts_are_shown_one_below_the_other(year_with, review):
    names = ["Visits made", "Visits late", "Nothing known"]
    kpis = pd.DataFrame([(of, name, "per cent", "higher is better", 50, 40, "month", "assumed", "report:2/1")
                         for of, name in zip("ABC", names, strict=True)], columns=KPIS, dtype=object)  # fmt: skip
    values = pd.concat([_months(STEADY, 2021, "B"), _months(STEADY, 2021, "A"), _months([None], 2021, "C")])
    excused = {name: why for name, why in review.contract["not_reported"].items() if name != "kpi_values"}
    year = year_with({"not_reported": excused}, kpis=kpis, kpi_values=values)
    several = charts.variations(year)
    assert [chart.caption.partition(",")[0] for chart in several] == names[:2]  # as in the register
    data, metadata = several._repr_mimebundle_()
    folds = BeautifulSoup(data["text/html"], "html.parser").select("details.fold")
    assert [fold.summary.text for fold in folds] == [
        f"{chart.caption.partition(',')[0]} ({chart.title})" for chart in several
    ]
    assert [fold.figure["id"] for fold in folds] == ["chart-kpi_months-kpi-a", "chart-kpi_months-kpi-b"]
    assert [record["name"] for record in metadata["results"]] == ["kpi_months"] * 2
    assert charts.variation(year, "C").svg == b""
    with pytest.raises(LookupError, match="there is no KPI Z"):
        charts.variation(year, "Z")


def test_a_year_without_months_says_so_once(review):
    [chart] = charts.variations(review)
    assert chart.svg == b"" and results.reason_not_reported(review, "kpi_values") in chart.alt
    data, metadata = charts.variations(review, "support_service_months")._repr_mimebundle_()
    assert "Not reported" in data["text/html"] and metadata == {}


@pytest.mark.parametrize(
    ("signal", "asks"),
    [
        ({}, False), ({"variation": "concern"}, True), ({"variation": "improvement"}, True), ({"variation": "low"}, True),
        ({"variation": None}, False), ({"assurance": "consistently fails"}, True), ({"assurance": "consistently passes"}, False),
        ({"status": "red"}, True), ({"status": "amber"}, False), ({"state": "performance issue"}, True), ({"state": None}, False),
    ],
)  # fmt: skip
def test_a_kpi_asks_to_be_looked_at_by_a_special_cause_a_missed_target_a_red_year_or_an_escalation(signal, asks):
    usual = {"variation": "common cause", "assurance": "hit and miss", "status": "green", "state": "within target"}
    assert _asks({**usual, **signal}) is asks


def test_charts_that_ask_to_be_looked_at_come_first_and_in_full(charted, year_with):
    calm, loud = charted(STEADY).chart, charted([59, 63] * 5 + [61, 38]).chart
    html = charts.Charts((loud,), (Fold("calm", calm),))._repr_mimebundle_()[0]["text/html"]
    page = BeautifulSoup(html, "html.parser")
    inside = [figure.find_parent("details", class_="fold") is not None for figure in page.find_all("figure")]
    assert inside == [False, True] and loud.title == "KPI A: concern; may meet or miss its target"
