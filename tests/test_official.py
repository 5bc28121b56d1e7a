"""Tables of official statistics: combined, compared, ranked and followed over the years, or a reason in their place.

The frames here are small and invented; ``test_golden_years.py`` holds the real ones against published figures.
"""

import ast
import inspect
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import official
from ncthelpers.benchmarks import Combined, Statistics
from ncthelpers.kpis import SMALL_BASE
from ncthelpers.rounding import half_up


def number(value):
    return None if value is None else Decimal(str(value))


def frame(columns, *rows):
    return pd.DataFrame([list(row) for row in rows], columns=columns.split(), dtype=object)


# An invented contract: the councils North and South, which replaced one county, and their joint return

YEAR, BEFORE = "2031-32", "2030-31"
CHANGE = date(2031, 4, 1)
AREAS = frame(
    "area name code kind lies_in valid_from valid_to note",
    ("land", "Land", "L", "country", None, None, None, None),
    ("vale", "Vale", "V", "region", "land", None, None, None),
    ("county", "County", "C", "local authority", "vale", None, date(2031, 3, 31), None),
    ("north", "North", "N", "local authority", "vale", CHANGE, None, None),
    ("south", "South", "S", "local authority", "vale", CHANGE, None, None),
    ("hill", "Hill", "H", "local authority", None, None, None, None),
    ("dale", "Dale", "D", "local authority", None, None, None, None),
    ("both", "North and South", None, "joint return", None, CHANGE, None, None),
    ("like_north", "Neighbours of North", None, "neighbour group", None, None, None, None),
)
MEMBERS = frame("group member of source", ("both", "north", None, "p"), ("both", "south", None, "p"),
                ("like_north", "hill", "north", "p"), ("like_north", "dale", "north", "p"))  # fmt: skip
CHANGES = frame("old new on same_territory source", ("county", "north", CHANGE, True, "p"),
                ("county", "south", CHANGE, True, "p"))  # fmt: skip
PUBLICATIONS = frame("publication title published", ("old", "Release 1", "2032"), ("new", "Release 2", "2033-05"),
                     ("tool", "Tool", "2033-01"))  # fmt: skip
MEASURE_COLUMNS = (
    "measure title use producer unit decimals polarity numerator denominator ages timing gross_or_net boundary combines "
    "kpi note"
)
_SAME = ("what", "of what", "none", "year", "not applicable", "none")
MEASURES = frame(
    MEASURE_COLUMNS,
    ("plans", "Plans", "performance", "Office", "per cent", 1, "lower is better", *_SAME, "numerators and denominators", "A", "n"),
    ("stable", "Stable", "performance", "Office", "per cent", 0, "higher is better", *_SAME, "numerators and denominators", None, None),
    ("far", "Far", "performance", "Office", "per cent", 0, "lower is better", *_SAME, "not added", None, None),
    ("vacant", "Vacant", "performance", "Office", "per cent", 1, "lower is better",
     "vacant posts", "posts", "none", "30 September", "gross", "none", "joint return", "F", None),
    ("said", "Vacant as said", "performance", "Trust", "per cent", 1, "lower is better",
     "vacant posts", "posts", "none", "30 September", "net", "none", "not added", None, None),
    ("children", "Children", "demand", "Office", "children", 0, "not rated", *_SAME, "counts", None, None),
    ("closed", "Closed", "demand", "Office", "per cent", 1, "not rated", *_SAME, "numerators and denominators", None, None),
    ("rate", "Rate", "demand", "Office", "per 10,000 children", 0, "not rated", *_SAME, "not added", None, None),
    ("cost", "Cost", "finance", "Office", "£ per week", 0, "not rated", *_SAME, "not added", None, None),
).assign(by_area="counts and rates")  # fmt: skip
_OFFICIAL = "measure area year numerator denominator value status publication"
OFFICIAL = [
    ("plans", "county", BEFORE, 250, 1000, 25.0, None, "old"),
    ("plans", "north", YEAR, 90, 400, 22.5, None, "old"), ("plans", "north", YEAR, 100, 400, 25.0, None, "new"),
    ("plans", "south", YEAR, 190, 600, 31.7, None, "new"),
    ("plans", "vale", YEAR, 500, 2000, 25.0, None, "new"),
    ("plans", "land", YEAR, 14990, 64390, 23.3, None, "old"), ("plans", "land", YEAR, 14550, 64390, 22.7, None, "new"),
    ("stable", "county", BEFORE, 300, 500, 60, None, "new"),
    ("stable", "north", YEAR, 140, 200, 70, None, "new"), ("stable", "south", YEAR, None, None, None, "c", "new"),
    ("stable", "land", YEAR, 20830, 29510, None, None, "new"),
    ("far", "north", YEAR, None, None, 24, None, "tool"), ("far", "south", YEAR, None, None, 21, None, "tool"),
    ("far", "land", YEAR, None, None, 17, None, "tool"), ("far", "vale", YEAR, None, None, 21, None, "tool"),
    ("vacant", "both", YEAR, 194, 531.9, 36.5, None, "new"), ("vacant", "land", YEAR, None, None, 20.0, None, "new"),
    ("children", "county", BEFORE, 1000, None, None, None, "new"),
    ("children", "north", YEAR, 500, None, None, None, "new"), ("children", "south", YEAR, 600, None, None, None, "new"),
    ("children", "land", YEAR, 80000, None, 80000, None, "tool"),
    ("closed", "county", BEFORE, 30, 100, None, None, "new"),
    ("closed", "north", YEAR, 30, 100, None, None, "new"), ("closed", "south", YEAR, 50, 100, None, None, "new"),
    ("rate", "north", YEAR, None, None, 66, None, "new"), ("rate", "south", YEAR, None, None, 71, None, "new"),
    ("rate", "land", YEAR, None, None, 70, None, "new"), ("rate", "vale", YEAR, None, None, 64, None, "new"),
    ("cost", "north", YEAR, None, None, 1465, None, "tool"), ("cost", "land", YEAR, None, None, 1430, None, "tool"),
]  # fmt: skip
VALUES = [("plans", area, YEAR, value, status, "tool") for area, value, status in (
    ("north", 25.0, None), ("south", 31.7, None), ("hill", 20.0, None), ("dale", None, "c"))]  # fmt: skip
VALUES += [
    ("vacant", area, YEAR, value, None, "tool") for area, value in (("both", 36.5), ("hill", 10.0), ("dale", 36.5))
]
BREAK = frame("measure area before after certainty reason source",
              ("plans", None, BEFORE, YEAR, "suspected", "the councils are new", "p"))  # fmt: skip


def made(rows=(), values=VALUES, breaks=BREAK[:0], held=("north", "south"), **tables):
    """The invented statistics, with some ``rows`` in the place of those they have the key of, or added."""
    rows = {tuple(row[i] for i in (0, 1, 2, 7)): row for row in (*OFFICIAL, *rows)}.values()
    rows = [(*row[:3], number(row[3]), number(row[4]), number(row[5]), *row[6:]) for row in rows]
    values = [(*row[:3], number(row[3]), *row[4:]) for row in values]
    given = dict(
        official=frame(_OFFICIAL, *rows), measures=MEASURES, areas=AREAS, area_members=MEMBERS, area_changes=CHANGES,
        authority_values=frame("measure area year value status publication", *values), series_breaks=breaks,
        publications=PUBLICATIONS,
    )  # fmt: skip
    return Statistics(given | tables, held)


