"""Demand by month: which month a record counts in, what is left out, what is not known, and the same as the oracle."""

import itertools
from collections import Counter
from datetime import date

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ncthelpers.differencing import recoverable, whole
from ncthelpers.disclosure import is_small
from ncthelpers.returns import demand as module
from ncthelpers.returns import ssda903
from ncthelpers.returns.demand import ALL, DEMAND, apart, demand, protected
from ncthelpers.returns.readers import read
from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.years import ContractYear

from .conftest import benchmark_module

YEAR = ContractYear("2022-23")
FULL = Cover(date(2022, 4, 1), date(2023, 3, 31))
MAY, JUNE = "2022-05", "2022-06"


def records_of(tables: dict[str, list[dict]], cover: Cover = FULL) -> Records:
    found = {name: pl.DataFrame(rows, schema=dict(TABLES[name])) for name, rows in tables.items()}
    return Records(found, dict.fromkeys(found, cover))


def counted(records: Records, measure: str, breakdown: str = ALL) -> dict[str, int | None]:
    found = demand(records, YEAR).results
    rows = found.filter(pl.col("measure") == measure, pl.col("breakdown") == breakdown)
    return {period: count for period, count in rows.select("period", "count").rows() if count != 0}


def left_out(records: Records) -> dict[tuple[str, str], int]:
    return {(measure, reason): number for measure, reason, number in demand(records, YEAR).left_out.rows()}


def day(text: str) -> date | None:
    return date.fromisoformat(f"2022-{text}") if text else None


@pytest.fixture(scope="module")
def oracle():
    return benchmark_module("oracle_demand")


@pytest.fixture(scope="module")
def plain():
    return benchmark_module("oracle").plain


# referred days of one child, and what is expected: counts by month, how many are the same day again
REFERRED = {
    "counts in the month of receipt": (["05-01", "05-31", "06-01"], {MAY: 2, JUNE: 1}, 0),
    "two on a day are one": (["05-09", "05-09"], {MAY: 1}, 1),
    "three on a day are one": (["05-09", "05-09", "05-09"], {MAY: 1}, 2),
    "the day before the year does not count": (["03-31", "05-09"], {MAY: 1}, 0),
    "the first day of the year counts": (["04-01"], {"2022-04": 1}, 0),
    "again on another day counts": (["05-09", "05-10"], {MAY: 2}, 0),
}


@pytest.mark.parametrize(("days", "expected", "again"), REFERRED.values(), ids=REFERRED)
def test_referrals(days, expected, again):
    records = records_of({"referrals": [{"child": "a", "referred": day(text)} for text in days]})
    assert counted(records, "referrals") == expected
    assert left_out(records).get(("referrals", module.SAME_DAY), 0) == again


def test_two_referrals_of_one_day_without_a_child_are_two():
    records = records_of({"referrals": [{"child": None, "referred": day("05-09")}] * 2})
    assert counted(records, "referrals") == {MAY: 2}


def test_a_referral_without_a_date_is_left_out_and_counted():
    records = records_of({"referrals": [{"child": "a", "referred": None}]})
    assert counted(records, "referrals") == {}
    assert left_out(records) == {("referrals", module.NO_DAY): 1}


def test_enquiries_count_by_the_strategy_discussion_and_a_conference_of_a_child_who_moved_in_is_none():
    rows = [
        {"child": "a", "strategy": day("05-31"), "conference": day("06-10")},
        {"child": "b", "strategy": day("05-31"), "transfer_in": True},
        {"child": "c", "strategy": None, "transfer_in": True, "conference": day("06-10")},
        {"child": "d", "strategy": None},
    ]
    records = records_of({"section47": rows})
    assert counted(records, "section 47 enquiries") == {MAY: 1}
    assert left_out(records) == {
        ("section 47 enquiries", module.TRANSFER_IN): 2, ("section 47 enquiries", module.NO_DAY): 1,
    }  # fmt: skip


