"""Care leavers: hand-worked cases of K09 and K10, the oracle row for row, and laws.

The records tell of the days from ``since`` on, or from 2021: a care leaver whose 14th birthday lies before is taken as the
return has them.
"""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.returns import care_leavers
from ncthelpers.returns.counts import MONTH
from ncthelpers.returns.indicators import count, indicators
from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.years import ContractYear

YEAR = ContractYear("2022-23")
MICRO = {
    "care_leavers_eet_17_21": """
case                         | since      | table    | child | year    | born       | in_touch | activity | started    | ended      | legal_status | in | of | why
higher education             |            |          | a     | 2022-23 | 2003-06-15 | YES      | F1       |            |            |              | 1  | 1  | turned 19 on 15 June
part time, and at work       |            |          | a     | 2022-23 | 2003-06-15 | YES      | P1       |            |            |              | 1  | 1  | higher education, part time
                             |            |          | b     | 2022-23 | 2003-06-15 | YES      | P2       |            |            |              | 1  | 1  | other education, part time
                             |            |          | c     | 2022-23 | 2003-06-15 | YES      | F4       |            |            |              | 1  | 1  | apprenticeship
                             |            |          | d     | 2022-23 | 2003-06-15 | YES      | F5       |            |            |              | 1  | 1  | work
in none                      |            |          | a     | 2022-23 | 2003-06-15 | YES      | G4       |            |            |              | 0  | 1  | illness or disability
                             |            |          | b     | 2022-23 | 2003-06-15 | YES      | G5       |            |            |              | 0  | 1  | other reasons
                             |            |          | c     | 2022-23 | 2003-06-15 | YES      | G6       |            |            |              | 0  | 1  | pregnancy or parenting
not in touch                 |            |          | a     | 2022-23 | 2003-06-15 | NO       |          |            |            |              | 0  | 1  | counted, as not in any
refuses contact              |            |          | a     | 2022-23 | 2003-06-15 | REFU     |          |            |            |              | 0  | 1  | counted, as not in any
needs no services            |            |          | a     | 2022-23 | 2003-06-15 | NREQ     | 0        |            |            |              | 0  | 1  | counted, as not in any
died                         |            |          | a     | 2022-23 | 2003-06-15 | DIED     |          |            |            |              |    |    | left out: died
back with parents            |            |          | a     | 2022-23 | 2003-06-15 | RHOM     | F1       |            |            |              |    |    | left out: back with parents for six months or more
the youngest                 |            |          | a     | 2022-23 | 2006-03-31 | YES      | F2       |            |            |              | 1  | 1  | 17 on the year's last day
too young                    |            |          | a     | 2022-23 | 2006-04-01 | YES      | F2       |            |            |              |    |    | left out: did not turn one of the ages in the year
the oldest                   |            |          | a     | 2022-23 | 2001-04-01 | YES      | F2       |            |            |              | 1  | 1  | 21 on the year's first day
too old                      |            |          | a     | 2022-23 | 2001-03-31 | YES      | F2       |            |            |              |    |    | left out: did not turn one of the ages in the year
no date of birth             |            |          | a     | 2022-23 |            | YES      | F2       |            |            |              |    |    | left out: no date of birth
the return of another year   |            |          | a     | 2021-22 | 2003-06-15 | YES      | F2       |            |            |              |    |    | counted in that year
no year                      |            |          | a     |         | 2003-06-15 | YES      | F2       |            |            |              |    |    | left out: no year of the return
in care on the birthday      |            |          | a     | 2022-23 | 2005-06-15 | YES      | F2       |            |            |              |    |    | left out: still in care on the birthday
                             |            | episodes | a     |         |            |          |          | 2020-01-01 |            | C2           |    |    | has not left care at 17
came on the birthday         |            |          | a     | 2022-23 | 2005-06-15 | YES      | F2       |            |            |              |    |    | left out: still in care on the birthday
                             |            | episodes | a     |         |            |          |          | 2022-06-15 |            | C2           |    |    | in care again at 17
in care at 18                |            |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              |    |    | left out: still in care on the birthday
                             |            | episodes | a     |         |            |          |          | 2020-01-01 | 2022-06-16 | C2           |    |    | ended the day after
left on the birthday         |            |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              | 1  | 1  | left care at 18
                             |            | episodes | a     |         |            |          |          | 2020-01-01 | 2022-06-15 | C2           |    |    |
an old episode left open     |            |          | a     | 2022-23 | 2003-06-15 | YES      | F2       |            |            |              | 1  | 1  | nobody is in care at 19
                             |            | episodes | a     |         |            |          |          | 2020-01-01 |            | C2           |    |    |
thirteen weeks               | 2018-01-01 |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              | 1  | 1  | 91 days
                             |            | episodes | a     |         |            |          |          | 2020-06-01 | 2020-08-31 | C2           |    |    |
a day less                   | 2018-01-01 |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              |    |    | left out: in care for less than 13 weeks since the age of 14, or not after 16
                             |            | episodes | a     |         |            |          |          | 2020-06-01 | 2020-08-30 | C2           |    |    | 90 days
in two parts                 | 2018-01-01 |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              | 1  | 1  | 61 days and 30 added
                             |            | episodes | a     |         |            |          |          | 2019-06-01 | 2019-08-01 | C2           |    |    |
                             |            | episodes | a     |         |            |          |          | 2020-07-01 | 2020-07-31 | C2           |    |    |
none of it after 16          | 2018-01-01 |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              |    |    | left out: in care for less than 13 weeks since the age of 14, or not after 16
                             |            | episodes | a     |         |            |          |          | 2019-06-01 | 2020-06-15 | C2           |    |    | left on the 16th birthday
one day of it after 16       | 2018-01-01 |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              | 1  | 1  |
                             |            | episodes | a     |         |            |          |          | 2019-06-01 | 2020-06-16 | C2           |    |    |
most of it before 14         | 2018-01-01 |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              |    |    | left out: in care for less than 13 weeks since the age of 14, or not after 16
                             |            | episodes | a     |         |            |          |          | 2010-01-01 | 2018-08-01 | C2           |    |    | 47 days since 14
                             |            | episodes | a     |         |            |          |          | 2021-01-01 | 2021-01-21 | C2           |    |    | and 20
short breaks only            | 2018-01-01 |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              |    |    | left out: in care for a series of short breaks only since the age of 14
                             |            | episodes | a     |         |            |          |          | 2019-06-01 | 2022-06-01 | V4           |    |    |
short breaks are not added   | 2018-01-01 |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              |    |    | left out: in care for less than 13 weeks since the age of 14, or not after 16
                             |            | episodes | a     |         |            |          |          | 2019-06-01 | 2020-06-01 | V3           |    |    |
                             |            | episodes | a     |         |            |          |          | 2020-07-01 | 2020-07-31 | C2           |    |    | 30 days
no episode at all            | 2018-01-01 |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              |    |    | left out: in care for less than 13 weeks since the age of 14, or not after 16
care after the birthday      | 2018-01-01 |          | a     | 2022-23 | 2005-06-15 | YES      | F2       |            |            |              |    |    | left out: in care for less than 13 weeks since the age of 14, or not after 16
                             |            | episodes | a     |         |            |          |          | 2021-07-01 | 2021-07-31 | C2           |    |    | 30 days before the 17th birthday
                             |            | episodes | a     |         |            |          |          | 2022-07-01 |            | C2           |    |    | and the rest after it
records begin on the 14th    | 2018-06-15 |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              |    |    | left out: in care for less than 13 weeks since the age of 14, or not after 16
                             |            | episodes | a     |         |            |          |          | 2020-07-01 | 2020-07-31 | C2           |    |    | the records tell all
records begin after 14       | 2018-06-16 |          | a     | 2022-23 | 2004-06-15 | YES      | F2       |            |            |              | 1  | 1  | turned 14 the day before they begin: the return is taken at its word
                             |            | episodes | a     |         |            |          |          | 2020-07-01 | 2020-07-31 | C2           |    |    |
""",
    "care_leavers_eet_19_21": """
case           | table | child | year    | born       | in_touch | activity | in | of | why
turned 19      |       | a     | 2022-23 | 2003-06-15 | YES      | F1       | 1  | 1  |
turned 20      |       | a     | 2022-23 | 2002-06-15 | YES      | G5       | 0  | 1  |
turned 21      |       | a     | 2022-23 | 2001-06-15 | YES      | P2       | 1  | 1  |
turned 18      |       | a     | 2022-23 | 2004-06-15 | YES      | F1       |    |    | left out: did not turn one of the ages in the year
turned 22      |       | a     | 2022-23 | 2000-06-15 | YES      | F1       |    |    | left out: did not turn one of the ages in the year
not in touch   |       | a     | 2022-23 | 2003-06-15 | NO       |          | 0  | 1  | counted, as not in any
died at 19     |       | a     | 2022-23 | 2003-06-15 | DIED     |          |    |    | left out: died
""",
    "care_leavers_accommodation_17_21": """
case                         | since      | table    | child | year    | born       | in_touch | accommodation | suitable | started    | ended      | legal_status | in | of | why
suitable                     |            |          | a     | 2022-23 | 2003-06-15 | YES      | U1            | yes      |            |            |              | 1  | 1  | recorded as suitable
not suitable                 |            |          | a     | 2022-23 | 2003-06-15 | YES      | W2            | no       |            |            |              | 0  | 1  | bed and breakfast
in custody                   |            |          | a     | 2022-23 | 2003-06-15 | YES      | X2            | no       |            |            |              | 0  | 1  | counted, as not suitable
not in touch                 |            |          | a     | 2022-23 | 2003-06-15 | NO       |               |          |            |            |              | 0  | 1  | counted, as not recorded suitable
refuses contact              |            |          | a     | 2022-23 | 2003-06-15 | REFU     |               |          |            |            |              | 0  | 1  | counted, as not recorded suitable
not recorded                 |            |          | a     | 2022-23 | 2003-06-15 | YES      | 0             |          |            |            |              | 0  | 1  | counted, as not recorded suitable
abroad                       |            |          | a     | 2022-23 | 2003-06-15 | YES      | G1            | yes      |            |            |              |    |    | left out: abroad, deported or residence not known
deported                     |            |          | a     | 2022-23 | 2003-06-15 | NO       | H2            | no       |            |            |              |    |    | left out: abroad, deported or residence not known
residence not known          |            |          | a     | 2022-23 | 2003-06-15 | NO       | R2            | no       |            |            |              |    |    | left out: abroad, deported or residence not known
died                         |            |          | a     | 2022-23 | 2003-06-15 | DIED     | G1            |          |            |            |              |    |    | left out: died
back with parents            |            |          | a     | 2022-23 | 2003-06-15 | RHOM     | B1            | yes      |            |            |              |    |    | left out: back with parents for six months or more
with parents for less        |            |          | a     | 2022-23 | 2003-06-15 | YES      | B1            | yes      |            |            |              | 1  | 1  | in touch, with relatives
too young                    |            |          | a     | 2022-23 | 2006-04-01 | YES      | U1            | yes      |            |            |              |    |    | left out: did not turn one of the ages in the year
in care on the birthday      |            |          | a     | 2022-23 | 2005-06-15 | YES      | U1            | yes      |            |            |              |    |    | left out: still in care on the birthday
                             |            | episodes | a     |         |            |          |               |          | 2020-01-01 |            | C2           |    |    |
under thirteen weeks         | 2018-01-01 |          | a     | 2022-23 | 2004-06-15 | YES      | U1            | yes      |            |            |              |    |    | left out: in care for less than 13 weeks since the age of 14, or not after 16
                             |            | episodes | a     |         |            |          |               |          | 2020-07-01 | 2020-07-31 | C2           |    |    |
short breaks only            | 2018-01-01 |          | a     | 2022-23 | 2004-06-15 | YES      | U1            | yes      |            |            |              |    |    | left out: in care for a series of short breaks only since the age of 14
                             |            | episodes | a     |         |            |          |               |          | 2019-06-01 | 2022-06-01 | V3           |    |    |
""",
    "care_leavers_accommodation_19_21": """
case           | table | child | year    | born       | in_touch | accommodation | suitable | in | of | why
turned 19      |       | a     | 2022-23 | 2003-06-15 | YES      | U1            | yes      | 1  | 1  |
turned 20      |       | a     | 2022-23 | 2002-06-15 | YES      | S2            | no       | 0  | 1  | no fixed abode
turned 21      |       | a     | 2022-23 | 2001-06-15 | YES      | Z1            | yes      | 1  | 1  | with former foster carers
turned 18      |       | a     | 2022-23 | 2004-06-15 | YES      | U1            | yes      |    |    | left out: did not turn one of the ages in the year
turned 22      |       | a     | 2022-23 | 2000-06-15 | YES      | U1            | yes      |    |    | left out: did not turn one of the ages in the year
abroad at 20   |       | a     | 2022-23 | 2002-06-15 | YES      | G2            | no       |    |    | left out: abroad, deported or residence not known
not in touch   |       | a     | 2022-23 | 2003-06-15 | NO       |               |          | 0  | 1  | counted, as not recorded suitable
""",
}
NAMES = care_leavers.__all__


