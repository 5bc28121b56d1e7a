"""Local logs, which tell what no statutory return does: decisions on referrals, complaints, caseloads by month, vacancies.

Their files and columns are ours: ``layouts/logs-every-year.yml`` says what stands in which. They are read as any return is
(:func:`~ncthelpers.returns.readers.read`) and counted apart from all others, since two lists of the same referrals would count
each of them twice, and one that knows of no decision would make it late.
"""

from datetime import date

import polars as pl

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.returns.cleaning import Ledger, consecutive, given, latest, shaped, typed
from ncthelpers.returns.readers import Raw
from ncthelpers.returns.records import Cover, Records

__all__ = ["tidy"]

RETURN = "logs"
NO_ID = "left out: no id of the child, worker or complaint"
NO_DAY = "left out: no day on which it was so, or came"
OTHER_REFERRAL = "left out: the referral stands there once more, decided, or further down"
OTHER_COMPLAINT = "left out: the complaint stands further down once more at the same stage"
NOT_COVERED = "left out: it is of a day that the logs do not tell of"
STILL_TO_COME = "field empty: {} is after the last day that the logs tell of, so it was still to come"
NO_TIME = "field empty: {} is not a time such as 14:05"
NOT_ONE_POST = "field empty: fte is below 0 or above 1"
NEGATIVE = "field empty: {} is below nought"
# Which id a record has, the day that it is of, and what makes two the same, of which the later log's is right
_RECORDS = {
    "referrals": ("child", "referred", ["child", "referred", "referred_time"]),
    "complaints": ("complaint", "received", ["complaint", "stage"]),
    "workers": ("worker", "day", ["worker", "day"]),
    "vacancies": (None, "day", ["day"]),
}
_ENDS = {"referrals": ["decided"], "complaints": ["clarified", "responded"]}


def _times(rows: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Referrals with the moments of receipt and decision, where a time of day is given."""
    for day in ("referred", "decided"):
        given_time = pl.col(f"{day}_time")
        time = given_time.str.to_time("%H:%M", strict=False).fill_null(given_time.str.to_time("%H:%M:%S", strict=False))
        ledger.note("referrals", NO_TIME.format(f"{day}_time"), rows.filter(given_time.is_not_null() & time.is_null()))
        rows = rows.with_columns(pl.col(day).dt.combine(time).alias(f"{day}_at"))
    return rows


def _once(table: str, rows: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Each record once; of a complaint at a stage the last row, of a referral the last that was decided, if one was.

    Vacancies of one day are added up, be they alike or not.
    """
    if table == "vacancies":
        return rows
    if table == "referrals":
        rows = rows.sort(pl.col("decided").is_not_null(), maintain_order=True)
        return ledger.once(table, rows, _RECORDS[table][2], OTHER_REFERRAL)
    return ledger.once(table, rows, _RECORDS[table][2] if table == "complaints" else (), OTHER_COMPLAINT)


def _posts(table: str, rows: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Workers and vacancies without amounts that cannot be."""
    if table == "vacancies":
        return ledger.mend(table, rows, pl.col("fte") < 0, NEGATIVE.format("fte"), fte=None)
    rows = ledger.mend(table, rows, ~pl.col("fte").is_between(0, 1), NOT_ONE_POST, fte=None)
    for column in ("cases", "target"):
        rows = ledger.mend(table, rows, pl.col(column) < 0, NEGATIVE.format(column), **{column: None})
    return rows


def tidy(*raws: Raw, ledger: Ledger | None = None, as_at: date | None = None) -> Records:
    """Decisions on referrals, complaints, social workers and vacancies, of logs of one year or of years that follow on.

    Parameters
    ----------
    *raws : Raw
        What :func:`~ncthelpers.returns.readers.read` read, a year each.
    ledger : Ledger, optional
        Where to count: one's own also tells which records (:meth:`~ncthelpers.returns.cleaning.Ledger.detail`).
    as_at : date, optional
        The last day that the logs of the last year tell of; the year's own where it is not given.

    Returns
    -------
    Records
        The tables that the logs give, each covering its years up to the last day. Records left out and fields emptied are
        counted by reason.

    Raises
    ------
    DataFaults
        If two logs are of one year, or the last day is not one of the last year.

    Notes
    -----
    Assumed: where logs of two years have a referral of a child at the same time, a complaint at a stage, or a worker or
    vacancies on a day, the later log is right. What had not happened by the last day was still to come.

    A log of decisions does not know when a case was closed, so that nobody can count re-referrals from it.
    """
    ledger = ledger or Ledger(RETURN)
    used = consecutive(raws)
    year = used[-1].year
    last = as_at or year.end
    if not year.start <= last <= year.end:
        raise DataFaults(
            [
                Fault(
                    used[-1].files[0].as_posix(),
                    None,
                    "",
                    "",
                    f"is of {year}, in which {last} does not lie; give --as-at a day of it",
                )
            ]
        )
    years = [(raw, {name: typed(raw, name, ledger) for name in raw.tables}) for raw in used]
    tables, covers = {}, {}
    for table, (named, day, key) in _RECORDS.items():
        parts, cover = given(table, years, ledger)
        if not cover:
            continue
        covers[table] = Cover(cover.first, last)
        why = (
            pl.when(pl.lit(False) if named is None else pl.col(named).is_null()).then(pl.lit(NO_ID))
            .when(pl.col(day).is_null()).then(pl.lit(NO_DAY))
        )  # fmt: skip
        single = [_once(table, ledger.leave_out(table, part, why), ledger) for part in parts]
        rows = latest(table, single, key, ledger)
        outside = ~pl.col(day).is_between(cover.first, last)
        rows = ledger.leave_out(table, rows, pl.when(outside).then(pl.lit(NOT_COVERED)))
        for end in _ENDS.get(table, ()):
            rows = ledger.mend(table, rows, pl.col(end) > last, STILL_TO_COME.format(end), **{end: None})
        rows = _times(rows, ledger) if table == "referrals" else rows
        rows = _posts(table, rows, ledger) if table in {"workers", "vacancies"} else rows
        tables[table] = shaped(table, rows)
    return Records(tables, covers, ledger.left_out())
