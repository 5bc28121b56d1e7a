"""The public years end to end: from ``data/`` through loading, computing and showing to the figures that sources print.

A comment at each figure gives the release and the counts that it is made of. No subprocess, no invented data but for
the traps, each of which is laid in the real data and must be refused.
"""

import ast
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from ncthelpers import benchmarks, charts, comparison, narrative, official, results, tables
from ncthelpers.definitions import Fingerprint, NotComparable, comparable
from ncthelpers.rounding import half_up

NORTH, WEST = "north_northamptonshire", "west_northamptonshire"
JOINT = "north_and_west_northamptonshire"
UNSURE = {"press", "meeting summary"}


def row_of(table: pd.DataFrame, **where) -> dict:
    for column, value in where.items():
        table = table[table[column] == value]
    [row] = table.to_dict("records")
    return row


# Figures of the two councils together, beside England


@pytest.mark.parametrize(
    ("measure", "numerators", "denominators", "printed", "england", "words"),
    [
        # Characteristics of children in need, 2025 release, c1; England printed 21.5
        ("rereferrals_12m", (1506, 1421), (7024, 7234), "20.5", "21.5", "better"),
        # 2024 release, c2, 45 working days; England 545,020 of 645,070
        ("assessments_45wd", (4210, 4358), (4264, 4477), "98.0", "84.5", "better"),
        # 2024 release, c4, within 15 days; England 58,440 of 73,790
        ("icpc_15wd", (388, 474), (484, 570), "81.8", "79.2", "better"),
        # 2025 release, d3; England printed 22.7, which 14,550 of 64,390 do not give
        ("repeat_plans", (107, 123), (391, 428), "28.1", "22.7", "worse"),
        # Children looked after in England, 2025 release, placement stability; England printed 10
        ("three_placements", (69, 87), (525, 658), "13.2", "10", "worse"),
        # the same; England printed 71
        ("long_term_stability", (136, 183), (195, 242), "73.0", "71", "better"),
        # the same release, care leavers by activity, ages 17 to 18 and 19 to 21 added; England 26,810 of 45,890
        ("care_leavers_eet_17_21", (112, 234), (241, 423), "52.1", "58.4", "worse"),
        # the same, by accommodation; England 40,360 of 45,570
        ("care_leavers_accommodation_17_21", (202, 360), (241, 423), "84.6", "88.6", "worse"),
    ],
)
def test_both_councils_together_in_2021_22(review, measure, numerators, denominators, printed, england, words):
    row = row_of(results.table(review, "related_measures"), measure=measure)
    assert (row["numerator"], row["denominator"]) == (sum(numerators), sum(denominators))
    assert half_up(row["value"], 1) == Decimal(printed)
    assert row["basis"] == "sum of the authorities' counts" and row["reason"] is None
    assert (half_up(row["country"], 1), row["country_words"]) == (half_up(Decimal(england), 1), words)
    entered = review["official"]
    entered = entered[(entered["measure"] == measure) & (entered["year"] == str(review.year))]
    for area, *counts in zip(
        ["north_northamptonshire", "west_northamptonshire"], numerators, denominators, strict=True
    ):
        of_area = entered[entered["area"] == area]
        assert set(zip(of_area["numerator"], of_area["denominator"], strict=True)) == {tuple(counts)}
    shown_by_area = results.table(review, "measures_by_area")
    shown_by_area = set(shown_by_area.loc[shown_by_area["measure"] == measure, "area"])
    # ages 17 to 21 less 19 to 21 would give back suppressed counts of ages 17 to 18: no council's are shown
    assert ("North Northamptonshire" in shown_by_area) == ("17_21" not in measure)
    [shown] = tables.show(review, "related_measures", ["value"], where={"measure": measure}).rows
    assert shown == (printed,), "what a reader sees"


def test_accommodation_is_beside_england_at_the_same_ages(review):
    table = results.table(review, "related_measures")
    # Children looked after in England, 2025 release: 88.6 for 17 to 21 (40,360 of 45,570), printed 88 for 19 to 21
    ages = {
        measure: row_of(table, measure=f"care_leavers_accommodation_{measure}")["country"]
        for measure in ("17_21", "19_21")
    }
    assert ages == {"17_21": Decimal("88.6"), "19_21": 88}


