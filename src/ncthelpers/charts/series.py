"""Official statistics as lines over the years, a panel a measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from ncthelpers import benchmarks, comparison, forecast, wording
from ncthelpers import years as dates
from ncthelpers.charts.canvas import (
    BLUE,
    GREY,
    INK,
    LINE,
    PALE,
    PLUM,
    WIDTH,
    Chart,
    Style,
    absent,
    apart,
    draw_key,
    drawn,
    fitted,
    key_places,
    measures_of,
    of_table,
    reach,
    sheet,
    styles,
    tick_texts,
    tick_values,
    with_unit,
    write,
)
from ncthelpers.provenance import Shown
from ncthelpers.rows import records_of
from ncthelpers.yeardata import Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["measure_series", "outturn_series", "forecast_paths"]

_OURS, _COUNTRY = Style(BLUE, "o", BLUE, "-"), Style(GREY, "s", GREY, (0, (4, 2)))
_METHOD, _PRINTED = Style(PLUM, "D", PLUM, (0, (5, 1.5))), Style(INK, "^", INK, "-")
_IN_MILLIONS: Mapping[str, int] = MappingProxyType({"£": 1_000_000, "£000": 1_000})
_MANY = 40  # numbers in a chart, above which its words give the ends of each line


def _short(year: str) -> str:
    """A contract year as an axis has room for it: without its century."""
    return year[2:]


def _runs(chosen: Sequence[str], every: Sequence[str]) -> str:
    """Years in words as runs of those that follow each other."""
    runs: list[list[str]] = []
    for before, year in zip((None, *every), every, strict=False):
        if year in chosen:
            runs = [*runs[:-1], [*runs[-1], year]] if before in chosen else [*runs, [year]]
    return ", ".join(" to ".join(map(_short, dict.fromkeys((run[0], run[-1])))) for run in runs)


@dataclass(frozen=True)
class _Series:
    """One line of a panel: its values by year, none where there is none, and the years before which it is broken."""

    name: str
    values: Mapping[str, Decimal | None]
    style: Style
    breaks: Mapping[str, str]
    band: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)  # by year, of a forecast
    hollow: bool = False

    @property
    def held(self) -> list[tuple[str, Decimal]]:
        """Years that have a value, with it."""
        return [(year, value) for year, value in self.values.items() if value is not None]

    @property
    def ink(self) -> str:
        """Colour of what is written of it: its own, where that serves as text."""
        return self.style.colour if self.style.colour in (BLUE, PLUM, GREY) else INK


@dataclass(frozen=True)
class _Panel:
    """Lines of one measure, each with at least one value, the first in front; its title says the unit."""

    title: str
    unit: str
    decimals: int | None
    lines: tuple[_Series, ...]
    notes: tuple[str, ...]  # written below it
    words: tuple[str, ...]  # what is said of it beside its numbers
    from_nought: bool = False  # whether its axis starts at nought
    named: bool = True  # whether the lines are named at their ends
    with_room_for: tuple[Decimal, ...] = ()  # what its axis has room for beside them, such as intervals

    def said(self, value: Decimal) -> str:
        """A value of it in words."""
        return wording.figure_text(value, self.unit, self.decimals)

    @property
    def ticks(self) -> list[Decimal]:
        """Values marked on the vertical axis; the axis reaches from the first to the last."""
        values = [value for line in self.lines for _, value in line.held]
        if self.from_nought:
            values = [Decimal(0), max(values)]
        return tick_values([*values, *self.with_room_for])

    @property
    def tick_texts(self) -> list[str]:
        """The same in words."""
        return tick_texts(self.ticks, self.unit)

    def _point(self, line: _Series, year: str) -> str:
        """One value of a line in words, with its interval if it has one."""
        between = f" ({' to '.join(map(self.said, line.band[year]))})" if year in line.band else ""
        return self.said(line.values[year]) + between

    def alt(self, in_full: bool) -> str:
        """What it shows, in words: every number, or the first and last of each line."""
        parts = []
        for line in self.lines:
            points = line.held if in_full else dict.fromkeys((line.held[0], line.held[-1]))
            parts.append(
                f"{line.name} " + ", ".join(f"{self._point(line, year)} in {_short(year)}" for year, _ in points)
            )
        axis = f"Axis from {self.tick_texts[0]} to {self.tick_texts[-1]}"
        return ". ".join((f"{self.title}: {'; '.join(parts)}", *self.words, axis)) + "."


@dataclass(frozen=True)
class _Room:
    """Room of a panel: its years, width and height of its lines, in inches, and sizes of its writing, in points."""

    years: Sequence[str]
    width: float
    depth: float
    size: float
    small: float

    def ends(self, panel: _Panel) -> dict[str, list[str]]:
        """What stands at the right of each line: name, last value, and its year if not the last; of areas that ended, none."""
        labels = {}
        for line in panel.lines:
            (year, value), is_last = line.held[-1], line.held[-1][0] == self.years[-1]
            name = fitted(line.name, 0.11 * self.size, self.size) if panel.named else []
            if panel.named or is_last:
                labels[line.name] = [*name, panel.said(value) + ("" if is_last else f" in {_short(year)}")]
        return labels

    def margins(self, panel: _Panel) -> tuple[float, float]:
        """Width of the writing at the left and at the right of the lines."""
        left = max(reach(text, self.small) for text in panel.tick_texts) + 0.2
        texts = [text for label in self.ends(panel).values() for text in label]
        return left, max((reach(text, self.size) for text in texts), default=0) + 0.22

    def title(self, panel: _Panel) -> list[str]:
        """Its title in lines."""
        return fitted(panel.title, self.width - 0.25, self.size, "bold")

    def notes(self, panel: _Panel) -> list[str]:
        """Its notes in lines."""
        return [line for note in panel.notes for line in fitted(note, self.width - 0.2, self.small)]

    def heights(self, panel: _Panel) -> tuple[float, float]:
        """Depth of the title, and of what stands below the lines."""
        above = len(self.title(panel)) * LINE * self.size + 0.12
        return above, LINE * self.small + 0.17 + len(self.notes(panel)) * LINE * self.small + 0.16


def _draw_line(axes: Axes, line: _Series, room: _Room, order: int) -> None:
    """Mark of each value, joined where the series goes on from one year to the next; the first line is in front."""
    mark, nth = room.small / 2.1, {year: nth for nth, year in enumerate(room.years)}
    look = line.style.mark(mark)
    if line.hollow:
        look |= {"markerfacecolor": "white", "markeredgecolor": line.style.colour, "markeredgewidth": mark / 4}
    if line.band:
        low, high = zip(*(map(float, ends) for ends in line.band.values()), strict=True)
        across = [nth[year] for year in line.band]
        axes.fill_between(across, low, high, color=line.style.colour, alpha=0.15, linewidth=0, zorder=1)
        axes.vlines(across, low, high, color=line.style.colour, linewidth=mark / 4, zorder=2)
    for before, year in zip(room.years, room.years[1:], strict=False):
        pair = [line.values.get(before), line.values.get(year)]
        if None not in pair and year not in line.breaks:
            axes.plot([nth[before], nth[year]], [float(value) for value in pair], color=line.style.colour,
                      linewidth=mark / 2.6, linestyle=line.style.dash, zorder=5 - order, clip_on=False)  # fmt: skip
    axes.plot([nth[year] for year, _ in line.held], [float(value) for _, value in line.held], zorder=6 - order,
              clip_on=False, **look)  # fmt: skip


def _draw_break(axes: Axes, nth: int, room: _Room, wide: float) -> None:
    """A dotted line before a year, and two strokes across the axis: the sign of a break."""
    axes.axvline(nth - 0.5, color=INK, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1)
    for shift in (-0.045, 0.045):
        at = (nth - 0.5 + 0.3) / (len(room.years) - 1 + 0.6) + shift / wide
        axes.annotate("", (at + 0.04 / wide, 0.05 / room.depth), (at - 0.04 / wide, -0.05 / room.depth),
                      xycoords="axes fraction", annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0})  # fmt: skip


def _label_ended(axes: Axes, panel: _Panel, line: _Series, room: _Room) -> None:
    """The last value of an area that ended, on the side its line does not come from, where the axis leaves room."""
    (year, value), (low, high), mark = line.held[-1], axes.get_ylim(), room.small / 2.1
    falls = len(line.held) > 1 and line.held[-2][1] > value
    aside, side = (-mark, "top") if falls and float(value) > low + 0.25 * (high - low) else (mark, "bottom")
    axes.annotate(panel.said(value), (room.years.index(year), float(value)), (0, aside), textcoords="offset points",
                  ha="center", va=side, fontsize=room.size, color=line.ink)  # fmt: skip


def _draw_panel(figure: Figure, sheet_axes: Axes, panel: _Panel, room: _Room, x: float, y: float, above: float) -> None:
    """One panel on a sheet, its top left corner at a place and its lines so far below that."""
    left, right = room.margins(panel)
    top, wide, height = y + above, max(1.0, room.width - left - right), figure.get_figheight()
    ticks, last = [float(tick) for tick in panel.ticks], len(room.years) - 1
    axes = figure.add_axes(((x + left) / WIDTH, 1 - (top + room.depth) / height, wide / WIDTH, room.depth / height))
    axes.set(xlim=(-0.3, last + 0.3), ylim=(ticks[0], ticks[-1]))
    write(sheet_axes, x + 0.1, y, room.title(panel), room.size, weight="bold")
    axes.set_yticks(ticks, panel.tick_texts, fontsize=room.small)
    step = max(1, -(-int(100 * (last + 0.6) * (reach(_short(room.years[0]), room.small) + 0.1)) // int(100 * wide)))
    axes.set_xticks(range(last + 1), ["" if (last - n) % step else _short(year) for n, year in enumerate(room.years)],
                    fontsize=room.small)  # fmt: skip
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=2.5, width=0.8)
    axes.tick_params(axis="x", pad=5.5)
    labels = room.ends(panel)
    for order, line in enumerate(panel.lines):
        _draw_line(axes, line, room, order)
        for year in line.breaks:
            _draw_break(axes, room.years.index(year), room, wide)
        if line.name not in labels:
            _label_ended(axes, panel, line, room)
    named = [line for line in panel.lines if line.name in labels]
    places = [top + room.depth * (ticks[-1] - float(line.held[-1][1])) / (ticks[-1] - ticks[0]) for line in named]
    deep = [len(labels[line.name]) * LINE * room.size + 0.04 for line in named]
    for line, middle in zip(named, apart(places, deep, top - 0.1, top + room.depth + 0.05), strict=True):
        start = middle - len(labels[line.name]) / 2 * LINE * room.size
        write(sheet_axes, x + left + wide + 0.1, start, labels[line.name], room.size, color=line.ink)
    write(sheet_axes, x + 0.1, top + room.depth + LINE * room.small + 0.17, room.notes(panel), room.small, color=INK)


def _panels(
    panels: Sequence[_Panel], years: Sequence[str], key: Mapping[str, dict], caption: str, shown: Shown
) -> Chart:
    """Panels side by side in two columns, or a single one over the whole width in larger writing."""
    across = min(2, len(panels))
    room = _Room(years, WIDTH / 2, 1.2, 10.5, 9.5) if across == 2 else _Room(years, WIDTH, 2.6, 15, 13)
    rows = [panels[start : start + across] for start in range(0, len(panels), across)]
    heights = [tuple(map(max, zip(*map(room.heights, row), strict=True))) for row in rows]
    top = key_places(list(key), room.size)[1] if key else 0.08
    with sheet(top + sum(above + room.depth + below for above, below in heights)) as (figure, axes):
        draw_key(axes, key, room.size)
        for row, (above, below) in zip(rows, heights, strict=True):
            for place, panel in enumerate(row):
                _draw_panel(figure, axes, panel, room, place * room.width, top, above)
            top += above + room.depth + below
        in_full = sum(len(line.held) for panel in panels for line in panel.lines) <= _MANY
        alt = ["Line chart." if len(panels) == 1 else f"{len(panels)} line charts."]
        if not in_full:
            alt.append("Of each line its first and last value; the others stand in the table.")
        return drawn(figure, " ".join([*alt, *(panel.alt(in_full) for panel in panels)]), caption, shown)


def _every(rows: Mapping[str, Sequence[dict]]) -> list[str]:
    """All contract years from the first to the last that any row is of, also those in between that none is."""
    starts = [dates.ContractYear(row["year"]).start.year for of in rows.values() for row in of]
    return [f"{start}-{(start + 1) % 100:02d}" for start in range(min(starts), max(starts) + 1)] if starts else []


def _titled(years: Comparison, name: str, every: Sequence[str]) -> str:
    """Title of a table with the first and last of its years."""
    return f"{comparison.table_schema(years, name).title}, {' to '.join(dict.fromkeys((every[0], every[-1])))}"


def _chosen(years: Comparison, name: str, measures: Sequence[str]) -> dict[str, list[dict]]:
    """Rows of a table over the years by measure: those asked for, in that order, or all."""
    unknown = set(measures) - set(years.newest["measures"]["measure"])
    if unknown:
        raise LookupError(f"there is no measure named {', '.join(sorted(unknown))}")
    rows: dict[str, list[dict]] = {measure: [] for measure in measures}
    for row in records_of(comparison.table(years, name)):
        if row["measure"] in rows or not measures:
            rows.setdefault(row["measure"], []).append(row)
    return {measure: of for measure, of in rows.items() if of}


def _series_panel(rows: Sequence[dict], known: Mapping, every: Sequence[str], ours: str, country: str) -> _Panel:
    """One measure over the years: the contract's areas, and the country beside a measure that is not a plain count."""
    of = {row["year"]: row for row in rows}
    values = {year: of[year]["value"] if year in of else None for year in every}
    missing = [year for year in every if values[year] is None]
    breaks, certainties, reasons = {}, {}, {}
    if len(missing) < len(every):
        breaks = {year: of[year]["break_before"] for year in every[1:] if year in of and of[year]["break_before"]}
    for year, text in breaks.items():
        certainties.setdefault(text.partition(":")[0], []).append(year)
    for year in missing:
        reasons.setdefault((of.get(year) or {}).get("reason") or "not published", []).append(year)
    theirs = {year: row["country"] for year, row in of.items() if known["combines"] != "counts"}
    lines = (_Series(ours, values, _OURS, breaks), _Series(country, theirs, _COUNTRY, {}))
    notes = [f"break: {certainty}, before {' and '.join(map(_short, at))}" for certainty, at in certainties.items()]
    if missing:
        notes.append(f"no figure for {ours}: " + ("any year" if missing == every else _runs(missing, every)))
    words = [f"Break before {_short(year)}, {text}" for year, text in breaks.items()]
    words += [f"No figure for {ours} in {_runs(at, every)}: {reason}" for reason, at in reasons.items()]
    return _Panel(with_unit(rows[0]["title"], known["unit"]), known["unit"], known["decimals"],
                  tuple(line for line in lines if line.held), tuple(notes), tuple(words))  # fmt: skip


