"""The indicators of placements, care leavers and adoption as an analyst would count them: pandas, child by child.

Kept to check :mod:`ncthelpers.returns` row for row, so nothing of it is imported, and plainness goes before speed.
Every function takes ``tables`` (pandas frames, days as datetime64), ``covers`` (by table, ``first`` and ``last`` day),
``year`` (``start``, ``end``) and ``holidays``, and gives back the members of its indicator.
"""

import pandas as pd

SHORT_BREAKS = "in care for an agreed series of short breaks (V3 or V4)"
OVERLAP = "a later episode of the same child is open on the same day"


def three_placements(tables, covers, year, holidays):
    """K06: three or more placements in 12 months."""
    found = []
    for child, rows in _by_child(tables["episodes"]):
        stays = []
        for row, before in _with_the_one_before(rows):
            same_carers_adopt = row.why_new in ("T", "U") and _for_adoption(row)
            if _care_begins(row, before) or not (row.why_new == "L" or same_carers_adopt):
                stays.append([row.started, row.ended])
            else:
                stays[-1][1] = row.ended
        stays = [(start, end) for start, end in stays if pd.isna(end) or end > start]
        for day in _snapshots(covers, year):
            a_year_ago = day - pd.DateOffset(months=12)
            number = sum(start <= day and (pd.isna(end) or end > a_year_ago) for start, end in stays)
            for _, why in _open(rows, day):
                found.append((child, day, number >= 3, why))
    return _heads(found)


def long_term_stability(tables, covers, year, holidays):
    """K07: the same carers for two years, of those in care for two and a half."""
    born = tables["children"].set_index("child")["born"]
    found = []
    for child, rows in _by_child(tables["episodes"]):
        history = {}  # by episode: when care began, when this stay began, when the stay before it began
        care = stay = stay_before = None
        for row, before in _with_the_one_before(rows):
            if _care_begins(row, before):
                care = stay = stay_before = row.started
            elif row.why_new not in ("L", "T", "U") or (_for_adoption(row) and not _for_adoption(before)):
                stay, stay_before = row.started, stay
            history[row.Index] = (care, stay, stay_before)
        for day in _snapshots(covers, year):
            for row, why in _open(rows, day):
                settled = False
                if why is None:
                    care, stay, stay_before = history[row.Index]
                    birthday = born.get(child, pd.NaT)
                    if pd.isna(birthday):
                        why = "no date of birth"
                    elif _age(birthday, day) >= 16:
                        why = "aged 16 or over on the day"
                    elif care + pd.DateOffset(months=30) > day:
                        why = "in care for less than two and a half years on the day"
                    settled = (stay_before if _for_adoption(row) else stay) + pd.DateOffset(years=2) <= day
                found.append((child, day, settled, why))
    return _heads(found)


def distance_20_miles(tables, covers, year, holidays):
    """K08: over 20 miles from home and outside the boundary."""
    return _distances(tables, covers, year, lambda far, outside: far is True and outside is True)


def distance_not_known(tables, covers, year, holidays):
    """K08: whether that is not known."""
    return _distances(tables, covers, year, lambda far, outside: None in (far, outside) and False not in (far, outside))


def care_leavers_eet_17_21(tables, covers, year, holidays):
    """K09, aged 17 to 21."""
    return _leavers(tables, covers, year, range(17, 22), lambda row: _text(row.activity)[:1] in ("F", "P"), "")


def care_leavers_eet_19_21(tables, covers, year, holidays):
    """K09, aged 19 to 21."""
    return _leavers(tables, covers, year, range(19, 22), lambda row: _text(row.activity)[:1] in ("F", "P"), "")


def care_leavers_accommodation_17_21(tables, covers, year, holidays):
    """K10, aged 17 to 21."""
    return _leavers(tables, covers, year, range(17, 22), lambda row: not pd.isna(row.suitable) and row.suitable, "GHR")


def care_leavers_accommodation_19_21(tables, covers, year, holidays):
    """K10, aged 19 to 21."""
    return _leavers(tables, covers, year, range(19, 22), lambda row: not pd.isna(row.suitable) and row.suitable, "GHR")


def adoption_a10(tables, covers, year, holidays):
    """K14: days from entering care to moving in with the adopters."""
    found = []
    for row in _adopted(tables, year):
        moved = row.placed if pd.isna(row.fostered) else row.fostered
        days, why = 0, None
        if pd.isna(row.entered):
            why = "no date of entering care"
        elif pd.isna(moved):
            why = "no date of moving in with the adopters"
        elif moved < row.entered:
            why = "moved in before entering care"
        else:
            days = (moved - row.entered).days
        found.append((row.child, row.adopted, days, why))
    return _heads(found)


def adoption_a2(tables, covers, year, holidays):
    """K15: days from placement order to match."""
    found = []
    for row in _adopted(tables, year):
        days, why = 0, None
        if pd.isna(row.ordered):
            why = "no day of a placement order"
        elif pd.isna(row.placed) or row.placed >= row.adopted:
            why = "not placed before the adoption order"
        elif pd.isna(row.matched):
            why = "no date of the match"
        elif row.matched > row.ordered:
            days = (row.matched - row.ordered).days
        found.append((row.child, row.adopted, days, why))
    return _heads(found)