# start, end, and the month ends on which it is open; started and ended
PLANS = {
    "open on the day it starts": ("05-31", "06-02", [MAY]),
    "not open on the day it ends": ("05-02", "05-31", []),
    "open while it has no end": ("2023-02-03", "", ["2023-02", "2023-03"]),
    "from before the year": ("2021-05-02", "05-01", ["2022-04"]),
    "ended before the year": ("2021-05-02", "2022-03-31", []),
    "starts and ends on a month end": ("05-31", "05-31", []),
}


@pytest.mark.parametrize(("started", "ended", "open_in"), PLANS.values(), ids=PLANS)
def test_plans(started, ended, open_in):
    first, last = (date.fromisoformat(t if len(t) > 5 else f"2022-{t}") if t else None for t in (started, ended))
    records = records_of({"plans": [{"child": "a", "started": first, "ended": last}]})
    assert list(counted(records, "child protection plans at month end")) == open_in
    for measure, on in (("started", first), ("ended", last)):
        inside = on is not None and YEAR.start <= on <= YEAR.end
        assert counted(records, f"child protection plans {measure}") == ({on.strftime("%Y-%m"): 1} if inside else {})


def test_a_plan_without_a_start_is_left_out_of_those_open():
    records = records_of({"plans": [{"child": "a", "started": None, "ended": day("05-09")}]})
    assert counted(records, "child protection plans ended") == {MAY: 1}
    assert left_out(records) == {
        ("child protection plans started", module.NO_DAY): 1, ("child protection plans at month end", module.NO_DAY): 1,
    }  # fmt: skip


# episodes of one child (start, end, why new, legal status, placement): starts, ceases, and types at the end of May
CARE = {
    "one period": (["05-02 06-09 S C2 U4"], {MAY: 1}, {JUNE: 1}, {"fostering"}),
    "a move is neither": (["04-02 05-09 S C2 U4", "05-09 06-09 P C2 K2"], {"2022-04": 1}, {JUNE: 1},
                          {"children's homes and secure units"}),
    "a break is both": (["04-02 05-09 S C2 U4", "05-11 . S C2 U4"], {"2022-04": 1, MAY: 1}, {MAY: 1}, {"fostering"}),
    "a new period on the same day is both": (["04-02 05-09 S C2 U4", "05-09 . S C2 P1"], {"2022-04": 1, MAY: 1}, {MAY: 1},
                                             {"with parents"}),
    "a gap is both, whatever the code": (["04-02 05-09 S C2 U4", "05-10 . P C2 Z1"], {"2022-04": 1, MAY: 1}, {MAY: 1},
                                         {"other"}),
    "in care on the day of coming": (["05-31 06-01 S C2 A3"], {MAY: 1}, {JUNE: 1}, {"placed for adoption"}),
    "not in care on the day of leaving": (["05-02 05-31 S C2 U4"], {MAY: 1}, {MAY: 1}, set()),
    "short breaks are not in care": (["05-02 06-09 S V4 U4"], {}, {}, set()),
    "in care since before the year": (["01-02 . S C2 H5"], {}, {}, {"semi-independent or independent"}),
    "left on the first day of the year and came back that day": (["01-02 04-01 S C2 U4", "04-01 . P C2 R1"], {}, {},
                                                               {"residential schools and other residential"}),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "starts", "ceases", "types"), CARE.values(), ids=CARE)
def test_care(lines, starts, ceases, types):
    rows = []
    for line in lines:
        started, ended, why_new, legal_status, placement = line.split()
        rows.append({
            "child": "a", "started": day(started), "ended": day(ended.strip(".")), "why_new": why_new,
            "legal_status": legal_status, "placement": placement,
        })  # fmt: skip
    records = records_of({"episodes": rows})
    assert counted(records, "starts of care") == starts
    assert counted(records, "ceases of care") == ceases
    found = demand(records, YEAR).results.filter(
        pl.col("measure") == "children in care at month end", pl.col("period") == MAY, pl.col("count") > 0
    )
    assert set(found["breakdown"]) == types | ({ALL} if types else set())
    breaks = legal_status == "V4"
    assert (("starts of care", module.SHORT_BREAKS) in left_out(records)) is breaks


