"""Published statements against what the data says: each ends in one of five verdicts, and every verdict is computed.

A claim is a row of ``claims.csv``: what a document states, the name of a check, and the evidence that the check takes
(:mod:`ncthelpers.evidence`). Verdicts judge documents, never their authors. Evidence that became public after the
document was learned later and stands outside the counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from ncthelpers import benchmarks, definitions, evidence, forecast, kpis, official, wording, years
from ncthelpers.citations import citations
from ncthelpers.evidence import Cell, Item
from ncthelpers.faults import Fault
from ncthelpers.once import once
from ncthelpers.reading import as_far_as_read
from ncthelpers.rounding import decimal_places, half_up
from ncthelpers.rows import records_by_row, records_of
from ncthelpers.verdicts import AGREES, BY_DEFINITION, CANNOT, DISAGREES, ROUNDING, VERDICTS, judged, printed_to

if TYPE_CHECKING:
    from ncthelpers.yeardata import YearData

__all__ = [
    "AGREES", "ROUNDING", "DISAGREES", "BY_DEFINITION", "CANNOT", "VERDICTS", "AT_THE_TIME", "LATER", "NOT_ASKED", "CHECKS",
    "Finding", "finding", "claims_checked", "claim_counts", "claims_later", "claim_faults", "as_json",
    "compared",
]  # fmt: skip

AT_THE_TIME, LATER = "at the time", "learned later"
NOT_ASKED = "not yet asked"

_MONEY = {"£": Decimal(1), "£000": Decimal(1000), "£m": Decimal(1_000_000)}
_NOT_AT_HAND = "Not at hand: "
_UNROUNDED = 12  # places: a value is held against its target as it is
_NO_DEFINITION = "the definition of the document's figure, which it does not state"


@dataclass(frozen=True)
class Finding:
    """What a check finds.

    Parameters
    ----------
    verdict : str
        One of :data:`VERDICTS`.
    because : str
        The reason in one or two sentences, its figures computed.
    recomputed : Decimal or None
        What the evidence gives in the claim's unit, unrounded.
    allowance : Decimal or None
        How far rounding alone can move it.
    cells : tuple of Cell
        Entered cells that the verdict rests on.
    """

    verdict: str
    because: str
    recomputed: Decimal | None = None
    allowance: Decimal | None = None
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class _Check:
    """A check, the least and most evidence it takes, and whether it needs a printed figure or printed words."""

    gives: Callable[..., Finding]
    least: int
    most: int | None
    needs: str = ""
    partial: bool = False
    statistics: bool = False


def _cells(items: Sequence[Item]) -> tuple[Cell, ...]:
    return tuple(cell for item in items for cell in item.cells)


def _verdict(holds: bool) -> str:
    return AGREES if holds else DISAGREES


# Figures


_OF_ONE = {"children": "child", "people": "person"}


def _plain(number: Decimal) -> str:
    """A figure as exact as it is, without noughts at its end."""
    return f"{number.normalize():,f}"


def _places(precision: Decimal) -> int:
    return decimal_places(precision.normalize())


def _figure(value: Decimal, claim: Mapping[str, Any], more: int = 0) -> str:
    """A figure in a sentence, at the claim's precision or some places finer where that tells more."""
    places = _places(claim["precision"]) + more
    shown = half_up(value, places)
    if more and shown == half_up(value, places - more):
        shown = half_up(value, places - more)
    unit = claim["unit"] or ""
    unit = _OF_ONE.get(unit, unit.removesuffix("s")) if shown == 1 else unit
    return wording.amount_text(shown, unit) if unit else wording.figure_text(shown)


def _in_unit(item: Item, unit: str | None) -> Decimal:
    """The value of an item in the claim's unit; money is converted, anything else stays."""
    scale = _MONEY[item.unit] / _MONEY[unit] if item.unit in _MONEY and unit in _MONEY else Decimal(1)
    return item.sign * Decimal(item.value) * scale


def _slack(items: Sequence[Item], unit: str | None) -> Decimal:
    return sum((abs(_in_unit(replace(item, value=item.slack), unit)) for item in items), Decimal(0))


