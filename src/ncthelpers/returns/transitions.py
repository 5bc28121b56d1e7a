"""Stock and flow of children in care: who is in which state each day, how they pass between states, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import cast

import numpy as np
import polars as pl

from ncthelpers.returns.clocks import age_on, birthday
from ncthelpers.returns.records import Records
from ncthelpers.returns.spells import SHORT_BREAKS, in_order, short_break

__all__ = [
    "AGE_BANDS",
    "PLACEMENT_TYPES",
    "OTHER",
    "OUT_OF_CARE",
    "Flows",
    "placement_type",
    "flows",
    "stock",
    "rates",
    "predicted",
]

OTHER, OUT_OF_CARE = "other", "out of care"
NO_START = "no child or no date on which the episode started"
NO_BIRTH = "no date of birth"
NO_LENGTH = "ended on the day it started, or before"
# the first age in whole years of each band
AGE_BANDS: Mapping[str, int] = MappingProxyType(
    {"under 1": 0, "1 to 4": 1, "5 to 9": 5, "10 to 15": 10, "16 and over": 16}
)
_TYPES = {
    "fostering": "U1 U2 U3 U4 U5 U6",
    "placed for adoption": "A3 A4 A5 A6",
    "with parents": "P1",
    "children's homes and secure units": "K1 K2",
    "semi-independent or independent": "H5 P2",
    "residential schools and other residential": "R1 R2 R3 R5 S1",
}
# the codes of the return; those that are not here (P3, T0 to T4, Z1) are "other"
PLACEMENT_TYPES: Mapping[str, str] = MappingProxyType(
    {code: name for name, codes in _TYPES.items() for code in codes.split()}
)
_DEMAND_MODEL_TYPES = {"fostering": "U1 U2 U3 U4 U5 U6", "residential": "K2 R1", "supported": "H5 P2"}
_DEMAND_MODEL_YEAR = 365.24  # days
_DEMAND_MODEL_BANDS = (365, 4 * 365, 5 * 365, 6 * 365, 14 * 365)  # days; the last, from 16, ends at 30
_DAY = timedelta(days=1)
_NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Flows:
    """How children in care passed between states in a period; a state is an age band with a type of placement.

    Parameters
    ----------
    states : tuple of (str, str)
        Age band and type of placement.
    first, last : date
        The period, both days in it.
    stock : numpy.ndarray
        Children in each state at the end of each day, from the day before the first: days by states.
    moves : numpy.ndarray
        How often a child passed from one state to another in the period; the last column is out of care.
    rates : numpy.ndarray
        The same as a rate for each child and day in the state.
    entrants : numpy.ndarray
        Children who came into care in the period, by state.
    entrants_a_day : numpy.ndarray
        The same for a day.
    left_out : polars.DataFrame
        Episodes of the period that are in none of these: ``reason`` and ``records``.
    """

    states: tuple[tuple[str, str], ...]
    first: date
    last: date
    stock: np.ndarray
    moves: np.ndarray
    rates: np.ndarray
    entrants: np.ndarray
    entrants_a_day: np.ndarray
    left_out: pl.DataFrame


def placement_type(code: pl.Expr) -> pl.Expr:
    """The type of placement of a code of the return.

    Notes
    -----
    Types are grouped by setting, near to the department's (assumed); temporary placements and those with an employer
    are "other", and so is a placement without a code.

    Examples
    --------
    >>> pl.select(placement_type(pl.lit(pl.Series(["U4", "K2", "Z1"])))).to_series().to_list()
    ['fostering', "children's homes and secure units", 'other']
    """
    return code.replace_strict(dict(PLACEMENT_TYPES), default=OTHER, return_dtype=pl.String)


def flows(records: Records, first: date, last: date, *, as_demand_model: bool = False) -> Flows:
    """The stock of children in care on each day of a period, and the rates at which they passed between states.

    Parameters
    ----------
    records : Records
        ``episodes`` that cover the period, and ``children`` for dates of birth.
    first, last : date
        The period, both days in it.
    as_demand_model : bool
        Count by the definitions of the public package cs-demand-model 0.5.1 instead, to be set beside its figures.

    Returns
    -------
    Flows
        Not protected: small counts are in it.

    Raises
    ------
    ValueError
        If the period is empty, or the episodes do not tell of all of it.

    Notes
    -----
    Definitions (assumed; no statute has any):

    - A child is in the state of the episode that is open at the end of the day, in the age band of that day: on the
      birthday that begins a band the child passes to it, whatever the episode.
    - The rate from one state to another is the number of passages by the number of days that children spent in the
      state, counted at the end of the day before. So rates times stock, with the entrants, add up to the change of the stock
      over the period exactly.
    - Entrants a day are those who came into care, by the days of the period.
    - Short breaks are not in care; an episode that ended on the day it started is in no stock.

    cs-demand-model differs: a child keeps the age band of the start of the episode, and ageing is a rate (1 by the
    days of the band, in which 16 and over ends at 30); a rate is the mean of daily ratios, days without a child
    counted as nought, and the first day held against its own stock; entrants of all days are divided by one day less;
    short breaks are in care. Its states count those who left as a state of their own, which is left away here.

    Examples
    --------
    >>> from ncthelpers.returns.records import TABLES, Cover
    >>> rows = [{"child": "a", "started": date(2022, 4, 2), "ended": date(2022, 4, 4), "placement": "U4"}]
    >>> episodes = pl.DataFrame(rows, schema=dict(TABLES["episodes"]))
    >>> children = pl.DataFrame([{"child": "a", "born": date(2015, 1, 1)}], schema=dict(TABLES["children"]))
    >>> cover = Cover(date(2022, 4, 1), date(2023, 3, 31))
    >>> records = Records({"episodes": episodes, "children": children}, {"episodes": cover, "children": cover})
    >>> found = flows(records, date(2022, 4, 1), date(2022, 4, 5))
    >>> stock(found).filter(pl.col("children") > 0).rows()
    [(datetime.date(2022, 4, 2), '5 to 9', 'fostering', 1.0), (datetime.date(2022, 4, 3), '5 to 9', 'fostering', 1.0)]
    >>> rates(found).select("placement", "to_placement", "moves", "rate").rows()
    [('fostering', 'out of care', 1, 0.5)]
    """
    cover = records.covers.get("episodes")
    if last < first:
        raise ValueError(f"the period ends on {last}, before it begins on {first}")
    if cover is None or first not in cover or last not in cover:
        told = "no return gives episodes" if cover is None else f"they are told of from {cover.first} to {cover.last}"
        raise ValueError(f"the episodes do not tell of {first} to {last}: {told}")
    types = _DEMAND_MODEL_TYPES if as_demand_model else _TYPES
    states = tuple((age, name) for age in AGE_BANDS for name in (*types, OTHER))
    rows, left_out = _stays(records, first, last, types, as_demand_model)
    return Flows(states, first, last, *_counted(rows, first, last, len(states), as_demand_model), left_out)


def _stays(
    records: Records, first: date, last: date, types: Mapping[str, str], as_demand_model: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row a stay in a state: when it started and ended, which state came after, and whether it began in care."""
    of_period = pl.col("started").is_null() | (
        (pl.col("started") <= last) & (pl.col("ended").is_null() | (pl.col("ended") >= first))
    )
    codes = {code: number for number, name in enumerate(types) for code in types[name].split()}
    nothing = pl.col("ended") <= pl.col("started")
    episodes = (
        in_order(records["episodes"].filter(of_period))
        .lazy()
        .join(records["children"].lazy().select("child", "born"), on="child", how="left", maintain_order="left")
        .select(
            pl.col("child").rle_id(), "started", "ended", "born",
            type=pl.col("placement").replace_strict(codes, default=len(types), return_dtype=pl.Int32),
            left_out=pl.when(pl.col("child").is_null() | pl.col("started").is_null()).then(pl.lit(NO_START))
            .when(pl.lit(not as_demand_model) & short_break()).then(pl.lit(SHORT_BREAKS))
            .when(nothing).then(pl.lit(NO_LENGTH))
            .when(pl.col("born").is_null()).then(pl.lit(NO_BIRTH)),
        )
        .collect()
    )  # fmt: skip
    why = pl.col("left_out")
    left_out = (
        episodes.filter(why.is_not_null()).group_by(reason=why).agg(records=pl.len().cast(pl.Int64)).sort("reason")
    )
    rows = episodes.lazy().filter(why.is_null()).drop("left_out")
    rows = rows.with_columns(band=_band_at_start()) if as_demand_model else _cut_at_birthdays(rows, last)
    same_child = pl.col("child") == pl.col("child").shift()
    follows = (same_child & (pl.col("started") == pl.col("ended").shift())).fill_null(False)
    to_band = pl.col("band" if as_demand_model else "next_band")
    kinds, out = len(types) + 1, len(AGE_BANDS) * (len(types) + 1)
    stays = (
        rows.with_columns(
            entered=~follows, goes_on=follows.shift(-1, fill_value=False),
            next_band=pl.col("band").shift(-1), next_type=pl.col("type").shift(-1),
        )
        .select(
            pl.col("started").to_physical(), pl.col("ended").to_physical().fill_null(_NEVER), "entered",
            state=pl.col("band") * kinds + pl.col("type"),
            after=pl.when("goes_on").then(to_band * kinds + pl.col("next_type")).otherwise(out),
        )
    )  # fmt: skip
    return stays.collect(), left_out


