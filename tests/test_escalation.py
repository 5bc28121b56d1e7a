"""The stages of escalation: what may follow what, whose clock runs, what is overdue. The trust and its days are invented."""

import dataclasses
import re
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import escalation, results, tables
from ncthelpers.escalation import MOVES, STAGES, TRIGGERS, Mechanism, Stage, Trigger
from ncthelpers.lineage import rows_behind
from ncthelpers.workingdays import Holidays, due, working_days

ISSUE, FAILURE, INFORMAL, FORMAL, PLAN = *TRIGGERS, *STAGES
TRUST, SUPPORT, DEPENDENCY = "trust KPI", "support-service KPI", "Dependency"
LENGTHS = {INFORMAL: 10, FORMAL: 20, PLAN: 30}
OF = Mechanism(
    (Trigger(ISSUE, 2, "assumed", "report:2/1"), Trigger(FAILURE, 4, "assumed", "report:2/1")),
    tuple(Stage(stage, days, "assumed", "report:11/1") for stage, days in LENGTHS.items()),
)
# 2031-04-11 and 2031-04-14 are Good Friday and Easter Monday; the rest of the list is not needed for what is worked here
HOLIDAYS = Holidays(frozenset({date(2031, 4, 11), date(2031, 4, 14)}), date(2029, 1, 1), date(2034, 12, 31))
END = date(2032, 3, 31)
COLUMNS = ["judged", "subject", "on", "state", "owner", "evidence", "dependency", "source"]


def moves(*rows, judged=TRUST, subject="A"):
    """Moves as (day, state) or (day, state, Dependency), each with an owner, evidence and source that tell it apart."""
    made = [
        (
            judged,
            subject,
            date.fromisoformat(day),
            state,
            f"owner {n}",
            f"minute {n}",
            (more or [None])[0],
            f"report:2/{n}",
        )
        for n, (day, state, *more) in enumerate(rows, 1)
    ]
    return pd.DataFrame(made, columns=COLUMNS, dtype=object).set_axis(range(2, len(made) + 2))


NAMES = {judged: {"A": "Referrals", "B": "Reviews", "3": "Offices"} for judged in (TRUST, SUPPORT, DEPENDENCY)}


def register(frame, as_of=END, of=OF):
    return escalation.escalation_register(frame, NAMES, of, HOLIDAYS, as_of).to_dict("records")


def row(*rows, as_of=END):
    [found] = register(moves(*rows), as_of)
    return found


def faults(*rows, judged=TRUST):
    [history] = escalation.histories(moves(*rows, judged=judged)).values()
    return escalation.history_faults(history)


# The triggers and stages of a contract


GIVEN = {
    "escalation": {
        "triggers": [{"state": ISSUE, "periods": 2, "basis": "assumed", "source": "report:2/1"},
                     {"state": FAILURE, "periods": 4, "basis": "assumed", "source": "report:2/1"}],
        "stages": [{"stage": stage, "working_days": days, "basis": "assumed", "source": "report:11/1"}
                   for stage, days in LENGTHS.items()],
    }
}  # fmt: skip


def test_a_mechanism_is_what_the_contract_says():
    assert escalation.mechanism(GIVEN) == OF
    assert OF.is_complete and OF.unknown == ()
    assert (OF.periods(FAILURE), OF.working_days(FORMAL)) == (4, 20)
    assert OF.working_days(FAILURE) is None and OF.periods(FORMAL) is None


