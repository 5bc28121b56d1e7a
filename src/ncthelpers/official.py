"""Tables of official statistics for the contract's areas: beside the country, over time, by authority, by release.

Every figure, comparison and change in them is made, or refused with its reason, by the rules of
:mod:`ncthelpers.benchmarks`.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from ncthelpers.benchmarks import (
    RATED,
    ROUNDED,
    Combined,
    Statistics,
    area_rows,
    areas_in_being,
    break_reasons,
    breaks_between,
    combined,
    comparison_words,
    joint_returns,
    lineage,
    measure_rows,
    own_areas,
    rank,
    releases,
    share,
)
from ncthelpers.definitions import Fingerprint, NotComparable, comparable, differences
from ncthelpers.kpis import SMALL_BASE, direction_of_travel
from ncthelpers.once import once
from ncthelpers.rounding import half_up
from ncthelpers.rows import records_of
from ncthelpers.years import ContractYear, last_day, year_of

if TYPE_CHECKING:
    from ncthelpers.yeardata import YearData

__all__ = [
    "AS_PRINTED", "QUOTIENT", "authority_ranks", "figure", "in_brief", "measure_changes", "measure_series", "measures_alone", "measures_by_area",
    "neighbour_means", "newest_figures", "official_demand", "official_finance", "related_measures", "reported_beside", "revisions",
    "series_by_area", "statistics",
]  # fmt: skip

AS_PRINTED, QUOTIENT = "as printed", "quotient of counts rounded to ten"
_NOT_SHOWN, _RATES_ONLY = "not shown", "rates only"
_NO_COUNTS = {"numerator": None, "denominator": None}

_OFF = 6 * 5  # how far a count of a country or region may be out: a sum of up to six bands, each rounded to ten
_QUARTILES: Mapping[int | None, str] = {1: "first (best)", 2: "second", 3: "third", 4: "fourth"}
_NO_FIGURE = "no figure is published for the contract's areas in the year"
_NO_AREAS = "the contract's areas cannot be made up of the areas of the year"
_TOO_CLOSE = "not compared: too close to tell, since one year is only printed rounded"
_SMALL = "not compared: small base"
_NOT_APPLICABLE = "z"
_OTHERS_TOO = "the joint return covers other authorities too"


@once
def statistics(data: YearData) -> Statistics:
    """Official statistics and the areas that the contract's councils serve."""
    areas = tuple(council["area"] for council in data.contract["councils"])
    return Statistics(data.reference.tables, areas)


# The figures of one year, looked up once


@dataclass(frozen=True)
class _Beside:
    """The figure of the country or a region, its basis, and the least and greatest it may be for its rounding."""

    value: Decimal | None = None
    basis: str | None = None
    bounds: tuple[Decimal, ...] = ()


def _beside(row: Mapping[str, Any] | None, measure: Mapping[str, Any]) -> _Beside:
    """As printed; where only counts are, their quotient at the measure's places, and what it may be off by.

    Either count may itself be a sum of counts that are each rounded to ten, so both are taken at their furthest.
    """
    if row is None or row["status"]:
        return _Beside()
    if row["value"] is not None:
        return _Beside(row["value"], AS_PRINTED, (row["value"],))
    if measure["unit"] != "per cent" or None in (row["numerator"], row["denominator"]) or not row["denominator"]:
        return _Beside()
    value, *bounds = (
        half_up(
            share(max(row["numerator"] + off, 0), max(row["denominator"] + -off, 1), measure["unit"]),
            measure["decimals"],
        )
        for off in (0, -_OFF, _OFF)
    )
    return _Beside(value, QUOTIENT, tuple(bounds))


