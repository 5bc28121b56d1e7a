"""What a page says in brief: computed sentences, every numeral of them a figure with its rows."""

import re
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from ncthelpers import brief, lineage, results, sentences
from ncthelpers.findings import Finding
from ncthelpers.load import load_years
from ncthelpers.publish import pages, toc

NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def _with(data, **tables):
    """The year with some tables in the place of its own."""
    return replace(data, tables={**data.tables, **tables})


def _texts(data, page):
    made = brief.of(data, page)
    return [one.text for one in made.sentences] if made is not brief.NOTHING else []


@pytest.fixture(scope="module")
def example(repository):
    root = repository / "examples" / "inventshire"
    return load_years(root, toc.public_years(root))


@pytest.fixture(scope="module")
def every(years, example):
    """What every page of both books says in brief, by where it stands."""
    found = {}
    for book, held in (("real", years), ("invented", example)):
        for data in (*held.years, held):
            of_years = data is held
            for page in brief.PAGES:
                if (page in COMPARED) == of_years:
                    found[f"{book} {getattr(data, 'year', 'comparison')} {page}"] = data, brief.of(data, page)
    return found


COMPARED = {
    "01_measures", "02_finances", "03_demand", "04_inspections", "05_contract", "06_timetable", "07_actions", "08_forecast",
}  # fmt: skip


def test_every_template_has_sentences_and_asks_for_its_own(repository):
    paths = [*pages.templates(repository / "notebooks"), *pages.templates(repository / "notebooks" / toc.COMPARISON)]
    assert {path.stem for path in paths} == set(brief.PAGES)
    assert {path.stem for path in paths if path.parent.name == toc.COMPARISON} == COMPARED
    asked = {path.stem: re.findall(r"brief\.of\(review, \\?\"(\w+)\\?\"\)", path.read_text("utf-8")) for path in paths}
    assert asked == {name: [name] for name in asked}


def test_every_numeral_of_every_sentence_is_a_figure_with_rows(every):
    said = {place: made for place, (_, made) in every.items() if made is not brief.NOTHING}
    assert len(said) > 60
    for place, made in said.items():
        assert len(made.sentences) <= 6, place
        for one in made.sentences:
            left = one.text
            for figure in sorted(one.figures, key=lambda figure: -len(figure.text)):
                assert figure.text in one.text and figure.rows, (place, figure)
                left = re.sub(rf"(?<![\d.-])(?<!\d,){re.escape(figure.text)}(?![\d-]|[,.]\d)", " ", left, count=1)
            for year in re.findall(r"\b\d{4}-\d{2}\b", left):
                left = left.replace(year, " ")
            assert NUMERAL.findall(left) == [], (place, one.text)


def test_every_sentence_says_something_somewhere_and_none_ends_twice(every):
    told = {one.text for _, made in every.values() if made is not brief.NOTHING for one in made.sentences}
    assert [text for text in told if text.endswith((".", ":", ",", " ")) or text != text.strip()] == []
    pages_told = {place.split()[2] for place, (_, made) in every.items() if made is not brief.NOTHING}
    assert pages_told == set(brief.PAGES)


def test_two_figures_of_one_name_are_the_same_figure(every):
    for place, (_, made) in every.items():
        if made is not brief.NOTHING:
            names = [figure.name for figure in made.shown.figures]
            assert len(set(names)) == len(names), place


def test_the_cost_is_that_of_section_4_of_the_report(review):
    # annual report section 4: budget 123,348, forecast outturn 124,418, services from (616) to 1,700
    assert _texts(review, "04_cost")[:3] == [
        "The services together overspent their budget of £123,348,000 by £1,070,000 (0.9%) after covid funding",
        (
            "The largest overspend was in Quality Assurance and Commissioning, £1,700,000; the largest underspend was in Children, "
            "Young People and Family Support Services, £616,000"
        ),
        "The reserve is £0.019m more than the overspend",
    ]


def test_an_underspend_is_called_one(review):
    costs = review["service_costs"]
    costs["gross_outturn"] = [value - 2000 for value in costs["gross_outturn"]]
    told = sentences.cost(_with(review, service_costs=costs)).text
    assert (
        told == "The services together underspent their budget of £123,348,000 by £8,930,000 (7.2%) after covid funding"
    )


def test_covid_funding_is_named_only_where_there_is_some(review):
    costs = review["service_costs"]
    costs["covid_funding"] = [Decimal(0)] * len(costs)
    assert sentences.cost(_with(review, service_costs=costs)).text.endswith("%)")


def test_a_lone_council_has_a_gap_of_its_own(review):
    gaps = review["budget_gaps"]
    one = review.contract["councils"][0]
    held = replace(
        _with(review, budget_gaps=gaps[gaps["council"] == one["id"]]), contract={**review.contract, "councils": [one]}
    )
    told = sentences.gaps(held).text
    assert told == "Gap forecast in the council's whole budget: £25.192m for 2023-24 and £33.913m for 2024-25"
    assert sentences.gaps_by_council(held) is None


