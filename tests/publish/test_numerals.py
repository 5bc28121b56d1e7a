"""Every numeral that a reader meets is explained by something on its page, and one that nothing explains is found."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ncthelpers import charts, folds, narrative, tables
from ncthelpers.publish import companion, numerals

BOOK = Path(__file__).resolve().parents[2] / "book"
PAGES = sorted(path for path in BOOK.glob("*/[0-9][0-9]_*.ipynb"))
FEWER_THAN = 15


def _made(name, years, *parts):
    """A page and its JSON, of shown things and of words of a template."""
    cells = []
    for part in parts:
        if isinstance(part, str):
            cells.append(new_markdown_cell(part))
            continue
        shown = (
            part._repr_mimebundle_() if hasattr(part, "_repr_mimebundle_") else ({"text/html": part._repr_html_()}, {})
        )
        cells.append(new_code_cell("shown()", outputs=[new_output("display_data", shown[0], metadata=shown[1])]))
    page = new_notebook(cells=cells)
    return page, json.loads(companion.page_json(name, years, "1999-12-31", companion.results_of(page)))


@pytest.fixture(scope="module")
def cost(review):
    """A page of the reviewed year with a table, commentary, a chart and a template's words."""
    return _made(
        "04_cost", ["2021-22"], "# 4. Cost of delivering the services, 2021-22", narrative.words(review, "04_cost"),
        "## Outturn against budget", charts.variance_by_service(review), tables.show(review, "outturn_variance"),
        tables.show(review, "events", cites="report:4", sort="start"), tables.show(review, "service_costs"),
        charts.event_timeline(review, ["governance", "plan"]), narrative.words(review, "10_audits_and_surveys", "audits"),
    )  # fmt: skip


@pytest.fixture
def planted(cost):
    """A function that puts a text in the place of another, once, in the output or words that hold it."""

    def change(old, new):
        page = nbformat.from_dict(json.loads(json.dumps(cost[0])))
        held = [(one, "source") for one in page.cells if one.cell_type == "markdown" and old in one.source]
        held += [(output.data, "text/html") for one in page.cells for output in one.get("outputs", [])
                 if old in output.data["text/html"]]  # fmt: skip
        assert held, "a test must change something"
        where, key = held[0]
        where[key] = where[key].replace(old, new, 1)
        return page

    return change


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_numeral_of_every_page_is_explained(path, years):
    beside = path.with_suffix(".json")
    data = next((one for one in years.years if str(one.year) == path.parent.name), years)
    found = numerals.unexplained(nbformat.read(path, as_version=4), json.loads(beside.read_text("utf-8")), data)
    assert [(one.text, one.place) for one in found] == []


def test_a_page_as_it_is_made_has_no_numeral_that_nothing_explains(cost, review):
    found = numerals.numerals(*cost, review)
    assert [(one.text, one.place) for one in found if not one.explained] == []
    texts = {one.text for one in found}
    assert {"4", "2021", "123.348", "1.070", "616000", "616", "four"} <= texts  # title, commentary, chart, table


def test_what_is_folded_is_scanned_like_all_else_and_so_is_the_line_that_unfolds_it(review):
    folded = (
        folds.Fold("Grants in 777 lines", charts.grants(review)),
        folds.Fold("As a table", tables.show(review, "grant_shares")),
    )
    page, record = _made("12_funding", ["2021-22"], "# 12. Central government funding, 2021-22", *folded)
    assert [one.text for one in numerals.unexplained(page, record, review)] == ["777"]
    html = page.cells[2].outputs[0].data
    html["text/html"] = html["text/html"].replace("1,759,600", "1,759,601", 1)
    assert {one.text for one in numerals.unexplained(page, record, review)} == {"777", "1759601"}


def test_a_title_may_print_what_its_own_figures_hold_and_alternative_text_may_not(review):
    page, record = _made("12_funding", ["2021-22"], charts.grants(review))
    html = page.cells[0].outputs[0].data
    assert "12,076,323" in html["text/html"] and numerals.unexplained(page, record, review) == []
    html["text/html"] = html["text/html"].replace('alt="', 'alt="In all £12,076,323. ', 1)
    assert [one.text for one in numerals.unexplained(page, record, review)] == ["12076323"]


@pytest.mark.parametrize(
    ("old", "new", "numeral", "place"),
    [
        (">−616 <", ">−617 <", "617", "table 'Outturn against budget by service'"),
        ("£123.348m", "£123.384m", "123.384", "commentary"),
        ("## Outturn against budget", "## Outturn against a budget of 99", "99", "template"),
        ("## Outturn against budget", "## Outturn of seven services", "seven", "template"),
        ("−£616,000", "−£661,000", "661000", "alternative text of the chart"),
        ("by service, 2021-22", "by service, 2022-23", "2022", "caption of the chart"),
        ("<span>Outturn against budget by service", "<span>Outturn of 98 services", "98", "caption 'Outturn of 98 services'"),
        (">Budget, £000<", ">Budget, £1000<", "1000", "heading 'Budget, £1000'"),
        ("governance: ", "governance: 1", None, "alternative text of the chart"),
        ("# 4. Cost", "# 5. Cost", "5", "template"),
    ],
)  # fmt: skip
def test_a_wrong_numeral_is_found_and_named_with_its_place(planted, cost, review, old, new, numeral, place):
    found = numerals.unexplained(planted(old, new), cost[1], review)
    assert found and all(place in one.place for one in found)
    assert numeral is None or numeral in {one.text for one in found}