@pytest.mark.parametrize("key", ["triggers", "stages"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_mechanism_of_which_one_number_is_not_published_is_not_complete(key, number):
    known = getattr(OF, key)
    length = "periods" if key == "triggers" else "working_days"
    less = dataclasses.replace(known[number], basis="not published", **{length: None})
    of = dataclasses.replace(OF, **{key: (*known[:number], less, *known[number + 1 :])})
    assert not of.is_complete
    assert of.unknown == ((TRIGGERS, STAGES)[key == "stages"][number],)
    assert of.unknown[0] in escalation.reason_not_computed(of)
    assert register(moves(("2031-05-01", ISSUE)), of=of) == []


def test_a_contract_that_says_nothing_has_no_mechanism():
    assert escalation.mechanism({}).unknown == (*TRIGGERS, *STAGES)
    assert escalation.escalation_terms(Mechanism()).empty
    assert escalation.reason_not_computed(OF) == ""


def test_a_stage_that_no_source_names_has_neither_a_length_nor_a_source():
    unnamed = {"triggers": [], "stages": [{"stage": INFORMAL, "basis": "not named in the source"}]}
    terms = escalation.escalation_terms(escalation.mechanism({"escalation": unnamed}))
    assert terms.values.tolist() == [[INFORMAL, None, None, "not named in the source", None]]
    assert terms.columns.tolist() == ["step", "length", "unit", "basis", "source"]


def test_terms_show_what_is_counted_only_where_its_number_is_known():
    hidden = Mechanism(OF.triggers[:1], (Stage(INFORMAL, None, "not published", "report:11/1"),))
    assert escalation.escalation_terms(hidden).values.tolist() == [
        [ISSUE, 2, "periods in a row rated red", "assumed", "report:2/1"],
        [INFORMAL, None, None, "not published", "report:11/1"],
    ]


# States measured


@pytest.mark.parametrize(
    ("ratings", "states"),
    [
        (["green", "amber"], ["within target", "within tolerance"]),
        (["red"], [None]),
        (["red", "red", "red", "red", "red"], [None, ISSUE, ISSUE, FAILURE, FAILURE]),
        (["red", "red", "amber", "red"], [None, ISSUE, "within tolerance", None]),
        (["red", "not reported", "red", "red"], [None, None, None, ISSUE]),
        (["red", "red", "not rated", "red", "red"], [None, ISSUE, None, None, ISSUE]),
        ([], []),
    ],
)
def test_a_run_of_red_periods_brings_about_an_issue_and_then_a_failure(ratings, states):
    assert escalation.measured_states(ratings, OF) == states


@pytest.mark.parametrize("known", [(), OF.triggers[:1], OF.triggers[1:]])
def test_where_a_trigger_is_not_known_no_period_has_a_state(known):
    of = dataclasses.replace(OF, triggers=known)
    assert escalation.measured_states(["green", "red", "red", "red", "red"], of) == [None] * 5


@given(st.lists(st.sampled_from(["green", "amber", "red", "not rated", "not reported"])))
def test_a_state_of_failure_has_its_number_of_red_periods_right_before_it(ratings):
    for place, state in enumerate(escalation.measured_states(ratings, OF), 1):
        for trigger, needed in ((ISSUE, 2), (FAILURE, 4)):
            run = ratings[max(place - needed, 0) : place] == ["red"] * needed
            assert (state in TRIGGERS[TRIGGERS.index(trigger) :]) == run


# Impossible histories


LED_TO_PLAN = [
    ("2031-05-01", ISSUE), ("2031-07-01", FAILURE), ("2031-07-15", INFORMAL), ("2031-08-01", FORMAL), ("2031-09-01", PLAN),
]  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        LED_TO_PLAN,
        [*LED_TO_PLAN, ("2031-12-01", "closed"), ("2032-02-01", "within tolerance"), ("2032-03-01", ISSUE)],
        [*LED_TO_PLAN[:4], ("2031-08-05", "relief", 3), ("2031-08-20", FORMAL), ("2031-09-01", PLAN)],
        [*LED_TO_PLAN[:4], ("2031-08-05", "relief", 3), ("2031-08-20", "closed")],
        [("2031-05-01", ISSUE), ("2031-06-01", "relief", 3), ("2031-06-20", ISSUE), ("2031-07-01", "within target")],
        [
            ("2031-05-01", "within target"),
            ("2031-05-01", "within tolerance"),
            ("2031-05-01", ISSUE),
        ],  # in the order entered
        [("2031-06-01", "closed"), ("2031-05-01", ISSUE)],  # entered the other way round
    ],
)
def test_possible_histories(rows):
    assert faults(*rows) == []


