"""Survey percentages with their bases; what is not published is never filled in."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.rounding import half_up
from ncthelpers.surveys import answer_shares, survey_shares

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


# Answers

ANSWERS = ["survey", "question", "order", "answer", "answered", "status", "source"]
SCALE = ("Agree", "Neither", "Disagree", "Strongly disagree")


def answers(*numbers, base=None, question="Are you supported?"):
    """Shares of the answers to a question of a survey; an answer without a number is suppressed."""
    surveys = pd.DataFrame([("staff", "Staff survey", base)], columns=["survey", "title", "base"], dtype=object)
    rows = [("staff", question, n, answer, number, "c" if number is None else None, "report:10.5/1")
            for n, (answer, number) in enumerate(zip(SCALE, numbers, strict=False), 1)]  # fmt: skip
    return answer_shares(surveys, pd.DataFrame(rows, columns=ANSWERS, dtype=object))


def test_each_answer_has_its_share_of_those_who_answered_the_question():
    found = answers(57, 0, 12)
    assert found["share_pct"].map(lambda share: half_up(share, 1)).tolist() == [Decimal("82.6"), 0, Decimal("17.4")]
    assert found["base"].tolist() == [69] * 3 and found["title"].tolist() == ["Staff survey"] * 3


def test_shares_are_of_the_question_and_not_of_the_survey():
    assert answers(30, 10, base=69)["share_pct"].tolist() == [75, 25]  # 29 left the question out


def test_a_question_with_suppressed_answers_has_shares_where_the_number_who_answered_is_known():
    found = answers(40, None, None, base=50)
    assert found["share_pct"].tolist() == [80, None, None] and found["base"].tolist() == [50] * 3


@pytest.mark.parametrize(
    ("numbers", "base"),
    [((40, None, None), None), ((40, 6, None), 50), ((40, 6, None), None)],
    ids=["base not known", "one suppressed, which the base gives away", "one suppressed"],
)
def test_where_a_share_would_be_guessed_or_give_a_small_number_away_there_is_none_and_no_base(numbers, base):
    found = answers(*numbers, base=base)
    assert found["share_pct"].tolist() == [None] * 3 and found["base"].tolist() == [None] * 3


def test_a_question_that_nobody_answered_has_no_shares():
    assert answers(0, 0)["share_pct"].tolist() == [None, None]


def test_answers_stand_in_the_order_of_their_scale_and_questions_as_entered():
    surveys = pd.DataFrame([("b", "B", None), ("a", "A", None)], columns=["survey", "title", "base"], dtype=object)
    rows = [(survey, question, order, f"{order}", 10, None, "report:10.5/1")
            for survey, question in (("b", "Second?"), ("b", "First?"), ("a", "Second?")) for order in (2, 1)]  # fmt: skip
    found = answer_shares(surveys, pd.DataFrame(rows, columns=ANSWERS, dtype=object))
    assert found[["survey", "question", "order"]].values.tolist() == [
        ["b", "Second?", 1], ["b", "Second?", 2], ["b", "First?", 1], ["b", "First?", 2], ["a", "Second?", 1], ["a", "Second?", 2],
    ]  # fmt: skip


@given(st.lists(st.none() | st.integers(6, 500), min_size=1, max_size=4), st.none() | st.integers(1, 40))
def test_nothing_shown_gives_a_suppressed_answer_away(numbers, more):
    # of the survey's base, where it is given, `more` are left to the suppressed answers
    base = None if more is None else sum(filter(None, numbers)) + more
    found = answers(*numbers, base=base).to_dict("records")
    hidden = [row for row in found if row["answered"] is None]
    assert all(row["share_pct"] is None for row in hidden)
    if len(hidden) == 1:
        assert all(row["base"] is None and row["share_pct"] is None for row in found)
    if not hidden:
        assert sum(row["share_pct"] for row in found) == pytest.approx(100)
