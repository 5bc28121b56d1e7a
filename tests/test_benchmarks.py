"""Official statistics: what may be added and compared, and what is refused and why.

The frames here are small and invented but for the worked examples, whose published figures give their source.
"""

import ast
import inspect
from datetime import date
from decimal import Decimal
from itertools import permutations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import benchmarks
from ncthelpers.benchmarks import Combined, Statistics
from ncthelpers.definitions import NotComparable
from ncthelpers.rounding import half_up

SHARE = {"unit": "per cent", "combines": "numerators and denominators"}
COUNT = {"unit": "children", "combines": "counts"}
JOINT = {"unit": "per cent", "combines": "joint return"}
NOT_ADDED = {"unit": "per cent", "combines": "not added"}


def number(value):
    return None if value is None else Decimal(str(value))


def part(area, numerator=None, denominator=None, value=None, status=None, kind="local authority"):
    return dict(area=area, kind=kind, numerator=number(numerator), denominator=number(denominator),
                value=number(value), status=status)  # fmt: skip


def frame(columns, *rows):
    return pd.DataFrame([list(row) for row in rows], columns=columns.split(), dtype=object)


# An invented contract: the councils North and South, which replaced one county, and their joint return

YEAR, BEFORE = "2031-32", "2030-31"
CHANGE = date(2031, 4, 1)
AREAS = frame(
    "area kind valid_from valid_to",
    ("land", "country", None, None),
    ("vale", "region", None, None),
    ("county", "local authority", None, date(2031, 3, 31)),
    ("north", "local authority", CHANGE, None),
    ("south", "local authority", CHANGE, None),
    ("hill", "local authority", None, None),
    ("both", "joint return", CHANGE, None),
    ("like_hill", "neighbour group", None, None),
)
MEMBERS = frame("group member", ("both", "north"), ("both", "south"), ("like_hill", "hill"))
CHANGES = frame("old new on same_territory", *(("county", new, CHANGE, True) for new in ("north", "south")))
PUBLICATIONS = frame("publication published", ("old", "2032"), ("new", "2033-05"))
OFFICIAL = frame("measure area year value publication", *(
    ("plans", area, YEAR, Decimal(value), publication)
    for area, value, publication in (("north", "22.5", "old"), ("north", "25.0", "new"), ("land", "23.3", "old"), ("land", "22.7", "new"))
))  # fmt: skip
BREAK = frame("measure area before after certainty reason",
              ("plans", None, BEFORE, YEAR, "suspected", "the councils are new"))  # fmt: skip


def made(held=("north", "south"), breaks=BREAK[:0], **tables):
    """The invented statistics, with some tables replaced."""
    given = dict(official=OFFICIAL, measures=None, areas=AREAS, area_members=MEMBERS, area_changes=CHANGES,
                 authority_values=None, series_breaks=breaks, publications=PUBLICATIONS)  # fmt: skip
    return Statistics(given | tables, held)


# Traps: what may not be added is refused with its reason