@pytest.mark.parametrize(
    ("rows", "row", "said"),
    [
        ([("2031-05-01", PLAN)], 2, "cannot begin a case, which begins with within target or within tolerance or performance issue"),
        ([("2031-05-01", FAILURE)], 2, "cannot begin a case"),
        ([("2031-05-01", "closed")], 2, "cannot begin a case"),
        ([*LED_TO_PLAN[:3], ("2031-08-01", PLAN)], 5, "cannot follow informal stage, from which a case goes to formal stage or relief or closed"),
        ([*LED_TO_PLAN[:1], ("2031-08-01", INFORMAL)], 3, "cannot follow performance issue"),
        ([*LED_TO_PLAN, ("2031-10-01", FORMAL)], 7, "cannot follow rectification plan, from which a case goes to relief or closed"),
        ([*LED_TO_PLAN, ("2031-10-01", "closed"), ("2031-11-01", FORMAL)], 8, "cannot begin a case"),
        ([*LED_TO_PLAN[:2], ("2031-07-02", "within target")], 4, "cannot follow performance failure"),
        ([*LED_TO_PLAN[:3], ("2031-07-20", "relief", 3), ("2031-08-01", FORMAL)], 6, "cannot follow relief, from which a case goes to informal stage or closed"),
        ([("2031-05-01", "within target"), ("2031-06-01", "relief", 3)], 3, "cannot follow within target"),
        ([("2031-05-01", FORMAL)], 2, "cannot begin a case"),
        ([("2031-05-01", "within target"), ("2031-06-01", "within target")], 3, "cannot follow within target"),
    ],
)  # fmt: skip
def test_a_move_that_nothing_allows_is_one_fault_that_says_what_is_allowed(rows, row, said):
    [(where, column, rule)] = faults(*rows)
    assert (where, column) == (row, "state") and rule.startswith(said)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([*LED_TO_PLAN[:1], ("2031-06-01", "relief")], (3, "dependency", "is empty, though relief rests on the Dependency that failed")),
        ([("2031-05-01", ISSUE, 3)], (2, "dependency", "is named, though only relief rests on a Dependency")),
        ([*LED_TO_PLAN[:1], ("2031-06-01", "closed", 3)], (3, "dependency", "is named, though only relief rests on a Dependency")),
    ],
)  # fmt: skip
def test_relief_rests_on_a_dependency_and_nothing_else_does(rows, expected):
    assert faults(*rows) == [expected]


@pytest.mark.parametrize("judged", [SUPPORT, DEPENDENCY])
def test_both_sides_go_through_the_same_stages_but_relief_is_the_trusts(judged):
    assert faults(*LED_TO_PLAN, judged=judged) == []
    [(row, column, rule)] = faults(*LED_TO_PLAN[:1], ("2031-06-01", "relief", 3), judged=judged)
    assert (row, column) == (3, "state")
    assert rule == "is given to the trust alone, when a council has failed a Dependency"


NO_CASE = (3, "dependency", "has no open case on the day of the relief that rests on it")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("2031-04-01", ISSUE)], []),
        ([("2031-06-01", ISSUE)], []),  # on the day
        ([("2031-04-01", ISSUE), ("2031-04-20", FAILURE), ("2031-05-01", INFORMAL)], []),
        ([("2031-06-02", ISSUE)], [NO_CASE]),
        ([("2031-04-01", ISSUE), ("2031-05-31", "closed")], [NO_CASE]),
        ([("2031-04-01", ISSUE), ("2031-05-31", "within tolerance")], [NO_CASE]),
    ],
)  # fmt: skip
def test_relief_rests_on_a_dependency_whose_case_is_open_that_day(rows, found):
    relief = moves(("2031-05-01", ISSUE), ("2031-06-01", "relief", 3))
    theirs = moves(*rows, judged=DEPENDENCY, subject="3").set_axis(range(10, 10 + len(rows)))
    both = escalation.histories(pd.concat([relief, theirs]))
    assert escalation.unfounded_reliefs(both) == found
    of_another = moves(*rows, judged=DEPENDENCY, subject="4").set_axis(range(10, 10 + len(rows)))
    assert escalation.unfounded_reliefs(escalation.histories(pd.concat([relief, of_another]))) == []


def test_one_slip_is_one_fault():
    assert [row for row, *_ in faults(("2031-05-01", FORMAL), ("2031-06-01", PLAN), ("2031-07-01", "closed"))] == [2]


# Failures that no month bears out


def months(*ratings, first=4):
    """Ratings of the months of 2031 from April on."""
    return [(date(2031, first + n, 28), rating) for n, rating in enumerate(ratings)]