@pytest.mark.parametrize(
    ("year", "north", "west", "together"),
    [("2021-22", 525, 658, 1183), ("2022-23", 547, 688, 1235), ("2023-24", 534, 648, 1182)],
)  # Children looked after in England, 2025 release: children looked after on 31 March
def test_children_in_care_of_both_councils(years, year, north, west, together):
    row = row_of(comparison.table(years, "official_demand"), measure="children_looked_after", contract_year=year)
    assert north + west == row["value"] == together
    assert (
        row_of(comparison.table(years, "demand_series"), measure="children_looked_after", year=year)["value"]
        == together
    )
    assert row["words"] in {"higher", "lower"}, "demand is never better or worse"


def test_re_referrals_fall_and_rise_over_two_suspected_breaks_and_no_word_is_given_on_either(years):
    # Characteristics of children in need, 2025 release, c1: 3,681 of 11,724; 2,927 of 14,258; 2,830 of 10,164
    series = comparison.table(years, "measure_series")
    series = series[series["measure"] == "rereferrals_12m"].set_index("year")
    three = ["2020-21", "2021-22", "2022-23"]
    assert [half_up(series.at[year, "value"], 1) for year in three] == [
        Decimal("31.4"),
        Decimal("20.5"),
        Decimal("27.8"),
    ]
    assert series.at["2020-21", "break_before"] is None
    changes = comparison.table(years, "measure_changes")
    for year in three[1:]:
        assert series.at[year, "break_before"].startswith("suspected: ")
        row = row_of(changes, measure="rereferrals_12m", contract_year=year)
        assert row["change"] is None and row["words"].startswith("not compared: suspected break in series: ")
    later = row_of(changes, measure="rereferrals_12m", contract_year="2023-24")
    assert later["words"] == "better" and series.at["2023-24", "break_before"] is None


def test_the_county_stands_for_the_councils_before_there_were_any(years):
    # the same release, d3: Northamptonshire 205 of 900 in 2020-21
    row = row_of(comparison.table(years, "related_measures"), measure="repeat_plans", contract_year="2020-21")
    assert (row["numerator"], row["denominator"], row["basis"]) == (205, 900, "one authority")
    assert half_up(row["value"], 1) == Decimal("22.8")


def test_a_measure_whose_definition_is_not_stated_in_full_has_figures_and_no_words(years):
    # the Local Authority Interactive Tool prints these without saying out of what
    unstated = ["plans_reviewed", "health_checks", "dental_checks", "emotional_health"]
    for name, column in (("related_measures", "country_words"), ("measure_changes", "words")):
        table = comparison.table(years, name)
        table = table[(table["contract_year"] == "2020-21") & table[column].str.contains("not stated in full")]
        assert table["measure"].tolist() == unstated
        assert set(table[column]) == {"not compared: the definition is not stated in full"}
    # Northamptonshire 54 per cent beside England's 91, and 81 the year before
    row = row_of(comparison.table(years, "related_measures"), measure="health_checks", contract_year="2020-21")
    assert (row["value"], row["country"]) == (54, 91)
    row = row_of(comparison.table(years, "measure_changes"), measure="health_checks", contract_year="2020-21")
    assert (row["before"], row["now"], row["change"]) == (81, 54, None)


def test_a_figure_printed_whole_beside_one_made_of_counts_has_its_change_to_whole_places(years):
    changes = comparison.table(years, "measure_changes")
    # three or more placements: 13 printed for 2019-20 (12.5 to 13.5), 108 of 1,144 for 2020-21
    row = row_of(changes, measure="three_placements", contract_year="2020-21")
    assert (row["before"], row["words"]) == (13, "better")
    assert (row["change_decimals"], half_up(row["change"], row["change_decimals"])) == (0, -4)
    # children looked after: 67 per 10,000 printed for the county in 2020-21, and made of counts after
    demand = comparison.table(years, "official_demand")
    row = row_of(demand, measure="children_looked_after_rate", contract_year="2021-22")
    assert (row["before"], row["before_decimals"], row["decimals"]) == (67, 0, 1)
    assert (row["words"], row["change_pct"]) == ("higher", None)


