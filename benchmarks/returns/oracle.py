"""The indicators counted again in plain pandas, row by row, as an analyst would: what the quick ones are held against.

Nothing of ``ncthelpers`` is imported, and no rule is shared with it. Each function has the name of its indicator and
takes the same: ``tables``, a dict of pandas frames; ``covers``, a dict of things with ``first`` and ``last`` by table;
``year``, with ``start`` and ``end``; ``holidays``, with ``days``, ``first`` and ``last``. Each gives the members: who,
day, numerator, denominator, and why a record is left out.
"""

from datetime import datetime, time, timedelta
from functools import cache

import numpy as np
import pandas as pd

MEMBERS = ["who", "day", "numerator", "denominator", "left_out"]
OUTSIDE = "a date is outside the years of the list of bank holidays"


def plain(table):
    """A polars table of records as a pandas frame, without pyarrow: days and moments as datetime64, empty as NaT."""
    frame = pd.DataFrame({name: table[name].to_list() for name in table.columns}, columns=table.columns, dtype=object)
    for name, kind in table.schema.items():
        if str(kind).startswith("Date"):
            frame[name] = pd.to_datetime(frame[name])
    return frame


# What an analyst would write once


def _missing(value):
    return value is None or value is pd.NaT or value != value


def _yes(value):
    return not _missing(value) and bool(value)


def _day(value):
    return None if _missing(value) else value.date()


def _is_working_day(day, holidays):
    return day.weekday() < 5 and day not in holidays.days


def _known(day, holidays):
    return day is not None and holidays.first <= day <= holidays.last


@cache
def _calendar(days):
    return np.busdaycalendar(holidays=np.array(sorted(days), "datetime64[D]"))


def _working_days(start, end, holidays):
    """Day 0 is the start; None where a day is missing or outside the list."""
    if not (_known(start, holidays) and _known(end, holidays)):
        return None
    return int(np.busday_count(start + timedelta(1), end + timedelta(1), busdaycal=_calendar(holidays.days)))


def _last(covers, table):
    return covers[table].last if table in covers else None


def _in_year(day, year):
    return day is not None and year.start <= day <= year.end


def _members(rows):
    return pd.DataFrame(rows, columns=MEMBERS)


def _member(who, day, met, why):
    return (who, day, 0.0, 0.0, why) if why else (who, day, float(met), 1.0, None)


# K01


def _decided_within(days, tables, covers, year, holidays):
    found = []
    for row in tables["referrals"].itertuples():
        referred, decided = _day(row.referred), _day(row.decided)
        if referred is None:
            found.append(_member(row.child, None, False, "no date of the referral"))
            continue
        if not _in_year(referred, year):
            continue
        why, met = None, False
        if decided is not None and decided < referred:
            why = "the decision is before the referral"
        elif decided is not None:
            took = _working_days(referred, decided, holidays)
            why, met = (OUTSIDE, False) if took is None else (None, took <= days)
        else:
            so_far = _working_days(referred, _last(covers, "referrals"), holidays)
            if so_far is None:
                why = OUTSIDE
            elif so_far <= days:
                why = "no decision yet, and its time had not run out by the last day of the records"
        found.append(_member(row.child, referred, met, why))
    return _members(found)


def referral_decision_1wd(tables, covers, year, holidays):
    return _decided_within(1, tables, covers, year, holidays)


def referral_decision_2wd(tables, covers, year, holidays):
    return _decided_within(2, tables, covers, year, holidays)


def _working_hours(start, end, holidays):
    """Walk from day to day and add up the hours of each working day."""
    if not (_known(start.date(), holidays) and _known(end.date(), holidays)):
        return None
    total, day = timedelta(0), start.date()
    while day <= end.date():
        if _is_working_day(day, holidays):
            opens = max(start, datetime.combine(day, time.min))
            closes = min(end, datetime.combine(day + timedelta(1), time.min))
            total += max(closes - opens, timedelta(0))
        day += timedelta(1)
    return total


def referral_decision_24h(tables, covers, year, holidays):
    found = []
    for row in tables["referrals"].itertuples():
        referred = _day(row.referred)
        if referred is None:
            found.append(_member(row.child, None, False, "no date of the referral"))
            continue
        if not _in_year(referred, year):
            continue
        came = None if _missing(row.referred_at) else row.referred_at.to_pydatetime()
        decided = None if _missing(row.decided_at) else row.decided_at.to_pydatetime()
        open_ = decided is None and _missing(row.decided)
        why, met = None, False
        if came is None or (decided is None and not open_):
            why = "no time of day of the referral or of the decision"
        elif decided is not None and decided < came:
            why = "the decision is before the referral"
        else:
            last = _last(covers, "referrals")
            until = decided or (last and datetime.combine(last + timedelta(1), time.min))
            took = until and _working_hours(came, until, holidays)
            if took is None:
                why = OUTSIDE
            elif open_ and took <= timedelta(hours=24):
                why = "no decision yet, and its time had not run out by the last day of the records"
            else:
                met = took <= timedelta(hours=24)
        found.append(_member(row.child, referred, met, why))
    return _members(found)