@pytest.mark.parametrize(
    ("state", "ratings", "refused"),
    [
        (FAILURE, ["red"] * 4, False),
        (FAILURE, ["red"] * 4 + ["green"], False),  # declared later
        (FAILURE, ["red", "red", "amber", "red"], True),
        (FAILURE, ["red", "red", "red", "not rated", "red"], True),
        (FAILURE, ["red", "red", "red"], False),  # an earlier month is not given: nobody can say
        (FAILURE, ["not reported"] * 6, False),
        (ISSUE, ["green", "red", "red"], False),
        (ISSUE, ["red"] * 4, False),
        (ISSUE, ["red", "amber", "red"], True),
        (ISSUE, ["red"], False),
        (INFORMAL, ["green"] * 4, False),  # the failure before it is what is held against the months
        ("within target", ["red"] * 4, False),
    ],
)
def test_an_issue_or_failure_is_borne_out_by_the_months_before_it(state, ratings, refused):
    found = escalation.unmeasured({2: {"on": date(2031, 12, 1), "state": state}}, months(*ratings), OF)
    assert [(row, column) for row, column, _ in found] == ([(2, "state")] if refused else [])


def test_months_that_end_after_the_move_do_not_bear_it_out():
    history, ratings = {2: {"on": date(2031, 8, 1), "state": FAILURE}}, months("green", "red", "red", "red", "red")
    [(_, _, rule)] = escalation.unmeasured(history, ratings, OF)
    assert rule == "is an impossible history: by then no 4 periods in a row were red"
    at_once = Mechanism((Trigger(ISSUE, 1, "assumed", ""), Trigger(FAILURE, 4, "assumed", "")))
    [(_, _, rule)] = escalation.unmeasured({2: {"on": date(2031, 5, 28), "state": ISSUE}}, months("green"), at_once)
    assert rule == "is an impossible history: by then no period was red"
    assert escalation.unmeasured({2: {"on": date(2031, 8, 28), "state": FAILURE}}, ratings, OF) == []


def test_months_before_the_last_case_was_closed_do_not_bear_out_the_next():
    history = {2: {"on": date(2031, 7, 30), "state": "closed"}, 3: {"on": date(2031, 11, 30), "state": FAILURE}}
    assert len(escalation.unmeasured(history, months(*["red"] * 4, *["green"] * 4), OF)) == 1
    assert escalation.unmeasured(history, months(*["red"] * 8), OF) == []
    # The fourth of these months ended on the day on which the case was closed.
    on_the_day = {**history, 2: {"on": date(2031, 7, 28), "state": "closed"}}
    assert len(escalation.unmeasured(on_the_day, months(*["red"] * 4, *["green"] * 4), OF)) == 1


# The register


def test_a_stage_is_due_after_its_working_days_and_overdue_the_day_after():
    rows = [("2031-02-01", ISSUE), ("2031-03-01", FAILURE), ("2031-04-01", INFORMAL)]
    at_due = row(*rows, as_of=date(2031, 4, 17))  # ten working days, without Good Friday and Easter Monday
    assert (at_due["state"], at_due["since"], at_due["due"]) == (INFORMAL, date(2031, 4, 1), date(2031, 4, 17))
    assert (at_due["overdue"], at_due["days_paused"], at_due["dependency"]) == ("no", 0, None)
    assert row(*rows, as_of=date(2031, 4, 18))["overdue"] == "yes"


def test_a_stage_that_ends_on_a_friday_is_overdue_on_the_saturday():
    rows = [("2031-02-01", ISSUE), ("2031-03-01", FAILURE), ("2031-06-06", INFORMAL)]
    assert row(*rows, as_of=date(2031, 6, 20))["due"] == date(2031, 6, 20)
    assert [row(*rows, as_of=date(2031, 6, day))["overdue"] for day in (20, 21)] == ["no", "yes"]


RELIEVED = [*LED_TO_PLAN[:4], ("2031-08-08", "relief", 3), ("2031-08-22", FORMAL)]


def test_relief_moves_the_day_due_by_the_working_days_that_it_lasted():
    found = row(*RELIEVED)
    assert (found["state"], found["since"]) == (FORMAL, date(2031, 8, 1))
    assert (found["days_paused"], found["dependency"]) == (10, 3)
    assert found["due"] == due(date(2031, 8, 1), 20 + 10, HOLIDAYS) == date(2031, 9, 12)
    assert found["overdue"] == "yes"


