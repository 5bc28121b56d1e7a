"""Members of the indicators of placements: many moves, long stays with the same carers, and distance from home."""

import polars as pl

from ncthelpers.returns.clocks import birthday, months_later
from ncthelpers.returns.counts import members
from ncthelpers.returns.records import Records
from ncthelpers.returns.spells import FOR_ADOPTION, open_in, open_on, snapshots, spells
from ncthelpers.workingdays import Holidays
from ncthelpers.years import ContractYear

__all__ = ["three_placements", "long_term_stability", "distance_20_miles", "distance_not_known"]

NO_BIRTH = "no date of birth"
GROWN = "aged 16 or over on the day"
NOT_LONG = "in care for less than two and a half years on the day"
_YEAR, _LONG_CARE, _LONG_STAY = 12, 30, 24  # months
_TOO_OLD = 16
_MILES = 20


def three_placements(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Children in care at the end of each month, and which had three or more placements in the 12 months to it.

    Parameters
    ----------
    records : Records
        ``episodes`` of the year, and of the year before for the months before March.
    year : ContractYear
        The year whose months are looked at; those that the episodes do not tell of are left away.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is the last of a month, so a child counts once for
        each.

    Notes
    -----
    Rule: domain K06. The placement open when the 12 months began counts, and the one open at their end; each that
    ended lasted 24 hours or more, which in days is: it did not end on the day it began. What is no new placement is
    told by :func:`~ncthelpers.returns.spells.spells`. Placements of an earlier period of care in the same 12 months
    count. Episodes of a child must not overlap, which the readers see to.
    """
    rows = spells(records["episodes"])
    now = rows.filter(open_in(year)).join(_two_before(rows), on="placement_number", how="left", maintain_order="left")
    a_year_before = months_later(pl.col("day"), -_YEAR)
    found = open_on(now, snapshots(records, year))
    return members(found, "child", "day", pl.col("third_ended") > a_year_before, pl.col("left_out"))


def _two_before(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each placement that lasted, when the last but two of the child ended: three are in the year if that one is."""
    ends = (pl.col("placement_number") != pl.col("placement_number").shift(-1)).fill_null(True)
    last = rows.filter(ends, ~pl.col("short_break"))
    lasted = last.filter(pl.col("ended").is_null() | (pl.col("ended") > pl.col("placed")))
    of_child = pl.col("number") == pl.col("number").shift(2)
    return lasted.select("placement_number", third_ended=pl.when(of_child).then(pl.col("ended").shift(2)))


def long_term_stability(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Children in care for two and a half years or more at the end of each month, and who was settled for two.

    Parameters
    ----------
    records : Records
        ``episodes`` of the year and the two and a half before, and ``children`` for their dates of birth.
    year : ContractYear
        The year whose months are looked at.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is the last of a month. Children who are 16, or in
        care for less long, are left out and counted as such.

    Notes
    -----
    Rule: domain K07. Two and a half years, and two, are counted in calendar months from the day the period of care,
    or the time with the same carers, began (29 February and two years is 28 February). Published as "living with the
    same carer", so a change of placement with the same carers (T, U) does not begin a new stay. A child placed for
    adoption counts if this placement and the one before it last two years together.
    """
    adoptive = pl.col("placement").str.starts_with(FOR_ADOPTION)
    since = pl.when(adoptive).then("before_since").otherwise("with_carers_since")
    rows = (
        spells(records["episodes"]).filter(open_in(year))
        .join(records["children"].select("child", "born"), on="child", how="left", maintain_order="left")
        .with_columns(
            grown=birthday(pl.col("born"), _TOO_OLD), long_in_care=months_later(pl.col("in_care_since"), _LONG_CARE),
            settled=months_later(since, _LONG_STAY),
        )
    )  # fmt: skip
    why = (
        pl.when(pl.col("left_out").is_not_null()).then("left_out")
        .when(pl.col("born").is_null()).then(pl.lit(NO_BIRTH))
        .when(pl.col("grown") <= pl.col("day")).then(pl.lit(GROWN))
        .when(pl.col("long_in_care") > pl.col("day")).then(pl.lit(NOT_LONG))
    )  # fmt: skip
    return members(open_on(rows, snapshots(records, year)), "child", "day", pl.col("settled") <= pl.col("day"), why)


def distance_20_miles(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Children in care at the end of each month, and who is placed over 20 miles from home and outside the boundary.

    Parameters
    ----------
    records : Records
        ``episodes`` of the year.
    year : ContractYear
        The year whose months are looked at.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is the last of a month.

    Notes
    -----
    Rule: domain K08. Distance and boundary are as the return gives them; exactly 20 miles is not more. A child of whom
    they do not tell stays in the denominator: :func:`distance_not_known` gives their share.
    """
    return members(_distances(records, year), "child", "day", _FAR, pl.col("left_out"))


def distance_not_known(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Children in care at the end of each month, and of whom the return does not tell if they are placed far away.

    Parameters
    ----------
    records, year, holidays
        As of :func:`distance_20_miles`.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`: the share to be printed beside the indicator.

    Notes
    -----
    Rule: domain K08. A child known to be within 20 miles, or inside the boundary, is known not to be far away even
    where the other of the two is missing.
    """
    return members(_distances(records, year), "child", "day", _FAR.is_null(), pl.col("left_out"))


# empty only where one of the two is missing and the other does not settle it
_FAR = (pl.col("miles") > _MILES) & ~pl.col("inside")


def _distances(records: Records, year: ContractYear) -> pl.LazyFrame:
    now = records["episodes"].filter(open_in(year))  # what was before plays no part
    return open_on(spells(now), snapshots(records, year))