def _band(age: pl.Expr) -> pl.Expr:
    return pl.sum_horizontal((age >= lower).cast(pl.Int32) for lower in list(AGE_BANDS.values())[1:])


def _band_at_start() -> pl.Expr:
    return _band((pl.col("started") - pl.col("born")).dt.total_days() / _DEMAND_MODEL_YEAR)


def _cut_at_birthdays(rows: pl.LazyFrame, last: date) -> pl.LazyFrame:
    """A row for each age band that an episode lies in: it is cut on the birthdays that begin one."""
    last_day = pl.col("ended").fill_null(last + _DAY) - _DAY
    pieces = rows.with_columns(
        first_band=_band(age_on(pl.col("born"), pl.col("started"))), last_band=_band(age_on(pl.col("born"), last_day))
    )
    pieces = pieces.with_columns(band=pl.int_ranges("first_band", pl.col("last_band") + 1, dtype=pl.Int32)).explode(
        "band"
    )
    begins = dict(enumerate([*AGE_BANDS.values(), 0]))
    turned, turns_next = (
        birthday(pl.col("born"), band.replace_strict(begins, return_dtype=pl.Int32))
        for band in (pl.col("band"), pl.col("band") + 1)
    )
    return pieces.with_columns(
        started=pl.when(pl.col("band") > pl.col("first_band")).then(turned).otherwise("started"),
        ended=pl.when(pl.col("band") < pl.col("last_band")).then(turns_next).otherwise("ended"),
    )


