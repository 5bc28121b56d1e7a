"""Adoption: hand-worked cases of K14 and K15, the oracle row for row, and laws."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.returns import adoption
from ncthelpers.returns.counts import YEAR_TO_DATE
from ncthelpers.returns.indicators import count, indicators
from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.years import ContractYear

YEAR = ContractYear("2022-23")
MICRO = {
    "adoption_a10": """
case                             | child | entered    | placed     | fostered   | adopted    | in  | of | why
moved in with adopters           | a     | 2021-01-01 | 2022-01-01 |            | 2022-10-01 | 365 | 1  | 365 days from entering care
adopted by the foster carers     | a     | 2021-01-01 | 2022-01-01 | 2021-01-11 | 2022-10-01 | 10  | 1  | stops where the fostering placement began
foster carers, no other date     | a     | 2021-01-01 |            | 2021-01-11 | 2022-10-01 | 10  | 1  | the fostering placement is enough
placed on the first day          | a     | 2021-01-01 | 2021-01-01 |            | 2022-10-01 | 0   | 1  | no day
two children                     | a     | 2021-01-01 | 2021-01-11 |            | 2022-10-01 | 10  | 1  |
                                 | b     | 2021-01-01 | 2021-01-31 |            | 2022-11-01 | 30  | 1  | 40 days for two children
adopted on the year's first day  | a     | 2021-01-01 | 2021-01-11 |            | 2022-04-01 | 10  | 1  |
adopted on the year's last day   | a     | 2021-01-01 | 2021-01-11 |            | 2023-03-31 | 10  | 1  |
adopted the day before           | a     | 2021-01-01 | 2021-01-11 |            | 2022-03-31 |     |    | another year
adopted the day after            | a     | 2021-01-01 | 2021-01-11 |            | 2023-04-01 |     |    | another year
not adopted yet                  | a     | 2021-01-01 | 2021-01-11 |            |            |     |    | no child adopted
no day of entering care          | a     |            | 2021-01-11 |            | 2022-10-01 |     |    | left out: no date of entering care
no day of moving in              | a     | 2021-01-01 |            |            | 2022-10-01 |     |    | left out: no date of moving in with the adopters
moved in before care             | a     | 2021-01-01 | 2020-12-31 |            | 2022-10-01 |     |    | left out: moved in before entering care
""",
    "adoption_a2": """
case                             | child | ordered    | matched    | placed     | adopted    | in  | of | why
matched after the order          | a     | 2021-06-01 | 2021-09-01 | 2021-10-01 | 2022-10-01 | 92  | 1  | 92 days
matched on the day of the order  | a     | 2021-06-01 | 2021-06-01 | 2021-10-01 | 2022-10-01 | 0   | 1  | no day
matched before the order         | a     | 2021-06-01 | 2021-05-01 | 2021-10-01 | 2022-10-01 | 0   | 1  | nought, never below it
two children                     | a     | 2021-06-01 | 2021-05-01 | 2021-10-01 | 2022-10-01 | 0   | 1  |
                                 | b     | 2021-06-01 | 2021-06-21 | 2021-10-01 | 2022-10-01 | 20  | 1  | 20 days for two children
no order                         | a     |            | 2021-05-01 | 2021-10-01 | 2022-10-01 |     |    | left out: no day of a placement order
never placed                     | a     | 2021-06-01 | 2021-09-01 |            | 2022-10-01 |     |    | left out: not placed before the adoption order
placed on the day of adoption    | a     | 2021-06-01 | 2021-09-01 | 2022-10-01 | 2022-10-01 |     |    | left out: not placed before the adoption order
placed the day before            | a     | 2021-06-01 | 2021-06-11 | 2022-09-30 | 2022-10-01 | 10  | 1  |
no match                         | a     | 2021-06-01 |            | 2021-10-01 | 2022-10-01 |     |    | left out: no date of the match
adopted in another year          | a     | 2021-06-01 | 2021-09-01 | 2021-10-01 | 2023-04-01 |     |    | another year
not adopted yet                  | a     | 2021-06-01 | 2021-09-01 | 2021-10-01 |            |     |    | no child adopted
""",
}


def test_each_hand_worked_case_counts_as_said(micro, holidays, oracle):
    micro.check(holidays, oracle)


def _records(rows):
    shape = TABLES["adoptions"]
    table = pl.DataFrame([{c: row.get(c) for c in shape} for row in rows], schema=dict(shape))
    return Records({"adoptions": table}, {"adoptions": Cover(YEAR.start, YEAR.end)})


DAYS = st.one_of(
    st.none(), st.integers(-40, 900).map(lambda n: date(2021, 1, 1) + timedelta(n)), st.sampled_from([YEAR.start, YEAR.end])
)  # fmt: skip
ADOPTIONS = st.lists(
    st.fixed_dictionaries({c: DAYS for c in TABLES["adoptions"] if c != "child"}), min_size=1, max_size=20
).map(lambda rows: [{"child": f"child {n}", **row} for n, row in enumerate(rows)])


@settings(max_examples=60, deadline=None)
@given(ADOPTIONS)
def test_the_oracle_finds_the_same_members(same_members, oracle, rows):
    for name in adoption.__all__:
        same_members(oracle, name, _records(rows))


@settings(max_examples=40, deadline=None)
@given(ADOPTIONS)
def test_every_child_adopted_in_the_year_counts_or_is_left_out_and_no_wait_is_below_nought(rows):
    adopted = [row for row in rows if row["adopted"] and YEAR.start <= row["adopted"] <= YEAR.end]
    for name in adoption.__all__:
        found = getattr(adoption, name)(_records(rows), YEAR, None)
        assert found.height == len(adopted)
        assert (found["numerator"] >= 0).all()
        assert ((found["denominator"] == 1) == found["left_out"].is_null()).all()


def test_the_year_to_date_is_the_mean_of_all_children_so_far_not_of_months(holidays):
    waits = [(date(2022, 4, 9), 10), (date(2022, 4, 20), 20), (date(2022, 6, 1), 90)]
    rows = [
        {"child": f"{n}", "entered": date(2021, 1, 1), "placed": date(2021, 1, 1) + timedelta(days), "adopted": adopted}
        for n, (adopted, days) in enumerate(waits)
    ]
    found = count(indicators()["adoption_a10"], _records(rows), YEAR, holidays).results
    assert found["series"].unique().to_list() == [YEAR_TO_DATE]
    assert found.head(3).select("numerator", "denominator").rows() == [(30.0, 2.0), (30.0, 2.0), (120.0, 3.0)]


@pytest.mark.parametrize("name", adoption.__all__)
def test_no_adoptions_no_members(name):
    assert getattr(adoption, name)(Records({}, {}), YEAR, None).height == 0
