"""Members of the indicators of social workers: vacancies, agency, and caseloads above their target, on a day."""

import polars as pl

from ncthelpers.returns.counts import amounts, members
from ncthelpers.returns.records import Records
from ncthelpers.workingdays import Holidays
from ncthelpers.years import ContractYear

__all__ = ["sw_vacancy_rate", "sw_agency_rate", "caseload_above_target"]

Reasons = pl.expr.whenthen.Then | pl.expr.whenthen.ChainedThen  # a chain that takes more
NO_DAY = "no day on which it was so"
NOT_MONTH_END = "a day that is not the last of a month"
NOT_QUALIFIED = "not a qualified social worker"
QUALIFIED_UNKNOWN = "not known whether a qualified social worker"
AGENCY_UNKNOWN = "not known whether an agency worker"
NO_FTE = "no full-time equivalent"
AGENCY = "an agency worker, whose post counts as vacant"
NO_VACANCIES = "vacancies are not told of in full on that day"
NO_WORKERS = "social workers are not told of on that day"
NO_CASELOAD = "no number of cases"
HOLDS_NONE = "holds no cases"
NO_TARGET = "no target for the worker's grade"


def sw_vacancy_rate(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Vacancies of social workers, and vacancies and social workers in post together, in full-time equivalents.

    Parameters
    ----------
    records : Records
        ``workers`` and ``vacancies`` on one or more days.
    year : ContractYear
        The year that the days lie in.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; a worker in post adds to the denominator, a vacancy, which
        has no id, to both.

    Notes
    -----
    Rule: domain K11, on the last day of a month. Gross: a post covered by agency staff is vacant, so agency workers are
    in neither. A day on which only one of the two is told of has no rate: no row of vacancies is not nil, which is a
    row of nought, nor is a row without a number.
    """
    workers, vacancies = _of_year(records, "workers", year), _of_year(records, "vacancies", year)
    of_vacancies = vacancies.group_by("day").agg(vacancies_told=pl.col("fte").is_not_null().all())
    of_workers = workers.group_by("day").agg(workers_told=_not_counted().is_null().any())
    in_post = amounts(
        workers.join(of_vacancies, on="day", how="left"),
        "worker", "day", pl.lit(0.0), pl.col("fte"),
        _not_counted()
        .when(pl.col("agency")).then(pl.lit(AGENCY))
        .when(~pl.col("vacancies_told").fill_null(False)).then(pl.lit(NO_VACANCIES)),
    )  # fmt: skip
    vacant = amounts(
        vacancies.join(of_vacancies, on="day", how="left").join(of_workers, on="day", how="left")
        .with_columns(nobody=pl.lit(None, dtype=pl.String)),
        "nobody", "day", pl.col("fte"), pl.col("fte"),
        _no_such_day()
        .when(pl.col("fte").is_null()).then(pl.lit(NO_FTE))
        .when(~pl.col("vacancies_told")).then(pl.lit(NO_VACANCIES))
        .when(~pl.col("workers_told").fill_null(False)).then(pl.lit(NO_WORKERS)),
    )  # fmt: skip
    return pl.concat([in_post, vacant])


def sw_agency_rate(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Agency social workers, and agency social workers and those in post together, in full-time equivalents.

    Parameters
    ----------
    records : Records
        ``workers`` on one or more days.
    year : ContractYear
        The year that the days lie in.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`.

    Notes
    -----
    Rule: domain K12, on the last day of a month: a share of the people who work, not of the posts.

    Examples
    --------
    >>> from datetime import date
    >>> from ncthelpers.returns.records import TABLES, Cover
    >>> rows = [
    ...     {"worker": name, "day": date(2022, 9, 30), "agency": agency, "fte": 0.8, "qualified": True}
    ...     for name, agency in (("a", True), ("b", False))
    ... ]
    >>> table = pl.DataFrame(rows, schema=dict(TABLES["workers"]))
    >>> records = Records({"workers": table}, {"workers": Cover(date(2022, 9, 30), date(2022, 9, 30))})
    >>> holidays = Holidays(frozenset(), date(2022, 1, 1), date(2023, 12, 31))
    >>> sw_agency_rate(records, ContractYear("2022-23"), holidays).select("numerator", "denominator").rows()
    [(0.8, 0.8), (0.0, 0.8)]
    """
    agency = pl.when("agency").then("fte").otherwise(0.0)
    return amounts(_of_year(records, "workers", year), "worker", "day", agency, pl.col("fte"), _not_counted())


def caseload_above_target(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Qualified social workers who hold cases, and which of them hold more than the target of their grade.

    Parameters
    ----------
    records : Records
        ``workers`` on one or more days, with cases and target.
    year : ContractYear
        The year that the days lie in.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; each worker counts as one, however short the hours.

    Notes
    -----
    Rule: domain K13, on the last day of a month. As many cases as the target is not above it. Assumed: an agency worker
    counts as any other, since the cases are held.
    """
    why = (
        _not_qualified()
        .when(pl.col("fte").fill_null(0) <= 0).then(pl.lit(NO_FTE))
        .when(pl.col("cases").is_null()).then(pl.lit(NO_CASELOAD))
        .when(pl.col("cases") <= 0).then(pl.lit(HOLDS_NONE))
        .when(pl.col("target").is_null()).then(pl.lit(NO_TARGET))
    )  # fmt: skip
    return members(_of_year(records, "workers", year), "worker", "day", pl.col("cases") > pl.col("target"), why)


def _of_year(records: Records, table: str, year: ContractYear) -> pl.LazyFrame:
    """Rows of a year; those without a day too, since they may be of it."""
    return records[table].lazy().filter(pl.col("day").is_between(year.start, year.end).fill_null(True))


def _no_such_day() -> Reasons:
    """Why the day of a row is none that an indicator is counted on; more reasons may be added to it."""
    return (
        pl.when(pl.col("day").is_null()).then(pl.lit(NO_DAY))
        .when(pl.col("day") != pl.col("day").dt.month_end()).then(pl.lit(NOT_MONTH_END))
    )  # fmt: skip


def _not_qualified() -> Reasons:
    return (
        _no_such_day()
        .when(~pl.col("qualified")).then(pl.lit(NOT_QUALIFIED))
        .when(pl.col("qualified").is_null()).then(pl.lit(QUALIFIED_UNKNOWN))
    )  # fmt: skip


def _not_counted() -> Reasons:
    return (
        _not_qualified()
        .when(pl.col("agency").is_null()).then(pl.lit(AGENCY_UNKNOWN))
        .when(pl.col("fte").is_null()).then(pl.lit(NO_FTE))
    )  # fmt: skip
