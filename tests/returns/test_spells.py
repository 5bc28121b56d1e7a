"""From episodes to periods of care and placements: each code of why an episode is new, worked by hand, and laws."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.returns.spells import open_on, snapshots, spells
from ncthelpers.years import ContractYear

FIRST, SECOND, THIRD = date(2022, 1, 1), date(2022, 2, 1), date(2022, 3, 1)


def _episodes(*rows):
    shape = TABLES["episodes"]
    return pl.DataFrame([{c: {"child": "a", **row}.get(c) for c in shape} for row in rows], schema=dict(shape))


# The second episode of two: its code and placement, and when care, placement, stay and the stay before began.
SECOND_EPISODE = [
    ("S", "U1", SECOND, SECOND, SECOND, SECOND, "care starts anew"),
    ("P", "U1", FIRST, SECOND, SECOND, FIRST, "placement and carers"),
    ("B", "U1", FIRST, SECOND, SECOND, FIRST, "legal status, placement and carers"),
    ("L", "U1", FIRST, FIRST, FIRST, FIRST, "legal status only"),
    ("T", "U1", FIRST, SECOND, FIRST, FIRST, "placement, not the carers"),
    ("U", "U1", FIRST, SECOND, FIRST, FIRST, "legal status and placement, not the carers"),
    ("T", "A3", FIRST, FIRST, SECOND, FIRST, "the same carers are to adopt: no move, a stay of its own"),
    ("U", "A5", FIRST, FIRST, SECOND, FIRST, "the same carers are to adopt: no move, a stay of its own"),
    ("P", "A6", FIRST, SECOND, SECOND, FIRST, "others are to adopt"),
    (None, "U1", FIRST, SECOND, SECOND, FIRST, "not told: a move"),
    ("U", None, FIRST, SECOND, FIRST, FIRST, "no code of placement is none for adoption"),
]


@pytest.mark.parametrize(("why", "placement", "care", "placed", "carers", "before", "_"), SECOND_EPISODE)
def test_each_code_begins_what_it_says(why, placement, care, placed, carers, before, _):
    found = spells(
        _episodes(
            {"started": FIRST, "ended": SECOND, "why_new": "S", "placement": "U1"},
            {"started": SECOND, "why_new": why, "placement": placement},
        )
    ).row(1, named=True)
    columns = ("in_care_since", "placed", "with_carers_since", "before_since")
    assert tuple(found[c] for c in columns) == (care, placed, carers, before)


def test_adopters_who_adopt_after_other_adopters_are_a_stay_of_their_own():
    found = spells(
        _episodes(
            {"started": FIRST, "ended": SECOND, "why_new": "S", "placement": "U1"},
            {"started": SECOND, "ended": THIRD, "why_new": "P", "placement": "A6"},
            {"started": THIRD, "why_new": "T", "placement": "A6"},
        )
    )
    assert found["with_carers_since"].to_list() == [FIRST, SECOND, SECOND]
    assert found["before_since"].to_list() == [FIRST, FIRST, FIRST]


def test_a_day_between_two_episodes_ends_the_period_of_care_whatever_the_code():
    found = spells(
        _episodes(
            {"started": FIRST, "ended": SECOND, "why_new": "S"}, {"started": SECOND + timedelta(1), "why_new": "L"}
        )
    )
    assert found["in_care_since"].to_list() == [FIRST, SECOND + timedelta(1)]


def test_short_breaks_are_no_part_of_another_period():
    found = spells(
        _episodes(
            {"started": FIRST, "ended": SECOND, "why_new": "S", "legal_status": "C2"},
            {"started": SECOND, "ended": THIRD, "why_new": "L", "legal_status": "V4"},
            {"started": THIRD, "why_new": "L", "legal_status": "C2"},
        )
    )
    assert found.select("short_break", "in_care_since").rows() == [(False, FIRST), (False, THIRD), (True, None)]


def test_of_episodes_that_begin_on_one_day_the_one_that_ends_first_comes_first():
    found = spells(
        _episodes({"started": FIRST}, {"started": FIRST, "ended": SECOND}, {"started": FIRST, "ended": FIRST})
    )
    assert found["ended"].to_list() == [FIRST, SECOND, None]


def test_an_episode_without_a_child_or_a_start_lies_on_no_day():
    found = spells(_episodes({"started": None}, {"child": None, "started": FIRST}, {"started": FIRST}))
    assert found.height == 1


def test_snapshots_are_the_month_ends_that_the_episodes_tell_of():
    year = ContractYear("2023-24")
    covers = {"episodes": Cover(date(2024, 1, 31), date(2024, 3, 30))}
    assert snapshots(Records({}, covers), year) == [date(2024, 1, 31), date(2024, 2, 29)]
    assert snapshots(Records({}, {}), year) == []


HISTORIES = st.lists(
    st.tuples(st.sampled_from([0, 1, 30, 90]), st.sampled_from("SLPBTU"), st.sampled_from(["C2", "V4"])),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), HISTORIES, min_size=1), st.randoms())
def test_children_do_not_touch_each_other_and_the_order_of_rows_plays_no_part(histories, shuffle):
    rows = []
    for child, episodes in histories.items():
        day = FIRST
        for length, why, status in episodes:
            ends = day + timedelta(length)
            rows.append({"child": child, "started": day, "ended": ends, "why_new": why, "legal_status": status})
            day = ends + timedelta(1)  # no two rows of a child on the same days, which stay in the order given
    together = _cared(rows)
    assert together.equals(
        pl.concat([_cared(row for row in rows if row["child"] == child) for child in sorted(histories)])
    )
    shuffle.shuffle(rows)
    assert _cared(rows).equals(together)


def _cared(rows):
    found = spells(_episodes(*rows)).filter(~pl.col("short_break"))
    return found.drop("number", "placement_number")


@settings(max_examples=60, deadline=None)
@given(HISTORIES, st.integers(0, 400))
def test_of_episodes_one_after_the_other_one_at_most_stands_for_the_child_on_any_day(episodes, later):
    rows, day = [], FIRST
    for length, why, status in episodes:
        rows.append({"started": day, "ended": day + timedelta(length), "why_new": why, "legal_status": status})
        day = rows[-1]["ended"]
    found = open_on(spells(_episodes(*rows)), [FIRST + timedelta(later)]).collect()
    assert found.height == (FIRST + timedelta(later) < day)