def test_the_parts_of_a_gap_are_given_only_where_every_council_gives_its_own(review):
    gaps = review["budget_gaps"]
    assert sentences.gaps_by_council(review).text.startswith("Of the gap for 2023-24: ")
    third = {"id": "third", "name": "A third council"}
    of_three = replace(
        _with(review, budget_gaps=gaps), contract={**review.contract, "councils": [*review.contract["councils"], third]}
    )
    assert sentences.gaps_by_council(of_three) is None and sentences.gaps(of_three) is None


def test_sources_of_finances_are_counted_in_one_or_in_many(years):
    by_year = {str(data.year): sentences.finances_by_source(data) for data in years.years}
    assert (
        by_year["2021-22"].text
        == "Public sources give 1 finance figure: 1 stands in one source, which no other confirms"
    )
    assert by_year["2023-24"].text.endswith(
        ": 15 stand in one source, which no other confirms; 2 differ between sources"
    )


def test_what_the_report_says_of_kpis_is_put_in_one_or_in_many(review):
    # annual report sections 2.1, 2.2 and 15
    said = "The report says that 6 KPIs did better than target and 2 worse; of 3 it says less plainly how they did, and of 10 it does not say"
    assert sentences.kpis_reported(review).text == said
    reported = review["kpi_reported"]
    reported.loc[(reported["against_target"] == "better") & (reported["kpi"] != "A"), "against_target"] = "not stated"
    assert sentences.kpis_reported(_with(review, kpi_reported=reported)).text.startswith(
        "The report says that 1 KPI did better"
    )


def test_the_judgement_of_the_councils_is_not_hidden_behind_that_of_a_home(years):
    # ILACS of 3 October 2022, of both councils; the newest inspection of that year was of a children's home, judged good
    data = next(data for data in years.years if str(data.year) == "2022-23")
    told = _texts(data, "18_public_data")[-2:]
    assert told == [
        "Judgements at the latest full inspection of 8 providers: 4 Good, 3 Requires improvement to be good and 1 Inadequate",
        (
            "Local authority children's services at the latest full inspection: North Northamptonshire, Requires improvement to be good "
            "(3 October 2022); West Northamptonshire, Requires improvement to be good (3 October 2022)"
        ),
    ]
    assert told == _texts(data, "14_inspections")[:2]
    inspections = data["inspections"]
    one = _with(data, inspections=inspections[inspections["inspection"] == "ilacs_2022_10_nnc"])
    assert sentences.judgements(one).text == (
        "The one full inspection listed was of North Northamptonshire, 3 October 2022: Requires improvement to be good"
    )
    assert sentences.councils_judged(one) is None, "it is said already"
    assert sentences.judgements(_with(data, inspections=inspections[:0])) is None


def test_all_statements_checked_at_the_time_are_counted_once(review):
    told = [sentences.statements(review), sentences.not_reproduced(review)]
    held = results.table(review, "claim_counts").set_index("verdict")["at_the_time"]
    counts = [int(figure.value) for one in told for figure in one.figures]
    assert sum(counts) == held.iloc[-1] and "2 measured by another definition" in told[0].text


def test_none_one_and_many_have_their_verbs(years, example, review):
    assert (
        sentences.reproduced(years).text
        == "None of 7 simple methods tried here gives the newest forecast in an annual report"
    )
    assert (
        sentences.reproduced(example).text
        == "1 of 8 simple methods tried here gives the newest forecast in an annual report"
    )
    assert sentences.deadlines(review).text == "2 of 2 steps of the review met the deadline"
    topics = review["cover_topics"]
    assert sentences.topics(review).text.startswith("14 of 14 topics that the contract asks for have a section")
    assert sentences.topics(_with(review, cover_topics=topics[:1])).text.startswith(
        "1 of 1 topic that the contract asks for has"
    )
    assert sentences.not_reproduced(review).text.startswith("145 statements cannot be checked: what they rest on")
    assert sentences.not_reproduced(example.newest).text.startswith("1 statement cannot be checked: what it rests on")


def test_the_country_has_its_own_name(example):
    assert " can be set beside Invented England: " in sentences.against_country(example.newest).text


def test_a_gap_that_a_council_does_not_give_enters_no_sentence(review):
    # annual report section 12: for the last year one council prints N/A
    assert (
        _texts(review, "12_funding")[0]
        == "Gap forecast in the councils' whole budgets, taken together: £40.646m for 2023-24 and £57.307m for 2024-25"
    )
    gaps = review["budget_gaps"]
    gaps["gap"] = None
    assert sentences.gaps(_with(review, budget_gaps=gaps)) is None
    assert sentences.gaps_by_council(_with(review, budget_gaps=gaps)) is None


def test_statuses_are_counted_only_where_the_contract_gives_targets(review, example):
    assert sentences.kpis_rated(review) is None
    assert sentences.kpis_rated(example.newest).text.startswith("Against the contract's targets: ")
    assert sentences.kpis_reported(example.newest) is None
    assert sentences.kpis_known(review).text.endswith("; the sources name 14 and give a target for none")


