"""The children in need census, from its text to tidy records."""

from datetime import date

import polars as pl

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.returns.cleaning import Ledger, consecutive, given, latest, seen, shaped, typed
from ncthelpers.returns.readers import Raw
from ncthelpers.returns.records import Records

__all__ = ["tidy"]

RETURN = "cin"
NO_CHILD = "left out: no id of the child"
OTHER_CHILD = "left out: the child stands further down once more"
BORN_LATER = "field empty: PersonBirthDate is after the return's last day"
NO_DAY = "left out: no day on which it began"
FUTURE = "left out: it began after the return's last day"
NO_CONFERENCE = "left out: neither a section 47 enquiry nor a conference has a day"
# What makes a record of two censuses the same; an enquiry is known by its day, a conference without one by its own
_KEYS = {
    "children": ["child"],
    "referrals": ["child", "referred"],
    "assessments": ["child", "referred", "started"],
    "section47": ["child", "began"],
    "plans": ["child", "started"],
}
# The first and the last day of a record, and what the census calls the last
_BEGUN = {
    "referrals": ("referred", "closed", "CINclosureDate"),
    "assessments": ("started", "authorised", "AssessmentAuthorisationDate"),
    "plans": ("started", "ended", "CPPendDate"),
}
_BACKWARDS = "field empty: {} is before it began"
_ENDS_LATER = "changed: {} is after the return's last day, so it was open on that day"
NO_ENQUIRIES = (
    "kept: DateOfInitialCPC is not used, for the census has no section 47 enquiry that it could have followed"
)
NEGATIVE = "field empty: NumberOfPreviousCPP is below nought"


def _begun(
    table: str, rows: pl.DataFrame, start: str, end: str, theirs: str, last: date, ledger: Ledger
) -> pl.DataFrame:
    """What began by the last day, once each; an end that cannot be, or was still to come, is empty."""
    why = (
        pl.when(pl.col("child").is_null()).then(pl.lit(NO_CHILD))
        .when(pl.col(start).is_null()).then(pl.lit(NO_DAY))
        .when(pl.col(start) > last).then(pl.lit(FUTURE))
    )  # fmt: skip
    rows = ledger.leave_out(table, rows, why)
    rows = ledger.once(table, rows)
    rows = ledger.mend(table, rows, pl.col(end) < pl.col(start), _BACKWARDS.format(theirs), **{end: None})
    return ledger.mend(table, rows, pl.col(end) > last, _ENDS_LATER.format(theirs), **{end: None})


def _section47(enquiries: pl.DataFrame, referrals: pl.DataFrame, last: date, ledger: Ledger) -> pl.DataFrame:
    """Enquiries with their conferences, and conferences of the referral itself: those of children who moved in with a plan."""
    table = "section47"
    own = referrals.filter(pl.col("conference").is_not_null()).select("year", "row", "child", "conference")
    moved_in = own.join(enquiries.select("child", "conference"), on=["child", "conference"], how="anti")
    rows = pl.concat(
        [enquiries.with_columns(transfer_in=pl.lit(False)), moved_in.with_columns(transfer_in=pl.lit(True))],
        how="diagonal",
    )
    why = (
        pl.when(pl.col("child").is_null()).then(pl.lit(NO_CHILD))
        .when(pl.col("strategy").is_null() & pl.col("conference").is_null()).then(pl.lit(NO_CONFERENCE))
        .when(pl.coalesce("strategy", "conference") > last).then(pl.lit(FUTURE))
    )  # fmt: skip
    rows = ledger.leave_out(table, rows, why)
    rows = ledger.once(table, rows).with_columns(began=pl.coalesce("strategy", "conference"))
    return ledger.mend(
        table, rows, pl.col("conference") > last, _ENDS_LATER.format("DateOfInitialCPC"), conference=None
    )


def _children(rows: pl.DataFrame, last: date, ledger: Ledger) -> pl.DataFrame:
    table = "children"
    rows = ledger.leave_out(table, rows, pl.when(pl.col("child").is_null()).then(pl.lit(NO_CHILD)))
    rows = ledger.once(table, rows, ["child"], OTHER_CHILD)
    return ledger.mend(table, rows, pl.col("born") > last, BORN_LATER, born=None)


def _of_its_year(raw: Raw, referrals: pl.DataFrame) -> None:
    """Refuses a census that does not say its year, and of whose cases none was open in it."""
    open_in_it = (pl.col("referred") <= raw.year.end) & (
        pl.col("closed").is_null() | (pl.col("closed") >= raw.year.start)
    )
    if not raw.header.get("Year") and referrals.filter(open_in_it).is_empty():
        rule = f"has no Year, and holds no case of {raw.year}{seen(referrals['referred'], referrals['closed'])}"
        raise DataFaults([Fault(raw.place("referrals"), None, "", "", rule)])


def _of_year(raw: Raw, ledger: Ledger) -> dict[str, pl.DataFrame]:
    """The tables of one census, each record once."""
    text = {name: typed(raw, name, ledger) for name in raw.tables}
    last = raw.year.end
    _of_its_year(raw, text["referrals"])
    found = {"children": _children(text["children"], last, ledger)}
    for name, (start, end, theirs) in _BEGUN.items():
        if name in text:
            found[name] = _begun(name, text[name], start, end, theirs, last, ledger)
    if "plans" in found:
        found["plans"] = ledger.mend("plans", found["plans"], pl.col("earlier") < 0, NEGATIVE, earlier=None)
    if "section47" in text:
        found["section47"] = _section47(text["section47"], text["referrals"], last, ledger)
    else:
        ledger.note("referrals", NO_ENQUIRIES, found["referrals"].filter(pl.col("conference").is_not_null()))
    return found


def tidy(*raws: Raw, ledger: Ledger | None = None) -> Records:
    """Children, referrals, assessments, section 47 enquiries and protection plans of children in need censuses.

    Parameters
    ----------
    *raws : Raw
        What :func:`~ncthelpers.returns.readers.read` read, a year each.
    ledger : Ledger, optional
        Where to count: one's own also tells which records (:meth:`~ncthelpers.returns.cleaning.Ledger.detail`).

    Returns
    -------
    Records
        The five tables, each covering all years of the censuses; where
        two censuses have a record, that of the later. A table of which a census has no record is not given by it: that
        is not to say that there was none. Records left out and fields emptied are counted by reason.

    Raises
    ------
    DataFaults
        If two censuses are of one year, or one does not say its year and no case of it was open in that asked for.

    Notes
    -----
    The census has no day of decision on a referral, so ``decided`` is empty. It holds the cases that were open in its year.

    Assumed: a conference recorded with the referral itself, and not with an enquiry of the child on the same day, is that
    of a child who moved in with a plan. Two referrals of a child on one day are both kept, unless they are the same in
    every field.
    """
    ledger = ledger or Ledger(RETURN)
    used = consecutive(raws)
    years = [(raw, _of_year(raw, ledger)) for raw in used]
    tables, covers = {}, {}
    for name, key in _KEYS.items():
        parts, cover = given(name, years, ledger)
        if cover:
            tables[name], covers[name] = shaped(name, latest(name, parts, key, ledger)), cover
    return Records(tables, covers, ledger.left_out())