@dataclass(frozen=True)
class _Year:
    """The newest figures of one contract year by measure and area, and the contract's areas in it."""

    rows: Mapping[tuple[str, str], dict[str, Any]]
    areas: tuple[str, ...]
    joints: Mapping[str, list[str]]
    names: Mapping[str | None, str]
    titles: Mapping[str, str]
    country: str | None
    region: str | None

    @property
    def own(self) -> tuple[str, ...]:
        return (*self.areas, *self.joints)

    def row(self, measure: str, area: str | None) -> dict[str, Any] | None:
        return self.rows.get((measure, cast("str", area)))

    def beside(self, measure: Mapping[str, Any], area: str | None) -> _Beside:
        return _beside(self.row(measure["measure"], area), measure)

    def of_own(self, measure: str) -> list[dict[str, Any]]:
        return [row for row in (self.row(measure, area) for area in self.own) if row]

    def shown_of(self, measure: Mapping[str, Any], row: Mapping[str, Any]) -> str:
        """How much of a row may be shown by area: all of a country or region, of an authority what its measure allows."""
        return "" if row["kind"] in ROUNDED else measure["by_area"]

    def alone(self, measure: Mapping[str, Any], row: dict[str, Any]) -> Combined | None:
        """The figure of a row by itself, with no more than may be shown of it; none where nothing may be."""
        shown = self.shown_of(measure, row)
        return None if shown == _NOT_SHOWN else combined([row | (_NO_COUNTS if shown == _RATES_ONLY else {})], measure)

    def release(self, measure: str, beside: bool = True) -> str | None:
        """Titles of the releases that a row of a table rests on: of the areas' figures, and of those beside them."""
        rows = self.of_own(measure)
        if beside:
            rows += [row for row in (self.row(measure, area) for area in (self.country, self.region)) if row]
        return "; ".join(dict.fromkeys(self.titles[row["publication"]] for row in rows)) or None

    def combined(self, measure: Mapping[str, Any]) -> Combined:
        """The figure for the contract's areas; refused where their rows do not cover them, and no more than them."""
        if not self.areas:
            return Combined(reason=_NO_AREAS)
        rows = self.of_own(measure["measure"])
        if not rows:
            return Combined(reason=_NO_FIGURE)
        joint = {area for row in rows for area in self.joints.get(row["area"], [])}
        rows = [row for row in rows if not (row["area"] in joint and _says_nothing(row))]
        covered = {area for row in rows for area in self.joints.get(row["area"], [row["area"]])}
        absent = [self.names[area] for area in self.areas if area not in covered]
        if absent:
            return Combined(reason=f"no figure is published for {' and '.join(absent)}")
        return combined(rows, measure) if covered <= set(self.areas) else Combined(reason=_OTHERS_TOO)


def _says_nothing(row: Mapping[str, Any]) -> bool:
    """Whether a row only says that it does not apply, as an authority's does whose figure is in a joint return."""
    return row["status"] == _NOT_APPLICABLE and {row["numerator"], row["denominator"], row["value"]} == {None}


def _is_small(denominator: Decimal | int | None) -> bool:
    return denominator is not None and denominator < SMALL_BASE


def _within(statistics: Statistics, areas: Collection[str | None]) -> str | None:
    """The one area that some areas all lie in, by the register of areas; none where they differ or it is not entered."""
    rows = area_rows(statistics)
    found = {rows[area].get("lies_in") if area in rows else None for area in areas}
    return found.pop() if len(found) == 1 else None


@once
def _of_year(statistics: Statistics, year: str) -> _Year:
    areas, region = area_rows(statistics), _within(statistics, statistics.held)
    official = statistics.official[statistics.official["year"] == year]
    return _Year(
        rows={
            (measure, area): {**printed[-1], "kind": areas[area]["kind"]}
            for (measure, area, _), printed in releases(official, statistics.publications).items()
        },
        areas=areas_in_being(statistics, year),
        joints=joint_returns(statistics, year),
        names={area: row["name"] for area, row in areas.items()},
        titles=dict(zip(statistics.publications["publication"], statistics.publications["title"], strict=True)),
        country=_within(statistics, [region]),
        region=region,
    )


def _figures(statistics: Statistics, years: Collection[str]) -> dict[str, _Year]:
    return {year: _of_year(statistics, year) for year in years}


def newest_figures(statistics: Statistics, measure: str, year: str) -> dict[str, dict[str, Any]]:
    """The newest row of a measure and contract year for each area that has one, with its kind and its label in the table."""
    rows = _of_year(statistics, year).rows
    return {area: row for (of, area), row in rows.items() if of == measure}


def _measures(statistics: Statistics, uses: Collection[str]) -> list[dict[str, Any]]:
    """The measures of some uses that any official figure is entered for, in their order."""
    entered = set(statistics.official["measure"])
    return [row for row in records_of(statistics.measures) if row["use"] in uses and row["measure"] in entered]


def _year_before(year: str) -> str:
    first = ContractYear(year).start.year
    return f"{first - 1}-{first % 100:02d}"


def _places(ours: Combined, measure: Mapping[str, Any]) -> int | None:
    """Decimal places to show a figure with: as printed, 2 as 2.0 beside 2.3; at least one of a quotient; none of a count."""
    if ours.printed and ours.value is not None:
        return _printed_places(ours.value, measure)
    return None if ours.denominator is None else max(measure["decimals"], 1)


def _printed_places(value: Decimal | int, measure: Mapping[str, Any]) -> int:
    """Places that a value is printed with: those of its measure at least, since a nought at the end may not be entered."""
    return max(cast("int", measure["decimals"]), -cast("int", Decimal(value).as_tuple().exponent))


def _shown_places(ours: Combined, measure: Mapping[str, Any]) -> int:
    """Places that a figure is compared at: as printed, or one at least where it is made of counts."""
    return _printed_places(cast("Decimal", ours.value), measure) if ours.printed else max(measure["decimals"], 1)


