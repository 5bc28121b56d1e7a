"""Charts of the review: what is drawn and where, its words, and nothing told by colour alone."""

import re
from decimal import Decimal

import pandas as pd
import pytest

from ncthelpers import charts, results
from ncthelpers import years as dates


@pytest.mark.parametrize(
    ("name", "words"),
    [
        # cover report 7.1.2 and 7.1.3
        ("reserve_bridge", ["£3.701m", "−£2.631m", "£1.070m", "−£1.089m", "−£0.019m", "Reserve left"]),
        ("contract_sum_bridge", ["£137.150m", "−£13.802m", "£123.348m"]),  # cover report 7.1.1
        ("variance_by_service", ["+£172,000", "−£616,000", "−£186,000", "+£1,700,000"]),  # annual report section 4
        ("grants", ["£2,700,011", "£1,306,739", "£130,000"]),  # annual report section 12
        ("gaps", ["£15.454m", "£33.913m", "N/A as printed"]),  # annual report section 12
        ("support_services", ["29 (78.4%)", "6 (16.2%)", "2 (5.4%)"]),  # annual report section 3.1
        # annual report section 10.2
        ("audit_progress", ["11 audits", "Fieldwork: reached by 9", "Reporting: reached by 4"]),
        ("demand", ["1,094", "1,184", "March 2024 (forecast): 1,211"]),  # annual report section 6
    ],
)
def test_alternative_text_names_the_printed_figures(gallery, name, words):
    assert [word for word in words if word not in gallery[name].chart.alt] == []


@pytest.mark.parametrize("name", ["event_timeline", "inspection_timeline"])
def test_alternative_text_of_a_timeline_counts_what_is_drawn_on_each_line(gallery, name):
    chart, figure = gallery[name]
    points = points_of(figure)
    assert f"Timeline of {len(points)} " in chart.alt
    found = re.findall(r"([^.;:]+): (\d+)(?=[;.])", chart.alt)
    assert sum(int(count) for _, count in found) == len(points) and len(found) > 1
    heights = [line.get_ydata()[0] for line in points]
    assert len({(line.get_xdata()[0], line.get_ydata()[0]) for line in points}) == len(heights), "none covers another"


def points_of(figure):
    """The marks of a timeline, each of one event; those of its key stand above."""
    return [
        line for line in figure.axes[0].lines if line.get_marker() != "None" and not line.get_label().startswith("_")
    ]


def test_one_change_of_a_waterfall_is_one(gallery):
    assert " by one change. " in gallery["contract_sum_bridge"].chart.alt
    assert " by two changes. " in gallery["reserve_bridge"].chart.alt


@pytest.mark.parametrize(
    ("kinds", "what"),
    [(["plan"], "13 plans"), (["plan", "governance"], "31 events and plans"), (["governance"], "18 events")],
)
def test_plans_are_not_called_events_and_none_lies_within_the_year(review, kinds, what):
    chart = charts.event_timeline(review, kinds)  # annual report section 15: every plan reaches beyond the year
    assert f"Timeline of {what}," in chart.alt and f" of {what} fell within the " in chart.title
    assert chart.title.startswith("None ") == (kinds == ["plan"])


# What is drawn


def test_a_waterfall_hangs_each_change_from_the_level_before_it(gallery):
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in gallery["reserve_bridge"].figure.axes[-1].patches]
    expected = [(0, 3.701), (3.701, 1.070), (0, 1.070), (1.070, -0.019), (0, -0.019)]  # cover report 7.1.2 and 7.1.3
    assert [edge for bar in bars for edge in bar] == pytest.approx([edge for bar in expected for edge in bar])


def test_changes_of_a_waterfall_are_hatched_and_levels_are_not(gallery):
    hatched = [bool(bar.get_hatch()) for bar in gallery["reserve_bridge"].figure.axes[-1].patches]
    assert hatched == [False, True, False, True, False]


def test_covid_grants_are_told_by_words_as_well_as_by_colour(gallery):
    labels = [text.get_text() for text in gallery["grants"].figure.axes[0].texts]
    assert [label for label in labels if "covid" in label.lower()] == ["Covid funding"]


