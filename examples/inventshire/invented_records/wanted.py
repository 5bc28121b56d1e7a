"""What the invented records must give: the counts of the trust's KPIs, the days there are, and the dice."""

import csv
import random
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ncthelpers.workingdays import Holidays

DAY = timedelta(days=1)
YEAR = 12  # months


# Months are numbered from the year nought; a day between the 2nd and the 27th is in every month.
def month_of(day: date) -> int:
    """Number of a day's month."""
    return day.year * 12 + day.month - 1


def on(month: int, day: int) -> date:
    """A day of a month."""
    return date(month // 12, month % 12 + 1, day)


def last(month: int) -> date:
    """The last day of a month."""
    return on(month + 1, 1) - DAY


@dataclass(frozen=True)
class Wanted:
    """What is to be counted.

    Parameters
    ----------
    months : range
        The months of every year with values.
    counts : mapping
        By KPI and month, numerator and denominator.
    working : list of date
        Working days, in order.
    rng : random.Random
        The dice.
    """

    months: range
    counts: Mapping[tuple[str, int], tuple[int, int]]
    working: Sequence[date]
    rng: random.Random

    def of(self, kpi: str, month: int) -> tuple[int, int]:
        """Numerator and denominator of a KPI in a month, or in the month with values that is nearest to it."""
        return self.counts[kpi, min(max(month, self.months[0]), self.months[-1])]

    def years(self, before: int = 0) -> list[int]:
        """The calendar years in which the contract years of the months start, and some before."""
        return list(range(self.months[0] // YEAR - before, self.months[-1] // YEAR))

    def day(self, month: int, first: int = 2, to: int = 27) -> date:
        """Any day of a month."""
        return on(month, self.rng.randint(first, to))

    def working_day(self, month: int, to: int = 31) -> date:
        """Any working day of a month, up to a day of it."""
        first = bisect_left(self.working, on(month, 1))
        end = bisect_right(self.working, min(last(month), on(month, 1) + (to - 1) * DAY))
        return self.working[self.rng.randrange(first, end)]

    def later(self, day: date, by: int) -> date:
        """The day some working days, one or more, after a day."""
        return self.working[bisect_right(self.working, day) + by - 1]

    def earlier(self, day: date, by: int) -> date:
        """The working day some working days before a working day."""
        return self.working[bisect_left(self.working, day) - by]

    def between(self, first: date, end: date) -> date:
        """Any day from one to another."""
        return first + self.rng.randint(0, (end - first).days) * DAY


def wanted(root: Path, seed: int) -> Wanted:
    """The values of every year of a root, and its working days."""
    counts = {}
    for file in sorted((root / "data").glob("*/kpi_values.csv")):
        with file.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                year, month = map(int, row["period"].split("-"))
                counts[row["kpi"], year * 12 + month - 1] = int(row["numerator"]), int(row["denominator"])
    months = sorted({month for _, month in counts})
    with (root / "data" / "reference" / "bank_holidays.csv").open(encoding="utf-8", newline="") as rows:
        free = frozenset(date.fromisoformat(row["day"]) for row in csv.DictReader(rows))
    listed = Holidays(free, date(min(free).year, 1, 1), date(max(free).year, 12, 31))
    span = (listed.last - listed.first).days + 1
    days = (listed.first + n * DAY for n in range(span))
    working = [day for day in days if listed.is_working_day(day)]
    return Wanted(range(months[0], months[-1] + 1), counts, working, random.Random(seed))


def spans(numbers: Mapping[int, int], longest: int, rng: random.Random) -> list[tuple[int, int]]:
    """First and last months of stays, none longer than so many months, such that each month has as many as given."""
    open_: list[tuple[int, int]] = []  # the month it is meant to end, and the one it began
    done, first_of_all = [], next(iter(numbers))
    for month, number in numbers.items():
        open_.sort()
        gone = max(sum(end < month for end, _ in open_), len(open_) - number)
        done += [(first, month - 1) for _, first in open_[:gone]]
        shortest = 1 if month == first_of_all else min(4, longest)  # those there at first came at any time before
        come = [(month + rng.randint(shortest, longest) - 1, month) for _ in range(number - len(open_) + gone)]
        open_ = [*open_[gone:], *come]
    return done + [(first, month) for _, first in open_]


def write_csv(path: Path, rows: Sequence[Mapping], leave: Sequence[str] = ()) -> None:
    """Rows as a CSV file with days as councils write them: 31/12/1999."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [name for name in rows[0] if name not in leave]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(
            [row[n].strftime("%d/%m/%Y") if isinstance(row[n], date) else row[n] for n in names] for row in rows
        )
