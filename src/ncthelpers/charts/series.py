"""Official statistics as lines over the years, a panel a measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import cycle
from types import MappingProxyType
from typing import Any

from ncthelpers import benchmarks, comparison, findings_official, forecast, wording
from ncthelpers import years as dates
from ncthelpers.charts.canvas import (
    BLUE,
    GREY,
    INK,
    MARK,
    PLUM,
    THICK,
    Chart,
    Style,
    absent,
    measures_of,
    of_table,
    styles,
    with_unit,
)
from ncthelpers.charts.panels import SMALLER, Panel, Series, panels, runs, short
from ncthelpers.rows import records_of
from ncthelpers.yeardata import Comparison

__all__ = ["measure_series", "outturn_series", "forecast_paths"]

_OURS, _COUNTRY = Style(BLUE, "o", BLUE, "-"), Style(GREY, "s", GREY, (0, (4, 2)))
_ALONE = Style(PLUM, "D", PLUM, "-"), Style(INK, "^", INK, "-")
_METHOD, _PRINTED = Style(PLUM, "D", PLUM, (0, (5, 1.5))), Style(INK, "^", INK, "-")
_IN_MILLIONS: Mapping[str, int] = MappingProxyType({"£": 1_000_000, "£000": 1_000})
_OWN_AREAS = "the trust's areas"
_BY_ITSELF = "measures_alone"


def _every(rows: Mapping[str, Sequence[dict[str, Any]]]) -> list[str]:
    """All contract years from the first to the last that any row is of, also those in between that none is."""
    starts = [dates.ContractYear(row["year"]).start.year for of in rows.values() for row in of]
    return [f"{start}-{(start + 1) % 100:02d}" for start in range(min(starts), max(starts) + 1)] if starts else []


def _titled(years: Comparison, name: str, every: Sequence[str]) -> str:
    """Title of a table with the first and last of its years."""
    return f"{comparison.table_schema(years, name).title}, {' to '.join(dict.fromkeys((every[0], every[-1])))}"


def _chosen(years: Comparison, name: str, measures: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Rows of a table over the years by measure: those asked for, in that order, or all."""
    unknown = set(measures) - set(years.newest["measures"]["measure"])
    if unknown:
        raise LookupError(f"there is no measure named {', '.join(sorted(unknown))}")
    rows: dict[str, list[dict[str, Any]]] = {measure: [] for measure in measures}
    for row in records_of(comparison.table(years, name)):
        if row["measure"] in rows or not measures:
            rows.setdefault(row["measure"], []).append(row)
    return {measure: of for measure, of in rows.items() if of}


def _series_panel(
    rows: Sequence[dict[str, Any]],
    alone: Sequence[dict[str, Any]],
    known: Mapping[str, Any],
    every: Sequence[str],
    ours: str,
    country: str,
) -> Panel:
    """One measure over the years: the contract's areas, the country beside a measure that is not a plain count, and each area alone.

    An area's own figures stand only where there is none of all areas together; they are points, joined to nothing.
    """
    of = {row["year"]: row for row in rows}
    values = {year: of[year]["value"] if year in of else None for year in every}
    missing = [year for year in every if values[year] is None]
    breaks: dict[str, str] = {}
    certainties: dict[str, list[str]] = {}
    reasons: dict[str, list[str]] = {}
    if len(missing) < len(every):
        breaks = {year: of[year]["break_before"] for year in every[1:] if year in of and of[year]["break_before"]}
    for year, text in breaks.items():
        certainties.setdefault(text.partition(":")[0], []).append(year)
    for year in missing:
        reasons.setdefault((of.get(year) or {}).get("reason") or "not published", []).append(year)
    theirs = {year: row["country"] for year, row in of.items() if known["combines"] != "counts"}
    own: dict[str, dict[str, Decimal]] = {}
    for row in alone:
        own.setdefault(row["area"], {})[row["contract_year"]] = row["value"]
    points = [Series(area, of_area, look, {}, joined=False)
              for (area, of_area), look in zip(own.items(), cycle(_ALONE), strict=False)]  # fmt: skip
    lines = Series(ours, values, _OURS, breaks), *points, Series(country, theirs, _COUNTRY, {})
    notes = [f"break: {certainty}, before {' and '.join(map(short, at))}" for certainty, at in certainties.items()]
    if missing:
        instead = "; each council alone instead" if own else ""
        notes.append(f"no figure for {ours}: {'any year' if missing == every else runs(missing, every)}{instead}")
    words = [f"Break before {short(year)}, {text}" for year, text in breaks.items()]
    words += [f"No figure for {ours} in {runs(at, every)}: {reason}" for reason, at in reasons.items()]
    return Panel(with_unit(rows[0]["title"], known["unit"]), known["unit"], known["decimals"],
                  tuple(line for line in lines if line.held), tuple(notes), tuple(words))  # fmt: skip


