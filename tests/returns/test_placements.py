"""Placements: hand-worked cases of K06 to K08, the oracle row for row, and laws that hold for any episodes.

Every hand-worked case is looked at on one day, 30 April 2022 (``today``): its 12 months begin after 30 April 2021.
"""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.returns import placements
from ncthelpers.returns.counts import SNAPSHOT
from ncthelpers.returns.indicators import count, indicators
from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.years import ContractYear

YEAR = ContractYear("2022-23")
MICRO = {
    "three_placements": """
case                              | today      | child | started    | ended      | why_new | legal_status | placement | in | of | why
three placements                  | 2022-04-30 | a     | 2021-06-01 | 2021-08-01 | S       | C2           | U1        |    |    | the first
                                  |            | a     | 2021-08-01 | 2021-10-01 | P       | C2           | U1        |    |    | the second
                                  |            | a     | 2021-10-01 |            | P       | C2           | K2        | 1  | 1  | the third
two placements                    | 2022-04-30 | a     | 2021-06-01 | 2021-10-01 | S       | C2           | U1        |    |    | the first
                                  |            | a     | 2021-10-01 |            | P       | C2           | K2        | 0  | 1  | only two
never moved                       | 2022-04-30 | a     | 2012-06-01 |            | S       | C2           | U1        | 0  | 1  | one placement
open when the year began          | 2022-04-30 | a     | 2019-06-01 | 2021-07-01 | S       | C2           | U1        |    |    | counts though it began long before
                                  |            | a     | 2021-07-01 | 2021-10-01 | P       | C2           | U1        |    |    |
                                  |            | a     | 2021-10-01 |            | P       | C2           | K2        | 1  | 1  | three
ended before the year began       | 2022-04-30 | a     | 2019-06-01 | 2021-04-30 | S       | C2           | U1        |    |    | no longer open at the end of 30 April 2021
                                  |            | a     | 2021-04-30 | 2021-10-01 | P       | C2           | U1        |    |    |
                                  |            | a     | 2021-10-01 |            | P       | C2           | K2        | 0  | 1  | two
ended on the year's first day     | 2022-04-30 | a     | 2019-06-01 | 2021-05-01 | S       | C2           | U1        |    |    | open at the end of 30 April 2021
                                  |            | a     | 2021-05-01 | 2021-10-01 | P       | C2           | U1        |    |    |
                                  |            | a     | 2021-10-01 |            | P       | C2           | K2        | 1  | 1  | three
legal status only                 | 2022-04-30 | a     | 2021-06-01 | 2021-08-01 | S       | C1           | U1        |    |    |
                                  |            | a     | 2021-08-01 | 2021-10-01 | L       | C2           | U1        |    |    | the same placement
                                  |            | a     | 2021-10-01 |            | P       | C2           | K2        | 0  | 1  | two placements in three episodes
legal status and placement        | 2022-04-30 | a     | 2021-06-01 | 2021-08-01 | S       | C1           | U1        |    |    |
                                  |            | a     | 2021-08-01 | 2021-10-01 | B       | C2           | U1        |    |    | another placement
                                  |            | a     | 2021-10-01 |            | P       | C2           | K2        | 1  | 1  | three
under 24 hours                    | 2022-04-30 | a     | 2021-06-01 | 2021-08-01 | S       | C2           | U1        |    |    |
                                  |            | a     | 2021-08-01 | 2021-08-01 | P       | C2           | K2        |    |    | ended on the day it began: none
                                  |            | a     | 2021-08-01 |            | P       | C2           | U1        | 0  | 1  | two
to the next day                   | 2022-04-30 | a     | 2021-06-01 | 2021-08-01 | S       | C2           | U1        |    |    |
                                  |            | a     | 2021-08-01 | 2021-08-02 | P       | C2           | K2        |    |    | in days, 24 hours
                                  |            | a     | 2021-08-02 |            | P       | C2           | U1        | 1  | 1  | three
the same carers adopt             | 2022-04-30 | a     | 2021-06-01 | 2021-08-01 | S       | C2           | U1        |    |    |
                                  |            | a     | 2021-08-01 | 2021-10-01 | P       | C2           | U1        |    |    |
                                  |            | a     | 2021-10-01 |            | U       | E1           | A5        | 0  | 1  | no move: two
others adopt                      | 2022-04-30 | a     | 2021-06-01 | 2021-08-01 | S       | C2           | U1        |    |    |
                                  |            | a     | 2021-08-01 | 2021-10-01 | P       | C2           | U1        |    |    |
                                  |            | a     | 2021-10-01 |            | B       | E1           | A6        | 1  | 1  | a move: three
the same carers, not to adopt     | 2022-04-30 | a     | 2021-06-01 | 2021-08-01 | S       | C2           | U3        |    |    |
                                  |            | a     | 2021-08-01 | 2021-10-01 | T       | C2           | U1        |    |    | the placement changed
                                  |            | a     | 2021-10-01 |            | P       | C2           | K2        | 1  | 1  | three
temporary placement               | 2022-04-30 | a     | 2021-06-01 | 2021-08-01 | S       | C2           | U1        |    |    |
                                  |            | a     | 2021-08-01 | 2021-08-15 | P       | C2           | T3        |    |    | counts as the return has it
                                  |            | a     | 2021-08-15 |            | P       | C2           | U1        | 1  | 1  | three
series of short breaks            | 2022-04-30 | a     | 2022-04-29 |            | S       | V4           | U1        |    |    | left out: in care for an agreed series of short breaks (V3 or V4)
short breaks, then care           | 2022-04-30 | a     | 2021-06-01 | 2021-06-05 | S       | V3           | U1        |    |    | no placement of the measure
                                  |            | a     | 2021-07-01 | 2021-07-05 | S       | V3           | K2        |    |    |
                                  |            | a     | 2021-08-01 |            | S       | C2           | U1        | 0  | 1  | one placement
two periods of care               | 2022-04-30 | a     | 2021-06-01 | 2021-07-01 | S       | C2           | U1        |    |    | went home in July
                                  |            | a     | 2021-09-01 | 2021-10-01 | S       | C2           | U1        |    |    |
                                  |            | a     | 2021-10-01 |            | P       | C2           | K2        | 1  | 1  | both periods count: three
left on the day                   | 2022-04-30 | a     | 2021-06-01 | 2022-04-30 | S       | C2           | U1        |    |    | not in care at its end
came on the day                   | 2022-04-30 | a     | 2022-04-30 |            | S       | C2           | U1        | 0  | 1  | in care at its end
came after the day                | 2022-04-30 | a     | 2022-05-01 |            | S       | C2           | U1        |    |    |
still to end                      | 2022-04-30 | a     | 2022-04-30 | 2022-05-09 | S       | C2           | U1        | 0  | 1  | what comes after the day plays no part
no code for why it is new         | 2022-04-30 | a     | 2021-06-01 | 2021-08-01 | S       | C2           | U1        |    |    |
                                  |            | a     | 2021-08-01 | 2021-10-01 |         | C2           | U1        |    |    | counts as a move
                                  |            | a     | 2021-10-01 |            | P       | C2           | K2        | 1  | 1  | three
two open at once                  | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           | U1        |    |    | left out: a later episode of the same child is open on the same day
                                  |            | a     | 2021-10-01 |            | P       | C2           | K2        | 0  | 1  | the child counts once
two children                      | 2022-04-30 | a     | 2021-06-01 | 2021-08-01 | S       | C2           | U1        |    |    |
                                  |            | a     | 2021-08-01 |            | P       | C2           | U1        | 0  | 1  | two of this child
                                  |            | b     | 2021-06-01 |            | P       | C2           | K2        | 0  | 1  | and one of that
one gone, another with two        | 2022-04-30 | a     | 2021-06-01 | 2021-09-01 | S       | C2           | U1        |    |    | one of a child who left
                                  |            | b     | 2021-06-01 | 2021-10-01 | S       | C2           | U1        |    |    |
                                  |            | b     | 2021-10-01 |            | P       | C2           | K2        | 0  | 1  | two of this child
""",
    "long_term_stability": """
case                             | today      | table    | child | born       | started    | ended      | why_new | legal_status | placement | in | of | why
settled                          | 2022-04-30 |          | a     |            | 2019-01-01 |            | S       | C2           | U1        | 1  | 1  | one placement all the time
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
moved lately                     | 2022-04-30 |          | a     |            | 2019-01-01 | 2021-01-01 | S       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2021-01-01 |            | P       | C2           | U1        | 0  | 1  | placements are not added but for adoption
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
moved two years ago to the day   | 2022-04-30 |          | a     |            | 2019-01-01 | 2020-04-30 | S       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2020-04-30 |            | P       | C2           | U1        | 1  | 1  | two years
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
moved a day later                | 2022-04-30 |          | a     |            | 2019-01-01 | 2020-05-01 | S       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2020-05-01 |            | P       | C2           | U1        | 0  | 1  | a day short
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
in care for two and a half years | 2022-04-30 |          | a     |            | 2019-10-30 |            | S       | C2           | U1        | 1  | 1  | to the day
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
in care for a day less           | 2022-04-30 |          | a     |            | 2019-11-01 |            | S       | C2           | U1        |    |    | left out: in care for less than two and a half years on the day
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
sixteen on the day               | 2022-04-30 |          | a     |            | 2019-01-01 |            | S       | C2           | U1        |    |    | left out: aged 16 or over on the day
                                 |            | children | a     | 2006-04-30 |            |            |         |              |           |    |    |
sixteen the day after            | 2022-04-30 |          | a     |            | 2019-01-01 |            | S       | C2           | U1        | 1  | 1  | under 16
                                 |            | children | a     | 2006-05-01 |            |            |         |              |           |    |    |
home for a month                 | 2022-04-30 |          | a     |            | 2018-01-01 | 2021-01-01 | S       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2021-02-01 |            | S       | C2           | U1        |    |    | left out: in care for less than two and a half years on the day
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
a gap that is not coded S        | 2022-04-30 |          | a     |            | 2018-01-01 | 2021-01-01 | S       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2021-01-02 |            | L       | C2           | U1        |    |    | left out: in care for less than two and a half years on the day
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
legal status only                | 2022-04-30 |          | a     |            | 2019-01-01 | 2021-01-01 | S       | C1           | U1        |    |    |
                                 |            |          | a     |            | 2021-01-01 |            | L       | C2           | U1        | 1  | 1  | the same placement
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
the same carers                  | 2022-04-30 |          | a     |            | 2019-01-01 | 2021-01-01 | S       | C2           | U3        |    |    |
                                 |            |          | a     |            | 2021-01-01 |            | T       | C2           | U1        | 1  | 1  | published as living with the same carer
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
placed for adoption              | 2022-04-30 |          | a     |            | 2019-09-01 | 2021-12-01 | S       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2021-12-01 |            | B       | E1           | A6        | 1  | 1  | both together since September 2019
                                 |            | children | a     | 2018-05-05 |            |            |         |              |           |    |    |
adoption, together too short     | 2022-04-30 |          | a     |            | 2019-01-01 | 2020-08-01 | S       | C2           | U1        |    |    | the one before the one before
                                 |            |          | a     |            | 2020-08-01 | 2021-12-01 | P       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2021-12-01 |            | B       | E1           | A6        | 0  | 1  | both together since August 2020
                                 |            | children | a     | 2018-05-05 |            |            |         |              |           |    |    |
adopted by carers, coded L       | 2022-04-30 |          | a     |            | 2019-01-01 | 2020-08-01 | S       | C2           | U1        |    |    | the one before the one before
                                 |            |          | a     |            | 2020-08-01 | 2021-12-01 | P       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2021-12-01 |            | L       | E1           | A5        | 0  | 1  | both together since August 2020, whatever the code says
                                 |            | children | a     | 2018-05-05 |            |            |         |              |           |    |    |
the same carers adopt            | 2022-04-30 |          | a     |            | 2019-01-01 | 2020-04-01 | S       | C2           | K2        |    |    |
                                 |            |          | a     |            | 2020-04-01 | 2021-12-01 | P       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2021-12-01 |            | U       | E1           | A5        | 1  | 1  | both together since April 2020
                                 |            | children | a     | 2018-05-05 |            |            |         |              |           |    |    |
the same adopt, too short        | 2022-04-30 |          | a     |            | 2019-01-01 | 2020-08-01 | S       | C2           | U1        |    |    | not one of the two
                                 |            |          | a     |            | 2020-08-01 | 2021-12-01 | P       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2021-12-01 |            | U       | E1           | A5        | 0  | 1  | both together since August 2020
                                 |            | children | a     | 2018-05-05 |            |            |         |              |           |    |    |
adopters, new legal status       | 2022-04-30 |          | a     |            | 2019-09-01 | 2021-12-01 | S       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2021-12-01 | 2022-02-01 | P       | C2           | A6        |    |    |
                                 |            |          | a     |            | 2022-02-01 |            | L       | E1           | A6        | 1  | 1  | still the adoptive placement and the one before
                                 |            | children | a     | 2018-05-05 |            |            |         |              |           |    |    |
adopters move house              | 2022-04-30 |          | a     |            | 2019-09-01 | 2021-12-01 | S       | C2           | U1        |    |    |
                                 |            |          | a     |            | 2021-12-01 | 2022-02-01 | P       | E1           | A6        |    |    |
                                 |            |          | a     |            | 2022-02-01 |            | T       | E1           | A6        | 1  | 1  | still the adoptive placement and the one before
                                 |            | children | a     | 2018-05-05 |            |            |         |              |           |    |    |
series of short breaks           | 2022-04-30 |          | a     |            | 2019-01-01 |            | S       | V4           | U1        |    |    | left out: in care for an agreed series of short breaks (V3 or V4)
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
no date of birth                 | 2022-04-30 |          | a     |            | 2019-01-01 |            | S       | C2           | U1        |    |    | left out: no date of birth
left on the day                  | 2022-04-30 |          | a     |            | 2019-01-01 | 2022-04-30 | S       | C2           | U1        |    |    | not in care at its end
                                 |            | children | a     | 2012-05-05 |            |            |         |              |           |    |    |
""",
    "distance_20_miles": """
case                      | today      | child | started    | ended      | why_new | legal_status | miles | inside | in | of | why
far and outside           | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           | 25    | no     | 1  | 1  |
far and inside            | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           | 25    | yes    | 0  | 1  | inside the boundary
near and outside          | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           | 4     | no     | 0  | 1  | near
twenty miles              | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           | 20    | no     | 0  | 1  | not more than 20
just over twenty          | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           | 20.1  | no     | 1  | 1  |
distance not known        | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           |       | no     | 0  | 1  | stays in the denominator
boundary not known        | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           | 25    |        | 0  | 1  | stays in the denominator
neither known             | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           |       |        | 0  | 1  | stays in the denominator
series of short breaks    | 2022-04-30 | a     | 2021-06-01 |            | S       | V3           | 25    | no     |    |    | left out: in care for an agreed series of short breaks (V3 or V4)
the placement of the day  | 2022-04-30 | a     | 2021-06-01 | 2022-04-30 | S       | C2           | 25    | no     |    |    | ended on the day
                          |            | a     | 2022-04-30 |            | P       | C2           | 3     | yes    | 0  | 1  | where the child is at its end
left on the day           | 2022-04-30 | a     | 2021-06-01 | 2022-04-30 | S       | C2           | 25    | no     |    |    | not in care at its end
two open at once          | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           | 25    | no     |    |    | left out: a later episode of the same child is open on the same day
                          |            | a     | 2021-07-01 |            | P       | C2           | 3     | no     | 0  | 1  | the child counts once
""",
    "distance_not_known": """
case                      | today      | child | started    | ended      | why_new | legal_status | miles | inside | in | of | why
neither known             | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           |       |        | 1  | 1  |
far, boundary not known   | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           | 25    |        | 1  | 1  | may be outside
outside, miles not known  | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           |       | no     | 1  | 1  | may be far
near, boundary not known  | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           | 20    |        | 0  | 1  | 20 miles are not more than 20
inside, miles not known   | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           |       | yes    | 0  | 1  | inside, however far
far and outside           | 2022-04-30 | a     | 2021-06-01 |            | S       | C2           | 25    | no     | 0  | 1  | known
series of short breaks    | 2022-04-30 | a     | 2021-06-01 |            | S       | V4           |       |        |    |    | left out: in care for an agreed series of short breaks (V3 or V4)
""",
}