def test_overspends_and_underspends_are_told_by_sign_as_well_as_by_colour(gallery):
    sheet, axes = gallery["variance_by_service"].figure.axes
    labels = [text.get_text() for text in sheet.texts]
    words = ["overspend", "underspend", "underspend", "overspend", "on budget"]
    assert [label for label in labels if label in words] == words
    assert [label[0] for label in labels if "£" in label] == ["+", "−", "−", "+", "£"]
    assert [bar.get_width() for bar in axes.patches] == [172, -616, -186, 1700, 0]  # annual report section 4


def test_stages_not_reached_are_hollow(gallery):
    squares = gallery["audit_progress"].figure.axes[0].lines
    assert len(squares) == 33 and sum(square.get_markerfacecolor() == "white" for square in squares) == 33 - 24


def test_a_forecast_is_hollow_and_its_line_dashed(gallery):
    lines = gallery["demand"].figure.axes[-1].lines
    assert [line.get_linestyle() for line in lines if line.get_linestyle() != "None"] == ["-", "--"]
    assert [line.get_markerfacecolor() == "white" for line in lines if line.get_marker() == "o"] == [False, False, True]


def test_each_judgement_has_a_marker_of_its_own(gallery):
    lines = points_of(gallery["inspection_timeline"].figure)
    of = {line.get_label(): line.get_marker() for line in lines}
    assert len(of) > 3 and len(set(of.values())) == len(of)
    assert {(line.get_label(), line.get_marker()) for line in lines} == set(of.items())


def test_nought_stays_on_the_axis_when_every_service_underspends(review, year_with, drawn):
    costs = review["service_costs"]
    costs["gross_outturn"], costs["covid_funding"] = costs["budget"] - Decimal(100), Decimal(0)
    low, high = drawn("variance_by_service", year_with(service_costs=costs)).figure.axes[-1].get_xlim()
    assert low <= -100 and high >= 0


def test_points_of_a_measure_are_drawn_once_and_in_order_of_time(year_with, drawn):
    points = [("2018-03", "2020-03", 10, 11), ("2020-03", "2022-03", 11, 13), ("2022-03", "2024-03", 13, 12)]
    names = ["measure", "title", "start", "end", "value_start", "value_end", "status", "source"]
    rows = [("m", "Measure", start, end, Decimal(first), Decimal(last), "actual", "report:6/7")
            for start, end, first, last in points]  # fmt: skip
    year = year_with(demand=pd.DataFrame(rows, columns=names, dtype=object))
    lines = drawn(lambda data: charts.demand(data, "m"), year).figure.axes[-1].lines
    assert [line.get_ydata()[0] for line in lines if line.get_marker() == "o"] == [10, 11, 13, 12]


def test_a_measure_of_which_nothing_is_published_says_so(review):
    chart = charts.demand(review, "referrals_to_mash")  # annual report section 6: a rise without figures
    assert ". ." not in chart.alt and ": ." not in chart.alt


def test_a_step_that_no_document_prints_is_written_as_not_published(review, year_with):
    lines = review["finance_lines"]
    year = year_with(finance_lines=lines[lines["line"] != "reserve"])
    assert results.table(year, "reserve_bridge")["amount"].tolist()[3:] == [None, None]
    chart = charts.waterfall(year, "reserve_bridge")
    assert chart.alt.count("not published") == 2 and "£1.070m" in chart.alt and "£0.000m" not in chart.alt


def test_more_councils_than_colours_are_drawn(year_with):
    councils = [{"id": f"C{n}", "name": f"Council {n}"} for n in range(6)]
    rows = [{"council": c["id"], "year": "2021-22", "gap": Decimal(1), "status": "estimate", "source": "report:12/3"}
            for c in councils]  # fmt: skip
    year = year_with({"councils": councils}, budget_gaps=pd.DataFrame(rows, dtype=object))
    assert "Council 5: £1m" in charts.gaps(year).alt


# Factors for the next contract sum, and risks: invented, for the documents print no amount and no score

FACTORS = ["factor", "name", "kind", "year", "effect", "costed", "section", "source"]


@pytest.fixture
def costed(year_with):
    """A function that gives the year with factors of (name, kind, effect in £)."""

    def made(*rows):
        factors = [(f"f{n}", name, kind, "2022-23", None if effect is None else Decimal(effect),
                    "not costed" if effect is None else "estimated", "4", "report:4/15")
                   for n, (name, kind, effect) in enumerate(rows)]  # fmt: skip
        return year_with(contract_sum_factors=pd.DataFrame(factors, columns=FACTORS, dtype=object))

    return made


