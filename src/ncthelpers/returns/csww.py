"""The children's social work workforce return, from its text to tidy records."""

from datetime import date

import polars as pl

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.returns.cleaning import APART, Ledger, days, shaped, typed
from ncthelpers.returns.delimited import ROW
from ncthelpers.returns.readers import Raw
from ncthelpers.returns.records import Cover, Records

__all__ = ["tidy"]

RETURN = "csww"
NO_WORKER = "left out: no number of the worker"
LEFT = "left out: the worker left on the day or before it"
NOT_ONE_POST = "field empty: FTE is below 0 or above 1"
NEGATIVE = "field empty: Cases30 is below nought"
NO_VACANCIES = "left out: no number of vacancies, or one below nought"


def _day(raw: Raw) -> date:
    said = raw.header.get("ReferenceDate")
    day: date | None = days(pl.Series([said], dtype=pl.String)).item()
    if day is None or not raw.year.start <= day <= raw.year.end:
        rule = f"is not the day that a return of {raw.year} is as at"
        raise DataFaults([Fault(raw.files[0].as_posix(), None, "ReferenceDate", said or "", rule)])
    return day


def tidy(*raws: Raw, ledger: Ledger | None = None) -> Records:
    """Social workers in post or from an agency, and vacancies, on the day of a workforce return.

    Parameters
    ----------
    *raws : Raw
        What :func:`~ncthelpers.returns.readers.read` read, a year each; the latest alone counts, for each tells of one day.
    ledger : Ledger, optional
        Where to count: one's own also tells which records (:meth:`~ncthelpers.returns.cleaning.Ledger.detail`).

    Returns
    -------
    Records
        Workers and vacancies, covering the one day that the return is as at. What was left out is counted by reason.

    Raises
    ------
    DataFaults
        If the return does not say as at which day of the year it is.

    Notes
    -----
    Everyone in the return is a registered social worker, so all are qualified. A worker with two roles stands there twice:
    full-time equivalents are added up role by role, as the department does. The return has no target of cases.

    Assumed: FTE is that on the day (it is 0 for those who have left); one who left on the day itself is not in post.
    """
    *earlier, raw = sorted(raws, key=lambda raw: raw.year)
    ledger, day = ledger or Ledger(RETURN), _day(raw)
    for other in earlier:
        for name, rows in other.tables.items():
            ledger.note(name, APART, rows.select(row=ROW, year=pl.lit(str(other.year))))
    workers, vacancies = (typed(raw, name, ledger) for name in ("workers", "vacancies"))
    why = (
        pl.when(pl.col("worker").is_null()).then(pl.lit(NO_WORKER))
        .when(pl.col("left") <= day).then(pl.lit(LEFT))
    )  # fmt: skip
    workers = ledger.leave_out("workers", workers, why)
    if workers.is_empty():
        rule = f"holds no worker in post on {day}: it is empty, or of another year"
        raise DataFaults([Fault(raw.place("workers"), None, "", "", rule)])
    workers = ledger.mend("workers", workers, ~pl.col("fte").is_between(0, 1), NOT_ONE_POST, fte=None)
    workers = ledger.mend("workers", workers, pl.col("cases") < 0, NEGATIVE, cases=None)
    none = pl.when(pl.col("fte").is_null() | (pl.col("fte") < 0)).then(pl.lit(NO_VACANCIES))
    vacancies = ledger.leave_out("vacancies", vacancies, none)
    tables = {
        "workers": shaped("workers", workers.with_columns(day=pl.lit(day), qualified=pl.lit(True))),
        "vacancies": shaped("vacancies", vacancies.with_columns(day=pl.lit(day))),
    }
    covered = {name: Cover(day, day) for name, rows in tables.items() if name == "workers" or rows.height}
    return Records({name: tables[name] for name in covered}, covered, ledger.left_out())