def test_months_that_the_records_do_not_tell_of_are_x_and_not_nil():
    plans = [{"child": "a", "started": day("06-10")}]
    records = records_of({"plans": plans}, Cover(date(2022, 5, 2), date(2022, 6, 30)))
    found = demand(records, YEAR).results
    known = found.filter(pl.col("symbol").is_null())
    assert known.select("measure", "period", "count").rows() == [
        ("child protection plans started", JUNE, 1), ("child protection plans ended", JUNE, 0),
        ("child protection plans at month end", MAY, 0), ("child protection plans at month end", JUNE, 1),
    ]  # fmt: skip
    unknown = found.filter(pl.col("symbol") == "x")
    assert unknown.height + known.height == found.height
    assert unknown["count"].null_count() == unknown.height
    assert (unknown["note"] != "").all()
    assert "no return gives episodes" in unknown["note"].to_list()


def test_nothing_given_is_all_x():
    found = demand(Records({}, {}), YEAR)
    assert dict(found.results.schema) == DEMAND
    assert set(found.results["symbol"]) == {"x"}
    assert found.left_out.height == 0


def test_the_invented_return_of_others_gives_what_the_oracle_gives(golden, oracle, plain):
    year = ContractYear("2017-18")
    records = ssda903.tidy(read("ssda903", [golden / "ssda903"], year))
    found = demand(records, year)
    counts, reasons = oracle.demand(
        {name: plain(table) for name, table in records.tables.items()}, records.covers, year
    )
    assert {tuple(row[:3]): row[3] for row in found.results.rows()} == counts
    assert {(measure, reason): number for measure, reason, number in found.left_out.rows()} == reasons
    in_care = found.results.filter(pl.col("period") == "2018-03", pl.col("breakdown") == ALL, pl.col("count") > 0)
    assert in_care.filter(pl.col("measure") == "children in care at month end")["count"].to_list() == [1196]


DAYS = st.one_of(st.dates(date(2022, 3, 28), date(2022, 6, 2)), st.dates(date(2022, 5, 28), date(2022, 6, 2)))
CHILD = st.sampled_from(["a", "b", None])
ROWS = {
    "referrals": {"child": CHILD, "referred": st.one_of(st.none(), DAYS)},
    "section47": {"child": CHILD, "strategy": st.one_of(st.none(), DAYS), "transfer_in": st.sampled_from([None, False, True])},
    "plans": {"child": CHILD, "started": st.one_of(st.none(), DAYS), "ended": st.one_of(st.none(), DAYS)},
}  # fmt: skip


@st.composite
def episodes(draw):
    """Episodes of some children, in order and none over the next, as the readers give them."""
    rows = []
    for child in draw(st.sets(st.sampled_from("abc"))):
        started = draw(DAYS)
        for _ in range(draw(st.integers(1, 4))):
            days = draw(st.integers(0, 40))
            ended = None if draw(st.integers(0, 5)) == 0 else date.fromordinal(started.toordinal() + days)
            rows.append({
                "child": child, "started": started, "ended": ended, "why_new": draw(st.sampled_from("SLPB")),
                "legal_status": draw(st.sampled_from(["C2", "C2", "V4"])), "placement": draw(st.sampled_from(["U4", "P1", "P3", None])),
            })  # fmt: skip
            if ended is None:
                break
            started = date.fromordinal(ended.toordinal() + draw(st.sampled_from([0, 0, 1, 9])))
    return draw(st.permutations(rows))