def row_of(table, measure, **where):
    for column, value in {"measure": measure, **where}.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_figures_of_two_years_are_the_only_ones_taken_from_each_other():
    """A suppressed part is recovered, and a rounded region split, only by subtraction of counts: there is none."""
    tree = ast.parse(inspect.getsource(official))
    taken = [
        (function.name, ast.unparse(node))
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Sub)
    ]
    assert taken == [("_year_before", "first - 1"), ("_change", "ours.value - earlier.value")]


def test_related_measures_are_combined_compared_or_refused():
    table = official.related_measures(made(), YEAR)
    assert table["measure"].tolist() == ["plans", "stable", "far", "vacant"], (
        "a measure no official figure has is left out"
    )
    plans = row_of(table, "plans")
    assert (plans["value"], plans["numerator"], plans["denominator"]) == (29, 290, 1000)
    assert (plans["country"], plans["country_words"], plans["region"]) == (Decimal("22.7"), "worse", 25)
    assert (plans["basis"], plans["release"], plans["reason"], plans["kpi"], plans["note"]) == (
        "sum of the authorities' counts", "Release 2", None, "A", "n",
    )  # fmt: skip
    far = row_of(table, "far")
    assert (far["value"], far["country"], far["region"], far["basis"]) == (
        None, 17, 21, "not made: the measure is not added over authorities",
    )  # fmt: skip
    assert far["reason"] == "the measure is not added over authorities"
    assert far["country_words"] == "not compared: the measure is not added over authorities"
    assert row_of(table, "stable")["reason"] == "a part is suppressed (c)"
    vacant = row_of(table, "vacant")
    assert (half_up(vacant["value"], 1), vacant["basis"], vacant["country_words"]) == (
        Decimal("36.5"), "one joint return", "worse",
    )  # fmt: skip


def test_a_joint_return_beside_a_council_of_it_gives_no_figure_in_the_table():
    table = official.related_measures(made([("vacant", "north", YEAR, 194, 531.9, 36.5, None, "new")]), YEAR)
    assert row_of(table, "vacant")["reason"] == "a joint return is one figure and is never added"


def test_a_joint_return_that_covers_others_or_not_all_is_no_figure_of_the_contract():
    wider = pd.concat([MEMBERS, MEMBERS[:1].assign(member="hill")])
    table = official.related_measures(made(area_members=wider), YEAR)
    assert row_of(table, "vacant")["reason"] == "the joint return covers other authorities too"
    table = official.related_measures(made(area_members=MEMBERS.iloc[[0, 2, 3]]), YEAR)
    assert row_of(table, "vacant")["reason"] == "no figure is published for South"


def test_a_council_without_a_row_leaves_no_figure():
    statistics = made()
    kept = statistics.official[~((statistics.official["measure"] == "far") & (statistics.official["area"] == "south"))]
    short = Statistics({**statistics.tables, "official": kept}, statistics.held)
    assert row_of(official.related_measures(short, YEAR), "far")["reason"] == "no figure is published for South"


def test_where_a_release_prints_only_counts_of_the_country_their_quotient_stands_and_says_so():
    # DfE, children looked after in England, 2025 release: England 2021-22, 20,830 of 29,510, printed 71
    table = official.related_measures(made([("stable", "south", YEAR, 150, 200, 75, None, "new")]), YEAR)
    stable, plans = row_of(table, "stable"), row_of(table, "plans")
    assert (stable["country"], stable["country_basis"]) == (71, "quotient of counts rounded to ten")
    assert stable["country_words"] == "better"
    assert plans["country_basis"] == "as printed"


def test_a_figure_of_the_country_with_a_symbol_is_not_compared():
    table = official.related_measures(made([("plans", "land", YEAR, None, None, 22.7, "u", "new")]), YEAR)
    assert row_of(table, "plans")["country"] is None
    assert row_of(table, "plans")["country_words"] == "not compared: no value is printed for Land"


def test_no_word_is_given_where_rounding_to_ten_could_change_it():
    close = [
        ("stable", "south", YEAR, 140, 200, 70, None, "new"),
        ("stable", "land", YEAR, 700, 1000, None, None, "new"),
    ]
    words = row_of(official.related_measures(made(close), YEAR), "stable")["country_words"]
    assert words == "not compared: too close to tell, since the counts for Land are rounded to ten"


@pytest.mark.parametrize(("base", "words"), [(SMALL_BASE - 1, f"small base: {SMALL_BASE - 1}"), (SMALL_BASE, "worse")])
def test_a_small_base_has_its_value_and_its_number_but_no_words(base, words):
    small = [("plans", "north", YEAR, 2, 4, 50, None, "new"), ("plans", "south", YEAR, 3, base - 4, 50, None, "new")]
    related = row_of(official.related_measures(made(small), YEAR), "plans")
    assert related["value"] == Decimal(500) / base and related["denominator"] == base
    assert related["country_words"] == words
    assert row_of(official.measure_changes(made(small), YEAR), "plans")["words"] == words


def test_a_small_base_of_one_area_has_no_words_beside_its_neighbours():
    table = official.neighbour_means(made([("plans", "north", YEAR, 2, 8, 25.0, None, "new")]), YEAR)
    assert row_of(table, "plans")["words"] == "small base: 8"


def test_an_area_stands_alone_only_where_no_figure_of_all_can_be_made_and_by_the_same_rules():
    alone = official.measures_alone(made(), YEAR)
    assert set(alone["measure"]) == {"stable", "far"}, "plans and vacancies have a figure of both"
    assert row_of(alone, "stable", area="North")["country_words"].startswith("not compared: too close to tell")
    assert row_of(alone, "stable", area="South")["country_words"].startswith("not compared: ")
    assert [row_of(alone, "far", area=area)["country_words"] for area in ("North", "South")] == ["worse", "worse"]
    assert set(alone["reason"]) == {
        official.related_measures(made(), YEAR).set_index("measure")["reason"][measure] for measure in ("stable", "far")
    }


@pytest.mark.parametrize("by_area", ["counts and rates", "rates only", "not shown"])
def test_a_small_base_is_not_compared_and_not_given_away(by_area):
    few = ("stable", "north", YEAR, 6, 9, 67, None, "new")
    alone = official.measures_alone(made([few], measures=MEASURES.assign(by_area=by_area)), YEAR)
    if by_area == "not shown":
        assert alone.empty
        return
    words = row_of(alone, "stable", area="North")["country_words"]
    assert words == ("small base: 9" if by_area == "counts and rates" else "not compared: small base")


def test_measures_by_area_are_as_published_in_the_newest_release():
    table = official.measures_by_area(made(), YEAR)
    plans = table[table["measure"] == "plans"]
    assert plans["area"].tolist() == ["North", "South", "Vale", "Land"]
    assert plans["value"].tolist() == [25, Decimal("31.7"), 25, Decimal("22.7")]
    hidden = row_of(table, "stable", area="South")
    assert (hidden["value"], hidden["numerator"], hidden["status"]) == (None, None, "c")
    assert table[table["measure"] == "vacant"]["area"].tolist() == ["North and South", "Land"]
    assert official.measures_by_area(made(), BEFORE)["area"].tolist() == ["County", "County"]


