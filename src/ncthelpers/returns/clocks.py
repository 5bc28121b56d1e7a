"""Clocks over whole columns: working days and hours, days due, calendar months back, ages."""

from datetime import date

import polars as pl

from ncthelpers.workingdays import Holidays

__all__ = ["working_days", "working_time", "due", "months_later", "age_on", "birthday", "month_ends", "OUTSIDE"]

_DAY = pl.duration(days=1)
OUTSIDE = "a date is outside the years of the list of bank holidays"


def working_days(start: pl.Expr, end: pl.Expr, holidays: Holidays) -> pl.Expr:
    """How many working days lie after one day, up to and with another: day 0 is the start, as in :mod:`~ncthelpers.workingdays`.

    Parameters
    ----------
    start, end : polars.Expr
        Columns of days.
    holidays : Holidays
        Bank holidays; where either day is outside their years the result is empty, never a guess.

    Returns
    -------
    polars.Expr
        Whole working days; below nought where the end is before the start; empty where a day is.

    Notes
    -----
    Rule: domain "working days": a < d <= b, Monday to Friday, no bank holiday of England and Wales.

    Examples
    --------
    >>> holidays = Holidays(frozenset({date(2021, 4, 2), date(2021, 4, 5)}), date(2021, 1, 1), date(2021, 12, 31))
    >>> days = pl.DataFrame({"a": [date(2021, 4, 1)] * 2, "b": [date(2021, 4, 6), date(2022, 1, 4)]})
    >>> days.select(working_days(pl.col("a"), pl.col("b"), holidays))["a"].to_list()
    [1, None]
    """
    # polars counts the first day and not the last
    return pl.when(_covered(start, holidays) & _covered(end, holidays)).then(
        pl.business_day_count(start + _DAY, end + _DAY, holidays=sorted(holidays.days))
    )


def _covered(day: pl.Expr, holidays: Holidays) -> pl.Expr:
    return day.is_between(holidays.first, holidays.last)


def working_time(start: pl.Expr, end: pl.Expr, holidays: Holidays) -> pl.Expr:
    """The time between two moments, hours of days that are no working day not counted.

    Parameters
    ----------
    start, end : polars.Expr
        Columns of moments.
    holidays : Holidays
        Bank holidays, as of :func:`working_days`.

    Returns
    -------
    polars.Expr
        A duration; empty where a moment is, or lies outside the years of the list.

    Notes
    -----
    Rule (assumed, where a contract says "working hours" and no more): a working day has 24 hours, from midnight to
    midnight; what comes in at a weekend starts the clock when the next working day begins.

    Examples
    --------
    From Friday noon to Monday noon, and from Saturday noon:

    >>> from datetime import datetime
    >>> holidays = Holidays(frozenset({date(2022, 1, 3)}), date(2022, 1, 1), date(2022, 12, 31))
    >>> friday, saturday, monday = (datetime(2022, 3, day, 12) for day in (4, 5, 7))
    >>> times = pl.DataFrame({"a": [friday, saturday], "b": [monday, monday]})
    >>> times.select(hours=working_time(pl.col("a"), pl.col("b"), holidays).dt.total_hours())["hours"].to_list()
    [24, 12]
    """
    free = sorted(holidays.days)

    def since_midnight(moment: pl.Expr) -> pl.Expr:
        return (
            pl.when(moment.dt.is_business_day(holidays=free))
            .then(moment - moment.dt.truncate("1d"))
            .otherwise(pl.duration())
        )

    first, last = start.dt.date(), end.dt.date()
    whole = pl.duration(days=pl.business_day_count(first, last, holidays=free))  # the first day with all its hours
    return pl.when(_covered(first, holidays) & _covered(last, holidays)).then(
        whole - since_midnight(start) + since_midnight(end)
    )


def due(start: pl.Expr, days: int, holidays: Holidays) -> pl.Expr:
    """The day on which a clock of one working day or more runs out: the last that is still in time.

    Parameters
    ----------
    start : polars.Expr
        A column of days, each day 0 of its clock, also where it is no working day.
    days : int
        Working days, one or more.
    holidays : Holidays
        Bank holidays, as of :func:`working_days`.

    Returns
    -------
    polars.Expr
        Days; empty where the start is, or where the clock leaves the years of the list.

    Notes
    -----
    Rule: as of :func:`ncthelpers.workingdays.due`.

    Examples
    --------
    From a Saturday:

    >>> holidays = Holidays(frozenset({date(2022, 1, 3)}), date(2022, 1, 1), date(2022, 12, 31))
    >>> pl.select(due(pl.lit(date(2022, 1, 29)), 15, holidays)).item()
    datetime.date(2022, 2, 18)
    """
    ends = start.dt.add_business_days(days, holidays=sorted(holidays.days), roll="backward")
    return pl.when(_covered(start, holidays) & _covered(ends, holidays)).then(ends)


def months_later(day: pl.Expr, months: int) -> pl.Expr:
    """The same day of the month some calendar months later, or before where the number is below nought.

    Notes
    -----
    Rule: 29 February and a year is 28 February (domain, "rolling 12 months").

    Examples
    --------
    >>> pl.select(months_later(pl.lit(date(2024, 2, 29)), 12)).item()
    datetime.date(2025, 2, 28)
    """
    return day.dt.offset_by(f"{months}mo")


def age_on(born: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Age in whole years on a day: a child turns a year older on the birthday.

    Notes
    -----
    A child born on 29 February turns a year older on 1 March of other years.

    Examples
    --------
    >>> pl.select(age_on(pl.lit(date(2006, 4, 1)), pl.lit(date(2022, 3, 31)))).item()
    15
    """
    return day.dt.year() - born.dt.year() - (_in_year(day) < _in_year(born)).cast(pl.Int32)


def birthday(born: pl.Expr, age: pl.Expr | int) -> pl.Expr:
    """The day on which an age is reached, as of :func:`age_on`.

    Notes
    -----
    Rule: one born on 29 February reaches it on 1 March where the year has no such day.

    Examples
    --------
    >>> pl.select(birthday(pl.lit(date(2004, 2, 29)), 18)).item()
    datetime.date(2022, 3, 1)
    """
    return pl.date(born.dt.year() + age, born.dt.month(), 1) + pl.duration(days=born.dt.day() - 1)


def _in_year(day: pl.Expr) -> pl.Expr:
    return day.dt.month().cast(pl.Int32) * 100 + day.dt.day()  # a month alone is held in eight bits


def month_ends(first: date, last: date) -> list[date]:
    """The last days of the months that end from one day to another.

    Examples
    --------
    >>> month_ends(date(2022, 1, 1), date(2022, 3, 30))
    [datetime.date(2022, 1, 31), datetime.date(2022, 2, 28)]
    """
    ends = pl.date_range(first, last, "1d", eager=True)
    return ends.filter(ends == ends.dt.month_end()).to_list()