JOINT_ROW = part("both", 194, 531.9, 36.5, kind="joint return")
TRAPS = {
    "a joint return twice": ([JOINT_ROW, JOINT_ROW], JOINT, "a joint return is one figure and is never added"),
    "a joint return beside its members": (
        [JOINT_ROW, part("north", 1, 2), part("south", 1, 2)], SHARE, "a joint return is one figure and is never added"),
    "one return entered under each council": (
        [part("north", 194, 531.9, 36.5), part("south", 194, 531.9, 36.5)], JOINT,
        "a joint return is one figure and is never added"),
    "averaged rates": ([part("a", value=20.0), part("b", value=30.0)], SHARE,
                       "only rates are published, and rates are not averaged"),
    "a suppressed part": ([part("a", 50, 100), part("b", status="c")], SHARE, "a part is suppressed (c)"),
    "a part rounded to nought": ([part("a", 50, 100), part("b", status="k")], SHARE, "a part is rounded to nought (k)"),
    "a suppressed figure": ([part("a", status="c")], SHARE, "the figure is suppressed (c)"),
    "a rounded region": ([part("a", 50, 100), part("vale", 500, 2000, kind="region")], SHARE,
                         "England and regions are rounded to ten"),
    "a rounded country": ([part("a", 50, 100), part("land", 500, 2000, kind="country")], COUNT,
                          "England and regions are rounded to ten"),
    "an authority twice": ([part("a", 50, 100), part("a", 51, 100)], SHARE, "an authority is there twice"),
    "each by its own boundary": ([part("a", 5, 100), part("b", 6, 100)], NOT_ADDED,
                                 "the measure is not added over authorities"),
    "a part without a figure": ([part("a", 50, 100), part("b")], SHARE, "no figure is published for a part"),
    "a count without one part": ([part("a", 50), part("b")], COUNT, "no figure is published for a part"),
    "nothing of nothing": ([part("a", 0, 0), part("b", 0, 0)], SHARE,
                           "there is nothing to take a share of: the denominator is nought"),
    "nothing of nothing alone": ([part("a", 0, 0)], SHARE,
                                 "there is nothing to take a share of: the denominator is nought"),
    "no row": ([], SHARE, "no figure is published"),
    "an empty row": ([part("a")], SHARE, "no figure is published"),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "measure", "reason"), TRAPS.values(), ids=TRAPS)
def test_what_may_not_be_added_is_refused_with_its_reason(rows, measure, reason):
    for order in permutations(rows):
        with pytest.raises(NotComparable) as refused:
            benchmarks.add(order, measure)
        assert str(refused.value) == reason
        assert benchmarks.combined(order, measure) == Combined(reason=reason)


def test_no_count_is_ever_taken_from_another():
    """A suppressed part is recovered, and a rounded region split, only by subtraction: the module has none at all."""
    tree = ast.parse(inspect.getsource(benchmarks))
    assert not [
        node for node in ast.walk(tree) if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Sub)
    ]
    assert not [name for name in benchmarks.__all__ if "subtract" in name or "remain" in name]


# Worked examples with published figures


@pytest.mark.parametrize(
    ("rows", "sums", "printed"),
    [
        # DfE, characteristics of children in need, 2025 release, c1: re-referrals 2021-22 of the two councils
        ([part("a", 1506, 7024, 21.4), part("b", 1421, 7234, 19.6)], (2927, 14258), "20.5"),
        # the same release, d3: plans that were a second or later one 2021-22
        ([part("a", 107, 391, 27.4), part("b", 123, 428, 28.7)], (230, 819), "28.1"),
    ],
)
def test_published_counts_of_two_councils_give_the_figure_for_both(rows, sums, printed):
    for order in permutations(rows):
        figure = benchmarks.add(order, SHARE)
        assert (figure.numerator, figure.denominator) == sums
        assert half_up(figure.value, 1) == Decimal(printed)
        assert figure.value != half_up(figure.value, 1), "the value is unrounded"
        assert figure.basis == "sum of the authorities' counts"


def test_england_keeps_the_percentage_printed_although_its_rounded_counts_give_another():
    # DfE, characteristics of children in need, 2025 release, d3: England 2021-22, 14,550 of 64,390 printed as 22.7
    england = part("land", 14550, 64390, 22.7, kind="country")
    assert half_up(Decimal(1455000) / 64390, 1) == Decimal("22.6")
    assert benchmarks.add([england], SHARE).value == Decimal("22.7")


def test_one_authority_is_unrounded_where_its_counts_are_published_and_as_printed_where_not():
    assert benchmarks.add([part("a", 1, 3, 33.3)], SHARE) == Combined(1, 3, Decimal(100) / 3, "one authority")
    assert benchmarks.add([part("a", value=33.3)], NOT_ADDED).value == Decimal("33.3")
    assert benchmarks.add([JOINT_ROW], JOINT).basis == "one joint return"
    caseload = {"unit": "cases per FTE", "combines": "joint return"}
    assert benchmarks.add([part("both", 3890, 222.5, 17.5, kind="joint return")], caseload).value == Decimal("17.5")