def test_ranks_count_a_joint_return_once_and_leave_out_what_is_not_published():
    table = official.authority_ranks(made(), YEAR)
    north = row_of(table, "plans", area="North")
    assert (north["rank"], north["of"], north["lowest"], north["median"], north["highest"]) == (
        "2", 3, 20, 25, Decimal("31.7"),
    )  # fmt: skip
    assert row_of(table, "vacant", area="North and South")["rank"] == "2 to 3"
    assert north["quartile"] is None, "three values have no quartiles"
    more = [("plans", f"a{i}", YEAR, 40 + i, None, "tool") for i in range(5)]
    north = row_of(official.authority_ranks(made(values=[*VALUES, *more]), YEAR), "plans", area="North")
    assert (north["rank"], north["of"], north["quartile"], north["release"]) == ("2", 8, "first (best)", "Tool")


def test_a_value_that_is_not_published_or_not_rated_has_no_rank():
    hidden = [("plans", "north", YEAR, None, "c", "tool"), ("rate", "north", YEAR, 66, None, "tool")]
    table = official.authority_ranks(made(values=hidden), YEAR)
    assert table["rank"].tolist() == [None, None]
    assert table["of"].tolist() == [0, 1]


def test_the_mean_of_neighbours_counts_those_that_are_published():
    table = official.neighbour_means(made(), YEAR)
    north = row_of(table, "plans")
    assert (north["area"], north["mean"], north["neighbours"], north["words"]) == ("North", 20, "1 of 2", "worse")
    assert "North and South" not in set(table["area"])
    alone = official.neighbour_means(made(values=VALUES[:2]), YEAR)
    assert row_of(alone, "plans")["words"] == "not compared: no value is printed for any neighbour"


def test_changes_follow_the_areas_over_their_change():
    plans = row_of(official.measure_changes(made(), YEAR), "plans")
    assert (plans["before_year"], plans["before"], plans["now"], plans["change"], plans["words"]) == (
        BEFORE, 25, 29, 4, "worse",
    )  # fmt: skip
    vacant = row_of(official.measure_changes(made(), YEAR), "vacant")
    assert (vacant["words"], vacant["before"], vacant["change"]) == ("no figure for the year before", None, None)
    stable = row_of(official.measure_changes(made(), YEAR), "stable")
    assert (stable["words"], stable["change"]) == ("not compared: a part is suppressed (c)", None)
    hidden = row_of(
        official.measure_changes(made([("plans", "county", BEFORE, None, None, None, "c", "old")]), YEAR), "plans"
    )
    assert hidden["words"] == "not compared: for the year before, the figure is suppressed (c)"


@pytest.mark.parametrize("certainty", ["suspected", "confirmed"])
def test_no_change_and_no_direction_is_given_over_a_break_in_series(certainty):
    statistics = made(breaks=BREAK.assign(certainty=certainty))
    plans = row_of(official.measure_changes(statistics, YEAR), "plans")
    assert (plans["change"], plans["words"]) == (
        None,
        f"not compared: {certainty} break in series: the councils are new",
    )
    assert (plans["before"], plans["now"]) == (25, 29)
    series = official.measure_series(statistics, (YEAR, BEFORE), ("performance",))
    assert row_of(series, "plans", year=YEAR)["break_before"] == f"{certainty}: the councils are new"
    assert row_of(series, "plans", year=BEFORE)["break_before"] is None


def test_no_change_at_the_printed_precision_is_no_change():
    same = [("plans", "county", BEFORE, 28996, 100000, 29.0, None, "old")]
    plans = row_of(official.measure_changes(made(same), YEAR), "plans")
    assert (plans["words"], plans["change"]) == ("no change", Decimal("0.004"))


def test_the_year_before_goes_over_a_century():
    assert official._year_before("2000-01") == "1999-00"
    assert official._year_before("2010-11") == "2009-10"


def test_demand_is_higher_or_lower_and_never_better_or_worse():
    table = official.official_demand(made(), YEAR)
    children, closed, rate = (row_of(table, measure) for measure in ("children", "closed", "rate"))
    assert (children["value"], children["before"], children["change_pct"], children["words"]) == (
        1100,
        1000,
        10,
        "higher",
    )
    assert (children["country"], children["region"]) == (None, None), "a count of the country is no comparator"
    assert children["release"] == "Release 2", "nor is its release one that the row rests on"
    assert (closed["value"], closed["words"], closed["change_pct"]) == (40, "higher", None)
    assert (rate["value"], rate["country"], rate["region"]) == (None, 70, 64)
    assert (
        rate["words"] == f"not compared: {rate['reason']}" == "not compared: the measure is not added over authorities"
    )
    rated = made(measures=MEASURES.assign(polarity="lower is better"))
    for words in (table["words"], official.official_demand(rated, YEAR)["words"]):
        assert not set(words) & {"better", "worse"}
    broken = official.official_demand(made(breaks=BREAK.assign(measure="children")), YEAR)
    assert row_of(broken, "children")["change_pct"] is None
    nil = official.official_demand(made([("children", "county", BEFORE, 0, None, None, None, "new")]), YEAR)
    assert (row_of(nil, "children")["change_pct"], row_of(nil, "children")["words"]) == (None, "higher")


def test_finance_has_a_row_for_each_area_and_no_total():
    table = official.official_finance(made(), YEAR)
    assert table.values.tolist() == [["cost", "Cost", "North", "£ per week", 1465, 1430, "Tool"]]


def test_a_figure_given_stands_beside_the_official_one_with_what_differs():
    reported = frame(
        "measure title when value unit beside said_by confidence note source",
        ("said", "Vacancies", "2031-06", Decimal("15.8"), "per cent", "vacant", "The trust", "high", None, "p"),
        ("vacant", "Vacancies again", "2031-09", Decimal("36.5"), "per cent", "vacant", "A council", "high", None, "p"),
        ("said", "Alone", "2031-07", Decimal(15), "per cent", None, "The trust", "high", None, "p"),
    )
    table = official.reported_beside(made(), reported)
    assert table["what_differs"].tolist() == [
        "gross or net: net against gross", "nothing: the definitions match", None,
    ]  # fmt: skip
    assert half_up(table["official_value"][0], 1) == Decimal("36.5") and table["country"][0] == 20
    assert table["official_title"].tolist() == ["Vacant", "Vacant", None]
    assert table["official_year"].tolist() == [YEAR, YEAR, None]
    assert not any("better" in str(cell) or "worse" in str(cell) for cell in table.to_numpy().ravel())


@pytest.mark.parametrize(
    ("when", "year", "value", "country"),
    [
        ("2031-03-31", BEFORE, 25, None),
        ("2031-03", BEFORE, 25, None),
        ("2030-04-01", BEFORE, 25, None),
        ("2031-04-01", YEAR, 29, Decimal("22.7")),
        ("2031-04", YEAR, 29, Decimal("22.7")),
        ("2032-03-31", YEAR, 29, Decimal("22.7")),
        ("2031", YEAR, 29, Decimal("22.7")),  # the last day that it can mean
        ("2029-10", "2029-30", None, None),
        ("2032-04-01", "2032-33", None, None),
    ],
)
def test_a_figure_given_is_held_against_the_official_year_that_it_lies_in(when, year, value, country):
    columns = "measure title when value unit beside said_by note source"
    row = ("said", "Said", when, Decimal("15.8"), "per cent", "plans", "The trust", None, "p")
    other = ("said", "Another", "2031-09", Decimal("15.8"), "per cent", "plans", "The trust", None, "p")
    table = official.reported_beside(made(), frame(columns, row, other))
    assert table.iloc[0][["when", "official_year", "official_value", "country"]].tolist() == [
        when,
        year,
        value,
        country,
    ]
    assert table.iloc[1]["official_year"] == YEAR, "each row has the year of its own"
    assert table.iloc[0]["decimals"] == (None if value is None else 1)