def test_measures_that_are_not_compared_are_in_no_count(years):
    for data in years.years:
        told = sentences.against_country(data)
        held = results.table(data, "in_brief")
        compared = held["against"].isin(["better", "the same", "worse"]).sum()
        assert told.text.startswith(f"{compared} official measures can be set beside England: ")
        counts = [int(one) for one in NUMERAL.findall(told.text)]
        assert sum(counts[1:]) == counts[0] == compared


def test_what_each_council_did_alone_is_not_hidden_by_what_cannot_be_joined(years):
    # Local Authority Interactive Tool of April 2026, both of 2024-25: only rates, which are not averaged
    told = _texts(years, "01_measures")
    assert (
        "Initial child protection conferences within 15 working days, 2024-25: North Northamptonshire 81.5%, West Northamptonshire "
        "79.7% and England 81.4%; no joint figure can be made, it was 27.4% in 2023-24"
    ) in told
    assert told[1] == (
        "In 2024-25, 6 more official measures can be set beside England only for each council alone: "
        "North Northamptonshire 4 better and 2 worse; West Northamptonshire 4 better and 2 worse"
    )
    assert told[1].partition(", ")[2] in _texts(years.newest, "18_public_data")
    joint = set(results.table(years.newest, "in_brief")["measure"])
    assert joint.isdisjoint(results.table(years.newest, "measures_alone")["measure"]), "no measure is counted twice"
    assert sentences.against_country_alone(years.years[0]) is None, "one council is all of the areas"
    assert sentences.stopped(replace(years, years=years.years[-1:])) == [], "nothing was before"


def test_demand_has_no_word_of_judgement(every):
    for place, (_, made) in every.items():
        if place.endswith(("06_demand", "20_official_demand", "03_demand")) and made is not brief.NOTHING:
            assert not re.search(r"better|worse|improve", repr(made)), place


def test_a_year_that_does_not_report_a_table_has_no_box(years):
    data = years.years[0]
    assert results.reason_not_reported(data, "service_costs")
    assert brief.of(data, "04_cost") is brief.NOTHING
    assert brief.NOTHING._ipython_display_() is None
    with pytest.raises(LookupError, match="no sentences for a page named 99_none"):
        brief.of(data, "99_none")


def test_a_box_is_safe_html_with_its_sources_below(review):
    costs = review["service_costs"]
    costs["service"] = [f"<b>{name}</b>" for name in costs["service"]]
    page = BeautifulSoup(brief.of(_with(review, service_costs=costs), "04_cost")._repr_html_(), "html.parser")
    box = page.find("div", class_="in-brief")
    assert box.strong.get_text() == "In brief" and box.b is None and len(box.find_all("li")) == 4
    assert "<b>Quality Assurance and Commissioning</b>" in box.get_text()
    assert page.details.find("a", href="../data/2021-22/service_costs.csv")


def test_the_record_of_a_page_holds_the_figures(review):
    data, metadata = brief.of(review, "04_cost")._repr_mimebundle_()
    (record,) = metadata["results"]
    assert (record["what"], record["name"]) == ("words", "04_cost/in brief")
    held = {figure["name"]: figure["value"] for figure in record["figures"]}
    assert held["cell:outturn_variance/Total of services/variance|size"] == "1070"
    assert data["text/plain"].startswith("The services together overspent")


@pytest.mark.parametrize(
    ("said", "lines"),
    [("2021-22/service_costs.csv: 2-3, 7", (2, 3, 7)), ("2021-22/service_costs.csv: all 6 rows", (2, 3, 4, 5, 6, 7)),
     ("2021-22/actions.csv: 37 of 138 rows (state=open)", ()), ("2021-22/contract.yml", ())],
)  # fmt: skip
def test_rows_are_read_back_as_a_figure_names_them(review, said, lines):
    found = brief._rows(review, said)
    assert isinstance(found, lineage.Rows) and found.lines == lines
    assert str(found) == (said if lines else said.partition(": ")[0])


def test_only_the_first_sentences_are_said(review):
    def many(data):
        return Finding("Said")

    assert len(brief.made_of(review, "x", [many] * 9).sentences) == 6
    assert len(brief.made_of(review, "x", [many] * 9, most=7).sentences) == 7
    assert len(brief.made_of(review, "x", [lambda data: [Finding("One"), Finding("Two")]]).sentences) == 2
    assert brief.made_of(review, "x", [lambda data: None]).sentences == ()


def test_a_service_on_budget_is_named_neither_way(review):
    costs = review["service_costs"]
    costs["gross_outturn"] = [
        budget - Decimal(covid or 0) for budget, covid in zip(costs["budget"], costs["covid_funding"], strict=True)
    ]
    level = _with(review, service_costs=pd.DataFrame(costs))
    assert sentences.largest_variances(level) is None
    assert sentences.cost(level).text == "The services together cost their budget of £123,348,000"