def test_each_hand_worked_case_counts_as_said(micro, holidays, oracle):
    micro.check(holidays, oracle)


# What holds for any episodes


def _episode(**given):
    return {"child": "a", "why_new": "S", "legal_status": "C2", "placement": "U1", **given}


def _records(episodes, children=(), first=date(2019, 4, 1), last=date(2023, 3, 31)):
    tables = {"episodes": episodes, "children": children}
    return Records(
        {
            name: pl.DataFrame([{c: row.get(c) for c in TABLES[name]} for row in rows], schema=dict(TABLES[name]))
            for name, rows in tables.items()
        },
        {name: Cover(first, last) for name in tables},
    )


@st.composite
def histories(draw, dirty=True):
    """Episodes of a few children, most of them one after the other, and their births; dirty ones overlap and miss codes."""
    episodes, children = [], []
    for child in "abc"[: draw(st.integers(1, 3))]:
        children.append({"child": child, "born": draw(st.sampled_from([None, date(2007, 1, 31), date(2012, 2, 29)]))})
        start = date(2019, 6, 1) + timedelta(draw(st.integers(0, 1200)))
        for _ in range(draw(st.integers(1, 5))):
            end = start + timedelta(draw(st.sampled_from([0, 1, 20, 90, 400])))
            is_open = draw(st.integers(0, 8)) == 0
            episodes.append(
                {
                    "child": child, "started": start, "ended": None if is_open else end,
                    "why_new": draw(st.sampled_from(["S", "L", "P", "B", "T", "U", *([None] if dirty else [])])),
                    "legal_status": draw(st.sampled_from(["C2", "C2", "E1", "V3", "V4"])),
                    "placement": draw(st.sampled_from(["U1", "A5", "A6", "K2", *([None] if dirty else [])])),
                    "miles": draw(st.sampled_from([None, 5.0, 20.0, 21.0])),
                    "inside": draw(st.sampled_from([None, True, False])),
                }
            )  # fmt: skip
            if is_open and not dirty:
                break
            start = end + timedelta(draw(st.sampled_from([0, 0, 0, 1, 30, *([-3] if dirty else [])])))
    return draw(st.permutations(episodes)), children