def measure_series(years: Comparison, use: str = "performance", measures: Sequence[str] = (), part: str = "") -> Chart:
    """Official measures for the contract's areas over the years, the country beside them, a panel a measure.

    A line is broken where its series is, and has a gap where there is no figure; each area of the contract that has one
    alone then stands there by itself. An axis need not start at nought.

    Parameters
    ----------
    years : Comparison
        The years side by side.
    use : str
        ``performance`` or ``demand``.
    measures : sequence of str
        Ids of the measures to draw, in this order; all if empty.
    part : str
        What these measures are called together, where a page has several such charts; their titles if none is given.

    Raises
    ------
    LookupError
        If no measure has such an id.
    """
    name = {"performance": "measure_series", "demand": "demand_series"}[use]
    rows, known = _chosen(years, name, measures), measures_of(years.newest)
    held = records_of(comparison.table(years, _BY_ITSELF)) if use == "performance" else []
    alone = {
        measure: [row for row in held if row["measure"] == measure and row["value"] is not None] for measure in rows
    }
    country = findings_official.country(years.newest)
    every = _every(rows)
    shown_panels = [
        _series_panel(of, alone[measure], known[measure], every, _OWN_AREAS, country) for measure, of in rows.items()
    ]
    shown_panels = [panel for panel in shown_panels if panel.lines]
    if not shown_panels:
        return absent(years, name)
    drawn_of = wording.listed(list(dict.fromkeys(line.name for panel in shown_panels for line in panel.lines)))
    caption = f"{_titled(years, name, every)}: {drawn_of}; an axis need not start at nought"
    titles = [of[0]["title"] for of in rows.values()]
    which = part or (" to ".join(dict.fromkeys((titles[0], titles[-1]))) if measures else "")
    shown = of_table(years, name, [row for of in rows.values() for row in of], which)
    if any(alone.values()):
        shown = replace(shown, also=(_BY_ITSELF,))
    found = (
        findings_official.series(years, name, next(iter(rows)))
        if len(rows) == 1
        else findings_official.related_measures(years, list(rows), part)
    )
    return panels(shown_panels, every, {}, caption, shown, found)


def _outturn_panel(
    rows: Sequence[dict[str, Any]], decimals: int | None, looks: Mapping[str, Style], every: Sequence[str]
) -> Panel:
    """One line of the outturn over the years, an authority a line; amounts of money in millions."""
    unit, scale = rows[0]["unit"], 1
    if unit in _IN_MILLIONS:
        unit, decimals, scale = "£m", 1, _IN_MILLIONS[unit]
    lines, gaps = [], []
    for area, look in looks.items():
        values = {row["year"]: row["value"] / scale for row in rows if row["area"] == area and row["value"] is not None}
        if values:
            lines.append(Series(area, values, look, {}))
            missing = [year for year in every if min(values) < year < max(values) and year not in values]
            gaps += [f"no figure for {area}: {runs(missing, every)}"] if missing else []
    return Panel(with_unit(rows[0]["title"], unit), unit, decimals, tuple(lines), tuple(gaps), tuple(gaps),
                  from_nought=True, named=False)  # fmt: skip


