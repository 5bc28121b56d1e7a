"""What may be made of official statistics: which figures may be added or compared, and in what words.

Figures of several authorities are made from their numerators and denominators, never from their rates. Two figures
are compared in words only where their definitions are the same, and no count is ever taken from another: a
suppressed figure is not recovered, and figures rounded to ten are not parts of anything.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

import pandas as pd

from ncthelpers.definitions import NotComparable
from ncthelpers.kpis import direction_of_travel
from ncthelpers.once import once
from ncthelpers.rounding import half_up
from ncthelpers.rows import records_of
from ncthelpers.years import ContractYear

__all__ = [
    "Statistics", "Combined", "Rank", "JOINT", "REGION", "COUNTRY", "RATED", "add",
    "area_rows", "areas_in_being", "break_reasons", "breaks_between", "combined", "comparison_words",
    "joint_returns", "lineage", "measure_rows", "own_areas", "rank", "releases", "share",
]  # fmt: skip

_AUTHORITY, JOINT, REGION, COUNTRY = "local authority", "joint return", "region", "country"
ROUNDED = {REGION, COUNTRY}
_SYMBOLS = {
    "c": "suppressed", "k": "rounded to nought", "u": "marked as unreliable", "x": "unavailable", "z": "not applicable",
}  # fmt: skip
_BASES = {_AUTHORITY: "one authority", JOINT: "one joint return"}
_SUM = "sum of the authorities' counts"
_SCALES = {"per cent": 100, "per 10,000 children": 10_000}
_CONFIRMED = "confirmed"
RATED = ("higher is better", "lower is better")

_JOINT_ONCE = "a joint return is one figure and is never added"
_ROUNDED_TO_TEN = "England and regions are rounded to ten"
_TWICE = "an authority is there twice"
_NOT_AVERAGED = "only rates are published, and rates are not averaged"
_NOT_ADDED = "the measure is not added over authorities"
_NONE_OF_A_PART = "no figure is published for a part"
_NO_DENOMINATOR = "there is nothing to take a share of: the denominator is nought"


class _Table:
    """A table of the statistics by the name it has there, taken when it is asked for: a page reads no other."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, of: "Statistics", owner: type) -> pd.DataFrame:
        return of.tables[self.name]


@dataclass(frozen=True, eq=False)
class Statistics:
    """The reference tables of official statistics, and the areas of the contract's councils.

    Parameters
    ----------
    tables : Mapping of str to DataFrame
        The tables of ``data/reference``, as read; each used is an attribute of its name.
    held : tuple of str
        Ids of the areas of the contract's councils.
    """

    tables: Mapping[str, pd.DataFrame]
    held: tuple[str, ...]

    official, authority_values, measures, areas = _Table(), _Table(), _Table(), _Table()
    area_members, area_changes, series_breaks, publications = _Table(), _Table(), _Table(), _Table()


# What a measure counts


# Which areas, and which release


@once
def measure_rows(statistics: Statistics) -> dict[str, dict[str, Any]]:
    """The rows of the measures by their id; not to be changed."""
    return {row["measure"]: row for row in records_of(statistics.measures)}


def _in_being(area: Mapping[str, Any], year: str) -> bool:
    """Whether an area is in being on the last day of a contract year, when its authorities make the year's returns."""
    end = ContractYear(year).end
    return (area["valid_from"] is None or area["valid_from"] <= end) and (
        area["valid_to"] is None or area["valid_to"] >= end
    )


@once
def area_rows(statistics: Statistics) -> dict[str, dict[str, Any]]:
    """The rows of the areas by their id; not to be changed."""
    return {row["area"]: row for row in records_of(statistics.areas)}


