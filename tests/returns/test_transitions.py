"""Stock and flow of children in care: hand-worked cases, what adds up, the same as a walk from day to day, and the prediction."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.returns import ssda903, transitions
from ncthelpers.returns.readers import read
from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.returns.transitions import OUT_OF_CARE, flows, predicted, rates, stock
from ncthelpers.years import ContractYear

from .conftest import benchmark_module

FIRST, LAST = date(2022, 4, 1), date(2022, 4, 10)
COVER = Cover(date(2022, 1, 1), date(2023, 3, 31))


def in_care(*lines: str, cover: Cover = COVER) -> Records:
    """Records of lines: child, birth, start and end (days of April, or whole dates; a point where open), type, legal status."""
    rows, born = [], {}
    for line in lines:
        child, birth, started, ended, placement, *status = line.split()
        born[child] = on(birth)
        rows.append({
            "child": child, "started": on(started), "ended": on(ended), "placement": placement,
            "legal_status": status[0] if status else "C2",
        })  # fmt: skip
    children = [{"child": child, "born": birth} for child, birth in born.items()]
    tables = {"episodes": rows, "children": children}
    found = {name: pl.DataFrame(given, schema=dict(TABLES[name])) for name, given in tables.items()}
    return Records(found, dict.fromkeys(found, cover))


def on(text: str) -> date | None:
    if text == ".":
        return None
    return date.fromisoformat(text) if "-" in text else date(2022, 4, int(text))


# lines, children in care at the end of 1 to 10 April, passages, entrants
FOSTERED, HOME, OUT = "fostering", "children's homes and secure units", (None, OUT_OF_CARE)
CASES = {
    "open from the day it started, and not on the day it ended": (
        ["a 2014-01-01 3 6 U4"], [0, 0, 1, 1, 1, 0, 0, 0, 0, 0], {("5 to 9", FOSTERED, *OUT): 1}, 1,
    ),
    "in care before the period is no entrant": (
        ["a 2014-01-01 2022-02-01 . U4"], [1] * 10, {}, 0,
    ),
    "one who left on the first day is in the stock before it only": (
        ["a 2014-01-01 2022-02-01 1 U4"], [0] * 10, {("5 to 9", FOSTERED, *OUT): 1}, 0,
    ),
    "one who comes on the last day counts": (
        ["a 2014-01-01 10 . U4"], [0] * 9 + [1], {}, 1,
    ),
    "one who comes after it does not": (
        ["a 2014-01-01 11 . U4"], [0] * 10, {}, 0,
    ),
    "another type of placement on the same day is a passage": (
        ["a 2014-01-01 2022-02-01 4 U4", "a 2014-01-01 4 . K2"], [1] * 10, {("5 to 9", FOSTERED, "5 to 9", HOME): 1}, 0,
    ),
    "another placement of the type is none": (
        ["a 2014-01-01 2022-02-01 4 U4", "a 2014-01-01 4 . U1"], [1] * 10, {}, 0,
    ),
    "a day between is out of care and in again": (
        ["a 2014-01-01 2022-02-01 4 U4", "a 2014-01-01 5 . U4"], [1] * 3 + [0] + [1] * 6, {("5 to 9", FOSTERED, *OUT): 1}, 1,
    ),
    "another child who comes on the day one leaves is another child": (
        ["a 2014-01-01 2022-02-01 4 U4", "b 2014-01-01 4 . K2"], [1] * 10, {("5 to 9", FOSTERED, *OUT): 1}, 1,
    ),
    "a birthday that begins a band is a passage": (
        ["a 2012-04-05 2022-02-01 . U4"], [1] * 10, {("5 to 9", FOSTERED, "10 to 15", FOSTERED): 1}, 0,
    ),
    "another birthday is none": (
        ["a 2013-04-05 2022-02-01 . U4"], [1] * 10, {}, 0,
    ),
    "a move on the birthday is one passage": (
        ["a 2012-04-05 2022-02-01 5 U4", "a 2012-04-05 5 . K2"], [1] * 10, {("5 to 9", FOSTERED, "10 to 15", HOME): 1}, 0,
    ),
    "leaving on the birthday that begins a band leaves from the band before": (
        ["a 2006-04-05 2022-02-01 5 U4"], [1] * 4 + [0] * 6, {("10 to 15", FOSTERED, *OUT): 1}, 0,
    ),
    "born on 29 February, a band begins on 1 March": (
        ["a 2012-02-29 2022-02-01 3 U4"], [1] * 2 + [0] * 8, {("10 to 15", FOSTERED, *OUT): 1}, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "each_day", "moves", "entrants"), CASES.values(), ids=CASES)
def test_a_case_worked_by_hand(lines, each_day, moves, entrants):
    found = flows(in_care(*lines), FIRST, LAST)
    assert found.stock[1:].sum(axis=1).tolist() == each_day
    assert {tuple(row[:4]): row[4] for row in rates(found).rows()} == moves
    assert found.entrants.sum() == entrants
    assert found.left_out.height == 0


LEFT_OUT = {
    "a series of short breaks": ("a 2014-01-01 3 6 U4 V3", transitions.SHORT_BREAKS),
    "ended on the day it started": ("a 2014-01-01 3 3 U4", transitions.NO_LENGTH),
    "no date of birth": ("a . 3 6 U4", transitions.NO_BIRTH),
    "no start": ("a 2014-01-01 . 6 U4", transitions.NO_START),
}


@pytest.mark.parametrize(("line", "why"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_is_left_out_is_counted_by_reason(line, why):
    found = flows(in_care(line, "b 2014-01-01 3 . U4"), FIRST, LAST)
    assert found.left_out.rows() == [(why, 1)]
    assert found.stock[-1].sum() == 1
    assert stock(found).filter(pl.col("children") > 0)["day"].min() == on("3")


def test_an_episode_of_no_length_between_two_does_not_break_care():
    found = flows(in_care("a 2014-01-01 2022-02-01 4 U4", "a 2014-01-01 4 4 K2", "a 2014-01-01 4 . P1"), FIRST, LAST)
    assert {tuple(row[:4]): row[4] for row in rates(found).rows()} == {
        ("5 to 9", FOSTERED, "5 to 9", "with parents"): 1
    }


def test_a_rate_is_passages_by_days_at_risk_and_the_prediction_follows_it():
    # a and b in fostering on 31 March; a leaves on 4 April, so 3 + 3 days of both, then b alone; c comes on 6 April
    records = in_care("a 2014-01-01 2022-02-01 4 U4", "b 2014-01-01 2022-02-01 . U4", "c 2014-01-01 6 . U4")
    found = flows(records, FIRST, LAST)
    at_risk = 2 * 4 + 1 * 2 + 2 * 4  # ends of 31 March to 3 April, of 4 and 5 April, of 6 to 9 April
    assert rates(found).select("moves", "child_days", "rate").rows() == [(1, at_risk, 1 / at_risk)]
    assert found.entrants_a_day.sum() == 1 / 10
    coming = predicted(found, 2).filter(pl.col("children") > 0)
    one = 2 * (1 - 1 / at_risk) + 0.1
    assert coming["day"].to_list() == [LAST + timedelta(1), LAST + timedelta(2)]
    assert coming["children"].to_list() == pytest.approx([one, one * (1 - 1 / at_risk) + 0.1])


def test_the_definitions_of_the_demand_model_worked_by_hand():
    # by age at the start of the episode (9, so 5 to 9 for good): two in the stock until a leaves on 4 April
    records = in_care("a 2012-04-05 2022-02-01 4 U4", "b 2012-04-05 2022-02-01 . U4 V4", "c 2012-06-01 6 . U4")
    found = flows(records, FIRST, LAST, as_demand_model=True)
    here = found.states.index(("5 to 9", "fostering"))
    older = found.states.index(("10 to 15", "fostering"))
    assert found.stock[1:, here].tolist() == [2, 2, 2, 1, 1, 2, 2, 2, 2, 2]
    assert found.rates[here, -1] == pytest.approx((1 / 2) / 10)  # one of the two on one of ten days
    assert found.rates[here, older] == pytest.approx(1 / (5 * 365))
    assert found.entrants_a_day[here] == pytest.approx(1 / 9)  # 10 days, by one less
    nobody = [i for i, (_, kind) in enumerate(found.states) if kind == "other"]
    ageing = [found.rates[i, later] for i, later in zip(nobody, [*nobody[1:], -1], strict=True)]
    assert ageing == pytest.approx([1 / (365 * years) for years in (1, 4, 5, 6, 14)])
    assert found.left_out.height == 0


def test_the_demand_model_holds_the_first_day_against_its_own_stock():
    records = in_care("a 2014-01-01 2022-02-01 1 U4", "b 2014-01-01 2022-02-01 . U4")
    found, ours = (flows(records, FIRST, LAST, as_demand_model=which) for which in (True, False))
    here = found.states.index(("5 to 9", "fostering"))
    assert found.rates[here, -1] == pytest.approx((1 / 1) / 10)  # b alone was left at the end of the day
    assert rates(ours)["rate"].to_list() == [1 / 11]  # both were there the day before, and b on nine days more


def test_a_period_that_the_episodes_do_not_tell_of_is_an_error():
    records = in_care("a 2014-01-01 3 6 U4", cover=Cover(FIRST, LAST))
    flows(records, FIRST, LAST)
    for first, last in ((FIRST - timedelta(1), LAST), (FIRST, LAST + timedelta(1))):
        with pytest.raises(ValueError, match="they are told of from 2022-04-01 to 2022-04-10"):
            flows(records, first, last)
    with pytest.raises(ValueError, match="before it begins"):
        flows(records, LAST, FIRST)
    with pytest.raises(ValueError, match="no return gives episodes"):
        flows(Records({}, {}), FIRST, LAST)


def test_nobody_in_care_is_nobody_expected():
    found = flows(in_care(), FIRST, LAST)
    assert found.stock.sum() == 0
    assert rates(found).height == 0
    assert predicted(found, 3)["children"].sum() == 0


def test_every_code_of_the_return_has_a_type():
    codes = ["U1", "A6", "P1", "K1", "K2", "H5", "P2", "R5", "S1", "T0", "P3", "Z1", None]
    types = pl.select(transitions.placement_type(pl.lit(pl.Series(codes)))).to_series().to_list()
    assert types[-4:] == [transitions.OTHER] * 4
    assert types[:3] == [FOSTERED, "placed for adoption", "with parents"]


DAYS = st.dates(date(2022, 3, 25), date(2022, 4, 14))


@st.composite
def episodes(draw):
    """Children with episodes none of which lies over the next, some of no length, born around the days that matter."""
    lines = []
    for child in draw(st.sets(st.sampled_from("abcde"))):
        birth = draw(
            st.sampled_from([".", "2012-04-05", "2006-04-02", "2021-04-03", "2014-01-01", "2022-04-04", "2016-02-29"])
        )
        started = draw(DAYS)
        for _ in range(draw(st.integers(1, 4))):
            ended = None if draw(st.integers(0, 5)) == 0 else started + timedelta(draw(st.integers(0, 12)))
            placement, status = (
                draw(st.sampled_from(["U4", "U1", "K2", "Z1"])),
                draw(st.sampled_from(["C2", "C2", "C2", "V4"])),
            )
            lines.append(f"{child} {birth} {started} {ended or '.'} {placement} {status}")
            if ended is None:
                break
            started = ended + timedelta(draw(st.sampled_from([0, 0, 0, 1, 3])))
    return draw(st.permutations(lines))


@pytest.fixture(scope="module")
def walk():
    """The oracle, on the same records."""
    oracle, plain = benchmark_module("oracle_demand"), benchmark_module("oracle").plain
    tables = {"children", "episodes"}
    return lambda records, *days: oracle.flows({name: plain(records[name]) for name in tables}, *days)


@settings(max_examples=120, deadline=None)
@given(lines=episodes())
def test_stock_and_flows_are_those_of_a_walk_from_day_to_day(walk, lines):
    records = in_care(*lines)
    found = flows(records, FIRST, LAST)
    children, moves, entrants, left_out = walk(records, FIRST, LAST)
    expected = {key: number for key, number in children.items() if key[0] >= FIRST}
    assert {tuple(row[:3]): row[3] for row in stock(found).filter(pl.col("children") > 0).rows()} == expected
    assert {(tuple(r[:2]), None if r[3] == OUT_OF_CARE else tuple(r[2:4])): r[4] for r in rates(found).rows()} == moves
    assert {state: n for state, n in zip(found.states, found.entrants.tolist(), strict=True) if n} == entrants
    assert Counter(dict(found.left_out.rows())) == left_out


def test_the_invented_return_of_others_gives_what_a_walk_from_day_to_day_gives(golden, walk):
    year = ContractYear("2017-18")
    records = ssda903.tidy(read("ssda903", [golden / "ssda903"], year))
    last = date(2017, 5, 31)
    found = flows(records, year.start, last)
    children, moves, entrants, left_out = walk(records, year.start, last)
    expected = {key: number for key, number in children.items() if key[0] >= year.start}
    assert {tuple(row[:3]): row[3] for row in stock(found).filter(pl.col("children") > 0).rows()} == expected
    assert rates(found)["moves"].sum() == sum(moves.values())
    assert found.entrants.sum() == sum(entrants.values())
    assert dict(found.left_out.rows()) == left_out


@settings(max_examples=60, deadline=None)
@given(lines=episodes())
def test_rates_and_entrants_add_up_to_the_change_of_the_stock(lines):
    found = flows(in_care(*lines), FIRST, LAST)
    here = len(found.states)
    net = found.rates[:, :here] - np.diag(found.rates.sum(axis=1))
    change = found.stock[:-1].sum(axis=0) @ net + 10 * found.entrants_a_day
    np.testing.assert_allclose(change, found.stock[-1] - found.stock[0], atol=1e-9)
    assert (found.rates.sum(axis=1) <= 1 + 1e-9).all()
    coming = predicted(found, 30)["children"]
    assert (coming >= -1e-9).all()
