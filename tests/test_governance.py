"""Deadlines, topics, timelines, the latest judgement of each provider, actions and risks."""

import re
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import comparison, governance
from ncthelpers.years import first_day, last_day

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

VISITS = ["provider", "provider_kind", "kind", "start", "judgement", "note", "source"]


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
    rows = [
        (provider, "home", kind, start, f"{start} {n}", f"note {n}", f"p{n}")
        for n, (provider, kind, start) in enumerate(visits)
    ]
    frame = pd.DataFrame(rows, columns=VISITS, dtype=object)
    latest = governance.latest_judgements(frame)
    full = frame[frame["kind"] == "full inspection"]
    assert latest["provider"].tolist() == sorted(set(full["provider"]))
    for provider, start in zip(latest["provider"], latest["start"], strict=True):
        assert first_day(start) == max(map(first_day, full[full["provider"] == provider]["start"]))
    whole = {tuple(row) for row in frame[latest.columns].itertuples(index=False)}
    assert {tuple(row) for row in latest.itertuples(index=False)} <= whole, "a note stays with its own judgement"


def test_a_judgement_keeps_its_own_note_and_loses_none():
    rows = [("A", "home", "full inspection", "2022-05-17", "Good", "The date is that of publication.", "report:14/1"),
            ("A", "home", "full inspection", "2019-07-02", "Inadequate", "An older note.", "report:14/2"),
            ("B", "home", "full inspection", "2021-10", "Good", None, "report:14/3"),
            ("B", "home", "monitoring visit", "2022-01", "None given", "A visit.", "report:14/4")]  # fmt: skip
    latest = governance.latest_judgements(pd.DataFrame(rows, columns=VISITS, dtype=object))
    assert latest.columns.tolist() == ["provider", "provider_kind", "start", "judgement", "note", "source"]
    assert latest[["provider", "note", "source"]].values.tolist() == [
        ["A", "The date is that of publication.", "report:14/1"], ["B", None, "report:14/3"],
    ]  # fmt: skip


def test_every_note_of_a_judgement_of_the_reviewed_year_is_shown(review):
    latest, entered = governance.latest_judgements(review["inspections"]), review["inspections"]
    notes = dict(zip(zip(entered["provider"], entered["start"], strict=True), entered["note"], strict=True))
    assert {(row["provider"], row["start"]): row["note"] for row in latest.to_dict("records")}.items() <= notes.items()


# How late each step of the review was


def lateness(due, taken) -> str | None:
    row = ("draft", "group", "Considered", due, "stated", taken, "considered", "cover:5.4/1")
    names = ["step", "body", "what", "due", "due_basis", "taken", "outcome", "source"]
    return governance.review_lateness(pd.DataFrame([row], columns=names, dtype=object))["lateness"].item()


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        ("2022-07-29", "2 days before"),  # cover report 5.4
        ("2022-07-30", "1 day before"),
        ("2022-07-31", "on the due day, which is late"),  # because the rule says before
        ("2022-08-01", "1 day late"),
        ("2022-08-31", "31 days late"),
        ("2022-08", "1 to 31 days late"),
        ("2022-06", "31 to 60 days before"),
        ("2022-07", "not known: the date is not known to the day"),
        ("2022", "not known: the date is not known to the day"),
        ("2023", "154 to 518 days late"),
        ("2021", "212 to 576 days before"),
    ],
)
def test_lateness_is_in_days_and_a_span_where_the_day_is_not_known(taken, words):
    assert lateness(date(2022, 7, 31), taken) == words


@pytest.mark.parametrize(("due", "taken"), [(None, "2022-07-29"), (date(2022, 7, 31), None), (None, None)])
def test_without_a_due_date_or_a_date_taken_nothing_is_said_of_lateness(due, taken):
    assert lateness(due, taken) is None


@given(DAYS, DAYS)
def test_lateness_to_the_day_counts_the_days_between(due, taken):
    words = lateness(due, taken.isoformat())
    days = (taken - due).days
    assert words == (
        "on the due day, which is late"
        if not days
        else f"{abs(days)} day{'s' * (abs(days) != 1)} {'late' if days > 0 else 'before'}"
    )


