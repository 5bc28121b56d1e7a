"""The indicators of care from an invented return of 2,675 children that others published, each against the oracle."""

import csv
from collections import defaultdict
from datetime import date, datetime

import polars as pl
import pytest

from ncthelpers.returns import ssda903
from ncthelpers.returns.readers import read
from ncthelpers.years import ContractYear

YEAR = ContractYear("2017-18")
NAMES = [
    "three_placements", "long_term_stability", "distance_20_miles", "distance_not_known", "care_leavers_eet_17_21",
    "care_leavers_eet_19_21", "care_leavers_accommodation_17_21", "care_leavers_accommodation_19_21", "adoption_a10",
    "adoption_a2",
]  # fmt: skip


@pytest.fixture(scope="module")
def records(golden):
    return ssda903.tidy(read("ssda903", [golden / "ssda903"], YEAR))


@pytest.mark.parametrize("name", NAMES)
def test_the_oracle_finds_the_same_members(name, records, same_members, oracle):
    same_members(oracle, name, records, YEAR)


def test_the_children_in_care_on_31_march_are_those_of_the_file(golden, records, same_members, oracle):
    """Counted again by the csv module: a child is in care if the last of its episodes that is no short break is open."""
    of_child = defaultdict(list)
    with (golden / "ssda903" / "episodes.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            days = [datetime.strptime(row[c], "%d/%m/%Y").date() if row[c] else date.max for c in ("DECOM", "DEC")]
            if row["LS"] not in ("V3", "V4") and days[0] <= YEAR.end:
                of_child[row["CHILD"]].append(days)
    in_care = {child for child, episodes in of_child.items() if max(episodes)[1] > YEAR.end}
    found = same_members(oracle, "three_placements", records, YEAR)
    counted = found.filter((pl.col("day") == YEAR.end) & pl.col("left_out").is_null())
    assert set(counted["who"]) == in_care
    assert counted.select(pl.col("numerator", "denominator").sum()).row(0) == (361.0, 1196.0)
