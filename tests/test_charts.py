"""Charts: the same bytes every time, every figure in words as well, nothing told by colour alone, no figure left open."""

import base64
import dataclasses
import hashlib
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from decimal import Decimal

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from ncthelpers import charts, results

CHARTS = {
    "reserve_bridge": lambda year: charts.waterfall(year, "reserve_bridge"),
    "contract_sum_bridge": lambda year: charts.waterfall(year, "contract_sum_bridge"),
    "variance_by_service": charts.variance_by_service,
    "grants": charts.grants,
    "gaps": charts.gaps,
    "support_services": charts.support_services,
    "audit_progress": charts.audit_progress,
    "demand": lambda year: charts.demand(year, "children_in_care"),
    "event_timeline": lambda year: charts.event_timeline(year, ["governance", "contract"]),
    "inspection_timeline": charts.inspection_timeline,
}
RESTS_ON = {
    "reserve_bridge": "finance_lines", "contract_sum_bridge": "finance_lines", "variance_by_service": "service_costs",
    "grants": "grants", "gaps": "budget_gaps", "support_services": "support_service_results", "audit_progress": "audits",
    "demand": "demand", "event_timeline": "events", "inspection_timeline": "inspections",
}  # fmt: skip
HOSTILE = "<script>alert(\"x\")</script> & 'quoted' --> $\\frac$"


def drawn(draw, year):
    """A chart and the figure that it was made from, caught as it is closed."""
    figures, close = [], plt.close
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plt, "close", lambda figure=None: (figures.append(figure), close(figure)))
        chart = draw(year)
    return chart, figures[-1]


@pytest.fixture(scope="module")
def gallery(review):
    """Every chart of the year, drawn once."""
    return {name: drawn(draw, review) for name, draw in CHARTS.items()}


@pytest.fixture(autouse=True)
def none_open():
    """A test that fails while drawing leaves no figure behind for the next one to find."""
    yield
    plt.close("all")


def with_tables(review, **frames):
    return dataclasses.replace(review, tables={**review.tables, **frames})


def image(chart) -> BeautifulSoup:
    return BeautifulSoup(chart._repr_html_(), "html.parser")


def test_no_figure_is_left_open(gallery):
    assert len(gallery) == len(CHARTS) and plt.get_fignums() == []


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_drawn_again_is_the_same_bytes(gallery, review, name):
    again = CHARTS[name](review)
    assert again.svg == gallery[name][0].svg and again._repr_html_() == gallery[name][0]._repr_html_()


def test_a_chart_drawn_by_another_process_is_the_same_bytes(gallery, repository):
    # a process of its own has its own order of hashes
    script = (
        "import hashlib, sys; from ncthelpers import charts; from ncthelpers.load import load_year;"
        "chart = charts.inspection_timeline(load_year(sys.argv[1], sys.argv[2]));"
        "print(hashlib.sha256(chart._repr_html_().encode()).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", script, str(repository), "2021-22"], capture_output=True, text=True
    )
    here = hashlib.sha256(gallery["inspection_timeline"][0]._repr_html_().encode()).hexdigest()
    assert run.stdout.strip() == here, run.stderr


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_one_image_with_alternative_text_and_a_caption(gallery, name):
    chart = gallery[name][0]
    shown = image(chart)
    assert [tag.name for tag in shown.find_all()] == ["figure", "img", "figcaption", "span"]
    assert shown.img["alt"] == chart.alt and shown.figcaption.text.strip() == chart.caption
    assert len(chart.alt) > 40 and chart.caption not in chart.alt
    svg = base64.b64decode(shown.img["src"].removeprefix("data:image/svg+xml;base64,"))
    assert svg == chart.svg and ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert repr(chart) == f"{chart.caption}\n{chart.alt}"