@given(DAYS, DAYS, st.sampled_from([4, 7]))
def test_a_span_of_lateness_holds_that_of_any_day_it_can_mean(due, taken, known):
    words, exact = lateness(due, taken.isoformat()[:known]), (taken - due).days
    if words.startswith("not known"):
        assert first_day(taken.isoformat()[:known]) < due <= last_day(taken.isoformat()[:known])
    else:
        least, most = (int(part) for part in re.findall(r"\d+", words))
        assert least <= abs(exact) <= most and ("late" in words) == (exact >= 0)


def test_both_groups_considered_the_review_of_the_reviewed_year_in_time(review):
    rows = governance.review_lateness(review["review_steps"]).set_index("step")["lateness"]
    assert rows["operational_group"] == "2 days before"  # cover report 5.4: 29 July against 31 July 2022
    assert rows["strategic_group"] == "21 days before"  # cover report 5.5: 10 August against 31 August 2022
    assert rows["joint_committee"] is None  # no document says by when the committee had to see it


# What came of actions carried over

ACTIONS = ["contract_year", "from_year", "action", "what", "who", "by_when", "outcome", "found", "source"]
UNKNOWN = "no public evidence found"


def actions(*rows) -> pd.DataFrame:
    """Actions from (contract year, year that they come from, id, outcome)."""
    return pd.DataFrame(
        [
            (year, from_year, action, "What", "Who", "spring", outcome, None if outcome == UNKNOWN else "Found.", "p")
            for year, from_year, action, outcome in rows
        ],
        columns=ACTIONS,
        dtype=object,
    )


CARRIED = actions(
    ("2032-33", "2031-32", "b", UNKNOWN),
    ("2033-34", "2031-32", "a", "done"),
    ("2032-33", "2031-32", "a", "under way"),
    ("2032-33", "2031-32", "c", UNKNOWN),
    ("2033-34", "2031-32", "b", UNKNOWN),
    ("2033-34", "2032-33", "b", UNKNOWN),
)


def test_actions_are_counted_by_year_the_year_they_come_from_and_outcome():
    assert governance.action_counts(CARRIED).values.tolist() == [
        ["2032-33", "2031-32", UNKNOWN, 2],
        ["2032-33", "2031-32", "under way", 1],
        ["2033-34", "2031-32", "done", 1],
        ["2033-34", "2031-32", UNKNOWN, 1],
        ["2033-34", "2032-33", UNKNOWN, 1],
    ], "an outcome that no action had has no row"
    assert governance.action_counts(CARRIED).columns.tolist() == ["contract_year", "from_year", "outcome", "actions"]


def test_only_actions_of_which_something_was_found_are_spoken_of():
    spoken = governance.actions_spoken_of(CARRIED)
    assert spoken[["contract_year", "action", "outcome"]].values.tolist() == [
        ["2033-34", "a", "done"], ["2032-33", "a", "under way"],
    ], "in the order given"  # fmt: skip
    assert spoken.columns.tolist() == ACTIONS and spoken.index.tolist() == [0, 1]


@pytest.mark.parametrize("rows", [(), (("2032-33", "2031-32", "a", UNKNOWN),)], ids=["no action", "nothing found"])
def test_where_nothing_was_carried_over_or_found_there_is_no_row(rows):
    assert governance.actions_spoken_of(actions(*rows)).empty
    counts = governance.action_counts(actions(*rows))
    assert len(counts) == len(rows) and counts.columns.tolist()[-1] == "actions"


@given(
    st.lists(
        st.tuples(st.sampled_from(["2032-33", "2033-34"]), st.just("2031-32"), st.text("ab", min_size=1),
                  st.sampled_from(["done", "under way", UNKNOWN])), max_size=12)
)  # fmt: skip
def test_counts_come_to_the_number_of_actions_and_those_spoken_of(rows):
    carried = actions(*rows)
    counts = governance.action_counts(carried)
    assert sum(counts["actions"]) == len(carried) and not any(count == 0 for count in counts["actions"])
    known = sum(counts.loc[counts["outcome"] != UNKNOWN, "actions"])
    assert known == len(governance.actions_spoken_of(carried))