def _ends(ours: Combined, measure: Mapping[str, Any]) -> tuple[Decimal | int, ...]:
    """What a figure may be: itself, or where it is printed rounded, from half a unit of its last place below to above."""
    value = cast("Decimal", ours.value)
    if not ours.printed:
        return (value,)
    half = Decimal("0.5").scaleb(-_printed_places(value, measure))
    return value + -half, value + half


def _frame(rows: Iterable[Mapping[str, Any]], columns: str) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split(), dtype=object)


# The tables


def _not_in_full(measure: Mapping[str, Any]) -> str | None:
    """Why two figures of a measure are not compared in words, where a part of its definition is not stated."""
    try:
        comparable(Fingerprint.of(measure), Fingerprint.of(measure))
    except NotComparable as refused:
        return f"not compared: {refused}"
    return None


def _against(ours: Combined, theirs: _Beside, whose: str, measure: Mapping[str, Any]) -> str:
    """How the contract's figure stands to another, in one word, or why that is not said."""
    if ours.value is None:
        return f"not compared: {ours.reason}"
    if theirs.value is None:
        return f"not compared: no value is printed for {whose}"
    not_in_full = _not_in_full(measure)
    if not_in_full:
        return not_in_full
    if _is_small(ours.denominator):
        return f"small base: {ours.denominator:f}"
    words = {comparison_words(ours.value, bound, measure["polarity"], measure["decimals"]) for bound in theirs.bounds}
    if len(words) > 1:
        return f"not compared: too close to tell, since the counts for {whose} are rounded to ten"
    return words.pop().removesuffix(" than").removesuffix(" as")


def related_measures(statistics: Statistics, year: str) -> pd.DataFrame:
    """Official measures related to what the contract asks, for its areas together, beside the country and the region.

    Parameters
    ----------
    statistics : Statistics
        Measures used: those of performance that any official figure is entered for.
    year : str
        Contract year.

    Returns
    -------
    DataFrame
        ``measure, title, kpi, value, unit, basis, numerator, denominator, country, country_basis, country_words,
        region, region_basis, release, reason, note, decimals``, one row a measure (the measure's unit, unrounded;
        ``decimals`` are the places to show it with, none for a count). ``country`` and ``region`` are as printed in
        the newest release; where that prints counts only, their quotient at the measure's places, and ``country_basis``
        and ``region_basis`` say so.
        ``country_words`` is ``better``, ``worse`` or ``the same`` at the printed precision, or why they are not
        compared. Where there is no figure for the areas, ``reason`` says why and ``basis`` is ``not made:`` and that.
    """
    figures = _of_year(statistics, year)
    rows = []
    for measure in _measures(statistics, ["performance"]):
        ours, country = figures.combined(measure), figures.beside(measure, figures.country)
        region = figures.beside(measure, figures.region)
        rows.append({
            **measure, "value": ours.value, "numerator": ours.numerator,
            "denominator": ours.denominator, "country": country.value, "country_basis": country.basis,
            "country_words": _against(ours, country, figures.names.get(figures.country, "the country"), measure),
            "region": region.value, "region_basis": region.basis, "release": figures.release(measure["measure"]),
            "reason": ours.reason, "decimals": _places(ours, measure), "basis": ours.basis or f"not made: {ours.reason}",
        })  # fmt: skip
    return _frame(rows, "measure title kpi value unit basis numerator denominator country country_basis country_words "
                        "region region_basis release reason note decimals")  # fmt: skip


def measures_by_area(statistics: Statistics, year: str) -> pd.DataFrame:
    """Official performance measures as published, area by area.

    Parameters
    ----------
    statistics : Statistics
        Measures used: those of performance.
    year : str
        Contract year.

    Returns
    -------
    DataFrame
        ``measure, title, area, kind, numerator, denominator, value, status, release``, one row a measure and area that
        the newest release has: the contract's areas in being, joint returns that include them, region and country
        (the measure's unit, as printed). Of an authority a measure shows no more than its ``by_area`` allows: counts of two measures must not give back a count of one to five or a suppressed one.
    """
    figures = _of_year(statistics, year)
    rows = []
    for measure in _measures(statistics, ["performance"]):
        for area in (*figures.own, figures.region, figures.country):
            row = figures.row(measure["measure"], area)
            if row and figures.shown_of(measure, row) != _NOT_SHOWN:
                withheld = _NO_COUNTS if figures.shown_of(measure, row) == _RATES_ONLY else {}
                rows.append({**row, **withheld, "title": measure["title"], "area": figures.names[area],
                             "release": figures.titles[row["publication"]]})  # fmt: skip
    return _frame(rows, "measure title area kind numerator denominator value status release")