# K02


def rereferrals_12m(tables, covers, year, holidays):
    referrals = tables["referrals"][["child", "referred", "closed", "no_further_action"]].copy()
    nothing_done = referrals["closed"].isna() & referrals["no_further_action"].map(_yes).astype(bool)
    referrals.loc[nothing_done, "closed"] = referrals.loc[nothing_done, "referred"]
    referrals["open"] = referrals["closed"].isna()

    # Referrals of a child on one day are one case, open while one of them is.
    cases = referrals.groupby(["child", "referred"], as_index=False).agg(closed=("closed", "max"), open=("open", "any"))
    pairs = cases.merge(cases, on="child", suffixes=("", "_earlier"))
    within = pairs["referred_earlier"] >= pairs["referred"] - pd.DateOffset(years=1)
    before = pairs["referred_earlier"] < pairs["referred"]
    closed = ~pairs["open_earlier"] & (pairs["closed_earlier"] <= pairs["referred"])
    again = set(pairs.loc[within & before & closed, ["child", "referred"]].itertuples(index=False, name=None))

    found, seen = [], set()
    for row in referrals.itertuples():
        key, referred = (row.child, row.referred), _day(row.referred)
        if referred is None:
            found.append(_member(row.child, None, False, "no date of the referral"))
        elif _in_year(referred, year):
            why = (
                "another referral of the same child on the same day, counted once"
                if key in seen and not _missing(row.child)
                else None
            )
            found.append(_member(row.child, referred, key in again, why))
            seen.add(key)
    return _members(found)


# K03


def _authorised_within(column, tables, year, holidays):
    found = []
    for row in tables["assessments"].itertuples():
        start, authorised = _day(getattr(row, column)), _day(row.authorised)
        if not _in_year(authorised, year):
            continue
        took = _working_days(start, authorised, holidays)
        if start is None:
            why = "no date that starts the clock of the assessment"
        elif authorised < start:
            why = "the assessment was authorised before its clock started"
        else:
            why = OUTSIDE if took is None else None
        found.append(_member(row.child, authorised, why is None and took <= 45, why))
    return _members(found)


def assessments_45wd(tables, covers, year, holidays):
    return _authorised_within("referred", tables, year, holidays)


def assessments_45wd_own_start(tables, covers, year, holidays):
    return _authorised_within("started", tables, year, holidays)


# K04 and K05


def icpc_15wd(tables, covers, year, holidays):
    found = []
    for row in tables["section47"].itertuples():
        strategy, conference = _day(row.strategy), _day(row.conference)
        if not _in_year(conference, year):
            continue
        took = _working_days(strategy, conference, holidays)
        if _yes(row.transfer_in):
            why = "a conference for a child who moved in with a plan, counted apart"
        elif strategy is None:
            why = "no date of the strategy discussion"
        elif conference < strategy:
            why = "the conference is before the strategy discussion"
        else:
            why = OUTSIDE if took is None else None
        found.append(_member(row.child, conference, why is None and took <= 15, why))
    return _members(found)


def repeat_plans(tables, covers, year, holidays):
    plans, found = tables["plans"], []
    first = plans.groupby("child")["started"].min()
    for row in plans.itertuples():
        started = _day(row.started)
        if started is None:
            found.append(_member(row.child, None, False, "no date on which the plan started"))
        elif _in_year(started, year):
            later = (not _missing(row.earlier) and row.earlier > 0) or (
                not _missing(row.child) and first[row.child] < row.started
            )
            unknown = _missing(row.earlier) and not later
            why = "not known whether the child had an earlier plan" if unknown else None
            found.append(_member(row.child, started, later, why))
    return _members(found)


# K11 to K13


def _of_no_use(row):
    day = _day(row.day)
    if day is None:
        return "no day on which it was so"
    return None if (day + timedelta(1)).day == 1 else "a day that is not the last of a month"


def _not_qualified(row):
    if _of_no_use(row):
        return _of_no_use(row)
    if _missing(row.qualified):
        return "not known whether a qualified social worker"
    return None if row.qualified else "not a qualified social worker"