def measure_series(years: Comparison, use: str = "performance", measures: Sequence[str] = ()) -> Chart:
    """Official measures for the contract's areas over the years, the country beside them, a panel a measure.

    A line is broken where its series is, and has a gap where there is no figure. An axis need not start at nought.

    Parameters
    ----------
    years : Comparison
        The years side by side.
    use : str
        ``performance`` or ``demand``.
    measures : sequence of str
        Ids of the measures to draw, in this order; all if empty.

    Raises
    ------
    LookupError
        If no measure has such an id.
    """
    name = {"performance": "measure_series", "demand": "demand_series"}[use]
    rows, known, areas = _chosen(years, name, measures), measures_of(years.newest), years.newest["areas"]
    country = next(iter(areas.loc[areas["kind"] == "country", "name"]), "the country")
    every = _every(rows)
    panels = [_series_panel(of, known[measure], every, "the trust's areas", country) for measure, of in rows.items()]
    panels = [panel for panel in panels if panel.lines]
    if not panels:
        return absent(years, name)
    caption = (
        f"{_titled(years, name, every)}; each vertical axis has the range marked on it and need not start at nought"
    )
    titles = [of[0]["title"] for of in rows.values()]
    part = " to ".join(dict.fromkeys((titles[0], titles[-1]))) if measures else ""
    shown = of_table(years, name, [row for of in rows.values() for row in of], part)
    return _panels(panels, every, {}, caption, shown)


