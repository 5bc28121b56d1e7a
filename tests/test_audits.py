"""Progress of the internal audit programme, and shares of practice scores."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.audits import STAGES, audit_progress, audit_stages, practice_shares
from ncthelpers.rounding import half_up


def audits(*ticks) -> pd.DataFrame:
    rows = [(f"audit {n}", *of, "report:10.2/1") for n, of in enumerate(ticks)]
    return pd.DataFrame(rows, columns=["audit", *STAGES, "source"], dtype=object)


def test_eleven_audits_were_planned_nine_in_fieldwork_and_four_reported(review):
    # annual report section 10.2: 11 audits listed, ticks by stage
    progress = audit_progress(review["audits"])
    assert progress["stage"].tolist() == ["Planning", "Fieldwork", "Reporting"]
    assert progress["audits"].tolist() == [11, 9, 4]
    assert [half_up(share, 1) for share in progress["share_pct"]] == [
        Decimal("100.0"),
        Decimal("81.8"),
        Decimal("36.4"),
    ]


def test_the_audits_reported_are_those_ticked_in_section_10_2(review):
    stages = audit_stages(review["audits"])
    reported = stages[stages["furthest_stage"] == "Reporting"]["audit"].tolist()
    assert sorted(reported) == [
        "Creditors",
        "Policies and Procedures",
        "Scheme of Delegation",
        "Target Operating Model",
    ]
    assert stages["stages_reached"].tolist() == [3] * 4 + [2] * 5 + [1] * 2


def test_lost_opinions_are_not_readable_and_never_none(review):
    opinions = review["audits"][["system_opinion", "compliance_opinion", "impact_opinion"]]
    assert set(opinions.stack()) == {"not readable in source"}


@pytest.mark.parametrize(
    ("ticks", "reached", "furthest"),
    [
        ((False, False, False), 0, "Not started"),
        ((True, False, False), 1, "Planning"),
        ((True, True, True), 3, "Reporting"),
    ],
)
def test_the_furthest_stage_is_named(ticks, reached, furthest):
    assert audit_stages(audits(ticks)).iloc[0].tolist() == ["audit 0", reached, furthest, "report:10.2/1"]


def test_an_empty_programme_has_no_share():
    assert audit_progress(audits())["share_pct"].tolist() == [None] * 3


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans())))
def test_ticks_counted_by_stage_and_by_audit_are_the_same(ticks):
    programme = audits(*ticks)
    stages = audit_stages(programme)
    assert sum(audit_progress(programme)["audits"]) == sum(stages["stages_reached"]) == sum(map(sum, ticks))
    assert sorted(stages["audit"]) == sorted(programme["audit"])
    assert stages["stages_reached"].tolist() == sorted(stages["stages_reached"], reverse=True)


# Practice scores


def scores(*months) -> list[dict]:
    """Shares of the practice scores of months of (month, cases of each score); a score without cases is suppressed."""
    rows = [(month, n, f"score {n}", number, "c" if number is None else None, "report:10.4/1")
            for month, *numbers in months for n, number in reversed(list(enumerate(numbers, 1)))]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["month", "order", "score", "cases", "status", "source"], dtype=object)
    return practice_shares(frame).to_dict("records")


def test_a_score_has_its_share_of_the_cases_of_its_month_months_and_scores_in_order():
    found = scores(("2031-06", 6, 18), ("2031-04", 9, 6))
    assert [(row["month"], row["order"], row["share_pct"], row["total"]) for row in found] == [
        ("2031-04", 1, 60, 15), ("2031-04", 2, 40, 15), ("2031-06", 1, 25, 24), ("2031-06", 2, 75, 24),
    ]  # fmt: skip


def test_a_month_with_a_suppressed_number_has_neither_a_total_nor_shares_and_another_month_keeps_its_own():
    found = scores(("2031-04", 9, None, None), ("2031-05", 9, 6, 0))
    assert [(row["total"], row["share_pct"]) for row in found] == [(None, None)] * 3 + [(15, 60), (15, 40), (15, 0)]


def test_a_month_in_which_no_case_was_audited_has_no_shares():
    assert [row["share_pct"] for row in scores(("2031-04", 0, 0))] == [None, None]


@given(st.lists(st.none() | st.integers(6, 300), min_size=1, max_size=5))
def test_nothing_beside_the_cases_shown_says_how_many_are_suppressed(numbers):
    found = scores(("2031-04", *numbers))
    said = [value for row in found for value in (row["total"], row["share_pct"])]
    if None in numbers:
        assert said == [None] * len(said)
    else:
        assert sum(row["share_pct"] for row in found) == pytest.approx(100)
