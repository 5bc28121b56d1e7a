"""Children in care and care leavers: an invented SSDA903 return of each year."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

from invented_records.wanted import DAY, YEAR, Wanted, last, month_of, on, spans, write_csv

_NOT_SUITABLE = (("YES", "X2"), ("NO", "0"), ("REFU", "Z2"))
_LONG_CARE, _LONG_STAY, _SIXTEEN = 30, 24, 16 * YEAR  # months


@dataclass
class Child:
    """A child in care, and its episodes."""

    child: str
    born: date
    sex: int
    episodes: list[dict] = field(default_factory=list)


@dataclass
class Stayer:
    """A child long in care: the first month that counts, settled then or not, when that changes, the first not to count."""

    counts: int
    settled: bool
    changes: int | None = None
    gone: int | None = None


def near(rng: random.Random) -> dict:
    """A placement that is not both far away and outside: of some the return does not tell."""
    miles, where = rng.choice(
        [(rng.randint(0, 200) / 10, "IN"), (20.0, "OUT"), (rng.randint(21, 40), "IN"), (None, None)]
    )
    return {"PLACE": rng.choice(("U1", "U4", "U6", "K2", "H5")), "PL_DISTANCE": miles, "PL_LOCATION": where}


def far(rng: random.Random) -> dict:
    """A placement more than 20 miles away and outside."""
    return {"PLACE": rng.choice(("U6", "K2", "P2")), "PL_DISTANCE": rng.randint(201, 900) / 10, "PL_LOCATION": "OUT"}


class Care:
    """The children in care of every month, made group by group; whoever is in none makes up the number."""

    def __init__(self, want: Wanted) -> None:
        self.want, self.rng, self.children = want, want.rng, []
        self.leavers: list[dict] = []
        self.matches: list[dict] = []
        self.movers()
        self.far_away()
        self.long_term()
        self.care_leavers()
        self.others()
        self.short_breaks()

    def stay(
        self, start: date, end: date | None, moves: Iterable[tuple[date, str, dict]] = (), *, born: date | None = None,
        first: dict | None = None, why: str = "E8",
    ) -> Child:  # fmt: skip
        """A child with one period of care; moves are the day, the code of why the episode is new, and what is new."""
        if born is None:  # younger than 18 at the end
            oldest = month_of(end or last(self.want.months[-1])) - 17 * YEAR
            born = self.want.day(self.rng.randint(oldest, max(oldest, month_of(start) - 1)))
        child = Child(f"C{len(self.children):05}", born, self.rng.randint(1, 2))
        self.children.append(child)
        state = {"LS": "C2", "CIN": "N1", "PLACE_PROVIDER": "PR1", **(first or near(self.rng))}
        rows = [(start, "S", {}), *moves]
        for (day, code, new), (until, *_) in pairwise([*rows, (end, "", {})]):
            state |= new
            closed = until is not None
            reason = (why if until is end else "X1") if closed else None
            child.episodes.append(
                {"CHILD": child.child, "DECOM": day, "RNE": code, **state, "DEC": until, "REC": reason}
            )
        return child

    def _leaves(self, month: int) -> date | None:
        return self.want.day(month) if month <= self.want.months[-1] else None

    def movers(self) -> None:
        """Three placements: counted from the second move until a year after the first."""
        rng, want = self.rng, self.want
        for first, end in spans({m: want.of("H", m)[0] for m in want.months}, YEAR, rng):
            still = end == want.months[-1]
            one = rng.randint(end - 11, first) if still else end - 11
            two = rng.randint(one, first) if first == want.months[0] else first
            moves = [(want.day(one, 2, 13), "P", near(rng)), (want.day(two, 15), rng.choice("PB"), near(rng))]
            leaves = None if still else self._leaves(end + rng.randint(1, 3))
            self.stay(want.day(one - rng.randint(1, 4)), leaves, moves)

    def far_away(self) -> None:
        """Far placements, some of them after one near home."""
        rng, want = self.rng, self.want
        for first, end in spans({m: want.of("J", m)[0] for m in want.months}, 20, rng):
            before = rng.randint(0, 2)
            moves = [(want.day(first), "P", far(rng))] if before else []
            start = want.day(first - before)
            self.stay(start, self._leaves(end + 1), moves, first=near(rng) if before else far(rng))

    def long_term(self) -> None:
        """Children under 16 in care for two and a half years: settled with their carers, or not since the last move."""
        rng, want = self.rng, self.want
        settled: list[Stayer] = []
        unsettled: list[Stayer] = []
        everyone: list[Stayer] = []

        def cross(found: list[Stayer], number: int, source: list[Stayer], to: list[Stayer]) -> None:
            for child in rng.sample(found, max(0, number)):
                child.changes = month
                source.remove(child)
                to.append(child)

        def bring_to(group: list[Stayer], number: int) -> None:
            for child in rng.sample(group, max(0, len(group) - number)):
                child.gone = month
                group.remove(child)
            new = [Stayer(month, group is settled) for _ in range(number - len(group))]
            group += new
            everyone.extend(new)

        for month in want.months:
            calm, all_ = want.of("I", month)
            more, restless = calm - len(settled), all_ - calm - len(unsettled)
            if everyone:  # a child that moves, or settles, is one less here and one more there; each does so once
                cross([child for child in settled if child.changes is None], min(-more, restless), settled, unsettled)
                there_at_first = [
                    child for child in unsettled if child.counts == want.months[0] and child.changes is None
                ]
                cross(there_at_first, min(more, -restless), unsettled, settled)
                bring_to(settled, len(settled) - 1)  # somebody turns 16 or leaves every month
            bring_to(settled, calm)
            bring_to(unsettled, all_ - calm)
        for child in everyone:
            self._long_stay(child)

    def _long_stay(self, child: Stayer) -> None:
        rng, want = self.rng, self.want
        first, until = child.counts, child.gone or want.months[-1] + 1
        began = first - _LONG_CARE - (rng.randint(1, 60) if first == want.months[0] else 0)
        moves = []
        if child.settled and child.changes:
            moves = [(want.day(child.changes), "B", near(rng))]
        elif child.settled and rng.random() < 0.2:  # the same carers: the legal status changes, or they move house
            new = rng.choice([("L", {"LS": "E1"}), ("T", near(rng))])
            moves = [(want.day(rng.randint(began + 1, first)), *new)]
        elif not child.settled:
            latest = rng.randint(max(until - _LONG_STAY, first - 20), first)
            moves = [(want.day(child.changes - _LONG_STAY if child.changes else latest), "P", near(rng))]
        if child.gone and rng.random() < 0.5:  # turns 16, and leaves care some time after
            born, end = want.day(child.gone - _SIXTEEN), self._leaves(child.gone + rng.randint(1, 20))
        else:
            born = want.day(rng.randint(max(until - _SIXTEEN + 4, began - 90), began - 1))
            end = want.day(child.gone) if child.gone else None
        self.stay(want.day(began), end, moves, born=born)

    def care_leavers(self) -> None:
        """Young people with a birthday in each month; those of 17 and 18 were in care until shortly before it."""
        rng, want = self.rng, self.want
        for month in want.months:
            suitable, all_ = want.of("L", month)
            for number in range(all_):
                age = 17 + number // 8 if number < 16 else rng.randint(19, 21)
                day = want.day(month)
                born = on(month - age * YEAR, day.day)
                if age < 19:
                    left = day - rng.randint(10, 150) * DAY
                    child = self.stay(left - rng.randint(100, 200) * DAY, left, born=born, why="E4A")
                else:
                    child = Child(f"L{len(self.leavers):05}", born, rng.randint(1, 2))
                found = [("YES", f"{letter}1") for letter in "BCDKUVWY"] if number < suitable else _NOT_SUITABLE
                self._leaver(child, month, *rng.choice(found))
            # Left out: abroad or nobody knows where, so not of the accommodation; died; back with parents; too old.
            others = [("YES", rng.choice(("G1", "H1", "R2")), 20)] * (7 if month % YEAR == 9 else 0)
            others += [("DIED", "0", 19)] * (month % 5 == 0) + [("RHOM", "0", 18)] * 2 + [("YES", "U1", 22)]
            for touch, home, age in others:
                born = on(month - age * YEAR, 9)
                self._leaver(Child(f"L{len(self.leavers):05}", born, rng.randint(1, 2)), month, touch, home)

    def _leaver(self, child: Child, month: int, touch: str, home: str) -> None:
        activity = self.rng.choice(("F1", "F2", "P2", "F4", "F5", "P5", "G4", "G5")) if touch == "YES" else "0"
        self.leavers.append({"of": child, "month": month, "CHILD": child.child, "DOB": child.born, "IN_TOUCH": touch,
                             "ACTIV": activity, "ACCOM": home})  # fmt: skip

    def others(self) -> None:
        """Whoever else is in care in a month, from three years before; for less than two and a half years each."""
        rng, want = self.rng, self.want
        months = range(want.months[0] - 36, want.months[-1] + 1)
        there = dict.fromkeys(months, 0)
        for child in self.children:
            start, end = child.episodes[0]["DECOM"], child.episodes[-1]["DEC"]
            stop = month_of(end) if end else months[-1] + 1
            for month in range(max(month_of(start), months[0]), min(stop, months[-1] + 1)):
                there[month] += 1
        short = {month: want.of("H", month)[1] - number for month, number in there.items()}
        if min(short.values()) < 0:
            raise ValueError("the groups hold more children than are in care")
        for number, (first, end) in enumerate(spans(short, 24, rng)):
            start = want.day(first - (rng.randint(0, 27 - (end - first + 1)) if first == months[0] else 0), 2, 9)
            leaves, kind = self._leaves(end + 1), number % 8 if end - first > 6 else 0
            if kind == 1:  # a placement that did not last a day
                brief = want.day(end - 3)
                self.stay(start, leaves, [(brief, "P", near(rng)), (brief, "P", near(rng))])
            elif kind == 2 and leaves:  # adopted; that the adopters move house (T) is no placement of its own
                ordered, placed = want.day(first + 2), want.day(end - 3)
                moves = [(ordered, "L", {"LS": "E1"}), (placed, "P", {"PLACE": "A4"}),
                         (want.day(end - 1), "T", {"PLACE": "A6"})]  # fmt: skip
                child = self.stay(start, leaves, moves, born=start - rng.randint(40, 900) * DAY, why="E11")
                self.matches.append(
                    {"CHILD": child.child, "DATE_MATCH": placed - 20 * DAY, "FOSTER_CARE": 0, "day": leaves}
                )
            elif kind == 3:
                self.stay(start, leaves, [(want.day(first + 1), "P", near(rng))])
            else:
                self.stay(start, leaves)

    def short_breaks(self, number: int = 18) -> None:
        """Children with a series of short breaks, whom no count takes in."""
        for n in range(number):
            start = self.want.day(self.want.months[0] - 10 + n)
            self.stay(start, None, first={**far(self.rng), "LS": "V4"})

    def write(self, folder: Path, year: int) -> None:
        """The return of the contract year that starts in a year: what was so on 31 March."""
        start, end = date(year, 4, 1), date(year + 1, 3, 31)
        rows = [
            {**row, "DEC": row["DEC"] if closed else None, "REC": row["REC"] if closed else None}
            for child in self.children
            for row in child.episodes
            if row["DECOM"] <= end and (row["DEC"] is None or row["DEC"] >= start)
            for closed in [row["DEC"] is not None and row["DEC"] <= end]
        ]
        there = {row["CHILD"] for row in rows}
        if not there:
            return
        leavers = [row for row in self.leavers if start <= on(row["month"], 1) <= end]
        known = {child.child: child for child in self.children if child.child in there}
        known |= {row["CHILD"]: row["of"] for row in leavers}
        header = [{"CHILD": child.child, "SEX": child.sex, "DOB": child.born} for child in known.values()]
        faulty = dict.fromkeys(rows[0]) | {"RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "U1", "PLACE_PROVIDER": "PR1"}
        rows += [
            rows[3],  # twice
            faulty | {"CHILD": "C99990", "DECOM": end, "DEC": start, "REC": "E8"},  # ends before it starts
            faulty | {"DECOM": start},  # nobody's
            faulty | {"CHILD": "C99991", "DECOM": end + DAY},  # after the year
            faulty | {"CHILD": "C99992", "DECOM": "nope"},
        ]
        write_csv(folder / "ssda903" / "header.csv", header)
        write_csv(folder / "ssda903" / "episodes.csv", rows)
        if leavers:
            write_csv(folder / "ssda903" / "oc3.csv", leavers, leave=("of", "month"))
        if matches := [row for row in self.matches if start <= row["day"] <= end]:
            write_csv(folder / "ssda903" / "ad1.csv", matches, leave=("day",))
