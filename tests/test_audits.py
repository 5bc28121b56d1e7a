"""Progress of the internal audit programme."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.audits import STAGES, audit_progress, audit_stages
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