def test_what_is_no_figure_as_printed_says_so_in_every_table_that_shows_it(years, review):
    # 2024 release, c2: England 545,020 of 645,070 assessments within 45 working days, and no percentage
    row = row_of(results.table(review, "related_measures"), measure="assessments_45wd")
    assert row["country_basis"] == row["region_basis"] == "quotient of counts rounded to ten"
    shown = tables.show(review, "related_measures")
    place = [column.name for column in shown.columns].index("country_basis")
    assert {cells[place] for cells in shown.rows} == {"as printed", "quotient of counts rounded to ten"}
    for column in ("country", "region"):
        turned = tables.by_year(years, "measure_series", column, caption="As printed")
        assert turned.caption == "As printed; (q): quotient of printed counts"
        [assessments] = [row for row in turned.rows if row[0].startswith("Assessments completed")]
        assert [cell.endswith(" (q)") for cell in assessments[2:]] == [True] * 7 + [False], "printed for the last year"
        [referred] = [row for row in turned.rows if row[0].startswith("Re-referrals")]
        assert not [cell for cell in referred if "(q)" in cell]
    assert "(q)" not in repr(tables.by_year(years, "measure_series", "value"))
    assert "(q)" not in repr(tables.by_year(years, "demand_series", "country")), "every one of these is printed"


def test_each_council_has_the_breaks_of_its_series(years):
    shown = tables.by_year(years, "performance_by_area", "value", ["title", "area", "unit"])
    labels = [column.title for column in shown.columns[3:]]
    marked = {(row[0], row[1], label) for row in shown.rows for label, cell in zip(labels, row[3:], strict=True)
              if cell.startswith("break | ")}  # fmt: skip
    referred, far = (
        "Re-referrals within 12 months",
        "Children placed more than 20 miles from home and outside the authority",
    )
    assert marked == {(title, council, year) for title, years_after in ((referred, ("2021-22", "2022-23")), (far, ("2021-22",)))
                      for council in ("North Northamptonshire", "West Northamptonshire") for year in years_after}  # fmt: skip


def test_no_page_by_area_gives_back_a_small_or_suppressed_count(years):
    table = comparison.table(years, "measures_by_area").set_index(["measure", "area"])
    authorities = set(table.loc[table["kind"].isin(["local authority", "joint return"])].index)
    # ages 17 to 21 less 19 to 21 would give back counts that are suppressed for 17 to 18
    assert [key for key in authorities if "17_21" in key[0]] == []
    # and those in the total of activity but not in that of accommodation are three in the county, one in the west
    housed = table.loc[[key for key in authorities if key[0] == "care_leavers_accommodation_19_21"]]
    assert len(housed) and housed[["numerator", "denominator"]].isna().all().all()


# Targets: no published KPI has one, so the KPI is invented and its target that of a council which publishes both


@pytest.mark.parametrize(
    ("numerator", "status", "shown"),
    [(350, "red", "Red"), (393, "red", "Red"), (399, "red", "Red"), (400, "amber", "Amber"), (449, "amber", "Amber"), (450, "green", "Green")],
)  # fmt: skip
def test_target_45_with_tolerance_40_from_the_data_to_what_is_shown(review, numerator, status, shown):
    # Doncaster, care leavers in work or learning: target 45, tolerance 40, first quarter 39.3, July 35
    kpi = {**dict.fromkeys(review.schemas["kpis"].names), "kpi": "A", "name": "Care leavers", "unit": "per cent",
           "polarity": "higher is better", "target": Decimal(45), "tolerance": Decimal(40), "period_kind": "year",
           "rule_basis": "stated", "source": "report:2/1"}  # fmt: skip
    value = {**dict.fromkeys(review.schemas["kpi_values"].names), "kpi": "A", "period": "2021", "numerator": Decimal(numerator),
             "denominator": Decimal(1000), "source": "report:2/1"}  # fmt: skip
    year = replace(review, tables={
        **review.tables, **{name: pd.DataFrame([row], dtype=object) for name, row in (("kpis", kpi), ("kpi_values", value))},
    })  # fmt: skip
    row = row_of(results.table(year, "kpi_scorecard"), kpi="A")
    assert (row["value"], row["status"], row["why_not"]) == (Decimal(numerator) / 10, status, None)
    card = tables.show(year, "kpi_scorecard", ["name", "status"])
    assert card.rows == (("Care leavers", shown),) and f"status-{status}" in card._repr_html_()