def test_where_no_figure_is_given_nothing_stands_beside_one():
    columns = "measure title when value unit beside said_by note source"
    table = official.reported_beside(made(), frame(columns))
    assert table.empty and table.columns.tolist() == [
        "title", "when", "value", "unit", "said_by", "official_title", "official_year", "official_value", "country",
        "what_differs", "note", "source", "decimals",
    ]  # fmt: skip


def test_revisions_are_figures_that_both_releases_print_and_print_differently():
    table = official.revisions(made())
    assert table[["area", "earlier", "later"]].values.tolist() == [
        ["North", "22.5 (90 of 400)", "25.0 (100 of 400)"],
        ["Land", "23.3 (14,990 of 64,390)", "22.7 (14,550 of 64,390)"],
    ]
    assert set(table["earlier_release"]) == {"Release 1"} and set(table["later_release"]) == {"Release 2"}
    same = [
        ("far", "land", YEAR, None, None, "17.0", None, "old"),
        ("children", "land", YEAR, None, None, None, "x", "old"),
    ]
    assert len(official.revisions(made(same))) == 2, "17 and 17.0 are one number, and a gap is no figure"


def test_series_have_every_year_in_order_with_reasons():
    series = official.measure_series(made(), [YEAR, "2029-30", BEFORE], ["performance", "demand"])
    plans = series[series["measure"] == "plans"]
    assert plans["year"].tolist() == ["2029-30", BEFORE, YEAR]
    assert plans["value"].tolist() == [None, 25, 29]
    assert plans["reason"].tolist() == ["no figure is published for the contract's areas in the year", None, None]
    assert plans["country"].tolist() == [None, None, Decimal("22.7")]
    assert set(series["measure"]) == {"plans", "stable", "far", "vacant", "children", "closed", "rate"}


# Places, units and directions as they are shown


def test_a_quotient_is_shown_to_a_place_at_least_and_a_figure_as_printed_with_its_own():
    table = official.related_measures(made([("stable", "south", YEAR, 150, 200, 75, None, "new")]), YEAR)
    assert dict(zip(table["measure"], table["decimals"], strict=True)) == {
        "plans": 1, "stable": 1, "far": None, "vacant": 1,
    }, "stable is printed without a place, but here it is a quotient of counts"  # fmt: skip
    demand = official.official_demand(made(), YEAR).set_index("measure")
    assert demand[["decimals", "before_decimals"]].T.to_dict("list") == {
        "children": [None, None], "closed": [1, 1], "rate": [None, None],
    }  # fmt: skip
    gone = official.official_demand(made([("closed", "county", BEFORE, None, None, None, "c", "new")]), YEAR)
    assert row_of(gone, "closed")[["decimals", "before_decimals"]].tolist() == [1, None]
    two = MEASURES.assign(decimals=2)
    assert set(official.related_measures(made(measures=two), YEAR)["decimals"]) == {2, None}


def test_changes_series_and_figures_given_have_the_places_of_their_figure():
    changes = official.measure_changes(made(), YEAR).set_index("measure")
    assert changes["decimals"].to_dict() == {"plans": 1, "stable": None, "far": None, "vacant": 1}, (
        "stable is suppressed in the year"
    )
    assert changes["before_decimals"].to_dict() == {"plans": 1, "stable": 1, "far": None, "vacant": None}, (
        "and has its figure of the year before; vacant has none"
    )
    assert set(changes["change_decimals"]) == {1}, "a change has a place at least, also of what is printed without"
    two = official.measure_changes(made(measures=MEASURES.assign(decimals=2)), YEAR)
    assert set(two["change_decimals"]) == {2}
    series = official.measure_series(made(), (BEFORE, YEAR), ("performance", "demand"))
    assert row_of(series, "plans", year=YEAR)[["decimals", "unit"]].tolist() == [1, "per cent"]
    assert row_of(series, "stable", year=YEAR)["decimals"] is None, "there is no figure to show"
    assert row_of(series, "children", year=YEAR)[["decimals", "unit"]].tolist() == [None, "children"]
    assert row_of(series, "rate", year=YEAR)["unit"] == "per 10,000 children"
    given = frame("measure title when value unit beside said_by source",
                  ("said", "Vacancies", "2031-06", Decimal("15.8"), "per cent", "vacant", "The trust", "p"),
                  ("said", "Far", "2031-06", Decimal("15.8"), "per cent", "far", "The trust", "p"))  # fmt: skip
    assert official.reported_beside(made(), given)["decimals"].tolist() == [1, None]


@pytest.mark.parametrize(
    ("south", "words"),
    [
        (150, "no change"),  # 60 to 290 of 400, 72.5: as much as the county
        (149, "worse"),  # 72.25, a change of -0.25 that is shown as -0.3
        (Decimal("149.9"), "no change"),  # -0.025, shown as 0.0
        (Decimal("149.8"), "no change"),  # -0.05 is shown as -0.1, but 72.45 as 72.5, the same as the county's
        (Decimal("149.7"), "worse"),  # 72.425, shown as 72.4
        (Decimal("150.2"), "better"),
    ],
)
def test_the_direction_is_that_of_the_change_as_it_is_shown(south, words):
    # the measure is printed without a place: rounded so, 72.5 and 72.25 would be 73 and 72, and 72.5 and 72.55 alike
    rows = [
        ("stable", "south", YEAR, south, 200, None, None, "new"),
        ("stable", "county", BEFORE, 290, 400, None, None, "new"),
    ]
    row = row_of(official.measure_changes(made(rows), YEAR), "stable")
    assert row["words"] == words
    shown, alike = half_up(row["change"], 1), half_up(row["now"], 1) == half_up(row["before"], 1)
    assert (row["words"] == "no change") == (not shown or alike)
    assert row["words"] == "no change" or (row["words"] == "worse") == (shown < 0)


def of_ten_thousand(measure, before, now):
    """The figure of the county before and of the two councils now, each in hundredths of a per cent."""
    return made([
        (measure, "county", BEFORE, before, 10000, None, None, "new"),
        (measure, "north", YEAR, now, 5000, None, None, "new"), (measure, "south", YEAR, 0, 5000, None, None, "new"),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        (8455, 8464, True),  # 84.55 and 84.64 are both shown as 84.6, though the change is shown as 0.1
        (8464, 8455, True),
        (8464, 8466, True),  # 84.6 and 84.7, but the change of 0.02 is shown as 0.0
        (8455, 8454, True),  # 84.6 and 84.5, and -0.01 as 0.0, without a minus
        (8464, 8464, True),
        (8455, 8465, False),  # 84.6 and 84.7, a change of 0.1
        (8449, 8455, False),  # 84.5 and 84.6, and 0.06 is shown as 0.1
        (8455, 8449, False),
        (8464, 8454, False),
        (8400, 8500, False),
    ],
)
def test_no_change_is_said_where_the_figures_or_the_change_are_shown_so(before, now, same):
    """A reader who sees two figures alike, or a change of nought, is told of no direction."""
    statistics = of_ten_thousand("plans", before, now)
    plans = row_of(official.measure_changes(statistics, YEAR), "plans")
    assert (plans["before"], plans["now"]) == (Decimal(before) / 100, Decimal(now) / 100)
    assert plans["change"] == Decimal(now - before) / 100, "what is shown alike is still given unrounded"
    assert plans["words"] == ("no change" if same else "worse" if now > before else "better")
    assert row_of(official.in_brief(statistics, YEAR), "plans")["since"] == plans["words"]
    closed = row_of(official.official_demand(of_ten_thousand("closed", before, now), YEAR), "closed")
    assert closed["words"] == ("no change" if same else "higher" if now > before else "lower")