def measures_alone(statistics: Statistics, year: str) -> pd.DataFrame:
    """Official performance measures of each of the contract's areas alone, where no figure can be made for all of them.

    Parameters
    ----------
    statistics : Statistics
        Measures used: those of performance.
    year : str
        Contract year.

    Returns
    -------
    DataFrame
        ``measure, title, area, value, unit, country, country_words, reason, release, decimals``, one row a measure
        without a figure in :func:`related_measures` and area with a row of it (the measure's unit); ``reason`` says why
        that figure cannot be made, ``country_words`` how the area's own stands to the country's, as there. Of an
        authority a measure shows no more than its ``by_area`` allows, so a small base that is withheld is not said.
    """
    figures = _of_year(statistics, year)
    whose, rows = figures.names.get(figures.country, "the country"), []
    for measure in _measures(statistics, ["performance"]):
        together, country = figures.combined(measure), figures.beside(measure, figures.country)
        for area in figures.areas if together.value is None else ():
            row = figures.row(measure["measure"], area)
            own = figures.alone(measure, row) if row and not _says_nothing(row) else None
            if row is None or own is None:
                continue
            hidden = own.denominator is None and _is_small(row["denominator"])
            rows.append({
                **measure, "area": figures.names[area], "value": own.value, "decimals": _places(own, measure),
                "country": country.value, "reason": together.reason, "release": figures.titles[row["publication"]],
                "country_words": _SMALL if hidden else _against(own, country, whose, measure),
            })  # fmt: skip
    return _frame(rows, "measure title area value unit country country_words reason release decimals")


@once
def _by_measure(statistics: Statistics, year: str) -> dict[str, dict[str, dict[str, Any]]]:
    """The rows of one year's values of every authority, by measure and area."""
    values = statistics.authority_values
    grouped: dict[str, dict[str, dict[str, Any]]] = {}
    for row in records_of(values[values["year"] == year]):
        grouped.setdefault(row["measure"], {})[row["area"]] = row
    return grouped


def authority_ranks(statistics: Statistics, year: str) -> pd.DataFrame:
    """Where each of the contract's areas stands among all authorities.

    Parameters
    ----------
    statistics : Statistics
        Measures used: those in ``authority_values``; areas: the contract's in being and joint returns that include them.
    year : str
        Contract year.

    Returns
    -------
    DataFrame
        ``measure, title, area, value, rank, of, quartile, lowest, median, highest, release`` (the measure's unit, as
        printed; the median unrounded). ``rank`` is text such as ``12 to 14`` where values tie; none, as is the
        quartile, for a value that is not published and for a measure that is not rated.
    """
    published = _by_measure(statistics, year)
    names = dict(zip(statistics.areas["area"], statistics.areas["name"], strict=True))
    titles = dict(zip(statistics.publications["publication"], statistics.publications["title"], strict=True))
    own = own_areas(statistics, year)
    rows = []
    for measure in records_of(statistics.measures):
        of_areas = published.get(measure["measure"], {})
        values = [row["value"] for row in of_areas.values() if row["value"] is not None]
        for area in (area for area in own if area in of_areas):
            value = of_areas[area]["value"]
            placed = value is not None and measure["polarity"] in RATED
            place = rank(values, value, measure["polarity"]) if placed else None
            rows.append({
                "measure": measure["measure"], "title": measure["title"], "area": names[area], "value": value,
                "rank": place.ranks if place else None, "of": len(values),
                "quartile": _QUARTILES.get(place.quartile) if place else None,
                "lowest": min(values, default=None), "median": median(values) if values else None,
                "highest": max(values, default=None), "release": titles[of_areas[area]["publication"]],
            })  # fmt: skip
    return _frame(rows, "measure title area value rank of quartile lowest median highest release")