@settings(max_examples=50, deadline=None)
@given(
    tables=st.fixed_dictionaries({name: st.lists(st.fixed_dictionaries(of), max_size=8) for name, of in ROWS.items()}),
    care=episodes(), first=st.dates(date(2022, 3, 1), date(2022, 5, 1)),
)  # fmt: skip
def test_demand_is_that_of_the_oracle(oracle, plain, tables, care, first):
    records = records_of({**tables, "episodes": care}, Cover(first, date(2022, 12, 31)))
    found = demand(records, YEAR)
    counts, reasons = oracle.demand(
        {name: plain(table) for name, table in records.tables.items()}, records.covers, YEAR
    )
    assert {tuple(row[:3]): row[3] for row in found.results.rows()} == counts
    assert Counter({(measure, reason): number for measure, reason, number in found.left_out.rows()}) == reasons
    in_care = found.results.filter(pl.col("measure") == "children in care at month end", pl.col("symbol").is_null())
    of_types = in_care.filter(pl.col("breakdown") != ALL).group_by("period").agg(pl.col("count").sum())
    assert of_types.sort("period").rows() == in_care.filter(pl.col("breakdown") == ALL).select("period", "count").rows()


# What may be passed on

MONTHS = [f"2022-{month:02}" for month in range(4, 13)]


def month(measure, period, count, breakdown=ALL):
    return {"measure": measure, "breakdown": breakdown, "period": period, "count": count, "symbol": None, "note": ""}


@st.composite
def years(draw):
    """Rows of a year in which stocks, flows and types add up."""
    rows, few = [], st.integers(0, 12)
    for stock, came, went in (
        ("children in care at month end", "starts of care", "ceases of care"),
        ("child protection plans at month end", "child protection plans started", "child protection plans ended"),
    ):
        now = draw(st.integers(0, 60))
        for period in MONTHS:
            starts = draw(few)
            ends = draw(st.integers(0, min(12, now + starts)))
            now += starts - ends
            rows += [month(came, period, starts), month(went, period, ends), month(stock, period, now)]
            if stock.startswith("children"):
                foster = draw(st.integers(0, now))
                kin = draw(st.integers(0, now - foster))
                rows += [month(stock, period, n, kind) for kind, n in
                         (("foster", foster), ("kin", kin), ("other", now - foster - kin))]  # fmt: skip
    return rows


def sums(rows):
    """Every way in which the counts add up, written apart from the code under test."""
    found = []
    for period in MONTHS:
        name = "children in care at month end"
        found.append(whole((name, ALL, period), [(name, kind, period) for kind in ("foster", "kin", "other")]))
    for stock, came, went in (("children in care at month end", "starts of care", "ceases of care"),
                              ("child protection plans at month end", "child protection plans started", "child protection plans ended")):  # fmt: skip
        for before, now in itertools.pairwise(MONTHS):
            found.append({(stock, ALL, now): 1, (stock, ALL, before): -1, (came, ALL, now): -1, (went, ALL, now): 1})
    return found


def group(cell):
    """What adds up with a cell: the types of its month, or the flows of its year."""
    measure, kind, period = cell
    return (period,) if kind != ALL else ("plan" in measure,)


def few_in_care():
    """Rows from which types of a month and flows together told what neither told alone: four came, of seven, and two types were hidden."""
    rows = []
    for period, starts, kin, other in zip(
        MONTHS, [3, 0, 0, 0, 0, 4, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0, 0, 0], [3, 3, 3, 3, 2, 7, 7, 7, 7], strict=True
    ):
        stock = "children in care at month end"
        rows += [
            month("starts of care", period, starts),
            month("ceases of care", period, 0),
            month(stock, period, kin + other),
        ]
        rows += [month(stock, period, n, kind) for kind, n in (("foster", 0), ("kin", kin), ("other", other))]
    return rows


