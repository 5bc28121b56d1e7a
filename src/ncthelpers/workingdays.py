"""Working days in England and Wales: counted, and the day on which a clock in working days runs out.

No function needs a rule of its own for a clock that starts at a weekend: the start is day 0, whichever day it is, so
the first working day after it is day 1; and counted back from a meeting, the meeting's day is day 0.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["Holidays", "working_days", "due", "working_days_before", "clear_days_before", "months_before"]

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Holidays:
    """The bank holidays of some whole years. A day of any other year is refused: nobody said that it is none.

    Parameters
    ----------
    days : frozenset of date
        The bank holidays.
    first, last : date
        First and last day that the list covers.

    Examples
    --------
    >>> holidays = Holidays.of([date(2021, 4, 2), date(2021, 4, 5)])
    >>> holidays.is_working_day(date(2021, 4, 5)), holidays.is_working_day(date(2021, 4, 6))
    (False, True)
    >>> holidays.is_working_day(date(2022, 4, 5))
    Traceback (most recent call last):
        ...
    ValueError: 2022-04-05 is outside the years that the bank holidays cover, 2021-01-01 to 2021-12-31
    """

    days: frozenset[date]
    first: date
    last: date

    @classmethod
    def of(cls, bank_holidays: Iterable[date]) -> "Holidays":
        """Those of every year from the first day listed to the last: the column ``day`` of the table ``bank_holidays``.

        Raises
        ------
        ValueError
            If there is none: no year is covered then.
        """
        days = frozenset(bank_holidays)
        if not days:
            raise ValueError("no bank holiday is given, so no year is covered")
        return cls(days, date(min(days).year, 1, 1), date(max(days).year, 12, 31))

    def is_working_day(self, day: date) -> bool:
        """Whether a day is from Monday to Friday and no bank holiday.

        Raises
        ------
        ValueError
            If the list does not cover the day.
        """
        if not self.first <= day <= self.last:
            raise ValueError(f"{day} is outside the years that the bank holidays cover, {self.first} to {self.last}")
        return day.weekday() < _SATURDAY and day not in self.days


def working_days(start: date, end: date, holidays: Holidays) -> int:
    """How many working days lie after a day, up to and with another.

    Parameters
    ----------
    start : date
        Day 0, counted in no case.
    end : date
        The last day counted.
    holidays : Holidays
        Bank holidays of the years between them.

    Returns
    -------
    int
        Working days; none from a day to itself.

    Raises
    ------
    ValueError
        If the end is before the start, or the list of bank holidays does not cover both.

    Notes
    -----
    Rule: a period of working days excludes the day of the event that starts it; "within 5 working days" is 5 or fewer.

    Examples
    --------
    Good Friday and Easter Monday lie between these two days of 2021:

    >>> holidays = Holidays(frozenset({date(2021, 4, 2), date(2021, 4, 5)}), date(2021, 1, 1), date(2021, 12, 31))
    >>> working_days(date(2021, 4, 1), date(2021, 4, 6), holidays)
    1
    """
    if end < start:
        raise ValueError(f"{end} is before {start}")
    holidays.is_working_day(start)  # refuses a start outside the years of the list, though it is not counted
    return sum(holidays.is_working_day(start + n * _DAY) for n in range(1, (end - start).days + 1))


def due(start: date, days: int, holidays: Holidays) -> date:
    """The day on which a clock of some working days runs out.

    Parameters
    ----------
    start : date
        Day 0, on which the clock starts; also a day that is no working day.
    days : int
        Working days, nought or more.
    holidays : Holidays
        Bank holidays of the years from the start on.

    Returns
    -------
    date
        The last working day that is still in time; the start itself for a clock of no days.

    Raises
    ------
    ValueError
        If the number of days is negative, or the clock runs beyond the years that the list of bank holidays covers.

    Notes
    -----
    Rule: as of :func:`working_days`, which gives the same number from the start to the day due.

    Examples
    --------
    From a Saturday the Monday after it is day 1:

    >>> holidays = Holidays(frozenset({date(2022, 1, 3)}), date(2022, 1, 1), date(2022, 12, 31))
    >>> due(date(2022, 1, 29), 1, holidays), due(date(2022, 1, 29), 15, holidays)
    (datetime.date(2022, 1, 31), datetime.date(2022, 2, 18))
    """
    if days < 0:
        raise ValueError(f"a clock of {days} working days cannot run")
    holidays.is_working_day(start)
    day = start
    while days:
        day += _DAY
        days -= holidays.is_working_day(day)
    return day


def working_days_before(end: date, days: int, holidays: Holidays) -> date:
    """The last day that is some working days before another: a notice given then is given in time.

    Parameters
    ----------
    end : date
        Day 0, such as the day of a meeting; counted in no case.
    days : int
        Working days, one or more.
    holidays : Holidays
        Bank holidays of the years up to the end.

    Raises
    ------
    ValueError
        If the number of days is none, or the count leaves the years that the list of bank holidays covers.

    Notes
    -----
    Rule: as of :func:`working_days`, which gives the same number from the day found to the end where that is a working day.

    Examples
    --------
    From a Thursday over a weekend, five working days back:

    >>> holidays = Holidays(frozenset({date(2022, 1, 3)}), date(2022, 1, 1), date(2022, 12, 31))
    >>> working_days_before(date(2022, 3, 17), 5, holidays)
    datetime.date(2022, 3, 10)
    """
    if days < 1:
        raise ValueError(f"a notice of {days} working days cannot be given")
    holidays.is_working_day(end)
    day = end
    while days:
        day -= _DAY
        days -= holidays.is_working_day(day)
    return day


def clear_days_before(meeting: date, days: int, holidays: Holidays) -> date:
    """The last day on which an agenda can be published some clear days before a meeting.

    Parameters
    ----------
    meeting : date
        The day of the meeting.
    days : int
        Clear days, one or more.
    holidays : Holidays
        Bank holidays of the years up to the meeting.

    Raises
    ------
    ValueError
        As :func:`working_days_before`.

    Notes
    -----
    Rule: Local Government Act 1972, sections 100A and 100B, as amended for principal councils in England by SI 2002/715: five
    clear days. Neither the day of publication nor the day of the meeting is a clear day. The Act does not say which days
    between them count; as councils do (R v Swansea City Council ex parte Elitestone, 1993), weekends and bank holidays
    are not counted, which is the earlier and so the safer day.

    Examples
    --------
    For a meeting on a Thursday, the five days are Wednesday back to Thursday, so the agenda is out on the Wednesday before:

    >>> holidays = Holidays(frozenset({date(2022, 1, 3)}), date(2022, 1, 1), date(2022, 12, 31))
    >>> clear_days_before(date(2022, 3, 17), 5, holidays)
    datetime.date(2022, 3, 9)
    """
    return working_days_before(meeting, days + 1, holidays)


def months_before(day: date, months: int) -> date:
    """The day of the same number some calendar months earlier; the last of a month that has no day of that number.

    Notes
    -----
    Rule: a month of notice is a calendar month, counted to the corresponding date.

    Examples
    --------
    >>> months_before(date(2022, 5, 31), 3), months_before(date(2022, 1, 15), 2)
    (datetime.date(2022, 2, 28), datetime.date(2021, 11, 15))
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