@given(st.integers(0, 5000), st.integers(-40, 40))
def test_words_on_a_change_are_never_other_than_what_is_shown(before, step):
    plans = row_of(official.measure_changes(of_ten_thousand("plans", before, max(before + step, 0)), YEAR), "plans")
    shown = [half_up(plans[name], plans[f"{places}decimals"]) for name, places in (
        ("before", "before_"), ("now", ""), ("change", "change_"))]  # fmt: skip
    assert (plans["words"] == "no change") == (shown[0] == shown[1] or not shown[2])
    assert plans["words"] != "better" or (shown[1] < shown[0] and shown[2] < 0)
    assert plans["words"] != "worse" or (shown[1] > shown[0] and shown[2] > 0)


def test_what_is_not_made_has_its_reason_for_a_basis():
    demand = official.official_demand(made(), YEAR)
    assert row_of(demand, "rate")["basis"] == "not made: the measure is not added over authorities"
    assert row_of(demand, "children")["basis"] == "sum of the authorities' counts"
    related = official.related_measures(made(), YEAR)
    for row in related.to_dict("records"):
        assert (row["basis"] == f"not made: {row['reason']}") == (row["value"] is None) == (row["reason"] is not None)


# Figures by name, and area by area


def test_a_figure_of_a_measure_and_year_is_that_of_the_tables():
    table = official.related_measures(made(), YEAR).set_index("measure")
    for measure in table.index:
        assert official.figure(made(), measure, YEAR).value == table.at[measure, "value"]
    assert official.figure(made(), "plans", YEAR) == Combined(290, 1000, 29, "sum of the authorities' counts")
    assert official.figure(made(), "plans", BEFORE) == Combined(250, 1000, 25, "one authority")
    assert official.figure(made(), "stable", YEAR) == Combined(reason="a part is suppressed (c)")
    assert (
        official.figure(made(), "plans", "2034-35").reason
        == "no figure is published for the contract's areas in the year"
    )
    assert official.figure(made(), "said", YEAR).value is None
    with pytest.raises(LookupError, match="there is no measure named moons"):
        official.figure(made(), "moons", YEAR)


def test_a_series_by_area_has_the_figure_of_every_own_area_and_adds_none():
    rows = [("cost", "county", BEFORE, None, None, 1400, None, "tool"), ("cost", "south", YEAR, None, None, 900, None, "tool"),
            ("cost", "hill", YEAR, None, None, 1, None, "tool"), ("cost", "vale", YEAR, None, None, 2, None, "tool")]  # fmt: skip
    table = official.series_by_area(made(rows), "finance")
    assert table[["area", "year", "value"]].values.tolist() == [
        ["County", BEFORE, 1400], ["North", YEAR, 1465], ["South", YEAR, 900],
    ], "neither the country, the region nor another authority"  # fmt: skip
    assert table.iloc[1].to_dict() == {
        "measure": "cost", "title": "Cost", "area": "North", "year": YEAR, "unit": "£ per week", "value": 1465, "decimals": 0,
        "release": "Tool", "break_before": None,
    }  # fmt: skip
    assert set(official.series_by_area(made(), "demand")["measure"]) == {"children", "closed", "rate"}
    assert len(official.series_by_area(made(), "nothing")) == 0


def test_a_percentage_by_area_is_unrounded_where_its_counts_are_published():
    table = official.series_by_area(made(), "performance")
    plans = table[table["measure"] == "plans"]
    assert plans[["area", "year", "value", "decimals"]].values.tolist() == [
        ["County", BEFORE, 25, 1], ["North", YEAR, 25, 1], ["South", YEAR, Decimal(19000) / 600, 1],
    ]  # fmt: skip
    vacant = row_of(table, "vacant")
    assert (vacant["area"], half_up(vacant["value"], 1)) == ("North and South", Decimal("36.5")), (
        "a joint return stands once"
    )
    assert row_of(table, "far", area="North")[["value", "decimals"]].tolist() == [24, 0], "as printed"
    assert row_of(table, "stable", area="South")["value"] is None, "a suppressed figure is not there"


def test_only_a_percentage_is_made_from_its_counts_and_what_finance_prints_is_left():
    rows = [("cost", "north", YEAR, 1465400, 1000, 1465, None, "tool"), ("rate", "north", YEAR, 661, 100000, 66, None, "new"),
            ("cost", "south", YEAR, None, None, "900.50", None, "tool")]  # fmt: skip
    cost = official.series_by_area(made(rows), "finance")
    assert row_of(cost, "cost", area="North")["value"] == 1465, "not 1,465.4"
    south = row_of(cost, "cost", area="South")
    assert (str(south["value"]), south["decimals"]) == ("900.50", 2), "with the places that are printed"
    assert row_of(official.series_by_area(made(rows), "demand"), "rate", area="North")["value"] == 66, "not 66.1"
    printed = [("plans", "north", YEAR, None, 400, 25.4, None, "new")]
    plans = row_of(official.series_by_area(made(printed), "performance"), "plans", area="North")
    assert plans["value"] == Decimal("25.4"), "without both counts there is no quotient"


def test_no_figure_of_an_area_is_made_of_another_areas_counts():
    rows = [("plans", "south", YEAR, 0, 600, 0, None, "new")]
    alone, beside = (official.series_by_area(statistics, "performance") for statistics in (made(), made(rows)))
    for table in (alone, beside):
        assert row_of(table, "plans", area="North", year=YEAR)["value"] == 25
    assert row_of(beside, "plans", area="South")["value"] == 0, "nought is a figure"
    nothing = official.series_by_area(made([("plans", "south", YEAR, 0, 0, None, None, "new")]), "performance")
    assert row_of(nothing, "plans", area="South")["value"] is None, "of nothing there is no share"


# In brief


def test_in_brief_are_the_measures_that_a_figure_can_be_made_of_and_what_may_be_said_of_each():
    brief = official.in_brief(made(), YEAR)
    assert brief["measure"].tolist() == ["plans", "vacant", "children", "closed"], "no row where there is no figure"
    assert row_of(brief, "plans").to_dict() == {
        "measure": "plans", "title": "Plans", "unit": "per cent", "value": 29, "before": 25, "since": "worse",
        "country": Decimal("22.7"), "against": "worse", "decimals": 1, "before_decimals": 1,
    }  # fmt: skip
    assert row_of(brief, "vacant")[["before", "since"]].tolist() == [None, "no figure for the year before"]
    children = row_of(brief, "children")
    assert (children["value"], children["before"], children["since"]) == (1100, 1000, "higher")
    assert set(brief[brief["measure"].isin(["children", "closed"])]["against"]) == {None}, "demand is not rated"
    assert not [cell for cell in brief.to_numpy().ravel() if cell != cell]


