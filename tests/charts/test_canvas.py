"""Every chart: the same bytes every time, every figure in words as well, no text that is markup, no figure left open."""

import base64
import hashlib
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from decimal import Decimal

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from ncthelpers import charts, comparison, findings, results
from ncthelpers.charts import canvas
from ncthelpers.load import Comparison

RESTS_ON = {
    "reserve_bridge": "finance_lines", "contract_sum_bridge": "finance_lines", "variance_by_service": "service_costs",
    "grants": "grants", "gaps": "budget_gaps", "support_services": "support_service_results", "audit_progress": "audits",
    "demand": "demand", "event_timeline": "events", "inspection_timeline": "inspections",
    "strips": "authority_ranks", "series": "measure_series", "one series": "measure_series",
    "outturn": "finance_series", "one outturn": "finance_series", "forecasts": "forecast_paths",
}  # fmt: skip


def tags(drawing):
    """Tags of the figure, and of its sources below it none but those of a list that unfolds."""
    page = drawing.image
    for below in page.find_all("details"):
        assert {tag.name for tag in below.find_all()} <= {"summary", "span", "ul", "li", "code", "a"}
        below.extract()
    return [tag.name for tag in page.find_all()]


def scripts(drawing):
    return [element for element in ET.fromstring(drawing.chart.svg).iter() if element.tag.endswith("script")]


def written_by_another_process(script, *arguments, **environment):
    run = subprocess.run(
        [sys.executable, "-I", "-c", script, *arguments], env={**os.environ, **environment}, capture_output=True
    )
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


def test_no_figure_is_left_open(gallery):
    assert len(gallery) == 10 and plt.get_fignums() == []


def test_a_figure_is_drawn_once(review, official, monkeypatch):
    drawn, draw = [], Figure.draw
    monkeypatch.setattr(Figure, "draw", lambda self, *how: drawn.append(self) or draw(self, *how))
    charts.grants(review)
    official("strips")
    assert len(drawn) == 2


def test_a_chart_drawn_again_is_the_same_bytes(gallery, review, drawn, of_review):
    again = drawn(of_review, review).chart
    assert again.svg == gallery[of_review].chart.svg and again._repr_html_() == gallery[of_review].chart._repr_html_()


def test_a_chart_drawn_by_another_process_is_the_same_bytes(gallery, repository):
    # a process of its own has its own order of hashes
    script = (
        "import hashlib, sys; from ncthelpers import charts; from ncthelpers.load import load_year;"
        "chart = charts.inspection_timeline(load_year(sys.argv[1], sys.argv[2]));"
        "print(hashlib.sha256(chart._repr_html_().encode()).hexdigest())"
    )
    here = hashlib.sha256(gallery["inspection_timeline"].chart._repr_html_().encode()).hexdigest()
    assert written_by_another_process(script, str(repository), "2021-22").decode().strip() == here


def test_settings_of_the_machine_do_not_change_a_chart(gallery, tmp_path, repository):
    (tmp_path / "matplotlibrc").write_text("savefig.bbox: tight\nfont.weight: bold\nfont.size: 20\n")
    script = (
        "import sys; from ncthelpers import charts; from ncthelpers.load import load_year;"
        "sys.stdout.buffer.write(charts.grants(load_year(sys.argv[1], '2021-22')).svg)"
    )
    drawn_there = written_by_another_process(script, str(repository), MATPLOTLIBRC=str(tmp_path))
    assert drawn_there == gallery["grants"].chart.svg


TITLED = ["figure", "figcaption", "strong", "span", "div", "img"]


def test_a_chart_is_one_image_with_alternative_text_a_finding_and_a_caption(gallery, of_review):
    chart, shown = gallery[of_review].chart, gallery[of_review].image
    assert tags(gallery[of_review]) == TITLED
    assert shown.img["alt"] == chart.alt and shown.figcaption.span.text == chart.caption
    assert shown.figcaption.strong.text == chart.title
    svg = base64.b64decode(shown.img["src"].removeprefix("data:image/svg+xml;base64,"))
    assert svg == chart.svg and ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert repr(chart) == f"{chart.title}\n{chart.caption}\n{chart.alt}"


def faults_of(chart):
    """What is wrong with the words of a chart."""
    words = len(chart.alt.split())
    found = {
        "no alternative text": not chart.alt.strip(), "too short to say anything": words < 8, "too long to hear": words > 130,
        "says the caption again": chart.caption in chart.alt, "says the title again": bool(chart.title) and chart.title in chart.alt,
        "a file name": any(end in chart.alt.lower() for end in (".svg", ".png", ".csv")),
        "odd spaces or stops": "  " in chart.alt or ".." in chart.alt or ". ." in chart.alt,
        "a title too long": len(chart.title.split()) > findings.MOST_WORDS, "a title with a full stop": chart.title.endswith("."),
    }  # fmt: skip
    return [fault for fault, holds in found.items() if holds]