def test_no_kpi_of_the_contract_is_rated_since_no_target_is_published(years):
    assert set(comparison.table(years, "kpi_scorecard")["status"]) <= {"not reported", "not rated"}


# Traps laid in the real data


@pytest.fixture
def statistics(review):
    return official.statistics(review)


def laid(statistics, *rows, without=()):
    """The real statistics with rows of ``official`` added, and some rows taken out."""
    held = statistics.official
    for measure, area in without:
        held = held[~((held["measure"] == measure) & (held["area"] == area) & (held["year"] == "2021-22"))]
    added = pd.DataFrame(
        [{**dict.fromkeys(held.columns), "year": "2021-22", **row} for row in rows], columns=held.columns
    )
    entered = pd.concat([held, added.astype(object)], ignore_index=True).astype(object)
    return replace(statistics, tables={**statistics.tables, "official": entered})


def refusal(statistics, measure):
    row = row_of(official.related_measures(statistics, "2021-22"), measure=measure)
    assert row["value"] is None and row["numerator"] is None and row["decimals"] is None
    assert row["basis"] == f"not made: {row['reason']}" and row["country_words"] == f"not compared: {row['reason']}"
    assert official.figure(statistics, measure, "2021-22").reason == row["reason"]
    return row["reason"]


# Children's social work workforce, 2025 release: 216 of 545.9, one return for both, at 30 September 2021
RETURNED = {"measure": "sw_vacancy_rate", "numerator": Decimal(216), "denominator": Decimal("545.9"), "value": Decimal("39.6"),
            "publication": "dfe_csww_2025"}  # fmt: skip


@pytest.mark.parametrize(
    ("areas", "gone"),
    [((NORTH,), ()), ((WEST,), ()), ((NORTH, WEST), ()), ((NORTH, WEST), [("sw_vacancy_rate", JOINT)])],
)
def test_a_joint_return_entered_under_a_council_is_never_added(statistics, areas, gone):
    # the Local Authority Interactive Tool repeats the return under each council; the release of 2022 puts it under one
    trap = laid(statistics, *({**RETURNED, "area": area} for area in areas), without=gone)
    assert refusal(trap, "sw_vacancy_rate") == "a joint return is one figure and is never added"


def test_a_joint_return_under_one_council_alone_is_no_figure_for_both(statistics):
    trap = laid(statistics, {**RETURNED, "area": NORTH}, without=[("sw_vacancy_rate", JOINT)])
    assert refusal(trap, "sw_vacancy_rate") == "no figure is published for West Northamptonshire"


def test_the_joint_return_as_it_is_stands_once(statistics):
    row = row_of(official.related_measures(statistics, "2021-22"), measure="sw_vacancy_rate")
    assert (row["numerator"], row["denominator"], row["basis"]) == (216, Decimal("545.9"), "one joint return")
    assert half_up(row["value"], 1) == Decimal("39.6")


def edited(statistics, measure, area, **cells):
    held = statistics.official.copy()
    where = (held["measure"] == measure) & (held["area"] == area) & (held["year"] == "2021-22")
    assert where.any()
    for column, value in cells.items():
        held.loc[where, column] = pd.Series([value] * where.sum(), index=held.index[where], dtype=object)
    return replace(statistics, tables={**statistics.tables, "official": held})


def test_a_suppressed_part_leaves_no_figure_and_is_not_recovered(statistics):
    hidden = {"numerator": None, "denominator": None, "value": None, "status": "c"}
    trap = edited(statistics, "repeat_plans", WEST, **hidden)
    assert refusal(trap, "repeat_plans") == "a part is suppressed (c)"
    row = row_of(official.measures_by_area(trap, "2021-22"), measure="repeat_plans", area="West Northamptonshire")
    assert (row["value"], row["numerator"], row["status"]) == (None, None, "c")
    changes = official.measure_changes(trap, "2022-23")
    assert (
        row_of(changes, measure="repeat_plans")["words"]
        == "not compared: for the year before, a part is suppressed (c)"
    )
    series = official.measure_series(trap, ["2020-21", "2021-22"], ["performance"])
    assert row_of(series, measure="repeat_plans", year="2021-22")["value"] is None


