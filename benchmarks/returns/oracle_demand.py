"""Demand, and the stock and flow of children in care, counted again row by row, day by day: what the quick ones are held against.

Nothing of ``ncthelpers`` is imported. Tables are pandas frames, as ``oracle.plain`` makes them; days of a period are walked
one by one.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from datetime import date, timedelta

import pandas as pd

_DAY = timedelta(days=1)
TYPE = {
    "U": "fostering", "A": "placed for adoption", "P1": "with parents", "K": "children's homes and secure units",
    "H": "semi-independent or independent", "P2": "semi-independent or independent",
    "R": "residential schools and other residential", "S": "residential schools and other residential",
}  # fmt: skip
BANDS = [(16, "16 and over"), (10, "10 to 15"), (5, "5 to 9"), (1, "1 to 4")]


def placement_type(code):
    code = "" if _missing(code) else code
    return TYPE.get(code) or TYPE.get(code[:1]) or "other"


def age_band(born, day):
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next((name for lower, name in BANDS if age >= lower), "under 1")


def _missing(value):
    return value is None or value is pd.NaT or value != value


def _day(value):
    return None if _missing(value) else value.date()


def _is_open(started, ended, day):
    return started <= day and (ended is None or ended > day)


def _month_ends(year):
    months = [(year.start.year + (3 + i) // 12, (3 + i) % 12 + 1) for i in range(12)]
    return [date(y, m, monthrange(y, m)[1]) for y, m in months]


# Demand


def demand(tables, covers, year):
    """Counts by measure, breakdown and period (None where the records do not tell), and those left out by measure and reason."""
    counts, left_out = Counter(), Counter()
    ends = _month_ends(year)

    def happened(measure, day, why=None):
        if why is None and day is None:
            why = "no date that places it in a month"
        if day is not None and not year.start <= day <= year.end:
            return
        if why:
            left_out[measure, why] += 1
        else:
            counts[measure, "all", day.strftime("%Y-%m")] += 1

    seen = set()
    for row in _rows(tables, "referrals"):
        key = (row.child, row.referred)
        again = key in seen and not _missing(row.referred) and not _missing(row.child)
        happened("referrals", _day(row.referred), _SAME_DAY if again else None)
        seen.add(key)
    for row in _rows(tables, "section47"):
        moved_in = not _missing(row.transfer_in) and row.transfer_in
        happened("section 47 enquiries", _day(row.strategy), _TRANSFER_IN if moved_in else None)
    for row in _rows(tables, "plans"):
        started, ended = _day(row.started), _day(row.ended)
        happened("child protection plans started", started)
        if ended:
            happened("child protection plans ended", ended)
        if started is None:
            left_out["child protection plans at month end", "no date that places it in a month"] += 1
        else:
            for end in ends:
                if _is_open(started, ended, end):
                    counts["child protection plans at month end", "all", end.strftime("%Y-%m")] += 1
    _care(tables, year, ends, counts, left_out, happened)
    return _known(counts, covers, ends), left_out


_SAME_DAY = "another referral of the same child on the same day, counted once"
_TRANSFER_IN = "a conference for a child who moved in with a plan, no enquiry"
_SHORT_BREAKS = "in care for an agreed series of short breaks (V3 or V4)"
_OVERLAP = "a later episode of the same child is open on the same day"


def _care(tables, year, ends, counts, left_out, happened):
    in_care = "children in care at month end"
    for rows in _by_child(tables).values():
        breaks = [row for row in rows if row.legal_status in ("V3", "V4")]
        rows = [row for row in rows if row.legal_status not in ("V3", "V4")]
        for row in breaks:
            happened("starts of care", _day(row.started), _SHORT_BREAKS)
            if _day(row.ended):
                happened("ceases of care", _day(row.ended), _SHORT_BREAKS)
        for row, before in zip(rows, [None, *rows], strict=False):
            if _new_period(row, before):
                happened("starts of care", _day(row.started))
        for row, after in zip(rows, [*rows[1:], None], strict=False):
            if _day(row.ended) and (after is None or _new_period(after, row)):
                happened("ceases of care", _day(row.ended))
        for end in ends:
            month = end.strftime("%Y-%m")
            for row in breaks:
                left_out[in_care, _SHORT_BREAKS] += _is_open(_day(row.started), _day(row.ended), end)
            here = [row for row in rows if _is_open(_day(row.started), _day(row.ended), end)]
            if here:
                left_out[in_care, _OVERLAP] += len(here) - 1
                counts[in_care, "all", month] += 1
                counts[in_care, placement_type(here[-1].placement), month] += 1
    for key in [key for key, number in left_out.items() if not number]:
        del left_out[key]


def _new_period(row, before):
    if before is None or row.why_new == "S":
        return True
    return _day(before.ended) is not None and _day(row.started) > _day(before.ended)


def _rows(tables, name):
    return tables[name].itertuples() if name in tables else []


def _by_child(tables):
    found = defaultdict(list)
    for row in _rows(tables, "episodes"):
        if not _missing(row.child) and not _missing(row.started):
            found[row.child].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (_day(row.started), _day(row.ended) or date.max))
    return found


_TABLES = {
    "referrals": "referrals", "section 47 enquiries": "section47", "child protection plans started": "plans",
    "child protection plans ended": "plans", "child protection plans at month end": "plans",
    "children in care at month end": "episodes", "starts of care": "episodes", "ceases of care": "episodes",
}  # fmt: skip


def _known(counts, covers, ends):
    found = {}
    for measure, table in _TABLES.items():
        kinds = [*dict.fromkeys(TYPE.values()), "other"] if measure == "children in care at month end" else []
        for kind in ["all", *kinds]:
            for end in ends:
                first = end if measure.endswith("at month end") else end.replace(day=1)
                cover = covers.get(table)
                told = cover is not None and cover.first <= first and end <= cover.last
                month = end.strftime("%Y-%m")
                found[measure, kind, month] = counts[measure, kind, month] if told else None
    return found


# Stock and flow


def flows(tables, first, last):
    """Each child on each day: stock by day and state, passages between states (None: out of care), and entrants by state."""
    born = {row.child: _day(row.born) for row in tables["children"].itertuples()}
    stock, moves, entrants, left_out = Counter(), Counter(), Counter(), Counter()
    kept = defaultdict(list)
    for row in _rows(tables, "episodes"):
        started, ended = _day(row.started), _day(row.ended)
        if started is not None and (started > last or (ended is not None and ended < first)):
            continue
        if started is None or _missing(row.child):
            why = "no child or no date on which the episode started"
        elif row.legal_status in ("V3", "V4"):
            why = _SHORT_BREAKS
        elif ended is not None and ended <= started:
            why = "ended on the day it started, or before"
        else:
            why = None if born.get(row.child) else "no date of birth"
        if why:
            left_out[why] += 1
        else:
            kept[row.child].append((started, ended, placement_type(row.placement)))
    days = [first + timedelta(days=i) for i in range(-1, (last - first).days + 1)]
    for child, rows in kept.items():
        before = None
        for day in days:
            here = [kind for started, ended, kind in rows if _is_open(started, ended, day)]
            state = (age_band(born[child], day), here[0]) if here else None
            if state:
                stock[day, *state] += 1
            if day >= first and state != before:
                if before is None:
                    entrants[state] += 1
                else:
                    moves[before, state] += 1
            before = state
    return stock, moves, entrants, left_out