def test_in_brief_never_rates_demand_whatever_its_polarity_is_entered_as():
    for polarity in ("lower is better", "higher is better", "not stated"):
        brief = official.in_brief(made(measures=MEASURES.assign(polarity=polarity)), YEAR)
        demand = brief[brief["measure"].isin(["children", "closed"])]
        assert demand["since"].tolist() == ["higher", "higher"] and set(demand["against"]) == {None}
        assert set(demand["country"]) == {None}


@pytest.mark.parametrize(
    ("gone", "row"),
    [
        ("plans", ("plans", "south", YEAR, None, None, None, "c", "new")),
        ("vacant", ("vacant", "north", YEAR, 1, 50, 2, None, "new")),
        ("children", ("children", "south", YEAR, None, None, None, "x", "new")),
        ("closed", ("closed", "north", YEAR, None, None, 30, None, "new")),
    ],
    ids=["suppressed", "a joint return and a council", "unavailable", "a rate without counts"],
)
def test_in_brief_leaves_out_what_cannot_be_made(gone, row):
    whole = official.in_brief(made(), YEAR)["measure"].tolist()
    assert official.in_brief(made([row]), YEAR)["measure"].tolist() == [name for name in whole if name != gone]


def test_in_brief_keeps_a_figure_of_nought():
    rows = [("children", area, YEAR, 0, None, None, None, "new") for area in ("north", "south")]
    children = row_of(official.in_brief(made(rows), YEAR), "children")
    assert (children["value"], children["since"]) == (0, "lower")


def test_in_brief_says_what_the_whole_tables_say():
    statistics = made(breaks=BREAK)
    brief = official.in_brief(statistics, YEAR)
    related, changes = official.related_measures(statistics, YEAR), official.measure_changes(statistics, YEAR)
    for row in brief[brief["against"].notna()].to_dict("records"):
        whole, change = row_of(related, row["measure"]), row_of(changes, row["measure"])
        assert (row["value"], row["country"], row["against"]) == (
            whole["value"],
            whole["country"],
            whole["country_words"],
        )
        assert (row["before"], row["since"]) == (change["before"], change["words"])
    assert row_of(brief, "plans")["since"] == "not compared: suspected break in series: the councils are new"


def test_a_year_whose_areas_cannot_be_followed_has_that_reason():
    reasons = official.related_measures(made(held=("north",)), BEFORE)["reason"]
    assert set(reasons) == {"the contract's areas cannot be made up of the areas of the year"}


def test_revisions_need_the_order_of_the_releases():
    publications = PUBLICATIONS.assign(published=["2033-05", "2033-05", "2033-01"])
    with pytest.raises(ValueError, match=f"plans, north, {YEAR}: .*the same date"):
        official.revisions(made(publications=publications))


