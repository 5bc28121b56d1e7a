"""The dates of the review of a contract year: which step must be taken by when, what each is counted from, and how it stands."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from ncthelpers.faults import Fault
from ncthelpers.workingdays import Holidays, clear_days_before, months_before, working_days_before
from ncthelpers.years import MONTHS, first_day, in_words, last_day

__all__ = ["Step", "DONE", "LATE", "DUE", "NO_DATE", "OVER", "as_calendar", "steps", "timetable_faults"]

DONE, LATE, DUE, NO_DATE, OVER = "done", "late", "due", "no date yet", "over"
_COUNTED = {"clear_days": "clear day", "working_days": "working day", "months": "month"}
_DATED = ("by", "on", *_COUNTED)
_ID = re.compile(r"[a-z][a-z0-9_]*", flags=re.ASCII)
_NO_HOLIDAYS = "it cannot be counted: the reference holds no table bank_holidays"


@dataclass(frozen=True)
class Step:
    """One step of the review, with its day and how it stands.

    Parameters
    ----------
    step : str
        Its id.
    body : str
        Who takes it; empty where nobody is named.
    what : str
        What is to be done.
    last : date or None
        The last day that is in time; none while it has no date.
    rule : str
        The day as the contract has it, such as ``before 31 July 2022``; why there is none where there is none.
    taken : str
        The day, month or year in which it was taken; empty while it was not.
    state : str
        Done, late, due, without a date yet, or over: its meeting was held, and nothing is recorded of the step.
    left : int or None
        Calendar days left until the day that the rule names; fewer than none where it has passed; none without a date
        or once taken.
    source : str
        What the rule rests on.
    """

    step: str
    body: str
    what: str
    last: date | None
    rule: str
    taken: str
    state: str
    left: int | None
    source: str

    def __str__(self) -> str:
        """The day and how it stands, in one line."""
        if self.state == DONE:
            return f"{self.rule}: done {in_words(self.taken)}{self._in_time()}"
        if self.state == OVER:
            return f"{self.rule}: the meeting was held, nothing is recorded of this step"
        if self.left is None:
            return f"{NO_DATE}: {self.rule}"
        if self.state == LATE:
            return f"{self.rule}: late " + (f"by {_count(-self.left, 'day')}" if self.left else "from today")
        return f"{self.rule}: " + (f"{_count(self.left, 'day')} left" if self.left else "today")

    def _in_time(self) -> str:
        if self.last is None or last_day(self.taken) <= self.last:
            return ""
        return ", late" if first_day(self.taken) > self.last else ", perhaps late: the day is not known"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _day_of_year(text: object) -> tuple[int, int] | None:
    """Month and day of words such as 31 July; none if no year, or not every year, has the day."""
    number, _, month = str(text).partition(" ")
    if month not in MONTHS or not re.fullmatch(r"[1-9]\d?", number, flags=re.ASCII):
        return None
    try:
        return (found := date(2001, MONTHS.index(month) + 1, int(number))).month, found.day
    except ValueError:
        return None


def _first_after(end: date, text: str) -> date:
    month, day = cast("tuple[int, int]", _day_of_year(text))
    here = date(end.year, month, day)
    return here if here > end else here.replace(year=end.year + 1)


def _taken(deadlines: pd.DataFrame | None, review_steps: pd.DataFrame | None) -> dict[str, str]:
    """When each step was taken, the day of the contract's own deadlines before that of the record of the review."""
    found: dict[str, str] = {}
    for table, column in ((review_steps, "taken"), (deadlines, "considered_on")):
        if table is not None:
            rows = table[table[column].notna()]
            found |= dict(zip(rows["step"], rows[column].astype(str), strict=True))
    return found


def _counted(entry: Mapping[str, Any], meeting: date | None, holidays: Holidays | None) -> tuple[date | None, str]:
    """The last day of a step that is counted from its meeting and the rule in words, or why it has none."""
    unit = next(key for key in _COUNTED if key in entry)
    distance = _count(entry[unit], _COUNTED[unit])
    if meeting is None:
        return None, f"{distance} before {entry['before']}, which has no date yet"
    if unit == "months":
        day = months_before(meeting, entry[unit])
    elif holidays is None:
        return None, _NO_HOLIDAYS
    else:
        try:
            day = (clear_days_before if unit == "clear_days" else working_days_before)(meeting, entry[unit], holidays)
        except ValueError as beyond:
            return None, f"it cannot be counted: {beyond}; add them to data/reference/bank_holidays.csv"
    return day, f"by {in_words(str(day))} ({distance} before {entry['before']} on {in_words(str(meeting))})"


