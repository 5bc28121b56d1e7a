"""Members of the indicators of care leavers: education, employment or training, and suitable accommodation."""

import polars as pl

from ncthelpers.returns.clocks import age_on, birthday
from ncthelpers.returns.counts import members
from ncthelpers.returns.records import Records
from ncthelpers.returns.spells import short_break
from ncthelpers.workingdays import Holidays
from ncthelpers.years import ContractYear

__all__ = [
    "care_leavers_eet_17_21",
    "care_leavers_eet_19_21",
    "care_leavers_accommodation_17_21",
    "care_leavers_accommodation_19_21",
]

NO_YEAR = "no year of the return"
NO_BIRTH = "no date of birth"
OTHER_AGE = "did not turn one of the ages in the year"
DIED = "died"
AT_HOME = "back with parents for six months or more"
NO_RESIDENCE = "abroad, deported or residence not known"
STILL_IN_CARE = "still in care on the birthday"
SHORT_BREAKS_ONLY = "in care for a series of short breaks only since the age of 14"
NOT_LONG = "in care for less than 13 weeks since the age of 14, or not after 16"
_DIED, _AT_HOME = "DIED", "RHOM"
_IN_EET = r"^[FP]"  # full time and part time: F1, P1 higher education, F2, P2 other education, and work and training
_NO_RESIDENCE = r"^[GHR]"  # G abroad, H deported, R residence not known
_THIRTEEN_WEEKS = 13 * 7
_LAST_CHILD_AGE = 18
_Ages = tuple[int, int]  # youngest and oldest
_ALL, _OLDER = (17, 21), (19, 21)


