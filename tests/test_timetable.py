"""The timetable of a review: which day each step has, how it stands on a day, what a timetable may not say, and the calendar file."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from ncthelpers.timetable import DONE, DUE, LATE, NO_DATE, OVER, as_calendar, steps, timetable_faults
from ncthelpers.workingdays import Holidays

ENDS = date(2022, 3, 31)
DRAFT = {"step": "draft", "body": "Group", "what": "First draft", "by": "31 July", "source": "cover:5.4/1"}
MEETING = {
    "step": "meeting",
    "body": "Committee",
    "what": "Report put",
    "on": date(2022, 9, 7),
    "source": "cover:title/4",
}
AGENDA = {"step": "agenda", "what": "Agenda published", "clear_days": 5, "before": "meeting", "source": "cover:5.4/1"}
HOLIDAYS = Holidays(frozenset({date(2022, 8, 29)}), date(2022, 1, 1), date(2022, 12, 31))


def _found(*entries, today="2022-07-19", holidays=HOLIDAYS, deadlines=None, review_steps=None):
    contract = {"timetable": list(entries)}
    return steps(contract, ENDS, date.fromisoformat(today), holidays, deadlines, review_steps)


def _recorded(step, taken):
    return pd.DataFrame({"step": [step], "taken": [taken]}, dtype=object)


@pytest.mark.parametrize(
    ("today", "state", "said"),
    [
        ("2022-07-19", DUE, "before 31 July 2022: 12 days left"),
        ("2022-07-30", DUE, "before 31 July 2022: 1 day left"),
        ("2022-07-31", LATE, "before 31 July 2022: late from today"),
        ("2022-08-01", LATE, "before 31 July 2022: late by 1 day"),
    ],
)
def test_a_step_comes_before_its_day_and_is_late_on_it(today, state, said):
    [step] = _found(DRAFT, today=today)
    assert (step.state, str(step)) == (state, said)


def test_a_day_is_the_first_one_after_the_contract_year():
    january = {**DRAFT, "by": "31 January"}
    assert [str(step) for step in _found(DRAFT, january | {"step": "later"})] == [
        "before 31 July 2022: 12 days left", "before 31 January 2023: 196 days left",
    ]  # fmt: skip
    [same] = steps({"timetable": [{**DRAFT, "by": "31 March"}]}, ENDS, ENDS)
    assert same.rule == "before 31 March 2023"


@pytest.mark.parametrize(
    ("today", "state", "said"),
    [
        ("2022-09-05", DUE, "on 7 September 2022: 2 days left"),
        ("2022-09-07", DUE, "on 7 September 2022: today"),
        ("2022-09-08", LATE, "on 7 September 2022: late by 1 day"),
    ],
)
def test_a_meeting_is_held_on_its_day(today, state, said):
    [step] = _found(MEETING, today=today)
    assert (step.state, str(step)) == (state, said)


def test_clear_days_leave_out_both_ends_weekends_and_bank_holidays():
    """Wednesday 7 September back: 6, 5, 2, 1 September and 31 August are the five; the agenda is out on Tuesday the 30th."""
    agenda, _ = _found(AGENDA, MEETING)
    assert agenda.last == date(2022, 8, 30)
    assert str(agenda) == "by 30 August 2022 (5 clear days before meeting on 7 September 2022): 42 days left"
    over_the_holiday, _ = _found(AGENDA, {**MEETING, "on": date(2022, 9, 6)})
    assert over_the_holiday.last == date(2022, 8, 26)


def test_notice_is_given_in_working_days_or_months():
    papers = {"step": "papers", "what": "Papers", "working_days": 10, "before": "meeting", "source": "cover:5.4/1"}
    notice = {"step": "notice", "what": "Notice", "months": 3, "before": "meeting", "source": "cover:5.4/1"}
    assert [step.last for step in _found(papers, notice, MEETING)][:2] == [date(2022, 8, 23), date(2022, 6, 7)]


def test_a_meeting_without_a_date_leaves_what_is_counted_from_it_without_one():
    agenda, meeting = _found(AGENDA, {**MEETING, "on": None})
    assert (agenda.state, meeting.state) == (NO_DATE, NO_DATE)
    assert str(agenda) == "no date yet: 5 clear days before meeting, which has no date yet"
    assert str(meeting) == "no date yet: the day of the meeting is not entered"


@pytest.mark.parametrize(
    ("holidays", "said"),
    [
        (None, "the reference holds no table bank_holidays"),
        (Holidays(frozenset(), date(2021, 1, 1), date(2021, 12, 31)), "outside the years that the bank holidays cover"),
    ],
)
def test_days_are_not_counted_without_the_bank_holidays_of_the_year(holidays, said):
    agenda, _ = _found(AGENDA, MEETING, holidays=holidays)
    assert (agenda.state, agenda.last) == (NO_DATE, None) and said in str(agenda)


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ("2022-07-29", "done 29 July 2022"),
        ("2022-07-31", "done 31 July 2022, late"),
        ("2022-07", "done July 2022, perhaps late: the day is not known"),
        ("2022-08", "done August 2022, late"),
        ("2022", "done 2022, perhaps late: the day is not known"),
    ],
)
def test_a_step_that_the_review_records_is_done_and_says_if_late(taken, said):
    [step] = _found(DRAFT, today="2026-01-01", review_steps=_recorded("draft", taken))
    assert (step.state, str(step)) == (DONE, f"before 31 July 2022: {said}")


def test_the_day_of_the_contracts_own_deadlines_comes_before_that_of_the_record():
    deadlines = pd.DataFrame({"step": ["draft"], "considered_on": [date(2022, 7, 29)]}, dtype=object)
    [step] = _found(DRAFT, deadlines=deadlines, review_steps=_recorded("draft", "2022-07"))
    assert step.taken == "2022-07-29"


def test_what_was_to_come_before_a_meeting_that_was_held_is_over():
    agenda, meeting = _found(AGENDA, MEETING, review_steps=_recorded("meeting", "2022-09-07"))
    assert (agenda.state, meeting.state) == (OVER, DONE)


def test_what_is_counted_from_a_step_with_a_deadline_waits_for_its_day():
    agenda = {**AGENDA, "before": "draft"}
    assert _found(agenda, DRAFT)[0].state == NO_DATE
    assert _found(agenda, DRAFT, review_steps=_recorded("draft", "2022-07"))[0].state == OVER


@given(today=st.dates(date(2022, 4, 1), date(2023, 3, 31)))
def test_days_left_and_late_by_are_one_count(today):
    [step] = _found(DRAFT, today=today.isoformat())
    assert step.left == (date(2022, 7, 31) - today).days
    assert (step.state == LATE) == (step.left <= 0)


@given(day=st.dates(date(2022, 3, 1), date(2022, 12, 31)), count=st.integers(1, 20))
def test_so_many_clear_days_lie_between_and_fewer_from_the_next_working_day(day, count):
    agenda, _ = _found({**AGENDA, "clear_days": count}, {**MEETING, "on": day})

    def between(published):
        days = (published + timedelta(n) for n in range(1, (day - published).days))
        return sum(HOLIDAYS.is_working_day(one) for one in days)

    assert between(agenda.last) == count
    assert HOLIDAYS.is_working_day(agenda.last)
    following = next(day for n in range(1, 9) if HOLIDAYS.is_working_day(day := agenda.last + timedelta(n)))
    assert between(following) < count


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ([DRAFT, DRAFT], "stands more than once"),
        ([{**DRAFT, "step": "First draft"}], "must give step"),
        ([{**DRAFT, "source": ""}], "lacks its source"),
        ([{key: value for key, value in DRAFT.items() if key != "what"}], "lacks its what"),
        ([{**DRAFT, "what": 5}], "must give what as text"),
        ([{**DRAFT, "on": date(2022, 7, 31)}], "must be dated in exactly one way"),
        ([{key: value for key, value in DRAFT.items() if key != "by"}], "must be dated in exactly one way"),
        ([{**DRAFT, "by": "31 June"}], "a day of every year"),
        ([{**DRAFT, "by": "29 February"}], "a day of every year"),
        ([{**DRAFT, "by": date(2022, 7, 31)}], "a day of every year"),
        ([{**MEETING, "on": "7 September"}], "must give on as a date"),
        ([{**AGENDA}], "must give before"),
        ([{**AGENDA, "before": "agenda"}], "must give before"),
        ([AGENDA, {**AGENDA, "step": "papers", "before": "agenda"}, MEETING], "must give before"),
        ([{**AGENDA, "clear_days": True}, MEETING], "a whole number from 1 to 366"),
        ([{**AGENDA, "clear_days": 0}, MEETING], "a whole number from 1 to 366"),
        ([{**DRAFT, "before": "draft"}], "gives before, though it is dated by a day"),
        ([{**DRAFT, "note": "a"}], "has an entry that is not known: note"),
        (["draft"], "must be a list of steps"),
        ("draft", "must be a list of steps"),
    ],
)
def test_each_rule_of_a_timetable_broken_once(entries, rule):
    faults = timetable_faults({"timetable": entries}, "contract.yml")
    assert len({fault.column for fault in faults}) >= 1 and any(rule in fault.rule for fault in faults), faults


def test_a_timetable_without_fault_has_none_and_none_is_no_fault():
    assert timetable_faults({"timetable": [DRAFT, AGENDA, {**MEETING, "on": None}]}, "") == []
    assert timetable_faults({}, "") == []


def _events(text):
    return list(Calendar.from_ical(text).walk("VEVENT"))


def test_the_calendar_holds_what_is_dated_and_not_taken_on_its_last_day_in_time():
    found = _found(
        DRAFT, AGENDA, MEETING, {**MEETING, "step": "other", "on": None}, review_steps=_recorded("x", "2022")
    )
    events = _events(as_calendar(found, "Review", ENDS))
    assert [event.decoded("dtstart") for event in events] == [date(2022, 7, 30), date(2022, 8, 30), date(2022, 9, 7)]
    assert all(event.decoded("dtend") - event.decoded("dtstart") == timedelta(1) for event in events)
    assert [len(event.walk("VALARM")) for event in events] == [1, 1, 1]
    done = _found(DRAFT, review_steps=_recorded("draft", "2022-07-29"))
    assert _events(as_calendar(done, "Review", ENDS)) == []


def test_the_calendar_is_the_same_whenever_it_is_written_and_names_a_step_for_good():
    first = as_calendar(_found(DRAFT, MEETING), "Review", ENDS)
    later = as_calendar(_found(DRAFT, {**MEETING, "on": date(2022, 9, 9)}, today="2022-07-20"), "Review", ENDS)
    assert first == as_calendar(_found(DRAFT, MEETING, today="2022-07-21"), "Review", ENDS)
    assert [event["uid"] for event in _events(first)] == [event["uid"] for event in _events(later)]
    assert len({event["uid"] for event in _events(first)}) == 2


def test_words_of_the_contract_cannot_add_to_the_calendar():
    sly = {**DRAFT, "what": "Draft\r\nATTENDEE:mailto:x@example.org\nEND:VEVENT;,"}
    [event] = _events(as_calendar(_found(sly), "Review", ENDS))
    assert "attendee" not in event and "END:VEVENT" in event["summary"]