def test_the_words_of_every_chart_say_what_it_shows(gallery, of_review):
    assert faults_of(gallery[of_review].chart) == []


def test_the_words_of_every_official_chart_say_what_it_shows(official, of_statistics):
    assert faults_of(official(of_statistics).chart) == []


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"alt": " "}, "no alternative text"), ({"alt": "Bar chart of grants."}, "too short to say anything"),
        ({"alt": "word " * 131}, "too long to hear"), ({"caption": "one a council, the largest first"}, "says the caption again"),
        ({"title": "the largest first"}, "says the title again"), ({"alt": "See grants.svg for what each of them gave in the year"}, "a file name"),
        ({"title": "eleven " * 11}, "a title too long"),
    ],
)  # fmt: skip
def test_words_that_do_not_are_found(given, fault):
    words = {
        "alt": "Bars, one a council, the largest first: East, then West.",
        "caption": "Gaps",
        "title": "East is largest",
    }
    chart = canvas.Chart(b"", **{**words, **given})
    assert faults_of(canvas.Chart(b"", **words)) == [] and fault in faults_of(chart)


@given(st.lists(st.text(alphabet="ab 1.", min_size=1), min_size=1, max_size=5), st.text(alphabet="ab 1;", max_size=400))
def test_alternative_text_gives_every_figure_or_says_where_they_stand(shows, every):
    said = canvas.described(shows, every)
    assert said.startswith(" ".join(shows).strip()[:3].strip() or "")
    assert said.endswith("stands in the table beside it.") or every.strip() in said
    assert len(said.split()) <= max(100, len(" ".join(shows).split()) + 8)


def test_writing_of_a_chart_is_never_small_and_covers_nothing(gallery, of_review):
    drawing = gallery[of_review]
    assert min(text.get_fontsize() for text in drawing.written) >= 10.5
    assert drawing.covered == []


def test_a_chart_has_at_most_four_colours_beside_greys(gallery, of_review):
    drawing = ET.fromstring(gallery[of_review].chart.svg)
    used = set(re.findall(r"#[0-9a-f]{6}", " ".join(str(element.attrib) for element in drawing.iter()).lower()))
    greys = {colour.lower() for colour in (canvas.GREY, canvas.PALE, canvas.INK)} | {"#ffffff", "#000000"}
    assert used - greys <= {colour.lower() for colour in canvas.PALETTE}


def test_every_figure_written_in_a_chart_stands_in_its_alternative_text(gallery, of_review):
    chart, figure = gallery[of_review]
    if of_review in {"audit_progress", "event_timeline", "inspection_timeline", "gaps"}:
        return  # the names of stages, years and dates
    written = [text.get_text() for text in figure.axes[0].texts if text.get_text()[:1] in set("£+−0123456789")]
    assert written and [text for text in written if text not in chart.alt and not text.startswith("18+")] == []


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
def test_hostile_text_is_drawn_and_written_as_text(review, year_with, drawn, hostile, name, table, column):
    frame = review[table]
    frame[column] = [f"{hostile} {value}" for value in frame[column]]
    drawing = drawn(name, year_with(**{table: frame}))
    assert tags(drawing) in (TITLED, TITLED[:2] + TITLED[3:])
    assert (
        set(drawing.image.img.attrs) == {"alt", "width", "height", "src"}
        and drawing.image.img["alt"] == drawing.chart.alt
    )
    assert scripts(drawing) == []


def test_a_chart_of_a_table_that_is_not_reported_says_so_instead_of_failing(review, year_with, drawn, of_review):
    table = RESTS_ON[of_review]
    empty = pd.DataFrame(columns=review.schemas[table].names, dtype=object)
    year = year_with({"not_reported": {table: "the return was not made"}}, **{table: empty})
    assert "the return was not made" in drawn(of_review, year).chart._repr_html_()
    assert plt.get_fignums() == []


# Charts of official statistics


def test_official_charts_are_the_same_bytes_each_time_and_one_image(official, of_statistics):
    drawing, again = official(of_statistics), official(of_statistics).chart
    chart = drawing.chart
    assert chart.svg and chart.svg == again.svg and chart._repr_html_() == again._repr_html_()
    assert tags(drawing) == (TITLED if chart.title else TITLED[:2] + TITLED[3:])
    assert chart.caption not in chart.alt and "  " not in chart.alt and ".." not in chart.alt
    assert plt.get_fignums() == []