def test_costed_factors_are_drawn_from_the_largest_pressure_to_the_largest_saving(costed, drawn):
    year = costed(("Rent", "pressure", 100_000), ("Agency staff", "saving", 250_000), ("Placements", "pressure", 900_000),
                  ("Demand", "pressure", None))  # fmt: skip
    chart, figure = drawn(charts.contract_sum_factors, year)
    assert [bar.get_width() for bar in figure.axes[-1].patches] == [900_000, 100_000, -250_000]
    amounts = [text.get_text() for text in figure.axes[0].texts if "£" in text.get_text()]
    assert amounts == ["+£900,000", "+£100,000", "−£250,000"]
    said = "Placements: +£900,000 pressure; Rent: +£100,000 pressure; Agency staff: −£250,000 saving."
    assert chart.alt.endswith(said) and "Largest pressure: Placements; Largest saving: Agency staff." in chart.alt
    assert chart.title == "Costed factors together add £750,000 to the contract sum"


def test_factors_without_a_cost_are_not_drawn_as_nil(costed, review):
    for year in (costed(("Demand", "pressure", None)), review):
        chart = charts.contract_sum_factors(year)
        assert chart.svg == b"" and chart.alt == "The source documents give no figure for it."


@pytest.fixture
def scored(year_with):
    """A function that gives the year with risks and their scores of (day, likelihood, impact, appetite)."""

    def made(**risks):
        named = [(risk, what, "report:13/1") for risk, (what, *_) in risks.items()]
        rows = [(risk, dates.first_day(day), likelihood, impact, "NCT", appetite, "report:13/1")
                for risk, (_, *scores) in risks.items() for day, likelihood, impact, appetite in scores]  # fmt: skip
        names = ["risk", "on", "likelihood", "impact", "owner", "appetite", "source"]
        return year_with({"not_reported": {}}, risks=pd.DataFrame(named, columns=["risk", "what", "source"], dtype=object),
                         risk_scores=pd.DataFrame(rows, columns=names, dtype=object))  # fmt: skip

    return made


def test_a_risk_has_a_mark_for_each_score_and_its_appetite_told_by_shape_as_well_as_by_colour(scored, drawn):
    year = scored(
        homes=("Too few homes", ("2021-05-01", 3, 4, 12), ("2022-03-01", 4, 5, 12)),
        staff=("Too few staff", ("2021-05-01", 4, 4, 9), ("2022-03-01", 3, 3, 9)),
        data=("Data are lost", ("2021-05-01", 2, 4, 6)),
        fire=("Fire", ),
    )  # fmt: skip
    chart, figure = drawn(charts.risk_scores, year)
    points = [line for line in figure.axes[-1].lines if line.get_marker() != "None"]
    rows = sorted({line.get_ydata()[0] for line in points})
    of = {
        shape: [(line.get_xdata()[0], rows.index(line.get_ydata()[0])) for line in points if line.get_marker() == shape]
        for shape in "|oD"
    }
    assert of["|"] == [(12, 0), (9, 1), (6, 2)]
    assert of["D"] == [(20, 0), (8, 2)], "last scores above appetite"
    assert of["o"] == [(12, 0), (16, 1), (9, 1)], "first scores, hollow, and last ones within appetite"
    hollow = [line.get_xdata()[0] for line in points if line.get_markerfacecolor() == "white"]
    assert hollow == [12, 16]
    assert chart.alt == (
        "Above appetite: Too few homes; Data are lost. Too few homes: 12 to 20, rising, above appetite, 12; Too few staff: "
        "16 to 9, falling, within appetite, 9; Data are lost: 8, scored once, above appetite, 6."
    )
    assert chart.title == "2 of 3 scored risks stand above their owners' appetite"


def test_every_risk_has_room_however_long_its_name(scored, drawn):
    long = "Homes for children with the most complex needs may not be found in time, near home and at a cost that was planned"
    risks = {f"r{n}": (f"{n} {long}", ("2021-05-01", 3, 4, 12), ("2022-03-01", 4, 5, 12)) for n in range(6)}
    drawing = drawn(charts.risk_scores, scored(**risks))
    assert drawing.covered == []


def test_the_reviewed_year_prints_no_score_of_a_risk(review):
    chart = charts.risk_scores(review)
    assert chart.svg == b"" and chart.alt.startswith("Not reported: no risk register is attached")