def test_each_hand_worked_case_counts_as_said(micro, holidays, oracle):
    micro.check(holidays, oracle)


def _records(leavers, episodes=(), first=date(2018, 1, 1)):
    tables = {"care_leavers": leavers, "episodes": episodes}
    return Records(
        {
            name: pl.DataFrame([{c: row.get(c) for c in TABLES[name]} for row in rows], schema=dict(TABLES[name]))
            for name, rows in tables.items()
        },
        {name: Cover(first, YEAR.end) for name in tables},
    )


def _leaver(**given):
    return {"child": "a", "year": "2022-23", "in_touch": "YES", "activity": "F1", **given}


@pytest.mark.parametrize(
    ("born", "birthday"),
    [
        (date(2003, 4, 1), date(2022, 4, 1)), (date(2003, 3, 31), date(2023, 3, 31)),
        (date(2002, 12, 31), date(2022, 12, 31)), (date(2004, 2, 29), date(2023, 3, 1)),
    ],
)  # fmt: skip
def test_the_birthday_places_a_care_leaver_in_a_month(born, birthday):
    assert care_leavers.care_leavers_eet_17_21(_records([_leaver(born=born)], first=YEAR.start), YEAR, None)[
        "day"
    ].to_list() == [birthday]


def test_in_a_leap_year_the_29th_of_february_is_the_birthday():
    found = care_leavers.care_leavers_eet_17_21(
        _records([_leaver(born=date(2004, 2, 29), year="2023-24")], first=YEAR.start), ContractYear("2023-24"), None
    )
    assert found["day"].to_list() == [date(2024, 2, 29)]