def test_no_writing_of_an_official_chart_covers_another(official, of_statistics):
    assert official(of_statistics).covered == []


def test_writing_is_told_to_cover_where_it_does(drawn):
    def overlapping(height):
        with canvas.sheet(height) as (_, axes):
            for shift in (0.5, 0.51):
                axes.text(shift, 0.5, "the same place")
            axes.text(0.99 * canvas.WIDTH, 0.2, "beyond the edge of the figure on the right")

    assert len(drawn(overlapping, 3).covered) == 2


def test_every_figure_that_an_official_chart_labels_stands_in_its_words(official, of_statistics):
    chart, figure = official(of_statistics)
    labels = [text.get_text().split(" in ")[0] for text in figure.axes[0].texts if text.get_text()[0] in "£0123456789"]
    in_words = [label for label in labels if label in chart.alt]
    assert labels and (in_words == labels or "stand" in chart.alt.rpartition(".")[0].rpartition(".")[2])  # in the table


def test_an_official_chart_without_a_row_says_so(official, of_statistics):
    table = "demand_series" if of_statistics == "demand" else RESTS_ON[of_statistics]
    chart = official(of_statistics, **{table: []}).chart
    assert chart.svg == b"" and chart.alt in {
        "The source documents give no figure for it.", "No public source at hand gives a figure for it.",
    }  # fmt: skip
    assert plt.get_fignums() == []


def test_several_years_without_a_row_do_not_say_that_the_source_documents_have_none(official):
    chart = official("series", measure_series=[]).chart
    assert chart.alt == "No public source at hand gives a figure for it."
    assert chart.caption == results.result_schemas()["measure_series"].title


def test_a_chart_with_nothing_to_draw_leaves_the_words_to_the_table_beside_it(official):
    assert official("series", measure_series=[]).chart._ipython_display_() is None
    with pytest.raises(NotImplementedError):  # IPython then shows it as all else
        official("series").chart._ipython_display_()


def test_hostile_names_are_drawn_and_written_as_text(official, of_statistics, rows, hostile):
    names = ("East", "County", "Visits that were late")
    made = {
        table: [tuple(f"{hostile} {cell}" if cell in names else cell for cell in row) for row in rows[table]]
        for table in rows
    }
    drawing = official(of_statistics, areas=[("all", hostile, "country")], **made)
    assert hostile in drawing.chart.alt
    assert tags(drawing) in (TITLED, TITLED[:2] + TITLED[3:]) and scripts(drawing) == []


def test_the_official_charts_of_the_repository_are_drawn_without_covering_writing(review, drawn):
    years = Comparison((review,))
    lines = list(dict.fromkeys(comparison.table(years, "finance_series")["measure"]))[:3]
    for draw, data in (
        (charts.authority_strips, review), (charts.measure_series, years),
        (lambda years: charts.outturn_series(years, lines), years),
    ):  # fmt: skip
        drawing = drawn(draw, data)
        assert drawing.chart.svg and drawing.covered == []


@pytest.mark.parametrize(
    ("values", "bounds", "texts"),
    [
        ((0, 100), (), ["0", "25", "50", "75", "100"]),
        ((1, "1.9"), (), ["1.00", "1.25", "1.50", "1.75", "2.00"]),  # as many decimals as the one that needs most
        ((5, 5), (), ["4.0", "4.5", "5.0", "5.5", "6.0"]),  # room on either side of a single value
        ((100, 100), (0, 100), ["99.00", "99.25", "99.50", "99.75", "100.00"]),  # but none where no value can be
    ],
)
def test_marks_of_an_axis_have_room_for_its_values(values, bounds, texts):
    ticks = canvas.tick_values(map(Decimal, values), *bounds)
    assert canvas.tick_texts(ticks, "count") == texts


# Names that the font, or the room, has no place for


def test_a_name_in_letters_that_the_font_lacks_is_drawn_all_the_same_and_says_nothing(recwarn):
    with canvas.sheet(1) as (figure, axes):
        canvas.write(axes, 0, 0, ["\N{FOX FACE} a\nb \U0001d518"], canvas.SIZE)
        canvas.drawn(figure, "A.", "B", canvas.provenance.Shown("chart", "grants"))
    assert [str(one.message) for one in recwarn] == []


@given(st.text(alphabet="Wi \N{FOX FACE}\n", max_size=60), st.floats(0.2, 2))
def test_lines_are_never_wider_than_their_room_and_hold_every_letter(text, room):
    lines = canvas.fitted(text, room, canvas.SIZE)
    assert all(canvas.reach(line, canvas.SIZE) <= room or len(line) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