def test_counts_are_added_as_counts_and_rates_by_their_own_scale():
    both = [part("a", 525), part("b", 658)]
    assert benchmarks.add(both, COUNT) == Combined(1183, None, 1183, "sum of the authorities' counts")
    assert benchmarks.add(both[:1], COUNT).value == 525
    rate = {"unit": "per 10,000 children", "combines": "numerators and denominators"}
    assert benchmarks.add([part("a", 50, 10_000), part("b", 150, 10_000)], rate).value == 100


def test_only_a_rate_or_share_as_printed_is_said_to_be_printed():
    rate = {"unit": "per 10,000 children", "combines": "numerators and denominators"}
    assert benchmarks.add([part("a", 1144, 171_400, 67)], rate).printed, (
        "its counts are there, and it is printed all the same"
    )
    assert benchmarks.add([part("a", value=33.3)], NOT_ADDED).printed
    for rows, measure in (([part("a", 1, 3, 33.3)], SHARE), ([part("a", 5)], COUNT), ([part("a", value=5)], COUNT),
                          ([part("a", 5), part("b", 6)], COUNT), ([part("a", 1, 9), part("b", 2, 9)], rate)):  # fmt: skip
        assert not benchmarks.add(rows, measure).printed


# Laws of adding


@st.composite
def shares(draw):
    """Counts of two to five authorities, as published."""
    pairs = draw(st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 5000)), min_size=2, max_size=5))
    return [part(f"a{i}", min(pair), max(pair)) for i, pair in enumerate(pairs)]


@given(shares())
def test_parts_sum_to_the_whole_which_lies_between_them(rows):
    figure = benchmarks.add(rows, SHARE)
    assert figure.numerator == sum(row["numerator"] for row in rows)
    assert figure.denominator == sum(row["denominator"] for row in rows)
    each = [benchmarks.add([row], SHARE).value for row in rows]
    slack = Decimal("1e-20")  # division in decimal is good to 28 digits
    assert min(each) - slack <= figure.value <= max(each) + slack


@given(shares(), st.randoms(use_true_random=False))
def test_the_order_of_authorities_does_not_matter(rows, random):
    mixed = random.sample(rows, len(rows))
    assert benchmarks.add(rows, SHARE) == benchmarks.add(mixed, SHARE)


@given(shares(), st.sampled_from("ckuxz"), st.integers(0, 4))
def test_one_symbol_anywhere_leaves_no_figure(rows, symbol, place):
    rows[place % len(rows)]["status"] = symbol
    assert benchmarks.combined(rows, SHARE).value is None
    assert f"({symbol})" in benchmarks.combined(rows, SHARE).reason


# Words and ranks

POLARITIES = ("higher is better", "lower is better", "not rated")
TENTHS = st.integers(0, 1000).map(lambda tenths: Decimal(tenths) / 10)


@pytest.mark.parametrize(
    ("ours", "theirs", "polarity", "decimals", "words"),
    [
        ("20.53", "21.5", "lower is better", 1, "better than"),
        ("28.08", "22.7", "lower is better", 1, "worse than"),
        ("20.53", "20.5", "lower is better", 1, "the same as"),  # 20.53 is printed 20.5
        ("20.55", "20.5", "lower is better", 1, "worse than"),  # half up: printed 20.6
        ("72.998", "73", "higher is better", 0, "the same as"),
        ("47.4", "55", "higher is better", 0, "worse than"),
        ("66", "70", "not rated", 0, "lower than"),
        ("71", "70", "not rated", 0, "higher than"),
    ],
)
def test_words_compare_what_is_printed(ours, theirs, polarity, decimals, words):
    assert benchmarks.comparison_words(Decimal(ours), Decimal(theirs), polarity, decimals) == words


