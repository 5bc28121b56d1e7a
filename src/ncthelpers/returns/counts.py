"""From the members of an indicator to its numerator and denominator by month, for the year to date, and on a day."""

from collections.abc import Sequence

import polars as pl

from ncthelpers.years import ContractYear

__all__ = ["MEMBER", "COUNTS", "MONTH", "YEAR_TO_DATE", "SNAPSHOT", "SERIES", "members", "amounts", "counts"]

MONTH, YEAR_TO_DATE, SNAPSHOT = "month", "year to date", "snapshot"
SERIES = (MONTH, YEAR_TO_DATE, SNAPSHOT)
# who: the child, worker or complaint; day: what places it in a month; left_out: why it counts in neither, if it does not
MEMBER = {"who": pl.String, "day": pl.Date, "numerator": pl.Float64, "denominator": pl.Float64, "left_out": pl.String}
COUNTS = {"series": pl.String, "period": pl.String, "numerator": pl.Float64, "denominator": pl.Float64}


def members(
    rows: pl.DataFrame | pl.LazyFrame, who: str, day: str, met: pl.Expr, left_out: pl.Expr | None = None
) -> pl.DataFrame:
    """The members of an indicator that counts heads: one in the denominator each, and one in the numerator where met.

    Parameters
    ----------
    rows : polars.DataFrame or polars.LazyFrame
        One row a member.
    who, day : str
        Its columns: whom it is about, and the day that places it in a month.
    met : polars.Expr
        Whether it is in the numerator; empty counts as not met.
    left_out : polars.Expr, optional
        Why it is in neither, in words; empty for those that count.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`MEMBER`.

    Examples
    --------
    >>> from datetime import date
    >>> rows = pl.DataFrame({"child": ["a", "b"], "held": [date(2022, 4, 1)] * 2, "days": [15, 16]})
    >>> members(rows, "child", "held", pl.col("days") <= 15)["numerator"].to_list()
    [1.0, 0.0]
    """
    return amounts(rows, who, day, met.fill_null(False).cast(pl.Float64), pl.lit(1.0), left_out)


def amounts(
    rows: pl.DataFrame | pl.LazyFrame,
    who: str,
    day: str,
    numerator: pl.Expr,
    denominator: pl.Expr,
    left_out: pl.Expr | None = None,
) -> pl.DataFrame:
    """The members of an indicator that adds amounts up: full-time equivalents, days, or heads of one part only.

    Parameters
    ----------
    rows : polars.DataFrame or polars.LazyFrame
        One row a member.
    who, day : str
        As of :func:`members`.
    numerator, denominator : polars.Expr
        What a member adds to each.
    left_out : polars.Expr, optional
        As of :func:`members`; a member left out adds nought to both.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`MEMBER`.

    Examples
    --------
    >>> from datetime import date
    >>> staff = {"worker": ["a", "b"], "day": [date(2022, 9, 30)] * 2, "fte": [1.0, 0.6], "agency": [True, False]}
    >>> rows = pl.DataFrame(staff)
    >>> amounts(rows, "worker", "day", pl.col("fte") * pl.col("agency"), pl.col("fte"))["numerator"].to_list()
    [1.0, 0.0]
    """
    why = pl.lit(None, dtype=pl.String) if left_out is None else left_out
    inside = pl.col("left_out").is_null()
    return (
        rows.lazy()
        .select(who=who, day=day, numerator=numerator, denominator=denominator, left_out=why)
        .with_columns(
            pl.when(inside).then(pl.col(c)).otherwise(0.0).cast(pl.Float64) for c in ("numerator", "denominator")
        )
        .collect()
    )


def _label(day: pl.Expr) -> pl.Expr:
    return day.dt.strftime("%Y-%m")


def counts(rows: pl.DataFrame, series: Sequence[str], year: ContractYear) -> pl.DataFrame:
    """Numerator and denominator of an indicator by period.

    Parameters
    ----------
    rows : polars.DataFrame
        Its members (:data:`MEMBER`) of a contract year; others of another year are not counted.
    series : sequence of str
        Which of :data:`SERIES` are wanted: months, the year to date at the end of each month, or days (``snapshot``,
        each named by its month).
    year : ContractYear
        The year.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`COUNTS`, in the order of ``series`` and of time. A month without a member has nought of both;
        a snapshot is there only for a day that has a member.

    Notes
    -----
    Rule: a year's ratio is the sum of numerators by the sum of denominators, never the mean of monthly percentages.

    Examples
    --------
    >>> from datetime import date
    >>> rows = pl.DataFrame({"child": ["a", "b"], "held": [date(2022, 4, 1), date(2022, 6, 2)], "late": [False, True]})
    >>> found = counts(members(rows, "child", "held", ~pl.col("late")), [YEAR_TO_DATE], ContractYear("2022-23"))
    >>> found.head(3).select("period", "numerator", "denominator").rows()
    [('2022-04', 1.0, 1.0), ('2022-05', 1.0, 1.0), ('2022-06', 1.0, 2.0)]
    """
    counted = rows.filter(pl.col("left_out").is_null() & pl.col("day").is_between(year.start, year.end))
    parts_of = pl.col("numerator", "denominator")
    by_day = counted.group_by("day").agg(parts_of.sum())  # a day is quicker to group by than its label
    # rounded, for a sum of fractions would otherwise depend on the order in which threads add them up
    by_month = by_day.group_by(period=_label(pl.col("day"))).agg(parts_of.sum().round(6))
    months = pl.DataFrame({"period": pl.date_range(year.start, year.end, "1mo", eager=True).dt.strftime("%Y-%m")})
    full = months.join(by_month, on="period", how="left", maintain_order="left").with_columns(
        pl.col("numerator", "denominator").fill_null(0.0)
    )
    of = {
        MONTH: full,
        YEAR_TO_DATE: full.with_columns(pl.col("numerator", "denominator").cum_sum()),
        SNAPSHOT: by_month.sort("period"),
    }
    parts = [of[name].select(pl.lit(name).alias("series"), "period", "numerator", "denominator") for name in series]
    return pl.concat(parts) if parts else pl.DataFrame(schema=COUNTS)