@pytest.mark.parametrize(("day", "paused"), [("2031-08-08", 0), ("2031-08-15", 5), ("2031-08-21", 9)])
def test_while_relief_lasts_no_day_is_due(day, paused):
    found = row(*RELIEVED, as_of=date.fromisoformat(day))
    assert (found["state"], found["since"], found["due"]) == ("relief", date(2031, 8, 8), None)
    assert (found["overdue"], found["days_paused"], found["dependency"]) == ("no", paused, 3)


def test_a_stage_that_was_not_overdue_when_relief_came_is_not_overdue_however_long_that_lasts():
    found = row(*RELIEVED[:-1])
    assert (found["state"], found["overdue"], found["days_paused"]) == (
        "relief",
        "no",
        working_days(date(2031, 8, 8), END, HOLIDAYS),
    )


def test_relief_does_not_undo_that_a_stage_was_overdue():
    found = row(*LED_TO_PLAN[:3], ("2031-08-20", "relief", 3))
    assert (found["state"], found["overdue"]) == ("relief", "yes")  # ten working days from 15 July ended on 29 July


def test_relief_of_an_earlier_stage_moves_no_day_of_a_later_one():
    found = row(*RELIEVED, ("2031-09-01", PLAN))
    assert (found["due"], found["days_paused"], found["dependency"]) == (due(date(2031, 9, 1), 30, HOLIDAYS), 0, None)


def test_two_reliefs_of_one_stage_add_up():
    found = row(*RELIEVED, ("2031-09-01", "relief", 5), ("2031-09-03", FORMAL))
    assert (found["days_paused"], found["dependency"]) == (12, 5)
    assert found["due"] == due(date(2031, 8, 1), 20 + 12, HOLIDAYS)


@pytest.mark.parametrize(("relieved", "overdue"), [("2031-09-12", "no"), ("2031-09-15", "yes")])
def test_an_earlier_relief_counts_when_a_second_one_stops_the_clock(relieved, overdue):
    found = row(
        *RELIEVED, (relieved, "relief", 5)
    )  # 20 working days and 10 of relief from 1 August end on 12 September
    assert (found["state"], found["overdue"], found["due"]) == ("relief", overdue, None)


@pytest.mark.parametrize("state", ["within target", "within tolerance"])
def test_a_case_back_within_target_or_tolerance_is_there_in_the_year_of_that_move_alone(state):
    rows = [("2031-05-01", ISSUE), ("2031-07-01", state)]
    assert row(*rows)["state"] == state
    assert register(moves(*rows), date(2033, 3, 31)) == []
    assert row(*rows, ("2032-05-01", ISSUE), as_of=date(2034, 3, 31))["state"] == ISSUE


@pytest.mark.parametrize("state", ["within tolerance", ISSUE])
def test_what_is_no_stage_has_no_clock(state):
    found = row(("2031-05-01", state))
    assert (found["state"], found["due"], found["overdue"], found["days_paused"]) == (state, None, None, 0)


def test_a_row_has_owner_and_evidence_of_its_last_move_and_the_sources_of_all():
    found = row(*LED_TO_PLAN[:2])
    assert (found["name"], found["owner"], found["evidence"]) == ("Referrals", "owner 2", "minute 2")
    assert found["source"] == "report:2/1 report:2/2"


def test_a_case_closed_in_the_year_is_there_and_one_closed_before_it_is_not():
    closed = [*LED_TO_PLAN, ("2031-12-01", "closed")]
    found = row(*closed)
    assert (found["state"], found["since"], found["due"]) == ("closed", date(2031, 12, 1), None)
    assert register(moves(*closed), date(2033, 3, 31)) == []
    on_the_first_day = [("2030-12-01", ISSUE), ("2031-04-01", "closed")]
    assert row(*on_the_first_day)["since"] == date(2031, 4, 1)