TABLES = {
    "related_measures": lambda s: official.related_measures(s, YEAR),
    "measures_by_area": lambda s: official.measures_by_area(s, YEAR),
    "measures_alone": lambda s: official.measures_alone(s, YEAR),
    "authority_ranks": lambda s: official.authority_ranks(s, YEAR),
    "neighbour_means": lambda s: official.neighbour_means(s, YEAR),
    "measure_changes": lambda s: official.measure_changes(s, YEAR),
    "official_demand": lambda s: official.official_demand(s, YEAR),
    "official_finance": lambda s: official.official_finance(s, YEAR),
    "revisions": official.revisions,
    "measure_series": lambda s: official.measure_series(s, (BEFORE, YEAR), ("performance",)),
    "in_brief": lambda s: official.in_brief(s, YEAR),
    "series_by_area": lambda s: official.series_by_area(s, "finance"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_the_same_again_leaves_its_inputs_alone_and_holds_no_nan(name):
    statistics = made(breaks=BREAK)
    tables = statistics.tables
    before = {name: table.copy() for name, table in tables.items()}
    first = TABLES[name](statistics)
    pd.testing.assert_frame_equal(first, TABLES[name](statistics))
    for table, frame_before in before.items():
        pd.testing.assert_frame_equal(tables[table], frame_before)
    assert all(pd.api.types.is_object_dtype(dtype) for dtype in first.dtypes) and len(first)
    assert not [cell for cell in first.to_numpy().ravel() if cell != cell or isinstance(cell, float)]


@pytest.mark.parametrize("name", TABLES)
def test_no_table_fails_without_a_figure(name):
    statistics = made()
    empty = {table: frame_of[:0] for table, frame_of in statistics.tables.items() if table != "areas"}
    columns = TABLES[name](statistics).columns
    emptied = Statistics({**statistics.tables, **empty}, statistics.held)
    pd.testing.assert_index_equal(TABLES[name](emptied).columns, columns)


def test_the_region_and_the_country_are_those_that_the_register_says_the_areas_lie_in():
    moor = AREAS.iloc[[1]].assign(area="moor", name="Moor")
    isle = AREAS.iloc[[0]].assign(area="isle", name="Isle")
    areas = pd.concat([moor, isle, AREAS], ignore_index=True)
    rows = [("plans", "moor", YEAR, 1, 2, 50, None, "new"), ("plans", "isle", YEAR, 1, 2, 60, None, "new")]
    plans = row_of(official.related_measures(made(rows, areas=areas), YEAR), "plans")
    assert (plans["region"], plans["country"]) == (25, Decimal("22.7")), "others' figures are there and not used"
    apart = areas.assign(lies_in=["moor" if area == "south" else within for area, within in
                                  zip(areas["area"], areas["lies_in"], strict=True)])  # fmt: skip
    plans = row_of(official.related_measures(made(rows, areas=apart), YEAR), "plans")
    assert (plans["region"], plans["country"], plans["value"]) == (None, None, 29), (
        "of two regions neither is the contract's"
    )
    assert plans["country_words"] == "not compared: no value is printed for the country"


def test_where_no_region_is_entered_there_is_none():
    for areas in (AREAS.assign(lies_in=None), AREAS.drop(columns="lies_in")):
        table = official.related_measures(made(areas=areas), YEAR)
        assert set(table["region"]) == set(table["country"]) == {None}


# Definitions that are not stated in full


def unstated(measure, **parts):
    measures = MEASURES.copy()
    for part, value in (parts or {"denominator": "not stated"}).items():
        measures.loc[measures["measure"] == measure, part] = value
    return measures


@pytest.mark.parametrize("part", ["numerator", "denominator", "ages", "timing", "gross_or_net", "boundary"])
def test_a_measure_with_a_part_that_is_not_stated_has_its_figures_and_no_words(part):
    statistics = made(measures=unstated("plans", **{part: "not stated"}))
    words = "not compared: the definition is not stated in full"
    related = row_of(official.related_measures(statistics, YEAR), "plans")
    assert (related["value"], related["country"], related["country_words"]) == (29, Decimal("22.7"), words)
    change = row_of(official.measure_changes(statistics, YEAR), "plans")
    assert (change["before"], change["now"], change["change"], change["words"]) == (25, 29, None, words)
    mean = row_of(official.neighbour_means(statistics, YEAR), "plans")
    assert (mean["mean"], mean["words"]) == (20, words)
    brief = row_of(official.in_brief(statistics, YEAR), "plans")
    assert (brief["value"], brief["since"], brief["against"]) == (29, words, words)


def test_demand_that_is_not_defined_in_full_has_no_direction_either():
    children = row_of(official.official_demand(made(measures=unstated("children")), YEAR), "children")
    assert (children["value"], children["before"], children["change_pct"]) == (1100, 1000, None)
    assert children["words"] == "not compared: the definition is not stated in full"


def test_what_hinders_a_comparison_first_is_said_first():
    statistics = made(measures=unstated("plans"), breaks=BREAK)
    assert row_of(official.measure_changes(statistics, YEAR), "plans")["words"].startswith(
        "not compared: suspected break"
    )
    hidden = made([("plans", "south", YEAR, None, None, None, "c", "new")], measures=unstated("plans"))
    for table, column in ((official.related_measures, "country_words"), (official.measure_changes, "words")):
        assert row_of(table(hidden, YEAR), "plans")[column] == "not compared: a part is suppressed (c)"


# Figures that are only printed rounded

TOO_CLOSE = "not compared: too close to tell, since one year is only printed rounded"


def printed_before(printed, now, measure="stable", **tables):
    """The figure of the county printed, and that of the two councils made of counts, in hundredths of a per cent."""
    return made([
        (measure, "county", BEFORE, None, None, printed, None, "new"),
        (measure, "north", YEAR, now, 5000, None, None, "new"), (measure, "south", YEAR, 0, 5000, None, None, "new"),
    ], **tables)  # fmt: skip


@pytest.mark.parametrize(
    ("now", "words", "change"),
    [
        (6251, "better", 1),  # 62 may be as much as 62.5
        (6250, TOO_CLOSE, 1),
        (6249, TOO_CLOSE, 0),
        (6200, TOO_CLOSE, 0),
        (6151, TOO_CLOSE, 0),
        (6150, TOO_CLOSE, -1),  # half up, away from nought
        (6149, "worse", -1),
        (5000, "worse", -12),
        (7300, "better", 11),
    ],
)
def test_a_figure_printed_whole_is_as_much_as_half_a_unit_to_either_side(now, words, change):
    row = row_of(official.measure_changes(printed_before("62", now), YEAR), "stable")
    assert (row["words"], row["change_decimals"], half_up(row["change"], 0)) == (words, 0, change)
    assert (row["before_decimals"], row["decimals"]) == (0, 1)


def test_it_is_the_same_the_other_way_round():
    rows = [
        ("stable", "county", BEFORE, 6249, 10000, None, None, "new"),
        ("stable", "hill", YEAR, None, None, 62, None, "new"),
    ]
    alone = made(rows, held=("hill",))
    rows = [*rows, ("stable", "hill", BEFORE, 6249, 10000, None, None, "new")]
    for now, words in ((62, TOO_CLOSE), (63, "better"), (61, "worse")):
        rows[1] = ("stable", "hill", YEAR, None, None, now, None, "new")
        row = row_of(official.measure_changes(made(rows, held=("hill",)), YEAR), "stable")
        assert (row["words"], row["change_decimals"]) == (words, 0)
    assert row_of(official.measure_changes(alone, YEAR), "stable")["words"] == "no figure for the year before"


def test_two_figures_printed_alike_are_compared_as_printed():
    for now, words in ((62, "no change"), (63, "better"), (61, "worse")):
        rows = [
            ("stable", "hill", BEFORE, None, None, 62, None, "new"),
            ("stable", "hill", YEAR, None, None, now, None, "new"),
        ]
        row = row_of(official.measure_changes(made(rows, held=("hill",)), YEAR), "stable")
        assert (row["words"], row["change"], row["change_decimals"]) == (words, now - 62, 0)


@pytest.mark.parametrize(
    ("printed", "words"), [("24.5", "no change"), ("24.4", "worse"), ("24.6", "better"), ("24", "worse")]
)
def test_one_printed_to_the_places_that_the_other_is_shown_with_is_compared_as_shown(printed, words):
    # 24.52 is shown as 24.5; of a measure printed to one place, 24 is 24.0
    row = row_of(official.measure_changes(printed_before(printed, 2452, "plans"), YEAR), "plans")
    assert (row["words"], row["change_decimals"]) == (words, 1)


def test_a_printed_rate_is_no_quotient_though_its_counts_are_printed_with_it():
    measures = MEASURES.assign(combines=["numerators and denominators" if name == "rate" else combines for name, combines in
                                         zip(MEASURES["measure"], MEASURES["combines"], strict=True)])  # fmt: skip
    rows = [
        ("rate", "county", BEFORE, 1144, 171400, 67, None, "new"),
        ("rate", "north", YEAR, 525, 80000, 66, None, "new"),
    ]
    for count, words in ((658, "higher"), (620, TOO_CLOSE), (540, "lower")):
        south = ("rate", "south", YEAR, count, 90000, 71, None, "new")
        rate = row_of(official.official_demand(made([*rows, south], measures=measures), YEAR), "rate")
        assert (rate["before"], rate["before_decimals"], rate["decimals"]) == (67, 0, 1), "67 is not shown as 67.0"
        assert (rate["words"], rate["change_pct"]) == (words, None)
    both = official.measure_series(made([*rows, south], measures=measures), (BEFORE, YEAR), ["demand"])
    assert row_of(both, "rate", year=BEFORE)["decimals"] == 0


@given(st.integers(0, 100), st.integers(0, 5000))
def test_a_direction_is_said_only_where_all_that_was_rounded_to_the_printed_figure_agrees(printed, now):
    row = row_of(official.measure_changes(printed_before(str(printed), now), YEAR), "stable")
    value = Decimal(now) / 100
    said = {"better" if value > end else "worse" if value < end else "no change"
            for end in (printed - Decimal("0.5"), printed + Decimal("0.5"))}  # fmt: skip
    assert row["words"] == (said.pop() if len(said) == 1 else TOO_CLOSE)
    assert row["words"] == TOO_CLOSE or half_up(row["change"], row["change_decimals"]), (
        "nor is a change of nought shown"
    )


# Counts rounded to ten, on both sides of a quotient


def test_both_counts_of_the_country_may_be_out():
    # 700 of 1,000: within 30 either way 65.0 to 75.3 (670 of 1,030, 730 of 970); printed as 65 to 75
    for north, words in (
        (75, "not compared: too close"),
        (65, "not compared: too close"),
        (76, "better"),
        (64, "worse"),
    ):
        rows = [("stable", "north", YEAR, north * 2, 200, None, None, "new"), ("stable", "south", YEAR, north * 2, 200, None, None, "new"),
                ("stable", "land", YEAR, 700, 1000, None, None, "new")]  # fmt: skip
        assert row_of(official.related_measures(made(rows), YEAR), "stable")["country_words"].startswith(words)


def test_the_smallest_counts_of_a_region_have_bounds_too():
    rows = [("stable", "south", YEAR, 140, 200, None, None, "new"), ("stable", "land", YEAR, 10, 20, None, None, "new")]
    row = row_of(official.related_measures(made(rows), YEAR), "stable")
    assert row["country"] == 50 and row["country_words"].startswith("not compared: too close to tell")


# What a joint return covers

NOTHING = (None, None, None)


def test_an_authority_that_says_not_applicable_is_covered_by_its_joint_return():
    said = [("vacant", area, YEAR, *NOTHING, "z", "new") for area in ("north", "south")]
    for rows in (said, said[:1]):
        vacant = row_of(official.related_measures(made(rows), YEAR), "vacant")
        assert (half_up(vacant["value"], 1), vacant["basis"], vacant["reason"]) == (
            Decimal("36.5"),
            "one joint return",
            None,
        )


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("vacant", "north", YEAR, *NOTHING, "c", "new")], "a joint return is one figure and is never added"),
        ([("vacant", "north", YEAR, 1, 2, 50, "z", "new")], "a joint return is one figure and is never added"),
        ([("vacant", "north", YEAR, 1, 2, 50, None, "new")], "a joint return is one figure and is never added"),
        ([("vacant", "both", YEAR, *NOTHING, "c", "new"), ("vacant", "north", YEAR, *NOTHING, "z", "new")],
         "the figure is suppressed (c)"),
        ([("stable", "south", YEAR, *NOTHING, "z", "new")], "a part is not applicable (z)"),
    ],
    ids=["suppressed", "with numbers", "a figure", "of a suppressed return", "of no joint return"],
)  # fmt: skip
def test_any_other_row_beside_a_joint_return_is_still_refused(rows, reason):
    assert row_of(official.related_measures(made(rows), YEAR), rows[-1][0])["reason"] == reason