def outturn_series(years: Comparison, measures: Sequence[str]) -> Chart:
    """Lines of the official outturn statistics over the years, a panel a line of them and a line an authority.

    Parameters
    ----------
    years : Comparison
        The years side by side.
    measures : sequence of str
        Ids of the measures to draw, in this order; all if empty.

    Raises
    ------
    LookupError
        If no measure has such an id.
    """
    rows, known = _chosen(years, "finance_series", measures), measures_of(years.newest)
    held = [row for of in rows.values() for row in of if row["value"] is not None]
    if not held:
        return absent(years, "finance_series")
    every = _every(rows)
    newest_first = sorted(held, key=lambda row: row["year"], reverse=True)
    looks = styles([row["area"] for row in newest_first])
    shown_panels = [_outturn_panel(of, known[measure]["decimals"], looks, every) for measure, of in rows.items()]
    key = {
        area: {**look.mark(MARK * SMALLER), "linestyle": look.dash, "linewidth": THICK} for area, look in looks.items()
    }
    caption = f"{_titled(years, 'finance_series', every)}; a line an authority, in the money of each year, before inflation is taken out; the axes start at nought"
    shown = of_table(years, "finance_series", held)
    found = findings_official.finance_series(years, held)
    return panels([panel for panel in shown_panels if panel.lines], every, key, caption, shown, found)


def _forecast_panel(rows: Sequence[dict[str, Any]], printed: Mapping[str, Any], method: str) -> Panel:
    """One method from the year of a printed forecast on with its interval, beside that forecast and official figures."""
    looks = {forecast.OFFICIAL: _OURS, method: _METHOD, forecast.PRINTED: _PRINTED}
    of = {name: {row["year"]: row for row in rows if row["method"] == name} for name in looks}
    last, unit, decimals = printed["year"], printed["unit"], printed["decimals"]

    def said(value: Decimal) -> str:
        return wording.figure_text(value, unit, decimals)

    band = {year: (row["low"], row["high"]) for year, row in of[method].items() if row["low"] is not None}
    lines = tuple(
        Series(name, {year: row["value"] for year, row in held.items()}, looks[name], {}, band if name == method else {},
                hollow=name != forecast.OFFICIAL)
        for name, held in of.items() if held
    )  # fmt: skip
    end = of[method][last]
    if end["error"] is None:
        stands = "what came is not yet published"
    else:
        side = benchmarks.comparison_words(end["value"], end["came"], "not rated", decimals, "level")
        apart = f"{said(abs(end['error']))} " if side != "level with" else ""
        stands = f"{apart}{side} what came"
    note = "no interval: too few figures"
    if last in band:
        low, high = map(said, band[last])
        came = "" if end["inside"] is None else f"; what came lies {'inside' if end['inside'] else 'outside'}"
        note = f"{end['interval_kind']}: {low} to {high} in {short(last)}{came}"
    ends = [row[part] for row in rows for part in ("value", "low", "high")]  # of every method: one axis for all
    return Panel(f"{printed['title']}, {dates.in_words(printed['end'])}, {method}: {stands}", unit, decimals, lines, notes=(note,),
                  words=(note[0].upper() + note[1:],), named_ends=False,
                  with_room_for=tuple(end for end in ends if end is not None))  # fmt: skip


def forecast_paths(years: Comparison) -> Chart:
    """Printed forecasts, what each method gives from the same year with its interval, and what came: a panel a method.

    Marks of forecasts are hollow; the interval is a band with a stroke at each year.

    Parameters
    ----------
    years : Comparison
        The years side by side.
    """
    name = "forecast_paths"
    rows = records_of(comparison.table(years, name))
    shown_panels, methods = (
        [],
        [row["method"] for row in rows if row["method"] not in (forecast.OFFICIAL, forecast.PRINTED)],
    )
    for printed in (row for row in rows if row["method"] == forecast.PRINTED):
        of = [row for row in rows if all(row[part] == printed[part] for part in ("contract_year", "measure", "end"))]
        held = {row["method"] for row in of if row["year"] == printed["year"]}
        shown_panels += [_forecast_panel(of, printed, method) for method in dict.fromkeys(methods) if method in held]
    if not shown_panels:
        return absent(years, name)
    every = _every({name: rows})
    caption = (
        f"{_titled(years, name, every)}; filled marks are official figures, hollow ones forecasts, bands their intervals; "
        "an axis need not start at nought"
    )
    return panels(
        shown_panels, every, {}, caption, of_table(years, name, rows), findings_official.forecast_paths(years)
    )
