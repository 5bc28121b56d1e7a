"""What a shown thing carries: exact figures by name in its metadata, and sources that can be read without a mouse."""

import dataclasses
import json
from decimal import Decimal

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from IPython.core.formatters import DisplayFormatter

from ncthelpers import charts, comparison, narrative, provenance, results, tables
from ncthelpers.cells import Column
from ncthelpers.provenance import Figure, Shown, Sources

HOSTILE = ["<script>alert(1)</script>", "\"' onmouseover=x", "</details><b>", "a & b"]


def figures(thing):
    return {one.name: one for one in thing.shown.figures}


def below(thing):
    [found] = BeautifulSoup(thing._repr_html_(), "html.parser").find_all("details", class_="sources")
    return found


# Figures


def test_a_cell_of_a_table_is_a_figure_with_its_path_value_unit_text_and_rows(review):
    held = figures(tables.show(review, "outturn_variance"))
    name = "outturn_variance/Prevention & Safeguarding/variance_pct"
    row = results.table(review, "outturn_variance").set_index("service").loc["Prevention & Safeguarding"]
    assert held[name].value == str(row["variance_pct"]) and held[name].unit == "per cent"
    assert held[name].text.endswith("%") and len(held[name].value) > len(held[name].text), "unrounded"
    assert held[name].rows == ("2021-22/service_costs.csv: 4",)
    assert all(len(one.rows) == 1 and isinstance(one.value, str) for one in held.values())


def test_every_figure_of_a_table_is_what_the_placeholder_of_its_name_gives(review):
    for name in ("grants", "budget_gaps", "deadline_compliance", "survey_shares"):
        for one in figures(tables.show(review, name)).values():
            assert provenance.as_written(results.cell(review, one.name)) == one.value


def test_what_is_missing_is_no_figure_and_words_are_none(review):
    held = figures(tables.show(review, "gaps_by_year"))
    assert held and all(one.value for one in held.values())
    assert "gaps_by_year/2025-26/All councils/gap" not in held, "not applicable is not nil"
    assert not figures(tables.show(review, "cover_titles"))


def test_dates_and_yes_or_no_are_figures_too(review):
    held = figures(tables.show(review, "deadline_compliance"))
    date = held["deadline_compliance/strategic_group/considered_on"]
    assert (date.value, date.unit, date.text) == ("2022-08-10", "date", "10 August 2022")
    assert held["deadline_compliance/strategic_group/met"].unit == "yes or no"


def test_a_figure_that_is_shown_as_printed_carries_its_value(review):
    one = figures(tables.show(review, "figures"))["figures/single_placement_cost/value"]
    assert (one.value, one.unit, one.text) == ("500", "£000", "£500k")


def test_the_unit_of_a_cell_is_that_of_its_column_or_row_or_measure(review):
    assert figures(tables.show(review, "grants"))["grants/Covid funding/amount"].unit == "£"
    held = figures(tables.show(review, "authority_ranks"))
    name = next(
        name for name in held if name.startswith("authority_ranks/rereferrals_12m/") and name.endswith("/value")
    )
    assert held[name].unit == "per cent" and held[name.removesuffix("value") + "of"].unit == ""


def test_a_table_over_the_years_names_the_year(years):
    held = figures(tables.show(years, "reported_values"))
    assert "reported_values/2021-22/trust_children_in_care/2022-03/value" in held


def test_a_turned_table_has_the_figures_of_the_long_one(years):
    turned = figures(tables.by_year(years, "measure_series", "value"))
    long = figures(tables.show(years, "measure_series", ["measure", "year", "value"]))
    assert turned.keys() == long.keys() and "measure_series/rereferrals_12m/2021-22/value" in turned
    assert {name: one.value for name, one in turned.items()} == {name: one.value for name, one in long.items()}


def test_no_published_figure_is_a_float(review, monkeypatch):
    with pytest.raises(TypeError, match="share is a float"):
        provenance.figure("share", 0.5, "", "0.5", ())
    frame = pd.DataFrame(
        [("a", Decimal(1), "no", "report:1/1")], columns=["grant", "amount", "covid", "source"], dtype=object
    )
    frame["amount"] = 1.5
    monkeypatch.setattr(results, "table", lambda data, name: frame)
    with pytest.raises(TypeError, match="grants/a/amount is a float"):
        tables.show(review, "grants", ["grant", "amount"])