@pytest.mark.parametrize(
    ("ours", "theirs", "polarity", "kind", "words"),
    [
        ("47.4", "55.5", "higher is better", "level", "below"),
        ("28.1", "22.7", "lower is better", "level", "above"),  # a level is a level, whichever way is better
        ("20.53", "20.5", "not rated", "level", "level with"),
        ("1184", "1094", "not rated", "change", "rose"),
        ("63", "73", "higher is better", "change", "fell"),
        ("20.53", "20.5", "lower is better", "change", "did not change"),
        ("45", "45", "higher is better", "target", "met"),
        ("46", "45", "lower is better", "target", "missed"),
    ],
)
def test_the_kind_of_comparison_chooses_the_words(ours, theirs, polarity, kind, words):
    assert benchmarks.comparison_words(Decimal(ours), Decimal(theirs), polarity, 1, kind) == words


def test_a_target_is_neither_met_nor_missed_where_nobody_says_which_way_is_better():
    with pytest.raises(NotComparable, match="which way is better is not stated"):
        benchmarks.comparison_words(1, 2, "not rated", 0, "target")
    with pytest.raises(ValueError, match="'mood' is not a kind of comparison"):
        benchmarks.comparison_words(1, 2, "not rated", 0, "mood")


@given(TENTHS, TENTHS)
def test_words_flip_with_the_polarity_and_with_the_order(ours, theirs):
    flip = {"better than": "worse than", "worse than": "better than", "the same as": "the same as"}
    high, low, plain = (benchmarks.comparison_words(ours, theirs, polarity, 1) for polarity in POLARITIES)
    assert low == flip[high] == benchmarks.comparison_words(theirs, ours, "higher is better", 1)
    assert plain == {"better than": "higher than", "worse than": "lower than"}.get(high, high)


@given(st.lists(TENTHS, min_size=1, max_size=60), st.sampled_from(POLARITIES[:2]), st.randoms(use_true_random=False))
def test_ranks_are_an_ordering_that_no_order_of_the_values_changes(values, polarity, random):
    places = {value: benchmarks.rank(values, value, polarity) for value in values}
    best_first = sorted(places, reverse=polarity == "higher is better")
    assert [places[value].first for value in best_first] == sorted(place.first for place in places.values())
    filled = [rank for value in best_first for rank in range(places[value].first, places[value].last + 1)]
    assert filled == list(range(1, len(values) + 1)), "every rank is taken once"
    quartiles = [places[value].quartile for value in best_first]
    assert quartiles == [None] * len(quartiles) if len(values) < 4 else quartiles == sorted(quartiles)
    mixed = random.sample(values, len(values))
    assert places == {value: benchmarks.rank(mixed, value, polarity) for value in mixed}


def test_ties_share_their_ranks_and_quartiles_go_by_their_middle():
    values = [Decimal(value) for value in (1, 2, 2, 2, 5, 6, 7, 8)]
    place = benchmarks.rank(values, Decimal(2), "lower is better")
    assert (place.ranks, place.of, place.quartile) == ("2 to 4", 8, 2)
    assert [benchmarks.rank(values, Decimal(v), "lower is better").quartile for v in (1, 5, 7, 8)] == [1, 3, 4, 4]
    best = benchmarks.rank(values, Decimal(8), "higher is better")
    assert (best.ranks, best.of) == ("1", 8)


def test_a_measure_that_is_not_rated_has_no_rank_nor_has_a_value_that_is_not_there():
    with pytest.raises(NotComparable, match="not rated"):
        benchmarks.rank([Decimal(1)], Decimal(1), "not rated")
    with pytest.raises(ValueError, match="3 is not among the values"):
        benchmarks.rank([Decimal(1)], Decimal(3), "lower is better")


# Areas and releases


def test_before_a_change_the_old_area_stands_for_the_councils_that_replaced_it():
    assert benchmarks.areas_in_being(made(), YEAR) == ("north", "south")
    assert benchmarks.areas_in_being(made(held=("south", "north")), YEAR) == ("south", "north")
    assert benchmarks.areas_in_being(made(), BEFORE) == ("county",)


