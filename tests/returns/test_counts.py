"""Members added up: months, the year to date, and days; and what an indicator says where the records do not tell."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.returns.counts import COUNTS, MEMBER, MONTH, SERIES, SNAPSHOT, YEAR_TO_DATE, amounts, counts, members
from ncthelpers.returns.indicators import RESULTS, count, count_all, indicators
from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.years import ContractYear

YEAR = ContractYear("2022-23")
WHY = "no date of the strategy discussion"


def table(*rows):
    return pl.DataFrame(rows, schema=MEMBER, orient="row")


def test_heads_count_one_each_and_what_is_left_out_counts_nowhere():
    frame = pl.DataFrame({"child": ["a", "b", "c"], "held": [date(2022, 4, 1)] * 3, "met": [True, None, True]})
    why = pl.when(pl.col("child") == "c").then(pl.lit(WHY))
    found = members(frame, "child", "held", pl.col("met"), why)
    assert found.schema == MEMBER
    assert found.select("numerator", "denominator", "left_out").rows() == [(1, 1, None), (0, 1, None), (0, 0, WHY)]


def test_amounts_count_as_given_and_what_is_left_out_counts_nowhere():
    frame = pl.DataFrame({"worker": ["a", "b"], "day": [date(2022, 9, 30)] * 2, "fte": [0.6, None]})
    why = pl.when(pl.col("fte").is_null()).then(pl.lit("no full-time equivalent"))
    found = amounts(frame, "worker", "day", pl.lit(0), pl.col("fte"), why)
    assert found.schema == MEMBER
    assert found.select("numerator", "denominator").rows() == [(0.0, 0.6), (0.0, 0.0)]


MEMBERS = table(
    ("a", date(2022, 3, 31), 1.0, 1.0, None),  # of the year before
    ("b", date(2022, 4, 1), 1.0, 1.0, None),
    ("c", date(2022, 4, 30), 0.0, 1.0, None),
    ("d", date(2022, 6, 2), 1.0, 1.0, None),
    ("e", date(2022, 6, 2), 0.0, 0.0, WHY),
    ("f", date(2023, 3, 31), 0.0, 1.0, None),
    ("g", date(2023, 4, 1), 1.0, 1.0, None),  # of the year after
    ("h", None, 0.0, 0.0, WHY),
)


def test_months_hold_nought_where_nothing_was():
    found = counts(MEMBERS, [MONTH], YEAR)
    assert found.schema == COUNTS
    assert found["period"].to_list() == [f"2022-{month:02}" for month in range(4, 13)] + [
        "2023-01",
        "2023-02",
        "2023-03",
    ]
    assert found["numerator"].to_list() == [1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert found["denominator"].to_list() == [2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_the_year_to_date_adds_the_months_up():
    found = counts(MEMBERS, [YEAR_TO_DATE], YEAR)
    assert found["numerator"].to_list() == [1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
    assert found["denominator"].to_list() == [2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4]


def test_a_snapshot_is_there_for_days_that_have_members():
    found = counts(MEMBERS, [SNAPSHOT], YEAR)
    assert found["period"].to_list() == ["2022-04", "2022-06", "2023-03"]


def test_series_come_in_the_order_asked_for():
    found = counts(MEMBERS, [YEAR_TO_DATE, MONTH], YEAR)
    assert found["series"].unique(maintain_order=True).to_list() == [YEAR_TO_DATE, MONTH]
    assert counts(MEMBERS, [], YEAR).schema == COUNTS


def test_no_member_is_nought_of_nought_in_each_month():
    found = counts(table(), SERIES, YEAR)
    assert found.height == 24
    assert found.select(pl.sum("numerator", "denominator")).row(0) == (0, 0)


def test_fractions_add_up_to_what_a_person_would_write():
    found = counts(table(*[("a", date(2022, 9, 30), 0.1, 0.2, None)] * 3), [SNAPSHOT], YEAR)
    assert found.select("numerator", "denominator").rows() == [(0.3, 0.6)]


ROW = st.tuples(
    st.sampled_from("ab"), st.dates(date(2022, 3, 1), date(2023, 4, 30)), st.sampled_from([0.0, 1.0]),
    st.just(1.0), st.sampled_from([None, None, WHY]),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(found=st.lists(ROW, max_size=40))
def test_laws_of_counts(found):
    series = counts(table(*found), [MONTH, YEAR_TO_DATE], YEAR)
    months, to_date = (series.filter(pl.col("series") == kind) for kind in (MONTH, YEAR_TO_DATE))
    for part, place in (("numerator", 2), ("denominator", 3)):
        inside = [row[place] for row in found if row[4] is None and YEAR.start <= row[1] <= YEAR.end]
        assert months[part].sum() == to_date[part][-1] == sum(inside)
        assert to_date[part].is_sorted()
    assert (series["numerator"] <= series["denominator"]).all()


# What records do not tell

PLANS = [{"child": "a", "started": date(2022, 5, 9), "earlier": 0}, {"child": "b", "started": date(2022, 6, 9)}]


def plans(first, last):
    return Records({"plans": pl.DataFrame(PLANS, schema=dict(TABLES["plans"]))}, {"plans": Cover(first, last)})


def counted(records, holidays, series):
    found = count(indicators()["repeat_plans"], records, YEAR, holidays)
    return found.results.filter(pl.col("series") == series)


def test_a_period_that_the_records_do_not_tell_of_in_full_has_no_count(holidays):
    found = counted(plans(date(2022, 5, 1), date(2022, 7, 30)), holidays, MONTH)
    known = found.filter(pl.col("symbol").is_null())
    assert found.schema == RESULTS
    assert known.select("period", "numerator", "denominator").rows() == [("2022-05", 0, 1), ("2022-06", 0, 0)]
    unknown = found.filter(pl.col("symbol") == "x")
    assert unknown.height == 10
    assert unknown.select("numerator", "denominator").null_count().row(0) == (10, 10)
    why = "plans are told of from 2022-05-01 to 2022-07-30 only"
    assert set(unknown["note"]) == {why, f"{why}, and are needed since 2022-04-01"}


def test_a_year_to_date_needs_the_year_from_its_first_day(holidays):
    assert set(counted(plans(date(2022, 4, 2), date(2023, 3, 31)), holidays, YEAR_TO_DATE)["symbol"]) == {"x"}
    assert set(counted(plans(date(2022, 4, 1), date(2023, 3, 31)), holidays, YEAR_TO_DATE)["symbol"]) == {None}


def test_what_is_left_out_is_counted_by_reason(holidays):
    found = count_all(plans(date(2022, 4, 1), date(2023, 3, 31)), YEAR, holidays)
    assert found.left_out.rows() == [("repeat_plans", "not known whether the child had an earlier plan", 1)]


def test_records_without_a_table_give_no_indicator(holidays):
    found = count_all(Records({}, {}), YEAR, holidays)
    assert (found.results.height, found.left_out.height) == (0, 0)
    assert (found.results.schema, found.left_out.columns) == (RESULTS, ["indicator", "reason", "records"])


def test_an_indicator_whose_table_no_return_gives_says_so(holidays):
    found = count(indicators()["repeat_plans"], Records({}, {}), YEAR, holidays).results
    assert set(found["symbol"]) == {"x"}
    assert set(found["note"]) == {"no return gives plans"}


# One record of the year before has the column, and those of the year have not: x, and not 0 per cent
ONLY_BEFORE = {
    "referral_decision_2wd": ("referrals", [
        {"child": "a", "referred": date(2021, 5, 3), "decided": date(2021, 5, 4)},
        {"child": "b", "referred": date(2022, 5, 3)},
    ]),
    "assessments_45wd": ("assessments", [
        {"child": "a", "referred": date(2021, 5, 3), "started": date(2021, 5, 4), "authorised": date(2021, 5, 5)},
        {"child": "b", "started": date(2022, 5, 4), "authorised": date(2022, 5, 5)},
    ]),
    "distance_20_miles": ("episodes", [
        {"child": "a", "started": date(2021, 1, 1), "ended": date(2022, 4, 1), "miles": 30.0, "inside": False},
        {"child": "b", "started": date(2021, 1, 1)},
    ]),
    "care_leavers_eet_17_21": ("care_leavers", [
        {"child": "a", "born": date(2003, 5, 5), "activity": "F1", "year": "2021-22"},
        {"child": "b", "born": date(2003, 5, 5), "year": "2022-23"},
    ]),
    "adoption_a10": ("adoptions", [
        {"child": "a", "entered": date(2020, 5, 5), "placed": date(2021, 1, 1), "adopted": date(2021, 5, 5)},
        {"child": "b", "placed": date(2021, 1, 1), "adopted": date(2022, 5, 5)},
    ]),
    "caseload_above_target": ("workers", [
        {"worker": "a", "day": date(2022, 3, 31), "fte": 1.0, "qualified": True, "cases": 9, "target": 8},
        {"worker": "b", "day": date(2022, 9, 30), "fte": 1.0, "qualified": True, "cases": 9},
        {"worker": "c", "day": date(2022, 9, 30), "fte": 1.0, "qualified": True},
    ]),
}  # fmt: skip


def told(of, rows):
    found = {table: [] for table in of} | {of[0]: rows}
    tables = {table: pl.DataFrame(some, schema=dict(TABLES[table])) for table, some in found.items()}
    return Records(tables, {table: Cover(date(2019, 4, 1), date(2023, 3, 31)) for table in tables})


@pytest.mark.parametrize("name", ONLY_BEFORE)
def test_a_column_that_only_another_year_gives_is_not_given(name, holidays):
    table, rows = ONLY_BEFORE[name]
    found = count(indicators()[name], told([table, "episodes"], rows), YEAR, holidays).results
    assert set(found["symbol"]) <= {"x"}
    assert set(found["note"]) == {note for note in found["note"] if note.startswith("no return of 2022-23 gives ")}
    before = count(indicators()[name], told([table, "episodes"], rows), YEAR.before, holidays).results
    assert before.filter(pl.col("denominator") > 0).height > 0


@pytest.mark.parametrize(("known", "shown"), [(1, (None, None, "x")), (2, (732.0, 2.0, None))])
def test_a_mean_wait_needs_half_of_those_who_waited(known, shown, holidays):
    """Whose start lies before the returns at hand waited longest: without them the mean is too low."""
    child = {"placed": date(2022, 5, 6), "adopted": date(2023, 3, 1)}
    rows = [child | {"child": str(n), "entered": date(2021, 5, 5) if n < known else None} for n in range(4)]
    found = count(indicators()["adoption_a10"], told(["adoptions"], rows), YEAR, holidays).results
    assert found.tail(1).select("numerator", "denominator", "symbol").row(0) == shown


def test_re_referrals_need_closed_cases_in_the_year_before_too(holidays):
    first = {"child": "a", "referred": date(2021, 6, 1)}
    again = {"child": "a", "referred": date(2022, 5, 3), "closed": date(2022, 6, 1)}
    notes = {"no return of 2021-22 gives the day on which the case of a referral was closed"}
    for closed, expected in ((None, notes), (date(2021, 7, 1), {""})):
        records = told(["referrals"], [first | {"closed": closed}, again])
        assert set(count(indicators()["rereferrals_12m"], records, YEAR, holidays).results["note"]) == expected


@pytest.mark.parametrize("name", list(indicators()))
def test_what_an_indicator_needs_is_a_table_or_a_column_of_the_records(name):
    for need in indicators()[name].needs:
        table, _, column = need.partition(".")
        assert table in TABLES
        assert not column or column in TABLES[table]
        assert not column or table in indicators()[name].needs