def test_rates_without_their_counts_are_not_averaged(statistics):
    trap = statistics
    for area in (NORTH, WEST):
        trap = edited(trap, "repeat_plans", area, numerator=None, denominator=None)
    assert refusal(trap, "repeat_plans") == "only rates are published, and rates are not averaged"


@pytest.mark.parametrize(("area", "kind"), [("england", "country"), ("east_midlands", "region")])
def test_a_figure_rounded_to_ten_is_no_part_of_any(statistics, area, kind):
    held = benchmarks.releases(statistics.official, statistics.publications)
    ours, theirs = (held["repeat_plans", of, "2021-22"][-1] for of in (NORTH, area))
    rows = [{**ours, "kind": "local authority"}, {**theirs, "kind": kind}]
    with pytest.raises(NotComparable, match="^England and regions are rounded to ten$"):
        benchmarks.add(rows, row_of(statistics.measures, measure="repeat_plans"))


def test_each_councils_own_boundary_is_kept(statistics):
    assert refusal(statistics, "distance_20_miles") == "the measure is not added over authorities"


def fingerprint(statistics, measure):
    return Fingerprint.of(row_of(statistics.measures, measure=measure))


@pytest.mark.parametrize("what", ["eet", "accommodation"])
def test_ages_19_to_21_are_not_compared_with_17_to_21(statistics, what):
    older, every = (fingerprint(statistics, f"care_leavers_{what}_{ages}") for ages in ("19_21", "17_21"))
    with pytest.raises(NotComparable, match="ages: 17 to 21 against 19 to 21"):
        comparable(every, older)


def test_the_trusts_vacancy_rate_is_never_compared_with_the_official_one(years, statistics):
    ours, gross = (fingerprint(statistics, measure) for measure in ("trust_vacancy_rate", "sw_vacancy_rate"))
    with pytest.raises(NotComparable, match="gross or net: not stated against gross"):
        comparable(ours, gross)
    beside = comparison.table(years, "reported_beside")
    held = beside[beside["official_title"] == "Social worker vacancy rate"]
    # 22.28 per cent in October 2019 and 15.8 in June 2022, as West Northamptonshire's budget scrutiny was told in 2022
    assert sorted(held["value"]) == [Decimal("15.8"), Decimal("22.28")]
    assert all("gross or net: not stated against gross" in words for words in held["what_differs"])
    for name in ("related_measures", "measures_by_area", "authority_ranks", "neighbour_means", "measure_changes"):
        assert not [title for title in comparison.table(years, name)["title"] if "trust" in title], name
    assert not set(comparison.table(years, "measure_series")["measure"]) & {"trust_vacancy_rate", "trust_agency_share"}


def test_no_figure_of_the_trusts_own_count_is_said_to_be_better_or_worse(years):
    cells = comparison.table(years, "reported_beside").to_numpy().ravel()
    assert not [cell for cell in cells if re.search(r"\b(better|worse|higher|lower)\b", str(cell))]


# Figures that stand only in the press or a summary of a meeting


def _entered(names):
    """The entered tables that some tables rest on, through those computed from them."""
    of_statistics = {"official", "authority_values", "measures"}
    found = set()
    for name in names:
        if name in comparison.ACROSS:
            found |= of_statistics | ({"demand"} if name == "forecast_outcomes" else set())
        else:
            found |= set(results.RESULTS[name].inputs) if name in results.RESULTS else {name}
    return found


@pytest.fixture(scope="module")
def drawn(years):
    """Every entered table that a chart takes figures or dates from."""
    place = Path(charts.__file__)
    parts = sorted(place.parent.glob("*.py")) if place.name == "__init__.py" else [place]
    nodes = [node for part in parts for node in ast.walk(ast.parse(part.read_text("utf-8")))]
    known = {*years.newest.schemas, *years.reference.schemas, *results.RESULTS, *comparison.ACROSS}
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    bridges = {name for name in results.RESULTS if name.endswith("_bridge")}
    return _entered((texts & known) | bridges)