@pytest.mark.parametrize("name", [name for name in CHARTS if "timeline" not in name])
def test_every_figure_written_in_a_chart_stands_in_its_alternative_text(gallery, name):
    chart, figure = gallery[name]
    written = [text.get_text().split("\n")[0] for text in figure.axes[0].texts if text.get_text()]
    assert written or name == "audit_progress"
    assert [text for text in written if text not in chart.alt] == []


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
        (
            "audit_progress",
            ["11 audits", "Fieldwork: reached by 9", "Reporting: reached by 4"],
        ),  # annual report section 10.2
        ("demand", ["1,094", "1,184", "March 2024 (forecast): 1,211"]),  # annual report section 6
    ],
)
def test_alternative_text_names_the_printed_figures(gallery, name, words):
    assert [word for word in words if word not in gallery[name][0].alt] == []


@pytest.mark.parametrize("name", ["event_timeline", "inspection_timeline"])
def test_alternative_text_of_a_timeline_counts_what_is_drawn_on_each_line(gallery, name):
    chart, figure = gallery[name]
    axes = figure.axes[0]
    points = [line for line in axes.lines if line.get_marker() != "None"]
    assert f"Timeline of {len(points)} " in chart.alt
    for place, label in enumerate(axes.get_yticklabels()):
        on_line = sum(line.get_ydata()[0] == place for line in points)
        assert f"{' '.join(label.get_text().split())}: {on_line}".lower() in chart.alt.lower()


# What is drawn


def test_a_waterfall_hangs_each_change_from_the_level_before_it(gallery):
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in gallery["reserve_bridge"][1].axes[0].patches]
    expected = [(0, 3.701), (3.701, 1.070), (0, 1.070), (1.070, -0.019), (0, -0.019)]  # cover report 7.1.2 and 7.1.3
    assert [edge for bar in bars for edge in bar] == pytest.approx([edge for bar in expected for edge in bar])


def test_changes_of_a_waterfall_are_hatched_and_levels_are_not(gallery):
    hatched = [bool(bar.get_hatch()) for bar in gallery["reserve_bridge"][1].axes[0].patches]
    assert hatched == [False, True, False, True, False]


def test_covid_grants_are_told_by_words_as_well_as_by_colour(gallery):
    labels = [" ".join(label.get_text().split()) for label in gallery["grants"][1].axes[0].get_yticklabels()]
    assert [label for label in labels if "covid" in label.lower()] == ["Covid funding"]


def test_overspends_and_underspends_are_told_by_sign_as_well_as_by_colour(gallery):
    axes = gallery["variance_by_service"][1].axes[0]
    assert [text.get_text()[0] for text in axes.texts] == ["+", "−", "−", "+", "£"]
    assert [bar.get_width() for bar in axes.patches] == [172, -616, -186, 1700, 0]  # annual report section 4


def test_stages_not_reached_are_hollow(gallery):
    squares = gallery["audit_progress"][1].axes[0].lines
    assert len(squares) == 33 and sum(square.get_markerfacecolor() == "white" for square in squares) == 33 - 24


def test_a_forecast_is_hollow_and_its_line_dashed(gallery):
    lines = gallery["demand"][1].axes[0].lines
    assert [line.get_linestyle() for line in lines if line.get_linestyle() != "None"] == ["-", "--", "None"][:2]
    assert [line.get_markerfacecolor() == "white" for line in lines if line.get_marker() == "o"] == [False, False, True]


def test_each_judgement_has_a_marker_of_its_own(gallery):
    lines = [line for line in gallery["inspection_timeline"][1].axes[0].lines if line.get_marker() != "None"]
    of = {line.get_label(): line.get_marker() for line in lines}
    assert len(of) > 3 and len(set(of.values())) == len(of)
    assert {(line.get_label(), line.get_marker()) for line in lines} == set(of.items())


def test_nought_stays_on_the_axis_when_every_service_underspends(review):
    costs = review["service_costs"]
    costs["gross_outturn"], costs["covid_funding"] = costs["budget"] - Decimal(100), Decimal(0)
    low, high = drawn(charts.variance_by_service, with_tables(review, service_costs=costs))[1].axes[0].get_xlim()
    assert low < -100 and high >= 0