def test_the_same_name_is_the_same_figure_in_every_table_of_a_year(review, years):
    for data, names in ((review, [*review.tables, *results.RESULTS]), (years, comparison.ACROSS)):
        for name in names:
            shown = tables.show(data, name).shown
            names_of = [one.name for one in shown.figures]
            assert len(set(names_of)) == len(names_of), name
            assert len(set(shown.keys)) == len(shown.keys), name


def test_each_placeholder_of_commentary_is_a_figure(review):
    words = narrative.words(review, "04_cost")
    held = figures(words)
    assert (held["pressure"].value, held["pressure"].unit, held["pressure"].text) == ("1.070", "£m", "£1.070m")
    assert held["pressure"].rows and held["pressure"].rows[0].startswith("2021-22/finance_lines.csv: ")
    assert held["year"].rows == ("2021-22/contract.yml",)
    for page, text in review.commentary.items():
        for block in narrative.commentary.blocks(text):
            shown = narrative.words(review, page, block)
            for one in shown.shown.figures:
                assert (one.rows and one.text == narrative.text_of(review, one.name)) or one.text, one.name


def test_a_block_that_nobody_wrote_has_neither_figures_nor_sources(review):
    none = narrative.words(review, "04_cost", "nothing")
    assert none.shown is None and "details" not in none._repr_html_() and none._repr_mimebundle_()[1] == {}


# In a notebook's output


@pytest.mark.parametrize("of", ["table", "words", "chart", "turned"])
def test_a_notebook_keeps_html_and_text_and_the_figures_as_metadata(review, years, of):
    thing = {
        "table": lambda: tables.show(review, "grants"),
        "words": lambda: narrative.words(review, "04_cost"),
        "chart": lambda: charts.grants(review),
        "turned": lambda: tables.by_year(years, "finance_series", "value", ["title", "area", "unit"]),
    }[of]()
    formatter = DisplayFormatter()
    formatter.active_types = ["text/plain", "text/html"]
    data, metadata = formatter.format(thing)
    assert data == {"text/html": thing._repr_html_(), "text/plain": repr(thing)}
    [record] = json.loads(json.dumps(metadata["results"]))
    assert record["what"] == ("table" if of == "turned" else of) and record["caption"]
    assert [one["name"] for one in record["figures"]] == [one.name for one in thing.shown.figures]
    assert record["figures"]  # of a chart those of its title
    assert all(set(one) == {"name", "value", "unit", "text", "rows"} for one in record["figures"])
    assert not any(isinstance(value, float) for one in record["figures"] for value in one.values())


def test_a_table_made_by_hand_says_nothing_of_itself():
    made = tables.Table("By hand", (Column("a", "text", "A"),), (("x",),))
    assert made._repr_mimebundle_() == ({"text/html": made._repr_html_(), "text/plain": repr(made)}, {})
    assert "details" not in made._repr_html_()


def test_what_is_shown_tells_columns_and_keys(review):
    shown = tables.show(review, "grants", ["grant", "amount"], where={"covid": True}).shown
    assert (shown.what, shown.name, shown.columns, shown.keys) == (
        "table", "grants", ("grant", "amount"), ("Covid funding",),
    )  # fmt: skip


# Sources below a shown thing


def test_the_sources_name_calculation_file_rows_document_sections_and_checksum(review):
    text = below(tables.show(review, "outturn_variance")).get_text(" ")
    entry = review.package["resources"]["service_costs.csv"]
    for part in (
        "finance.outturn_variance",
        "2021-22/service_costs.csv",
        "all 6 rows",
        "section 4",
        entry["sha256"][:12],
    ):
        assert part in text, part
    assert "recomputed beside the printed variance" in text, "what the calculation gives"
    assert "Entered as printed" in below(tables.show(review, "service_costs")).text


def test_publications_are_named_with_their_dates(review):
    text = below(tables.show(review, "related_measures")).text
    assert "Characteristics of children in need, 2025 release (2025)" in text


def test_the_sources_of_commentary_are_its_paragraphs_and_the_rows_behind_its_figures(review):
    text = below(narrative.words(review, "04_cost")).get_text(" ")
    assert "Carries: Annual report 4" in text and "2021-22/finance_lines.csv" in text


