"""From the episodes of the SSDA903 to placements and periods of care, and to the children in care on a day."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from ncthelpers.returns.clocks import month_ends
from ncthelpers.returns.records import Records
from ncthelpers.years import ContractYear

__all__ = [
    "SHORT_BREAKS",
    "OVERLAP",
    "FOR_ADOPTION",
    "short_break",
    "open_in",
    "in_order",
    "spells",
    "snapshots",
    "open_on",
]

SHORT_BREAKS = "in care for an agreed series of short breaks (V3 or V4)"
OVERLAP = "a later episode of the same child is open on the same day"
FOR_ADOPTION = "A"  # what the codes of placements for adoption begin with: A3 to A6
_SHORT_BREAK_CODES = ("V3", "V4")
_STARTED, _LEGAL_STATUS_ONLY, _SAME_CARERS = "S", "L", ("T", "U")


def short_break() -> pl.Expr:
    """Whether an episode is part of an agreed series of short breaks, by its legal status."""
    return pl.col("legal_status").is_in(_SHORT_BREAK_CODES).fill_null(False)


def open_in(year: ContractYear) -> pl.Expr:
    """Whether an episode can be open at a month end of a year or later: the others need not be looked at."""
    return pl.col("ended").is_null() | (pl.col("ended") > year.start)


def spells(episodes: pl.DataFrame) -> pl.DataFrame:
    """Episodes in order, each with when its period of care, its placement and its time with the same carers began.

    Parameters
    ----------
    episodes : polars.DataFrame
        The table ``episodes`` of the records. One without a child or a start lies on no day (readers count them).

    Returns
    -------
    polars.DataFrame
        What the indicators need of ``episodes``, by child and day, and ``short_break``; those of short breaks come last
        and have none of the rest: ``number`` (of the child), ``in_care_since``, ``placement_number`` (the same for all
        episodes of a placement), ``placed`` (its first day), ``with_carers_since``, and ``before_since``: when the
        placement before these carers' began, within the same period of care (the period's own start where there was
        none).

    Notes
    -----
    Rule: domain K06 and K07, and the codes of the return for why an episode is new: S started to be looked after, L the
    legal status changed only, P the placement and the carers, B both, T the placement but not the carers, U the
    same with the legal status.

    - A period of care starts with S, or where the episode before it had ended on an earlier day.
    - A placement of K06 is a new one unless only the legal status changed, or the same carers (T, U) are to adopt: the
      published measure counts placements, and being placed for adoption with the foster carers is its one exception.
    - Carers of K07 are new ones unless the code is L, T or U; being placed for adoption with the same carers begins a
      placement of its own whatever the code, so that it and the one before can be added.
    - An episode of short breaks (V3, V4) is never part of another period. An episode without a code for why it is new
      counts as a new placement. Temporary placements (T0 to T4) count as the return has them. (Assumed: the rules at
      hand are silent.)

    Examples
    --------
    >>> from ncthelpers.returns.records import empty
    >>> days = [date(2022, 1, 1), date(2022, 2, 1), date(2022, 3, 1), None]
    >>> rows = pl.DataFrame({"child": "a", "started": days[:3], "ended": days[1:], "why_new": ["S", "L", "P"]})
    >>> found = spells(pl.concat([empty("episodes"), rows], how="diagonal_relaxed"))
    >>> found["placed"].to_list()
    [datetime.date(2022, 1, 1), datetime.date(2022, 1, 1), datetime.date(2022, 3, 1)]
    """
    known = episodes.lazy().filter(pl.col("child").is_not_null() & pl.col("started").is_not_null())
    needed = known.select(
        "child", "started", "ended", "why_new", "placement", "miles", "inside", short_break=short_break()
    )
    rows = in_order(needed.filter(~pl.col("short_break")).collect()).lazy()
    # Rows are in order, so the row before is enough: no window over each child.
    another = (pl.col("child") != pl.col("child").shift()).fill_null(True)
    gap = (pl.col("started") > pl.col("ended").shift()).fill_null(False)
    period = another | gap | (pl.col("why_new") == _STARTED).fill_null(False)
    adoptive = pl.col("placement").str.starts_with(FOR_ADOPTION).fill_null(False)
    same_carers = pl.col("why_new").is_in(_SAME_CARERS).fill_null(False)
    changed = (pl.col("why_new") != _LEGAL_STATUS_ONLY).fill_null(True)
    placement = period | (changed & ~(same_carers & adoptive))
    adoption_begins = adoptive & ~adoptive.shift().fill_null(False)
    carers = period | adoption_begins | (changed & ~same_carers)
    rows = rows.with_columns(
        number=another.cast(pl.UInt32).cum_sum(), period=period, new_placement=placement, carers=carers
    ).with_columns(
        placement_number=pl.col("new_placement").cast(pl.UInt32).cum_sum(),
        in_care_since=_since("period"), placed=_since("new_placement"), with_carers_since=_since("carers"),
    )  # fmt: skip
    before = pl.when("period").then("started").when("carers").then(pl.col("with_carers_since").shift())
    rows = rows.with_columns(before_since=before.forward_fill()).drop("period", "new_placement", "carers")
    return pl.concat([rows, needed.filter("short_break")], how="diagonal").collect()


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """By child and day; rows of the same days as given. Readers put them so, and to look is cheaper than to sort."""
    child, started, ended = pl.col("child"), pl.col("started"), pl.col("ended").fill_null(date.max)
    same_start = (started == started.shift()) & (ended < ended.shift())
    behind = (child < child.shift()) | (child == child.shift()) & ((started < started.shift()) | same_start)
    if not rows.select(behind.any()).item():
        return rows
    # with the row number as the last key: three times as quick as maintain_order
    return rows.with_row_index("row").sort("child", "started", "ended", "row", nulls_last=True).drop("row")


def _since(new: str) -> pl.Expr:
    return pl.when(new).then("started").forward_fill()


def snapshots(records: Records, year: ContractYear) -> list[date]:
    """The last days of the months of a year that the episodes tell of."""
    cover = records.covers.get("episodes")
    return [day for day in month_ends(year.start, year.end) if cover is not None and day in cover]


def open_on(rows: pl.DataFrame, days: Sequence[date]) -> pl.LazyFrame:
    """The children in care at the end of each day: one row an episode open on it, with ``day`` and ``left_out``.

    Parameters
    ----------
    rows : polars.DataFrame
        Those of :func:`spells`.
    days : sequence of date
        Which days.

    Returns
    -------
    polars.LazyFrame
        ``left_out`` says why a row does not stand for a child looked after on the day: short breaks, or another episode
        of the child that started later is open too; it is empty for the one row of each child that does.

    Notes
    -----
    Rule: an episode is open at the end of the day it started, and no longer on the day it ended: the next one starts
    then. (Assumed: a child who leaves care on 31 March is not looked after on it.)
    """
    later = pl.col("number") == pl.col("number").shift(-1)
    why = (
        pl.when("short_break").then(pl.lit(SHORT_BREAKS))
        .when(later.fill_null(False)).then(pl.lit(OVERLAP))
    )  # fmt: skip
    nobody = rows.lazy().head(0).with_columns(day=pl.lit(None, pl.Date), left_out=pl.lit(None, pl.String))
    return pl.concat(
        [nobody]
        + [
            rows.lazy()
            .filter((pl.col("started") <= day) & (pl.col("ended").is_null() | (pl.col("ended") > day)))
            .with_columns(day=pl.lit(day), left_out=why)
            for day in days
        ]
    )