def steps(
    contract: Mapping[str, Any],
    ends: date,
    today: date,
    holidays: Holidays | None = None,
    deadlines: pd.DataFrame | None = None,
    review_steps: pd.DataFrame | None = None,
) -> tuple[Step, ...]:
    """Every step of a year's timetable, in its order, with its day and how it stands.

    Parameters
    ----------
    contract : Mapping
        ``contract.yml``: its ``timetable``, if it has one.
    ends : date
        Last day of the contract year: a day such as 31 July is the first one after it.
    today : date
        The day on which it is asked.
    holidays : Holidays, optional
        Bank holidays, for what is counted in working or clear days.
    deadlines, review_steps : DataFrame, optional
        The year's tables, which record when a step was taken.

    Notes
    -----
    Rule: cover report, paragraphs 5.4 and 5.5: a step comes *before* the day that the contract names, so on that day it is
    late. A step that is counted from a meeting may be taken on the last day counted. A meeting's day is the day planned
    (``on``); of a step with a deadline only (``by``) it is the day on which it was taken.

    Examples
    --------
    >>> contract = {"timetable": [{"step": "draft", "what": "First draft", "by": "31 July", "source": "cover:5.4/1"}]}
    >>> [str(step) for step in steps(contract, date(2022, 3, 31), date(2022, 7, 19))]
    ['before 31 July 2022: 12 days left']
    """
    entries = contract.get("timetable") or []
    taken = _taken(deadlines, review_steps)
    held = {entry["step"]: _meeting(entry, taken) for entry in entries}
    return tuple(_step(entry, ends, today, holidays, taken, held) for entry in entries)


def _meeting(entry: Mapping[str, Any], taken: Mapping[str, str]) -> date | None:
    """The day of a step that others are counted from: as planned, or as taken where it is known to the day."""
    planned: date | None = entry.get("on")
    if planned:
        return planned
    done = taken.get(entry["step"], "")
    return first_day(done) if done and first_day(done) == last_day(done) else None


def _step(
    entry: Mapping[str, Any],
    ends: date,
    today: date,
    holidays: Holidays | None,
    taken: Mapping[str, str],
    held: Mapping[str, Any],
) -> Step:
    done, over = taken.get(entry["step"], ""), False
    named: date | None
    last: date | None
    if "by" in entry:
        named = _first_after(ends, entry["by"])
        last, rule = date.fromordinal(named.toordinal() - 1), f"before {in_words(str(named))}"
    elif "on" in entry:
        named = last = entry["on"]
        rule = f"on {in_words(str(named))}" if named else "the day of the meeting is not entered"
    else:
        named, rule = _counted(entry, held[entry["before"]], holidays)
        last, over = named, entry["before"] in taken
    state = (
        DONE if done else OVER if over else NO_DATE if named is None or last is None else LATE if today > last else DUE
    )
    left = (named - today).days if named is not None and state in (LATE, DUE) else None
    return Step(entry["step"], entry.get("body") or "", entry["what"], last, rule, done, state, left, entry["source"])