NAMES = ["three_placements", "long_term_stability", "distance_20_miles", "distance_not_known"]
LIGHT = settings(max_examples=25, deadline=None)


@LIGHT
@given(histories(dirty=False), st.sampled_from([date(2023, 3, 31), date(2022, 6, 29)]))
def test_the_oracle_finds_the_same_members(same_members, oracle, history, last):
    for name in NAMES:
        same_members(oracle, name, _records(*history, last=last))


@LIGHT
@given(histories())
def test_the_oracle_finds_the_same_members_where_episodes_overlap_or_miss_codes(same_members, oracle, history):
    for name in NAMES[1:]:  # placements that overlap are no count of moves: the readers leave them out
        same_members(oracle, name, _records(*history))


@LIGHT
@given(histories(dirty=False), st.data())
def test_a_change_of_legal_status_alone_changes_nothing(history, data):
    episodes, children = history
    split = data.draw(st.sampled_from(range(len(episodes))))
    row = episodes[split]
    middle = row["started"] + timedelta(data.draw(st.integers(1, 60)))
    if row["ended"] is None or row["started"] < middle < row["ended"]:
        cut = [{**row, "ended": middle}, {**row, "started": middle, "why_new": "L"}]
    else:
        cut = [row]
    whole, parted = _records(episodes, children), _records([*episodes[:split], *episodes[split + 1 :], *cut], children)
    for name in NAMES:
        indicator = getattr(placements, name)
        order = ["who", "day", "left_out", "numerator"]
        assert indicator(whole, YEAR, None).sort(order).equals(indicator(parted, YEAR, None).sort(order)), name