def test_months_follow_birthdays_and_those_without_a_birthday_have_nought_of_both(holidays):
    records = _records(
        [_leaver(born=date(2003, 6, 15)), _leaver(child="b", born=date(2002, 6, 1), activity="G5")], first=YEAR.start
    )
    found = count(indicators()["care_leavers_eet_17_21"], records, YEAR, holidays).results
    june = found.filter((pl.col("series") == MONTH) & (pl.col("period") == "2022-06"))
    assert june.select("numerator", "denominator").rows() == [(1.0, 2.0)]
    assert found.filter(pl.col("series") == MONTH)["denominator"].sum() == 2


DAYS = st.integers(0, 1800).map(lambda n: date(2018, 1, 1) + timedelta(n))
LEAVERS = st.lists(
    st.fixed_dictionaries(
        {
            "child": st.sampled_from("abcd"),
            "year": st.sampled_from(["2022-23", "2022-23", "2022-23", "2021-22", None]),
            "born": st.one_of(
                st.none(), st.sampled_from([date(2004, 2, 29), date(2003, 4, 1)]),
                st.integers(0, 2200).map(lambda n: date(2000, 9, 1) + timedelta(n)),
            ),
            "in_touch": st.sampled_from(["YES", "YES", "NO", "DIED", "RHOM", "REFU", None]),
            "activity": st.sampled_from([None, "F1", "P5", "G4", "0"]),
            "accommodation": st.sampled_from([None, "U1", "G1", "H2", "R2", "0"]),
            "suitable": st.sampled_from([None, True, False]),
        }
    ),
    min_size=1, max_size=12,
)  # fmt: skip
EPISODES = st.lists(
    st.fixed_dictionaries(
        {
            "child": st.sampled_from("abcd"),
            "started": st.one_of(st.none(), DAYS, DAYS),
            "ended": st.one_of(st.none(), DAYS),
            "legal_status": st.sampled_from([None, "C2", "V3", "V4"]),
        }
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(LEAVERS, EPISODES, st.sampled_from([date(2013, 1, 1), date(2019, 5, 5)]))
def test_the_oracle_finds_the_same_members(same_members, oracle, leavers, episodes, first):
    for name in NAMES:
        same_members(oracle, name, _records(leavers, episodes, first))


@settings(max_examples=30, deadline=None)
@given(LEAVERS, EPISODES)
def test_the_older_are_among_all_and_accommodation_counts_no_more_than_activity(leavers, episodes):
    records = _records(leavers, episodes)
    found = {name: getattr(care_leavers, name)(records, YEAR, None) for name in NAMES}
    for topic in ("eet", "accommodation"):
        everyone, older = (found[f"care_leavers_{topic}_{ages}"] for ages in ("17_21", "19_21"))
        assert (older["denominator"] <= everyone["denominator"]).all()
        assert (older["numerator"] <= everyone["numerator"]).all()
    assert (
        found["care_leavers_accommodation_17_21"]["denominator"] <= found["care_leavers_eet_17_21"]["denominator"]
    ).all()
    for members in found.values():
        assert members.height == sum(row["year"] in ("2022-23", None) for row in leavers)
        assert (members["numerator"] <= members["denominator"]).all()


def test_a_return_without_any_activity_gives_no_share_rather_than_nought(holidays):
    records = _records([_leaver(born=date(2003, 6, 15), activity=None)])
    found = count(indicators()["care_leavers_eet_17_21"], records, YEAR, holidays).results
    assert set(found["symbol"]) == {"x"}
    assert set(found["note"]) == {"no return gives what care leavers do"}


@pytest.mark.parametrize("name", NAMES)
def test_no_care_leavers_no_members(name):
    assert getattr(care_leavers, name)(Records({}, {}), YEAR, None).height == 0
