"""Members of the indicators of complaints: answered in time at stage 1, and stage 2 beside stage 1."""

import polars as pl

from ncthelpers.returns.clocks import OUTSIDE, due, working_days
from ncthelpers.returns.counts import amounts, members
from ncthelpers.returns.records import Records
from ncthelpers.workingdays import Holidays
from ncthelpers.years import ContractYear

__all__ = ["complaints_10wd", "complaints_20wd", "stage_2_share"]

NO_STAGE = "no stage"
NO_RECEIPT = "no date of receipt"
CLARIFIED_BEFORE = "clarified before it was received"
ANSWERED_BEFORE = "answered before it was received or last clarified"
UNANSWERED = "no answer yet, and its time had not run out by the last day of the records"


def complaints_10wd(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Complaints at stage 1 that were due in a year, and which were answered within 10 working days.

    Parameters
    ----------
    records : Records
        ``complaints`` received in the year and in the weeks before it, of which some are due in it.
    year : ContractYear
        The year in which the working days ended.
    holidays : Holidays
        Bank holidays of England and Wales.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is the last that was in time, whenever the answer
        came.

    Notes
    -----
    Rule: domain K16; SI 2006/1738 regulation 14. The clock starts with receipt, or with the last clarification where
    there was one; that day is day 0. A complaint whose time was extended is in both measures as any other. One without
    an answer is late once more working days have gone by than allowed, on the last day that the records tell of; until
    then it is left out, since nobody knows yet.

    Examples
    --------
    >>> from datetime import date
    >>> from ncthelpers.returns.records import TABLES, Cover
    >>> rows = [{"complaint": "1", "stage": 1, "received": date(2022, 5, 9), "responded": date(2022, 5, 24)}]
    >>> table = pl.DataFrame(rows, schema=dict(TABLES["complaints"]))
    >>> records = Records({"complaints": table}, {"complaints": Cover(date(2022, 3, 1), date(2023, 3, 31))})
    >>> holidays = Holidays(frozenset(), date(2022, 1, 1), date(2023, 12, 31))
    >>> complaints_10wd(records, ContractYear("2022-23"), holidays).select("day", "numerator", "denominator").rows()
    [(datetime.date(2022, 5, 23), 0.0, 1.0)]
    """
    return _answered_within(10, records, year, holidays)


def complaints_20wd(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Complaints at stage 1 whose 20 working days ended in a year, and which were answered within them.

    Parameters, returns and rule are those of :func:`complaints_10wd`, with 20 working days.
    """
    return _answered_within(20, records, year, holidays)


def _answered_within(days: int, records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    last = pl.lit(records.last("complaints"), dtype=pl.Date)
    took = working_days(pl.col("start"), pl.col("responded").fill_null(last), holidays)
    of_year = pl.coalesce("due", "start").is_between(
        year.start, year.end
    )  # where nobody can say when it is due, its start
    first_stage = (
        records["complaints"].lazy()
        .filter((pl.col("stage") == 1).fill_null(True))
        .with_columns(start=pl.when(pl.col("received").is_not_null()).then(pl.coalesce("clarified", "received")))
        .with_columns(due=due(pl.col("start"), days, holidays))
        .filter(of_year.fill_null(True))
    )  # fmt: skip
    why = (
        pl.when(pl.col("stage").is_null()).then(pl.lit(NO_STAGE))
        .when(pl.col("received").is_null()).then(pl.lit(NO_RECEIPT))
        .when(pl.col("clarified") < pl.col("received")).then(pl.lit(CLARIFIED_BEFORE))
        .when(pl.col("responded") < pl.col("start")).then(pl.lit(ANSWERED_BEFORE))
        .when(pl.col("due").is_null() | took.is_null()).then(pl.lit(OUTSIDE))
        .when(pl.col("responded").is_null() & (took <= days)).then(pl.lit(UNANSWERED))
    )  # fmt: skip
    return members(first_stage, "complaint", "due", took <= days, why)


def stage_2_share(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Investigations at stage 2 that started in a year, and complaints at stage 1 that were received in it.

    Parameters
    ----------
    records : Records
        ``complaints`` of the year, one row a stage.
    year : ContractYear
        The year.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`: a complaint at stage 1 is in the denominator only, an
        investigation at stage 2 in the numerator only.

    Notes
    -----
    Rule: domain K17. The day is that on which the complaint came, or its stage 2 started, and not that of a
    clarification. The two are not the same complaints, so the quotient is no share of anything and can pass 100 per
    cent.

    Examples
    --------
    >>> from datetime import date
    >>> from ncthelpers.returns.records import TABLES, Cover
    >>> rows = [{"complaint": "1", "stage": stage, "received": date(2022, 5, 9)} for stage in (1, 2)]
    >>> table = pl.DataFrame(rows, schema=dict(TABLES["complaints"]))
    >>> records = Records({"complaints": table}, {"complaints": Cover(date(2022, 4, 1), date(2023, 3, 31))})
    >>> holidays = Holidays(frozenset(), date(2022, 1, 1), date(2023, 12, 31))
    >>> stage_2_share(records, ContractYear("2022-23"), holidays).select("numerator", "denominator").rows()
    [(0.0, 1.0), (1.0, 0.0)]
    """
    of_year = pl.col("received").is_between(year.start, year.end).fill_null(True)
    rows = records["complaints"].lazy().filter(of_year & pl.col("stage").is_in([1, 2]).fill_null(True))
    why = (
        pl.when(pl.col("stage").is_null()).then(pl.lit(NO_STAGE))
        .when(pl.col("received").is_null()).then(pl.lit(NO_RECEIPT))
    )  # fmt: skip
    return amounts(rows, "complaint", "received", pl.col("stage") == 2, pl.col("stage") == 1, why)
