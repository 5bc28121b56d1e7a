"""Members of the indicators of referrals and assessments: decided in time, again within a year, completed in time."""

from datetime import timedelta

import polars as pl

from ncthelpers.returns.clocks import OUTSIDE, months_later, working_days, working_time
from ncthelpers.returns.counts import members
from ncthelpers.returns.records import Records
from ncthelpers.workingdays import Holidays
from ncthelpers.years import ContractYear

__all__ = [
    "referral_decision_1wd",
    "referral_decision_2wd",
    "referral_decision_24h",
    "rereferrals_12m",
    "assessments_45wd",
    "assessments_45wd_own_start",
]

NO_REFERRAL = "no date of the referral"
DECIDED_BEFORE = "the decision is before the referral"
UNDECIDED = "no decision yet, and its time had not run out by the last day of the records"
NO_TIME = "no time of day of the referral or of the decision"
SAME_DAY = "another referral of the same child on the same day, counted once"
NO_START = "no date that starts the clock of the assessment"
AUTHORISED_BEFORE = "the assessment was authorised before its clock started"
_DAY = timedelta(days=1)
_ASSESSMENT_DAYS = 45


def referral_decision_1wd(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Referrals received in a year, and which were decided within one working day.

    Parameters
    ----------
    records : Records
        ``referrals`` of a case system that gives the day of the decision.
    year : ContractYear
        The year that the referrals were received in.
    holidays : Holidays
        Bank holidays of England and Wales.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is that of the referral.

    Notes
    -----
    Rule: domain K01; one working day is the time of the statutory guidance. The day of the referral is day 0, every
    referral counts, and the month is that of the referral and not of the decision. A referral without a decision is
    late once more working days have gone by than allowed, on the last day that the records tell of; until then it is
    left out, since nobody knows yet.

    Examples
    --------
    Decided on the next day, and on the day after that:

    >>> from datetime import date
    >>> from ncthelpers.returns.records import TABLES, Cover
    >>> days = [date(2022, 5, 11), date(2022, 5, 12)]
    >>> rows = [{"child": "a", "referred": date(2022, 5, 10), "decided": day} for day in days]
    >>> table = pl.DataFrame(rows, schema=dict(TABLES["referrals"]))
    >>> records = Records({"referrals": table}, {"referrals": Cover(date(2022, 4, 1), date(2023, 3, 31))})
    >>> holidays = Holidays(frozenset(), date(2022, 1, 1), date(2023, 12, 31))
    >>> referral_decision_1wd(records, ContractYear("2022-23"), holidays)["numerator"].to_list()
    [1.0, 0.0]
    """
    return _decided_within(1, records, year, holidays)


def referral_decision_2wd(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Referrals received in a year, and which were decided within two working days.

    Parameters, returns and rule are those of :func:`referral_decision_1wd`, with one day more.
    """
    return _decided_within(2, records, year, holidays)


def _decided_within(days: int, records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    last = pl.lit(records.last("referrals"), dtype=pl.Date)
    took = pl.col("took")
    why = (
        pl.when(pl.col("referred").is_null()).then(pl.lit(NO_REFERRAL))
        .when(pl.col("decided") < pl.col("referred")).then(pl.lit(DECIDED_BEFORE))
        .when(took.is_null()).then(pl.lit(OUTSIDE))
        .when(pl.col("decided").is_null() & (took <= days)).then(pl.lit(UNDECIDED))
    )  # fmt: skip
    received = (
        records["referrals"]
        .lazy()
        .filter(_of_year(year))
        .with_columns(took=working_days(pl.col("referred"), pl.col("decided").fill_null(last), holidays))
    )
    return members(received, "child", "referred", took <= days, why)


def _of_year(year: ContractYear) -> pl.Expr:
    """Referrals received in a year; those without a date too, since they may be of it."""
    return pl.col("referred").is_between(year.start, year.end).fill_null(True)


def referral_decision_24h(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Referrals received in a year, and which were decided within 24 hours of working days.

    Parameters
    ----------
    records : Records
        ``referrals`` of a case system that gives the time of day of receipt and decision.
    year : ContractYear
        The year that the referrals were received in.
    holidays : Holidays
        Bank holidays of England and Wales.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is that of the referral.

    Notes
    -----
    Rule: domain K01; what "24 working hours" are is assumed as :func:`~ncthelpers.returns.clocks.working_time` says.
    A referral whose receipt or decision has no time of day is left out. One without a decision is as in
    :func:`referral_decision_1wd`, with the midnight that ends the last day of the records.
    """
    last = records.last("referrals")
    ends = pl.lit(last and last + _DAY, dtype=pl.Date).cast(pl.Datetime("us"))
    open_ = pl.col("decided").is_null() & pl.col("decided_at").is_null()
    took = pl.col("took")
    in_time = took <= _DAY
    why = (
        pl.when(pl.col("referred").is_null()).then(pl.lit(NO_REFERRAL))
        .when(pl.col("referred_at").is_null() | (pl.col("decided_at").is_null() & ~open_)).then(pl.lit(NO_TIME))
        .when(pl.col("decided_at") < pl.col("referred_at")).then(pl.lit(DECIDED_BEFORE))
        .when(took.is_null()).then(pl.lit(OUTSIDE))
        .when(open_ & in_time).then(pl.lit(UNDECIDED))
    )  # fmt: skip
    until = pl.when(open_).then(ends).otherwise("decided_at")
    received = (
        records["referrals"]
        .lazy()
        .filter(_of_year(year))
        .with_columns(took=working_time(pl.col("referred_at"), until, holidays))
    )
    return members(received, "child", "referred", in_time, why)


def rereferrals_12m(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Referrals received in a year, and which came within 12 months of an earlier one of the same child.

    Parameters
    ----------
    records : Records
        ``referrals`` of the year and of the 12 months before it.
    year : ContractYear
        The year that the referrals were received in.
    holidays : Holidays
        Not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is that of the referral. A child counts as often
        as referred, on whichever days.

    Notes
    -----
    Rule: domain K02: ``referral - 12 calendar months <= earlier < referral``, so a referral on the same day of the year
    before counts and the day before that does not. Referrals of a child on one day are one. The earlier case must be
    closed on the day of the new referral or before: by the department's definition what comes in on an open case is no
    referral, and the checks of the census (8815, 8816 and 8820) refuse cases of a child that overlap, but for referrals
    that needed no further action. Assumed: such a one is closed on its own day where no other day is given, referrals
    merged into one are closed when each of them is, and a referral on an open case stays in the denominator.

    Examples
    --------
    >>> from datetime import date
    >>> from ncthelpers.returns.records import TABLES, Cover
    >>> first = {"child": "a", "referred": date(2022, 5, 10), "closed": date(2022, 6, 1)}
    >>> rows = [first, {"child": "a", "referred": date(2022, 9, 1)}]
    >>> table = pl.DataFrame(rows, schema=dict(TABLES["referrals"]))
    >>> records = Records({"referrals": table}, {"referrals": Cover(date(2021, 4, 1), date(2023, 3, 31))})
    >>> holidays = Holidays(frozenset(), date(2022, 1, 1), date(2023, 12, 31))
    >>> rereferrals_12m(records, ContractYear("2022-23"), holidays)["numerator"].to_list()
    [0.0, 1.0]
    """
    closed = pl.coalesce("closed", pl.when("no_further_action").then("referred"))
    child = records["referrals"]["child"]
    # where rows are by child, as readers give them, a run of rows is a child: to look is cheaper than to hash
    code = child.rle_id() if child.is_sorted() else child.cast(pl.Categorical).to_physical()
    referrals = (
        records["referrals"]
        .select("child", "referred", closed=closed, code=pl.when(child.is_not_null()).then(code))
        .with_columns(on=_on_one_line(pl.col("referred")))
        .sort("on")
        .lazy()
    )
    cases = referrals.group_by("on").agg(
        pl.when(pl.col("closed").is_not_null().all()).then(pl.col("closed").max()), pl.col("code", "referred").first()
    )
    # For each day that adds one, the newest case of the child that was earlier and closed: a case is earlier from the
    # next day on. All children lie on one line, so that one pass finds it; of another child it is never new enough.
    earlier = (
        cases.filter(pl.col("closed").is_not_null() & pl.col("referred").is_not_null())
        .select(since=_on_one_line(pl.max_horizontal("closed", pl.col("referred") + _DAY)), earlier="on")
        .sort("since")
        .with_columns(pl.col("earlier").cum_max())
    )
    received = (
        referrals.filter(_of_year(year))
        .with_columns(oldest=_on_one_line(months_later(pl.col("referred"), -12)))
        .join_asof(earlier, left_on="on", right_on="since")
    )
    why = (
        pl.when(pl.col("referred").is_null()).then(pl.lit(NO_REFERRAL))
        .when(pl.col("on") == pl.col("on").shift()).then(pl.lit(SAME_DAY))
    )  # fmt: skip
    return members(received, "child", "referred", pl.col("earlier") >= pl.col("oldest"), why)


def _on_one_line(day: pl.Expr) -> pl.Expr:
    """A day of a child as a number: the days of one child lie together, and in order."""
    return pl.col("code").cast(pl.Int64) * 1_000_000 + day.cast(pl.Int32)


def assessments_45wd(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Assessments completed in a year, and which were completed within 45 working days of the referral.

    Parameters
    ----------
    records : Records
        ``assessments`` completed in the year.
    year : ContractYear
        The year that the assessments were authorised in.
    holidays : Holidays
        Bank holidays of England and Wales.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~ncthelpers.returns.counts.MEMBER`; the day is that on which the assessment was authorised.

    Notes
    -----
    Rule: domain K03. The referral is day 0. An assessment that is not authorised is not completed, however late it is,
    and counts in no year yet.

    Examples
    --------
    >>> from datetime import date
    >>> from ncthelpers.returns.records import TABLES, Cover
    >>> rows = [{"child": "a", "referred": date(2022, 4, 19), "authorised": date(2022, 6, 24)}]
    >>> table = pl.DataFrame(rows, schema=dict(TABLES["assessments"]))
    >>> records = Records({"assessments": table}, {"assessments": Cover(date(2022, 4, 1), date(2023, 3, 31))})
    >>> holidays = Holidays(frozenset(), date(2022, 1, 1), date(2023, 12, 31))
    >>> assessments_45wd(records, ContractYear("2022-23"), holidays)["numerator"].to_list()  # 48 days without a holiday
    [0.0]
    """
    return _authorised_within("referred", records, year, holidays)


def assessments_45wd_own_start(records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    """Assessments completed in a year, and which were completed within 45 working days of their own start.

    Parameters, returns and rule are those of :func:`assessments_45wd`, with the assessment's own start as day 0.
    """
    return _authorised_within("started", records, year, holidays)


def _authorised_within(start: str, records: Records, year: ContractYear, holidays: Holidays) -> pl.DataFrame:
    completed = (
        records["assessments"]
        .lazy()
        .filter(pl.col("authorised").is_between(year.start, year.end))
        .with_columns(took=working_days(pl.col(start), pl.col("authorised"), holidays))
    )
    took = pl.col("took")
    why = (
        pl.when(pl.col(start).is_null()).then(pl.lit(NO_START))
        .when(pl.col("authorised") < pl.col(start)).then(pl.lit(AUTHORISED_BEFORE))
        .when(took.is_null()).then(pl.lit(OUTSIDE))
    )  # fmt: skip
    return members(completed, "child", "authorised", took <= _ASSESSMENT_DAYS, why)