@pytest.mark.parametrize(
    "changed",
    [
        {"held": ("north",)},  # the county had more than North
        {"held": ("north", "hill")},
        {"area_changes": CHANGES.assign(same_territory=[True, False])},
        {"area_changes": CHANGES[:0]},
        {"area_changes": pd.concat([CHANGES, CHANGES[:1].assign(new="hill")])},  # a third area took part of it
    ],
)
def test_no_old_area_is_used_whose_territory_is_not_wholly_the_contracts(changed):
    assert benchmarks.areas_in_being(made(**changed), BEFORE) == ()


def test_areas_changed_within_a_year_are_those_of_its_last_day():
    day = date(2031, 10, 1)
    areas = AREAS.assign(valid_from=AREAS["valid_from"].replace(CHANGE, day))
    areas["valid_to"] = [date(2031, 9, 30) if area == "county" else None for area in areas["area"]]
    assert benchmarks.areas_in_being(made(areas=areas), YEAR) == ("north", "south")
    assert benchmarks.areas_in_being(made(areas=areas, held=("county",)), YEAR) == ()


def test_an_area_that_ended_is_not_used_after_it():
    assert benchmarks.areas_in_being(made(held=("county",)), YEAR) == ()


def test_areas_are_followed_over_two_changes():
    first = AREAS.iloc[[2]].assign(area="shire", valid_to=date(2025, 3, 31))
    areas = pd.concat([AREAS, first], ignore_index=True)
    areas.loc[areas["area"] == "county", "valid_from"] = date(2025, 4, 1)
    areas = areas.astype(object).where(areas.notna(), None)
    changes = pd.concat([CHANGES, CHANGES[:1].assign(old="shire", new="county")], ignore_index=True)
    statistics = made(areas=areas, area_changes=changes)
    assert [benchmarks.areas_in_being(statistics, year) for year in ("2024-25", "2025-26", YEAR)] == [
        ("shire",), ("county",), ("north", "south"),
    ]  # fmt: skip


@pytest.mark.parametrize(("published", "fault"), [("2033-05", "the same date"), (None, "has no date")])
def test_releases_whose_order_cannot_be_told_are_an_error(published, fault):
    publications = PUBLICATIONS.assign(published=[published, "2033-05"])
    with pytest.raises(ValueError, match=f"plans, north, {YEAR}: .*{fault}"):
        benchmarks.releases(OFFICIAL, publications)


def test_a_release_without_a_date_is_enough_where_it_is_the_only_one():
    publications = PUBLICATIONS.assign(published=[None, "2033-05"])
    found = benchmarks.releases(OFFICIAL.iloc[[0, 3]], publications)
    assert [row["publication"] for rows in found.values() for row in rows] == ["old", "new"]


def test_releases_of_a_figure_are_in_the_order_of_their_dates_whatever_that_of_the_rows():
    for official in (OFFICIAL, OFFICIAL.iloc[::-1]):
        found = benchmarks.releases(official, PUBLICATIONS)
        assert {key: [row["publication"] for row in rows] for key, rows in found.items()} == {
            ("plans", "north", YEAR): ["old", "new"], ("plans", "land", YEAR): ["old", "new"],
        }  # fmt: skip
        assert all(official.at[row["label"], "value"] == row["value"] for rows in found.values() for row in rows)


# Joint returns


def test_a_joint_return_is_the_contracts_own_while_it_is_in_being_and_names_all_that_it_covers():
    assert benchmarks.joint_returns(made(), YEAR) == {"both": ["north", "south"]}
    assert benchmarks.own_areas(made(), YEAR) == ("north", "south", "both")
    assert benchmarks.own_areas(made(), BEFORE) == ("county",)
    wider = pd.concat([MEMBERS, MEMBERS[:1].assign(member="hill")])
    assert benchmarks.joint_returns(made(area_members=wider), YEAR) == {"both": ["north", "south", "hill"]}
    assert benchmarks.joint_returns(made(held=("hill",)), YEAR) == {}, "nor is a group of neighbours a joint return"