def test_no_chart_is_drawn_of_figures_that_the_press_gives(years, drawn):
    assert {"official", "authority_values", "finance_lines", "demand", "grants"} <= drawn
    assert not drawn & {"published_finance", "reported_values"}
    kinds = years.reference.names("publications", "publication", "kind")
    assert set(kinds.values()) >= UNSURE, "there are some to keep out"
    for name in ("official", "authority_values"):
        assert {kinds[publication] for publication in years.newest[name]["publication"]}.isdisjoint(UNSURE), name
    for data in years.years:
        for name in (
            drawn - {"events", "inspections"} - set(years.reference.schemas)
        ):  # those two are dates, not figures
            sources = " ".join(data[name]["source"]) if "source" in data[name] else ""
            assert not [part for part in sources.split() if kinds.get(part) in UNSURE], (str(data.year), name)


def test_no_total_and_no_percentage_is_made_of_figures_that_the_press_gives(years):
    unsure = {"published_finance", "reported_values"}
    for data in years.years:
        claims = data["claims"]
        made = claims[claims["check"].isin(["total", "percentage", "percentage change"])]["against"].dropna()
        assert not {name for name in unsure for against in made if name in against}
    computed = [name for name, result in results.RESULTS.items() if unsure & set(result.inputs)]
    schemas = {name: results.table_schema(years.newest, name) for name in computed}
    numbers = {(name, column.name) for name, schema in schemas.items() for column in schema.columns if column.numeric}
    assert numbers - {("reported_beside", "decimals")} == {
        ("reported_beside", name) for name in ("value", "official_value", "country")
    }, "a figure given, and two official"
    entered = comparison.table(years, "reported_values")["value"]
    assert sorted(comparison.table(years, "reported_beside")["value"]) == sorted(entered), "each as it was given"


def test_every_such_figure_is_shown_with_the_kind_of_its_source(years):
    kinds = years.reference.names("publications", "publication", "kind")
    finance = comparison.table(years, "published_finance")
    shown = UNSURE | {"reader comment"}  # a comment stands in the press and is no reporting of it
    assert shown <= set(finance["basis"]), "there are some"
    for row in finance.to_dict("records"):
        cited = {kinds[part] for part in row["source"].split() if part in kinds}
        if cited and cited <= UNSURE:
            assert row["basis"] in shown, row["source"]
    assert "basis" in comparison.table_schema(years, "published_finance").shown


def test_the_series_of_finance_is_the_official_one_as_printed(years):
    series, held = comparison.table(years, "finance_series"), years.reference.tables["official"]
    printed = {
        (row["measure"], row["year"], value)
        for row in held.to_dict("records")
        for value in (row["value"], row["numerator"])
    }
    assert {(row["measure"], row["year"], row["value"]) for row in series.to_dict("records")} <= printed
    publications = years.newest["publications"]
    assert set(series["release"]) <= set(publications[publications["kind"] == "official statistics"]["title"])


# Years of which only public data is at hand


def test_a_year_without_its_annual_report_is_titled_as_public_data_and_shows_no_table_of_it(years):
    public = [data for data in years.years if not data.has_annual_report]
    assert [str(data.year) for data in years.years if data.has_annual_report] == ["2021-22"]
    for data in public:
        councils = "council's" if len(data.contract["councils"]) == 1 else "councils'"
        title = f"Public data about {data.year}: not the {councils} annual report"
        assert narrative.year_title(data) == narrative.public_title(data) == title
        assert title in repr(narrative.words(data, "00_summary"))
        assert data["service_costs"].empty and tables.show(data, "service_costs").empty.startswith("Not reported: ")
        assert len(results.table(data, "related_measures")) and len(data["review_steps"])


def test_nothing_of_any_public_year_is_shown_as_not_a_number(years):
    for data in years.years:
        for name in (*data.schemas, *results.RESULTS):
            cells = {cell.strip().lower() for row in tables.show(data, name).rows for cell in row}
            assert not cells & {"nan", "none.", "nat", "<na>"}, (str(data.year), name)