def neighbour_means(statistics: Statistics, year: str) -> pd.DataFrame:
    """Each of the contract's areas beside the mean of its statistical neighbours' published values.

    The mean of rates is a comparator as the Local Authority Interactive Tool makes it, every neighbour counting alike;
    it is not a rate of the neighbours taken together, and no figure of the contract is made so.

    Parameters
    ----------
    statistics : Statistics
        Columns used: ``authority_values`` and ``area_members`` (``group, member, of``).
    year : str
        Contract year.

    Returns
    -------
    DataFrame
        ``measure, title, area, value, mean, neighbours, words`` (the measure's unit; the mean unrounded). One row a
        measure and area with a published value and neighbours; a joint return has none. ``neighbours`` is text such as
        ``9 of 10``: those with a published value. ``words`` as in :func:`related_measures`.
    """
    published, figures = _by_measure(statistics, year), _of_year(statistics, year)
    neighbours: dict[str, list[str]] = {}
    for row in records_of(statistics.area_members):
        if row["of"] in figures.areas:
            neighbours.setdefault(row["of"], []).append(row["member"])
    rows = []
    for measure in records_of(statistics.measures):
        of_areas = published.get(measure["measure"], {})
        for area in (area for area in figures.areas if area in of_areas and area in neighbours):
            value, official = of_areas[area]["value"], figures.row(measure["measure"], area)
            if value is None:
                continue
            theirs = [of_areas[member]["value"] for member in neighbours[area] if member in of_areas]
            theirs = [printed for printed in theirs if printed is not None]
            mean = sum(theirs, Decimal(0)) / len(theirs) if theirs else None
            ours = Combined(denominator=official["denominator"] if official else None, value=value)
            rows.append({
                "measure": measure["measure"], "title": measure["title"], "area": figures.names[area], "value": value,
                "mean": mean, "neighbours": f"{len(theirs)} of {len(neighbours[area])}",
                "words": _against(ours, _Beside(mean, bounds=(cast("Decimal", mean),)), "any neighbour", measure),
            })  # fmt: skip
    return _frame(rows, "measure title area value mean neighbours words")


def _change(
    statistics: Statistics, measure: Mapping[str, Any], now: _Year, before: _Year, years: tuple[str, str], polarity: str
) -> tuple[Combined, Combined, Decimal | None, str | None]:
    """Figures of both years, the change between them if it may be given, and the words on it or why there are none."""
    ours, earlier = now.combined(measure), before.combined(measure)
    if ours.value is None:
        return ours, earlier, None, f"not compared: {ours.reason}"
    if earlier.reason == _NO_FIGURE:
        return ours, earlier, None, "no figure for the year before"
    if earlier.value is None:
        return ours, earlier, None, f"not compared: for the year before, {earlier.reason}"
    breaks = break_reasons(breaks_between(statistics, measure["measure"], {*now.own, *before.own}, *years))
    if breaks:
        found = [f"{certainty} break in series: {reason}" for reason, certainty in breaks.items()]
        return ours, earlier, None, "not compared: " + "; ".join(found)
    not_in_full = _not_in_full(measure)
    if not_in_full:
        return ours, earlier, None, not_in_full
    change = ours.value - earlier.value
    denominators = (ours.denominator, earlier.denominator)
    small = [number for number in denominators if number is not None and _is_small(number)]
    if small:
        return ours, earlier, change, f"small base: {min(small):f}"
    places = _places_of_change(ours, earlier, measure)
    if _unequally_printed(ours, earlier, measure):
        ways = {
            direction_of_travel(before_end, now_end, polarity)
            for before_end in _ends(earlier, measure)
            for now_end in _ends(ours, measure)
        }
        return ours, earlier, change, ways.pop() if len(ways) == 1 else _TOO_CLOSE
    before_shown, now_shown = half_up(earlier.value, places), half_up(ours.value, places)
    if half_up(change, places) == 0:
        now_shown = before_shown
    return ours, earlier, change, direction_of_travel(before_shown, now_shown, polarity)


def _unequally_printed(ours: Combined, earlier: Combined, measure: Mapping[str, Any]) -> bool:
    """Whether one of two figures is printed to fewer places than the other is shown with."""
    return None not in (ours.value, earlier.value) and _shown_places(ours, measure) != _shown_places(earlier, measure)


def _places_of_change(ours: Combined, earlier: Combined, measure: Mapping[str, Any]) -> int:
    """Places to show a change with: those of the coarser of the two figures."""
    if None in (ours.value, earlier.value):
        return max(cast("int", measure["decimals"]), 1)
    return min(_shown_places(ours, measure), _shown_places(earlier, measure))


def measure_changes(statistics: Statistics, year: str) -> pd.DataFrame:
    """Official performance measures for the contract's areas against the year before.

    Parameters
    ----------
    statistics : Statistics
        Measures used: those of performance that any official figure is entered for. Areas that were replaced by others
        of the same territory are followed over the change.
    year : str
        Contract year.

    Returns
    -------
    DataFrame
        ``measure, title, before_year, before, now, change, words, decimals, before_decimals, change_decimals`` (the
        measure's unit; percentage points, unrounded). ``words`` is ``better`` or ``worse``, ``no change`` where the two
        figures or the nought between them are the same as shown, or says why there is none; over a break in series, or
        where the definition is not stated in full, there is no change either. A figure printed to fewer places than the
        other is shown with may lie half a unit of its last place to either side; where that changes the word there is
        none. ``change_decimals`` are the places of the coarser figure.
    """
    before_year = _year_before(year)
    figures = _figures(statistics, [before_year, year])
    rows = []
    for measure in _measures(statistics, ["performance"]):
        now, before, change, words = _change(
            statistics, measure, figures[year], figures[before_year], (before_year, year), measure["polarity"]
        )
        rows.append({
            **measure, "before_year": before_year, "before": before.value, "now": now.value, "change": change,
            "words": words, "decimals": _places(now, measure), "before_decimals": _places(before, measure),
            "change_decimals": _places_of_change(now, before, measure),
        })  # fmt: skip
    return _frame(rows, "measure title before_year before now change words decimals before_decimals change_decimals")