def test_each_case_of_a_subject_closed_in_the_year_or_open_at_its_end_has_a_row():
    of_spring, of_winter = (
        [("2031-05-01", ISSUE), ("2031-06-02", "closed")],
        [("2031-12-01", ISSUE), ("2031-12-01", "closed")],
    )
    found = register(moves(*of_spring, *of_winter, ("2031-12-01", "within tolerance"), ("2032-03-01", ISSUE)))
    assert [(one["state"], one["since"].isoformat(), one["source"]) for one in found] == [
        ("closed", "2031-06-02", "report:2/1 report:2/2"), ("closed", "2031-12-01", "report:2/3 report:2/4"),
        (ISSUE, "2032-03-01", "report:2/5 report:2/6"),
    ]  # fmt: skip
    key = results.result_schemas()["escalation_register"].key
    assert len({tuple(one[part] for part in key) for one in found}) == len(found)
    before = [("2030-05-01", ISSUE), ("2030-06-02", "closed")]
    assert [one["state"] for one in register(moves(*before, *of_spring))] == ["closed"], (
        "that of an earlier year is not there"
    )


@pytest.mark.parametrize(
    ("rest", "overdue"),
    [
        ([("2031-08-29", "closed")], "no"),  # twenty working days from 1 August
        ([("2031-09-01", "closed")], "yes"),
        ([("2031-08-20", "relief", 3), ("2031-09-01", FORMAL), ("2031-09-10", "closed")], "no"),  # eight days in relief
        ([("2031-08-20", "relief", 3), ("2031-09-01", FORMAL), ("2031-09-11", "closed")], "yes"),
        ([("2031-08-20", "relief", 3), ("2031-11-03", "closed")], "no"),  # its clock stood still until then
        ([("2031-09-03", "relief", 3), ("2031-11-03", "closed")], "yes"),
    ],
)
def test_of_a_closed_case_the_register_says_whether_its_last_stage_ended_late(rest, overdue):
    stages = [("2031-05-01", ISSUE), ("2031-06-02", FAILURE), ("2031-07-01", INFORMAL), ("2031-08-01", FORMAL)]
    found = row(*stages, *rest)
    assert (found["state"], found["overdue"], found["due"]) == ("closed", overdue, None)
    assert row(*stages[:2], ("2031-09-01", "closed"))["overdue"] is None, "no stage, so no clock"


def test_what_is_measured_without_a_move_stands_in_the_register_unless_a_case_is_open():
    since = date(2031, 9, 30)
    found = {(judged, subject): escalation.Measured(state, since, "report:2/8") for judged, subject, state in (
        (TRUST, "A", FAILURE), (TRUST, "B", ISSUE), (SUPPORT, "A", ISSUE), (SUPPORT, "B", "within tolerance"))}  # fmt: skip
    frame = pd.concat(
        [moves(("2031-05-01", ISSUE), ("2031-06-02", "closed")), moves(("2031-10-06", ISSUE), subject="B")],
        ignore_index=True,
    )
    names = {judged: {"A": "Referrals", "B": "Reviews"} for judged in (TRUST, SUPPORT)}
    held = escalation.escalation_register(frame, names, OF, HOLIDAYS, END, found)
    assert held[["judged", "subject", "state"]].to_numpy().tolist() == [
        [TRUST, "A", "closed"], [TRUST, "B", ISSUE], [TRUST, "A", FAILURE], [SUPPORT, "A", ISSUE],
    ]  # fmt: skip
    assert held.iloc[2].to_dict() == {
        "judged": TRUST, "subject": "A", "name": "Referrals", "state": FAILURE, "since": since, "owner": None, "due": None,
        "overdue": None, "days_paused": 0, "dependency": None, "evidence": "measured; no move is recorded", "source": "report:2/8",
    }  # fmt: skip
    assert escalation.escalation_register(frame, names, Mechanism(), HOLIDAYS, END, found).empty


@pytest.mark.parametrize(
    ("ratings", "state", "since", "source"),
    [
        (["green", "red", "red", "red"], ISSUE, 3, "report:2/2 report:2/3 report:2/4"),
        (["red"] * 6, FAILURE, 4, " ".join(f"report:2/{n}" for n in range(1, 7))),
        (["red", "red", "amber", "red"], None, 4, "report:2/4"),
        (["red", "red", "amber", "amber"], "within tolerance", 3, "report:2/3 report:2/4"),
    ],
)
def test_a_measured_state_is_since_the_first_period_that_completes_it(ratings, state, since, source):
    periods = [(date(2031, n, 1), rating, f"report:2/{n}") for n, rating in enumerate(ratings, 1)]
    assert escalation.measured(periods, OF) == escalation.Measured(state, date(2031, since, 1), source)