def test_a_share_of_nothing_is_no_figure():
    with pytest.raises(NotComparable, match="the denominator is nought"):
        benchmarks.share(1, 0, "per cent")


# Breaks


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [(BEFORE, YEAR, 1), ("2028-29", YEAR, 1), ("2028-29", "2034-35", 1), ("2029-30", BEFORE, 0), (YEAR, "2032-33", 0)],
)
def test_a_break_counts_between_the_years_on_either_side_of_it(before, after, found):
    statistics = made(breaks=BREAK)
    assert len(benchmarks.breaks_between(statistics, "plans", ("north", "county"), before, after)) == found
    assert not len(benchmarks.breaks_between(statistics, "stable", ("north", "county"), before, after))


def test_a_break_without_an_area_is_of_the_contracts_own_areas_and_one_with_an_area_only_of_that():
    own, named = made(breaks=BREAK), made(breaks=BREAK.assign(area="land"))
    for areas, of_own, of_land in (
        (("county",), 1, 0), (("both",), 1, 0), (("land",), 0, 1), (("land", "north"), 1, 1), (("hill",), 0, 0),
    ):  # fmt: skip
        assert len(benchmarks.breaks_between(own, "plans", areas, BEFORE, YEAR)) == of_own
        assert len(benchmarks.breaks_between(named, "plans", areas, BEFORE, YEAR)) == of_land


def test_where_no_break_lies_between_the_columns_are_still_there():
    for breaks in (BREAK, BREAK[:0]):
        found = benchmarks.breaks_between(made(breaks=breaks), "plans", ("hill",), BEFORE, YEAR)
        assert found.empty and list(found.columns) == list(BREAK.columns)


def test_a_reason_entered_for_several_areas_is_given_once():
    rows = [("plans", area, BEFORE, YEAR, certainty, reason) for area, certainty, reason in (
        ("north", "suspected", "one"), ("south", "suspected", "one"), ("county", "confirmed", "two"),
        ("north", "confirmed", "three"), ("south", "suspected", "three"), ("county", "confirmed", "one"))]  # fmt: skip
    found = benchmarks.break_reasons(frame(" ".join(BREAK.columns), *rows))
    assert list(found.items()) == [("one", "confirmed"), ("two", "confirmed"), ("three", "confirmed")]
    assert benchmarks.break_reasons(BREAK) == {"the councils are new": "suspected"}
    assert benchmarks.break_reasons(BREAK[:0]) == {}


def test_what_is_given_of_joint_returns_may_be_changed():
    statistics = made()
    benchmarks.joint_returns(statistics, YEAR)["both"].append("hill")
    assert benchmarks.joint_returns(statistics, YEAR) == {"both": ["north", "south"]}


def test_only_the_tables_asked_for_are_read():
    class Tables(dict):
        def __getitem__(self, name):
            read.append(name)
            return super().__getitem__(name)

    read, statistics = [], made()
    benchmarks.areas_in_being(Statistics(Tables(statistics.tables), statistics.held), YEAR)
    assert sorted(set(read)) == ["area_changes", "areas"]


def test_an_area_comes_from_those_before_it_and_a_joint_return_from_all_that_it_covers():
    assert benchmarks.lineage(made(), "north") == {"north", "county"}
    assert benchmarks.lineage(made(), "county") == {"county"}, "and not from those after it"
    assert benchmarks.lineage(made(), "both") == {"both", "north", "south", "county"}
    assert benchmarks.lineage(made(), "like_hill") == {"like_hill"}, "a group of neighbours is no whole"
    older = pd.concat(
        [CHANGES, CHANGES[:1].assign(old="shire", new="county"), CHANGES[:1].assign(old="north", new="county")]
    )
    assert benchmarks.lineage(made(area_changes=older), "south") == {"south", "county", "shire", "north"}, "a ring ends"