# Breaks, once each and for whose series


def breaks(*rows):
    return frame(" ".join(BREAK.columns), *((*row, "p") for row in rows))


def test_a_break_entered_for_each_area_has_its_reason_once():
    each = breaks(
        *(("plans", area, BEFORE, YEAR, "suspected", "the councils are new") for area in ("county", "north", "south"))
    )
    statistics = made(breaks=each)
    words = row_of(official.measure_changes(statistics, YEAR), "plans")["words"]
    assert words == "not compared: suspected break in series: the councils are new"
    series = official.measure_series(statistics, (BEFORE, YEAR), ("performance",))
    assert row_of(series, "plans", year=YEAR)["break_before"] == "suspected: the councils are new"
    two = pd.concat([each, breaks(("plans", "south", BEFORE, YEAR, "confirmed", "another count"))])
    words = row_of(official.measure_changes(made(breaks=two), YEAR), "plans")["words"]
    assert words.count("the councils are new") == 1 and words.endswith("; confirmed break in series: another count")


def test_a_break_of_the_country_or_region_is_in_its_own_column():
    for area, column in (
        ("land", "country_break"),
        ("vale", "region_break"),
        ("north", "break_before"),
        ("hill", None),
    ):
        held = made(breaks=breaks(("plans", area, BEFORE, YEAR, "confirmed", "a new count")))
        series = row_of(official.measure_series(held, (BEFORE, YEAR), ("performance",)), "plans", year=YEAR)
        for name in ("country_break", "region_break", "break_before"):
            assert series[name] == ("confirmed: a new count" if name == column else None)
        compared = row_of(official.measure_changes(held, YEAR), "plans")["words"]
        assert compared.startswith("not compared: confirmed break") == (area == "north")


def test_each_area_has_the_breaks_of_its_own_series_and_of_what_it_came_from():
    def marked(*rows):
        table = official.series_by_area(made(breaks=breaks(*rows)), "performance")
        table = table[table["break_before"].notna()]
        return list(table[["measure", "area", "year", "break_before"]].itertuples(index=False, name=None))

    why = "confirmed: a new count"
    assert marked(("plans", None, BEFORE, YEAR, "confirmed", "a new count")) == [
        ("plans", "North", YEAR, why), ("plans", "South", YEAR, why)]  # fmt: skip
    assert marked(("plans", "north", BEFORE, YEAR, "confirmed", "a new count")) == [("plans", "North", YEAR, why)]
    assert len(marked(("plans", "county", BEFORE, YEAR, "confirmed", "a new count"))) == 2, "both came from it"
    assert marked(("plans", "land", BEFORE, YEAR, "confirmed", "a new count")) == []
    assert marked(("vacant", "north", BEFORE, YEAR, "confirmed", "a new count")) == [], "nothing stands before it"
    each = [("plans", area, BEFORE, YEAR, "confirmed", "a new count") for area in ("county", "north", "south")]
    assert {row[-1] for row in marked(*each)} == {why}, "the reason once"


def test_a_break_in_a_year_without_a_row_is_before_the_next_year_that_has_one():
    later = "2033-34"
    rows = [("plans", "north", later, 1, 4, 25, None, "new"), ("far", "county", BEFORE, None, None, 9, None, "new"),
            ("far", "south", "2032-33", None, None, 9, None, "new")]  # fmt: skip
    held = made(
        rows,
        breaks=breaks(
            *(
                ("plans", None, YEAR, "2032-33", "confirmed", "a new count"),
                ("far", None, BEFORE, YEAR, "confirmed", "x"),
            )
        ),
    )
    table = official.series_by_area(held, "performance")
    table = table[table["break_before"].notna()]
    assert set(table[["measure", "area", "year"]].itertuples(index=False, name=None)) == {
        ("plans", "North", later), ("far", "North", YEAR), ("far", "South", YEAR)}  # fmt: skip


# How what stands beside is made


def test_the_series_say_how_the_figures_beside_them_are_made():
    rows = [
        ("stable", "vale", YEAR, None, None, 71, None, "new"),
        ("plans", "vale", YEAR, 500, 2000, None, None, "new"),
    ]
    for table in (
        official.measure_series(made(rows), (BEFORE, YEAR), ("performance",)),
        official.related_measures(made(rows), YEAR),
    ):
        table = table[table["year"] == YEAR] if "year" in table else table
        bases = {
            name: tuple(row_of(table, name)[["country_basis", "region_basis"]])
            for name in ("stable", "plans", "vacant")
        }
        assert bases == {
            "stable": (official.QUOTIENT, official.AS_PRINTED), "plans": (official.AS_PRINTED, official.QUOTIENT),
            "vacant": (official.AS_PRINTED, None),
        }  # fmt: skip


# What is shown of a single authority


@pytest.mark.parametrize(
    ("by_area", "held"),
    [("counts and rates", (100, 400, 25.0)), ("rates only", (None, None, 25.0)), ("not shown", None)],
)
def test_of_a_single_authority_no_more_is_shown_than_its_measure_allows(by_area, held):
    measures = MEASURES.assign(
        by_area=[by_area if name == "plans" else "counts and rates" for name in MEASURES["measure"]]
    )
    table = official.measures_by_area(made(measures=measures), YEAR)
    plans = table[table["measure"] == "plans"].set_index("area")
    shown = None if "North" not in plans.index else tuple(plans.loc["North", ["numerator", "denominator", "value"]])
    assert shown == held
    assert plans.loc["Land", "denominator"] == 64390  # the country is rounded to ten: nothing can be taken from it
    series = official.series_by_area(made(measures=measures), "performance")
    series = series[series["measure"] == "plans"]
    assert series["area"].tolist() == (["County", "North", "South"] if held else [])
    if held:
        assert series["decimals"].tolist()[1:] == [1, 1], "2 stands as 2.0 beside 2.3"
    related = official.related_measures(made(measures=measures), YEAR).set_index("measure")
    assert related.loc["plans", "value"] == 29  # the two together are shown whatever is shown of each
