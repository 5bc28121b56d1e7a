"""Members of the indicators of child protection: initial conferences in time, and plans that are not a child's first."""

import polars as pl

from ncthelpers.returns.clocks import OUTSIDE, working_days
from ncthelpers.returns.counts import members
from ncthelpers.returns.records import Records
from ncthelpers.workingdays import Holidays
from ncthelpers.years import ContractYear

__all__ = ["icpc_15wd", "repeat_plans"]

TRANSFER_IN = "a conference for a child who moved in with a plan, counted apart"
NO_STRATEGY = "no date of the strategy discussion"
NO_START = "no date on which the plan started"
NO_EARLIER = "not known whether the child had an earlier plan"
BEFORE_STRATEGY = "the conference is before the strategy discussion"
_CONFERENCE_DAYS = 15


def icpc_15wd(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Initial child protection conferences of a year, and which were held within 15 working days of the strategy discussion.

    Parameters
    ----------
    records : Records
        ``section47`` of the year.
    year : ContractYear
        The year that the conferences were held in.
    holidays : Holidays
        Bank holidays of England and Wales.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is that of the conference.

    Notes
    -----
    Rule: domain K04. The clock starts with the strategy discussion that began the section 47 enquiry, which is day 0.
    Conferences for children who moved in with a plan are counted apart.

    Examples
    --------
    >>> from datetime import date
    >>> from ncthelpers.returns.records import TABLES, Cover
    >>> days = [date(2022, 5, 30), date(2022, 5, 31)]
    >>> rows = [{"child": "a", "strategy": date(2022, 5, 9), "conference": day} for day in days]
    >>> table = pl.DataFrame(rows, schema=dict(TABLES["section47"]))
    >>> records = Records({"section47": table}, {"section47": Cover(date(2022, 4, 1), date(2023, 3, 31))})
    >>> holidays = Holidays(frozenset(), date(2022, 1, 1), date(2023, 12, 31))
    >>> icpc_15wd(records, ContractYear("2022-23"), holidays)["numerator"].to_list()
    [1.0, 0.0]
    """
    held = (
        records["section47"]
        .lazy()
        .filter(pl.col("conference").is_between(year.start, year.end))
        .with_columns(took=working_days(pl.col("strategy"), pl.col("conference"), holidays))
    )
    took = pl.col("took")
    why = (
        pl.when(pl.col("transfer_in")).then(pl.lit(TRANSFER_IN))
        .when(pl.col("strategy").is_null()).then(pl.lit(NO_STRATEGY))
        .when(pl.col("conference") < pl.col("strategy")).then(pl.lit(BEFORE_STRATEGY))
        .when(took.is_null()).then(pl.lit(OUTSIDE))
    )  # fmt: skip
    return members(held, "child", "conference", took <= _CONFERENCE_DAYS, why)


def repeat_plans(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Protection plans started in a year, and which were a child's second or a later one.

    Parameters
    ----------
    records : Records
        ``plans`` started in the year, and any earlier ones that are at hand.
    year : ContractYear
        The year that the plans started in.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is the plan's first. A child counts as often as
        a plan started.

    Notes
    -----
    Rule: domain K05. An earlier plan counts however long ago: where the return says how many there were, or where the
    records hold one that started before. Where the return does not say and the records hold none, nobody knows.

    Examples
    --------
    >>> from datetime import date
    >>> from ncthelpers.returns.records import TABLES, Cover
    >>> rows = [{"child": "ab"[before], "started": date(2022, 5, 9), "earlier": before} for before in (0, 1)]
    >>> table = pl.DataFrame(rows, schema=dict(TABLES["plans"]))
    >>> records = Records({"plans": table}, {"plans": Cover(date(2022, 4, 1), date(2023, 3, 31))})
    >>> holidays = Holidays(frozenset(), date(2022, 1, 1), date(2023, 12, 31))
    >>> repeat_plans(records, ContractYear("2022-23"), holidays)["numerator"].to_list()
    [0.0, 1.0]
    """
    known = pl.col("child").is_not_null()  # those of no known child are not one child's
    plans = records["plans"].lazy().with_columns(first=pl.when(known).then(pl.col("started").min().over("child")))
    started = plans.filter(pl.col("started").is_between(year.start, year.end).fill_null(True))
    later = (pl.col("earlier") > 0).fill_null(False) | (pl.col("first") < pl.col("started")).fill_null(False)
    why = (
        pl.when(pl.col("started").is_null()).then(pl.lit(NO_START))
        .when(pl.col("earlier").is_null() & ~later).then(pl.lit(NO_EARLIER))
    )  # fmt: skip
    return members(started, "child", "started", later, why)
