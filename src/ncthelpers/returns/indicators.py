"""Every indicator: what it counts, by which definition, from which records, and its counts for a contract year."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

import polars as pl
import yaml

from ncthelpers.definitions import Fingerprint
from ncthelpers.disclosure_ratios import SHARE, Makeup
from ncthelpers.returns import adoption, care_leavers, complaints, placements, protection, referrals, workforce
from ncthelpers.returns.counts import COUNTS, SNAPSHOT, YEAR_TO_DATE, counts
from ncthelpers.returns.records import Records
from ncthelpers.returns.spells import open_in
from ncthelpers.workingdays import Holidays, months_before
from ncthelpers.years import ContractYear

__all__ = [
    "RESULTS",
    "UNAVAILABLE",
    "Indicator",
    "Counted",
    "indicators",
    "makeups",
    "count_all",
    "count",
    "not_counted",
    "members_left_out",
]

_Members = Callable[[Records, ContractYear, Holidays], pl.DataFrame]
_MODULES = (referrals, protection, placements, care_leavers, workforce, adoption, complaints)
_MEMBERS: Mapping[str, _Members] = {name: getattr(module, name) for module in _MODULES for name in module.__all__}
_DAY = timedelta(days=1)
_IN_WORDS = {
    "referrals.decided": "the day of the decision on a referral",
    "referrals.closed": "the day on which the case of a referral was closed",
    "referrals.referred_at": "the time of day of a referral",
    "referrals.decided_at": "the time of day of the decision on a referral",
    "assessments.referred": "the day of the referral that an assessment follows",
    "assessments.started": "the day on which an assessment started",
    "episodes.miles": "the distance of a placement from home",
    "episodes.inside": "whether a placement is inside the boundary",
    "care_leavers.activity": "what care leavers do",
    "care_leavers.suitable": "whether the accommodation of care leavers is suitable",
    "adoptions.entered": "the day that an adopted child entered care",
    "adoptions.ordered": "the day of a placement order",
    "workers.cases": "the cases that a social worker holds",
    "workers.target": "a target for the cases of a social worker",
}
# Empty where the day lies before the returns at hand: those children waited longest, so a mean of the others is too low
_OF_MOST = ("adoptions.entered", "adoptions.ordered")
UNAVAILABLE = "x"  # the symbol for a figure that is not available, as the department writes it
RESULTS = {"indicator": pl.String, **COUNTS, "symbol": pl.String, "note": pl.String}


@dataclass(frozen=True)
class Indicator:
    """One statutory indicator. It is never a KPI of a contract unless the contract's own definitions say that it is.

    Parameters
    ----------
    indicator : str
        Its id, which is also the name of the function that makes its members; where official statistics have the same
        measure, the measure's id.
    number : str
        Its number in the list of indicators, such as ``K02``; variants of one share it.
    title : str
        Its name for readers.
    unit : str
        ``per cent``, or ``days`` for a mean.
    series : tuple of str
        Which of :data:`~ncthelpers.returns.counts.SERIES` it is counted for.
    needs : tuple of str
        Tables of the records that it is counted from, and columns that not every return gives, such as
        ``referrals.decided``.
    look_back : int
        Months before a period that its records must tell of too, for the period to be counted.
    fingerprint : Fingerprint
        Its definition, to be compared with that of an official measure.
    note : str
        What to know about it; may be empty.
    kind : str
        What its numbers are numbers of, by the words of :class:`~ncthelpers.disclosure_ratios.Makeup`.
    within : str
        The indicator that counts the same of more people, or more of the same people; empty where there is none.
    among : str
        The indicator whose denominator has these people and more; empty where there is none.
    """

    indicator: str
    number: str
    title: str
    unit: str
    series: tuple[str, ...]
    needs: tuple[str, ...]
    look_back: int
    fingerprint: Fingerprint
    note: str = ""
    kind: str = SHARE
    within: str = ""
    among: str = ""


@dataclass(frozen=True)
class Counted:
    """What came of counting: columns of :data:`RESULTS`, and what was left out by indicator and reason."""

    results: pl.DataFrame
    left_out: pl.DataFrame


@cache
def indicators() -> Mapping[str, Indicator]:
    """Every indicator by its id, in the order of their numbers."""
    text = resources.files(__package__).joinpath("indicators.yml").read_text("utf-8")
    found = {}
    for name, part in yaml.safe_load(text).items():
        part["fingerprint"] = Fingerprint(**part["fingerprint"])
        part["series"], part["needs"] = tuple(part["series"]), tuple(part["needs"])
        found[name] = Indicator(indicator=name, **part)
    return found


def makeups() -> Mapping[str, Makeup]:
    """What the numbers of each indicator are numbers of, so that small counts can be hidden."""
    return {
        name: Makeup(
            of.kind,
            f"{of.fingerprint.denominator}; {of.fingerprint.ages}; {of.fingerprint.timing}",
            of.within,
            of.among,
        )
        for name, of in indicators().items()
    }


def _given(records: Records, need: str) -> bool:
    """Whether the records have a table, or a column of one with a value in any row."""
    table, _, column = need.partition(".")
    return table in records.covers and (not column or records[table][column].count() > 0)


def _of_year(table: str, year: ContractYear) -> pl.Expr:
    """The rows of a table that are of a year."""
    match table:
        case "care_leavers":
            return pl.col("year") == year.label
        case "episodes":
            return open_in(year) & (pl.col("started") <= year.end)
    day = {"referrals": "referred", "assessments": "authorised", "adoptions": "adopted", "workers": "day"}[table]
    return pl.col(day).is_between(year.start, year.end)


def _lacks(indicator: Indicator, records: Records, year: ContractYear) -> str:
    """What no return gives, or none of a year that is counted or looked back at, in words; empty where all is there."""
    for need in indicator.needs:
        words = _IN_WORDS.get(need, need.replace("_", " "))
        if not _given(records, need):
            return f"no return gives {words}"
        table, _, column = need.partition(".")
        for one in (year.before, year)[not indicator.look_back :] if column else ():
            told = records[table].filter(_of_year(table, one))
            if told.height and not told[column].count():
                return f"no return of {one} gives {words}"
            if need in _OF_MOST and 2 * told[column].count() < told.height:
                return f"fewer than half of the {table} of {one} have {words}"
    return ""


def _unavailable(indicator: Indicator, series: str, period: str, records: Records, year: ContractYear) -> str:
    """Which days records do not tell of for a period of a series; empty where they do."""
    month = date.fromisoformat(f"{period}-01")
    last = date(month.year, month.month, monthrange(month.year, month.month)[1])
    if series == SNAPSHOT:
        needed = months_before(last, indicator.look_back) + _DAY if indicator.look_back else last
    else:
        needed = months_before(year.start if series == YEAR_TO_DATE else month, indicator.look_back)
    for table in dict.fromkeys(need.partition(".")[0] for need in indicator.needs):
        cover = records.covers[table]
        if needed < cover.first or last > cover.last:
            since = f", and are needed since {needed}" if needed < cover.first else ""
            return f"{table.replace('_', ' ')} are told of from {cover.first} to {cover.last} only{since}"
    return ""


def count(indicator: Indicator, records: Records, year: ContractYear, holidays: Holidays) -> Counted:
    """One indicator of a contract year, in each of its series.

    Parameters
    ----------
    indicator : Indicator
        Which.
    records : Records
        Of every return at hand, of earlier years too where it looks back.
    year : ContractYear
        The year.
    holidays : Holidays
        Bank holidays of England and Wales.

    Returns
    -------
    Counted
        A period that the records do not tell of in full has no count, the symbol ``x`` and the reason: a count from
        half the records would be a wrong one. So has every period where the returns of the year lack a column that is
        needed, though those of another year have it. Every record left out is counted by reason.

    Notes
    -----
    Assumed: a mean wait is available where half of the adopted children or more have the day on which it began.
    """
    members = _MEMBERS[indicator.indicator](records, year, holidays)
    found = counts(members, indicator.series, year)
    lacks = _lacks(indicator, records, year)
    why = [
        lacks or _unavailable(indicator, series, period, records, year)
        for series, period in found.select("series", "period").rows()
    ]
    shown = found.with_columns(note=pl.Series(why, dtype=pl.String)).select(
        pl.lit(indicator.indicator).alias("indicator"), "series", "period",
        *(pl.when(pl.col("note") == "").then(pl.col(c)) for c in ("numerator", "denominator")),
        pl.when(pl.col("note") != "").then(pl.lit(UNAVAILABLE)).alias("symbol"), "note",
    )  # fmt: skip
    left = (
        members.filter(pl.col("left_out").is_not_null())
        .group_by(reason="left_out")
        .agg(records=pl.len().cast(pl.Int64))
    )
    return Counted(
        shown, left.select(pl.lit(indicator.indicator).alias("indicator"), "reason", "records").sort("reason")
    )


def _countable(records: Records) -> list[Indicator]:
    """The indicators that the records have the tables and columns of."""
    return [one for one in indicators().values() if all(_given(records, need) for need in one.needs)]


def not_counted(records: Records, year: ContractYear) -> dict[str, str]:
    """Indicators that the records have a table of and cannot be counted, and why: what no return gives."""
    countable = _countable(records)
    others = [one for one in indicators().values() if one not in countable]
    near = [one for one in others if any(need.partition(".")[0] in records.covers for need in one.needs)]
    return {one.indicator: _lacks(one, records, year) for one in near}


def members_left_out(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Whom each indicator of :func:`count_all` left out, on which day and why. This is personal data.

    Returns
    -------
    polars.DataFrame
        Columns ``indicator``, ``who``, ``day`` and ``reason``.
    """
    schema = {"indicator": pl.String, "who": pl.String, "day": pl.Date, "reason": pl.String}
    parts = (
        _MEMBERS[one.indicator](records, year, holidays)
        .filter(pl.col("left_out").is_not_null())
        .select(pl.lit(one.indicator).alias("indicator"), "who", "day", reason="left_out")
        for one in _countable(records)
    )
    return pl.concat([pl.DataFrame(schema=schema), *parts])


def count_all(records: Records, year: ContractYear, holidays: Holidays) -> Counted:
    """Every indicator that the records have the tables and columns of, one below the other."""
    parts = [count(indicator, records, year, holidays) for indicator in _countable(records)]
    return Counted(
        pl.concat([part.results for part in parts]) if parts else pl.DataFrame(schema=RESULTS),
        pl.concat([part.left_out for part in parts])
        if parts
        else pl.DataFrame(schema={"indicator": pl.String, "reason": pl.String, "records": pl.Int64}),
    )