def test_a_chart_says_which_table_it_is_drawn_from(review):
    text = below(charts.waterfall(review, "reserve_bridge")).get_text(" ")
    assert f"Drawn from the table {results.table_schema(review, 'reserve_bridge').title}." in text
    assert "finance.reserve_bridge" in text and "2021-22/finance_lines.csv" in text


def test_parts_of_one_chart_are_told_apart(years):
    one = charts.measure_series(years, "performance", ["rereferrals_12m"])
    two = charts.measure_series(years, "performance", ["repeat_plans", "three_placements"])
    assert below(one).summary.text != below(two).summary.text


def test_the_summary_is_the_only_thing_to_stop_at_and_names_what_it_is_of(review):
    for thing in (tables.show(review, "grants"), charts.grants(review), narrative.words(review, "04_cost")):
        found = below(thing)
        assert thing.caption in found.summary.text and found.summary.text.startswith("Sources: ")
        assert {tag.name for tag in found.find_all()} <= {"summary", "span", "ul", "li", "code", "a"}
        assert not [tag for tag in found.find_all() if set(tag.attrs) - {"href", "class"}], (
            "nothing that only a mouse finds"
        )
        linked = [tag["href"] for tag in found.find_all("a")]
        assert linked and len(linked) == len(set(linked)), "one link a file, and only below the summary"
        assert all(link.startswith("../data/2021-22/") for link in linked)


def test_a_large_table_lists_each_file_once(review):
    found = below(tables.show(review, "authority_values", where={"year": "2021-22"}))
    assert found.text.count("reference/authority_values.csv") == 1 and len(str(found)) < 2000


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_sources_is_shown_as_text(text):
    sources = Sources(((text, text),), ((f"{text}: 2", text, text),), (text,), (text,))
    shown = Shown("table", "t", sources=sources, part=text)
    made = tables.Table(text, (Column("a", "text", "A"),), (("x",),), shown=shown)
    found = below(made)
    assert {tag.name for tag in found.find_all()} == {"summary", "span", "ul", "li", "code", "a"}
    assert found.summary.text == f"Sources: {text} ({text})" and found.text.count(text) == 9


def test_an_empty_table_gives_its_reason_and_no_sources(review):
    html = tables.show(review, "grants", where={"grant": "nothing"})._repr_html_()
    assert "details" not in html


# Which calculation


def test_every_computed_table_has_its_calculation_in_a_sentence(review, years):
    unnamed = set()
    for data, names in ((review, results.RESULTS), (years, comparison.ACROSS)):
        for name in names:
            [(function, text)] = provenance.calculation(data, name)
            assert text.endswith(".") and "\n" not in text, name
            unnamed |= set() if function else {name}
    assert unnamed == {"contract_terms", "year_facts", "absent_tables"}, "what only stands in the contract"


# Calculations that are not named after their table.
OTHERWISE_NAMED = {
    "kpi_register": "register_with_statements", "kpi_statements": "statements_by_kpi", "finance_side_by_side": "side_by_side",
    "support_service_months": "kpi_months", "support_service_signals": "kpi_signals", "demand_series": "measure_series",
    "performance_by_area": "series_by_area", "finance_series": "series_by_area",
}  # fmt: skip


def test_every_computed_table_names_its_own_calculation(review, years):
    for data, names in ((review, results.RESULTS), (years, comparison.ACROSS)):
        for name in names:
            [(function, _)] = provenance.calculation(data, name)
            if function:
                assert function.rpartition(".")[2] == OTHERWISE_NAMED.get(name, name)


@pytest.mark.parametrize(
    ("given", "is_one"),
    [(pd.DataFrame, True), ("pd.DataFrame", True), (dict, False), ("dict[str, pd.DataFrame]", False)],
)
def test_what_gives_a_table_is_told_by_what_it_is_annotated_with(given, is_one):
    def calculation():
        """Takes a DataFrame."""

    assert not provenance._gives_a_table(calculation)
    calculation.__annotations__["return"] = given
    assert provenance._gives_a_table(calculation) == is_one


def test_a_figure_is_frozen():
    one = Figure("a", "1", "", "1", ())
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.value = "2"