def _heads(found):
    """One in the denominator each, but for those left out."""
    rows = [
        (who, None if pd.isna(day) else day.date(), 0.0 if why else float(numerator), 0.0 if why else 1.0, why)
        for who, day, numerator, why in found
    ]
    return pd.DataFrame(rows, columns=["who", "day", "numerator", "denominator", "left_out"])


def _by_child(episodes):
    known = episodes.dropna(subset=["child", "started"])
    in_order = known.sort_values(["child", "started", "ended"], kind="stable", na_position="last", ignore_index=True)
    rows = {}
    for row in in_order.itertuples():
        rows.setdefault(row.child, []).append(row)
    return rows.items()


def _short_break(row):
    return row.legal_status in ("V3", "V4")


def _for_adoption(row):
    return _text(row.placement).startswith("A")


def _text(value):
    return "" if pd.isna(value) else value


def _with_the_one_before(rows):
    cared = [row for row in rows if not _short_break(row)]
    return zip(cared, [None, *cared], strict=False)


def _care_begins(row, before):
    return before is None or row.why_new == "S" or row.started > before.ended  # never later than an empty end


def _snapshots(covers, year):
    cover = covers.get("episodes")
    ends = pd.date_range(year.start, year.end, freq="ME")
    return [day for day in ends if cover and cover.first <= day.date() <= cover.last]


def _open(rows, day):
    """The episodes open at the end of a day, each with why it does not stand for the child."""
    of_day = [row for row in rows if row.started <= day and (pd.isna(row.ended) or row.ended > day)]
    cared = [row for row in of_day if not _short_break(row)]
    for row in of_day:
        yield row, SHORT_BREAKS if _short_break(row) else None if row is cared[-1] else OVERLAP


def _distances(tables, covers, year, met):
    found = []
    for child, rows in _by_child(tables["episodes"]):
        for day in _snapshots(covers, year):
            for row, why in _open(rows, day):
                far = None if pd.isna(row.miles) else bool(row.miles > 20)
                outside = None if pd.isna(row.inside) else not row.inside
                found.append((child, day, met(far, outside), why))
    return _heads(found)


def _age(born, day):
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _birthday(born, age):
    if (born.month, born.day) == (2, 29):
        return pd.Timestamp(born.year + age, 2, 28) + pd.Timedelta(days=1)  # 29 February or 1 March
    return pd.Timestamp(born.year + age, born.month, born.day)


def _days_in_care(episodes, start, end):
    """Days in care between two days, short breaks not counted."""
    spent = 0
    for row in episodes:
        last = end if pd.isna(row.ended) else min(row.ended, end)
        spent += max((last - max(row.started, start)).days, 0)
    return spent


def _leavers(tables, covers, year, ages, met, no_residence):
    episodes = dict(_by_child(tables["episodes"]))
    cover = covers.get("episodes")
    label = f"{year.start.year}-{year.end.year % 100:02}"
    found = []
    for row in tables["care_leavers"].itertuples():
        if not pd.isna(row.year) and row.year != label:
            continue
        birthday, why = pd.NaT, None
        if not pd.isna(row.born):
            age = _age(row.born, pd.Timestamp(year.end))
            birthday = _birthday(row.born, age)
        if pd.isna(row.year):
            why = "no year of the return"
        elif pd.isna(row.born):
            why = "no date of birth"
        elif age not in ages:
            why = "did not turn one of the ages in the year"
        elif row.in_touch == "DIED":
            why = "died"
        elif row.in_touch == "RHOM":
            why = "back with parents for six months or more"
        elif no_residence and _text(row.accommodation)[:1] in list(no_residence):
            why = "abroad, deported or residence not known"
        else:
            theirs = episodes.get(row.child, [])
            cared = [episode for episode in theirs if not _short_break(episode)]
            breaks = [episode for episode in theirs if _short_break(episode)]
            turned_14, turned_16 = _birthday(row.born, 14), _birthday(row.born, 16)
            since_14 = _days_in_care(cared, turned_14, birthday)
            told = cover is not None and cover.first <= turned_14.date()
            if age <= 18 and any(e.started <= birthday and (pd.isna(e.ended) or e.ended > birthday) for e in cared):
                why = "still in care on the birthday"
            elif told and since_14 == 0 and _days_in_care(breaks, turned_14, birthday):
                why = "in care for a series of short breaks only since the age of 14"
            elif told and (since_14 < 91 or _days_in_care(cared, turned_16, birthday) < 1):
                why = "in care for less than 13 weeks since the age of 14, or not after 16"
        found.append((row.child, birthday, met(row), why))
    return _heads(found)


def _adopted(tables, year):
    days = tables["adoptions"]["adopted"]
    inside = (days >= pd.Timestamp(year.start)) & (days <= pd.Timestamp(year.end))
    return tables["adoptions"][inside].itertuples()