def test_points_of_a_measure_are_drawn_once_and_in_order_of_time(review):
    points = [("2018-03", "2020-03", 10, 11), ("2020-03", "2022-03", 11, 13), ("2022-03", "2024-03", 13, 12)]
    names = ["measure", "title", "start", "end", "value_start", "value_end", "status", "source"]
    rows = [
        ("m", "Measure", start, end, Decimal(first), Decimal(last), "actual", "report:6/7")
        for start, end, first, last in points
    ]
    year = with_tables(review, demand=pd.DataFrame(rows, columns=names, dtype=object))
    lines = drawn(lambda data: charts.demand(data, "m"), year)[1].axes[0].lines
    assert [line.get_ydata()[0] for line in lines if line.get_marker() == "o"] == [10, 11, 13, 12]


def test_a_measure_of_which_nothing_is_published_says_so(review):
    chart = charts.demand(review, "referrals_to_mash")  # annual report section 6: a rise without figures
    assert ". ." not in chart.alt and ": ." not in chart.alt


# Hostile text and years that lack a table


@pytest.mark.parametrize(
    ("name", "table", "column"),
    [
        ("grants", "grants", "grant"),
        ("variance_by_service", "service_costs", "service"),
        ("audit_progress", "audits", "audit"),
        ("demand", "demand", "title"),
        ("inspection_timeline", "inspections", "provider"),
        ("inspection_timeline", "inspections", "judgement"),
    ],
)
def test_hostile_text_is_drawn_and_written_as_text(review, name, table, column):
    frame = review[table]
    frame[column] = [f"{HOSTILE} {value}" for value in frame[column]]
    chart = CHARTS[name](with_tables(review, **{table: frame}))
    shown = image(chart)
    assert [tag.name for tag in shown.find_all()] == ["figure", "img", "figcaption", "span"]
    assert set(shown.img.attrs) == {"alt", "src"} and shown.img["alt"] == chart.alt
    assert not [element for element in ET.fromstring(chart.svg).iter() if element.tag.endswith("script")]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_of_a_table_that_is_not_reported_says_so_instead_of_failing(review, name):
    table = RESTS_ON[name]
    empty = pd.DataFrame(columns=review.schemas[table].names, dtype=object)
    year = dataclasses.replace(
        with_tables(review, **{table: empty}),
        contract={**review.contract, "not_reported": {table: "the return was not made"}},
    )
    assert "the return was not made" in CHARTS[name](year)._repr_html_()
    assert plt.get_fignums() == []


def test_a_step_that_no_document_prints_is_written_as_not_published(review):
    lines = review["finance_lines"]
    year = with_tables(review, finance_lines=lines[lines["line"] != "reserve"])
    assert results.table(year, "reserve_bridge")["amount"].tolist()[3:] == [None, None]
    chart = charts.waterfall(year, "reserve_bridge")
    assert chart.alt.count("not published") == 2 and "£1.070m" in chart.alt and "£0.000m" not in chart.alt


def test_settings_of_the_machine_do_not_change_a_chart(review, gallery, tmp_path, repository):
    (tmp_path / "matplotlibrc").write_text("savefig.bbox: tight\nfont.weight: bold\nfont.size: 20\n")
    drawn_there = subprocess.run(
        [sys.executable, "-I", "-c", "import sys; from ncthelpers import charts; from ncthelpers.load import load_year; "
         "sys.stdout.buffer.write(charts.grants(load_year(sys.argv[1], '2021-22')).svg)", str(repository)],
        env={**os.environ, "MATPLOTLIBRC": str(tmp_path)}, capture_output=True, check=True,
    )  # fmt: skip
    assert drawn_there.stdout == charts.grants(review).svg


def test_more_councils_than_colours_are_drawn(review):
    councils = [{"id": f"C{n}", "name": f"Council {n}"} for n in range(6)]
    rows = [{"council": c["id"], "year": "2021-22", "gap": Decimal(1), "status": "estimate", "source": "report:12/3"}
            for c in councils]  # fmt: skip
    year = dataclasses.replace(
        with_tables(review, budget_gaps=pd.DataFrame(rows, dtype=object)),
        contract={**review.contract, "councils": councils},
    )
    assert "Council 5: £1m" in charts.gaps(year).alt
