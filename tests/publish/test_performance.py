"""The page of measured times: every figure on it is one that was recorded."""

import base64
import json
import re

import pytest
from bs4 import BeautifulSoup

from ncthelpers.publish import performance
from ncthelpers.publish.performance import page, recorded


def row(case, tool, pages, *seconds, peak_mb=None, **more):
    return {"case": case, "tool": tool, "pages": pages, "seconds": list(seconds), "peak_mb": peak_mb, **more}


RESULTS = {
    "date": "2031-01-02 03:04 UTC",
    "minutes": 41.5,
    "machine": {"cores": 2, "memory_gib": 7.5, "processor": "Invented *CPU*", "system": "Linux"},
    "versions": {"Python": "3.11.1", "papermill": "9.9"},
    "rows": [
        row("empty cache", "floor", 18, 3.0),
        row("empty cache", "papermill-2-workers", 18, 31.0, 29.0, 30.0, peak_mb=400.4),
        row("empty cache", "ncthelpers", 18, 5.0, 4.0, 4.5, peak_mb=321.5),
        row("empty cache", "ncthelpers", 90, 18.0),
        row("empty cache", "someone's", 1, 0.125),
        row("nothing changed", "ncthelpers", 90, 0.31, 0.33, 0.32),
    ],
    "targets": [
        {"target": "Fast", "limit": 6, "limit_is": "at least", "unit": "times", "measured": 6.667, "met": True},
        {"target": "Flat", "limit": 1.1, "limit_is": "at most", "unit": "times", "measured": 1.3, "met": False},
        {"target": "Rerun", "limit": 0, "limit_is": "at most", "unit": "pages", "measured": 0, "met": True},
        {"target": "Dask", "limit": 0.85, "limit_is": "at least", "unit": "times", "measured": None, "met": None},
    ],
    "left_out": ["nbval, 90 pages"],
}


def cells(html):
    """The tables of a page by caption: each row's cells by heading."""
    found = {}
    for table in BeautifulSoup(html, "html.parser").find_all("table"):
        heads = [head.text for head in table.thead.find_all("th")]
        found[table.caption.text] = {
            line.th.text: dict(zip(heads[1:], (cell.text for cell in line.find_all("td")), strict=True))
            for line in table.tbody.find_all("tr")
        }
    return found


def test_without_results_the_page_says_that_nothing_was_measured(tmp_path):
    assert recorded(tmp_path) == {}
    said = page({})
    assert said.endswith("Nothing has been measured yet.\n") and "<table" not in said
    assert page({**RESULTS, "rows": []}) == said


def test_what_is_recorded_is_read_and_what_cannot_be_read_is_named(tmp_path):
    path = tmp_path / performance.RESULTS
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(RESULTS))
    assert recorded(tmp_path) == RESULTS
    path.write_text("{")
    with pytest.raises(ValueError, match="benchmarks/results/latest.json cannot be read"):
        recorded(tmp_path)


def test_times_are_medians_with_their_range_by_tool_and_size():
    times = cells(page(RESULTS))["Seconds to make all pages from nothing"]
    assert list(times) == [
        "This book's own command", "The floor: the pages' own calculations", "papermill, two workers", "someone's",
    ]  # fmt: skip
    assert times["papermill, two workers"] == {"1 page": "not measured", "18 pages": "30.0 (29.0 to 31.0)", "90 pages": "not measured"}  # fmt: skip
    assert times["This book's own command"] == {"1 page": "not measured", "18 pages": "4.50 (4.00 to 5.00)", "90 pages": "18.0"}  # fmt: skip
    assert times["someone's"]["1 page"] == "0.13", "rounded half up"


def test_growth_memory_and_cases_come_from_the_rows():
    found = cells(page(RESULTS))
    assert found["Seconds a page, as the book grows"] == {
        "This book's own command": {"18 pages": "0.25", "90 pages": "0.20"}
    }
    memory = found["Most memory that all processes of a program held together, in MB"]
    assert memory == {"This book's own command": {"MB": "322"}, "papermill, two workers": {"MB": "400"}}
    assert found["Seconds by what had changed"] == {
        "Nothing changed: This book's own command": {"90 pages": "0.32 (0.31 to 0.33)"}
    }


def test_each_target_is_met_missed_or_not_measured():
    found = cells(page(RESULTS))["Aims reached: 2 of 4"]
    assert found["Fast"] == {"Aim": "at least 6 times", "Measured": "6.67 times", "State": "Met"}
    assert found["Flat"]["State"] == "Missed"
    assert found["Rerun"] == {"Aim": "at most 0 pages", "Measured": "0 pages", "State": "Met"}
    assert found["Dask"] == {"Aim": "at least 0.85 times", "Measured": "not measured", "State": "Not measured"}


def test_the_chart_is_of_the_size_that_most_were_measured_at_and_says_what_it_shows():
    figure = BeautifulSoup(page(RESULTS), "html.parser").find("figure")
    assert [tag.name for tag in figure.find_all()] == ["figcaption", "strong", "span", "div", "img"]
    assert figure.strong.text == "This book's own command was the fastest program, at 4.50 seconds"  # the floor is none
    image = figure.find("img")
    assert (image["width"], image["height"]) == ("720", "90")
    assert image["alt"] == (
        "Bars, shortest first. The floor: the pages' own calculations: 3.00; This book's own command: 4.50; "
        "papermill, two workers: 30.0."
    )
    svg = BeautifulSoup(base64.b64decode(image["src"].partition(",")[2]), "html.parser")
    widths = [int(bar["width"]) for bar in svg.find_all("rect")]
    assert [text.text for text in svg.find_all("text")][1::2] == ["3.00", "4.50", "30.0"]
    assert widths[2] / widths[0] == pytest.approx(10, rel=0.02)
    assert max(map(len, performance._TOOLS.values())) < 41, "a name fits before its bar"
    alone = {**RESULTS, "rows": [row("empty cache", "ncthelpers", 1, 1.0)]}
    assert "<img" not in page(alone)


def test_colours_are_those_of_the_charts():
    from ncthelpers.charts import canvas

    assert (performance._BLUE, performance._GREY, performance._INK) == (canvas.BLUE, canvas.GREY, canvas.INK)


def test_what_was_left_out_and_measured_on_is_said_without_markup():
    said = page(RESULTS)
    assert "- nbval, 90 pages\n" in said and "earlier session" not in said
    assert "Some times are of an earlier session: empty cache." in page({**RESULTS, "kept": ["empty cache"]})
    assert r"Invented \*CPU\*" in said and "41.5 minutes" in said and "papermill 9.9" in said


def test_no_figure_of_the_page_is_typed():
    """Another recording changes every number: what stays is of the words, which hold none."""
    words = performance._WORDS.read_text("utf-8")
    assert not re.search(r"\d", words)