def test_every_action_of_the_public_years_is_counted_once_and_shown_where_a_source_speaks_of_it(years):
    carried = comparison.table(years, "carried_actions")
    counts, spoken = (comparison.table(years, name) for name in ("action_counts", "actions_spoken_of"))
    assert UNKNOWN in set(carried["outcome"]), "or the word for it has changed in the data"
    assert sum(counts["actions"]) == len(carried)
    assert len(spoken) + sum(counts.loc[counts["outcome"] == UNKNOWN, "actions"]) == len(carried)
    assert all(spoken["found"]), "what was found is said"
    for outcome in set(carried["outcome"]) - {UNKNOWN}:
        assert (spoken["outcome"] == outcome).sum() == (carried["outcome"] == outcome).sum()


# Risks

RISK = ("homes", "Too few homes", "report:13/1")
MARCH, MAY, JUNE = date(2032, 3, 1), date(2031, 5, 1), date(2031, 6, 1)


def movement(*scores, risks=(RISK,)) -> list[dict]:
    """Rows of the movement of risks from scores of (risk, day, likelihood, impact, appetite)."""
    scores = [(*score[:4], f"Owner on {score[1]}", *score[4:], f"report:13/{n}") for n, score in enumerate(scores, 1)]
    names = ["risk", "on", "likelihood", "impact", "owner", "appetite", "source"]
    frames = (
        pd.DataFrame(list(risks), columns=["risk", "what", "source"], dtype=object),
        pd.DataFrame(scores, columns=names, dtype=object),
    )
    return governance.risk_movement(*frames).to_dict("records")


def test_a_risk_has_its_first_and_last_score_of_the_year_and_what_the_last_rests_on():
    # in whatever order they are entered: three times four in May, two times five between, four times four in March
    [risk] = movement(("homes", MARCH, 4, 4, 15), ("homes", MAY, 3, 4, 12), ("homes", JUNE, 2, 5, 12))
    assert risk == {
        "risk": "homes", "what": "Too few homes", "owner": "Owner on 2032-03-01", "score_before": 12, "score": 16,
        "movement": "rising", "appetite": 15, "within_appetite": "above", "likelihood": 4, "impact": 4, "on": MARCH,
        "source": "report:13/1 report:13/2 report:13/3",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "word"), [((3, 4), (4, 4), "rising"), ((4, 4), (3, 4), "falling"), ((3, 4), (4, 3), "unchanged")]
)
def test_a_risk_moves_with_its_score_and_not_with_its_parts(first, last, word):
    [risk] = movement(("homes", MAY, *first, 12), ("homes", MARCH, *last, 12))
    assert risk["movement"] == word


def test_a_risk_scored_once_has_a_score_and_no_movement():
    [risk] = movement(("homes", MAY, 3, 4, 12))
    assert (risk["score_before"], risk["score"], risk["movement"]) == (None, 12, None)


@pytest.mark.parametrize(("appetite", "word"), [(11, "above"), (12, "within"), (13, "within")])
def test_a_score_at_the_appetite_is_within_it(appetite, word):
    [risk] = movement(("homes", MAY, 3, 4, appetite))
    assert risk["within_appetite"] == word


def test_a_risk_that_was_not_scored_keeps_its_row_and_has_no_score():
    scored, unscored = movement(("homes", MAY, 3, 4, 12), risks=(RISK, ("staff", "Too few staff", "report:13/1")))
    assert scored["score"] == 12
    assert {name for name, value in unscored.items() if value is not None} == {"risk", "what", "source"}


DAYS_OF_A_YEAR = st.dates(min_value=date(2031, 4, 1), max_value=date(2032, 3, 31))
PARTS = st.integers(1, 5)


@given(st.dictionaries(DAYS_OF_A_YEAR, st.tuples(PARTS, PARTS, st.integers(1, 25)), min_size=1, max_size=6))
def test_turning_time_round_turns_the_movement_round(scored):
    ahead = [("homes", day, *parts) for day, parts in scored.items()]
    turned = [
        ("homes", date.fromordinal(2 * MARCH.toordinal() - day.toordinal()), *parts) for day, parts in scored.items()
    ]
    opposite = {"rising": "falling", "falling": "rising", "unchanged": "unchanged", None: None}
    [one], [other] = movement(*ahead), movement(*turned)
    assert one["movement"] == opposite[other["movement"]]
    assert 1 <= one["score"] <= 25 and one["within_appetite"] in ("within", "above")