def _outturn_panel(
    rows: Sequence[dict], decimals: int | None, looks: Mapping[str, Style], every: Sequence[str]
) -> _Panel:
    """One line of the outturn over the years, an authority a line; amounts of money in millions."""
    unit, scale = rows[0]["unit"], 1
    if unit in _IN_MILLIONS:
        unit, decimals, scale = "£m", 1, _IN_MILLIONS[unit]
    lines, gaps = [], []
    for area, look in looks.items():
        values = {row["year"]: row["value"] / scale for row in rows if row["area"] == area and row["value"] is not None}
        if values:
            lines.append(_Series(area, values, look, {}))
            missing = [year for year in every if min(values) < year < max(values) and year not in values]
            gaps += [f"no figure for {area}: {_runs(missing, every)}"] if missing else []
    return _Panel(with_unit(rows[0]["title"], unit), unit, decimals, tuple(lines), tuple(gaps), tuple(gaps),
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
    panels = [_outturn_panel(of, known[measure]["decimals"], looks, every) for measure, of in rows.items()]
    key = {area: {**look.mark(7), "linestyle": look.dash, "linewidth": 1.8} for area, look in looks.items()}
    caption = f"{_titled(years, 'finance_series', every)}; the vertical axes start at nought"
    shown = of_table(years, "finance_series", held)
    return _panels([panel for panel in panels if panel.lines], every, key, caption, shown)


def _forecast_panel(rows: Sequence[dict], printed: Mapping, method: str) -> _Panel:
    """One method from the year of a printed forecast on with its interval, beside that forecast and official figures."""
    looks = {forecast.OFFICIAL: _OURS, method: _METHOD, forecast.PRINTED: _PRINTED}
    of = {name: {row["year"]: row for row in rows if row["method"] == name} for name in looks}
    last, unit, decimals = printed["year"], printed["unit"], printed["decimals"]

    def said(value: Decimal) -> str:
        return wording.figure_text(value, unit, decimals)

    band = {year: (row["low"], row["high"]) for year, row in of[method].items() if row["low"] is not None}
    lines = tuple(
        _Series(name, {year: row["value"] for year, row in held.items()}, looks[name], {}, band if name == method else {},
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
        note = f"{end['interval_kind']}: {low} to {high} in {_short(last)}{came}"
    ends = [row[part] for row in rows for part in ("value", "low", "high")]  # of every method: one axis for all
    return _Panel(f"{printed['title']}, {method}: {stands}", unit, decimals, lines, notes=(note,),
                  words=(note[0].upper() + note[1:],),
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
    panels, methods = [], [row["method"] for row in rows if row["method"] not in (forecast.OFFICIAL, forecast.PRINTED)]
    for printed in (row for row in rows if row["method"] == forecast.PRINTED):
        of = [row for row in rows if all(row[part] == printed[part] for part in ("contract_year", "measure", "end"))]
        held = {row["method"] for row in of if row["year"] == printed["year"]}
        panels += [_forecast_panel(of, printed, method) for method in dict.fromkeys(methods) if method in held]
    if not panels:
        return absent(years, name)
    every = _every({name: rows})
    caption = (
        f"{_titled(years, name, every)}; filled marks are official figures, hollow ones forecasts, bands their intervals; "
        "each vertical axis has the range marked on it and need not start at nought"
    )
    return _panels(panels, every, {}, caption, of_table(years, name, rows))