def test_a_measured_state_of_months_that_no_row_is_of_has_no_source():
    assert escalation.measured([(date(2031, 4, 30), "not reported", None)], OF).source == ""


def test_moves_after_the_day_are_left_out():
    assert row(*LED_TO_PLAN, as_of=date(2031, 7, 20))["state"] == INFORMAL
    assert register(moves(*LED_TO_PLAN), date(2031, 4, 30)) == []


def test_each_subject_of_each_side_has_a_row_of_its_own_the_first_escalated_first():
    frame = pd.concat([
        moves(("2031-07-01", ISSUE)), moves(("2031-06-01", ISSUE), judged=SUPPORT),
        moves(("2031-05-01", ISSUE), ("2031-08-01", FAILURE), judged=DEPENDENCY, subject="3"), moves(("2031-09-01", ISSUE), subject="B"),
    ], ignore_index=True)  # fmt: skip
    found = [(one["judged"], one["subject"], one["name"], one["state"]) for one in register(frame)]
    assert found == [
        (DEPENDENCY, "3", "Offices", FAILURE), (SUPPORT, "A", "Referrals", ISSUE),
        (TRUST, "A", "Referrals", ISSUE), (TRUST, "B", "Reviews", ISSUE),
    ]  # fmt: skip


def test_a_register_of_nothing_has_its_columns():
    held = escalation.escalation_register(moves(), {}, OF, HOLIDAYS, END)
    assert held.empty and list(held.columns) == results.result_schemas()["escalation_register"].names
    one = escalation.escalation_register(moves(*LED_TO_PLAN), NAMES, OF, HOLIDAYS, END)
    assert {kind.name for kind in one.dtypes} == {"object"}, "days stay whole numbers beside those that are missing"


def test_a_clock_beyond_the_bank_holidays_is_refused():
    with pytest.raises(ValueError, match="is outside the years that the bank holidays cover"):
        row(("2034-10-01", ISSUE), ("2034-11-01", FAILURE), ("2034-12-20", INFORMAL), as_of=date(2034, 12, 31))


# Laws


LETTERS = dict(zip("taifnoprc", ["within target", "within tolerance", ISSUE, FAILURE, INFORMAL, FORMAL, PLAN, "relief", "closed"], strict=True))  # fmt: skip


def _chain(letters):
    """Each of some states in order, as many of them as there are, relief going back to the same each time."""
    first, rest = letters[0], letters[1:]
    return f"{first}(?:r{first})*" + (f"(?:{_chain(rest)})?" if rest else "")


_MEASURED = "(?:t(?!t)|a(?!a)|i(?:ri)*(?=[ta]))*"
_HISTORY = re.compile(rf"(?:{_MEASURED}(?:(?<=[ta])c|{_chain('ifnop')}r?c))*{_MEASURED}(?:{_chain('ifnop')}r?)?")


def history(letters, days):
    """Moves for letters, each some days after the one before; relief names a Dependency."""
    ons = [date(2031, 4, 1)]
    for length in days:
        ons.append(ons[-1] + timedelta(length))
    return moves(*((on.isoformat(), LETTERS[letter], *([3] if letter == "r" else [])) for on, letter in zip(ons, letters, strict=False)))  # fmt: skip


def _walk(choose):
    """A possible history, by always choosing what is allowed."""
    state, paused, letters, of = "closed", "closed", [], {state: letter for letter, state in LETTERS.items()}
    for number in choose:
        allowed = (paused, "closed") if state == "relief" else MOVES[state]
        paused, state = state, allowed[number % len(allowed)]
        letters.append(of[state])
    return "".join(letters)


RANDOM = st.text(alphabet="".join(LETTERS), min_size=1, max_size=12)
POSSIBLE = st.lists(st.integers(0, 5), min_size=1, max_size=20).map(_walk)
DAYS = st.lists(st.integers(0, 40), min_size=20, max_size=20)


@given(letters=RANDOM | POSSIBLE, days=DAYS)
def test_every_history_is_either_possible_or_refused_and_a_possible_one_gives_a_register(letters, days):
    frame = history(letters, days)
    [held] = escalation.histories(frame).values()
    possible = escalation.history_faults(held) == []
    assert possible == bool(_HISTORY.fullmatch(letters))
    if possible:
        found = register(frame, date(2034, 3, 31))
        *earlier, last = [
            move
            for move, after in zip(frame.to_dict("records"), [*frame["state"][1:], None], strict=True)
            if move["state"] == "closed" or after is None
        ]
        ended = [
            move["state"]
            for move in (*earlier, last)
            if move["on"] >= date(2033, 4, 1) or move["state"] in escalation.OPEN
        ]
        assert [one["state"] for one in found] == ended
        assert (
            len({(one["since"], one["state"]) for one in found}) == len(found)
            or frame.duplicated(["on", "state"]).any()
        )