def test_a_number_that_stands_in_another_row_does_not_explain_a_cell(planted, cost, review):
    # 1,700 is a variance of the table, but not of this row
    found = numerals.unexplained(planted(">−616 <", ">1,700 <"), cost[1], review)
    assert [one.text for one in found] == ["1700"]
    assert "row 2 'Children, Young People and Family Support Services'" in found[0].place
    assert "column 'Variance" in found[0].place


def test_a_numeral_in_a_cell_of_text_is_explained_by_its_own_row_only(planted, cost, review):
    event = tables.show(review, "events", cites="report:4", sort="start").rows[0][0]
    assert any(sign.isdigit() for sign in event)
    found = numerals.unexplained(planted(f">{event}<", f">{event} 1987<"), cost[1], review)
    assert [one.text for one in found] == ["1987"]


def test_a_number_word_of_commentary_comes_from_the_data(planted, cost, review):
    assert [one.text for one in numerals.unexplained(planted("NCT aims", "Seven of NCT aim"), cost[1], review)] == [
        "Seven"
    ]


def test_a_figure_that_the_record_lacks_explains_nothing(cost, review):
    page, record = cost
    name = next(name for name, figure in record["figures"].items() if name == "budget")
    less = {**record, "figures": {key: figure for key, figure in record["figures"].items() if key != name}}
    found = numerals.unexplained(page, less, review)
    assert {one.text for one in found} == {"123.348"} and all("commentary" in one.place for one in found)


def test_a_table_that_the_record_does_not_have_is_found(cost, review):
    page, record = cost
    less = {**record, "shown": [one for one in record["shown"] if one["name"] != "service_costs"]}
    assert any("service" in one.place.lower() for one in numerals.unexplained(page, less, review))


def test_years_side_by_side_are_explained_cell_by_cell(years):
    shown = tables.by_year(years, "measure_series", "value")
    page, record = _made("01_measures", [str(one.year) for one in years.years], "# 1. Measures", shown)
    assert numerals.unexplained(page, record, years) == []
    html = page.cells[1].outputs[0].data["text/html"]
    cell = shown.rows[0][-1]
    assert cell.replace(".", "").isdigit()
    page.cells[1].outputs[0].data["text/html"] = html.replace(f">{cell}<", f">{cell}1<", 1)
    (found,) = numerals.unexplained(page, record, years)
    assert found.text == f"{cell}1" and f"column '{shown.columns[-1].title}'" in found.place


def test_a_chart_may_print_what_its_further_tables_hold(years):
    page, record = _made("01_measures", [str(one.year) for one in years.years],
                         charts.measure_series(years, "performance", ["icpc_15wd"]))  # fmt: skip
    assert numerals.unexplained(page, record, years) == []
    (shown,) = record["shown"]
    assert shown.pop("also") == ["measures_alone"]
    assert {one.text for one in numerals.unexplained(page, record, years)} >= {"81.5"}


def test_what_is_left_out_is_left_out(review):
    shown = tables.show(review, "outturn_variance")
    page, record = _made("04_cost", ["2021-22"], shown, "## Colophon\n\n- 123456789012")
    page.cells[0].source = "a = 987"
    page.cells[1].id = companion.COLOPHON
    sources = tables.sources(review, "service_costs")
    page.cells.append(new_code_cell('tables.sources(\n    review, "service_costs")', outputs=[
        new_output("execute_result", {"text/html": sources._repr_html_()}, execution_count=1)]))  # fmt: skip
    html = page.cells[0].outputs[0].data
    html["text/html"] += '<details class="sources"><summary>Sources: 555</summary><ul><li>row 777</li></ul></details>'
    assert numerals.unexplained(page, record, review) == []
    html["text/html"] += "<p>Of 444 visits.</p>"
    assert [one.text for one in numerals.unexplained(page, record, review)] == ["444"]


def test_what_stands_in_the_place_of_a_table_is_explained_by_the_reason_given(years):
    data = years.years[0]
    shown = tables.show(data, "homes")
    assert not shown.rows
    page, record = _made("14_inspections", [str(data.year)], shown, tables.show(data, "year_facts"))
    assert numerals.unexplained(page, record, data) == []


def test_the_exceptions_are_few_and_each_has_a_reason():
    assert 0 < len(numerals.EXCEPTIONS) < FEWER_THAN
    assert all(one.reason and one.where in {"text", "chart"} for one in numerals.EXCEPTIONS)


def test_an_illness_is_no_figure(cost, review):
    page = nbformat.from_dict(json.loads(json.dumps(cost[0])))
    page.cells[0].source += "\n\nCovid-19 has a number in its name."
    assert numerals.unexplained(page, cost[1], review) == []
    page.cells[0].source += " Covid-20 has none."
    assert [one.text for one in numerals.unexplained(page, cost[1], review)] == ["20"]