def _counted(
    rows: pl.DataFrame, first: date, last: date, states: int, as_demand_model: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Stock, moves, rates, entrants and entrants a day."""
    started, ended, state, after = (rows[name].to_numpy() for name in ("started", "ended", "state", "after"))
    before_first, days = (first - _DAY - date(1970, 1, 1)).days, (last - first).days + 1

    def each_day(day: np.ndarray) -> np.ndarray:
        """How many stays of each state begin, or end, by day; what was before counts on the first, what is later last."""
        at = np.clip(day.astype(np.int64) - before_first, 0, days + 1) * states + state
        return np.bincount(at, minlength=(days + 2) * states).reshape(-1, states)

    held = (each_day(started) - each_day(ended)).cumsum(axis=0)[:-1]
    left = (ended > before_first) & (ended <= before_first + days)
    passages = state[left] * (states + 1) + after[left]
    moves = _square(np.bincount(passages, minlength=states * (states + 1)), states)
    came = rows["entered"].to_numpy() & (started > before_first) & (started <= before_first + days)
    entrants = np.bincount(state[came], minlength=states)
    if not as_demand_model:
        return held, moves, _by(moves, held[:-1].sum(axis=0)[:, None]), entrants, entrants / days

    at_risk = np.vstack([held[1], held[1:-1]])
    daily = (ended[left].astype(np.int64) - before_first - 1) * states * (states + 1) + passages
    by_day = np.bincount(daily, minlength=days * states * (states + 1)).reshape(days, states, states + 1)
    mean = _square(_by(by_day, at_risk[:, :, None]).mean(axis=0), states)
    kinds = states // len(AGE_BANDS)
    for here in range(states):
        mean[here, min(here + kinds, states)] += 1 / _DEMAND_MODEL_BANDS[here // kinds]
    return held, moves, mean, entrants, entrants / (days - 1) if days > 1 else entrants


def _square(counts: np.ndarray, states: int) -> np.ndarray:
    """From each state to each and out of care; a child who changes placement within a state does not leave it."""
    found = counts.reshape(states, states + 1).copy()
    np.fill_diagonal(found, 0)
    return found


def _by(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """A quotient, nought where there is nobody to pass on."""
    return cast("np.ndarray", np.divide(numerator, denominator, out=np.zeros(numerator.shape), where=denominator > 0))


def stock(found: Flows) -> pl.DataFrame:
    """Children in care at the end of each day of the period: ``day``, ``age``, ``placement``, ``children``."""
    return _long(found, found.stock[1:].astype(float), found.first)


def rates(found: Flows) -> pl.DataFrame:
    """How children passed between states: one row each two states between which any did, or may.

    Returns
    -------
    polars.DataFrame
        ``age``, ``placement``, ``to_age`` and ``to_placement`` (empty and ``out of care`` for those who left),
        ``moves`` in the period, ``child_days`` in the state, and ``rate`` for a child and day.
    """
    here, there = found.rates.nonzero()
    to = [*found.states, (None, OUT_OF_CARE)]
    at_risk = found.stock[:-1].sum(axis=0)
    return pl.DataFrame(
        [
            (*found.states[i], *to[j], int(found.moves[i, j]), int(at_risk[i]), float(found.rates[i, j]))
            for i, j in zip(here, there, strict=True)
        ],
        schema={
            "age": pl.String, "placement": pl.String, "to_age": pl.String, "to_placement": pl.String,
            "moves": pl.Int64, "child_days": pl.Int64, "rate": pl.Float64,
        },
        orient="row",
    )  # fmt: skip


def predicted(found: Flows, days: int) -> pl.DataFrame:
    """The stock of children in care on the days after the period, if its rates and entrants stay as they were.

    Parameters
    ----------
    found : Flows
        The period.
    days : int
        How many days after it.

    Returns
    -------
    polars.DataFrame
        As :func:`stock`: an expected number, so not whole.

    Notes
    -----
    From one day to the next the stock is multiplied by the matrix of those who stay and pass on, and the entrants of a
    day are added. It is no forecast of a changed policy, and has no range: rates of few children are uncertain.
    """
    here = len(found.states)
    step = np.eye(here) - np.diag(found.rates.sum(axis=1)) + found.rates[:, :here]
    coming = np.empty((days, here))
    now = found.stock[-1]
    for day in range(days):
        now = coming[day] = now @ step + found.entrants_a_day
    return _long(found, coming, found.last + _DAY)


def _long(found: Flows, children: np.ndarray, first: date) -> pl.DataFrame:
    days, states = children.shape
    day = pl.Series("day", [first], pl.Date).to_physical()[0] + np.arange(days, dtype=np.int32)
    ages, placements = zip(*found.states, strict=True)
    return pl.DataFrame(
        {
            "day": pl.Series(np.repeat(day, states)).cast(pl.Date),
            "age": pl.Series(ages).gather(np.tile(np.arange(states), days)),
            "placement": pl.Series(placements).gather(np.tile(np.arange(states), days)),
            "children": children.ravel(),
        }
    )