def _not_counted(row):
    if _not_qualified(row):
        return _not_qualified(row)
    if _missing(row.agency):
        return "not known whether an agency worker"
    return "no full-time equivalent" if _missing(row.fte) else None


def _may_be_of(row, year):
    return _missing(row.day) or _in_year(_day(row.day), year)


def sw_vacancy_rate(tables, covers, year, holidays):
    workers, vacancies, found = tables["workers"], tables["vacancies"], []
    not_in_full = set(vacancies.loc[vacancies["fte"].isna(), "day"])
    told_of_vacancies = set(vacancies["day"]) - not_in_full
    told_of_workers = {row.day for row in workers.itertuples() if not _not_counted(row)}
    for row in workers.itertuples():
        if not _may_be_of(row, year):
            continue
        why = _not_counted(row)
        if not why and row.agency:
            why = "an agency worker, whose post counts as vacant"
        if not why and row.day not in told_of_vacancies:
            why = "vacancies are not told of in full on that day"
        found.append((row.worker, _day(row.day), 0.0, 0.0 if why else row.fte, why))
    for row in vacancies.itertuples():
        if not _may_be_of(row, year):
            continue
        why = _of_no_use(row) or ("no full-time equivalent" if _missing(row.fte) else None)
        if not why and row.day in not_in_full:
            why = "vacancies are not told of in full on that day"
        if not why and row.day not in told_of_workers:
            why = "social workers are not told of on that day"
        found.append((None, _day(row.day), 0.0 if why else row.fte, 0.0 if why else row.fte, why))
    return _members(found)


def sw_agency_rate(tables, covers, year, holidays):
    found = []
    for row in tables["workers"].itertuples():
        if _may_be_of(row, year):
            why = _not_counted(row)
            fte = 0.0 if why else row.fte
            found.append((row.worker, _day(row.day), fte if _yes(row.agency) else 0.0, fte, why))
    return _members(found)


def caseload_above_target(tables, covers, year, holidays):
    found = []
    for row in tables["workers"].itertuples():
        if not _may_be_of(row, year):
            continue
        why = _not_qualified(row)
        if not why and (_missing(row.fte) or row.fte <= 0):
            why = "no full-time equivalent"
        elif not why and _missing(row.cases):
            why = "no number of cases"
        elif not why and row.cases <= 0:
            why = "holds no cases"
        elif not why and _missing(row.target):
            why = "no target for the worker's grade"
        found.append(_member(row.worker, _day(row.day), why is None and row.cases > row.target, why))
    return _members(found)


# K16 and K17


def _due(start, days, holidays):
    """Walk on until the working days have passed; None where the walk leaves the list."""
    if not _known(start, holidays):
        return None
    day = start
    while days:
        day += timedelta(1)
        if day > holidays.last:
            return None
        days -= _is_working_day(day, holidays)
    return day


def _answered_within(days, tables, covers, year, holidays):
    found = []
    for row in tables["complaints"].itertuples():
        received, clarified, responded = _day(row.received), _day(row.clarified), _day(row.responded)
        if not _missing(row.stage) and row.stage != 1:
            continue
        start = received and (clarified or received)
        due = _due(start, days, holidays)
        if start is not None and not _in_year(due or start, year):
            continue
        last = _last(covers, "complaints")
        why, met = None, False
        if _missing(row.stage):
            why = "no stage"
        elif received is None:
            why = "no date of receipt"
        elif clarified is not None and clarified < received:
            why = "clarified before it was received"
        elif responded is not None and responded < start:
            why = "answered before it was received or last clarified"
        elif due is None or not _known(responded or last, holidays):
            why = OUTSIDE
        elif responded is not None:
            met = _working_days(start, responded, holidays) <= days
        elif _working_days(start, last, holidays) <= days:
            why = "no answer yet, and its time had not run out by the last day of the records"
        found.append(_member(row.complaint, due, met, why))
    return _members(found)


def complaints_10wd(tables, covers, year, holidays):
    return _answered_within(10, tables, covers, year, holidays)


def complaints_20wd(tables, covers, year, holidays):
    return _answered_within(20, tables, covers, year, holidays)


def stage_2_share(tables, covers, year, holidays):
    found = []
    for row in tables["complaints"].itertuples():
        day = _day(row.received)
        if (not _missing(row.stage) and row.stage not in (1, 2)) or (day is not None and not _in_year(day, year)):
            continue
        why = "no stage" if _missing(row.stage) else "no date of receipt" if day is None else None
        found.append((row.complaint, day, float(not why and row.stage == 2), float(not why and row.stage == 1), why))
    return _members(found)