def _areas_in(
    year: str, held: tuple[str, ...], areas: Mapping[str, Mapping[str, Any]], changes: list[dict[str, Any]]
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for area in held:
        if _in_being(areas[area], year):
            found[area] = None
            continue
        olds = [row["old"] for row in changes if row["new"] == area]
        ends = [row for row in changes if row["old"] in olds]
        wholly = all(row["same_territory"] and row["new"] in held for row in ends)
        before = _areas_in(year, tuple(dict.fromkeys(olds)), areas, changes) if wholly else ()
        if not before:
            return ()
        found |= dict.fromkeys(before)
    return tuple(found)


@once
def _areas_held(statistics: Statistics, year: str) -> tuple[str, ...]:
    return _areas_in(year, statistics.held, area_rows(statistics), records_of(statistics.area_changes))


def areas_in_being(statistics: Statistics, year: str) -> tuple[str, ...]:
    """The areas that the contract's councils are, or came from, in a contract year.

    Parameters
    ----------
    statistics : Statistics
        Columns used: ``areas`` (``area, valid_from, valid_to``), ``area_changes`` (``old, new, same_territory``).
    year : str
        Contract year; an area counts that is in being on its last day.

    Returns
    -------
    tuple of str
        Ids in the order of the councils. Before a change, the old areas, where the new ones cover the same territory
        and are all held; none at all where any council's territory cannot be made up of areas of that year.

    Examples
    --------
    >>> from datetime import date
    >>> areas = pd.DataFrame([["county", None, date(2021, 3, 31)], ["north", date(2021, 4, 1), None],
    ...     ["west", date(2021, 4, 1), None]], columns=["area", "valid_from", "valid_to"], dtype=object)
    >>> changes = pd.DataFrame(dict(old=["county"] * 2, new=["north", "west"], same_territory=[True, True]), dtype=object)
    >>> tables = {"areas": areas, "area_changes": changes}
    >>> both = Statistics(tables, ("north", "west"))
    >>> areas_in_being(both, "2021-22"), areas_in_being(both, "2020-21")
    (('north', 'west'), ('county',))
    >>> areas_in_being(Statistics(tables, ("north",)), "2020-21")
    ()
    """
    return _areas_held(statistics, year)


@once
def _links(statistics: Statistics) -> tuple[tuple[str, str], ...]:
    """Areas with one that they came from, and joint returns with one that they cover."""
    kinds = dict(zip(statistics.areas["area"], statistics.areas["kind"], strict=True))
    changes = zip(statistics.area_changes["new"], statistics.area_changes["old"], strict=True)
    members = zip(statistics.area_members["group"], statistics.area_members["member"], strict=True)
    return (*changes, *((group, member) for group, member in members if kinds[group] == JOINT))


def lineage(statistics: Statistics, area: str) -> frozenset[str]:
    """An area with every area that it came from, and of a joint return those that it covers and came from.

    Parameters
    ----------
    statistics : Statistics
        Columns used: ``area_changes`` (``old, new``), ``area_members`` (``group, member``), ``areas`` (``area, kind``).
    area : str
        Id of the area.

    Returns
    -------
    frozenset of str
        Ids; also of areas of which only a part went into this one, since a break in their series is one in its own.

    Examples
    --------
    >>> areas = pd.DataFrame(dict(area=["north", "west"], kind="local authority"), dtype=object)
    >>> changes = pd.DataFrame(dict(old="county", new=["north", "west"]), dtype=object)
    >>> members = pd.DataFrame(columns=["group", "member"])
    >>> tables = {"areas": areas, "area_members": members, "area_changes": changes}
    >>> sorted(lineage(Statistics(tables, ("north",)), "north"))
    ['county', 'north']
    """
    found, added = {area}, {area}
    while added:
        added = {older for newer, older in _links(statistics) if newer in added and older not in found}
        found |= added
    return frozenset(found)


@once
def _joint_returns(statistics: Statistics, year: str) -> dict[str, tuple[str, ...]]:
    areas, own = area_rows(statistics), set(_areas_held(statistics, year))
    members: dict[str, list[str]] = {}
    for group, member in zip(statistics.area_members["group"], statistics.area_members["member"], strict=True):
        if areas[group]["kind"] == JOINT:
            members.setdefault(group, []).append(member)
    return {
        group: tuple(covered)
        for group, covered in members.items()
        if own & set(covered) and _in_being(areas[group], year)
    }


def joint_returns(statistics: Statistics, year: str) -> dict[str, list[str]]:
    """The joint returns in being in a contract year that include any area of the contract, with all that they cover.

    Parameters
    ----------
    statistics : Statistics
        Columns used: ``area_members`` (``group, member``) and those of :func:`areas_in_being` with ``kind``.
    year : str
        Contract year.

    Returns
    -------
    dict of str to list of str
        Ids of the areas covered, those of others among them, by the id of the joint return.

    Examples
    --------
    >>> areas = pd.DataFrame([["north", "local authority"], ["west", "local authority"], ["both", "joint return"]],
    ...                      columns=["area", "kind"], dtype=object).assign(valid_from=None, valid_to=None)
    >>> members = pd.DataFrame(dict(group="both", member=["north", "west"]), dtype=object)
    >>> changes = pd.DataFrame(columns=["old", "new", "same_territory"])
    >>> tables = {"areas": areas, "area_members": members, "area_changes": changes}
    >>> joint_returns(Statistics(tables, ("north", "west")), "2021-22")
    {'both': ['north', 'west']}
    """
    return {group: list(covered) for group, covered in _joint_returns(statistics, year).items()}


def own_areas(statistics: Statistics, year: str) -> tuple[str, ...]:
    """The areas whose figures are the contract's in a year: its councils' areas, and joint returns that include any.

    Examples
    --------
    >>> areas = pd.DataFrame([["north", "local authority"], ["both", "joint return"]], columns=["area", "kind"],
    ...                      dtype=object).assign(valid_from=None, valid_to=None)
    >>> members = pd.DataFrame(dict(group=["both"], member=["north"]), dtype=object)
    >>> changes = pd.DataFrame(columns=["old", "new", "same_territory"])
    >>> tables = {"areas": areas, "area_members": members, "area_changes": changes}
    >>> own_areas(Statistics(tables, ("north",)), "2021-22")
    ('north', 'both')
    """
    return (*_areas_held(statistics, year), *_joint_returns(statistics, year))


def _in_order(rows: Iterable[dict[str, Any]], published: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Releases of one figure, oldest first; an error where no order can be told."""
    rows = list(rows)
    if len(rows) < 2:
        return rows
    dates = [published.get(row["publication"]) for row in rows]
    if None in dates or len(set(dates)) < len(dates):
        fault = "has no date" if None in dates else "has the same date as another"
        figure = ", ".join(rows[0][column] for column in ("measure", "area", "year"))
        raise ValueError(f"{figure}: which release is the newest cannot be told, since one {fault}")
    return [row for _, row in sorted(zip(dates, rows, strict=True), key=lambda pair: cast("str", pair[0]))]


def releases(official: pd.DataFrame, publications: pd.DataFrame) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """Every release of each figure, by measure, area and contract year.

    Parameters
    ----------
    official : DataFrame
        Columns ``measure, area, year, publication`` and any others.
    publications : DataFrame
        Columns ``publication, published``; dates are compared as text.

    Returns
    -------
    dict of tuple to list of dict
        Rows by ``(measure, area, year)``, oldest release first, each with ``label``: the one it has in its table.

    Raises
    ------
    ValueError
        If two of the releases of a figure have the same date, or one of several has none.

    Examples
    --------
    >>> official = pd.DataFrame(dict(measure="plans", area="east", year="2021-22", value=[Decimal("22.7"), Decimal("23.3")],
    ...                              publication=["new", "old"]), dtype=object)
    >>> publications = pd.DataFrame(dict(publication=["old", "new"], published=["2024", "2025"]), dtype=object)
    >>> [row["publication"] for row in releases(official, publications)["plans", "east", "2021-22"]]
    ['old', 'new']
    """
    published = dict(zip(publications["publication"], publications["published"], strict=True))
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for label, row in zip(official.index, records_of(official), strict=True):
        groups.setdefault((row["measure"], row["area"], row["year"]), []).append({**row, "label": label})
    return {key: _in_order(rows, published) for key, rows in groups.items()}


# One figure for several authorities


@dataclass(frozen=True)
class Combined:
    """The figure for the contract's areas and how it was made, or the reason why there is none.

    ``printed`` says that the value is a rate or share as its release prints it, rounded there: no count, and no
    quotient of counts.
    """

    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None
    basis: str | None = None
    reason: str | None = None
    printed: bool = False


def share(numerator: Decimal | int, denominator: Decimal | int, unit: str) -> Decimal:
    """The quotient of two counts in a unit such as per cent, unrounded; a quotient alone where the unit has no scale.

    Raises
    ------
    NotComparable
        If the denominator is nought.

    Examples
    --------
    >>> share(1, 8, "per cent"), share(50, 10_000, "per 10,000 children")
    (Decimal('12.5'), Decimal('50'))
    """
    if not denominator:
        raise NotComparable(_NO_DENOMINATOR)
    return Decimal(numerator) * _SCALES.get(unit, 1) / Decimal(denominator)


def _count(row: Mapping[str, Any]) -> Decimal | None:
    return cast("Decimal | None", row["value"] if row["numerator"] is None else row["numerator"])


def _alone(row: Mapping[str, Any], measure: Mapping[str, Any]) -> Combined:
    counts = row["numerator"], row["denominator"]
    made = row["kind"] not in ROUNDED and measure["unit"] == "per cent" and None not in counts
    counted = measure["combines"] == "counts"
    value = share(*counts, measure["unit"]) if made else _count(row) if counted else row["value"]
    if value is None:
        raise NotComparable("no figure is published")
    return Combined(*counts, value, _BASES.get(row["kind"], "as printed"), printed=not made and not counted)


def _sum(rows: list[Mapping[str, Any]], measure: Mapping[str, Any]) -> Combined:
    if measure["combines"] == "counts":
        counts: list[Any] = [_count(row) for row in rows]
        if None in counts:
            raise NotComparable(_NONE_OF_A_PART)
        return Combined(sum(counts), None, sum(counts), _SUM)
    if measure["combines"] != "numerators and denominators":
        raise NotComparable(_NOT_ADDED)
    parts = [row[part] for row in rows for part in ("numerator", "denominator")]
    if None in parts:
        raise NotComparable(_NONE_OF_A_PART if any(row["value"] is None for row in rows) else _NOT_AVERAGED)
    numerator, denominator = (sum(row[part] for row in rows) for part in ("numerator", "denominator"))
    return Combined(numerator, denominator, share(numerator, denominator, measure["unit"]), _SUM)


def add(rows: Iterable[Mapping[str, Any]], measure: Mapping[str, Any]) -> Combined:
    """The figure for several authorities from one row each, or one row's own figure.

    Parameters
    ----------
    rows : iterable of mappings
        ``area, kind, numerator, denominator, value, status``, one an area.
    measure : mapping
        ``unit, combines`` of the measure.

    Returns
    -------
    Combined
        In the measure's unit, unrounded where both counts are published. A country or region alone keeps its value
        as printed: its counts are rounded to ten, and their quotient need not be the percentage printed.

    Raises
    ------
    NotComparable
        If the rows may not be added: a joint return beside anything, a country or region, a suppressed part, an
        authority twice, rates without counts, or a measure that is not added.

    Notes
    -----
    Rule: councils are added by numerator and denominator, never by averaging rates. The Department for Education
    rounds counts of England and the regions to ten, and not those of authorities (methodology of its releases).

    Examples
    --------
    >>> rows = [dict(area=area, kind="local authority", numerator=Decimal(n), denominator=Decimal(d), value=None, status=None)
    ...         for area, n, d in (("a", 1506, 7024), ("b", 1421, 7234))]
    >>> added = add(rows, dict(unit="per cent", combines="numerators and denominators"))
    >>> half_up(added.value, 1), added.basis
    (Decimal('20.5'), "sum of the authorities' counts")
    >>> add([*rows, dict(rows[0], area="c", status="c")], dict(unit="per cent", combines="numerators and denominators"))
    Traceback (most recent call last):
        ...
    ncthelpers.definitions.NotComparable: a part is suppressed (c)
    """
    rows = list(rows)
    if not rows:
        raise NotComparable("no figure is published")
    kinds = {row["kind"] for row in rows}
    if len(rows) > 1:
        if JOINT in kinds or measure["combines"] == JOINT:
            raise NotComparable(_JOINT_ONCE)
        if kinds & ROUNDED:
            raise NotComparable(_ROUNDED_TO_TEN)
        if len({row["area"] for row in rows}) < len(rows):
            raise NotComparable(_TWICE)
    symbol = next((row["status"] for row in rows if row["status"]), None)
    if symbol:
        raise NotComparable(f"{'a part' if len(rows) > 1 else 'the figure'} is {_SYMBOLS[symbol]} ({symbol})")
    return _alone(rows[0], measure) if len(rows) == 1 else _sum(rows, measure)


def combined(rows: Iterable[Mapping[str, Any]], measure: Mapping[str, Any]) -> Combined:
    """As :func:`add`, with the reason in the place of a figure where the rows may not be added.

    Examples
    --------
    >>> joint = dict(area="both", kind="joint return", numerator=None, denominator=None, value=Decimal("36.5"), status=None)
    >>> measure = dict(unit="per cent", combines="joint return")
    >>> combined([joint], measure).value, combined([joint, joint], measure).reason
    (Decimal('36.5'), 'a joint return is one figure and is never added')
    """
    try:
        return add(rows, measure)
    except NotComparable as refused:
        return Combined(reason=str(refused))


# How figures are worded and ranked, and breaks


_CHOSEN = {
    "quality": {"better": "better than", "worse": "worse than", "higher": "higher than", "lower": "lower than",
                "no change": "the same as"},
    "level": {"higher": "above", "lower": "below", "no change": "level with"},
    "change": {"higher": "rose", "lower": "fell", "no change": "did not change"},
    "target": {"better": "met", "no change": "met", "worse": "missed"},
}  # fmt: skip


def comparison_words(
    ours: Decimal | int, theirs: Decimal | int, polarity: str, decimals: int, kind: str = "quality"
) -> str:
    """How a figure stands to another, as both are printed: the one place where a word for it is chosen.

    Parameters
    ----------
    ours, theirs : Decimal or int
        The two figures, rounded half up here. Their definitions must be the same: ask :func:`comparable` first.
    polarity : str
        ``higher is better``, ``lower is better`` or ``not rated``.
    decimals : int
        Places that the measure is printed with.
    kind : str
        ``quality``: better, worse or the same, higher or lower where it is not rated. ``level``: above, below, level
        with. ``change``: rose, fell, did not change, ``theirs`` being the earlier figure. ``target``: met or missed.

    Returns
    -------
    str
        The word.

    Raises
    ------
    NotComparable
        Of a target, if it is not known which way is better.
    ValueError
        If the kind or the polarity is unknown.

    Examples
    --------
    >>> comparison_words(Decimal("20.53"), Decimal("21.5"), "lower is better", 1)
    'better than'
    >>> comparison_words(Decimal("20.53"), Decimal("20.5"), "not rated", 1)
    'the same as'
    >>> comparison_words(1184, 1094, "lower is better", 0, "change"), comparison_words(44, 45, "higher is better", 0, "target")
    ('rose', 'missed')
    """
    if kind not in _CHOSEN:
        raise ValueError(f"{kind!r} is not a kind of comparison: it is one of {', '.join(_CHOSEN)}")
    if kind == "target" and polarity not in RATED:
        raise NotComparable("which way is better is not stated")
    by = "not rated" if kind in {"level", "change"} else polarity
    return _CHOSEN[kind][cast("str", direction_of_travel(half_up(theirs, decimals), half_up(ours, decimals), by))]


@dataclass(frozen=True)
class Rank:
    """Where a value stands among all that are published; 1 is best, and equal values share their ranks."""

    first: int
    last: int
    of: int

    @property
    def ranks(self) -> str:
        """Such as ``3``, or ``12 to 14`` where it is shared."""
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"

    @property
    def quartile(self) -> int | None:
        """1 (best) to 4 by the middle of the ranks shared; none among fewer than four values."""
        return None if self.of < 4 else -(-2 * (self.first + self.last) // self.of)


def rank(values: Iterable[Decimal], value: Decimal, polarity: str) -> Rank:
    """The rank of a value among the published values of all authorities.

    Parameters
    ----------
    values : iterable of Decimal
        All published values as printed, the value itself among them.
    value : Decimal
        The value.
    polarity : str
        ``higher is better`` or ``lower is better``.

    Raises
    ------
    NotComparable
        If the measure is not rated: there is no best.
    ValueError
        If the value is not among the values.

    Examples
    --------
    >>> published = [Decimal(printed) for printed in ("19.0", "20.5", "20.5", "23.1", "25.0")]
    >>> place = rank(published, Decimal("20.5"), "lower is better")
    >>> place.ranks, place.of, place.quartile
    ('2 to 3', 5, 2)
    """
    if polarity not in RATED:
        raise NotComparable("the measure is not rated")
    values = list(values)
    equal = values.count(value)
    if not equal:
        raise ValueError(f"{value} is not among the values")
    ahead = sum(other > value if polarity == "higher is better" else other < value for other in values)
    return Rank(ahead + 1, ahead + equal, len(values))


@once
def _breaks_of(statistics: Statistics, measure: str) -> tuple[tuple[int, str, str, str | None], ...]:
    """The breaks of a measure: place in their table, the years before and after, and the area."""
    breaks = statistics.series_breaks
    cells = zip(*(breaks[column] for column in ("measure", "before", "after", "area")), strict=True)
    return tuple((place, *rest) for place, (of, *rest) in enumerate(cells) if of == measure)


def breaks_between(
    statistics: Statistics, measure: str, area_ids: Collection[str | None], before: str, after: str
) -> pd.DataFrame:
    """Breaks in the series of a measure for some areas between two contract years.

    Parameters
    ----------
    statistics : Statistics
        Columns used: ``series_breaks`` (``measure, area, before, after``); a break without an area holds for the
        contract's own areas.
    measure : str
        Id of the measure.
    area_ids : collection of str
        Ids of the areas.
    before, after : str
        The earlier and the later contract year.

    Returns
    -------
    DataFrame
        The rows of ``series_breaks`` that lie between the two.
    """
    between = [
        (place, area) for place, first, last, area in _breaks_of(statistics, measure) if first < after and last > before
    ]
    if not between:
        return statistics.series_breaks.iloc[:0]
    concerns_own = not {*own_areas(statistics, before), *own_areas(statistics, after)}.isdisjoint(area_ids)
    kept = [place for place, area in between if (concerns_own if area is None else area in area_ids)]
    return statistics.series_breaks.iloc[kept]


def break_reasons(breaks: pd.DataFrame) -> dict[str, str]:
    """Why a series breaks, each reason once however many areas or years it is entered for.

    Parameters
    ----------
    breaks : DataFrame
        Columns ``certainty, reason``, as of :func:`breaks_between`.

    Returns
    -------
    dict of str to str
        The certainty by its reason, in their order; ``confirmed`` where a reason is both confirmed and suspected.

    Examples
    --------
    >>> break_reasons(pd.DataFrame(dict(certainty="suspected", reason=["a new count", "a new count"])))
    {'a new count': 'suspected'}
    """
    found: dict[str, str] = {}
    for certainty, reason in zip(breaks["certainty"], breaks["reason"], strict=True):
        if found.get(reason) != _CONFIRMED:
            found[reason] = certainty
    return found