def official_demand(statistics: Statistics, year: str) -> pd.DataFrame:
    """Official counts and rates of demand for the contract's areas; never rated, since demand is not performance.

    Parameters
    ----------
    statistics : Statistics
        Measures used: those of demand that any official figure is entered for.
    year : str
        Contract year.

    Returns
    -------
    DataFrame
        ``measure, title, unit, value, basis, before, change_pct, words, country, region, release, reason, decimals,
        before_decimals`` (the measure's unit; per cent of the year before, unrounded, none for a measure in per cent,
        over a break in series and where one year is printed to fewer places than the other). ``basis`` is how the figure was made, or ``not made:`` and why. ``country`` and
        ``region`` as in :func:`related_measures`, for rates only.
    """
    before_year = _year_before(year)
    figures = _figures(statistics, [before_year, year])
    rows = []
    for measure in _measures(statistics, ["demand"]):
        now, before, change, words = _change(
            statistics, measure, figures[year], figures[before_year], (before_year, year), "not rated"
        )
        relative = change is not None and before.value and measure["unit"] != "per cent"
        relative = relative and not _unequally_printed(now, before, measure)
        rate = measure["combines"] != "counts"
        rows.append({
            **measure, "value": now.value, "basis": now.basis or f"not made: {now.reason}", "before": before.value,
            "change_pct": cast("Decimal", change) / Decimal(cast("Decimal", before.value)) * 100 if relative else None,
            "words": words,
            "country": figures[year].beside(measure, figures[year].country).value if rate else None,
            "region": figures[year].beside(measure, figures[year].region).value if rate else None,
            "release": figures[year].release(measure["measure"], beside=rate), "reason": now.reason,
            "decimals": _places(now, measure), "before_decimals": _places(before, measure),
        })  # fmt: skip
    return _frame(rows, "measure title unit value basis before change_pct words country region release reason "
                        "decimals before_decimals")  # fmt: skip


def official_finance(statistics: Statistics, year: str) -> pd.DataFrame:
    """Official figures of spending and unit costs, area by area; no total is made.

    Parameters
    ----------
    statistics : Statistics
        Measures used: those of finance.
    year : str
        Contract year.

    Returns
    -------
    DataFrame
        ``measure, title, area, unit, value, country, release``, one row a measure and area of the contract in being
        or joint return that includes one (the measure's unit, as printed).
    """
    figures = _of_year(statistics, year)
    rows = []
    for measure in _measures(statistics, ["finance"]):
        country = figures.row(measure["measure"], figures.country)
        for row in figures.of_own(measure["measure"]):
            rows.append({
                **measure, "area": figures.names[row["area"]], "value": _amount(row),
                "country": _amount(country) if country else None, "release": figures.titles[row["publication"]],
            })  # fmt: skip
    return _frame(rows, "measure title area unit value country release")


def _amount(row: Mapping[str, Any]) -> Decimal | None:
    return cast("Decimal | None", row["numerator"] if row["value"] is None else row["value"])


def reported_beside(statistics: Statistics, reported_values: pd.DataFrame) -> pd.DataFrame:
    """Figures that the trust or a council gave, beside the nearest official measure, and in what the two differ.

    Parameters
    ----------
    statistics : Statistics
        Columns used: ``measures`` (the six parts of each definition) and what makes the official figure.
    reported_values : DataFrame
        Columns ``measure, title, when, value, unit, beside, said_by, note, source``.

    Returns
    -------
    DataFrame
        ``title, when, value, unit, said_by, official_title, official_year, official_value, country, what_differs, note,
        source, decimals``, one row a figure given (its own unit, as printed). The official figure is that of the contract
        year that the figure given lies in, for the contract's areas together, unrounded. Nothing is said of which is
        better: ``what_differs`` lists the differences, or says that the definitions match.
    """
    measures = measure_rows(statistics)
    years = [str(year_of(last_day(when))) for when in reported_values["when"]]
    figures = _figures(statistics, set(years))
    rows = []
    for row, year in zip(records_of(reported_values), years, strict=True):
        measure = measures[row["beside"]] if row["beside"] else None
        beside = dict.fromkeys(
            ("official_title", "official_year", "official_value", "country", "what_differs", "decimals")
        )
        if measure:
            found = differences(Fingerprint.of(measures[row["measure"]]), Fingerprint.of(measure))
            ours = figures[year].combined(measure)
            beside |= {
                "official_title": measure["title"], "official_year": year, "official_value": ours.value,
                "decimals": _places(ours, measure), "country": figures[year].beside(measure, figures[year].country).value,
                "what_differs": "; ".join(found) or "nothing: the definitions match",
            }  # fmt: skip
        rows.append({**beside, **row})
    return _frame(rows, "title when value unit said_by official_title official_year official_value country what_differs "
                        "note source decimals")  # fmt: skip


