"""Deadlines, topics, timelines and the latest judgement of each provider."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import governance
from ncthelpers.years import first_day

DAYS = st.dates(min_value=date(2015, 1, 1), max_value=date(2030, 12, 31))
WHENS = st.tuples(DAYS, st.sampled_from([4, 7, 10])).map(lambda pair: pair[0].isoformat()[: pair[1]])


def steps(deadline: date, considered_on: date) -> pd.DataFrame:
    return pd.DataFrame([("draft", "group", deadline, considered_on, "cover:5.4/1")],
                        columns=["step", "body", "deadline", "considered_on", "source"], dtype=object)  # fmt: skip


@pytest.mark.parametrize(
    ("step", "deadline", "considered_on", "days"),
    [
        ("operational_group", date(2022, 7, 31), date(2022, 7, 29), 2),  # cover report 5.4
        ("strategic_group", date(2022, 8, 31), date(2022, 8, 10), 21),  # cover report 5.5
    ],
)
def test_both_groups_met_their_deadlines(review, step, deadline, considered_on, days):
    row = governance.deadline_compliance(review["deadlines"]).set_index("step").loc[step]
    assert (row["deadline"], row["considered_on"], row["days_before"], row["met"]) == (
        deadline,
        considered_on,
        days,
        True,
    )


def test_on_the_day_is_late_because_the_rule_says_before():
    row = governance.deadline_compliance(steps(date(2022, 7, 31), date(2022, 7, 31))).iloc[0]
    assert (row["days_before"], row["met"]) == (0, False)


@given(DAYS, DAYS)
def test_a_deadline_is_met_by_exactly_the_days_before_it(deadline, considered_on):
    row = governance.deadline_compliance(steps(deadline, considered_on)).iloc[0]
    assert considered_on + timedelta(days=row["days_before"]) == deadline
    assert row["met"] is (considered_on < deadline)


# Topics: cover report 6.1

PARAGRAPHS = ["document", "section", "kind"]


def topics(*sections) -> pd.DataFrame:
    return pd.DataFrame([(n, "Topic", section, "cover:6.1/2") for n, section in enumerate(sections, 1)],
                        columns=["order", "topic", "report_section", "source"], dtype=object)  # fmt: skip


def register(*units) -> pd.DataFrame:
    return pd.DataFrame(units, columns=PARAGRAPHS, dtype=object)


def covered(section, *units) -> tuple[int, bool]:
    row = governance.topic_coverage(topics(section), register(*units)).iloc[0]
    return row["units"], row["covered"]


def test_all_fourteen_topics_of_the_contract_are_covered(review):
    rows = governance.topic_coverage(review["cover_topics"], review["paragraphs"])
    assert rows["order"].tolist() == list(range(1, 15))
    assert rows["report_section"].tolist() == [str(section) for section in range(2, 16)]
    assert rows["covered"].tolist() == [True] * 14
    assert rows.set_index("report_section").at["11", "units"] == 1  # one paragraph: there were no Rectification Plans


def test_a_topic_whose_section_is_gone_is_not_covered(review):
    paragraphs = review["paragraphs"]
    rest = paragraphs[~((paragraphs["document"] == "report") & (paragraphs["section"] == "13"))]
    rows = governance.topic_coverage(review["cover_topics"], rest)
    assert rows[~rows["covered"].astype(bool)]["report_section"].tolist() == ["13"]


def test_subsections_count_and_other_sections_do_not():
    units = [
        ("report", "1", "paragraph"),
        ("report", "1.2", "bullet"),
        ("report", "1.2.3", "table"),
        ("report", "10", "paragraph"),
    ]
    assert covered("1", *units) == (3, True)


def test_a_topic_answered_by_a_subsection_is_covered():
    assert covered("10.6", ("report", "10.6", "paragraph"), ("report", "10.1", "paragraph")) == (1, True)


@pytest.mark.parametrize(
    "unit", [("report", "7", "heading"), ("cover", "7", "paragraph"), ("report", "17", "paragraph")]
)
def test_a_heading_another_document_or_another_section_answers_nothing(unit):
    assert covered("7", unit) == (0, False)


def test_a_topic_without_a_section_is_not_covered():
    assert covered(None, ("report", "7", "paragraph")) == (0, False)


# Timelines

EVENTS = st.lists(st.tuples(WHENS, st.sampled_from("abc")), max_size=12)


def events(rows) -> pd.DataFrame:
    return pd.DataFrame(
        [(start, kind, n) for n, (start, kind) in enumerate(rows)], columns=["start", "kind", "entered"], dtype=object
    )


@given(EVENTS)
def test_a_timeline_is_in_order_of_first_days_with_ties_as_entered(rows):
    found = governance.timeline(events(rows))
    order = [(first_day(start), entered) for start, entered in zip(found["start"], found["entered"], strict=True)]
    assert order == sorted(order)
    assert sorted(found["entered"]) == list(range(len(rows)))


@given(EVENTS, st.lists(st.sampled_from("abc")))
def test_a_timeline_keeps_the_kinds_asked_for_and_no_other(rows, kinds):
    found = governance.timeline(events(rows), kinds)
    assert sorted(found["entered"]) == [n for n, (_, kind) in enumerate(rows) if kind in kinds]


# Inspections: annual report section 14


def test_the_latest_full_inspection_counts_and_no_other_visit(review):
    latest = governance.latest_judgements(review["inspections"]).set_index("provider")
    assert latest.loc["Thornton House", ["start", "judgement"]].tolist() == [
        "2021-12-14",
        "Requires improvement to be good",
    ]
    assert latest.loc["Arnold House", ["start", "judgement"]].tolist() == ["2022-05-17", "Good"]
    assert latest.at["Welford House", "start"] == "2021-10"
    assert latest.at["Raven House", "start"] == "2021-08-11"
    assert len(latest) == 7  # five homes and two agencies; monitoring visits to the councils carry no judgement


@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.sampled_from(["full inspection", "monitoring visit"]), WHENS), max_size=10
    )
)
def test_no_full_inspection_is_later_than_the_one_shown(visits):
    rows = [(provider, "home", kind, start, f"{start} {n}", "") for n, (provider, kind, start) in enumerate(visits)]
    frame = pd.DataFrame(
        rows, columns=["provider", "provider_kind", "kind", "start", "judgement", "source"], dtype=object
    )
    latest = governance.latest_judgements(frame)
    full = frame[frame["kind"] == "full inspection"]
    assert latest["provider"].tolist() == sorted(set(full["provider"]))
    for provider, start in zip(latest["provider"], latest["start"], strict=True):
        assert first_day(start) == max(map(first_day, full[full["provider"] == provider]["start"]))