@LIGHT
@given(histories())
def test_a_child_counts_once_a_day_at_most_and_only_in_the_denominator_unless_met(history):
    for name in NAMES:
        counted = getattr(placements, name)(_records(*history), YEAR, None).filter(pl.col("left_out").is_null())
        assert not counted.select("who", "day").is_duplicated().any()
        assert (counted["numerator"] <= counted["denominator"]).all()


# What the records cannot tell


def test_months_that_look_back_too_far_are_not_available(holidays):
    records = _records([_episode(started=date(2022, 4, 1))], first=date(2022, 4, 1))
    found = count(indicators()["three_placements"], records, YEAR, holidays).results
    assert found["series"].unique().to_list() == [SNAPSHOT]
    told = dict(zip(found["period"], found["denominator"], strict=True))
    assert told == {**dict.fromkeys(told), "2023-03": 1.0}
    notes = dict(found.filter(pl.col("symbol") == "x").select("period", "note").rows())
    assert (
        notes["2022-04"] == "episodes are told of from 2022-04-01 to 2023-03-31 only, and are needed since 2021-05-01"
    )


def test_a_return_without_distances_gives_no_share_rather_than_nought(holidays):
    records = _records([_episode(started=date(2022, 4, 1), inside=False)])
    found = count(indicators()["distance_20_miles"], records, YEAR, holidays).results
    assert set(found["symbol"]) == {"x"}
    assert set(found["note"]) == {"no return gives the distance of a placement from home"}


def test_children_left_out_are_counted_for_each_month_end(holidays):
    records = _records(
        [_episode(started=date(2022, 4, 1), legal_status="V4"), _episode(started=date(2023, 1, 1), child="b")]
    )
    left = count(indicators()["three_placements"], records, YEAR, holidays).left_out
    assert left.rows() == [("three_placements", "in care for an agreed series of short breaks (V3 or V4)", 12)]


@pytest.mark.parametrize("name", NAMES)
def test_no_episodes_no_members(name):
    assert getattr(placements, name)(Records({}, {}), YEAR, None).height == 0