def _printed(row: Mapping[str, Any]) -> str:
    """A figure as a release prints it: value, and counts in brackets."""
    counts = " of ".join(f"{Decimal(row[part]):,f}" for part in ("numerator", "denominator") if row[part] is not None)
    if row["value"] is None:
        return counts
    return f"{row['value']:f} ({counts})" if counts else f"{row['value']:f}"


def revisions(statistics: Statistics) -> pd.DataFrame:
    """Figures that a later release printed differently from the one before it.

    Parameters
    ----------
    statistics : Statistics
        All years of ``official``.

    Returns
    -------
    DataFrame
        ``measure, title, area, year, earlier, earlier_release, later, later_release``, one row a figure and pair of
        releases that follow each other, where a value, numerator or denominator that both print is not the same.
        ``earlier`` and ``later`` are text as printed, such as ``23.3 (14,990 of 64,390)``.

    Raises
    ------
    ValueError
        If the order of the releases cannot be told.
    """
    names = dict(zip(statistics.areas["area"], statistics.areas["name"], strict=True))
    measures = dict(zip(statistics.measures["measure"], statistics.measures["title"], strict=True))
    titles = dict(zip(statistics.publications["publication"], statistics.publications["title"], strict=True))
    rows = []
    for (measure, area, year), printed in releases(statistics.official, statistics.publications).items():
        for earlier, later in itertools.pairwise(printed):
            pairs = [(earlier[part], later[part]) for part in ("value", "numerator", "denominator")]
            if any(None not in pair and pair[0] != pair[1] for pair in pairs):
                rows.append({
                    "measure": measure, "title": measures[measure], "area": names[area], "year": year,
                    "earlier": _printed(earlier), "earlier_release": titles[earlier["publication"]],
                    "later": _printed(later), "later_release": titles[later["publication"]],
                })  # fmt: skip
    return _frame(rows, "measure title area year earlier earlier_release later later_release")


def measure_series(statistics: Statistics, years: Collection[str], uses: Collection[str]) -> pd.DataFrame:
    """Official measures for the contract's areas over several years, with the breaks in their series.

    Parameters
    ----------
    statistics : Statistics
        Measures used: those of the given uses that any official figure is entered for.
    years : collection of str
        Contract years.
    uses : collection of str
        Uses of measures, such as ``performance``.

    Returns
    -------
    DataFrame
        ``measure, title, unit, year, value, numerator, denominator, country, country_basis, region, region_basis,
        release, break_before, country_break, region_break, reason, decimals``, one row a measure and year, years in
        order (the measure's unit, unrounded; ``country`` and ``region`` and their bases as in
        :func:`related_measures`). ``break_before`` names a break between the year and the one given before it in the
        series of the contract's areas, ``country_break`` and ``region_break`` one in those beside it.
    """
    years = sorted(set(years))
    figures = _figures(statistics, years)
    rows = []
    for measure in _measures(statistics, uses):
        for before, year in zip([None, *years[:-1]], years, strict=True):
            of_year = figures[year]
            ours, country, region = (
                of_year.combined(measure), of_year.beside(measure, of_year.country), of_year.beside(measure, of_year.region),
            )  # fmt: skip
            areas = {*figures[before].own, *of_year.own} if before else ()
            rows.append({
                **measure, "year": year, "value": ours.value, "numerator": ours.numerator, "denominator": ours.denominator,
                "country": country.value, "country_basis": country.basis,
                "region": region.value, "region_basis": region.basis, "release": of_year.release(measure["measure"]),
                "break_before": _break_text(statistics, measure, areas, before, year),
                "country_break": _break_text(statistics, measure, (of_year.country,), before, year),
                "region_break": _break_text(statistics, measure, (of_year.region,), before, year),
                "reason": ours.reason, "decimals": _places(ours, measure),
            })  # fmt: skip
    return _frame(rows, "measure title unit year value numerator denominator country country_basis region region_basis "
                        "release break_before country_break region_break reason decimals")  # fmt: skip


def _break_text(
    statistics: Statistics, measure: Mapping[str, Any], areas: Collection[str | None], before: str | None, year: str
) -> str | None:
    """The breaks in the series of some areas between two years, each reason once; none without a year before."""
    if before is None:
        return None
    reasons = break_reasons(breaks_between(statistics, measure["measure"], areas, before, year))
    return "; ".join(f"{certainty}: {reason}" for reason, certainty in reasons.items()) or None


