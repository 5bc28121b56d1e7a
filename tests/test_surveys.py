"""Survey percentages with their bases; what is not published is never filled in."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.rounding import half_up
from ncthelpers.surveys import survey_shares

RESULTS = ["survey", "result", "finding", "answered", "printed_pct", "kind", "source"]


def shares(answered, base, printed=None, kind="share"):
    surveys = pd.DataFrame([("s", "Survey", base, "published" if base else "base not published")],
                           columns=["survey", "title", "base", "base_status"], dtype=object)  # fmt: skip
    results = pd.DataFrame(
        [("s", "r", "Found.", answered, printed, kind, "report:10.6/6")], columns=RESULTS, dtype=object
    )
    return survey_shares(surveys, results).iloc[0]


def found(review, result):
    return survey_shares(review["surveys"], review["survey_results"]).set_index("result").loc[result]


@pytest.mark.parametrize(
    ("result", "answered", "printed", "to_one_place"),
    [("worker_supportive", 57, 83, "82.6"), ("no_further_offences", 59, 86, "85.5")],  # annual report section 10.6
)
def test_shares_of_sixty_nine_young_people(review, result, answered, printed, to_one_place):
    row = found(review, result)
    assert (row["answered"], row["base"], row["printed_pct"]) == (answered, 69, printed)
    assert half_up(row["recomputed_pct"]) == printed
    assert half_up(row["recomputed_pct"], 1) == Decimal(to_one_place)
    assert row["implied_base"] is None


def test_forty_four_children_at_forty_four_per_cent_imply_a_hundred(review):
    # annual report section 10.6: 44 children asked were 44% of those reviewed, beside some 1,184 in care (section 6)
    row = found(review, "children_surveyed")
    assert row["implied_base"] == 100
    assert (row["base"], row["recomputed_pct"]) == (None, None)  # the 44 asked are not what the percentage is of


@pytest.mark.parametrize(("result", "printed"), [("equality_more_of_a_priority", 77), ("supported_in_career", 66)])
def test_a_percentage_without_a_base_stays_as_printed(review, result, printed):
    row = found(review, result)  # annual report section 10.5 gives no base
    assert (row["printed_pct"], row["base_status"]) == (printed, "base not published")
    assert [row["answered"], row["base"], row["recomputed_pct"], row["implied_base"]] == [None] * 4


def test_every_result_keeps_its_place_and_its_survey(review):
    rows = survey_shares(review["surveys"], review["survey_results"])
    assert rows[["survey", "result"]].values.tolist() == review["survey_results"][["survey", "result"]].values.tolist()
    assert rows["title"].notna().all()


@pytest.mark.parametrize(
    ("answered", "base", "printed", "kind"),
    [(None, 69, Decimal(83), "share"), (57, None, Decimal(83), "share"), (None, None, None, "theme"),
     (None, 44, Decimal(44), "coverage"), (44, 44, None, "coverage"), (44, 44, Decimal(0), "coverage")],
)  # fmt: skip
def test_nothing_is_computed_from_a_part_that_is_missing(answered, base, printed, kind):
    row = shares(answered, base, printed, kind)
    assert (row["recomputed_pct"], row["implied_base"]) == (None, None)


def test_nobody_who_said_so_is_nought_per_cent_and_not_missing():
    assert shares(0, 69)["recomputed_pct"] == 0


@given(st.integers(1, 5000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_a_share_lies_between_nought_and_a_hundred_and_gives_back_its_count(pair):
    answered, base = pair
    share = shares(answered, base)["recomputed_pct"]
    assert 0 <= share <= 100 and half_up(share * base / 100) == answered