@settings(max_examples=25, deadline=None)
@given(years())
@example(few_in_care())
def test_no_small_count_can_be_worked_out_from_what_is_passed_on_and_from_indicators(rows):
    kept = protected(rows)
    was = {(row["measure"], row["breakdown"], row["period"]): row["count"] for row in rows}
    shown = {(row["measure"], row["breakdown"], row["period"]): row["count"] for row in kept}
    assert not any(is_small(count) for count in shown.values())
    elsewhere = {cell for cell in was if cell[1] == ALL and cell[0] in ("children in care at month end", "child protection plans started")}  # fmt: skip
    assert all(shown[cell] == was[cell] or is_small(was[cell]) for cell in elsewhere), "indicators show them"
    # Where all of a group is hidden, noughts are too, so nobody can say that a hidden number is at least 1.
    blank = {
        cell
        for cell in shown
        if all(shown[near] is None for near in shown if group(near) == group(cell) and near not in elsewhere)
    }
    printed = {cell: count for cell, count in shown.items() if count is not None or cell not in blank}
    assert not recoverable(printed, sums(rows))
    assert all(row["symbol"] == ("c" if row["count"] is None else None) for row in kept)


def test_a_year_without_small_counts_is_passed_on_as_it_is():
    rows = [month("referrals", period, 40) for period in MONTHS] + [month("section 47 enquiries", "2022-04", 0)]
    assert protected(rows) == rows


def apart_rows(count, measure="referrals", year="2022-23", period="2022-05", of="cin", symbol=None):
    return {"year": year, "return": of, "measure": measure, "breakdown": ALL, "period": period, "count": count,
            "symbol": symbol, "note": ""}  # fmt: skip


def of_indicator(denominator, name="referral_decision_1wd", series="month", period="2022-05", symbol=None):
    return {"indicator": name, "series": series, "period": period, "denominator": denominator, "symbol": symbol}


@pytest.mark.parametrize(
    ("indicator", "hidden", "why"),
    [
        (of_indicator(652), True, "one referral is not decided"),
        (of_indicator(658), True, "five more than there were: two systems differ by five"),
        (of_indicator(653), False, "the same number tells nothing"),
        (of_indicator(647), False, "six are not so few"),
        (of_indicator(None, symbol="c"), True, "a hidden denominator is about this number"),
        (of_indicator(None, symbol="x"), False, "one that is not available is not hidden"),
        (of_indicator(652, series="year to date"), False, "the months decide: a year to date adds them up"),
        (of_indicator(652, period="2022-06"), False, "of another month"),
        (of_indicator(652, "repeat_plans"), False, "of other people"),
        (of_indicator(652, "rereferrals_12m"), True, "every indicator that counts referrals"),
    ],
)
def test_counts_of_the_same_people_that_differ_by_few_hide_the_demand(indicator, hidden, why):
    [row] = apart([apart_rows(653)], [indicator])
    assert (row["count"] is None) == hidden, why
    assert (row["symbol"], bool(row["note"])) == (("c", True) if hidden else (None, False))


def test_all_that_adds_up_with_it_is_hidden_for_the_year_and_no_other_year_or_family():
    rows = [
        apart_rows(20, "child protection plans started"),
        apart_rows(30, "child protection plans ended", period="2022-09"),
        apart_rows(200, "child protection plans at month end"),
        apart_rows(20, "child protection plans started", "2021-22", "2021-05"),
        apart_rows(653),
    ]
    kept = apart(rows, [of_indicator(18, "repeat_plans")])
    assert [row["count"] for row in kept] == [None, None, None, 20, 653]
    assert apart(kept, [of_indicator(18, "repeat_plans")]) == kept


def test_two_returns_that_count_the_same_are_held_against_each_other():
    both = [apart_rows(653), apart_rows(651, of="logs"), apart_rows(40, "section 47 enquiries")]
    assert [row["count"] for row in apart(both, [])] == [None, None, 40]
    assert [row["count"] for row in apart([both[0], apart_rows(653, of="logs")], [])] == [653, 653]