def figure(statistics: Statistics, measure: str, year: str) -> Combined:
    """The figure of one official measure for the contract's areas together in one contract year.

    Parameters
    ----------
    statistics : Statistics
        The reference tables and the contract's areas.
    measure : str
        Id of the measure.
    year : str
        Contract year.

    Returns
    -------
    Combined
        The figure; without a value and with the reason where there is none.

    Raises
    ------
    LookupError
        If there is no such measure.

    Examples
    --------
    >>> measure = dict(measure="children", unit="children", combines="counts")
    >>> areas = pd.DataFrame([["north", "North"], ["west", "West"]], columns=["area", "name"], dtype=object)
    >>> areas = areas.assign(kind="local authority", valid_from=None, valid_to=None)
    >>> rows = pd.DataFrame(dict(measure="children", area=["north", "west"], year="2021-22", numerator=[525, 658],
    ...     denominator=None, value=None, status=None, publication="release"), dtype=object)
    >>> release = pd.DataFrame([["release", "Release", "2025"]], columns=["publication", "title", "published"])
    >>> members, changes = pd.DataFrame(columns=["group", "member"]), pd.DataFrame(columns=["old", "new"])
    >>> tables = dict(official=rows, measures=pd.DataFrame([measure]), areas=areas, area_members=members,
    ...     area_changes=changes, publications=release)
    >>> both = Statistics(tables, ("north", "west"))
    >>> figure(both, "children", "2021-22").value, figure(both, "children", "2021-22").basis
    (1183, "sum of the authorities' counts")
    """
    rows = measure_rows(statistics)
    if measure not in rows:
        raise LookupError(f"there is no measure named {measure}")
    return _of_year(statistics, year).combined(rows[measure])


def series_by_area(statistics: Statistics, use: str) -> pd.DataFrame:
    """Official figures of a use for each of the contract's areas in every year, not added over them.

    Parameters
    ----------
    statistics : Statistics
        Measures used: those of the given use that any official figure is entered for.
    use : str
        Such as ``finance``.

    Returns
    -------
    DataFrame
        ``measure, title, area, year, unit, value, decimals, release, break_before``: one row a measure, year and area
        in being (the measure's unit; a percentage unrounded where its counts are shown, otherwise as printed); years and areas
        without a row have none here, nor have measures that are not shown by authority.
        ``break_before`` names a break in the series of the area, or of one that it came from, between the year and the
        last one before it that either has a row for.
    """
    years = sorted(set(statistics.official["year"]))
    figures = _figures(statistics, years)
    rows = []
    for measure in _measures(statistics, (use,)):
        last: dict[str, str] = {}  # the newest year so far of each area that has a row
        for year in years:
            of_year = figures[year]
            held = of_year.of_own(measure["measure"])
            for row in held:
                own = of_year.alone(measure, row)
                if own is None:
                    continue
                line = lineage(statistics, row["area"])
                before = max((last[area] for area in line if area in last), default=None)
                rows.append({
                    **measure, "area": of_year.names[row["area"]], "year": year, "value": own.value,
                    "decimals": _places(own, measure), "release": of_year.titles[row["publication"]],
                    "break_before": _break_text(statistics, measure, line, before, year),
                })  # fmt: skip
            last |= {row["area"]: year for row in held}
    return _frame(rows, "measure title area year unit value decimals release break_before")


def in_brief(statistics: Statistics, year: str) -> pd.DataFrame:
    """The official measures that a figure can be made of for the contract's areas, with what may be said of each.

    Parameters
    ----------
    statistics : Statistics
        The reference tables and the contract's areas.
    year : str
        Contract year.

    Returns
    -------
    DataFrame
        ``measure, title, unit, value, before, since, country, against, decimals, before_decimals``: ``since`` is the
        direction from the year before and ``against`` the comparison with the country, of :func:`measure_changes` and
        :func:`related_measures`; for demand, :func:`official_demand`, there is no ``against``.
    """
    related = related_measures(statistics, year).merge(
        measure_changes(statistics, year)[["measure", "before", "words", "before_decimals"]].rename(
            columns={"words": "since"}
        ),
        on="measure",
    )
    measured = related.rename(columns={"country_words": "against"})
    demand = official_demand(statistics, year).rename(columns={"words": "since"}).assign(against=None, country=None)
    columns = [
        "measure",
        "title",
        "unit",
        "value",
        "before",
        "since",
        "country",
        "against",
        "decimals",
        "before_decimals",
    ]
    both = pd.concat([measured[columns], demand[columns]], ignore_index=True).astype(object)
    both = both.where(both.notna(), None)
    return both[both["value"].notna()].reset_index(drop=True)