def as_calendar(found: Iterable[Step], review: str, stamp: date) -> str:
    """The dated steps that are not yet taken as an iCalendar file: each a whole day, its last in time, with a reminder a week before.

    Parameters
    ----------
    found : iterable of Step
        The steps of a timetable.
    review : str
        What it is the timetable of; with a step's id it names the step in every calendar for good.
    stamp : date
        A day of the data, so that the same timetable gives the same file whenever it is written.

    Examples
    --------
    >>> contract = {"timetable": [{"step": "draft", "what": "First draft", "by": "31 July", "source": "cover:5.4/1"}]}
    >>> text = as_calendar(steps(contract, date(2022, 3, 31), date(2022, 7, 19)), "Review 2021-22", date(2022, 3, 31))
    >>> [line for line in text.splitlines() if line.startswith(("DTSTART", "SUMMARY"))]
    ['SUMMARY:First draft (before 31 July 2022)', 'DTSTART;VALUE=DATE:20220730']
    """
    from icalendar import Alarm, Calendar, Event  # here, for no other command needs it

    calendar = Calendar()
    calendar.add("prodid", "-//ncthelpers//timetable of a review//EN")
    calendar.add("version", "2.0")
    for step in found:
        if step.state not in (LATE, DUE):
            continue
        event, alarm = Event(), Alarm()
        event.add("uid", str(uuid5(NAMESPACE_URL, f"{review}/{step.step}")))
        event.add("dtstamp", datetime.combine(stamp, time(), UTC))
        event.add("summary", f"{step.what} ({step.rule})")
        event.add(
            "description", "\n".join(part for part in (review, step.body, f"Last day in time: {step.last}") if part)
        )
        event.add("dtstart", step.last)
        event.add("dtend", cast("date", step.last) + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        alarm.add("action", "DISPLAY")
        alarm.add("description", step.what)
        alarm.add("trigger", timedelta(days=-7))
        event.add_component(alarm)
        calendar.add_component(event)
    return cast("str", calendar.to_ical().decode("utf-8"))


def timetable_faults(contract: Mapping[str, Any], file: str) -> list[Fault]:
    """What keeps the ``timetable`` of a ``contract.yml`` from being one: each step once, dated in one way, with its source.

    Parameters
    ----------
    contract : Mapping
        What the file holds.
    file : str
        Its path from the root, for the faults.

    Examples
    --------
    >>> entry = {"step": "draft", "body": "Group", "what": "First draft", "by": "31 June", "source": "cover:5.4/1"}
    >>> [fault.rule for fault in timetable_faults({"timetable": [entry]}, "contract.yml")]
    ['must give by as a day of every year, such as 31 July, in quotes']
    """
    entries = contract.get("timetable", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return [Fault(file, None, "timetable", "", "must be a list of steps")]
    named = [entry.get("step") for entry in entries]
    meetings = {str(entry.get("step")) for entry in entries if {"by", "on"} & set(entry)}
    return [
        Fault(file, None, f"timetable {number}", str(entry.get("step") or ""), rule)
        for number, entry in enumerate(entries, 1)
        for rule in _entry_faults(entry, named.count(entry.get("step")), meetings)
    ]


def _entry_faults(entry: Mapping[str, Any], times: int, meetings: set[str]) -> list[str]:
    faults = [f"lacks its {part}" for part in ("what", "source") if not str(entry.get(part) or "").strip()]
    if not isinstance(entry.get("step"), str) or not _ID.fullmatch(entry["step"]):
        faults.append("must give step: a short name of small letters, digits and underscores")
    elif times > 1:
        faults.append("stands more than once")
    faults += [
        f"must give {part} as text" for part in ("body", "what", "source") if not isinstance(entry.get(part, ""), str)
    ]
    known = {"step", "body", "what", "source", "before", *_DATED}
    faults += [f"has an entry that is not known: {other}" for other in sorted(map(str, set(entry) - known))]
    ways = [key for key in _DATED if key in entry]
    if len(ways) != 1:
        return [*faults, f"must be dated in exactly one way: {', '.join(_DATED)}"]
    [way] = ways
    if way == "by" and _day_of_year(entry["by"]) is None:
        faults.append("must give by as a day of every year, such as 31 July, in quotes")
    if way == "on" and entry["on"] is not None and (
        not isinstance(entry["on"], date) or isinstance(entry["on"], datetime)
    ):  # fmt: skip
        faults.append("must give on as a date such as 1999-12-31, or nothing while the meeting has no date")
    if way in _COUNTED and (type(entry[way]) is not int or not 1 <= entry[way] <= 366):
        faults.append(f"must give {way}: a whole number from 1 to 366")
    if way in _COUNTED and entry.get("before") not in meetings:
        faults.append("must give before: the step of a meeting that it is counted from, itself dated by or on")
    if way not in _COUNTED and "before" in entry:
        faults.append(f"gives before, though it is dated {way} a day")
    return faults