@given(letters=POSSIBLE, days=DAYS, as_of=st.dates(date(2031, 4, 1), date(2034, 6, 30)))
def test_a_stage_is_overdue_exactly_when_more_of_its_working_days_have_run_than_it_may_last(letters, days, as_of):
    frame = history(letters, days)
    frame = frame[frame["on"] <= as_of]
    for one in register(frame, as_of):
        stage = one["state"]
        if stage not in LENGTHS:
            assert one["due"] is None and (one["overdue"] is None or stage in ("relief", "closed"))
            continue
        ran = working_days(one["since"], as_of, HOLIDAYS) - one["days_paused"]
        assert ran >= 0
        assert HOLIDAYS.is_working_day(one["due"])
        assert working_days(one["since"], one["due"], HOLIDAYS) == LENGTHS[stage] + one["days_paused"]
        assert (one["overdue"] == "yes") == (as_of > one["due"])
        assert (ran > LENGTHS[stage]) <= (one["overdue"] == "yes")  # on a weekend after the last day both hold


# In the book


def test_every_state_of_the_schema_is_a_state_of_the_machine_and_the_reverse(review):
    assert set(review.schemas["escalations"]["state"].values) == {*MOVES, "relief"} == set(LETTERS.values())
    assert set(review.schemas["escalations"]["judged"].values) == set(escalation.SUBJECTS)


def test_a_year_whose_triggers_are_not_published_computes_nothing_and_prints_why(review):
    assert not escalation.mechanism(review.contract).is_complete
    assert set(results.table(review, "escalation_terms")["length"]) == {None}
    assert results.table(review, "escalation_register").empty
    assert (
        tables.show(review, "escalation_register")
        ._repr_html_()
        .endswith(
            "Not reported: the report names no move between stages, only that there was no Performance Failure; the triggers are not published.</p>"
        )
    )


def invented(review, **contract):
    """The reviewed year as if its contract were invented and one of its KPIs escalated."""
    kpi = review["kpis"]["kpi"].iloc[0]
    frame = moves(("2021-05-04", ISSUE), ("2021-07-05", FAILURE), ("2022-03-01", INFORMAL), subject=kpi)
    excused = {name: reason for name, reason in review.contract["not_reported"].items() if name != "escalations"}
    return dataclasses.replace(
        review,
        tables={**review.tables, "escalations": frame},
        contract={**review.contract, "not_reported": excused, **contract},
    )


def test_an_invented_year_has_its_register_as_of_its_last_day(review):
    year = invented(review, invented=True, **GIVEN)
    [found] = results.table(year, "escalation_register").to_dict("records")
    assert found["name"] == review["kpis"]["name"].iloc[0]
    assert (found["state"], found["due"], found["overdue"]) == (INFORMAL, date(2022, 3, 15), "yes")
    assert "15 March 2022" in tables.show(year, "escalation_register")._repr_html_()


def test_moves_that_are_published_without_their_triggers_are_shown_and_no_register_is_made_of_them(review):
    year = invented(review)
    assert len(tables.show(year, "escalations").rows) == 3
    reason = results.reason_not_reported(year, "escalation_register")
    assert reason.startswith(f"the trigger or the length is not published of: {ISSUE}, {FAILURE}, {INFORMAL}")
    assert results.table(year, "escalation_register").empty


def test_a_row_of_the_register_rests_on_the_whole_history_the_bank_holidays_and_the_contract(review):
    year = invented(review, invented=True, **GIVEN)
    [found] = results.table(year, "escalation_register").to_dict("records")
    assert [rows.file for rows in rows_behind(year, "escalation_register", found)] == ["2021-22/escalations.csv", "reference/bank_holidays.csv", "2021-22/contract.yml"]  # fmt: skip
    assert rows_behind(year, "escalation_register", found)[0].lines == (2, 3, 4)