def _against(
    claim: Mapping[str, Any], recomputed: Decimal, allowance: Decimal, cells: tuple[Cell, ...], means: str = ""
) -> Finding:
    """The printed figure beside the recomputed one, the difference judged against what rounding can do."""
    verdict = judged(claim["value"], recomputed, allowance, claim["precision"])
    said = f"The evidence gives {_figure(recomputed, claim, 2)}{means}"
    if verdict == ROUNDING:
        said += f"; rounding of its parts alone can move it by {_figure(allowance, claim, 1)}"
    if verdict == DISAGREES:
        difference, points = abs(claim["value"] - recomputed), {**claim, "unit": "percentage points"}
        said += f", {_figure(difference, points if claim['unit'] == 'per cent' else claim, 2)} from the printed figure"
        said += f", where rounding can make {_figure(allowance, claim, 1)}" if allowance else ""
    return Finding(verdict, f"{said}.", recomputed, allowance, cells)


def _total(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """The printed figure is the signed sum of the evidence, as far as rounding of the parts allows."""
    recomputed = sum((_in_unit(item, claim["unit"]) for item in items), Decimal(0))
    return _against(claim, recomputed, _slack(items, claim["unit"]), _cells(items))


def _in_one_unit(items: Sequence[Item]) -> Iterator[Decimal]:
    """The values of items, money in the unit of the first."""
    return (_in_unit(item, items[0].unit) for item in items)


def _no_total(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """A part is not given, so that no total can be."""
    if items[0].value is None:
        return Finding(AGREES, f"{_absent(items)} No total can be given.", cells=items[0].cells)
    return Finding(DISAGREES, "Every part is given, and so is their total.", cells=items[0].cells)


def _percentage(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """The printed percentage is the first figure out of the second, at the places printed."""
    part, whole = _in_one_unit(items)
    if not whole:
        return Finding(CANNOT, "The whole is nought, and nothing has a share of it.", cells=_cells(items))
    return _against(claim, part / whole * 100, Decimal(0), _cells(items))


def _percentage_change(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """The printed percentage is the change from the first figure to the second."""
    before, after = _in_one_unit(items)
    if not before:
        return Finding(CANNOT, "The first figure is nought, and no percentage of it can be taken.", cells=_cells(items))
    return _against(claim, (after - before) / before * 100, Decimal(0), _cells(items))


def _implied_whole(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """The printed percentage and its part imply a whole: the second figure, where it is at hand."""
    if items[0].value is None:
        return _not_at_hand(items)
    part, half = _in_unit(items[0], None), claim["precision"] / 2
    implied = part / claim["value"] * 100
    ends = [half_up(part / share * 100) for share in (claim["value"] + half, claim["value"] - half)]
    between = f"The two printed figures imply a whole of {half_up(implied):,} (from {ends[0]:,} to {ends[1]:,})."
    if items[1].value is None:
        return Finding(CANNOT, f"{_absent(items)} {between}", implied, cells=_absent_cells(items))
    _, whole = _in_one_unit(items)
    return Finding(
        _verdict(ends[0] <= whole <= ends[1]), f"{between} It is {_plain(whole)}.", implied, cells=_cells(items)
    )


def _more_than_half(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """The first figure is more than half of the second."""
    part, whole = _in_one_unit(items)
    return Finding(
        _verdict(part * 2 > whole), f"The evidence gives {_plain(part)} of {_plain(whole)}.", part, cells=_cells(items)
    )


def _almost(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """The printed figure is not reached, and is what the evidence rounds to."""
    if len(items) == 2:
        months = Decimal(_months(items))
        value = months / 12 if claim["unit"] == "years" else months
        said = f"The evidence gives {months:,} months."
    else:
        value = _in_unit(items[0], claim["unit"])
        said = f"The evidence gives {_figure(value, claim, 1)}."
    holds = value < claim["value"] == printed_to(value, claim["precision"])
    return Finding(_verdict(holds), said, value, cells=_cells(items))


def _trend(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """A straight line through dated figures reaches the printed figure on the day of the last item."""
    *series, target = items
    if target.value is None:
        return _not_at_hand(items)
    day, found = years.last_day(str(target.value)), []
    for name, held in (("printed figures", [item for item in series if not item.measure]),
                       ("official figures", [item for item in series if item.measure])):  # fmt: skip
        points = [
            (years.last_day(item.when), Decimal(item.value)) for item in held if item.when and item.value is not None
        ]
        if len({point for point, _ in points}) > 1:
            found.append((forecast.line_at(points, day), f"through the {wording.count_in_words(len(points))} {name}"))
    fits = "; ".join(f"{_figure(value, claim)} {how}" for value, how in found)
    said = f"A straight line gives {fits}." if found else ""
    if any(item.value is None for item in series):
        return Finding(CANNOT, f"{_absent(series)} {said}".strip(), cells=_absent_cells(series))
    if not found:
        return Finding(CANNOT, "Fewer than two dated figures are at hand.", cells=_cells(items))
    nearest = min((value for value, _ in found), key=lambda value: abs(value - claim["value"]))
    holds = printed_to(nearest, claim["precision"]) == claim["value"]
    return Finding(_verdict(holds), said, nearest, cells=_cells(items))


# Dates


def _span(item: Item) -> tuple[date, date]:
    return years.first_day(str(item.value)), years.last_day(str(item.value))


def _named(items: Sequence[Item]) -> str:
    return " and ".join(years.in_words(str(item.value)) for item in items)


def _months(items: Sequence[Item]) -> int:
    """Whole months from the second date to the first."""
    (late, _), (early, _) = _span(items[0]), _span(items[1])
    exact = all(len(str(item.value)) == 10 for item in items)
    return (late.year - early.year) * 12 + late.month - early.month - (exact and late.day < early.day)


def _between(unit: str) -> Callable[[Mapping[str, Any], Sequence[Item]], Finding]:
    def gives(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
        (late, _), (early, _) = _span(items[0]), _span(items[1])
        coarse = any(len(str(item.value)) == 4 for item in items)
        passed = {"days": (late - early).days, "months": _months(items),
                  "years": late.year - early.year if coarse else _months(items) // 12}[unit]  # fmt: skip
        return _against(claim, Decimal(passed), Decimal(0), _cells(items))

    gives.__doc__ = f"The printed number of {unit} lies between the second date and the first."
    return gives


def _before(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """The first date is wholly before the second."""
    (_, ends), (starts, _) = _span(items[0]), _span(items[1])
    (begins, _), (_, closes) = _span(items[0]), _span(items[1])
    said = f"The dates are {_named(items)}."
    if ends < starts:
        return Finding(AGREES, said, cells=_cells(items))
    if begins >= closes:
        return Finding(DISAGREES, said, cells=_cells(items))
    return Finding(CANNOT, f"{said} They are not known closely enough to say which came first.", cells=_cells(items))


def _inside(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """The first date lies wholly between the second and the third."""
    (begins, ends), (starts, _), (_, closes) = (_span(item) for item in items)
    said = f"The date is {_named(items[:1])}, the span {years.in_words(str(items[1].value))} to {years.in_words(str(items[2].value))}."
    return Finding(_verdict(starts <= begins and ends <= closes), said, cells=_cells(items))


def _same_date(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """The second date, the evidence, lies within the first, the document's: the same day, or a day of its month or year."""
    (first, last), (starts, ends) = (_span(item) for item in items)
    said = f"The dates are {_named(items)}."
    if (starts < first and last <= ends) or (starts <= first and last < ends):
        return Finding(
            CANNOT, f"{said} The evidence is not known as closely as the document has it.", cells=_cells(items)
        )
    return Finding(_verdict(first <= starts and ends <= last), said, cells=_cells(items))


# Words


def _bare(words: object) -> str:
    """Words as they are compared: without case, punctuation and odd spaces."""
    return " ".join(re.sub(r"[^\w\s]", " ", str(words).casefold()).split())


def _same_words(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """Every piece of evidence holds the printed words."""
    said = "The evidence says: " + "; ".join(dict.fromkeys(str(item.value) for item in items)) + "."
    holds = all(_bare(item.value) == _bare(claim["printed"]) for item in items)
    return Finding(_verdict(holds), said, cells=_cells(items))


def _alike(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """All pieces of evidence hold the same words."""
    said = "The places say: " + "; ".join(dict.fromkeys(str(item.value) for item in items)) + "."
    return Finding(_verdict(len({_bare(item.value) for item in items}) == 1), said, cells=_cells(items))


def _no_words_repeated(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """No run of two or more words stands twice in a row in the printed words."""
    words = _bare(claim["printed"]).split()
    for run in range(len(words) // 2, 1, -1):
        for start in range(len(words) - 2 * run + 1):
            if words[start : start + run] == words[start + run : start + 2 * run]:
                return Finding(DISAGREES, f"The words {' '.join(words[start : start + run])} stand twice in a row.")
    return Finding(AGREES, "No words stand twice in a row.")


def _yes(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """Every piece of evidence says yes."""
    said = "; ".join(f"{item.label}: {'yes' if item.value is True else 'no'}" for item in items)
    return Finding(_verdict(all(item.value is True for item in items)), f"{said}.", cells=_cells(items))


# Official statistics


def _official_text(item: Item, held: Mapping[str, Mapping[str, Any]], areas: Mapping[str, str]) -> str:
    measure = held[item.measure]
    whose = "the contract's areas" if item.area == evidence.OWN else areas[item.area]
    value = half_up(Decimal(item.value), measure["decimals"] or 0)
    return f"{wording.amount_text(value, measure['unit'])} for {whose} in {item.year}"


def _unlike(definition: str, items: Sequence[Item], statistics: benchmarks.Statistics) -> str:
    """Why official figures do not decide on a figure of this definition; empty where they do."""
    held = benchmarks.measure_rows(statistics)
    stated, measures = held[definition], dict.fromkeys(item.measure for item in items)
    for measure in measures:
        try:
            definitions.comparable(*(definitions.Fingerprint.of(row) for row in (stated, held[measure])))
        except definitions.NotComparable as reason:
            return str(reason)
    spanned = sorted({item.year for item in items})
    own = {area for year in spanned for area in benchmarks.own_areas(statistics, year)}
    for measure in measures if len(spanned) > 1 else ():
        breaks = benchmarks.breaks_between(statistics, measure, own, spanned[0], spanned[-1])
        if not breaks.empty:
            return f"the series breaks between the years: {'; '.join(benchmarks.break_reasons(breaks))}"
    return ""


def _official(holds: Callable[[Mapping[str, Any], list[Decimal]], bool], meaning: str) -> Callable[..., Any]:
    """A check against official statistics, which decide only where their definition is the one that the document states."""

    def gives(claim: Mapping[str, Any], items: Sequence[Item], statistics: benchmarks.Statistics) -> Finding:
        held = benchmarks.measure_rows(statistics)
        areas = {area: row["name"] for area, row in benchmarks.area_rows(statistics).items()}
        texts = "; ".join(_official_text(item, held, areas) for item in items)
        title = "; ".join(dict.fromkeys(held[item.measure]["title"] for item in items))
        said = f"Official statistics ({title}) give {texts}."
        value = Decimal(items[0].value) if claim["value"] is not None else None
        if claim["definition"] is None:
            return Finding(CANNOT, f"{_NOT_AT_HAND}{_NO_DEFINITION}. {said}", value)
        reason = _unlike(claim["definition"], items, statistics)
        if reason:
            return Finding(BY_DEFINITION, f"{said} They do not decide it: {reason}.", value, cells=_cells(items))
        truth = holds(claim, [Decimal(item.value) for item in items])
        return Finding(_verdict(truth), said, value, cells=_cells(items))

    gives.__doc__ = meaning
    return gives


def compared(data: YearData, kind: str, names: str) -> str:
    """The word for how one figure stands to another, for a sentence about both.

    Parameters
    ----------
    data : YearData
        The year, with its reference.
    kind : str
        ``level``, ``change`` or ``target``, as :func:`ncthelpers.benchmarks.comparison_words` takes it.
    names : str
        Two pieces of evidence, of a change the earlier one first; for ``target`` one, such as ``kpi:A``.

    Raises
    ------
    NotComparable
        With the reason, where one is not at hand, they are in different units or stand in different tables, an official
        figure stands beside one that is not, two official figures have other definitions, or their series breaks.
    LookupError
        If a name is of nothing that was entered, or there are not as many as the kind takes.
    """
    items = evidence.items(data, names)
    if len(items) != (1 if kind == "target" else 2):
        raise LookupError(f"two figures are compared, and one KPI with its target: not {len(items)}")
    absent = [item.missing for item in items if item.value is None]
    if absent:
        raise definitions.NotComparable(f"not at hand: {'; '.join(absent)}")
    if kind == "target":
        return _against_target(items[0])
    if not all(isinstance(item.value, Decimal) for item in items):
        raise LookupError("only figures are compared")
    one, other = items
    if bool(one.measure) != bool(other.measure):
        raise definitions.NotComparable("only one of the two is an official figure, and the other states no definition")
    if one.unit != other.unit:
        raise definitions.NotComparable(f"they are in different units: {one.unit or 'none'} and {other.unit or 'none'}")
    if one.measure:
        if one.area != other.area and (kind == "change" or not one.unit.startswith("per ")):
            raise definitions.NotComparable(
                "they are of different areas, and only rates and shares of one year are set side by side"
            )
        reason = _unlike(one.measure, items, official.statistics(data))
        if reason:
            raise definitions.NotComparable(reason)
    elif len({cell.table for cell in _cells(items)}) > 1:
        raise definitions.NotComparable("they stand in different tables, and nothing says that both count the same")
    places = max(evidence.decimals(item) for item in items)
    ours, theirs = (other, one) if kind == "change" else (one, other)
    return benchmarks.comparison_words(ours.value, theirs.value, "not rated", places, kind)


def _against_target(item: Item) -> str:
    """Whether a KPI's value of the year met its target."""
    if not isinstance(item.value, dict):
        raise LookupError("a target is of a KPI: write kpi: and its name")
    kpi = item.value
    year = kpis.year_value(pd.DataFrame(kpi["months"], dtype=object), kpi["period_kind"])
    if year.value is None or kpi["target"] is None:
        raise definitions.NotComparable(f"not at hand: {year.reason or 'the target of the KPI'}")
    return benchmarks.comparison_words(year.value, kpi["target"], kpi["polarity"], _UNROUNDED, "target")


# KPI months


def _on_months(
    holds: Callable[[Mapping[str, Any], Mapping[str, Any], list[Decimal], list[str]], bool],
    needs: Sequence[str],
    meaning: str,
) -> Callable[..., Any]:
    """A check over the months of a KPI, each rated against its target and tolerance, as far as they are known."""

    def gives(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
        kpi, [item] = items[0].value, items
        values = [value for month in kpi["months"] if (value := kpis.own_value(month)) is not None]
        if not values:
            return Finding(CANNOT, f"{_NOT_AT_HAND}a value in any month.", cells=item.cells)
        unknown = [
            name for name in needs if kpi[name] is None or (name == "polarity" and kpi[name] not in benchmarks.RATED)
        ]
        if unknown:
            cells = tuple(cell for cell in item.cells if cell.column in unknown)
            return Finding(CANNOT, f"{_NOT_AT_HAND}{' and '.join(unknown)} of KPI {kpi['kpi']}.", cells=cells)
        states = [kpis.rating(value, kpi["target"], kpi["tolerance"], kpi["polarity"]) for value in values]
        shown = ", ".join(f"{half_up(value, 1)}" for value in values)
        truth = holds(claim, kpi, values, states)
        return Finding(_verdict(truth), f"The months of KPI {kpi['kpi']} give {shown}.", cells=item.cells)

    gives.__doc__ = meaning
    return gives


def _travelled(word: str) -> Callable[..., Any]:
    def holds(claim: Mapping[str, Any], kpi: Mapping[str, Any], values: list[Decimal], states: list[str]) -> bool:
        return kpis.direction_of_travel(values[0], values[-1], kpi["polarity"]) == word

    return holds


# What is not at hand


def _absent(items: Sequence[Item]) -> str:
    return _NOT_AT_HAND + "; ".join(dict.fromkeys(item.missing for item in items if item.value is None)) + "."


def _absent_cells(items: Sequence[Item]) -> tuple[Cell, ...]:
    return _cells([item for item in items if item.value is None])


def _not_at_hand(items: Sequence[Item]) -> Finding:
    return Finding(CANNOT, _absent(items), cells=_absent_cells(items))


def _expectation(claim: Mapping[str, Any], items: Sequence[Item]) -> Finding:
    """What a document expects cannot be proved by anything known when it was written."""
    said = "An expectation: nothing known at the time can prove it."
    return Finding(CANNOT, said, cells=_cells(items))


def _greens(states: list[str]) -> int:
    return states.count("green")


_FIGURE, _WORDS, _IMPLIED = "value", "printed", "implied whole"
_TARGET, _TRAVEL = ("target", "polarity"), ("polarity",)
CHECKS: Mapping[str, _Check] = MappingProxyType({
    "total": _Check(_total, 1, None, _FIGURE),
    "no total": _Check(_no_total, 1, 1, partial=True),
    "percentage": _Check(_percentage, 2, 2, _FIGURE),
    "percentage change": _Check(_percentage_change, 2, 2, _FIGURE),
    _IMPLIED: _Check(_implied_whole, 2, 2, _FIGURE, partial=True),
    "more than half": _Check(_more_than_half, 2, 2),
    "almost": _Check(_almost, 1, 2, _FIGURE),
    "trend": _Check(_trend, 3, None, _FIGURE, partial=True),
    "days between": _Check(_between("days"), 2, 2, _FIGURE),
    "months between": _Check(_between("months"), 2, 2, _FIGURE),
    "years between": _Check(_between("years"), 2, 2, _FIGURE),
    "before": _Check(_before, 2, 2),
    "inside": _Check(_inside, 3, 3),
    "same date": _Check(_same_date, 2, 2),
    "same words": _Check(_same_words, 1, None, _WORDS),
    "alike": _Check(_alike, 2, None),
    "no words repeated": _Check(_no_words_repeated, 0, 0, _WORDS),
    "yes": _Check(_yes, 1, None),
    "official figure": _Check(_official(
        lambda claim, values: printed_to(values[0], claim["precision"]) == claim["value"],
        "The printed figure is the official one."), 1, 1, _FIGURE, statistics=True),
    "official rise": _Check(_official(
        lambda claim, values: values[1] > values[0], "The later official figure is higher."), 2, 2, statistics=True),
    "official fall": _Check(_official(
        lambda claim, values: values[1] < values[0], "The later official figure is lower."), 2, 2, statistics=True),
    "above official": _Check(_official(
        lambda claim, values: values[0] > values[1], "The first official figure is higher."), 2, 2, statistics=True),
    "below official": _Check(_official(
        lambda claim, values: values[0] < values[1], "The first official figure is lower."), 2, 2, statistics=True),
    "at official": _Check(_official(
        lambda claim, values: half_up(values[0]) == half_up(values[1]), "Both official figures are the same as whole numbers."),
        2, 2, statistics=True),
    "months at target": _Check(_on_months(
        lambda claim, kpi, values, states: _greens(states) == claim["value"], _TARGET,
        "As many months were at target or better as printed."), 1, 1, _FIGURE),
    "months off target": _Check(_on_months(
        lambda claim, kpi, values, states: len(states) - _greens(states) == claim["value"], _TARGET,
        "As many months were worse than target as printed."), 1, 1, _FIGURE),
    "always at target": _Check(_on_months(
        lambda claim, kpi, values, states: _greens(states) == len(states), _TARGET, "Every month was at target or better."), 1, 1),
    "never at target": _Check(_on_months(
        lambda claim, kpi, values, states: not _greens(states), _TARGET, "Every month was worse than target."), 1, 1),
    "always within tolerance": _Check(_on_months(
        lambda claim, kpi, values, states: set(states) <= {"green", "amber"}, (*_TARGET, "tolerance"),
        "No month was out of tolerance."), 1, 1),
    "always at least": _Check(_on_months(
        lambda claim, kpi, values, states: min(values) >= claim["value"], (), "No month was below the printed figure."),
        1, 1, _FIGURE),
    "year end at target": _Check(_on_months(
        lambda claim, kpi, values, states: states[-1] == "green", _TARGET, "The last month was at target or better."), 1, 1),
    "improved": _Check(_on_months(_travelled("better"), _TRAVEL, "The last month was better than the first."), 1, 1),
    "worsened": _Check(_on_months(_travelled("worse"), _TRAVEL, "The last month was worse than the first."), 1, 1),
    "expectation": _Check(_expectation, 0, 1, partial=True),
})  # fmt: skip


@once
def _evidence(data: YearData, against: str | None) -> tuple[Item, ...]:
    return tuple(evidence.items(data, against))


def finding(data: YearData, claim: Mapping[str, Any]) -> Finding:
    """What the named check of a claim finds in the year's data.

    Parameters
    ----------
    data : YearData
        The year, with its reference.
    claim : mapping
        A row of ``claims``.

    Returns
    -------
    Finding
        The verdict and what it rests on; "cannot be reproduced" with what is missing where any evidence is not at hand.

    Raises
    ------
    LookupError
        If there is no such check, or the evidence names nothing that was entered.
    ValueError
        If the check takes another number of items, or needs a printed figure or words that the claim does not give.
    """
    check = CHECKS.get(claim["check"])
    if check is None:
        raise LookupError(f"there is no check named {claim['check']}")
    items = _evidence(data, claim["against"])
    if len(items) < check.least or (check.most is not None and len(items) > check.most):
        most = "or more" if check.most is None else f"to {check.most}" if check.most != check.least else "only"
        raise ValueError(f"the check {claim['check']} takes {check.least} {most} pieces of evidence, not {len(items)}")
    if check.needs and claim[check.needs] is None:
        raise ValueError(
            f"the check {claim['check']} needs the printed {'figure' if check.needs == _FIGURE else 'words'}"
        )
    if check.statistics and not all(item.measure for item in items):
        raise ValueError(f"the check {claim['check']} takes official figures only")
    if check.needs == _FIGURE and claim["precision"] is None:
        raise ValueError("the place to which the figure is printed is not given")
    if any(item.value is None for item in items) and not check.partial:
        return _not_at_hand(items)
    try:
        return check.gives(claim, items, official.statistics(data)) if check.statistics else check.gives(claim, items)
    except (TypeError, ArithmeticError) as error:
        raise ValueError(f"the check {claim['check']} cannot take this evidence: {error}") from None


def _document_day(data: YearData, document: str) -> date:
    """The last day that the date of a document can mean."""
    dates = {entry["id"]: str(entry["date"]) for entry in data.package["documents"]}
    return years.last_day(dates[document])


def _what_came(data: YearData, later: str | None) -> str | None:
    """A figure or date that tells how an expectation turned out, as it is read."""
    if later is None:
        return None
    return "; ".join(_came(item) for item in evidence.items(data, later))


def _came(item: Item) -> str:
    if item.value is None:
        return item.missing
    if isinstance(item.value, Decimal):
        value = item.value if item.decimals is None else half_up(item.value, item.decimals)
        said = wording.amount_text(value, item.unit) if item.unit else wording.figure_text(value)
    else:
        dated = re.fullmatch(r"\d{4}(-\d\d){0,2}", str(item.value))
        said = years.in_words(item.value) if dated else str(item.value)
    said = f"{said} in {item.year}" if item.year else said
    return f"{item.title}: {said}" if item.title else said


_COLUMNS = (
    "claim", "document", "section", "says", "printed", "value", "unit", "precision", "basis", "check", "against", "verdict",
    "recomputed", "difference", "allowance", "because", "known_on", "learned", "later", "response", "note", "source",
)  # fmt: skip


@once
def _checked(data: YearData) -> tuple[dict[str, Any], ...]:
    """The rows of :func:`claims_checked`, made once for a year however often a page takes from them."""
    rows = []
    for claim in records_of(data["claims"]):
        found, first = finding(data, claim), citations(claim["source"])[0]
        of_another_kind = claim["check"] == _IMPLIED or None in (claim["value"], found.recomputed)
        exact = None if of_another_kind else claim["value"] - found.recomputed
        rows.append({
            **claim, "document": first.document, "section": first.section, "verdict": found.verdict,
            "recomputed": found.recomputed, "difference": exact, "allowance": found.allowance,
            "because": " ".join(filter(None, [found.because, claim["note"]])),
            "learned": LATER if claim["known_on"] > _document_day(data, first.document) else AT_THE_TIME,
            "later": _what_came(data, claim["later"]),
            "response": (claim["response"] or NOT_ASKED) if found.verdict == DISAGREES else None,
        })  # fmt: skip
    return tuple(rows)


def claims_checked(data: YearData) -> pd.DataFrame:
    """Every claim of the year's documents with its verdict.

    Parameters
    ----------
    data : YearData
        The year, with ``claims`` and the tables and documents that they name.

    Returns
    -------
    DataFrame
        The columns of ``claims``, and ``document, section`` (of the first paragraph cited), ``verdict``, ``recomputed``,
        ``difference`` (printed less recomputed) and ``allowance`` in the claim's unit, ``because`` (with the claim's note), ``learned`` (at the
        time, or later where the evidence became public after the document), ``later`` (how an expectation turned out)
        and ``response`` (of a claim that disagrees, "not yet asked" where none is known).

    Raises
    ------
    LookupError, ValueError
        As :func:`finding`; :func:`claim_faults` lists every such fault.
    """
    return pd.DataFrame(_checked(data), columns=list(_COLUMNS), dtype=object)


def claims_later(data: YearData) -> pd.DataFrame:
    """Claims of which something was learned after the document: how an expectation turned out, or what figures then said.

    Returns
    -------
    DataFrame
        Those rows and columns of :func:`claims_checked`.
    """
    checked = claims_checked(data)
    return checked[(checked["learned"] == LATER) | checked["later"].notna()]


def claim_counts(data: YearData) -> pd.DataFrame:
    """How many claims end in each verdict, by whether the evidence was known when the document was written.

    Returns
    -------
    DataFrame
        ``verdict, at_the_time, learned_later`` (claims): a row a verdict, those without a claim too, and their total.
        Only evidence known at the time counts for or against a document.
    """
    checked = claims_checked(data)
    rows: list[dict[str, Any]] = [
        {"verdict": verdict, "at_the_time": int((of["learned"] == AT_THE_TIME).sum()),
         "learned_later": int((of["learned"] == LATER).sum())}
        for verdict, of in ((verdict, checked[checked["verdict"] == verdict]) for verdict in VERDICTS)
    ]  # fmt: skip
    rows.append(
        {"verdict": "All claims", **{name: sum(row[name] for row in rows) for name in ("at_the_time", "learned_later")}}
    )
    return pd.DataFrame(rows, columns=["verdict", "at_the_time", "learned_later"], dtype=object)


def as_json(data: YearData) -> str:
    """Every claim with its verdict as canonical JSON: what is committed beside the year's pages, and printed for machines.

    Returns
    -------
    str
        A list of objects in the order of ``claims.csv`` with the columns of :func:`claims_checked`; figures and dates
        are texts, so that they are exact, and what is missing is null. Ends in a line feed.
    """
    records = [
        {name: None if cell is None else str(cell) for name, cell in row.items()}
        for row in records_of(claims_checked(data))
    ]
    return json.dumps(records, indent=1, ensure_ascii=False) + "\n"


def _faults(data: YearData, claim: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with one claim: column, value, rule."""
    if claim["check"] not in CHECKS:
        yield "check", claim["check"], f"is no check: it is one of {', '.join(CHECKS)}"
        return
    if claim["value"] is not None and claim["precision"] and claim["value"] % claim["precision"]:
        yield "precision", str(claim["precision"]), f"is not the place to which {claim['value']} is printed"
    try:
        finding(data, claim)
    except (LookupError, ValueError) as error:
        yield "against", claim["against"] or "", f"is not evidence that can be taken: {error}"
    try:
        _what_came(data, claim["later"])
    except (LookupError, ValueError) as error:
        yield "later", claim["later"], f"is not evidence that can be taken: {error}"


def claim_faults(data: YearData, place: str, entered: pd.DataFrame | None = None) -> list[Fault]:
    """Every claim whose check does not exist, or whose evidence names nothing that was entered.

    A claim that rests on what could not be read is passed over.

    Parameters
    ----------
    data : YearData
        The year, its tables whole.
    place : str
        The year's folder from the root, for the faults.
    entered : DataFrame, optional
        The claims as far as they could be read; those of the year if none are given.
    """
    if entered is None:
        entered = data.tables.get("claims")
    claims = {} if entered is None else records_by_row(entered)
    return [
        Fault(f"{place}/claims.csv", row, column, value, rule)
        for row, claim in claims.items() for column, value, rule in as_far_as_read(_faults(data, claim))
    ]  # fmt: skip