def care_leavers_eet_17_21(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Care leavers who turned 17 to 21 in a year, and who was in education, employment or training at the time.

    Parameters
    ----------
    records : Records
        ``care_leavers`` of the year, and all ``episodes`` at hand.
    year : ContractYear
        The year of the birthdays.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is the birthday, which places a care leaver in a
        month.

    Notes
    -----
    Rule: domain K09. In education, employment or training are the codes of activity that begin with F or P. Those not
    in touch, who refuse contact or need no services any more are counted, as not in it. Left out are those who died or
    were back with parents for six months or more. Someone born on 29 February has a birthday on 1 March of other years.

    The return lists who is owed the support. Where the episodes at hand reach back to the 14th birthday they are asked
    too: 13 weeks (91 days) in care between it and the birthday, one day or more of it after 16, short breaks not
    counted. Where they do not reach back the return is taken at its word. One who is 17 or 18 and in care on the
    birthday has not left it (assumed, as the checks of the return do).
    """
    return _in_eet(records, year, _ALL)


def care_leavers_eet_19_21(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Care leavers who turned 19 to 21 in a year, and who was in education, employment or training at the time.

    Parameters
    ----------
    records, year, holidays
        As of :func:`care_leavers_eet_17_21`.

    Returns
    -------
    polars.DataFrame
        The same.

    Notes
    -----
    Rule: as of :func:`care_leavers_eet_17_21`.
    """
    return _in_eet(records, year, _OLDER)


def care_leavers_accommodation_17_21(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Care leavers who turned 17 to 21 in a year, and who was in suitable accommodation at the time.

    Parameters
    ----------
    records : Records
        ``care_leavers`` of the year, and all ``episodes`` at hand.
    year : ContractYear
        The year of the birthdays.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is the birthday.

    Notes
    -----
    Rule: domain K10. Suitable is what is recorded as suitable. Those who are counted are as of
    :func:`care_leavers_eet_17_21`, but for those abroad, deported or of no known residence (codes of accommodation that
    begin with G, H or R), who are left out. Those who refuse contact or are not in touch stay in the denominator.
    """
    return _in_suitable(records, year, _ALL)


def care_leavers_accommodation_19_21(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Care leavers who turned 19 to 21 in a year, and who was in suitable accommodation at the time.

    Parameters
    ----------
    records, year, holidays
        As of :func:`care_leavers_accommodation_17_21`.

    Returns
    -------
    polars.DataFrame
        The same.

    Notes
    -----
    Rule: as of :func:`care_leavers_accommodation_17_21`.
    """
    return _in_suitable(records, year, _OLDER)


def _in_eet(records: Records, year: ContractYear, ages: _Ages) -> pl.DataFrame:
    return _leavers(records, year, ages, pl.col("activity").str.contains(_IN_EET), pl.lit(False))


def _in_suitable(records: Records, year: ContractYear, ages: _Ages) -> pl.DataFrame:
    return _leavers(records, year, ages, pl.col("suitable"), pl.col("accommodation").str.contains(_NO_RESIDENCE))


def _leavers(records: Records, year: ContractYear, ages: _Ages, met: pl.Expr, no_residence: pl.Expr) -> pl.DataFrame:
    born, age = pl.col("born"), age_on(pl.col("born"), pl.lit(year.end))
    leavers = (
        records["care_leavers"]
        .lazy()
        .filter((pl.col("year") == year.label).fill_null(True))
        .with_row_index("row")
        .with_columns(age=age, birthday=birthday(born, age), turned_14=birthday(born, 14), turned_16=birthday(born, 16))
        .collect()
    )
    found = leavers.lazy().join(_care(leavers, records["episodes"]), on="row", how="left", maintain_order="left")
    cover = records.covers.get("episodes")
    told = pl.lit(False) if cover is None else pl.col("turned_14") >= cover.first
    only_breaks = (pl.col("since_14") == 0) & (pl.col("breaks_since_14") > 0)
    enough = (pl.col("since_14") >= _THIRTEEN_WEEKS) & (pl.col("since_16") >= 1)
    why = (
        pl.when(pl.col("year").is_null()).then(pl.lit(NO_YEAR))
        .when(pl.col("born").is_null()).then(pl.lit(NO_BIRTH))
        .when(~pl.col("age").is_between(*ages)).then(pl.lit(OTHER_AGE))
        .when(pl.col("in_touch") == _DIED).then(pl.lit(DIED))
        .when(pl.col("in_touch") == _AT_HOME).then(pl.lit(AT_HOME))
        .when(no_residence).then(pl.lit(NO_RESIDENCE))
        .when((pl.col("age") <= _LAST_CHILD_AGE) & pl.col("in_care")).then(pl.lit(STILL_IN_CARE))
        .when(told & only_breaks).then(pl.lit(SHORT_BREAKS_ONLY))
        .when(told & ~enough.fill_null(False)).then(pl.lit(NOT_LONG))
    )  # fmt: skip
    return members(found, "child", "birthday", met, why)


def _care(leavers: pl.DataFrame, episodes: pl.DataFrame) -> pl.LazyFrame:
    """By row of the care leavers: days in care from 14 and from 16 to the birthday, and who was in care on it."""
    days = pl.col("birthday", "turned_14", "turned_16")
    spent = (
        leavers.lazy()
        .select("row", "child", days)
        .join(episodes.lazy().with_columns(short_break=short_break()), on="child")
        .filter(pl.col("started").is_not_null())
    )
    end = pl.min_horizontal("ended", "birthday")  # an empty end is passed over: care that goes on
    real = ~pl.col("short_break")

    def after(turned: str) -> pl.Expr:
        return (end - pl.max_horizontal("started", turned)).dt.total_days().clip(lower_bound=0)

    not_ended = pl.col("ended").is_null() | (pl.col("ended") > pl.col("birthday"))
    return spent.group_by("row").agg(
        since_14=after("turned_14").filter(real).sum(),
        since_16=after("turned_16").filter(real).sum(),
        breaks_since_14=after("turned_14").filter("short_break").sum(),
        in_care=(real & (pl.col("started") <= pl.col("birthday")) & not_ended).any(),
    )
