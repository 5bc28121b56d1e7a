"""Members of the indicators of adoption: days from entering care to a new family, and from placement order to match."""

import polars as pl

from ncthelpers.returns.counts import amounts
from ncthelpers.returns.records import Records
from ncthelpers.workingdays import Holidays
from ncthelpers.years import ContractYear

__all__ = ["adoption_a10", "adoption_a2"]

NOT_ENTERED = "no date of entering care"
NOT_MOVED = "no date of moving in with the adopters"
BEFORE_CARE = "moved in before entering care"
NO_ORDER = "no day of a placement order"
NOT_PLACED = "not placed before the adoption order"
NO_MATCH = "no date of the match"


def adoption_a10(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Children adopted in a year, and the days each waited from entering care to moving in with the adopters.

    Parameters
    ----------
    records : Records
        ``adoptions`` of the year.
    year : ContractYear
        The year of the adoption orders.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`: days above, children below, so that the ratio is the mean;
        the day is that of the adoption.

    Notes
    -----
    Rule: domain K14. Where the foster carers adopted, the clock stops on the day that the fostering placement began.
    """
    moved = pl.coalesce("fostered", "placed")
    why = (
        pl.when(pl.col("entered").is_null()).then(pl.lit(NOT_ENTERED))
        .when(moved.is_null()).then(pl.lit(NOT_MOVED))
        .when(moved < pl.col("entered")).then(pl.lit(BEFORE_CARE))
    )  # fmt: skip
    return amounts(_adopted(records, year), "child", "adopted", _days(pl.col("entered"), moved), pl.lit(1.0), why)


def adoption_a2(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Children adopted in a year who had a placement order, and the days from the order to the match with a family.

    Parameters
    ----------
    records : Records
        ``adoptions`` of the year.
    year : ContractYear
        The year of the adoption orders.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`: days above, children below; the day is that of the adoption.

    Notes
    -----
    Rule: domain K15. Nought where the match was before the order. Children without an order are left out, and those not
    placed before the adoption order, which a placement on the day of the order is not (assumed).
    """
    placed_before = (pl.col("placed") < pl.col("adopted")).fill_null(False)
    why = (
        pl.when(pl.col("ordered").is_null()).then(pl.lit(NO_ORDER))
        .when(~placed_before).then(pl.lit(NOT_PLACED))
        .when(pl.col("matched").is_null()).then(pl.lit(NO_MATCH))
    )  # fmt: skip
    waited = _days(pl.col("ordered"), pl.col("matched")).clip(lower_bound=0)
    return amounts(_adopted(records, year), "child", "adopted", waited, pl.lit(1.0), why)


def _adopted(records: Records, year: ContractYear) -> pl.LazyFrame:
    return records["adoptions"].lazy().filter(pl.col("adopted").is_between(year.start, year.end))


def _days(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    return (end - start).dt.total_days()
